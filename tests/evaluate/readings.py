"""The law read three ways over the same rows: planes, walk, generated SQL; and a comparison cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from lotgate.decide.judge import governing_route
from lotgate.evaluate.columns import FactTable, Value
from lotgate.evaluate.decided import Evaluated
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.outcome import ANSWERS, OPEN_OUTCOMES, Outcome, outcome
from lotgate.evaluate.sql import flatten, outcome_column, sql_for
from lotgate.evaluate.walk import Walk
from lotgate.law import Clause
from lotgate.law.model import POLICIES


@dataclass
class Decided:
    """What one reading makes of every row: answers and policies by regime, outcomes by clause."""

    answers: list[tuple[str, ...]]
    policies: list[tuple[str | None, ...]]
    outcomes: list[tuple[int, ...]]


def by_planes(evaluator: Evaluator, table: FactTable, days: Sequence[date]) -> Decided:
    decided = evaluator.evaluate(table)
    epochs = evaluator.epochs(np.array(days, dtype="datetime64[D]"))
    answers, policies = decided.decide(decided.group, epochs)
    return Decided(
        [tuple(ANSWERS[a] for a in row) for row in answers],
        [tuple(POLICIES[p] if p >= 0 else None for p in row) for row in policies],
        [_outcomes(decided, i, int(epoch)) for i, epoch in enumerate(epochs)],
    )


def _outcomes(decided: Evaluated, row: int, epoch: int) -> tuple[int, ...]:
    found = decided.outcomes(int(decided.group[row]), epoch)
    return tuple(int(found.get(j, Outcome.NO)) for j in range(len(decided.evaluator.clauses)))


def by_walk(evaluator: Evaluator, rows: Sequence[Mapping[str, Value]], days: Sequence[date]) -> Decided:
    decided = Decided([], [], [])
    for row, day in zip(rows, days, strict=True):
        walk = Walk(evaluator.law, row, day)
        found = [
            outcome(evaluator.status(p.clause, day), walk.trit(p.when), walk.trit(p.free), walk.trit(p.licence))
            for p in evaluator.programs
        ]
        answers, policies = [], []
        for regime in evaluator.regimes:
            mine = [(p.clause, o) for p, o in zip(evaluator.programs, found, strict=True) if p.clause.regime == regime]
            binding = [(clause, o) for clause, o in mine if clause.effect != "advisory"]
            fired = [clause for clause, o in binding if o is Outcome.FIRES]
            open_ = [o for _, o in binding if o in OPEN_OUTCOMES]
            prohibited = any(clause.effect == "prohibited" for clause in fired)
            answers.append("stop" if prohibited else "apply" if fired else "ask" if open_ else "go")
            ranks = [_rank(clause, walk) for clause in fired]
            policies.append(None if prohibited or not ranks or max(ranks) < 0 else POLICIES[max(ranks)])
        decided.answers.append(tuple(answers))
        decided.policies.append(tuple(policies))
        decided.outcomes.append(tuple(int(o) for o in found))
    return decided


def _rank(clause: Clause, walk: Walk) -> int:
    route = governing_route(clause, walk)
    policy = (route.policy if route else None) or clause.policy
    return POLICIES.index(policy) if policy else -1


def by_sql(evaluator: Evaluator, table: FactTable, days: Sequence[date], naive: bool = False) -> Decided:
    flat = flatten(evaluator, table, np.array(days, dtype="datetime64[D]"))
    connection = duckdb.connect()
    connection.register("facts", flat)
    query = sql_for(evaluator, outcomes=True, naive=naive)
    found = connection.sql(f"SELECT * FROM ({query}) ORDER BY line").to_arrow_table().to_pydict()
    connection.close()
    assert found["line"] == list(range(table.rows))
    assert found["day"] == list(days)
    return Decided(
        list(zip(*(found[regime] for regime in evaluator.regimes), strict=True)),
        list(zip(*(found[f"{regime}_policy"] for regime in evaluator.regimes), strict=True)),
        list(zip(*(found[outcome_column(clause)] for clause in evaluator.clauses), strict=True)),
    )


def agree(evaluator: Evaluator, one: Decided, other: Decided) -> None:
    for row, (left, right) in enumerate(zip(one.outcomes, other.outcomes, strict=True)):
        differing = {c.ref: (a, b) for c, a, b in zip(evaluator.clauses, left, right, strict=True) if a != b}
        assert differing == {}, f"row {row}"
    assert one.answers == other.answers
    assert one.policies == other.policies
