"""Exact numbers behind the floats of the tables, and floats that compare with a limit as the exact number does.

A table cell has at most 15 significant digits, so its shortest decimal is what was written and a Fraction of it loses
nothing. Results leave as floats because columns are compared as floats; rounding is to nearest and therefore keeps
order, and the one way it can lie (two different numbers falling on one float) is mended against the limits in use.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

__all__ = ["Limit", "as_float", "exact", "limits_of"]

Limit = str | int | float | Fraction
"""A legal threshold: decimal text is best (`"5.92"`), a float is read as its shortest decimal."""


@lru_cache(maxsize=65536)
def _of_float(value: float) -> Fraction:
    return Fraction(Decimal(repr(value)))


def exact(value: Any) -> Fraction | None:
    """The number that was written, or None for unknown; NaN, the tables' form of `none`, is zero.

    Raises ValueError for infinities and for text that is no decimal.
    """
    if value is None or isinstance(value, Fraction):
        return value
    if isinstance(value, float):
        return Fraction(0) if math.isnan(value) else _of_float(value)
    return Fraction(Decimal(value) if isinstance(value, str) else value)


def limits_of(values: Iterable[Limit]) -> tuple[Fraction, ...]:
    """Limits as exact numbers, sorted, without repetition."""
    return tuple(sorted({number for value in values if (number := exact(value)) is not None}))


def as_float(value: Fraction | None, limits: Iterable[Fraction] = ()) -> float:
    """The float nearest a number (infinity for None, an open upper bound), comparison-safe against `limits`.

    For every limit, `float < limit`, `==` and `>` come out as for the exact numbers: if the two round to one float
    though they differ, the result is moved one step to its own side.
    """
    if value is None:
        return math.inf
    try:
        result = float(value)
    except OverflowError:
        return math.inf
    for limit in limits:
        if value != limit and result == float(limit):
            return math.nextafter(result, math.inf if value > limit else -math.inf)
    return result
