"""What of a record a person gets to see: facts and entries without what is not theirs to read.

Content, certificates and licences name their readers field by field (fields.yaml). For what happens to a record the
readers stand here; what nobody named is for authority and auditors alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lotgate.licence import Actor, Entry, Record
from lotgate.licence.forms import Field, documents, named_fields, sections
from lotgate.licence.people import sides

__all__ = ["may_read_document", "shown", "shown_history"]

EVERYONE = frozenset({"exporter", "end-user", "authority", "consulted", "customs", "reader"})
PARTIES = EVERYONE - {"end-user"}
CASE = frozenset({"exporter", "authority", "reader"})
INTERNAL = frozenset({"authority", "reader"})

_OPEN = (
    "regime", "kind", "exporter", "lot", "end_user", "destination", "application", "licence", "declaration",
    "cleared", "quantity", "unit", "day", "exited", "due", "received", "valid_from", "valid_to", "replaces",
    "replaced_by", "confirmed",
)  # fmt: skip
_READERS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "application": {
        **dict.fromkeys(
            ("questions", "signed", "versions", "content_version", "run", "clock", "appeal_due", "superseded_by",
             "supersedes", "withdrawn", "appeal", "came_from", "decisions"), CASE),
        "referrals": INTERNAL | {"consulted"},
        "notes": CASE,
    },
    "licence": {
        **dict.fromkeys(("ledger", "max_uses", "partial_use", "tolerance", "suspended", "revoked", "surrendered",
                         "item", "issued"), PARTIES),
        "notes": INTERNAL,
    },
    "clearance": dict.fromkeys(("taken", "stopped", "history", "lodged", "code", "reason", "clearance"), PARTIES),
    "delivery": dict.fromkeys(("verified", "failed", "resolved"), CASE),
    "lot": dict.fromkeys(("made", "consumed", "shipped", "returned", "destroyed", "evidence"), PARTIES),
    "finding": {"about": INTERNAL, "text": INTERNAL, "closed": INTERNAL},
}  # fmt: skip


def shown(actor: Actor, record: Record) -> dict[str, Any]:
    """The facts of a record that the person may read; who did what in `by` only where that is theirs to know."""
    on = sides(actor)
    special: Mapping[str, Callable[[Any], Any]] = {
        "content": lambda value: _content(on, value),
        "certificate": lambda value: _fields(on, named_fields("certificate"), value),
        "attachments": lambda value: {k: v for k, v in value.items() if may_read_document(actor, v["kind"])},
        "referrals": lambda value: [one for one in value if INTERNAL & on or one["body"] == actor.organisation],
        "notes": lambda value: [one for one in value if INTERNAL & on or one.get("visible") == "yes"],
    }
    known = _READERS.get(record.kind, {})
    licence = {field.name: field.readers for field in named_fields("licence")} if record.kind == "licence" else {}
    found = {}
    for name, value in record.facts.items():
        readers = known.get(name) or licence.get(name) or (EVERYONE if name in _OPEN else INTERNAL)
        if name in ("content", "certificate", "attachments"):
            readers = EVERYONE
        if readers & on:
            seen = special[name](value) if name in special else value
            found[name] = seen if INTERNAL & on else _nameless(seen)
    return found


def shown_history(actor: Actor, entries: Iterable[Entry], now: Record) -> list[dict[str, Any]]:
    """Entries as the person may read them: whole for authority and auditors; for others the bare steps, with what
    their own organisation filled in, and without the steps inside the authority."""
    if INTERNAL & sides(actor):
        return [entry.to_json() for entry in entries]
    found = []
    for entry in entries:
        draft = entry.draft
        own = draft.organisation == actor.organisation
        if draft.event in INTERNAL_EVENTS and not own:
            continue
        bare = {
            "kind": draft.kind, "id": draft.id, "event": draft.event, "before": draft.before, "after": draft.after,
            "at": draft.at, "day": draft.day,
        }  # fmt: skip
        found.append(bare | ({"actor": draft.actor, "data": draft.data} if own else {}))
    return found


INTERNAL_EVENTS = frozenset({"screen", "resolve", "refer", "reply", "note", "recommend", "assign", "check_file"})
"""Steps inside the authority, which the applicant's history leaves out."""


def may_read_document(actor: Actor, kind: str) -> bool:
    """Whether a kind of attached document is the person's to read."""
    readers = {document.kind: document.readers for document in documents()}
    return bool(readers.get(kind, INTERNAL) & sides(actor))


def _content(on: frozenset[str], content: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for section in sections():
        fields = _fields(on, section.fields, content.get(section.name, {}))
        if fields:
            found[section.name] = fields
    return found


def _fields(on: frozenset[str], fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: values[field.name] for field in fields if field.name in values and field.readers & on}


def _nameless(value: Any) -> Any:
    """The same without the names of the officers who acted."""
    if isinstance(value, Mapping):
        return {name: _nameless(inner) for name, inner in value.items() if name != "by"}
    if isinstance(value, list):
        return [_nameless(inner) for inner in value]
    return value
