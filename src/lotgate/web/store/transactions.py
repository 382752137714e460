"""One transaction on a database: it locks what it reads, gathers what it writes, and sends that together at its end.

Entries, records, keys and balances are one statement each; on PostgreSQL all of them are one statement, sent with the
commit. There the locks are given back before the commit is on the disk, and the answer waits for the disk: a later
transaction that read what is not there yet stands behind it in the write-ahead log and cannot survive it, so nothing
that was answered is ever lost, and many transactions wait for the same turn of the disk.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, connections, transaction

from lotgate.licence.machines import machine
from lotgate.licence.records import GENESIS, Draft, Entry, Head, Record, encode, seal
from lotgate.licence.store import KeptAnswer, Taken
from lotgate.web.store.finding import noted
from lotgate.web.store.projection import COLUMNS, balance_row, key_rows, record_of, record_row, use_row

__all__ = ["Busy", "Reading", "step"]

if TYPE_CHECKING:  # psycopg is there only where it is needed
    from lotgate.web.store.wire import Statement

_RECORD = f"SELECT {', '.join(COLUMNS[:9])} FROM store_record WHERE kind = %s AND record = %s"
_HEAD = "SELECT sequence, hash FROM store_head WHERE book = %s"
_NUMBERS = 16
"""Rows a series of numbers is spread over, so that as many steps may hold one at the same time."""
_SERIES = "INSERT INTO store_number (series, slot, last) VALUES {} ON CONFLICT (series, slot) DO NOTHING".format(
    ", ".join(f"(%s, {slot}, {slot - _NUMBERS})" for slot in range(1, _NUMBERS + 1))
)
_NUMBER = (
    f"UPDATE store_number SET last = last + {_NUMBERS} WHERE series = %s AND slot ="
    " (SELECT slot FROM store_number WHERE series = %s ORDER BY last LIMIT 1{}) RETURNING last"
)
_EVENT = ("book", "sequence", "kind", "record", "version", "event", "actor", "previous", "hash", "payload")
_KEY = ("kind", "name", "value", "record", "single")
_BALANCE = ("licence", "most", "taken", "open", "uses", "max_uses")
_USE = ("clearance", "licence", "single")
_KeyRow = tuple[str, str, str, str, bool]
_FIRST = f"INSERT INTO store_head (book, sequence, hash) VALUES (%s, 0, '{GENESIS}') ON CONFLICT (book) DO NOTHING"
_FORWARD = "UPDATE store_head SET sequence = %s, hash = %s WHERE book = %s"


class Busy(Exception):
    """Raised when another transaction came first; nothing was written and the step may be tried again."""


@contextmanager
def step(book: str) -> Iterator[_Step]:
    """A transaction that writes, committed when the block ends well, undone when it raises."""
    if connection.in_atomic_block:
        raise RuntimeError("a step is a transaction of its own and cannot be part of another one")
    with _PostgreSQL.begun(book) if connection.vendor == "postgresql" else _SQLite.begun(book) as one:
        yield one


class Reading:
    """Reads without locks; what every transaction starts from."""

    lock = free = ""

    def __init__(self, book: str) -> None:
        self.book = book

    def get(self, kind: str, id: str) -> Record | None:
        found = self._rows(_RECORD + self.lock, (kind, id))
        return record_of(found[0]) if found else None

    def find(self, kind: str, key: str, value: str, states: Collection[str] = ()) -> Sequence[Record]:
        if key not in machine(kind).keys:
            raise LookupError(f"nothing is found by the {key} of a {kind}")
        columns = ", ".join(f"r.{column}" for column in COLUMNS[:9])
        within = f" AND r.state IN ({', '.join(['%s'] * len(states))})" if states else ""
        found = self._rows(
            f"SELECT {columns} FROM store_key k JOIN store_record r ON r.kind = k.kind AND r.record = k.record"
            f" WHERE k.kind = %s AND k.name = %s AND k.value = %s{within} ORDER BY k.record",
            (kind, key, value, *sorted(states)),
        )
        return [record_of(row) for row in found]

    def head(self) -> Head:
        found = self._rows(_HEAD, (self.book,))
        return Head(self.book, *found[0]) if found else Head(self.book)

    def answered(self, message: str) -> KeptAnswer | None:
        found = self._rows("SELECT digest, answer FROM store_answer WHERE message = %s", (message,))
        return KeptAnswer(found[0][0], json.loads(found[0][1])) if found else None

    def write(self, draft: Draft, record: Record) -> None:
        raise AssertionError("this transaction only reads")

    def place(self) -> Sequence[Entry]:
        raise AssertionError("this transaction only reads")

    def number(self, series: str) -> int:
        raise AssertionError("this transaction only reads")

    def keep(self, message: str, answer: KeptAnswer) -> None:
        raise AssertionError("this transaction only reads")

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())


class _Step(Reading):
    """Gathers what is written and reads its own writes; how statements are sent is for the database."""

    def __init__(self, book: str) -> None:
        super().__init__(book)
        self._drafts: list[Draft] = []
        self._placed: list[Entry] | None = None
        self._known: dict[tuple[str, str], Record | None] = {}
        self._changed: dict[tuple[str, str], Record] = {}
        self._sent: dict[tuple[str, str], Record] = {}  # records as the database holds them, for all that is known
        self._answers: list[tuple[str, str, str]] = []
        self._keys: dict[tuple[str, str, str], str] = {}

    def get(self, kind: str, id: str) -> Record | None:
        if (kind, id) not in self._known:
            found = self._known[kind, id] = super().get(kind, id)
            if found is not None:
                self._sent[kind, id] = found
                self._unsaid(key_rows(found))
        return self._known[kind, id]

    def find(self, kind: str, key: str, value: str, states: Collection[str] = ()) -> Sequence[Record]:
        if any(changed == kind for changed, _ in self._changed):
            self.flush()
        found = super().find(kind, key, value, states)
        for one in found:
            self._sent.setdefault((one.kind, one.id), one)
        return [self._known.setdefault((one.kind, one.id), one) or one for one in found]

    def write(self, draft: Draft, record: Record) -> None:
        self._drafts.append(draft)
        self._known[record.kind, record.id] = self._changed[record.kind, record.id] = record

    def place(self) -> Sequence[Entry]:
        if self._placed is None:
            self._placed = []
            head = self._end() if self._drafts else Head(self.book)
            for draft in self._drafts:
                self._placed.append(seal(draft, head))
                head = Head(self.book, head.sequence + 1, self._placed[-1].hash)
        return self._placed

    def number(self, series: str) -> int:
        found = self._rows(_NUMBER.format(self.free), (series, series))
        if not found:  # the first of its series, or each is held by another step
            self._send([(_SERIES, (series,) * _NUMBERS)])
            found = self._rows(_NUMBER.format(self.lock), (series, series))
        return int(found[0][0])

    def _end(self) -> Head:
        """The end of the book, locked; what was gathered is on its way before, for here others begin to wait."""
        self.flush()
        if not self.head().sequence:
            self._send([(_FIRST, (self.book,))])
        return self.head()

    def keep(self, message: str, answer: KeptAnswer) -> None:
        self._answers.append((message, answer.digest, encode(answer.answer).decode()))

    def flush(self) -> None:
        """Sends records and answers as gathered so far. Raises Taken for a single key held by another record, Busy for
        a lost race."""
        statements, single = self._gathered()
        with self._explained(single):
            self._send(statements)

    def end(self) -> None:
        """Sends the entries, and the commit with them."""
        placed = self.place()
        statements, single = self._gathered()
        if placed:
            rows = [value for entry in placed for value in _event_row(entry)]
            head = (placed[-1].sequence, placed[-1].hash, self.book)
            statements += [(_insert("store_event", _EVENT, len(placed), "", ()), rows), (_FORWARD, head)]
        with self._explained(single):
            self._send(statements, last=True)

    def _gathered(self) -> tuple[list[Statement], list[_KeyRow]]:
        """What is to be written of records and answers, and the single keys among it."""
        changed = [self._changed[key] for key in sorted(self._changed)]
        records = [record_row(one) for one in changed]
        keys = [row for record in changed for row in key_rows(record)]
        tables: tuple[tuple[str, tuple[str, ...], list[Any], str, tuple[str, ...]], ...] = (
            ("store_answer", ("message", "digest", "answer"), self._answers, "", ()),
            ("store_record", COLUMNS, records, "kind, record", COLUMNS[3:7] + COLUMNS[8:]),
            ("store_key", _KEY, self._unsaid(keys), "kind, record, name", ("value",)),
            ("store_balance", _BALANCE, [row for one in changed if (row := balance_row(one))], "licence", _BALANCE[1:]),
            ("store_use", _USE, [use for one in changed if (use := use_row(one, self._single(one)))], "clearance",
             _USE[1:]),
        )  # fmt: skip
        statements: list[Statement] = [
            (_insert(table, columns, len(rows), key, update), [value for row in rows for value in row])
            for table, columns, rows, key, update in tables
            if rows
        ]
        for one, made in zip(changed, records, strict=True):
            statements += noted(self._sent.get((one.kind, one.id)), one, made[-1])
        self._sent |= self._changed
        self._changed, self._answers = {}, []
        return statements, [row for row in keys if row[4]]

    def _send(self, statements: Sequence[Statement], *, last: bool = False) -> None:
        raise NotImplementedError

    @contextmanager
    def _explained(self, held: Sequence[_KeyRow]) -> Iterator[None]:
        """A block whose refusals by the database are told as what they mean."""
        try:
            yield
        except IntegrityError as error:
            self._explain(error, held)

    def _explain(self, error: IntegrityError, held: Sequence[_KeyRow]) -> None:
        text = str(error)
        if held and ("key_single" in text or "store_key." in text):
            kind, name, value, *_ = held[0]
            raise Taken(kind, name, value) from error
        if any(part in text for part in _LOST) and "separation" not in text:
            raise Busy(text) from error
        raise error

    def _unsaid(self, keys: list[_KeyRow]) -> list[_KeyRow]:
        """Keys that are not as this transaction found or left them."""
        fresh = [row for row in keys if self._keys.get((row[0], row[3], row[1])) != row[2]]
        self._keys.update({(row[0], row[3], row[1]): row[2] for row in fresh})
        return fresh

    def _single(self, record: Record) -> bool:
        licence = self.get("licence", str(record.facts.get("licence"))) if record.kind == "clearance" else None
        return licence is not None and licence.facts.get("max_uses") == 1


class _SQLite(_Step):
    """The write lock is taken when the transaction starts, so statements are simply run."""

    def __init__(self, book: str, cursor: Any) -> None:
        super().__init__(book)
        self._cursor = cursor

    @classmethod
    @contextmanager
    def begun(cls, book: str) -> Iterator[_Step]:
        """The transaction within the block."""
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            one = cls(book, cursor)
            yield one
            one.end()

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        return list(self._cursor.execute(sql, values).fetchall())

    def _send(self, statements: Sequence[Statement], *, last: bool = False) -> None:
        for sql, values in statements:
            self._cursor.execute(sql, values)


class _PostgreSQL(_Step):
    """Locks row by row. What needs no answer in between is sent together; BEGIN goes with the first statement, COMMIT
    with the last."""

    lock, free = " FOR UPDATE", " FOR UPDATE SKIP LOCKED"

    def __init__(self, book: str) -> None:
        super().__init__(book)
        from lotgate.web.store.wire import Wire

        self._connection = connections[DEFAULT_DB_ALIAS]
        self._connection.ensure_connection()
        if Wire.of(self._connection.connection).closed:  # the server went away since the last step; it may be back
            self._connection.close()
            self._connection.connect()
        self._wire = Wire.of(self._connection.connection)
        self._open = False
        self._awaited = False  # whether what is answered must be on the disk first

    @classmethod
    @contextmanager
    def begun(cls, book: str) -> Iterator[_Step]:
        """The transaction within the block."""
        one = cls(book)
        try:
            yield one
            one.end()
        except BaseException:
            one.undo()
            raise

    def undo(self) -> None:
        """Ends the transaction without leaving a trace; a connection that is gone has done so already."""
        if self._open and not self._wire.closed:
            self._wire.run(("ROLLBACK", ()))
        self._open = False

    def find(self, kind: str, key: str, value: str, states: Collection[str] = ()) -> Sequence[Record]:
        # what is not there cannot be locked as a row: two grants for one lot wait for each other here
        self._together([("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{kind} {key} {value}",))])
        return super().find(kind, key, value, states)

    def answered(self, message: str) -> KeptAnswer | None:
        found = super().answered(message)
        self._awaited = self._awaited or found is not None  # whoever wrote it may still wait for the disk
        return found

    def _end(self) -> Head:
        """What was gathered is sent with the question; nobody waits for it, unlike for what follows on the answer.

        The end of the book is locked by itself. Its row would do as well, but those who wait for a row are all woken
        whenever it changes, and here is where everybody waits.
        """
        statements, single = self._gathered()
        with self._explained(single):
            sent = [_one(statements)] if statements else []
            lock = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (self.book,)
            found = self._together([*sent, lock, (_HEAD, (self.book,))])[-1]
        return Head(self.book, *found[0]) if found else super()._end()

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        return self._together([(sql, values)])[0]

    def _together(self, statements: Sequence[Statement]) -> list[list[Any]]:
        """The rows of statements sent without waiting for each other's."""
        begin = () if self._open else (_BEGIN,)
        with self._connection.wrap_database_errors:
            self._open = True
            return self._wire.run(*begin, *statements)[len(begin) :]

    def _send(self, statements: Sequence[Statement], *, last: bool = False) -> None:
        if not self._open:
            return
        self._awaited = self._awaited or bool(statements)
        sent = [_one(statements)] if statements else []
        if last:
            sent += [("COMMIT", ()), _ON_DISK] if self._awaited else [("COMMIT", ())]
        if sent:
            with self._connection.wrap_database_errors:
                self._wire.run(*sent)
        self._open = not last


