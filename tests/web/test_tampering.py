"""Whoever gets at the database by hand and changes a byte is found, with the place."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from django.db import connection

from lotgate.web.services import demonstration as demo
from lotgate.web.store.book import act
from lotgate.web.store.verify import rebuild, verify

AT = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def log(database: str) -> list[Any]:
    for number, to in enumerate(("delivered", "granted", "draft")):
        list(demo.carry(act, demo.actors(), number, AT, to))
    return rows()


def rows() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM store_event ORDER BY sequence")
        return list(cursor.fetchall())


COLUMNS = ("book", "sequence", "kind", "record", "version", "event", "actor", "previous", "hash", "payload")


def by_hand(sql: str, values: Any = ()) -> None:
    """What somebody with the administrator's hands on the database can do: triggers off, change, triggers on."""
    from lotgate.web.store.guards import install

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE store_event DISABLE TRIGGER ALL")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(sql, values)
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE store_event ENABLE TRIGGER ALL")
    install()


def test_an_untouched_database_is_whole(log: list[Any]) -> None:
    found = verify()
    assert found.whole, found.findings
    assert found.entries == len(log)


def test_any_byte_of_any_entry(log: list[Any]) -> None:
    """Every entry: a byte drawn at random of what is hashed, and of another column."""
    draw = random.Random(20260302)
    for row in log:
        sequence = row[1]
        for column in ("payload", draw.choice(("kind", "record", "event", "actor", "previous", "hash", "version"))):
            value = row[COLUMNS.index(column)]
            if column == "version":
                changed: Any = value + 1000
            else:
                place = draw.randrange(len(value))
                other = "x" if value[place] != "x" else "y"
                changed = value[:place] + other + value[place + 1 :]
            by_hand(f"UPDATE store_event SET {column} = %s WHERE sequence = %s", (changed, sequence))
            found = [finding for finding in verify().findings if finding.table == "store_event"]
            assert found, (sequence, column)
            assert found[0].place == f"main {sequence}" or (
                column == "hash" and found[0].place == f"main {sequence + 1}"
            )
            by_hand(f"UPDATE store_event SET {column} = %s WHERE sequence = %s", (value, sequence))
    assert verify().whole


@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_a_deleted_entry(log: list[Any], which: str) -> None:
    sequence = {"first": 1, "middle": len(log) // 2, "last": len(log)}[which]
    by_hand("DELETE FROM store_event WHERE sequence = %s", (sequence,))
    found = verify().findings
    expected = ("store_head", "main") if which == "last" else ("store_event", f"main {sequence + 1}")
    assert (found[0].table, found[0].place) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE store_record SET state = 'granted' WHERE state = 'draft'",
        "UPDATE store_record SET facts = REPLACE(facts, '120', '130') WHERE kind = 'licence'",
        "UPDATE store_balance SET taken = 1 WHERE taken = 0",
        "DELETE FROM store_key",
        "UPDATE store_use SET single = NOT single",
        "UPDATE store_head SET sequence = sequence - 1",
    ],
)
def test_a_changed_projection_is_found_and_rebuilding_mends_it(log: list[Any], sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert not verify().whole
    assert rebuild() == len(log)
    assert verify().whole, verify().findings
