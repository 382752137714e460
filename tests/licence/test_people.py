"""Who may do what: every pair of role and step that the tables do not allow is refused, on every kind of record."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from licence_case import (
    ADMINISTRATOR,
    AGENT,
    AUDITOR,
    CONSULTED,
    CUSTOMS,
    DECIDER,
    END_USER,
    INTAKE,
    MAKER,
    OFFICER,
    PLANT,
    PREPARER,
    SECOND,
    SIGNATORY,
    STRANGER,
    SYSTEM,
    Case,
    content,
    declaration,
    outsider,
    person,
)

from lotgate.licence import Actor, Command, Forbidden, Mandate, NotAllowedNow, NotFound, act, moves
from lotgate.licence.machines import machine, machines
from lotgate.licence.people import roles
from lotgate.licence.records import NEW
from lotgate.licence.views import history, view

REFUSED = (Forbidden, NotFound)


@cache
def world() -> tuple[Case, dict[str, tuple[str, str]]]:
    """One case with records of every kind and in many states."""
    case = Case()
    draft = case.draft(lot={"id": "LOT-A"})
    submitted = case.draft(lot={"id": "LOT-B"})
    case.step(SIGNATORY, "application", "submit", submitted, signed_as="manager")
    review = case.recommended(lot={"id": "LOT-C"})
    asked = {"body": "state-council", "question": "May it go?", "purpose": "consultation"}
    case.step(OFFICER, "application", "refer", review, **asked)
    returned = case.accepted(lot={"id": "LOT-D"})
    case.step(OFFICER, "application", "ask", returned, questions=["Why?"], due="2026-01-20")
    denied = case.recommended(lot={"id": "LOT-E"})
    case.step(DECIDER, "application", "deny", denied, reasons=[{"code": "R1", "cite": "art. 20"}])
    used = case.granted()
    issued = case.granted(lot={"id": "LOT-F"})
    reserved = case.granted(lot={"id": "LOT-G"})
    suspended = case.granted(lot={"id": "LOT-H"})
    case.step(DECIDER, "licence", "suspend", suspended, reason="r")
    case.wait(16)
    open_one = case.step(CUSTOMS, "licence", "reserve", reserved, **declaration("D-1", lot="LOT-G")).others[0].id
    gone = case.step(CUSTOMS, "licence", "reserve", used, **declaration("D-2")).others[0].id
    case.step(CUSTOMS, "clearance", "exit", gone, quantity="500", unit="KGM", day="2026-01-05")
    finding = case.step(AUDITOR, "finding", "record", about="licence", text="seen").record.id
    case.step(
        CUSTOMS, "feed", "receive", "cn:port", run=1, lines=[{"licence": issued, "cumulative": "0", "unit": "KGM"}]
    )
    return case, {
        "draft": ("application", draft), "submitted": ("application", submitted), "review": ("application", review),
        "returned": ("application", returned), "denied": ("application", denied), "issued": ("licence", issued),
        "reserved": ("licence", reserved), "suspended": ("licence", suspended), "used": ("licence", used),
        "accepted": ("clearance", open_one), "exited": ("clearance", gone), "delivery": ("delivery", gone),
        "lot": ("lot", f"{MAKER}:LOT-7"), "finding": ("finding", finding), "feed": ("feed", "cn:port"),
    }  # fmt: skip


RECORDS = [
    "draft", "submitted", "review", "returned", "denied", "issued", "reserved", "suspended", "used", "accepted",
    "exited", "delivery", "lot", "finding", "feed",
]  # fmt: skip
INSIDE: dict[str, Actor] = {
    "preparer": PREPARER, "signatory": SIGNATORY, "agent": AGENT, "end_user": END_USER, "intake": INTAKE,
    "officer": OFFICER, "decider": SECOND, "consulted": CONSULTED, "customs": CUSTOMS, "auditor": AUDITOR,
    "administrator": ADMINISTRATOR, "system": SYSTEM,
}  # fmt: skip


def elsewhere(role: str) -> Actor:
    """The same role in another organisation, under another law, with a mandate for somebody else."""
    mandates = (Mandate("example-other", date(2025, 1, 1), date(2026, 12, 31)),)
    return Actor(f"other-{role}", "example-other", frozenset({role}), frozenset({"jp"}), frozenset(), mandates)


def attempt(case: Case, actor: Actor, kind: str, id: str | None, event: str) -> type[Exception] | None:
    try:
        with case.store.transaction() as tx:
            from lotgate.licence.acts import Step

            Step(tx, actor, case.at).take(Command(kind, event, id, {}))
            raise LookupError("taken")
    except LookupError as taken:
        return type(taken) if isinstance(taken, NotFound) else None
    except Exception as error:
        return type(error)


def allowed(kind: str, event: str) -> set[str]:
    return {role for row in machine(kind).rows_for(event) if not row.by_effect for role in row.roles}


@pytest.mark.parametrize("name", RECORDS)
def test_a_role_the_table_does_not_name_is_refused(name: str) -> None:
    case, records = world()
    kind, id = records[name]
    for event in machine(kind).events:
        for role in set(roles()) - allowed(kind, event):
            found = attempt(case, INSIDE[role], kind, id, event)
            assert found in REFUSED, (name, event, role, found)


@pytest.mark.parametrize("name", RECORDS)
def test_nobody_touches_the_records_of_others(name: str) -> None:
    case, records = world()
    kind, id = records[name]
    for event in machine(kind).events:
        for role in sorted(set(roles()) - {"auditor", "system"}):
            found = attempt(case, elsewhere(role), kind, id, event)
            own_lot = kind == "lot" and role == "customs"  # a lot is under no single law
            assert found in REFUSED or own_lot, (name, event, role, found)
    assert not view(case.record(kind, id), STRANGER, case.at).facts


@pytest.mark.parametrize("kind", sorted(machines()))
def test_what_only_follows_from_another_step_is_nobodys_to_ask_for(kind: str) -> None:
    case, records = world()
    everything = Actor("all", MAKER, frozenset(roles()) - {"administrator"}, frozenset({"cn"}))
    for event in machine(kind).events:
        if not allowed(kind, event):
            for other, id in records.values():
                if other == kind:
                    assert attempt(case, everything, kind, id, event) in REFUSED, (kind, event, id)
            if any(NEW in row.sources for row in machine(kind).rows_for(event)):
                assert attempt(case, everything, kind, None, event) in REFUSED


def test_an_administrator_acts_on_no_case_and_is_never_decider() -> None:
    case, records = world()
    for kind, id in records.values():
        assert not moves(case.record(kind, id), ADMINISTRATOR, case.at)
    both = person("m2", "administrator", "decider")
    with pytest.raises(Forbidden, match="together"):
        act(case.store, both, Command("application", "grant", records["review"][1], {}), case.at)


def test_whoever_recommended_does_not_decide() -> None:
    case = Case()
    new = case.recommended()
    both = person("o1", "officer", "decider")
    for event in ("grant", "deny", "close"):
        with pytest.raises(Forbidden, match="took part by Recommend"):
            case.step(both, "application", event, new)
    assert {"grant", "deny", "close"} & {
        move.event for move in moves(case.record("application", new), both, case.at)
    } == set()


def test_whoever_prepared_does_not_sign() -> None:
    case = Case()
    new = case.draft()
    both = outsider("p1", "preparer", "signatory", organisation=MAKER)
    with pytest.raises(Forbidden, match="took part by"):
        case.step(both, "application", "submit", new, signed_as="owner")


def test_nobody_decides_for_their_own_organisation() -> None:
    case = Case()
    new = case.recommended()
    insider = person("d9", "decider", organisation=MAKER)
    with pytest.raises(Forbidden, match="own organisation"):
        case.step(insider, "application", "grant", new)


def test_an_appeal_is_heard_by_somebody_who_took_no_part() -> None:
    case = Case()
    new = case.recommended()
    case.step(DECIDER, "application", "deny", new, reasons=[{"code": "R1", "cite": "art. 20"}])
    case.step(SIGNATORY, "application", "appeal", new, grounds="wrong facts")
    for actor in (DECIDER, person("o1", "decider"), person("i1", "decider")):
        with pytest.raises(Forbidden, match="took part by"):
            case.step(actor, "application", "uphold", new, reason="r")
    case.step(
        SECOND,
        "application",
        "overturn",
        new,
        quantity="500",
        valid_from="2025-12-20",
        valid_to="2026-06-20",
        reason="r",
    )
    facts = case.record("application", new).facts
    assert [one["event"] for one in facts["decisions"]] == ["deny", "overturn"]
    assert case.record("licence", facts["licence"]).state == "issued"


def test_an_agent_acts_inside_the_mandate_alone() -> None:
    case = Case()
    late = outsider(
        "a2", "agent", organisation="example-agent", mandates=(Mandate(MAKER, date(2025, 1, 1), date(2025, 12, 19)),)
    )
    with pytest.raises(REFUSED):
        case.step(late, "application", "create", content=content())
    assert case.step(AGENT, "application", "create", content=content()).record.state == "draft"


def test_a_team_sees_its_own_cases() -> None:
    case = Case()
    new = case.accepted()
    case.step(INTAKE, "application", "assign", new, team="magnets", officer="o1")
    other = person("o9", "officer", teams=frozenset({"chips"}))
    with pytest.raises(NotFound):
        case.step(other, "application", "screen", new)
    case.step(person("o8", "officer", teams=frozenset({"magnets"})), "application", "screen", new)


def test_a_step_on_what_somebody_else_changed_meanwhile_is_refused() -> None:
    case = Case()
    new = case.draft()
    seen = case.record("application", new).version
    case.step(PREPARER, "application", "edit", new, content={"end_use": {"text": "Motors for fans"}})
    stale = Command("application", "edit", new, {"content": {}}, version=seen)
    with pytest.raises(NotAllowedNow, match="changed meanwhile"):
        act(case.store, PREPARER, stale, case.at)


def test_applicants_see_no_notes_hits_or_names_of_officers() -> None:
    case, records = world()
    record = case.record(*records["review"])
    seen = view(record, SIGNATORY, case.at).facts
    assert not {"hits", "recommendation", "referrals", "team", "officer", "screened"} & set(seen)
    inside = view(record, OFFICER, case.at).facts
    assert {"hits", "recommendation", "referrals"} <= set(inside)
    shown = history(record, case.store.entries(*records["review"]), SIGNATORY, case.at)
    told = [(trace.event, trace.person) for trace in shown]
    assert ("accept", None) in told and not {"screen", "recommend", "refer"} & {event for event, _ in told}
    denied = view(case.record(*records["denied"]), SIGNATORY, case.at).facts["decisions"]
    assert denied and all("by" not in one for one in denied)


def test_end_users_see_no_prices_and_consulted_bodies_their_own_request() -> None:
    case, records = world()
    record = case.record(*records["review"])
    seen = view(record, END_USER, case.at).facts
    assert seen["certificate"]["lot"] == "LOT-C" and "contract" not in seen["certificate"]
    assert "value" not in {name for name, fields in seen["content"].items() if fields}
    assert not seen["attachments"] and "run" not in seen
    licence = view(case.record(*records["issued"]), END_USER, case.at).facts
    assert "value" not in licence and licence["quantity"] == "500"
    asked = view(record, CONSULTED, case.at).facts
    assert [one["body"] for one in asked["referrals"]] == ["state-council"]
    assert seen["end_user"] == PLANT
