"""Distinct rows with the few clauses that concern each, decided for any day by look-up.

The clocks enter here, last: another day, or all days of the horizon, costs a look-up and no evaluation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lotgate.evaluate.columns import FactTable
from lotgate.evaluate.entries import Entries, Program, Reader
from lotgate.evaluate.outcome import OPEN_OUTCOMES, OUTCOMES, RANKS, Bytes, Ints, Outcome
from lotgate.law.expr import FALSE, UNKNOWN
from lotgate.law.model import POLICIES

if TYPE_CHECKING:
    from lotgate.evaluate.evaluator import Evaluator

__all__ = ["BLOCK", "Entries", "Evaluated", "Program", "Question"]

BLOCK = 8192
"""Rows whose planes are held at once; small enough to stay in the processor's cache."""


def _ceiling(program: Program, planes: dict[int, Bytes], rows: int) -> npt.NDArray[np.int8]:
    """The rank of the strictest policy a clause could still lead to."""
    ceiling = np.full(rows, POLICIES.index(program.clause.policy) if program.clause.policy else -1, dtype=np.int8)
    for node, rank, _ in program.routes:
        possible = planes[node] != FALSE
        ceiling[possible] = np.maximum(ceiling[possible], rank)
    return ceiling


@dataclass(frozen=True)
class Question:
    """An open leaf, or a measure whose standing is open, in some rows: `regimes` has one bit per regime."""

    leaf: int | None
    measure: str | None
    rows: Ints
    regimes: Bytes


def _revive(
    alive: dict[int, Bytes], planes: dict[int, Bytes], node: int, rows: npt.NDArray[np.bool_], bit: np.uint8
) -> None:
    """Marks a node as open for one regime in the rows where it is unknown."""
    mask = np.where(rows & (planes[node] == UNKNOWN), bit, np.uint8(0))
    if mask.any():
        alive[node] = alive[node] | mask if node in alive else mask


