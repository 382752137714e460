"""What the licence room keeps: records, the entries that changed them, and the people who did. Plain frozen values.

A record is the fold of its own entries (reducers.py); facts are JSON trees without floats, quantities are decimal
strings, days are YYYY-MM-DD, instants end in Z.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

__all__ = ["NEW", "Actor", "Command", "Draft", "Entry", "Head", "Json", "Mandate", "Outcome", "Record"]

Json = Any
"""A JSON value without floats: None, bool, int, str, list, dict with string keys."""

NEW = "new"
"""The state a record is in before its first entry."""


@dataclass(frozen=True)
class Mandate:
    """A filing agent may act for an exporter from one day through another."""

    exporter: str
    start: date
    end: date

    def covers(self, exporter: str | None, day: date) -> bool:
        """Whether the mandate is for that exporter and runs on that day."""
        return self.exporter == exporter and self.start <= day <= self.end


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, the organisation acted for, and what the person may be there.

    `regimes` are those whose authority or customs the person works for; `teams` those whose cases an officer sees
    (empty: all of the regime). Where an actor comes from (session, token) is the caller's to prove.
    """

    id: str
    organisation: str
    roles: frozenset[str]
    regimes: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    mandates: tuple[Mandate, ...] = ()

    @staticmethod
    def system() -> Actor:
        """The program itself, for what a deadline brings about."""
        return Actor("system", "system", frozenset({"system"}))


@dataclass(frozen=True)
class Command:
    """One step asked for: an event on a record, with what was filled in.

    `id` is None for an event that opens a record. `message` is the sender's own id of this message (idempotency key):
    the same message again changes nothing and gives the first answer. `version` is the version of the record the
    person saw; another one by now refuses the step.
    """

    kind: str
    event: str
    id: str | None = None
    data: Mapping[str, Json] = field(default_factory=dict)
    message: str | None = None
    version: int | None = None


@dataclass(frozen=True)
class Record:
    """An application, licence, clearance, delivery, lot or finding as its entries left it.

    `state` is what was stored; what counts on a day is `machines.state_on(record, day)`, for a licence expires by
    the passing of a day alone. `parts` says who did what: pairs (person, event), sorted, each once; what another
    step brought about is nobody's part.
    """

    kind: str
    id: str
    regime: str
    state: str
    version: int
    facts: Mapping[str, Json]
    parts: tuple[tuple[str, str], ...] = ()
    opened: str = ""
    changed: str = ""

    def did(self, actor: str) -> frozenset[str]:
        """The events that one person brought about on this record."""
        return frozenset(event for person, event in self.parts if person == actor)

    def to_json(self) -> dict[str, Json]:
        """The record as JSON, for storage."""
        return {
            "kind": self.kind,
            "id": self.id,
            "regime": self.regime,
            "state": self.state,
            "version": self.version,
            "facts": self.facts,
            "parts": [list(part) for part in self.parts],
            "opened": self.opened,
            "changed": self.changed,
        }

    @staticmethod
    def from_json(data: Mapping[str, Json]) -> Record:
        """The record that `to_json` wrote."""
        return Record(**{**data, "parts": tuple((person, event) for person, event in data["parts"])})


@dataclass(frozen=True)
class Draft:
    """What is to be written, before the chain gives it its place."""

    kind: str
    id: str
    regime: str
    version: int
    event: str
    before: str
    after: str
    at: str
    day: str
    actor: str
    organisation: str
    role: str
    data: Mapping[str, Json]
    cause: str | None = None
    """The event that brought this about, as kind.event, where no person asked for it directly."""


@dataclass(frozen=True)
class Entry:
    """One line of the log: a draft with its place in a book, the hash of the line before it, and its own."""

    draft: Draft
    book: str
    sequence: int
    previous: str
    hash: str

    @property
    def data(self) -> Mapping[str, Json]:
        """What the entry says beyond who, when and where."""
        return self.draft.data

    def payload(self) -> dict[str, Json]:
        """What the hash is taken over: everything but the hash."""
        made = dict(self.draft.__dict__)
        made.update(book=self.book, sequence=self.sequence, previous=self.previous)
        return made

    @cached_property
    def written(self) -> str:
        """The payload as it is written in the log: canonical JSON."""
        return canonical(self.payload()).decode()

    def to_json(self) -> dict[str, Json]:
        """The entry as exported: payload and hash."""
        return {**self.payload(), "hash": self.hash}

    @staticmethod
    def from_json(data: Mapping[str, Json]) -> Entry:
        """The entry that `to_json` wrote; KeyError or TypeError where it is not one."""
        rest = dict(data)
        place = {name: rest.pop(name) for name in ("book", "sequence", "previous", "hash")}
        return Entry(Draft(**rest), **place)


GENESIS = "0" * 64


@dataclass(frozen=True)
class Head:
    """The end of a book: how many entries it holds and the hash of the last; `GENESIS` for an empty one."""

    book: str
    sequence: int = 0
    hash: str = GENESIS


@dataclass(frozen=True)
class Outcome:
    """What a step did: the record as it now stands, and the entries written. A repeat writes none."""

    record: Record
    entries: tuple[Entry, ...] = ()
    repeated: bool = False
    others: tuple[Record, ...] = ()
    """Other records the step changed or opened: the licence of a grant, the clearance of a reservation."""

    def answer(self) -> dict[str, Json]:
        """What is kept of the outcome under a message id, and given again for a repeat."""
        return {
            "record": self.record.to_json(),
            "others": [record.to_json() for record in self.others],
        }

    @staticmethod
    def again(answer: Mapping[str, Json]) -> Outcome:
        """The first answer, for a repeated message."""
        others = tuple(Record.from_json(other) for other in answer["others"])
        return Outcome(Record.from_json(answer["record"]), (), True, others)


def canonical(value: Json) -> bytes:
    """The RFC 8785 bytes of a JSON value without floats and with ASCII keys; TypeError or ValueError for others.

    For such values the standard encoder with sorted keys gives RFC 8785 (a test compares the two); ASCII keys sort
    alike by code point and by UTF-16 unit.
    """
    check_plain(value)
    return encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def encode(value: Json) -> bytes:
    """The bytes of `canonical` for a value already known to be plain."""
    return _ENCODER.encode(value).encode("utf-8")


SAFE = 2**53 - 1


def check_plain(value: Json) -> None:
    """Raises TypeError or ValueError for what `canonical` does."""
    if isinstance(value, (str, bool)) or value is None:
        return
    if isinstance(value, int):
        if abs(value) > SAFE:
            raise ValueError(f"{value} is beyond the whole numbers JSON carries exactly; write it as text")
    elif isinstance(value, (dict, Mapping)):  # asked in this order, for the second takes long
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise TypeError(f"the key {key!r} is not ASCII text")
            if type(inner) is not str:  # most values are, and asking here is quicker than a call
                check_plain(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            if type(inner) is not str:
                check_plain(inner)
    else:
        raise TypeError(f"{type(value).__name__} has no place in the log; write decimals and days as text")


def digest(value: Json) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def seal(draft: Draft, head: Head) -> Entry:
    """The draft with its place after `head`."""
    open = Entry(draft, head.book, head.sequence + 1, head.hash, "")
    check_plain(draft.data)  # all else is text and whole numbers of ours
    written = encode(open.payload())
    entry = Entry(draft, open.book, open.sequence, open.previous, hashlib.sha256(written).hexdigest())
    entry.__dict__["written"] = written.decode()  # the hash is no part of it; it is asked for again when it is stored
    return entry


def instant(at: datetime) -> str:
    """An aware instant as UTC text with microseconds; ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
