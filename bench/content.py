"""Rolling up a large bill against DuckDB, Polars and networkx doing the same, and against memory itself.

Everybody gets the same bill and counts the same parts. The others start from tables (networkx: from a graph) that
stand ready in memory with the ids of the files, as we start from the graph kept on disk. Times are processor time, all
threads together, the least of several turns.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.bill import Size, write_bill
from bench.roll_ups import OTHERS
from bench.timing import Figure
from lotgate.items.amounts import Amounts
from lotgate.items.content import Column, Counting, value_shares
from lotgate.items.graph import Graph
from lotgate.items.kept_graph import graph_of

__all__ = ["content"]

Floats = npt.NDArray[np.float64]
BARS = {"DuckDB's recursive CTE": 40, "Polars joins": 80, "networkx": 300}
TURNS, SLOW_TURNS = 15, 3
"""Turns of what takes milliseconds, and of what takes seconds; networkx gets one."""
GIB = 1 << 30


class _Ours:
    """The bill as we hold it, and our roll-up of it."""

    def __init__(self, graph: Graph, items: pl.DataFrame) -> None:
        self.graph, self.amounts = graph, Amounts.of(graph, items)
        counts = ((items["made_in"] == "CN") & (items["cn_code"] != "none")).to_numpy()
        self.counts = counts[graph.rows_of(items["item"])]
        self.engine = "compiled" if find_spec("numba") else "numpy"

    def roll_up(self, engine: str | None = None, columns: int = 1) -> Any:
        """Content of every part; what counts is told anew each time, as a law tells it."""
        flags = np.repeat(self.counts[:, None], columns, axis=1)
        wanted = [Column(f"{number}", limits=("0.001",)) for number in range(columns)]
        return value_shares(self.graph, self.amounts, Counting.of(flags, flags), wanted, engine=engine or self.engine)

    def tables(self, names: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The lines of the bill, and the counted parts with their amounts, for the others."""
        graph, held = self.graph, np.flatnonzero(self.counts)
        lines = {"parent": names.gather(graph.parent), "component": names.gather(graph.component)}
        counted = {"part": names.gather(held), "amount": self.amounts.low[held]}
        return pl.DataFrame(lines | {"quantity": graph.quantity_low}), pl.DataFrame(counted)

    def differs(self, found: pl.DataFrame, names: pl.Series) -> float:
        """The largest relative difference between somebody's amounts and ours; a part left out has none."""
        mine = np.where(self.counts, self.amounts.low, self.roll_up().content_low[:, 0])
        joined = pl.DataFrame({"part": names}).join(found, on="part", how="left", maintain_order="left")
        other = joined["amount"].fill_null(0.0).to_numpy()
        return float(np.max(np.abs(mine - other) / np.maximum(np.maximum(mine, other), 1e-300)))


def content(folder: Path, size: Size | None = None) -> list[Figure]:
    """The figures of content roll-up."""
    size = size or Size()
    path = write_bill(folder / "bill", size)
    os.environ["LOTGATE_CACHE"] = str(folder / "cache")
    bom, items = pl.read_parquet(path / "bom.parquet"), pl.read_parquet(path / "items.parquet")
    graph_of(bom, items["item"])
    start = time.process_time()
    ours = _Ours(graph_of(bom, items["item"]), items)
    opened = time.process_time() - start
    graph = ours.graph
    print(
        f"content: {graph.size:,} parts, {graph.component.size:,} lines, {len(graph.edges) - 2} deep, "
        f"{size.products:,} products; {int(ours.counts.sum()):,} parts count; from tables in memory to the kept graph "
        f"and all prices {opened:.2f} s of processor time"
    )
    del bom, items
    mine, _ = _times(_ways(ours), TURNS)
    figures, worst = [], 0.0
    for kind, names in (
        ("", graph.names.rename("part")),
        (" on ids numbered before", pl.Series("part", np.arange(graph.size, dtype=np.int32))),
    ):
        for name, prepare in OTHERS.items():
            if kind and name == "networkx":
                continue
            way = prepare(*ours.tables(names))
            if way is None:
                figures.append(Figure(f"content: times {name}{kind}: NOT MEASURED", 0, "x", note="not installed"))
                continue
            taken, results = _times({"theirs": way, "ours": ours.roll_up}, 1 if name == "networkx" else SLOW_TURNS)
            worst = max(worst, ours.differs(results["theirs"], names))
            seconds = min(taken["ours"], mine["ours"])
            note = f"{seconds * 1e3:.1f} ms against {taken['theirs']:.2f} s"
            bar = None if kind else BARS[name]
            figures.append(Figure(f"content: times {name}{kind}", taken["theirs"] / seconds, "x", bar, note=note))
            del way, results
    figures.append(Figure("content: largest relative difference from these", worst, "", at_most=1e-12))
    return [*figures, *_own(mine, ours.engine), *_one_shot(path), *_command(path)]


