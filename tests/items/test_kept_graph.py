"""Interned graphs on disk: the same as built, whole or not used, bounded, safe with several programs at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lotgate.items import kept_graph, kernels
from lotgate.items.graph import Graph
from lotgate.items.interning import distinct_ids, numbers_in
from lotgate.items.kept_graph import graph_of

# what makes a graph, and what follows from it
ARRAYS = ("first_lines", "component", "quantity_low", "quantity_high", "edges", "item_nodes", "blocked")


@pytest.fixture(autouse=True)
def everything_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTGATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept_graph, "KEPT_FROM", 0)


def bill(seed: int = 1, parts: int = 300) -> tuple[pl.DataFrame, pl.Series]:
    """Lines between parts named in Latin and Han, some without a quantity, and one cycle."""
    draw = np.random.default_rng(seed)
    names = [f"部件{number}" if number % 3 else f"P-{number}" for number in range(parts)]
    above = draw.integers(1, parts, parts * 4)
    below = (above * draw.random(parts * 4)).astype(int)
    quantity = [None if draw.random() < 0.05 else float(one) for one in draw.integers(1, 5, parts * 4)]
    rows = {"parent": [names[k] for k in above], "component": [names[k] for k in below], "quantity": quantity}
    loop = {"parent": [names[5], names[9]], "component": [names[9], names[5]], "quantity": [1.0, 1.0]}
    return pl.concat([pl.DataFrame(rows), pl.DataFrame(loop)]), pl.Series("item", names)


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "graphs").iterdir())


def expect_same(left: Graph, right: Graph) -> None:
    assert left.names.to_list() == right.names.to_list()
    assert left.cycles == right.cycles
    for name in ARRAYS:
        assert np.array_equal(getattr(left, name), getattr(right, name)), name


def test_a_kept_graph_is_the_graph(tmp_path: Path) -> None:
    bom, items = bill()
    built = Graph.build(bom, items)
    assert built.cycles and not built.known_quantities
    for _ in range(3):
        expect_same(graph_of(bom, items), built)
    assert len(files(tmp_path)) == 1
    sure = bom.with_columns(quantity=pl.lit(1.0))
    graph_of(sure, items)
    again = graph_of(sure, items)
    assert again.quantity_low is again.quantity_high
    assert again.known_quantities


def test_other_tables_are_another_graph(tmp_path: Path) -> None:
    bom, items = bill()
    graph_of(bom, items)
    doubled = bom.with_columns(pl.col("quantity") * 2)
    assert graph_of(doubled, items).quantity_low.sum() == 2 * Graph.build(bom, items).quantity_low.sum()
    # two windows on one table share its memory
    for start in (0, 100):
        expect_same(graph_of(bom.slice(start, 100), items), Graph.build(bom.slice(start, 100), items))
    assert len(files(tmp_path)) == 4


@pytest.mark.parametrize("harm", ["cut", "changed", "foreign", "empty"])
def test_a_damaged_file_costs_only_time(tmp_path: Path, harm: str) -> None:
    bom, items = bill()
    graph_of(bom, items)
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[-40] ^= 1
    path.write_bytes({"cut": whole[:-9], "changed": bytes(changed), "foreign": b"[1]\n", "empty": b""}[harm])
    expect_same(graph_of(bom, items), Graph.build(bom, items))
    assert path.read_bytes() == whole


def test_the_folder_is_bounded_and_what_was_used_last_stays(tmp_path: Path) -> None:
    bills = [bill(seed) for seed in range(3)]
    for place, (bom, items) in enumerate(bills):
        graph_of(bom, items)
        newest = max(files(tmp_path), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (1000 + place, 1000 + place))
    oldest = min(files(tmp_path), key=lambda path: path.stat().st_mtime_ns)
    graph_of(*bills[0])  # used again, so the second is the oldest now
    size = oldest.stat().st_size
    graph_of(*bill(9), limit=int(size * 3.5))
    left = files(tmp_path)
    assert len(left) == 3
    assert oldest in left


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LOTGATE_CACHE", str(tmp_path / "file"))
    bom, items = bill()
    expect_same(graph_of(bom, items), Graph.build(bom, items))


def test_compiled_walks_need_no_folder_to_write_to(monkeypatch: pytest.MonkeyPatch) -> None:
    numba = pytest.importorskip("numba")
    plain = numba.njit

    def refuses(*given: object, cache: bool = False, **ways: object) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return plain(*given, **ways)

    monkeypatch.setattr(numba, "njit", refuses)
    kernels.compiled.cache_clear()
    try:
        assert len(kernels.compiled()) == 3
    finally:
        kernels.compiled.cache_clear()


def test_several_programs_at_once(tmp_path: Path) -> None:
    bom, items = bill()
    bom.write_parquet(tmp_path / "bom.parquet")
    items.to_frame().write_parquet(tmp_path / "items.parquet")
    code = (
        "import polars as pl, sys; from lotgate.items import kept_graph; kept_graph.KEPT_FROM = 0\n"
        "bom, items = (pl.read_parquet(f'{sys.argv[1]}/{name}.parquet') for name in ('bom', 'items'))\n"
        "sums = {kept_graph.graph_of(bom, items['item'], limit=100_000).component.sum() for _ in range(30)}\n"
        "assert len(sums) == 1, sums"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(4)]
    assert [program.wait() for program in running] == [0, 0, 0, 0]
    assert len(files(tmp_path)) == 1


def test_ids_are_found_by_themselves_not_by_what_they_resemble() -> None:
    ids = distinct_ids([pl.Series(["b", "a", "电机", "", "a"]), pl.Series(["c", None], dtype=pl.String)])
    assert ids.to_list() == ["", "a", "b", "c", "电机"]
    found = numbers_in(ids, pl.Series(["c", "x", None, "电机", "A", ""]))[0]
    assert found.tolist() == [3, -1, -1, 4, -1, 0]
    many = pl.Series([f"part {number}" for number in range(200_000)]).sort()
    shuffled = many.shuffle(3)
    assert (many.gather(numbers_in(many, shuffled)[0]) == shuffled).all()
