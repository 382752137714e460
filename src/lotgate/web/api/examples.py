"""Examples for the description of the API, one for every operation: what is sent, where, and what comes back.

Bodies of steps are made from the domain's forms and a word for each field, so that a new field needs a word here too.
Everything in them is of the demonstration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lotgate.licence.forms import Field, form_of
from lotgate.licence.machines import machine, state_title
from lotgate.web.services import demonstration
from lotgate.web.services.cases import PLURAL

__all__ = ["answer_of", "body_of_step", "describe"]

DAY, AT, SHA, JOB = "2026-03-02", "2026-03-02T09:30:00.000000Z", "0" * 64, "6f1c2d34-0a5b-4c7e-9f10-2b3c4d5e6f70"
IDS = {
    "application": "CN-A-2026-000001", "licence": "CN-L-2026-000001", "clearance": "CN-C-2026-000001",
    "delivery": "CN-C-2026-000001", "lot": "demo-exporter:DEMO-D01", "finding": "F-2026-000001",
}  # fmt: skip
_FIELDS: Mapping[str, Any] = {
    "name": "contract.pdf", "sha256": SHA, "size": 1000, "media_type": "application/pdf", "language": "en",
    "reason": "Documents of another lot", "scanner": "scanner 1.0", "result": "clean", "signed_as": "legal representative",
    "team": "magnets", "officer": "authority-officer", "questions": ["Which pump is the rotor for?"], "due": "2026-03-20",
    "answers": {"Q1": "Type P-100, water supply"}, "party": "demo-end-user", "list": "us-entity-list", "entry": "E-1",
    "score": "0.91", "hit": "H1", "body": "demo-body", "question": "Is the quantity usual?", "purpose": "consultation",
    "view": "agree", "text": "Usual for pumps of this size", "visible": "no", "code": ["1C905.a.4"],
    "conditions": "Receipt within 30 days", "quantity": "120", "unit": "KGM", "valid_from": DAY,
    "valid_to": "2026-12-31", "cite": "Regulation 792, art. 16", "grounds": "The end use was confirmed since",
    "declaration": "DECL-0000001", "exporter": "demo-exporter", "lot": "LOT-0000001", "end_user": "demo-end-user",
    "destination": "DE", "day": DAY, "clearance": IDS["clearance"], "licence": IDS["licence"], "step": "revoke",
    "evidence": SHA, "about": IDS["licence"], "law": "2026-08-22", "known_as_of": "2026-08-22", "answer": "apply",
    "regime_answer": "apply", "decision": {"line": "D01", "answer": "apply"}, "facts": {"tables": {}},
    "facts_sha256": SHA,
}  # fmt: skip
"""A word for each field of the forms of steps; words of closed lists that do not fit a field give way to its first."""


def body_of_step(form: str) -> dict[str, Any]:
    """A whole body for a step's form."""
    taken = form_of(form)
    if taken.takes == "content":
        return {"content": demonstration.content(1)}
    if taken.takes == "certificate":
        return demonstration.certificate(1, day=date.fromisoformat(DAY))
    if form == "application.attach":
        return {"kind": "contract", **_filled(field for field in taken.fields if field.name != "kind")}
    return _filled(taken.fields)


def _filled(fields: Iterable[Field]) -> dict[str, Any]:
    return {field.name: _value(field) for field in fields}


def _value(field: Field) -> Any:
    if field.type == "records":
        return [_filled(field.of)]
    if field.words:
        known = _FIELDS.get(field.name)
        return known if known in field.words else next(iter(field.words))
    value = _FIELDS[field.name]
    return value[0] if isinstance(value, list) and field.type in ("text", "id") else value


