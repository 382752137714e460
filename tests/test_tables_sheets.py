"""Workbooks: typed cells, errors, formulas, merged cells, damaged files."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from lotgate.errors import InputError
from lotgate.tables import load
from workspaces import book, faults, said

HEAD = ["line", "date", "quantity"]


def test_typed_cells_are_taken(tmp_path: Path) -> None:
    path = book(
        tmp_path / "book.xlsx",
        Shipments=[
            ["line", "date", "quantity", "lot", "end_use_text", "via", "logic_nm"],
            [1, date(2026, 1, 5), 0.1 + 0.2, 1001, date(2026, 1, 5), "DE;NL", "none"],
            ["L2", "2026-01-06", "1e3", "0042", 7, None, None],
        ],
        items=[["item", "contains_us_ic", "hs"], ["A", True, 85051110], ["B", False, "0304"], ["C", None, 8505.11]],
        Notes=[["anything", 1], [None, "goes"]],
    )
    workspace = load(path)
    assert workspace.present == {"shipments", "items"}
    assert workspace["shipments"].rows(named=True)[0] == {
        **dict.fromkeys(workspace["shipments"].columns),
        "line": "1",
        "date": date(2026, 1, 5),
        "quantity": 0.3,
        "lot": "1001",
        "end_use_text": "2026-01-05",
        "via": ["DE", "NL"],
        "logic_nm": pytest.approx(float("nan"), nan_ok=True),
    }
    assert workspace["shipments"]["lot"].to_list() == ["1001", "0042"]
    assert workspace["shipments"]["end_use_text"].to_list() == ["2026-01-05", "7"]
    assert workspace["items"]["contains_us_ic"].to_list() == ["yes", "no", None]
    assert workspace["items"]["hs"].to_list() == ["85051110", "0304", "850511"]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("hs", 304, ["lost its leading zero", "the text 0304"]),
        ("hs", 1012100, ["the text 01012100"]),
        ("hs", 8505.1, ["lost its leading zero"]),
        ("us_code", 10, ["Excel holds a number", "control code", "formatted as text"]),
        ("made_in", False, ["Excel holds a truth value", "country"]),
        ("item", date(2026, 3, 1), ["turned the cell into a date"]),
        ("item", 1.2345678901234567e17, ["Excel holds a number"]),
        ("unit_value", date(2026, 3, 1), ["into a date", "expected number"]),
        ("unit_value", True, ["truth value", "expected number"]),
        ("description", time(9, 30), ["time of day"]),
        ("stage", "#N/A", ["spreadsheet error"]),
    ],
)
def test_cell_excel_has_changed(tmp_path: Path, column: str, value: object, words: list[str]) -> None:
    header = ["item", "x", column] if column != "item" else ["item"]
    row = ["A", "", value] if column != "item" else [value]
    path = book(tmp_path / "book.xlsx", items=[[name for name in header if name != "x"], [c for c in row if c != ""]])
    message = said(path)
    assert len(message.splitlines()) == 1
    assert message.startswith(f"items, row 1, column {column}: ")
    for word in words:
        assert word in message


@pytest.mark.parametrize("value", [45000, datetime.fromisoformat("2026-01-05T09:30")])
def test_day_cells_without_a_day(tmp_path: Path, value: object) -> None:
    path = book(tmp_path / "book.xlsx", shipments=[HEAD, ["L1", value, 1]])
    [fault] = faults(path)
    assert (fault.row, fault.column) == (1, "date")
    assert "YYYY-MM-DD" in str(fault.expected)


def test_errors_and_formulas_without_results(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "shipments"
    for row in (HEAD, ["L1", "2026-01-05", "=1+1"], ["L2", "#REF!", 2], ["L3", "2026-01-05", 3, "=9"]):
        sheet.append(row)
    workbook.save(path)
    assert [(fault.row, fault.column, fault.value) for fault in faults(path)] == [
        (1, "quantity", "="),
        (2, "date", "#REF!"),
    ]


def test_stored_results_of_formulas_are_used(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("shipments")
        sheet.write_row(0, 0, ["line", "quantity", "lot", "unit"])
        sheet.write_formula(1, 0, '="L"&1', None, "L1")
        sheet.write_formula(1, 1, "=2*3", None, 6)
        sheet.write_formula(1, 2, '=""', None, "")
        sheet.write_formula(2, 0, "=NA()", None, "#N/A")
        sheet.write_string(2, 3, "KGM")
    # Excel stores the result "" as an empty text; the writer leaves the type out.
    alter(path, "xl/worksheets/sheet1.xml", b'<c r="C2">', b'<c r="C2" t="str">')
    [fault] = faults(path)
    assert (fault.row, fault.column, fault.value) == (2, "line", "#N/A")


def alter(path: Path, name: str, old: bytes, new: bytes) -> None:
    """Replaces bytes in one member of a workbook."""
    with zipfile.ZipFile(path) as source:
        members = {member: source.read(member) for member in source.namelist()}
    assert old in members[name]
    members[name] = members[name].replace(old, new)
    with zipfile.ZipFile(path, "w") as target:
        for member, data in members.items():
            target.writestr(member, data)


def test_merged_cells_inside_a_table(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("shipments")
        sheet.write_row(0, 0, ["line", "lot"])
        sheet.write_column(1, 0, ["L1", "L2", "L3"])
        sheet.merge_range("B2:B3", "one lot")
        sheet.merge_range("F20:G21", "")
    [fault] = faults(path)
    assert (fault.row, fault.value) == (1, "B2:B3")


def test_empty_rows_and_columns_around_are_ignored(tmp_path: Path) -> None:
    path = book(
        tmp_path / "book.xlsx",
        shipments=[["line", "lot", None, None], ["L1", "a"], [None, " ", None], ["L2", "b"], [" ", None], [None, None]],
    )
    workspace = load(path)
    assert workspace["shipments"]["lot"].to_list() == ["a", "b"]
    assert workspace.row_numbers["shipments"].to_list() == [1, 3]


@pytest.mark.parametrize("name", ["Item", "items (2)", "Shipment", "License", "Bill of materials"])
def test_near_miss_sheet_is_named(tmp_path: Path, name: str) -> None:
    path = book(tmp_path / "book.xlsx", **{"shipments": [HEAD, ["L1", None, 1]], name: [["x"]]})
    [fault] = faults(path)
    assert fault.table == name
    assert "not that of a table" in fault.message


@pytest.mark.parametrize("rows", [[], [["L1", "2026-01-05", 3]], [[], ["line", "lot"], ["L1", "a"]]])
def test_sheet_without_a_header(tmp_path: Path, rows: list[list[object]]) -> None:
    [fault] = faults(book(tmp_path / "book.xlsx", shipments=rows))
    assert fault.message in ("the sheet is empty", "the first row does not hold column names")


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not an .xlsx workbook"),
        (b"line,lot\n", "not an .xlsx workbook"),
        (b"PK\x03\x04garbage", "not an .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old .xls workbook"),
        (encrypted(), "protected by a password"),
    ],
)
def test_file_that_is_no_workbook(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    with pytest.raises(InputError, match=words):
        load(path)


@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize("damage", ["cut", "gone", "text"])
def test_damaged_workbook(tmp_path: Path, name: str, damage: str) -> None:
    whole = book(tmp_path / "whole.xlsx", shipments=[HEAD, ["L1", date(2026, 1, 5), 1]])
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.namelist():
            data = source.read(member)
            if member != name:
                target.writestr(member, data)
            elif damage != "gone":
                target.writestr(member, data[: len(data) // 2] if damage == "cut" else b"not xml")
    with pytest.raises(InputError):
        load(path)


def test_truncated_workbook(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", shipments=[HEAD, ["L1", date(2026, 1, 5), 1]])
    data = path.read_bytes()
    for length in range(0, len(data), 499):
        path.write_bytes(data[:length])
        with pytest.raises(InputError):
            load(path)


def test_zip_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(InputError, match=r"not an \.xlsx workbook"):
        load(path)
