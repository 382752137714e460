"""The lists US law reads: country groups and chart columns cell by cell, derived scopes, reasons for control."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import lotgate.law
from lotgate.items.codes import EntryIndex
from lotgate.law import Law

TABLE = Path(__file__).parents[3] / "shared" / "reference" / "us_country_groups.csv"
GROUPS = ("A_1", "A_2", "A_3", "A_4", "A_5", "A_6", "B", "D_1", "D_2", "D_3", "D_4", "D_5", "E_1", "E_2")
COLUMNS = ("NS1", "NS2", "RS1", "RS2", "CB1", "CB2", "CB3", "NP1", "NP2", "MT1", "FC1", "CC1", "CC2", "CC3")


@pytest.fixture(scope="module")
def law() -> Law:
    return lotgate.law.load()


@pytest.fixture(scope="module")
def codes(law: Law) -> EntryIndex:
    return EntryIndex({name: law.code_lists[name] for name in law.code_lists if name.startswith("us-")})


def group(law: Law, name: str) -> frozenset[str]:
    return frozenset(law.lists[f"us-{name}"])


@pytest.mark.skipif(not TABLE.exists(), reason="SKIPPED: no reference table beside the checkout (../shared/reference)")
@pytest.mark.parametrize("column", GROUPS + COLUMNS)
def test_every_cell_of_the_country_table_is_carried(law: Law, column: str) -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        marked = {row["iso2"] for row in csv.DictReader(file) if row[column] == "1"}
    name = f"chart-{column.lower()}" if column in COLUMNS else column.replace("_", "").lower()
    assert group(law, name) == marked


def test_country_lists_hold_country_codes_only(law: Law) -> None:
    wrong = {
        name: row["country"]
        for name, rows in law.list_rows.items()
        if name.startswith("us-")
        for row in rows
        if "country" in row and not re.fullmatch(r"[A-Z]{2}", row["country"])
    }
    assert wrong == {}


def test_hong_kong_stands_where_china_stands(law: Law) -> None:
    both = {"CN", "HK"}
    halves = [name for name, entries in law.lists.items() if name.startswith("us-") and len(both & set(entries)) == 1]
    assert halves == []


def test_derived_scopes_follow_from_the_groups(law: Law) -> None:
    d1, d4, d5 = (group(law, name) for name in ("d1", "d4", "d5"))
    assert group(law, "macau-d5") == d5 | {"MO"}
    assert group(law, "ac-scope") == ((d1 | d4 | d5) - group(law, "a5") - group(law, "a6")) | {"AE", "MO"}
    assert group(law, "aca-scope") == group(law, "ac-scope") - group(law, "macau-d5") - {"AE"}
    assert group(law, "e1-e2") == group(law, "e1") | group(law, "e2")
    assert group(law, "china") == {"CN", "HK"}
    assert group(law, "china-macau") == {"CN", "HK", "MO"}


def test_saudi_arabia_is_inside_and_israel_outside_the_advanced_computing_scope(law: Law) -> None:
    scope = group(law, "ac-scope")
    assert {"CN", "HK", "MO", "VN", "SA", "AE", "RU", "IR"} <= scope
    assert not {"IL", "TW", "IN", "MY", "SG", "KR", "US", "CY"} & scope


def test_thirty_three_countries_control_chip_tools_themselves(law: Law) -> None:
    allied = group(law, "742-s4")
    assert len(allied) == 33
    assert {"NL", "JP", "DE", "GB"} <= allied
    assert not {"KR", "TW", "SG", "MY", "IL", "CN", "US"} & allied


def test_every_reason_is_given_for_a_known_entry(law: Law, codes: EntryIndex) -> None:
    named = {
        entry.lstrip("!")
        for name, entries in law.code_lists.items()
        if name.startswith(("us-reason-", "us-if-", "us-unclear"))
        for entry in entries
    }
    assert len(named) > 500
    assert [entry for entry in named if "us-known" not in codes.match(entry).may] == []


@pytest.mark.parametrize(
    ("code", "reasons"),
    [
        ("3A001.a.7", {"ns2"}),
        ("3A611.a", {"ns1", "rs1", "un"}),
        ("4A003.b", {"ns1"}),
        ("6A002.a.1", {"ns2", "rs1", "un"}),
        ("2B350.a", {"cb2"}),
        ("2B230", {"np1"}),
        ("9A106", {"mt1"}),
        ("0A978", {"cc1"}),
        ("3A991.p", set()),
        ("4A994", set()),
        ("none", set()),
    ],
)
def test_reasons_a_lawyer_would_name(codes: EntryIndex, code: str, reasons: set[str]) -> None:
    must = codes.match(code).must
    assert reasons <= {name.removeprefix("us-reason-") for name in must if name.startswith("us-reason-")}
    if not reasons:
        assert not [name for name in must if name.startswith(("us-reason-", "us-if-"))]


def test_a_heading_without_paragraph_is_neither_in_nor_out(codes: EntryIndex) -> None:
    found = codes.match("3A090")
    assert "us-ac-any" in found.must
    assert {"us-ac-a", "us-ac-b", "us-3a090-c"} <= found.may - found.must


def test_codes_of_other_lists_are_no_eccn(law: Law) -> None:
    eccn = re.compile(r"!?[0-9?][A-E?][0-9?]{3}(\.[a-z0-9.-]+)?", re.IGNORECASE)
    listed = {
        row["code"] for name, rows in law.list_rows.items() if name.startswith("us-") for row in rows if "code" in row
    }
    assert len(listed) > 700
    assert {code for code in listed if not eccn.fullmatch(code)} == set()
