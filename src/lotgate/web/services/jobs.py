"""Work in the background: checks of workspaces, in threads beside the server, remembered across restarts.

The queue holds the ids of jobs alone; what a job is and how far it got stands in the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections
from huey import MemoryHuey, SqliteHuey
from huey.consumer import Consumer

__all__ = ["QUEUE", "start_workers", "submit", "submit_outlook"]

WORKERS = 2


def _queue() -> Any:
    if settings.JOBS_AT_ONCE:
        return MemoryHuey("lotgate", immediate=True)
    return SqliteHuey("lotgate", filename=str(settings.DATA_FOLDER / "jobs.sqlite3"), results=False)


QUEUE = _queue()


@QUEUE.task()
def _check(job: str) -> None:
    from lotgate.web.services.checks import run

    with _own_connection():
        run(job)


@QUEUE.task()
def _look_ahead(job: str) -> None:
    from lotgate.web.services.checks import look_ahead

    with _own_connection():
        look_ahead(job)


@contextmanager
def _own_connection() -> Iterator[None]:
    """A block after which the worker's connection is given back."""
    try:
        yield
    finally:
        if not QUEUE.immediate:
            connections.close_all()


def submit(job: str) -> None:
    """Puts a job in the queue."""
    _check(job)


def submit_outlook(job: str) -> None:
    """Puts the days ahead of a finished job in the queue."""
    _look_ahead(job)


class _Workers(Consumer):
    def _set_signal_handlers(self) -> None:
        """Left to the server."""


def start_workers() -> Any:
    """Workers in threads of this process; jobs that a killed server left half-way are put in the queue again."""
    from lotgate.web.services.checks import unfinished, unfinished_outlooks

    QUEUE.storage.flush_queue()
    for job in unfinished():
        submit(job)
    for job in unfinished_outlooks():
        submit_outlook(job)
    workers = _Workers(QUEUE, workers=WORKERS, periodic=False, check_worker_health=False, max_delay=0.5)
    workers.start()
    return workers
