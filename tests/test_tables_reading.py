"""Which files of a folder are tables, and every way in which a CSV or Parquet file is none."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from casebook import CASES, beside
from lotgate.errors import InputError
from lotgate.tables import load
from workspaces import LINE, faults, folder, said

MIDNIGHT = datetime.fromisoformat("2026-01-05")


# ---- the folder -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("shipment.csv", "shipments.csv"),
        ("Shipments.csv", "shipments.csv"),
        ("Items.parquet", "items.parquet"),
        ("items (2).csv", "items.csv"),
        ("party.csv", "parties.csv"),
        ("licenses.csv", "licences.csv"),
        ("compositions.CSV", "composition.csv"),
        ("chip.csv", "chips.csv"),
    ],
)
def test_near_miss_file_is_named(tmp_path: Path, name: str, meant: str) -> None:
    folder(tmp_path, shipments=LINE)
    (tmp_path / name).write_text("x\n")
    [fault] = faults(tmp_path)
    assert (fault.table, fault.expected) == (name, meant)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    folder(tmp_path, shipments=LINE, expected="line,answer\n", prices="x\n")
    for name in ("README.md", "score.py", ".items.csv", "~$shipments.xlsx", "items.xlsx", "parties.json", "bom.txt"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00")
    (tmp_path / "items").mkdir()
    workspace = load(tmp_path)
    assert workspace.present == {"shipments"}
    assert workspace.events_document is None


def test_table_given_twice_is_a_fault(tmp_path: Path) -> None:
    folder(tmp_path, shipments=LINE)
    pl.DataFrame({"line": ["L1"]}).write_parquet(tmp_path / "shipments.parquet")
    assert "shipments.csv and shipments.parquet" in said(tmp_path)


def test_epcis_document_is_noted(tmp_path: Path) -> None:
    folder(tmp_path, shipments=LINE)
    (tmp_path / "events.jsonld").write_text("{}")
    assert load(tmp_path).events_document == tmp_path / "events.jsonld"
    folder(tmp_path, events="event,kind\nE1,ship\n")
    assert "events.csv and events.jsonld" in said(tmp_path)


def test_shipments_are_required_unless_the_caller_needs_none(tmp_path: Path) -> None:
    folder(tmp_path, items="item\nA\n")
    with pytest.raises(InputError, match=r"shipments: table shipments is missing; expected shipments\.csv or"):
        load(tmp_path)
    assert load(tmp_path, required=("items",))["items"]["item"].to_list() == ["A"]


@pytest.mark.parametrize("name", ["nowhere", "shipments.csv", "~$book.xlsx"])
def test_path_that_is_no_workspace(tmp_path: Path, name: str) -> None:
    folder(tmp_path, shipments=LINE)
    (tmp_path / "~$book.xlsx").write_bytes(b"x")
    with pytest.raises(InputError, match="a folder of CSV or Parquet tables"):
        load(tmp_path / name)


# ---- CSV --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["the file is empty"]),
        (b"\xef\xbb\xbf\r\n \n", ["the file is empty"]),
        ("line,lot\nL1,批\n".encode("utf-16"), ["UTF-16", "expected UTF-8"]),
        ("line,lot\nL1,批\n".encode("utf-16-le"), ["UTF-16", "expected UTF-8"]),
        ("line,lot\nL1,a\nL2,钕铁硼永磁材料\n".encode("gbk"), ["row 2", "byte 18 ", "GBK", "expected UTF-8"]),
        ("line,lot\nL1,Müller\n".encode("latin-1"), ["row 1", "byte 14 ", "Windows-1252", "'0xfc'"]),
        (b"line,lot\nL1,a\nL2,\x00b\n", ["row 2", "NUL byte at byte 18"]),
        (b"<!DOCTYPE html><html><table>", ["web page"]),
        (b"\n<HTML>\n", ["web page"]),
        (b"PK\x03\x04....", [".xlsx or zip file"]),
        (b"PAR1....", ["Parquet"]),
        (b"line;lot\nL1;x\n", ["separated by semicolons", "expected commas"]),
        (b"sep=;\nline;lot\n", ["separated by semicolons"]),
        (b"line\tlot\nL1\tx\n", ["separated by tabs"]),
        (b"L1,2026-01-05,magnet\nL2,2026-01-06,magnet\n", ["first row does not hold column names", "line, date"]),
        (b"\nline,lot\nL1,x\n", ["first row does not hold column names"]),
        (b"lot,item\nx,\n", ["column line", "required column is missing"]),
        (b"line,lot,line\nL1,x,L2\n", ["column line", "there twice"]),
        (b"line,quantitty\nL1,1\n", ["column quantitty", "unknown column", "quantity (nearest known name)"]),
        (b"line,Lot\nL1,1\n", ["column Lot", "lot (nearest known name)"]),
        (b"line,colour\nL1,red\n", ["column colour", "one of line, date, kind"]),
        (b"line,,lot\nL1,a,b\n", ["column 2 has cells but no name"]),
        (b"line,lot\nL1,x,y\n", ["row 1: the row has 3 cells, the header 2"]),
        (b"line,lot,unit\nL1,x\n", ["row 1: the row has 2 cells, the header 3"]),
        (b'line,lot\nL1,"x\nL2,y\n', ["quotation marks or line ends do not fit"]),
        (b'line,lot\nL1,"x"y\n', ["quotation marks or line ends do not fit"]),
    ],
)
def test_csv_that_is_no_table(tmp_path: Path, data: bytes, words: list[str]) -> None:
    folder(tmp_path, shipments=data)
    message = said(tmp_path)
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("data", "lots"),
    [
        (b"\xef\xbb\xbfline,lot\r\nL1,a\r\nL2,b\r\n", ["a", "b"]),
        (b"line,lot\rL1,a\rL2,b\r", ["a", "b"]),
        (b"line,lot\nL1,a\nL2,b", ["a", "b"]),
        (b"line,lot\n", []),
        (b"line,lot", []),
        (b" line , lot \nL1, a \n", ["a"]),
        (b'"line","lot"\n"L1","a, ""b"""\n"L2",""\n', ['a, "b"', None]),
        (b"line,lot,,\nL1,a,,\n,,,\nL2,b,,\n,,,\n\n\n", ["a", "b"]),
        (b'line,lot\nL1,5" wafer\nL2,b\n', ['5" wafer', "b"]),
        (b'line,lot\nL1,5" wafer of 12" pitch\n', ['5" wafer of 12" pitch']),
        (b'line,end_use_text,lot\nL1,"one\ntwo, three",a\n\nL2,"",b\n', ["a", "b"]),
        ("line,lot\nL1,批次\n".encode(), ["批次"]),
    ],
)
def test_csv_that_is_one(tmp_path: Path, data: bytes, lots: list[str | None]) -> None:
    folder(tmp_path, shipments=data)
    assert load(tmp_path)["shipments"]["lot"].to_list() == lots


