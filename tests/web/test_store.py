"""The store keeps the promises of the port, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import threading
from typing import Any

import databases
import pytest
from django.db import DatabaseError, connection, transaction

from lotgate.licence import Command, Conflict, Forbidden, NotAllowedNow, acts, replay
from lotgate.licence.store import MemoryStore, Taken
from lotgate.web.services import demonstration as demo
from lotgate.web.store.book import Book, act

AT = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
WHO = demo.actors()


def carried(number: int, to: str) -> list[Any]:
    return list(demo.carry(act, WHO, number, AT, to))


def stored() -> dict[tuple[str, str], Any]:
    from lotgate.web.store.models import Record
    from lotgate.web.store.projection import COLUMNS, record_of

    return {row[:2]: record_of(row) for row in Record.objects.values_list(*COLUMNS)}


def test_the_same_steps_leave_the_same_records_as_in_memory(database: str) -> None:
    memory = MemoryStore()
    for number, to in enumerate(demo.STAGES):
        carried(number, to)
        list(demo.carry(lambda who, what, at: acts.act(memory, who, what, at), WHO, number, AT, to))
    assert stored() == {(one.kind, one.id): one for one in memory.records()}
    assert list(Book().entries()) == list(memory.entries())
    assert Book().head() == memory.head()


def test_records_are_the_replay_of_their_entries(database: str) -> None:
    carried(1, "delivered")
    assert stored() == replay(Book().entries())


def test_a_refused_step_leaves_nothing(database: str) -> None:
    carried(1, "under_review")
    before, head = stored(), Book().head()
    application = next(id for kind, id in before if kind == "application")
    with pytest.raises(NotAllowedNow):
        act(WHO["authority-decider"], Command("application", "deny", application, {"reasons": [
            {"code": "risk", "cite": "art. 9"}]}), AT)  # fmt: skip
    assert (stored(), Book().head()) == (before, head)


def test_a_declaration_number_is_used_once(database: str) -> None:
    *_, first = carried(1, "reserved")
    *_, second = carried(2, "granted")
    licence = next(other for other in second.others if other.kind == "licence")
    declared = demo.declaration(licence, "DECL-0000001", AT.date())
    with pytest.raises(NotAllowedNow):
        act(WHO["customs-officer"], Command("licence", "reserve", licence.id, declared), AT)
    assert stored()["licence", licence.id].state == "issued"
    assert stored()["licence", first.record.id].state == "reserved"


def test_a_repeated_message_changes_nothing_and_another_one_is_reported(database: str) -> None:
    *_, granted = carried(1, "granted")
    licence = next(other for other in granted.others if other.kind == "licence")
    declared = demo.declaration(licence, "DECL-1", AT.date())
    command = Command("licence", "reserve", licence.id, declared, message="m-1")
    first = act(WHO["customs-officer"], command, AT)
    head = Book().head()
    again = act(WHO["customs-officer"], command, AT)
    assert again.repeated and again.record == first.record and Book().head() == head
    other = dataclasses.replace(command, data={**declared, "declaration": "DECL-2"})
    with pytest.raises(Conflict):
        act(WHO["customs-officer"], other, AT)
    assert [one for kind, one in stored() if kind == "finding"]


def statement(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE store_event SET actor = 'somebody-else' WHERE sequence = 1",
        "UPDATE store_event SET payload = payload || ' '",
        "DELETE FROM store_event",
        "DELETE FROM store_event WHERE sequence = (SELECT MAX(sequence) FROM store_event)",
        "INSERT INTO store_event (book, sequence, kind, record, version, event, actor, previous, hash, payload)"
        " SELECT book, sequence + 9, kind, record, version + 9, event, actor, hash, hash, payload FROM store_event"
        " WHERE sequence = 2",
        "INSERT INTO store_event (book, sequence, kind, record, version, event, actor, previous, hash, payload)"
        " SELECT book, sequence, kind, record, version + 1000, event, actor, previous, hash, payload FROM store_event"
        " WHERE sequence = 1",
        # the right place, but behind another entry; then the right entry, but a place left out
        "INSERT INTO store_event (book, sequence, kind, record, version, event, actor, previous, hash, payload)"
        " SELECT book, (SELECT MAX(sequence) + 1 FROM store_event), kind, record, version + 1000, event, actor,"
        " previous, hash, payload FROM store_event WHERE sequence = 1",
        "INSERT INTO store_event (book, sequence, kind, record, version, event, actor, previous, hash, payload)"
        " SELECT book, sequence + 2, kind, record, version + 1000, event, actor, hash, 'h', payload FROM store_event"
        " WHERE sequence = (SELECT MAX(sequence) FROM store_event)",
        # a first entry of a log that has one
        "INSERT INTO store_event (book, sequence, kind, record, version, event, actor, previous, hash, payload)"
        " SELECT book, 0, kind, record, version + 1000, event, actor, '', 'h', payload FROM store_event"
        " WHERE sequence = 1",
    ],
)
def test_the_database_refuses_to_change_the_log(database: str, sql: str) -> None:
    carried(1, "draft")
    before = list(Book().rows())
    with pytest.raises(DatabaseError):
        statement(sql)
    assert list(Book().rows()) == before


def test_sqlite_refuses_replace_and_postgresql_refuses_truncate(database: str) -> None:
    carried(1, "draft")
    before = list(Book().rows())
    columns = "id, book, sequence, kind, record, version, event, actor, previous, hash, payload"
    replace = f"INSERT OR REPLACE INTO store_event ({columns})"
    statements = {
        "sqlite": [
            f"{replace} SELECT {columns} FROM store_event",
            f"{replace} SELECT id + 100, book, sequence, kind, record, version + 100, event, actor, previous, hash,"
            " payload FROM store_event",
        ],
        "postgresql": ["TRUNCATE store_event"],
    }[connection.vendor]
    for sql in statements:
        with pytest.raises(DatabaseError):
            statement(sql)
    assert list(Book().rows()) == before


def test_entries_of_one_statement_are_checked_against_each_other(database: str) -> None:
    """Two right ones are taken; of two where the second names another one before it neither is."""
    carried(1, "draft")
    end = Book().head()
    insert = (
        "INSERT INTO store_event (book, sequence, kind, record, version, event, actor, previous, hash, payload)"
        " VALUES ('main', %s, 'lot', 'x', 1, 'make', 'a', %s, 'h1', ''),"
        " ('main', %s, 'lot', 'x', 2, 'ship', 'a', %s, 'h2', '')"
    )
    for previous in ("h0", "h1"):
        values = (end.sequence + 1, end.hash, end.sequence + 2, previous)
        before = len(list(Book().rows()))
        with connection.cursor() as cursor:
            if previous == "h1":
                cursor.execute(insert, values)
                assert len(list(Book().rows())) == before + 2
            else:
                with pytest.raises(DatabaseError, match="does not follow"), transaction.atomic():
                    cursor.execute(insert, values)
                assert len(list(Book().rows())) == before


def test_the_database_refuses_a_decision_by_who_recommended(database: str) -> None:
    """The program refuses it before; here the row is written behind its back."""
    carried(1, "recommended")
    head = Book().head()
    values = {"event": "grant", "actor": "authority-officer"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT record, MAX(version) FROM store_event WHERE kind = 'application' GROUP BY record")
        record, version = cursor.fetchone()
    for actor, refused in (("authority-officer", True), ("exporter-preparer", True), ("authority-decider", False)):
        row = (
            "main",
            head.sequence + 1,
            "application",
            record,
            version + 1,
            values["event"],
            actor,
            head.hash,
            actor,
            "{}",
        )
        insert = (
            "INSERT INTO store_event (book, sequence, kind, record, version, event, actor, previous, hash, payload)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        )
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(insert, row)
        except DatabaseError as error:
            assert refused and "separation" in str(error)
        else:
            assert not refused


def test_nobody_decides_what_they_recommended_through_the_program(database: str) -> None:
    carried(1, "recommended")
    application = next(id for kind, id in stored() if kind == "application")
    both = dataclasses.replace(WHO["authority-officer"], roles=frozenset({"officer", "decider"}))
    data = {"quantity": "120", "valid_from": "2026-03-02", "valid_to": "2026-10-02", "reason": "agreed"}
    with pytest.raises(Forbidden):
        act(both, Command("application", "grant", application, data), AT)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE store_balance SET taken = most + 1",
        "UPDATE store_balance SET taken = -1",
        "UPDATE store_balance SET uses = 2",
        "INSERT INTO store_use (clearance, licence, single) SELECT 'another', licence, single FROM store_use",
        "INSERT INTO store_key (kind, name, value, record, single)"
        " SELECT kind, name, value, 'another', single FROM store_key WHERE single",
    ],
)
def test_the_database_refuses_more_than_was_granted(database: str, sql: str) -> None:
    carried(1, "used")
    with pytest.raises(DatabaseError):
        statement(sql)


def test_a_single_key_held_elsewhere_is_told_as_taken(database: str) -> None:
    from lotgate.licence.records import Draft, Record
    from lotgate.licence.reducers import apply

    def written(id: str) -> None:
        with Book().transaction() as tx:
            draft = Draft(
                "clearance", id, "cn", 1, "lodge", "new", "lodged", "2026-03-02T02:00:00.000000Z", "2026-03-02",
                "customs-officer", "demo-customs", "customs", {"licence": "CN-L", "declaration": "D-1", "unit": "KGM"},
            )  # fmt: skip
            record: Record = apply(None, draft)
            tx.write(draft, record)

    written("CN-C-1")
    with pytest.raises(Taken):
        written("CN-C-2")
    assert len(list(Book().entries())) == 1


def test_numbers_have_no_gaps_after_a_refusal(database: str) -> None:
    given = []
    for fails in (False, True, False):
        try:
            with Book().transaction() as tx:
                given.append(tx.number("CN-A-2026"))
                if fails:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            given.pop()
    assert given == [1, 2]


def test_steps_at_the_same_time_have_numbers_without_waiting_and_none_is_left_out(postgresql_database: str) -> None:
    """More steps than there are slots: the last ones wait until a number is free."""
    given: list[int] = []
    held, goon = threading.Barrier(17), threading.Event()

    def one(number: int) -> None:
        try:
            with Book().transaction() as tx:
                mine = tx.number("CN-C-2026")
                held.wait(20)
                goon.wait(20)
                if number == 0:
                    raise ZeroDivisionError
                given.append(mine)
        except ZeroDivisionError:
            pass
        finally:
            connection.close()

    with Book().transaction() as tx:
        assert tx.number("CN-C-2026") == 1
    threads = [threading.Thread(target=one, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    held.wait(20)  # all sixteen hold a number
    more: list[int] = []

    def another() -> None:
        with Book().transaction() as tx:
            more.append(tx.number("CN-C-2026"))
        connection.close()

    late = threading.Thread(target=another)
    late.start()
    late.join(0.3)
    assert late.is_alive(), "every slot is held"
    goon.set()
    for thread in [*threads, late]:
        thread.join(20)
    with Book().transaction() as tx:
        last = tx.number("CN-C-2026")
    assert len({*given, *more, last}) == 17 and {*given, *more, last} >= set(range(2, 17))


def test_nothing_is_looked_for_by_what_is_no_key(database: str) -> None:
    for store in (Book(), Book(reading=True), MemoryStore()):
        with pytest.raises(LookupError, match="nothing is found by"), store.transaction() as tx:
            tx.find("licence", "destination", "DE")


def test_facts_are_kept_to_the_byte(database: str) -> None:
    carried(7, "used")
    for payload, _ in Book().rows():
        assert json.dumps(json.loads(payload), ensure_ascii=False, sort_keys=True, separators=(",", ":")) == payload


def test_both_databases_are_asked(database: str) -> None:
    assert connection.vendor in databases.KINDS


def test_the_database_refuses_to_let_one_person_revoke(database: str) -> None:
    """Behind the program's back, and through it with a second person."""
    *_, granted = carried(1, "granted")
    licence = next(other for other in granted.others if other.kind == "licence")
    first, second = WHO["authority-decider"], WHO["authority-second-decider"]
    proposed = {"step": "revoke", "reason": "diverted"}
    act(first, Command("licence", "propose", licence.id, proposed), AT)
    head = Book().head()
    values = ("main", head.sequence + 1, "licence", licence.id, 9, "revoke", first.id, head.hash, "x", "{}")
    insert = (
        "INSERT INTO store_event (book, sequence, kind, record, version, event, actor, previous, hash, payload)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    )
    with pytest.raises(DatabaseError, match="two persons"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, values)
    done = act(second, Command("licence", "revoke", licence.id, {"reason": "diverted"}), AT)
    assert done.record.state == "revoked"
