"""`lotgate serve`: migrations first, then the server; the first steps are printed, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["migrate", "run"]

THREADS = 8


def migrate() -> None:
    """Brings the database to the present schema; does nothing where it is there already."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


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
