"""Checks the log byte by byte and every projection against its replay; says where the first wrong thing stands.

`verify` reads only. `rebuild` makes projections anew from the log, after a restore or a change of their columns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from lotgate.licence.records import Entry, Head, Record
from lotgate.licence.reducers import apply
from lotgate.web.store import finding
from lotgate.web.store.book import BOOK
from lotgate.web.store.projection import COLUMNS, balance_row, key_rows, record_row, use_row

__all__ = ["Finding", "Verified", "rebuild", "snapshot", "verify"]

Progress = Callable[[int], object]
_EVENT = ("id", "book", "sequence", "kind", "record", "version", "event", "actor", "previous", "hash", "payload")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: in which table, at which place, and what."""

    table: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.place}: {self.what}"


@dataclass(frozen=True)
class Verified:
    """What a check saw: entries read, the end of the chain, and everything that is wrong."""

    entries: int
    head: Head
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "whole": self.whole,
            "entries": self.entries,
            "book": self.head.book,
            "head": self.head.hash,
            "findings": [finding.__dict__ for finding in self.findings],
        }


def verify(book: str = BOOK, progress: Progress = lambda done: None) -> Verified:
    """Everything that is wrong with the log and with what is projected from it."""
    with snapshot():
        findings: list[Finding] = []
        records: dict[tuple[str, str], Record] = {}
        end = Head(book)
        count = 0
        for row in _rows("store_event", _EVENT, "book = %s", (book,), "sequence"):
            count += 1
            end = _follow(row, end, records, findings)
            if count % 10_000 == 0:
                progress(count)
        findings += _head_findings(end)
        findings += _projection_findings(records)
    return Verified(count, end, tuple(findings))


def rebuild(book: str = BOOK, progress: Progress = lambda done: None) -> int:
    """The number of entries from which records, keys, balances and uses were made anew."""
    from lotgate.web.store import models

    with transaction.atomic(durable=True):
        records: dict[tuple[str, str], Record] = {}
        end, count = Head(book), 0
        for row in _rows("store_event", _EVENT, "book = %s", (book,), "sequence"):
            entry = _entry(row)
            key = entry.draft.kind, entry.draft.id
            records[key] = apply(records.get(key), entry.draft)
            end, count = Head(book, entry.sequence, entry.hash), count + 1
            if count % 10_000 == 0:
                progress(count)
        for model in (models.Record, models.Key, models.Balance, models.Use):
            model.objects.all().delete()
        for table, columns, made in _projected(records):
            _insert(table, columns, made)
        finding.fill()
        models.Head.objects.update_or_create(book=book, defaults={"sequence": end.sequence, "hash": end.hash})
    return count


@contextmanager
def snapshot() -> Iterator[None]:
    """A block whose reads all see the same instant, while others go on writing; within a transaction, that one."""
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    usual = getattr(connection, "transaction_mode", None)
    try:
        connection.transaction_mode = "DEFERRED"  # SQLite: ours takes the write lock at once, which readers do not need
        with transaction.atomic():
            connection.transaction_mode = usual
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield
    finally:
        connection.transaction_mode = usual


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry.from_json({**json.loads(row[10]), "hash": row[9]})


def _follow(
    row: tuple[Any, ...], end: Head, records: dict[tuple[str, str], Record], findings: list[Finding]
) -> Head:  # fmt: skip
    """The end of the chain after a row; what is wrong with the row is added to the findings."""
    _, book, sequence, kind, id, version, event, actor, previous, hash, payload = row
    place = f"{book} {sequence}"

    def wrong(what: str) -> None:
        findings.append(Finding("store_event", place, what))

    if sequence != end.sequence + 1:
        wrong(f"entries are missing: {end.sequence + 1} was expected here")
    elif previous != end.hash:
        wrong("does not name the hash of the entry before it")
    if hashlib.sha256(payload.encode()).hexdigest() != hash:
        wrong("the hash is not that of the entry: one of the two was changed")
    try:
        entry = _entry(row)
        draft = entry.draft
        said = (
            entry.book, entry.sequence, draft.kind, draft.id, draft.version, draft.event, draft.actor, entry.previous,
        )  # fmt: skip
        if said != (book, sequence, kind, id, version, event, actor, previous):
            wrong("a column differs from the entry")
        records[draft.kind, draft.id] = apply(records.get((draft.kind, draft.id)), draft)
    except (ValueError, TypeError, KeyError, ArithmeticError, AttributeError) as error:
        wrong(f"cannot be replayed: {error}")
    return Head(book, sequence, hash)


