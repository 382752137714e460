from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lotgate.items.graph import Graph

SCHEMA = {"parent": pl.String, "component": pl.String, "quantity": pl.Float64}


def graph_of(lines: list[tuple[str, str, float | None]], items: list[str] | None = None) -> Graph:
    frame = pl.DataFrame(lines, schema=SCHEMA, orient="row")
    return Graph.build(frame, pl.Series("item", items or [], dtype=pl.String))


def flags(graph: Graph, *names: str) -> np.ndarray:
    return np.array([name in names for name in graph.names])


def test_components_come_before_their_parents() -> None:
    graph = graph_of([("car", "motor", 2), ("motor", "magnet", 4), ("car", "magnet", 1)], ["spare"])
    order = {name: number for number, name in enumerate(graph.names)}
    assert order["magnet"] < order["motor"] < order["car"]
    assert "spare" in order
    assert len(graph.levels) == 3
    assert graph.cycles == ()


def test_empty_bill() -> None:
    graph = graph_of([])
    assert graph.size == 0
    alone = graph_of([], ["a"])
    must, may = alone.closure_any(np.array([True]), np.array([True]))
    assert not must.any()
    assert not may.any()


def test_closure_leaves_the_item_itself_out_and_lines_of_nothing() -> None:
    graph = graph_of([("rack", "board", 1), ("board", "chip", 8), ("bag", "chip", 0), ("sack", "chip", None)])
    must, may = graph.closure_any(flags(graph, "chip"), flags(graph, "chip", "rack"))
    found = dict(zip(graph.names, zip(must.tolist(), may.tolist(), strict=True), strict=True))
    assert found["board"] == found["rack"] == (True, True)
    assert found["chip"] == found["bag"] == (False, False)
    assert found["sack"] == (True, True)


def test_closure_by_columns() -> None:
    graph = graph_of([("a", "b", 1), ("b", "c", 1)])
    two = np.stack([flags(graph, "b"), flags(graph, "c")], axis=1)
    must, _ = graph.closure_any(two, two)
    assert dict(zip(graph.names, must.tolist(), strict=True)) == {
        "a": [True, True],
        "b": [False, True],
        "c": [False, False],
    }


def test_cycles_are_named_and_block_only_what_depends_on_them() -> None:
    lines: list[tuple[str, str, float | None]] = [
        ("a", "b", 1),
        ("b", "c", 1),
        ("c", "a", 1),
        ("top", "a", 1),
        ("a", "leaf", 1),
        ("fine", "leaf", 1),
        ("self", "self", 1),
        ("user", "self", 1),
    ]
    graph = graph_of(lines)
    assert graph.cycles == (("a", "b", "c", "a"), ("self", "self"))
    blocked = {name for name, stuck in zip(graph.names, graph.blocked, strict=True) if stuck}
    assert blocked == {"a", "b", "c", "top", "self", "user"}
    must, may = graph.closure_any(flags(graph, "leaf"), flags(graph, "leaf"))
    found = dict(zip(graph.names, zip(must.tolist(), may.tolist(), strict=True), strict=True))
    assert found["top"] == found["b"] == (True, True)
    assert found["user"] == (False, True)
    assert found["fine"] == (True, True)


def test_order_of_rows_does_not_matter() -> None:
    lines: list[tuple[str, str, float | None]] = [("a", "b", 2), ("a", "c", 1), ("b", "c", 3), ("a", "b", 1)]
    one, two = graph_of(lines), graph_of(lines[::-1])
    assert one.names.to_list() == two.names.to_list()
    assert one.component.tolist() == two.component.tolist()
    assert one.quantity_low.tolist() == two.quantity_low.tolist()


def test_numbers_and_alignment() -> None:
    graph = graph_of([("a", "b", 1)])
    assert graph.numbers(pl.Series(["b", "z", "a"])).tolist() == [0, -1, 1]
    aligned = graph.align(pl.DataFrame({"item": ["a"], "hs": ["8505"]}))
    assert aligned.rows() == [("b", None), ("a", "8505")]


NODES = st.integers(0, 7)


@settings(deadline=None)
@given(st.lists(st.tuples(NODES, NODES), max_size=20), st.sets(NODES))
def test_closure_equals_reachability(edges: list[tuple[int, int]], marked: set[int]) -> None:
    # edges from higher to lower numbers only: no cycles
    lines = [(str(max(a, b)), str(min(a, b)), 1.0) for a, b in edges if a != b]
    graph = graph_of(lines, [str(n) for n in range(8)])
    must, may = graph.closure_any(flags(graph, *map(str, marked)), flags(graph, *map(str, marked)))
    below: dict[str, set[str]] = {str(n): set() for n in range(8)}
    for parent, component, _ in sorted(lines, key=lambda line: int(line[0])):
        below[parent] |= {component} | below[component]
    for name, found, possible in zip(graph.names, must, may, strict=True):
        assert found == possible == bool(below[name] & set(map(str, marked)))
