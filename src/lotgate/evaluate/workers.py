"""Shares work among the machine's processors, for work that numpy and Arrow do without holding the interpreter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["WORKERS", "each"]

WORKERS = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
_WORTH = 100_000
"""Rows below which handing work over costs more than it saves."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def each(work: Callable[[Task], Result], tasks: Iterable[Task], rows: int) -> list[Result]:
    """What the work makes of every task, in the order of the tasks; `rows` says how much of it there is."""
    if WORKERS == 1 or rows < _WORTH:
        return [work(task) for task in tasks]
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, tasks))
