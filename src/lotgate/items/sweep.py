"""One children-first pass over a bill that works out content and shares by the rules of `content`, for all columns.

Where every cell is known one number stands for both bounds and the pass is a gather, a product and a sum. Otherwise
lower and upper bounds go side by side. Sums run in float64; whatever they leave in doubt, a share near the threshold of
second incorporation or parts that come to just about the price, is worked out in exact fractions before the pass goes
on, so rounding never decides. The same walk exists compiled (`kernels`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lotgate.items.amounts import Amounts
from lotgate.items.exact_content import ExactContent
from lotgate.items.graph import Bools, Floats, Graph
from lotgate.items.kernels import COUNT, OPAQUE, OPEN, STOP, compiled, worth_it
from lotgate.items.numbers import as_float

__all__ = ["Swept", "shares_of", "sweep"]

Bits = npt.NDArray[np.uint8]
CELLS = 1 << 16
"""Cells (lines times columns) of one step, so that what a step needs stays in the processor's cache."""


@dataclass(frozen=True)
class Swept:
    """What a pass found, by part and column, and by part the `margin` around a limit in which a share is in doubt."""

    content_low: Floats
    content_high: Floats
    carried_low: Floats
    carried_high: Floats
    margin: Floats | float


def sweep(graph: Graph, amounts: Amounts, may: Bits, drops: Floats, exactly: ExactContent, engine: str | None) -> Swept:
    """Content, shares and what each part carries on.

    `may` says by bits what each part may do in each column, `drops` is the threshold of second incorporation (NaN:
    none). `engine` is `compiled`, `numpy`, or None for whichever is quicker.
    """
    near = _near(graph)
    fast = engine == "compiled"
    if graph.known_quantities and amounts.known and not graph.blocked.any() and _all_known(graph, may):
        fast = fast or (engine is None and worth_it(graph.component.size * may.shape[1] // 8))
        return _Known(graph, amounts, may, drops, exactly, near).run(fast)
    fast = fast or (engine is None and worth_it(graph.component.size * may.shape[1]))
    return _Bounds(graph, amounts, may, drops, exactly, near).run(fast)


def _near(graph: Graph) -> float:
    """How far rounding can move a share, with room to spare: each sum and product adds at most half a last digit."""
    return 8 * float(np.finfo(np.float64).eps) * (len(graph.edges) + 1) * (graph.longest_bill + 4)


def _all_known(graph: Graph, may: Bits) -> bool:
    """Whether every part does one thing only, and none without a bill could hold more than is said."""
    does = may & np.uint8(COUNT | STOP | OPEN)
    if (does & (does - np.uint8(1))).any():
        return False
    bought = int(graph.edges[1]) if len(graph.edges) > 1 else 0
    return not (may[:bought] & OPAQUE).any()


def _steps(graph: Graph, columns: int) -> Iterator[tuple[slice, slice, npt.NDArray[np.int64]]]:
    """Parts with bills a few at a time, never two levels at once: parts, lines, and where each part's lines begin."""
    first_lines, most = graph.first_lines, max(CELLS // columns, 1)
    for start, stop in zip(graph.edges[1:-1].tolist(), graph.edges[2:].tolist(), strict=True):
        while start < stop:
            end = int(np.searchsorted(first_lines[: stop + 1], first_lines[start] + most, side="right")) - 1
            end = min(max(end, start + 1), stop)
            first, last = int(first_lines[start]), int(first_lines[end])
            yield slice(start, end), slice(first, last), first_lines[start:end] - first
            start = end


class _Known:
    """A pass in which every cell is known: bounds are one."""

    def __init__(
        self, graph: Graph, amounts: Amounts, may: Bits, drops: Floats, exactly: ExactContent, near: float
    ) -> None:
        self.graph, self.amount, self.drops, self.exactly, self.near = graph, amounts.low, drops, exactly, near
        self.does = may & np.uint8(COUNT | STOP | OPEN) if (may & OPAQUE).any() else may
        self.content, self.carried = _aligned(may.shape), _aligned(may.shape)

    def run(self, fast: bool) -> Swept:
        (self._walk if fast else self._step_by_step)()
        return Swept(self.content, self.content, self.carried, self.carried, self.near)

    def _walk(self) -> None:
        graph, doubt = self.graph, np.zeros(self.graph.size, np.bool_)
        walk = compiled().one if self.does.shape[1] == 1 else compiled().many
        for start, stop in zip(graph.edges[:-1].tolist(), graph.edges[1:].tolist(), strict=True):
            doubts = walk(
                graph.first_lines, graph.component, graph.quantity_low, self.amount, self.does, self.drops, self.near,
                self.content, self.carried, doubt, start, stop,
            )  # fmt: skip
            # what is bought brings nothing of its own, whatever the threshold
            for part in np.flatnonzero(doubt[start:stop]).tolist() if doubts and start else ():
                self._settle(start + part)

    def _step_by_step(self) -> None:
        graph, columns = self.graph, self.does.shape[1]
        bought = slice(0, int(graph.edges[1]) if len(graph.edges) > 1 else 0)
        self.content[bought] = 0.0
        self._carry(bought)
        room = np.empty((graph.longest_bill + CELLS // columns + 1, columns))
        for parts, lines, starts in _steps(graph, columns):
            brought = room[: lines.stop - lines.start]
            # `clip` only says that indices need no checking; they are the graph's own
            np.take(self.carried, graph.component[lines], axis=0, out=brought, mode="clip")
            brought *= graph.quantity_low[lines, None]
            if columns == 1:
                np.add.reduceat(brought[:, 0], starts, out=self.content[parts, 0])
            else:
                np.add.reduceat(brought, starts, axis=0, out=self.content[parts])
            self._carry(parts)

    def _carry(self, parts: slice) -> None:
        does, content, carried = self.does[parts], self.content[parts], self.carried[parts]
        carried[:] = content
        if parts.start and not np.isnan(self.drops).all():
            price = self.amount[parts, None]
            limit = price * self.drops
            with np.errstate(invalid="ignore"):
                carried[content <= limit] = 0.0
                near = np.abs(content - limit) < self.near * price
            doubt = np.flatnonzero((near & (does == OPEN)).any(axis=1))
        else:
            doubt = np.zeros(0, np.int64)
        rows, columns = np.nonzero(does != OPEN)
        carried[rows, columns] = np.where(does[rows, columns] == COUNT, self.amount[parts][rows], 0.0)
        for part in doubt.tolist():
            self._settle(parts.start + part)

    def _settle(self, part: int) -> None:
        """What a part near a threshold carries on, exactly."""
        for column in np.flatnonzero(~np.isnan(self.drops)).tolist():
            self.carried[part, column] = as_float(self.exactly.carried(part, column)[0])


def _aligned(shape: tuple[int, ...]) -> Floats:
    """An empty array whose rows begin where the processor's cache lines do."""
    size, line = int(np.prod(shape)), 8
    room = np.empty(size + line)
    start = -room.ctypes.data // 8 % line
    return room[start : start + size].reshape(shape)


class _Bounds:
    """A pass with lower and upper bounds."""

    def __init__(
        self, graph: Graph, amounts: Amounts, may: Bits, drops: Floats, exactly: ExactContent, near: float
    ) -> None:
        self.graph, self.amounts, self.may, self.drops = graph, amounts, may, drops
        self.exactly, self.near = exactly, near
        self.gross = np.zeros(graph.size)
        shape = may.shape
        self.content_low, self.content_high = np.zeros(shape), np.zeros(shape)
        self.carried_low, self.carried_high = np.zeros(shape), np.zeros(shape)
        self.low, self.high = np.zeros(shape), np.zeros(shape)

    def run(self, fast: bool) -> Swept:
        graph, free = self.graph, int(self.graph.edges[-1])
        blocked = slice(free, graph.size)
        self.content_high[blocked] = self.amounts.high[blocked, None]
        self.gross[blocked] = _finite(self.amounts.high[blocked], self.amounts.low[blocked])
        self.low[blocked], self.high[blocked] = 0.0, 1.0
        self._carry(blocked)
        (self._walk if fast else self._step_by_step)()
        return Swept(self.content_low, self.content_high, self.carried_low, self.carried_high, self._margin())

    def _walk(self) -> None:
        graph, amounts, doubt = self.graph, self.amounts, np.zeros(self.graph.size, np.bool_)
        comparable = np.zeros(0, np.bool_) if amounts.comparable is None else amounts.comparable
        walk = compiled().bounds
        for start, stop in zip(graph.edges[:-1].tolist(), graph.edges[1:].tolist(), strict=True):
            doubts = walk(
                graph.first_lines, graph.component, graph.quantity_low, graph.quantity_high, comparable, amounts.low,
                amounts.high, self.may, self.drops, self.near, self.gross, self.content_low, self.content_high,
                self.carried_low, self.carried_high, self.low, self.high, doubt, start, stop,
            )  # fmt: skip
            for part in np.flatnonzero(doubt[start:stop]).tolist() if doubts else ():
                self._settle(start + part)

    def _step_by_step(self) -> None:
        bought = slice(0, int(self.graph.edges[1]) if len(self.graph.edges) > 1 else 0)
        inside = (self.may[bought] & OPAQUE) > 0
        self.content_high[bought] = np.where(inside, self.amounts.high[bought, None], 0.0)
        self.gross[bought] = _finite(self.amounts.high[bought], self.amounts.low[bought])
        self._share(bought)
        self._carry(bought)
        for parts, lines, starts in _steps(self.graph, self.may.shape[1] * 4):
            doubt = self._sum(parts, lines, starts)
            self._share(parts)
            doubt |= self._carry(parts)
            for part in np.flatnonzero(doubt).tolist():
                self._settle(parts.start + part)

    def _sum(self, parts: slice, lines: slice, starts: npt.NDArray[np.int64]) -> Bools:
        """Content of some parts; which of them rounding leaves open."""
        graph, amounts = self.graph, self.amounts
        child = graph.component[lines]
        least, most = graph.quantity_low[lines], graph.quantity_high[lines]
        if amounts.comparable is not None:
            # across currencies without a rate an amount is nothing or more
            comparable = amounts.comparable[lines]
            least = least * comparable
            most = np.where(comparable | (most == 0), most, np.inf)
        low = self.carried_low[child] * least[:, None]
        high = _times(self.carried_high[child], most[:, None])
        worth = (amounts.low[child] * least)[:, None]
        rest = np.maximum(0.0, np.where(np.isinf(high), 0.0, worth - np.where(np.isinf(high), 0.0, high)))
        weight = np.add.reduceat(self.gross[child] * _finite(most, least), starts)
        total_low = np.add.reduceat(low, starts, axis=0)
        total_high = np.add.reduceat(high, starts, axis=0)
        price = amounts.high[parts]
        weight = np.maximum(weight, _finite(price, amounts.low[parts]))
        self.gross[parts] = weight
        # the price leaves no more than itself less what is surely something else, and more by as much as parts may
        # bring over their own price; where they cost more than it already, nothing can be reasoned from it
        over = _over(self.carried_high[child], amounts.high[child][:, None])
        excess = _times(over, most[:, None])
        cost = np.add.reduceat(worth[:, 0], starts)
        left = price[:, None] - np.add.reduceat(rest, starts, axis=0) + np.add.reduceat(excess, starts, axis=0)
        margin = self.near * weight
        doubt = (np.abs(price - cost) < margin)[:, None] & (total_high > left + margin[:, None])
        left = np.where((cost > price)[:, None], np.inf, left)
        self.content_low[parts] = total_low
        self.content_high[parts] = np.maximum(total_low, np.minimum(total_high, left))
        found: Bools = np.logical_or.reduce(doubt, axis=1)
        return found

    def _share(self, parts: slice) -> None:
        content = (self.content_low[parts], self.content_high[parts])
        self.low[parts], self.high[parts] = shares_of(content, (self.amounts.low[parts], self.amounts.high[parts]))

    def _carry(self, parts: slice) -> Bools:
        """What some parts bring to the bills they stand in; which of them a threshold leaves open."""
        may, amounts = self.may[parts], self.amounts
        opens, counts, stops = (may & OPEN) > 0, (may & COUNT) > 0, (may & STOP) > 0
        low, high = self.content_low[parts], self.content_high[parts]
        doubt = np.zeros(may.shape[0], np.bool_)
        if not np.isnan(self.drops).all():
            under, over = self.low[parts], self.high[parts]
            with np.errstate(invalid="ignore"):
                margin = _margin(self.near, self.gross[parts], amounts.low[parts])[:, None]
                close = (np.abs(under - self.drops) < margin) | (np.abs(over - self.drops) < margin)
                sure = (amounts.low[parts, None] == 0) & ((high == 0) | np.isinf(high))
                low = np.where(under <= self.drops, 0.0, low)
                high = np.where(over <= self.drops, 0.0, high)
            close &= opens & ~sure
            doubt |= close.any(axis=1) & self.graph.has_parts[parts] & ~self.graph.blocked[parts]
        full_low, full_high = amounts.low[parts, None], amounts.high[parts, None]
        least = np.where(opens, low, np.inf)
        least = np.where(counts, np.minimum(least, full_low), least)
        self.carried_low[parts] = np.where(stops, 0.0, least)
        most = np.where(opens, high, 0.0)
        self.carried_high[parts] = np.where(counts, np.maximum(most, full_high), most)
        return doubt

    def _settle(self, part: int) -> None:
        """Content, share and what is carried on of a part that rounding leaves open, exactly."""
        for column in range(self.may.shape[1]):
            low, high = self.exactly.content(part, column)
            self.content_low[part, column], self.content_high[part, column] = as_float(low), as_float(high)
            least, most = self.exactly.share(part, column, as_part=True)
            self.low[part, column], self.high[part, column] = as_float(least), as_float(most)
            low, high = self.exactly.carried(part, column)
            self.carried_low[part, column], self.carried_high[part, column] = as_float(low), as_float(high)

    def _margin(self) -> Floats:
        found = _margin(self.near, self.gross, self.amounts.low)
        # of a part worth nothing, or nobody knows how much, rounding puts nothing in doubt
        sure = np.isinf(found) & ((self.content_high == 0) | np.isinf(self.content_high)).all(axis=1)
        return np.where(sure, 0.0, found)


def shares_of(content: tuple[Floats, Floats], amount: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Bounds of shares from bounds of content (by part and column) and of the amounts of parts."""
    least, most = amount[0][:, None], amount[1][:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        low = content[0] / most
        if not (np.isfinite(amount[1]) & (amount[1] > 0)).all():
            low = np.where((most > 0) & ~np.isinf(most), low, 0.0)
        np.minimum(low, 1.0, out=low)
        high = content[1] / least
        if not (amount[0] > 0).all():
            high = np.where(least > 0, high, np.where(content[1] > 0, 1.0, 0.0))
    np.maximum(high, low, out=high)
    return low, np.minimum(high, 1.0, out=high)


def _margin(near: float, gross: Floats, amount: Floats) -> Floats:
    """How close to a limit a share may come before it is worked out exactly: the more went into a part, the wider."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = near * np.maximum(1.0, np.where(amount > 0, gross / amount, np.inf))
    return ratio


def _finite(most: Floats, least: Floats) -> Floats:
    return np.where(np.isinf(most), least, most)


def _over(carried: Floats, amount: Floats) -> Floats:
    """How much more than its own amount a part may carry; nothing where that has no end."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(amount), 0.0, np.maximum(0.0, carried - amount))


def _times(left: Floats, right: Floats) -> Floats:
    """A product in which nothing times infinity is nothing."""
    with np.errstate(invalid="ignore"):
        product = left * right
    return np.where((left == 0) | (right == 0), 0.0, product)
