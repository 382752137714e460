"""What a supplier's document says, in one form: shares of substances, cells of items, and the paper behind each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction

from lotgate.errors import Fault

__all__ = ["NOT_KNOWN", "Cell", "Document", "Paper", "Share"]

NOT_KNOWN = frozenset(
    ("unknown", "not known", "n/a", "n.a", "na", "not available", "not applicable", "tbd", "tba", "-", "--", "?",
     "不详", "不清楚", "未知", "不知道", "不适用", "不明", "待定")
)  # fmt: skip
"""What suppliers write where they say nothing: `n/a` may be not applicable, not available or not asked."""


@dataclass(frozen=True)
class Paper:
    """The document as evidence: what it is, who gave it, its number, its day and the last day on which it counts."""

    file: str
    kind: str
    """material declaration, conflict-minerals declaration, certificate of origin, supply-chain certificate …"""
    supplier: str | None = None
    number: str | None = None
    date: dt.date | None = None
    expires: dt.date | None = None
    note: str = ""

    @property
    def source(self) -> str:
        """The words that stand in the column `source`."""
        words = self.kind + (f" {self.number}" if self.number else "")
        if self.supplier:
            words += f" of {self.supplier}"
        if self.date:
            words += f", {self.date}"
        return f"{words}; {self.file}" + (f"; {self.note}" if self.note else "")


@dataclass(frozen=True)
class Share:
    """An element in a part; `fraction` of its mass, None where it is named without an amount."""

    part: str
    substance: str
    fraction: Fraction | None
    paper: Paper
    row: int | None = None


@dataclass(frozen=True)
class Cell:
    """The value of a column of the table `items` for a part."""

    part: str
    column: str
    value: str
    paper: Paper
    row: int | None = None


@dataclass(frozen=True)
class Document:
    """One file read: its statements, the parts it names, what it names that no table can hold, and its faults."""

    file: str
    kind: str
    parts: dict[str, str] = field(default_factory=dict)
    """Part number to name."""
    shares: tuple[Share, ...] = ()
    cells: tuple[Cell, ...] = ()
    left_aside: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    supplier: str | None = None
