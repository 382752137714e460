"""One suite on both databases: a fresh SQLite file or a fresh PostgreSQL database for each test, with real commits."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HOME = Path(tempfile.mkdtemp(prefix="lotgate-web-tests-"))
KINDS = ("sqlite", "postgresql")


def start_django() -> None:
    """Django on a scratch folder, without leaving traces in the environment of other tests."""
    from lotgate.web import start

    named = ("LOTGATE_HOME", "LOTGATE_DATABASE", "LOTGATE_URL", "LOTGATE_JOBS")
    before = {name: os.environ.get(name) for name in named}
    os.environ["LOTGATE_JOBS"] = "at-once"
    os.environ["LOTGATE_HOME"] = str(HOME)
    os.environ.pop("LOTGATE_DATABASE", None)
    os.environ["LOTGATE_URL"] = "http://testserver"
    start()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # slow ones are for real passwords

    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def use(url: str) -> None:
    """Points Django, in this process, at another database."""
    from django.db import connections

    from lotgate.web.databases import database_settings

    connections.close_all()
    connections.settings = connections.configure_settings({"default": database_settings(url)})
    if connections.all(initialized_only=True):
        del connections["default"]


@cache
def template(kind: str) -> str:
    """The URL of a migrated database that others are copied from."""
    from lotgate.web.serving import migrate

    if kind == "sqlite":
        url = f"sqlite:///{HOME / 'template.sqlite3'}"
    else:
        name = f"lotgate_template_{uuid.uuid4().hex[:12]}"
        _admin(f'CREATE DATABASE "{name}"')
        url = f"{server()}/{name}"
    use(url)
    migrate()
    from django.db import connections

    connections.close_all()
    if kind == "sqlite":
        with sqlite(url) as plain:
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return url


@contextmanager
def sqlite(url: str) -> Iterator[Any]:
    """The file behind a URL, opened by hand."""
    import sqlite3

    plain = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        yield plain
    finally:
        plain.close()


@contextmanager
def fresh(kind: str) -> Iterator[str]:
    """The URL of an empty, migrated database, in use until the block ends; then dropped."""
    from django.db import connections

    source = template(kind)
    name = f"lotgate_test_{uuid.uuid4().hex[:12]}"
    if kind == "sqlite":
        url = f"sqlite:///{HOME / name}.sqlite3"
        shutil.copyfile(source.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
    else:
        _admin(f'CREATE DATABASE "{name}" TEMPLATE "{source.rsplit("/", 1)[1]}"')
        url = f"{server()}/{name}"
    use(url)
    try:
        yield url
    finally:
        connections.close_all()
        if kind == "sqlite":
            for path in HOME.glob(f"{name}.sqlite3*"):
                path.unlink()
        else:
            _admin(f'DROP DATABASE "{name}" WITH (FORCE)')


def drop_templates() -> None:
    """Removes what the session made."""
    if _started or _found:
        _admin("SELECT 1")
        for name in _query("SELECT datname FROM pg_database WHERE datname LIKE 'lotgate_template_%'"):
            if template.cache_info().currsize and name == template("postgresql").rsplit("/", 1)[1]:
                _admin(f'DROP DATABASE "{name}" WITH (FORCE)')
    for made in _started:
        made.stop()
        shutil.rmtree(Path(made.data).parent, ignore_errors=True)
    shutil.rmtree(HOME, ignore_errors=True)


_started: list[Cluster] = []
_found: list[str] = []


@cache
def server() -> str:
    """The URL of a PostgreSQL server without database: the one named, the usual one, or one started here."""
    for url in filter(None, (os.environ.get("LOTGATE_TEST_POSTGRESQL"), "postgresql://postgres@127.0.0.1:5432")):
        if _answers(url.rstrip("/")):
            _found.append(url)
            return url.rstrip("/")
    if made := _start(20_000 + os.getpid() % 10_000):
        return made.url
    said = "no PostgreSQL: set LOTGATE_TEST_POSTGRESQL, or install it; its half of the storage tests is NOT run"
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)


def _answers(url: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(f"{url}/postgres", connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of our own: its URL without database, and how to stop and start it."""

    url: str
    data: str
    control: tuple[str, ...]
    options: str

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        log = str(Path(self.data).parent / "log")
        self._run("-o", self.options, "-l", log, "-w", "start")

    def stop(self) -> None:
        """Ends it as a power cut would: every process at once, what is not on the disk is lost."""
        self._run("-m", "immediate", "stop")

    def _run(self, *words: str) -> None:
        subprocess.run([*self.control, "-D", self.data, *words], capture_output=True, check=True, timeout=120)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server that may be stopped without harm to other tests."""
    made = _start(30_000 + os.getpid() % 10_000)
    if made is None:
        pytest.skip("no PostgreSQL to start a server of")
    _started.remove(made)
    try:
        yield made
    finally:
        with suppress(subprocess.SubprocessError):
            made.stop()
        shutil.rmtree(Path(made.data).parent, ignore_errors=True)


def _start(port: int) -> Cluster | None:
    """A server of our own in a scratch folder, as the user postgres where we are root."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [Path(shutil.which("initdb") or "/-/-").parent]
    folder = tempfile.mkdtemp(prefix="lotgate-pg-")
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    try:
        shutil.chown(folder, "postgres") if as_user else None
        data = f"{folder}/data"
        run = {"capture_output": True, "check": True, "timeout": 120}
        subprocess.run([*as_user, f"{binaries[-1]}/initdb", "-D", data, "-U", "postgres", "-A", "trust"], **run)  # type: ignore[call-overload]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder}"
        made = Cluster(f"postgresql://postgres@127.0.0.1:{port}", data, (*as_user, f"{binaries[-1]}/pg_ctl"), options)
        made.start()
    except (OSError, LookupError, subprocess.SubprocessError):
        shutil.rmtree(folder, ignore_errors=True)
        return None
    _started.append(made)
    return made


def _admin(sql: str) -> None:
    import psycopg

    with psycopg.connect(f"{server()}/postgres", autocommit=True) as plain:
        plain.execute(sql)


def _query(sql: str) -> list[str]:
    import psycopg

    with psycopg.connect(f"{server()}/postgres", autocommit=True) as plain:
        return [row[0] for row in plain.execute(sql).fetchall()]
