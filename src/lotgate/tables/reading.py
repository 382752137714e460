"""Reads the tables of a folder, CSV or Parquet, into plain frames. Leaves cells to checks.py and .xlsx to sheets.py.

A frame read here holds texts, or the types Parquet gave where they are already what the column wants.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

import numpy as np
import polars as pl

from lotgate.errors import Fault
from lotgate.tables.schema import TABLES, Column, Table
from lotgate.tables.vocabulary import nearest

__all__ = ["Raw", "failed", "find_tables", "hs_fault", "known_columns", "meant_table", "read_csv", "read_parquet"]


@dataclass
class Raw:
    """One table as read: the known columns, the number of each data row, and what was wrong with the file."""

    frame: pl.DataFrame
    rows: pl.Series | None = None
    """Data row numbers where rows were left out; None where row i of the frame is data row i + 1."""
    faults: list[Fault] = field(default_factory=list)
    complete: bool = True
    """False when rows or columns could not be read, so that a name missing here proves nothing."""


def failed(table: str, message: str, message_zh: str, **facts: str | int | None) -> Raw:
    """A table that could not be read at all, for one reason."""
    fault = Fault(table, message, message_zh=message_zh, **facts)  # type: ignore[arg-type]
    return Raw(TABLES[table].empty, faults=[fault], complete=False)


# ---- which files are tables -------------------------------------------------------------------------------------

_ALIASES = {
    "party": "parties", "license": "licences", "licence": "licences", "licenses": "licences", "billofmaterials": "bom",
    "boms": "bom", "ownerships": "ownership", "events": "events",
}  # fmt: skip


def meant_table(name: str) -> str | None:
    """The table a file or sheet name all but spells, `shipment` or `Items (2)`; None if it resembles none."""
    letters = "".join(letter for letter in name.lower() if letter.isalpha())
    if letters in TABLES:
        return letters
    return _ALIASES.get(letters) or nearest(name.strip(), TABLES, cutoff=0.75)


def find_tables(folder: Path) -> tuple[dict[str, Path], list[Fault]]:
    """The file of each table in a folder; faults for names that all but spell a table and for tables given twice."""
    found: dict[str, Path] = {}
    faults: list[Fault] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.suffix.lower() not in (".csv", ".parquet"):
            continue
        name = path.stem
        if name not in TABLES:
            meant = meant_table(name)
            if meant is not None:
                faults.append(
                    Fault(
                        path.name,
                        "the file name is not that of a table",
                        message_zh="文件名不是表名",
                        expected=meant + path.suffix.lower(),
                    )
                )
        elif name in found:
            faults.append(
                Fault(
                    name,
                    f"the table is there twice, as {found[name].name} and {path.name}",
                    message_zh=f"该表重复出现：{found[name].name} 和 {path.name}",
                    expected="one file",
                    expected_zh="一个文件",
                )
            )
        else:
            found[name] = path
    return found, faults


# the head of a column that a check wrote beside a shipment, in both languages: `answer / 结论`; it is no input
_ANSWER_HEAD = re.compile(r" / [^/]*[\u4e00-\u9fff]")


def known_columns(
    table: Table, header: Sequence[str], filled: Sequence[bool]
) -> tuple[list[tuple[int, Column]], list[Fault]]:
    """The place of every known column in the header, and faults for the rest; `filled` tells which have any cell."""
    names = [name.strip("\ufeff\u200b \t\r\n\u00a0\u3000") for name in header]
    known = [(place, table[name]) for place, name in enumerate(names) if name in table.names]
    close = [nearest(name, table.names, cutoff=0.6) for name in names]
    listed = ", ".join(table.names)
    if not known and not any(close):
        return [], [
            Fault(
                table.name,
                "the first row does not hold column names",
                message_zh="首行不是列名",
                value=", ".join(names)[:200],
                expected=f"some of {listed}",
                expected_zh=f"以下列名：{listed}",
            )
        ]
    faults = []
    for place, name in enumerate(names):
        if not name and filled[place]:
            faults.append(
                Fault(
                    table.name,
                    f"column {place + 1} has cells but no name",
                    message_zh=f"第 {place + 1} 列有内容但没有列名",
                )
            )
        elif name and name not in table.names and not _ANSWER_HEAD.search(name):
            faults.append(
                Fault(
                    table.name,
                    "unknown column",
                    column=name[:60],
                    message_zh="未知的列",
                    expected=f"{close[place]} (nearest known name)" if close[place] else f"one of {listed}",
                    expected_zh=f"{close[place]}（最接近的列名）" if close[place] else f"以下之一：{listed}",
                )
            )
    faults += [
        Fault(table.name, "the column is there twice", column=name, message_zh="该列重复出现")
        for name in table.names
        if names.count(name) > 1
    ]
    faults += [
        Fault(table.name, "a required column is missing", column=column.name, message_zh="缺少必需的列")
        for column in table.columns
        if column.required and column.name not in names
    ]
    first = {column.name: place for place, column in reversed(known)}
    return [(place, column) for place, column in known if first[column.name] == place], faults


# ---- CSV --------------------------------------------------------------------------------------------------------


def read_csv(table: Table, path: Path) -> Raw:
    """The table in a CSV file, all cells as text; every way in which the file is no such table is a fault."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return failed(table.name, f"the file cannot be read: {error.strerror}", f"无法读取文件：{error.strerror}")
    if refused := _not_csv(table.name, data):
        return refused
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    records = _records(data)
    if records is None:
        return _read_unusual_csv(table, data)
    header_text = data[: records.ends[0]].decode().rstrip("\r")
    if "\r" in header_text:
        return _read_unusual_csv(table, data)
    header = next(csv.reader(io.StringIO(header_text), strict=True), [])
    if refused := _not_comma(table.name, header_text):
        return refused
    # The header goes through the reader as a row, because the reader takes the number of columns from the first row.
    cells = pl.read_csv(
        io.BytesIO(data), has_header=False, infer_schema=False, truncate_ragged_lines=True, raise_if_empty=False
    ).slice(1)
    if cells.height != len(records.ends) - 1 or cells.width != len(header):
        return _read_unusual_csv(table, data)  # the two readings of the file differ: take the slow, exact one
    cells.columns = [str(place) for place in range(len(header))]
    odd = np.flatnonzero(records.widths[1:] != len(header))
    blank = [not data[records.ends[row] + 1 : records.ends[row + 1]].strip() for row in odd.tolist()]
    return _from_cells(table, header, cells, odd, records.widths[1:][odd], np.array(blank, dtype=bool))


