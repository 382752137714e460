"""What one clause does in one row on one day, and what answer follows."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from lotgate.law import Status
from lotgate.law.expr import FALSE, NOT, TRUE, UNKNOWN

__all__ = ["ANSWERS", "OPEN_OUTCOMES", "OUTCOMES", "RANKS", "STATUS_CODE", "Bytes", "Ints", "Outcome", "outcome"]

ANSWERS = ("go", "ask", "apply", "stop")
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[Any]


class Outcome(IntEnum):
    """What one clause does in one row on one day."""

    NO = 0
    OPEN = 1
    EXEMPT = 2
    FIRES = 3
    COVERED = 4
    SUSPENDED = 5
    STOPPED = 6
    UNENFORCED = 7
    NOT_ESTABLISHED = 8
    """It would fire; whether it stands is not established."""
    NOT_ESTABLISHED_OPEN = 9
    """It might fire; whether it stands is not established either."""


OPEN_OUTCOMES = (Outcome.OPEN, Outcome.NOT_ESTABLISHED, Outcome.NOT_ESTABLISHED_OPEN)
STATUS_CODE = {status: code for code, status in enumerate(Status)}


def outcome(status: Status, when: int, free: int, licence: int) -> Outcome:
    """What a clause does, from its status, its condition, its exceptions and the licence in hand."""
    demanded = when & NOT[free]
    bites = demanded & NOT[licence]
    if status is Status.OFF or when == FALSE:
        return Outcome.NO
    if status in (Status.SUSPENDED, Status.STOPPED):
        slept = Outcome.SUSPENDED if status is Status.SUSPENDED else Outcome.STOPPED
        return slept if demanded == TRUE else Outcome.NO
    if status is Status.UNENFORCED:
        return Outcome.UNENFORCED if demanded == TRUE else Outcome.NO
    if bites == FALSE:
        if when == TRUE and free == TRUE:
            return Outcome.EXEMPT
        return Outcome.COVERED if demanded == TRUE and licence == TRUE else Outcome.NO
    if status is Status.OPEN:
        return Outcome.NOT_ESTABLISHED if bites == TRUE else Outcome.NOT_ESTABLISHED_OPEN
    return Outcome.FIRES if bites == TRUE else Outcome.OPEN


def _outcome_table() -> Bytes:
    """Outcome by [status, packed trits of when, exceptions and licence]."""
    table = np.zeros((len(Status), 64), dtype=np.uint8)
    for status, code in STATUS_CODE.items():
        for when in (FALSE, UNKNOWN, TRUE):
            for free in (FALSE, UNKNOWN, TRUE):
                for licence in (FALSE, UNKNOWN, TRUE):
                    table[code, when | free << 2 | licence << 4] = outcome(status, when, free, licence)
    return table


OUTCOMES = _outcome_table()
RANKS = np.zeros((2, len(Outcome)), dtype=np.uint8)
"""Answer by [whether the clause prohibits, outcome]."""
RANKS[:, list(OPEN_OUTCOMES)] = 1
RANKS[0, Outcome.FIRES], RANKS[1, Outcome.FIRES] = 2, 3
