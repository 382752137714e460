"""A million lines by all regimes, rules alone, from Parquet: ours against the same rules written in Polars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from bench import engine
from bench.by_hand.answers import ByHand
from bench.facts import write_facts
from bench.timing import Figure, Spent, best, times
from lotgate.law import Law

__all__ = ["agreed", "rules"]


def agreed(law: Law, path: Path) -> tuple[list[str], list[str]]:
    """The clauses that the hand-written rules say alike of every line, and those they do not (they have fallen behind
    the law)."""
    by_hand = ByHand(law, path)
    ours = engine.bites(law, path)
    known = [ref for ref in by_hand.refs if ref in ours]
    by_hand.keep(known)
    theirs = by_hand.clauses(by_hand.facts).collect()
    alike = {ref: bool((_codes(theirs[ref]) == ours[ref]).all()) for ref in known}
    stale = [ref for ref in by_hand.refs if not alike[ref]]
    return [ref for ref in known if alike[ref]], stale


def _codes(verdicts: pl.Series) -> np.ndarray:  # type: ignore[type-arg]
    found: np.ndarray = verdicts.cast(pl.UInt8).to_frame().select((pl.first() * 2).fill_null(1)).to_series().to_numpy()  # type: ignore[type-arg]
    return found


def rules(law: Law, folder: Path, lines: int, repeats: int) -> list[Figure]:
    """The figures; raises AssertionError where an answer differs."""
    path = folder / f"facts-{lines}.parquet"
    write_facts(path, law, lines)
    alike, stale = agreed(law, path)
    biting = [clause.ref for clause in law.clauses if clause.effect != "advisory"]
    some = engine.only(law, alike)

    def polars() -> pl.DataFrame:
        by_hand = ByHand(law, path)
        by_hand.keep(alike)
        return by_hand.answers()

    theirs, ours = polars(), engine.decide(some, path)
    assert theirs["line"].is_sorted()
    for k, regime in enumerate(law.regimes):
        assert (theirs[regime].to_numpy() == ours[:, k]).all(), f"answers of {regime} differ"
    took = best(
        {"polars": polars, "ours": lambda: engine.decide(some, path), "whole": lambda: engine.decide(law, path)},
        repeats,
    )
    ratio, clock = times(took["polars"], took["ours"])
    note = f"{len(alike)} of {len(biting)} clauses that lead to an answer, {lines:,} lines, equal answers; {clock}"
    if stale:
        note += f"; LEFT OUT, written otherwise in the law: {', '.join(stale)}"
    notes = {
        "polars": f"{_pace(lines, len(alike), took['polars'])} with {pl.thread_pool_size()} threads",
        "ours": _pace(lines, len(alike), took["ours"]),
        "whole": f"{len(law.clauses)} clauses, {took['whole'].wall:.2f} s by the clock",
    }
    names = {"polars": "rules: Polars", "ours": "rules: ours", "whole": "rules: ours, the whole law"}
    return [
        Figure("rules: times hand-written Polars", ratio, "x", at_least=0.9, note=note),
        *(Figure(names[way], took[way].processor, "s", note=notes[way]) for way in names),
    ]


def _pace(lines: int, clauses: int, took: Spent) -> str:
    return f"{took.wall:.2f} s by the clock; {lines * clauses / 1e6 / took.wall:.0f} million decisions a second"
