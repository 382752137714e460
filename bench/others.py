"""Everything but the rules: another day, generated SQL, one line explained, loading the law, the whole check."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from bench import engine
from bench.facts import write_facts
from bench.timing import Figure, Spent, best, busy, spent, times
from bench.two_valued import small
from bench.workspace import write_workspace
from lotgate.evaluate.evaluator import Evaluator
from lotgate.law import Law, load

WHAT_IF = "CN-2025-18"
"""The measure taken out in the what-if."""
SQL_LINES = 30_000
DEMONSTRATION = Path(__file__).parents[1] / "examples" / "demonstration-lists"

__all__ = ["check", "explain", "quick", "reevaluate", "sql"]


def reevaluate(law: Law, folder: Path, lines: int, repeats: int, polars_seconds: float) -> list[Figure]:
    """The lines of the rules figure decided again on facts already encoded: on a day whose wording of the law was never
    read for them, and under a law with one measure changed. `polars_seconds` of processor time decided them first."""
    path = folder / f"facts-{lines}.parquet"
    evaluator = Evaluator(law)
    facts, days = engine.read(path, evaluator)
    epochs = evaluator.epochs(days)
    changed = replace(law, clauses=tuple(c for c in law.clauses if c.measure != WHAT_IF))
    took: dict[str, list[Spent]] = {"another day": [], "what if": []}

    def what_if() -> None:
        other = Evaluator(changed, ["cn"])  # a measure changes the answers of its own regime only
        decided = other.evaluate(facts)
        decided.decide(decided.group, other.epochs(days))

    for day in [f"2026-{month:02}-15" for month in range(1, repeats + 1)]:
        fresh = evaluator.evaluate(facts)
        fresh.decide(fresh.group, epochs)
        another = evaluator.epochs(np.full(lines, np.datetime64(day)))
        took["another day"].append(spent(lambda f=fresh, e=another: f.decide(f.group, e)))
        took["what if"].append(spent(what_if))
    notes = {
        "another day": f"{lines:,} lines, every clause, on a day not asked for before",
        "what if": f"{lines:,} lines, all clauses of the regime, without {WHAT_IF}",
    }
    figures = []
    for name, found in took.items():
        least = min(one.processor for one in found)
        note = f"{notes[name]}; {min(one.wall for one in found):.2f} s by the clock"
        figures.append(
            Figure(f"re-evaluation, {name}: times Polars", polars_seconds / least, "x", at_least=2, note=note)
        )
    return figures


def sql(law: Law, folder: Path, lines: int, repeats: int) -> list[Figure]:
    """Generated DuckDB SQL against its naive form, each clause spelled out."""
    try:
        import duckdb

        from lotgate.evaluate.sql import flatten, sql_for
    except ImportError:
        return [Figure("sql: NOT MEASURED", 0, "", note="the sql extra is not installed")]
    wanted = min(lines, SQL_LINES)
    everything = Evaluator(law)
    evaluator = Evaluator(engine.only(law, [program.clause.ref for program in small(everything)]))
    path = write_facts(folder / f"facts-sql-{wanted}.parquet", law, wanted)
    facts, days = engine.read(path, everything)
    connection = duckdb.connect()
    connection.register("flat", flatten(everything, facts, days))
    connection.execute("create table facts as select * from flat")
    written = {name: sql_for(evaluator, naive=naive) for name, naive in (("ours", False), ("naive", True))}
    answers = {name: connection.sql(query).order("line").to_arrow_table() for name, query in written.items()}
    assert answers["ours"].equals(answers["naive"]), "the two forms differ"
    ways = {name: lambda q=query: connection.sql(q).to_arrow_table() for name, query in written.items()}
    whole = sql_for(everything)
    took = best({**ways, "whole": lambda: connection.sql(whole).to_arrow_table()}, min(repeats, 2))
    ratio, clock = times(took["naive"], took["ours"])
    note = (
        f"{wanted:,} lines, the {len(evaluator.clauses)} clauses that can be spelt out, planning included, "
        f"equal answers; {took['ours'].processor:.2f} s against {took['naive'].processor:.2f} s; {clock}"
    )
    lines_note = f"{wanted:,} lines, {len(everything.clauses)} clauses; their naive form does not end"
    return [
        Figure("sql: times its naive form", ratio, "x", at_least=1.8, note=note),
        Figure("sql: ours, the whole law", took["whole"].processor, "s", note=lines_note),
    ]


def quick(repeats: int) -> list[Figure]:
    """What a person waits for: help, and the law loaded and checked."""
    program = Path(sys.executable).parent / "lotgate"
    took = best(
        {
            "help": lambda: subprocess.run([str(program), "--help"], check=True, capture_output=True),
            "law": load,
        },
        max(repeats, 3),
    )
    return [
        Figure("lotgate --help", took["help"].processor, "s", at_most=0.3),
        Figure("law: load and check all data", took["law"].processor, "s", at_most=1),
    ]


def check(law: Law, folder: Path, lines: int) -> list[Figure]:
    """A whole check from Parquet to Parquet, in a process of its own: with the demonstration lists, and with real ones
    where LOTGATE_LISTS names a folder of them."""
    place = write_workspace(folder / f"workspace-{lines}", lines)
    tables = sorted(place.glob("*.parquet"))
    reading = best({"reading": lambda: [pl.read_parquet(table) for table in tables]}, 3)["reading"]
    given = os.environ.get("LOTGATE_LISTS")
    found = _checked(place, DEMONSTRATION, "demonstration lists", lines, reading)
    return found + (_checked(place, Path(given), "real lists", lines, reading) if given else [])


def _checked(place: Path, lists: Path, name: str, lines: int, reading: Spent) -> list[Figure]:
    program = [str(Path(sys.executable).parent / "lotgate"), "check", str(place), "--lists", str(lists)]
    program += ["--parquet", str(place.parent / "answers.parquet")]
    subprocess.run(program, check=True, capture_output=True)  # what is read of lists and names is kept
    used = ""

    def run() -> None:
        nonlocal used
        measured = [sys.executable, "-c", _MEASURED, *program]
        used = subprocess.run(measured, check=True, capture_output=True, text=True).stdout

    quiet = busy()
    took = spent(run)
    most = int(used.split()[-1]) / 2**20
    full = lines == 1_000_000
    note = f"{lines:,} lines, 50,000 items, 20,000 parties; {took.processor:.1f} s of processor time; {quiet}"
    ratio, clock = times(took, reading)
    return [
        Figure(f"check, {name}: by the clock", took.wall, "s", at_most=12 if full else None, note=note),
        Figure(f"check, {name}: times reading the tables with Polars", ratio, "x", note=clock),
        Figure(f"check, {name}: most memory", most, "GiB", at_most=3),
    ]


_MEASURED = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)
"""Runs a command and prints the most memory it held; a process of its own, because the figure is a maximum of all."""


def explain(law: Law, folder: Path, lines: int) -> list[Figure]:
    """One line decided and explained, once all lines of its workspace are evaluated."""
    import lotgate

    place = write_workspace(folder / "workspace-1000", 1000)
    decisions = lotgate.check(lotgate.load(place), law=law, lists=lotgate.read_lists(DEMONSTRATION))
    names = decisions.names[:500]
    decisions.explain(names[-1])
    took = spent(lambda: [decisions.explain(name) for name in names[:-1]])
    each = took.processor / (len(names) - 1) * 1000
    note = f"mean of {len(names) - 1} lines, each with the reason why every other clause is silent"
    return [Figure("explain: one line", each, "ms", at_most=1, note=note)]
