"""Records found by any part of a word: an index of groups of letters, made here, alike on both databases.

The groups of a word are looked up, and whoever holds them all is then asked for the word itself; so the index may know
too much and never knows too little. A word is cut into threes; twos are kept where one of them is no ASCII letter, for
there two characters are a word.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

from lotgate.errors import MissingError
from lotgate.licence.records import Record
from lotgate.web.store.projection import searched

__all__ = ["KINDS", "few", "fill", "groups", "like", "make", "noted"]

KINDS = frozenset({"application", "licence"})
"""Kinds of which there are many with names; others are read through."""
_PORTION = 1_000
_NOT_ASCII = 0x7F


def groups(text: str) -> set[int]:
    """The groups of letters in a text, as numbers."""
    found: set[str] = set()
    for word in text.split():
        found.update(word[i : i + 3] for i in range(len(word) - 2))
        found.update(word[i : i + 2] for i in range(len(word) - 1) if max(map(ord, word[i : i + 2])) > _NOT_ASCII)
    return {zlib.crc32(group.encode("utf-8", "replace")) >> 1 for group in found}


def like(word: str) -> str:
    """The pattern of a word anywhere in a text, with ! before what would mean something else."""
    return f"%{word.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"


def few(kind: str, words: Sequence[str], most: int) -> list[int] | None:
    """The rows of the records of a kind in which all words stand; None where there are more than so many, or where the
    words are too short to tell."""
    wanted = {group for word in words for group in groups(word)}
    if kind not in KINDS or not wanted:
        return None
    postgresql = connection.vendor == "postgresql"
    held = (
        "g.kind = r.kind AND g.record = r.record WHERE g.groups @> %s::integer[]"
        if postgresql
        else "g.rowid = r.id WHERE store_group MATCH %s"
    )
    every = " AND r.search LIKE %s ESCAPE '!'" * len(words)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.id FROM store_group g JOIN store_record r ON {held} AND r.kind = %s{every} LIMIT {most + 1}",
            [_asked(wanted), kind, *map(like, words)],
        )
        found = [int(row[0]) for row in cursor.fetchall()]
    return found if len(found) <= most else None


def _asked(wanted: Iterable[int]) -> Any:
    return sorted(wanted) if connection.vendor == "postgresql" else " AND ".join(map(str, sorted(wanted)))


def noted(before: Record | None, after: Record, text: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The statements that follow a record whose words changed, its present text given; they come after that of the
    record itself."""
    if after.kind not in KINDS or (before and searched(before) == text):
        return
    old, new = groups(searched(before)) if before else set(), groups(text)
    if connection.vendor == "postgresql":
        yield (
            "INSERT INTO store_group (kind, record, groups) VALUES (%s, %s, %s)"
            " ON CONFLICT (kind, record) DO UPDATE SET groups = excluded.groups",
            (after.kind, after.id, f"{{{','.join(map(str, sorted(new)))}}}"),
        )
        return
    row = "id, %s FROM store_record WHERE kind = %s AND record = %s"
    if before:
        delete = f"INSERT INTO store_group (store_group, rowid, groups) SELECT 'delete', {row}"
        yield delete, (_written(old), after.kind, after.id)
    yield f"INSERT INTO store_group (rowid, groups) SELECT {row}", (_written(new), after.kind, after.id)


def _written(found: Iterable[int]) -> str:
    return " ".join(map(str, sorted(found)))


def make() -> None:
    """The place of the index, before it is first filled; no model can say what it is."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE TABLE store_group (kind varchar(20), record varchar(120), groups integer[] NOT NULL,"
                " PRIMARY KEY (kind, record))"
            )
            return
        cursor.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'")
        if cursor.fetchone() is None:
            raise MissingError(
                "the SQLite of this Python has no FTS5; next: a Python whose SQLite has it, or PostgreSQL"
            )
        cursor.execute(
            "CREATE VIRTUAL TABLE store_group"
            " USING fts5(groups, content='', detail='none', columnsize=0, tokenize='ascii')"
        )


def fill() -> None:
    """Makes the index anew from the records as they stand."""
    postgresql = connection.vendor == "postgresql"
    empty = (
        "DROP INDEX IF EXISTS group_find; TRUNCATE store_group"
        if postgresql
        else "INSERT INTO store_group (store_group) VALUES ('delete-all')"
    )
    insert = (
        "INSERT INTO store_group (kind, record, groups) VALUES (%s, %s, %s)"
        if postgresql
        else "INSERT INTO store_group (rowid, groups) VALUES (%s, %s)"
    )
    kinds, last = sorted(KINDS), 0
    with connection.cursor() as cursor:
        cursor.execute(empty)
        while True:
            cursor.execute(
                f"SELECT id, kind, record, search FROM store_record WHERE id > %s AND kind IN"
                f" ({', '.join(['%s'] * len(kinds))}) ORDER BY id LIMIT {_PORTION}",
                [last, *kinds],
            )
            rows = cursor.fetchall()
            if not rows:
                break
            last = rows[-1][0]
            if postgresql:
                cursor.executemany(insert, [(kind, record, sorted(groups(text))) for _, kind, record, text in rows])
            else:
                cursor.executemany(insert, [(id, _written(groups(text))) for id, _, _, text in rows])
        if postgresql:  # made at the end it takes a fraction of the time
            cursor.execute("CREATE INDEX group_find ON store_group USING gin (groups)")