class Evaluated:
    """Distinct rows of a table with their entries, decided for any day by look-up."""

    def __init__(
        self,
        evaluator: Evaluator,
        table: FactTable,
        luts: dict[int, Bytes],
        reader: Reader,
        group: Ints,
    ) -> None:
        self.evaluator = evaluator
        self.table = table
        self.group = group
        """Distinct row of every input row."""
        self.sample = reader.sample
        """One input row of every distinct row."""
        self._luts = luts
        self._reader = reader

    def _spread(self, rows: Ints, epochs: Ints) -> Iterator[tuple[Ints, Entries, Ints]]:
        """The entries of distinct rows, each in an epoch: (place in `rows` of every entry, entries, its place)."""
        texts = self.evaluator.text_of(epochs).astype(np.uint16)
        order = np.argsort(texts, kind="stable")
        present, starts = np.unique(texts[order], return_index=True)
        ends = [*starts[1:], len(order)]
        stretches = {t: order[a:b] for t, a, b in zip(present.tolist(), starts, ends, strict=False)}
        self._reader.want({text: rows[here] for text, here in stretches.items()})
        for number, layer in enumerate(self.evaluator.layers):
            readings = layer.reading[present]
            for reading in np.unique(readings):
                alike = present[readings == reading].tolist()
                here = order if len(alike) == len(present) else np.concatenate([stretches[text] for text in alike])
                entries = self._reader.entries(number, int(reading))
                place = np.full(len(self.sample), -1, dtype=np.int32)
                place[entries.row] = np.arange(len(entries.row), dtype=np.int32)
                owner, index = _spread(entries.first, place.take(rows[here]))
                yield here[owner], entries, index

    def results(self, rows: Ints, epochs: Ints) -> Iterator[tuple[Ints, Ints, Bytes, npt.NDArray[np.int8]]]:
        """What clauses do in distinct rows, each in an epoch: (place in `rows`, clause, Outcome, rank of its policy).

        Clauses whose condition surely fails are not told of.
        """
        for owner, entries, index in self._spread(rows, epochs):
            clause = entries.clause[index]
            outcomes = OUTCOMES[self.evaluator.statuses[epochs[owner], clause], entries.trits[index]]
            yield owner, clause, outcomes, entries.policy[index]

    def decide(self, rows: Ints, epochs: Ints) -> tuple[Bytes, npt.NDArray[np.int8]]:
        """Answers and policies, [row, regime], of distinct rows each under the law of its epoch.

        Answers index ANSWERS; policies index POLICIES, -1 where the answer is not `apply` or no policy is stated.
        """
        ev = self.evaluator
        answers = np.zeros((len(rows), len(ev.regimes)), dtype=np.uint8)
        policies = np.full((len(rows), len(ev.regimes)), -1, dtype=np.int8)
        for owner, clause, outcomes, policy in self.results(rows, epochs):
            rank = np.where(ev.advises[clause], 0, RANKS[ev.prohibits[clause], outcomes]).astype(np.uint8)
            cell = owner * len(ev.regimes) + ev.regime_of[clause]
            np.maximum.at(answers.reshape(-1), cell, rank)
            fired = rank == 2
            np.maximum.at(policies.reshape(-1), cell[fired], policy[fired])
        policies[answers != 2] = -1
        return answers, policies

    def questions(self, rows: Ints, epochs: Ints) -> Iterator[Question]:
        """What could still make regimes stricter, for distinct rows each in an epoch: open leaves and open standings.

        The same rule as the walk of one line: an open clause counts if its answer and policy would be stricter than
        those established, and of its unknown leaves those that no known neighbour overrules.
        """
        answers, policies = self.decide(rows, epochs)
        texts = self.evaluator.text_of(epochs)
        for text in np.flatnonzero(np.bincount(texts)):
            here = np.flatnonzero(texts == text)
            for start in range(0, len(here), BLOCK):
                at = here[start : start + BLOCK]
                planes = self.evaluator.planes(self.table, self.sample[rows[at]], texts[at], self._luts)
                yield from self._open(planes, at, epochs[at], answers[at], policies[at])

    def _open(
        self, planes: dict[int, Bytes], at: Ints, epochs: Ints, answers: Bytes, policies: npt.NDArray[np.int8]
    ) -> Iterator[Question]:
        ev = self.evaluator
        alive: dict[int, Bytes] = {}
        for j, program in enumerate(ev.programs):
            when = planes[program.when]
            if ev.advises[j] or not when.any():
                continue
            k = int(ev.regime_of[j])
            packed = when | planes[program.free] << 2 | planes[program.licence] << 4
            result = OUTCOMES[ev.statuses[epochs, j], packed]
            rank = 3 if ev.prohibits[j] else 2
            level, policy = answers[:, k], policies[:, k]
            stricter = (rank > level) | ((rank == level) & (_ceiling(program, planes, len(at)) > policy) & (rank == 2))
            counts = np.isin(result, OPEN_OUTCOMES) & stricter
            bit = np.uint8(1 << k)
            if counts.any():
                unsettled = counts & (result != Outcome.OPEN)
                if unsettled.any():
                    hit = np.flatnonzero(unsettled)
                    yield Question(None, program.clause.measure, at[hit], np.full(len(hit), bit))
                for node in (program.when, program.free, program.licence):
                    _revive(alive, planes, node, counts, bit)
            if rank == 2:
                fires = result == Outcome.FIRES
                for node, strict, _ in program.routes:
                    _revive(alive, planes, node, fires & ((level < 2) | ((level == 2) & (strict > policy))), bit)
        for number in reversed(ev.order):
            mask = alive.pop(number, None)
            if mask is None:
                continue
            opened = ev.graph.nodes[number]
            if opened.kind == "leaf":
                hit = np.flatnonzero(mask)
                yield Question(opened.children[0], None, at[hit], mask[hit])
            for child in opened.children if opened.kind != "leaf" else ():
                passed = np.where(planes[child] == UNKNOWN, mask, np.uint8(0))
                if passed.any():
                    alive[child] = alive[child] | passed if child in alive else passed

    def timeline(self, first: int) -> Bytes:
        """[distinct row, epoch]: the answer of the line as a whole from an epoch on, index into ANSWERS.

        From one epoch to the next only the rows are decided again that a clause with a changed status concerns, or all
        where a dated term reads differently.
        """
        ev = self.evaluator
        every = np.arange(len(self.sample))
        found = np.zeros((len(every), len(ev.starts)), dtype=np.uint8)
        texts = ev.text_of(np.arange(len(ev.starts)))
        for epoch in range(first, len(ev.starts)):
            rows = every if epoch == first else self._moved(epoch, int(texts[epoch - 1]), int(texts[epoch]))
            if epoch > first:
                found[:, epoch] = found[:, epoch - 1]
            if len(rows):
                answers, _ = self.decide(rows, np.full(len(rows), epoch))
                found[rows, epoch] = answers.max(axis=1, initial=0)
        return found

    def _moved(self, epoch: int, before: int, after: int) -> Ints:
        """The distinct rows for which the step into an epoch may change something."""
        ev = self.evaluator
        changed = ev.statuses[epoch] != ev.statuses[epoch - 1]
        every = np.arange(len(self.sample))
        moved = np.zeros(len(every), dtype=bool)
        self._reader.want({before: every, after: every})
        for number, layer in enumerate(ev.layers):
            old, new = int(layer.reading[before]), int(layer.reading[after])
            for reading in {old, new}:
                entries = self._reader.entries(number, reading)
                touched = changed[entries.clause] if old == new else np.ones(len(entries.clause), dtype=bool)
                if touched.any():
                    moved[entries.rows[touched]] = True
        return np.flatnonzero(moved)

    def spoken(self, rows: Ints, epochs: Ints) -> tuple[Ints, Ints]:
        """The clauses that speak in each distinct row in its epoch, fired or held back: (place in rows, clause)."""
        owners, clauses = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for owner, clause, outcomes, _ in self.results(rows, epochs):
            heard = ~np.isin(outcomes, (Outcome.NO, Outcome.OPEN, Outcome.NOT_ESTABLISHED_OPEN))
            owners.append(owner[heard])
            clauses.append(clause[heard])
        return np.concatenate(owners), np.concatenate(clauses)

    def outcomes(self, row: int, epoch: int) -> dict[int, Outcome]:
        """What each clause that concerns a distinct row does in an epoch, by place of the clause."""
        ev = self.evaluator
        text = int(ev.text_of(np.array([epoch]))[0])
        self._reader.want({text: np.array([row])})
        found: dict[int, Outcome] = {}
        for number, layer in enumerate(ev.layers):
            entries = self._reader.entries(number, int(layer.reading[text]))
            span = entries.of(row)
            clauses = entries.clause[span]
            results = OUTCOMES[ev.statuses[epoch, clauses], entries.trits[span]]
            found |= {int(c): Outcome(o) for c, o in zip(clauses, results, strict=True) if o}
        return dict(sorted(found.items()))


def _spread(first: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The entries of several rows laid out flat: (which of the rows each belongs to, its place); -1 has none."""
    some = np.flatnonzero(rows >= 0)
    starts = first[rows[some]]
    counts = first[rows[some] + 1] - starts
    shift = starts - (np.cumsum(counts) - counts)
    return np.repeat(some, counts), np.repeat(shift, counts) + np.arange(int(counts.sum()))
