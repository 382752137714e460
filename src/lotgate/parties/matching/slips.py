"""Words a slip of the pen apart: two words that share a spelling with one letter left out differ by two slips at most.

A spelling is told by a number made from prefix sums over all letters of all words at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["Hashes", "Ints", "ranges", "spellings"]

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

_BASE = np.uint64(0x9E37_79B9_7F4A_7C15)
_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))
_MIX = np.uint64(0xD6E8_FEB8_6659_FD93)
_SHIFT = np.uint64(32)
_AT_ONCE = 200_000


def ranges(begin: Ints, counts: Ints) -> Ints:
    """The positions begin, begin + 1 ... of every range, one after the other."""
    total = int(counts.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    offsets = np.repeat(begin - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    return offsets + np.arange(total)


def spellings(words: Sequence[str]) -> tuple[Hashes, Ints]:
    """A number for every word and for every word with one letter left out, and the number of the word each is of.

    Words are in ASCII. Equal texts have equal numbers; others share one about as seldom as by lot.
    """
    found = [_spellings(words[start : start + _AT_ONCE]) for start in range(0, len(words), _AT_ONCE)]
    if not found:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    owners = [numbers + _AT_ONCE * place for place, (_, numbers) in enumerate(found)]
    return np.concatenate([hashes for hashes, _ in found]), np.concatenate(owners)


def _spellings(words: Sequence[str]) -> tuple[Hashes, Ints]:
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
    hashes ^= hashes >> _SHIFT
    return hashes, np.concatenate([numbers, owner])


def _powers(base: np.uint64, count: int) -> Hashes:
    """1, base, base squared and so on, modulo 2 ** 64."""
    made = np.full(count, base, dtype=np.uint64)
    made[0] = 1
    np.multiply.accumulate(made, out=made)
    return made
