"""Our own side of the comparisons: from a file of flat facts to answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from lotgate.evaluate.columns import FactTable
from lotgate.evaluate.decided import Evaluated
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.outcome import RANKS
from lotgate.facts.flat import encode
from lotgate.law import Law

__all__ = ["bites", "decide", "evaluated", "only", "read"]

Answers = npt.NDArray[np.uint8]


def only(law: Law, refs: Collection[str]) -> Law:
    """The law with these clauses alone."""
    return replace(law, clauses=tuple(clause for clause in law.clauses if clause.ref in refs))


def read(path: Path, evaluator: Evaluator) -> tuple[FactTable, npt.NDArray[Any]]:
    """The facts that the law asks for, and the days."""
    facts = set(evaluator.leaves_of) - {"day"}
    schema = pq.read_schema(path)
    wanted = [name for name in schema.names if name in facts or _fact(name) in facts or name == "day"]
    texts = [name for name in wanted if _is_text(schema.field(name).type)]
    table = pq.read_table(path, columns=wanted, read_dictionary=texts)
    return encode(evaluator.law, table, facts), table["day"].to_numpy()


def _fact(name: str) -> str:
    return name.removesuffix("_may").removesuffix("_low").removesuffix("_high").removesuffix("_none")


def _is_text(kind: Any) -> bool:
    return pa.types.is_string(kind) or pa.types.is_dictionary(kind)


def evaluated(law: Law, path: Path) -> tuple[Evaluated, npt.NDArray[Any]]:
    """A file evaluated, and the epoch of every row."""
    evaluator = Evaluator(law)
    facts, days = read(path, evaluator)
    return evaluator.evaluate(facts), evaluator.epochs(days)


def decide(law: Law, path: Path) -> Answers:
    """Answers, [row, regime], of a file from the first byte on."""
    found, epochs = evaluated(law, path)
    answers, _ = found.decide(found.group, epochs)
    return answers


def bites(law: Law, path: Path) -> dict[str, Answers]:
    """Per clause, what it makes of every row: 0 nothing, 1 a question, 2 a demand."""
    found, epochs = evaluated(law, path)
    clauses = found.evaluator.clauses
    table = np.zeros((len(epochs), len(clauses)), dtype=np.uint8)
    for row, clause, outcomes, _ in found.results(found.group, epochs):
        table[row, clause] = RANKS[0, outcomes]
    return {clause.ref: table[:, j] for j, clause in enumerate(clauses)}
