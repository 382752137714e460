"""The same table as CSV, Parquet and workbook loads as the same frame."""

from __future__ import annotations

import io
import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lotgate.tables import load
from lotgate.tables.schema import TABLES, Column, Table
from lotgate.tables.vocabulary import COUNTRIES, CURRENCIES, UNITS

NAMES = ["A", "b-2", "Нева", "磁材", "O'Neil & Co", "x,y", '5" wafer', "007", "1E5"]
DAYS = st.dates(date(2015, 1, 1), date(2025, 12, 31))
LATER = st.dates(date(2026, 1, 1), date(2035, 12, 31))


def cells(column: Column) -> st.SearchStrategy[str | None]:
    """Texts a cell of the column may hold, empty and `none` among them."""
    if column.refers:
        some: st.SearchStrategy[str] = st.sampled_from(NAMES)
    elif column.kind == "number":
        whole = st.integers(0 if column.above is None else 1, 1 if column.high else 10**9).map(str)
        parts = st.decimals(0, 1 if column.high else 10**6, places=6).map(str)
        some = whole if column.whole else whole | parts.filter(lambda text: column.above is None or float(text) > 0)
    elif column.kind == "day":
        some = (LATER if column.name == "valid_to" else DAYS).map(str)
    elif column.words is not None:
        some = st.sampled_from(list(column.words))
    else:
        known = {"country": list(COUNTRIES), "countries": list(COUNTRIES), "currency": sorted(CURRENCIES)}
        known |= {"unit": list(UNITS), "yes/no": ["yes", "no"], "hs": ["0304", "850511", "28053019"]}
        codes = ["US:3E001", "CN:1E902.a"] if column.prefixes else ["1C905.a.4", "1E001", "Ga"]
        known |= {"code": codes, "codes": codes, "time": ["2026-01-05T08:00:00+00:00"]}
        some = st.sampled_from(known.get(column.kind, NAMES))
    if column.kind in ("ids", "countries", "codes"):
        some = st.lists(some, min_size=1, max_size=3, unique=True).map(";".join)
    others = [] if column.required else [None]
    if column.none and not column.required and column.nothing is None:
        others.append("none")
    return st.one_of(some, st.sampled_from(others)) if others else some


@st.composite
def frames(draw: st.DrawFn, table: Table) -> pl.DataFrame:
    count = draw(st.integers(0, 6))
    columns = {column.name: [draw(cells(column)) for _ in range(count)] for column in table.columns}
    for name in table.key:
        columns[name] = [f"{cell}#{row}" for row, cell in enumerate(columns[name])]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def typed(column: Column, texts: pl.Series) -> pl.Series:
    """The column as a program would have written it to Parquet, where no `none` stands in the way."""
    if (texts == "none").any():
        return texts
    if column.kind == "number":
        return texts.cast(pl.Float64)
    if column.kind == "day":
        return texts.str.to_date()
    if column.kind in ("ids", "countries", "codes"):
        return texts.str.split(";")
    return texts.cast(pl.Categorical) if column.words else texts


def write_sheet(book: xlsxwriter.Workbook, table: Table, frame: pl.DataFrame) -> None:
    sheet = book.add_worksheet(table.name)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.name)
        for row, text in enumerate(frame[column.name], start=1):
            if text is not None and text != "none" and column.kind == "number":
                sheet.write_number(row, place, float(text))
            elif text is not None and text != "none" and column.kind == "day":
                sheet.write_datetime(row, place, date.fromisoformat(text), book.add_format({"num_format": "d/m/yy"}))
            elif text is not None:
                sheet.write_string(row, place, text)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_formats_load_equal(data: st.DataObject) -> None:
    table = TABLES[data.draw(st.sampled_from(["shipments", "licences", "events"]))]
    frame = data.draw(frames(table))
    named = {
        "items": pl.DataFrame({"item": NAMES}),
        "parties": pl.DataFrame({"party": NAMES}),
        table.name: frame,
    }
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        workspaces = []
        for form in ("csv", "quoted", "parquet", "typed"):
            (root / form).mkdir()
            for key, rows in named.items():
                if form == "csv":
                    rows.write_csv(root / form / f"{key}.csv")
                elif form == "quoted":
                    text = io.StringIO()
                    rows.write_csv(text, quote_style="always", line_terminator="\r\n")
                    (root / form / f"{key}.csv").write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
                else:
                    if form == "typed" and key == table.name:
                        rows = pl.DataFrame([typed(column, rows[column.name]) for column in table.columns])
                    rows.write_parquet(root / form / f"{key}.parquet")
            workspaces.append(load(root / form, required=()))
        with xlsxwriter.Workbook(root / "book.xlsx") as book:
            for key, rows in named.items():
                if key == table.name:
                    write_sheet(book, table, rows)
                else:
                    book.add_worksheet(key).write_column(0, 0, [TABLES[key].key[0], *NAMES])
        workspaces.append(load(root / "book.xlsx", required=()))
    first, *others = (workspace[table.name] for workspace in workspaces)
    assert first.height == frame.height
    for other in others:
        assert_frame_equal(first, other)
