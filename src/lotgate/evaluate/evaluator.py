"""Decides many lines at once: planes of trits over distinct rows, then a look-up per clause and day.

Rows that no leaf can tell apart are decided once: each fact's values are first sorted into classes that all leaves
treat alike, and rows with the same classes share one decision. The planes run over distinct rows only, a block at a
time, each leaf and each node once. What they leave is sparse, the few clauses that concern a row; the clocks enter
last, so that another day, or all days of the horizon, costs a look-up and no evaluation.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lotgate.evaluate.columns import FactTable, leaf_trits
from lotgate.evaluate.decided import Evaluated
from lotgate.evaluate.entries import Layer, Program, Reader
from lotgate.evaluate.factors import Factors
from lotgate.evaluate.outcome import ANSWERS, STATUS_CODE, Bytes, Ints, Outcome
from lotgate.law import Clause, Law, Status
from lotgate.law.expr import FALSE, NOT, TRUE, Leaf
from lotgate.law.model import POLICIES

__all__ = ["ANSWERS", "Evaluated", "Evaluator", "Outcome"]

_NOT = np.array(NOT, dtype=np.uint8)


class Evaluator:
    """The law prepared for evaluation: clauses as programs, the epochs between change points."""

    def __init__(
        self, law: Law, regimes: Sequence[str] | None = None, standing: Mapping[str, str] | None = None
    ) -> None:
        """`standing` holds answers to `status` questions: measure id to in-force, suspended or not-in-force."""
        self.law = law
        self.graph = law.graph
        self.regimes = tuple(regimes if regimes is not None else law.regimes)
        self.starts = [date.min, *law.change_points()]
        self.standing = dict(standing or {})
        self.programs = [self._program(c) for c in law.clauses if c.regime in self.regimes]
        self.clauses = [p.clause for p in self.programs]
        place = {regime: k for k, regime in enumerate(self.regimes)}
        self.regime_of = np.array([place[c.regime] for c in self.clauses], dtype=np.int64)
        self.prohibits = np.array([c.effect == "prohibited" for c in self.clauses], dtype=np.int64)
        self._splits: dict[int, tuple[list[int], list[int]]] = {}
        self.advises = np.array([c.effect == "advisory" for c in self.clauses], dtype=bool)

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
    def places(self) -> dict[tuple[str, str], int]:
        """The place of every clause by its measure and id."""
        return {(clause.measure, clause.id): place for place, clause in enumerate(self.clauses)}

    def status(self, clause: Clause, day: date) -> Status:
        """The status of a clause on a day, recorded answers to its `status` question included."""
        status = clause.clock.status(day)
        if status is Status.OPEN and clause.measure in self.standing:
            told = self.standing[clause.measure]
            return {"in-force": Status.ON, "suspended": Status.SUSPENDED, "not-in-force": Status.STOPPED}[told]
        return status

    @cached_property
    def statuses(self) -> Bytes:
        """[epoch, clause]: code of the status."""
        found = np.zeros((len(self.starts), len(self.clauses)), dtype=np.uint8)
        place = {start: epoch for epoch, start in enumerate(self.starts)}
        for j, clause in enumerate(self.clauses):
            for start in sorted({date.min, *clause.clock.change_points()}):
                found[place[start] :, j] = STATUS_CODE[self.status(clause, start)]
        return found

    def epoch(self, day: date) -> int:
        """The number of the stretch of unchanged law that holds a day."""
        return bisect_right(self.starts, day) - 1

    def epochs(self, days: npt.NDArray[np.datetime64]) -> Ints:
        """The number of the stretch of unchanged law that holds each day."""
        return np.searchsorted(self._start_days, days.astype("datetime64[D]"), side="right") - 1

    @cached_property
    def _start_days(self) -> npt.NDArray[np.datetime64]:
        return np.array(self.starts, dtype="datetime64[D]")

    @cached_property
    def order(self) -> list[int]:
        """The nodes that any program needs, children first."""
        return self._needed(node for program in self.programs for node in program.roots)

    def _needed(self, roots: Iterable[int]) -> list[int]:
        needed = set(roots)
        stack = list(needed)
        while stack:
            node = self.graph.nodes[stack.pop()]
            if node.kind in ("and", "or", "not"):
                fresh = [c for c in node.children if c not in needed]
                needed.update(fresh)
                stack.extend(fresh)
        return sorted(needed)

    @cached_property
    def leaves_of(self) -> dict[str, list[int]]:
        """The leaves in use, by fact; the clock leaves of dated terms under `day`."""
        used: dict[str, list[int]] = defaultdict(list)
        for number in self.order:
            node = self.graph.nodes[number]
            if node.kind == "leaf":
                used[self.graph.leaves[node.children[0]].fact].append(node.children[0])
        return dict(used)

    @cached_property
    def _texts(self) -> tuple[dict[int, Bytes], Ints]:
        """Trit per text of every clock leaf, and the text of every epoch.

        A text is a stretch in which all dated terms read the same; there are far fewer of them than epochs.
        """
        numbers = [n for n, leaf in enumerate(self.graph.leaves) if leaf.op == "clock"]
        rows = []
        for start in self.starts:
            intervals = (self.law.versions[str(self.graph.leaves[n].operand)] for n in numbers)
            rows.append([TRUE if any(start in i for i in found) else FALSE for found in intervals])
        texts, text_of = np.unique(np.array(rows, dtype=np.uint8).reshape(len(rows), -1), axis=0, return_inverse=True)
        return {n: texts[:, k] for k, n in enumerate(numbers)}, text_of.reshape(-1)

    def text_of(self, epochs: Ints) -> Ints:
        """The text of the dated terms in each epoch."""
        found: Ints = self._texts[1][epochs]
        return found

    def clock_trits(self, leaf: int) -> Bytes:
        """What a clock leaf says under each text."""
        return self._texts[0][leaf]

    @cached_property
    def subjects(self) -> list[list[str]]:
        """The facts in use, by who carries them."""
        found: dict[str, list[str]] = defaultdict(list)
        for fact in self.leaves_of:
            if fact != "day":
                found[self.law.facts[fact].subject].append(fact)
        return list(found.values()) or [[]]

    @cached_property
    def asks(self) -> Ints:
        """Per node, one bit for each subject whose facts it asks for."""
        place = {fact: k for k, facts in enumerate(self.subjects) for fact in facts}
        asks = np.zeros(len(self.graph.nodes), dtype=np.int64)
        for number in self.order:
            node = self.graph.nodes[number]
            if node.kind == "leaf":
                fact = self.graph.leaves[node.children[0]].fact
                asks[number] = 0 if fact == "day" else 1 << place[fact]
            else:
                asks[number] = np.bitwise_or.reduce(asks[list(node.children)], initial=0)
        return asks

    def split(self, number: int) -> tuple[list[int], list[int]]:
        """The children of a node told apart: the subjects that some ask of alone, and the children that ask of several
        subjects or of none."""
        if number in self._splits:
            return self._splits[number]
        asked = [(child, int(self.asks[child])) for child in self.graph.nodes[number].children]
        alone = sorted({asks.bit_length() - 1 for _, asks in asked if asks and asks & (asks - 1) == 0})
        mixed = [child for child, asks in asked if not asks or asks & (asks - 1)]
        self._splits[number] = alone, mixed
        return alone, mixed

    def luts(self, table: FactTable) -> dict[int, Bytes]:
        """Leaf number to its trit per value of its fact's dictionary."""
        leaves = self.graph.leaves
        return {
            number: leaf_trits(leaves[number], table.column(fact))
            for fact, numbers in self.leaves_of.items()
            if fact != "day"
            for number in numbers
        }

    def evaluate(self, table: FactTable) -> Evaluated:
        """The distinct rows of a table, ready to be decided for any day."""
        luts = self.luts(table)
        factors = Factors(self, table, luts)
        group, sample = factors.groups()
        return Evaluated(self, table, Reader(self, factors, sample), group)

    @cached_property
    def layers(self) -> list[Layer]:
        """The programs in groups that read the same dated terms, so that each group is evaluated once per wording."""
        members: dict[int, list[int]] = defaultdict(list)
        for j, program in enumerate(self.programs):
            members[int(np.bitwise_or.reduce(self.clocks[list(program.roots)]))].append(j)
        return [Layer(tuple(programs), self._readings(clocks)) for clocks, programs in members.items()]

    @cached_property
    def clocks(self) -> npt.NDArray[np.object_]:
        """Per node, one bit for each clock leaf that has a say in it."""
        place = {leaf: k for k, leaf in enumerate(self._texts[0])}
        clocks = np.zeros(len(self.graph.nodes), dtype=object)
        for number in self.order:
            node = self.graph.nodes[number]
            if node.kind == "leaf":
                clocks[number] = 1 << place[node.children[0]] if node.children[0] in place else 0
            else:
                for child in node.children:
                    clocks[number] |= clocks[child]
        return clocks

    def _readings(self, clocks: int) -> Ints:
        """Per text, the first text in which these clock leaves say the same."""
        texts = int(self._texts[1].max()) + 1
        chosen = [trits for k, trits in enumerate(self._texts[0].values()) if clocks >> k & 1]
        if not chosen:
            return np.zeros(texts, dtype=np.int64)
        first: dict[bytes, int] = {}
        wordings = np.column_stack(chosen)
        return np.array([first.setdefault(wording.tobytes(), text) for text, wording in enumerate(wordings)])

    @cached_property
    def wordings(self) -> list[list[int]]:
        """Per node, for every text the first in which the node reads the same."""
        known = {clocks: self._readings(clocks).tolist() for clocks in set(self.clocks)}
        return [known[clocks] for clocks in self.clocks]

    def trits(self, node: int, table: FactTable, texts: Ints) -> Bytes:
        """The trit of one node of the law, a term for instance, in every row of a small table."""
        order = self._needed([node])
        leaves = [self.graph.nodes[n].children[0] for n in order if self.graph.nodes[n].kind == "leaf"]
        facts = {n: self.graph.leaves[n] for n in leaves if self.graph.leaves[n].op != "clock"}
        luts = {n: leaf_trits(leaf, table.column(leaf.fact)) for n, leaf in facts.items()}
        return self.planes(table, np.arange(table.rows), texts, luts, order)[node]

    def planes(
        self, table: FactTable, rows: Ints, texts: Ints, luts: dict[int, Bytes], order: Sequence[int] | None = None
    ) -> dict[int, Bytes]:
        """The trit of every needed node (or of those in `order`, children first) for chosen rows."""
        found: dict[int, Bytes] = {}
        for number in self.order if order is None else order:
            node = self.graph.nodes[number]
            if node.kind == "leaf":
                found[number] = self._leaf_plane(node.children[0], table, rows, texts, luts)
            elif node.kind == "not":
                found[number] = _NOT[found[node.children[0]]]
            elif node.kind in ("true", "false"):
                found[number] = np.full(len(rows), TRUE if node.kind == "true" else FALSE, dtype=np.uint8)
            else:
                combine = np.bitwise_and if node.kind == "and" else np.bitwise_or
                combined = combine(found[node.children[0]], found[node.children[1]])
                for child in node.children[2:]:
                    combine(combined, found[child], out=combined)
                found[number] = combined
        return found

    def _leaf_plane(self, leaf: int, table: FactTable, rows: Ints, texts: Ints, luts: dict[int, Bytes]) -> Bytes:
        if leaf in self._texts[0]:
            return self._texts[0][leaf][texts]
        lut = luts[leaf]
        if len(lut) == 1:
            return np.full(len(rows), lut[0], dtype=np.uint8)
        return lut[table.column(self.graph.leaves[leaf].fact).codes[rows]]
