"""Faults between rows and tables: repeated names, references, periods, sums."""

from __future__ import annotations

from pathlib import Path

import pytest

from lotgate.tables import load
from workspaces import faults, folder

ITEMS = "item\nA\nB\nC\n"
PARTIES = "party\nP\nQ\n"


def one_fault(path: Path, **tables: str) -> tuple[str, int | None, str | None, str]:
    [fault] = faults(folder(path, **tables))
    return fault.table, fault.row, fault.column, str(fault)


def test_repeated_names_give_both_rows(tmp_path: Path) -> None:
    *place, message = one_fault(tmp_path, shipments="line,lot\nL1,a\nL2,b\n L1 ,c\n")
    assert place == ["shipments", 3, "line"]
    assert message == "shipments, row 3, column line: the same line as row 1 (found 'L1'); expected every one once"


@pytest.mark.parametrize(
    ("table", "text", "row"),
    [
        ("composition", "item,substance,mass_fraction\nA,Dy,0.1\nB,Dy,0.1\nA,Dy,0.2\n", 3),
        ("chips", "item,precision,dense_tops\nA,fp16,1\nA,fp8,2\nA,fp16,3\n", 3),
        ("parties", "party\nP\nQ\nP\n", 3),
    ],
)
def test_repeated_keys(tmp_path: Path, table: str, text: str, row: int) -> None:
    assert one_fault(tmp_path, **{"items": ITEMS, table: text})[:2] == (table, row)


@pytest.mark.parametrize(
    ("rows", "place", "expected"),
    [
        ("USD,USD,2026-03-02,1", (1, "to_currency"), "expected another currency"),
        ("USD,CNY,2026-03-02,7\nEUR,CNY,2026-03-02,8\nEUR,USD,2026-03-02,1.1", (3, "to_currency"), "to or from CNY"),
        (
            "USD,CNY,2026-03-02,7\nCNY,USD,2026-03-02,0.14",
            (2, "date"),
            "the same two currencies on the same day as row 1",
        ),
        ("USD,CNY,2026-03-02,0", (1, "rate"), "greater than 0"),
        ("USD,CNY,,7", (1, "date"), "required"),
        ("USD,RMB,2026-03-02,7", (1, "to_currency"), "CNY"),
    ],
)
def test_rates_that_contradict_each_other(tmp_path: Path, rows: str, place: tuple[int, str], expected: str) -> None:
    text = f"currency,to_currency,date,rate\n{rows}\n"
    *found, message = one_fault(tmp_path, rates=text)
    assert found == ["rates", *place]
    assert expected in message


def test_rates_to_and_from_one_currency(tmp_path: Path) -> None:
    text = "currency,to_currency,date,rate,source\nUSD,CNY,2026-03-02,7.1,bank\nCNY,EUR,2026-03-02,0.13,bank\n"
    folder(tmp_path, rates=text + "USD,CNY,2026-03-03,7.2,bank\n")
    assert load(tmp_path, required=())["rates"]["rate"].to_list() == [7.1, 0.13, 7.2]


def test_rows_that_may_repeat(tmp_path: Path) -> None:
    folder(
        tmp_path,
        items=ITEMS,
        parties=PARTIES,
        bom="parent,component,quantity\nA,B,1\nA,B,2\nB,A,1\n",
        chips="item,precision,memory_gb\nA,,8\nA,,8\n",
        licences="number,items\nN1,A\nN1,B\n",
        ownership="owner,owned,share,from,to\nO,P,0.2,2020-01-01,2020-12-31\nO,P,0.3,2021-01-01,\n",
        facts="subject,fact,value\nA,technology,none\nA,technology,none\nB,technology,none\n",
    )
    workspace = load(tmp_path, required=())
    assert workspace["bom"]["quantity"].to_list() == [1, 2, 1]


@pytest.mark.parametrize(
    ("table", "text", "column", "expected"),
    [
        ("shipments", "line,item\nL0,A\nL1,magnett\n", "item", "expected magnet (nearest)"),
        ("shipments", "line,consignee\nL0,\nL1,Z\n", "consignee", "no such party in table parties"),
        ("shipments", "line,end_user\nL0,none\nL1,p\n", "end_user", "expected P (nearest)"),
        ("shipments", "line,intermediaries\nL0,none\nL1,P;X\n", "intermediaries", "(found 'X')"),
        ("composition", "item,substance\nA,Dy\nX,Dy\n", "item", "no such item"),
        ("bom", "parent,component,quantity\nA,magnet,1\nA,X,1\n", "component", "no such item"),
        ("chips", "item,precision\nA,fp8\nX,fp8\n", "item", "no such item"),
        ("ownership", "owner,owned,share\nRostec,P,1\nP,Rostec,1\n", "owned", "no such party"),
    ],
)
def test_dangling_references(tmp_path: Path, table: str, text: str, column: str, expected: str) -> None:
    *place, message = one_fault(tmp_path, items="item\nA\nmagnet\n", parties=PARTIES, **{table: text})
    assert place == [table, 2, column]
    assert expected in message


