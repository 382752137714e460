"""What one unit of each part is worth (or weighs), in money that may or may not be comparable.

Amounts in different currencies meet only through a rate. Without one, what crosses from one currency into another is
known to be nothing or more, and no better; what stays inside one currency stays exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lotgate.items.graph import Bools, Floats, Graph
from lotgate.items.numbers import Limit, exact

__all__ = ["Amounts"]

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Amounts:
    """Amount per unit of each part: `low` and `high` bounds, and `kind`, the group within which amounts compare.

    A known amount has equal bounds. An unknown one is at least what its listed parts come to (a bill lists every
    bought part, the rest of a price is the maker's own work) and open above. `kind` -1 compares with nothing.
    `comparable` says for each line of the bill whether parent and component share a kind; None: every one does.
    `written` is the amount as the table has it, `factors[unit]` what one unit of its currency is in the common one;
    kind 0 is the common one, and `currencies[kind]` names what stays apart for want of a rate.
    """

    written: Floats
    unit: Codes
    factors: tuple[Fraction, ...]
    low: Floats
    high: Floats
    kind: Codes
    comparable: Bools | None
    currencies: tuple[str, ...] = ("",)

    @classmethod
    def of(
        cls,
        graph: Graph,
        items: pl.DataFrame,
        column: str = "unit_value",
        currency: str | None = "currency",
        rates: Mapping[str, Limit] | None = None,
    ) -> Amounts:
        """Amounts from a column of `items`; `rates` gives what one unit of a currency is worth in a common one.

        With `currency` None all amounts compare (mass). Currencies without a rate compare with themselves only.
        """
        rows = graph.rows_of(items["item"])
        # NaN is the tables' `none`, known to be nothing; null is unknown
        values = items[column].cast(pl.Float64).fill_nan(0.0).fill_null(np.nan).to_numpy()
        written = _placed(values.astype(np.float64, copy=False), rows, np.nan)
        unknown = np.isnan(written)
        kind, unit, factors, names = _kinds(rows, None if currency is None else items[currency], rates)
        kind = _inherit(graph, kind, unknown)
        amount = written * np.array([float(factor) for factor in factors])[unit] if rates else written
        one = graph.size > 0 and kind[0] >= 0 and bool((kind == kind[0]).all())
        comparable = None if one else (kind[graph.parent] == kind[graph.component]) & (kind[graph.parent] >= 0)
        low, high = _fill(graph, amount, comparable) if unknown.any() else (amount, amount)
        return cls(written, unit, factors, low, high, kind, comparable, names)

    @cached_property
    def known(self) -> bool:
        """Whether every amount is known, and compares with every other."""
        return self.comparable is None and self.low is self.high

    def compares(self, lines: slice) -> Bools:
        """For some lines of the bill whether parent and component share a kind."""
        return np.ones(lines.stop - lines.start, np.bool_) if self.comparable is None else self.comparable[lines]

    def compare(self, line: int) -> bool:
        """Whether parent and component of one line share a kind."""
        return self.comparable is None or bool(self.comparable[line])

    def without_rate(self, *parts: int) -> list[str]:
        """The currencies of some parts that have no rate, in their order."""
        return sorted({self.currencies[kind] for part in parts if (kind := int(self.kind[part])) > 0})

    def exact(self, node: int) -> Fraction | None:
        """A part's amount as written, in its common currency; None if unknown."""
        value = float(self.written[node])
        if np.isnan(value):
            return None
        number = exact(value)
        assert number is not None
        return number * self.factors[int(self.unit[node])]


def _placed(values: npt.NDArray[Any], rows: npt.NDArray[np.int64], empty: float) -> npt.NDArray[Any]:
    """Values by row laid out by part; a part without a row gets the empty one."""
    if not values.size:
        return np.full(rows.size, empty, values.dtype)
    found = np.take(values, rows, mode="wrap")  # -1 takes any row, and is overwritten
    if (missing := rows < 0).any():
        found[missing] = empty
    return found


def _kinds(
    rows: npt.NDArray[np.int64], currency: pl.Series | None, rates: Mapping[str, Limit] | None
) -> tuple[Codes, Codes, tuple[Fraction, ...], tuple[str, ...]]:
    """For each part the group its amount compares in, its currency as a number; each one's factor into a common
    currency, and the name of each group that is one currency."""
    if currency is None:
        nothing = np.zeros(rows.size, np.int32)
        return nothing, nothing, (Fraction(1),), ("",)
    known = {code: rate for code, given in (rates or {}).items() if (rate := exact(given)) is not None}
    codes = currency.cast(pl.String)
    named = codes.drop_nulls().unique().sort().to_list()
    # place 0 is for no currency
    groups = [-1, *(0 if code in known else place + 1 for place, code in enumerate(named))]
    factors = (Fraction(1), *(known.get(code, Fraction(1)) for code in named))
    place = codes.cast(pl.Enum(named)).to_physical().cast(pl.Int32)
    unit = _placed((place + 1).fill_null(0).to_numpy(), rows, 0)
    return np.array(groups, np.int32)[unit], unit, factors, ("", *named)


def _inherit(graph: Graph, kind: Codes, unpriced: Bools) -> Codes:
    """A part without price and currency takes the currency its own parts agree on."""
    if not (unpriced & (kind < 0) & graph.has_parts).any():
        return kind
    kind = kind.copy()
    for level in graph.levels[1:]:
        child = kind[graph.component[level.first_line : level.last_line]]
        least, most = (op.reduceat(child, level.starts) for op in (np.minimum, np.maximum))
        nodes = slice(level.first, level.last)
        take = unpriced[nodes] & (kind[nodes] < 0) & (least == most)
        kind[nodes] = np.where(take, least, kind[nodes])
    return kind


def _fill(graph: Graph, amount: Floats, comparable: Bools | None) -> tuple[Floats, Floats]:
    """Bounds of every amount, unknown ones from their parts."""
    unknown = np.isnan(amount)
    low, high = np.where(unknown, 0.0, amount), np.where(unknown, np.inf, amount)
    for level in graph.levels[1:]:
        nodes, lines = slice(level.first, level.last), slice(level.first_line, level.last_line)
        if not unknown[nodes].any():
            continue
        parts = low[graph.component[lines]] * graph.quantity_low[lines]
        if comparable is not None:
            parts *= comparable[lines]
        low[nodes] = np.where(unknown[nodes], np.add.reduceat(parts, level.starts), low[nodes])
    return low, high
