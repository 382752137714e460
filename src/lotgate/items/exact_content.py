"""The rules of `content` for single parts in exact numbers, used where a float could fall on the wrong side.

The code mirrors the sweep of `content` step by step and remembers what it has worked out. Numbers are decimals of as
many digits as it takes, or fractions where a rate of exchange is no decimal; None stands for infinity.
"""

from __future__ import annotations

from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lotgate.items.amounts import Amounts
from lotgate.items.graph import Graph

if TYPE_CHECKING:
    from lotgate.items.content import Counting

__all__ = ["Bound", "ExactContent"]

Bound = Fraction | None
Number = Any
"""A Decimal, a Fraction or 0, all of one kind within one roll-up."""
EXACT = Context(prec=100_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[DivisionByZero, Inexact, InvalidOperation, Overflow])
"""Decimal arithmetic that never rounds; it would raise instead."""
ZERO, ONE = Fraction(0), Fraction(1)


@lru_cache(maxsize=65536)
def _decimal(value: float) -> Decimal:
    return Decimal(repr(value))


def _terminating(factor: Fraction) -> Decimal | None:
    """The factor as a decimal, None where it has no end."""
    rest = factor.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    with localcontext(EXACT):
        return Decimal(factor.numerator) / Decimal(factor.denominator)


