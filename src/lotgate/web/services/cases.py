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
from lotgate.tables.schema import REGIMES
from lotgate.web.store import finding
from lotgate.web.store.book import Book, act
from lotgate.web.store.projection import COLUMNS, record_of

__all__ = [
    "KINDS", "PAGE", "PLURAL", "Filters", "Page", "Summary", "clock_of", "counts", "day_of_record", "history",
    "listing", "needed", "now", "possible", "record", "record_as_of", "related", "step", "unanswered", "visible",
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
    search = _search(actor, kind, asked, moment)
    found: list[Summary] = []
    before = _before(asked.before)
    while len(found) <= size:
        rows = _portion(search, before, size + 1)
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


def counts(actor: Actor, kind: str, regime: str = "", at: datetime | None = None) -> dict[str, int]:
    """How many records of a kind the person may know of stand in each stored state, under one law or all."""
    reach = list(_reach(actor, kind, at or now()))
    if not reach:
        return {}
    any_of = " OR ".join(one for one, _ in reach)
    under, given = (" AND regime = %s", [regime]) if regime else ("", [])
    one = f"SELECT %s AS state, COUNT(*) AS n FROM store_record WHERE kind = %s AND ({any_of}) AND state = %s{under}"
    reached = [value for _, values in reach for value in values]
    states = _stored(kind)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT state, n FROM ({' UNION ALL '.join([one] * len(states))}) found WHERE n > 0 ORDER BY state",
            [value for state in states for value in (state, kind, *reached, state, *given)],
        )
        return dict(cursor.fetchall())


def unanswered(actor: Actor, at: datetime | None = None) -> int:
    """How many applications wait for the reply of the person's body; of the latest two hundred."""
    if "consulted" not in sides(actor):
        return 0
    found = listing(actor, "application", Filters(states=("under_review",)), size=_MOST_REFERRALS, at=at)
    return sum(
        any(one["body"] == actor.organisation and one["reply"] is None for one in row.record.facts["referrals"])
        for row in found.rows
    )


_MOST_REFERRALS = 200


def _stored(kind: str) -> list[str]:
    """The states that are written down; others are worked out from the day."""
    return [name for name, state in machine(kind).states.items() if not state.computed_from]


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


def _portion(search: _Search, before: tuple[str, int] | None, size: int) -> list[Any]:
    """The next rows: those of each part that an index holds in order, put in order together."""
    further = " AND (changed, id) < (%s, %s)" if before else ""
    order = " ORDER BY changed DESC, id DESC"
    sql, values = search.portion("id, changed", f"{further}{order} LIMIT {int(size)}", before or ())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {', '.join(COLUMNS[:9])} FROM store_record WHERE id IN"
            f" (SELECT id FROM ({sql}) found{order} LIMIT {int(size)}){order}",
            values,
        )
        return list(cursor.fetchall())


Condition = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class _Search:
    """A list as parts, each of one kind, one state and one reach, which is how the indexes are laid out; a record may
    be in several."""

    parts: tuple[Condition, ...]
    rest: Condition

    def portion(self, columns: str, behind: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """All parts in one statement, with something behind the conditions of each, and the values."""
        rest, given = self.rest
        every = [
            f"SELECT * FROM (SELECT {columns} FROM store_record WHERE {part}{rest}{behind}) p{number}"
            for number, (part, _) in enumerate(self.parts)
        ]
        return " UNION ".join(every), [v for _, own in self.parts for v in (*own, *given, *values)]


def _search(actor: Actor, kind: str, asked: Filters, at: datetime) -> _Search:
    states = _stored(kind)
    if asked.open is not None:
        states = [name for name in states if machine(kind).states[name].open is asked.open]
    if asked.states:
        states = [name for name in states if name in asked.states]
    reach = [
        (one, values)
        for one, values in _reach(actor, kind, at)
        if not asked.regime or not one.startswith("regime = %s") or values[0] == asked.regime
    ]
    parts = [
        (f"kind = %s AND {reached} AND state = %s", (kind, *values, state))
        for reached, values in dict.fromkeys(reach)
        for state in states
    ]
    rest, values = "", list[Any]()
    for column in ("regime", "exporter", "end_user", "destination", "officer", "team", "parent"):
        if wanted := getattr(asked, column):
            rest += f" AND {column} = %s"
            values.append(wanted)
    for condition, given in _words(kind, asked.words[:_LONGEST_WORDS].lower().split()):
        rest += f" AND {condition}"
        values += given
    return _Search(tuple(parts) or (("1 = 0", ()),), (rest, tuple(values)))


_DIGITS, _FEW = 4, 1_000
"""A word with so many digits is first taken for part of the numbers of records; up to so many rows are named, more are
met soon enough on the way through the list."""


def _words(kind: str, words: Sequence[str]) -> Iterator[Condition]:
    """Where all words stand: those with many digits in numbers before anywhere else, for that is what is looked for."""
    left = []
    for word in words:
        if found := _rows(kind, "record = %s", word.upper()) if _is_number(word) else None:
            yield _among(found)
        else:
            left.append(word)
    named = finding.few(kind, left, _FEW)
    for word in left:
        found = None
        if _is_number(word):
            part = finding.like(word.upper())
            if named is None:
                found = _rows(kind, "record LIKE %s ESCAPE '!'", part)
            elif named:
                condition, ids = _among(named)
                found = _rows(kind, f"{condition} AND record LIKE %s ESCAPE '!'", *ids, part)
        if found:
            yield _among(found)
        elif named is None:
            yield "search LIKE %s ESCAPE '!'", (finding.like(word),)
    if named is not None:
        yield _among(named)


def _is_number(word: str) -> bool:
    return sum(letter.isdigit() for letter in word) >= _DIGITS


def _rows(kind: str, condition: str, *values: Any) -> list[int] | None:
    """The rows of so few records; None where there are more."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM store_record WHERE kind = %s AND {condition} LIMIT {_FEW + 1}", [kind, *values])
        found = [int(row[0]) for row in cursor.fetchall()]
    return found if len(found) <= _FEW else None


def _among(rows: Sequence[int]) -> Condition:
    return (f"id IN ({', '.join(['%s'] * len(rows))})", tuple(rows)) if rows else ("1 = 0", ())


def _reach(actor: Actor, kind: str, at: datetime) -> Iterator[Condition]:
    """What `people.may_see` says, as conditions; they may let through more than that, never less."""
    for role in sorted(actor.roles):
        side = roles()[role].side
        if side in ("reader", "system"):
            yield from (("regime = %s", (regime,)) for regime in _REGIMES)
        elif side == "exporter":
            yield from (("exporter = %s", (exporter,)) for exporter in _exporters(actor, role, at))
        elif side == "end-user" and kind in ("application", "licence", "delivery"):
            yield "end_user = %s", (actor.organisation,)
        elif side in ("authority", "customs") and kind in ("lot", "finding"):
            if actor.regimes and (side, kind) != ("customs", "finding"):
                yield "regime = %s", ("",)
        elif side == "authority":
            yield from (("regime = %s AND state <> 'draft'", (regime,)) for regime in sorted(actor.regimes))
        elif side == "customs" and kind in ("licence", "clearance", "delivery", "feed"):
            yield from (("regime = %s", (regime,)) for regime in sorted(actor.regimes))
        elif side == "consulted":
            body = actor.organisation.replace("!", "!!").replace("_", "!_")
            yield from (("regime = %s AND bodies LIKE %s ESCAPE '!'", (regime, f"%;{body};%")) for regime in _REGIMES)


_REGIMES = ("", *REGIMES)
"""What a record can stand under; lots and findings stand under none."""


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
