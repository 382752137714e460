"""A backup holds everything, goes into either kind of database, and is refused where a byte of it was changed."""

from __future__ import annotations

import datetime as dt
import gzip
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import callers
import databases
import pytest
from django.db import connection, connections

from lotgate.errors import InputError, MissingError
from lotgate.web.accounts.models import Token
from lotgate.web.backup import backup, restore
from lotgate.web.services import demonstration as demo
from lotgate.web.serving import check_present, migrate
from lotgate.web.store.book import Book, act
from lotgate.web.store.models import Answer, Record
from lotgate.web.store.verify import snapshot, verify

AT = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def saved(database: str, tmp_path: Path) -> Path:
    callers.everybody()
    for number, to in enumerate(("delivered", "granted", "draft")):
        list(demo.carry(act, demo.actors(), number, AT, to))
    backup(tmp_path / "saved")
    return tmp_path / "saved"


def test_what_was_saved_comes_back_in_either_kind_of_database(saved: Path) -> None:
    head, rows = Book().head(), list(Record.objects.order_by("kind", "record").values_list("kind", "record", "facts"))
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    for kind in databases.KINDS:
        with databases.fresh(kind):
            assert restore(saved).whole
            assert Book().head() == head
            assert list(Record.objects.order_by("kind", "record").values_list("kind", "record", "facts")) == rows
            list(demo.carry(act, demo.actors(), 50, AT, "used"))  # life goes on: numbers and keys follow on
            assert verify().whole
            with pytest.raises(InputError, match="holds"):
                restore(saved)


@pytest.mark.parametrize("change", ["byte", "cut", "line", "not ours", "entry"])
def test_a_changed_backup_is_refused_and_leaves_nothing(saved: Path, change: str) -> None:
    lines = gzip.decompress(saved.read_bytes()).splitlines(keepends=True)
    if change == "byte":
        lines[3] = lines[3].replace(b"demo", b"dema", 1)
    elif change == "cut":
        lines = lines[:-1]
    elif change == "line":
        del lines[len(lines) // 2]
    elif change == "not ours":
        lines = [b'{"x": 1}\n']
    else:  # an entry changed and the foot made to fit again
        import hashlib
        import json

        place = next(i for i, line in enumerate(lines) if b'"store.Event"' in line)
        lines[place] = lines[place].replace(b"exporter-preparer", b"exporter-preparex")
        foot = {"rows": json.loads(lines[-1])["rows"], "sha256": hashlib.sha256(b"".join(lines[:-1])).hexdigest()}
        lines[-1] = json.dumps(foot).encode()
    saved.write_bytes(gzip.compress(b"".join(lines)))
    with databases.fresh("sqlite"):
        with pytest.raises(InputError):
            restore(saved)
        assert not Record.objects.exists() and not Answer.objects.exists() and not list(Book().rows())


def test_a_row_keeps_the_instant_it_was_made(saved: Path) -> None:
    made = dict(Token.objects.values_list("pk", "created"))
    assert made
    with databases.fresh("sqlite"):
        restore(saved)
        assert dict(Token.objects.values_list("pk", "created")) == made


def test_others_write_while_a_reader_looks_at_one_instant(database: str) -> None:
    list(demo.carry(act, demo.actors(), 1, AT, "draft"))
    before = Book().head()
    with snapshot():
        assert Book().head() == before
        with ThreadPoolExecutor(1) as other:
            other.submit(_in_a_thread, lambda: list(demo.carry(act, demo.actors(), 2, AT, "draft"))).result(timeout=20)
        assert Book().head() == before
    assert Book().head().sequence > before.sequence


def _in_a_thread(do: Callable[[], object]) -> None:
    try:
        do()
    finally:
        connections.close_all()


def test_what_only_reads_makes_no_database_and_changes_no_schema(database: str, tmp_path: Path) -> None:
    check_present()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '2026-01-01')"
        )
        with pytest.raises(InputError, match="newer version"):
            check_present()
        cursor.execute("DELETE FROM django_migrations WHERE app = 'store' AND name > '0001_first'")
    with pytest.raises(InputError, match="lotgate database migrate"):
        check_present()
    missing = tmp_path / "none.sqlite3"
    databases.use(f"sqlite:///{missing}")
    with pytest.raises(InputError, match="no such database"):
        check_present()
    assert not missing.exists()
    databases.use("postgresql://postgres@127.0.0.1:1/none")
    with pytest.raises(MissingError, match="does not answer"):
        migrate()


def test_a_backup_that_cannot_be_written_says_where(sqlite_database: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        backup(tmp_path / "nowhere" / "saved")
