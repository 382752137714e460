"""The status of a clause on a day, clock by clock."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lotgate.dates import Interval, day_after
from lotgate.law import Clock, Status
from lotgate.law.clock import Suspension


def day(text: str) -> date:
    return date.fromisoformat(text)


def span(start: str, end: str | None = None) -> Interval:
    return Interval(day(start), day(end) if end else None)


def slept(start: str, end: str | None = None, by: str = "") -> Suspension:
    return Suspension(span(start, end), by)


OPEN_ENDED = Clock((span("2025-04-04"),))
SUSPENDED = Clock((span("2025-10-09"),), (slept("2025-11-07", "2026-11-10", "CN-2025-70"),))


def test_a_clause_is_off_before_its_day_and_on_from_it() -> None:
    assert OPEN_ENDED.status(day("2025-04-03")) is Status.OFF
    assert OPEN_ENDED.status(day("2025-04-04")) is Status.ON
    assert OPEN_ENDED.status(date.max) is Status.ON


def test_through_is_the_last_day() -> None:
    clock = Clock((span("2025-01-01", "2025-01-31"),))
    assert clock.status(day("2025-01-31")) is Status.ON
    assert clock.status(day("2025-02-01")) is Status.OFF


def test_several_intervals_leave_gaps() -> None:
    clock = Clock((span("2025-01-01", "2025-01-31"), span("2025-03-01")))
    assert [clock.status(day(d)) for d in ("2025-01-15", "2025-02-15", "2025-03-01")] == [
        Status.ON,
        Status.OFF,
        Status.ON,
    ]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2025-10-08", Status.OFF),
        ("2025-10-09", Status.ON),
        ("2025-11-06", Status.ON),
        ("2025-11-07", Status.SUSPENDED),
        ("2026-11-10", Status.SUSPENDED),
        ("2026-11-11", Status.OPEN),
        ("2030-01-01", Status.OPEN),
    ],
)
def test_a_suspension_that_ran_out_leaves_the_clause_not_established(on: str, expected: Status) -> None:
    assert SUSPENDED.status(day(on)) is expected


def test_a_suspension_may_start_before_the_clause_does() -> None:
    clock = Clock((span("2025-12-01"),), (slept("2025-11-07", "2026-11-10"),))
    assert clock.status(day("2025-11-06")) is Status.OFF
    assert clock.status(day("2025-11-07")) is Status.SUSPENDED
    assert clock.status(day("2025-12-01")) is Status.SUSPENDED
    assert clock.status(day("2026-11-11")) is Status.OPEN


def test_chained_suspensions_sleep_without_a_gap() -> None:
    clock = Clock(
        (span("2025-01-01"),), (slept("2025-03-01", "2025-05-31", "A"), slept("2025-06-01", "2025-08-31", "B"))
    )
    assert clock.status(day("2025-05-31")) is Status.SUSPENDED
    assert clock.status(day("2025-06-01")) is Status.SUSPENDED
    assert clock.status(day("2025-09-01")) is Status.OPEN
    first, second = clock.suspension(day("2025-05-31")), clock.suspension(day("2025-06-01"))
    assert first is not None and first.by == "A"
    assert second is not None and second.by == "B"


def test_between_two_suspensions_the_standing_is_open() -> None:
    clock = Clock((span("2025-01-01"),), (slept("2025-03-01", "2025-03-31"), slept("2025-05-01", "2025-05-31")))
    assert clock.status(day("2025-02-28")) is Status.ON
    assert clock.status(day("2025-04-15")) is Status.OPEN
    assert clock.status(day("2025-05-15")) is Status.SUSPENDED


def test_a_later_interval_in_force_is_the_recorded_successor() -> None:
    clock = Clock((span("2025-01-01", "2025-05-31"), span("2025-06-01")), (slept("2025-03-01", "2025-05-31"),))
    assert clock.status(day("2025-05-31")) is Status.SUSPENDED
    assert clock.status(day("2025-06-01")) is Status.ON


def test_a_successor_that_ends_leaves_nothing() -> None:
    clock = Clock(
        (span("2025-01-01", "2025-05-31"), span("2025-06-01", "2025-06-30")), (slept("2025-03-01", "2025-05-31"),)
    )
    assert clock.status(day("2025-06-30")) is Status.ON
    assert clock.status(day("2025-07-01")) is Status.OFF


def test_a_suspension_without_an_end_never_runs_out() -> None:
    clock = Clock((span("2025-01-01"),), (slept("2025-03-01"),))
    assert clock.status(date.max) is Status.SUSPENDED


def test_a_stopped_clause_stays_stopped_whatever_else_its_clock_says() -> None:
    clock = Clock(
        (span("2025-01-01"),), (slept("2025-03-01", "2025-12-31"),), stopped=day("2025-06-01"), verified=False
    )
    assert clock.status(day("2025-05-31")) is Status.SUSPENDED
    assert clock.status(day("2025-06-01")) is Status.STOPPED
    assert clock.status(day("2026-06-01")) is Status.STOPPED


def test_enforcement_has_a_clock_of_its_own() -> None:
    clock = Clock((span("2025-01-01"),), enforced=(span("2025-01-01", "2025-05-06"), span("2025-09-01")))
    assert clock.status(day("2025-05-06")) is Status.ON
    assert clock.status(day("2025-05-07")) is Status.UNENFORCED
    assert clock.status(day("2025-09-01")) is Status.ON
    assert clock.status(day("2024-12-31")) is Status.OFF


def test_never_enforced_is_not_the_same_as_not_said() -> None:
    assert Clock((span("2025-01-01"),), enforced=()).status(day("2025-02-01")) is Status.UNENFORCED


def test_an_unverified_clause_is_not_established_while_in_force_only() -> None:
    clock = Clock((span("2025-01-01", "2025-12-31"),), verified=False)
    assert clock.status(day("2024-12-31")) is Status.OFF
    assert clock.status(day("2025-06-01")) is Status.OPEN
    assert clock.status(day("2026-01-01")) is Status.OFF


def test_the_status_changes_on_change_points_only() -> None:
    clock = Clock(
        (span("2025-01-01", "2025-05-31"), span("2025-06-15", "2025-11-30")),
        (slept("2025-03-01", "2025-04-30"),),
        stopped=day("2025-10-01"),
        enforced=(span("2025-02-01", "2025-07-31"),),
    )
    points = clock.change_points()
    today = day("2024-12-01")
    while today < day("2026-02-01"):
        tomorrow = day_after(today)
        if clock.status(today) is not clock.status(tomorrow):
            assert tomorrow in points
        today += timedelta(days=1)
