"""What a person sees of a record: facts cut down to what the person's side may read, the clock, the steps to take.

The reader lists stand in data/readers.yaml and data/fields.yaml. A fact on no list is shown to auditors alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from lotgate.dates import parse_day
from lotgate.law import Text
from lotgate.law.reading import read_yaml
from lotgate.licence.acts import Move, day_of, moves
from lotgate.licence.clocks import Clock, Pause, clock, regime_clock
from lotgate.licence.forms import Field, documents, named_fields, readers, sections
from lotgate.licence.machines import DATA, event_title, machine, state_on, state_title
from lotgate.licence.people import touching
from lotgate.licence.records import Actor, Entry, Record
from lotgate.licence.reducers import replay

__all__ = ["Seen", "Trace", "as_of", "decision_clock", "history", "may_open", "view"]


@dataclass(frozen=True)
class Seen:
    """A record as one person sees it at one instant."""

    kind: str
    id: str
    regime: str
    state: str
    state_title: Text
    open: bool
    waits_for: str | None
    version: int
    opened: str
    changed: str
    facts: Mapping[str, Any]
    clock: Clock | None
    moves: tuple[Move, ...]

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "kind": self.kind,
            "id": self.id,
            "regime": self.regime,
            "state": self.state,
            "state_title": {"en": self.state_title.en, "zh": self.state_title.zh},
            "open": self.open,
            "waits_for": self.waits_for,
            "version": self.version,
            "opened": self.opened,
            "changed": self.changed,
            "facts": self.facts,
            "clock": self.clock.to_json() if self.clock else None,
            "moves": [
                {
                    "event": move.event,
                    "title": {"en": move.title.en, "zh": move.title.zh},
                    "reasons": [{"en": reason.en, "zh": reason.zh} for reason in move.reasons],
                }
                for move in self.moves
            ],
        }


@dataclass(frozen=True)
class Trace:
    """One line of a record's history as a person may see it."""

    at: str
    day: str
    event: str
    title: Text
    state: str
    person: str | None
    organisation: str
    book: str
    sequence: int


def view(record: Record, actor: Actor, at: datetime) -> Seen:
    """The record as the person sees it; of one the person may not know of, nothing but its name is left."""
    day = day_of(record.regime, at)
    state = state_on(record, day)
    meant = machine(record.kind).states[state]
    seen_by = touching(actor, record, day)
    facts = _cut(record, actor, seen_by)
    return Seen(
        record.kind, record.id, record.regime, state, state_title(record.kind, state), meant.open, meant.waits_for,
        record.version, record.opened, record.changed, facts,
        decision_clock(record, day) if "clock" in facts else None, tuple(moves(record, actor, at)),
    )  # fmt: skip


def decision_clock(record: Record, day: date) -> Clock | None:
    """What the decision clock of an application shows on a day; None before it was accepted.

    Once decided it stands where it stood on the day of the decision.
    """
    kept = record.facts.get("clock")
    if record.kind != "application" or kept is None:
        return None
    off = None
    if kept["off"] == "listed":
        off = Text("no limit: a party is on the watch list", "不受期限限制：交易方在关注名单上")
    elif kept["off"] is not None:
        authority = regime_clock(record.regime).no_limit_body
        off = Text(f"no limit: referred to {authority}", f"不受期限限制：已报送 {authority}")
    decided = record.facts["decisions"][0]["day"] if record.facts["decisions"] else None
    on = min(day, parse_day(decided)) if decided else day
    return clock(record.regime, parse_day(kept["start"]), [Pause.from_json(p) for p in kept["pauses"]], on, off)


