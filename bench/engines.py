"""The rules in engines made for rules: OpenFisca by columns, zen line by line. Equal answers, over fewer lines."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench import engine
from bench.facts import write_facts
from bench.timing import Figure, Spent, best, spent, times
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
    ours = _each(best({"ours": lambda: engine.decide(some, whole)}, repeats)["ours"], lines)
    figures = []
    for name, measure, bar in (("openfisca-core", _openfisca, 15), ("zen-engine", _zen, 300)):
        module = {"openfisca-core": "openfisca_core", "zen-engine": "zen"}[name]
        if importlib.util.find_spec(module) is None:
            figures.append(
                Figure(f"{name}: NOT MEASURED", 0, "", note="not installed: pip install openfisca-core zen-engine")
            )
            continue
        for how, each in measure(evaluator, programs, flat, expected).items():
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


def _openfisca(evaluator: Evaluator, programs: list[Program], flat: Path, expected: Any) -> dict[str, Spent]:
    from bench.with_openfisca import OpenFisca

    found = {}
    for how, enumerated in {HANDBOOK: False, "every text an enumeration": True}.items():
        system = OpenFisca(evaluator, programs, flat, enumerated)
        verdicts: list[Any] = []
        found[how] = _each(spent(lambda s=system, v=verdicts: v.extend(s.run(flat))), OPENFISCA_LINES)
        for one, said in zip(system.clauses, verdicts, strict=True):
            assert (said == expected[one.clause.ref]).all(), f"openfisca-core differs: {one.clause.ref}"
    return found


def _zen(evaluator: Evaluator, programs: list[Program], flat: Path, expected: Any) -> dict[str, Spent]:
    from bench.with_zen import Zen, facts_of

    zen = Zen(evaluator, programs)
    found = {}
    for how, decide in {ONE_BY_ONE: zen.line, "all clauses in one expression": zen.at_once}.items():
        lines = pq.read_table(flat).slice(0, ZEN_LINES)
        rows: list[list[int]] = []
        took = spent(lambda d=decide, r=rows, f=lines: r.extend(d(facts_of(row)) for row in f.to_pylist()))
        found[how] = _each(took, ZEN_LINES)
        verdicts = np.array(rows)
        for k, one in enumerate(zen.clauses):
            assert (verdicts[:, k] == expected[one.clause.ref][:ZEN_LINES]).all(), f"zen-engine: {one.clause.ref}"
    return found
