"""Numbered reports of customs systems, taken in order however they come; the rules stand in licence/customs.py."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lotgate.licence import Actor
from lotgate.licence.customs import Reported
from lotgate.licence.customs import report as take
from lotgate.web.services.cases import now
from lotgate.web.store.book import Book, Busy

__all__ = ["report"]

_TRIES = 10


def report(
    actor: Actor, feed: str, run: int, lines: Sequence[Mapping[str, Any]], at: datetime | None = None
) -> Reported:
    """What taking in one run did. A report cut off half-way is finished when it is sent again."""
    for attempt in range(_TRIES):
        try:
            return take(Book(), actor, feed, run, lines, at or now())
        except Busy:
            if attempt == _TRIES - 1:
                raise
            time.sleep(0.01 * (attempt + 1))
    raise AssertionError("unreachable")