def test_names_that_are_free(tmp_path: Path) -> None:
    folder(
        tmp_path,
        shipments="line,licence,lot\nL1,N9,lot\n",
        licences="number,items,end_users\nN1,X;Y,Z\n",
        facts="subject,fact,value\nlaw:cn,checked_until,2026-09-01\nCN-2025-61#1.1,status,in force\nZ,military,no\n",
    )
    assert load(tmp_path).present == {"shipments", "licences", "facts"}


@pytest.mark.parametrize("parties", [{}, {"parties": "party,name\n"}])
def test_missing_table_is_named_once(tmp_path: Path, parties: dict[str, str]) -> None:
    rows = "".join(f"L{row},P,Q\n" for row in range(100))
    *place, message = one_fault(tmp_path, shipments="line,consignee,end_user\n" + rows, **parties)
    assert place == ["parties", None, None]
    assert "table parties is missing" in message
    assert "shipments.consignee refers to it" in message


def test_mass_fractions_add_up(tmp_path: Path) -> None:
    head = "item,substance,mass_fraction\n"
    folder(tmp_path, items=ITEMS, composition=head + "A,Nd,0.3\nA,Fe,0.7\nA,B,0.004\nB,Dy,\n")
    assert load(tmp_path, required=())["composition"].height == 4
    *place, message = one_fault(tmp_path, items=ITEMS, composition=head + "A,Nd,0.5\nB,Dy,1\nA,Fe,0.6\n")
    assert place == ["composition", 3, "mass_fraction"]
    assert "the mass fractions of A add up to more than 1 (found '1.1')" in message


def test_item_that_contains_itself(tmp_path: Path) -> None:
    *place, message = one_fault(tmp_path, items=ITEMS, bom="parent,component,quantity\nA,B,1\nB,B,1\n")
    assert place == ["bom", 2, "component"]
    assert "an item contains itself" in message


@pytest.mark.parametrize(("first", "second"), [("800", "900"), ("800", "none"), ("none", "800")])
def test_cells_of_the_whole_item_agree(tmp_path: Path, first: str, second: str) -> None:
    head = "item,precision,die_area_mm2,datacentre\n"
    *place, message = one_fault(
        tmp_path, items=ITEMS, chips=f"{head}A,fp16,{first},yes\nA,fp8,,yes\nB,fp8,1,no\nA,int8,{second},\n"
    )
    assert place == ["chips", 4, "die_area_mm2"]
    assert f"expected {first}" in message


@pytest.mark.parametrize(
    ("table", "text", "row", "column", "words"),
    [
        ("licences", "number,valid_from,valid_to\nN,2026-01-02,2026-01-01\n", 1, "valid_to", "2026-01-02 or later"),
        ("ownership", "owner,owned,from,to\nO,P,2026-01-02,2026-01-01\n", 1, "to", "to is before from"),
        ("ownership", "owner,owned\nO,P\nO,Q\nO,P\n", 3, "from", "overlaps with row 1"),
        ("ownership", "owner,owned,from,to\nO,P,,2020-12-31\nO,P,2020-12-31,\n", 2, "from", "overlaps with row 1"),
        (
            "ownership",
            "owner,owned,from,to\nO,P,2023-01-01,2023-02-01\nO,P,2020-01-01,2025-01-01\nO,P,2019-01-01,2019-12-31\n",
            1,
            "from",
            "overlaps with row 2",
        ),
        ("facts", "subject,fact,value\nA,share,0.5\nA,share,0.6\n", 2, "value", "another answer than in row 1"),
    ],
)
def test_periods_and_answers(tmp_path: Path, table: str, text: str, row: int, column: str, words: str) -> None:
    *place, message = one_fault(tmp_path, parties=PARTIES, **{table: text})
    assert place == [table, row, column]
    assert words in message


def test_long_holding_over_short_ones_names_the_long_one(tmp_path: Path) -> None:
    folder(
        tmp_path,
        parties=PARTIES,
        ownership="owner,owned,from,to\nO,P,2020-01-01,none\nO,P,2021-01-01,2021-02-01\nO,P,2022-01-01,2022-02-01\n",
    )
    assert [(fault.row, "overlaps with row 1" in fault.message) for fault in faults(tmp_path)] == [(2, True), (3, True)]
