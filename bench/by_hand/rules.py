"""Collects hand-written clauses of one regime and turns them into an answer."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bench.by_hand.words import OPEN, among, during, since

__all__ = ["Rules"]


class Rules:
    """The clauses of one regime: where each bites, as a nullable boolean."""

    def __init__(self, regime: str) -> None:
        self.regime = regime
        self.bites: dict[str, pl.Expr] = {}
        self.prohibits: dict[str, bool] = {}

    def stop(self, ref: str, when: pl.Expr, start: str, end: str | None = None, **clock: object) -> None:
        """A clause that forbids."""
        self.prohibits[ref] = True
        self.bites[ref] = _clocked(when, start, end, **clock)  # type: ignore[arg-type]

    def licence(
        self,
        ref: str,
        when: pl.Expr,
        start: str,
        end: str | None = None,
        kinds: Sequence[str] = ("single", "general", "exception"),
        **clock: object,
    ) -> None:
        """A clause that asks for a licence, of which these kinds in hand cover it."""
        self.prohibits[ref] = False
        demanded = when & ~among(f"licence_{self.regime}", kinds)
        self.bites[ref] = _clocked(demanded, start, end, **clock)  # type: ignore[arg-type]

    def only(self, refs: Sequence[str]) -> Rules:
        """The same with some of its clauses."""
        kept = Rules(self.regime)
        kept.bites = {ref: self.bites[ref] for ref in refs if ref in self.bites}
        kept.prohibits = {ref: self.prohibits[ref] for ref in kept.bites}
        return kept

    def answer(self) -> pl.Expr:
        """0 go, 1 ask, 2 apply, 3 stop."""
        stops = [pl.col(ref) for ref, prohibits in self.prohibits.items() if prohibits]
        applies = [pl.col(ref) for ref, prohibits in self.prohibits.items() if not prohibits]
        stop = pl.any_horizontal(stops) if stops else pl.lit(False)
        apply = pl.any_horizontal(applies) if applies else pl.lit(False)
        answer = pl.when(stop).then(3).when(apply).then(2).when(stop.is_null() | apply.is_null()).then(1).otherwise(0)
        return answer.cast(pl.UInt8).alias(self.regime)


def _clocked(
    when: pl.Expr,
    start: str,
    end: str | None,
    asleep: Sequence[tuple[str, str]] = (),
    stopped: str | None = None,
    enforced: str | None = None,
    free: pl.Expr | None = None,
    unsure: bool = False,
) -> pl.Expr:
    """A condition on the days it is in force; open once a suspension has run out, or where it was never verified."""
    found = since(start) if end is None else during(start, end)
    for first, last in asleep:
        found &= ~during(first, last)
    if asleep and stopped is None:
        found &= ~since(max(last for _, last in asleep)) | OPEN
    if stopped is not None:
        found &= ~since(stopped)
    if enforced is not None:
        found &= since(enforced)
    found = found & when
    if free is not None:
        found &= ~free
    return found & OPEN if unsure else found
