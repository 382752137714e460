"""Whole cases, step by step."""

from __future__ import annotations

import pytest
from licence_case import (
    CUSTOMS,
    DECIDER,
    END_USER,
    MAKER,
    OFFICER,
    SECOND,
    Case,
    declaration,
)  # fmt: skip

from lotgate.licence import NotAllowedNow, replay


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
