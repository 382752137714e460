"""A record as a page shows it: labelled rows in blocks, and its history, of what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lotgate.law import Text
from lotgate.licence import Actor, Entry, Record
from lotgate.licence.forms import Field, documents, form_of, holds, named_fields, sections
from lotgate.licence.machines import event_title, machine, state_title
from lotgate.licence.people import roles
from lotgate.tables.schema import END_USES, REGIMES
from lotgate.tables.vocabulary import COUNTRIES, UNITS
from lotgate.web.accounts.models import Organisation
from lotgate.web.pages.words import word
from lotgate.web.services.readers import may_read_document, shown, shown_history

__all__ = [
    "Block", "Happening", "Paper", "blocks", "country", "document_name", "happenings", "organisations", "papers",
    "state_class", "unit",
]  # fmt: skip


@dataclass(frozen=True)
class Block:
    """Labelled rows under a heading."""

    title: Text
    rows: tuple[tuple[Text, Any], ...]


@dataclass(frozen=True)
class Paper:
    """A document of an application: attached, or still to come."""

    kind: str
    title: Text
    needed: bool
    files: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Happening:
    """One step in the history of a record."""

    at: str
    title: Text
    actor: str
    role: Text | None
    after: Text | None
    rows: tuple[tuple[Text, Any], ...]


def country(code: str) -> Text | str:
    """The name of a country in both languages; a code nobody knows as it is."""
    names = COUNTRIES.get(code)
    return Text(*names) if names else code


def unit(code: str) -> Text | str:
    """The name of a unit in both languages; a code nobody knows as it is."""
    found = UNITS.get(code)
    return Text(found.en, found.zh) if found else code


def organisations(codes: Iterable[str]) -> dict[str, Text]:
    """The names of organisations of this server in both languages, by code; those it does not hold are left out."""
    wanted = sorted(code for code in codes if code)
    found = Organisation.objects.filter(code__in=wanted) if wanted else ()
    return {one.code: Text(one.name, one.name_zh or one.name) for one in found}


def blocks(actor: Actor, record: Record) -> list[Block]:
    """What the reader may see of a record, in the order of its form."""
    facts = shown(actor, record)
    if record.kind == "application":
        content = facts.get("content", {})
        found = [Block(one.title, tuple(_rows(one.fields, content.get(one.name, {})))) for one in sections()]
        if facts.get("certificate"):
            found.append(Block(word("certificate"), tuple(_rows(named_fields("certificate"), facts["certificate"]))))
        return [block for block in found if block.rows]
    if record.kind == "licence":
        goods = facts.get("description", "")
        says = {"number": record.id, **facts, "description": Text(goods, facts.get("description_zh") or goods)}
        return [Block(word("kind.licence"), tuple(_rows(named_fields("licence"), says)))]
    names = organisations(facts[party] for party in ("exporter", "end_user") if isinstance(facts.get(party), str))
    named = {key: names.get(value, value) if key in ("exporter", "end_user") else value for key, value in facts.items()}
    return [Block(machine(record.kind).title, tuple(_plain(named)))]


def papers(actor: Actor, record: Record) -> list[Paper]:
    """The documents of an application that the reader may see, with those still missing."""
    held = shown(actor, record).get("attachments", {})
    found = []
    for kind in documents():
        files = tuple(one for one in held.values() if one["kind"] == kind.kind)
        needed = kind.required or holds(kind.when, record.facts.get("content", {}))
        if may_read_document(actor, kind.kind) and (files or needed):
            found.append(Paper(kind.kind, kind.title, needed, files))
    return found


def document_name(file: Mapping[str, Any]) -> Text:
    """An attached file by its kind and its name."""
    title = next((one.title for one in documents() if one.kind == file["kind"]), Text(file["kind"], file["kind"]))
    return Text(f"{title.en}: {file['name']}", f"{title.zh}：{file['name']}")


def happenings(actor: Actor, record: Record, entries: Sequence[Entry]) -> list[Happening]:
    """The history the reader may see, newest first."""
    found = []
    attached = (entry.draft.data for entry in entries if entry.draft.event == "attach")
    files = {data["sha256"]: document_name(data) for data in attached}
    for told in shown_history(actor, entries, record):
        role = roles().get(told.get("role") or "")
        fields = form_of(f"{told['kind']}.{told['event']}").fields
        found.append(
            Happening(
                told["at"],
                event_title(told["kind"], told["event"]),
                told.get("actor", ""),
                role.title if role else None,
                state_title(told["kind"], told["after"]) if told["after"] != told["before"] else None,
                tuple(
                    (label, files.get(value, value) if isinstance(value, str) else value)
                    for label, value in _rows(fields, told.get("data", {}))
                ),
            )
        )
    return found[::-1]


_CLASSES = {"exporter": "ask", "authority": "apply", "customs": "apply", "end-user": "ask"}
_ENDED = {
    "granted": "go", "no_licence_required": "go", "issued": "go", "delivery_verified": "go", "verified": "go",
    "denied": "stop", "denied_finally": "stop", "revoked": "stop", "suspended": "stop", "delivery_failed": "stop",
    "failed": "stop", "expired": "stop",
}  # fmt: skip


def state_class(kind: str, state: str) -> str:
    """The colour of a state: by its end, else by whom it waits for."""
    found = machine(kind).states.get(state)
    return _ENDED.get(state) or _CLASSES.get((found.waits_for if found else None) or "", "")


def _rows(fields: Iterable[Field], values: Mapping[str, Any]) -> Iterable[tuple[Text, Any]]:
    for field in fields:
        value = values.get(field.name)
        if value in (None, "", [], {}):
            continue
        if field.type == "record":
            continue
        yield field.label, _value(field, value)


def _value(field: Field, value: Any) -> Any:
    if field.words and isinstance(value, str):
        return field.words.get(value, value)
    if field.name == "regime" and value in REGIMES:
        return word(f"regime.{value}")
    if field.name == "kind" and field.type == "word":
        return next(one.words or {} for one in sections()[0].fields if one.name == "kind").get(value, value)
    if field.type == "yes/no":
        return word(f"is.{value}")
    if field.type == "country":
        return country(value)
    if field.type == "unit":
        return unit(value)
    if field.type == "end_use":
        return Text(*END_USES[value]) if value in END_USES else value
    if field.type == "party":
        return _party(value)
    if field.type == "parties":
        return [_party(one) for one in value]
    if field.type == "records":
        return [", ".join(str(_in(field.of, name, one)) for name, one in row.items()) for row in value]
    if field.type == "answers":
        return [f"{key}: {text}" for key, text in value.items()]
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value)
    return value


def _in(fields: Iterable[Field], name: str, value: Any) -> Any:
    for field in fields:
        if field.name == name and field.words:
            return field.words.get(value, value)
    return value


def _party(value: Mapping[str, Any]) -> Text:
    name, local = value.get("name", ""), value.get("name_local", "")
    place = country(value.get("country", ""))
    en, zh = (place.en, place.zh) if isinstance(place, Text) else (place, place)
    rest = ", ".join(str(value[key]) for key in ("id", "address") if value.get(key))
    names = " ".join(filter(None, (name, local)))
    return Text("; ".join(filter(None, (names, rest, en))), "；".join(filter(None, (names, rest, zh))))


def _plain(facts: Mapping[str, Any]) -> Iterable[tuple[Text, Any]]:
    named = {field.name: field for field in named_fields("licence")}
    for name, value in facts.items():
        if value in (None, "", [], {}, False):
            continue
        if name in named:
            yield named[name].label, _value(named[name], value)
        elif isinstance(value, Mapping):
            told = (one for key, one in value.items() if key not in ("by", "evidence") and isinstance(one, str))
            if text := " · ".join(told):
                yield word(f"fact.{name}"), text
        elif not isinstance(value, list):
            yield word(f"fact.{name}"), value
