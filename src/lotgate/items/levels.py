"""The order of parts in a graph: components before what they are built into, and parts that are used together near.

Whoever reads a part's components then mostly finds them in the processor's cache.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["longest_ways", "near_order", "sorted_lines"]

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
BLOCK = 1 << 16
"""Lines handled at once, to stay in the processor's cache."""
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


def near_order(edges: Ints, first_lines: Ints, component: Numbers) -> Numbers:
    """The new number of every part: within its level by the first part that uses it, worked out from the top down.

    Parts are numbered level by level, `edges` says where each level begins, `first_lines` where each part's lines do.
    Parts that nothing uses keep their order, and so do those used first by the same part.
    """
    size = int(edges[-1])
    number = np.arange(size, dtype=np.int32)
    first_user = np.full(size, np.iinfo(np.int32).max, np.int32)
    counts = np.diff(first_lines)
    for depth in range(len(edges) - 2, -1, -1):
        start, stop = int(edges[depth]), int(edges[depth + 1])
        number[start + np.argsort(first_user[start:stop], kind="stable")] = np.arange(start, stop, dtype=np.int32)
        # counted from the top, so that users higher up come first
        user = np.repeat(number[start:stop] + np.int32(size - stop - start), counts[start:stop])
        np.minimum.at(first_user, component[int(first_lines[start]) : int(first_lines[stop])], user)
    return number


def sorted_lines(
    size: int, parent: Numbers, component: Numbers, quantity: pl.Series | None = None
) -> tuple[Ints, Numbers]:
    """The order of lines by parent, then component, then quantity; and the components in that order.

    Without quantities the order of lines that are alike is nobody's matter.
    """
    part, place = max(size - 1, 1).bit_length(), max(parent.size - 1, 1).bit_length()
    if 2 * part + place > 63:
        lines = np.lexsort((component, parent))
        ranked = component[lines]
        alike = (np.diff(parent[lines]) == 0) & (np.diff(ranked) == 0)
    else:
        lines, ranked, alike = _sorted_as_numbers(parent, component, part, place)
    if quantity is not None and alike.any():
        lines = np.lexsort((quantity.fill_null(np.inf).to_numpy(), component, parent))
    return lines, ranked


def _sorted_as_numbers(
    parent: Numbers, component: Numbers, part: int, place: int
) -> tuple[Ints, Numbers, npt.NDArray[np.bool_]]:
    """The same with parent, component and place of a line packed into one number: such numbers are sorted far faster
    than places by numbers. Also whether each line has the parent and component of the one before it."""
    key = np.empty(parent.size, np.int64)
    for start in range(0, key.size, BLOCK):
        block = slice(start, start + BLOCK)
        packed = parent[block].astype(np.int64) << part
        packed |= component[block]
        packed <<= place
        packed |= np.arange(start, start + packed.size)
        key[block] = packed
    key.sort()
    ranked = np.empty(key.size, np.int32)
    alike = np.zeros(max(key.size - 1, 0), np.bool_)
    for start in range(0, key.size, BLOCK):
        packed = key[start : start + BLOCK + 1] >> place
        alike[start : start + packed.size - 1] = packed[1:] == packed[:-1]
        ranked[start : start + BLOCK] = packed[:BLOCK] & ((1 << part) - 1)
    key &= (1 << place) - 1
    return key, ranked, alike


def _spans(starts: Ints, stops: Ints) -> Ints:
    """All numbers of some ranges, one range after the other."""
    counts = stops - starts
    return np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))
