"""Country names in several languages, as found in list cells, to ISO 3166-1 alpha-2 codes.

Names come from the Unicode CLDR territory names (`data/countries.csv`), with the official and older forms that the
lists use.
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files

from anyascii import anyascii

__all__ = ["codes", "countries_in", "country_code", "names_by_code"]


@cache
def names_by_code() -> dict[str, tuple[str, ...]]:
    """All names of each country by its code, English first."""
    text = files("lotgate.parties").joinpath("data/countries.csv").read_text(encoding="utf-8")
    table: dict[str, tuple[str, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        names = [row["en"], row["zh"], row["ru"], row["ja"], row["ar"], row["fa"], *row["others"].split(";")]
        table[row["code"]] = tuple(dict.fromkeys(name for name in names if name))
    return table


@cache
def codes() -> frozenset[str]:
    """The two-letter codes known here."""
    return frozenset(names_by_code())


def _fold(text: str) -> str:
    return anyascii(text).lower().replace("’", "'").replace(".", "").strip()


@cache
def _by_name() -> dict[str, str]:
    return {_fold(name): code for code, names in names_by_code().items() for name in names}


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted((name for name in _by_name() if len(name) > 3), key=len, reverse=True)
    return re.compile(r"(?<![a-z])(?:" + "|".join(re.escape(name) for name in longest_first) + r")(?![a-z])")


@lru_cache(maxsize=65536)
def country_code(text: str) -> str | None:
    """The code of a country given by its name or code; None where the text is not just one country."""
    stripped = text.strip()
    if len(stripped) == 2 and stripped.upper() in codes():
        return stripped.upper()
    return _by_name().get(_fold(stripped))


@lru_cache(maxsize=65536)
def countries_in(text: str) -> tuple[str, ...]:
    """The codes of all countries named in free text, in order, each once; longer names win over shorter ones."""
    whole = country_code(text)
    if whole:
        return (whole,)
    found = (_by_name()[hit.group(0)] for hit in _pattern().finditer(_fold(text)))
    return tuple(dict.fromkeys(found))
