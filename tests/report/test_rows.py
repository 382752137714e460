"""What settles a line, what to do next, which lines come first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from report_sample import RULES, T, sample

from lotgate.decide.decision import Ask, LineDecision, RegimeDecision
from lotgate.report.rows import (
    by_severity,
    clause_name,
    clean,
    deciding,
    next_step,
    short_cite,
    steps,
    strictest,
    written,
)

DAY = date(2026, 9, 1)


def decided(answer: str, **regimes: RegimeDecision) -> LineDecision:
    return LineDecision("L1", DAY, answer, regimes)


def test_a_prohibition_decides_a_stop() -> None:
    cn = RegimeDecision("cn", "stop", None, (RULES["cn-military"], RULES["magnets"]), ())
    line = decided("stop", us=RegimeDecision("us", "go", None, (), ()), cn=cn)
    assert deciding(line).measures == ("CN-2024-46#1",)
    assert next_step(line) == RULES["cn-military"].action


def test_the_strictest_policy_decides_an_application() -> None:
    us = RegimeDecision("us", "apply", "denial-presumed", (RULES["chips"], RULES["entity"]), ())
    cn = RegimeDecision("cn", "apply", "case-by-case", (RULES["magnets"],), ())
    line = decided("apply", cn=cn, us=us)
    assert deciding(line).measures == ("US-744.11",)
    assert next_step(line) == RULES["entity"].action


@pytest.mark.parametrize(
    ("policy", "words"), [("registration", "Register"), ("notification", "Notify"), (None, "Apply")]
)
def test_an_application_without_an_action_still_says_what_to_do(policy: str | None, words: str) -> None:
    cn = RegimeDecision("cn", "apply", policy, (), ())
    assert next_step(decided("apply", cn=cn)).en.startswith(words)


def test_a_question_decides_an_ask_even_where_a_suspended_rule_has_an_action() -> None:
    ask = Ask("end_use", "L1", T("What for?", "何用？"), ("US-744.23", "CN-2025-18"))
    us = RegimeDecision("us", "ask", None, (), (ask,))
    cn = RegimeDecision("cn", "go", None, (RULES["humanitarian"],), ())
    line = replace(decided("ask", cn=cn, us=us), actions=(RULES["humanitarian"].action, T("Ask (L1): What for?", "问")))
    assert deciding(line).measures == ("US-744.23", "CN-2025-18")
    assert deciding(line).label("en") == "US-744.23 +1 · end use?"
    assert next_step(line) == T("L1: What for?", "L1：何用？")
    assert steps(line) == [RULES["humanitarian"].action]


def test_a_go_names_what_was_held_back_or_that_nothing_holds_it() -> None:
    cn = RegimeDecision("cn", "go", None, (RULES["holmium"],), ())
    assert deciding(decided("go", cn=cn)).label("en") == "CN-2025-57 · suspended"
    assert next_step(decided("go", cn=cn)).en == "Suspended by CN-2025-70 from 2025-11-07 through 2026-11-10."
    assert deciding(decided("go", cn=RegimeDecision("cn", "go", None, (), ()))).label("zh") == "不受约束"
    assert (
        next_step(decided("go", cn=RegimeDecision("cn", "go", None, (), ()))).en == "Nothing more is needed that day."
    )


@pytest.mark.parametrize(
    ("cite", "short"),
    [
        ("MOFCOM Announcement 61 of 2025, art. 1(3); art. 5", "art. 1(3)"),
        ("15 CFR 744.21(b), (e)(1)", "15 CFR 744.21(b), (e)(1)"),
        ("90 FR 47201; 90 FR 50857", "90 FR 47201"),
        ("商务部公告2025年第61号第一条第（三）项", "第一条第（三）项"),
        ("第833/2014号条例第二条第一款", "第二条第一款"),
        ("15 CFR 744.11(a)；第744部分附件4", "15 CFR 744.11(a)"),
    ],
)
def test_a_citation_is_cut_to_the_place_in_the_act(cite: str, short: str) -> None:
    assert short_cite(cite) == short


def test_a_clause_is_named_without_saying_its_number_twice() -> None:
    assert clause_name("CN-2025-61#1.1", "1.1") == "CN-2025-61#1.1"
    assert clause_name("CN-2025-18", "1") == "CN-2025-18 1"


@pytest.mark.parametrize("limit", [1, 4, 5, 6, 13, 29, 30, 50])
def test_the_strictest_lines_are_those_of_the_full_order(limit: int) -> None:
    decisions = sample(30)
    expected = sorted(decisions.lines, key=by_severity)[:limit]
    assert [line.line for line in strictest(decisions, limit)] == [line.line for line in expected]


def test_lines_on_one_day_come_in_the_order_of_their_numbers() -> None:
    decisions = sample(30)
    decisions.lines[:] = [replace(line, date=DAY, answer="go", regimes={"cn": RegimeDecision("cn", "go", None, (), ())})
                          for line in decisions.lines]  # fmt: skip
    assert [line.line for line in strictest(decisions, 11)] == [f"L{n}" for n in range(1, 12)]


def test_cells_are_written_as_people_write_them() -> None:
    assert written(None) is None
    assert written(float("nan")) == "none"
    assert written(9000.0) == "9,000"
    assert written(0.1) == "0.1"
    assert written(date.max) == "none"
    assert written([]) == "none"
    assert written(["SG", "HK"]) == "SG; HK"
    assert clean("a\x1b[31mb\u202ec\r\nd") == "a [31mb c d"
