"""What the use of a licence brings about: clearances, the lot's balance, the delivery to be confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lotgate.law import Text
from lotgate.licence.case_effects import numbered
from lotgate.licence.clocks import regime_clock
from lotgate.licence.filing_guards import lot_key
from lotgate.licence.ledger import Ledger, converted, number, written
from lotgate.licence.records import Record, digest
from lotgate.licence.use_guards import account_of, in_licence_unit

if TYPE_CHECKING:
    from lotgate.licence.acts import Step

__all__ = ["AFTER", "BEFORE"]

DECLARED = ("declaration", "exporter", "lot", "code", "end_user", "destination", "quantity", "unit", "day")


def _exact(amount: Decimal | Text) -> Decimal:
    """The amount a guard has let through."""
    if isinstance(amount, Text):
        raise ValueError(amount.en)
    return amount


def _reservation(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    clearance = data.get("clearance") or numbered(step, record.regime, "C")
    return {**data, "clearance": clearance, "taken": written(_exact(in_licence_unit(record, data)))}


def _lodge(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    declared = {**{name: data[name] for name in DECLARED}, "licence": record.id}
    step.open("clearance", data["clearance"], "lodge", declared, "licence.reserve", regime=record.regime)
    step.cause("clearance", data["clearance"], "accept", {"taken": data["taken"]}, "licence.reserve")


def _reserve_licence(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    declared = {**{name: record.facts[name] for name in DECLARED}, "clearance": record.id}
    step.follow("licence", record.facts["licence"], "reserve", declared, "clearance.accept", without="lodge_clearance")


def _taken(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "taken": written(_exact(in_licence_unit(account_of(step, record), record.facts)))}


def _given_back(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "released": written(Ledger.of(record.facts).open[data["clearance"]])}


def _cancel_one(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    step.cause("clearance", data["clearance"], "cancel", {"reason": data["reason"]}, "licence.release")


def _release_licence(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    given = {"clearance": record.id, "reason": data["reason"]}
    step.follow("licence", record.facts["licence"], "release", given, "clearance.cancel", without="cancel_clearance")


def _left(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "cleared": written(_exact(in_licence_unit(record, data)))}


def _exit(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    gone = {name: data[name] for name in ("quantity", "unit", "day", "cleared")}
    step.cause("clearance", data["clearance"], "exit", gone, "licence.clear")


def _cleared(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "cleared": written(_exact(in_licence_unit(account_of(step, record), data)))}


def _clear_licence(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    gone = {"clearance": record.id, **{name: data[name] for name in ("quantity", "unit", "day")}}
    step.follow("licence", record.facts["licence"], "clear", gone, "clearance.exit", without="exit_clearance")


def _ship(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    _change_lot(step, record, number(data["cleared"]), data["clearance"], "licence.clear")


def _change_lot(step: Step, licence: Record, amount: Decimal, clearance: str, by: str) -> None:
    lot = step.tx.get("lot", lot_key(licence.facts))
    if lot is None:
        raise LookupError(f"lot {lot_key(licence.facts)} is not there")
    moved = written(_exact(converted(amount, licence.facts["unit"], lot.facts["unit"])))
    step.cause("lot", lot.id, "ship", {"amount": moved, "evidence": clearance}, by)


def _expect(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    limit = regime_clock(record.regime).receipt.days or 0
    due = step.day(record) + timedelta(days=limit)
    expected = {
        "licence": record.id,
        **{name: record.facts[name] for name in ("exporter", "end_user", "lot", "unit", "destination", "team")},
        "cleared": data["cleared"],
        "exited": data["day"],
        "due": due.isoformat(),
    }
    step.open("delivery", data["clearance"], "expect", expected, "licence.clear", regime=record.regime)


def _stop(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    for clearance in Ledger.of(record.facts).open:
        step.cause("clearance", clearance, "stop", {"reason": data["reason"]}, "licence.suspend")


def _resume(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    for clearance in Ledger.of(record.facts).open:
        step.cause("clearance", clearance, "resume", {}, "licence.reinstate")


def _all_open(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "cancelled": sorted(Ledger.of(record.facts).open)}


def _cancel_all(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    for clearance in data["cancelled"]:
        step.cause("clearance", clearance, "cancel", {"reason": data["reason"]}, "licence.revoke")


def _adjusted(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    amount = _exact(in_licence_unit(account_of(step, record), data))
    return {**data, "was": record.facts["cleared"], "now": written(amount)}


def _written_back(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    amount = _exact(in_licence_unit(account_of(step, record), data))
    return {**data, "was": record.facts["cleared"], "now": written(number(record.facts["cleared"]) - amount)}


def _correct(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    """More use adds to what was cleared, less use adds to what was written back; nothing is overwritten."""
    change = number(data["now"]) - number(data["was"])
    figure = {"cleared": written(change)} if change > 0 else {"contra": written(-change)}
    by = "clearance.correction"
    licence = step.cause("licence", account_of(step, record).id, "correct", {"clearance": record.id, **figure}, by)
    _change_lot(step, licence, change, record.id, by)


def _delivered(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    """A spent licence is delivered once every delivery of it is verified."""
    licence = step.tx.get("licence", record.facts["licence"])
    others = step.tx.find("delivery", "licence", record.facts["licence"], {"expected", "received", "failed"})
    if licence is not None and licence.state in ("used", "delivery_failed") and not others:
        step.cause("licence", licence.id, "verify_delivery", {"delivery": record.id}, "delivery.verify")


def _undelivered(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    licence = step.tx.get("licence", record.facts["licence"])
    if licence is not None and licence.state in ("used", "delivery_verified"):
        step.cause("licence", licence.id, "fail_delivery", {"delivery": record.id}, "delivery.fail")


def _amount(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    unit = record.facts.get("unit", data["unit"])
    amount = _exact(converted(number(data["quantity"]), data["unit"], unit))
    return {**data, "amount": written(amount), "exporter": record.facts["exporter"]}


def _run_hash(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "sha256": digest(data["lines"])}


BEFORE: Mapping[str, Callable[[Step, Record, Mapping[str, Any]], dict[str, Any]]] = {
    "lodge_clearance": _reservation,
    "reserve_licence": _taken,
    "cancel_clearance": _given_back,
    "exit_clearance": _left,
    "clear_licence": _cleared,
    "cancel_clearances": _all_open,
    "adjust_use": _adjusted,
    "write_back_use": _written_back,
    "lot_amount": _amount,
    "run_hash": _run_hash,
}

AFTER: Mapping[str, Callable[[Step, Record, Mapping[str, Any]], None]] = {
    "lodge_clearance": _lodge,
    "reserve_licence": _reserve_licence,
    "cancel_clearance": _cancel_one,
    "release_licence": _release_licence,
    "exit_clearance": _exit,
    "clear_licence": _clear_licence,
    "ship_lot": _ship,
    "expect_delivery": _expect,
    "stop_clearances": _stop,
    "resume_clearances": _resume,
    "cancel_clearances": _cancel_all,
    "adjust_use": _correct,
    "write_back_use": _correct,
    "licence_delivered": _delivered,
    "licence_undelivered": _undelivered,
}
