"""The bill of materials as one interned graph: parts as numbers, children first, cycles named.

Nodes are numbered level by level (a part without components is level 0), so that one sweep over levels sees every
component before its parents; within a level, parts that are used together stand near. Parts in a cycle, and those that
contain one, come last and are `blocked`. What is rolled up over the graph, and by which rule, is left to `content`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lotgate.items.cycles import name_cycles
from lotgate.items.interning import Numbers, distinct_ids, numbers_in
from lotgate.items.levels import longest_ways, near_order, sorted_lines

__all__ = ["Bools", "Floats", "Graph", "Ints", "Level"]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
BLOCK = 1 << 16


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
    """Parts and lines of all bills together; arrays by line are sorted by parent, then component.

    `first_lines` says for each part where its lines begin, with one entry more than parts; `edges` where each level of
    parts begins, and where the last one ends: what follows is blocked. `quantity_low` and `quantity_high` are equal
    where the quantity is known; unknown is 0 to infinity. `item_nodes` is the node of each of the items it was built
    with. `exactly` is for each line the place of its quantity among `values`, -1 where the float says it.
    """

    names: pl.Series
    first_lines: Ints
    component: Ints
    quantity_low: Floats
    quantity_high: Floats
    edges: Ints
    cycles: tuple[tuple[str, ...], ...]
    item_nodes: Numbers | None = None
    exactly: Numbers | None = None
    values: tuple[Fraction, ...] = ()

    @classmethod
    def build(
        cls,
        bom: pl.DataFrame,
        items: pl.Series | None = None,
        exactly: Numbers | None = None,
        values: tuple[Fraction, ...] = (),
    ) -> Graph:
        """The graph of a `bom` table (`parent`, `component`, `quantity`) over its parts and the given items.

        Any order of rows gives the same graph. Several lines with one parent and component add up. `exactly` and
        `values` as in `measures.Bill`; with them no row may lack its parent or component.
        """
        bom = bom.select(
            pl.col("parent").cast(pl.String), pl.col("component").cast(pl.String), pl.col("quantity").cast(pl.Float64)
        ).drop_nulls(["parent", "component"])
        columns = [bom["parent"], bom["component"], *([] if items is None else [items])]
        ids = distinct_ids(columns[:2] if items is None else [items])
        numbered = numbers_in(ids, *columns)
        unnamed = [column.filter(pl.Series(found < 0)) for column, found in zip(columns, numbered, strict=True)]
        if any(column.null_count() < column.len() for column in unnamed):
            ids = distinct_ids([ids, *unnamed])
            numbered = numbers_in(ids, *columns)
        parent, component, *rows = numbered
        nodes = rows[0] if rows and (rows[0] >= 0).all() else None
        return _ordered(ids, parent, component, bom["quantity"], nodes, exactly, values)

    @property
    def size(self) -> int:
        """How many parts there are."""
        return self.names.len()

    @cached_property
    def parent(self) -> Ints:
        """The parent of each line."""
        return np.repeat(np.arange(self.size), np.diff(self.first_lines))

    @cached_property
    def blocked(self) -> Bools:
        """Whether a part is in a cycle or contains one."""
        found: Bools = np.arange(self.size) >= self.edges[-1]
        return found

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels of the parts that are not blocked, lowest first."""
        found = []
        for start, stop in zip(self.edges[:-1].tolist(), self.edges[1:].tolist(), strict=True):
            lines = self.first_lines[start : stop + 1]
            found.append(Level(start, stop, int(lines[0]), int(lines[-1]), lines[:-1] - lines[0]))
        return tuple(found)

    @cached_property
    def has_parts(self) -> Bools:
        """Whether a part has any line of its own."""
        return np.diff(self.first_lines) > 0

    @cached_property
    def longest_bill(self) -> int:
        """How many lines the part with most of them has."""
        return int(np.diff(self.first_lines).max(initial=0))

    @cached_property
    def known_quantities(self) -> bool:
        """Whether the quantity of every line is known."""
        return self.quantity_low is self.quantity_high or bool((self.quantity_low == self.quantity_high).all())

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The number of a part by its id."""
        return {name: number for number, name in enumerate(self.names.to_list())}

    @cached_property
    def rank(self) -> Ints:
        """The place of each part in the order of ids."""
        rank = np.empty(self.size, np.int64)
        rank[self.names.arg_sort().to_numpy()] = np.arange(self.size)
        return rank

    def exact_quantity(self, line: int) -> Fraction | None:
        """A line's quantity as it was written or converted; None where the float says it."""
        place = -1 if self.exactly is None else int(self.exactly[line])
        return None if place < 0 else self.values[place]

    def lines_of(self, node: int) -> range:
        """The lines of one part's bill."""
        return range(int(self.first_lines[node]), int(self.first_lines[node + 1]))

    def numbers(self, items: pl.Series) -> Ints:
        """The numbers of items, -1 for an item that is not in the graph."""
        nodes = self.item_nodes
        if nodes is not None and nodes.size == items.len() and (self.names.gather(nodes) == items).all():
            return nodes.astype(np.int64)
        return numbers_in(self.names, items)[0].astype(np.int64)

    def align(self, frame: pl.DataFrame, key: str = "item") -> pl.DataFrame:
        """A table's rows in the order of the parts; parts without a row get an empty one."""
        row = self.rows_of(frame[key])
        places = pl.Series(row).replace(-1, None) if (row < 0).any() else pl.Series(row)
        return frame.select(pl.all().gather(places)).with_columns(self.names.rename(key))

    def rows_of(self, items: pl.Series) -> Ints:
        """For each part the row of a table with these items, the first where it stands twice, -1 where it is not."""
        nodes = self.numbers(items)
        there = np.flatnonzero(nodes >= 0)[::-1]
        row = np.full(self.size, -1, np.int64)
        row[nodes[there]] = there
        return row

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


