"""Largest paths and open cells of all parts at once are those of each part by itself, exactly ranked."""

from __future__ import annotations

import random

import numpy as np
import polars as pl
import pytest
from test_random_bills import COLUMNS, made, shares_of, split

from lotgate.items.amounts import Amounts
from lotgate.items.carriers import CELLS, carriers
from lotgate.items.content import Column, Counting, Shares, value_shares
from lotgate.items.graph import Graph
from lotgate.items.paths import settled_by, top_paths


@pytest.mark.parametrize("unknown", [False, True], ids=["all known", "some cells empty"])
def test_all_at_once_is_each_by_itself(unknown: bool) -> None:
    bills = [made(seed, unknown) for seed in range(400)]
    shares = shares_of(bills, "numpy")
    graph = shares.graph
    nodes = np.flatnonzero(graph.has_parts)
    for position, column in enumerate(COLUMNS):
        found = carriers(shares, position)
        paths = found.paths(nodes).to_list()
        for node, path in zip(nodes.tolist(), paths, strict=True):
            item = graph.names[node]
            alone = top_paths(shares, item, column.name)
            if alone and np.isinf(alone[0].amount):
                assert path is not None  # paths without end cannot be told apart by what they bring
            else:
                assert path == (str(alone[0]) if alone else None), (item, column.name)
            cell = settled_by(shares, item, column.name)
            if cell is None or np.isnan(shares.amounts.written[node]):
                continue
            assert (graph.names[int(found.part[node])], CELLS[found.cell[node]]) == (cell.part, cell.cell), item


def test_a_line_written_as_two_is_one_step() -> None:
    bills = [bill for bill in (made(seed, False) for seed in range(400)) if any(part.lines for part in bill.values())]
    draw = random.Random(5)
    plain, changed = shares_of(bills, "numpy"), shares_of([split(bill, draw) for bill in bills], "numpy")
    for position in range(len(COLUMNS)):
        ways = []
        for shares in (plain, changed):
            nodes = np.array(
                [shares.graph.number_of[name] for bill in bills for name, part in bill.items() if part.lines]
            )
            ways.append(carriers(shares, position).paths(nodes).to_list())
        assert ways[0] == ways[1]


def shares(prices: dict[str, float], bom: list[tuple[str, str, float]], counted: set[str]) -> Shares:
    items = pl.DataFrame({"item": list(prices), "unit_value": list(prices.values()), "currency": ["USD"] * len(prices)})
    graph = Graph.build(pl.DataFrame(bom, schema=["parent", "component", "quantity"], orient="row"), items["item"])
    counts = np.array([name in counted for name in graph.names])
    return value_shares(graph, Amounts.of(graph, items), Counting.of(counts, counts), [Column("x")])


def test_equal_amounts_are_ranked_by_id_and_close_ones_by_the_exact_amount() -> None:
    # 0.1 * 3 is more than 0.3 in floats, and the same in fact; z brings one part in a million million more
    prices = {"top": 10.0, "a": 0.3, "b": 0.1, "z": 0.3, "y": 0.300000000000001}
    bom = [("top", "b", 3.0), ("top", "z", 1.0), ("top", "a", 1.0)]
    found = shares(prices, bom, {"a", "b", "z"})
    assert [path.parts[-1] for path in top_paths(found, "top", "x", 3)] == ["a", "b", "z"]
    assert carriers(found, 0).paths(np.array([found.graph.number_of["top"]])).to_list() == ["top > a"]
    found = shares(prices, [*bom, ("top", "y", 1.0)], {"a", "b", "y", "z"})
    assert [path.parts[-1] for path in top_paths(found, "top", "x", 2)] == ["y", "a"]
    assert carriers(found, 0).paths(np.array([found.graph.number_of["top"]])).to_list() == ["top > y"]
