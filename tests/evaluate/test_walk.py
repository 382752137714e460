"""The walk names what decides a condition, and what keeps it open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from made_law import FIXED, SEEDS, made

from lotgate.evaluate.columns import NONE, Value
from lotgate.evaluate.walk import Walk
from lotgate.law import Law
from lotgate.law.expr import FALSE, TRUE, UNKNOWN

DAY = date(2025, 6, 1)


class Told(Walk):
    """A walk whose leaves say what they are told, and are unknown otherwise."""

    def __init__(self, walk: Walk, told: Mapping[int, int]) -> None:
        super().__init__(walk.law, walk.values, walk.day)
        self.told = told

    def leaf(self, number: int) -> int:
        return self.told.get(number, UNKNOWN)


def conditions(law: Law) -> list[int]:
    return [node for clause in law.clauses for node in (clause.when, *(p.node for p in clause.exceptions))]


@settings(FIXED, max_examples=15)
@given(SEEDS)
def test_the_reasons_alone_decide(seed: int) -> None:
    case = made(seed)
    numbers = {leaf: n for n, leaf in enumerate(case.law.graph.leaves)}
    for row, day in list(zip(case.rows, case.days, strict=True))[:8]:
        walk = Walk(case.law, row, day)
        for node in conditions(case.law):
            told = {numbers[reason.leaf]: reason.trit for reason in walk.reasons(node)}
            assert Told(walk, told).trit(node) == walk.trit(node)
            assert all(walk.leaf(number) == trit for number, trit in told.items())


@settings(FIXED, max_examples=15)
@given(SEEDS)
def test_answering_the_open_leaves_settles_the_condition(seed: int) -> None:
    case = made(seed)
    leaves = case.law.graph.leaves
    numbers = {leaf: n for n, leaf in enumerate(leaves)}
    for row, day in list(zip(case.rows, case.days, strict=True))[:8]:
        walk = Walk(case.law, row, day)
        known = {n: walk.leaf(n) for n in range(len(leaves)) if walk.leaf(n) != UNKNOWN}
        for node in conditions(case.law):
            opened = list(walk.open_leaves(node))
            assert bool(opened) == (walk.trit(node) == UNKNOWN)
            assert all(walk.leaf(numbers[leaf]) == UNKNOWN for leaf in opened)
            answered = {numbers[leaf]: case.author.rng.choice((FALSE, TRUE)) for leaf in opened}
            assert Told(walk, known | answered).trit(node) in (FALSE, TRUE)


@pytest.fixture(scope="module")
def law() -> Law:
    return made(1).law


def compiled(law: Law, written: Any) -> int:
    from lotgate.law.expr import Scope, compile_condition

    facts = {name: spec.type for name, spec in law.facts.items()}
    return compile_condition(law.graph, written, Scope(facts, law.lists, {}, "test", frozenset(law.code_lists)))


def reasons(law: Law, written: Any, row: Mapping[str, Value]) -> list[str]:
    found = Walk(law, row, DAY).reasons(compiled(law, written))
    return [f"{reason.leaf} {'?' if reason.trit == UNKNOWN else reason.trit == TRUE}" for reason in found]


def test_a_conjunction_that_fails_names_the_first_child_that_fails(law: Law) -> None:
    written = {"all": ["tpp >= 10", "destination = BR", "military = yes"]}
    row: dict[str, Value] = {"tpp": (50.0, 50.0), "destination": "DE", "military": "no"}
    assert reasons(law, written, row) == ["destination = BR False"]


def test_a_conjunction_that_holds_names_all_its_children(law: Law) -> None:
    written = {"all": ["tpp >= 10", {"any": ["destination = BR", "military = yes"]}]}
    row: dict[str, Value] = {"tpp": (50.0, 50.0), "destination": "BR", "military": "yes"}
    assert reasons(law, written, row) == ["tpp >= 10 True", "destination = BR True"]


def test_a_disjunction_that_fails_names_all_its_children(law: Law) -> None:
    written = {"any": ["tpp >= 10", {"not": "destination = BR"}]}
    row: dict[str, Value] = {"tpp": NONE, "destination": "BR"}
    assert reasons(law, written, row) == ["tpp >= 10 False", "destination = BR True"]


def test_an_open_condition_names_what_is_unknown(law: Law) -> None:
    written = {"all": ["tpp >= 10", "destination = BR", "military = yes"]}
    assert reasons(law, written, {"destination": "BR"}) == ["tpp >= 10 ?", "military = yes ?"]


def test_what_a_known_neighbour_overrules_is_not_asked(law: Law) -> None:
    written = {"all": [{"any": ["tpp >= 10", "destination = BR"]}, "military = yes"]}
    walk = Walk(law, {"destination": "BR"}, DAY)
    assert [str(leaf) for leaf in walk.open_leaves(compiled(law, written))] == ["military = yes"]
