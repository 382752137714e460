"""Substances as suppliers name them, broken down into the elements that the table `composition` speaks of.

A declaration names a substance by CAS number, name or formula; laws name elements. Atomic weights are the abridged
standard values (IUPAC, Table of Standard Atomic Weights), CAS numbers those of the registry as printed on safety data
sheets. A mixture, a polymer or a trade name has no formula and gives nothing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files

__all__ = ["elements_of", "formula_shares", "rows_of"]

_STEP = re.compile(r"([A-Z][a-z]?)(\d*)|\(([^()]*)\)(\d*)")


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, Fraction]:
    return {row["symbol"]: Fraction(row["atomic_weight"]) for row in rows_of("elements.csv")}


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a data file of this room."""
    text = files("lotgate.suppliers").joinpath("data").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def _known() -> Mapping[str, str]:
    """Formula by every name and number a substance goes by."""
    known: dict[str, str] = {}
    for row in rows_of("compounds.csv"):
        for name in (row["cas"], row["en"], row["zh"]):
            if name:
                known.setdefault(name.lower(), row["formula"])
    for row in rows_of("elements.csv"):
        for name in (row["cas"], row["en"], row["zh"], f"{row['en']} metal", f"金属{row['zh']}"):
            known[name.lower()] = row["symbol"]
    return known | {"aluminum": "Al", "sulphur": "S", "cesium": "Cs"}


@lru_cache(maxsize=4096)
def formula_shares(formula: str) -> Mapping[str, Fraction] | None:
    """Mass fraction of every element of a formula such as `Dy2O3` or `Ca(OH)2`; None where it is no formula."""
    counts = _counts(formula.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")).replace(" ", ""))
    weights = _weights()
    if not counts or not all(symbol in weights for symbol in counts):
        return None
    masses = {symbol: weights[symbol] * count for symbol, count in counts.items()}
    whole = sum(masses.values())
    return {symbol: mass / whole for symbol, mass in masses.items()}


def _counts(formula: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    place = 0
    while place < len(formula):
        step = _STEP.match(formula, place)
        if step is None or step.end() == place:
            return {}
        place = step.end()
        symbol, times, group, repeated = step.groups()
        inner = {symbol: int(times or 1)} if symbol else _counts(group)
        if not inner:
            return {}
        for name, count in inner.items():
            counts[name] = counts.get(name, 0) + count * (1 if symbol else int(repeated or 1))
    return counts


def elements_of(name: str | None, cas: str | None = None) -> Mapping[str, Fraction] | None:
    """Mass fraction by element of a declared substance; None where neither number nor name tells.

    The CAS number speaks before the name. A name counts where it is an element, a compound known here or a formula.
    """
    known = _known()
    for text in (cas, name):
        cleaned = re.sub(r"\s+", " ", text or "").strip()
        cleaned = re.sub(r"^(?:CAS[ #:]*)", "", cleaned, flags=re.IGNORECASE)
        formula = known.get(cleaned.lower())
        if formula is None and text is name and "-" in cleaned:
            formula = known.get(cleaned.split("-")[0].strip().lower()) if cleaned.endswith("metal") else None
        if formula is not None:
            return formula_shares(formula)
    cleaned = re.sub(r"\s*\(.*?\)\s*$", "", (name or "").strip())
    return formula_shares(cleaned) or (known.get(cleaned.lower()) and formula_shares(known[cleaned.lower()])) or None
