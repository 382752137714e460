"""What steps on an application bring about: frozen content, clocks, deadlines, the licence itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lotgate.licence.clocks import calendar, due_day, regime_clock
from lotgate.licence.filing_guards import content_digest, lot_key
from lotgate.licence.kinds import kind_of
from lotgate.licence.records import Record, digest
from lotgate.licence.review_guards import listed_hit

if TYPE_CHECKING:
    from lotgate.licence.acts import Step

__all__ = ["AFTER", "BEFORE", "numbered"]


def numbered(step: Step, regime: str, letter: str) -> str:
    """The next number of a series: law, kind of paper, year of the authority, running number."""
    series = f"{regime.upper()}-{letter}-{step.day_in(regime).year}"
    return f"{series}-{step.tx.number(series):06d}"


def _freeze(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    frozen = {"content_version": record.facts["content_version"] + 1, "content_sha256": content_digest(record.facts)}
    return {**data, **frozen}


def _pause(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "pause": {"why": "questions", "key": "questions"}}


def _resume(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "resume": "questions"}


def _referral_clock(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    rule = regime_clock(record.regime)
    if "body" not in data:
        return {**data, "resume": f"referral:{step.actor.organisation}"}
    made = dict(data)
    if rule.pausing_referral:
        made["pause"] = {"why": data["purpose"], "key": f"referral:{data['body']}"}
    if rule.no_limit_body is not None and data["body"] == rule.no_limit_body:
        made["clock_off"] = "referred"
    return made


def _listed_clock(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return (
        {**data, "clock_off": "listed"} if listed_hit(record, data["hit"]) and data["result"] == "same" else dict(data)
    )


def _appeal_due(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    rule = regime_clock(record.regime)
    limit = rule.appeal
    if limit.days is None:
        return dict(data)
    due = due_day(calendar(rule.calendar) if limit.working else None, step.day(record), limit.days)
    return {**data, "appeal_due": due.isoformat() if due else None}


def _number_successor(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "superseded_by": numbered(step, record.regime, "A")}


def _open_successor(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    """The new draft takes over what was filled in, attached and signed; the reasoning is to be attached anew."""
    kept = ("content", "attachments", "certificate", "certificate_by")
    copy = {name: record.facts[name] for name in kept if name in record.facts}
    copy["supersedes"] = record.id
    step.open("application", data["superseded_by"], "create", copy, "application.amend", regime=record.regime)


def _number_licence(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "licence": numbered(step, record.regime, "L")}


def _issue(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    """The licence of a grant, in the same transaction; one it replaces gives place and hands its account on."""
    issued = _licence_facts(step, record, data)
    old = record.facts["content"]["header"].get("previous")
    before = step.tx.get("licence", old) if old else None
    if before is not None and before.state == "issued":
        step.cause("licence", before.id, "replace", {"replaced_by": data["licence"]}, "application.grant")
        issued = {**issued, "replaces": before.id, "ledger": before.facts["ledger"]}
    step.open("licence", data["licence"], "issue", issued, f"application.{_last(record)}", regime=record.regime)


def _last(record: Record) -> str:
    event: str = record.facts["decisions"][-1]["event"]
    return event


def _licence_facts(step: Step, record: Record, data: Mapping[str, Any]) -> dict[str, Any]:
    """Section by section what the licence says, taken from the application as it was decided."""
    facts, content = record.facts, record.facts["content"]
    kind = kind_of(record.regime, facts["kind"])
    if kind is None:  # grant_fits has refused it before
        raise LookupError(f"no kind {facts['kind']} under {record.regime}")
    item, parties, run = content["item"], content["parties"], facts["run"]
    zero = {"reserved": "0", "cleared": "0", "released": "0", "contra": "0", "uses": 0, "open": {}}
    return {
        "application": record.id,
        "regime": record.regime,
        "kind": facts["kind"],
        "exporter": facts["exporter"],
        "exporter_name": content["exporter"]["name"],
        "lot": facts["lot"],
        "item": item["id"],
        "description": item["description"],
        "description_zh": item.get("description_zh"),
        "codes": sorted(item["code"]),
        "hs": item["hs"],
        "quantity": data["quantity"],
        "unit": content["lot"]["unit"],
        "value": content["value"]["total"],
        "currency": content["value"]["currency"],
        "consignee": parties["consignee"]["id"],
        "consignee_name": parties["consignee"]["name"],
        "end_user": facts["end_user"],
        "end_user_name": parties["end_user"]["name"],
        "end_use": content["end_use"]["text"],
        "destination": facts["destination"],
        "port": content["route"]["port"],
        "valid_from": data["valid_from"],
        "valid_to": data["valid_to"],
        "conditions": data.get("conditions"),
        "issued": step.day(record).isoformat(),
        "law": run["law"],
        "law_day": run["day"],
        "run_sha256": run["facts_sha256"],
        "content_sha256": facts["versions"][-1]["sha256"],
        "certificate_sha256": digest(facts["certificate"]),
        "max_uses": kind.max_uses,
        "partial_use": kind.partial_use,
        "tolerance": str(kind.tolerance),
        "team": facts.get("team"),
        "proposals": {},
        "ledger": zero,
    }


def _record_lot(step: Step, record: Record, data: Mapping[str, Any]) -> None:
    """A lot not seen before is recorded as made, as declared and signed; one that is known stays as it is."""
    lot = record.facts["content"]["lot"]
    if step.tx.get("lot", lot_key(record.facts)) is None:
        made = {
            "exporter": record.facts["exporter"], "quantity": lot["made"], "unit": lot["unit"], "amount": lot["made"],
            "day": lot.get("produced_on", step.day(record).isoformat()), "evidence": record.id,
        }  # fmt: skip
        step.open("lot", lot_key(record.facts), "make", made, "application.submit")


BEFORE: Mapping[str, Callable[[Step, Record, Mapping[str, Any]], dict[str, Any]]] = {
    "freeze": _freeze,
    "pause_clock": _pause,
    "resume_clock": _resume,
    "referral_clock": _referral_clock,
    "listed_clock": _listed_clock,
    "set_appeal_deadline": _appeal_due,
    "new_application": _number_successor,
    "issue_licence": _number_licence,
}

AFTER: Mapping[str, Callable[[Step, Record, Mapping[str, Any]], None]] = {
    "new_application": _open_successor,
    "issue_licence": _issue,
    "record_lot": _record_lot,
}
