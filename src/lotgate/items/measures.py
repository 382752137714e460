"""Bills whose lines are in other units than their components are priced in: every quantity in the component's own unit.

A unit turns into another of the same dimension, exactly. Between dimensions there is one bridge, from mass: so many
kilograms of a part are so many of it as its own mass says. Where that is unknown the quantity is too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import polars as pl

from lotgate.items.interning import Numbers
from lotgate.items.numbers import as_float, exact
from lotgate.tables.vocabulary import PIECE, UNITS, convert

__all__ = ["Bill", "in_own_units", "unit_masses"]

KILOGRAM = "KGM"
_KEYS = ("quantity", "unit", "own", "mass")


@dataclass(frozen=True)
class Bill:
    """The lines of a bill in the units of their components.

    A converted quantity that no float writes out, as 1/3 or three ounces in kilograms, stands in `values`; `exactly`
    has for each line its place there, -1 where the float says it.
    """

    lines: pl.DataFrame
    exactly: Numbers | None = None
    values: tuple[Fraction, ...] = ()


def in_own_units(bom: pl.DataFrame, items: pl.DataFrame) -> Bill:
    """The bill of checked tables `bom` and `items`, in the units of its components."""
    if bom["unit"].null_count() == bom.height:
        return Bill(bom)
    own = items.select(component="item", own=pl.col("unit").fill_null(PIECE), mass="unit_mass_kg")
    lines = bom.join(own, on="component", how="left", maintain_order="left")
    distinct = lines.select(_KEYS).unique(maintain_order=True)
    values: dict[Fraction, int] = {}
    quantities, places = [], []
    for quantity, unit, other, mass in distinct.iter_rows():
        number = _converted(exact(quantity), unit, other, exact(mass))
        found = None if number is None else as_float(number)
        quantities.append(found)
        told = number is None or number == exact(found)
        places.append(-1 if told or number is None else values.setdefault(number, len(values)))
    made = distinct.with_columns(
        converted=pl.Series(quantities, dtype=pl.Float64), exactly=pl.Series(places, dtype=pl.Int32)
    )
    lines = lines.join(made, on=_KEYS, how="left", nulls_equal=True, maintain_order="left")
    whole = lines.select("parent", "component", quantity="converted")
    return Bill(whole, lines["exactly"].to_numpy().astype(np.int32) if values else None, tuple(values))


def _converted(quantity: Fraction | None, unit: str | None, own: str | None, mass: Fraction | None) -> Fraction | None:
    """A quantity in the component's own unit; None where its mass would have to tell and is unknown."""
    if quantity is None or unit is None or unit == own:
        return quantity
    if own is not None and UNITS[unit].dimension == UNITS[own].dimension:
        return convert(quantity, unit, own)
    return convert(quantity, unit, KILOGRAM) / mass if mass else None


def unit_masses(items: pl.DataFrame) -> pl.DataFrame:
    """The items with the mass of one unit filled in for what is priced by mass."""
    known = {code: as_float(unit.factor) for code, unit in UNITS.items() if unit.dimension == "mass"}
    by_mass = pl.col("unit").replace_strict(known, default=None, return_dtype=pl.Float64)
    return items.with_columns(pl.coalesce(by_mass, "unit_mass_kg").alias("unit_mass_kg"))
