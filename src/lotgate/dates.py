"""Days and inclusive intervals of days. Leaves clocks of measures to law/."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["Interval", "day_after", "day_before", "parse_day"]


def parse_day(text: str) -> date:
    """The day written as YYYY-MM-DD; raises ValueError for anything else, 2025-02-30 included."""
    if len(text) != 10:
        raise ValueError(f"{text!r} is not a day written YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day written YYYY-MM-DD") from None


def day_after(day: date) -> date:
    """The next day."""
    return day + timedelta(days=1)


def day_before(day: date) -> date:
    """The day before."""
    return day - timedelta(days=1)


@dataclass(frozen=True, order=True)
class Interval:
    """Days from `start` to `end`, both inclusive; `end` None means open."""

    start: date
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)
