"""The sheets of a supplier's workbook, and the rows of a CSV file, as texts. Knows nothing of what they mean."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from lotgate.errors import Fault
from lotgate.tables.extent import too_wide

__all__ = ["Sheet", "csv_rows", "refused", "workbook_sheets"]

Sheet = list[list[str]]
_LARGEST = 500 * 1024**2
"""Bytes of a workbook unpacked; more is a mistake or an attack."""
_DAMAGE = (
    CalamineError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, NotImplementedError, OSError,
    RuntimeError, ValueError,
)  # fmt: skip


def refused(path: Path, message: str, message_zh: str, expected: str, expected_zh: str | None = None) -> Fault:
    """The fault of a file that cannot be read at all."""
    return Fault(path.name, message, message_zh=message_zh, expected=expected, expected_zh=expected_zh or expected)


def workbook_sheets(path: Path) -> dict[str, Sheet] | Fault:
    """The cells of every visible or hidden sheet by name, or why there are none."""
    wanted = ("an .xlsx workbook without a password", "未加密的 .xlsx 工作簿")
    try:
        if not zipfile.is_zipfile(path):
            head = path.read_bytes()[:8]
            old = head.startswith(b"\xd0\xcf\x11\xe0")
            what = ("an old .xls workbook or one with a password", "旧版 .xls 或加密工作簿") if old else (
                "no workbook", "不是工作簿"
            )  # fmt: skip
            return refused(path, f"the file is {what[0]}", f"文件为{what[1]}", *wanted)
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > _LARGEST:
                return refused(path, "the workbook unpacks to more than 500 MB", "工作簿解压后超过 500 MB", *wanted)
        if part := too_wide(path):
            return refused(path, f"the cells of {part} reach too far", f"{part} 的单元格范围过大", *wanted)
        book = CalamineWorkbook.from_path(str(path))
        return {
            one.name: [[_text(cell) for cell in row] for row in _cells(book, one.name)]
            for one in book.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet
        }
    except _DAMAGE as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        return refused(path, f"the workbook is damaged: {reason}", f"工作簿已损坏：{reason}", *wanted)


def _cells(book: CalamineWorkbook, name: str) -> list[list[Any]]:
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def csv_rows(path: Path, data: bytes) -> Sheet | Fault:
    """The rows of a CSV file in UTF-8, UTF-16 or GB 18030, separated by commas, semicolons or tabs."""
    text = _decoded(data)
    if text is None or "\0" in text:
        return refused(
            path, "the file is neither XML, a workbook nor a table of text", "文件既不是 XML、工作簿，也不是文本表格",
            "an IPC-175x XML file, an .xlsx workbook or CSV",
        )  # fmt: skip
    first = text.lstrip().splitlines()[0] if text.strip() else ""
    sign = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True))
    except csv.Error as error:
        return refused(path, f"quotation marks do not fit: {error}", f"引号有误：{error}", "cells quoted as a whole")
    return [[cell.strip() for cell in row] for row in rows]


def _decoded(data: bytes) -> str | None:
    marked = (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if data.startswith(marked) else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
