"""The shapes reports read: what a set of decisions, a change on the horizon and an explanation have to offer.

They are written down as protocols so that a report can be made from anything that answers them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from lotgate.decide.decision import LineDecision
from lotgate.law import Law, Text
from lotgate.tables import Workspace

__all__ = ["Change", "DecisionSet", "Explained", "ListChange", "ListState", "PartyNote", "Silent"]


class DecisionSet(Protocol):
    """The decisions of a check and what they were made from."""

    law: Law
    days: npt.NDArray[np.datetime64]
    """The day each line is decided for."""

    @property
    def workspace(self) -> Workspace:
        """The tables that were decided."""
        ...

    @property
    def lines(self) -> Sequence[LineDecision]:
        """One decision per shipment line, in the order of the input; put together when asked for."""
        ...

    @property
    def answers(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int8]]:
        """[line, regime]: places in decide's ANSWERS and in POLICIES, -1 for no policy."""
        ...

    @property
    def lists(self) -> Sequence[Mapping[str, Any]]:
        """The party lists screened with: `list`, `as_of`, `entries`."""
        ...

    @property
    def notes(self) -> Sequence[Text]:
        """What a reader has to know of the whole check, such as lists that are not loaded."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Number of lines by answer."""
        ...

    def months(self, start: dt.date, months: int = ...) -> Sequence[tuple[dt.date, Mapping[str, int]]]:
        """Number of lines by answer if all left on the day, for the first days of months and for change points."""
        ...

    def explain(self, name: str) -> Explained:
        """One line with the reasons of its rules."""
        ...


class Change(Protocol):
    """One day on which the answer of a line changes."""

    @property
    def line(self) -> str: ...
    @property
    def day(self) -> dt.date: ...
    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...
    @property
    def measures(self) -> Sequence[str]: ...


class Silent(Protocol):
    """A clause that was looked at and does not speak."""

    @property
    def measure(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def cite(self) -> Text: ...
    @property
    def because(self) -> tuple[str, str]:
        """The first comparison that keeps it silent and the value it met; empty where no comparison does."""
        ...


class PartyNote(Protocol):
    """What the lists, or a party's owners, say of one party of a line."""

    @property
    def role(self) -> str: ...
    @property
    def party(self) -> str: ...
    @property
    def text(self) -> Text: ...


class Explained(Protocol):
    """One line's whole reasoning."""

    @property
    def decision(self) -> LineDecision:
        """The decision, its rules with their reasons."""
        ...

    @property
    def silent(self) -> Sequence[Silent]: ...
    @property
    def parties(self) -> Sequence[PartyNote]: ...


class ListState(Protocol):
    """What is loaded of one party list, and how old it is."""

    @property
    def list(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def as_of(self) -> dt.date | None: ...
    @property
    def age_days(self) -> int | None: ...
    @property
    def entries(self) -> int: ...
    @property
    def rejected(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def imported_on(self) -> dt.date | None: ...
    @property
    def checked_on(self) -> dt.date | None: ...
    @property
    def stale_after_days(self) -> int | None: ...


class Sentence(Protocol):
    """A sentence in both languages."""

    @property
    def en(self) -> str: ...
    @property
    def zh(self) -> str: ...
    def __getitem__(self, language: str, /) -> str: ...


class ListChange(Protocol):
    """What an import did to one list."""

    @property
    def list(self) -> str: ...
    @property
    def taken(self) -> bool: ...
    @property
    def reason(self) -> Sentence: ...
    @property
    def entries(self) -> int: ...
    @property
    def added(self) -> int: ...
    @property
    def removed(self) -> int: ...
    @property
    def changed(self) -> int: ...
    @property
    def new(self) -> Sequence[str]: ...
    @property
    def gone(self) -> Sequence[str]: ...
    @property
    def altered(self) -> Sequence[str]: ...
    @property
    def rejected(self) -> Sequence[object]: ...


class SourceDone(Protocol):
    """What became of one publication in an update."""

    @property
    def source(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def reason(self) -> Sentence: ...
    @property
    def changes(self) -> Sequence[ListChange]: ...
