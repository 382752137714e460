"""The port of licence/ on a database: steps tried again where transactions met, and the log as it is read.

What happens within one transaction stands in transactions.py. One that met another raises `Busy` and may be run again
from its start; `act` here does so.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import OperationalError, connection

from lotgate.licence import acts
from lotgate.licence.records import Actor, Command, Entry, Head, Outcome
from lotgate.licence.store import Transaction
from lotgate.web.store.transactions import Busy, Reading, step

__all__ = ["BOOK", "Book", "Busy", "act"]

BOOK = "main"
_TRIES = 20
_MET = ("deadlock detected", "could not serialize", "database is locked", "database table is locked")


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
            yield Reading(self.book)
            return
        try:
            with step(self.book) as one:
                yield one
        except OperationalError as error:
            if any(part in str(error) for part in _MET):
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
        return Reading(self.book).head()
