"""A slow reference for the content of bills: plain recursion in fractions, as docs/content.md tells the rules.

It shares no code with what it checks. Quantities are in the unit of their component before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

Bound = Fraction | None
"""None: without end."""
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Part:
    """A part of a bill: what it costs (None: unknown) in which currency, what it may do, and its lines."""

    price: Decimal | None
    does: str = "open"
    opaque: bool = False
    lines: tuple[tuple[str, Decimal | Fraction | None], ...] = ()
    currency: str | None = "USD"


Bill = dict[str, Part]


def times(left: Bound, right: Bound) -> Bound:
    if ZERO in (left, right):
        return ZERO
    return None if left is None or right is None else left * right


class Slow:
    """Shares of one bill in one column; `worth` is what one unit of each currency with a rate is in the common one."""

    def __init__(self, bill: Bill, drop: object = None, worth: Mapping[str, Fraction] | None = None) -> None:
        self.bill, self.worth = bill, worth or {}
        self.drop = None if drop is None else Fraction(str(drop))
        self.blocked = {name for name in bill if self.meets_itself(name, ())}

    def meets_itself(self, name: str, above: tuple[str, ...]) -> bool:
        """Whether a part is in a cycle or contains one."""
        return name in above or any(self.meets_itself(child, (*above, name)) for child, _ in self.bill[name].lines)

    @cache  # noqa: B019 - lives as long as the test
    def kind(self, name: str) -> str | None:
        """The money a part's amount compares in; one without price and currency takes that of all its parts."""
        part = self.bill[name]
        if part.currency is not None:
            return "common" if part.currency in self.worth else part.currency
        if part.price is not None or not part.lines or name in self.blocked:
            return None
        below = {self.kind(child) for child, _ in part.lines}
        return below.pop() if len(below) == 1 else None

    def lines(self, name: str) -> list[tuple[str, Fraction, Bound]]:
        """Each component with its least and greatest quantity; between two moneys everything is possible."""
        found: list[tuple[str, Fraction, Bound]] = []
        for child, given in self.bill[name].lines:
            least, most = (ZERO, None) if given is None else (Fraction(given), Fraction(given))
            if self.kind(name) is None or self.kind(name) != self.kind(child):
                least, most = ZERO, most if most == 0 else None
            found.append((child, least, most))
        return found

    @cache  # noqa: B019
    def amount(self, name: str) -> tuple[Fraction, Bound]:
        part = self.bill[name]
        if part.price is not None:
            whole = Fraction(part.price) * self.worth.get(part.currency or "", ONE)
            return whole, whole
        if name in self.blocked:
            return ZERO, None
        return sum((self.amount(child)[0] * least for child, least, _ in self.lines(name)), ZERO), None

    @cache  # noqa: B019
    def content(self, name: str) -> tuple[Fraction, Bound]:
        part, most = self.bill[name], self.amount(name)[1]
        if name in self.blocked:
            return ZERO, most
        if not part.lines:
            return ZERO, most if part.opaque else ZERO
        low, high, other, cost = ZERO, ZERO, ZERO, ZERO
        more: Bound = ZERO
        endless = False
        for child, fewest, greatest in self.lines(name):
            least, top = self.brings(child)
            low += least * fewest
            cost += self.amount(child)[0] * fewest
            brought, full = times(top, greatest), self.amount(child)[1]
            if full is not None:
                over = times(None if top is None else max(ZERO, top - full), greatest)
                more = None if more is None or over is None else more + over
            if brought is None:
                endless = True
            else:
                high += brought
                other += max(ZERO, self.amount(child)[0] * fewest - brought)
        bounds = [] if endless else [high]
        if most is not None and more is not None and cost <= most:
            bounds.append(most - other + more)
        return low, max(low, min(bounds)) if bounds else None

    def share(self, name: str) -> tuple[Fraction, Fraction]:
        if name in self.blocked or not self.bill[name].lines:
            return ZERO, ONE
        return self.inner_share(name)

    def inner_share(self, name: str) -> tuple[Fraction, Fraction]:
        """The share as it counts inside another part, where a part without a bill may be taken as known."""
        (least, most), (low, high) = self.amount(name), self.content(name)
        under = low / most if most else ZERO
        over = high / least if high is not None and least else Fraction(int(high != 0))
        return min(under, ONE), min(max(over, under), ONE)

    @cache  # noqa: B019
    def brings(self, name: str) -> tuple[Fraction, Bound]:
        part, ways = self.bill[name], []
        if "open" in part.does:
            low, high = self.content(name)
            if self.drop is not None:
                under, over = self.inner_share(name)
                low, high = (low if under > self.drop else ZERO), (high if over > self.drop else ZERO)
            ways.append((low, high))
        if "count" in part.does:
            ways.append(self.amount(name))
        if "stop" in part.does:
            ways.append((ZERO, ZERO))
        tops = [high for _, high in ways]
        return min(low for low, _ in ways), None if None in tops else max(top for top in tops if top is not None)
