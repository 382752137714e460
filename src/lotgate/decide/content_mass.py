"""Content by mass, beside the content by value that laws count."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lotgate.items.amounts import Amounts
from lotgate.items.content import Column, Counting, Shares, value_shares
from lotgate.items.graph import Bools, Floats
from lotgate.items.numbers import exact

__all__ = ["Weighed", "weighed"]

ROUNDING = 1e-6
"""How much more the parts of an item may weigh than it does, relatively, and still be read as weighing the same."""


@dataclass(frozen=True)
class Weighed:
    """Bounds of shares by mass, by part and column."""

    low: Floats
    high: Floats


def weighed(by_value: Shares, masses: Amounts) -> Weighed:
    """The same parts weighed: what second incorporation drops by value is dropped here too.

    The law counts value; a mass share tells how much of the matter is controlled, so its level never drops anything.
    """
    counting, graph = by_value.counting, by_value.graph
    stop_must, stop_may = counting.stop_must.copy(), counting.stop_may.copy()
    for position, column in enumerate(by_value.columns):
        limit: Fraction | None = exact(column.drop_at)
        if limit is None:
            continue
        opens = counting.open_may[:, position] & (graph.has_parts | graph.blocked)
        dropped = opens & (by_value.high[:, position] <= float(limit))
        stop_must[:, position] |= dropped & ~counting.count_may[:, position]
        stop_may[:, position] |= opens & ~(by_value.low[:, position] > float(limit))
    count_may = counting.count_may.copy()
    open_ended = np.zeros(count_may.shape, np.bool_)
    while True:
        alike = Counting.of(
            counting.count_must,
            count_may,
            stop_must=stop_must,
            stop_may=stop_may,
            opaque=counting.opaque,
            without_parts=counting.without_parts,
        )
        found = value_shares(graph, masses, alike, [Column(column.name) for column in by_value.columns])
        cut = _cut_short(found) & ~open_ended
        if not cut.any():
            return Weighed(found.low, np.where(open_ended, 1.0, found.high))
        open_ended |= cut
        count_may |= cut & counting.open_may


def _cut_short(shares: Shares) -> Bools:
    """Parts that are lighter than what they are made of, with something open among it.

    Matter is lost in making, so what the mass of the whole leaves says nothing about the parts that are open, though
    the sweep bounds them by it.
    """
    graph, masses = shares.graph, shares.amounts
    found = np.zeros(shares.counting.count_must.shape, np.bool_)
    surely = np.bincount(graph.parent, masses.low[graph.component] * graph.quantity_low, minlength=graph.size)
    with np.errstate(invalid="ignore"):
        lighter = np.flatnonzero(surely > masses.written * (1 + ROUNDING))
    if not lighter.size or shares.content_low is shares.content_high:
        return found
    for node in lighter.tolist():
        lines = slice(int(graph.first_lines[node]), int(graph.first_lines[node + 1]))
        with np.errstate(invalid="ignore"):
            brought = shares.carried_high[graph.component[lines]] * graph.quantity_high[lines, None]
        most = np.nan_to_num(brought, posinf=np.inf).sum(axis=0)
        found[node] = most > shares.content_high[node] * (1 + ROUNDING)
    return found
