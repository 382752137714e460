"""Backup into one file and restore from it, from one kind of database into another as well.

The file is gzipped JSON lines: a head, every row of every table that is kept, and a foot with counts and a SHA-256 over
all lines before it. It holds password hashes and uploads, so only its owner can read it. Restoring goes into an empty
database, checks the foot, and then the whole log and every projection; where something does not hold, nothing is kept.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lotgate import __version__
from lotgate.errors import Fault, InputError
from lotgate.web.store import finding
from lotgate.web.store.verify import Verified, snapshot, verify

__all__ = ["backup", "restore"]

_FORMAT = "lotgate-backup-2"
_TABLES = (
    "accounts.Organisation", "accounts.User", "accounts.Membership", "accounts.Token", "account.EmailAddress",
    "mfa.Authenticator", "store.File", "store.Holding", "store.Event", "store.Head", "store.Record", "store.Key",
    "store.Balance", "store.Use", "store.Number", "store.Answer", "store.Credential", "store.Job", "store.Line",
)  # fmt: skip
_PORTION = 200

Progress = Callable[[str], object]


def backup(path: Path, progress: Progress = lambda text: None) -> dict[str, int]:
    """Rows written by table. The file is whole or not there; one that exists is not written over."""
    if path.exists():
        raise InputError([Fault(str(path), "the file exists", expected="another name", message_zh="文件已存在")])
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    counts: Counter[str] = Counter()
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
            digest = hashlib.sha256()

            def put(content: Any) -> None:
                line = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(line)
                packed.write(line)

            with snapshot():
                put({"format": _FORMAT, "lotgate": __version__, "made": timezone.now().isoformat()})
                for table in _TABLES:
                    for row in _rows(table):
                        put({"table": table, "row": row})
                        counts[table] += 1
                    progress(f"{table}: {counts[table]}")
            put({"rows": counts, "sha256": digest.hexdigest()})
            packed.close()
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        said = error.strerror or str(error)
        raise InputError([Fault(str(path), f"cannot be written: {said}", message_zh=f"无法写入：{said}")]) from None
    finally:
        temporary.unlink(missing_ok=True)
    return dict(counts)


def restore(path: Path, progress: Progress = lambda text: None) -> Verified:
    """What the check of the restored log found, which is whole. Raises InputError where the file or the log is not."""
    _must_be_empty()
    try:
        with transaction.atomic():
            for table, rows in _portions(_checked(path)):
                model = apps.get_model(table)
                with _kept_instants(model):
                    model.objects.bulk_create(
                        model(**{name: _read(model, name, value) for name, value in row.items()}) for row in rows
                    )
            _reset_sequences()
            finding.fill()
            progress("checking the log")
            found = verify()
            if not found.whole:
                raise InputError([Fault(one.table, one.what, value=one.place) for one in found.findings])
    except DatabaseError as error:
        raise InputError([Fault(str(path), f"the database refused it: {error}", message_zh="数据库拒绝写入")]) from None
    return found


def _rows(table: str) -> Iterator[dict[str, Any]]:
    model = apps.get_model(table)
    names = [field.attname for field in model._meta.concrete_fields]
    for values in model.objects.order_by("pk").values_list(*names).iterator(_PORTION):
        yield {name: _written(value) for name, value in zip(names, values, strict=True)}


@contextmanager
def _kept_instants(model: Any) -> Iterator[None]:
    """A block in which a row keeps the instants it was saved with, also those that Django sets when a row is added."""
    fields = [field for field in model._meta.concrete_fields if getattr(field, "auto_now_add", False)]
    try:
        for field in fields:
            field.auto_now_add = False
        yield
    finally:
        for field in fields:
            field.auto_now_add = True


def _written(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return {"base64": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, Decimal) or not isinstance(value, (str, int, float, bool, list, dict, type(None))):
        return str(value)
    return value


def _read(model: Any, name: str, value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"base64"}:
        return base64.b64decode(value["base64"])
    field = next(one for one in model._meta.concrete_fields if one.attname == name)
    return value if value is None or field.is_relation else field.to_python(value)


def _checked(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a backup; raises InputError where it is no backup, is cut off, or a byte of it was changed."""
    digest, counts, foot = hashlib.sha256(), Counter[str](), None
    try:
        with gzip.open(path, "rb") as packed:
            for number, line in enumerate(packed):
                content = json.loads(line)
                if number == 0 and content.get("format") != _FORMAT:
                    raise _wrong(path, "not a backup of this program", "不是本程序的备份")
                if "rows" in content:
                    foot = content
                    break
                digest.update(line)
                if "table" in content:
                    counts[content["table"]] += 1
                    yield content
    except (OSError, EOFError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise _wrong(path, f"cannot be read: {error}", f"无法读取：{error}") from None
    if foot is None:
        raise _wrong(path, "cut off: the foot is missing", "文件不完整：缺少结尾")
    if foot != {"rows": dict(counts), "sha256": digest.hexdigest()}:
        raise _wrong(path, "changed: it does not fit its own hash", "内容被改动：与其哈希不符")


def _portions(rows: Iterator[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    table, held = "", list[dict[str, Any]]()
    for one in rows:
        if one["table"] not in _TABLES:
            raise InputError([Fault("backup", "no such table", value=str(one["table"]), message_zh="没有该表")])
        if held and (one["table"] != table or len(held) >= _PORTION):
            yield table, held
            held = []
        table = one["table"]
        held.append(one["row"])
    if held:
        yield table, held


def _must_be_empty() -> None:
    for table in ("store.Event", "accounts.User", "accounts.Organisation"):
        if apps.get_model(table).objects.exists():
            raise InputError(
                [Fault("database", f"holds {table} already", expected="an empty one", message_zh="数据库不为空")]
            )


def _reset_sequences() -> None:
    models = [apps.get_model(table) for table in _TABLES]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _wrong(path: Path, en: str, zh: str) -> InputError:
    return InputError([Fault(str(path), en, message_zh=zh)])
