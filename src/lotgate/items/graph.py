"""The bill of materials as one interned graph: parts as numbers, children first, cycles named.

Nodes are numbered level by level (a part without components is level 0), so that one sweep over levels sees every
component before its parents. Parts in a cycle, and those that contain one, come last and are `blocked`. What is rolled
up over the graph, and by which rule, is left to `content`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["Bools", "Floats", "Graph", "Ints", "Level"]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Level:
    """Parts of one level (`first` to `last`) and their lines (`first_line` to `last_line`, sorted by parent).

    `starts` gives, counted from `first_line`, where each part's lines begin; on level 0 there are no lines.
    """

    first: int
    last: int
    first_line: int
    last_line: int
    starts: Ints


@dataclass(frozen=True)
class Graph:
    """Parts and lines of all bills together; arrays by line are sorted by parent.

    `quantity_low` and `quantity_high` are equal where the quantity is known; unknown is 0 to infinity.
    """

    names: pl.Series
    parent: Ints
    component: Ints
    quantity_low: Floats
    quantity_high: Floats
    levels: tuple[Level, ...]
    blocked: Bools
    cycles: tuple[tuple[str, ...], ...]

    @classmethod
    def build(cls, bom: pl.DataFrame, items: pl.Series | None = None) -> Graph:
        """The graph of a `bom` table (`parent`, `component`, `quantity`) over its parts and the given items.

        Any order of rows gives the same graph. Several lines with one parent and component add up.
        """
        columns = [bom["parent"], bom["component"]] + ([] if items is None else [items])
        ids = pl.concat([column.cast(pl.String).rename("item") for column in columns]).drop_nulls().unique().sort()
        lookup = pl.DataFrame({"item": ids, "node": pl.Series(range(ids.len()), dtype=pl.Int64)})
        lines = (
            bom.select("parent", "component", pl.col("quantity").cast(pl.Float64))
            .join(lookup.rename({"item": "parent", "node": "p"}), on="parent")
            .join(lookup.rename({"item": "component", "node": "c"}), on="component")
        )
        return cls._order(ids, lines["p"].to_numpy(), lines["c"].to_numpy(), lines["quantity"])

    @classmethod
    def _order(cls, ids: pl.Series, parent: Ints, component: Ints, quantity: pl.Series) -> Graph:
        size = ids.len()
        level = _levels(size, parent, component)
        blocked = level < 0
        rank = np.where(blocked, level.max(initial=0) + 1, level)
        order = np.lexsort((np.arange(size), rank))
        number = np.empty(size, np.int64)
        number[order] = np.arange(size)
        names = ids[order] if size else ids
        # NaN is the tables' `none`: a line that says there is none of it
        low = quantity.fill_nan(0.0).fill_null(0.0).to_numpy()
        high = quantity.fill_nan(0.0).fill_null(np.inf).to_numpy()
        p, c = number[parent], number[component]
        lines = np.lexsort((high, low, c, p))
        p, c = p[lines], c[lines]
        graph = cls(
            names=names.rename("item"),
            parent=p,
            component=c,
            quantity_low=np.ascontiguousarray(low[lines], np.float64),
            quantity_high=np.ascontiguousarray(high[lines], np.float64),
            levels=_slices(rank[order][~blocked[order]], p),
            blocked=blocked[order],
            cycles=(),
        )
        if blocked.any():
            object.__setattr__(graph, "cycles", _name_cycles(graph))
        return graph

    @property
    def size(self) -> int:
        """How many parts there are."""
        return self.names.len()

    @cached_property
    def first_lines(self) -> Ints:
        """For each part where its lines begin; one entry more than parts, so the next one is where they end."""
        return np.searchsorted(self.parent, np.arange(self.size + 1)).astype(np.int64)

    @cached_property
    def has_parts(self) -> Bools:
        """Whether a part has any line of its own."""
        return np.diff(self.first_lines) > 0

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The number of a part by its id."""
        return {name: number for number, name in enumerate(self.names.to_list())}

    def lines_of(self, node: int) -> range:
        """The lines of one part's bill."""
        return range(int(self.first_lines[node]), int(self.first_lines[node + 1]))

    def numbers(self, items: pl.Series) -> Ints:
        """The numbers of items, -1 for an item that is not in the graph."""
        lookup = pl.DataFrame({"item": self.names, "node": pl.Series(range(self.size), dtype=pl.Int64)})
        frame = items.cast(pl.String).rename("item").to_frame()
        joined = frame.join(lookup, on="item", how="left", maintain_order="left")
        return joined["node"].fill_null(-1).to_numpy().astype(np.int64)

    def align(self, frame: pl.DataFrame, key: str = "item") -> pl.DataFrame:
        """A table's rows in the order of the parts; parts without a row get an empty one."""
        left = self.names.rename(key).to_frame()
        return left.join(frame.unique(key, keep="first"), on=key, how="left", maintain_order="left")

    def reached(self, node: int) -> list[int]:
        """All parts in the bill of one part, itself left out, in ascending order."""
        seen: set[int] = set()
        todo = [node]
        while todo:
            for line in self.lines_of(todo.pop()):
                child = int(self.component[line])
                if child not in seen:
                    seen.add(child)
                    todo.append(child)
        return sorted(seen - {node})

    def closure_any(self, must: Bools, may: Bools) -> tuple[Bools, Bools]:
        """Whether any part in the whole bill, the item itself left out, surely or possibly carries a flag.

        Flags are arrays by part, or by part and column. A line with quantity `none` or 0 brings nothing. What depends
        on a cycle may carry anything.
        """
        return self._any(must, self.quantity_high > 0), self._any(may, self.quantity_high > 0, blocked=True)

    def _any(self, flags: Bools, counts: Bools, blocked: bool = False) -> Bools:
        flat = flags.reshape(self.size, -1)
        below = np.zeros(flat.shape, np.bool_)
        below[self.blocked] = blocked
        for level in self.levels[1:]:
            lines = slice(level.first_line, level.last_line)
            child = self.component[lines]
            carried = (flat[child] | below[child]) & counts[lines, None]
            below[level.first : level.last] = np.logical_or.reduceat(carried, level.starts, axis=0)
        if not blocked and self.blocked.any():
            _spread(self, flat, below, counts)
        return below.reshape(flags.shape)


