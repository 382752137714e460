"""The one way in: `act` takes one step on one record, checks everything, and writes it with all that follows from it.

    person asks -> message seen before? -> may this person? -> is it possible now? -> entry and consequences, together

`act` is a function of the store, the command, the person and the instant; it opens one transaction and has no effect
outside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.licence import effects, guards
from lotgate.licence.clocks import regime_clock
from lotgate.licence.forms import Form, check_form, form_of
from lotgate.licence.machines import BACK, SAME, Row, machine, machines, state_on, state_title
from lotgate.licence.people import check_actor, forbidden_reasons, may_see
from lotgate.licence.records import NEW, Actor, Command, Draft, Json, Outcome, Record, check_plain, digest, instant
from lotgate.licence.reducers import apply
from lotgate.licence.refusals import Conflict, Forbidden, NotAllowedNow, NotFound
from lotgate.licence.store import KeptAnswer, Store, Taken, Transaction

__all__ = ["Move", "Step", "act", "day_of", "look", "moves", "obstacles", "record_conflict"]


@dataclass(frozen=True)
class Move:
    """A step a person might take on a record now: its form, and why not where it is not possible."""

    event: str
    title: Text
    form: Form
    target: str
    reasons: tuple[Text, ...] = ()
    """Why it cannot be taken now, as far as that does not depend on what is filled in; empty when it can."""


def day_of(regime: str, at: datetime) -> date:
    """The day it is for the authority of a regime at an instant; in UTC for records of no regime (lots, findings)."""
    zone = ZoneInfo(regime_clock(regime).zone) if regime else UTC
    return at.astimezone(zone).date()


def act(store: Store, actor: Actor, command: Command, at: datetime) -> Outcome:
    """What one step did: the record as it now stands, what else changed, and the entries written.

    Raises Forbidden, NotFound, NotAllowedNow or Conflict (refusals.py) and InputError for a form filled in wrongly;
    whatever is raised, nothing of the step was written. A message repeated with the same content gives the first
    answer again; with other content Conflict is raised, and the conflict alone is written to the log.
    """
    check_actor(actor)
    message = f"{actor.organisation}:{command.message}" if command.message else None
    asked = _digest(actor, command)
    try:
        with store.transaction() as tx:
            first = tx.answered(message) if message else None
            if first is None:
                outcome = Step(tx, actor, at).take(command)
                if message:
                    tx.keep(message, KeptAnswer(asked, outcome.answer()))
                return replace(outcome, entries=tuple(tx.place()))
    except Taken as taken:
        raise NotAllowedNow(
            Text(f"{taken.key} {taken.value} was used before", f"{taken.key} {taken.value} 已被使用"), key=taken.key
        ) from None
    if first.digest == asked:
        again = Outcome.again(first.answer)
        if not may_see(actor, again.record, day_of(again.record.regime, at)):
            raise _not_found(command.kind, command.id or "-")
        return again
    what = f"{command.kind}.{command.event} on {command.id or 'a new record'}"
    record_conflict(store, actor, message or "", f"repeated with other content: {what}", first.digest, asked, at)
    raise Conflict(
        Text(
            f"message {command.message} came before with other content; the first answer stands",
            f"报文 {command.message} 曾以不同内容发送；以首次答复为准",
        ),
        message=command.message,
    )


def _digest(actor: Actor, command: Command) -> str:
    """The hash of what was asked for, where it is kept under a message; InputError where what was asked for holds what
    has no exact written form."""
    try:
        if not isinstance(command.data, Mapping):
            raise TypeError(f"{type(command.data).__name__} is not an object")
        asked = [actor.organisation, command.kind, command.event, command.id, command.data]
        if command.message:
            return digest(asked)
        check_plain(asked)
        return ""
    except (TypeError, ValueError, RecursionError) as error:
        expected = "text, whole numbers, yes/no, lists and objects; decimals as text"
        place = f"{command.kind}.{command.event}"
        raise InputError(
            [
                Fault(
                    place,
                    f"cannot be kept exactly: {error}",
                    None,
                    "data",
                    None,
                    expected,
                    "不能准确保存",
                    "文字、整数、列表或对象；小数以文字书写",
                )
            ]
        ) from None


def look(store: Store, actor: Actor, kind: str, id: str, at: datetime) -> Record:
    """A record a person may know of; raises NotFound for any other. Redacting its fields is for views.py."""
    with store.transaction() as tx:
        record = tx.get(kind, id)
    if record is None or not may_see(actor, record, day_of(record.regime, at)):
        raise _not_found(kind, id)
    return record


def moves(record: Record, actor: Actor, at: datetime) -> list[Move]:
    """The steps that are this person's to take on a record in its present state, in the order of the table.

    Steps of other people and of other states are left out. Guards that need the form or other records are tried
    only by `act`; those that the record alone answers are tried here.
    """
    day = day_of(record.regime, at)
    found = []
    one = machine(record.kind)
    state = state_on(record, day)
    for event in one.events.values():
        for row in one.rows_for(event.name, state):
            role, _ = forbidden_reasons(actor, row, record, day)
            if role is None:
                continue
            reasons = guards.standing(row, record, actor, day)
            found.append(Move(event.name, event.title, form_of(row.form), row.target, reasons))
            break
    return found


def obstacles(record: Record, event: str, actor: Actor, at: datetime) -> tuple[Text, ...]:
    """Why a step is not possible now, whoever may take it, as far as the record alone tells."""
    day = day_of(record.regime, at)
    rows = machine(record.kind).rows_for(event, state_on(record, day))
    return guards.standing(rows[0], record, actor, day) if rows else ()


@dataclass
class Step:
    """One step being taken: what it may read, what it has changed so far. Lives inside one transaction."""

    tx: Transaction
    actor: Actor
    at: datetime
    changed: dict[tuple[str, str], Record] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)

    @cached_property
    def instant(self) -> str:
        """The instant of the step, as it is written."""
        return instant(self.at)

    def day(self, record: Record) -> date:
        """The day it is for the authority of the record's regime."""
        return self.day_in(record.regime)

    def day_in(self, regime: str) -> date:
        """The day it is for the authority of a regime."""
        if regime not in self.days:
            self.days[regime] = day_of(regime, self.at)
        return self.days[regime]

    def take(self, command: Command) -> Outcome:
        """The outcome of the step asked for and of everything that follows from it."""
        record = self._record(command)
        day = self.day(record)
        held = self._held(record, command.event, day)
        if command.version is not None and command.version != record.version:
            raise NotAllowedNow(
                Text(
                    f"{record.kind} {record.id} was changed meanwhile (version {record.version}); look again",
                    f"{record.kind} {record.id} 已被更改（第 {record.version} 版），请重新查看",
                ),
                version=record.version,
            )
        row, data = self._row(held, record, command, day)
        made = self._carry_out(row, record, data, held[row], None)
        others = tuple(other for key, other in sorted(self.changed.items()) if key != (made.kind, made.id))
        return Outcome(made, others=others)

    def cause(self, kind: str, id: str, event: str, data: Mapping[str, Json], by: str) -> Record:
        """The other record after an entry that follows from the step; its data is complete, its guards were met."""
        record = self.tx.get(kind, id)
        if record is None:
            raise LookupError(f"{by} brings {event} about on {kind} {id}, which is not there")
        return self._write(self._next(record, event, data), record, data, "", by)

    def open(self, kind: str, id: str, event: str, data: Mapping[str, Json], by: str, *, regime: str = "") -> Record:
        """A new record after its first entry, which follows from the step; it is not asked whether the id is free, for
        the store refuses a second first entry."""
        record = Record(kind, id, regime, NEW, 0, {})
        return self._write(self._next(record, event, data), record, data, "", by)

    def follow(self, kind: str, id: str, event: str, data: Mapping[str, Json], by: str, *, without: str) -> Record:
        """The other record after a step that follows from this one, with its own guards and effects.

        `without` is the effect that would write what this step has written already.
        """
        record = self.tx.get(kind, id)
        if record is None:
            raise _not_found(kind, id)
        return self._carry_out(self._next(record, event, data), record, data, "", by, without)

    def _next(self, record: Record, event: str, data: Mapping[str, Json]) -> Row:
        state = state_on(record, self.day(record))
        for row in machine(record.kind).rows_for(event, state):
            if self._picked(row, record, data):
                return row
        raise _wrong_state(record, event, state)

    def _record(self, command: Command) -> Record:
        if command.kind not in machines():
            raise _not_found(command.kind, command.id or "-")
        if command.event not in machine(command.kind).events:
            raise NotFound(Text(f"no such step: {command.event}", f"没有该步骤：{command.event}"))
        opens = any(NEW in row.sources for row in machine(command.kind).rows_for(command.event))
        if command.id is None:
            if not opens:
                raise NotFound(Text("the step needs a record", "该步骤须指明记录"))
            return effects.opened(self, command)
        record = self.tx.get(command.kind, command.id)
        if record is None and opens and command.kind in effects.NAMED_BY_SENDER:
            return effects.opened(self, command)
        if record is None or not may_see(self.actor, record, self.day(record)):
            raise _not_found(command.kind, command.id)
        return record

    def _held(self, record: Record, event: str, day: date) -> dict[Row, str]:
        """The rows that are this person's to take, each with the role it is taken under."""
        every = machine(record.kind).rows_for(event)
        held: dict[Row, str] = {}
        refused: tuple[Text, ...] = ()
        for row in every:
            role, reasons = forbidden_reasons(self.actor, row, record, day)
            if role is None:
                refused = refused or reasons
            else:
                held[row] = role
        if not held:
            raise Forbidden(refused, kind=record.kind, id=record.id, event=event)
        return held

    def _row(self, held: Iterable[Row], record: Record, command: Command, day: date) -> tuple[Row, dict[str, Json]]:
        """The row to be taken and what was filled in for it, checked before any condition looks at it."""
        state, read = state_on(record, day), dict[str, dict[str, Json]]()
        for row in held:
            if state not in row.sources:
                continue
            if row.form not in read:
                read[row.form] = check_form(row.form, command.data, f"{record.kind}.{command.event}")
            if self._picked(row, record, read[row.form]):
                return row, read[row.form]
        raise _wrong_state(record, command.event, state)

    def _picked(self, row: Row, record: Record, data: Mapping[str, Json]) -> bool:
        return all(guards.CONDITIONS[name](record, data) for name in row.when)

    def _guard(self, row: Row, record: Record, data: Mapping[str, Json]) -> None:
        reasons = [reason for name in row.guards for reason in guards.GUARDS[name](self, record, data)]
        if reasons:
            raise NotAllowedNow(reasons, kind=record.kind, id=record.id, event=row.event)

    def _carry_out(
        self, row: Row, record: Record, data: Mapping[str, Json], role: str, by: str | None, without: str = ""
    ) -> Record:
        self._guard(row, record, data)
        for name in row.effects:
            if name in effects.BEFORE:
                data = effects.BEFORE[name](self, record, data)
        made = self._write(row, record, data, role, by)
        for name in row.effects:
            if name in effects.AFTER and name != without:
                effects.AFTER[name](self, self.changed[made.kind, made.id], data)
        return self.changed[made.kind, made.id]

    def _write(self, row: Row, record: Record, data: Mapping[str, Json], role: str, by: str | None) -> Record:
        draft = Draft(
            kind=record.kind,
            id=record.id,
            regime=record.regime,
            version=record.version + 1,
            event=row.event,
            before=record.state,
            after=_target(row, record),
            at=self.instant,
            day=self.day(record).isoformat(),
            actor=self.actor.id,
            organisation=self.actor.organisation,
            role=role,
            data=data,
            cause=by,
        )
        made = apply(record if record.version else None, draft)
        self.tx.write(draft, made)
        self.changed[made.kind, made.id] = made
        return made


