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
Sums run in float64 (`sweep`); wherever a bound comes near a limit it is recomputed in exact fractions
(`exact_content`), so that 0.1 percent is reached by exactly 0.1 percent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from lotgate.items.amounts import Amounts
from lotgate.items.exact_content import ExactContent
from lotgate.items.graph import Bools, Floats, Graph
from lotgate.items.kernels import COUNT, OPAQUE, OPEN, STOP
from lotgate.items.numbers import Limit, as_float, exact, limits_of
from lotgate.items.sweep import shares_of, sweep

__all__ = ["Column", "Counting", "Shares", "value_shares"]


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
            nowhere = np.False_ if array is None else array if array.ndim == 2 else array[:, None]
            return np.broadcast_to(nowhere, shape)

        bare = np.zeros(shape[0], np.bool_) if without_parts is None else without_parts
        counts, stops, may_stop, inside = full(count_may), full(stop_must), full(stop_may), full(opaque)
        if stop_must is not None:
            stops = stops & ~must
            counts = counts & ~stops
        if stop_may is not None or stop_must is not None:
            may_stop = (may_stop & ~must) | stops
        if opaque is not None and bare.any():
            inside = inside & ~bare[:, None]
        return cls(must, counts if count_may is count_must else counts | must, stops, may_stop, inside, bare)

    @cached_property
    def open_may(self) -> Bools:
        """Whether a part could be one that is looked into."""
        return ~self.count_must if _nowhere(self.stop_must) else ~(self.count_must | self.stop_must)

    @cached_property
    def may(self) -> npt.NDArray[np.uint8]:
        """What each part may do in each column, as the bits of `kernels`."""
        bits: npt.NDArray[np.uint8] = self.open_may.view(np.uint8) * np.uint8(OPEN)
        for flags, bit in ((self.count_may, COUNT), (self.stop_may, STOP), (self.opaque, OPAQUE)):
            if not _nowhere(flags):
                bits |= flags.view(np.uint8) if bit == 1 else flags.view(np.uint8) * np.uint8(bit)
        return bits


def _nowhere(flags: Bools) -> bool:
    """Whether flags were left out, and one False stands for all of them."""
    return flags.strides == (0, 0) and not flags.flat[:1].any()


@dataclass(frozen=True)
class Shares:
    """Bounds by (part, column): `low` and `high` shares of the part's own amount, and the `content` behind them.

    Shares are worked out when they are first asked for.

    `content_*` is the counted amount in one unit of the part by its bill; `carried_*` what the part brings to a bill it
    stands in (0 when dropped, its full amount when it counts). A part without a bill has shares 0 to 1.
    """

    graph: Graph
    amounts: Amounts
    counting: Counting
    columns: tuple[Column, ...]
    content_low: Floats
    content_high: Floats
    carried_low: Floats
    carried_high: Floats
    margin: Floats | float
    exactly: ExactContent = field(repr=False)
    memo: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _bounds(self) -> tuple[Floats, Floats]:
        amount = (self.amounts.low, self.amounts.high)
        low, high = shares_of((self.content_low, self.content_high), amount)
        # without a bill nobody knows what is inside, unless nothing bought is known
        unsaid = ~self.graph.has_parts & ~self.counting.without_parts | self.graph.blocked
        low[unsaid], high[unsaid] = 0.0, 1.0
        _sharpen(self, low, high, ~unsaid)
        return low, high

    @property
    def low(self) -> Floats:
        """The least share of each part in each column, on the right side of every limit."""
        return self._bounds[0]

    @property
    def high(self) -> Floats:
        """The greatest share of each part in each column, on the right side of every limit."""
        return self._bounds[1]

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


def value_shares(
    graph: Graph, amounts: Amounts, counting: Counting, columns: Sequence[Column], *, engine: str | None = None
) -> Shares:
    """Shares of counted content of every part in every column, all in one pass; see the module for the rules.

    `engine` is `compiled` (needs the extra `fast`) or `numpy`; left out, the quicker one for a bill of this size.
    """
    shape = (graph.size, len(columns))
    if counting.count_must.shape != shape:
        raise ValueError(f"counting has shape {counting.count_must.shape}, parts and columns ask for {shape}")
    drops = np.array([np.nan if (at := exact(column.drop_at)) is None else float(at) for column in columns], np.float64)
    exactly = ExactContent(graph, amounts, tuple(exact(column.drop_at) for column in columns), counting)
    swept = sweep(graph, amounts, counting.may, drops, exactly, engine)
    return Shares(
        graph,
        amounts,
        counting,
        tuple(columns),
        swept.content_low,
        swept.content_high,
        swept.carried_low,
        swept.carried_high,
        swept.margin,
        exactly,
    )


def _sharpen(shares: Shares, low: Floats, high: Floats, known: Bools) -> None:
    """Replace bounds near a limit by the exact ones, as floats that compare with it exactly."""
    for position, column in enumerate(shares.columns):
        limits = limits_of([*column.limits, *([] if column.drop_at is None else [column.drop_at])])
        for side, bounds in enumerate((low, high)):
            near = np.zeros(known.size, np.bool_)
            for limit in limits:
                near |= np.abs(bounds[:, position] - float(limit)) < shares.margin
            for node in np.flatnonzero(near & known).tolist():
                bounds[node, position] = as_float(shares.exactly.share(node, position)[side], limits)