def _ways(ours: _Ours) -> dict[str, Callable[[], Any]]:
    """Our own roll-up in several ways, and the gather that no roll-up can do without."""
    carried = np.ascontiguousarray(ours.roll_up().carried_low[:, 0])
    return {
        "ours": ours.roll_up,
        "numpy": lambda: ours.roll_up("numpy"),
        "shares": lambda: ours.roll_up().low,
        "sixteen": lambda: ours.roll_up(columns=16),
        "gather": _gather(carried, ours.graph.component, ours.engine),
    }


def _gather(numbers: Floats, places: npt.NDArray[np.int64], engine: str) -> Callable[[], Any]:
    """Reads one number for each line, in the order of the lines, and writes it down."""
    out = np.empty(places.size)
    if engine == "numpy":
        return lambda: np.take(numbers, places, out=out, mode="clip")
    import numba

    @numba.njit  # type: ignore[untyped-decorator]
    def gather(numbers: Any, places: Any, out: Any) -> None:
        for line in range(places.size):
            out[line] = numbers[places[line]]

    return lambda: gather(numbers, places, out)


def _times(ways: Mapping[str, Callable[[], Any]], turns: int) -> tuple[dict[str, float], dict[str, Any]]:
    """The least processor time of each way in seconds, and what it returned last; the ways take turns."""
    found, results = dict.fromkeys(ways, float("inf")), dict[str, Any]()
    for _ in range(turns):
        for name, way in ways.items():
            start = time.process_time()
            results[name] = way()
            found[name] = min(found[name], time.process_time() - start)
    return found, results


def _own(seconds: Mapping[str, float], engine: str) -> list[Figure]:
    """Our roll-up against itself and against the gather."""
    one = seconds["ours"]

    def figure(name: str, other: str, bar: float | None, note: str) -> Figure:
        ratio = one / seconds[other] if other == "gather" else seconds[other] / one
        said = f"{seconds[other] * 1e3:.1f} ms; {note}"
        return Figure(f"content: {name}", ratio, "x", at_most=bar, note=said)

    return [
        figure("roll-up, times the gather alone", "gather", 2.5, "one number read for each line and written down"),
        figure("16 columns, times one", "sixteen", 7, engine),
        figure("without the extra `fast`, times with it", "numpy", 3, "numpy alone"),
        figure("every share on its side of the limit, times the roll-up", "shares", None, engine),
    ]


def _one_shot(path: Path) -> list[Figure]:
    """From files with string ids to shares, Python's own start counted in; the least of three."""
    runs = []
    for _ in range(3):
        made = subprocess.run(
            [sys.executable, "-m", "bench.one_shot", str(path)], capture_output=True, text=True, check=True
        )
        runs.append(json.loads(made.stdout))
    best = min(runs, key=lambda run: float(run["seconds"]))
    note = f"files with string ids to shares, nothing kept; {best['reached']:,} parts reach 0.1 %"
    return [
        Figure("content: one shot, processor time", best["seconds"], "s", at_most=3, note=note),
        Figure("content: one shot, memory", max(run["bytes"] for run in runs) / GIB, "GiB", at_most=2),
    ]


def _command(path: Path) -> list[Figure]:
    """`lotgate content` over the whole bill: all laws and classes, by value and by mass, every row with its reasons."""
    made = subprocess.run(
        [sys.executable, "-m", "bench.content_command", str(path)], capture_output=True, text=True, check=True
    )
    took = json.loads(made.stdout.splitlines()[-1])
    return [
        Figure("content: the command, processor time", took["seconds"], "s", note="--parquet, graph numbered before"),
        Figure("content: the command, memory", took["bytes"] / GIB, "GiB", at_most=2),
    ]
