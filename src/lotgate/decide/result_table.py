"""Decisions as an Arrow table: one row per line and regime, and one per line with regime `line`.

Made from the evaluated rows without putting a single line together, so that a million lines cost seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lotgate.evaluate.outcome import ANSWERS
from lotgate.evaluate.workers import each
from lotgate.law.expr import Leaf
from lotgate.law.model import POLICIES
from lotgate.progress import tell

if TYPE_CHECKING:
    from lotgate.decide.check import Decisions

__all__ = ["SCHEMA", "result_table"]

Ints = npt.NDArray[Any]
SCHEMA = pa.schema(
    [
        ("line", pa.string()),
        ("date", pa.date32()),
        ("regime", pa.string()),
        ("answer", pa.string()),
        ("policy", pa.string()),
        ("measures", pa.list_(pa.string())),
        ("asks", pa.list_(pa.string())),
        ("holds_until", pa.date32()),
    ]
)


def result_table(decisions: Decisions) -> pa.Table:
    """The table of interfaces, in the order of the lines; measures and asks (`fact@subject`) sorted in each cell."""
    regimes = decisions.evaluator.regimes
    lines, slots = len(decisions), len(regimes) + 1
    tell("answers", 0, lines)
    answers, policies = decisions.answers
    answer = np.column_stack([answers, answers.max(axis=1, initial=0)])
    strictest = np.where(answers == 2, policies, -1).max(axis=1, initial=-1)
    policy = np.column_stack([policies, np.where(answer[:, -1] == 2, strictest, -1)])
    cells = lines * slots
    names, days, until = decisions.workspace.tables["shipments"]["line"], decisions.days, decisions.holds_until
    tell("questions", 0, lines)
    columns: dict[str, Callable[[], pa.Array]] = {  # those that take longest first
        "asks": lambda: _lists(*_asks(decisions, answers, slots), cells),
        "measures": lambda: _lists(*_measures(decisions, slots), cells),
        "line": lambda: _repeated(names.to_arrow().cast(pa.string()), slots),
        "regime": lambda: _coded(np.tile(np.arange(slots, dtype=np.int8), lines), [*regimes, "line"]),
        "answer": lambda: _coded(answer.reshape(-1), list(ANSWERS)),
        "policy": lambda: _coded(policy.reshape(-1), list(POLICIES)),
        "date": lambda: _repeated(pa.array(days.astype("datetime64[D]"), pa.date32()), slots),
        "holds_until": lambda: _repeated(pa.array(until.astype("datetime64[D]"), pa.date32()), slots),
    }
    made = dict(zip(columns, each(lambda column: column(), columns.values(), lines), strict=True))
    return pa.table([made[name] for name in SCHEMA.names], schema=SCHEMA)


def _repeated(cells: pa.Array, times: int) -> pa.Array:
    return cells.take(pa.array(np.repeat(np.arange(len(cells)), times)))


def _coded(codes: Ints, words: list[str]) -> pa.Array:
    """Words by code; a negative code is an empty cell."""
    return pa.array(words, pa.string()).take(pa.array(codes.astype(np.int8), mask=codes < 0))


def _lists(cell: Ints, word: Ints, words: list[str], cells: int) -> pa.Array:
    """List cells from (cell, word) pairs, each word once per cell, in the order of `words`."""
    key = np.sort(cell * max(len(words), 1) + word)
    key = key[np.concatenate(([True], key[1:] != key[:-1]))] if len(key) else key
    cell, word = key // max(len(words), 1), key % max(len(words), 1)
    offsets = np.zeros(cells + 1, dtype=np.int32)
    np.cumsum(np.bincount(cell, minlength=cells), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(words, pa.string()).take(pa.array(word)))


def _of_pairs(pair: Ints, count: int) -> tuple[Ints, Ints]:
    """The lines of every pair: (first place of each pair, lines in the order of their pairs)."""
    return np.concatenate(([0], np.cumsum(np.bincount(pair, minlength=count)))), np.argsort(pair, kind="stable")


def _spread(first: Ints, order: Ints, pairs: Ints) -> tuple[Ints, Ints]:
    """All lines of some pairs: (which of the pairs, line)."""
    counts = first[pairs + 1] - first[pairs]
    owner = np.repeat(np.arange(len(pairs)), counts)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner, order[np.repeat(first[pairs], counts) + offset]


def _measures(decisions: Decisions, slots: int) -> tuple[Ints, Ints, list[str]]:
    evaluator = decisions.evaluator
    rows, epochs, pair = decisions.pairs
    owner, clause = decisions.evaluated.spoken(rows, epochs)
    words = sorted({c.measure for c in evaluator.clauses})
    number = {word: n for n, word in enumerate(words)}
    word_of = np.array([number[c.measure] for c in evaluator.clauses], dtype=np.int64)
    which, line = _spread(*_of_pairs(pair, len(rows)), owner)
    cell = line * slots + evaluator.regime_of[clause][which]
    word = word_of[clause][which]
    return np.concatenate([cell, line * slots + slots - 1]), np.concatenate([word, word]), words


def _asks(decisions: Decisions, answers: npt.NDArray[np.uint8], slots: int) -> tuple[Ints, Ints, list[str]]:
    words = _Words()
    cells: list[Ints] = [np.zeros(0, dtype=np.int64)]
    found: list[Ints] = [np.zeros(0, dtype=np.int64)]

    def add(lines: Ints, word: Ints, regimes: npt.NDArray[np.uint8]) -> None:
        for k in range(slots - 1):
            hit = (regimes >> k & 1).astype(bool)
            if hit.any():
                cells.extend((lines[hit] * slots + k, lines[hit] * slots + slots - 1))
                found.extend((word[hit], word[hit]))

    for leaf, regimes in _open_leaves(decisions, words, add):
        lines = np.flatnonzero(regimes)
        for where, word in _words_of(decisions, leaf, lines, words):
            add(where, word, regimes[where])
    raw = decisions.raw_answers
    for k, code in enumerate(decisions.evaluator.regimes):
        aged = np.flatnonzero((raw[:, k] == 0) & (answers[:, k] == 1))
        word = np.full(len(aged), words[f"checked_until@law:{code}"])
        add(aged, word, np.full(len(aged), 1 << k, dtype=np.uint8))
    names = sorted(words.ids)
    rank = np.zeros(max(len(names), 1), dtype=np.int64)
    for place, name in enumerate(names):
        rank[words.ids[name]] = place
    return np.concatenate(cells), rank[np.concatenate(found)], names


def _open_leaves(
    decisions: Decisions, words: _Words, add: Callable[[Ints, Ints, npt.NDArray[np.uint8]], None]
) -> list[tuple[Leaf, npt.NDArray[np.uint8]]]:
    """Open leaves with the regimes (one bit each) in which each line asks about them; open standings go to `add`.

    Leaves behind which the same cells stand are taken together, so that a cell is looked up once and not per clause.
    """
    rows, epochs, pair = decisions.pairs
    first, order = _of_pairs(pair, len(rows))
    masks: dict[object, tuple[Leaf, npt.NDArray[np.uint8]]] = {}
    for question in decisions.evaluated.questions(rows, epochs, *decisions.decided_pairs):
        owner, lines = _spread(first, order, question.rows)
        regimes = question.regimes[owner]
        if question.leaf is None:
            add(lines, np.full(len(lines), words[f"status@{question.measure}"]), regimes)
            continue
        leaf = decisions.law.graph.leaves[question.leaf]
        key = (leaf.fact, leaf.op, leaf.operand) if leaf.fact in BY_OPERAND else leaf.fact
        if key not in masks:
            masks[key] = (leaf, np.zeros(len(decisions), dtype=np.uint8))
        masks[key][1][lines] |= regimes
    return list(masks.values())


BY_OPERAND = frozenset({"item_meets", "parts_meet", "listed", "us_owned_by", "cn_owned_by"})
"""Facts of which it matters what is asked of them; behind all others the same cells stand whatever the comparison."""


class _Words:
    """Numbers for words, given as they come."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}

    def __getitem__(self, word: str) -> int:
        return self.ids.setdefault(word, len(self.ids))


def _words_of(decisions: Decisions, leaf: Leaf, lines: Ints, words: _Words) -> Iterator[tuple[Ints, Ints]]:
    """(lines, word) for the cells behind a leaf, asked once for lines that share what they depend on."""
    for key, cells_of in decisions.questions.shared(leaf, lines):
        _, sample, which = np.unique(key, return_index=True, return_inverse=True)
        asked = [[words[f"{fact}@{subject}"] for fact, subject, _ in cells_of(int(lines[s]))] for s in sample]
        for depth in range(max((len(one) for one in asked), default=0)):
            word = np.array([one[depth] if depth < len(one) else -1 for one in asked], dtype=np.int64)[which]
            has = word >= 0
            yield lines[has], word[has]