@dataclass(frozen=True)
class _Records:
    """Where each record of a CSV file ends (the offset of its line feed), and how many cells it has."""

    ends: np.ndarray
    widths: np.ndarray


def _records(data: bytes) -> _Records | None:
    """The records of a CSV file, or None where quotation marks stand inside unquoted cells or are left open."""
    octets = np.frombuffer(data, dtype=np.uint8)
    feeds, commas, quotes = (np.flatnonzero(octets == ord(sign)) for sign in '\n,"')
    if quotes.size:
        if quotes.size % 2:
            return None
        opening, closing = quotes[::2], quotes[1::2]
        before = octets[np.maximum(opening - 1, 0)]
        # An opening mark right behind a closing one is the second half of an escaped pair.
        if not (np.isin(before, np.frombuffer(b',\n"', np.uint8)) | (opening == 0)).all():
            return None
        after = octets[np.minimum(closing + 1, len(data) - 1)]
        if not (np.isin(after, np.frombuffer(b',\n\r"', np.uint8)) | (closing == len(data) - 1)).all():
            return None
        feeds = feeds[np.searchsorted(quotes, feeds) % 2 == 0]
        commas = commas[np.searchsorted(quotes, commas) % 2 == 0]
    ends = feeds if data.endswith(b"\n") else np.append(feeds, len(data))
    return _Records(ends, np.diff(np.searchsorted(commas, ends), prepend=0) + 1)


def _read_unusual_csv(table: Table, data: bytes) -> Raw:
    """The same by the standard library's reader, which takes a mark inside an unquoted cell as it stands."""
    limit = csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    try:
        header, *rows = list(reader)
    except csv.Error as error:
        return failed(
            table.name,
            f"quotation marks or line ends do not fit, near line {reader.line_num}: {error}",
            f"引号或换行有误，在第 {reader.line_num} 行附近",
            expected="cells with marks or line breaks quoted as a whole, marks inside doubled",
            expected_zh="含引号或换行的单元格整体加引号，内部引号成对书写",
        )
    finally:
        csv.field_size_limit(limit)
    if refused := _not_comma(table.name, ",".join(header)):
        return refused
    widths = np.array([len(row) for row in rows], dtype=np.int64)
    odd = np.flatnonzero(widths != len(header))
    columns = [[row[place] if place < len(row) else None for row in rows] for place in range(len(header))]
    cells = pl.DataFrame([pl.Series(str(place), cells, dtype=pl.String) for place, cells in enumerate(columns)])
    return _from_cells(table, header, cells, odd, widths[odd], widths[odd] == 0)


