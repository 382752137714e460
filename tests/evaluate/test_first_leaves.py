"""Of every condition the comparison that is shown for it is the first of those that make it what it is."""

from __future__ import annotations

from hypothesis import given, settings
from made_law import FIXED, SEEDS, made

from lotgate.evaluate.walk import Walk


def first(walk: Walk, number: int) -> int:
    """The first leaf below a node by the plainest reading: -1 where only clocks make the node what it is."""
    node = walk.law.graph.nodes[number]
    if node.kind == "leaf":
        return -1 if walk.law.graph.leaves[node.children[0]].op == "clock" else node.children[0]
    alike = node.children if node.kind == "not" else [c for c in node.children if walk.trit(c) == walk.trit(number)]
    return next((found for child in alike if (found := first(walk, child)) >= 0), -1)


@settings(FIXED, max_examples=60)
@given(SEEDS)
def test_the_first_leaf_is_that_of_the_walk(seed: int) -> None:
    case = made(seed)
    evaluated = case.evaluator.evaluate(case.table)
    for i, (row, day) in enumerate(zip(case.rows, case.days, strict=True)):
        walk = Walk(case.law, row, day)
        told = evaluated.first_leaves(int(evaluated.group[i]), case.evaluator.epoch(day))
        assert told == [first(walk, clause.when) for clause in case.evaluator.clauses]


def test_there_are_conditions_that_only_clocks_decide() -> None:
    found = set()
    for seed in range(40):
        case = made(seed)
        evaluated = case.evaluator.evaluate(case.table)
        found.update(evaluated.first_leaves(int(evaluated.group[0]), case.evaluator.epoch(case.days[0])))
    assert -1 in found
