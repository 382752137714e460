"""Reads the tables of an .xlsx workbook into plain frames of text. Leaves the cells' meaning to checks.py.

Values come from calamine. It turns error values and formulas without a stored result into empty cells, which would pass
for unknown here, so the sheet's own XML is searched for those.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
from defusedxml import ElementTree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from lotgate.errors import Fault, InputError
from lotgate.tables.extent import too_wide
from lotgate.tables.reading import Raw, failed, hs_fault, known_columns, meant_table
from lotgate.tables.schema import KINDS, TABLES, Column, Table

__all__ = ["read_workbook"]

_LARGEST = 2 * 1024**3  # bytes unpacked; a workbook beyond that is a mistake or an attack


def read_workbook(path: Path) -> tuple[dict[str, Raw], list[Fault]]:
    """Every table in the workbook, and faults for sheets that all but spell one; InputError if it is no workbook."""
    try:
        _check_file(path)
        book = CalamineWorkbook.from_path(str(path))
        sheets, faults = _table_sheets(book)
        members = _sheet_members(path)
        raws = {}
        for table, name in sheets.items():
            raws[table] = _read_sheet(TABLES[table], book.get_sheet_by_name(name), _xml(path, members.get(name)))
    except InputError:
        raise
    except _DAMAGE as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise _refused(path, f"the workbook is damaged: {reason}", f"工作簿已损坏：{reason}") from error
    return raws, faults


# What the zip, XML and workbook readers raise on a damaged file.
_DAMAGE = (
    CalamineError,
    ElementTree.ParseError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def _refused(path: Path, message: str, message_zh: str) -> InputError:
    return InputError(
        [
            Fault(
                path.name,
                message,
                message_zh=message_zh,
                expected="an .xlsx workbook without a password",
                expected_zh="未加密的 .xlsx 工作簿",
            )
        ]
    )


def _check_file(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise _refused(path, "the workbook is protected by a password", "工作簿有密码保护")
        raise _refused(path, "the file is an old .xls workbook", "文件为旧版 .xls 工作簿")
    if not zipfile.is_zipfile(path):
        raise _refused(path, "the file is not an .xlsx workbook", "文件不是 .xlsx 工作簿")
    with zipfile.ZipFile(path) as parts:
        if "xl/workbook.xml" not in parts.namelist():
            raise _refused(path, "the file is not an .xlsx workbook", "文件不是 .xlsx 工作簿")
        if sum(part.file_size for part in parts.infolist()) > _LARGEST:
            raise _refused(path, "the workbook unpacks to more than 2 GiB", "工作簿解压后超过 2 GiB")
    if part := too_wide(path):
        raise _refused(
            path,
            f"the cells of {part} reach too far; delete what stands far below or far right",
            f"{part} 的单元格范围过大；请删除远处的行列",
        )


def _table_sheets(book: CalamineWorkbook) -> tuple[dict[str, str], list[Fault]]:
    """Table -> sheet name, letter case aside."""
    sheets: dict[str, str] = {}
    faults = []
    for sheet in book.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue
        if sheet.name.lower() in TABLES:
            sheets[sheet.name.lower()] = sheet.name
        elif (meant := meant_table(sheet.name)) is not None:
            faults.append(
                Fault(
                    sheet.name, "the sheet name is not that of a table", message_zh="工作表名不是表名", expected=meant
                )
            )
    return {table: sheets[table] for table in TABLES if table in sheets}, faults


# ---- the sheet's XML --------------------------------------------------------------------------------------------

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _sheet_members(path: Path) -> dict[str, str]:
    """Sheet name -> the member of the archive that holds it."""
    with zipfile.ZipFile(path) as parts:
        book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): str(relation.get("Target")) for relation in relations}
    members = {}
    for element in book.iter():
        target = targets.get(element.get(_RELATION))
        if element.tag.endswith("}sheet") and target:
            members[str(element.get("name"))] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return members


def _xml(path: Path, member: str | None) -> bytes:
    if member is None:
        return b""
    with zipfile.ZipFile(path) as parts:
        return parts.read(member)


_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb"""\br=["']([A-Z]+)(\d+)["']""")
_TYPE = re.compile(rb"""\bt=["'](\w+)["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_STORED = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)<")


def _unreadable_cells(xml: bytes) -> Iterator[tuple[int, int, str, str, str]]:
    """Cells that hold an error or a formula without a result: row and column from 0, what was found, why."""
    has_formulas = _FORMULA.search(xml) is not None
    if not has_formulas and not re.search(rb"""\st=["']e["']""", xml):
        return
    for cell in _CELL.finditer(xml):
        attributes, content = cell.group(1), cell.group(2) or b""
        place, kind = _PLACE.search(attributes), _TYPE.search(attributes)
        if place is None:
            continue
        row, column = int(place.group(2)) - 1, _column_number(place.group(1).decode())
        stored = _STORED.search(content)
        if kind is not None and kind.group(1) == b"e":
            found = stored.group(1).decode() if stored else "#?"
            yield row, column, found, "the cell holds an error", "单元格为错误值"
        elif has_formulas and stored is None and _FORMULA.search(content) and (kind is None or kind.group(1) != b"str"):
            yield row, column, "=", "a formula without a stored result", "公式没有已保存的结果"


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _place(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


# ---- the sheet's cells ------------------------------------------------------------------------------------------


def _read_sheet(table: Table, sheet: CalamineSheet, xml: bytes) -> Raw:
    cells = sheet.to_python(skip_empty_area=False)
    if not cells:
        return failed(table.name, "the sheet is empty", "工作表为空", expected="a header row", expected_zh="表头行")
    header = [_name(value) for value in cells[0]]
    rows = cells[1:]
    filled = [any(row[place] != "" for row in rows) for place in range(len(header))]
    columns, faults = known_columns(table, header, filled)
    named = dict(columns)
    for row, place, value, message, message_zh in _unreadable_cells(xml):
        if row > 0 and place in named:
            faults.append(
                Fault(
                    table.name,
                    message,
                    row=row,
                    column=named[place].name,
                    value=value,
                    message_zh=message_zh,
                    expected="a value",
                    expected_zh="数值或文本",
                )
            )
    faults += _merged(table, sheet, len(cells), max(named, default=-1))
    if not columns:
        return Raw(table.empty, faults=faults, complete=False)
    frame = {
        column.name: pl.Series(
            column.name,
            [_text(table, column, number, row[place], faults) for number, row in enumerate(rows, start=1)],
            dtype=pl.String,
        )
        for place, column in columns
    }
    return Raw(pl.DataFrame(frame), faults=faults)


def _name(value: Any) -> str:
    return value if isinstance(value, str) else _digits(value) if isinstance(value, float) else str(value)


def _merged(table: Table, sheet: CalamineSheet, height: int, last: int) -> Iterator[Fault]:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top < height and left <= last:
            yield Fault(
                table.name,
                "merged cells inside the table",
                row=top or None,
                value=f"{_place(top, left)}:{_place(bottom, right)}",
                message_zh="表内有合并单元格",
                expected="one value in every cell",
                expected_zh="每个单元格各填一个值",
            )


def _digits(number: float) -> str:
    """The number as Excel shows it in full: 15 significant digits."""
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.15g}"


def _text(table: Table, column: Column, row: int, value: Any, faults: list[Fault]) -> str | None:
    """The cell as text; None with a fault where Excel's type shows that something else was meant."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        if column.kind in ("yes/no", "text"):
            return "yes" if value else "no"
        message, message_zh = "Excel holds a truth value here", "Excel 将此单元格存为逻辑值"
    elif isinstance(value, (int, float)):
        digits = _digits(float(value))
        if column.kind == "hs":
            digits = digits.replace(".", "")
            if len(digits) % 2:
                faults.append(hs_fault(table.name, column.name, row, digits))
                return None
        if column.kind in ("number", "text", "hs") or (column.kind in ("id", "ids") and abs(value) < 1e15):
            return digits
        value = digits
        # 1E001 typed into an ordinary cell becomes the number 10.
        message, message_zh = "Excel holds a number here", "Excel 将此单元格存为数字"
    elif isinstance(value, (date, datetime)):
        if isinstance(value, datetime) and (value.time() != time(0) or column.kind == "time"):
            if column.kind in ("day", "time", "text"):
                return value.isoformat(timespec="seconds")
        elif column.kind in ("day", "time", "text"):
            return value.strftime("%Y-%m-%d") if isinstance(value, datetime) else value.isoformat()
        message, message_zh = "Excel has turned the cell into a date", "Excel 已将此单元格转为日期"
    else:
        message, message_zh = "Excel holds a time of day or a duration here", "Excel 将此单元格存为时间或时长"
    expected, expected_zh = KINDS[column.kind]
    if column.kind not in ("number", "day", "time"):
        expected, expected_zh = f"{expected}, in a cell formatted as text", f"{expected_zh}，单元格设为文本格式"
    faults.append(
        Fault(
            table.name,
            message,
            row=row,
            column=column.name,
            value=str(value),
            message_zh=message_zh,
            expected=expected,
            expected_zh=expected_zh,
        )
    )
    return None
