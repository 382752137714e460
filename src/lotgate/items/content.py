"""Controlled content of every item by value or by mass: one children-first sweep for all laws and destinations.

Content is not linear, since each law cuts at its own node. A column (one law, one class of destinations) says of every
part whether it *counts* (its full amount, once, and nobody looks inside), *stops* (it brings nothing, and nobody looks
inside) or is *open* (its own parts are looked into; absolute amounts are carried up, never a share of a share).

* Announcement 61 of 2025, article 1(1): parts of annex 1 part 1 of Chinese origin count, nothing stops; the
  denominator is the unit value of the listed item itself.
* US de minimis (15 CFR 734.4 and part 734 Supp. 2): US-origin parts that need a licence to the destination count, other
  US-origin parts stop. `drop_at` is the threshold for the destination. Second incorporation: a foreign-made component
  is a product of its own, and if its own controlled share is at or under the threshold it is not subject to the EAR,
  so the US content in it is not counted again when it is built into something larger. Above the threshold its US
  parts, not its whole value, are carried on.

Bounds hold whatever the unknown cells are: unknown amounts, quantities, classes, bills and rates. A bill lists every
bought part, so a part of unknown price can cost no more than what the price of its parent leaves.
Sums run in float64; wherever a bound comes near a limit it is recomputed in exact fractions (`exact_content`), so that
0.1 percent is reached by exactly 0.1 percent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
import polars as pl

from lotgate.items.amounts import Amounts
from lotgate.items.exact_content import ExactContent
from lotgate.items.graph import Bools, Floats, Graph
from lotgate.items.numbers import Limit, as_float, exact, limits_of

__all__ = ["Column", "Counting", "Shares", "value_shares"]

NEAR = 1e-9
"""Shares closer than this to a limit are recomputed exactly; float error of a sweep stays far below."""


@dataclass(frozen=True)
class Column:
    """One law and class of destinations: `limits` its shares are compared with, `drop_at` for second incorporation."""

    name: str
    limits: tuple[Limit, ...] = ()
    drop_at: Limit | None = None


@dataclass(frozen=True)
class Counting:
    """What each part does in each column, as arrays (part, column) of what is sure (`must`) and possible (`may`).

    `opaque`: a part without a bill whose inside is unknown and could hold counted content up to its full amount; where
    it is false such a part is taken as the maker's own work. A raw material's origin speaks for all of it, so metal,
    oxide or ore of a known foreign origin is not opaque; an alloy or a module bought ready-made can be.
    `without_parts` (by part): known to have no bought parts.
    """

    count_must: Bools
    count_may: Bools
    stop_must: Bools
    stop_may: Bools
    opaque: Bools
    without_parts: Bools

    @classmethod
    def of(
        cls,
        count_must: Bools,
        count_may: Bools,
        *,
        stop_must: Bools | None = None,
        stop_may: Bools | None = None,
        opaque: Bools | None = None,
        without_parts: Bools | None = None,
    ) -> Counting:
        """The counting of these arrays, one-dimensional ones read as one column; left out means nowhere."""
        must = count_must if count_must.ndim == 2 else count_must[:, None]
        shape = must.shape

        def full(array: Bools | None) -> Bools:
            if array is None:
                return np.zeros(shape, np.bool_)
            return np.broadcast_to(array if array.ndim == 2 else array[:, None], shape)

        stops = full(stop_must) & ~must
        bare = np.zeros(shape[0], np.bool_) if without_parts is None else without_parts
        return cls(
            count_must=must,
            count_may=(full(count_may) & ~stops) | must,
            stop_must=stops,
            stop_may=(full(stop_may) & ~must) | stops,
            opaque=full(opaque) & ~bare[:, None],
            without_parts=bare,
        )

    @cached_property
    def open_may(self) -> Bools:
        """Whether a part could be one that is looked into."""
        return ~(self.count_must | self.stop_must)


@dataclass(frozen=True)
class Shares:
    """Bounds by (part, column): `low` and `high` shares of the part's own amount, and the `content` behind them.

    `content_*` is the counted amount in one unit of the part by its bill; `carried_*` what the part brings to a bill it
    stands in (0 when dropped, its full amount when it counts). A part without a bill has shares 0 to 1.
    """

    graph: Graph
    amounts: Amounts
    counting: Counting
    columns: tuple[Column, ...]
    low: Floats
    high: Floats
    content_low: Floats
    content_high: Floats
    carried_low: Floats
    carried_high: Floats
    exactly: ExactContent = field(repr=False)
    memo: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    def column(self, name: str) -> int:
        """The position of a column; raises KeyError with the names there are."""
        for position, column in enumerate(self.columns):
            if column.name == name:
                return position
        raise KeyError(f"no column {name!r}; there are {', '.join(column.name for column in self.columns)}")

    def exact(self, item: str, column: str) -> tuple[Fraction, Fraction]:
        """One share's bounds as exact fractions."""
        return self.exactly.share(self.graph.number_of[item], self.column(column))

    def table(self) -> pl.DataFrame:
        """One row per part and column: `item`, `column`, `share_low`, `share_high`, sorted by item, then column."""
        frames = [
            pl.DataFrame(
                {
                    "item": self.graph.names,
                    "column": pl.repeat(column.name, self.graph.size, eager=True),
                    "share_low": self.low[:, position],
                    "share_high": self.high[:, position],
                }
            )
            for position, column in enumerate(self.columns)
        ]
        return pl.concat(frames).sort("item", maintain_order=True)


