"""Parts that contain each other: one cycle named for each knot of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["name_cycles"]

Ints = npt.NDArray[np.int64]
TRIMS = 64


def name_cycles(names: pl.Series, parent: Ints, component: Ints) -> tuple[tuple[str, ...], ...]:
    """One cycle for each knot among these lines, from its first part by name and back to it, sorted.

    The lines are those between parts that are in a cycle or contain one; what only contains one is put aside first.
    """
    parent, component = _trimmed(parent, component)
    inside = sorted(set(parent.tolist()) | set(component.tolist()))
    below: dict[int, list[int]] = {node: [] for node in inside}
    for above, under in sorted(set(zip(parent.tolist(), component.tolist(), strict=True))):
        below[above].append(under)
    name_of = dict(zip(inside, names.gather(inside).to_list(), strict=True))
    cycles = []
    for knot in _knots(inside, below):
        if len(knot) == 1 and knot[0] not in below[knot[0]]:
            continue
        start = min(knot, key=lambda node: name_of[node])
        ranked = {node: sorted(below[node], key=lambda child: name_of[child]) for node in knot}
        cycles.append(tuple(name_of[node] for node in _way_back(start, set(knot), ranked)))
    return tuple(sorted(cycles))


def _trimmed(parent: Ints, component: Ints) -> tuple[Ints, Ints]:
    """The lines without those whose parent stands in no bill, again and again: what is left leads to a cycle and back.

    A long chain above a cycle is not followed to its end; what is left of it makes no difference but to time.
    """
    for _ in range(TRIMS):
        size = int(max(parent.max(), component.max())) + 1
        used, has_parts = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        used[component] = True
        has_parts[parent] = True
        keep = used[parent] & has_parts[component]
        if keep.all():
            break
        parent, component = parent[keep], component[keep]
    return parent, component


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
