"""Rates of exchange: which one counts on a day, in which direction, and when there is none."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotgate.items.rates import MAX_AGE, Rates

FEB, MARCH = date(2026, 2, 2), date(2026, 3, 2)


def rates(*rows: tuple[str, str, date, float], used: tuple[str, ...] = ("CNY", "EUR", "USD")) -> Rates:
    schema = {"currency": pl.String, "to_currency": pl.String, "date": pl.Date, "rate": pl.Float64}
    return Rates.of(pl.DataFrame(list(rows), schema=schema, orient="row"), used)


def test_a_rate_counts_in_both_directions_and_exactly() -> None:
    found = dict(rates(("EUR", "USD", MARCH, 1.08), ("EUR", "CNY", MARCH, 7.83)).on(MARCH))
    assert found == {"EUR": 1, "USD": 1 / Fraction("1.08"), "CNY": 1 / Fraction("7.83")}
    found = dict(rates(("USD", "CNY", MARCH, 7.1), ("EUR", "CNY", MARCH, 7.83)).on(MARCH))
    assert found == {"CNY": 1, "USD": Fraction("7.1"), "EUR": Fraction("7.83")}


@pytest.mark.parametrize(
    ("day", "worth"),
    [
        (FEB - timedelta(days=1), None),
        (FEB, "7.2"),
        (MARCH - timedelta(days=1), "7.2"),
        (MARCH, "7.1"),
        (MARCH + MAX_AGE, "7.1"),
        (MARCH + MAX_AGE + timedelta(days=1), None),
    ],
)
def test_the_latest_rate_on_or_before_the_day_counts_until_it_is_too_old(day: date, worth: str | None) -> None:
    held = rates(("USD", "CNY", MARCH, 7.1), ("USD", "CNY", FEB, 7.2), used=("USD", "CNY"))
    assert dict(held.on(day)).get("USD") == (None if worth is None else Fraction(worth))
    assert held.missing(day) == (("USD",) if worth is None else ())


def test_currencies_without_a_rate_are_named() -> None:
    held = rates(("USD", "CNY", MARCH, 7.1))
    assert held.missing(MARCH) == ("EUR",)
    assert rates().missing(MARCH) == ("CNY", "EUR", "USD")


def test_goods_priced_in_one_currency_need_no_rate() -> None:
    held = rates(("USD", "CNY", MARCH, 7.1), used=("USD",))
    assert (held.on(MARCH), held.missing(MARCH)) == ((), ())


@given(st.lists(st.integers(0, 120), min_size=1, max_size=30), st.sets(st.integers(0, 120), max_size=8))
def test_days_of_one_stretch_have_the_same_rates(days: list[int], quoted: set[int]) -> None:
    start = date(2026, 1, 1)
    held = rates(*(("USD", "CNY", start + timedelta(days=n), 7 + n / 100) for n in sorted(quoted)))
    wanted = [start + timedelta(days=n) for n in days]
    distinct, place = held.stretches(np.array(wanted, dtype="datetime64[D]"))
    assert [distinct[k] for k in place.tolist()] == [held.on(day) for day in wanted]
    assert len(distinct) == len(set(distinct))
