from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotgate.items.amounts import Amounts
from lotgate.items.content import Column, Counting, Shares, value_shares
from lotgate.items.graph import Graph
from lotgate.items.numbers import exact
from lotgate.items.paths import OpenCell, content_table, open_cells, settled_by, top_paths

CN61 = Column("cn-61", limits=("0.001",))
US25 = Column("us-25", limits=("0.25",), drop_at="0.25")
BOM = {"parent": pl.String, "component": pl.String, "quantity": pl.Float64}


@dataclass(frozen=True)
class Part:
    """One row of a small test bill; `state` is what the part does: open, count, stop, or a `?` mix of them."""

    price: float | None = None
    state: str = "open"
    currency: str | None = "USD"
    opaque: bool = False


def shares_of(
    parts: dict[str, Part],
    bom: list[tuple[str, str, float | None]],
    column: Column = CN61,
    rates: dict[str, Any] | None = None,
) -> Shares:
    items = pl.DataFrame(
        [(name, part.price, part.currency) for name, part in parts.items()],
        schema={"item": pl.String, "unit_value": pl.Float64, "currency": pl.String},
        orient="row",
    )
    graph = Graph.build(pl.DataFrame(bom, schema=BOM, orient="row"), items["item"])
    known = [parts.get(name, Part(currency=None)) for name in graph.names]
    counting = Counting.of(
        np.array([p.state == "count" for p in known]),
        np.array(["count" in p.state for p in known]),
        stop_must=np.array([p.state == "stop" for p in known]),
        stop_may=np.array(["stop" in p.state for p in known]),
        opaque=np.array([p.opaque for p in known]),
    )
    return value_shares(graph, Amounts.of(graph, items, rates=rates), counting, [column])


def bounds(found: Shares, item: str) -> tuple[float, float]:
    node = found.graph.number_of[item]
    return float(found.low[node, 0]), float(found.high[node, 0])


@pytest.mark.parametrize(
    ("samarium", "share", "reached"),
    [(19.80, Fraction(99, 100000), False), (20.00, Fraction(1, 1000), True), (20.20, Fraction(101, 100000), True)],
)
def test_limb_one_boundary_is_exact(samarium: float, share: Fraction, reached: bool) -> None:
    parts = {"sm": Part(samarium, "count"), "co": Part(30), "alloy": Part(60), "magnet": Part(200)}
    bom: list[tuple[str, str, float | None]] = [
        ("alloy", "sm", 0.25),
        ("alloy", "co", 0.75),
        ("magnet", "alloy", 0.04),
    ]
    found = shares_of(parts, bom)
    assert found.exact("magnet", "cn-61") == (share, share)
    low, high = bounds(found, "magnet")
    assert (low >= 0.001, high >= 0.001) == (reached, reached)
    assert low == pytest.approx(float(share), rel=1e-12)


def test_two_paths_add_up() -> None:
    parts = {"sm": Part(30, "count"), "co": Part(30), "alloy": Part(50), "magnet": Part(300)}
    bom: list[tuple[str, str, float | None]] = [
        ("alloy", "sm", 0.2),
        ("alloy", "co", 0.8),
        ("magnet", "alloy", 0.03),
        ("magnet", "sm", 0.005),
    ]
    found = shares_of(parts, bom)
    assert found.exact("magnet", "cn-61")[0] == Fraction(11, 10000)
    paths = top_paths(found, "magnet", "cn-61", 5)
    assert [(str(path), round(path.amount, 6)) for path in paths] == [
        ("magnet > alloy > sm", 0.18),
        ("magnet > sm", 0.15),
    ]


@pytest.mark.parametrize(("part", "over"), [(498, False), (500, False), (502, True)])
def test_de_minimis_boundary_is_exact(part: float, over: bool) -> None:
    parts = {"fpga": Part(part, "count"), "case": Part(100), "analyser": Part(2000)}
    found = shares_of(parts, [("analyser", "fpga", 1), ("analyser", "case", 1)], US25)
    low, high = bounds(found, "analyser")
    assert (low > 0.25, high > 0.25) == (over, over)


@pytest.mark.parametrize(("part", "carried"), [(25.0, 0), (25.1, Fraction(251, 2000))])
def test_second_incorporation_drops_a_share_at_or_under_its_threshold(part: float, carried: Fraction) -> None:
    parts = {"us": Part(part, "count"), "module": Part(100), "system": Part(200)}
    found = shares_of(parts, [("module", "us", 1), ("system", "module", 1)], US25)
    assert found.exact("system", "us-25") == (carried, carried)
    # the module's own share stands whatever becomes of it
    assert found.exact("module", "us-25")[0] == Fraction(exact(part) or 0) / 100


