"""Conditions over many rows, decided first for what each subject carries alone: the item, the parties, the line.

A million lines hold far fewer distinct items, parties and ways of shipping. What a condition asks of one subject is
decided once for each of its distinct states. Most clauses ask something rare of some subject, so a few bits per state,
combined row by row, leave a clause only the rows it may concern; the condition as a whole is read for those alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lotgate.evaluate.columns import FactTable
from lotgate.evaluate.outcome import Bytes, Ints
from lotgate.evaluate.workers import each
from lotgate.law.expr import FALSE, NOT, TRUE

if TYPE_CHECKING:
    from lotgate.evaluate.evaluator import Evaluator

__all__ = ["Chosen", "Factors", "Reading", "distinct"]

_NOT = np.array(NOT, dtype=np.uint8)
_BLOCK = 1 << 17
_LIKELY = 0.02
"""A condition that may hold in a larger share of the rows is looked at branch by branch."""
Mask = npt.NDArray[np.bool_]
Reading = Callable[[int], Bytes]
"""The trits of a node, by its number, in rows chosen before."""
Drawn = dict[tuple[int, int], tuple[Sequence[tuple[int, ...]], npt.NDArray[np.uint64]]]
"""Bits already drawn, by subject and width."""


def distinct(key: Ints) -> tuple[Ints, Ints]:
    """Numbers equal keys: (number of every row, one row of every number), in order of first appearance."""
    coded = pa.array(key).dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
    # numbers come in order of first appearance: a row is the first of its number if all before have smaller ones
    fresh = np.ones(len(codes), dtype=bool)
    np.greater(codes[1:], np.maximum.accumulate(codes[:-1]), out=fresh[1:])
    return codes, np.flatnonzero(fresh)


class Chosen:
    """Some rows of a table; a subject's states in them are read when a condition first asks of it."""

    def __init__(self, codes: Sequence[Ints], rows: Ints, known: dict[int, Ints] | None = None) -> None:
        self._codes = codes
        self._rows = rows
        self._known = known or {}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, subject: int) -> Ints:
        """The state of one subject in each row."""
        if subject not in self._known:
            self._known[subject] = self._codes[subject].take(self._rows)
        return self._known[subject]

    def take(self, places: Ints) -> Chosen:
        """Some of these rows again."""
        known = {subject: states.take(places) for subject, states in self._known.items()}
        return Chosen(self._codes, self._rows.take(places), known)


