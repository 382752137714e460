"""Runs the cases that every measure carries beside its rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lotgate.dates import parse_day
from lotgate.errors import LawError
from lotgate.evaluate.columns import FactTable
from lotgate.evaluate.evaluator import Evaluator, Outcome
from lotgate.facts.values import CodeBook, case_row
from lotgate.law import Law
from lotgate.law.model import POLICIES
from lotgate.law.reading import read_yaml

__all__ = ["LawCase", "law_cases", "run_law_cases"]

WORDS = {
    Outcome.NO: "no",
    Outcome.OPEN: "open",
    Outcome.EXEMPT: "exempt",
    Outcome.FIRES: "fires",
    Outcome.COVERED: "covered",
    Outcome.SUSPENDED: "suspended",
    Outcome.STOPPED: "stopped",
    Outcome.UNENFORCED: "not-enforced",
    Outcome.NOT_ESTABLISHED: "not-established",
    Outcome.NOT_ESTABLISHED_OPEN: "not-established",
}


@dataclass(frozen=True)
class LawCase:
    """One case of a measure: a day, facts, and what clauses are to do."""

    path: Path
    name: str
    on: str
    facts: dict[str, str]
    expect: dict[str, str]


def law_cases(law: Law) -> Iterator[LawCase]:
    """Every case of every loaded measure."""
    for folder in sorted({measure.folder for measure in law.measures.values()}):
        path = folder / "cases.yaml"
        if path.exists():
            for entry in read_yaml(path) or ():
                yield _case(path, entry)


def _case(path: Path, entry: Any) -> LawCase:
    try:
        return LawCase(path, entry["case"], entry["on"], entry.get("facts") or {}, entry["expect"])
    except (KeyError, TypeError, AttributeError) as error:
        raise LawError(f"{path}: expected case, on, facts, expect; missing {error} in {entry!r}") from None


def run_law_cases(law: Law) -> list[str]:
    """One sentence per expectation that does not hold."""
    cases = list(law_cases(law))
    if not cases:
        return []
    evaluator, book = Evaluator(law), CodeBook(law)
    faults: list[str] = []
    rows = []
    for case in cases:
        try:
            rows.append(case_row(law, book, case.facts))
        except (LawError, ValueError) as error:
            faults.append(f"{case.path}: {case.name}: {error}")
            rows.append({})
    days = np.array([parse_day(case.on) for case in cases], dtype="datetime64[D]")
    decided = evaluator.evaluate(FactTable.of(rows))
    epochs = evaluator.epochs(days)
    _, policies = decided.decide(decided.group, epochs)
    place = {clause.ref: j for j, clause in enumerate(evaluator.clauses)}
    regimes = {regime: k for k, regime in enumerate(evaluator.regimes)}
    for i, case in enumerate(cases):
        where = f"{case.path.parent.name}: {case.name} ({case.on})"
        outcomes = decided.outcomes(int(decided.group[i]), int(epochs[i]))
        for ref, expected in case.expect.items():
            if ref not in place:
                faults.append(f"{where}: no clause {ref}")
                continue
            word, _, policy = expected.partition(" ")
            found = WORDS[outcomes.get(place[ref], Outcome.NO)]
            if found != word:
                faults.append(f"{where}: {ref} {found}, expected {word}")
            elif policy:
                rank = policies[i, regimes[evaluator.clauses[place[ref]].regime]]
                if rank < 0 or POLICIES[rank] != policy:
                    faults.append(f"{where}: policy {POLICIES[rank] if rank >= 0 else None}, expected {policy}")
    return faults
