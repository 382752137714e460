"""How long lists, single cases and pages take with 100,000 applications, half as many licences, and a million entries.

The rows are made in the database from a few real cases, at several stages, by counting up their numbers, without the
triggers: hashes do not hold and are not looked at here. What is measured is the processor time of an answer, that of a
database server included, at the median: the API with a token, pages as the people of the demonstration who use them,
signed in, in both languages. On SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
import statistics
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.databases import POSTGRESQL, database, in_child, processor
from bench.timing import Figure

__all__ = ["lists"]

_BAR_MS = 100
_TIMES = 15
_STAGES = ("submitted", "under_review", "recommended", "granted", "reserved", "delivered")
"""The real cases the others are made from, in equal parts."""
_LANGUAGES = ("en", "zh-hans")
_LINES = 20_000
"""Lines of the check whose portfolio is looked at."""
_SIX = "substr(CAST(1000000 + i AS text), 2)"
"""The number of a copy, in six digits."""


def lists(folder: Path, cases: int = 100_000, events: int = 1_000_000) -> list[Figure]:
    """Milliseconds for the ways people look at cases; PostgreSQL is left out, and said so, where none answers."""
    os.environ["LOTGATE_HOME"] = str(folder)
    figures: list[Figure] = []
    for kind in ("sqlite", "postgresql"):
        with database(kind, folder) as url:
            if url is None:
                figures.append(Figure("pages: postgresql", 0, "servers", at_least=1, note=f"none at {POSTGRESQL}"))
                continue
            figures += in_child(_on, url, kind, cases, events)  # type: ignore[arg-type, call-overload]
    return figures


def _on(url: str, kind: str, cases: int, events: int) -> list[Figure]:
    from lotgate.web import start

    start(url)
    from lotgate.web.serving import migrate

    migrate()
    _real_cases()
    made = _many(cases, events)
    check = _check(_LINES)
    return [
        Figure(f"pages: {name}, {kind}", _median(ask), "ms", at_most=_BAR_MS, note=made)
        for name, ask in _ways(cases, check)
    ]


def _ways(cases: int, check: str) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is asked for, with its name: by the API, then as pages in each language."""
    recommended, delivered = (_numbered(cases, stage) for stage in ("recommended", "delivered"))
    case, licence = f"CN-A-2099-{recommended}", f"CN-L-2099-{delivered}"
    api = {
        "first page of the queue": "applications?open=true",
        "one state of one law": "applications?state=under_review&regime=cn",
        "a name found": "applications?words=motor%20works",
        "one case": f"applications/{case}",
        "its history": f"applications/{case}/history",
    }
    bearer = _token()
    for name, path in api.items():
        yield f"API, {name}", _asked(f"/api/v1/{path}", headers={"authorization": f"Bearer {bearer}"})
    far = _far_page()
    pages = {
        "inbox": ("authority-officer", "/applications/?open=yes"),
        "inbox, a page far down": ("authority-officer", f"/applications/?open=yes&before={far}"),
        "inbox, one state and country": ("authority-officer", "/applications/?state=under_review&destination=DE"),
        "inbox, a name found": ("authority-officer", "/applications/?words=motor+works"),
        "inbox, a Chinese name found": ("authority-officer", "/applications/?words=含镝烧结钕铁硼磁体"),
        "inbox, two letters of a Chinese name nobody has": ("authority-officer", "/applications/?words=鑫磊"),
        "inbox, a number found": ("authority-officer", f"/applications/?words={case.lower()}"),
        "inbox, a name nobody has": ("authority-officer", "/applications/?words=nobody+of+this+name"),
        "case": ("authority-decider", f"/applications/{case}/"),
        "licence": ("customs-officer", f"/licences/{licence}/"),
        "customs, licences": ("customs-officer", "/licences/"),
        "customs, a licence found by part of its number": ("customs-officer", f"/find/?paper={licence[5:]}"),
        "exporter, applications": ("exporter-signatory", "/applications/"),
        "exporter, licences": ("exporter-signatory", "/licences/"),
        f"exporter, portfolio of {_LINES:,} lines": ("exporter-preparer", f"/portfolio/?check={check}"),
        "end user, deliveries": ("end-user", "/deliveries/"),
        "auditor, the log": ("auditor", "/log/"),
        "auditor, a case as of a day": ("auditor", f"/applications/{case}/as-of/?day={datetime.now(UTC):%Y-%m-%d}"),
        "auditor, licences": ("auditor", "/licences/"),
        "start page": ("authority-decider", "/"),
    }
    for name, (who, path) in pages.items():
        for language in _LANGUAGES:
            yield f"{name} ({language})", _asked(path, who, {"accept-language": language})


