"""The port of licence/ on a database: transactions that lock what they read, append entries, and keep projections.

Writes are gathered and sent together when the transaction ends, or when a search within it must see them: entries,
records, keys and balances go in one statement each. A transaction that met another one raises `Busy` and may be run
again from its start; `act` here does so.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from lotgate.licence import acts
from lotgate.licence.records import Actor, Command, Entry, Head, Outcome, Record, encode
from lotgate.licence.store import KeptAnswer, Taken, Transaction
from lotgate.web.store.projection import COLUMNS, balance_row, key_rows, record_of, record_row, use_row

__all__ = ["BOOK", "Book", "Busy", "act"]

BOOK = "main"
_TRIES = 20
_RECORD = f"SELECT {', '.join(COLUMNS[:9])} FROM store_record WHERE kind = %s AND record = %s"


class Busy(Exception):
    """Raised when another transaction came first; nothing was written and the step may be tried again."""


def act(actor: Actor, command: Command, at: datetime) -> Outcome:
    """What `licence.acts.act` did on this database, tried again where transactions met."""
    for attempt in range(_TRIES):
        try:
            return acts.act(Book(), actor, command, at)
        except Busy:
            if attempt == _TRIES - 1:
                raise
            time.sleep(0.002 * (attempt + 1))
    raise AssertionError("unreachable")


class Book:
    """The store of this database. `Book(reading=True)` takes no locks and refuses writes: for pages and lists."""

    def __init__(self, book: str = BOOK, *, reading: bool = False) -> None:
        self.book, self.reading = book, reading

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction, committed when the block ends well. Raises Taken, or Busy where another one came first."""
        if self.reading:
            yield _Reading(self.book)
            return
        try:
            with transaction.atomic(durable=True):
                step = _Transaction(self.book)
                yield step
                step.flush()
        except OperationalError as error:
            if _met(error):
                raise Busy(str(error)) from error
            raise

    def entries(self, kind: str | None = None, id: str | None = None, *, after: int = 0) -> Iterator[Entry]:
        """Entries in order of book and sequence, of one record in order of version; read in portions."""
        for payload, hash in self.rows(kind, id, after=after):
            yield Entry.from_json({**json.loads(payload), "hash": hash})

    def rows(
        self, kind: str | None = None, id: str | None = None, *, after: int = 0, portion: int = 5_000
    ) -> Iterator[tuple[str, str]]:
        """Payload and hash of entries, as stored."""
        where, values = "book = %s", [self.book]
        for name, value in (("kind", kind), ("record", id)):
            if value is not None:
                where += f" AND {name} = %s"
                values.append(value)
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT sequence, payload, hash FROM store_event WHERE {where} AND sequence > %s"
                    f" ORDER BY sequence LIMIT {portion}",
                    [*values, after],
                )
                found = cursor.fetchall()
            if not found:
                return
            yield from ((payload, hash) for _, payload, hash in found)
            after = found[-1][0]

    def head(self) -> Head:
        """The end of the book as last committed."""
        return _Reading(self.book).head()


class _Reading:
    """Reads without locks; what every transaction starts from."""

    lock = ""

    def __init__(self, book: str) -> None:
        self.book = book

    def get(self, kind: str, id: str) -> Record | None:
        found = self._rows(_RECORD + self.lock, (kind, id))
        return record_of(found[0]) if found else None

    def find(self, kind: str, key: str, value: str, states: Collection[str] = ()) -> Sequence[Record]:
        columns = ", ".join(f"r.{column}" for column in COLUMNS[:9])
        within = f" AND r.state IN ({', '.join(['%s'] * len(states))})" if states else ""
        found = self._rows(
            f"SELECT {columns} FROM store_key k JOIN store_record r ON r.kind = k.kind AND r.record = k.record"
            f" WHERE k.kind = %s AND k.name = %s AND k.value = %s{within} ORDER BY k.record",
            (kind, key, value, *sorted(states)),
        )
        return [record_of(row) for row in found]

    def head(self) -> Head:
        found = self._rows("SELECT sequence, hash FROM store_head WHERE book = %s" + self.lock, (self.book,))
        return Head(self.book, *found[0]) if found else Head(self.book)

    def answered(self, message: str) -> KeptAnswer | None:
        found = self._rows("SELECT digest, answer FROM store_answer WHERE message = %s", (message,))
        return KeptAnswer(found[0][0], json.loads(found[0][1])) if found else None

    def write(self, entry: Entry, record: Record) -> None:
        raise AssertionError("this transaction only reads")

    def number(self, series: str) -> int:
        raise AssertionError("this transaction only reads")

    def keep(self, message: str, answer: KeptAnswer) -> None:
        raise AssertionError("this transaction only reads")

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())


