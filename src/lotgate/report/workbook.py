"""Gives the officer's own workbook back with answers beside the shipments, and the sheets `reasons` and `about`.

What openpyxl keeps of a workbook stays: cells, formats, formulas, drop-downs, other sheets. A folder of tables becomes
a workbook of its own. Text is always written as text: a name that starts like a formula never becomes one.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
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
from lotgate.report.sheet_file import COLOURS, HEAD_COLOUR, LIKE_FORMULA, SheetFile, legible
from lotgate.report.words import word
from lotgate.tables import Workspace
from lotgate.tables.schema import TABLES

__all__ = ["write_xlsx"]

_MOST_ROWS = 1_048_576
"""What a sheet of Excel holds."""
_MOST_EXPLAINED = 2_000
"""Up to this many lines, the sheet of reasons names the facts that decided."""

_FILLS = {answer: PatternFill("solid", fgColor=fill) for answer, (fill, _) in COLOURS.items()}
_FONTS = {answer: Font(bold=True, color=ink) for answer, (_, ink) in COLOURS.items()}
_HEAD_FILL = PatternFill("solid", fgColor=HEAD_COLOUR)
_HEAD_FONT = Font(bold=True)
_TOP = Alignment(vertical="top")
_WRAPPED = Alignment(vertical="top", wrap_text=True)

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Told after each step how many of how many are done."""


def write_xlsx(decisions: DecisionSet, path: str | Path, progress: Progress | None = None) -> None:
    """Writes the workbook, whole or not at all.

    Raises InputError for more lines than a sheet holds, and for writing over the workbook that was read.
    """
    path = Path(path)
    _check_target(decisions, path)
    ws = decisions.workspace
    mine, notes = _opened(ws)
    tables = [] if mine is not None else [name for name in TABLES if name in ws.present]
    steps = _Steps(2 * len(decisions.lines) + sum(ws[name].height for name in tables), progress)
    rows = decision_rows(steps.each(decisions.lines), ws)
    columns = answer_columns(list(dict.fromkeys(code for row in rows for code in row.decision.regimes)))
    with write_whole(path) as made:
        if mine is not None:
            book = _OfficersBook(mine)
            _write_beside(_shipments_sheet(mine), book.pen, ws, rows, columns)
            _write_own(book, decisions, rows, notes, steps)
            mine.save(made)
        else:
            with SheetFile(made) as file:
                for name in tables:
                    notes += _write_table(file, name, ws, rows, columns, steps)
                _write_own(file, decisions, rows, notes, steps)


class _Steps:
    """Counts what is done and tells of it."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.total, self.done, self.progress = total, 0, progress

    def each(self, things: Iterable[T]) -> Iterator[T]:
        """The things, each a step."""
        for thing in things:
            yield thing
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, self.total)


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
            cell.value = legible(value)
            cell.data_type = "s"
            cell._style = self._style(cell.parent, style, LIKE_FORMULA.match(value) is not None, False)
        else:
            cell.value = value
            cell._style = self._style(cell.parent, style, False, isinstance(value, dt.date))
        return cell

    def cell(self, sheet: Any, value: Any, style: str = "top") -> Any:
        """A new cell for a row to be appended; nothing for nothing."""
        return None if value is None else self.fill(WriteOnlyCell(sheet), value, style)

    def answer(self, cell: Any, column: AnswerColumn, row: Row) -> Any:
        """The cell with a column's value for a line, in the colour of its answer."""
        return self.fill(cell, column.value(row) or None, _look(column, row))


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


