"""Walks the law for one row: why each condition holds, fails or stays open, with the facts that decide.

Written apart from the planes on purpose; a contract test holds the two against each other cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from lotgate.evaluate.columns import Value, leaf_trit
from lotgate.law import Law
from lotgate.law.expr import FALSE, NOT, TRUE, UNKNOWN, Leaf

__all__ = ["Reason", "Walk"]


@dataclass(frozen=True)
class Reason:
    """A leaf that helped to decide a condition, and what it said."""

    leaf: Leaf
    trit: int


class Walk:
    """The trits of one row on one day, computed node by node as they are asked for."""

    def __init__(self, law: Law, values: Mapping[str, Value], day: date, alike: Walk | None = None) -> None:
        """`alike` is the walk of a row that no comparison tells from this one, under the same law: what it found holds
        here too."""
        self.law = law
        self.values = values
        self.day = day
        self._memo: dict[int, int] = {} if alike is None else alike._memo

    def trit(self, number: int) -> int:
        """FALSE, UNKNOWN or TRUE of a node."""
        held = self._memo.get(number)
        if held is None:
            held = self._memo[number] = self._compute(number)
        return held

    def _compute(self, number: int) -> int:
        node = self.law.graph.nodes[number]
        kind = node.kind
        if kind == "leaf":
            return self.leaf(node.children[0])
        if kind in ("true", "false"):
            return TRUE if kind == "true" else FALSE
        if kind == "not":
            return NOT[self.trit(node.children[0])]
        settles, found = (FALSE, TRUE) if kind == "and" else (TRUE, FALSE)
        memo = self._memo
        for child in node.children:
            trit = memo[child] if child in memo else self.trit(child)
            if trit == settles:
                return trit
            if trit == UNKNOWN:
                found = UNKNOWN
        return found

    def leaf(self, number: int) -> int:
        """What one leaf says of this row."""
        leaf = self.law.graph.leaves[number]
        if leaf.op == "clock":
            intervals = self.law.versions[str(leaf.operand)]
            return TRUE if any(self.day in interval for interval in intervals) else FALSE
        return leaf_trit(leaf, self.values.get(leaf.fact))

    def open_leaves(self, number: int) -> Iterator[Leaf]:
        """The unknown leaves that keep a node unknown: those not already overruled by a known neighbour."""
        for leaf in self.open_numbers(number):
            yield self.law.graph.leaves[leaf]

    def open_numbers(self, number: int) -> Iterable[int]:
        """The same leaves by their numbers."""
        return dict.fromkeys(self._open(number))

    def _open(self, number: int) -> Iterator[int]:
        if self.trit(number) != UNKNOWN:
            return
        node = self.law.graph.nodes[number]
        if node.kind == "leaf":
            yield node.children[0]
        else:
            for child in node.children:
                yield from self._open(child)

    def reasons(self, number: int) -> list[Reason]:
        """The leaves that make a node what it is, each once: for a conjunction that fails the first child that fails,
        for one that holds all of them; the other way round for a disjunction."""
        found: dict[Reason, None] = {}
        self._reasons(number, found)
        return list(found)

    def _reasons(self, number: int, found: dict[Reason, None]) -> None:
        node = self.law.graph.nodes[number]
        trit = self.trit(number)
        if node.kind == "leaf":
            found[Reason(self.law.graph.leaves[node.children[0]], trit)] = None
        elif node.kind == "not":
            self._reasons(node.children[0], found)
        elif node.kind in ("and", "or"):
            deciding = FALSE if node.kind == "and" else TRUE
            if trit == deciding:
                self._reasons(next(c for c in node.children if self.trit(c) == deciding), found)
            else:
                for child in node.children:
                    if self.trit(child) == trit:
                        self._reasons(child, found)
