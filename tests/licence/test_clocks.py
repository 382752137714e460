"""Clocks: deadlines from events, pauses and a published calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licence_case import CONSULTED, DECIDER, INTAKE, OFFICER, PREPARER, Case, person

from lotgate.errors import LawError
from lotgate.law import load
from lotgate.licence import NotAllowedNow
from lotgate.licence.clocks import Pause, calendar, clock, count, due_day, no_limit_lists, regimes
from lotgate.licence.machines import DATA
from lotgate.licence.views import decision_clock

DAY = date(2025, 12, 20)


def test_forty_five_working_days_over_the_spring_festival_of_2026() -> None:
    """Make-up days on 4 January, 14 and 28 February; a calendar of weekends alone would say 20 February."""
    shown = clock("cn", DAY, (), DAY)
    assert (shown.due, shown.left, shown.provisional) == (date(2026, 2, 28), 45, False)
    assert due_day(calendar("weekends"), DAY, 45) == date(2026, 2, 20)
    assert due_day(None, DAY, 45) == date(2026, 2, 3)


def test_elapsed_and_left_count_the_days_people_worked() -> None:
    assert (clock("cn", DAY, (), date(2026, 1, 4)).elapsed, clock("cn", DAY, (), date(2026, 1, 4)).left) == (9, 36)
    assert clock("cn", DAY, (), date(2026, 2, 27)).left == 1
    assert clock("cn", DAY, (), date(2026, 2, 28)).left == 0
    assert clock("cn", DAY, (), date(2026, 3, 3)).left == -2


def test_days_past_the_last_published_year_are_provisional() -> None:
    assert clock("cn", date(2026, 12, 1), (), date(2026, 12, 2)).provisional
    assert not clock("cn", date(2026, 6, 1), (), date(2026, 6, 2)).provisional


def test_a_pause_stands_still_from_the_next_working_day_and_says_so() -> None:
    pause = Pause(date(2025, 12, 24), None, "questions")
    shown = clock("cn", DAY, [pause], date(2026, 1, 15))
    assert (shown.elapsed, shown.due, shown.paused_since) == (3, None, date(2025, 12, 25))
    assert "questions" in shown.why.en and "询问" in shown.why.zh
    ended = clock("cn", DAY, [Pause(date(2025, 12, 24), date(2025, 12, 31), "questions")], date(2026, 1, 15))
    assert ended.due == due_day(calendar("cn"), DAY, 45 + 5)


def test_regimes_without_an_established_limit_show_elapsed_days_alone() -> None:
    shown = clock("jp", DAY, (), date(2026, 1, 15))
    assert (shown.limit, shown.left, shown.due) == (None, None, None) and shown.elapsed > 0
    assert clock("us", DAY, (), DAY).due == DAY + timedelta(days=90)
    assert set(regimes()) == {"cn", "us", "eu", "nl", "jp"}
    with pytest.raises(LawError):
        clock("xx", DAY, (), DAY)


days = st.dates(date(2025, 1, 1), date(2026, 9, 1))
pauses = st.lists(st.tuples(days, st.integers(0, 40)), max_size=4).map(
    lambda found: [Pause(start, start + timedelta(days=length), "questions") for start, length in found]
)


@given(days, st.integers(1, 90), pauses)
def test_a_pause_never_shortens_and_the_count_meets_the_deadline(start: date, limit: int, found: list[Pause]) -> None:
    one = calendar("cn")
    plain, with_pauses = due_day(one, start, limit), due_day(one, start, limit, found)
    assert plain is not None and with_pauses is not None and plain <= with_pauses
    assert count(one, start, with_pauses, found) == limit
    assert count(one, start, with_pauses - timedelta(days=1), found) < limit


def test_questions_and_referrals_pause_the_clock_of_a_case_and_answers_wind_it_on() -> None:
    case = Case()
    new = case.accepted()
    case.wait(4)  # 24 December
    case.step(OFFICER, "application", "ask", new, questions=["Which pump?"], due="2026-01-20")
    case.wait(7)
    shown = decision_clock(case.record("application", new), date(2025, 12, 31))
    assert shown is not None and shown.paused_since == date(2025, 12, 25) and shown.elapsed == 3
    case.step(PREPARER, "application", "answer", new, answers={"q1": "Model P"})
    shown = decision_clock(case.record("application", new), date(2026, 1, 4))
    assert shown is not None and shown.elapsed == 4  # 4 January is worked
    body = person("c2", "consulted", organisation="example-laboratory")
    case.wait(5)  # 5 January
    asked = {"body": "example-laboratory", "question": "Which grade?", "purpose": "appraisal"}
    case.step(OFFICER, "application", "refer", new, **asked)
    case.wait(3)
    case.step(body, "application", "reply", new, view="agree", text="grade N42")
    shown = decision_clock(case.record("application", new), date(2026, 1, 9))
    assert shown is not None and (shown.elapsed, shown.paused_since) == (6, None)


def test_referral_to_the_state_council_takes_the_limit_off() -> None:
    case = Case()
    new = case.accepted()
    asked = {"body": "state-council", "question": "May it go?", "purpose": "consultation"}
    case.step(OFFICER, "application", "refer", new, **asked)
    case.step(CONSULTED, "application", "reply", new, view="agree", text="no objection")
    shown = decision_clock(case.record("application", new), date(2026, 1, 9))
    assert shown is not None and shown.limit is None and "state-council" in shown.why.en
    assert INTAKE.roles == {"intake"}


def test_a_watch_listed_party_takes_the_limit_off_and_leaves_the_single_licence_alone() -> None:
    grant = {"quantity": "500", "valid_from": "2025-12-20", "valid_to": "2026-06-20", "reason": "r"}
    for kind, goes in (("single", True), ("general", False)):
        case = Case()
        new = case.recommended(header={"regime": "cn", "kind": kind, "language": "en"})
        hit = {"party": "Example Plant", "list": "CN-2026-12", "entry": "7"}
        case.step(OFFICER, "application", "screen", new, hits=[hit, {**hit, "list": "us-sdn"}])
        with pytest.raises(NotAllowedNow, match="hit h1 is open"):
            case.step(DECIDER, "application", "grant", new, **grant)
        case.step(OFFICER, "application", "resolve", new, hit="h2", result="same", reason="same address")
        shown = decision_clock(case.record("application", new), DAY)
        assert shown is not None and shown.limit == 45
        case.step(OFFICER, "application", "resolve", new, hit="h1", result="same", reason="same address")
        shown = decision_clock(case.record("application", new), DAY)
        assert shown is not None and shown.limit is None and "watch list" in shown.why.en
        if goes:
            case.step(DECIDER, "application", "grant", new, **grant)
            continue
        with pytest.raises(NotAllowedNow, match="only a licence of the kind single"):
            case.step(DECIDER, "application", "grant", new, **grant)


def test_which_lists_take_the_limit_off_stands_in_the_law_alone() -> None:
    law = load()
    assert no_limit_lists("cn") == {"CN-2026-12", "CN-2026-0629W", "cn-watch-copy"}
    assert law.lists_in("cn", "cn_watch_listed") < set(law.measures)
    assert no_limit_lists("us") == frozenset()
    written = (DATA / "clocks.yaml").read_text(encoding="utf-8")
    assert not [name for name in law.measures if name in written]
