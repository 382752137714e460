"""A workbook whose cells reach to the end of the sheet is refused before anything makes room for them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from lotgate.errors import InputError
from lotgate.tables.extent import MOST_CELLS, too_wide
from lotgate.tables.sheets import read_workbook

SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def workbook(path: Path, cells: str) -> Path:
    """A whole workbook whose sheet of shipments is replaced by cells written by hand."""
    whole = path.with_suffix(".whole.xlsx")
    with xlsxwriter.Workbook(str(whole)) as book:
        book.add_worksheet("shipments").write_string(0, 0, "line")
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            mine = part.filename == "xl/worksheets/sheet1.xml"
            new.writestr(part.filename, f"{SHEET}{cells}</sheetData></worksheet>" if mine else old.read(part))
    return path


def cell(place: str, row: int = 1) -> str:
    return f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>line</t></is></c></row>'


@pytest.mark.parametrize(
    "cells",
    [
        cell("A1") + cell("XFD1048576", 1048576),
        cell("XFD1") + cell("A1048576", 1048576),
        cell("A1") + "<row r='1048576'><c r='XFD1048576'/></row>",
        cell("A1") + '<row r="2"><c t="n" r ="XFD1048576"/></row>',
        cell("A1") + '<row r="2"><c\tr="XFD1048576"/></row>',
        cell("A1") + "<!--" + "x" * 2_100_000 + "-->" + cell("ZZZ100000", 100000),
        cell("A1") + cell("A99999999999", 2),
    ],
)
def test_a_far_cell_is_refused(tmp_path: Path, cells: str) -> None:
    path = workbook(tmp_path / "far.xlsx", cells)
    assert too_wide(path) == "xl/worksheets/sheet1.xml"
    with pytest.raises(InputError, match="reach too far"):
        read_workbook(path)


def test_usual_sheets_are_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "usual.xlsx", cell("A1") + cell("A2000", 2000) + cell("ZZ3000", 3000))
    assert too_wide(path) is None
    assert MOST_CELLS > 1_048_576 * 35
    tall = workbook(tmp_path / "tall.xlsx", cell("A1") + cell("AI1048576", 1048576))
    assert too_wide(tall) is None