def test_rows_keep_their_numbers_past_blank_and_ragged_ones(tmp_path: Path) -> None:
    folder(tmp_path, shipments="line,lot,unit\n\nL1,a,KGM\n,,\nL2,b\nL3,c,kg\n \nL3,d,KGM\n")
    assert [(fault.row, fault.column) for fault in faults(tmp_path)] == [(4, None), (5, "unit"), (7, "line")]
    folder(tmp_path, shipments="line,unit\n\nL1,KGM\n,\nL2,KGM\n")
    assert load(tmp_path).row_numbers["shipments"].to_list() == [2, 4]


def test_a_wholly_wrong_table_is_refused_quickly(tmp_path: Path) -> None:
    rows = "".join(f"L{row},x{row},u{row},no-{row}\n" for row in range(4000))
    folder(tmp_path, shipments="line,date,unit,item\n" + rows, items="item\nA\n")
    assert len(faults(tmp_path)) == 12_000


def test_references_into_a_broken_table_are_not_judged(tmp_path: Path) -> None:
    folder(tmp_path, shipments="line,item\nL1,A\nL2,B\n", items="item,hs\nA\nB,8505\n")
    [fault] = faults(tmp_path)
    assert (fault.table, fault.row) == ("items", 1)


@pytest.mark.parametrize("name", ["shipments.csv", "shipments.parquet"])
def test_folder_under_the_name_of_a_table(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert "cannot be read" in said(tmp_path)


# ---- Parquet ----------------------------------------------------------------------------------------------------


def test_parquet_types_are_taken(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "line": [1, 2, 3],
            "date": [MIDNIGHT, None, MIDNIGHT.replace(day=7)],
            "kind": pl.Series(["export", None, "reexport"], dtype=pl.Categorical),
            "quantity": [1.5, float("nan"), None],
            "value": [Decimal("10.50"), None, Decimal("0.10")],
            "logic_nm": pl.Series([0.1, 7, None], dtype=pl.Float32),
            "nand_layers": [232, None, 0],
            "via": [["DE", " NL "], [], None],
            "dram_nm": ["none", "", "17"],
            "lot": pl.Series([None] * 3, dtype=pl.Null),
        }
    )
    frame.write_parquet(tmp_path / "shipments.parquet")
    shipments = load(tmp_path)["shipments"]
    assert shipments["line"].to_list() == ["1", "2", "3"]
    assert shipments["date"].to_list() == [date(2026, 1, 5), None, date(2026, 1, 7)]
    assert shipments["kind"].to_list() == ["export", None, "reexport"]
    assert shipments["quantity"].to_list() == [1.5, None, None]
    assert shipments["value"].to_list() == [10.5, None, 0.1]
    assert shipments["logic_nm"].to_list() == [0.1, 7.0, None]
    assert shipments["nand_layers"].to_list() == [232.0, None, 0.0]
    assert shipments["via"].to_list() == [["DE", "NL"], [], None]
    assert shipments["dram_nm"].is_nan().to_list() == [True, None, False]
    assert shipments["lot"].to_list() == [None] * 3


