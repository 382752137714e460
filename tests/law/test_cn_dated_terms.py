"""The dated terms of the Chinese law say the same as the clocks of the measures they sum up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

import lotgate.law
from lotgate.evaluate.walk import Walk
from lotgate.facts.values import CodeBook, case_row
from lotgate.law import Law, Status
from lotgate.law.expr import FALSE, TRUE

CONTROL = {
    **{f"CN-2025-{number}": False for number in (1, 13, 21, 22, 35, 51)},
    **{f"CN-2026-{number}": True for number in ("11", "20", "0622", "28")},
    "CN-2026-30": False,
}
"""Control-list notices, and whether they surely bar transfers outside China."""
ANNOUNCED = {
    "CN-2025-10/1": "1C117.d",
    "CN-2025-18/1": "1C905.b",
    "CN-2025-55/1": "2C902.a",
    "CN-2025-56/1": "2B902.w",
    "CN-2025-57/1": "1C909.a.1",
    "CN-2025-58/1": "3A001",
    "CN-2025-62/1": "1E902.a",
}


@pytest.fixture(scope="module")
def law() -> Law:
    return lotgate.law.load()


@pytest.fixture(scope="module")
def book(law: Law) -> CodeBook:
    return CodeBook(law)


def days(law: Law, first: date) -> Iterator[date]:
    """Every recorded change point from a day on, with the day before it."""
    for day in law.change_points():
        if day >= first:
            yield day - timedelta(days=1)
            yield day


def term(law: Law, book: CodeBook, name: str, facts: dict[str, str], day: date) -> int:
    """The trit of a Chinese term, told through a clause whose other conditions all hold."""
    ref, others = READERS[name]
    clause = next(c for c in law.clauses if c.ref == ref)
    return Walk(law, case_row(law, book, {**others, **facts}), day).trit(clause.when)


ABROAD = {"ship_from": "SG", "destination": "DE", "via": "none", "kind": "export", "origin": "CN"}
HOME = {"ship_from": "CN", "destination": "DE", "via": "none", "kind": "export"}
SLEEPING_ITEM = {"cn_code": "1C909.a.1", "military": "no", "end_use": "civil", "end_user_country": "DE"}
READERS = {
    "cn_control_listed": ("CN-2025-70/open-items", {**HOME, **SLEEPING_ITEM}),
    "cn_control_listed_abroad": ("CN-2025-70/open-items", {**ABROAD, **SLEEPING_ITEM}),
    "cn_dual_use": ("CN-2025-1/1", {**HOME, "listed": "CN-2025-1"}),
}


@pytest.mark.parametrize("measure", sorted(CONTROL))
def test_a_party_counts_as_control_listed_while_its_notice_runs(law: Law, book: CodeBook, measure: str) -> None:
    clause = next(c for c in law.clauses if c.ref == f"{measure}/1")
    for day in days(law, date(2025, 1, 2)):
        runs = clause.clock.status(day) is Status.ON
        found = term(law, book, "cn_control_listed", {"listed": measure}, day)
        assert found == (TRUE if runs else FALSE), day


@pytest.mark.parametrize("measure", sorted(CONTROL))
def test_a_party_counts_abroad_only_where_the_notice_says_so(law: Law, book: CodeBook, measure: str) -> None:
    clause = next((c for c in law.clauses if c.ref == f"{measure}/1-abroad"), None)
    for day in days(law, date(2025, 1, 2)):
        runs = clause is not None and clause.clock.status(day) is Status.ON
        found = term(law, book, "cn_control_listed_abroad", {"listed": measure}, day)
        assert found == (TRUE if runs else FALSE), day


@pytest.mark.parametrize("ref", sorted(ANNOUNCED))
def test_an_item_is_dual_use_while_its_announcement_runs(law: Law, book: CodeBook, ref: str) -> None:
    clause = next(c for c in law.clauses if c.ref == ref)
    for day in days(law, date(2024, 12, 2)):
        runs = clause.clock.status(day) is Status.ON
        found = term(law, book, "cn_dual_use", {"cn_code": ANNOUNCED[ref]}, day)
        assert found == (TRUE if runs else FALSE), day


@pytest.mark.parametrize(("code", "expected"), [("none", FALSE), ("2B201", TRUE), ("Ga", TRUE)])
def test_codes_outside_the_dated_announcements(law: Law, book: CodeBook, code: str, expected: int) -> None:
    for day in days(law, date(2024, 12, 2)):
        assert term(law, book, "cn_dual_use", {"cn_code": code}, day) == expected, day


def test_the_watch_list_closes_registration(law: Law, book: CodeBook) -> None:
    clause = next(c for c in law.clauses if c.ref == "CN-2025-18/1")
    route = next(r for r in clause.routes if r.id == "cn_registration")
    for measure in ("CN-2026-12", "CN-2026-0629W"):
        listing = next(c for c in law.clauses if c.ref == f"{measure}/1")
        facts = {"end_use": "repair-return", "listed": measure}
        for day in days(law, date(2024, 12, 2)):
            closed = listing.clock.status(day) is Status.ON
            found = Walk(law, case_row(law, book, facts), day).trit(route.node)
            assert found == (FALSE if closed else TRUE), (measure, day)


def test_annex_codes_of_announcement_61_are_codes_of_announcement_18(law: Law, book: CodeBook) -> None:
    for name in ("cn-61-part1", "cn-61-part2", "cn-61-part2-unread"):
        for code in law.code_lists[name]:
            assert "cn-18" in book.members("cn_code", code).must, code


def test_part_1_and_part_2_do_not_overlap(law: Law) -> None:
    part2 = {*law.code_lists["cn-61-part2"], *law.code_lists["cn-61-part2-unread"]}
    assert not set(law.code_lists["cn-61-part1"]) & part2