def value_shares(graph: Graph, amounts: Amounts, counting: Counting, columns: Sequence[Column]) -> Shares:
    """Shares of counted content of every part in every column, all in one pass; see the module for the rules."""
    shape = (graph.size, len(columns))
    if counting.count_must.shape != shape:
        raise ValueError(f"counting has shape {counting.count_must.shape}, parts and columns ask for {shape}")
    drops = np.array([np.nan if (at := exact(column.drop_at)) is None else float(at) for column in columns], np.float64)
    exactly = ExactContent(
        graph,
        amounts,
        tuple(exact(column.drop_at) for column in columns),
        counting.count_must,
        counting.count_may,
        counting.stop_may,
        counting.open_may,
        counting.opaque,
        counting.without_parts,
    )
    sweep = _Sweep(graph, amounts, counting, drops, exactly)
    sweep.run()
    low, high = sweep.shares(slice(0, graph.size))
    # without a bill nobody knows what is inside, unless nothing bought is known
    bare = ~graph.has_parts & ~counting.without_parts
    low[bare | graph.blocked], high[bare | graph.blocked] = 0.0, 1.0
    _sharpen(low, high, columns, exactly, ~(bare | graph.blocked))
    return Shares(
        graph,
        amounts,
        counting,
        tuple(columns),
        low,
        high,
        sweep.content_low,
        sweep.content_high,
        sweep.carried_low,
        sweep.carried_high,
        exactly,
    )


def _times(left: Floats, right: Floats) -> Floats:
    """A product in which nothing times infinity is nothing."""
    with np.errstate(invalid="ignore"):
        product = left * right
    return np.where((left == 0) | (right == 0), 0.0, product)


