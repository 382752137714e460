"""Any bill at all, drawn by hypothesis, against the slow reference: units, five currencies with dated rates, empty
cells, cycles, shared sub-assemblies, second incorporation; and the same bill written in another way.

`LOTGATE_BILLS=10000 pytest tests/items/test_any_bill.py` draws ten thousand bills in each test.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from counted import COLUMNS, counting_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slow_content import Part, Slow

from lotgate.items.amounts import Amounts
from lotgate.items.content import Column, Shares, value_shares
from lotgate.items.graph import Graph
from lotgate.items.measures import in_own_units
from lotgate.items.rates import Rates

many = settings(
    max_examples=int(os.environ.get("LOTGATE_BILLS", "150")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
DAY = date(2026, 3, 20)
FACTORS = {
    "mass": {"KGM": "1", "GRM": "0.001", "TNE": "1000", "LBR": "0.45359237", "ONZ": "0.028349523125"},
    "count": {"C62": "1", "DZN": "12", "GRO": "144", "MIL": "1000"},
    "length": {"MTR": "1", "CMT": "0.01", "INH": "0.0254", "FOT": "0.3048"},
}
"""Written out anew: the reference takes nothing from what it checks."""
CURRENCIES = ("USD", "CNY", "EUR", "JPY", "MYR")


@dataclass(frozen=True)
class Goods:
    """A part as tables write it; `lines` are component, quantity and unit."""

    price: Decimal | None
    currency: str | None
    unit: str | None
    mass: Decimal | None
    does: str
    opaque: bool
    lines: tuple[tuple[str, Decimal | None, str | None], ...] = ()


Goodses = dict[str, Goods]
Quote = tuple[str, str, date, Decimal]


def dimension(unit: str | None) -> str:
    return next(name for name, units in FACTORS.items() if (unit or "C62") in units)


def per_own(unit: str | None, part: Goods) -> Fraction | None:
    """How many of the component's own units one unit of a line is; None where its mass would have to tell."""
    if unit is None:
        return Fraction(1)
    factor = Fraction(FACTORS[dimension(unit)][unit])
    own = part.unit or "C62"
    if dimension(unit) == dimension(own):
        return factor / Fraction(FACTORS[dimension(own)][own])
    return None if part.mass is None else factor / Fraction(part.mass)


# ---- drawing ---------------------------------------------------------------------------------------------------------

QUANTITIES = st.sampled_from([Decimal(one) for one in ("1", "1", "2", "3", "0.5", "0.04", "0.005", "12", "250")])
DOES = st.sampled_from(["open"] * 4 + ["count", "stop", "open count", "open stop", "open count stop"])


@st.composite
def quotes(draw: st.DrawFn) -> tuple[Quote, ...]:
    """Rates of some days to or from one common currency; some too old, some of a later day, some missing."""
    common = draw(st.sampled_from(["USD", "EUR", "CHF"]))
    found: dict[tuple[str, date], Quote] = {}
    for other in CURRENCIES:
        for age in draw(st.lists(st.sampled_from([-3, 0, 1, 20, 31, 32, 400]), max_size=2)) if other != common else []:
            rate = draw(st.sampled_from([Decimal(one) for one in ("0.5", "3", "7.3", "160", "0.0125", "1")]))
            day = DAY - timedelta(days=age)
            pair = draw(st.sampled_from([(common, other), (other, common)]))
            found[other, day] = (*pair, day, rate)
    return tuple(found.values())


