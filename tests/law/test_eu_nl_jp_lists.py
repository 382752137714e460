"""The lists that European, Dutch and Japanese law reads, held against counts and against codes a lawyer would name."""

from __future__ import annotations

import re

import pytest

import lotgate.law
from lotgate.items.codes import EntryIndex
from lotgate.law import Law

REGIMES = ("eu", "nl", "jp")


@pytest.fixture(scope="module")
def law() -> Law:
    return lotgate.law.load()


@pytest.fixture(scope="module")
def codes(law: Law) -> EntryIndex:
    return EntryIndex({name: law.code_lists[name] for name in law.code_lists if law.list_regime[name] in REGIMES})


@pytest.mark.parametrize(
    ("name", "count"),
    [("eu-members", 27), ("eu001-destinations", 10), ("eu002-destinations", 4), ("jp-42", 42), ("jp-group-a", 26)],
)
def test_country_lists_are_complete(law: Law, name: str, count: int) -> None:
    assert len(law.lists[name]) == count == len(law.list_rows[name])


def test_country_lists_hold_country_codes_only(law: Law) -> None:
    for name, rows in law.list_rows.items():
        if name.startswith(("eu", "nl-", "jp-")) and rows and "country" in rows[0]:
            assert [row["country"] for row in rows if not re.fullmatch(r"[A-Z]{2}", row["country"])] == []


def test_the_customs_territory_holds_the_member_states(law: Law) -> None:
    assert law.lists["eu-members"] < law.lists["eu-customs-territory"]
    assert not law.lists["eu-customs-territory"] & {"GB", "CH", "NO", "AD", "SM", "GL"}


def test_the_japanese_42_leave_out_china_and_russia(law: Law) -> None:
    assert {"US", "KR", "TW", "SG", "NL", "IN", "LT"} <= law.lists["jp-42"]
    assert not {"CN", "HK", "MO", "RU", "BY", "JP", "MY", "VN"} & law.lists["jp-42"]
    assert law.lists["jp-group-a"] < law.lists["jp-42"]


def test_an_arms_embargo_is_decided_or_only_declared(law: Law) -> None:
    assert not law.lists["eu-arms-embargo"] & law.lists["eu-arms-embargo-declared"]
    assert {"RU", "BY", "IR", "KP", "MM"} <= law.lists["eu-arms-embargo"]
    assert "CN" in law.lists["eu-arms-embargo-declared"]


def test_no_scanner_is_in_both_dutch_orders(law: Law) -> None:
    assert not law.lists["nl-2023-models"] & law.lists["nl-2024-models"]


@pytest.mark.parametrize(
    ("code", "name", "member"),
    [
        ("3B001.f", "eu001-excluded", "no"),
        ("9A117", "eu001-excluded", "yes"),
        ("0C001", "eu001-excluded", "yes"),
        ("1C450", "eu001-excluded", "maybe"),
        ("1C450.a.1", "eu001-excluded", "yes"),
        ("5A002.a.1", "eu001-excluded", "no"),
        ("0A001", "eu-annex-iv", "yes"),
        ("0C001", "eu-annex-iv", "no"),
        ("1C351.d.4", "eu-annex-iv", "yes"),
        ("1C351.d.6", "eu-annex-iv", "no"),
        ("3B501.f.1.b", "eu-500-numbers", "yes"),
        ("3B001.f.1.b", "eu-500-numbers", "no"),
        ("3B501.f.1.b", "eu-500-series", "yes"),
        ("6A504", "eu-500-series", "no"),
        ("3A001.a.7", "eu002-items", "yes"),
        ("3A001", "eu002-items", "maybe"),
        ("3B001.f.4", "nl-scanners", "yes"),
        ("3B001.l", "nl-2023-items", "yes"),
        ("3B001.o", "nl-2023-items", "no"),
        ("3B001", "nl-2023-items", "maybe"),
        ("JP-2023.cleaning", "jp-2023", "yes"),
        ("6(2)", "jp-2023", "no"),
        (None, "eu-500-numbers", "maybe"),
    ],
)
def test_codes_stand_on_the_lists_they_should(codes: EntryIndex, code: str | None, name: str, member: str) -> None:
    assert codes.member(code, name) == member