_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED", ()
"""Whatever the server's default is: who waited for a lock must see what the one before has written."""
_ON_DISK = "SELECT pg_logical_emit_message(true, 'lotgate', '')", ()
"""A transaction of its own that does nothing but wait until the log is on the disk up to here."""


def _one(statements: Sequence[Statement]) -> Statement:
    """Statements as one; its commit waits for no disk, that is for `_ON_DISK`."""
    named = [f"s{number} AS ({sql})" for number, (sql, _) in enumerate(statements)]
    return (
        f"WITH {', '.join(named)} SELECT set_config('synchronous_commit', 'off', true)",
        [value for _, values in statements for value in values],
    )


@cache
def _insert(table: str, columns: Sequence[str], rows: int, key: str, update: Sequence[str]) -> str:
    """Inserts rows in one statement; where `key` is there already, the columns of `update` are set."""
    one = f"({', '.join(['%s'] * len(columns))})"
    conflict = f" ON CONFLICT ({key}) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in update)}" if key else ""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * rows)}{conflict}"


def _event_row(entry: Entry) -> tuple[Any, ...]:
    draft = entry.draft
    return (
        entry.book, entry.sequence, draft.kind, draft.id, draft.version, draft.event, draft.actor, entry.previous,
        entry.hash, entry.written,
    )  # fmt: skip


_LOST = (
    "event_place",
    "event_version",
    "event_one_chain",
    "does not follow",
    "REPLACE",
    "store_answer",
    "store_event.",
)