class ExactContent:
    """Content, what is carried, and shares of single parts, as exact bounds."""

    def __init__(self, graph: Graph, amounts: Amounts, drops: tuple[Fraction | None, ...], counting: Counting) -> None:
        self.graph, self.amounts, self.drops, self.counting = graph, amounts, drops, counting
        known = (*amounts.factors, *graph.values, *(drop for drop in drops if drop is not None))
        decimals = [_terminating(number) for number in known]
        self._in_decimals = None not in decimals
        self._factors = [self._number(factor) for factor in amounts.factors]
        self._drops = [None if drop is None else self._number(drop) for drop in drops]
        self._amount: dict[int, tuple[Number, Number]] = {}
        self._content: dict[tuple[int, int], tuple[Number, Number]] = {}
        self._carried: dict[tuple[int, int], tuple[Number, Number]] = {}

    def share(self, node: int, column: int, as_part: bool = False) -> tuple[Fraction, Fraction]:
        """Bounds of the share of one part; `as_part` reads a part without a bill as it counts inside others."""
        unknown = self.graph.blocked[node] or not (self.graph.has_parts[node] or self.counting.without_parts[node])
        if unknown and not as_part:
            return ZERO, ONE
        (low, high), (least, most) = self.content(node, column), self._amount[node]
        share_low = low / Fraction(most) if most else ZERO
        share_high = high / Fraction(least) if high is not None and least else ZERO if high == 0 else ONE
        return min(share_low, ONE), min(max(share_high, share_low), ONE)

    def content(self, node: int, column: int) -> tuple[Fraction, Bound]:
        """Bounds of the counted amount in one unit of a part."""
        self._work(node, column)
        return _fractions(self._content[node, column])

    def carried(self, node: int, column: int) -> tuple[Fraction, Bound]:
        """Bounds of what a part brings to a bill it stands in."""
        self._work(node, column)
        return _fractions(self._carried[node, column])

    def _number(self, value: Fraction) -> Number:
        return _terminating(value) if self._in_decimals else value

    def _of(self, value: float) -> Number:
        found = _decimal(value)
        return found if self._in_decimals else Fraction(found)

    def _work(self, node: int, column: int) -> None:
        """Work out a part and everything in its bill, components first."""
        if (node, column) in self._carried:
            return
        needed, todo = {node}, [node]
        while todo:
            part = todo.pop()
            if self.graph.blocked[part]:
                continue
            lines = self.graph.lines_of(part)
            for child in self.graph.component[lines.start : lines.stop].tolist():
                if child not in needed and (child, column) not in self._carried:
                    needed.add(child)
                    todo.append(child)
        with localcontext(EXACT):
            # components have lower numbers than what they are built into
            for part in sorted(needed):
                self._work_out(part, column)

    def _work_out(self, part: int, column: int) -> None:
        lines = [] if self.graph.blocked[part] else self._lines(part)
        if part not in self._amount:
            self._amount[part] = self._bounds(part, lines)
        self._content[part, column] = self._inside(part, column, lines)
        self._carried[part, column] = self._brings(part, column)

    def _lines(self, part: int) -> list[tuple[int, Number, Number]]:
        """Component, least and greatest quantity of each line, as far as amounts of parent and component compare."""
        lines = self.graph.lines_of(part)
        here = slice(lines.start, lines.stop)
        found: list[tuple[int, Number, Number]] = []
        for line, child, low, high, compare in zip(
            lines,
            self.graph.component[here].tolist(),
            self.graph.quantity_low[here].tolist(),
            self.graph.quantity_high[here].tolist(),
            self.amounts.compares(here).tolist(),
            strict=True,
        ):
            told = self.graph.exact_quantity(line)
            most = None if high == float("inf") else self._of(high) if told is None else self._number(told)
            if not compare:
                # across currencies without a rate an amount is nothing or more
                found.append((child, 0, 0 if most == 0 else None))
            else:
                found.append((child, self._of(low) if told is None else most, most))
        return found

    def _bounds(self, node: int, lines: list[tuple[int, Number, Number]]) -> tuple[Number, Number]:
        written = float(self.amounts.written[node])
        if written == written:
            amount = self._of(written) * self._factors[int(self.amounts.unit[node])]
            return amount, amount
        return sum(self._amount[child][0] * least for child, least, _ in lines), None

    def _inside(self, node: int, column: int, lines: list[tuple[int, Number, Number]]) -> tuple[Number, Number]:
        most = self._amount[node][1]
        if self.graph.blocked[node]:
            return 0, most
        if not lines:
            return 0, most if self.counting.opaque[node, column] else 0
        low, high, rest, excess, cost, endless, loose = 0, 0, 0, 0, 0, False, False
        for child, least, greatest in lines:
            carried_low, carried_high = self._carried[child, column]
            worth, full = self._amount[child][0] * least, self._amount[child][1]
            low += carried_low * least
            cost += worth
            if carried_high == 0 or greatest == 0:
                brought = 0
            elif carried_high is None or greatest is None:
                endless = True
                loose |= full is not None and (carried_high is None or carried_high > full)
                continue
            else:
                brought = carried_high * greatest
                high += brought
                excess += (carried_high - full) * greatest if full is not None and carried_high > full else 0
            if worth > brought:
                rest += worth - brought
        # what the price leaves, as in `sweep`
        if most is None or loose or cost > most:
            return low, None if endless else max(low, high)
        left = most - rest + excess
        return low, max(low, left if endless else min(high, left))

    def _brings(self, node: int, column: int) -> tuple[Number, Number]:
        low, high = self._content[node, column]
        least, most = self._amount[node]
        drop = self._drops[column]
        if drop is not None:
            under, over = self._over(node, column, drop)
            low, high = low if under else 0, high if over else 0
        choices: list[tuple[Number, Number]] = []
        if self.counting.open_may[node, column]:
            choices.append((low, high))
        if self.counting.count_may[node, column]:
            choices.append((least, most))
        if self.counting.stop_may[node, column]:
            choices.append((0, 0))
        tops = [top for _, top in choices]
        return min(bottom for bottom, _ in choices), None if None in tops else max(tops)

    def _over(self, node: int, column: int, drop: Number) -> tuple[bool, bool]:
        """Whether the bounds of a share are above a threshold under 1, without dividing."""
        (low, high), (least, most) = self._content[node, column], self._amount[node]
        under = bool(most) and low > drop * most
        if high is None or not least:
            return under, high != 0
        return under, under or high > drop * least


def _fractions(bounds: tuple[Number, Number]) -> tuple[Fraction, Bound]:
    low, high = bounds
    return Fraction(low), None if high is None else Fraction(high)