def test_parts_that_stop_hide_what_is_inside() -> None:
    parts = {"us": Part(50, "count"), "ear99": Part(80, "stop"), "system": Part(100)}
    found = shares_of(parts, [("ear99", "us", 1), ("system", "ear99", 1)], US25)
    assert bounds(found, "system") == (0.0, 0.0)
    counted = shares_of({**parts, "ear99": Part(80, "count")}, [("ear99", "us", 1), ("system", "ear99", 1)], US25)
    assert bounds(counted, "system") == (0.8, 0.8)


def test_unknown_price_is_bounded_by_what_the_rest_leaves() -> None:
    parts = {"fpga": Part(None, "count"), "case": Part(100), "analyser": Part(2100)}
    bom: list[tuple[str, str, float | None]] = [("analyser", "fpga", 1), ("analyser", "case", 1)]
    found = shares_of(parts, bom, US25)
    assert found.exact("analyser", "us-25") == (0, Fraction(2000, 2100))
    cell = settled_by(found, "analyser", "us-25")
    assert cell is not None
    assert (cell.part, cell.cell) == ("fpga", "unit_value")
    small = shares_of({**parts, "case": Part(1600)}, bom, US25)
    assert bounds(small, "analyser")[1] < 0.25


def test_part_without_a_bill_carries_at_most_its_worth() -> None:
    parts = {"black box": Part(4, opaque=True), "magnet": Part(200)}
    found = shares_of(parts, [("magnet", "black box", 1)], US25)
    assert bounds(found, "magnet") == (0.0, 0.02)
    assert [(cell.part, cell.cell) for cell in open_cells(found, "magnet", "us-25")] == [("black box", "bom")]
    assert bounds(found, "black box") == (0.0, 1.0)
    cell = settled_by(found, "black box", "us-25")
    assert cell is not None
    assert cell.cell == "bom"


def test_unknown_origin_gives_bounds_and_names_the_part() -> None:
    parts = {"sm": Part(10, "open?count"), "dy": Part(5, "count"), "magnet": Part(100)}
    found = shares_of(parts, [("magnet", "sm", 1), ("magnet", "dy", 1)])
    assert bounds(found, "magnet") == (0.05, 0.15)
    assert open_cells(found, "magnet", "cn-61") == [OpenCell("sm", "counts", 10.0)]
    assert top_paths(found, "magnet", "cn-61")[0].parts == ("magnet", "dy")
    only = shares_of({"sm": parts["sm"], "magnet": Part(100)}, [("magnet", "sm", 2)])
    path = top_paths(only, "magnet", "cn-61")[0]
    assert (path.parts, path.amount, path.sure) == (("magnet", "sm"), 20.0, False)


def test_unknown_quantity_and_unknown_own_price() -> None:
    parts = {"sm": Part(10, "count"), "magnet": Part(100)}
    found = shares_of(parts, [("magnet", "sm", None)])
    assert bounds(found, "magnet") == (0.0, 1.0)
    assert [(cell.part, cell.cell) for cell in open_cells(found, "magnet", "cn-61")] == [("sm", "quantity")]
    priceless = shares_of({"sm": Part(10, "count"), "co": Part(30), "magnet": Part(None)}, [("magnet", "sm", 1)])
    assert bounds(priceless, "magnet") == (0.0, 1.0)
    cell = settled_by(priceless, "magnet", "cn-61")
    assert cell is not None
    assert (cell.part, cell.cell) == ("magnet", "unit_value")


def test_unknown_own_price_is_at_least_its_parts() -> None:
    parts = {"sm": Part(1, "count"), "co": Part(3), "magnet": Part(None)}
    found = shares_of(parts, [("magnet", "sm", 1), ("magnet", "co", 3)])
    assert bounds(found, "magnet") == (0.0, 0.1)


def test_currencies_meet_only_through_a_rate() -> None:
    parts = {"sm": Part(10, "count"), "bolt": Part(5, currency="JPY"), "magnet": Part(100)}
    bom: list[tuple[str, str, float | None]] = [("magnet", "sm", 1), ("magnet", "bolt", 1)]
    # a foreign price that is not counted does not blur the share
    assert bounds(shares_of(parts, bom), "magnet") == (0.1, 0.1)
    mixed = {**parts, "sm": Part(10, "count", "EUR")}
    found = shares_of(mixed, bom)
    assert bounds(found, "magnet") == (0.0, 1.0)
    cell = settled_by(found, "magnet", "cn-61")
    assert cell is not None
    assert (cell.part, cell.cell) == ("sm", "rate:EUR")
    rated = shares_of(mixed, bom, rates={"EUR": "1.1", "USD": "1", "JPY": "0.0067"})
    assert rated.exact("magnet", "cn-61") == (Fraction(11, 100), Fraction(11, 100))


