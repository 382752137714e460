"""Records and the steps on them: what pages and API both show and do. Who may is for licence/, not for here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.licence import Actor, Command, Entry, Move, NotFound, Outcome, Record, day_of, look, moves, replay
from lotgate.licence.acts import obstacles
from lotgate.licence.clocks import Clock, Pause, clock
from lotgate.licence.machines import machine, state_on
from lotgate.licence.people import may_see, roles, sides
from lotgate.web.store.book import Book, act
from lotgate.web.store.projection import COLUMNS, record_of

__all__ = [
    "KINDS", "PAGE", "PLURAL", "Filters", "Page", "Summary", "clock_of", "counts", "day_of_record", "history",
    "listing", "needed", "now", "possible", "record", "record_as_of", "related", "step", "visible",
]  # fmt: skip

PLURAL = {
    "application": "applications",
    "licence": "licences",
    "clearance": "clearances",
    "delivery": "deliveries",
    "lot": "lots",
    "finding": "findings",
}
"""Kinds of record, and how addresses name many of them."""
KINDS = tuple(PLURAL)
PAGE = 50
_LONGEST_WORDS = 200


def now() -> datetime:
    """The instant; the only clock of the services."""
    return datetime.now(UTC)


def step(
    actor: Actor, kind: str, event: str, id: str | None, data: Mapping[str, Any], *, message: str | None = None,
    version: int | None = None, at: datetime | None = None,
) -> Outcome:  # fmt: skip
    """What one step did. Raises what `licence.act` raises; nothing was written then."""
    return act(actor, Command(kind, event, id, data, message, version), at or now())


def record(actor: Actor, kind: str, id: str, at: datetime | None = None) -> Record:
    """A record the person may know of; NotFound for any other."""
    return look(Book(reading=True), actor, kind, id, at or now())


def possible(actor: Actor, one: Record, at: datetime | None = None) -> list[Move]:
    """The steps that are this person's to take now, with reasons where one is not possible yet."""
    return moves(one, actor, at or now())


ONWARD = {"draft": "submit", "returned": "answer"}
"""States in which an application waits for its exporter, and the step that carries it on."""


def needed(actor: Actor, one: Record, at: datetime | None = None) -> list[Text]:
    """What an application still lacks before it can go on, for its exporter's people, whoever takes that step."""
    if one.kind != "application" or one.state not in ONWARD or "exporter" not in sides(actor):
        return []
    return list(obstacles(one, ONWARD[one.state], actor, at or now()))


def history(actor: Actor, kind: str, id: str, at: datetime | None = None) -> list[Entry]:
    """The entries of a record the person may know of, in order."""
    record(actor, kind, id, at)
    return list(Book(reading=True).entries(kind, id))


def record_as_of(actor: Actor, kind: str, id: str, day: date, at: datetime | None = None) -> Record:
    """The record as it stood at the end of a day; NotFound where it was not there yet."""
    entries = [entry for entry in history(actor, kind, id, at) if entry.draft.day <= day.isoformat()]
    if not entries:
        return look(Book(reading=True), actor, kind, "", at or now())
    return replay(entries)[kind, id]


def related(actor: Actor, one: Record, at: datetime | None = None) -> list[Record]:
    """Licences of an application, clearances and deliveries of a licence: those the person may know of."""
    pairs = {
        "application": (("licence", "application"),),
        "licence": (("clearance", "licence"), ("delivery", "licence")),
    }
    book, moment = Book(reading=True), at or now()
    with book.transaction() as tx:
        found = [other for kind, key in pairs.get(one.kind, ()) for other in tx.find(kind, key, one.id)]
    return [
        other
        for other in found
        if may_see(actor, other, day_of(other.regime, moment) if other.regime else moment.date())
    ]


def clock_of(one: Record, at: datetime | None = None) -> Clock | None:
    """The decision clock of an application on the authority's day; None where it has not started."""
    kept = one.facts.get("clock")
    if one.kind != "application" or kept is None or not machine("application").states[one.state].open:
        return None
    off = None
    if kept.get("off"):
        off = Text("no limit applies: referred", "不适用期限：已移送")
    pauses = [Pause.from_json(pause) for pause in kept["pauses"]]
    return clock(one.regime, date.fromisoformat(kept["start"]), pauses, day_of(one.regime, at or now()), off)


# ---- lists -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed by. `words` are looked for in names of both scripts, numbers, lots and codes."""

    states: Sequence[str] = ()
    regime: str = ""
    exporter: str = ""
    end_user: str = ""
    destination: str = ""
    officer: str = ""
    team: str = ""
    parent: str = ""
    words: str = ""
    open: bool | None = None
    before: str = ""
    """Where the next page starts: `next` of the page before."""


@dataclass(frozen=True)
class Summary:
    """A row of a list: the record and the state that counts today."""

    record: Record
    state: str


@dataclass(frozen=True)
class Page:
    """Rows of a list, newest change first, and where the next page starts (empty: there is none)."""

    rows: tuple[Summary, ...]
    next: str = ""


