"""The rules of `content` for single parts in exact fractions, used where a float could fall on the wrong side.

The code mirrors the sweep of `content` step by step and remembers what it has worked out. None stands for infinity.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from lotgate.items.amounts import Amounts
from lotgate.items.graph import Graph
from lotgate.items.numbers import exact

if TYPE_CHECKING:
    from lotgate.items.content import Counting

__all__ = ["Bound", "ExactContent"]

Bound = Fraction | None
ZERO, ONE = Fraction(0), Fraction(1)


def _product(left: Bound, right: Bound) -> Bound:
    if left == 0 or right == 0:
        return ZERO
    return None if left is None or right is None else left * right


def _total(values: Iterable[Bound]) -> Bound:
    total = ZERO
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _least(left: Bound, right: Bound) -> Bound:
    return right if left is None else left if right is None else min(left, right)


def _most(left: Bound, right: Bound) -> Bound:
    return None if left is None or right is None else max(left, right)


class ExactContent:
    """Content, what is carried, and shares of single parts, as exact bounds."""

    def __init__(self, graph: Graph, amounts: Amounts, drops: tuple[Fraction | None, ...], counting: Counting) -> None:
        self.graph, self.amounts, self.drops, self.counting = graph, amounts, drops, counting
        self._amount: dict[int, tuple[Fraction, Bound]] = {}
        self._content: dict[tuple[int, int], tuple[Fraction, Bound]] = {}
        self._carried: dict[tuple[int, int], tuple[Fraction, Bound]] = {}

    def share(self, node: int, column: int, as_part: bool = False) -> tuple[Fraction, Fraction]:
        """Bounds of the share of one part; `as_part` reads a part without a bill as it counts inside others."""
        unknown = self.graph.blocked[node] or not (self.graph.has_parts[node] or self.counting.without_parts[node])
        if unknown and not as_part:
            return ZERO, ONE
        self._work(node, column)
        return self._ratio(node, column)

    def content(self, node: int, column: int) -> tuple[Fraction, Bound]:
        """Bounds of the counted amount in one unit of a part."""
        self._work(node, column)
        return self._content[node, column]

    def carried(self, node: int, column: int) -> tuple[Fraction, Bound]:
        """Bounds of what a part brings to a bill it stands in."""
        self._work(node, column)
        return self._carried[node, column]

    def _work(self, node: int, column: int) -> None:
        """Work out a part and everything in its bill, components first."""
        todo = [(node, False)]
        while todo:
            part, ready = todo.pop()
            if (part, column) in self._carried:
                continue
            if not ready and not self.graph.blocked[part]:
                todo.append((part, True))
                todo += [(int(self.graph.component[line]), False) for line in self.graph.lines_of(part)]
                continue
            self._amount[part] = self._bounds(part)
            self._content[part, column] = self._inside(part, column)
            self._carried[part, column] = self._brings(part, column)

    def _quantity(self, line: int) -> tuple[Fraction, Bound]:
        low = exact(float(self.graph.quantity_low[line]))
        high = float(self.graph.quantity_high[line])
        assert low is not None
        return low, None if high == float("inf") else exact(high)

    def _bounds(self, node: int) -> tuple[Fraction, Bound]:
        written = self.amounts.exact(node)
        if written is not None:
            return written, written
        total = ZERO
        if not self.graph.blocked[node]:
            for line in self.graph.lines_of(node):
                if self.amounts.compare(line):
                    total += self._amount[int(self.graph.component[line])][0] * self._quantity(line)[0]
        return total, None

    def _inside(self, node: int, column: int) -> tuple[Fraction, Bound]:
        most = self._amount[node][1]
        if self.graph.blocked[node]:
            return ZERO, most
        if not self.graph.has_parts[node]:
            return ZERO, most if self.counting.opaque[node, column] else ZERO
        low, highs, rest = ZERO, [], ZERO
        for line in self.graph.lines_of(node):
            child = int(self.graph.component[line])
            least, greatest = self._quantity(line)
            if not self.amounts.compare(line):
                least, greatest = ZERO, ZERO if greatest == 0 else None
            carried_low, carried_high = self._carried[child, column]
            high = _product(carried_high, greatest)
            low += carried_low * least
            highs.append(high)
            if high is not None:
                rest += max(ZERO, self._amount[child][0] * least - high)
        # parts that cost more than the price leave no room to reason from it: what is open may be all of it
        left = None if most is None else most if rest > most else most - rest
        return low, _most(low, _least(_total(highs), left))

    def _brings(self, node: int, column: int) -> tuple[Fraction, Bound]:
        low, high = self._content[node, column]
        drop_at = self.drops[column]
        if drop_at is not None:
            share_low, share_high = self._ratio(node, column)
            high = ZERO if share_high <= drop_at else high
            low = low if share_low > drop_at else ZERO
        least, most = self._amount[node]
        choices: list[tuple[Fraction, Bound]] = []
        if self.counting.open_may[node, column]:
            choices.append((low, high))
        if self.counting.count_may[node, column]:
            choices.append((least, most))
        if self.counting.stop_may[node, column]:
            choices.append((ZERO, ZERO))
        highest: Bound = ZERO
        for _, top in choices:
            highest = _most(highest, top)
        return min(bottom for bottom, _ in choices), highest

    def _ratio(self, node: int, column: int) -> tuple[Fraction, Fraction]:
        (low, high), (least, most) = self._content[node, column], self._amount[node]
        share_low = ZERO if most is None or most == 0 else low / most
        share_high = ONE if high is None or (least == 0 and high > 0) else high / least if least else ZERO
        return min(share_low, ONE), min(max(share_high, share_low), ONE)
