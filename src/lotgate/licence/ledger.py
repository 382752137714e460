"""How much of a licence is taken: reservations, what was cleared, what was given back. Decimals, never floats.

For every prefix of the log: 0 <= reserved + cleared - released - contra <= granted * (1 + tolerance). Each figure only
ever grows; what undoes a use is an entry of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

from lotgate.law import Text
from lotgate.tables.vocabulary import UNITS, convert

__all__ = ["Ledger", "converted", "number", "written"]


def number(text: str) -> Decimal:
    """The decimal a text writes; ValueError for anything else, NaN and infinities included."""
    try:
        value = Decimal(text)
    except ArithmeticError:
        raise ValueError(f"{text!r} is not a decimal number") from None
    if not value.is_finite():
        raise ValueError(f"{text!r} is not a finite number")
    return value


_WRITTEN = Context(prec=60)


def written(value: Decimal | Fraction) -> str:
    """The shortest plain text of a decimal: no exponent, no trailing zeros; ValueError where it has no exact one."""
    exact = _decimal(value) if isinstance(value, Fraction) else value
    text = format(exact.normalize(_WRITTEN), "f")
    return "0" if text in ("-0", "0") else text


def converted(quantity: Decimal, from_unit: str, to_unit: str) -> Decimal | Text:
    """The exact quantity in another unit of the same dimension, or the reason why there is none."""
    if from_unit == to_unit:
        return quantity
    if from_unit not in UNITS or to_unit not in UNITS or UNITS[from_unit].dimension != UNITS[to_unit].dimension:
        return Text(
            f"{from_unit} cannot be converted into {to_unit}: they measure different things",
            f"{from_unit} 与 {to_unit} 量纲不同，不能换算",
        )
    try:
        return _decimal(convert(Fraction(quantity), from_unit, to_unit))
    except ValueError:
        return Text(
            f"{quantity} {from_unit} is no exact number of {to_unit}; declare it in {to_unit}",
            f"{quantity} {from_unit} 不能精确换算为 {to_unit}；请以 {to_unit} 申报",
        )


DIGITS = 40


def _decimal(value: Fraction) -> Decimal:
    """The fraction as a decimal if it is one; ValueError if its decimals never end."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        raise ValueError(f"{value} has no end of decimals")
    with localcontext() as context:
        context.prec = DIGITS
        return Decimal(value.numerator) / Decimal(value.denominator)


@dataclass(frozen=True)
class Ledger:
    """The account of one licence in its own unit. `open` holds the reservations by clearance, `uses` counts exits."""

    granted: Decimal
    unit: str
    tolerance: Decimal
    reserved: Decimal = Decimal(0)
    cleared: Decimal = Decimal(0)
    released: Decimal = Decimal(0)
    contra: Decimal = Decimal(0)
    uses: int = 0
    max_uses: int | None = None
    partial_use: bool = True
    open: Mapping[str, Decimal] = None  # type: ignore[assignment]

    @staticmethod
    def of(facts: Mapping[str, Any]) -> Ledger:
        """The account kept among the facts of a licence."""
        book = facts["ledger"]
        figures = {name: Decimal(book[name]) for name in ("reserved", "cleared", "released", "contra")}
        held = {clearance: Decimal(quantity) for clearance, quantity in book["open"].items()}
        return Ledger(
            Decimal(facts["quantity"]), facts["unit"], Decimal(facts["tolerance"]), **figures, uses=book["uses"],
            max_uses=facts["max_uses"], partial_use=facts["partial_use"], open=held,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The part of the account that changes, as kept among the facts."""
        return {
            "reserved": written(self.reserved),
            "cleared": written(self.cleared),
            "released": written(self.released),
            "contra": written(self.contra),
            "uses": self.uses,
            "open": {clearance: written(quantity) for clearance, quantity in self.open.items()},
        }

    @property
    def most(self) -> Decimal:
        """The most that may ever be taken: the grant with its tolerance."""
        return self.granted * (1 + self.tolerance)

    @property
    def taken(self) -> Decimal:
        """What is reserved or has left, less what was given back."""
        return self.reserved + self.cleared - self.released - self.contra

    @property
    def left(self) -> Decimal:
        """What of the grant may still be reserved; tolerance is no grant, so it is not offered."""
        return max(Decimal(0), self.granted - self.taken)

    @property
    def uses_left(self) -> int | None:
        """How many more exports may be started, open reservations counted; None for no limit."""
        return None if self.max_uses is None else max(0, self.max_uses - self.uses - len(self.open))

    @property
    def whole(self) -> bool:
        """Whether the invariant holds."""
        return 0 <= self.taken <= self.most

    def spent_by(self, clearance: str, quantity: Decimal) -> bool:
        """Whether clearing this reservation with this quantity leaves nothing more to use."""
        if not self.partial_use or (self.max_uses is not None and self.uses + 1 >= self.max_uses):
            return True
        others = sum((held for name, held in self.open.items() if name != clearance), Decimal(0))
        gone = self.cleared - self.contra + quantity
        return gone + others >= self.granted and not others