def test_parquet_truth_values_and_zones(tmp_path: Path) -> None:
    pl.DataFrame({"item": ["A", "B"], "contains_us_ic": [True, None]}).write_parquet(tmp_path / "items.parquet")
    zone = ZoneInfo("Asia/Shanghai")
    days = pl.Series([datetime(2026, 1, 5, tzinfo=zone)], dtype=pl.Datetime("us", "Asia/Shanghai"))
    pl.DataFrame({"line": ["L1"], "date": days}).write_parquet(tmp_path / "shipments.parquet")
    workspace = load(tmp_path)
    assert workspace["items"]["contains_us_ic"].to_list() == ["yes", None]
    assert workspace["shipments"]["date"].to_list() == [date(2026, 1, 5)]


@pytest.mark.parametrize(
    ("table", "cells", "words"),
    [
        ("items", {"hs": [304, 8505]}, ["row 1", "lost its leading zero", "the text 0304"]),
        ("items", {"hs": [850511.0, 1012100.0]}, ["row 2", "the text 01012100"]),
        ("items", {"us_code": [10, 30]}, ["us_code", "type Int64", "String or text"]),
        ("items", {"made_in": [True, False]}, ["made_in", "type Boolean"]),
        ("items", {"unit_value": [float("inf"), 1.0]}, ["row 1", "too large"]),
        ("items", {"unit_value": [-0.5, 1.0]}, ["row 1", "negative"]),
        ("items", {"unit_value": [1234567890123456, 1]}, ["row 1", "more than 15 significant digits"]),
        ("items", {"unit_value": [date(2026, 1, 1)] * 2}, ["type Date"]),
        ("items", {"stage": [{"a": 1}] * 2}, ["type Struct"]),
        ("items", {"description": ["a\0b", "c"]}, ["row 1", "control character"]),
        ("shipments", {"date": [MIDNIGHT.replace(hour=9), None]}, ["row 1", "not a day", "2026-01-05T09:00:00"]),
        ("shipments", {"via": [["DE", "UK"], []]}, ["row 1", "expected GB (nearest)"]),
        ("shipments", {"via": [["none", "DE"], []]}, ["row 1", "`none` stands among"]),
    ],
)
def test_parquet_cells_that_are_refused(
    tmp_path: Path, table: str, cells: dict[str, list[object]], words: list[str]
) -> None:
    key = {"items": "item", "shipments": "line"}[table]
    pl.DataFrame({key: ["A", "B"], **cells}).write_parquet(tmp_path / f"{table}.parquet")
    message = said(tmp_path)
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message


@pytest.mark.parametrize("data", [b"", b"PAR1", b"not parquet at all", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_damaged_parquet(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "shipments.parquet").write_bytes(data)
    assert "cannot be read as Parquet" in said(tmp_path)


def test_parquet_lists_of_codes_are_joined(tmp_path: Path) -> None:
    pl.DataFrame({"item": ["A", "B"], "cn_code": [["1C904.a.3", "1C905.a.4"], []]}).write_parquet(
        tmp_path / "items.parquet"
    )
    assert load(tmp_path, required=())["items"]["cn_code"].to_list() == ["1C904.a.3;1C905.a.4", "none"]


@beside
def test_casebook_loads() -> None:
    workspace = load(CASES)
    assert workspace["shipments"].height > 100
    assert "expected" not in workspace.tables
    assert not workspace.row_numbers
