"""What a single cell may hold: types, words, codes, and the faults of what is none of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from lotgate.errors import InputError
from lotgate.tables import exact, load
from lotgate.tables.schema import TABLES
from workspaces import faults, folder, said

ITEMS = "item,hs,made_in,us_code,cn_code,stage,unit_value,technology,contains_us_ic\n"


def one(path: Path, table: str, column: str, cell: str) -> object:
    """The value that one cell of an otherwise small table loads as."""
    key = {"shipments": "line", "items": "item", "parties": "party", "licences": "number", "events": "event,kind"}[
        table
    ]
    start = {"events": "E1,ship"}.get(table, "X1")
    folder(path, **{table: f'{key},{column}\n{start},"{cell}"\n'})
    return load(path, required=())[table][column].to_list()[0]


@pytest.mark.parametrize(
    ("table", "column", "cell", "value"),
    [
        ("shipments", "destination", "NO", "NO"),
        ("shipments", "destination", " NO\u00a0", "NO"),
        ("shipments", "destination", "ＮＯ", "NO"),
        ("shipments", "destination", "HK", "HK"),
        ("shipments", "destination", "", None),
        ("shipments", "date", "2024-02-29", date(2024, 2, 29)),
        ("shipments", "date", "２０２５-０４-０３", date(2025, 4, 3)),
        ("shipments", "quantity", "1e3", 1000.0),
        ("shipments", "quantity", "１２.５", 12.5),
        ("shipments", "quantity", " 0.1 ", 0.1),
        ("shipments", "quantity", "-0", 0.0),
        ("shipments", "quantity", "1000000000000000000", 1e18),
        ("shipments", "quantity", "123456789012345", 123456789012345.0),
        ("shipments", "end_use", "None", "none"),
        ("shipments", "via", "none", []),
        ("shipments", "via", "DE; NL；DE;", ["DE", "NL"]),
        ("shipments", "via", " ", None),
        ("shipments", "licence", "A-1 ; B-2", "A-1;B-2"),
        ("shipments", "end_use_text", "  two\nlines  ", "two\nlines"),
        ("shipments", "lot", "Los Ä", "Los Ä"),
        ("items", "hs", "0304", "0304"),
        ("items", "hs", "8505.11.10", "85051110"),
        ("items", "hs", "８５０５１１", "850511"),
        ("items", "hs", "850511000", "850511000"),
        ("items", "hs", "NONE", "none"),
        ("items", "us_code", "EAR99", "none"),
        ("items", "us_code", "ear99", "none"),
        ("items", "us_code", "3A090.a", "3A090.a"),
        ("items", "us_code", "1E001", "1E001"),
        ("items", "cn_code", "1C904.a.3 ；1C905.a.4", "1C904.a.3;1C905.a.4"),
        ("items", "cn_code", "Ga", "Ga"),
        ("items", "technology", "US:3E001;CN:1E902.a", "US:3E001;CN:1E902.a"),
        ("licences", "valid_to", "none", date.max),
        ("licences", "valid_to", "", None),
        ("licences", "codes", "none", []),
        ("licences", "used", "none", 0.0),
        ("events", "time", "2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("events", "time", "2026-03-01T08:00:00+08:00", datetime(2026, 3, 1, tzinfo=UTC)),
        ("events", "time", "2026-03-01T00:00:00Z", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_cell_is_taken(tmp_path: Path, table: str, column: str, cell: str, value: object) -> None:
    assert one(tmp_path, table, column, cell) == value


def test_none_in_a_number_is_nan_and_empty_is_null(tmp_path: Path) -> None:
    folder(tmp_path, shipments="line,logic_nm\nA,none\nB,\nC,7\n")
    numbers = load(tmp_path)["shipments"]["logic_nm"]
    assert numbers.is_nan().to_list() == [True, None, False]
    assert [exact(number) for number in numbers] == [None, None, Fraction(7)]


@pytest.mark.parametrize("text", ["0.1", "0.28", "123456789.012345", "1e-7", "0.000100000000000001"])
def test_numbers_come_back_exactly(tmp_path: Path, text: str) -> None:
    value = one(tmp_path, "shipments", "quantity", text)
    assert isinstance(value, float)
    assert exact(value) == Fraction(text)


@pytest.mark.parametrize(
    ("table", "column", "cell", "words"),
    [
        ("shipments", "date", "2025-02-30", ["no such day", "'2025-02-30'"]),
        ("shipments", "date", "20250403", ["not a day", "YYYY-MM-DD"]),
        ("shipments", "date", "2025-4-3", ["not a day"]),
        ("shipments", "date", "03/04/2025", ["not a day"]),
        ("shipments", "date", "2025-04-03T12:00:00", ["not a day"]),
        ("shipments", "date", "none", ["`none` cannot stand here"]),
        ("shipments", "quantity", "1,000", ["not a number"]),
        ("shipments", "quantity", "1 000", ["not a number"]),
        ("shipments", "quantity", "5 kg", ["not a number"]),
        ("shipments", "quantity", "50%", ["not a number"]),
        ("shipments", "quantity", "nan", ["not a number"]),
        ("shipments", "quantity", "inf", ["not a number"]),
        ("shipments", "quantity", "1_0", ["not a number"]),
        ("shipments", "quantity", "1e999", ["too large or too small"]),
        ("shipments", "quantity", "1e-999", ["too large or too small"]),
        ("shipments", "quantity", "-1", ["a negative number", "not negative"]),
        ("shipments", "quantity", "\u22121", ["a negative number"]),
        ("shipments", "quantity", "0.1234567890123456", ["more than 15 significant digits"]),
        ("shipments", "nand_layers", "1.5", ["not a whole number", "whole number"]),
        ("shipments", "destination", "UK", ["expected GB (nearest)"]),
        ("shipments", "destination", "USA", ["expected US (nearest)"]),
        ("shipments", "destination", "China", ["expected CN (nearest)"]),
        ("shipments", "destination", "德国", ["expected DE (nearest)"]),
        ("shipments", "destination", "de", ["expected DE (nearest)"]),
        ("shipments", "destination", "XK", ["ISO 3166-1"]),
        ("shipments", "destination", "EU", ["ISO 3166-1"]),
        ("shipments", "destination", "none", ["cannot stand here"]),
        ("shipments", "via", "DE;UK", ["expected GB (nearest)", "'DE;UK'"]),
        ("shipments", "via", "none;DE", ["`none` stands among"]),
        ("shipments", "via", ";", ["separators without values"]),
        ("shipments", "end_use", "civilian", ["expected civil (nearest), one of civil, military"]),
        ("shipments", "kind", "re-export", ["expected reexport (nearest)"]),
        ("shipments", "unit", "kg", ["expected KGM (nearest)", "Rec 20"]),
        ("shipments", "unit", "pcs", ["expected H87 (nearest)"]),
        ("shipments", "currency", "RMB", ["expected CNY (nearest)", "ISO 4217"]),
        ("shipments", "lot", "L1;L2", ["several values where one belongs"]),
        ("shipments", "lot", "a\u202eb", ["a control character"]),
        ("shipments", "lot", "a\tb", ["a control character"]),
        ("shipments", "lot", "x" * 1_000_000, ["longer than 200 characters", "(1000000 characters)"]),
        ("shipments", "lot", "#N/A", ["a spreadsheet error"]),
        ("shipments", "end_use_text", "#REF!", ["a spreadsheet error"]),
        ("items", "hs", "304", ["leading zero seems lost", "expected 0304"]),
        ("items", "hs", "1012100", ["leading zero seems lost", "expected 01012100"]),
        ("items", "hs", "85", ["not a customs code"]),
        ("items", "hs", "85051110001", ["not a customs code"]),
        ("items", "hs", "8505-11", ["not a customs code"]),
        ("items", "hs", "8.51E+09", ["not a customs code"]),
        ("items", "stage", "magnets", ["expected magnet (nearest)"]),
        ("items", "cn_code", "1.00E+01", ["reads as a number"]),
        ("items", "us_code", "30", ["reads as a number"]),
        ("items", "us_code", "none;3A090", ["`none` stands among"]),
        ("items", "technology", "3E001", ["does not say whose list", "US"]),
        ("items", "contains_us_ic", "TRUE", ["expected yes (nearest)"]),
        ("items", "contains_us_ic", "none", ["cannot stand here"]),
        ("parties", "kind", "Company", ["expected company (nearest)"]),
        ("licences", "regime", "uk", ["one of cn, us, eu, nl, jp"]),
        ("events", "time", "yesterday", ["not a time"]),
    ],
)
def test_cell_is_refused(tmp_path: Path, table: str, column: str, cell: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        one(tmp_path, table, column, cell)
    message = str(caught.value)
    assert message.startswith(f"{table}, row 1, column {column}: ")
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message


def test_long_free_text_is_taken(tmp_path: Path) -> None:
    text = "用途" * 500_000
    assert one(tmp_path, "shipments", "end_use_text", text) == text


@pytest.mark.parametrize(
    ("table", "header", "row", "column", "message"),
    [
        ("shipments", "line,lot", ",x", "line", "required cell is empty"),
        ("shipments", "line,lot", "none,x", "line", "`none` cannot stand here"),
        ("bom", "parent,component,quantity", "A,B,", "quantity", "required cell is empty"),
        ("bom", "parent,component,quantity", "A,B,0", "quantity", "too small"),
        ("bom", "parent,component,quantity", "A,B,none", "quantity", "`none` cannot stand here"),
        ("composition", "item,substance,mass_fraction", "A,Dy,99", "mass_fraction", "too large"),
        ("composition", "item,substance,mass_fraction", "A,dy,0.1", "substance", "not a known value"),
        ("composition", "item,substance,mass_fraction", "A,Dy2O3,0.1", "substance", "not a known value"),
        ("chips", "item,precision", "A,fp64", "precision", "not a known value"),
        ("ownership", "owner,owned,share", "O,P,50%", "share", "not a number"),
        ("ownership", "owner,owned,share", "O,P,1.01", "share", "too large"),
        ("facts", "subject,fact,value", "L1,,x", "fact", "required cell is empty"),
    ],
)
def test_required_and_bounded_cells(
    tmp_path: Path, table: str, header: str, row: str, column: str, message: str
) -> None:
    folder(tmp_path, **{table: f"{header}\n{row}\n", "items": "item\nA\nB\n", "parties": "party\nP\n"})
    [fault] = faults(tmp_path)
    assert (fault.table, fault.row, fault.column) == (table, 1, column)
    assert message in fault.message


def test_all_faults_come_at_once_in_order(tmp_path: Path) -> None:
    folder(
        tmp_path,
        shipments="line,date,quantity,unit\nL1,x,-1,kg\n,2026-01-01,1,KGM\nL1,2026-01-01,y,KGM\n",
        items="item,stage,colour\nA,magnets,red\nA,magnet,\n",
    )
    assert [(fault.table, fault.row, fault.column) for fault in faults(tmp_path)] == [
        ("shipments", 1, "date"),
        ("shipments", 1, "quantity"),
        ("shipments", 1, "unit"),
        ("shipments", 2, "line"),
        ("shipments", 3, "line"),
        ("shipments", 3, "quantity"),
        ("items", None, "colour"),
        ("items", 1, "stage"),
        ("items", 2, "item"),
    ]


def test_many_faults_are_counted_by_column(tmp_path: Path) -> None:
    rows = "".join(f"L{row},x,{row % 2 - 1}\n" for row in range(3000))
    folder(tmp_path, shipments="line,date,quantity\n" + rows)
    with pytest.raises(ValueError, match="and 4450 more; 4500 faults in all, by column: ") as caught:
        load(tmp_path)
    assert len(caught.value.faults) == 4500  # type: ignore[attr-defined]
    assert len(str(caught.value).splitlines()) == 51
    assert "shipments.date 3000, shipments.quantity 1500" in str(caught.value)
    assert "共 4500 处" in caught.value.text("zh")  # type: ignore[attr-defined]


def test_faults_speak_chinese(tmp_path: Path) -> None:
    folder(tmp_path, shipments="line,destination\nL1,UK\n")
    [fault] = faults(tmp_path)
    assert fault.in_chinese() == (
        "shipments 表，第 1 行，destination 列：不是已知的值（实为 'UK'）；"
        "应为 GB（最接近），国家（地区），ISO 3166-1 两字母代码"
    )


def test_high_cardinality_columns_are_judged_like_others(tmp_path: Path) -> None:
    lines = [f"L{row}" for row in range(5000)]
    lines[4321] = "  L4321 "
    lines[4999] = "a\x07b"
    folder(tmp_path, shipments="line,quantity\n" + "".join(f"{line},{row}\n" for row, line in enumerate(lines)))
    [fault] = faults(tmp_path)
    assert (fault.row, fault.column) == (5000, "line")
    folder(tmp_path, shipments="line\n" + "".join(f"{line}\n" for line in lines[:-1]))
    assert load(tmp_path)["shipments"]["line"][4321] == "L4321"


def test_repeated_cells_far_down_are_found(tmp_path: Path) -> None:
    rows = ["KGM"] * 4000 + ["kg"] + [""] * 3 + ["none"] * 5
    folder(tmp_path, shipments="line,unit\n" + "".join(f"L{row},{unit}\n" for row, unit in enumerate(rows)))
    [fault] = faults(tmp_path)
    assert fault.row == 4001
    rows[4000] = "TNE"
    folder(tmp_path, shipments="line,unit\n" + "".join(f"L{row},{unit}\n" for row, unit in enumerate(rows)))
    assert load(tmp_path)["shipments"]["unit"].to_list() == [unit or None for unit in rows]


def test_every_column_has_the_type_the_schema_promises(tmp_path: Path) -> None:
    folder(tmp_path, shipments="line\nL1\n")
    workspace = load(tmp_path)
    assert list(workspace.tables) == list(TABLES)
    assert workspace.present == {"shipments"}
    for name, table in TABLES.items():
        assert workspace[name].schema == {column.name: column.dtype for column in table.columns}
    assert workspace["shipments"].schema["via"] == pl.List(pl.String)


def test_lines_without_a_date_are_named(tmp_path: Path) -> None:
    folder(tmp_path, shipments="line,date\nL1,\nL2,2026-01-01\nL3,\n")
    assert load(tmp_path).missing_dates() == ["L1", "L3"]


def test_spreadsheet_errors_in_numbers_are_named_as_such(tmp_path: Path) -> None:
    folder(tmp_path, items=ITEMS + "A,,CN,,,,#DIV/0!,,\n")
    assert "the cell holds a spreadsheet error" in said(tmp_path)