def test_unpriced_subassembly_takes_the_currency_of_its_parts() -> None:
    parts = {"sm": Part(10, "count"), "core": Part(None, currency=None), "magnet": Part(100)}
    assert bounds(shares_of(parts, [("core", "sm", 1), ("magnet", "core", 1)]), "magnet") == (0.1, 0.1)


def test_cycle_blocks_only_what_depends_on_it() -> None:
    parts = {"a": Part(10), "b": Part(5), "top": Part(100), "sm": Part(1, "count"), "ok": Part(10)}
    bom: list[tuple[str, str, float | None]] = [
        ("a", "b", 1),
        ("b", "a", 1),
        ("top", "a", 1),
        ("ok", "sm", 1),
        ("top", "sm", 1),
    ]
    found = shares_of(parts, bom)
    assert bounds(found, "top") == (0.0, 1.0)
    assert bounds(found, "ok") == (0.1, 0.1)
    assert found.graph.cycles == (("a", "b", "a"),)


def test_part_missing_from_items_is_unknown_in_everything() -> None:
    found = shares_of({"top": Part(100)}, [("top", "ghost", 1)])
    assert bounds(found, "top") == (0.0, 0.0)
    ghost = shares_of({"top": Part(100), "ghost": Part(None, "open?count", None)}, [("top", "ghost", 1)])
    assert bounds(ghost, "top") == (0.0, 1.0)


def test_table_and_names_of_columns() -> None:
    found = shares_of({"sm": Part(10, "count"), "magnet": Part(100)}, [("magnet", "sm", 1)])
    assert found.table().rows() == [("magnet", "cn-61", 0.1, 0.1), ("sm", "cn-61", 0.0, 1.0)]
    with pytest.raises(KeyError, match="no column 'x'; there are cn-61"):
        found.column("x")


def test_result_table_has_the_promised_columns() -> None:
    parts = {"sm": Part(10, "count"), "x": Part(None, "count"), "magnet": Part(100), "motor": Part(500)}
    bom: list[tuple[str, str, float | None]] = [("magnet", "sm", 1), ("motor", "magnet", 2), ("motor", "x", 1)]
    found = shares_of(parts, bom, Column("US-734.4|D:5"))
    table = content_table(found)
    assert table.columns == [
        "item",
        "basis",
        "destination_class",
        "value_share_low",
        "value_share_high",
        "mass_share_low",
        "mass_share_high",
        "settled_by",
        "top_path",
    ]
    assert table.rows() == [
        ("magnet", "US-734.4", "D:5", 0.1, 0.1, None, None, None, "magnet > sm"),
        ("motor", "US-734.4", "D:5", 0.04, 0.64, None, None, "x", "motor > magnet > sm"),
    ]


# Random bills against a slow exact recursion

PRICES = st.integers(1, 4000).map(lambda cents: cents / 100)
QUANTITIES = st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0, 0.04, 0.005])
STATES = st.sampled_from(["open", "open", "count", "stop"])


@st.composite
def bills(draw: st.DrawFn) -> tuple[dict[str, Part], list[tuple[str, str, float | None]]]:
    """Bills without cycles whose prices are at least the sum of their parts."""
    size = draw(st.integers(2, 9))
    parts: dict[str, Part] = {}
    bom: list[tuple[str, str, float | None]] = []
    for number in range(size):
        below = draw(st.lists(st.integers(0, number - 1), max_size=3)) if number else []
        lines = [(f"p{number}", f"p{child}", draw(QUANTITIES)) for child in below]
        cost = sum((price_of(parts[child]) * fraction(quantity) for _, child, quantity in lines), Fraction(0))
        price = draw(PRICES) + float(cost)
        parts[f"p{number}"] = Part(float(f"{price + 0.01:.2f}"), draw(STATES))
        bom += lines
    return parts, bom


def fraction(value: float | None) -> Fraction:
    number = exact(value)
    assert number is not None
    return number


def price_of(part: Part) -> Fraction:
    return fraction(part.price)


def slow_content(
    parts: dict[str, Part], bom: list[tuple[str, str, float | None]], name: str, drop: Fraction | None
) -> Fraction:
    """Counted amount in one unit, by the plainest recursion there is."""
    total = Fraction(0)
    for parent, child, quantity in bom:
        if parent != name:
            continue
        if parts[child].state == "count":
            brought = price_of(parts[child])
        elif parts[child].state == "stop":
            brought = Fraction(0)
        else:
            brought = slow_content(parts, bom, child, drop)
            if drop is not None and brought <= drop * price_of(parts[child]):
                brought = Fraction(0)
        total += brought * fraction(quantity)
    return total


