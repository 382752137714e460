"""The sweeps of `sweep` written out as loops, compiled where numba is installed (the extra `fast`).

Each call walks the parts of one level, whose components are all done, and tells how many parts rounding leaves in doubt
(and which, in `doubt`); the caller works those out in fractions before the next level.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

__all__ = ["COUNT", "OPAQUE", "OPEN", "STOP", "Kernels", "compiled", "worth_it"]

COUNT, STOP, OPEN, OPAQUE = 1, 2, 4, 8
"""What a part may do in a column, as bits."""
BREAK_EVEN = 20_000_000
"""Cells (lines times columns) from which on loading the compiler pays."""


class Kernels(NamedTuple):
    """The compiled walks."""

    one: Callable[..., int]
    many: Callable[..., int]
    bounds: Callable[..., int]


def worth_it(cells: int) -> bool:
    """Whether compiled walks are there and save more than they cost to load."""
    if "numba" in sys.modules:
        return cells >= BREAK_EVEN // 100
    return cells >= BREAK_EVEN and find_spec("numba") is not None


@cache
def compiled() -> Kernels:
    """The walks in machine code, which is kept on disk between runs; raises ImportError without numba."""
    import numba

    # sums may be fused but not put into another order, so that every machine adds the same way
    ways: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}, "nogil": True}
    try:
        return Kernels(*(numba.njit(cache=True, **ways)(walk) for walk in (_one, _many, _bounds)))
    except RuntimeError:  # no folder to keep machine code in can be written to
        return Kernels(*(numba.njit(**ways)(walk) for walk in (_one, _many, _bounds)))


def _one(
    first_lines: Any,
    component: Any,
    quantity: Any,
    amount: Any,
    does: Any,
    drops: Any,
    near: float,
    content: Any,
    carried: Any,
    doubt: Any,
    start: int,
    stop: int,
) -> int:
    """Where every cell is known, one column: content of the parts of one level; how many rounding leaves in doubt."""
    doubts, drop, last = 0, drops[0], first_lines[start]
    for part in range(start, stop):
        first, last = last, first_lines[part + 1]
        total = 0.0
        for line in range(first, last):
            total += carried[component[line], 0] * quantity[line]
        content[part, 0] = total
    # apart from the sums, so that the processor takes several parts at a time
    for part in range(start, stop):
        inside, kind, price = content[part, 0], does[part, 0], amount[part]
        limit = drop * price
        kept = 0.0 if inside <= limit else inside
        carried[part, 0] = kept if kind == OPEN else (price if kind == COUNT else 0.0)
        open_one = (kind == OPEN) & (abs(inside - limit) < near * price)
        doubt[part] = open_one
        doubts += open_one
    return doubts


def _many(
    first_lines: Any,
    component: Any,
    quantity: Any,
    amount: Any,
    does: Any,
    drops: Any,
    near: float,
    content: Any,
    carried: Any,
    doubt: Any,
    start: int,
    stop: int,
) -> int:
    """The same for several columns, read and written row by row."""
    doubts, columns = 0, content.shape[1]
    for part in range(start, stop):
        total = content[part]
        for column in range(columns):
            total[column] = 0.0
        for line in range(first_lines[part], first_lines[part + 1]):
            source, times = carried[component[line]], quantity[line]
            for column in range(columns):
                total[column] += source[column] * times
        out, kinds, price = carried[part], does[part], amount[part]
        found = False
        for column in range(columns):
            inside, limit, kind = total[column], drops[column] * price, kinds[column]
            kept = 0.0 if inside <= limit else inside
            out[column] = kept if kind == OPEN else (price if kind == COUNT else 0.0)
            found |= (kind == OPEN) & (abs(inside - limit) < near * price)
        doubt[part] = found
        doubts += found
    return doubts


def _bounds(
    first_lines: Any,
    component: Any,
    least: Any,
    most: Any,
    comparable: Any,
    amount_low: Any,
    amount_high: Any,
    may: Any,
    drops: Any,
    near: float,
    gross: Any,
    content_low: Any,
    content_high: Any,
    carried_low: Any,
    carried_high: Any,
    low: Any,
    high: Any,
    doubt: Any,
    start: int,
    stop: int,
) -> int:
    """The same with bounds; `gross` takes up how much went into each part, which is what rounding is measured by."""
    doubts, columns = 0, content_low.shape[1]
    mixed = comparable.size > 0
    sure, possible, rest, excess = np.zeros(columns), np.zeros(columns), np.zeros(columns), np.zeros(columns)
    for part in range(start, stop):
        first, last = first_lines[part], first_lines[part + 1]
        floor, ceiling = amount_low[part], amount_high[part]
        weight = cost = 0.0
        for column in range(columns):
            sure[column] = possible[column] = rest[column] = excess[column] = 0.0
        for line in range(first, last):
            child, fewest, greatest = component[line], least[line], most[line]
            if mixed and not comparable[line]:
                # across currencies without a rate an amount is nothing or more
                fewest, greatest = 0.0, (0.0 if greatest == 0 else np.inf)
            worth, full = amount_low[child] * fewest, amount_high[child]
            cost += worth
            weight += gross[child] * (fewest if greatest == np.inf else greatest)
            for column in range(columns):
                sure[column] += carried_low[child, column] * fewest
                top = carried_high[child, column]
                brought = 0.0 if top == 0 or greatest == 0 else top * greatest
                possible[column] += brought
                if brought < worth:
                    rest[column] += worth - brought
                if top > full and greatest > 0:
                    excess[column] += (top - full) * greatest
        weight = max(weight, floor if ceiling == np.inf else ceiling)
        gross[part] = weight
        found = False
        for column in range(columns):
            kind = may[part, column]
            bottom = sure[column]
            if first == last:
                top = ceiling if kind & OPAQUE else 0.0
            else:
                # what the price leaves, as in `sweep`
                left = ceiling - rest[column] + excess[column]
                found |= abs(ceiling - cost) < near * weight and possible[column] > left + near * weight
                top = max(bottom, possible[column] if cost > ceiling else min(possible[column], left))
            under = 0.0 if ceiling == np.inf or ceiling == 0 else min(bottom / ceiling, 1.0)
            over = top / floor if floor > 0 else (1.0 if top > 0 else 0.0)
            over = min(max(over, under), 1.0)
            content_low[part, column], content_high[part, column] = bottom, top
            low[part, column], high[part, column] = under, over
            drop = drops[column]
            if drop >= 0 and kind & OPEN:
                margin = near * max(1.0, weight / floor) if floor > 0 else (np.inf if 0 < top < np.inf else 0.0)
                found |= last > first and (abs(under - drop) < margin or abs(over - drop) < margin)
                top = 0.0 if over <= drop else top
                bottom = bottom if under > drop else 0.0
            bottom = bottom if kind & OPEN else np.inf
            top = top if kind & OPEN else 0.0
            if kind & COUNT:
                bottom, top = min(bottom, floor), max(top, ceiling)
            carried_low[part, column] = 0.0 if kind & STOP else bottom
            carried_high[part, column] = top
        doubt[part] = found
        doubts += found
    return doubts