class _Sweep:
    """The arrays of one pass, filled level by level."""

    def __init__(
        self, graph: Graph, amounts: Amounts, counting: Counting, drops: Floats, exactly: ExactContent
    ) -> None:
        shape = counting.count_must.shape
        self.graph, self.amounts, self.counting, self.drops, self.exactly = graph, amounts, counting, drops, exactly
        self.content_low, self.content_high = np.zeros(shape), np.zeros(shape)
        self.carried_low, self.carried_high = np.zeros(shape), np.zeros(shape)

    def run(self) -> None:
        for depth, level in enumerate(self.graph.levels):
            nodes = slice(level.first, level.last)
            if depth == 0:
                inside = self.counting.opaque[nodes]
                self.content_high[nodes] = np.where(inside, self.amounts.high[nodes, None], 0.0)
            else:
                self._sum(nodes, slice(level.first_line, level.last_line), level.starts)
            self._carry(nodes)
        blocked = slice(int((~self.graph.blocked).sum()), self.graph.size)
        self.content_high[blocked] = self.amounts.high[blocked, None]
        self._carry(blocked)

    def _sum(self, nodes: slice, lines: slice, starts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
        graph, amounts = self.graph, self.amounts
        child = graph.component[lines]
        # across currencies without a rate an amount is nothing or more
        least = (graph.quantity_low[lines] * amounts.comparable[lines])[:, None]
        most = np.where(amounts.comparable[lines], graph.quantity_high[lines], np.inf)
        most = np.where(graph.quantity_high[lines] == 0, 0.0, most)[:, None]
        low, high = _times(self.carried_low[child], least), _times(self.carried_high[child], most)
        worth = _times(amounts.low[child][:, None], least)
        with np.errstate(invalid="ignore"):
            rest = np.maximum(0.0, np.where(np.isinf(high), 0.0, worth - high))
        total_low = np.add.reduceat(low, starts, axis=0)
        total_high = np.add.reduceat(high, starts, axis=0)
        # the price leaves no more than itself less what is surely something else; parts that cost more than the price
        # leave no room to reason from it, and what is open may be all of it
        left = amounts.high[nodes, None] - np.add.reduceat(rest, starts, axis=0)
        left = np.where(left < 0, amounts.high[nodes, None], left)
        self.content_low[nodes] = total_low
        self.content_high[nodes] = np.maximum(total_low, np.minimum(total_high, left))

    def shares(self, nodes: slice) -> tuple[Floats, Floats]:
        low_amount, high_amount = self.amounts.low[nodes, None], self.amounts.high[nodes, None]
        content_low, content_high = self.content_low[nodes], self.content_high[nodes]
        with np.errstate(invalid="ignore", divide="ignore"):
            low = np.where(high_amount > 0, content_low / high_amount, 0.0)
            high = np.where(low_amount > 0, content_high / low_amount, np.where(content_high > 0, 1.0, 0.0))
        low = np.where(np.isinf(high_amount), 0.0, low)
        return np.minimum(low, 1.0), np.minimum(np.maximum(high, low), 1.0)

    def _carry(self, nodes: slice) -> None:
        counting, amounts = self.counting, self.amounts
        low, high = self.content_low[nodes].copy(), self.content_high[nodes].copy()
        if not np.isnan(self.drops).all():
            self._drop(nodes, low, high)
        opens, counts, stops = counting.open_may[nodes], counting.count_may[nodes], counting.stop_may[nodes]
        full_low, full_high = amounts.low[nodes, None], amounts.high[nodes, None]
        least = np.where(opens, low, np.inf)
        least = np.where(counts, np.minimum(least, full_low), least)
        self.carried_low[nodes] = np.where(stops, 0.0, least)
        most = np.where(opens, high, 0.0)
        self.carried_high[nodes] = np.where(counts, np.maximum(most, full_high), most)

    def _drop(self, nodes: slice, low: Floats, high: Floats) -> None:
        share_low, share_high = self.shares(nodes)
        with np.errstate(invalid="ignore"):
            dropped, kept = share_high <= self.drops, share_low > self.drops
            near = (np.abs(share_low - self.drops) < NEAR) | (np.abs(share_high - self.drops) < NEAR)
        near &= self.counting.open_may[nodes]
        for row, column in np.argwhere(near):
            least, most = self.exactly.share(nodes.start + int(row), int(column), as_part=True)
            limit = self.exactly.drops[int(column)]
            assert limit is not None
            dropped[row, column], kept[row, column] = most <= limit, least > limit
        has_limit = ~np.isnan(self.drops)
        high[dropped & has_limit] = 0.0
        low[~kept & has_limit] = 0.0


def _sharpen(low: Floats, high: Floats, columns: Sequence[Column], exactly: ExactContent, known: Bools) -> None:
    """Replace bounds near a limit by the exact ones, as floats that compare with it exactly."""
    for position, column in enumerate(columns):
        limits = limits_of([*column.limits, *([] if column.drop_at is None else [column.drop_at])])
        for bounds, side in ((low, 0), (high, 1)):
            near = np.zeros(low.shape[0], np.bool_)
            for limit in limits:
                near |= np.abs(bounds[:, position] - float(limit)) < NEAR
            for node in np.flatnonzero(near & known):
                bounds[node, position] = as_float(exactly.share(int(node), position)[side], limits)