@settings(max_examples=300, deadline=None)
@given(bills(), st.sampled_from([CN61, US25]))
def test_random_bills_equal_the_slow_recursion(
    bill: tuple[dict[str, Part], list[tuple[str, str, float | None]]], column: Column
) -> None:
    parts, bom = bill
    found = shares_of(parts, bom, column)
    with_bill = {parent for parent, _, _ in bom}
    for name in with_bill:
        expected = min(Fraction(1), slow_content(parts, bom, name, exact(column.drop_at)) / price_of(parts[name]))
        assert found.exact(name, column.name) == (expected, expected)
        low, high = bounds(found, name)
        assert low == pytest.approx(float(expected), rel=1e-12, abs=1e-15)
        assert high == pytest.approx(float(expected), rel=1e-12, abs=1e-15)
        limit = Fraction(str(column.limits[0]))
        assert (low > float(limit), low >= float(limit)) == (expected > limit, expected >= limit)
        assert (high > float(limit), high >= float(limit)) == (expected > limit, expected >= limit)


@settings(max_examples=200, deadline=None)
@given(bills(), st.sampled_from([CN61, US25]), st.data())
def test_bounds_hold_the_truth_whatever_is_hidden(
    bill: tuple[dict[str, Part], list[tuple[str, str, float | None]]], column: Column, data: st.DataObject
) -> None:
    parts, bom = bill
    shown = dict(parts)
    for name, part in parts.items():
        hide = data.draw(st.sampled_from(["", "", "price", "state", "currency"]))
        if hide == "price":
            shown[name] = Part(None, part.state)
        elif hide == "state":
            shown[name] = Part(part.price, "open?count?stop")
        elif hide == "currency":
            shown[name] = Part(part.price, part.state, None)
    veiled: list[tuple[str, str, float | None]] = [
        (parent, child, None if data.draw(st.integers(0, 6)) == 0 else quantity) for parent, child, quantity in bom
    ]
    found = shares_of(shown, veiled, column)
    for name in {parent for parent, _, _ in bom}:
        truth = min(Fraction(1), slow_content(parts, bom, name, exact(column.drop_at)) / price_of(parts[name]))
        low, high = found.exact(name, column.name)
        assert low <= truth <= high
        quick_low, quick_high = bounds(found, name)
        assert quick_low == pytest.approx(float(low), rel=1e-9, abs=1e-12)
        assert quick_high == pytest.approx(float(high), rel=1e-9, abs=1e-12)
        cells = open_cells(found, name, column.name)
        assert bool(cells) == (quick_low != quick_high)
        first = settled_by(found, name, column.name)
        assert (first is None) == (not cells)
        assert first is None or (first.part, first.cell) in {(cell.part, cell.cell) for cell in cells}
        paths = top_paths(found, name, column.name, 3)
        assert bool(paths) == (float(found.content_high[found.graph.number_of[name], 0]) > 0)
        assert [path.amount for path in paths] == sorted((path.amount for path in paths), reverse=True)


@settings(max_examples=100, deadline=None)
@given(bills(), st.data())
def test_splitting_and_renesting_change_nothing(
    bill: tuple[dict[str, Part], list[tuple[str, str, float | None]]], data: st.DataObject
) -> None:
    parts, bom = bill
    if not bom:
        return
    parent, child, quantity = data.draw(st.sampled_from(bom))
    rest = list(bom)
    rest.remove((parent, child, quantity))
    half = None if quantity is None else quantity / 2
    split = shares_of(parts, [*rest, (parent, child, half), (parent, child, half)])
    wrapped = shares_of(
        {**parts, "wrap": Part(float(price_of(parts[child])))},
        [*rest, (parent, "wrap", quantity), ("wrap", child, 1.0)],
    )
    plain = shares_of(parts, bom)
    for name in parts:
        assert split.exact(name, "cn-61") == wrapped.exact(name, "cn-61") == plain.exact(name, "cn-61")


def test_parts_dearer_than_the_price_leave_a_counted_part_open() -> None:
    bom = pl.DataFrame({"parent": ["a", "a"], "component": ["frame", "chip"], "quantity": [1.0, 1.0]})
    items = pl.DataFrame({"item": ["a", "frame", "chip"], "unit_value": [100.0, 120.0, None], "currency": ["USD"] * 3})
    graph = Graph.build(bom, items["item"])
    counts = np.zeros(graph.size, dtype=bool)
    counts[graph.number_of["chip"]] = True
    shares = value_shares(graph, Amounts.of(graph, items), Counting.of(counts, counts), [Column("x", limits=("0.25",))])
    node = graph.number_of["a"]
    assert (shares.low[node, 0], shares.high[node, 0]) == (0.0, 1.0)
