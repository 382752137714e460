"""The closed lists, and conversion inside one dimension."""

from __future__ import annotations

from fractions import Fraction

import pytest

from lotgate.tables.schema import TABLES
from lotgate.tables.vocabulary import (
    COUNTRIES,
    COUNTRY_HINTS,
    CURRENCIES,
    ELEMENTS,
    UNIT_HINTS,
    UNITS,
    convert,
    nearest,
)


def test_lists_are_whole() -> None:
    assert len(COUNTRIES) == 249
    assert {"NO", "HK", "MO", "TW", "GB"} <= set(COUNTRIES)
    assert not {"UK", "EU", "XK", "SU", "YU"} & set(COUNTRIES)
    assert len(ELEMENTS) == len(set(ELEMENTS)) == 118
    assert ELEMENTS[65] == "Dy"
    assert {"CNY", "USD", "EUR", "JPY", "KRW", "TWD"} <= CURRENCIES
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)


def test_hints_lead_to_known_values() -> None:
    assert set(COUNTRY_HINTS.values()) <= set(COUNTRIES)
    assert set(UNIT_HINTS.values()) <= set(UNITS)
    assert not set(COUNTRY_HINTS) & set(COUNTRIES)


@pytest.mark.parametrize(
    ("quantity", "source", "target", "result"),
    [
        (Fraction(3, 2), "TNE", "KGM", Fraction(1500)),
        (1, "LBR", "KGM", Fraction("0.45359237")),
        (1, "KGM", "MGM", Fraction(1_000_000)),
        (2, "DZN", "H87", Fraction(24)),
        (1, "C62", "EA", Fraction(1)),
        (1, "INH", "MMT", Fraction("25.4")),
        (1, "KWH", "JOU", Fraction(3_600_000)),
        (1, "GLL", "INQ", Fraction(231)),
        (1, "ACR", "FTK", Fraction(43560)),
        (1, "MIK", "ACR", Fraction(640)),
        (1, "STN", "LBR", Fraction(2000)),
        (1, "BLL", "GLL", Fraction(42)),
        (1, "ANN", "MON", Fraction(12)),
    ],
)
def test_conversion_is_exact(quantity: Fraction, source: str, target: str, result: Fraction) -> None:
    assert convert(quantity, source, target) == result
    assert convert(result, target, source) == quantity


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [("KGM", "C62", "KGM is a unit of mass, C62 of count"), ("kg", "KGM", "nearest KGM"), ("KGM", "ZZZ", "'ZZZ'")],
)
def test_conversion_refuses(source: str, target: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        convert(1, source, target)


def test_nearest_knows_when_to_be_silent() -> None:
    assert nearest("Civilian", ["civil", "military"]) == "civil"
    assert nearest("zzzzz", ["civil", "military"]) is None
    assert nearest("x", []) is None


def test_every_column_is_explained_in_both_languages() -> None:
    for table in TABLES.values():
        assert table.en
        assert table.zh
        assert len(set(table.names)) == len(table.names)
        for column in table.columns:
            assert column.en.isascii() or "²" in column.en
            assert not column.zh.isascii()
            for word, (en, zh) in (column.words or {}).items():
                assert word
                assert en
                assert zh
            if column.refers:
                assert TABLES[column.refers].key
