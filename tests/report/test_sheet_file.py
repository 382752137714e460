"""Workbooks of plain tables: what goes in comes out again, whoever reads it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from lotgate.report.sheet_file import SheetFile

DAY = datetime  # what openpyxl makes of a day
HEADS = (("name", 20), ("count", 8), ("day", 12))


def written(path: Path, rows: list[list[Any]], style: str = "top") -> Path:
    with SheetFile(path) as file:
        sheet = file.sheet("a & b", HEADS)
        for row in rows:
            sheet.append(row, [style] * len(row))
        file.sheet("second", HEADS).filter()
    return path


ROWS: list[list[Any]] = [
    ["<x> & 'y'", 1, date(2026, 11, 22)],
    ["  two\nlines ", 1.5, None],
    ["磁体", True, date(1900, 3, 1)],
    [None, -7, date(1899, 12, 31)],
    ["=1+1", 1e15, None],
    ["=1+1", 1.0, None],
]


def test_values_come_back_as_they_are(tmp_path: Path) -> None:
    book = load_workbook(written(tmp_path / "made.xlsx", ROWS))
    assert book.sheetnames == ["a & b", "second"]
    found = [[cell.value for cell in row] for row in book["a & b"].iter_rows(min_row=2)]
    days = [DAY(2026, 11, 22), None, DAY(1900, 3, 1), "1899-12-31", None, None]
    assert found == [[*row[:2], day] for row, day in zip(ROWS, days, strict=True)]
    assert [type(row[1]) for row in found] == [type(row[1]) for row in ROWS]


def test_another_reader_finds_the_same(tmp_path: Path) -> None:
    found = CalamineWorkbook.from_path(written(tmp_path / "made.xlsx", ROWS)).get_sheet_by_name("a & b").to_python()
    assert found[1] == ["<x> & 'y'", 1.0, date(2026, 11, 22)]
    assert [row[0] for row in found[1:]] == [row[0] or "" for row in ROWS]


def test_styles_are_kept_apart_for_equal_values(tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    with SheetFile(path) as file:
        sheet = file.sheet("one", HEADS)
        sheet.append(["go", "go", "=go"], ["top", "go", "wrapped"])
    plain, answer, wrapped = load_workbook(path)["one"][2]
    assert not plain.font.bold and plain.fill.fill_type is None and not plain.quotePrefix
    assert answer.font.bold and answer.fill.fgColor.rgb == "FFE2F1E7"
    assert wrapped.alignment.wrap_text and wrapped.quotePrefix and wrapped.data_type == "s"


@pytest.mark.parametrize(
    ("text", "found"),
    [("a\x00b\x1b", "a\ufffdb\ufffd"), ("a\uffff", "a\ufffd"), ("x" * 40_000, "x" * 32_767), ("a\rb", "a\rb")],
)
def test_what_a_cell_cannot_hold_is_replaced(text: str, found: str, tmp_path: Path) -> None:
    assert load_workbook(written(tmp_path / "made.xlsx", [[text]]))["a & b"]["A2"].value == found


def test_text_that_looks_like_a_coded_sign_is_marked_as_none(tmp_path: Path) -> None:
    with ZipFile(written(tmp_path / "made.xlsx", [["_x0041_ _x_"]])) as archive:
        assert b">_x005F_x0041_ _x_</t>" in archive.read("xl/worksheets/sheet1.xml")


def test_head_filter_and_widths(tmp_path: Path) -> None:
    book = load_workbook(written(tmp_path / "made.xlsx", ROWS))
    first, second = book.worksheets
    assert first.freeze_panes == "A2" and first["A1"].font.bold and first.column_dimensions["A"].width == 20
    assert (first.auto_filter.ref, second.auto_filter.ref) == (None, "A1:C1")


def test_nothing_is_written_when_the_block_fails(tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    with pytest.raises(RuntimeError), SheetFile(path) as file:
        file.sheet("one", HEADS)
        raise RuntimeError
    assert not path.exists()


def test_equal_tables_are_equal_bytes(tmp_path: Path) -> None:
    first, second = (written(tmp_path / f"{name}.xlsx", ROWS).read_bytes() for name in "ab")
    assert first == second
