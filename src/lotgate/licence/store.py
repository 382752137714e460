"""The port to storage, and a store in memory that keeps to it.

A store gives transactions; a transaction reads and locks records, appends entries and keeps first answers. It never
updates or deletes an entry. The domain decides everything; a store only keeps. `licence.acts.act` may be run again
from the start when a store reports a lock or a deadlock: it has no effect outside its transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from lotgate.licence.machines import keys_of, machine, unique_keys
from lotgate.licence.records import Draft, Entry, Head, Json, Record, seal

__all__ = ["KeptAnswer", "MemoryStore", "Store", "Taken", "Transaction"]


class Taken(Exception):
    """Raised by a store when a unique key (such as a declaration number) is already held by another record."""

    def __init__(self, kind: str, key: str, value: str) -> None:
        super().__init__(f"{kind}.{key} {value} is taken")
        self.kind, self.key, self.value = kind, key, value


@dataclass(frozen=True)
class KeptAnswer:
    """What was answered to a message: the digest of its content and the answer (`Outcome.answer`)."""

    digest: str
    answer: Mapping[str, Json]


class Transaction(Protocol):
    """One all-or-nothing step. Every read is of what this transaction would leave behind."""

    def get(self, kind: str, id: str) -> Record | None:
        """The record, locked against other writers until the transaction ends; None where there is none."""

    def find(self, kind: str, key: str, value: str, states: Collection[str] = ()) -> Sequence[Record]:
        """Records of a kind whose key (`machines.keys_of`) has that value, in order of id; only those in `states`
        (as stored) where any are named."""

    def write(self, draft: Draft, record: Record) -> None:
        """Appends an entry and stores the record it leads to, with its keys; `Taken` where a unique key is held."""

    def place(self) -> Sequence[Entry]:
        """The entries written, with their places at the end of the book, which is locked from here until the
        transaction ends. The last that is asked of a transaction; one that is not asked does it as it ends."""

    def number(self, series: str) -> int:
        """The next number of a series, from 1. One that is not used is given again, so none is left out for good; of
        several steps at the same time the later one may have the smaller number."""

    def answered(self, message: str) -> KeptAnswer | None:
        """What was answered to this message before, if it came before."""

    def keep(self, message: str, answer: KeptAnswer) -> None:
        """Keeps the first answer to a message."""


class Store(Protocol):
    """Where transactions come from, and what a reader may ask."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction: committed when the block ends well, rolled back when it raises."""

    def entries(self, kind: str | None = None, id: str | None = None) -> Iterator[Entry]:
        """Entries in order of book and sequence; of one record in order of version."""


@dataclass
class _Held:
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    keys: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    answers: dict[str, KeptAnswer] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)


class MemoryStore:
    """A store in memory, for tests, demonstrations and what-if. One transaction at a time."""

    def __init__(self, book: str = "main") -> None:
        self._held = _Held()
        self._lock = threading.Lock()
        self.book = book

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction whose changes are undone, last first, when the block raises."""
        with self._lock:
            undo: list[Callable[[], object]] = []
            try:
                yield _MemoryTransaction(self._held, self.book, undo)
            except BaseException:
                for step in reversed(undo):
                    step()
                raise

    def entries(self, kind: str | None = None, id: str | None = None) -> Iterator[Entry]:
        """Entries in order, of one record if named."""
        for entry in list(self._held.log):
            if kind in (None, entry.draft.kind) and id in (None, entry.draft.id):
                yield entry

    def records(self, kind: str | None = None) -> list[Record]:
        """All records, or those of one kind, in order of kind and id."""
        return [record for key, record in sorted(self._held.records.items()) if kind in (None, key[0])]

    def get(self, kind: str, id: str) -> Record | None:
        """A record as last committed."""
        return self._held.records.get((kind, id))

    def head(self) -> Head:
        """The end of the book as last committed."""
        return _head(self._held.log, self.book)


class _MemoryTransaction:
    def __init__(self, held: _Held, book: str, undo: list[Callable[[], object]]) -> None:
        self._held = held
        self._book = book
        self._undo = undo
        self._placed: list[Entry] = []

    def get(self, kind: str, id: str) -> Record | None:
        return self._held.records.get((kind, id))

    def find(self, kind: str, key: str, value: str, states: Collection[str] = ()) -> Sequence[Record]:
        if key not in machine(kind).keys:
            raise LookupError(f"nothing is found by the {key} of a {kind}")
        found = (self._held.records[kind, id] for id in sorted(self._held.keys.get((kind, key, value), ())))
        return [record for record in found if not states or record.state in states]

    def place(self) -> Sequence[Entry]:
        return self._placed

    def write(self, draft: Draft, record: Record) -> None:
        before = self._held.records.get((record.kind, record.id))
        old = keys_of(before) if before else {}
        new = keys_of(record)
        for key, value in new.items():
            others = self._held.keys.get((record.kind, key, value), set()) - {record.id}
            if others and key in unique_keys(record.kind):
                raise Taken(record.kind, key, value)
        self._index(record, old, new)
        self._undo.append(lambda: self._index(record, new, old))
        self._set(self._held.records, (record.kind, record.id), record)
        entry = seal(draft, _head(self._held.log, self._book))
        self._placed.append(entry)
        self._held.log.append(entry)
        self._undo.append(self._held.log.pop)

    def number(self, series: str) -> int:
        self._set(self._held.numbers, series, self._held.numbers.get(series, 0) + 1)
        return self._held.numbers[series]

    def answered(self, message: str) -> KeptAnswer | None:
        return self._held.answers.get(message)

    def keep(self, message: str, answer: KeptAnswer) -> None:
        self._set(self._held.answers, message, answer)

    def _index(self, record: Record, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        for key, value in old.items():
            self._held.keys[record.kind, key, value].discard(record.id)
        for key, value in new.items():
            self._held.keys.setdefault((record.kind, key, value), set()).add(record.id)

    def _set(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        if key in table:
            self._undo.append(partial(table.__setitem__, key, table[key]))
        else:
            self._undo.append(partial(table.pop, key))
        table[key] = value


def _head(log: Sequence[Entry], book: str) -> Head:
    return Head(book, log[-1].sequence, log[-1].hash) if log else Head(book)
