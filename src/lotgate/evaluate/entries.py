"""The few clauses that concern each row, read when they are first asked for and kept per wording of the dated terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lotgate.evaluate.outcome import Bytes, Ints
from lotgate.evaluate.workers import WORKERS, each
from lotgate.law import Clause
from lotgate.law.expr import TRUE
from lotgate.law.model import POLICIES

if TYPE_CHECKING:
    from lotgate.evaluate.evaluator import Evaluator
    from lotgate.evaluate.factors import Drawn, Factors

__all__ = ["Entries", "Layer", "Program", "Reader"]


Found = tuple[Ints, Ints, Bytes, npt.NDArray[np.int8]]
"""Entries as they are found: row, clause, trits, policy."""
PART = 100_000
"""Rows worth sharing among workers."""


@dataclass(frozen=True)
class Program:
    """One clause lowered to nodes of the graph."""

    clause: Clause
    when: int
    free: int
    licence: int
    routes: tuple[tuple[int, int, bool], ...]
    """(node, rank of the policy, whether it only lowers) per route."""

    @property
    def roots(self) -> tuple[int, ...]:
        """Every node the clause asks for."""
        return (self.when, self.free, self.licence, *(route[0] for route in self.routes))


@dataclass(frozen=True)
class Layer:
    """Programs that read the same dated terms, and per text the first that words those terms alike."""

    programs: tuple[int, ...]
    reading: Ints


@dataclass(frozen=True)
class Entries:
    """The clauses that concern rows: `row[k]` has entries `first[k]` to `first[k + 1]`; rows not named have none."""

    row: Ints
    first: Ints
    clause: Ints
    trits: Bytes
    """when, exceptions and licence, two bits each."""
    policy: npt.NDArray[np.int8]

    @cached_property
    def rows(self) -> Ints:
        """The row of every entry."""
        return np.repeat(self.row, np.diff(self.first))

    def of(self, row: int) -> slice:
        """The entries of one row."""
        place = int(self.row.searchsorted(row))
        if place == len(self.row) or self.row[place] != row:
            return slice(0, 0)
        return slice(int(self.first[place]), int(self.first[place + 1]))


class Reader:
    """Entries of every layer under every wording, for the distinct rows that were asked for."""

    def __init__(self, evaluator: Evaluator, factors: Factors, sample: Ints) -> None:
        self.evaluator = evaluator
        self.factors = factors
        self.sample = sample
        self._held: dict[tuple[int, int], Entries] = {}
        self._covered: dict[tuple[int, int], Bytes] = {}
        """One bit per distinct row: whether its entries are there."""

    def entries(self, layer: int, reading: int) -> Entries:
        """What was read of a layer under one wording."""
        return self._held[layer, reading]

    def of_row(self, row: int, text: int) -> Iterator[Entries]:
        """What was read, or is read now, of every layer for one distinct row under a text."""
        places = [(number, int(layer.reading[text])) for number, layer in enumerate(self.evaluator.layers)]
        byte, shift = row >> 3, 7 - (row & 7)
        covered = [self._covered.get(place) for place in places]
        if not all(bits is not None and int(bits[byte]) >> shift & 1 for bits in covered):
            self.want({text: np.array([row])})
        return (self._held[place] for place in places)

    def want(self, rows: Mapping[int, Ints]) -> None:
        """Reads what is still missing for these distinct rows, each list under its text."""
        jobs = list(self._missing(rows))
        size = sum(len(missing) for _, _, missing in jobs)
        if not size:
            return
        parts = 1 if size < PART else WORKERS
        shares = [[(t, layers, missing[k::parts]) for t, layers, missing in jobs] for k in range(parts)]
        candidates: dict[tuple[int, int, int], list[Ints]] = defaultdict(list)
        for found in each(self._search, shares, size):
            for key, places in found.items():
                candidates[key] += places
        tasks = [(key, np.concatenate(places)) for key, places in sorted(candidates.items())]
        entries: dict[tuple[int, int], list[Found]] = defaultdict(list)
        for (key, _), one in zip(tasks, each(self._read, tasks, size), strict=True):
            entries[key[:2]].append(one)
        fresh: dict[tuple[int, int], Bytes] = {}
        for text, layers, missing in jobs:
            mask = self._mask([missing])
            for number in layers:
                place = number, int(self.evaluator.layers[number].reading[text])
                fresh[place] = fresh[place] | mask if place in fresh else mask
        for place, mask in fresh.items():
            self._keep(*place, entries[place])
            held = self._covered.get(place)
            self._covered[place] = mask if held is None else held | mask

    def _search(self, jobs: Sequence[tuple[int, list[int], Ints]]) -> dict[tuple[int, int, int], list[Ints]]:
        """Candidate rows by (layer, wording, clause)."""
        candidates: dict[tuple[int, int, int], list[Ints]] = defaultdict(list)
        drawn: Drawn = {}
        for text, layers, missing in jobs:
            readings = {number: int(self.evaluator.layers[number].reading[text]) for number in layers}
            place = [(n, readings[n], j) for n in layers for j in self.evaluator.layers[n].programs]
            conditions = [self.evaluator.programs[j].when for _, _, j in place]
            for at, which in self.factors.candidates(conditions, self.sample[missing], text, drawn):
                order = np.argsort(which, kind="stable")
                ends = np.searchsorted(which[order], np.arange(len(place) + 1))
                chosen = missing[at[order]]
                for k in np.flatnonzero(np.diff(ends)).tolist():
                    candidates[place[k]].append(chosen[ends[k] : ends[k + 1]])
        return candidates

    def _missing(self, rows: Mapping[int, Ints]) -> Iterator[tuple[int, list[int], Ints]]:
        """What to read: (text, layers, distinct rows). Layers without dated terms are read once for all texts."""
        layers = self.evaluator.layers
        plain = [number for number, layer in enumerate(layers) if not layer.reading.any()]
        dated = [number for number in range(len(layers)) if number not in plain]
        if plain and rows:
            every = self._mask(list(rows.values()))
            if wanting := [number for number in plain if not self._has(number, 0, every)]:
                yield 0, wanting, self._places(every)
        for text, wanted in rows.items() if dated else ():
            mask = self._mask([wanted])
            if wanting := [n for n in dated if not self._has(n, int(layers[n].reading[text]), mask)]:
                yield text, wanting, self._places(mask)

    def _mask(self, rows: Sequence[Ints]) -> Bytes:
        """One bit per distinct row: whether it is among these."""
        mask = np.zeros(len(self.sample), dtype=bool)
        for some in rows:
            mask[some] = True
        return np.packbits(mask)

    def _places(self, mask: Bytes) -> Ints:
        found: Ints = np.flatnonzero(np.unpackbits(mask, count=len(self.sample)))
        return found

    def _has(self, layer: int, reading: int, mask: Bytes) -> bool:
        covered = self._covered.get((layer, reading))
        return covered is not None and not (mask & ~covered).any()

    def _read(self, task: tuple[tuple[int, int, int], Ints]) -> Found:
        """The entries of one clause among candidate rows."""
        (_, text, j), rows = task
        program, trits = self.evaluator.programs[j], self.factors.trits
        chosen = self.factors.choose(self.sample.take(rows))
        when = trits(program.when, chosen, text)
        held = np.flatnonzero(when)
        chosen = chosen.take(held)
        packed = when.take(held) | trits(program.free, chosen, text) << 2 | trits(program.licence, chosen, text) << 4
        routes = [trits(route[0], chosen, text) for route in program.routes]
        return rows.take(held), np.full(len(held), j), packed.astype(np.uint8), _policy(program, routes, len(held))

    def _keep(self, layer: int, reading: int, found: Sequence[tuple[Ints, Ints, Bytes, npt.NDArray[np.int8]]]) -> None:
        held = self._held.get((layer, reading))
        parts = [*found, (held.rows, held.clause, held.trits, held.policy)] if held is not None else list(found)
        if not parts:
            empty = np.zeros(0, dtype=np.int64)
            parts = [(empty, empty, empty.astype(np.uint8), empty.astype(np.int8))]
        row, clause, trits, policy = (np.concatenate(part) for part in zip(*parts, strict=True))
        key = row * len(self.evaluator.programs) + clause
        order = np.argsort(key)
        order = order[_fresh(key[order])]  # a row may have been asked for under several texts, and reads the same
        row = row[order]
        first = np.flatnonzero(_fresh(row))
        self._held[layer, reading] = Entries(
            row[first], np.append(first, len(order)), clause[order], trits[order], policy[order]
        )


def _fresh(numbers: Ints) -> npt.NDArray[np.bool_]:
    """Which of sorted numbers differ from the one before."""
    found = np.ones(len(numbers), dtype=bool)
    np.not_equal(numbers[1:], numbers[:-1], out=found[1:])
    return found


def _policy(program: Program, routes: Sequence[Bytes], rows: int) -> npt.NDArray[np.int8]:
    """The rank of the reviewing policy after the routes: the strictest that surely holds, else the mildest."""
    base = POLICIES.index(program.clause.policy) if program.clause.policy else -1
    policy = np.full(rows, base, dtype=np.int8)
    raised = np.zeros(rows, dtype=bool)
    for (_, rank, lowers), trits in zip(program.routes, routes, strict=True):
        if not lowers:
            surely = trits == TRUE
            policy[surely] = np.maximum(policy[surely], rank)
            raised |= surely
    lowered = np.full(rows, len(POLICIES), dtype=np.int8)
    for (_, rank, lowers), trits in zip(program.routes, routes, strict=True):
        if lowers:
            surely = (trits == TRUE) & ~raised
            lowered[surely] = np.minimum(lowered[surely], rank)
    return np.where(lowered < len(POLICIES), lowered, policy)