class Factors:
    """The rows of a table as combinations of distinct states of their subjects, and conditions read over them."""

    def __init__(self, evaluator: Evaluator, table: FactTable, luts: dict[int, Bytes]) -> None:
        self.evaluator = evaluator
        self.graph = evaluator.graph
        self.table = table
        self.luts = luts
        self.codes: list[Ints] = []
        """Per subject, the state of every row."""
        self.samples: list[Ints] = []
        """Per subject, one row of every state."""
        self.weights: list[npt.NDArray[np.float64]] = []
        """Per subject, the share of rows in every state."""
        for codes, sample in each(lambda facts: distinct(self._key(facts)), evaluator.subjects, table.rows):
            self.codes.append(codes)
            self.samples.append(sample)
            self.weights.append(np.bincount(codes, minlength=len(sample)) / max(table.rows, 1))
        self._planes: dict[tuple[int, int, bool, int], Bytes] = {}
        self._ways: dict[tuple[int, int], Sequence[int]] = {}
        self._masks: dict[tuple[int, int, bool, int], Mask | None] = {}

    def _key(self, facts: Sequence[str]) -> Ints:
        """One number per row, equal where no leaf tells the facts apart."""
        key = np.zeros(self.table.rows, dtype=np.int64)
        size = 1
        for fact in facts:
            classes = _classes([self.luts[leaf] for leaf in self.evaluator.leaves_of[fact]])
            count = int(classes.max()) + 1
            if count == 1:
                continue
            if size > 2**62 // count:
                key, sample = distinct(key)
                size = len(sample)
            np.multiply(key, count, out=key)
            key += classes.take(self.table.column(fact).codes)
            size *= count
        return key

    def groups(self) -> tuple[Ints, Ints]:
        """Rows alike in every subject: (group of every row, one row of every group)."""
        key = np.zeros(self.table.rows, dtype=np.int64)
        size = 1
        for codes, sample in zip(self.codes, self.samples, strict=True):
            if size > 2**62 // max(len(sample), 1):
                key, kept = distinct(key)
                size = len(kept)
            np.multiply(key, len(sample), out=key)
            key += codes
            size *= len(sample)
        return distinct(key)

    # ---- one subject --------------------------------------------------------------------------------------------

    def plane(self, subject: int, node: int, text: int) -> Bytes:
        """The trit of a node that asks of one subject alone (or of none), in each of its states."""
        key = (subject, node, False, self.evaluator.wordings[node][text])
        held = self._planes.get(key)
        if held is None:
            held = self._planes[key] = self._plane(subject, node, text)
        return held

    def _plane(self, subject: int, number: int, text: int) -> Bytes:
        node, sample = self.graph.nodes[number], self.samples[subject]
        if node.kind == "leaf":
            leaf = self.graph.leaves[node.children[0]]
            if leaf.op == "clock":
                return np.full(len(sample), self.evaluator.clock_trits(node.children[0])[text])
            return self.luts[node.children[0]].take(self.table.column(leaf.fact).codes[sample])
        if node.kind in ("true", "false"):
            return np.full(len(sample), TRUE if node.kind == "true" else FALSE, dtype=np.uint8)
        if node.kind == "not":
            return _NOT.take(self.plane(subject, node.children[0], text))
        combine = np.bitwise_and if node.kind == "and" else np.bitwise_or
        found: Bytes = reduce(combine, [self.plane(subject, child, text) for child in node.children])
        return found

    def _part(self, subject: int, number: int, text: int) -> Bytes:
        """The children of a node that ask of one subject alone, combined as the node combines them."""
        key = (subject, number, True, self.evaluator.wordings[number][text])
        held = self._planes.get(key)
        if held is None:
            node = self.graph.nodes[number]
            combine = np.bitwise_and if node.kind == "and" else np.bitwise_or
            alone = [child for child in node.children if self.evaluator.asks[child] == 1 << subject]
            held = reduce(combine, [self.plane(subject, child, text) for child in alone])
            self._planes[key] = held
        return held

    # ---- chosen rows --------------------------------------------------------------------------------------------

    def choose(self, rows: Ints) -> Chosen:
        """Rows to read conditions in."""
        return Chosen(self.codes, rows)

    def trits(self, number: int, chosen: Chosen, text: int) -> Bytes:
        """The trit of a node in chosen rows, under one wording of the dated terms."""
        asks = int(self.evaluator.asks[number])
        if asks & (asks - 1) == 0:
            return self._alone(asks, number, chosen, text)
        node = self.graph.nodes[number]
        if node.kind == "not":
            return _NOT.take(self.trits(node.children[0], chosen, text))
        alone, mixed = self.evaluator.split(number)
        parts = [self._part(subject, number, text).take(chosen[subject]) for subject in alone]
        parts += [self.trits(child, chosen, text) for child in mixed]
        combine = np.bitwise_and if node.kind == "and" else np.bitwise_or
        found = parts[0]
        for part in parts[1:]:
            combine(found, part, out=found)
        return found

    def _alone(self, asks: int, number: int, chosen: Chosen, text: int) -> Bytes:
        """The trit, in chosen rows, of a node that asks of one subject alone or of none."""
        if not asks:
            return self.plane(0, number, text)[:1].repeat(len(chosen))
        subject = asks.bit_length() - 1
        return self.plane(subject, number, text).take(chosen[subject])

    def read(self, chosen: Chosen, text: int) -> Reading:
        """Tells the trits of any node in chosen rows, each node once."""
        said: dict[int, Bytes] = {}

        def trits(number: int) -> Bytes:
            if number not in said:
                asks = int(self.evaluator.asks[number])
                if asks & (asks - 1) == 0:
                    said[number] = self._alone(asks, number, chosen, text)
                else:
                    node = self.graph.nodes[number]
                    children = [trits(child) for child in node.children]
                    combine = np.bitwise_and if node.kind == "and" else np.bitwise_or
                    said[number] = _NOT.take(children[0]) if node.kind == "not" else reduce(combine, children)
            return said[number]

        return trits

    # ---- where a condition may hold -----------------------------------------------------------------------------

    def candidates(self, nodes: Sequence[int], rows: Ints, text: int, drawn: Drawn) -> Iterator[tuple[Ints, Ints]]:
        """The rows in which each node may hold: (places in `rows`, place in `nodes`), a block at a time.

        Every row where a node is not false is among them; others may be. `drawn` keeps what one text has in common
        with the next; whoever asks holds one of their own.
        """
        columns = [(place, branch) for place, node in enumerate(nodes) for branch in self._branches(node, text)]
        owner = np.array([place for place, _ in columns], dtype=np.uint16)
        asked = [(nodes[place], branch) for place, branch in columns]
        bits = [self._bits(subject, asked, text, drawn) for subject in range(len(self.samples))]
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            left = reduce(
                np.bitwise_and,
                [states.take(codes.take(block), axis=0) for states, codes in zip(bits, self.codes, strict=True)],
            )
            words, bit = _set_bits(left.reshape(-1))
            row, word = np.divmod(words, left.shape[1])
            node = owner.take(word * 64 + bit)
            fresh = np.ones(len(row), dtype=bool)  # once, where a node may hold by way of several branches
            fresh[1:] = (row[1:] != row[:-1]) | (node[1:] != node[:-1])
            yield row[fresh].astype(np.int64) + start, node[fresh]

    def _branches(self, number: int, text: int) -> Sequence[int]:
        """The ways in which a node may hold, where no subject alone tells much about it: the node, or the alternatives
        of one of its parts."""
        key = (number, self.evaluator.wordings[number][text])
        if key not in self._ways:
            self._ways[key] = self._found_branches(number, text)
        return self._ways[key]

    def _found_branches(self, number: int, text: int) -> Sequence[int]:
        likely = 1.0
        for subject, weight in enumerate(self.weights):
            possible = self._possible(subject, number, text, False)
            likely *= 1.0 if possible is None else float(weight[possible].sum())
        if likely < _LIKELY:
            return [number]
        for part in self._parts(number):
            node = self.graph.nodes[part]
            if node.kind == "or" and all(
                self._possible(s, part, text, False) is None for s in range(len(self.weights))
            ):
                return node.children
        return [number]

    def _parts(self, number: int) -> Iterator[int]:
        """What must hold for a node to hold: the children of conjunctions, else the node itself."""
        if self.graph.nodes[number].kind != "and":
            yield number
            return
        for child in self.graph.nodes[number].children:
            yield from self._parts(child)

    def _bits(self, subject: int, asked: Sequence[tuple[int, int]], text: int, drawn: Drawn) -> npt.NDArray[np.uint64]:
        """[state, word]: one bit per pair of nodes, set where the subject's state leaves both possible.

        From one text to the next few nodes read otherwise, so only their bits are drawn again.
        """
        wordings = self.evaluator.wordings
        keys = [(node, wordings[node][text], branch, wordings[branch][text]) for node, branch in asked]
        words = -(-len(asked) // 64)
        held, bits = drawn.get((subject, words), ([], np.zeros((len(self.samples[subject]), words), np.uint64)))
        for place, (nodes, key) in enumerate(zip(asked, keys, strict=True)):
            if place < len(held) and held[place] == key:
                continue
            said = [mask for node in set(nodes) if (mask := self._possible(subject, node, text, False)) is not None]
            word, bit = bits[:, place >> 6], np.uint64(1 << (place & 63))
            if said:
                word &= ~bit
                word |= reduce(np.logical_and, said) * bit
            else:
                word |= bit
        if len(keys) < len(held):
            bits[:, -1] &= np.uint64((1 << (len(keys) - 1 & 63) + 1) - 1)
        drawn[subject, words] = keys, bits
        return bits

    def _possible(self, subject: int, number: int, text: int, negated: bool) -> Mask | None:
        """Where one subject's state leaves a node (or its negation) possible; None where it has no say."""
        key = (subject, number, negated, self.evaluator.wordings[number][text])
        if key not in self._masks:
            self._masks[key] = self._mask(subject, number, text, negated)
        return self._masks[key]

    def _mask(self, subject: int, number: int, text: int, negated: bool) -> Mask | None:
        asks = int(self.evaluator.asks[number])
        if asks in (0, 1 << subject):
            plane = self.plane(subject, number, text)
            possible: Mask = plane != (TRUE if negated else FALSE)
            return possible
        if not asks & 1 << subject:
            return None
        node = self.graph.nodes[number]
        if node.kind == "not":
            return self._possible(subject, node.children[0], text, not negated)
        found = [self._possible(subject, child, text, negated) for child in node.children]
        said = [one for one in found if one is not None]
        any_will_do = (node.kind == "and") == negated
        if not said or (any_will_do and len(said) < len(found)):
            return None
        mask: Mask = reduce(np.logical_or if any_will_do else np.logical_and, said)
        return mask


def _set_bits(words: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """The bits that are set, in order: (place of the word, place of the bit in it).

    Few bits are set, so words and then bytes without any are passed over before bits are laid out.
    """
    some = np.flatnonzero(words != 0)
    held = words.take(some).view(np.uint8)
    filled = np.flatnonzero(held != 0)
    found = np.flatnonzero(np.unpackbits(held.take(filled), bitorder="little"))
    byte = filled.take(found >> 3)
    return some.take(byte >> 3).astype(np.int32), ((byte & 7) << 3 | found & 7).astype(np.uint8)


def _classes(luts: Sequence[Bytes]) -> Ints:
    """Values of one fact numbered so that two share a number only if every leaf says the same of both."""
    size = len(luts[0])
    if size == 1:
        return np.zeros(1, dtype=np.int64)
    key = np.zeros(size, dtype=np.int64)
    bits = 0
    for lut in luts:
        if bits >= 60:
            _, key = np.unique(key, return_inverse=True)
            bits = max(1, int(size - 1).bit_length())
        key = key << 2 | lut
        bits += 2
    _, classes = np.unique(key, return_inverse=True)
    return classes
