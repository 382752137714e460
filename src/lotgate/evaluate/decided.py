"""Distinct rows with the few clauses that concern each, decided for any day by look-up.

The clocks enter here, last: another day, or all days of the horizon, costs a look-up and no evaluation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lotgate.evaluate.columns import FactTable
from lotgate.evaluate.entries import Entries, Program, Reader
from lotgate.evaluate.first_leaves import FirstLeaves
from lotgate.evaluate.outcome import OPEN_OUTCOMES, OUTCOMES, RANKS, Bytes, Ints, Outcome
from lotgate.law.expr import FALSE, UNKNOWN
from lotgate.law.model import POLICIES

if TYPE_CHECKING:
    from lotgate.evaluate.evaluator import Evaluator
    from lotgate.evaluate.factors import Reading

__all__ = ["Entries", "Evaluated", "Program", "Question"]

_OPEN = np.isin(np.arange(len(Outcome)), OPEN_OUTCOMES)


@dataclass(frozen=True)
class Question:
    """An open leaf, or a measure whose standing is open, in some rows: `regimes` has one bit per regime."""

    leaf: int | None
    measure: str | None
    rows: Ints
    regimes: Bytes


class Evaluated:
    """Distinct rows of a table with their entries, decided for any day by look-up."""

    def __init__(
        self,
        evaluator: Evaluator,
        table: FactTable,
        reader: Reader,
        group: Ints,
    ) -> None:
        self.evaluator = evaluator
        self.table = table
        self.group = group
        """Distinct row of every input row."""
        self.sample = reader.sample
        """One input row of every distinct row."""
        self._reader = reader

    def _spread(self, rows: Ints, epochs: Ints) -> Iterator[tuple[int, Ints, Entries, Ints]]:
        """The entries of distinct rows, each in an epoch: (a text of their wording, place in `rows` of every entry,
        entries, its place)."""
        order = np.argsort(rows, kind="stable")
        texts = self.evaluator.text_of(epochs)[order]
        rows = rows[order]
        present = np.flatnonzero(np.bincount(texts, minlength=1))
        self._reader.want({text: rows if len(present) == 1 else rows[texts == text] for text in present.tolist()})
        begins = _begins(rows, len(self.sample))
        for number, layer in enumerate(self.evaluator.layers):
            readings = np.unique(layer.reading[present]).tolist()
            for reading in readings:
                entries = self._reader.entries(number, reading)
                place, concerned = _meet(rows, entries.row, begins)
                if len(readings) > 1:
                    kept = np.flatnonzero((layer.reading == reading).take(texts.take(place)))
                    place, concerned = place.take(kept), concerned.take(kept)
                owner, index = _entries(entries.first, concerned)
                yield reading, order.take(place.take(owner)), entries, index

    def _outcomes(self, epochs: Ints, clause: Ints, trits: Bytes) -> Bytes:
        """The Outcome of clauses, each in an epoch, from the trits of their entries."""
        statuses = self.evaluator.statuses
        status = statuses.reshape(-1).take(epochs * statuses.shape[1] + clause)
        found: Bytes = OUTCOMES.reshape(-1).take(status.astype(np.intp) * OUTCOMES.shape[1] + trits)
        return found

    def results(self, rows: Ints, epochs: Ints) -> Iterator[tuple[Ints, Ints, Bytes, npt.NDArray[np.int8]]]:
        """What clauses do in distinct rows, each in an epoch: (place in `rows`, clause, Outcome, rank of its policy).

        Clauses whose condition surely fails are not told of.
        """
        for _, owner, entries, index in self._spread(rows, epochs):
            clause = entries.clause.take(index)
            outcomes = self._outcomes(epochs.take(owner), clause, entries.trits.take(index))
            yield owner, clause, outcomes, entries.policy.take(index)

    def decide(self, rows: Ints, epochs: Ints) -> tuple[Bytes, npt.NDArray[np.int8]]:
        """Answers and policies, [row, regime], of distinct rows each under the law of its epoch.

        Answers index ANSWERS; policies index POLICIES, -1 where the answer is not `apply` or no policy is stated.
        """
        ev = self.evaluator
        answers = np.zeros((len(rows), len(ev.regimes)), dtype=np.uint8)
        policies = np.full((len(rows), len(ev.regimes)), -1, dtype=np.int8)
        ranks = np.where(ev.advises[:, None], 0, RANKS[ev.prohibits])  # [clause, Outcome]
        for owner, clause, outcomes, policy in self.results(rows, epochs):
            rank = ranks.reshape(-1).take(clause * len(Outcome) + outcomes).astype(np.uint8)
            cell = owner * len(ev.regimes) + ev.regime_of.take(clause)
            np.maximum.at(answers.reshape(-1), cell, rank)
            fired = np.flatnonzero(rank == 2)
            np.maximum.at(policies.reshape(-1), cell.take(fired), policy.take(fired))
        policies[answers != 2] = -1
        return answers, policies

    def questions(self, rows: Ints, epochs: Ints, answers: Bytes, policies: npt.NDArray[np.int8]) -> Iterator[Question]:
        """What could still make regimes stricter than these answers, for distinct rows each in an epoch: open leaves
        and open standings.

        The same rule as the walk of one line: an open clause counts if its answer and policy would be stricter than
        those established, and of its unknown leaves those that no known neighbour overrules.
        """
        ev = self.evaluator
        routed = np.array([bool(program.routes) for program in ev.programs], dtype=bool) & (ev.prohibits == 0)
        for text, owner, entries, index in self._spread(rows, epochs):
            clause = entries.clause[index]
            outcomes = self._outcomes(epochs[owner], clause, entries.trits[index])
            asks = _OPEN[outcomes] | ((outcomes == Outcome.FIRES) & routed[clause])
            asks &= ~ev.advises[clause]
            some = np.flatnonzero(asks)
            some = some[np.argsort(clause[some], kind="stable")]
            concerned, starts = np.unique(clause[some], return_index=True)
            for j, mine in zip(concerned.tolist(), np.split(some, starts[1:]), strict=False):
                at, k = owner[mine], int(ev.regime_of[j])
                level = answers[at, k].astype(np.int64), policies[at, k].astype(np.int64)
                chosen = self._reader.factors.choose(self.sample[rows[at]])
                yield from self._open(j, at, outcomes[mine], level, self._reader.factors.read(chosen, text))

    def _open(self, j: int, at: Ints, outcomes: Bytes, level: tuple[Ints, Ints], said: Reading) -> Iterator[Question]:
        """The questions of one clause in the rows where it is open, or fires in a way that is open."""
        ev, program = self.evaluator, self.evaluator.programs[j]
        answer, policy = level
        bit = np.uint8(1 << int(ev.regime_of[j]))
        rank = 3 if ev.prohibits[j] else 2
        mildest = POLICIES.index(program.clause.policy) if program.clause.policy else -1
        ceiling = np.full(len(at), mildest)
        routes = [(node, strict, said(node)) for node, strict, _ in program.routes] if rank == 2 else []
        for _, strict, trits in routes:
            ceiling[(trits != FALSE) & (ceiling < strict)] = strict
        stricter = (rank > answer) | ((rank == answer) & (ceiling > policy) & (rank == 2))
        counts = _OPEN[outcomes] & stricter
        unsettled = at[counts & (outcomes != Outcome.OPEN)]
        if len(unsettled):
            yield Question(None, program.clause.measure, unsettled, np.full(len(unsettled), bit))
        alive = dict.fromkeys((program.when, program.free, program.licence), counts)
        fires = outcomes == Outcome.FIRES
        for node, strict, _ in routes:
            asking = fires & ((answer < 2) | ((answer == 2) & (strict > policy)))
            alive[node] = alive[node] | asking if node in alive else asking
        for leaf, hit in self._open_leaves(alive, said):
            yield Question(leaf, None, at[hit], np.full(int(hit.sum()), bit))

    def _open_leaves(
        self, alive: dict[int, npt.NDArray[np.bool_]], said: Reading
    ) -> Iterator[tuple[int, npt.NDArray[np.bool_]]]:
        """The unknown leaves below nodes, each with the rows in which it keeps one of them unknown."""
        nodes = self.evaluator.graph.nodes
        waiting = [-number for number in alive]
        heapify(waiting)
        while waiting:  # children have smaller numbers than what they stand in
            number = -heappop(waiting)
            if number not in alive:
                continue
            open_ = alive.pop(number) & (said(number) == UNKNOWN)
            if not open_.any():
                continue
            node = nodes[number]
            if node.kind == "leaf":
                yield node.children[0], open_
                continue
            for child in node.children:
                if child in alive:
                    alive[child] = alive[child] | open_
                else:
                    alive[child] = open_
                    heappush(waiting, -child)

    def timeline(self, first: int) -> Bytes:
        """[distinct row, epoch]: the answer of the line as a whole from an epoch on, index into ANSWERS."""
        found = np.zeros((len(self.evaluator.starts), len(self.sample)), dtype=np.uint8)
        for epoch, rows, answers in self.backwards(np.full(len(self.sample), first)):
            found[epoch] = found[min(epoch + 1, len(found) - 1)]
            found[epoch, rows] = answers
        return found.T

    def backwards(self, since: Ints) -> Iterator[tuple[int, Ints, Bytes]]:
        """From the last epoch to the first: (epoch, distinct rows, answer of the line as a whole in that epoch).

        Told are all rows of the last epoch, then those that the step into the next epoch may answer otherwise: those
        that a clause with a changed status concerns, or all where a dated term reads differently. `since` says per
        distinct row the first epoch of interest.
        """
        last = len(self.evaluator.starts) - 1
        first = int(since.min()) if len(since) else last
        for epoch in range(last, first - 1, -1):
            asked = np.flatnonzero(since <= epoch)
            rows = asked if epoch == last else asked[self._moved(epoch + 1, asked)[asked]]
            answers, _ = self.decide(rows, np.full(len(rows), epoch))
            yield epoch, rows, answers.max(axis=1, initial=0)

    def _moved(self, epoch: int, asked: Ints) -> npt.NDArray[np.bool_]:
        """For which distinct rows, among those asked for, the step into an epoch may change something."""
        ev = self.evaluator
        before, after = ev.text_of(np.array([epoch - 1, epoch])).tolist()
        changed = ev.statuses[epoch] != ev.statuses[epoch - 1]
        moved = np.zeros(len(self.sample), dtype=bool)
        self._reader.want({before: asked, after: asked})
        for number, layer in enumerate(ev.layers):
            old, new = int(layer.reading[before]), int(layer.reading[after])
            if old == new and not changed[list(layer.programs)].any():
                continue
            for reading in {old, new}:
                entries = self._reader.entries(number, reading)
                touched = changed[entries.clause] if old == new else np.ones(len(entries.clause), dtype=bool)
                moved[entries.rows[touched]] = True
        return moved

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
        found: dict[int, Outcome] = {}
        statuses = ev.statuses[epoch]
        for entries in self._reader.of_row(row, text):
            span = entries.of(row)
            if span.start == span.stop:
                continue
            clauses = entries.clause[span]
            results = OUTCOMES[statuses[clauses], entries.trits[span]]
            found |= {c: Outcome(o) for c, o in zip(clauses.tolist(), results.tolist(), strict=True) if o}
        return dict(sorted(found.items()))

    def first_leaves(self, row: int, epoch: int) -> list[int]:
        """Per clause the first leaf, clocks aside, that makes its condition what it is in a distinct row in an epoch;
        -1 where only clocks do."""
        text = int(self.evaluator.text_of(np.array([epoch]))[0])
        return self._first_leaves.of(int(self.sample[row]), text)

    @cached_property
    def _first_leaves(self) -> FirstLeaves:
        return FirstLeaves(self.evaluator, self.table, self._reader.factors.luts)


def _begins(rows: Ints, size: int) -> Ints | None:
    """Where each number below `size` begins among sorted rows, and where the last ends; None where the rows are few
    enough to be searched for."""
    if len(rows) < size >> 3:
        return None
    begins = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=size), out=begins[1:])
    return begins


def _meet(rows: Ints, some: Ints, begins: Ints | None) -> tuple[Ints, Ints]:
    """Where sorted numbers meet sorted numbers that stand once each: (place in `rows`, place in `some`)."""
    if begins is not None:
        first, end = begins.take(some), begins.take(some + 1)
    elif len(rows) < len(some):
        place = np.searchsorted(some, rows)
        met = np.flatnonzero(some[np.minimum(place, len(some) - 1)] == rows)
        return met, place[met]
    else:
        first, end = np.searchsorted(rows, some), np.searchsorted(rows, some, side="right")
    owner, place = _spans(first, end - first)
    return place, owner


def _entries(first: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The entries of several rows laid out flat: (which of the rows each belongs to, its place)."""
    return _spans(first[rows], first[rows + 1] - first[rows])


def _spans(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Stretches of numbers laid out flat: (which of the stretches each belongs to, the number)."""
    if (counts == 1).all():
        return np.arange(len(starts)), starts
    owner = np.repeat(np.arange(len(starts)), counts)
    return owner, np.arange(len(owner)) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
