"""Empty databases of both kinds to measure on, processes of their own to do it in, and what their servers take."""

from __future__ import annotations

import multiprocessing
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["POSTGRESQL", "database", "in_child", "processor", "server_processor"]

POSTGRESQL = "postgresql://postgres@127.0.0.1:5432"
"""The server, unless LOTGATE_TEST_POSTGRESQL names another one."""


def in_child(do: object, *words: object) -> object:
    """Runs in a process of its own: Django is bound to one database for the life of a process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(do, words)  # type: ignore[arg-type]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str | None]:
    """The URL of an empty database that is there within the block; None where no server answers."""
    name = f"lotgate_bench_{uuid.uuid4().hex[:8]}"
    if kind == "sqlite":
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    import psycopg

    server = os.environ.get("LOTGATE_TEST_POSTGRESQL", POSTGRESQL)
    try:
        with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=3) as plain:
            plain.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    except psycopg.OperationalError:
        yield None
        return
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as plain:
            plain.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


def server_processor() -> float:
    """Seconds of processor time that the server behind Django's connection has taken for it; 0 where it is part of
    this process. A server on another machine cannot be asked."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    state = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(state.read_text().split()[0]) / 1e9


def processor() -> float:
    """Seconds of processor time taken by this process and by the server for it."""
    return time.process_time() + server_processor()
