"""What one unit of each part is worth (or weighs), in money that may or may not be comparable.

Amounts in different currencies meet only through a rate. Without one, what crosses from one currency into another is
known to be nothing or more, and no better; what stays inside one currency stays exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import polars as pl

from lotgate.items.graph import Bools, Floats, Graph, Ints
from lotgate.items.numbers import Limit, exact

__all__ = ["Amounts"]


@dataclass(frozen=True)
class Amounts:
    """Amount per unit of each part: `low` and `high` bounds, and `kind`, the group within which amounts compare.

    A known amount has equal bounds. An unknown one is at least what its listed parts come to (a bill lists every
    bought part, the rest of a price is the maker's own work) and open above. `kind` -1 compares with nothing.
    `comparable` says for each line of the bill whether parent and component share a kind.
    """

    written: Floats
    rate: tuple[Fraction, ...]
    low: Floats
    high: Floats
    kind: Ints
    comparable: Bools

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
        frame = graph.align(items)
        values = frame[column].cast(pl.Float64)
        # NaN is the tables' `none`, known to be nothing; null is unknown
        written = values.fill_nan(0.0).fill_null(np.nan).to_numpy().astype(np.float64)
        kind, factors = _kinds(graph.size, frame, currency, rates)
        kind = _inherit(graph, kind, np.isnan(written))
        amount = written * np.array([float(factor) for factor in factors], np.float64)
        comparable = (kind[graph.parent] == kind[graph.component]) & (kind[graph.parent] >= 0)
        low, high = _fill(graph, amount, comparable)
        return cls(written, tuple(factors), low, high, kind, comparable)

    def exact(self, node: int) -> Fraction | None:
        """A part's amount as written, in its common currency; None if unknown."""
        value = float(self.written[node])
        if np.isnan(value):
            return None
        number = exact(value)
        assert number is not None
        return number * self.rate[node]


def _kinds(
    size: int, frame: pl.DataFrame, currency: str | None, rates: Mapping[str, Limit] | None
) -> tuple[Ints, list[Fraction]]:
    """For each part the group its amount compares in, and the factor into the group's common currency."""
    if currency is None:
        return np.zeros(size, np.int64), [Fraction(1)] * size
    known = {code: rate for code, given in (rates or {}).items() if (rate := exact(given)) is not None}
    groups: dict[str, int] = {}
    kind = np.full(size, -1, np.int64)
    factors = [Fraction(1)] * size
    for node, code in enumerate(frame[currency].to_list()):
        if code is None:
            continue
        if code in known:
            kind[node], factors[node] = 0, known[code]
        else:
            kind[node] = groups.setdefault(code, len(groups) + 1)
    return kind, factors


def _inherit(graph: Graph, kind: Ints, unpriced: Bools) -> Ints:
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


def _fill(graph: Graph, amount: Floats, comparable: Bools) -> tuple[Floats, Floats]:
    """Bounds of every amount, unknown ones from their parts."""
    unknown = np.isnan(amount)
    low, high = np.where(unknown, 0.0, amount), np.where(unknown, np.inf, amount)
    if not unknown.any():
        return low, high
    for level in graph.levels[1:]:
        nodes, lines = slice(level.first, level.last), slice(level.first_line, level.last_line)
        parts = low[graph.component[lines]] * graph.quantity_low[lines] * comparable[lines]
        total = np.add.reduceat(parts, level.starts)
        low[nodes] = np.where(unknown[nodes], total, low[nodes])
    return low, high
