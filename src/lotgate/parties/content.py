"""Opens list files safely: encodings, markup, archives. Refuses what is broken or hostile, with the reason.

What a file holds is told by `reading`.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml
import defusedxml.ElementTree

from lotgate.errors import Fault, InputError

__all__ = ["MAX_BYTES", "csv_rows", "decode", "digest", "first_rows", "parse_xml", "read_bytes", "refuse"]

MAX_BYTES = 600_000_000
"""Largest file, or archive member, that is read; the largest official file (SDN_ENHANCED.XML) is under 200 MB."""
_MAX_RATIO = 200


def refuse(name: str, message: str, expected: str | None = None) -> InputError:
    """The error that refuses a file."""
    return InputError([Fault(name, message, expected=expected)])


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


def decode(data: bytes, name: str) -> str:
    """The text of a file in UTF-8 (with or without mark) or UTF-16 with mark; anything else is refused."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(name, f"text cannot be decoded at byte {error.start} (line {line})", "UTF-8") from None
    if "\x00" in text[:4096]:
        raise refuse(name, "file holds binary data", "text in UTF-8")
    start = text[:2000].lstrip().lower()
    if start.startswith(("<!doctype html", "<html")) or ("<html" in start and "<body" in text[:20000].lower()):
        raise refuse(name, "an HTML page, not a list; the download probably failed", "CSV, JSON or XML")
    return text


def parse_xml(data: bytes, name: str) -> Element:
    """The root of a document; entities, external references and truncated documents are refused."""
    try:
        return defusedxml.ElementTree.fromstring(data, forbid_dtd=False, forbid_entities=True)
    except defusedxml.DefusedXmlException as error:
        raise refuse(name, f"XML with entities or external references is refused ({type(error).__name__})") from None
    except (ParseError, LookupError, ValueError) as error:
        raise refuse(name, f"XML cannot be parsed, perhaps cut short: {error}") from None


def first_rows(text: str, count: int) -> list[list[str]]:
    """The first rows of a CSV text."""
    reader = csv.reader(io.StringIO(text[:200_000], newline=""))
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
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader)]
        for number, row in enumerate(reader, start=1):
            if not row:
                continue
            if len(row) != len(header):
                raise InputError([Fault(name, f"row has {len(row)} cells, header {len(header)}", number)])
            yield {key: cell if cell != "" else None for key, cell in zip(header, row, strict=True)}
    except csv.Error as error:
        raise refuse(name, f"CSV cannot be parsed at line {reader.line_num}: {error}") from None
