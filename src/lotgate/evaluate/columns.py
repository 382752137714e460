"""Facts as dictionary-coded columns, and what each leaf of the law says of one value.

A column holds a small integer per row and a dictionary of distinct values. A leaf is decided once per distinct value,
never once per row; everything after that is integer gathers and bit operations. Unknown is a value of its own and is
never false.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from lotgate.law.expr import FALSE, TRUE, UNKNOWN, Leaf

__all__ = ["ANYTHING", "NONE", "Column", "FactTable", "IntervalColumn", "Members", "Value", "leaf_trit", "leaf_trits"]

NONE = "none"
"""Known to be nothing: every comparison with it is false, and it is known."""


@dataclass(frozen=True)
class Members:
    """What is known of a set: members it surely has, members it may have (None: it may have any), and whether the cell
    behind it is filled."""

    must: frozenset[str] = frozenset()
    may: frozenset[str] | None = frozenset()
    known: bool = True

    def trit(self, member: str) -> int:
        """Whether `member` belongs to the set."""
        if member in self.must:
            return TRUE
        return UNKNOWN if self.may is None or member in self.may else FALSE

    def meets(self, others: frozenset[str]) -> int:
        """Whether the set has any of `others`."""
        if self.must & others:
            return TRUE
        return UNKNOWN if self.may is None or self.may & others else FALSE

    def __or__(self, other: Members) -> Members:
        may = None if self.may is None or other.may is None else self.may | other.may
        return Members(self.must | other.must, may, self.known and other.known)


ANYTHING = Members(frozenset(), None, False)
"""Nothing is known of the set."""

Value = str | tuple[float, float] | Members | None
"""Text (or NONE), an interval of numbers, a set, or None for unknown."""


def leaf_trit(leaf: Leaf, value: Value) -> int:
    """What one leaf says of one value: FALSE, UNKNOWN or TRUE."""
    if leaf.op == "known":
        if isinstance(value, Members):
            return TRUE if value.known else FALSE
        if isinstance(value, tuple):
            return TRUE if value[0] == value[1] else FALSE
        return FALSE if value is None else TRUE
    if value is None:
        return UNKNOWN
    if isinstance(value, Members):
        if leaf.op == "has":
            return value.trit(str(leaf.operand))
        assert isinstance(leaf.operand, frozenset)
        return value.meets(leaf.operand)
    if isinstance(value, tuple):
        assert isinstance(leaf.operand, float)
        return _interval_trit(leaf.op, value[0], value[1], leaf.operand)
    if isinstance(leaf.operand, frozenset):
        return TRUE if value in leaf.operand else FALSE
    return FALSE


def _interval_trit(op: str, low: float, high: float, limit: float) -> int:
    if op == ">=":
        must, may = low >= limit, high >= limit
    elif op == ">":
        must, may = low > limit, high > limit
    elif op == "<=":
        must, may = high <= limit, low <= limit
    elif op == "<":
        must, may = high < limit, low < limit
    else:
        must, may = low == high == limit, low <= limit <= high
    return TRUE if must else UNKNOWN if may else FALSE


@dataclass
class Column:
    """One fact for all rows: `values[codes[row]]`."""

    codes: npt.NDArray[np.int32]
    values: list[Value]
    _bounds: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]] | None = field(
        default=None, repr=False
    )

    def __getitem__(self, row: int) -> Value:
        return self.values[int(self.codes[row])]

    def __len__(self) -> int:
        """How many distinct values the dictionary holds."""
        return len(self.values)

    def take(self, rows: npt.NDArray[Any]) -> Column:
        """The column for chosen rows, in their order, over the same dictionary."""
        return Column(self.codes[rows], self.values, self._bounds)

    def bounds(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Low and high of every value of a number column, and which values are NONE."""
        if self._bounds is None:
            low = np.full(len(self.values), -np.inf)
            high = np.full(len(self.values), np.inf)
            nothing = np.zeros(len(self.values), dtype=bool)
            for i, value in enumerate(self.values):
                if isinstance(value, tuple):
                    low[i], high[i] = value
                elif value is not None:
                    nothing[i] = True
            self._bounds = (low, high, nothing)
        return self._bounds

    @classmethod
    def constant(cls, value: Value, rows: int) -> Column:
        """The same value in every row."""
        return cls(np.zeros(rows, dtype=np.int32), [value])

    @classmethod
    def of(cls, values: Iterable[Value]) -> Column:
        """Encodes one value per row."""
        kept = list(values)  # all alive together, so that an id is one value's: most rows share theirs
        index: dict[Hashable, int] = {}
        known: dict[int, int] = {}
        codes = [
            known[place]
            if (place := id(value)) in known
            else known.setdefault(place, index.setdefault(value, len(index)))
            for value in kept
        ]
        return cls(np.array(codes, dtype=np.int32), list(index) or [None])  # type: ignore[arg-type]


