"""Rates of exchange as a workspace writes them, and what one unit of each currency was worth on a day.

On a day the latest rate on or before it counts, if it is not too old; there is no other way to a rate, so a currency
without one stays apart and what crosses into it stays open. Every rate of a workspace is to or from one common
currency: two ways between two currencies would contradict each other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lotgate.items.numbers import exact

__all__ = ["MAX_AGE", "Quoted", "Rates"]

MAX_AGE = timedelta(days=31)
"""How old a rate may be on the day it is used: as long as the customs rates of a month stand."""
Quoted = tuple[tuple[str, Fraction], ...]
"""What one unit of each currency is worth in the common one, for currencies with a rate, in their order."""


@dataclass(frozen=True)
class Rates:
    """The rates between the currencies a workspace prices goods in. `common` is None where it has no rates at all."""

    common: str | None
    used: frozenset[str]
    quotes: Mapping[str, Mapping[date, Fraction]]

    @classmethod
    def of(cls, table: pl.DataFrame, used: Iterable[str]) -> Rates:
        """The rates of a checked table, as far as goods are priced in these currencies."""
        wanted = frozenset(used)
        pairs = {frozenset(pair) for pair in table.select("currency", "to_currency").unique().iter_rows()}
        shared = frozenset.intersection(*pairs) if pairs else frozenset()
        # of a single pair either currency will do
        common = min(shared, default=None)
        quotes: dict[str, dict[date, Fraction]] = {}
        for one, other, day, rate in table.select("currency", "to_currency", "date", "rate").iter_rows():
            name, worth = (other, 1 / _number(rate)) if one == common else (one, _number(rate))
            if name in wanted:
                quotes.setdefault(name, {})[day] = worth
        return cls(common, wanted, quotes)

    @cached_property
    def _days(self) -> Mapping[str, list[date]]:
        return {name: sorted(quotes) for name, quotes in self.quotes.items()}

    def quoted_on(self, name: str, day: date) -> date | None:
        """The day of the rate that counts for a currency on a day."""
        days = self._days.get(name, [])
        place = bisect_right(days, day)
        return days[place - 1] if place and day - days[place - 1] <= MAX_AGE else None

    def on(self, day: date) -> Quoted:
        """The rates of a day; none where goods are priced in one currency only."""
        if len(self.used) < 2 or self.common is None:
            return ()
        found = {self.common: Fraction(1)}
        for name in self.quotes:
            quoted = self.quoted_on(name, day)
            if quoted is not None:
                found[name] = self.quotes[name][quoted]
        return tuple(sorted(found.items())) if len(found) > 1 else ()

    def missing(self, day: date) -> tuple[str, ...]:
        """The currencies goods are priced in that have no rate on a day, where there are several."""
        there = {name for name, _ in self.on(day)} | {name for name in [self.common] if name}
        return tuple(sorted(self.used - there)) if len(self.used) > 1 else ()

    def stretches(self, days: npt.NDArray[np.datetime64]) -> tuple[list[Quoted], npt.NDArray[Any]]:
        """The different rates of some days, and for each day which of them are its own."""
        distinct, place = np.unique(days.astype("datetime64[D]"), return_inverse=True)
        number: dict[Quoted, int] = {}
        own = [number.setdefault(self.on(day), len(number)) for day in distinct.tolist()]
        return list(number) or [()], np.array(own, dtype=np.int64)[place.reshape(-1)]


def _number(rate: float) -> Fraction:
    number = exact(rate)
    assert number is not None
    return number