_CHECK = {
    "id": JOB, "name": "shipments.xlsx", "state": "done", "stage": "", "done": 18, "total": 18,
    "options": {"on": "", "regimes": ["cn"], "as_known": ""}, "law": {"version": "2026-08-22", "known_as_of": "2026-08-22"},
    "counts": {"go": 2, "ask": 1, "apply": 14, "stop": 1}, "errors": [], "created": AT, "finished": AT,
}  # fmt: skip
_LINE = {
    "position": 0, "line": "D01", "date": DAY, "answer": "apply", "answers": {"cn": "apply"}, "destination": "DE",
    "end_user": "demo-end-user", "holds_until": None,
}  # fmt: skip
_TOKEN = {
    "id": 1, "name": "gate 4", "organisation": "demo-customs", "scopes": ["act:licence", "read"], "expires": AT,
    "revoked": None, "used": None,
}  # fmt: skip
_MEMBERSHIP = {
    "id": 1, "organisation": "demo-authority", "role": "officer", "acts_for": None, "since": DAY, "until": None,
}  # fmt: skip
_ISSUER = {"id": "did:web:licences.example.org", "name": "Demonstration authority", "name_zh": "示例主管部门"}
_PAPER = {
    "answer": "valid", "kind": "ExportLicenceCredential", "id": "https://licences.example.org/licences/CN-L-2026-000001",
    "issuer": _ISSUER["id"], "subject": {"number": IDS["licence"]},
    "findings": [{"holds": True, "en": "good signature", "zh": "签名有效"}],
}  # fmt: skip
_CHANGE = {"line": "D01", "day": "2026-11-11", "before": "go", "after": "ask", "measures": ["CN-2025-61#1.3"]}
_USE = {
    "licence": IDS["licence"], "cumulative": "120", "unit": "KGM",
    "uses": [{"type": "original", "declaration": "DECL-0000001", "quantity": "120", "unit": "KGM", "day": DAY}],
}  # fmt: skip

_BODIES: Mapping[str, Any] = {
    "check_ask": {"workbook": "the bytes of shipments.xlsx", "on": DAY, "regimes": "cn,us"},
    "check_answer": {"answers": [{"subject": "D16", "fact": "end_use", "value": "civil", "source": "letter of 1 March"}]},
    "check_apply": {"regime": "cn"},
    "file_attach": {"file": "the bytes of contract.pdf", "kind": "contract", "language": "en"},
    "licence_verify": {"credential": "eyJhbGciOiJFZDI1NTE5In0.eyJpZCI6Im9uZSJ9.c2lnbmF0dXJl"},
    "customs_report": {"run": 1, "lines": [_USE]},
    "token_make": {"name": "gate 4", "scopes": ["read", "act:licence"], "days": 90},
    "people_add": {"username": "officer-2", "email": "officer-2@example.org"},
    "people_organisation": {
        "code": "bureau", "name": "Bureau of Examples", "name_zh": "示例局", "country": "CN", "regimes": ["cn"],
    },
    "people_give": {"user": "officer-2", "organisation": "bureau", "role": "officer"},
    "issuer_name": {"name": _ISSUER["name"], "name_zh": _ISSUER["name_zh"]},
}  # fmt: skip
_ANSWERS: Mapping[str, Any] = {
    "check_ask": {**_CHECK, "state": "queued", "done": 0, "total": 0, "counts": {}, "law": {}, "finished": None},
    "check_answer": {**_CHECK, "state": "queued", "done": 0, "total": 0, "counts": {}, "law": {}, "finished": None},
    "check_list": [_CHECK], "check_show": _CHECK, "check_lines": [_LINE],
    "check_line": {**_LINE, "decision": {"line": "D01", "answer": "apply"}},
    "check_explain": {"line": "D01", "answer": "apply", "regimes": {}},
    "check_questions": [{
        "subject": "D16", "fact": "end_use", "lines": ["D16"], "measures": ["CN-DUIR-792"],
        "question": {"en": "What will the end user do with the goods?", "zh": "最终用户如何使用该货物？"},
    }],
    "check_horizon": [_CHANGE],
    "check_portfolio": {"lines": 18, "by_answer": {"go": 2, "ask": 1, "apply": 14, "stop": 1}},
    "check_changes": [{"line": "D01", "date": DAY, "before": "ask", "after": "apply"}],
    "licence_verify": _PAPER,
    "customs_report": {"taken": [1], "waiting": [], "missing": None, "results": [], "repeated": False},
    "audit_verify": {"entries": 274, "whole": True, "findings": []},
    "audit_head": {"head": "eyJhbGciOiJFZDI1NTE5In0.e30.c2lnbmF0dXJl", "keys": {"issuer": _ISSUER["id"], "keys": []}},
    "me_show": {
        "user": "customs-officer", "organisation": "demo-customs", "roles": ["customs"], "regimes": ["cn"],
        "scopes": ["act:licence", "read"],
    },
    "token_list": [_TOKEN], "token_make": {**_TOKEN, "token": "lotgate_shown-this-once"}, "token_revoke": {"revoked": 1},
    "people_list": [{"username": "authority-officer", "active": True, "memberships": [_MEMBERSHIP]}],
    "people_add": {"username": "officer-2", "password": "shown-this-once"},
    "people_organisation": {"code": "bureau", "name": "Bureau of Examples", "name_zh": "示例局", "country": "CN"},
    "people_give": _MEMBERSHIP, "people_end": {"ended": 1}, "issuer_show": _ISSUER, "issuer_name": _ISSUER,
}  # fmt: skip
_PLACES: Mapping[str, Any] = {
    "job": JOB, "line": "D01", "sha256": SHA, "feed": "cn:port-1", "number": 1, "Idempotency-Key": "gate4-2026-03-02-0001",
    "version": 1, "as_of": DAY, "size": 50, "words": "DEMO", "language": "en",
}  # fmt: skip


