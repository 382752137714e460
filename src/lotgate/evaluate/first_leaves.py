"""The first comparison that makes each clause's condition what it is, for one row and all clauses at once.

A conjunction is the least of its children; a disjunction is the least of them too, each taken the other way round. So
the graph is read level by level, and one minimum a level tells of every node both its trit and the child that made it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lotgate.evaluate.columns import FactTable
from lotgate.evaluate.outcome import Bytes, Ints
from lotgate.law.expr import FALSE, TRUE, UNKNOWN

if TYPE_CHECKING:
    from lotgate.evaluate.evaluator import Evaluator

__all__ = ["FirstLeaves"]

_MARKS = np.zeros(TRUE + 1, dtype=np.uint8)
_MARKS[[FALSE, UNKNOWN, TRUE]] = 0, 2, 4
"""What a trit counts in a minimum."""
_NAMELESS = 1
"""Added to a mark where only clocks lie below: an equal neighbour with a comparison to name comes before it."""
_TURN = 6
_TURNED = np.array([0, 1, 2, 3, 4, 5, 4, 5, 2, 3, 0, 1])
"""Marks as they are, and from _TURN on the other way round."""


@dataclass(frozen=True)
class _Level:
    """Nodes that ask only of levels before: their places, all their children, and where those of each node start."""

    places: slice
    children: Ints
    turns: Ints
    """_TURN for a child that counts the other way round than it is kept, else 0."""
    order: Ints
    starts: Ints


class FirstLeaves:
    """The law laid out for one table, to be asked about any of its rows."""

    def __init__(self, evaluator: Evaluator, table: FactTable, luts: Mapping[int, Bytes]) -> None:
        self._nodes = evaluator.graph.nodes
        numbers = self._by_level(evaluator.order)
        self._places = {number: place for place, number in enumerate(n for level in numbers for n in level)}
        self._levels = [self._level(level) for level in numbers[1:]]
        self._roots = np.array([self._seen(program.when)[0] for program in evaluator.programs], dtype=np.int64)
        self._leaves = np.full(len(self._places), -1)
        self._columns = {fact: table.column(fact) for fact in evaluator.leaves_of if fact != "day"}
        facts = {fact: place for place, fact in enumerate(["day", *self._columns])}
        laid: list[Bytes] = []
        asks: list[int] = []
        for place, number in enumerate(numbers[0]):
            kind, children = self._nodes[number].kind, self._nodes[number].children
            if kind != "leaf":  # a constant is a whole condition or folded away: nothing asks for its mark
                laid.append(_MARKS[:1])
                asks.append(len(facts))
                continue
            leaf = evaluator.graph.leaves[children[0]]
            asks.append(facts[leaf.fact])
            if leaf.op == "clock":
                laid.append(_MARKS[evaluator.clock_trits(children[0])] + _NAMELESS)
            else:
                laid.append(_MARKS[luts[children[0]]])
                self._leaves[place] = children[0]
        self._marks = np.concatenate(laid)
        """Of every value of every leaf, one leaf after the other."""
        self._starts = np.cumsum([0, *(len(marks) for marks in laid[:-1])])
        self._asks = np.array(asks)
        """The fact of every leaf, by its place among `day` and the columns."""

    def _by_level(self, order: Sequence[int]) -> list[list[int]]:
        """Leaves, then nodes above them, each in the level above its children; `not` is a way of seeing its child."""
        depth: dict[int, int] = {}
        levels: dict[int, list[int]] = defaultdict(list)
        for number in order:
            node = self._nodes[number]
            if node.kind == "not":
                depth[number] = depth[node.children[0]]
                continue
            depth[number] = 1 + max(depth[c] for c in node.children) if node.kind in ("and", "or") else 0
            levels[depth[number]].append(number)
        return [levels[level] for level in range(len(levels))]

    def _seen(self, number: int) -> tuple[int, bool]:
        """The place of a node, or of what a `not` looks at, and whether it is kept the other way round."""
        node, turned = self._nodes[number], False
        while node.kind == "not":
            number, turned = node.children[0], not turned
            node = self._nodes[number]
        return self._places[number], turned != (node.kind == "or")

    def _level(self, numbers: Sequence[int]) -> _Level:
        children = [self._nodes[number].children for number in numbers]
        counts = [len(some) for some in children]
        seen = [self._seen(child) for some in children for child in some]
        ors = np.repeat([self._nodes[number].kind == "or" for number in numbers], counts)
        first = self._places[numbers[0]]
        return _Level(
            slice(first, first + len(numbers)),
            np.array([place for place, _ in seen]),
            _TURN * (ors != [turned for _, turned in seen]),
            np.arange(len(seen)),
            np.cumsum([0, *counts[:-1]]),
        )

    def of(self, row: int, text: int) -> list[int]:
        """Per clause the number of the leaf, -1 where only clocks make its condition what it is, in one row under one
        wording of the dated terms."""
        values = np.array([text, *(column.codes[row] for column in self._columns.values()), 0])
        leaves = self._leaves.copy()
        marks = np.empty(len(leaves), dtype=np.int64)
        marks[: len(self._starts)] = self._marks.take(self._starts + values.take(self._asks))
        for level in self._levels:
            size = len(level.order)
            seen = _TURNED.take(marks.take(level.children) + level.turns)
            least = np.minimum.reduceat(seen * size + level.order, level.starts)
            marks[level.places], made_by = np.divmod(least, size)
            leaves[level.places] = leaves.take(level.children.take(made_by))
        return leaves.take(self._roots).tolist()  # type: ignore[no-any-return]