class _Transaction(_Reading):
    """One step: locks, reads its own writes, sends them together."""

    def __init__(self, book: str) -> None:
        super().__init__(book)
        self.lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
        self._head: Head | None = None
        self._entries: list[Entry] = []
        self._known: dict[tuple[str, str], Record | None] = {}
        self._changed: dict[tuple[str, str], Record] = {}
        self._answers: list[tuple[str, str, str]] = []
        self._keys: dict[tuple[str, str, str], str] = {}

    def get(self, kind: str, id: str) -> Record | None:
        if (kind, id) not in self._known:
            found = self._known[kind, id] = super().get(kind, id)
            if found is not None:
                self._unsaid(key_rows(found))
        return self._known[kind, id]

    def find(self, kind: str, key: str, value: str, states: Collection[str] = ()) -> Sequence[Record]:
        if any(changed == kind for changed, _ in self._changed):
            self.flush()
        if self.lock:
            # what is not there cannot be locked as a row: two grants for one lot wait for each other here
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{kind} {key} {value}"])
        found = super().find(kind, key, value, states)
        return [self._known.setdefault((one.kind, one.id), one) or one for one in found]

    def head(self) -> Head:
        if self._head is None:
            self._head = super().head()
            if not self._head.sequence:
                self._run(
                    "INSERT INTO store_head (book, sequence, hash) VALUES (%s, 0, %s) ON CONFLICT (book) DO NOTHING",
                    (self.book, self._head.hash),
                )
                self._head = super().head()  # of two that start an empty book, one waits here for the other
        return self._head

    def write(self, entry: Entry, record: Record) -> None:
        self._entries.append(entry)
        self._known[record.kind, record.id] = self._changed[record.kind, record.id] = record
        self._head = Head(entry.book, entry.sequence, entry.hash)

    def number(self, series: str) -> int:
        found = self._rows(
            "INSERT INTO store_number (series, last) VALUES (%s, 1)"
            " ON CONFLICT (series) DO UPDATE SET last = store_number.last + 1 RETURNING last",
            (series,),
        )
        return int(found[0][0])

    def keep(self, message: str, answer: KeptAnswer) -> None:
        self._answers.append((message, answer.digest, encode(answer.answer).decode()))

    def flush(self) -> None:
        """Sends what was gathered. Raises Taken for a single key held by another record, Busy for a lost race."""
        if not self._entries and not self._answers:
            return
        changed = [self._changed[key] for key in sorted(self._changed)]
        keys = [row for record in changed for row in key_rows(record)]
        uses = [row for row in (use_row(record, self._single(record)) for record in changed) if row]
        try:
            with _together():
                self._insert("store_event", _EVENT, [_event_row(entry) for entry in self._entries])
                self._insert("store_answer", ("message", "digest", "answer"), self._answers)
                rows = [record_row(record) for record in changed]
                self._insert("store_record", COLUMNS, rows, "kind, record", *COLUMNS[3:7], *COLUMNS[8:])
                self._insert("store_key", _KEY, self._unsaid(keys), "kind, record, name", "value")
                balances = [row for row in map(balance_row, changed) if row]
                self._insert("store_balance", _BALANCE, balances, "licence", *_BALANCE[1:])
                self._insert("store_use", ("clearance", "licence", "single"), uses, "clearance", "licence", "single")
                if self._entries and self._head is not None:
                    values = (self._head.sequence, self._head.hash, self.book)
                    self._run("UPDATE store_head SET sequence = %s, hash = %s WHERE book = %s", values)
        except IntegrityError as error:
            self._explain(error, [row for row in keys if row[4]])
        self._entries, self._changed, self._answers = [], {}, []

    def _explain(self, error: IntegrityError, held: Sequence[tuple[str, str, str, str, bool]]) -> None:
        text = str(error)
        if held and ("key_single" in text or "store_key." in text):
            kind, name, value, *_ = held[0]
            raise Taken(kind, name, value) from error
        if any(part in text for part in _LOST) and "separation" not in text:
            raise Busy(text) from error
        raise error

    def _unsaid(self, keys: list[tuple[str, str, str, str, bool]]) -> list[tuple[str, str, str, str, bool]]:
        """Keys that are not as this transaction found or left them."""
        fresh = [row for row in keys if self._keys.get((row[0], row[3], row[1])) != row[2]]
        self._keys.update({(row[0], row[3], row[1]): row[2] for row in fresh})
        return fresh

    def _single(self, record: Record) -> bool:
        licence = self.get("licence", str(record.facts.get("licence"))) if record.kind == "clearance" else None
        return licence is not None and licence.facts.get("max_uses") == 1

    def _insert(self, table: str, columns: Sequence[str], rows: Sequence[Any], key: str = "", *update: str) -> None:
        """Inserts rows in one statement; where `key` is there already, the columns of `update` are set."""
        if not rows:
            return
        one = f"({', '.join(['%s'] * len(columns))})"
        conflict = (
            f" ON CONFLICT ({key}) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in update)}" if key else ""
        )
        self._run(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * len(rows))}{conflict}",
            [value for row in rows for value in row],
        )

    def _run(self, sql: str, values: Sequence[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)


@contextmanager
def _together() -> Iterator[None]:
    """Sends the statements of the block without waiting for each answer, where the database can."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


_EVENT = ("book", "sequence", "kind", "record", "version", "event", "actor", "previous", "hash", "payload")
_KEY = ("kind", "name", "value", "record", "single")
_BALANCE = ("licence", "most", "taken", "open", "uses", "max_uses")


def _event_row(entry: Entry) -> tuple[Any, ...]:
    draft = entry.draft
    payload = encode(entry.payload()).decode()
    return (
        entry.book, entry.sequence, draft.kind, draft.id, draft.version, draft.event, draft.actor, entry.previous,
        entry.hash, payload,
    )  # fmt: skip


_MET = ("deadlock detected", "could not serialize", "database is locked", "database table is locked")
_LOST = (
    "event_place",
    "event_version",
    "event_one_chain",
    "does not follow",
    "REPLACE",
    "store_answer",
    "store_event.",
)


def _met(error: Exception) -> bool:
    return any(part in str(error) for part in _MET)