def _from_cells(
    table: Table, header: list[str], cells: pl.DataFrame, odd: np.ndarray, widths: np.ndarray, blank: np.ndarray
) -> Raw:
    """The known columns of a CSV file; rows of another width than the header are faults, blank ones are left out."""
    filled = [cells[name].null_count() < cells.height for name in cells.columns]
    columns, faults = known_columns(table, header, filled)
    if not columns:
        return Raw(table.empty, faults=faults, complete=False)
    ragged = [(row, width) for row, width, empty in zip(odd, widths, blank, strict=True) if not empty]
    faults += [
        Fault(
            table.name,
            f"the row has {width} cells, the header {len(header)}",
            row=int(row) + 1,
            message_zh=f"该行有 {width} 个单元格，表头有 {len(header)} 个",
            expected="as many cells as the header; a comma inside a cell needs quotation marks",
            expected_zh="与表头相同的单元格数；单元格内的逗号须加引号",
        )
        for row, width in ragged
    ]
    frame = cells.select(pl.col(str(place)).alias(column.name) for place, column in columns)
    raw = Raw(frame, faults=faults, complete=not ragged)
    if odd.size:
        keep = np.ones(cells.height, dtype=bool)
        keep[odd] = False
        raw.rows = pl.Series(np.flatnonzero(keep) + 1)
        raw.frame = frame.filter(pl.Series(keep))
    return raw