def history(record: Record, entries: Iterable[Entry], actor: Actor, at: datetime) -> Iterator[Trace]:
    """The record's entries as the person may see them: internal steps and names of officers only for those inside."""
    seen_by = touching(actor, record, day_of(record.regime, at))
    inside = bool(seen_by & {"authority", "reader"})
    hidden = _file()["internal_events"].get(record.kind, ())
    for entry in entries:
        draft = entry.draft
        own = draft.organisation == actor.organisation
        visible = draft.event == "note" and draft.data.get("visible") == "yes" and "exporter" in seen_by
        if draft.event in hidden and not inside and not own and not visible:
            continue
        yield Trace(
            draft.at, draft.day, draft.event, event_title(draft.kind, draft.event), draft.after,
            draft.actor if inside or own else None, draft.organisation, entry.book, entry.sequence,
        )  # fmt: skip


def as_of(entries: Iterable[Entry], day: date) -> dict[tuple[str, str], Record]:
    """All records of some entries as they stood at the end of a day of their authority."""
    return replay(entry for entry in entries if parse_day(entry.draft.day) <= day)


def may_open(record: Record, actor: Actor, sha256: str, day: date) -> bool:
    """Whether a person may open an attached file: a reader of its kind; anyone but its owner only once clean."""
    file = record.facts.get("attachments", {}).get(sha256)
    seen_by = touching(actor, record, day)
    if file is None or not _readers_of_document(file["kind"]) & seen_by:
        return False
    return file["checked"] == "clean" or (file["checked"] is None and "exporter" in seen_by)


def _cut(record: Record, actor: Actor, seen_by: frozenset[str]) -> dict[str, Any]:
    if not seen_by:
        return {}
    lists = _file()["facts"][record.kind]
    by_field = {field.name: field.readers for field in named_fields("licence")} if "fields" in lists else {}
    kept = {}
    for name, value in record.facts.items():
        rule = lists.get(name)
        if isinstance(rule, Mapping):
            kept[name] = _FIELDS[rule["fields"]](value, seen_by)
        else:
            allowed = by_field.get(name) or (readers(rule) if rule else frozenset({"reader"}))
            if allowed & seen_by:
                kept[name] = value
    return _particular(record, kept, actor, seen_by)


def _particular(record: Record, kept: dict[str, Any], actor: Actor, seen_by: frozenset[str]) -> dict[str, Any]:
    """What a list of readers cannot say: one's own referral, notes meant for the applicant, names of officers."""
    if "consulted" in seen_by and "referrals" not in kept:
        kept["referrals"] = [r for r in record.facts.get("referrals", ()) if r["body"] == actor.organisation]
    if "exporter" in seen_by and not seen_by & {"authority", "reader"}:
        kept["notes"] = [_unsigned(n) for n in record.facts.get("notes", ()) if n.get("visible") == "yes"]
        for name in ("decisions", "questions"):
            if name in kept:
                kept[name] = [_unsigned(one) for one in kept[name]]
        for name in ("suspended", "reinstated", "revoked", "verified", "failed", "resolved"):
            if name in kept:
                kept[name] = _unsigned(kept[name])
    return kept


def _unsigned(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: inner for name, inner in value.items() if name != "by"}


def _content(value: Mapping[str, Any], seen_by: frozenset[str]) -> dict[str, Any]:
    return {
        section.name: _only(section.fields, value[section.name], seen_by)
        for section in sections()
        if section.name in value
    }


def _certificate(value: Mapping[str, Any], seen_by: frozenset[str]) -> dict[str, Any]:
    return _only(named_fields("certificate"), value, seen_by)


def _documents(value: Mapping[str, Any], seen_by: frozenset[str]) -> dict[str, Any]:
    return {name: file for name, file in value.items() if _readers_of_document(file["kind"]) & seen_by}


def _only(fields: Iterable[Field], value: Mapping[str, Any], seen_by: frozenset[str]) -> dict[str, Any]:
    return {field.name: value[field.name] for field in fields if field.name in value and field.readers & seen_by}


_FIELDS = {"application": _content, "certificate": _certificate, "documents": _documents}


def _readers_of_document(kind: str) -> frozenset[str]:
    return next((document.readers for document in documents() if document.kind == kind), frozenset())


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(DATA / "readers.yaml")
    return found
