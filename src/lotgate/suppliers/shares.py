"""Declared compositions as one answer, `Nd 0.29; Dy 0.03; Co`, and when two of them agree."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lotgate.tables.vocabulary import ELEMENTS

__all__ = ["plain", "read_composition", "same_share", "says_no_number", "written_composition"]

SAME = 0.05
"""How far two declared shares of one substance may lie apart, relatively, and still be the same one rounded."""


_NO_NUMBER = ("trace", "traces", "balance", "bal", "bal.", "rest", "remainder", "余量", "微量", "痕量")


def says_no_number(text: str) -> bool:
    """Whether a share is told as a limit or in words: there is some of it, and nobody says how much."""
    return text.startswith(("<", ">", "≤", "≥", "~", "≈")) or text.lower() in _NO_NUMBER


def plain(share: Fraction | float) -> str:
    """A number as a cell holds it: at most ten significant digits."""
    return f"{float(share):.10g}"


def same_share(one: float | None, other: float | None) -> bool:
    """Whether two declared shares agree; a substance named without its share agrees with any share above zero."""
    if one is None or other is None:
        return one != 0 and other != 0
    return (one > 0) == (other > 0) and abs(one - other) <= SAME * max(one, other)


def read_composition(text: str) -> dict[str, float | None]:
    """Mass fraction by element symbol of an answer; ValueError where it is none."""
    shares: dict[str, float | None] = {}
    for part in (piece.split() for piece in text.replace("=", " ").replace("；", ";").split(";")):
        if not part:
            continue
        if len(part) > 2 or part[0] not in ELEMENTS:
            raise ValueError("expected element symbols with mass fractions, as Nd 0.29; Dy 0.03")
        share = float(part[1]) if len(part) == 2 else None
        if share is not None and not 0 <= share <= 1:
            raise ValueError(f"the mass fraction of {part[0]} is not from 0 to 1")
        shares[part[0]] = share
    return shares


def written_composition(shares: Mapping[str, float | None]) -> str:
    """The answer that holds these shares."""
    return "; ".join(name if share is None else f"{name} {plain(share)}" for name, share in shares.items())
