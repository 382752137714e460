"""Gives the officer's own workbook back with answers beside the shipments, and the sheets `reasons` and `about`.

What openpyxl keeps of a workbook stays: cells, formats, formulas, drop-downs, other sheets. Text is always written as
text: a name that starts like a formula never becomes one.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.report.answer_columns import (
    ANSWER_HEADS,
    REASON_HEADS,
    AnswerColumn,
    about_rows,
    answer_columns,
    head,
    reason_rows,
)
from lotgate.report.files import write_whole
from lotgate.report.rows import Row, decision_rows, written
from lotgate.report.shapes import DecisionSet
from lotgate.report.words import word
from lotgate.tables import Workspace
from lotgate.tables.schema import TABLES

__all__ = ["write_xlsx"]

_MOST_ROWS = 1_048_576
_MOST_CHARACTERS = 32_767
"""What a sheet and a cell of Excel hold."""
_MOST_EXPLAINED = 2_000
"""Up to this many lines, the sheet of reasons names the facts that decided."""

_COLOURS = {
    "stop": ("FBE7E3", "9B2318"),
    "apply": ("FCEFD2", "744600"),
    "ask": ("E4EDFA", "1C4F91"),
    "go": ("E2F1E7", "1B5E3C"),
}
_FILLS = {answer: PatternFill("solid", fgColor=fill) for answer, (fill, _) in _COLOURS.items()}
_FONTS = {answer: Font(bold=True, color=ink) for answer, (_, ink) in _COLOURS.items()}
_HEAD_FILL = PatternFill("solid", fgColor="E9E6DF")
_HEAD_FONT = Font(bold=True)
_TOP = Alignment(vertical="top")
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_LIKE_FORMULA = re.compile(r"^[=+\-@\t\r]")


def write_xlsx(decisions: DecisionSet, path: str | Path) -> None:
    """Writes the workbook, whole or not at all.

    Raises InputError for more lines than a sheet holds, and for writing over the workbook that was read.
    """
    path = Path(path)
    _check_target(decisions, path)
    ws = decisions.workspace
    rows = decision_rows(decisions.lines, ws)
    columns = answer_columns(list(dict.fromkeys(code for row in rows for code in row.decision.regimes)))
    book, notes = _opened(ws)
    pen = _Pen()
    if book is None:
        book = Workbook(write_only=True)
        notes += _write_tables(book, pen, ws, rows, columns)
    else:
        _write_beside(_shipments_sheet(book), pen, ws, rows, columns)
    notes += _write_reasons(book, pen, decisions, rows)
    _write_about(book, pen, decisions, notes)
    with write_whole(path) as made:
        book.save(made)


def _check_target(decisions: DecisionSet, path: Path) -> None:
    if len(decisions.lines) >= _MOST_ROWS:
        count = f"{len(decisions.lines):,} lines"
        raise InputError(
            [Fault("shipments", "more lines than an Excel sheet holds", value=count, expected="--parquet or --json")]
        )
    source = decisions.workspace.path
    if source.is_file() and path.exists() and path.samefile(source):
        raise InputError([Fault(str(path), "this is the workbook that was read", expected="another file name")])


def _opened(ws: Workspace) -> tuple[Workbook | None, list[Text]]:
    """The officer's workbook; None for a folder of tables, or, with a note, where openpyxl cannot open it."""
    if not ws.path.is_file() or ws.path.suffix.lower() != ".xlsx":
        return None, []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of every extension that it does not keep
            book = load_workbook(ws.path, rich_text=True)
        _shipments_sheet(book)
    except (BadZipFile, InvalidFileException, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        return None, [word("say.rebuilt", reason=type(error).__name__)]
    if book.calculation is not None:
        book.calculation.fullCalcOnLoad = True  # openpyxl drops the stored results of formulas
    return book, []


def _shipments_sheet(book: Workbook) -> Worksheet:
    return next(sheet for sheet in book.worksheets if sheet.title.lower() == "shipments")


# ---- cells ------------------------------------------------------------------------------------------------------


class _Pen:
    """Fills cells of one workbook. Styles are made once: styling every cell anew would take most of the time."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, bool, bool], Any] = {}

    def _style(self, sheet: Any, name: str, quoted: bool, day: bool) -> Any:
        key = (name, quoted, day)
        if key not in self._made:
            cell: Any = WriteOnlyCell(sheet)
            if name in _FILLS:
                cell.fill, cell.font = _FILLS[name], _FONTS[name]
            elif name == "head":
                cell.fill, cell.font = _HEAD_FILL, _HEAD_FONT
            cell.alignment = _WRAPPED if name in ("head", "wrapped") else _TOP
            cell.quotePrefix = quoted
            if day:
                cell.number_format = "yyyy-mm-dd"
            self._made[key] = cell._style
        return self._made[key]

    def fill(self, cell: Any, value: Any, style: str = "top") -> Any:
        """The cell with a value; text stays text whatever it starts with, and what Excel cannot hold is left out."""
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:_MOST_CHARACTERS]
            cell.data_type = "s"
            cell._style = self._style(cell.parent, style, _LIKE_FORMULA.match(value) is not None, False)
        else:
            cell.value = value
            cell._style = self._style(cell.parent, style, False, isinstance(value, dt.date))
        return cell

    def cell(self, sheet: Any, value: Any, style: str = "top") -> Any:
        """A new cell for a row to be appended; nothing for nothing."""
        return None if value is None else self.fill(WriteOnlyCell(sheet), value, style)

    def answer(self, cell: Any, column: AnswerColumn, row: Row) -> Any:
        """The cell with a column's value for a line, in the colour of its answer."""
        given = column.answer(row) if column.answer is not None else None
        return self.fill(cell, column.value(row) or None, given or "top")


# ---- the shipments of a workbook --------------------------------------------------------------------------------


def _write_beside(
    sheet: Worksheet, pen: _Pen, ws: Workspace, rows: Sequence[Row], columns: Sequence[AnswerColumn]
) -> None:
    """Puts the answers beside the officer's rows, in the place of those of an earlier check."""
    _drop_answers(sheet)
    first = 1 + max((cell.column for cell in sheet[1] if cell.value not in (None, "")), default=0)
    for place, column in enumerate(columns, start=first):
        pen.fill(sheet.cell(1, place), column.head, "head")
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    for number, row in zip(_sheet_rows(ws, len(rows)), rows, strict=True):
        for place, column in enumerate(columns, start=first):
            pen.answer(sheet.cell(number, place), column, row)
    if sheet.auto_filter.ref:
        start, _, _ = sheet.auto_filter.ref.partition(":")
        sheet.auto_filter.ref = f"{start}:{get_column_letter(first + len(columns) - 1)}{sheet.max_row}"


def _drop_answers(sheet: Worksheet) -> None:
    places = [place for place, cell in enumerate(sheet[1], start=1) if str(cell.value) in ANSWER_HEADS]
    for place in reversed(places):
        sheet.delete_cols(place)


def _sheet_rows(ws: Workspace, count: int) -> Iterator[int]:
    """The row of the sheet of each line: blank rows were left out when the table was read."""
    numbers = ws.row_numbers.get("shipments")
    yield from (number + 1 for number in (range(1, count + 1) if numbers is None else numbers.to_list()))


# ---- tables of a folder -----------------------------------------------------------------------------------------


def _write_tables(
    book: Workbook, pen: _Pen, ws: Workspace, rows: Sequence[Row], columns: Sequence[AnswerColumn]
) -> list[Text]:
    """Writes a sheet for every table that is there, the shipments with their answers; notes on what was cut."""
    notes = []
    for name, table in TABLES.items():
        if name not in ws.present:
            continue
        frame = ws[name]
        beside = columns if name == "shipments" else []
        heads = [(column.name, max(len(column.name) + 2, 10)) for column in table.columns]
        sheet = _new_sheet(book, pen, name, [*heads, *((column.head, column.width) for column in beside)])
        for number, values in enumerate(frame.head(_MOST_ROWS - 1).iter_rows()):
            cells = [pen.cell(sheet, _plain(value)) for value in values]
            cells += [pen.answer(WriteOnlyCell(sheet), column, rows[number]) for column in beside]
            sheet.append(cells)
        if frame.height >= _MOST_ROWS:
            notes.append(word("say.tables_cut", table=name, all=f"{frame.height:,}", shown=f"{_MOST_ROWS - 1:,}"))
    return notes


def _plain(value: Any) -> Any:
    """A cell of a table as it is typed into a sheet: numbers and days stay what they are."""
    if isinstance(value, float) and value == value:
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, list):
        return ";".join(value) or "none"
    if value is None or isinstance(value, str):
        return value
    text = written(value)
    return text if text == "none" or hasattr(value, "hour") else value


