"""The shipped law over random rows made of its own words: planes, walk and generated SQL agree."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from readings import agree, by_planes, by_sql, by_walk

from lotgate.evaluate.columns import ANYTHING, NONE, FactTable, Members, Value
from lotgate.evaluate.evaluator import Evaluator
from lotgate.facts.values import CODE_LISTS, CodeBook
from lotgate.law import Law
from lotgate.law.load import load

ROWS = 160


@pytest.fixture(scope="module")
def law() -> Law:
    return load()


class Words:
    """Draws rows whose values are those the law mentions, or stand just beside them."""

    def __init__(self, law: Law, seed: int) -> None:
        self.law = law
        self.rng = random.Random(seed)
        self.book = CodeBook(law)
        self.pools: dict[str, list[str]] = {}
        self.limits: dict[str, list[float]] = {}
        for leaf in law.graph.leaves:
            if isinstance(leaf.operand, frozenset):
                self.pools.setdefault(leaf.fact, []).extend(sorted(leaf.operand))
            elif isinstance(leaf.operand, float):
                self.limits.setdefault(leaf.fact, []).append(leaf.operand)
            elif isinstance(leaf.operand, str) and leaf.op == "has":
                self.pools.setdefault(leaf.fact, []).append(leaf.operand)

    def row(self, known: float) -> dict[str, Value]:
        """A row; `known` is the chance that a cell is filled."""
        row: dict[str, Value] = {}
        for name, spec in self.law.facts.items():
            kind = spec.type.type
            if name.startswith("licence_"):
                row[name] = self.members(["single", "general", "exception"]) if self.rng.random() < 0.2 else Members()
            elif self.rng.random() > known:
                row[name] = ANYTHING if kind in ("set", "countries", "code") else None
            elif kind == "code":
                row[name] = self.book.members(name, self.code(name))
            elif kind == "number":
                row[name] = self.number(name)
            elif kind in ("set", "countries"):
                row[name] = self.members(self.pools.get(name, ["ZZ"]))
            else:
                row[name] = self.text(name)
        return row

    def text(self, name: str) -> Value:
        if self.law.facts[name].type.type == "bool":
            return self.rng.choice(("yes", "no"))
        return self.rng.choice([*self.pools.get(name, []), "ZZ", NONE])

    def code(self, name: str) -> str:
        regime = CODE_LISTS.get(name)
        lists = [n for n in self.law.code_lists if regime in (None, self.law.list_regime[n])]
        if not lists or self.rng.random() < 0.15:
            return NONE
        code = self.rng.choice(self.law.code_lists[self.rng.choice(lists)]).lstrip("!").replace("?", "1")
        steps = code.split(".")
        return ".".join(steps[: self.rng.randint(1, len(steps))]) + self.rng.choice(("", "", ".a", ".z.9"))

    def number(self, name: str) -> Value:
        limits = self.limits.get(name, [1.0])
        low, high = sorted(self.rng.choice(limits) + self.rng.choice((-0.01, 0.0, 0.01)) for _ in range(2))
        return self.rng.choice((NONE, (low, low), (low, high), (high, float("inf"))))  # type: ignore[return-value]

    def members(self, pool: list[str]) -> Members:
        must = frozenset(self.rng.sample(pool, min(len(pool), self.rng.choice((0, 0, 1, 2)))))
        return Members(must, must | set(self.rng.sample(pool, self.rng.choice((0, 0, 1)))))

    def days(self, number: int) -> list[date]:
        """Days on which the law changes, and the days before."""
        points = self.law.change_points()
        return [self.rng.choice(points) - timedelta(days=self.rng.choice((0, 1))) for _ in range(number)]


@pytest.mark.parametrize(("seed", "known"), [(1, 0.6), (2, 0.9), (3, 1.0)])
def test_planes_and_walk_agree(law: Law, seed: int, known: float) -> None:
    words = Words(law, seed)
    rows, days = [words.row(known) for _ in range(ROWS)], words.days(ROWS)
    evaluator = Evaluator(law)
    agree(evaluator, by_planes(evaluator, FactTable.of(rows), days), by_walk(evaluator, rows, days))


def test_planes_and_sql_agree(law: Law) -> None:
    words = Words(law, 4)
    rows = [words.row(known) for known in (0.5, 0.8, 0.95, 1.0) for _ in range(ROWS)]
    days = words.days(len(rows))
    evaluator = Evaluator(law)
    table = FactTable.of(rows)
    agree(evaluator, by_planes(evaluator, table, days), by_sql(evaluator, table, days))


def test_order_and_batches_change_nothing(law: Law) -> None:
    words = Words(law, 5)
    rows, days = [words.row(0.9) for _ in range(ROWS)], words.days(ROWS)
    evaluator = Evaluator(law)
    whole = by_planes(evaluator, FactTable.of(rows), days)
    order = random.Random(5).sample(range(ROWS), ROWS)
    for part in (order[:1], order[1:50], order[50:]):
        found = by_planes(evaluator, FactTable.of([rows[i] for i in part]), [days[i] for i in part])
        assert found.answers == [whole.answers[i] for i in part]
        assert found.policies == [whole.policies[i] for i in part]
        assert found.outcomes == [whole.outcomes[i] for i in part]
