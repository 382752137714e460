"""The written conditions of law: what they compile to, and what is said of those that do not hold together."""

from __future__ import annotations

from typing import Any

import pytest

from lotgate.errors import LawError
from lotgate.law.expr import FALSE, NOT, TRUE, UNKNOWN, FactType, Graph, Leaf, Scope, compile_condition

FACTS = {
    "destination": FactType("destination", "country"),
    "end_use": FactType("end_use", "enum", frozenset({"civil", "wmd", "none"})),
    "model": FactType("model", "text"),
    "military": FactType("military", "bool"),
    "tpp": FactType("tpp", "number"),
    "listed": FactType("listed", "set"),
    "headquarters": FactType("headquarters", "countries"),
    "us_code": FactType("us_code", "code"),
}


@pytest.fixture
def graph() -> Graph:
    return Graph()


def scope(graph: Graph, **terms: int) -> Scope:
    lists = {"us-d5": frozenset({"CN", "NO"}), "us-models": frozenset({"H20"})}
    return Scope(FACTS, lists, terms, "rules.yaml: clause X/1", frozenset({"us-3a090"}))


def leaf(graph: Graph, written: str) -> Leaf:
    node = graph.nodes[compile_condition(graph, written, scope(graph))]
    assert node.kind == "leaf"
    return graph.leaves[node.children[0]]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("destination = NO", Leaf("destination", "in", frozenset({"NO"}))),
        ("destination in us-d5", Leaf("destination", "in", frozenset({"CN", "NO"}), "us-d5")),
        ("destination in [BR, DE]", Leaf("destination", "in", frozenset({"BR", "DE"}))),
        ("end_use = none", Leaf("end_use", "in", frozenset({"none"}))),
        ("military = yes", Leaf("military", "=", frozenset({"yes"}))),
        ("tpp >= 4800", Leaf("tpp", ">=", 4800.0)),
        ("tpp = 0.001", Leaf("tpp", "=", 0.001)),
        ("listed has us-sdn", Leaf("listed", "has", "us-sdn")),
        ("headquarters any us-d5", Leaf("headquarters", "any", frozenset({"CN", "NO"}), "us-d5")),
        ("us_code in us-3a090", Leaf("us_code", "has", "us-3a090")),
        ("us_code = none", Leaf("us_code", "has", "none")),
        ("tpp known", Leaf("tpp", "known", None)),
        ("model in us-models", Leaf("model", "in", frozenset({"H20"}), "us-models")),
    ],
)
def test_a_leaf_is_one_comparison(graph: Graph, written: str, expected: Leaf) -> None:
    assert leaf(graph, written) == expected


@pytest.mark.parametrize(
    ("written", "positive"),
    [
        ("destination != NO", "destination = NO"),
        ("destination not in us-d5", "destination in us-d5"),
        ("destination not  in [BR, DE]", "destination in [DE, BR]"),
        ("us_code not in us-3a090", "us_code in us-3a090"),
        ("us_code != none", "us_code = none"),
        ("tpp != 16", "tpp = 16"),
        ("military != yes", "military = yes"),
    ],
)
def test_a_denial_is_the_negation_of_its_leaf(graph: Graph, written: str, positive: str) -> None:
    denied = compile_condition(graph, written, scope(graph))
    assert denied == graph.negate(compile_condition(graph, positive, scope(graph)))


def test_equal_leaves_and_conditions_are_kept_once(graph: Graph) -> None:
    written = {"all": ["tpp >= 4800", {"any": ["destination in us-d5", "listed has us-sdn"]}]}
    first = compile_condition(graph, written, scope(graph))
    size = len(graph.nodes)
    assert compile_condition(graph, written, scope(graph)) == first
    assert compile_condition(graph, "tpp >= 4800.0", scope(graph)) < first
    assert len(graph.nodes) == size


