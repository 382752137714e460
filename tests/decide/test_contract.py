"""One contract: planes, walk, generated SQL and a reading of our own agree on every clause of every row."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_law import DAYS, REGIMES, Author, Written, answer, bites, load

from lotgate.decide.columns import FactTable, Value
from lotgate.decide.decided import Evaluated
from lotgate.decide.evaluate import Evaluator
from lotgate.decide.judge import governing_route
from lotgate.decide.outcome import ANSWERS, Outcome, outcome
from lotgate.decide.sql import flatten, outcome_column, sql_for
from lotgate.decide.values import CodeBook
from lotgate.decide.walk import Walk
from lotgate.law import Law
from lotgate.law.model import POLICIES

FIXED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
SEEDS = st.integers(0, 2**32)
ROWS = 25


@dataclass
class Case:
    """A made-up law with rows of facts, each on a day."""

    written: Written
    law: Law
    evaluator: Evaluator
    rows: list[dict[str, Value]]
    days: list[date]
    author: Author

    @property
    def table(self) -> FactTable:
        return FactTable.of(self.rows)


def made(seed: int) -> Case:
    author = Author(seed)
    written = author.law()
    with tempfile.TemporaryDirectory() as folder:
        law = load(Path(folder), written)
    book = CodeBook(law)
    rows = [author.row(book) for _ in range(ROWS)]
    days = [author.rng.choice(DAYS) + timedelta(days=author.rng.choice((-1, 0, 1))) for _ in rows]
    return Case(written, law, Evaluator(law), rows, days, author)


Bytes = npt.NDArray[np.uint8]


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
            open_ = [
                o for _, o in binding if o in (Outcome.OPEN, Outcome.NOT_ESTABLISHED, Outcome.NOT_ESTABLISHED_OPEN)
            ]
            prohibited = any(clause.effect == "prohibited" for clause in fired)
            answers.append("stop" if prohibited else "apply" if fired else "ask" if open_ else "go")
            ranks = [_rank(clause, walk) for clause in fired]
            policies.append(None if prohibited or not ranks or max(ranks) < 0 else POLICIES[max(ranks)])
        decided.answers.append(tuple(answers))
        decided.policies.append(tuple(policies))
        decided.outcomes.append(tuple(int(o) for o in found))
    return decided


def _rank(clause, walk) -> int:  # type: ignore[no-untyped-def]
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


def outcome_of_condition(walk: Walk, program) -> bool | None:  # type: ignore[no-untyped-def]
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
    import sqlglot

    query = sql_for(made(7).evaluator, dialect, outcomes=True)
    tree = sqlglot.parse_one(query, dialect=dialect)
    assert tree.named_selects[:4] == ["line", "day", "cn", "cn_policy"]
