"""Trits of values, outcomes of clauses, and rows decided together that no comparison can tell apart."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_law import REGIMES, Author, Written, load

from lotgate.evaluate.columns import ANYTHING, NONE, Column, FactTable, Members, Value, leaf_trit, leaf_trits
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.outcome import ANSWERS, Outcome, outcome
from lotgate.law import Law, Status
from lotgate.law.expr import FALSE, TRUE, UNKNOWN, Leaf
from lotgate.law.model import POLICIES

DAY = date(2025, 6, 1)
INF = float("inf")


def written(*clauses: dict[str, Any], terms: list[dict[str, Any]] | None = None) -> Written:
    """Chinese law of these clauses, in force from 2025 unless they say otherwise."""
    text = {"en": "t", "zh": "t"}
    common = {"cite": text, "text": text, "in_force": [{"from": "2025-01-01"}], "effect": "licence-required"}
    full = [common | {"id": str(n)} | clause for n, clause in enumerate(clauses)]
    return Written({"cn": terms or [], "us": []}, {"cn": full, "us": []})


@pytest.fixture
def law_of(tmp_path: Path) -> Any:
    def build(*clauses: dict[str, Any], terms: list[dict[str, Any]] | None = None) -> Law:
        return load(tmp_path, written(*clauses, terms=terms))

    return build


def decide(evaluator: Evaluator, *rows: dict[str, Value], day: date = DAY) -> list[str]:
    """The Chinese answer of each row, with its policy if it has one."""
    decided = evaluator.evaluate(FactTable.of(rows))
    epochs = evaluator.epochs(np.array([day] * len(rows), dtype="datetime64[D]"))
    answers, policies = decided.decide(decided.group, epochs)
    return [
        ANSWERS[a] if p < 0 else f"{ANSWERS[a]} {POLICIES[p]}"
        for a, p in zip(answers[:, 0], policies[:, 0], strict=True)
    ]


# ---- one comparison, one value ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "limit", "value", "expected"),
    [
        (">=", 16.0, (16.0, 16.0), TRUE),
        (">", 16.0, (16.0, 16.0), FALSE),
        ("<=", 16.0, (16.0, 16.0), TRUE),
        ("<", 16.0, (16.0, 16.0), FALSE),
        ("=", 16.0, (16.0, 16.0), TRUE),
        (">=", 16.0, (15.0, 16.0), UNKNOWN),
        (">=", 16.0, (16.0, 20.0), TRUE),
        (">=", 16.0, (10.0, 15.9), FALSE),
        (">", 16.0, (16.0, 20.0), UNKNOWN),
        ("<", 16.0, (15.0, 16.0), UNKNOWN),
        ("=", 16.0, (15.0, 17.0), UNKNOWN),
        ("=", 16.0, (17.0, 18.0), FALSE),
        (">=", 0.001, (0.001, 0.001), TRUE),
        (">=", 16.0, (0.0, INF), UNKNOWN),
        (">=", 16.0, None, UNKNOWN),
        (">=", 16.0, NONE, FALSE),
        ("<", 16.0, NONE, FALSE),
        ("=", 16.0, NONE, FALSE),
    ],
)
def test_an_interval_is_unknown_only_when_it_straddles(op: Any, limit: float, value: Value, expected: int) -> None:
    leaf = Leaf("tpp", op, limit)
    assert leaf_trit(leaf, value) == expected
    assert leaf_trits(leaf, Column([0], [value])).tolist() == [expected]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("leaf", "value", "expected"),
    [
        (Leaf("destination", "in", frozenset({"BR"})), "BR", TRUE),
        (Leaf("destination", "in", frozenset({"BR"})), "DE", FALSE),
        (Leaf("destination", "in", frozenset({"BR"})), None, UNKNOWN),
        (Leaf("end_use", "in", frozenset({"none", "civil"})), NONE, TRUE),
        (Leaf("end_use", "in", frozenset({"civil"})), NONE, FALSE),
        (Leaf("listed", "has", "us-sdn"), Members(frozenset({"us-sdn"}), frozenset()), TRUE),
        (Leaf("listed", "has", "us-sdn"), Members(frozenset(), frozenset({"us-sdn"})), UNKNOWN),
        (Leaf("listed", "has", "us-sdn"), Members(), FALSE),
        (Leaf("listed", "has", "us-sdn"), ANYTHING, UNKNOWN),
        (Leaf("listed", "has", "us-sdn"), None, UNKNOWN),
        (Leaf("via", "any", frozenset({"NO", "BR"})), Members(frozenset({"BR"}), None), TRUE),
        (Leaf("via", "any", frozenset({"NO", "BR"})), Members(frozenset({"DE"}), None), UNKNOWN),
        (Leaf("via", "any", frozenset({"NO", "BR"})), Members(frozenset({"DE"}), frozenset({"DE"})), FALSE),
        (Leaf("via", "any", frozenset()), Members(frozenset({"DE"}), frozenset({"DE"})), FALSE),
        (Leaf("destination", "known", None), None, FALSE),
        (Leaf("destination", "known", None), "BR", TRUE),
        (Leaf("destination", "known", None), NONE, TRUE),
        (Leaf("tpp", "known", None), (1.0, 1.0), TRUE),
        (Leaf("tpp", "known", None), (1.0, 2.0), FALSE),
        (Leaf("tpp", "known", None), NONE, TRUE),
        (Leaf("via", "known", None), Members(), TRUE),
        (Leaf("via", "known", None), ANYTHING, FALSE),
    ],
)
def test_unknown_is_never_false(leaf: Leaf, value: Value, expected: int) -> None:
    assert leaf_trit(leaf, value) == expected
    assert leaf_trits(leaf, Column.of([value])).tolist() == [expected]


def test_a_column_keeps_each_value_once() -> None:
    column = Column.of(["BR", None, "BR", "DE"])
    assert column.values == ["BR", None, "DE"]
    assert [column[row] for row in range(4)] == ["BR", None, "BR", "DE"]
    assert [column.take(np.array([3, 1]))[row] for row in range(2)] == ["DE", None]


def test_a_fact_without_a_column_is_unknown_everywhere() -> None:
    table = FactTable.of([{"tpp": (1.0, 1.0)}, {}])
    assert table.column("model")[1] is None
    assert table.row(1)["tpp"] is None


# ---- what a clause does -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "when", "free", "licence", "expected"),
    [
        (Status.ON, TRUE, FALSE, FALSE, Outcome.FIRES),
        (Status.ON, UNKNOWN, FALSE, FALSE, Outcome.OPEN),
        (Status.ON, TRUE, UNKNOWN, FALSE, Outcome.OPEN),
        (Status.ON, TRUE, FALSE, UNKNOWN, Outcome.OPEN),
        (Status.ON, FALSE, UNKNOWN, UNKNOWN, Outcome.NO),
        (Status.ON, TRUE, TRUE, FALSE, Outcome.EXEMPT),
        (Status.ON, TRUE, TRUE, TRUE, Outcome.EXEMPT),
        (Status.ON, UNKNOWN, TRUE, FALSE, Outcome.NO),
        (Status.ON, TRUE, FALSE, TRUE, Outcome.COVERED),
        (Status.ON, UNKNOWN, FALSE, TRUE, Outcome.NO),
        (Status.ON, TRUE, UNKNOWN, TRUE, Outcome.NO),
        (Status.OFF, TRUE, FALSE, FALSE, Outcome.NO),
        (Status.SUSPENDED, TRUE, FALSE, FALSE, Outcome.SUSPENDED),
        (Status.SUSPENDED, TRUE, FALSE, TRUE, Outcome.SUSPENDED),
        (Status.SUSPENDED, UNKNOWN, FALSE, FALSE, Outcome.NO),
        (Status.SUSPENDED, TRUE, TRUE, FALSE, Outcome.NO),
        (Status.STOPPED, TRUE, FALSE, FALSE, Outcome.STOPPED),
        (Status.UNENFORCED, TRUE, FALSE, FALSE, Outcome.UNENFORCED),
        (Status.UNENFORCED, UNKNOWN, FALSE, FALSE, Outcome.NO),
        (Status.OPEN, TRUE, FALSE, FALSE, Outcome.NOT_ESTABLISHED),
        (Status.OPEN, UNKNOWN, FALSE, FALSE, Outcome.NOT_ESTABLISHED_OPEN),
        (Status.OPEN, FALSE, FALSE, FALSE, Outcome.NO),
        (Status.OPEN, TRUE, FALSE, TRUE, Outcome.COVERED),
    ],
)
def test_status_condition_exception_and_licence_make_the_outcome(
    status: Status, when: int, free: int, licence: int, expected: Outcome
) -> None:
    assert outcome(status, when, free, licence) is expected


def test_answers_rise_with_what_fires(law_of: Any) -> None:
    evaluator = Evaluator(
        law_of(
            {"when": "tpp >= 10", "policy": "case-by-case"},
            {"when": "tpp >= 100", "effect": "prohibited"},
            {"when": "model = H20", "effect": "advisory"},
        )
    )
    known = {"licence_cn": Members()}
    rows: list[dict[str, Value]] = [
        {"tpp": (1.0, 1.0), "model": "H20"} | known,
        {"tpp": (1.0, 11.0)} | known,
        {"tpp": (50.0, 50.0)} | known,
        {"tpp": (50.0, 500.0)} | known,
        {"tpp": (500.0, 500.0)} | known,
        {} | known,
        {"tpp": NONE} | known,
    ]
    assert decide(evaluator, *rows) == ["go", "ask", "apply case-by-case", "apply case-by-case", "stop", "ask", "go"]


def test_a_licence_in_hand_covers_what_it_may_and_nothing_else(law_of: Any) -> None:
    evaluator = Evaluator(
        law_of(
            {"when": "tpp >= 10", "licence": ["single"], "policy": "case-by-case"},
            {"when": "tpp >= 100", "effect": "prohibited"},
        )
    )

    def held(tpp: float, *kinds: str) -> dict[str, Value]:
        return {"tpp": (tpp, tpp), "licence_cn": Members(frozenset(kinds), frozenset(kinds))}

    rows = [held(50, "single"), held(50, "general"), held(500, "single"), {"tpp": (50.0, 50.0)}]
    assert decide(evaluator, *rows) == ["go", "apply case-by-case", "stop", "ask"]


def test_routes_set_the_policy_when_they_surely_hold(law_of: Any) -> None:
    def route(name: str, when: str, **change: str) -> dict[str, Any]:
        return {"id": name, "cite": {"en": "c", "zh": "c"}, "text": {"en": "t", "zh": "t"}, "when": when, **change}

    clause = {
        "when": "tpp >= 10",
        "policy": "case-by-case",
        "routes": [
            route("strict", "military = yes", policy="denial-presumed"),
            route("mild", "destination = BR", policy="approval-presumed"),
            route("register", "end_use = civil", effect="registration"),
        ],
    }
    evaluator = Evaluator(law_of(clause))
    base: dict[str, Value] = {"tpp": (50.0, 50.0), "licence_cn": Members()}
    rows = [
        base,
        base | {"military": "yes"},
        base | {"destination": "BR"},
        base | {"destination": "BR", "military": "yes"},
        base | {"destination": "BR", "end_use": "civil"},
        base | {"destination": "DE", "military": "no", "end_use": NONE},
    ]
    assert [answer.removeprefix("apply ") for answer in decide(evaluator, *rows)] == [
        "case-by-case", "denial-presumed", "approval-presumed", "denial-presumed", "registration", "case-by-case",
    ]  # fmt: skip


def test_a_route_sets_the_policy_of_a_clause_that_states_none(law_of: Any) -> None:
    route = {"id": "r", "cite": {"en": "c", "zh": "c"}, "text": {"en": "t", "zh": "t"}, "when": "end_use = civil"}
    evaluator = Evaluator(law_of({"when": "tpp >= 10", "routes": [route | {"effect": "registration"}]}))
    base: dict[str, Value] = {"tpp": (50.0, 50.0), "licence_cn": Members()}
    assert decide(evaluator, base | {"end_use": "civil"}, base) == ["apply registration", "apply"]


# ---- days -------------------------------------------------------------------------------------------------------


def test_another_day_is_a_look_up(law_of: Any) -> None:
    asleep = [{"from": "2025-05-01", "through": "2025-05-31", "by": "M"}]
    evaluator = Evaluator(law_of({"when": "military = yes", "suspended": asleep}))
    row: dict[str, Value] = {"military": "yes", "licence_cn": Members()}
    days = ["2024-12-31", "2025-01-01", "2025-04-30", "2025-05-01", "2025-05-31", "2025-06-01"]
    found = [decide(evaluator, row, day=date.fromisoformat(day))[0] for day in days]
    assert found == ["go", "apply", "apply", "go", "go", "ask"]
    decided = evaluator.evaluate(FactTable.of([row]))
    epochs = evaluator.epochs(np.array(days, dtype="datetime64[D]"))
    answers, _ = decided.decide(np.zeros(len(days), dtype=np.int64), epochs)
    assert [ANSWERS[a] for a in answers[:, 0]] == found


@pytest.mark.parametrize(("told", "expected"), [("in-force", "apply"), ("suspended", "go"), ("not-in-force", "go")])
def test_a_recorded_standing_settles_what_is_not_established(law_of: Any, told: str, expected: str) -> None:
    law = law_of({"when": "military = yes", "verified": "no"})
    row: dict[str, Value] = {"military": "yes", "licence_cn": Members()}
    assert decide(Evaluator(law), row) == ["ask"]
    assert decide(Evaluator(law, standing={"CN-1": told}), row) == [expected]


def test_dated_terms_read_as_their_day_says(law_of: Any) -> None:
    versions = [
        {"from": "2025-01-01", "through": "2025-03-31", "when": "tpp >= 4800"},
        {"from": "2025-04-01", "when": "tpp >= 16"},
    ]
    evaluator = Evaluator(
        law_of({"when": "fast", "in_force": [{"from": "2024-01-01"}]}, terms=[{"term": "fast", "versions": versions}])
    )
    row: dict[str, Value] = {"tpp": (100.0, 100.0), "licence_cn": Members()}
    days = ("2024-12-31", "2025-01-01", "2025-03-31", "2025-04-01", "2026-01-01")
    assert [decide(evaluator, row, day=date.fromisoformat(d))[0] for d in days] == ["go", "go", "go", "apply", "apply"]


# ---- many rows --------------------------------------------------------------------------------------------------


def test_rows_that_no_comparison_tells_apart_are_decided_once(law_of: Any) -> None:
    evaluator = Evaluator(law_of({"when": {"all": ["tpp >= 10", "destination = BR"]}}))
    rows: list[dict[str, Value]] = [
        {"tpp": (float(n), float(n)), "destination": country} for n in range(20) for country in ("BR", "DE", "NL")
    ]
    decided = evaluator.evaluate(FactTable.of(rows))
    assert len(decided.sample) == 4
    assert len(decided.group) == len(rows)


def test_no_rows_no_answers(law_of: Any) -> None:
    evaluator = Evaluator(law_of({"when": "tpp >= 10"}))
    decided = evaluator.evaluate(FactTable.of([]))
    answers, policies = decided.decide(decided.group, evaluator.epochs(np.array([], dtype="datetime64[D]")))
    assert answers.shape == policies.shape == (0, len(REGIMES))


def test_more_combinations_than_a_number_holds(law_of: Any) -> None:
    facts = (
        "tpp", "performance_density", "memory_bandwidth_density", "io_gb_per_s", "dram_gb_per_s",
        "logic_nm", "nand_layers", "dram_nm", "cn61_share", "us_controlled_share",
    )  # fmt: skip
    limits = range(120)
    rare = {"all": [f"{fact} = {limit}" for fact, limit in zip(facts, itertools.count(50), strict=False)]}
    many = {"any": [{"all": [f"{fact} = {limit}" for fact in facts]} for limit in limits]}
    evaluator = Evaluator(law_of({"when": {"any": [rare, many]}, "policy": "case-by-case"}))
    rng = np.random.default_rng(1)
    values = rng.integers(0, 120, size=(400, len(facts)))
    values[7] = np.arange(50, 50 + len(facts))
    values[11] = 33
    rows: list[dict[str, Value]] = [
        {fact: (float(v), float(v)) for fact, v in zip(facts, row, strict=True)} | {"licence_cn": Members()}
        for row in values
    ]
    found = decide(evaluator, *rows)
    assert [i for i, answer in enumerate(found) if answer != "go"] == [7, 11]


def test_only_the_regimes_asked_for(tmp_path: Path) -> None:
    law = load(tmp_path, Author(3).law())
    whole, one = Evaluator(law), Evaluator(law, ["us"])
    rows = [{"tpp": (50.0, 50.0)}, {}, {"military": "yes"}]
    epochs = whole.epochs(np.array([DAY] * 3, dtype="datetime64[D]"))
    table = FactTable.of(rows)  # type: ignore[arg-type]
    both, us = whole.evaluate(table), one.evaluate(table)
    answers, policies = both.decide(both.group, epochs)
    us_answers, us_policies = us.decide(us.group, epochs)
    assert us_answers[:, 0].tolist() == answers[:, 1].tolist()
    assert us_policies[:, 0].tolist() == policies[:, 1].tolist()
