"""How long lists and single cases take over HTTP with 100,000 applications and a million entries of the log.

The rows are made in the database from one real case by counting up its numbers, without the triggers: their hashes do
not hold and are not looked at here. What is measured is the processor time of an answer, at the median.
"""

from __future__ import annotations

import os
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.timing import Figure

__all__ = ["lists"]

_BAR_MS = 100
_TIMES = 25


def lists(folder: Path, cases: int = 100_000, events: int = 1_000_000) -> list[Figure]:
    """Milliseconds for the ways people look at cases."""
    os.environ["LOTGATE_HOME"] = str(folder)
    from lotgate.web import start

    start(f"sqlite:///{folder / 'lists.sqlite3'}")
    from lotgate.web.serving import migrate

    migrate()
    token = _one_case()
    _many(cases, events)
    ways = {
        "first page of the queue": "/api/v1/applications?open=true",
        "one state of one law": "/api/v1/applications?state=under_review&regime=cn",
        "a name found": "/api/v1/applications?words=motor%20works",
        "one case": f"/api/v1/applications/CN-A-2099-{cases // 2:06d}",
        "its history": f"/api/v1/applications/CN-A-2099-{cases // 2:06d}/history",
    }
    note = f"{cases:,} applications, {events:,} entries, SQLite"
    return [
        Figure(f"pages: {name}", _median(path, token), "ms", at_most=_BAR_MS, note=note) for name, path in ways.items()
    ]


def _one_case() -> str:
    from lotgate.web.accounts.models import User
    from lotgate.web.accounts.people import add_token
    from lotgate.web.services import demonstration as demo
    from lotgate.web.store.book import act

    demo.seed(iter(f"a long enough secret {number}" for number in range(100)).__next__)
    for _ in demo.carry(act, demo.actors(), 1, datetime.now(UTC), "recommended"):
        pass
    user = User.objects.get(username="authority-decider")
    return add_token(user, user.memberships.get().organisation, "bench", ["read"])[1]


def _many(cases: int, events: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)"
        columns = (
            "kind, {id}, regime, state, version, facts, parts, opened, {changed}, exporter, end_user, lot, destination,"
            " parent, team, officer, bodies, valid_to, search"
        )
        names = columns.format(id="record", changed="changed")
        made = columns.format(id="printf('CN-A-2099-%%06d', i)", changed="changed || printf('%%06d', i)")
        cursor.execute(
            f"{count} INSERT INTO store_record ({names}) SELECT {made} FROM n, store_record"
            " WHERE kind = 'application' AND record LIKE 'CN-A-2026%%'",
            [cases],
        )
        cursor.execute("SELECT COUNT(*) FROM store_event WHERE kind = 'application'")
        each = cursor.fetchone()[0]
        cursor.execute(
            f"{count} INSERT INTO store_event"
            " (book, sequence, kind, record, version, event, actor, previous, hash, payload)"
            " SELECT book, sequence + 1000 * i, kind, printf('CN-A-2099-%%06d', i), version, event, actor,"
            " previous || i, hash, payload FROM n, store_event WHERE kind = 'application' AND version <= %s",
            [cases, min(each, max(1, events // cases))],
        )
        cursor.execute("ANALYZE")


def _median(path: str, token: str) -> float:
    from django.test import Client

    client = Client(headers={"authorization": f"Bearer {token}", "host": "127.0.0.1"})
    taken = []
    for _ in range(_TIMES):
        before = time.process_time()
        answer = client.get(path)
        taken.append(1000 * (time.process_time() - before))
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:200]!r}")
    return statistics.median(taken)
