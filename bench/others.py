"""Everything but the rules: another day, generated SQL, one line explained, loading the law, the whole check."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from bench import engine
from bench.timing import Figure, best
from bench.workspace import write_workspace
from lotgate.law import Law, load

__all__ = ["check", "explain", "quick", "reevaluate", "sql"]


def reevaluate(law: Law, folder: Path, lines: int, repeats: int, polars_seconds: float) -> list[Figure]:
    """All lines of the rules figure decided again for another day, on facts already encoded."""
    evaluated, epochs = engine.evaluated(law, folder / f"facts-{lines}.parquet")
    days = [np.datetime64("2026-03-02"), np.datetime64("2026-11-12")]
    others = [evaluated.evaluator.epochs(np.full(lines, day)) for day in days]
    evaluated.decide(evaluated.group, epochs)
    times = best({str(k): lambda e=e: evaluated.decide(evaluated.group, e) for k, e in enumerate(others)}, repeats)
    note = f"{lines:,} lines, every clause, on another day; against Polars from Parquet"
    return [Figure("re-evaluation: times Polars", polars_seconds / max(times.values()), "x", at_least=2, note=note)]


def sql(law: Law, folder: Path, lines: int, repeats: int) -> list[Figure]:
    """Generated DuckDB SQL against its naive form, each clause spelled out."""
    try:
        import duckdb

        from lotgate.evaluate.sql import flatten, sql_for
    except ImportError:
        return [Figure("sql: NOT MEASURED", 0, "", note="the sql extra is not installed")]
    evaluated, _ = engine.evaluated(law, folder / f"facts-{lines}.parquet")
    wanted = min(lines, 100_000)
    days = pl.read_parquet(folder / f"facts-{lines}.parquet", columns=["day"])["day"].to_numpy()[:wanted]
    flat = flatten(evaluated.evaluator, evaluated.table.take(np.arange(wanted)), days)
    connection = duckdb.connect()
    connection.register("facts", flat)
    written = {name: sql_for(evaluated.evaluator, naive=naive) for name, naive in (("ours", False), ("naive", True))}
    times = best({name: lambda q=query: connection.execute(q).arrow() for name, query in written.items()}, repeats)
    note = f"{wanted:,} lines, {times['ours']:.2f} s against {times['naive']:.2f} s"
    return [Figure("sql: times its naive form", times["naive"] / times["ours"], "x", at_least=1.8, note=note)]


def quick(repeats: int) -> list[Figure]:
    """What a person waits for: help, and the law loaded and checked."""
    program = Path(sys.executable).parent / "lotgate"
    times = best(
        {
            "help": lambda: subprocess.run([str(program), "--help"], check=True, capture_output=True),
            "law": load,
        },
        max(repeats, 3),
    )
    return [
        Figure("lotgate --help", times["help"], "s", at_most=0.3),
        Figure("law: load and check all data", times["law"], "s", at_most=1),
    ]


def check(law: Law, folder: Path, lines: int) -> list[Figure]:
    """A whole check from Parquet to Parquet, in a process of its own, and one line explained."""
    place = write_workspace(folder / f"workspace-{lines}", lines)
    start = time.perf_counter()
    for table in place.glob("*.parquet"):
        pl.read_parquet(table)
    reading = time.perf_counter() - start
    lists = os.environ.get("LOTGATE_LISTS") or str(Path(__file__).parents[1] / "examples" / "demonstration-lists")
    program = [str(Path(sys.executable).parent / "lotgate"), "check", str(place), "--lists", lists]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    start = time.perf_counter()
    subprocess.run([*program, "--parquet", str(place.parent / "answers.parquet")], check=True, capture_output=True)
    whole = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = f"{after.ru_utime - before:.1f} s of processor time, lists of {Path(lists).name}"
    note = f"{lines:,} lines, 50,000 items, 20,000 parties; {used}"
    return [
        Figure("check: end to end", whole, "s", at_most=12 if lines == 1_000_000 else None, note=note),
        Figure("check: times reading the same tables with Polars", whole / reading, "x"),
        Figure("check: most memory of a process", after.ru_maxrss / 2**20, "GiB", at_most=3),
    ]


def explain(law: Law, folder: Path, lines: int) -> list[Figure]:
    """One line explained, once its workspace is decided."""
    import lotgate
    from lotgate.parties.lists import ListSet

    place = write_workspace(folder / "workspace-1000", 1000)
    decisions = lotgate.check(lotgate.load(place), law=law, lists=ListSet({}))
    names = decisions.names[:200]
    decisions.explain(names[0])
    start = time.perf_counter()
    for name in names:
        decisions.explain(name)
    each = (time.perf_counter() - start) / len(names) * 1000
    return [Figure("explain: one line", each, "ms", at_most=1, note="mean of 200 lines, every clause's reasons")]
