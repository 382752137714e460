"""Rows added to the tables of a workspace, and empty cells filled: all of it or nothing. What stands is never changed.

CSV files keep their bytes and get lines; a column they lack is added to the head. Workbooks and Parquet files are
written anew beside and take the old one's name. Before anything takes its place the whole workspace is loaded as it
would be, so that a row which does not fit is refused with all its faults.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from lotgate.errors import Fault, InputError
from lotgate.tables.cells import decode
from lotgate.tables.schema import TABLES
from lotgate.tables.workspace import Workspace, load

__all__ = ["Fill", "Rows", "add_rows", "alone_in"]

Rows = Mapping[str, Sequence[Mapping[str, str]]]
"""Table to rows of text cells; a cell not named is empty."""


@dataclass(frozen=True)
class Fill:
    """A value for a cell that is empty: the table, the cells that name the row, the column."""

    table: str
    where: tuple[tuple[str, str], ...]
    column: str
    value: str


_HELD = threading.local()


@contextlib.contextmanager
def alone_in(path: str | Path) -> Iterator[None]:
    """Keeps other programs of ours from adding to a workspace, from before it is read until what follows is written.

    Two imports at the same time would each add to what stood before both. The folder itself is locked, which leaves no
    trace in it; the system lets go when a program ends. Windows cannot lock a folder: there the last one wins, whole.
    """
    place = Path(path).resolve()
    home = place if place.is_dir() else place.parent
    held: set[Path] = _HELD.__dict__.setdefault("places", set())
    if sys.platform == "win32" or home in held or not home.is_dir():
        yield
        return
    import fcntl

    handle = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        held.add(home)
        yield
    finally:
        held.discard(home)
        os.close(handle)


def add_rows(
    path: str | Path, rows: Rows, fills: Sequence[Fill] = (), required: tuple[str, ...] = ("items",)
) -> Workspace:
    """Adds rows to the tables of a workspace, fills empty cells, and gives the workspace as it then is.

    Raises InputError, with nothing written, where the rows do not fit or a file cannot be written. A cell to be filled
    that turns out not to be empty is left as it is. Texts that a spreadsheet reads as formulas are refused.
    """
    path = Path(path)
    wanted: dict[str, _New] = {table: _New(list(found), []) for table, found in rows.items() if found}
    for fill in fills:
        wanted.setdefault(fill.table, _New([], [])).fills.append(fill)
    if faults := [fault for table, new in wanted.items() for fault in new.formulas(table)]:
        raise InputError(faults)
    home = path if path.is_dir() else path.parent
    try:
        with alone_in(path), tempfile.TemporaryDirectory(prefix=".lotgate-", dir=home) as temporary:
            staged = Path(temporary) / "new"
            staged.mkdir()
            written = _stage_folder(path, staged, wanted) if path.is_dir() else _stage_book(path, staged, wanted)
            load(staged if path.is_dir() else staged / path.name, required)
            _take_places(written, home, Path(temporary) / "old")
    except OSError as error:
        raise InputError(
            [
                Fault(
                    str(path),
                    f"cannot be written: {error.strerror or error}",
                    message_zh=f"无法写入：{error.strerror or error}",
                )
            ]
        ) from error
    return load(path, required)


@dataclass(frozen=True)
class _New:
    """What one table gets."""

    rows: list[Mapping[str, str]]
    fills: list[Fill]

    def needs(self, name: str) -> bool:
        """Whether the table must have a column."""
        return any(row.get(name) for row in self.rows) or any(fill.column == name for fill in self.fills)

    def formulas(self, table: str) -> Iterator[Fault]:
        """Texts that a spreadsheet would carry out rather than show; nobody outside may leave one in a table."""
        cells = [cell for row in self.rows for cell in row.items()]
        for name, value in [*cells, *((fill.column, fill.value) for fill in self.fills)]:
            if TABLES[table][name].kind in ("id", "ids", "text") and value.startswith(("=", "@", "+", "-", "\t")):
                yield Fault(
                    table,
                    "the text reads as a formula",
                    column=name,
                    value=value,
                    expected="a text that begins with none of = + - @",
                    message_zh="文本形同公式",
                    expected_zh="不以 = + - @ 开头的文本",
                )

    def value(self, row: Mapping[str, str], name: str) -> str:
        """What fills an empty cell of a row."""
        for fill in self.fills:
            if fill.column == name and all(row.get(key, "").strip() == value for key, value in fill.where):
                return fill.value
        return ""


def _take_places(written: Sequence[Path], home: Path, old: Path) -> None:
    """Moves the new files into place; where one cannot be moved, those before it go back."""
    old.mkdir()
    moved: list[Path] = []
    try:
        for made in written:
            target = home / made.name
            if target.exists():
                shutil.copy2(target, old / made.name)
                made.chmod(target.stat().st_mode & 0o777)
            made.replace(target)
            moved.append(target)
    except BaseException:
        for target in moved:
            before = old / target.name
            if before.exists():
                before.replace(target)
            else:
                target.unlink(missing_ok=True)
        raise


def _stage_folder(path: Path, staged: Path, rows: Mapping[str, _New]) -> list[Path]:
    """The folder as it will be: new files for tables that grow, links to the rest."""
    written = []
    for file in path.iterdir():
        if file.suffix.lower() in (".csv", ".parquet") and file.stem not in rows:
            (staged / file.name).symlink_to(file.resolve())
    for table, found in rows.items():
        parquet, text = path / f"{table}.parquet", path / f"{table}.csv"
        made = staged / (parquet.name if parquet.exists() else text.name)
        if parquet.exists():
            _grow_parquet(parquet, table, found).write_parquet(made)
        else:
            made.write_bytes(_grown_csv(text.read_bytes() if text.exists() else b"", table, found))
        written.append(made)
    return written


# ---- CSV -------------------------------------------------------------------------------------------------------------


def _grown_csv(data: bytes, table: str, new: _New) -> bytes:
    """The file with the rows at its end; rewritten cell by cell only where a cell is filled or a column is missing."""
    needed = [name for name in TABLES[table].names if new.needs(name)]
    if not data.strip():
        required = [column.name for column in TABLES[table].columns if column.required]
        head = [name for name in TABLES[table].names if name in needed or name in required]
        return _lines([head, *([row.get(name, "") for name in head] for row in new.rows)], "\n")
    end = "\r\n" if b"\r\n" in data else "\n"
    head, *held = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    names = [name.strip() for name in head]
    missing = [name for name in needed if name not in names]
    if missing or new.fills:
        places = {name: place for place, name in enumerate([*names, *missing])}
        whole = [[*head, *missing]]
        for cells in held:
            row = [*cells, *[""] * (len(places) - len(cells))]
            named = dict(zip(places, row, strict=False))
            for name in {fill.column for fill in new.fills}:
                row[places[name]] = row[places[name]] if row[places[name]].strip() else new.value(named, name)
            whole += [row] if cells else []
        data = (b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b"") + _lines(whole, end)
    elif not data.endswith((b"\n", b"\r")):
        data += end.encode()
    return data + _lines([[row.get(name, "") for name in [*names, *missing]] for row in new.rows], end)


def _lines(rows: Sequence[Sequence[str]], end: str) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator=end).writerows(rows)
    return stream.getvalue().encode()


# ---- Parquet and workbooks -------------------------------------------------------------------------------------------


def _grow_parquet(path: Path, table: str, new: _New) -> pl.DataFrame:
    held, rows = pl.read_parquet(path), new.rows
    for fill in new.fills:
        column = TABLES[table][fill.column]
        typed, _ = decode(table, column, pl.Series(fill.column, [fill.value], dtype=pl.String), pl.Series([1]))
        if fill.column not in held.columns:
            held = held.with_columns(pl.lit(None, dtype=column.dtype).alias(fill.column))
        row = pl.all_horizontal(pl.col(key) == value for key, value in fill.where)
        filled = pl.lit(typed[0]).cast(held.schema[fill.column])
        held = held.with_columns(
            pl.when(pl.col(fill.column).is_null() & row).then(filled).otherwise(fill.column).alias(fill.column)
        )
    added = {}
    numbers = pl.int_range(1, len(rows) + 1, eager=True)
    faults: list[Fault] = []
    for column in TABLES[table].columns:
        cells = pl.Series(column.name, [row.get(column.name) or None for row in rows], dtype=pl.String)
        if column.name in held.columns or cells.null_count() < len(cells):
            typed, found = decode(table, column, cells, numbers)
            faults += found
            as_held = held.schema.get(column.name, typed.dtype)
            added[column.name] = cells if as_held == pl.String else typed.cast(as_held)
    if faults:
        raise InputError(faults)
    return pl.concat([held, pl.DataFrame(added)], how="diagonal")


def _stage_book(path: Path, staged: Path, rows: Mapping[str, _New]) -> list[Path]:
    from openpyxl import load_workbook

    book = load_workbook(path)
    sheets = {name.lower(): book[name] for name in book.sheetnames}
    for table, new in rows.items():
        sheet = sheets.get(table) or book.create_sheet(table)
        head = [str(cell.value or "").strip() for cell in sheet[1]] if sheet.max_row and table in sheets else []
        while head and not head[-1]:
            head.pop()
        for name in TABLES[table].names:
            if name not in head and (new.needs(name) or TABLES[table][name].required):
                head.append(name)
                sheet.cell(1, len(head), name)
        last = sheet.max_row
        while last > 1 and all(cell.value in (None, "") for cell in sheet[last]):
            last -= 1
        for number in range(2, last + 1) if new.fills else ():
            named = {name: str(sheet.cell(number, place).value or "") for place, name in enumerate(head, 1)}
            for place, name in enumerate(head, 1):
                if not named[name].strip():
                    _put(sheet.cell(number, place), new.value(named, name))
        for number, row in enumerate(new.rows, last + 1):
            for place, name in enumerate(head, 1):
                _put(sheet.cell(number, place), row.get(name, ""))
    made = staged / path.name
    book.save(made)
    return [made]


def _put(cell: Any, text: str) -> None:
    """Writes a text; `=1` from a supplier stays a text and never becomes a formula."""
    if text:
        cell.value = text
        cell.number_format = "@"
        cell.data_type = "s"
