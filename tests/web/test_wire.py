"""Statements sent together: their rows, an error among them, and other threads while one waits for a lock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal

import databases
import pytest
from django.db import connection, connections

pytest.importorskip("psycopg")
import psycopg

from lotgate.web.store.wire import Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    with databases.fresh("postgresql"):
        connection.ensure_connection()
        yield Wire.of(connection.connection)


def test_rows_come_statement_by_statement(wire: Wire) -> None:
    asked = ("SELECT %s::int, %s::text, %s::text, %s::numeric + 1", (7, "锭 %s $1 ''", None, Decimal("0.10")))
    for _ in range(3):  # prepared the first time
        assert wire.run(("BEGIN", ()), asked, asked, ("COMMIT", ())) == [
            [], [(7, "锭 %s $1 ''", None, "1.10")], [(7, "锭 %s $1 ''", None, "1.10")], []
        ]  # fmt: skip


def test_after_an_error_nothing_more_is_run_and_the_connection_serves_on(wire: Wire) -> None:
    wire.run(("CREATE TABLE t (n int PRIMARY KEY)", ()))
    add = "INSERT INTO t VALUES (%s)"
    for again in range(2):
        with pytest.raises(psycopg.errors.UniqueViolation):
            wire.run(("BEGIN", ()), (add, (again,)), (add, (again,)), ("COMMIT", ()))
        wire.run(("ROLLBACK", ()))
    assert wire.run(("SELECT count(*) FROM t", ())) == [[(0,)]]
    wire.run((add, (5,)))
    with connection.cursor() as cursor:  # and for everybody else
        cursor.execute("SELECT n FROM t")
        assert cursor.fetchall() == [(5,)]


def test_other_threads_run_while_one_waits_for_a_lock(wire: Wire) -> None:
    lock = "SELECT pg_advisory_xact_lock(1)"
    wire.run(("BEGIN", ()), (lock, ()))
    waited = threading.Event()

    def wait() -> None:
        connection.ensure_connection()
        Wire.of(connection.connection).run(("BEGIN", ()), (lock, ()), ("COMMIT", ()))
        waited.set()
        connections.close_all()

    other = threading.Thread(target=wait, daemon=True)
    other.start()
    assert not waited.wait(0.5)
    wire.run(("COMMIT", ()))
    assert waited.wait(10)
    other.join()


def test_a_connection_that_is_gone_says_so(wire: Wire) -> None:
    [[(backend,)]] = wire.run(("SELECT pg_backend_pid()", ()))
    with psycopg.connect(f"{databases.server()}/postgres", autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [backend])
    with pytest.raises(psycopg.OperationalError):
        wire.run(("SELECT 1", ()))
    assert wire.closed
