"""Supplier documents of every kind, told apart by what is in them."""

from __future__ import annotations

from pathlib import Path

from lotgate.errors import Fault
from lotgate.suppliers.conflict_minerals import is_conflict_minerals, read_conflict_minerals
from lotgate.suppliers.declarations import read_table
from lotgate.suppliers.document import Document
from lotgate.suppliers.ipc import read_ipc
from lotgate.suppliers.sheets import csv_rows, refused, workbook_sheets

__all__ = ["read_document"]

_WANTED = "a head with a part number and a substance, an origin or a code, e.g. part number, substance, CAS, %"
_WANTED_ZH = "含料号以及物质、原产国或编码的表头，如：料号、物质名称、CAS号、含量(%)"


def read_document(path: Path) -> Document:
    """What one file says; a file that cannot be read gives a document with its fault."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        return _failed(path, refused(path, f"cannot be read: {reason}", f"无法读取：{reason}", "a readable file"))
    if not data.strip():
        return _failed(path, refused(path, "the file is empty", "文件为空", "a declaration or certificate"))
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _workbook(path)
    start = data[:200].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    if start.startswith(b"<"):
        return read_ipc(path, data)
    if start.startswith(b"%PDF"):
        return _failed(
            path,
            refused(
                path, "a PDF is a picture of a paper, not data", "PDF 只是文件的图像，不是数据",
                "lotgate suppliers attach FILE --item … --fact … --value …, which records it as evidence",
            ),
        )  # fmt: skip
    rows = csv_rows(path, data)
    if isinstance(rows, Fault):
        return _failed(path, rows)
    return read_table(path, rows) or _failed(path, _headless(path, [cell for row in rows[:3] for cell in row if cell]))


def _workbook(path: Path) -> Document:
    sheets = workbook_sheets(path)
    if isinstance(sheets, Fault):
        return _failed(path, sheets)
    if is_conflict_minerals(sheets):
        return read_conflict_minerals(path, sheets)
    for name, rows in sheets.items():
        found = read_table(path, rows, f"sheet {name}")
        if found is not None:
            return found
    return _failed(path, _headless(path, list(sheets)))


def _headless(path: Path, found: list[str]) -> Fault:
    return Fault(
        path.name,
        "no head of a declaration or certificate was found",
        value=", ".join(found)[:200] or None,
        expected=_WANTED,
        message_zh="未找到声明或证书的表头",
        expected_zh=_WANTED_ZH,
    )


def _failed(path: Path, fault: Fault) -> Document:
    return Document(path.name, "?", faults=(fault,))
