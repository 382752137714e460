"""The errors Lotgate raises, as one tree.

    LotgateError                 base of all; catch this to catch everything of ours
    ├── InputError (ValueError)  a workspace, list or scenario cannot be read as it stands; holds every fault found
    ├── LawError (ValueError)    law data contradicts itself or its schema; names file and clause
    └── MissingError (LookupError)  something needed is not there: a list, a server, an optional library

A refusal to ship is a result, never an exception.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Fault", "InputError", "LawError", "LotgateError", "MissingError"]


class LotgateError(Exception):
    """Base of every error Lotgate raises; `exit_status` is what the command line ends with."""

    exit_status = 2


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input: where it stands, what was found and what was expected.

    `row` counts data rows from 1 (the header is not a row); in a CSV file or sheet the line is therefore `row + 1`,
    as long as no cell above holds a line break. `message_zh` and `expected_zh` say the same in Chinese.
    """

    table: str
    message: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    expected: str | None = None
    message_zh: str | None = None
    expected_zh: str | None = None

    def __str__(self) -> str:
        place = self.table
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        text = f"{place}: {self.message}"
        if self.value is not None:
            text += f" (found {_shown(self.value, 'characters')})"
        if self.expected is not None:
            text += f"; expected {self.expected}"
        return text

    def in_chinese(self) -> str:
        """The same sentence in Chinese, in English where no Chinese was given."""
        if self.message_zh is None:
            return str(self)
        place = f"{self.table} 表"
        if self.row is not None:
            place += f"，第 {self.row} 行"
        if self.column is not None:
            place += f"，{self.column} 列"
        text = f"{place}：{self.message_zh}"
        if self.value is not None:
            text += f"（实为 {_shown(self.value, '个字符')}）"
        if self.expected is not None:
            text += f"；应为 {self.expected_zh or self.expected}"
        return text


def _shown(value: str, characters: str) -> str:
    return repr(value if len(value) <= 60 else f"{value[:57]}... ({len(value)} {characters})")


_SHOWN = 50  # faults spelt out in a message; all of them stay in `.faults`


class InputError(LotgateError, ValueError):
    """Raised once for all the faults of an input together, so that they can be mended in one go.

    The message spells out the first 50 and counts the rest by column; `faults` holds every one.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """The message in `en` or `zh`."""
        chinese = language == "zh"
        lines = [fault.in_chinese() if chinese else str(fault) for fault in self.faults[:_SHOWN]]
        if len(self.faults) > _SHOWN:
            places = Counter(
                fault.table if fault.column is None else f"{fault.table}.{fault.column}" for fault in self.faults
            )
            counts = ", ".join(f"{place} {count}" for place, count in places.items())
            rest, whole = len(self.faults) - _SHOWN, len(self.faults)
            lines.append(
                f"另有 {rest} 处错误，共 {whole} 处，按列计：{counts}"
                if chinese
                else f"and {rest} more; {whole} faults in all, by column: {counts}"
            )
        return "\n".join(lines)


class LawError(LotgateError, ValueError):
    """Raised when law data cannot be loaded; the message names file, clause and what to mend."""


class MissingError(LotgateError, LookupError):
    """Raised when a list, a server or an optional library that is needed is not there."""

    exit_status = 3
