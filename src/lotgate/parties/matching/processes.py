"""Shares large work of the interpreter's own among the machine's processors, by processes that split off this one.

What they split off with they need not be sent. Only the main thread splits: elsewhere (in a web server) others may hold
locks that nobody in the new process would ever let go. Work handed over must not use polars, whose threads stay behind.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

__all__ = ["each"]

_WORKERS = min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)

Task = TypeVar("Task")
Result = TypeVar("Result")

_WORK: list[Callable[[Any], Any]] = []


def each(work: Callable[[Task], Result], tasks: Sequence[Task], worth: bool) -> Iterator[Result]:
    """What the work makes of every task, in the order of the tasks; `worth` says whether it pays to share it."""
    alone = threading.current_thread() is not threading.main_thread() or _WORKERS == 1 or len(tasks) < 2
    if not worth or alone or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, tasks)
        return
    _WORK.append(work)
    try:
        with warnings.catch_warnings():
            # Newer interpreters warn of any thread; those of polars and numpy are none that the work waits for.
            warnings.simplefilter("ignore", DeprecationWarning)
            pool = multiprocessing.get_context("fork").Pool(min(_WORKERS, len(tasks)), _quietly)
        with pool:
            yield from pool.imap(_do, tasks)
    finally:
        _WORK.pop()


def _quietly() -> None:
    """An interruption is for the one who split the work; the others are ended by it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _do(task: Any) -> Any:
    return _WORK[-1](task)
