"""`lotgate serve`: migrations first, then the server; the first steps are printed, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lotgate.errors import Fault, InputError, MissingError

__all__ = ["check_present", "migrate", "run"]

THREADS = 8


def migrate() -> None:
    """Brings the database to the present schema; does nothing where it is there already. Raises MissingError where
    the database does not answer."""
    from django.core.management import call_command

    _reach()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def check_present() -> None:
    """Raises InputError where the database is not there, holds nothing of ours, or has an older or newer schema: what
    only reads must neither make a database nor change one."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not Path(name).is_file():
        raise _unfit(name, "there is no such database", "没有该数据库")
    _reach()
    executor = MigrationExecutor(connection)
    there = set(executor.loader.applied_migrations)
    ours = {key for key in executor.loader.disk_migrations if key[0] in ("accounts", "store")}
    if not ours & there:
        raise _unfit(name, "holds nothing of Lotgate", "不含本程序的数据")
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _unfit(
            name,
            "was made by an older version; next: lotgate database migrate",
            "由旧版本建立；请先运行 lotgate database migrate",
        )
    if newer := sorted(name for app, name in there - ours if app in ("accounts", "store")):
        raise _unfit(name, f"was changed by a newer version ({', '.join(newer)})", "已由新版本更改")


def _reach() -> None:
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
    except DatabaseError as error:
        said = " ".join(str(error).split())
        raise MissingError(f"the database does not answer: {said}; next: see that it runs, and its URL") from None


def _unfit(name: str, en: str, zh: str) -> InputError:
    return InputError([Fault("database", en, value=name, expected="a database of this version", message_zh=zh)])


def run(host: str, port: int, say: Callable[[str], Any]) -> None:
    """Serves until interrupted; says the address once the port is open. Raises OSError where the port is taken."""
    from waitress import create_server

    from lotgate.web.services.jobs import start_workers
    from lotgate.web.wsgi import application

    server = create_server(
        application, host=host, port=port, threads=THREADS, ident=None, max_request_body_size=256 << 20
    )
    shown = f"[{host}]" if ":" in host else host
    workers = start_workers()
    say(f"Lotgate is at http://{shown}:{server.effective_port}/  (Ctrl+C ends it)")
    try:
        server.run()
    finally:
        workers.stop()
        server.close()
