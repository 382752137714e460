"""The order of parts in a graph: components before what they are built into, and parts that are used together near.

Whoever reads a part's components then mostly finds them in the processor's cache.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["longest_ways", "near_order"]

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
QUICK = 64
"""Levels up to which lines are followed as a whole; deeper bills, and cycles, are peeled from below."""


def longest_ways(size: int, parent: Numbers, component: Numbers) -> Ints:
    """For each part the lines on the longest way down from it, -1 for what is in a cycle or contains one."""
    level = np.zeros(size, np.uint8)
    above, below = parent, component
    for depth in range(1, QUICK):
        if not above.size:
            return level.astype(np.int64)
        level[above] = depth
        deeper = np.flatnonzero(np.take(level, below) >= depth)
        above, below = np.take(above, deeper), np.take(below, deeper)
    return level.astype(np.int64) if not above.size else _peeled(size, parent, component)


def _peeled(size: int, parent: Numbers, component: Numbers) -> Ints:
    """The same for any depth: again and again the parts whose components are all done."""
    level = np.full(size, -1, np.int64)
    open_lines = np.bincount(parent, minlength=size)
    by_component = np.argsort(component, kind="stable")
    users = parent[by_component]
    starts = np.searchsorted(component[by_component], np.arange(size + 1))
    ready = np.flatnonzero(open_lines == 0)
    depth = 0
    while ready.size:
        level[ready] = depth
        hit, times = np.unique(users[_spans(starts[ready], starts[ready + 1])], return_counts=True)
        open_lines[hit] -= times
        ready = hit[open_lines[hit] == 0]
        depth += 1
    return level


def near_order(edges: Ints, level: Ints, parent: Numbers, component: Numbers) -> Numbers:
    """The new number of every part: within its level by the first part that uses it, worked out from the top down.

    Parts are numbered level by level, `edges` says where each level begins and `level` is that of each line's parent.
    Parts that nothing uses keep their order, and so do those used first by the same part.
    """
    size = int(edges[-1])
    number = np.arange(size, dtype=np.int32)
    first_user = np.full(size, np.iinfo(np.int32).max, np.int32)
    lines = np.argsort(level, kind="stable")
    ends = np.concatenate([[0], np.cumsum(np.bincount(level, minlength=len(edges)))])
    parent, component = np.take(parent, lines), np.take(component, lines)
    for depth in range(len(edges) - 2, -1, -1):
        start, stop = int(edges[depth]), int(edges[depth + 1])
        number[start + np.argsort(first_user[start:stop], kind="stable")] = np.arange(start, stop, dtype=np.int32)
        here = slice(int(ends[depth]), int(ends[depth + 1]))
        # counted from the top, so that users higher up come first
        user = np.take(number, parent[here]) + np.int32(size - stop - start)
        np.minimum.at(first_user, component[here], user)
    return number


def _spans(starts: Ints, stops: Ints) -> Ints:
    """All numbers of some ranges, one range after the other."""
    counts = stops - starts
    return np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))