def _target(row: Row, record: Record) -> str:
    if row.target == SAME:
        return record.state
    if row.target == BACK:
        came_from: str = record.facts["came_from"]
        return came_from
    return row.target


def record_conflict(store: Store, actor: Actor, about: str, text: str, first: str, second: str, at: datetime) -> None:
    """Writes to the log that a message came again with other content, so that it is not only refused but seen."""
    with store.transaction() as tx:
        id = f"F-{at.year}-{tx.number(f'F-{at.year}'):06d}"
        data = {"about": about, "text": text, "first": first, "second": second}
        Step(tx, actor, at).open("finding", id, "record", data, "message.conflict")


def _not_found(kind: str, id: str) -> NotFound:
    return NotFound(Text(f"there is no {kind} {id}", f"没有该记录：{kind} {id}"), kind=kind, id=id)


def _wrong_state(record: Record, event: str, state: str) -> NotAllowedNow:
    titles = state_title(record.kind, state) if state != NEW else Text("not there yet", "尚不存在")
    step = machine(record.kind).events[event].title
    return NotAllowedNow(
        Text(
            f"{step.en} is not possible: {record.kind} {record.id} is {titles.en.lower()}",
            f"不能办理“{step.zh}”：{record.kind} {record.id} 的状态为“{titles.zh}”",
        ),
        kind=record.kind,
        id=record.id,
        event=event,
        state=state,
    )