class IntervalColumn(Column):
    """Intervals kept as two arrays: a dictionary of a million shares must not become a million tuples."""

    def __init__(
        self, codes: npt.NDArray[np.int32], low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
    ) -> None:
        super().__init__(codes, [], (low, high, np.zeros(len(low), dtype=bool)))
        self.low, self.high = low, high

    def __getitem__(self, row: int) -> Value:
        code = int(self.codes[row])
        return (float(self.low[code]), float(self.high[code]))

    def __len__(self) -> int:
        return len(self.low)

    def take(self, rows: npt.NDArray[Any]) -> IntervalColumn:
        """The column for chosen rows, in their order, over the same dictionary."""
        return IntervalColumn(self.codes[rows], self.low, self.high)


def leaf_trits(leaf: Leaf, column: Column) -> npt.NDArray[np.uint8]:
    """What a leaf says of every value in a column's dictionary."""
    if leaf.op in ("<", "<=", ">", ">=") or (leaf.op == "=" and isinstance(leaf.operand, float)):
        low, high, nothing = column.bounds()
        limit = leaf.operand
        assert isinstance(limit, float)
        if leaf.op == ">=":
            must, may = low >= limit, high >= limit
        elif leaf.op == ">":
            must, may = low > limit, high > limit
        elif leaf.op == "<=":
            must, may = high <= limit, low <= limit
        elif leaf.op == "<":
            must, may = high < limit, low < limit
        else:
            must, may = (low == limit) & (high == limit), (low <= limit) & (limit <= high)
        trits: npt.NDArray[np.uint8] = np.where(must, TRUE, may).astype(np.uint8)
        trits[nothing] = FALSE
        return trits
    if isinstance(column, IntervalColumn):
        low, high, _ = column.bounds()
        return np.where(low == high, TRUE, FALSE).astype(np.uint8)
    return np.fromiter((leaf_trit(leaf, value) for value in column.values), dtype=np.uint8, count=len(column.values))


@dataclass
class FactTable:
    """All facts of many lines. A fact without a column is unknown in every row."""

    rows: int
    columns: dict[str, Column]

    def column(self, fact: str) -> Column:
        """The column of a fact."""
        found = self.columns.get(fact)
        if found is None:
            found = self.columns[fact] = Column.constant(None, self.rows)
        return found

    def row(self, number: int) -> dict[str, Value]:
        """One row as a mapping of fact to value."""
        return {name: column[number] for name, column in self.columns.items()}

    def take(self, rows: npt.NDArray[Any]) -> FactTable:
        """The table for chosen rows."""
        return FactTable(len(rows), {name: column.take(rows) for name, column in self.columns.items()})

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Value]]) -> FactTable:
        """A table from one mapping per row; a fact missing from a mapping is unknown there."""
        names = sorted({name for row in rows for name in row})
        return cls(len(rows), {name: Column.of(row.get(name) for row in rows) for name in names})
