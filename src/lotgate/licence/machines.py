"""The transition tables as data: which event leads from which state to which, by whom, under which guards.

The tables stand in data/machines/*.yaml. They drive the steps themselves, the pages, the diagrams and the tests;
here they are loaded and checked: every state reachable, every role, guard and effect known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from lotgate.dates import parse_day
from lotgate.errors import LawError
from lotgate.law import Text
from lotgate.law.reading import read_yaml, text_of
from lotgate.licence.records import NEW, Record

__all__ = [
    "Event", "Machine", "Row", "State", "event_title", "keys_of", "machine", "machines", "state_on", "state_title",
    "unique_keys",
]  # fmt: skip

DATA = Path(__file__).parent / "data"
SAME, BACK = "same", "back"


@dataclass(frozen=True)
class State:
    """A state of a record: its name, whether the record is still open, and whom it waits for."""

    name: str
    title: Text
    open: bool
    waits_for: str | None = None
    computed_from: tuple[str, ...] = ()
    """States that count as this one once a day has passed; empty for states that are stored."""


@dataclass(frozen=True)
class Event:
    """Something that happens to a record."""

    name: str
    title: Text


@dataclass(frozen=True)
class Row:
    """One row of a transition table."""

    machine: str
    event: str
    sources: tuple[str, ...]
    target: str
    """A state, `same`, or `back`: the state it came from before it was returned or suspended."""
    roles: tuple[str, ...]
    not_by: frozenset[str] = frozenset()
    """Whoever brought one of these events about on the same record may not bring this one about."""
    when: tuple[str, ...] = ()
    """Conditions that pick this row among several of one event; where none holds the next row is tried."""
    guards: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    form: str = ""
    by_effect: bool = False
    """Only ever brought about by another step, never asked for by a person."""


@dataclass(frozen=True)
class Machine:
    """The states, events and rows of one kind of record, and the facts by which its records are found."""

    name: str
    title: Text
    states: Mapping[str, State]
    events: Mapping[str, Event]
    rows: tuple[Row, ...]
    keys: tuple[str, ...]
    unique: frozenset[str]

    def rows_for(self, event: str, state: str | None = None) -> tuple[Row, ...]:
        """The rows of an event, in a state if one is given, in the order in which they are tried."""
        rows = self._rows.get(event, ())
        return rows if state is None else tuple(row for row in rows if state in row.sources)

    @cached_property
    def _rows(self) -> Mapping[str, tuple[Row, ...]]:
        events = dict.fromkeys(row.event for row in self.rows)
        return {event: tuple(row for row in self.rows if row.event == event) for event in events}


@cache
def machines() -> Mapping[str, Machine]:
    """All machines by name, checked."""
    found = [_machine(path) for path in sorted((DATA / "machines").glob("*.yaml"))]
    return {one.name: one for one in found}


def machine(name: str) -> Machine:
    """One machine; KeyError where there is none of that name."""
    return machines()[name]


def state_title(kind: str, state: str) -> Text:
    """What a state is called in both languages."""
    return machine(kind).states[state].title


def event_title(kind: str, event: str) -> Text:
    """What an event is called in both languages."""
    return machine(kind).events[event].title


def keys_of(record: Record) -> dict[str, str]:
    """The facts by which a record is found, those that are known: exporter, lot, declaration and so on."""
    found = {name: record.facts.get(name) for name in machine(record.kind).keys}
    return {name: str(value) for name, value in found.items() if value}


def unique_keys(kind: str) -> frozenset[str]:
    """Keys that no two records of a kind may share."""
    return machine(kind).unique


def state_on(record: Record, day: date) -> str:
    """The state that counts on a day: a licence past its last valid day is expired, though nothing was written.

    While a reservation is open it is not: goods that left in time may still be reported, or the reservation undone.
    """
    last = None if record.facts.get("ledger", {}).get("open") else record.facts.get("valid_to")
    for state in machine(record.kind).states.values():
        if record.state in state.computed_from and last and day > parse_day(last):
            return state.name
    return record.state


def _machine(path: Path) -> Machine:
    data = read_yaml(path)
    name = data["machine"]
    states = {key: _state(key, value, str(path)) for key, value in data["states"].items()}
    events = {key: Event(key, text_of(value["title"], f"{path}: {key}")) for key, value in data["events"].items()}
    rows = tuple(_row(name, row, str(path)) for row in data["moves"])
    made = Machine(
        name, text_of(data["title"], str(path)), states, events, rows, tuple(data["keys"]), frozenset(data["unique"])
    )
    faults = [f"{path}: {fault}" for fault in _faults(made)]
    if faults:
        raise LawError("\n".join(faults))
    return made


def _state(name: str, value: Mapping[str, Any], where: str) -> State:
    sources = tuple(value.get("from", ())) if value.get("computed") == "yes" else ()
    return State(name, text_of(value["title"], where), value["kind"] == "open", value.get("waits_for"), sources)


_ROW_KEYS = {"event", "from", "to", "roles", "not_by", "when", "guards", "effects", "form", "by"}


def _row(name: str, row: Mapping[str, Any], where: str) -> Row:
    unknown = set(row) - _ROW_KEYS
    if unknown:
        raise LawError(f"{where}: a row of {row.get('event')} has unknown keys {sorted(unknown)}")
    return Row(
        machine=name,
        event=row["event"],
        sources=tuple(row["from"]),
        target=row["to"],
        roles=tuple(row["roles"]),
        not_by=frozenset(row.get("not_by", ())),
        when=tuple(row.get("when", ())),
        guards=tuple(row.get("guards", ())),
        effects=tuple(row.get("effects", ())),
        form=row.get("form", f"{name}.{row['event']}"),
        by_effect=row.get("by") == "effect",
    )


def _faults(one: Machine) -> list[str]:
    stored = {name for name, state in one.states.items() if not state.computed_from}
    faults = []
    for row in one.rows:
        if row.event not in one.events:
            faults.append(f"{row.event} is no event")
        faults += [f"{row.event}: {state} is no stored state" for state in row.sources if state not in {*stored, NEW}]
        if row.target not in {*stored, SAME, BACK}:
            faults.append(f"{row.event}: {row.target} is no stored state")
        faults += [f"{row.event}: not_by {event} is no event" for event in row.not_by if event not in one.events]
        if not row.roles and not row.by_effect:
            faults.append(f"{row.event}: nobody may bring it about")
    faults += [f"{event} has no row" for event in one.events if not one.rows_for(event)]
    faults += [f"{state} is never reached" for state in sorted(stored - _reached(one.rows))]
    return faults


def _reached(rows: Sequence[Row]) -> set[str]:
    reached = {NEW}
    while True:
        found = {row.target for row in rows if reached & set(row.sources)} | reached
        if found == reached:
            return reached
        reached = found