@st.composite
def bills(draw: st.DrawFn) -> Goodses:
    """Up to eight parts; some prices put a share exactly on a limit; sometimes a line closes a cycle."""
    found: Goodses = {}
    one_money = draw(st.booleans())
    for number in range(draw(st.integers(2, 8))):
        currency = "USD" if one_money else draw(st.sampled_from([*CURRENCIES, "USD", "USD", None]))
        unit = draw(st.sampled_from([None, None, None, "C62", "KGM", "GRM", "LBR", "DZN", "MIL", "MTR", "INH"]))
        weighs = draw(st.sampled_from([None, Decimal("0.3"), Decimal("2")])) if dimension(unit) == "count" else None
        lines = []
        for child in draw(st.lists(st.sampled_from(sorted(found)), max_size=4)) if found else []:
            kinds = [dimension(found[child].unit)] * 3 + (["mass"] if dimension(found[child].unit) == "count" else [])
            units = [None, None, *FACTORS[draw(st.sampled_from(kinds))]]
            given = None if draw(st.integers(0, 19)) == 0 else draw(QUANTITIES)
            lines.append((child, given, draw(st.sampled_from(units))))
        price = draw(st.one_of(st.none(), st.integers(1, 400_000).map(lambda cents: Decimal(cents) / 100)))
        if lines and draw(st.booleans()):
            # the amount of the first line at a tenth of a percent, ten percent, a quarter or all of the price
            child, quantity, line_unit = lines[0]
            times, inside = per_own(line_unit, found[child]), found[child].price
            if times is not None and inside is not None and quantity is not None:
                worth = times * Fraction(quantity) * Fraction(inside) * draw(st.sampled_from([1, 4, 10, 1000]))
                price = Decimal(f"{float(worth):.12g}") or price
        found[f"p{number}"] = Goods(price, currency, unit, weighs, draw(DOES), draw(st.booleans()), tuple(lines))
    if draw(st.integers(0, 9)) == 0:
        name, child = draw(st.sampled_from(sorted(found))), draw(st.sampled_from(sorted(found)))
        found[name] = replace(found[name], lines=(*found[name].lines, (child, Decimal(1), None)))
    return found


# ---- what the program makes of it, and what the reference does -------------------------------------------------------


def shares_of(bill: Goodses, rates: Sequence[Quote], engine: str) -> Shares:
    bom_columns = {"parent": pl.String, "component": pl.String, "quantity": pl.Float64, "unit": pl.String}
    lines = [
        (name, child, None if quantity is None else float(quantity), unit)
        for name, part in bill.items()
        for child, quantity, unit in part.lines
    ]
    columns = {"item": pl.String, "unit": pl.String, "unit_mass_kg": pl.Float64, "unit_value": pl.Float64}
    rows = [
        (name, part.unit, *(None if one is None else float(one) for one in (part.mass, part.price)), part.currency)
        for name, part in bill.items()
    ]
    items = pl.DataFrame(rows, schema={**columns, "currency": pl.String}, orient="row")
    made = in_own_units(pl.DataFrame(lines, schema=bom_columns, orient="row"), items)
    graph = Graph.build(made.lines, items["item"], made.exactly, made.values)
    quoted = [(one, other, day, float(rate)) for one, other, day, rate in rates]
    table = {"currency": pl.String, "to_currency": pl.String, "date": pl.Date, "rate": pl.Float64}
    used = {part.currency for part in bill.values() if part.currency}
    on_day = dict(Rates.of(pl.DataFrame(quoted, schema=table, orient="row"), used).on(DAY))
    counting = counting_of([bill[name] for name in graph.names])
    return value_shares(graph, Amounts.of(graph, items, rates=on_day), counting, COLUMNS, engine=engine)


def worth_on(rates: Sequence[Quote], day: date) -> Mapping[str, Fraction]:
    """What one unit of each currency is in the common one, by the latest rate of the 31 days up to a day."""
    pairs = {frozenset(one[:2]) for one in rates}
    common = min(frozenset.intersection(*pairs), default=None) if pairs else None
    found = {} if common is None else {common: Fraction(1)}
    for one, other, quoted, rate in sorted(rates, key=lambda row: row[2]):
        if quoted <= day <= quoted + timedelta(days=31):
            found[other if one == common else one] = 1 / Fraction(rate) if one == common else Fraction(rate)
    return found


def reference(bill: Goodses, rates: Sequence[Quote], column: Column) -> Slow:
    def own(child: str, quantity: Decimal | None, unit: str | None) -> Fraction | None:
        times = per_own(unit, bill[child])
        return None if times is None or quantity is None else Fraction(quantity) * times

    parts = {
        name: Part(
            part.price,
            part.does,
            part.opaque,
            tuple((child, own(child, quantity, unit)) for child, quantity, unit in part.lines),
            part.currency,
        )
        for name, part in bill.items()
    }
    return Slow(parts, column.drop_at, worth_on(rates, DAY))


def side(value: Fraction | float, limit: object) -> int:
    other = Fraction(str(limit)) if isinstance(value, Fraction) else float(str(limit))
    return (value > other) - (value < other)