def listing(
    actor: Actor, kind: str, filters: Filters | None = None, size: int = PAGE, at: datetime | None = None
) -> Page:
    """One page of the records of a kind that the person may know of."""
    if kind not in KINDS:
        raise NotFound(_none(kind), kind=kind)
    asked, moment = filters or Filters(), at or now()
    where, values = _where(actor, kind, asked, moment)
    found: list[Summary] = []
    before = _before(asked.before)
    while len(found) <= size:
        rows = _portion(where, values, before, size + 1)
        for row in rows:
            one = record_of(row[1:])
            before = (one.changed, row[0])
            if not may_see(actor, one, _day(one, moment)):
                continue  # the query has decided already; the domain has the last word
            found.append(Summary(one, state_on(one, _day(one, moment))))
            if len(found) > size:
                break
        if len(rows) <= size:
            break
    if len(found) <= size:
        return Page(tuple(found))
    last = found[size - 1].record
    return Page(tuple(found[:size]), f"{last.changed}/{last.id}")


def counts(actor: Actor, kind: str, filters: Filters | None = None, at: datetime | None = None) -> dict[str, int]:
    """How many records of a kind the person may know of stand in each stored state."""
    where, values = _where(actor, kind, filters or Filters(), at or now())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT state, COUNT(*) FROM store_record WHERE {where} GROUP BY state ORDER BY state", values)
        return dict(cursor.fetchall())


def _day(one: Record, at: datetime) -> date:
    return day_of(one.regime, at) if one.regime else at.date()


def _none(kind: str) -> Any:
    return Text(f"there are no records of the kind {kind}", f"没有该种记录：{kind}")


def _before(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    changed, _, id = text.partition("/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM store_record WHERE record = %s ORDER BY id LIMIT 1", [id])
        row = cursor.fetchone()
    if row is None:
        raise InputError([Fault("list", "no such place", column="before", value=text, message_zh="没有该位置")])
    return changed, int(row[0])


def _portion(where: str, values: list[Any], before: tuple[str, int] | None, size: int) -> list[Any]:
    further = " AND (changed, id) < (%s, %s)" if before else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {', '.join(COLUMNS[:9])} FROM store_record WHERE {where}{further}"
            f" ORDER BY changed DESC, id DESC LIMIT {int(size)}",
            [*values, *(before or ())],
        )
        return list(cursor.fetchall())


def _where(actor: Actor, kind: str, asked: Filters, at: datetime) -> tuple[str, list[Any]]:
    parts, values = ["kind = %s"], [kind]
    reach, reached = _reach(actor, kind, at)
    parts.append(reach)
    values += reached
    states = list(asked.states)
    if asked.open is not None:
        named = [name for name, state in machine(kind).states.items() if state.open is asked.open]
        states = [name for name in (states or named) if name in named] or ["-"]
    if states:
        parts.append(f"state IN ({', '.join(['%s'] * len(states))})")
        values += states
    for column in ("regime", "exporter", "end_user", "destination", "officer", "team", "parent"):
        if wanted := getattr(asked, column):
            parts.append(f"{column} = %s")
            values.append(wanted)
    for word in asked.words[:_LONGEST_WORDS].lower().split():
        parts.append("search LIKE %s ESCAPE '!'")
        values.append(f"%{word.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%")
    return " AND ".join(parts), values


def _reach(actor: Actor, kind: str, at: datetime) -> tuple[str, list[Any]]:
    """What `people.may_see` says, as a condition; it may let through more than that, never less."""
    parts: list[str] = []
    values: list[Any] = []

    def add(sql: str, *given: Any) -> None:
        parts.append(f"({sql})")
        values.extend(given)

    for role in sorted(actor.roles):
        side = roles()[role].side
        if side in ("reader", "system"):
            return "1 = 1", []
        if side == "exporter":
            for exporter in _exporters(actor, role, at):
                add("exporter = %s", exporter)
        elif side == "end-user":
            add("end_user = %s", actor.organisation)
        elif side in ("authority", "customs"):
            if kind in ("lot", "finding") and actor.regimes:
                add("1 = 1")
            for regime in sorted(actor.regimes):
                add("regime = %s", regime)
        elif side == "consulted":
            add("bodies LIKE %s ESCAPE '!'", f"%;{actor.organisation.replace('!', '!!').replace('_', '!_')};%")
    return (" OR ".join(parts) if len(parts) == 1 else f"({' OR '.join(parts)})") if parts else "1 = 0", values


def _exporters(actor: Actor, role: str, at: datetime) -> Iterator[str]:
    if role != "agent":
        yield actor.organisation
        return
    days = {day_of(regime, at) for regime in ("cn", "us", "eu", "nl", "jp")}
    for mandate in actor.mandates:
        if any(mandate.covers(mandate.exporter, day) for day in days):
            yield mandate.exporter


def day_of_record(one: Record, at: datetime) -> date:
    """The day it is for the authority of a record; in universal time for lots and findings, which have none."""
    return _day(one, at)


def visible(actor: Actor, one: Record, at: datetime | None = None) -> bool:
    """Whether the person may know of a record."""
    return may_see(actor, one, _day(one, at or now()))
