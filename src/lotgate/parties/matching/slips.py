"""Words a slip of the pen apart: two words that share a spelling with one letter left out differ by two slips at most.

A spelling is told by a number made from prefix sums over all letters of all words at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Hashes", "Ints", "Spellings", "firsts", "ranges", "spellings"]

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Spellings = npt.NDArray[np.uint32]

_BASE = np.uint64(0x9E37_79B9_7F4A_7C15)
_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))
_MIX = np.uint64(0xD6E8_FEB8_6659_FD93)
_SHIFT = np.uint64(32)
_AT_ONCE = 50_000


def ranges(begin: Ints, counts: Ints) -> Ints:
    """The positions begin, begin + 1 ... of every range, one after the other."""
    total = int(counts.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    offsets = np.repeat(begin - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    return offsets + np.arange(total)


def firsts(numbers: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """True where a number is another one than the one before."""
    found = np.ones(len(numbers), dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=found[1:])
    return found


def spellings(words: Sequence[str]) -> tuple[Spellings, npt.NDArray[np.uint32]]:
    """A number for every word and for every word with one letter left out, in order, and the number of the word each is
    of.

    Words are in ASCII. Equal texts have equal numbers; one in a hundred others may share one in the longest lists, so
    that words found are compared.
    """
    both = np.empty(sum(map(len, words)) + len(words), dtype=np.uint64)
    filled = 0
    for start in range(0, len(words), _AT_ONCE):
        some = [words[number] for number in range(start, min(len(words), start + _AT_ONCE))]
        found = _spellings(some, start)
        both[filled : filled + len(found)] = found
        filled += len(found)
    both.sort()
    # In halves, each as soon as it is taken in the room of what it is taken from: there are fifty million for a list of
    # a million names.
    halves = both.view(np.uint32)
    front = int(np.array([1], dtype=np.uint64).view(np.uint32)[0])
    numbers = halves[1 - front :: 2].copy()
    count = len(both)
    for start in range(0, count, _AT_ONCE):
        stop = min(count, start + _AT_ONCE)
        halves[start:stop] = halves[front + 2 * start : front + 2 * stop : 2].copy()
    del halves
    both.resize((count + 1) // 2, refcheck=False)
    return both.view(np.uint32)[:count], numbers


def _spellings(words: Sequence[str], before: int) -> Hashes:
    """Number and word of every spelling in one, the number in front."""
    letters = np.frombuffer("".join(words).encode("ascii"), dtype=np.uint8).astype(np.uint64)
    sizes = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    ends = np.cumsum(sizes)
    starts = ends - sizes
    powers, inverses = _powers(_BASE, len(letters) + 1), _powers(_INVERSE, len(letters) + 2)
    sums = np.zeros(len(letters) + 1, dtype=np.uint64)
    np.cumsum(letters * powers[:-1], out=sums[1:])
    numbers = np.arange(len(words))
    whole = (sums[ends] - sums[starts]) * inverses[starts]
    # Without the letter at a place: what stands before it, and what stands behind it one place nearer.
    places = np.arange(len(letters))
    owner = np.repeat(numbers, sizes)
    first, last = starts[owner], ends[owner]
    without = ((sums[places] - sums[first]) + (sums[last] - sums[places + 1]) * _INVERSE) * inverses[first]
    hashes = np.concatenate([whole, without])
    hashes ^= hashes >> _SHIFT
    hashes *= _MIX
    return (hashes >> _SHIFT << _SHIFT) | (np.concatenate([numbers, owner]) + before).astype(np.uint64)


def _powers(base: np.uint64, count: int) -> Hashes:
    """1, base, base squared and so on, modulo 2 ** 64."""
    made = np.full(count, base, dtype=np.uint64)
    made[0] = 1
    np.multiply.accumulate(made, out=made)
    return made
