"""Whole cases, step by step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from licence_case import (
    AUDITOR,
    CUSTOMS,
    DECIDER,
    DOCUMENTS,
    END_USER,
    MAKER,
    OFFICER,
    PREPARER,
    SECOND,
    SIGNATORY,
    START,
    Case,
    certificate,
    content,
    declaration,
    file,
    run,
)  # fmt: skip

from lotgate.licence import Forbidden, NotAllowedNow, replay
from lotgate.licence.views import view


def test_one_lot_from_application_to_verified_delivery() -> None:
    case = Case()
    licence = case.granted()
    case.wait(16)
    clearance = case.step(CUSTOMS, "licence", "reserve", licence, **declaration()).others[0].id
    assert case.record("licence", licence).state == "reserved"
    case.step(CUSTOMS, "clearance", "release", clearance)
    case.step(CUSTOMS, "clearance", "exit", clearance, quantity="499.5", unit="KGM", day="2026-01-05")
    spent = case.record("licence", licence)
    assert (spent.state, spent.facts["ledger"]["cleared"]) == ("used", "499.5")
    assert case.record("lot", f"{MAKER}:LOT-7").facts["shipped"] == "499.5"
    receipt = {"quantity": "499.5", "unit": "KGM", "day": "2026-01-05", "evidence": "a" * 64}
    case.step(END_USER, "delivery", "confirm", clearance, **receipt)
    case.step(OFFICER, "delivery", "verify", clearance, text="receipt and import declaration agree")
    assert case.record("licence", licence).state == "delivery_verified"
    assert replay(case.store.entries()) == {(r.kind, r.id): r for r in case.store.records()}


def test_a_single_licence_is_spent_by_one_export_though_less_was_shipped() -> None:
    case = Case()
    licence = case.granted()
    case.wait(16)
    clearance = case.step(CUSTOMS, "licence", "reserve", licence, **declaration(quantity="100")).others[0].id
    case.step(CUSTOMS, "licence", "clear", licence, clearance=clearance, quantity="100", unit="KGM", day="2026-01-05")
    assert case.record("licence", licence).state == "used"
    with pytest.raises(NotAllowedNow, match="is used"):
        case.step(CUSTOMS, "licence", "reserve", licence, **declaration("D-2", quantity="100"))


def test_suspension_stops_a_reserved_shipment_and_two_persons_reinstate() -> None:
    case = Case()
    licence = case.granted()
    case.wait(16)
    clearance = case.step(CUSTOMS, "licence", "reserve", licence, **declaration()).others[0].id
    case.step(DECIDER, "licence", "suspend", licence, reason="new facts")
    with pytest.raises(NotAllowedNow, match="suspended"):
        case.step(CUSTOMS, "clearance", "exit", clearance, quantity="500", unit="KGM", day="2026-01-05")
    with pytest.raises(NotAllowedNow, match="second person"):
        case.step(DECIDER, "licence", "reinstate", licence, reason="cleared up")
    case.step(OFFICER, "licence", "propose", licence, step="reinstate", reason="cleared up")
    case.step(SECOND, "licence", "reinstate", licence, reason="cleared up")
    assert case.record("licence", licence).state == "reserved"
    case.step(CUSTOMS, "clearance", "exit", clearance, quantity="500", unit="KGM", day="2026-01-05")


def test_what_is_changed_while_returned_is_signed_and_looked_at_anew() -> None:
    case = Case()
    new = case.recommended()
    case.step(OFFICER, "application", "ask", new, questions=["Less?"], due="2026-01-20")
    case.step(PREPARER, "application", "edit", new, content={"end_use": {**content()["end_use"], "text": "Fans"}})
    with pytest.raises(NotAllowedNow, match="a signatory who did not change it"):
        case.step(PREPARER, "application", "answer", new, answers={"q1": "Yes."})
    case.step(SIGNATORY, "application", "answer", new, answers={"q1": "Yes."})
    facts = case.record("application", new).facts
    assert facts["content_version"] == 2 and "recommendation" not in facts and "screened" not in facts
    with pytest.raises(NotAllowedNow, match="no recommendation"):
        case.step(DECIDER, "application", "deny", new, reasons=[{"code": "R1", "cite": "art. 20"}])


def test_an_answer_without_a_change_keeps_what_was_found() -> None:
    case = Case()
    new = case.recommended()
    case.step(OFFICER, "application", "ask", new, questions=["Which pump?"], due="2026-01-20")
    case.step(PREPARER, "application", "answer", new, answers={"q1": "Model P"})
    assert "recommendation" in case.record("application", new).facts


def test_a_quantity_changed_while_returned_needs_a_new_certificate() -> None:
    case = Case()
    new = case.accepted()
    case.step(OFFICER, "application", "ask", new, questions=["Less?"], due="2026-01-20")
    case.step(PREPARER, "application", "edit", new, content={"lot": {**content()["lot"], "quantity": "400"}})
    with pytest.raises(NotAllowedNow, match="quantity: the certificate says"):
        case.step(SIGNATORY, "application", "answer", new, answers={"q1": "Yes."})


def test_an_amendment_opens_a_linked_draft_that_another_person_signs() -> None:
    case = Case()
    new = case.accepted()
    done = case.step(SIGNATORY, "application", "amend", new, reason="another port")
    (draft,) = done.others
    assert done.record.state == "superseded" and done.record.facts["superseded_by"] == draft.id
    assert draft.facts["supersedes"] == new and draft.facts["attachments"] and "run" not in draft.facts
    case.step(PREPARER, "application", "attach_run", draft.id, **run())
    case.step(SIGNATORY, "application", "submit", draft.id, signed_as="manager")


def test_a_replacement_takes_the_account_of_the_old_licence_over() -> None:
    case = Case()
    general = {"regime": "cn", "kind": "general", "language": "en"}
    old = case.granted(header=general)
    case.wait(16)
    gone = case.step(CUSTOMS, "licence", "reserve", old, **declaration(quantity="120")).others[0].id
    with pytest.raises(NotAllowedNow, match="not free to be replaced"):
        case.draft_and_submit(header={**general, "previous": old})
    case.step(CUSTOMS, "clearance", "exit", gone, quantity="120", unit="KGM", day="2026-01-05")
    with pytest.raises(NotAllowedNow, match="120 KGM of licence"):
        case.granted(header={**general, "previous": old}, quantity="100")
    new = case.granted(header={**general, "previous": old}, quantity="300")
    assert case.record("licence", old).state == "replaced" and case.record("licence", old).facts["replaced_by"] == new
    assert case.record("licence", new).facts["ledger"]["cleared"] == "120"
    case.step(CUSTOMS, "clearance", "adjust", gone, quantity="110", unit="KGM", reason="weighed again")
    assert case.record("licence", new).facts["ledger"]["contra"] == "10"
    assert case.record("licence", old).facts["ledger"]["contra"] == "0"


def test_a_failed_delivery_blocks_the_end_user_until_it_is_resolved_by_another() -> None:
    case = Case()
    licence = case.granted()
    case.wait(16)
    gone = case.step(CUSTOMS, "licence", "reserve", licence, **declaration()).others[0].id
    case.step(CUSTOMS, "clearance", "exit", gone, quantity="500", unit="KGM", day="2026-01-05")
    with pytest.raises(NotAllowedNow, match="neither overdue nor different"):
        case.step(DECIDER, "delivery", "fail", gone, reason="no word")
    receipt = {"quantity": "450", "unit": "KGM", "day": "2026-01-05", "evidence": "a" * 64}
    case.step(END_USER, "delivery", "confirm", gone, **receipt)
    with pytest.raises(NotAllowedNow, match="a mismatch opens an inquiry"):
        case.step(OFFICER, "delivery", "verify", gone, text="seen")
    case.step(DECIDER, "delivery", "fail", gone, reason="50 kg are missing")
    assert case.record("licence", licence).state == "delivery_failed"
    again = case.draft(lot={"id": "LOT-8"})
    with pytest.raises(NotAllowedNow, match="to this end user is under inquiry"):
        case.step(SIGNATORY, "application", "submit", again, signed_as="manager")
    with pytest.raises(Forbidden, match="took part by"):
        case.step(DECIDER, "delivery", "resolve", gone, reason="found")
    case.step(SECOND, "delivery", "resolve", gone, reason="found in the warehouse")
    assert case.record("licence", licence).state == "delivery_verified"
    case.step(SIGNATORY, "application", "submit", again, signed_as="manager")


def test_goods_that_need_no_licence_are_closed_with_the_reason_of_the_rules() -> None:
    case = Case()
    new = case.recommended()
    with pytest.raises(NotAllowedNow, match="does not say that no licence is needed"):
        case.step(DECIDER, "application", "close", new, reason="not listed")
    other = case.draft(lot={"id": "LOT-8"})
    case.step(PREPARER, "application", "attach_run", other, **run("go"))
    case.review(other)
    case.step(DECIDER, "application", "close", other, reason="not listed")
    assert case.record("application", other).state == "no_licence_required"


def test_a_certificate_is_signed_here_on_paper_or_as_a_credential(tmp_path: Path) -> None:
    from lotgate.licence.credentials import signed_certificate
    from lotgate.licence.keys import KeyFolder

    keys = KeyFolder.create(tmp_path / "plant", "did:web:plant.example.org", "Example Plant", "示例工厂", START)
    for actor, credential, goes in (
        (PREPARER, None, False),
        (END_USER, None, True),
        (PREPARER, signed_certificate(certificate(), keys), True),
    ):
        case = Case()
        new = case.step(PREPARER, "application", "create", content=content()).record.id
        for kind in DOCUMENTS:
            if kind != "end_user_certificate":
                case.step(PREPARER, "application", "attach", new, **file(kind))
        case.step(PREPARER, "application", "attach_run", new, **run())
        signed = certificate(**({"credential": credential} if credential else {}))
        case.step(actor, "application", "certify", new, **signed)
        if goes:
            case.step(SIGNATORY, "application", "submit", new, signed_as="manager")
            continue
        with pytest.raises(NotAllowedNow, match="no scan of it is attached"):
            case.step(SIGNATORY, "application", "submit", new, signed_as="manager")


def test_a_credential_that_says_other_than_the_certificate_is_refused(tmp_path: Path) -> None:
    from lotgate.licence.credentials import signed_certificate
    from lotgate.licence.keys import KeyFolder

    keys = KeyFolder.create(tmp_path / "plant", "did:web:plant.example.org", "Example Plant", "示例工厂", START)
    case = Case()
    new = case.step(PREPARER, "application", "create", content=content()).record.id
    for credential in (signed_certificate(certificate(site="Elsewhere"), keys), "a.b.c", "none"):
        with pytest.raises(NotAllowedNow, match="says other than the certificate"):
            case.step(PREPARER, "application", "certify", new, **certificate(credential=credential))


def test_notes_are_kept_on_cases_and_licences_and_shown_to_whom_they_are_for() -> None:
    case = Case()
    new = case.accepted()
    case.step(OFFICER, "application", "note", new, text="call the plant")
    case.step(OFFICER, "application", "note", new, text="your file is being read", visible="yes")
    record = case.record("application", new)
    assert [one["text"] for one in record.facts["notes"]] == ["call the plant", "your file is being read"]
    assert record.state == "under_review"
    assert "notes" in view(record, OFFICER, case.at).facts
    told = json.dumps(view(record, PREPARER, case.at).facts)
    assert "call the plant" not in told
    case = Case()
    number = case.granted()
    case.step(DECIDER, "licence", "note", number, text="asked customs")
    assert [one["text"] for one in case.record("licence", number).facts["notes"]] == ["asked customs"]
    assert case.record("licence", number).state == "issued"
    with pytest.raises(Forbidden):
        case.step(AUDITOR, "licence", "note", number, text="an auditor writes findings alone")