def _numbered(cases: int, stage: str) -> str:
    """The number of a case in the middle that is at a stage."""
    middle = cases // 2 - cases // 2 % len(_STAGES)
    return f"{middle + _STAGES.index(stage):06d}"


def _asked(path: str, who: str = "", headers: dict[str, str] | None = None) -> Callable[[], Any]:
    from django.test import Client

    from lotgate.web.accounts.models import User

    client = Client(headers={"host": "127.0.0.1", **(headers or {})})
    if who:
        client.force_login(User.objects.get(username=who), "django.contrib.auth.backends.ModelBackend")

    def ask() -> None:
        answer = client.get(path)
        if answer.status_code not in (200, 302):
            raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:200]!r}")

    return ask


def _far_page() -> str:
    """Where the page starts that has half of the cases above it."""
    from lotgate.web.store.models import Record

    found = Record.objects.filter(kind="application").order_by("-changed", "-id").values_list("changed", "record")
    changed, record = found[found.count() // 2]
    return f"{changed}/{record}"


def _real_cases() -> None:
    from lotgate.web.services import demonstration as demo
    from lotgate.web.store.book import act

    demo.seed(iter(f"a long enough secret {number}" for number in range(100)).__next__)
    for number, stage in enumerate(_STAGES, 1):
        for _ in demo.carry(act, demo.actors(), number, datetime.now(UTC), stage):
            pass


def _check(lines: int) -> str:
    """A finished check of the demonstration's exporter with so many lines, made up; its id."""
    from lotgate.tables.schema import REGIMES
    from lotgate.web.accounts.models import User
    from lotgate.web.store.models import File, Job, Line

    user = User.objects.get(username="exporter-preparer")
    whose = {"organisation": user.memberships.get().organisation, "user": user}
    file = File.objects.create(sha256="0" * 64, size=0, media_type="text/plain", content=b"")
    jobs = [
        Job.objects.create(
            id=uuid.uuid4(), **whose, file=file, name="goods.xlsx", state="done", finished=at, total=lines
        )
        for at in (datetime.now(UTC) - timedelta(days=8), datetime.now(UTC))
    ]
    Job.objects.filter(pk=jobs[0].pk).update(created=jobs[0].finished)
    answers, places = ("go", "apply", "ask", "stop"), ("DE", "US", "JP", "NL", "VN", "IN", "BR", "")
    for number, job in enumerate(jobs):
        for start in range(0, lines, 1_000):
            Line.objects.bulk_create(
                Line(
                    job=job, position=i, line=f"L{i}", date=date(2026, 1, 1) + timedelta(days=i % 700),
                    answer=answers[(i * i + number * (i % 97 == 0)) % 4], answers=dict.fromkeys(REGIMES, "go"),
                    destination=places[i % 8], decision={"reasons": "x" * 3_000},
                )
                for i in range(start, min(start + 1_000, lines))
            )  # fmt: skip
    return str(jobs[1].pk)


def _token() -> str:
    from lotgate.web.accounts.models import User
    from lotgate.web.accounts.people import add_token

    user = User.objects.get(username="authority-decider")
    return add_token(user, user.memberships.get().organisation, "bench", ["read"])[1]


def _many(cases: int, events: int) -> str:
    """Copies of the real cases with numbers of their own, and the entries asked for; says what there is then."""
    from django.db import connection

    from lotgate.web.store import finding

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE store_event DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("SELECT record FROM store_record WHERE kind = 'application' ORDER BY id")
        for place, (application,) in enumerate(cursor.fetchall()):
            _copies(cursor, _names(cursor, application), place, cases, max(1, events // cases))
        finding.fill()
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")  # as autovacuum does
        counted = []
        for what, rows in (
            ("applications", "store_record WHERE kind = 'application'"),
            ("licences", "store_record WHERE kind = 'licence'"),
            ("entries", "store_event"),
        ):
            cursor.execute(f"SELECT COUNT(*) FROM {rows}")
            counted.append(f"{cursor.fetchone()[0]:,} {what}")
    return ", ".join(counted)


def _names(cursor: Any, application: str) -> dict[str, str]:
    """The names one real case goes by, each with the start of those of its copies."""
    cursor.execute("SELECT lot FROM store_record WHERE record = %s", [application])
    names = {application: "CN-A-2099-", cursor.fetchone()[0]: "LOT-9"}
    parent = application
    for kind, form in (("licence", "CN-L-2099-"), ("clearance", "CN-C-2099-")):
        cursor.execute("SELECT record FROM store_record WHERE kind = %s AND parent = %s", [kind, parent])
        for (parent,) in cursor.fetchall():
            names[parent] = form
    return names


def _copies(cursor: Any, names: dict[str, str], place: int, cases: int, each: int) -> None:
    """Every sixth case, with all that belongs to it; the first entries of each, all entries of those looked at."""

    def new(column: str) -> str:
        for old, form in names.items():
            column = (
                f"replace(replace({column}, '{old}', '{form}' || {_SIX}), '{old.lower()}', '{form.lower()}' || {_SIX})"
            )
        return column

    own = f"record IN ({', '.join(repr(name) for name in names)})"
    for table in ("store_record", "store_key", "store_event"):
        cursor.execute(f"DROP TABLE IF EXISTS real_{table}")
        cursor.execute(f"CREATE TEMP TABLE real_{table} AS SELECT * FROM {table} WHERE {own}")
    count = "WITH RECURSIVE n(i) AS (SELECT CAST(%s AS integer) UNION ALL SELECT i + 6 FROM n WHERE i + 6 < %s)"
    same = (
        "kind, regime, state, version, parts, opened, exporter, end_user, destination, team, officer, bodies, valid_to"
    )
    fresh = ("record", "facts", "lot", "parent", "search")
    cursor.execute(
        f"{count} INSERT INTO store_record ({same}, {', '.join(fresh)}, changed)"
        f" SELECT {same}, {', '.join(map(new, fresh))}, substr(changed, 1, 26) || {_SIX} FROM n, real_store_record",
        [place, cases],
    )
    cursor.execute(
        f"{count} INSERT INTO store_key (kind, name, single, record, value)"
        f" SELECT kind, name, FALSE, {new('record')}, {new('value')} FROM n, real_store_key",
        [place, cases],
    )
    cursor.execute(
        f"{count} INSERT INTO store_event"
        " (book, sequence, kind, version, event, actor, previous, hash, record, payload)"
        " SELECT book, sequence + 1000 * (i + 1), kind, version, event, actor, previous, hash,"
        f" {new('record')}, {new('payload')} FROM n, real_store_event"
        " WHERE (kind = 'application' AND version <= %s) OR i BETWEEN %s AND %s",
        [place, cases, each, cases // 2 - 6, cases // 2 + 6],
    )


def _median(ask: Callable[[], Any]) -> float:
    """Milliseconds of processor time, after one answer that is not counted."""
    ask()
    taken = []
    for _ in range(_TIMES):
        before = processor()
        ask()
        taken.append(1000 * (processor() - before))
    return statistics.median(taken)
