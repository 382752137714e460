"""Opens list files safely: encodings, markup, archives. Refuses what is broken or hostile, with the reason.

What a file holds is told by `reading`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml
import defusedxml.ElementTree

from lotgate.errors import Fault, InputError
from lotgate.progress import one_by_one, tell

__all__ = ["MAX_BYTES", "csv_rows", "decode", "digest", "first_rows", "parse_xml", "read_bytes", "refuse"]

MAX_BYTES = 600_000_000
"""Largest file, or archive member, that is read; the largest official file (SDN_ENHANCED.XML) is under 200 MB."""
_MAX_RATIO = 200


def refuse(name: str, message: str, expected: str | None = None, value: str | None = None) -> InputError:
    """The error that refuses a file."""
    return InputError([Fault(name, message, value=value, expected=expected)])


def digest(data: bytes) -> str:
    """The SHA-256 of the bytes, as hex."""
    return sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """The file's bytes; a zip archive with one file gives that file. Raises InputError for empty or outsized ones."""
    if path.stat().st_size > MAX_BYTES:
        raise refuse(path.name, f"file is larger than {MAX_BYTES} bytes")
    data = path.read_bytes()
    if data[:4] == b"PK\x03\x04":
        data = _unzip(data, path.name)
    if not data.strip(b"\x00\x1a \r\n\t"):
        raise refuse(path.name, "file is empty")
    return data


def _unzip(data: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [item for item in archive.infolist() if not item.is_dir()]
            if any(item.filename == "[Content_Types].xml" for item in members):
                raise refuse(name, "a workbook is not a list file", "CSV, JSON or XML")
            if len(members) != 1:
                raise refuse(name, f"archive holds {len(members)} files", "an archive with one file")
            limit = min(MAX_BYTES, max(_MAX_RATIO * len(data), 1_000_000))
            with archive.open(members[0]) as stream:
                # Read one byte past the limit: the size an archive states of itself is not to be trusted.
                content = stream.read(limit + 1)
            if len(content) > limit:
                raise refuse(name, "archive unpacks to an implausible size")
            return content
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise refuse(name, f"archive cannot be read: {error}") from None


def decode(data: bytes, name: str, *, whole: bool = True) -> str:
    """The text of a file in UTF-8 (with or without mark) or UTF-16 with mark; anything else is refused.

    Data that is not the `whole` file may end in the midst of a letter.
    """
    encoding = "utf-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(name, f"text cannot be decoded at byte {error.start} (line {line})", "UTF-8") from None
    if "\x00" in text[:4096]:
        raise refuse(name, "file holds binary data", "text in UTF-8")
    _refuse_mangled(text, name)
    start = text[:2000].lstrip().lower()
    if start.startswith(("<!doctype html", "<html")) or ("<html" in start and "<body" in text[:20000].lower()):
        raise refuse(name, "an HTML page, not a list; the download probably failed", "CSV, JSON or XML")
    return text


_FOLLOWING = "\x80-\xbf" + "".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0))
_MANGLED = re.compile(f"(?:[\u00c2-\u00df][{_FOLLOWING}]|[\u00e0-\u00ef][{_FOLLOWING}]{{2}})+")
"""UTF-8 that was read as Latin-1 or Windows-1252 and written as UTF-8 again: `Ã¼` for `ü`."""
_LEAD = re.compile("[\u00c2-\u00ef]")
_MANGLED_AT_LEAST = 5


def _refuse_mangled(text: str, name: str) -> None:
    """Raises InputError for a text that was decoded wrongly before it came here: no name in it can be trusted.

    A few such letters may be a slip of the publisher's in one name; a file mangled as a whole has them everywhere, and
    next to no letter beyond ASCII that is whole.
    """
    found = list(islice(_mangled(text), 2000))
    mangled = sum(len(hit[0]) for hit in found)
    if len(found) >= _MANGLED_AT_LEAST:
        reach = text[: found[-1].end()]
        whole = sum(not character.isascii() for character in reach) - mangled
        if mangled > 4 * whole:
            line = text.count("\n", 0, found[0].start()) + 1
            message = f"the text was decoded wrongly and written again, as {found[0][0]!r} on line {line} shows"
            raise refuse(name, message, "the file as the authority publishes it, in UTF-8")


def _mangled(text: str) -> Iterator[re.Match[str]]:
    """The stretches decoded wrongly; looked for from letter to letter that may begin one, ten times as fast as the
    whole pattern over a text that is mostly ASCII."""
    end = 0
    for lead in _LEAD.finditer(text):
        if lead.start() >= end and (hit := _MANGLED.match(text, lead.start())) is not None:
            end = hit.end()
            yield hit


_DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([\w-]+)["']""")


def _refuse_wrong_declaration(data: bytes, name: str) -> None:
    """Raises InputError for UTF-8 that calls itself one of the encodings in which any bytes make some letters."""
    declared = _DECLARED.match(data.lstrip(b"\xef\xbb\xbf \r\n\t")[:200])
    if declared is None or declared[1].lower().startswith((b"utf", b"us-ascii")) or data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return
    message = f"the document says it is in {declared[1].decode()}, but it is in UTF-8"
    raise refuse(name, message, "the file as the authority publishes it")


def parse_xml(data: bytes, name: str) -> Element:
    """The root of a document, tags without their namespaces, which change from one edition of a list to the next.

    Entities, external references and truncated documents are refused.
    """
    _refuse_wrong_declaration(data, name)
    tell(name, 0)
    try:
        root: Element = defusedxml.ElementTree.fromstring(data, forbid_dtd=False, forbid_entities=True)
    except defusedxml.DefusedXmlException as error:
        raise refuse(name, f"XML with entities or external references is refused ({type(error).__name__})") from None
    except (ParseError, LookupError, ValueError) as error:
        raise refuse(name, f"XML cannot be parsed, perhaps cut short: {error}") from None
    for node in root.iter():
        node.tag = node.tag.rsplit("}", 1)[-1]
    return root


def _delimiter(text: str) -> str:
    """What parts the cells: a comma, or where the first line has none, a semicolon or a tab."""
    head = text[: text.find("\n")] if "\n" in text else text
    return next((sign for sign in ",;\t" if sign in head), ",")


def first_rows(text: str, count: int) -> list[list[str]]:
    """The first rows of a CSV text."""
    reader = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=_delimiter(text))
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) == count:
                break
    except csv.Error:
        pass
    return rows


def csv_rows(text: str, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a CSV with header, empty cells as None; a row with too many or too few cells is refused.

    One such row means quoting has slipped, and then nothing after it can be trusted.
    """
    csv.field_size_limit(10_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [cell.strip() for cell in next(reader)]
        if twice := [cell for cell, count in Counter(header).items() if cell and count > 1]:
            raise InputError([Fault(name, "the column stands twice in the header", column=cell) for cell in twice])
        lines = text.count("\n")
        for number, row in enumerate(one_by_one(name, reader, lines), start=1):
            if not row:
                continue
            if len(row) != len(header):
                raise InputError([Fault(name, f"row has {len(row)} cells, header {len(header)}", number)])
            yield {key: cell if cell != "" else None for key, cell in zip(header, row, strict=True)}
    except csv.Error as error:
        raise refuse(name, f"CSV cannot be parsed at line {reader.line_num}: {error}") from None
