"""The days on which European, Dutch and Japanese clauses start, end, or are simply not established."""

from __future__ import annotations

from datetime import date

import pytest

import lotgate.law
from lotgate.law import Law
from lotgate.law.clock import Status

REGIMES = ("eu", "nl", "jp")


@pytest.fixture(scope="module")
def law() -> Law:
    return lotgate.law.load()


@pytest.mark.parametrize(
    ("ref", "day", "status"),
    [
        ("EU-428-2009/3", "2021-09-08", Status.ON),
        ("EU-428-2009/3", "2021-09-09", Status.OFF),
        ("EU-2021-821/3", "2021-09-08", Status.OFF),
        ("EU-2021-821/3", "2021-09-09", Status.ON),
        ("EU-2025-2003/annex-i", "2025-11-14", Status.OFF),
        ("EU-2025-2003/annex-i", "2025-11-15", Status.ON),
        ("EU-2025-2003#other/annex-i-other", "2026-01-01", Status.OPEN),
        ("EU-833-2014/2.1", "2022-02-25", Status.OFF),
        ("EU-833-2014/2.1", "2022-02-26", Status.ON),
        ("EU-833-2014#2a/2a", "2024-01-01", Status.OPEN),
        ("EU-267-2012/dual-use", "2025-09-29", Status.OFF),
        ("EU-267-2012/dual-use", "2025-09-30", Status.ON),
        ("NL-2023/2", "2023-08-31", Status.OFF),
        ("NL-2023/2", "2023-09-01", Status.ON),
        ("NL-2023/2-scanners-unnamed", "2024-09-06", Status.OPEN),
        ("NL-2023/2-scanners-unnamed", "2024-09-07", Status.OFF),
        ("NL-2024/2-scanners", "2024-09-06", Status.OFF),
        ("NL-2024/2-scanners", "2024-09-07", Status.ON),
        ("NL-2025/2", "2025-03-31", Status.OFF),
        ("NL-2025/2", "2025-04-01", Status.ON),
        ("JP-2023/individual", "2023-07-22", Status.OFF),
        ("JP-2023/individual", "2023-07-23", Status.ON),
        ("JP-ETCO-16#military/military", "2025-10-08", Status.OFF),
        ("JP-ETCO-16#military/military", "2025-10-09", Status.OPEN),
    ],
)
def test_clauses_start_and_end_on_their_days(law: Law, ref: str, day: str, status: Status) -> None:
    clause = next(clause for clause in law.clauses if clause.ref == ref)
    assert clause.clock.status(date.fromisoformat(day)) is status


@pytest.mark.parametrize("regime", REGIMES)
def test_a_regime_tells_how_far_it_is_known(law: Law, regime: str) -> None:
    assert law.regimes[regime].known_as_of == date(2026, 8, 22)


@pytest.mark.parametrize("regime", REGIMES)
def test_every_clause_speaks_both_languages_and_says_what_to_do(law: Law, regime: str) -> None:
    clauses = law.regime_clauses(regime)
    assert clauses
    for clause in clauses:
        assert clause.text.en.endswith("."), clause.ref
        assert clause.text.zh.endswith("。"), clause.ref
        assert any("一" <= letter <= "鿿" for letter in clause.cite.zh), clause.ref
        assert clause.action is not None, clause.ref
        assert clause.action.zh.endswith("。"), clause.ref


def test_a_prohibition_names_no_licence_that_could_cover_it(law: Law) -> None:
    for clause in law.clauses:
        if clause.regime in REGIMES and clause.effect == "prohibited":
            assert clause.licence_kinds == ()