# ---- sheets of our own ------------------------------------------------------------------------------------------


def _new_sheet(book: Workbook, pen: _Pen, title: str, heads: Sequence[tuple[str, int]]) -> Any:
    """A sheet with a header row that stays in view; an earlier one of ours gives way, one of the officer's does not."""
    ours = heads[0][0]
    for sheet in list(book.worksheets):
        if sheet.title.lower() == title and sheet.cell(1, 1).value == ours:
            book.remove(sheet)
    made = book.create_sheet(title)
    for place, (_, width) in enumerate(heads, start=1):
        made.column_dimensions[get_column_letter(place)].width = width
    made.freeze_panes = "A2"
    made.append([pen.cell(made, name, "head") for name, _ in heads])
    return made


def _write_reasons(book: Workbook, pen: _Pen, decisions: DecisionSet, rows: Sequence[Row]) -> list[Text]:
    sheet = _new_sheet(book, pen, "reasons", REASON_HEADS)
    explained = len(rows) <= _MOST_EXPLAINED
    total = 0
    for row in rows:
        found = decisions.explain(row.decision.line) if explained else None
        for values in reason_rows(found.decision if found else row.decision, found.parties if found else ()):
            total += 1
            if total < _MOST_ROWS:
                sheet.append([pen.cell(sheet, value, "wrapped") for value in values])
    if total < _MOST_ROWS:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(REASON_HEADS))}{total + 1}"
        return []
    return [word("say.sheet_cut", shown=f"{_MOST_ROWS - 1:,}", all=f"{total:,}")]


def _write_about(book: Workbook, pen: _Pen, decisions: DecisionSet, notes: Iterable[Text]) -> None:
    heads = ((head("about"), 24), ("English", 80), ("中文", 80))
    sheet = _new_sheet(book, pen, "about", heads)
    for values in about_rows(decisions, notes):
        sheet.append([pen.cell(sheet, value, "wrapped") for value in values])