def _head_findings(end: Head) -> Iterator[Finding]:
    found = list(_rows("store_head", ("book", "sequence", "hash"), "book = %s", (end.book,), "book"))
    kept = Head(*found[0]) if found else Head(end.book)
    if kept != end:
        yield Finding(
            "store_head", end.book, f"says {kept.sequence} entries, the log has {end.sequence} or another end"
        )


def _projected(records: dict[tuple[str, str], Record]) -> Iterator[tuple[str, tuple[str, ...], list[Any]]]:
    ordered = [records[key] for key in sorted(records)]
    yield "store_record", COLUMNS, [record_row(one) for one in ordered]
    yield "store_key", ("kind", "name", "value", "record", "single"), [row for one in ordered for row in key_rows(one)]
    balances = [row for row in map(balance_row, ordered) if row]
    yield "store_balance", ("licence", "most", "taken", "open", "uses", "max_uses"), balances
    uses = []
    for one in ordered:
        licence = records.get(("licence", str(one.facts.get("licence"))))
        row = use_row(one, licence is not None and licence.facts.get("max_uses") == 1)
        if row:
            uses.append(row)
    yield "store_use", ("clearance", "licence", "single"), uses


def _projection_findings(records: dict[tuple[str, str], Record]) -> Iterator[Finding]:
    for table, columns, made in _projected(records):
        kept = sorted((_plain(row) for row in _rows(table, columns, "1 = 1", (), _ORDERS[table])), key=repr)
        wanted = sorted((_plain(row) for row in made), key=repr)
        if kept == wanted:
            continue
        for row in sorted(set(kept) ^ set(wanted), key=repr)[:20]:
            side = "is not what the log gives" if row in set(kept) else "is missing or differs from what the log gives"
            yield Finding(table, " ".join(map(str, row[:2])), side)


_ORDERS = {
    "store_record": "kind, record", "store_key": "kind, record, name", "store_balance": "licence",
    "store_use": "clearance",
}  # fmt: skip
"""What no two rows of a table share."""


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row in a form that compares equal whatever the database makes of booleans and decimals."""
    from decimal import Decimal

    return tuple(
        int(value) if isinstance(value, bool) else Decimal(str(value)).normalize() if _is_number(value) else value
        for value in row
    )


def _is_number(value: Any) -> bool:
    from decimal import Decimal

    return isinstance(value, (Decimal, float)) or (isinstance(value, int) and not isinstance(value, bool))


def _rows(table: str, columns: tuple[str, ...], where: str, values: tuple[Any, ...], order: str) -> Iterator[Any]:
    """Rows in portions, by the place of the last one, so that a million do not stand in memory at once."""
    by, names = order.split(", "), ", ".join(columns)
    last: tuple[Any, ...] = ()
    while True:
        further = f" AND ({order}) > ({', '.join(['%s'] * len(by))})" if last else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {order}, {names} FROM {table} WHERE {where}{further} ORDER BY {order} LIMIT 5000",
                [*values, *last],
            )
            found = cursor.fetchall()
        if not found:
            return
        yield from (row[len(by) :] for row in found)
        last = found[-1][: len(by)]


def _insert(table: str, columns: tuple[str, ...], rows: list[Any]) -> None:
    one = f"({', '.join(['%s'] * len(columns))})"
    step = max(1, 900 // len(columns))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * len(part))}",
                [value for row in part for value in row],
            )