@many
@given(bills(), quotes(), st.sampled_from(["numpy", "compiled"]))
def test_any_bill_equals_the_slow_reference(bill: Goodses, rates: tuple[Quote, ...], engine: str) -> None:
    found = shares_of(bill, rates, engine)
    for position, column in enumerate(COLUMNS):
        slow = reference(bill, rates, column)
        for name in bill:
            truth = slow.share(name)
            assert found.exact(name, column.name) == truth, (name, column.name)
            number = found.graph.number_of[name]
            for quick, bound in zip((found.low, found.high), truth, strict=True):
                value = float(quick[number, position])
                assert abs(value - float(bound)) <= 1e-12, (name, column.name)
                for limit in column.limits:
                    assert side(value, limit) == side(bound, limit), (name, column.name)
    assert set(found.graph.names.filter(pl.Series(found.graph.blocked))) == slow.blocked


@many
@given(bills(), quotes(), st.sampled_from(["numpy", "compiled"]), st.data())
def test_a_bill_written_in_another_way_has_the_same_content(
    bill: Goodses, rates: tuple[Quote, ...], engine: str, data: st.DataObject
) -> None:
    """A line split in two of other units, and a part put into a kit of its own that costs what the part does."""
    having = [name for name, part in bill.items() if part.lines]
    if not having:
        return
    name = data.draw(st.sampled_from(having))
    lines = list(bill[name].lines)
    child, quantity, unit = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
    inside = bill[child]
    halves = [(child, None if quantity is None else quantity / 2, unit)] * 2
    other = data.draw(st.sampled_from(sorted(FACTORS[dimension(unit or inside.unit)])))
    factor = Fraction(FACTORS[dimension(other)][unit or inside.unit or "C62"]) / Fraction(
        FACTORS[dimension(other)][other]
    )
    told = None if quantity is None else Fraction(quantity) / 2 * factor
    if told is not None and told == Fraction(f"{float(told):.15g}"):
        halves[1] = (child, Decimal(f"{float(told):.15g}"), other)
    split = bill | {name: replace(bill[name], lines=(*lines, *halves))}
    kit = replace(inside, does="open", opaque=False, lines=((child, Decimal(1), None),))
    nested = bill | {"kit": kit, name: replace(bill[name], lines=(*lines, ("kit", quantity, unit)))}
    plain, cut, wrapped = (shares_of(one, rates, engine) for one in (bill, split, nested))
    for part in bill:
        for column in COLUMNS:
            assert cut.exact(part, column.name) == plain.exact(part, column.name), (part, column.name)
        # what a kit is by itself matters where the law looks at second incorporation, not for announcement 61
        assert wrapped.exact(part, "cn") == plain.exact(part, "cn"), part


@many
@given(bills(), quotes(), st.sampled_from(["numpy", "compiled"]), st.data())
def test_bounds_hold_whatever_comes_to_be_known(
    bill: Goodses, rates: tuple[Quote, ...], engine: str, data: st.DataObject
) -> None:
    """What a part does, once known, gives bounds inside those before: also where parts cost more than the whole."""
    known = {
        name: replace(
            part, does=data.draw(st.sampled_from(part.does.split())), opaque=part.opaque and data.draw(st.booleans())
        )
        for name, part in bill.items()
    }
    before, after = (shares_of(one, rates, engine) for one in (bill, known))
    for name in bill:
        for column in COLUMNS:
            (low, high), (least, most) = before.exact(name, column.name), after.exact(name, column.name)
            assert low <= least <= most <= high, (name, column.name)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_kit_does_not_hide_parts_dearer_than_their_price(engine: str) -> None:
    """A module of 5 cents with a counted part of 10 dollars in it, all of what holds it may count."""

    def part(price: str, does: str = "open", **lines: str) -> Goods:
        told = tuple((name, Decimal(quantity), None) for name, quantity in lines.items())
        return Goods(Decimal(price), "USD", None, None, does, False, told)

    bill = {"chip": part("10", "count"), "module": part("0.05", "open stop", chip="1"), "kit": part("0.05", module="1")}
    for inside in ("module", "kit"):
        found = shares_of(bill | {"top": part("0.5", **{inside: "1"})}, (), engine)
        assert found.exact("top", "cn") == (0, 1)
        assert found.high[found.graph.number_of["top"], 0] == 1