def _levels(size: int, parent: Ints, component: Ints) -> Ints:
    """Longest way down from each part, -1 for what is in a cycle or contains one."""
    level = np.full(size, -1, np.int64)
    open_lines = np.bincount(parent, minlength=size)
    by_component = np.argsort(component, kind="stable")
    users = parent[by_component]
    starts = np.searchsorted(component[by_component], np.arange(size + 1))
    ready = np.flatnonzero(open_lines == 0)
    depth = 0
    while ready.size:
        level[ready] = depth
        counts = starts[ready + 1] - starts[ready]
        total = int(counts.sum())
        offsets = np.repeat(starts[ready] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(total)
        hit, times = np.unique(users[offsets], return_counts=True)
        open_lines[hit] -= times
        ready = hit[open_lines[hit] == 0]
        depth += 1
    return level


def _slices(rank: Ints, parent: Ints) -> tuple[Level, ...]:
    """Levels of the parts that are not blocked; `rank` is ascending and `parent` sorted."""
    if not rank.size:
        return ()
    edges = np.searchsorted(rank, np.arange(int(rank[-1]) + 2))
    levels = []
    for depth in range(int(rank[-1]) + 1):
        first, last = int(edges[depth]), int(edges[depth + 1])
        begins = np.searchsorted(parent, np.arange(first, last + 1))
        starts = (begins[:-1] - begins[0]).astype(np.int64)
        levels.append(Level(first, last, int(begins[0]), int(begins[-1]), starts))
    return tuple(levels)


def _spread(graph: Graph, flags: Bools, below: Bools, counts: Bools) -> None:
    """Fill in what blocked parts surely contain: a flag found behind a cycle is there all the same."""
    lines = np.flatnonzero(graph.blocked[graph.parent] & counts)
    while True:
        child, parent = graph.component[lines], graph.parent[lines]
        before = int(below[graph.blocked].sum())
        np.logical_or.at(below, parent, flags[child] | below[child])
        if int(below[graph.blocked].sum()) == before:
            return


def _name_cycles(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """One cycle for each knot of parts that contain each other, from its first part by name and back to it."""
    inside = [int(node) for node in np.flatnonzero(graph.blocked)]
    held = set(inside)
    below = {n: sorted({int(graph.component[i]) for i in graph.lines_of(n)} & held) for n in inside}
    names = graph.names.to_list()
    cycles = []
    for knot in _knots(inside, below):
        members = set(knot)
        if len(knot) == 1 and knot[0] not in below[knot[0]]:
            continue
        start = min(knot, key=lambda node: names[node])
        cycles.append(tuple(names[node] for node in _way_back(start, members, below)))
    return tuple(sorted(cycles))


def _way_back(start: int, members: set[int], below: dict[int, list[int]]) -> list[int]:
    """A shortest way from a part through its components back to itself."""
    came: dict[int, int] = {}
    todo = [start]
    for node in todo:
        for child in below[node]:
            if child == start:
                way = [node]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return [*reversed(way), start]
            if child in members and child not in came:
                came[child] = node
                todo.append(child)
    raise AssertionError("a knot always leads back")


def _knots(nodes: Sequence[int], below: dict[int, list[int]]) -> list[list[int]]:
    """Strongly connected components (Tarjan, without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    knots: list[list[int]] = []
    for root in nodes:
        if root in index:
            continue
        work = [(root, iter(below[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, children = work[-1]
            for child in children:
                if child not in index:
                    index[child] = low[child] = len(index)
                    stack.append(child)
                    on_stack.add(child)
                    work.append((child, iter(below[child])))
                    break
                if child in on_stack:
                    low[node] = min(low[node], index[child])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    knot = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        knot.append(member)
                        if member == node:
                            break
                    knots.append(knot)
    return knots