def _not_csv(table: str, data: bytes) -> Raw | None:
    """The reason why a file is no UTF-8 text of comma-separated cells, as far as its bytes tell."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    utf8: dict[str, str | int | None] = {"expected": "UTF-8", "expected_zh": "UTF-8"}
    if not start:
        return failed(table, "the file is empty", "文件为空", expected="a header row", expected_zh="表头行")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return failed(table, "the file is UTF-16", "文件编码为 UTF-16", **utf8)
    kinds = ((b"pk\x03\x04", "an .xlsx or zip file"), (b"par1", "Parquet"), (b"\xd0\xcf\x11\xe0", "an .xls file"))
    for magic, kind in kinds:
        if start.startswith(magic):
            return failed(table, f"the file is {kind} under the name .csv", f"文件实为 {kind}，却以 .csv 命名")
    if (zero := data.find(b"\0")) >= 0:
        row = data.count(b"\n", 0, zero)
        if data[:200].count(b"\0") * 3 > len(data[:200]):
            return failed(table, "the file looks like UTF-16 without a mark", "文件疑为不带标记的 UTF-16 编码", **utf8)
        return failed(table, f"a NUL byte at byte {zero + 1}", f"第 {zero + 1} 字节为 NUL", row=row or None, **utf8)
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        return failed(
            table,
            "the file is a web page, not a table",
            "文件是网页，不是表格",
            expected="comma-separated text",
            expected_zh="逗号分隔的文本",
        )
    try:
        data.decode()
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start)
        guess = _likely_encoding(data[error.start : error.start + 64])
        return failed(
            table,
            f"byte {error.start + 1} is not UTF-8; the file looks like {guess}",
            f"第 {error.start + 1} 字节不是 UTF-8 编码；文件疑为 {guess} 编码",
            row=row or None,
            value=f"0x{data[error.start]:02x}",
            **utf8,
        )
    return None


def _likely_encoding(octets: bytes) -> str:
    """GBK where the bytes come in pairs that read as common Chinese, else Windows-1252."""
    common = sum("\u4e00" <= letter <= "\u9fff" for letter in octets.decode("gb18030", errors="ignore"))
    high = sum(octet > 0x7F for octet in octets)
    return "GBK" if common * 2 >= max(high - 1, 1) and high > 1 else "Windows-1252"


def _not_comma(table: str, header: str) -> Raw | None:
    for sign, name, name_zh in ((";", "semicolons", "分号"), ("\t", "tabs", "制表符"), ("|", "bars", "竖线")):
        if header.count(sign) > header.count(",") or header.lower().startswith(f"sep={sign}"):
            return failed(
                table,
                f"the columns are separated by {name}",
                f"各列以{name_zh}分隔",
                value=header.strip()[:200],
                expected="commas",
                expected_zh="逗号",
            )
    return None


# ---- Parquet ----------------------------------------------------------------------------------------------------


def read_parquet(table: Table, path: Path) -> Raw:
    """The table in a Parquet file; columns typed as the table wants them stay typed, the rest becomes text."""
    try:
        header = list(pl.read_parquet_schema(path))
        columns, faults = known_columns(table, header, [True] * len(header))
        names = [header[place] for place, _ in columns]
        frame = pl.read_parquet(path, columns=names, glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = (str(error).splitlines() or ["unreadable"])[0][:200]
        return failed(table.name, f"the file cannot be read as Parquet: {reason}", f"无法按 Parquet 读取文件：{reason}")
    if not columns:
        return Raw(table.empty, faults=faults, complete=False)
    raw = Raw(frame, faults=faults)
    plain = [
        _plain(table.name, column, frame[name], raw.faults).alias(column.name)
        for name, (_, column) in zip(names, columns, strict=True)
    ]
    raw.frame = pl.DataFrame(plain)
    return raw


def _plain(table: str, column: Column, cells: pl.Series, faults: list[Fault]) -> pl.Series:
    """A Parquet column as text or, where it is already so, as number, day or list; faults for what cannot be meant."""
    dtype = cells.dtype
    if dtype == pl.Binary:
        try:
            cells = cells.cast(pl.String)
        except pl.exceptions.PolarsError:
            return _refused(table, column, cells, faults)
    if cells.dtype == pl.String:
        return cells
    if dtype == pl.Null or isinstance(dtype, (pl.Categorical, pl.Enum)):
        return cells.cast(pl.String)
    if isinstance(dtype, pl.List):
        if column.dtype == pl.List(pl.String()) and dtype.inner in (pl.String, pl.Categorical, pl.Null):
            return cells.cast(pl.List(pl.String))
        if column.several and dtype.inner == pl.String:
            joined = cells.list.join(";")
            return joined.replace("", "none")
        return _refused(table, column, cells, faults)
    if dtype == pl.Boolean:
        return _from_booleans(table, column, cells, faults)
    if dtype == pl.Date or isinstance(dtype, pl.Datetime):
        return _from_days(table, column, cells, faults)
    if dtype.is_numeric():
        return _from_numbers(table, column, cells, faults)
    return _refused(table, column, cells, faults)


def _refused(table: str, column: Column, cells: pl.Series, faults: list[Fault]) -> pl.Series:
    faults.append(
        Fault(
            table,
            f"the Parquet column is of type {cells.dtype}",
            column=column.name,
            message_zh=f"Parquet 列的类型为 {cells.dtype}",
            expected=f"{column.dtype} or text",
            expected_zh=f"{column.dtype} 或文本",
        )
    )
    return pl.Series(cells.name, [None] * len(cells), dtype=pl.String)


def _from_booleans(table: str, column: Column, cells: pl.Series, faults: list[Fault]) -> pl.Series:
    if column.kind not in ("yes/no", "text"):
        return _refused(table, column, cells, faults)
    return cells.replace_strict([True, False], ["yes", "no"], return_dtype=pl.String)


def _from_days(table: str, column: Column, cells: pl.Series, faults: list[Fault]) -> pl.Series:
    """Days; a timestamp is a day where it stands at midnight in its own time zone."""
    if column.kind not in ("day", "time", "text"):
        return _refused(table, column, cells, faults)
    if column.kind == "time":
        stamped = cells.cast(pl.Datetime("us")) if cells.dtype == pl.Date else cells.dt.cast_time_unit("us")
        zone = getattr(stamped.dtype, "time_zone", None)
        return stamped.dt.convert_time_zone("UTC") if zone else stamped.dt.replace_time_zone("UTC")
    if cells.dtype != pl.Date:
        if (cells.dt.time() != time(0)).any():
            return cells.dt.to_string("%Y-%m-%dT%H:%M:%S")  # in a day column refused cell by cell, with its row
        cells = cells.dt.date()
    return cells if column.kind == "day" else cells.dt.to_string("%Y-%m-%d")


def _from_numbers(table: str, column: Column, cells: pl.Series, faults: list[Fault]) -> pl.Series:
    """Numbers; in other columns the digits as text, where a number can have been meant."""
    dtype = cells.dtype
    if dtype.is_float():
        cells = cells.fill_nan(None)
    if column.kind == "number":
        if isinstance(dtype, pl.Float64) or (dtype.is_integer() and _within(cells, 10**15)):
            return cells.cast(pl.Float64)
        return cells.cast(pl.String)  # Float32 by its own shortest digits, decimals and long integers exactly
    if column.kind in ("code", "codes") or column.kind not in ("id", "ids", "text", "hs"):
        return _refused(table, column, cells, faults)
    if dtype.is_float() and (cells.drop_nulls() % 1 == 0).all() and _within(cells, 10**15):
        cells = cells.cast(pl.Int64)
    texts = cells.cast(pl.String).alias(cells.name)
    if column.kind == "hs":
        # A heading such as 0304 loses its zero as a number; what is left has an odd number of digits.
        texts = texts.str.replace(".", "", literal=True)
        odd = texts.str.len_chars() % 2 == 1
        faults += [hs_fault(table, column.name, row + 1, texts[row]) for row in odd.arg_true().to_list()]
        texts = texts.to_frame().select(pl.when(~odd).then(pl.first())).to_series()
    return texts


def _within(cells: pl.Series, bound: int) -> bool:
    return bool((cells.drop_nulls().abs() < bound).all())


def hs_fault(table: str, column: str, row: int, digits: str) -> Fault:
    """The fault of a customs code stored as a number that has lost its leading zero."""
    return Fault(
        table,
        "the customs code is stored as a number and has lost its leading zero",
        row=row,
        column=column,
        value=digits,
        message_zh="海关编号以数字存储，首位的 0 已丢失",
        expected=f"the text 0{digits}",
        expected_zh=f"文本 0{digits}",
    )
