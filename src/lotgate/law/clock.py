"""The clocks of a clause: when it is in force, suspended, stopped, enforced, and what is simply not established."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lotgate.dates import Interval, day_after

__all__ = ["Clock", "Status", "Suspension"]


class Status(StrEnum):
    """What a clause does on a day."""

    OFF = "off"
    """Not yet, or no longer, part of the law."""
    ON = "in-force"
    SUSPENDED = "suspended"
    STOPPED = "stopped"
    UNENFORCED = "not-enforced"
    """Stands in the code of law and is announced not to be enforced."""
    OPEN = "not-established"
    """Nobody has recorded what holds: a suspension ran out without a successor, or the text itself was not verified."""


@dataclass(frozen=True)
class Suspension:
    """Days on which a clause sleeps, and the measure that says so."""

    days: Interval
    by: str = ""


@dataclass(frozen=True)
class Clock:
    """All that decides the status of one clause on a day."""

    in_force: tuple[Interval, ...]
    suspended: tuple[Suspension, ...] = ()
    stopped: date | None = None
    stopped_by: str = ""
    enforced: tuple[Interval, ...] | None = None
    verified: bool = True

    def status(self, day: date) -> Status:
        """The status on a day.

        A suspension that has run out leaves the clause not established: it neither sleeps nor bites until somebody
        records what followed. (A later interval of `in_force` that starts after the suspension ended is such a record.)
        """
        if self.stopped is not None and day >= self.stopped:
            return Status.STOPPED
        if any(day in suspension.days for suspension in self.suspended):
            return Status.SUSPENDED
        current = next((interval for interval in self.in_force if day in interval), None)
        if current is None:
            return Status.OFF
        if not self.verified:
            return Status.OPEN
        ended = [s.days.end for s in self.suspended if s.days.end is not None and s.days.end < day]
        if ended and current.start <= max(ended):
            return Status.OPEN
        if self.enforced is not None and not any(day in interval for interval in self.enforced):
            return Status.UNENFORCED
        return Status.ON

    def suspension(self, day: date) -> Suspension | None:
        """The suspension that covers a day, if one does."""
        return next((s for s in self.suspended if day in s.days), None)

    def change_points(self) -> set[date]:
        """Every day on which the status may differ from the day before."""
        days: set[date] = set()
        for interval in _intervals(self):
            days.add(interval.start)
            if interval.end is not None:
                days.add(day_after(interval.end))
        if self.stopped is not None:
            days.add(self.stopped)
        return days


def _intervals(clock: Clock) -> Iterable[Interval]:
    yield from clock.in_force
    yield from (suspension.days for suspension in clock.suspended)
    yield from clock.enforced or ()