def answer_of(kind: str, target: str = "") -> dict[str, Any]:
    """A record as the API gives it."""
    states = machine(kind).states
    state = target if target in states else next(iter(states))
    title = state_title(kind, state)
    regime = "" if kind in ("lot", "finding") else "cn"
    return {
        "kind": kind, "id": IDS[kind], "regime": regime, "state": state, "state_title": {"en": title.en, "zh": title.zh},
        "version": 1, "opened": AT, "changed": AT, "facts": {}, "clock": None, "steps": [], "needed": [],
    }  # fmt: skip


def describe(operation: dict[str, Any], path: str) -> None:
    """Puts the examples of an operation into its description."""
    name = operation["operationId"]
    kind = next((one for one, many in PLURAL.items() if path.split("/")[3] == many), "")
    event = name.removeprefix(f"{kind}_") if kind else ""
    step = bool(kind) and event in machine(kind).events
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        sent = _BODIES.get(name)
        if sent is None and step:
            sent = body_of_step(machine(kind).rows_for(event)[0].form)
        if sent is not None:
            content["examples"] = {"demonstration": {"value": sent}}
            operation["requestBody"]["content"][media] = content
    for parameter in operation.get("parameters", ()):
        held = {**_PLACES, "id": IDS.get(kind, ""), "name": "licence" if kind == "licence" else "certificate"}
        if held.get(parameter["name"]):
            parameter["example"] = held[parameter["name"]]
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json")
        if content is not None and str(status).startswith("2"):
            content["examples"] = {"demonstration": {"value": _answered(name, kind, event if step else "")}}


def _answered(name: str, kind: str, event: str) -> Any:
    if name in _ANSWERS:
        return _ANSWERS[name]
    if name == f"{kind}_list":
        return {"rows": [answer_of(kind)], "next": ""}
    if name == f"{kind}_show":
        return answer_of(kind)
    if name == f"{kind}_history":
        first = machine(kind).rows[0]
        return [{"kind": kind, "id": IDS[kind], "version": 1, "event": first.event, "after": first.target, "at": AT}]
    of = kind or "application"
    target = machine(of).rows_for(event)[0].target if event else "draft"
    return {"record": answer_of(of, target), "others": [], "entries": [], "repeated": False}