def test_constants_fold(graph: Graph) -> None:
    tpp = compile_condition(graph, "tpp >= 1", scope(graph))
    assert graph.all([graph.true, tpp]) == tpp
    assert graph.all([graph.false, tpp]) == graph.false
    assert graph.any([graph.true, tpp]) == graph.true
    assert graph.any([tpp, tpp]) == tpp
    assert graph.all([]) == graph.true
    assert graph.any([]) == graph.false
    assert graph.negate(graph.negate(tpp)) == tpp
    assert graph.negate(graph.true) == graph.false
    assert compile_condition(graph, {"not": "false"}, scope(graph)) == graph.true


def test_children_come_before_their_parents(graph: Graph) -> None:
    compile_condition(graph, {"any": [{"not": {"all": ["tpp > 1", "military = no"]}}, "us_code known"]}, scope(graph))
    for number, node in enumerate(graph.nodes):
        if node.kind in ("and", "or", "not"):
            assert all(child < number for child in node.children)


def test_a_term_stands_for_its_condition(graph: Graph) -> None:
    term = compile_condition(graph, "listed has us-sdn", scope(graph))
    assert compile_condition(graph, "blocked", scope(graph, blocked=term)) == term


def test_negation_keeps_the_unknown() -> None:
    assert [NOT[t] for t in (FALSE, UNKNOWN, TRUE)] == [TRUE, UNKNOWN, FALSE]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("destinaton = NO", "unknown fact 'destinaton' in 'destinaton = NO'; nearest is destination"),
        ("destination in us-d6", "no list 'us-d6'; nearest is us-d5"),
        ("us_code in us-3a09", "no code list 'us-3a09'; nearest is us-3a090"),
        ("blocke", "'blocke' is neither a term of this regime nor a comparison; nearest is blocked"),
        ("tpp >= many", "'many' is not a number"),
        ("tpp in us-d5", "'in' does not fit the number fact tpp"),
        ("destination >= 3", "'>=' does not fit the country fact destination"),
        ("destination has NO", "'has' does not fit the country fact destination"),
        ("listed = us-sdn", "'=' does not fit the set fact listed"),
        ("military in [yes, no]", "'in' does not fit the bool fact military"),
        ("military = true", "expected yes or no"),
        ("us_code = 3A090", "name a code list with `in`, or compare with none"),
        ("end_use = civl", "civl is no value of end_use"),
        ("end_use in [civil, wmd2]", "wmd2 is no value of end_use"),
        ("destination =", "neither a term of this regime nor a comparison"),
        ("", "neither a term of this regime nor a comparison"),
        ({"all": []}, "expected all: or any: with a list"),
        ({"all": "tpp >= 1"}, "expected all: or any: with a list"),
        ({"either": ["tpp >= 1"]}, "expected all: or any: with a list, or not:; found 'either'"),
        ({"all": ["tpp >= 1"], "not": "tpp >= 2"}, "expected one of all, any, not; found all, not"),
        (["tpp >= 1"], "a bare list; write all: or any:"),
        ({"any": ["tpp >= 1", {"not": "destinatoin known"}]}, "nearest is destination"),
    ],
)
def test_what_does_not_hold_together_is_named(graph: Graph, written: Any, said: str) -> None:
    known = scope(graph, blocked=graph.true)
    with pytest.raises(LawError) as raised:
        compile_condition(graph, written, known)
    assert said in str(raised.value)
    assert str(raised.value).startswith("rules.yaml: clause X/1")


def test_leaves_read_as_they_were_written(graph: Graph) -> None:
    assert str(leaf(graph, "destination in us-d5")) == "destination in us-d5"
    assert str(leaf(graph, "destination in [DE, BR]")) == "destination in [BR, DE]"
    assert str(leaf(graph, "destination = NO")) == "destination = NO"
    assert str(leaf(graph, "tpp >= 4800")) == "tpp >= 4800"
    assert str(leaf(graph, "tpp known")) == "tpp known"
