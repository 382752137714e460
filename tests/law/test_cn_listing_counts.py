"""How many Chinese listings stand on a day: totals made from a separate table of the notices, held against the data.

Persons are not in the lists. TechInsights counts as the ten names of its notice. The notice of 2025-01-15 (four US
firms) is not in the totals, because that table did not have it; it is counted by itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import lotgate.law
from lotgate.law import Law, Status

CONTROL = "export-control-list"
WATCH = "watch-list"
UNRELIABLE = "unreliable-entity-list"
COUNTED_APART = "CN-UEL-2025-C"
NOTICES = ("CN-2", "CN-UEL-", "CN-AFSL-", "CN-MFA-")
"""How the ids of measures that name parties start."""


@pytest.fixture(scope="module")
def law() -> Law:
    return lotgate.law.load()


def kind_of(law: Law, measure: str) -> str | None:
    """The list a notice belongs to, told by the effects of its rows."""
    if measure.startswith("CN-UEL-"):
        return UNRELIABLE
    effects = {effect for row in law.party_rows[measure] for effect in row["effects"].split(";")}
    if "DUAL_USE_BAN" in effects:
        return CONTROL
    return WATCH if "SINGLE_LICENCE_ONLY" in effects else None


def standing(law: Law, day: date, lapsed: bool = False) -> dict[str, int]:
    """Names on each list whose listing runs on a day; with `lapsed`, suspensions that ran out are over."""
    clauses = {clause.ref: clause for clause in law.clauses}
    counts = {CONTROL: 0, WATCH: 0, UNRELIABLE: 0}
    for measure, rows in law.party_rows.items():
        kind = kind_of(law, measure) if measure.startswith(NOTICES) else None
        if kind is None or measure == COUNTED_APART:
            continue
        # A listing whose effects were not read stands all the same.
        clock = replace(clauses[f"{measure}/1"].clock, verified=True)
        wanted = (Status.ON, Status.OPEN) if lapsed else (Status.ON,)
        counts[kind] += len(rows) if clock.status(day) in wanted else 0
    return counts


@pytest.mark.parametrize(
    ("day", "control", "watch", "unreliable"),
    [
        ("2025-03-31", 43, 0, 35),
        ("2025-04-30", 71, 0, 52),
        ("2025-06-01", 43, 0, 35),
        ("2025-09-01", 51, 0, 35),
        ("2025-10-15", 54, 0, 61),
        ("2025-12-01", 39, 0, 50),
        ("2026-05-01", 66, 20, 50),
        ("2026-08-01", 110, 40, 50),
        ("2026-11-10", 110, 40, 50),
    ],
)
def test_listings_that_stand_on_a_day(law: Law, day: str, control: int, watch: int, unreliable: int) -> None:
    found = standing(law, date.fromisoformat(day))
    assert found == {CONTROL: control, WATCH: watch, UNRELIABLE: unreliable}


def test_listings_if_the_suspensions_lapse(law: Law) -> None:
    found = standing(law, date(2026, 11, 11), lapsed=True)
    assert found == {CONTROL: 126, WATCH: 40, UNRELIABLE: 61}


def test_a_suspension_that_ran_out_leaves_listings_open_not_standing(law: Law) -> None:
    found = standing(law, date(2026, 11, 11))
    assert found == {CONTROL: 110, WATCH: 40, UNRELIABLE: 50}


def test_the_notice_counted_apart(law: Law) -> None:
    clause = next(c for c in law.clauses if c.ref == f"{COUNTED_APART}/1")
    assert len(law.party_rows[COUNTED_APART]) == 4
    assert clause.clock.status(date(2025, 1, 14)) is Status.OFF
    assert clause.clock.status(date(2025, 1, 15)) is Status.ON


def test_every_row_of_a_listing_is_whole(law: Law) -> None:
    faults = []
    for measure, rows in law.party_rows.items():
        if not measure.startswith(NOTICES):
            continue
        names = [row["name_en"] for row in rows]
        if len(names) != len(set(names)):
            faults.append(f"{measure}: a name stands twice")
        for row in rows:
            aliases = [alias for alias in row["aliases"].split(";") if alias]
            if (
                not row["name_en"]
                or row["verified"] not in ("yes", "partly", "no")
                or len(row["country"]) not in (0, 2)
            ):
                faults.append(f"{measure}: {row}")
            if row["name_en"] in aliases or row["name_zh"] in aliases or len(aliases) != len(set(aliases)):
                faults.append(f"{measure}: {row['name_en']}: an alias repeats a name")
    assert faults == []


def test_only_notices_that_bar_trade_stop_goods(law: Law) -> None:
    stopping = {"DUAL_USE_BAN", "TRADE_BAN", "CN_PERSON_DEALING_BAN"}
    for measure, rows in law.party_rows.items():
        if not measure.startswith(NOTICES):
            continue
        clauses = [c for c in law.clauses if c.measure == measure and c.effect == "prohibited" and c.clock.verified]
        effects = {effect for row in rows for effect in row["effects"].split(";")}
        assert bool(clauses) == bool(effects & stopping), measure
        reaches_abroad = any(c.id == "1-abroad" for c in clauses)
        assert reaches_abroad == ("THIRD_COUNTRY_TRANSFER_BAN" in effects), measure


MINISTRY = ("CN-AFSL-MFA-", "CN-MFA-")
"""Decisions of the foreign ministry; those before the Anti-Foreign Sanctions Law have no more than a date and names."""


@pytest.mark.parametrize(
    ("day", "named", "dealings", "frozen", "open_"),
    [
        ("2019-12-01", 0, 0, 0, 0),
        ("2021-06-30", 11, 0, 0, 11),
        ("2023-06-01", 14, 2, 0, 12),
        ("2024-01-07", 22, 8, 6, 14),
        ("2024-06-30", 39, 8, 23, 14),
        ("2024-12-31", 79, 42, 63, 20),
        ("2025-12-26", 99, 62, 83, 20),
    ],
)
def test_countermeasures_of_the_foreign_ministry(
    law: Law, day: str, named: int, dealings: int, frozen: int, open_: int
) -> None:
    """Names listed by a day, barred from dealings, with property frozen, and with effects that were not told."""
    counts = [0, 0, 0, 0]
    for measure, rows in law.party_rows.items():
        clauses = [c for c in law.clauses if c.measure == measure]
        if not measure.startswith(MINISTRY) or clauses[0].clock.in_force[0].start > date.fromisoformat(day):
            continue
        statuses = {c.effect: c.clock.status(date.fromisoformat(day)) for c in clauses}
        counts[0] += len(rows)
        counts[1] += len(rows) * (statuses.get("prohibited") is Status.ON)
        counts[2] += sum("ASSET_FREEZE" in row["effects"] for row in rows)
        counts[3] += len(rows) * (statuses.get("prohibited") is Status.OPEN)
    assert counts == [named, dealings, frozen, open_]


def test_one_firm_holds_listings_of_different_standing_on_one_day(law: Law) -> None:
    day = date(2026, 8, 1)
    names = {
        "Huntington Ingalls Industries",
        "Huntington Ingalls Industries Inc.",
        "Huntington Ingalls Industries, Inc.",
    }
    held = {
        measure: next(c for c in law.clauses if c.ref == f"{measure}/1").clock.status(day)
        for measure, rows in law.party_rows.items()
        if any(names & {row["name_en"], *row["aliases"].split(";")} for row in rows)
    }
    assert held == {
        "CN-UEL-2025-5": Status.STOPPED,
        "CN-2025-51": Status.ON,
        "CN-AFSL-MFA-2024-10-10": Status.ON,
    }
