"""The rules in engines made for rules: OpenFisca by columns, zen line by line. Equal answers, over fewer lines."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench import engine
from bench.facts import write_facts
from bench.timing import Figure, best
from bench.two_valued import small
from lotgate.evaluate.entries import Program
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.sql import flatten
from lotgate.law import Law

__all__ = ["engines"]

OPENFISCA_LINES, ZEN_LINES = 200_000, 500
HANDBOOK = "closed lists as enumerations, countries as texts"
"""As OpenFisca's own packages keep facts."""
ONE_BY_ONE = "an expression a clause"


def engines(law: Law, folder: Path, lines: int, repeats: int) -> list[Figure]:
    """Both engines against ours, by the time a line takes, over clauses that can be spelt out; AssertionError where an
    answer differs."""
    evaluator = Evaluator(law)
    programs = small(evaluator)
    some = engine.only(law, [program.clause.ref for program in programs])
    path = write_facts(folder / "engines.parquet", law, OPENFISCA_LINES, seed=5)
    facts, days = engine.read(path, evaluator)
    flat = flatten(evaluator, facts, days)
    expected = engine.bites(some, path)
    whole = folder / f"facts-{lines}.parquet"
    if not whole.exists():
        write_facts(whole, law, lines)
    ours = best({"ours": lambda: engine.decide(some, whole)}, repeats)["ours"] / lines
    figures = []
    for name, measure, bar in (("openfisca-core", _openfisca, 15), ("zen-engine", _zen, 300)):
        module = {"openfisca-core": "openfisca_core", "zen-engine": "zen"}[name]
        if importlib.util.find_spec(module) is None:
            figures.append(
                Figure(f"{name}: NOT MEASURED", 0, "", note="not installed: pip install openfisca-core zen-engine")
            )
            continue
        for how, each in measure(evaluator, programs, flat, expected).items():
            times = f"{each * 1e6:.3g} against {ours * 1e6:.3g} millionths of a second a line"
            note = f"{len(programs)} clauses, {how}; {times}"
            least = bar if how in (HANDBOOK, ONE_BY_ONE) else None
            figures.append(Figure(f"rules: times {name}", each / ours, "x", at_least=least, note=note))
    return figures


def _openfisca(evaluator: Evaluator, programs: list[Program], flat: pa.Table, expected: Any) -> dict[str, float]:
    from bench.with_openfisca import OpenFisca

    seconds = {}
    for how, enumerated in {HANDBOOK: False, "every text made an enumeration first": True}.items():
        system = OpenFisca(evaluator, programs, flat, enumerated)
        start = time.perf_counter()
        found = system.run()
        seconds[how] = (time.perf_counter() - start) / flat.num_rows
        for one, verdicts in zip(system.clauses, found, strict=True):
            assert (verdicts == expected[one.clause.ref]).all(), f"openfisca-core differs: {one.clause.ref}"
    return seconds


def _zen(evaluator: Evaluator, programs: list[Program], flat: pa.Table, expected: Any) -> dict[str, float]:
    from bench.with_zen import Zen, facts_of

    zen = Zen(evaluator, programs)
    rows = [facts_of(row) for row in flat.slice(0, ZEN_LINES).to_pylist()]
    seconds = {}
    for how, decide in {ONE_BY_ONE: zen.line, "all clauses in one expression": zen.at_once}.items():
        start = time.perf_counter()
        found = np.array([decide(row) for row in rows])
        seconds[how] = (time.perf_counter() - start) / len(rows)
        for k, one in enumerate(zen.clauses):
            assert (found[:, k] == expected[one.clause.ref][: len(rows)]).all(), f"zen-engine differs: {one.clause.ref}"
    return seconds
