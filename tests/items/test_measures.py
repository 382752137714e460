"""Bills in other units than their components are priced in: exact inside one dimension, by mass between two."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lotgate.items import kept_graph
from lotgate.items.amounts import Amounts
from lotgate.items.content import Column, Counting, value_shares
from lotgate.items.graph import Graph
from lotgate.items.measures import in_own_units, unit_masses
from lotgate.tables.vocabulary import UNITS

Line = tuple[str, str, float, str | None]
Item = tuple[str, str | None, float | None]
ITEMS: list[Item] = [("kit", None, None), ("wire", "KGM", None), ("screw", "MIL", 2.0), ("cable", "MTR", None)]


def tables(lines: list[Line], items: list[Item]) -> tuple[pl.DataFrame, pl.DataFrame]:
    bom = {"parent": pl.String, "component": pl.String, "quantity": pl.Float64, "unit": pl.String}
    item = {"item": pl.String, "unit": pl.String, "unit_mass_kg": pl.Float64}
    return pl.DataFrame(lines, schema=bom, orient="row"), pl.DataFrame(items, schema=item, orient="row")


def quantity(line: Line, items: list[Item] = ITEMS) -> Fraction | None:
    """The converted quantity of one line, through the graph."""
    bom, table = tables([line], items)
    bill = in_own_units(bom, table)
    graph = Graph.build(bill.lines, table["item"], bill.exactly, bill.values)
    told = graph.exact_quantity(0)
    if told is None and graph.quantity_low[0] == graph.quantity_high[0]:
        return Fraction(str(graph.quantity_low[0]))
    return told


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (("kit", "wire", 250, "GRM"), "1/4"),
        (("kit", "wire", 3, "ONZ"), "0.085048569375"),
        (("kit", "wire", 7, "LBR"), "3.17514659"),
        (("kit", "wire", 0.002, "TNE"), "2"),
        (("kit", "wire", 5, None), "5"),
        (("kit", "screw", 6, "C62"), "0.006"),
        (("kit", "screw", 2, "DZN"), "0.024"),
        (("kit", "cable", 30, "CMT"), "0.3"),
        (("kit", "cable", 1, "INH"), "0.0254"),
        (("wire", "kit", 2, "EA"), "2"),
        # 50 g of screws, a thousand of which weigh 2 kg
        (("kit", "screw", 50, "GRM"), "0.025"),
        (("kit", "screw", 1, "LBR"), "0.226796185"),
    ],
)
def test_a_quantity_is_converted_exactly(line: Line, expected: str) -> None:
    assert quantity(line) == Fraction(expected)


def test_what_no_float_says_is_kept_as_a_fraction() -> None:
    assert quantity(("kit", "nut", 1, "KGM"), [("kit", None, None), ("nut", "C62", 0.3)]) == Fraction(10, 3)
    assert quantity(("kit", "pen", 7, "C62"), [("kit", None, None), ("pen", "GRO", None)]) == Fraction(7, 144)


def test_a_mass_without_the_mass_of_one_is_an_unknown_quantity() -> None:
    assert quantity(("kit", "nut", 1, "KGM"), [("kit", None, None), ("nut", "C62", None)]) is None


def test_what_is_priced_by_mass_has_its_mass() -> None:
    _, items = tables([], [("wire", "LBR", None), ("ring", "GRM", None), ("nut", None, 0.2), ("bolt", "C62", None)])
    assert unit_masses(items)["unit_mass_kg"].to_list() == [0.45359237, 0.001, 0.2, None]


def test_random_bills_in_any_units_equal_the_reference_in_fractions() -> None:
    """Shares of half a thousand bills, some exactly on a level, whatever unit each line is written in."""
    codes = {dimension: [c for c, u in UNITS.items() if u.dimension == dimension] for dimension in ("mass", "count")}
    column = Column("cn", limits=("0.001",))
    for seed in range(500):
        draw = random.Random(seed)
        lines: list[Line] = []
        items: list[Item] = [("top", None, None)]
        prices, expected, whole = [1.0], Fraction(0), Fraction(0)
        for number in range(draw.randint(1, 5)):
            name, dimension = f"part{number}", draw.choice(["mass", "count"])
            own, unit = (draw.choice(codes[dimension]) for _ in range(2))
            mass = draw.choice([0.3, 0.25, 7.0]) if dimension == "count" and draw.random() < 0.4 else None
            if mass is not None:
                unit = draw.choice(codes["mass"])
            amount, price = draw.randint(1, 40) / draw.choice([1, 2, 8, 10]), draw.randint(1, 900) / 100
            written = Fraction(str(amount)) * UNITS[unit].factor
            worth = written / (Fraction(str(mass)) if mass else UNITS[own].factor) * Fraction(str(price))
            whole += worth
            expected += worth if number == 0 else 0
            lines.append(("top", name, amount, unit))
            items.append((name, own, mass))
            prices.append(price)
        # the price of the whole puts the first part near a tenth of a percent of it, or on it
        price = float(f"{float(max(whole, expected * draw.choice([999, 1000, 1001]))):.15g}")
        bom, table = tables(lines, items)
        bill = in_own_units(bom, table)
        graph = Graph.build(bill.lines, table["item"], bill.exactly, bill.values)
        counted = np.array([name == "part0" for name in graph.names])
        valued = table.with_columns(unit_value=pl.Series([price, *prices[1:]]), currency=pl.lit("USD"))
        found = value_shares(graph, Amounts.of(graph, valued), Counting.of(counted, counted), [column])
        share = min(expected / Fraction(str(price)), Fraction(1))
        assert found.exact("top", "cn")[0] == share
        low = float(found.low[graph.number_of["top"], 0])
        assert (low >= 0.001) == (share >= Fraction(1, 1000))


def test_a_kept_graph_keeps_what_no_float_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTGATE_CACHE", str(tmp_path))
    monkeypatch.setattr(kept_graph, "KEPT_FROM", 1)
    bom, items = tables([("kit", "nut", 1, "KGM"), ("kit", "cap", 3, "KGM")], [("kit", None, None), ("nut", None, 0.3)])
    bill = in_own_units(bom, items)
    made, again = (kept_graph.graph_of(bill.lines, items["item"], bill.exactly, bill.values) for _ in range(2))
    assert list(tmp_path.rglob("*.graph"))
    assert made is not again
    told = [[graph.exact_quantity(line) for line in range(2)] for graph in (made, again)]
    assert told[0] == told[1]
    assert Fraction(10, 3) in told[1]
    other = in_own_units(bom, items.with_columns(unit_mass_kg=pl.lit(0.7)))
    changed = kept_graph.graph_of(other.lines, items["item"], other.exactly, other.values)
    assert Fraction(10, 7) in [changed.exact_quantity(line) for line in range(2)]
