"""The rules in engines made for rules: OpenFisca by columns, zen line by line. Equal answers, over fewer lines."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench import engine
from bench.facts import write_facts
from bench.timing import Figure, Spent, best, times
from bench.two_valued import small
from lotgate.evaluate.entries import Program
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.sql import flatten
from lotgate.law import Law

__all__ = ["engines"]

OPENFISCA_LINES, ZEN_LINES = 200_000, 500
TURNS = 5
"""At least so many times each way, taking turns with ours; the least counts, as it does for ours."""
HANDBOOK = "closed lists as enumerations, countries as texts"
"""As OpenFisca's own packages keep facts."""
ONE_BY_ONE = "an expression a clause"


def engines(law: Law, folder: Path, lines: int, repeats: int) -> list[Figure]:
    """Both engines against ours, by the time a line takes from a file of flat facts to verdicts, over clauses that can
    be spelt out; AssertionError where an answer differs."""
    evaluator = Evaluator(law)
    programs = small(evaluator)
    some = engine.only(law, [program.clause.ref for program in programs])
    path = write_facts(folder / "engines.parquet", law, OPENFISCA_LINES, seed=5)
    facts, days = engine.read(path, evaluator)
    flat = folder / "engines-flat.parquet"
    pq.write_table(flatten(evaluator, facts, days), flat)
    expected = engine.bites(some, path)
    whole = folder / f"facts-{lines}.parquet"
    if not whole.exists():
        write_facts(whole, law, lines)
    figures = []
    for name, ways_of, each_lines, bar in (
        ("openfisca-core", _openfisca, OPENFISCA_LINES, 15),
        ("zen-engine", _zen, ZEN_LINES, 300),
    ):
        module = {"openfisca-core": "openfisca_core", "zen-engine": "zen"}[name]
        if importlib.util.find_spec(module) is None:
            figures.append(
                Figure(f"{name}: NOT MEASURED", 0, "", note="not installed: pip install openfisca-core zen-engine")
            )
            continue
        ways = ways_of(evaluator, programs, flat, expected)
        took = best({"ours": lambda: engine.decide(some, whole), **ways}, max(repeats, TURNS))
        ours = _each(took["ours"], lines)
        for how in ways:
            each = _each(took[how], each_lines)
            ratio, clock = times(each, ours)
            least = bar if how in (HANDBOOK, ONE_BY_ONE) else None
            note = (
                f"{len(programs)} clauses, {how}; {each.processor * 1e6:.3g} against {ours.processor * 1e6:.3g} "
                f"millionths of a second a line; {clock}"
            )
            more = "" if least else f", {how}"
            figures.append(Figure(f"rules: times {name}{more}", ratio, "x", at_least=least, note=note))
    return figures


def _each(took: Spent, lines: int) -> Spent:
    return Spent(took.processor / lines, took.wall / lines)


Ways = dict[str, Callable[[], Any]]
"""Each decides its lines once, from a file on; answers that differ are found before anything is timed."""


def _openfisca(evaluator: Evaluator, programs: list[Program], flat: Path, expected: Any) -> Ways:
    from bench.with_openfisca import OpenFisca

    ways: Ways = {}
    for how, enumerated in {HANDBOOK: False, "every text an enumeration": True}.items():
        system = OpenFisca(evaluator, programs, flat, enumerated)
        for one, said in zip(system.clauses, system.run(flat), strict=True):
            assert (said == expected[one.clause.ref]).all(), f"openfisca-core differs: {one.clause.ref}"
        ways[how] = partial(system.run, flat)
    return ways


def _zen(evaluator: Evaluator, programs: list[Program], flat: Path, expected: Any) -> Ways:
    from bench.with_zen import Zen, facts_of

    zen = Zen(evaluator, programs)
    some = pq.read_table(flat).slice(0, ZEN_LINES)

    def run(decide: Callable[[dict[str, Any]], list[int]]) -> list[list[int]]:
        return [decide(facts_of(row)) for row in some.to_pylist()]

    ways: Ways = {}
    for how, decide in {ONE_BY_ONE: zen.line, "all clauses in one expression": zen.at_once}.items():
        verdicts = np.array(run(decide))
        for k, one in enumerate(zen.clauses):
            assert (verdicts[:, k] == expected[one.clause.ref][:ZEN_LINES]).all(), f"zen-engine: {one.clause.ref}"
        ways[how] = partial(run, decide)
    return ways
