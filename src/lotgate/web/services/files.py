"""Uploaded files: told by their content, limited, kept once under their SHA-256, never changed and never executed."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.licence import Actor, NotAllowedNow, NotFound, Record
from lotgate.web.accounts.models import Organisation, User
from lotgate.web.services import cases
from lotgate.web.services.readers import may_open_file
from lotgate.web.services.scanning import must_be_clean, scanner_name
from lotgate.web.store.models import File, Holding

__all__ = ["WORKBOOK", "attach", "attached", "clean_name", "keep", "kind_of", "own"]

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAGIC = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
PROGRAM = Actor.system()
"""The program itself, for steps that are its own."""
_UNPACKED = 2 << 30
_ATTACHMENT = 25 << 20


def kind_of(content: bytes) -> str | None:
    """The type of a file by its content alone: PDF, JPEG, PNG, or a workbook without macros; None for anything else.

    Raises InputError for a workbook that unpacks beyond measure or carries macros.
    """
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = {info.filename for info in packed.infolist()}
            size = sum(info.file_size for info in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        return None
    if size > _UNPACKED:
        raise _wrong("unpacks to more than 2 GiB", "解压后超过 2 GiB")
    if any("vbaProject" in name for name in names):
        raise _wrong("carries macros; save it as .xlsx", "含有宏；请另存为 .xlsx")
    return WORKBOOK


def clean_name(name: str) -> str:
    """A name to show and to offer for saving: the last part of it, without anything that is not plain."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*;' and not 0xD800 <= ord(c) <= 0xDFFF)
    return plain.strip(". ")[:150] or "file"


def keep(user: User, organisation: str, name: str, content: bytes, allowed: Iterable[str]) -> tuple[File, str]:
    """The file kept for an organisation, and its clean name. Raises InputError for a type or size not allowed."""
    kinds = sorted(allowed)
    kind = kind_of(content)
    limit = settings.UPLOAD_MAX_BYTES if kind == WORKBOOK else _ATTACHMENT
    if kind not in kinds:
        taken = ", ".join(one.rsplit(".", 1)[-1].rsplit("/", 1)[-1] for one in kinds)
        fault = Fault("file", "not a kind of file taken here", None, "content", kind, taken, "不接受该类文件", taken)
        raise InputError([fault])
    if len(content) > limit:
        raise _wrong(f"larger than {limit >> 20} MiB", f"超过 {limit >> 20} MiB")
    must_be_clean(content)
    sha256 = hashlib.sha256(content).hexdigest()
    shown = clean_name(name)
    try:
        with transaction.atomic():
            file = File.objects.filter(pk=sha256).only("sha256", "size", "media_type").first() or File.objects.create(
                sha256=sha256, size=len(content), media_type=kind, content=content
            )
    except IntegrityError:  # kept meanwhile on another connection: the same bytes
        file = File.objects.only("sha256", "size", "media_type").get(pk=sha256)
    holder = Organisation.objects.get(code=organisation)
    try:
        with transaction.atomic():
            Holding.objects.get_or_create(file=file, organisation=holder, defaults={"user": user, "name": shown})
    except IntegrityError:
        pass
    return file, shown


def own(organisation: str, sha256: str) -> tuple[File, str]:
    """A file an organisation uploaded, with its name; NotFound for any other."""
    held = Holding.objects.select_related("file").filter(file_id=sha256, organisation__code=organisation).first()
    if held is None:
        raise NotFound(Text(f"there is no file {sha256}", f"没有该文件：{sha256}"), kind="file", id=sha256)
    return held.file, held.name


def attach(
    actor: Actor, user: User, id: str, kind: str, name: str, content: bytes, *, language: str = "",
    message: str | None = None,
) -> Any:  # fmt: skip
    """The outcome of attaching a file to an application: kept first, then listed in the record.

    Where a scanner looked at it, what it found is listed too, by the program.
    """
    from lotgate.licence.forms import media_types

    cases.record(actor, "application", id)
    file, shown = keep(user, actor.organisation, name, content, media_types())
    data = {"kind": kind, "sha256": file.sha256, "name": shown, "size": file.size, "media_type": file.media_type}
    if language:
        data["language"] = language
    done = cases.step(actor, "application", "attach", id, data, message=message)
    if done.repeated or not settings.SCANNER:
        return done
    found = {"sha256": file.sha256, "result": "clean", "scanner": scanner_name()}
    checked = cases.step(PROGRAM, "application", "check_file", done.record.id, found)
    return replace(done, record=checked.record, entries=(*done.entries, *checked.entries))


def attached(actor: Actor, record: Record, sha256: str) -> tuple[File, str]:
    """A file attached to a record, with its name; NotFound where the person may not know of it, NotAllowedNow where it
    was not yet found free of viruses."""
    listed = record.facts.get("attachments", {}).get(sha256)
    if listed is None:
        raise NotFound(Text(f"no file {sha256} is attached", f"没有该附件：{sha256}"), kind="file", id=sha256)
    if not may_open_file(actor, record, sha256):
        if listed.get("checked") != "clean":
            raise NotAllowedNow(
                Text("the file was not yet found free of viruses", "该文件尚未通过病毒检查"), kind="file", id=sha256
            )
        raise NotFound(Text(f"no file {sha256} is attached", f"没有该附件：{sha256}"), kind="file", id=sha256)
    file = File.objects.filter(pk=sha256).first()
    if file is None:
        raise NotFound(Text("the file itself is not kept here", "此处未保存该文件"), kind="file", id=sha256)
    return file, str(listed["name"])


def _wrong(en: str, zh: str) -> InputError:
    return InputError([Fault("file", en, column="content", message_zh=zh)])
