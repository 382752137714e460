"""What US clauses reach and what they leave alone: days, unknown cells, and limbs that must not be read too widely."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

import lotgate.law
from lotgate.evaluate.walk import Walk
from lotgate.facts.law_cases import law_cases
from lotgate.facts.values import CodeBook, case_row
from lotgate.law import Law, Status
from lotgate.law.expr import FALSE, TRUE, UNKNOWN

RULES = Path(__file__).parents[3] / "shared" / "reference" / "us_rules.csv"
DAY = "2026-03-01"
BITING = {"fires", "exempt", "covered", "suspended", "stopped", "not-enforced", "not-established"}
US_TO_CN = {
    "kind": "export",
    "ship_from": "US",
    "origin": "US",
    "destination": "CN",
    "end_user_country": "CN",
    "exporter_country": "US",
    "exporter_headquarters": "US",
    "headquarters": "CN",
    "end_use": "civil",
    "military": "no",
    "listed": "none",
    "us_owned_by": "none",
    "ofac_owned": "no",
    "model": "none",
    "parts_model": "none",
    "item_meets": "none",
    "parts_meet": "none",
    "parts_us_code": "none",
    "us_code": "none",
    "logic_nm": "none",
    "nand_layers": "none",
    "dram_nm": "none",
}


@pytest.fixture(scope="module")
def law() -> Law:
    return lotgate.law.load()


@pytest.fixture(scope="module")
def book(law: Law) -> CodeBook:
    return CodeBook(law)


def reached(law: Law, book: CodeBook, day: str = DAY, **facts: str) -> dict[str, int]:
    """The US clauses other than advisories whose condition holds or may hold, with TRUE or UNKNOWN.

    A fact given as `?` is left unknown. Clocks are looked at only for clauses that have not begun or are over.
    """
    given = {name: value for name, value in {**US_TO_CN, **facts}.items() if value != "?"}
    on = date.fromisoformat(day)
    walk = Walk(law, case_row(law, book, given), on)
    found = {}
    for clause in law.clauses:
        duty = law.measures[clause.measure].regime == "us" and clause.effect != "advisory"
        if duty and clause.clock.status(on) is not Status.OFF and (trit := walk.trit(clause.when)) != FALSE:
            found[clause.ref] = trit
    return found


def test_unclassified_is_not_the_same_as_ear99(law: Law, book: CodeBook) -> None:
    assert reached(law, book) == {}
    assert UNKNOWN in reached(law, book, us_code="?").values()


def test_an_eccn_nobody_knows_is_asked_about(law: Law, book: CodeBook) -> None:
    assert reached(law, book, us_code="9Z999", destination="DE", headquarters="DE") == {"US-738-unread/unread": TRUE}
    assert next(c for c in law.clauses if c.ref == "US-738-unread/unread").clock.status(date(2026, 3, 1)) is Status.OPEN


def test_a_chip_tool_without_its_paragraph_is_not_free_for_china(law: Law, book: CodeBook) -> None:
    assert TRUE in reached(law, book, us_code="3B001").values()


@pytest.mark.parametrize("code", ["none", "3A991", "3A001.a.7", "1C990"])
def test_headquarters_in_china_matter_for_advanced_chips_only(law: Law, book: CodeBook, code: str) -> None:
    abroad = reached(law, book, us_code=code, destination="MY", headquarters="CN")
    assert "US-744.23-a3/a.3" not in abroad
    assert "US-744.23-a3/a.3" in reached(law, book, us_code="3A090.a", destination="MY", headquarters="CN")


def test_unknown_headquarters_are_asked_about_for_advanced_chips_only(law: Law, book: CodeBook) -> None:
    assert reached(law, book, us_code="3A090.b", destination="MY", headquarters="?")["US-744.23-a3/a.3"] == UNKNOWN
    assert "US-744.23-a3/a.3" not in reached(law, book, us_code="3A991", destination="MY", headquarters="?")


def test_supercomputers_are_no_reason_to_hold_ear99(law: Law, book: CodeBook) -> None:
    assert not [ref for ref in reached(law, book, end_use="supercomputer") if ref.startswith("US-744.23")]
    assert "US-744.23/a.1" in reached(law, book, end_use="supercomputer", us_code="3A991")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"logic_nm": "16"}, TRUE),
        ({"logic_nm": "17"}, None),
        ({"nand_layers": "128"}, TRUE),
        ({"nand_layers": "127"}, None),
        ({"dram_nm": "18"}, TRUE),
        ({"logic_nm": "?"}, UNKNOWN),
        ({"logic_nm": "?", "nand_layers": "232"}, TRUE),
        ({"logic_nm": "7", "destination": "TW", "headquarters": "TW"}, None),
    ],
)
def test_any_item_is_held_for_an_advanced_fab(
    law: Law, book: CodeBook, facts: dict[str, str], expected: int | None
) -> None:
    assert reached(law, book, end_use="chip-fab", **facts).get("US-744.23/a.2.i") == expected


def test_foreign_goods_without_us_ties_are_free_even_for_a_listed_buyer(law: Law, book: CodeBook) -> None:
    foreign = {
        "ship_from": "KR",
        "origin": "KR",
        "exporter_country": "KR",
        "exporter_headquarters": "KR",
        "listed": "us-entity-list;us-el:fn1;us-el:fn4;us-el:all-items;us-el:denial",
        "us_controlled_share": "0",
        "contains_us_ic": "no",
    }
    assert reached(law, book, technology="none", **foreign) == {}
    assert reached(law, book, technology="?", **foreign)["US-734.9-e1/e.1"] == UNKNOWN
    assert reached(law, book, technology="US:3E001", **foreign)["US-734.9-e1/e.1"] == TRUE
    assert reached(law, book, technology="?", **{**foreign, "listed": "none"}) == {}


@pytest.mark.parametrize(
    ("share", "destination", "expected"),
    [
        ("0.25", "CN", None),
        ("0.2501", "CN", TRUE),
        ("0.2..0.3", "CN", UNKNOWN),
        ("0..0.02", "CN", None),
        ("0.10", "IR", None),
        ("0.11", "IR", TRUE),
    ],
)
def test_content_counts_above_its_level_only(
    law: Law, book: CodeBook, share: str, destination: str, expected: int | None
) -> None:
    facts = {
        "ship_from": "MY",
        "origin": "MY",
        "exporter_country": "MY",
        "exporter_headquarters": "MY",
        "us_code": "3A002",
        "us_controlled_share": share,
        "technology": "none",
        "contains_us_ic": "no",
        "destination": destination,
        "headquarters": destination,
    }
    assert reached(law, book, **facts).get("US-734.4-c-d/d") == expected


@pytest.mark.parametrize(
    ("ref", "day", "status"),
    [
        ("US-742.6-a6/2022", "2022-10-20", Status.OFF),
        ("US-742.6-a6/2022", "2022-10-21", Status.ON),
        ("US-742.6-a6/2022", "2023-11-16", Status.ON),
        ("US-742.6-a6/2022", "2023-11-17", Status.OFF),
        ("US-742.6-a6/iii", "2023-11-16", Status.OFF),
        ("US-742.6-a6/iii", "2023-11-17", Status.ON),
        ("US-742.6-a6/i.B", "2024-12-01", Status.OFF),
        ("US-742.6-a6/i.B", "2024-12-02", Status.ON),
        ("US-734.4-a8/a.8", "2024-12-30", Status.UNENFORCED),
        ("US-734.4-a8/a.8", "2024-12-31", Status.ON),
        ("US-2026-01-15/b.10", "2026-01-14", Status.OFF),
        ("US-2026-01-15/b.10", "2026-01-15", Status.ON),
    ],
)
def test_clauses_start_and_end_on_their_days(law: Law, ref: str, day: str, status: Status) -> None:
    clause = next(c for c in law.clauses if c.ref == ref)
    assert clause.clock.status(date.fromisoformat(day)) is status


def test_the_affiliates_rule_sleeps_and_then_nobody_knows(law: Law) -> None:
    told = {
        "2025-09-28": Status.OFF,
        "2025-09-29": Status.ON,
        "2025-11-09": Status.ON,
        "2025-11-10": Status.SUSPENDED,
        "2026-11-09": Status.SUSPENDED,
        "2026-11-10": Status.OPEN,
    }
    clauses = [c for c in law.clauses if c.measure == "US-2025-09-29-AFF" and c.effect != "advisory"]
    assert clauses
    for clause in clauses:
        found = {day: clause.clock.status(date.fromisoformat(day)) for day in told}
        assert found == told, clause.ref


def test_the_worldwide_rule_of_january_2025_is_law_and_never_enforced(law: Law) -> None:
    clause = next(c for c in law.clauses if c.ref == "US-2025-01-15-AID/worldwide")
    assert clause.clock.status(date(2025, 1, 12)) is Status.OFF
    for day in (date(2025, 1, 13), date(2025, 5, 20), date(2026, 8, 22)):
        assert clause.clock.status(day) is Status.UNENFORCED


def test_every_clause_has_a_case_that_bites_and_one_that_does_not(law: Law) -> None:
    told: dict[str, set[str]] = {}
    for case in law_cases(law):
        for ref, expected in case.expect.items():
            told.setdefault(ref, set()).add(expected.split(" ")[0])
    refs = [c.ref for c in law.clauses if law.measures[c.measure].regime == "us"]
    assert [ref for ref in refs if not told.get(ref, set()) & BITING] == []
    assert [ref for ref in refs if "no" not in told.get(ref, set())] == []


@pytest.mark.skipif(not RULES.exists(), reason="SKIPPED: no reference table beside the checkout (../shared/reference)")
def test_every_measure_of_the_reference_table_is_encoded_or_accounted_for(law: Law) -> None:
    with RULES.open(encoding="utf-8", newline="") as file:
        wanted = {row["id"] for row in csv.DictReader(file) if row["id"].startswith("US-")}
    folder = next(m for m in law.measures.values() if m.id == "US-738").folder.parent
    listed = set(re.findall(r"US-[\w.-]*\w", (folder / "NOT-ENCODED.md").read_text(encoding="utf-8")))
    assert sorted(wanted - set(law.measures) - listed) == []


def test_every_clause_speaks_both_languages(law: Law) -> None:
    for clause in law.clauses:
        if law.measures[clause.measure].regime == "us":
            for text in (clause.cite, clause.text, clause.action):
                if text is not None:
                    assert text.en and not re.search("[一-鿿]", text.en), clause.ref
                    assert re.search("[一-鿿]|^[0-9]+ CFR", text.zh), clause.ref
