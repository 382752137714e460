"""The errors Lotgate raises, as one tree.

    LotgateError                 base of all; catch this to catch everything of ours
    ├── InputError (ValueError)  a workspace, list or scenario cannot be read as it stands; holds every fault found
    ├── LawError (ValueError)    law data contradicts itself or its schema; names file and clause
    └── MissingError (LookupError)  something needed is not there: a list, a server, an optional library

A refusal to ship is a result, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Fault", "InputError", "LawError", "LotgateError", "MissingError"]


class LotgateError(Exception):
    """Base of every error Lotgate raises; `exit_status` is what the command line ends with."""

    exit_status = 2


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input: where it stands, what was found and what was expected.

    `row` counts data rows from 1 (the header is not a row); in a CSV file or sheet the line is therefore `row + 1`.
    """

    table: str
    message: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    expected: str | None = None

    def __str__(self) -> str:
        place = self.table
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        text = f"{place}: {self.message}"
        if self.value is not None:
            shown = self.value if len(self.value) <= 60 else f"{self.value[:57]}... ({len(self.value)} characters)"
            text += f" (found {shown!r})"
        if self.expected is not None:
            text += f"; expected {self.expected}"
        return text


class InputError(LotgateError, ValueError):
    """Raised once for all the faults of an input together, so that they can be mended in one go."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class LawError(LotgateError, ValueError):
    """Raised when law data cannot be loaded; the message names file, clause and what to mend."""


class MissingError(LotgateError, LookupError):
    """Raised when a list, a server or an optional library that is needed is not there."""

    exit_status = 3
