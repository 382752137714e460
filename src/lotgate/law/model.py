"""Law as loaded: measures, clauses, terms, lists and conflicts, all dated. Leaves deciding to decide/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from lotgate.dates import Interval
from lotgate.errors import LawError
from lotgate.law.clock import Clock, Status
from lotgate.law.expr import FactType, Graph

__all__ = [
    "Clause",
    "Conflict",
    "Effect",
    "FactSpec",
    "Law",
    "Measure",
    "Policy",
    "Proviso",
    "Regime",
    "Text",
    "stale_after",
]

Effect = Literal["licence-required", "prohibited", "registration", "notification", "advisory"]
Policy = Literal["notification", "registration", "approval-presumed", "case-by-case", "denial-presumed"]
POLICIES: tuple[str, ...] = ("notification", "registration", "approval-presumed", "case-by-case", "denial-presumed")
"""From mildest to strictest; of several that apply, the strictest governs."""

FRESH_DAYS = 30


@dataclass(frozen=True)
class Text:
    """One record in both languages."""

    en: str
    zh: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class FactSpec:
    """A fact that conditions may use, and the question that settles it."""

    type: FactType
    subject: Literal["line", "item", "party", "exporter"]
    ask: str
    question: Text


@dataclass(frozen=True)
class Proviso:
    """An exception or a route of a clause: its condition, citation and what it changes."""

    id: str
    cite: Text
    text: Text
    node: int
    effect: str | None = None
    policy: str | None = None
    action: Text | None = None


@dataclass(frozen=True)
class Clause:
    """One rule: on days its clock is on, `when` and no exception means `effect`."""

    ref: str
    measure: str
    id: str
    regime: str
    cite: Text
    text: Text
    effect: str
    policy: str | None
    licence_kinds: tuple[str, ...]
    when: int
    exceptions: tuple[Proviso, ...]
    routes: tuple[Proviso, ...]
    action: Text | None
    clock: Clock


@dataclass(frozen=True)
class Measure:
    """One act of law-giving: a statute, an announcement, a letter, a listing notice."""

    id: str
    regime: str
    title: Text
    issued: date | None
    recorded: date | None
    force: str
    verified: str
    source: str
    url: str
    note: Text | None
    folder: Path


@dataclass(frozen=True)
class Regime:
    """A legal order and the day up to which its data is known."""

    code: str
    title: Text
    known_as_of: date
    subject: str = ""
    """The term that tells whether the regime has a hold on a movement at all; shown, never deciding."""


@dataclass(frozen=True)
class Conflict:
    """A directed statement: obeying one of `obeying` here is forbidden or sanctionable under `forbids`."""

    id: str
    forbids: str
    cite: Text
    obeying: frozenset[str]
    clock: Clock
    when: int
    text: Text
    authorisation: Text
    verified: str


@dataclass
class Law:
    """All law loaded, ready to be asked about any day. There is no reading without a date."""

    version: str
    regimes: dict[str, Regime]
    measures: dict[str, Measure]
    clauses: tuple[Clause, ...]
    conflicts: tuple[Conflict, ...]
    graph: Graph
    facts: Mapping[str, FactSpec]
    lists: Mapping[str, frozenset[str]]
    list_regime: Mapping[str, str]
    code_lists: Mapping[str, tuple[str, ...]]
    party_rows: Mapping[str, tuple[Mapping[str, str], ...]]
    addressees: Mapping[str, tuple[str, ...]]
    tests: Mapping[str, int]
    terms: Mapping[str, Mapping[str, int]]
    """Node of every term, by regime."""
    versions: Mapping[str, tuple[Interval, ...]]
    """Clock keys of dated terms."""
    list_rows: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    """Every list as written, row by row."""

    @property
    def known_as_of(self) -> date:
        """The day up to which all regimes are known: the oldest of them."""
        return min(regime.known_as_of for regime in self.regimes.values())

    def regime_clauses(self, regime: str) -> tuple[Clause, ...]:
        """The clauses of one regime, in the order of their references."""
        return tuple(clause for clause in self.clauses if clause.regime == regime)

    def measure(self, measure_id: str) -> Measure:
        """A measure by its id; raises LawError naming the nearest when there is none."""
        try:
            return self.measures[measure_id]
        except KeyError:
            from difflib import get_close_matches

            near = get_close_matches(measure_id, self.measures, 1, 0.5)
            raise LawError(f"no measure {measure_id}" + (f"; nearest is {near[0]}" if near else "")) from None

    def lists_in(self, regime: str, term: str) -> frozenset[str]:
        """The party lists a term asks about, in any of its versions."""
        found, todo = set(), [self.terms[regime][term]]
        while todo:
            node = self.graph.nodes[todo.pop()]
            if node.kind == "leaf":
                leaf = self.graph.leaves[node.children[0]]
                if leaf.fact == "listed" and isinstance(leaf.operand, str):
                    found.add(leaf.operand)
            else:
                todo += node.children
        return frozenset(found)

    def at(self, day: date) -> dict[str, Status]:
        """The status of every clause on a day, by clause reference."""
        return {clause.ref: clause.clock.status(day) for clause in self.clauses}

    def diff(self, earlier: date, later: date) -> list[tuple[Clause, Status, Status]]:
        """The clauses whose status differs between two days."""
        pairs = ((c, c.clock.status(earlier), c.clock.status(later)) for c in self.clauses)
        return [(c, a, b) for c, a, b in pairs if a is not b]

    def change_points(self) -> list[date]:
        """Every recorded day on which the law may differ from the day before, sorted."""
        days: set[date] = set()
        for clause in self.clauses:
            days |= clause.clock.change_points()
        for conflict in self.conflicts:
            days |= conflict.clock.change_points()
        for intervals in self.versions.values():
            days |= Clock(intervals).change_points()
        return sorted(days)

    def open_measures(self, day: date) -> list[str]:
        """Measures with a clause whose standing is not established on a day."""
        return sorted({c.measure for c in self.clauses if c.clock.status(day) is Status.OPEN})


def stale_after(known_as_of: date) -> date:
    """The last day on which data known up to `known_as_of` still carries a `go`."""
    return known_as_of + timedelta(days=FRESH_DAYS)
