"""Loads a workspace: every table of a folder or workbook, read, checked and typed, or all its faults at once.

schema.py says what the tables are, reading.py and sheets.py open the files, cells.py and checks.py judge the contents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl

from lotgate.errors import Fault, InputError
from lotgate.progress import tell
from lotgate.tables.cells import decode
from lotgate.tables.checks import Checked, check_references, check_rows, check_units
from lotgate.tables.reading import Raw, find_tables, read_csv, read_parquet
from lotgate.tables.schema import TABLES, Table
from lotgate.tables.sheets import read_workbook

__all__ = ["Workspace", "exact", "load"]


@dataclass(frozen=True)
class Workspace:
    """The tables of one workspace, checked and typed.

    `tables` has every table of the schema, with all its columns in the schema's order; those that were not there are
    empty. `present` names those that were. Rows stand in the order of the input.
    """

    path: Path
    tables: dict[str, pl.DataFrame]
    present: frozenset[str]
    events_document: Path | None = None
    """The EPCIS document of the folder, not read here."""
    row_numbers: dict[str, pl.Series] = field(default_factory=dict, repr=False)
    """The data row numbers of a table from which blank rows were left out."""

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.tables[table]

    def missing_dates(self) -> list[str]:
        """The shipment lines without a date, in order; a check needs a day for them."""
        shipments = self.tables["shipments"]
        return shipments.filter(pl.col("date").is_null())["line"].to_list()


def exact(number: float | None) -> Fraction | None:
    """The number as it was written, exactly; None for unknown and for `none` (NaN).

    Cells hold at most 15 significant digits, and a float gives those back unchanged.
    """
    if number is None or number != number:
        return None
    return Fraction(Decimal(repr(number)))


def load(path: str | Path, required: Iterable[str] = ("shipments",)) -> Workspace:
    """The workspace in a folder of CSV and Parquet files, or in one .xlsx workbook.

    `required` names the tables without which the caller can do nothing. Raises InputError with every fault of every
    table at once.
    """
    path = Path(path)
    raws, faults, document = _read(path)
    faults += [
        Fault(
            name,
            f"table {name} is missing",
            message_zh=f"缺少 {name} 表",
            expected=_where(path, name),
            expected_zh=_where(path, name),
        )
        for name in required
        if name not in raws and not (name == "events" and document)
    ]
    checked = {}
    for name, raw in raws.items():
        tell(name, 0)
        faults += raw.faults
        checked[name] = _check(TABLES[name], raw, faults)
    faults += check_references(checked) + check_units(checked)
    if faults:
        raise InputError(_ordered(faults))
    return Workspace(
        path=path,
        tables={name: checked[name].frame if name in checked else table.empty for name, table in TABLES.items()},
        present=frozenset(checked),
        events_document=document,
        row_numbers={name: table.rows for name, table in checked.items() if raws[name].rows is not None},
    )


def _read(path: Path) -> tuple[dict[str, Raw], list[Fault], Path | None]:
    if path.is_dir():
        found, faults = find_tables(path)
        raws = {
            name: (read_csv if found[name].suffix.lower() == ".csv" else read_parquet)(TABLES[name], found[name])
            for name in TABLES
            if name in found
        }
        document = path / "events.jsonld"
        if not document.is_file():
            return raws, faults, None
        if "events" in found:
            faults.append(
                Fault(
                    "events",
                    f"events are there twice, as {found['events'].name} and events.jsonld",
                    message_zh=f"事件重复出现：{found['events'].name} 和 events.jsonld",
                    expected="one of them",
                    expected_zh="其中之一",
                )
            )
        return raws, faults, document
    if path.suffix.lower() == ".xlsx" and path.exists() and not path.name.startswith("~$"):
        raws, faults = read_workbook(path)
        return raws, faults, None
    missing = not path.exists()
    raise InputError(
        [
            Fault(
                path.name or str(path),
                "there is no such file or folder" if missing else "this is no workspace",
                message_zh="文件或文件夹不存在" if missing else "这不是工作区",
                expected="a folder of CSV or Parquet tables, or an .xlsx workbook",
                expected_zh="CSV 或 Parquet 表所在的文件夹，或 .xlsx 工作簿",
            )
        ]
    )


def _where(path: Path, name: str) -> str:
    return f"{name}.csv or {name}.parquet in {path.name or path}" if path.is_dir() else f"a sheet {name}"


def _check(table: Table, raw: Raw, faults: list[Fault]) -> Checked:
    """The table's frame in its own types; what is wrong with it is added to `faults`."""
    frame, numbers = raw.frame, raw.rows
    rows = (pl.int_range(1, frame.height + 1, eager=True) if numbers is None else numbers.cast(pl.Int64)).alias("row")
    keep = ~_blank_rows(frame)
    if not keep.all():
        raw.rows = rows = rows.filter(keep)
        frame = frame.filter(keep)
    told = {(fault.row, fault.column) for fault in raw.faults}
    columns = {}
    for column in table.columns:
        if column.name not in frame.columns:
            columns[column.name] = pl.Series(column.name, [None], dtype=column.dtype).new_from_index(0, frame.height)
            continue
        columns[column.name], found = decode(table.name, column, frame[column.name], rows)
        faults += [fault for fault in found if (fault.row, fault.column) not in told]
    checked = Checked(pl.DataFrame(columns), rows, raw.complete)
    faults += check_rows(table, checked)
    return checked


def _blank_rows(frame: pl.DataFrame) -> pl.Series:
    """Which rows hold nothing at all, as spreadsheets leave them behind."""
    if not frame.width or not frame.height:
        return pl.Series([False] * frame.height, dtype=pl.Boolean)
    blank = pl.Series([True], dtype=pl.Boolean).new_from_index(0, frame.height)
    for cells in frame:
        empty = cells.is_null()
        if cells.dtype == pl.String:
            empty |= (cells.str.strip_chars() == "").fill_null(True)
        blank &= empty
        if not blank.any():
            break
    return blank


def _ordered(faults: list[Fault]) -> list[Fault]:
    """By table, row and column, files that are no table first."""
    tables = list(TABLES)

    def place(fault: Fault) -> tuple[int, str, int, int]:
        table = TABLES.get(fault.table)
        columns = table.names if table else ()
        column = columns.index(fault.column) if fault.column in columns else -1
        return (tables.index(fault.table) if table else -1, fault.table, fault.row or 0, column)

    return sorted(faults, key=place)
