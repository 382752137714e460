"""Decides many lines at once: planes of trits over distinct rows.

Rows that no leaf can tell apart are decided once. Each fact's values are first sorted into classes that all leaves
treat alike; rows with the same classes (and the same epoch of the law) share one decision. The planes then run over distinct
rows only, a block at a time, each leaf and each node once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lotgate.decide.columns import FactTable, leaf_trits
from lotgate.law import Clause, Law, Status
from lotgate.law.expr import FALSE, NOT, TRUE, UNKNOWN, Leaf, Node
from lotgate.law.model import POLICIES

__all__ = ["ANSWERS", "Evaluated", "Evaluator", "Outcome"]

ANSWERS = ("go", "ask", "apply", "stop")
Plane = npt.NDArray[np.uint8]
_NOT = np.array(NOT, dtype=np.uint8)
_BLOCK = 16384


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
_STATUS_CODE = {status: code for code, status in enumerate(Status)}


def _outcome_table() -> npt.NDArray[np.uint8]:
    """Outcome by [status, trit of when, trit of the exceptions, trit of the licence]."""
    table = np.zeros((len(Status), 4, 4, 4), dtype=np.uint8)
    for status, code in _STATUS_CODE.items():
        for when in (FALSE, UNKNOWN, TRUE):
            for free in (FALSE, UNKNOWN, TRUE):
                for licence in (FALSE, UNKNOWN, TRUE):
                    table[code, when, free, licence] = _outcome(status, when, free, licence)
    return table


def _outcome(status: Status, when: int, free: int, licence: int) -> Outcome:
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


_OUTCOMES = _outcome_table()


@dataclass(frozen=True)
class Program:
    """One clause lowered to nodes of the graph."""

    clause: Clause
    when: int
    free: int
    licence: int
    routes: tuple[tuple[int, int, bool], ...]
    """(node, rank of the policy, whether it only lowers) per route."""


@dataclass
class Evaluated:
    """Decisions of distinct rows, and which distinct row each input row is."""

    evaluator: Evaluator
    table: FactTable
    epochs: npt.NDArray[np.int32]
    """Epoch of every input row."""
    group: npt.NDArray[np.intp]
    """Distinct row of every input row."""
    sample: npt.NDArray[np.intp]
    """One input row of every distinct row."""
    outcomes: Plane
    """[distinct row, clause], values of Outcome."""
    answers: Plane
    """[distinct row, regime], index into ANSWERS."""
    policies: npt.NDArray[np.int8]
    """[distinct row, regime], index into POLICIES or -1."""


class Evaluator:
    """The law prepared for evaluation: clauses as programs, the epochs between change points."""

    def __init__(self, law: Law, regimes: Sequence[str] | None = None, standing: dict[str, str] | None = None) -> None:
        """`standing` holds answers to `status` questions: measure id to in-force, suspended or not-in-force."""
        self.law = law
        self.graph = law.graph
        self.regimes = tuple(regimes if regimes is not None else law.regimes)
        self.starts = [date.min, *law.change_points()]
        self.standing = standing or {}
        self.programs = [self._program(c) for c in law.clauses if c.regime in self.regimes]
        self.clauses = [p.clause for p in self.programs]
        self.clauses_of = {
            regime: np.array([i for i, c in enumerate(self.clauses) if c.regime == regime], dtype=np.intp)
            for regime in self.regimes
        }

    def _program(self, clause: Clause) -> Program:
        graph = self.graph
        fact = f"licence_{clause.regime}"
        licence = graph.any(graph.leaf(Leaf(fact, "has", kind)) for kind in clause.licence_kinds)
        base = POLICIES.index(clause.policy) if clause.policy else -1
        routes = []
        for route in clause.routes:
            rank = POLICIES.index(route.policy) if route.policy else base
            routes.append((route.node, rank, rank < base or route.effect in ("registration", "notification")))
        free = graph.any(p.node for p in clause.exceptions)
        return Program(clause, clause.when, free, licence, tuple(routes))

    @cached_property
    def statuses(self) -> Plane:
        """[epoch, clause]: code of the status."""
        plane = np.zeros((len(self.starts), len(self.programs)), dtype=np.uint8)
        for i, start in enumerate(self.starts):
            for j, program in enumerate(self.programs):
                plane[i, j] = _STATUS_CODE[self.status(program.clause, start)]
        return plane

    def status(self, clause: Clause, day: date) -> Status:
        """The status of a clause on a day, recorded answers to its `status` question included."""
        status = clause.clock.status(day)
        if status is Status.OPEN:
            told = self.standing.get(clause.measure)
            if told is not None:
                return {"in-force": Status.ON, "suspended": Status.SUSPENDED, "not-in-force": Status.STOPPED}[told]
        return status

    def epoch(self, day: date) -> int:
        """The number of the stretch of unchanged law that holds a day."""
        return int(np.searchsorted(self._start_days, np.datetime64(day, "D"), side="right")) - 1

    def epochs(self, days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int32]:
        """The epoch of every day."""
        return (np.searchsorted(self._start_days, days.astype("datetime64[D]"), side="right") - 1).astype(np.int32)

    @cached_property
    def _start_days(self) -> npt.NDArray[np.datetime64]:
        return np.array(self.starts, dtype="datetime64[D]")

    @cached_property
    def order(self) -> list[int]:
        """The nodes that any program needs, children first."""
        roots = {n for p in self.programs for n in (p.when, p.free, p.licence, *(r[0] for r in p.routes))}
        roots |= {c.when for c in self.law.conflicts}
        needed, stack = set(roots), list(roots)
        while stack:
            node = self.graph.nodes[stack.pop()]
            if node.kind in ("and", "or", "not"):
                fresh = [c for c in node.children if c not in needed]
                needed.update(fresh)
                stack.extend(fresh)
        return sorted(needed)

    @cached_property
    def leaves_of(self) -> dict[str, list[int]]:
        """The leaves in use, by fact."""
        used: dict[str, list[int]] = defaultdict(list)
        for number in self.order:
            node = self.graph.nodes[number]
            if node.kind == "leaf":
                used[self.graph.leaves[node.children[0]].fact].append(node.children[0])
        return dict(used)

    @cached_property
    def _clock_planes(self) -> dict[int, Plane]:
        """Leaf number of a dated term to its trit per epoch."""
        planes = {}
        for number in self.leaves_of.get("day", ()):
            intervals = self.law.versions[str(self.graph.leaves[number].operand)]
            inside = [TRUE if any(start in i for i in intervals) else FALSE for start in self.starts]
            planes[number] = np.array(inside, dtype=np.uint8)
        return planes

    def luts(self, table: FactTable) -> dict[int, Plane]:
        """Leaf number to its trit per value of its fact's dictionary."""
        found: dict[int, Plane] = {}
        for fact, numbers in self.leaves_of.items():
            if fact == "day":
                continue
            column = table.column(fact)
            for number in numbers:
                found[number] = leaf_trits(self.graph.leaves[number], column)
        return found

    def evaluate(self, table: FactTable, epochs: npt.NDArray[np.int32]) -> Evaluated:
        """Decides every row of a table, each under the law of its epoch."""
        luts = self.luts(table)
        group, sample = self._distinct(table, epochs, luts)
        picked = epochs[sample]
        outcomes = np.zeros((len(sample), len(self.programs)), dtype=np.uint8)
        answers = np.zeros((len(sample), len(self.regimes)), dtype=np.uint8)
        policies = np.full((len(sample), len(self.regimes)), -1, dtype=np.int8)
        for start in range(0, len(sample), _BLOCK):
            rows = sample[start : start + _BLOCK]
            block = slice(start, start + len(rows))
            self._decide(table, rows, picked[block], luts, outcomes[block], answers[block], policies[block])
        return Evaluated(self, table, epochs, group, sample, outcomes, answers, policies)

    def _distinct(
        self, table: FactTable, epochs: npt.NDArray[np.int32], luts: dict[int, Plane]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Groups rows that no leaf tells apart: (group of every row, one row of every group)."""
        key: npt.NDArray[np.int64] = epochs.astype(np.int64)
        size = len(self.starts)
        for fact, numbers in self.leaves_of.items():
            if fact == "day":
                continue
            classes = _classes([luts[number] for number in numbers])
            count = int(classes.max()) + 1
            if count == 1:
                continue
            if size > 2**62 // count:
                distinct, key = np.unique(key, return_inverse=True)
                size = len(distinct)
            key = key * count + classes[table.column(fact).codes]
            size *= count
        if not len(key):
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        _, sample, group = np.unique(key, return_index=True, return_inverse=True)
        return group, sample

    def planes(
        self, table: FactTable, rows: npt.NDArray[np.intp], epochs: npt.NDArray[np.int32], luts: dict[int, Plane]
    ) -> dict[int, Plane]:
        """The trit of every needed node for chosen rows."""
        found: dict[int, Plane] = {}
        for number in self.order:
            node = self.graph.nodes[number]
            found[number] = self._plane(node, found, table, rows, epochs, luts)
        return found

    def _plane(
        self,
        node: Node,
        found: dict[int, Plane],
        table: FactTable,
        rows: npt.NDArray[np.intp],
        epochs: npt.NDArray[np.int32],
        luts: dict[int, Plane],
    ) -> Plane:
        if node.kind == "leaf":
            leaf = node.children[0]
            if leaf in self._clock_planes:
                return self._clock_planes[leaf][epochs]
            lut = luts[leaf]
            column = table.column(self.graph.leaves[leaf].fact)
            if len(column.values) == 1:
                return np.full(len(rows), lut[0], dtype=np.uint8)
            return lut[column.codes[rows]]
        if node.kind == "not":
            return _NOT[found[node.children[0]]]
        if node.kind in ("true", "false"):
            return np.full(len(rows), TRUE if node.kind == "true" else FALSE, dtype=np.uint8)
        combined = found[node.children[0]].copy()
        combine = np.bitwise_and if node.kind == "and" else np.bitwise_or
        for child in node.children[1:]:
            combine(combined, found[child], out=combined)
        return combined

    def _decide(
        self,
        table: FactTable,
        rows: npt.NDArray[np.intp],
        epochs: npt.NDArray[np.int32],
        luts: dict[int, Plane],
        outcomes: Plane,
        answers: Plane,
        policies: npt.NDArray[np.int8],
    ) -> None:
        planes = self.planes(table, rows, epochs, luts)
        statuses = self.statuses[epochs]
        place = {regime: k for k, regime in enumerate(self.regimes)}
        for j, program in enumerate(self.programs):
            when = planes[program.when]
            if not when.any():
                continue
            result = _OUTCOMES[statuses[:, j], when, planes[program.free], planes[program.licence]]
            outcomes[:, j] = result
            effect = program.clause.effect
            if effect == "advisory":
                continue
            k = place[program.clause.regime]
            fires = result == Outcome.FIRES
            rank = np.where(fires, 3 if effect == "prohibited" else 2, np.isin(result, OPEN_OUTCOMES)).astype(np.uint8)
            np.maximum(answers[:, k], rank, out=answers[:, k])
            if effect != "prohibited":
                policy = np.where(fires, self._policy(program, planes, len(rows)), -1).astype(np.int8)
                np.maximum(policies[:, k], policy, out=policies[:, k])
        policies[answers != 2] = -1

    def _policy(self, program: Program, planes: dict[int, Plane], rows: int) -> npt.NDArray[np.int8]:
        """The rank of the reviewing policy after the routes: the strictest that surely holds, else the mildest."""
        base = POLICIES.index(program.clause.policy) if program.clause.policy else -1
        policy = np.full(rows, base, dtype=np.int8)
        raised = np.zeros(rows, dtype=bool)
        for node, rank, lowers in program.routes:
            if not lowers:
                surely = planes[node] == TRUE
                policy[surely] = np.maximum(policy[surely], rank)
                raised |= surely
        for node, rank, lowers in program.routes:
            if lowers:
                surely = (planes[node] == TRUE) & ~raised
                policy[surely] = np.minimum(policy[surely], rank)
        return policy


def _classes(luts: list[Plane]) -> npt.NDArray[np.int64]:
    """Values of one fact numbered so that two share a number only if every leaf says the same of both."""
    if len(luts[0]) == 1:
        return np.zeros(1, dtype=np.int64)
    _, classes = np.unique(np.stack(luts, axis=1), axis=0, return_inverse=True)
    return classes.reshape(-1).astype(np.int64)
