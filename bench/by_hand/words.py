"""The vocabulary of the hand-written rules: comparisons, days, licences, and look-up tables for lists.

An unknown is null, and Polars' `&`, `|` and `~` on nullable booleans are the three-valued logic the law is written in.
Membership of a code or a party in a list stands ready as columns, one small table per fact, joined once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from lotgate.evaluate.columns import Members
from lotgate.facts.values import CodeBook, written_value
from lotgate.law import Law
from lotgate.law.expr import FALSE, UNKNOWN

__all__ = [
    "OPEN",
    "Lists",
    "among",
    "at_least",
    "at_most",
    "below",
    "day",
    "during",
    "known",
    "more_than",
    "of",
    "since",
]

OPEN = pl.lit(None, dtype=pl.Boolean)
"""Neither true nor false: what is not established."""
KINDS = ["single", "general", "exception"]


def of(fact: str, value: str) -> pl.Expr:
    """Whether a fact has this value."""
    return pl.col(fact) == value


def among(fact: str, values: Sequence[str]) -> pl.Expr:
    """Whether a fact has one of these values."""
    return pl.col(fact).is_in(list(values))


def known(fact: str) -> pl.Expr:
    """Whether a number is exactly known, or known to be nothing."""
    low, high = pl.col(f"{fact}_low"), pl.col(f"{fact}_high")
    return pl.col(f"{fact}_none") | (low == high).fill_null(False)


def _bounded(fact: str, surely: pl.Expr, possibly: pl.Expr) -> pl.Expr:
    return (surely | (possibly & OPEN)) & ~pl.col(f"{fact}_none")


def at_least(fact: str, limit: float) -> pl.Expr:
    """Whether a number reaches a limit; open where its interval straddles the limit."""
    return _bounded(fact, pl.col(f"{fact}_low") >= limit, pl.col(f"{fact}_high") >= limit)


def more_than(fact: str, limit: float) -> pl.Expr:
    """Whether a number exceeds a limit."""
    return _bounded(fact, pl.col(f"{fact}_low") > limit, pl.col(f"{fact}_high") > limit)


def at_most(fact: str, limit: float) -> pl.Expr:
    """Whether a number stays within a limit."""
    return _bounded(fact, pl.col(f"{fact}_high") <= limit, pl.col(f"{fact}_low") <= limit)


def below(fact: str, limit: float) -> pl.Expr:
    """Whether a number stays under a limit."""
    return _bounded(fact, pl.col(f"{fact}_high") < limit, pl.col(f"{fact}_low") < limit)


def day(text: str) -> pl.Expr:
    """A day."""
    return pl.lit(date.fromisoformat(text))


def since(start: str) -> pl.Expr:
    """Whether a line leaves on this day or later."""
    return pl.col("day") >= day(start)


def during(start: str, end: str) -> pl.Expr:
    """Whether a line leaves between two days, both included."""
    return pl.col("day").is_between(day(start), day(end))


class Lists:
    """Look-up tables that say of every distinct cell which lists and tags it has, as nullable booleans."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.asked: dict[str, dict[str, None]] = {}

    def has(self, fact: str, member: str) -> pl.Expr:
        """Whether a code or a set is on a list, has a tag, or has any country of a list."""
        self.asked.setdefault(fact, {})[member] = None
        return pl.col(f"{fact} {member}")

    def values(self, name: str) -> list[str]:
        """The values of a list."""
        return sorted(self.law.lists[name])

    def tables(self, facts: pl.LazyFrame) -> list[tuple[list[str], pl.LazyFrame]]:
        """Per fact the columns to join on, and the table of its distinct cells."""
        book = CodeBook(self.law)
        columns = facts.collect_schema().names()
        keys = {fact: [name for name in (fact, f"{fact}_may") if name in columns] for fact in self.asked}
        distinct = pl.collect_all([facts.select(names).unique() for names in keys.values()])
        return [(keys[fact], self._table(fact, cells, book)) for fact, cells in zip(keys, distinct, strict=True)]

    def _table(self, fact: str, cells: pl.DataFrame, book: CodeBook) -> pl.LazyFrame:
        members = self.asked[fact]
        rows = []
        for cell in cells.iter_rows():
            value = written_value(self.law, book, fact, cell[0] or "unknown")
            assert isinstance(value, Members)
            if len(cell) > 1 and cell[1] is not None and value.known:
                value = value | Members(may=frozenset(cell[1].split(";")))
            rows.append([*(_verdict(self._trit(value, member)) for member in members), value.known])
        names = [*(f"{fact} {member}" for member in members), f"{fact} known"]
        verdicts = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Boolean), orient="row")
        return pl.concat([cells, verdicts], how="horizontal").lazy()

    def _trit(self, value: Members, member: str) -> int:
        if member in self.law.lists:
            return value.meets(self.law.lists[member])
        return value.trit(member)


def _verdict(trit: int) -> bool | None:
    return None if trit == UNKNOWN else trit != FALSE
