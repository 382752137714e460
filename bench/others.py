"""Everything but the rules: another day, generated SQL, one line explained, loading the law, the whole check."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from bench import engine
from bench.facts import write_facts
from bench.timing import Figure, best
from bench.workspace import write_workspace
from lotgate.evaluate.evaluator import Evaluator
from lotgate.law import Law, load

WHAT_IF = "CN-2025-18"
"""The measure taken out in the what-if."""

__all__ = ["check", "explain", "quick", "reevaluate", "sql"]


def reevaluate(law: Law, folder: Path, lines: int, repeats: int, polars_seconds: float) -> list[Figure]:
    """The lines of the rules figure decided again on facts already encoded: on a day whose wording of the law was never
    read for them, and under a law with one measure changed."""
    path = folder / f"facts-{lines}.parquet"
    evaluator = Evaluator(law)
    facts, days = engine.read(path, evaluator)
    epochs = evaluator.epochs(days)
    changed = replace(law, clauses=tuple(c for c in law.clauses if c.measure != WHAT_IF))
    seconds: dict[str, list[float]] = {"another day": [], "what if": []}
    for day in [f"2026-{month:02}-15" for month in range(1, repeats + 1)]:
        fresh = evaluator.evaluate(facts)
        fresh.decide(fresh.group, epochs)
        start = time.perf_counter()
        fresh.decide(fresh.group, evaluator.epochs(np.full(lines, np.datetime64(day))))
        seconds["another day"].append(time.perf_counter() - start)
        start = time.perf_counter()
        other = Evaluator(changed, ["cn"])  # a measure changes the answers of its own regime only
        decided = other.evaluate(facts)
        decided.decide(decided.group, other.epochs(days))
        seconds["what if"].append(time.perf_counter() - start)
    notes = {
        "another day": f"{lines:,} lines, every clause, on a day not asked for before",
        "what if": f"{lines:,} lines, all clauses of the regime, without {WHAT_IF}",
    }
    return [
        Figure(f"re-evaluation, {name}: times Polars", polars_seconds / min(found), "x", at_least=2, note=notes[name])
        for name, found in seconds.items()
    ]


def sql(law: Law, folder: Path, lines: int, repeats: int) -> list[Figure]:
    """Generated DuckDB SQL against its naive form, each clause spelled out."""
    try:
        import duckdb

        from lotgate.evaluate.sql import flatten, sql_for
    except ImportError:
        return [Figure("sql: NOT MEASURED", 0, "", note="the sql extra is not installed")]
    wanted = min(lines, 5_000)  # the naive form is that slow
    path = write_facts(folder / f"facts-sql-{wanted}.parquet", law, wanted)
    evaluated, _ = engine.evaluated(law, path)
    days = pl.read_parquet(path, columns=["day"])["day"].to_numpy()
    flat = flatten(evaluated.evaluator, evaluated.table, days)
    connection = duckdb.connect()
    connection.register("facts", flat)
    written = {name: sql_for(evaluated.evaluator, naive=naive) for name, naive in (("ours", False), ("naive", True))}
    times = best({name: lambda q=query: connection.sql(q).to_arrow_table() for name, query in written.items()}, repeats)
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
