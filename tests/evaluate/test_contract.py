"""One contract: planes, walk, generated SQL and a reading of our own agree on every clause of every row."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sqlglot
from hypothesis import given, settings
from made_law import FIXED, REGIMES, ROWS, SEEDS, answer, bites, made
from readings import agree, by_planes, by_sql, by_walk

from lotgate.evaluate.columns import FactTable
from lotgate.evaluate.decided import Program
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.outcome import ANSWERS
from lotgate.evaluate.sql import sql_for
from lotgate.evaluate.walk import Walk


@FIXED
@given(SEEDS)
def test_planes_walk_and_sql_agree(seed: int) -> None:
    case = made(seed)
    planes = by_planes(case.evaluator, case.table, case.days)
    agree(case.evaluator, planes, by_walk(case.evaluator, case.rows, case.days))
    agree(case.evaluator, planes, by_sql(case.evaluator, case.table, case.days))


@settings(FIXED, max_examples=8)
@given(SEEDS)
def test_the_naive_select_says_the_same(seed: int) -> None:
    case = made(seed)
    planes = by_planes(case.evaluator, case.table, case.days)
    agree(case.evaluator, planes, by_sql(case.evaluator, case.table, case.days, naive=True))


@FIXED
@given(SEEDS)
def test_no_completion_of_the_unknown_contradicts_a_decision(seed: int) -> None:
    case = made(seed)
    planes = by_planes(case.evaluator, case.table, case.days)
    place = {clause.ref: j for j, clause in enumerate(case.evaluator.clauses)}
    for i, (row, day) in enumerate(zip(case.rows, case.days, strict=True)):
        status = case.law.at(day)
        walk = Walk(case.law, row, day)
        for _ in range(12):
            full = case.author.complete(row)
            for k, regime in enumerate(REGIMES):
                for clause in case.written.clauses[regime]:
                    ref = f"{regime.upper()}-1/{clause['id']}"
                    program = case.evaluator.programs[place[ref]]
                    decided = outcome_of_condition(walk, program)
                    truth = bites(case.written, regime, clause, full, row, day)
                    assert decided is None or decided == truth, f"{ref}, row {i}: {row} completed as {full}"
                true_answer = ANSWERS.index(answer(case.written, case.law, regime, full, row, day))
                said = planes.answers[i][k]
                if said == "go":
                    assert true_answer == 0, f"row {i}: go, and {full} is not free; {status}"
                if said in ("apply", "stop"):
                    assert true_answer >= ANSWERS.index(said), f"row {i}: {said}, and {full} is freer"


def outcome_of_condition(walk: Walk, program: Program) -> bool | None:
    """Whether a clause bites, its clock aside: None when that is unknown."""
    when, free, licence = walk.trit(program.when), walk.trit(program.free), walk.trit(program.licence)
    if 0 in (when,) or 3 in (free, licence):
        return False
    return True if when == 3 and free == licence == 0 else None


@settings(FIXED, max_examples=15)
@given(SEEDS)
def test_order_and_batches_change_nothing(seed: int) -> None:
    case = made(seed)
    whole = by_planes(case.evaluator, case.table, case.days)
    rng = random.Random(seed)
    order = list(range(ROWS))
    rng.shuffle(order)
    cut = rng.randint(1, ROWS - 1)
    for part in (order, order[:cut], order[cut:], order[:1]):
        rows, days = [case.rows[i] for i in part], [case.days[i] for i in part]
        found = by_planes(Evaluator(case.law), FactTable.of(rows), days)
        assert found.answers == [whole.answers[i] for i in part]
        assert found.policies == [whole.policies[i] for i in part]
        assert found.outcomes == [whole.outcomes[i] for i in part]


@settings(FIXED, max_examples=10)
@given(SEEDS)
def test_a_slice_of_the_table_decides_as_the_whole(seed: int) -> None:
    case = made(seed)
    whole = by_planes(case.evaluator, case.table, case.days)
    rows = np.array([ROWS - 1, 3, 3, 0])
    found = by_planes(case.evaluator, case.table.take(rows), [case.days[i] for i in rows])
    assert found.outcomes == [whole.outcomes[i] for i in rows]


@pytest.mark.parametrize("dialect", ["duckdb", "spark", "trino"])
def test_every_dialect_can_be_read_back(dialect: str) -> None:
    query = sql_for(made(7).evaluator, dialect, outcomes=True)
    tree = sqlglot.parse_one(query, dialect=dialect)
    assert tree.named_selects[:4] == ["line", "day", "cn", "cn_policy"]