def _write_table(
    file: SheetFile, name: str, ws: Workspace, rows: Sequence[Row], columns: Sequence[AnswerColumn], steps: _Steps
) -> list[Text]:
    """Writes the sheet of one table, that of the shipments with their answers; a note where it was cut."""
    frame = ws[name]
    beside = columns if name == "shipments" else []
    heads = [(column.name, max(len(column.name) + 2, 10)) for column in TABLES[name].columns]
    sheet = file.sheet(name, [*heads, *((column.head, column.width) for column in beside)])
    for number, values in enumerate(steps.each(frame.head(_MOST_ROWS - 1).iter_rows())):
        cells = [_plain(value) for value in values]
        styles = ["top"] * len(cells)
        for column in beside:
            cells.append(column.value(rows[number]) or None)
            styles.append(_look(column, rows[number]))
        sheet.append(cells, styles)
    if frame.height < _MOST_ROWS:
        return []
    return [word("say.tables_cut", table=name, all=f"{frame.height:,}", shown=f"{_MOST_ROWS - 1:,}")]


def _look(column: AnswerColumn, row: Row) -> str:
    """The style of a column's cell for a line: that of the answer it shows."""
    return (column.answer(row) if column.answer is not None else None) or "top"


def _plain(value: Any) -> Any:
    """A cell of a table as it is typed into a sheet: numbers and days stay what they are."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value == value:
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, list):
        return ";".join(value) or "none"
    text = written(value)
    return text if text == "none" or hasattr(value, "hour") else value


# ---- sheets of our own ------------------------------------------------------------------------------------------


class _Table(Protocol):
    """A sheet of ours, in a file of ours or in the officer's workbook."""

    def append(self, values: Iterable[Any], styles: Iterable[str]) -> None: ...

    def filter(self) -> None: ...


class _Book(Protocol):
    """Where sheets of ours go."""

    def sheet(self, title: str, heads: Sequence[tuple[str, int]]) -> _Table: ...


class _OfficersBook:
    """The officer's workbook, to which sheets of ours are added."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.pen = _Pen()

    def sheet(self, title: str, heads: Sequence[tuple[str, int]]) -> _OfficersSheet:
        """A sheet with a header row that stays in view; an earlier one of ours gives way, one of the officer's not."""
        for sheet in list(self.book.worksheets):
            if sheet.title.lower() == title and sheet.cell(1, 1).value == heads[0][0]:
                self.book.remove(sheet)
        made = self.book.create_sheet(title)
        for place, (_, width) in enumerate(heads, start=1):
            made.column_dimensions[get_column_letter(place)].width = width
        made.freeze_panes = "A2"
        table = _OfficersSheet(made, self.pen)
        table.append((name for name, _ in heads), repeat("head"))
        return table


class _OfficersSheet:
    """A sheet of ours in the officer's workbook."""

    def __init__(self, sheet: Worksheet, pen: _Pen) -> None:
        self.made, self.pen = sheet, pen

    def append(self, values: Iterable[Any], styles: Iterable[str]) -> None:
        """Adds a row."""
        self.made.append([self.pen.cell(self.made, value, style) for value, style in zip(values, styles, strict=False)])

    def filter(self) -> None:
        """Puts drop-downs for choosing rows on the head."""
        self.made.auto_filter.ref = self.made.dimensions


def _write_own(book: _Book, decisions: DecisionSet, rows: Sequence[Row], notes: Sequence[Text], steps: _Steps) -> None:
    cut = _write_reasons(book, decisions, rows, steps)
    sheet = book.sheet("about", ((head("about"), 24), ("English", 80), ("中文", 80)))
    for values in about_rows(decisions, [*notes, *cut]):
        sheet.append(values, repeat("wrapped"))


def _write_reasons(book: _Book, decisions: DecisionSet, rows: Sequence[Row], steps: _Steps) -> list[Text]:
    sheet = book.sheet("reasons", REASON_HEADS)
    explained = len(rows) <= _MOST_EXPLAINED
    total = 0
    for row in steps.each(rows):
        found = decisions.explain(row.decision.line) if explained else None
        for values in reason_rows(found.decision if found else row.decision, found.parties if found else ()):
            total += 1
            if total < _MOST_ROWS:
                sheet.append(values, repeat("wrapped"))
    if total < _MOST_ROWS:
        sheet.filter()
        return []
    return [word("say.sheet_cut", shown=f"{_MOST_ROWS - 1:,}", all=f"{total:,}")]