def _ordered(
    ids: pl.Series,
    parent: Numbers,
    component: Numbers,
    quantity: pl.Series,
    items: Numbers | None,
    exactly: Numbers | None,
    values: tuple[Fraction, ...],
) -> Graph:
    """The graph of numbered lines, its parts in their order."""
    size = ids.len()
    level = longest_ways(size, parent, component)
    top = int(level.max(initial=-1)) + 1
    rank = np.where(level < 0, top, level)
    rank = rank.astype(np.uint16) if top < 1 << 16 else rank
    order = np.argsort(rank, kind="stable")
    number = _inverse(order)
    edges = np.concatenate([[0], np.cumsum(np.bincount(rank, minlength=top)[:top])])
    free = int(edges[-1])
    _renumber(parent, number)
    _renumber(component, number)
    first_lines = _first_lines(parent, size)
    near = np.arange(size, dtype=np.int32)
    near[:free] = near_order(edges, first_lines[: free + 1], sorted_lines(size, parent, component)[1])
    _renumber(parent, near)
    _renumber(component, near)
    # NaN is the tables' `none`: a line that says there is none of it
    given = quantity.fill_nan(0.0) if quantity.is_nan().any() else quantity
    lines, component = sorted_lines(size, parent, component, given)
    low = np.take(given.fill_null(0.0).to_numpy(), lines)
    graph = Graph(
        names=ids.gather(order[_inverse(near)]).rename("item"),
        first_lines=_first_lines(parent, size),
        component=component.astype(np.int64),
        quantity_low=low,
        quantity_high=np.take(given.fill_null(np.inf).to_numpy(), lines) if given.null_count() else low,
        edges=edges,
        cycles=(),
        item_nodes=None if items is None else near[number[items]],
        exactly=None if exactly is None else np.take(exactly, lines),
        values=values,
    )
    if free < size:
        knotted = graph.blocked[graph.parent] & graph.blocked[graph.component]
        cycles = name_cycles(graph.names, graph.parent[knotted], graph.component[knotted])
        object.__setattr__(graph, "cycles", cycles)
    return graph


def _inverse(order: npt.NDArray[np.integer[Any]]) -> Numbers:
    """Where each number stands in an order."""
    place = np.empty(order.size, np.int32)
    place[order] = np.arange(order.size, dtype=np.int32)
    return place


def _renumber(numbers: Numbers, table: Numbers) -> None:
    """Puts each number's entry in a table in its place, some at a time to stay in the processor's cache."""
    for start in range(0, numbers.size, BLOCK):
        block = numbers[start : start + BLOCK]
        block[:] = np.take(table, block)


def _first_lines(parent: Numbers, size: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(parent, minlength=size))])


def _spread(graph: Graph, flags: Bools, below: Bools, counts: Bools) -> None:
    """Fill in what blocked parts surely contain: a flag found behind a cycle is there all the same."""
    lines = np.flatnonzero(graph.blocked[graph.parent] & counts)
    while True:
        child, parent = graph.component[lines], graph.parent[lines]
        before = int(below[graph.blocked].sum())
        np.logical_or.at(below, parent, flags[child] | below[child])
        if int(below[graph.blocked].sum()) == before:
            return
