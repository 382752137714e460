"""Rows added to the tables of a workspace, all of them or none. What stands there already is never changed.

CSV files keep their bytes and get lines; a column they lack is added to the head. Workbooks and Parquet files are
written anew beside and take the old one's name. Before anything takes its place the whole workspace is loaded as it
would be, so that a row which does not fit is refused with all its faults.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from lotgate.errors import Fault, InputError
from lotgate.tables.cells import decode
from lotgate.tables.schema import TABLES
from lotgate.tables.workspace import Workspace, load

__all__ = ["Rows", "add_rows"]

Rows = Mapping[str, Sequence[Mapping[str, str]]]
"""Table to rows of text cells; a cell not named is empty."""


def add_rows(path: str | Path, rows: Rows, required: tuple[str, ...] = ("items",)) -> Workspace:
    """Adds rows to the tables of a workspace and gives the workspace as it then is.

    Raises InputError, with nothing written, where the rows do not fit or a file cannot be written.
    """
    path = Path(path)
    wanted = {table: list(found) for table, found in rows.items() if found}
    home = path if path.is_dir() else path.parent
    try:
        with tempfile.TemporaryDirectory(prefix=".lotgate-", dir=home) as temporary:
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


def _stage_folder(path: Path, staged: Path, rows: Rows) -> list[Path]:
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


def _grown_csv(data: bytes, table: str, rows: Sequence[Mapping[str, str]]) -> bytes:
    """The file with the rows at its end; rewritten cell by cell only where its head lacks a column."""
    needed = [name for name in TABLES[table].names if any(row.get(name) for row in rows)]
    if not data.strip():
        required = [column.name for column in TABLES[table].columns if column.required]
        head = [name for name in TABLES[table].names if name in needed or name in required]
        return _lines([head, *([row.get(name, "") for name in head] for row in rows)], "\n")
    end = "\r\n" if b"\r\n" in data else "\n"
    text = data.decode("utf-8-sig")
    head = next(csv.reader(io.StringIO(text, newline="")))
    names = [name.strip() for name in head]
    missing = [name for name in needed if name not in names]
    if missing:
        held = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
        whole = [[*held[0], *missing], *([*row, *[""] * len(missing)] for row in held[1:])]
        data = (b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b"") + _lines(whole, end)
    elif not data.endswith((b"\n", b"\r")):
        data += end.encode()
    names += missing
    return data + _lines([[row.get(name, "") for name in names] for row in rows], end)


def _lines(rows: Sequence[Sequence[str]], end: str) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator=end).writerows(rows)
    return stream.getvalue().encode()


# ---- Parquet and workbooks -------------------------------------------------------------------------------------------


def _grow_parquet(path: Path, table: str, rows: Sequence[Mapping[str, str]]) -> pl.DataFrame:
    held = pl.read_parquet(path)
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


def _stage_book(path: Path, staged: Path, rows: Rows) -> list[Path]:
    from openpyxl import load_workbook

    book = load_workbook(path)
    sheets = {name.lower(): book[name] for name in book.sheetnames}
    for table, found in rows.items():
        sheet = sheets.get(table) or book.create_sheet(table)
        head = [str(cell.value or "").strip() for cell in sheet[1]] if sheet.max_row and table in sheets else []
        while head and not head[-1]:
            head.pop()
        for name in TABLES[table].names:
            if name not in head and (any(row.get(name) for row in found) or TABLES[table][name].required):
                head.append(name)
                sheet.cell(1, len(head), name)
        last = sheet.max_row
        while last > 1 and all(cell.value in (None, "") for cell in sheet[last]):
            last -= 1
        for number, row in enumerate(found, last + 1):
            for place, name in enumerate(head, 1):
                if row.get(name):
                    cell = sheet.cell(number, place, row[name])
                    cell.number_format = "@"
                    cell.data_type = "s"  # `=1` from a supplier is a text, never a formula
    made = staged / path.name
    book.save(made)
    return [made]
