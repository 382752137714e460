"""What holds whatever happens to a licence, numbered. Random lives and other files try the same things harder."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from licence_case import (
    CUSTOMS,
    DECIDER,
    INTAKE,
    MAKER,
    OFFICER,
    PREPARER,
    SECOND,
    SIGNATORY,
    STRANGER,
    SYSTEM,
    Case,
    content,
    declaration,
    file,
    outsider,
    person,
)

from lotgate.errors import InputError
from lotgate.licence import Actor, Command, Conflict, Forbidden, NotAllowedNow, NotFound, Transaction, act, replay
from lotgate.licence.clocks import clock
from lotgate.licence.customs import report
from lotgate.licence.filing_guards import content_digest
from lotgate.licence.keys import KeyFolder
from lotgate.licence.ledger import Ledger, converted
from lotgate.licence.machines import state_on
from lotgate.licence.views import as_of, decision_clock, may_open, view

GENERAL = {"regime": "cn", "kind": "general", "language": "en"}
JANUARY_5 = "2026-01-05"


def reserved(case: Case, licence: str, number: str = "D-1", **changes: Any) -> str:
    day = case.at.date().isoformat()
    return (
        case.step(CUSTOMS, "licence", "reserve", licence, **declaration(number, **{"day": day, **changes})).others[0].id
    )


def left(case: Case, clearance: str, quantity: str, unit: str = "KGM", day: str | None = None) -> None:
    gone = {"quantity": quantity, "unit": unit, "day": day or case.at.date().isoformat()}
    case.step(CUSTOMS, "clearance", "exit", clearance, **gone)


def ready(**changes: Any) -> tuple[Case, str]:
    """A licence in force on 5 January 2026."""
    case = Case()
    licence = case.granted(**changes)
    case.wait(16)
    return case, licence


def test_01_a_lot_has_at_most_one_licence_in_force_per_law() -> None:
    case, licence = ready()
    again = case.draft()
    with pytest.raises(NotAllowedNow, match=f"licence {licence} is in force for this lot"):
        case.step(SIGNATORY, "application", "submit", again, signed_as="manager")
    case.step(SIGNATORY, "licence", "surrender", licence, reason="not needed")
    case.step(SIGNATORY, "application", "submit", again, signed_as="manager")


def test_01_two_applications_may_run_but_one_alone_is_granted() -> None:
    case = Case()
    first, second = case.recommended(), case.recommended()
    grant = {"quantity": "500", "valid_from": "2025-12-20", "valid_to": "2026-06-20", "reason": "r"}
    case.step(DECIDER, "application", "grant", first, **grant)
    with pytest.raises(NotAllowedNow, match="is in force for this lot"):
        case.step(DECIDER, "application", "grant", second, **grant)
    # somebody else's lot of the same name is another lot
    assert case.record("application", first).facts["lot"] == "LOT-7"


def test_02_a_single_licence_is_used_once_and_a_declaration_number_once() -> None:
    case, licence = ready()
    one = reserved(case, licence)
    with pytest.raises(NotAllowedNow, match="one shipment, which is reserved"):
        reserved(case, licence, "D-2")
    left(case, one, "500")
    with pytest.raises(NotAllowedNow, match="is used"):
        reserved(case, licence, "D-3")
    assert [e.draft.event for e in case.store.entries("licence", licence)].count("clear") == 1
    other = case.granted(lot={"id": "LOT-8"})
    with pytest.raises(NotAllowedNow, match="D-1 was used before"):
        reserved(case, other, "D-1", lot="LOT-8")
    assert case.record("licence", other).state == "issued"


def test_03_books_are_exact_and_never_exceed_the_grant() -> None:
    case, licence = ready(header=GENERAL)
    for i in range(10):
        left(case, reserved(case, licence, f"D-{i}", quantity="0.1"), "0.1")
    ledger = Ledger.of(case.record("licence", licence).facts)
    assert ledger.taken == Decimal("1") and ledger.left == Decimal("499")
    with pytest.raises(NotAllowedNow, match="499 of 500 KGM are left"):
        reserved(case, licence, "D-99", quantity="499.000000000000001")
    left(case, reserved(case, licence, "D-100", quantity="499"), "499")
    assert case.record("licence", licence).state == "used"


@pytest.mark.parametrize("filled", [{}, {"quantity": "much"}, {"quantity": 0.5, "unit": "KGM"}, {"unit": ["KGM"]}])
def test_what_was_filled_in_is_checked_before_it_picks_a_row(filled: dict[str, Any]) -> None:
    """Whether a licence is used up by what left is asked of the quantity filled in."""
    case, licence = ready()
    reserved(case, licence)
    with pytest.raises(InputError):
        act(case.store, CUSTOMS, Command("licence", "clear", licence, filled), case.at)


def test_03_a_number_that_has_lost_digits_is_refused() -> None:
    case, licence = ready()
    for odd in (499.5, "1e2", "NaN", "-1", "1,5", "", True, "0x10"):
        with pytest.raises(InputError):
            case.step(CUSTOMS, "licence", "reserve", licence, **declaration(quantity=odd))


def test_04_units_convert_exactly_or_not_at_all() -> None:
    case, licence = ready()
    with pytest.raises(NotAllowedNow, match="measure different things"):
        reserved(case, licence, quantity="500", unit="C62")
    case.step(
        CUSTOMS,
        "licence",
        "release",
        licence,
        clearance=reserved(case, licence, "D-2", quantity="500000", unit="GRM"),
        reason="r",
    )
    assert converted(Decimal("0.5"), "TNE", "KGM") == Decimal("500")
    assert "no exact number" in str(converted(Decimal("1"), "KGM", "LBR"))
    assert case.record("licence", licence).facts["ledger"]["released"] == "500"


@pytest.mark.parametrize(
    ("at", "day", "goes"),
    [
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), "2025-12-31", False),  # valid from 1 January
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "2026-01-01", True),  # midnight in Beijing
        (datetime(2026, 6, 20, 15, 59, tzinfo=UTC), "2026-06-20", True),  # the last day
        (datetime(2026, 6, 20, 16, 0, tzinfo=UTC), "2026-06-21", False),
        (datetime(2026, 6, 20, 16, 0, tzinfo=UTC), "2026-06-20", False),  # declared late: expired by then
        (datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "2026-03-02", False),  # tomorrow
    ],
)
def test_05_validity_runs_by_the_days_of_the_authority_last_day_included(at: datetime, day: str, goes: bool) -> None:
    case = Case()
    new = case.recommended()
    grant = {"quantity": "500", "valid_from": "2026-01-01", "valid_to": "2026-06-20", "reason": "r"}
    licence = case.step(DECIDER, "application", "grant", new, **grant).record.facts["licence"]
    case.at = at
    try:
        reserved(case, licence, day=day)
    except NotAllowedNow:
        assert not goes
    else:
        assert goes


def test_05_an_exit_in_time_may_be_reported_late_and_one_after_the_end_may_not() -> None:
    case, licence = ready()
    clearance = reserved(case, licence)
    case.at = datetime(2026, 6, 25, tzinfo=UTC)
    assert state_on(case.record("licence", licence), date(2026, 6, 25)) == "reserved"
    with pytest.raises(NotAllowedNow, match="outside the validity"):
        left(case, clearance, "500", day="2026-06-21")
    left(case, clearance, "500", day="2026-06-20")


def test_05_expiry_is_computed_and_stops_the_suspended_as_well() -> None:
    case, licence = ready()
    case.step(DECIDER, "licence", "suspend", licence, reason="r")
    entries = len(list(case.store.entries()))
    case.at = datetime(2026, 6, 21, tzinfo=UTC)
    assert state_on(case.record("licence", licence), date(2026, 6, 21)) == "expired"
    assert len(list(case.store.entries())) == entries
    with pytest.raises(NotAllowedNow, match="expired"):
        case.step(OFFICER, "licence", "propose", licence, step="reinstate", reason="r")


@pytest.mark.parametrize(
    ("field", "value"),
    [("exporter", "other"), ("lot", "LOT-8"), ("code", ["9Z999"]), ("end_user", "other"), ("destination", "FR")],
)
def test_06_a_declaration_that_says_other_than_the_licence_is_refused(field: str, value: Any) -> None:
    case, licence = ready()
    with pytest.raises(NotAllowedNow) as refused:
        reserved(case, licence, **{field: value})
    assert len(refused.value.reasons) == 1 and refused.value.text("zh")


def test_07_no_more_leaves_than_there_is_of_the_lot() -> None:
    case, licence = ready(lot={"id": "LOT-7", "made": "600"})
    lot = f"{MAKER}:LOT-7"
    case.step(PREPARER, "lot", "consume", lot, quantity="200", unit="KGM", day=JANUARY_5)
    clearance = reserved(case, licence)
    with pytest.raises(NotAllowedNow, match="only 400 KGM of the lot are left"):
        left(case, clearance, "500")
    left(case, clearance, "400")
    with pytest.raises(NotAllowedNow, match="more than is left"):
        case.step(PREPARER, "lot", "destroy", lot, quantity="0.1", unit="KGM", day=JANUARY_5)
    case.step(CUSTOMS, "lot", "return", lot, quantity="100", unit="KGM", day=JANUARY_5)
    case.step(PREPARER, "lot", "destroy", lot, quantity="100", unit="KGM", day=JANUARY_5)


def test_08_two_persons_revoke_and_whoever_recommends_does_not_decide() -> None:
    case, licence = ready()
    with pytest.raises(NotAllowedNow, match="second person"):
        case.step(DECIDER, "licence", "revoke", licence, reason="r")
    case.step(DECIDER, "licence", "propose", licence, step="revoke", reason="r")
    with pytest.raises(NotAllowedNow, match="second person"):
        case.step(DECIDER, "licence", "revoke", licence, reason="r")
    case.step(SECOND, "licence", "revoke", licence, reason="r")
    assert case.record("licence", licence).state == "revoked"
    new = case.recommended(lot={"id": "LOT-9"})
    with pytest.raises(Forbidden):
        case.step(person("o1", "decider"), "application", "deny", new, reasons=[{"code": "R", "cite": "c"}])


def test_09_others_learn_nothing_not_even_that_a_record_is_there() -> None:
    case, licence = ready()
    for kind, id in (("licence", licence), ("application", "CN-A-2025-000001")):
        with pytest.raises(NotFound) as there:
            case.step(STRANGER, kind, "note", id, text="?")
        with pytest.raises(NotFound) as nowhere:
            case.step(STRANGER, kind, "note", id[:-1] + "9", text="?")
        assert type(there.value) is type(nowhere.value)
        assert view(case.record(kind, id), STRANGER, case.at).facts == {}


def test_10_a_step_is_written_whole_or_not_at_all_and_nothing_deletes(monkeypatch: pytest.MonkeyPatch) -> None:
    from lotgate.licence import effects

    case = Case()
    new = case.recommended()
    before, records = list(case.store.entries()), case.store.records()

    def fails(*arguments: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setitem(effects.AFTER, "issue_licence", fails)  # type: ignore[arg-type]
    grant = {"quantity": "500", "valid_from": "2025-12-20", "valid_to": "2026-06-20", "reason": "r"}
    with pytest.raises(RuntimeError):
        case.step(DECIDER, "application", "grant", new, **grant)
    monkeypatch.undo()
    assert list(case.store.entries()) == before and case.store.records() == records
    done = case.step(DECIDER, "application", "grant", new, **grant)
    assert done.record.facts["licence"].endswith("000001")  # the number was not lost either
    assert [(e.draft.kind, e.draft.event, e.draft.cause) for e in done.entries] == [
        ("application", "grant", None), ("licence", "issue", "application.grant"),
    ]  # fmt: skip
    assert not [name for name in dir(Transaction) if "delete" in name or "update" in name]


def test_11_an_auditor_recomputes_the_chain_from_an_export_alone(tmp_path: Path) -> None:
    from lotgate.licence.log import audit, export_lines, signed_head

    case, licence = ready()
    reserved(case, licence)
    keys = KeyFolder.create(tmp_path / "keys", "did:web:example", "Example", "示例", case.at)
    head = signed_head([case.store.head()], keys, "2026-01-05T04:00:00.000000Z")
    (tmp_path / "log").write_bytes(b"".join(export_lines(case.store.entries(), [head], keys.public)))
    found = audit(tmp_path / "log", keys.public)
    assert found.whole and found.books["main"].hash == case.store.head().hash


def test_12_state_is_the_replay_of_the_log_at_every_step() -> None:
    case, licence = ready()
    left(case, reserved(case, licence), "499")
    entries = list(case.store.entries())
    assert replay(entries) == {(one.kind, one.id): one for one in case.store.records()}
    assert as_of(entries, date(2025, 12, 31))["licence", licence].state == "issued"
    assert ("clearance", "CN-C-2026-000001") not in as_of(entries, date(2025, 12, 31))
    with pytest.raises(ValueError, match="does not follow"):
        replay(entries[1:])


def test_13_a_message_repeated_changes_nothing_and_a_conflicting_one_is_refused_and_reported() -> None:
    case, licence = ready()
    told = Command("licence", "reserve", licence, declaration(), message="m-1")
    first = act(case.store, CUSTOMS, told, case.at)
    entries = list(case.store.entries())
    again = act(case.store, CUSTOMS, told, case.at)
    assert again.repeated and (again.record, again.others) == (first.record, first.others)
    assert list(case.store.entries()) == entries
    with pytest.raises(Conflict, match="m-1"):
        act(case.store, CUSTOMS, Command("licence", "reserve", licence, declaration("D-9"), message="m-1"), case.at)
    (finding,) = case.store.records("finding")
    assert finding.facts["about"] == "example-customs:m-1" and finding.facts["first"] != finding.facts["second"]
    elsewhere = Actor("k9", "other-customs", frozenset({"customs"}), frozenset({"cn"}))
    with pytest.raises(NotAllowedNow):  # the same id from somebody else is another message
        act(case.store, elsewhere, told, case.at)


def test_13_a_refused_message_may_be_sent_again() -> None:
    case, licence = ready()
    told = Command("licence", "reserve", licence, declaration(day="2026-01-05"), message="m-1")
    case.step(DECIDER, "licence", "suspend", licence, reason="r")
    with pytest.raises(NotAllowedNow):
        act(case.store, CUSTOMS, told, case.at)
    case.step(OFFICER, "licence", "propose", licence, step="reinstate", reason="r")
    case.step(DECIDER, "licence", "reinstate", licence, reason="r")
    assert not act(case.store, CUSTOMS, told, case.at).repeated


def test_14_runs_out_of_order_converge() -> None:
    ends = []
    for order in itertools.permutations((1, 2)):
        case, licence = ready(header=GENERAL)
        for run in order:
            use = {**declaration(f"D-{run}", quantity="100"), "type": "original"}
            line = {"licence": licence, "cumulative": str(100 * run), "unit": "KGM", "uses": [use]}
            done = report(case.store, CUSTOMS, "cn:port", run, [line], case.at)
        assert not done.results
        ends.append(case.record("licence", licence).facts["ledger"])
    assert ends[0] == ends[1]


def test_15_customs_know_of_a_suspension_before_the_authority_gets_its_answer() -> None:
    case, licence = ready()
    clearance = reserved(case, licence)
    done = case.step(DECIDER, "licence", "suspend", licence, reason="r")
    assert [(e.draft.kind, e.draft.event) for e in done.entries] == [("licence", "suspend"), ("clearance", "stop")]
    assert view(case.record("clearance", clearance), CUSTOMS, case.at).facts["stopped"] is True
    for event in ("release", "exit"):
        data = {"quantity": "500", "unit": "KGM", "day": JANUARY_5} if event == "exit" else {}
        with pytest.raises(NotAllowedNow, match="suspended"):
            case.step(CUSTOMS, "clearance", event, clearance, **data)
    case.step(DECIDER, "licence", "propose", licence, step="revoke", reason="r")
    case.step(SECOND, "licence", "revoke", licence, reason="r")
    assert case.record("clearance", clearance).state == "cancelled"
    assert case.record("licence", licence).facts["ledger"]["open"] == {}


def test_16_every_licence_cites_rules_day_and_facts() -> None:
    """That the same rules on the same facts give the same is tried line by line in test_linking.py."""
    case, licence = ready()
    facts = case.record("licence", licence).facts
    run = case.record("application", facts["application"]).facts["run"]
    assert (facts["law"], facts["law_day"], facts["run_sha256"]) == (run["law"], run["day"], run["facts_sha256"])
    draft = case.draft(lot={"id": "LOT-X"})
    assert "run" in case.record("application", draft).facts
    bare = case.step(PREPARER, "application", "create", content=content(lot={"id": "LOT-Y"})).record.id
    with pytest.raises(NotAllowedNow, match="reasoning of a check is not attached"):
        case.step(SIGNATORY, "application", "submit", bare, signed_as="manager")


def test_17_a_deadline_follows_from_events_and_calendar_alone() -> None:
    case = Case()
    new = case.accepted()
    case.wait(5)
    case.step(OFFICER, "application", "ask", new, questions=["Why?"], due="2026-01-20")
    case.wait(9)
    case.step(PREPARER, "application", "answer", new, answers={"q1": "Because."})
    day = date(2026, 1, 15)
    shown = decision_clock(case.record("application", new), day)
    replayed = decision_clock(replay(case.store.entries())["application", new], day)
    plain = clock("cn", date(2025, 12, 20), (), day)
    assert shown == replayed and shown is not None and shown.due is not None and plain.due is not None
    assert shown.due > plain.due and shown.start == plain.start


def test_17_no_answer_in_time_lapses_the_case_and_not_before() -> None:
    case = Case()
    new = case.accepted()
    case.step(OFFICER, "application", "ask", new, questions=["Why?"], due="2026-01-20")
    case.at = datetime(2026, 1, 20, 15, 59, tzinfo=UTC)
    with pytest.raises(NotAllowedNow, match="no answer is overdue"):
        case.step(SYSTEM, "application", "lapse", new)
    case.at = datetime(2026, 1, 20, 16, 0, tzinfo=UTC)
    case.step(SYSTEM, "application", "lapse", new)
    assert case.record("application", new).state == "returned_without_action"


def test_18_a_withdrawn_document_stays_in_the_log_and_is_needed_anew() -> None:
    case = Case()
    new, contract = case.draft(), file("contract")
    before = len(list(case.store.entries()))
    case.step(PREPARER, "application", "detach", new, sha256=contract["sha256"], reason="wrong page")
    assert contract["sha256"] not in case.record("application", new).facts["attachments"]
    events = [entry.draft.event for entry in case.store.entries()]
    assert len(events) == before + 1 and events[-1] == "detach" and "attach" in events
    with pytest.raises(NotAllowedNow, match="no such file"):
        case.step(PREPARER, "application", "detach", new, sha256=contract["sha256"])
    with pytest.raises(NotAllowedNow, match="Copy of the contract"):
        case.step(SIGNATORY, "application", "submit", new, signed_as="manager")
    case.step(PREPARER, "application", "attach", new, **contract)
    case.step(SIGNATORY, "application", "submit", new, signed_as="manager")
    with pytest.raises(NotAllowedNow):
        case.step(PREPARER, "application", "detach", new, sha256=contract["sha256"])


def test_18_files_are_fixed_by_their_hash_signed_with_the_case_and_opened_only_when_clean() -> None:
    case = Case()
    new = case.draft()
    with pytest.raises(NotAllowedNow, match="attached already"):
        case.step(PREPARER, "application", "attach", new, **file("contract"))
    with pytest.raises(NotAllowedNow, match="files may be"):
        case.step(PREPARER, "application", "attach", new, **{**file("other"), "media_type": "text/html"})
    case.step(SIGNATORY, "application", "submit", new, signed_as="manager")
    record, contract = case.record("application", new), file("contract")["sha256"]
    assert record.facts["versions"][0]["sha256"] == content_digest(record.facts)
    without = {name: one for name, one in record.facts["attachments"].items() if name != contract}
    assert content_digest({**record.facts, "attachments": without}) != content_digest(record.facts)
    assert not may_open(record, OFFICER, contract, date(2025, 12, 20))
    with pytest.raises(NotAllowedNow, match="not found free of viruses"):
        case.step(INTAKE, "application", "accept", new)
    for result, opens in (("clean", True), ("infected", False)):
        case.step(SYSTEM, "application", "check_file", new, sha256=contract, result=result, scanner="example 1")
        assert may_open(case.record("application", new), OFFICER, contract, date(2025, 12, 20)) is opens


def test_19_a_reader_gets_what_the_reader_lists_say() -> None:
    case, licence = ready()
    customs = view(case.record("licence", licence), CUSTOMS, case.at).facts
    end_user = view(case.record("licence", licence), outsider("e1", "end_user", organisation="example-plant"), case.at)
    assert customs["value"] == "40000.5" and "proposals" not in customs
    assert not {"value", "currency", "ledger", "consignee", "port"} & set(end_user.facts)


def test_20_status_list_customs_view_and_paper_tell_the_same_state(tmp_path: Path) -> None:
    from lotgate.licence.credentials import check_paper, place_of, signed_licence, signed_status_list
    from lotgate.licence.papers import sheet

    case, licence = ready()
    keys = KeyFolder.create(tmp_path / "keys", "did:web:example", "Example", "示例", case.at)
    jws = signed_licence(case.record("licence", licence), keys, "https://example.org")
    steps: list[tuple[str, str | None, dict[str, str]]] = [
        ("issued", None, {}), ("suspended", "suspend", {"reason": "r"}),
        ("suspended", "propose", {"step": "revoke", "reason": "r"}),
        ("revoked", "revoke", {"reason": "r"}),
    ]  # fmt: skip
    for (state, event, data), who in zip(steps, (DECIDER, DECIDER, DECIDER, SECOND), strict=True):
        if event:
            case.step(who, "licence", event, licence, **data)
        record = case.record("licence", licence)
        lists = [
            signed_status_list([record], place_of(licence)[0], purpose, keys, "https://example.org", case.at)
            for purpose in ("revocation", "suspension")
        ]
        assert (check_paper(jws, keys.public, lists, case.at).answer == "valid") is (state == "issued")
        seen = view(record, CUSTOMS, case.at)
        assert seen.state == state and sheet("licence", record, "en")["state"] == seen.state_title.en


def test_21_both_languages_say_the_same(tmp_path: Path) -> None:
    """Every paper is compared in test_licence_papers.py; here every refusal is, figure by figure."""
    import re

    case, licence = ready()
    attempts: list[dict[str, Any]] = [
        {"quantity": "501"}, {"destination": "FR"}, {"day": "2027-01-01"}, {"unit": "C62"}, {"lot": "L-2"},
    ]  # fmt: skip
    for changes in attempts:
        with pytest.raises(NotAllowedNow) as refused:
            reserved(case, licence, **changes)
        for reason in refused.value.reasons:
            said = [sorted(set(re.findall(r"[A-Z0-9-]*\d[A-Z0-9-]*", text))) for text in (reason.en, reason.zh)]
            assert said[0] == said[1], reason


@pytest.mark.parametrize(
    "name", ["", "no-colon", ":LOT", f"{MAKER}:", f"{MAKER}:two words", f"{MAKER}:{'x' * 81}", "a:b;c", "a:b/c"]
)
def test_names_given_by_their_sender_are_names(name: str) -> None:
    case = Case()
    with pytest.raises((InputError, NotFound)):
        case.step(PREPARER, "lot", "make", name, quantity="1", unit="KGM", day=JANUARY_5)
    with pytest.raises((InputError, NotFound)):
        report(case.store, CUSTOMS, name, 1, [{"licence": "L", "cumulative": "0", "unit": "KGM"}], case.at)
