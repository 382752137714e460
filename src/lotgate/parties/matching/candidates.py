"""Listed names that may be meant by names asked for: those that share the most, by an estimate of the score.

Rare keys choose, so that names of common words cost no more than others. Whether a listed name is a candidate hangs on
the query alone, not on others asked for with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from lotgate.parties.matching.compare import ENOUGH
from lotgate.parties.matching.index import KINDS, NameIndex
from lotgate.parties.matching.keys import Part, of_one_word, parts_of, size
from lotgate.parties.matching.shared import LEAST_ESTIMATE, WORTH_THINNING, Entries, Shared, needed_choices, shared
from lotgate.parties.matching.slips import Ints, ranges, spellings
from lotgate.parties.names import Name, analysed

__all__ = ["Asked", "candidates"]

MOST_CANDIDATES = 250
"""Listed names compared with one query at most; a query that has more is reported."""
_COMMON = 1200
"""Keys on more names than this choose candidates only for a query that has no rarer one; in long lists, more."""
_COMMON_SHARE = 0.01
_AS_MUCH = 0.75
"""A name left out that shares less than this part of what the best one shares is no candidate missed."""
_OTHER_START = 80
"""How much less alike (in thousandths) words are whose first letters differ."""

_MEETS = np.array([[True, True, False], [True, False, False], [False, False, True]])
"""Which extents of a part asked for (row) and a listed one meet."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """The names of one query as they may be read, and its kind."""

    names: tuple[str, ...]
    kind: str | None


def candidates(index: NameIndex, asked: Sequence[Asked]) -> Iterator[tuple[int, list[tuple[int, str]], bool]]:
    """For each query its number, the listed names to compare with it (number and text), best first, and whether there
    were more."""
    rows = _Rows(asked)
    sizes = np.array(rows.sizes, dtype=np.int64)
    found = shared(_entries(index, rows), np.array(rows.kinds, dtype=np.int8), sizes, index.arrays)
    estimate = _estimate(index, rows, found)
    kept = estimate >= LEAST_ESTIMATE
    query_of = np.array(rows.query_of, dtype=np.int64)
    queries, names, estimate = query_of[found.rows[kept]], found.names[kept], estimate[kept]
    weight = (found.asked + found.listed)[kept]
    # A name found by several readings of a query counts once, with its best estimate. Where many are estimated alike,
    # those that share more, and most of all the very name, come first.
    order = np.lexsort((-weight, -estimate, names, queries))
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = np.diff(queries[order]).astype(np.bool_) | np.diff(names[order]).astype(np.bool_)
    order = order[fresh]
    order = order[np.lexsort((names[order], -weight[order], -estimate[order], queries[order]))]
    queries, names, estimate, weight = queries[order], names[order], estimate[order], weight[order]
    starts = np.searchsorted(queries, np.arange(len(asked) + 1)).tolist()
    chosen = list(zip(names.tolist(), index.names.chosen(names), strict=True))
    for number in range(len(asked)):
        begin, end = starts[number], starts[number + 1]
        limit = begin + MOST_CANDIDATES
        near = end > limit and bool(estimate[limit] >= 0.95 * estimate[begin])
        cut = near and bool(weight[limit] >= _AS_MUCH * weight[begin])
        yield number, chosen[begin : min(end, limit)], cut


class _Rows:
    """Queries taken apart: a row for each name in each reading, and how many parts of which numbers it has.

    Equal parts of words are kept once. Of the parts, in order, the keys and the words to be found with a slip of the
    pen stand one behind the other, with their weights; and how many of them each part has.
    """

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.query_of: list[int] = []
        self.kinds: list[int] = []
        self.sizes: list[int] = []
        self.persons: list[bool] = []
        self.of_one_word: list[bool] = []
        self.counts: list[int] = []
        self.part_numbers: list[int] = []
        self.keys, self.key_weights, self.key_counts = list[int](), list[int](), list[int]()
        self.words, self.word_weights, self.word_counts = list[str](), list[int](), list[int]()
        self.extents: list[int] = []
        self._parts: list[Part] = []
        self._numbers: dict[int, int] = {}
        for number, one in enumerate(asked):
            kind = KINDS.get(one.kind or "", 0)
            for text in one.names:
                for person in (False, True) if one.kind is None else (one.kind == "person",):
                    name = analysed(text, person)
                    self._add(number, name, kind)
                    if name.plain is not None:
                        self._add(number, name.plain, kind)

    def _add(self, query: int, name: Name, kind: int) -> None:
        self.query_of.append(query)
        self.kinds.append(kind)
        self.sizes.append(size(name))
        self.persons.append(name.person)
        self.of_one_word.append(of_one_word(name))
        parts, numbers, found = parts_of(name, asked=True), self._numbers, self.part_numbers
        self.counts.append(len(parts))
        for part in parts:
            # Parts of words are kept by those who make them: the same word gives the same object.
            number = numbers.get(id(part))
            found.append(self._new(part) if number is None else number)

    def _new(self, part: Part) -> int:
        keys, weights, words, word_weights, extent = part
        number = self._numbers[id(part)] = len(self._parts)
        self._parts.append(part)
        self.keys += keys
        self.key_weights += weights
        self.key_counts.append(len(keys))
        self.words += words
        self.word_weights += word_weights
        self.word_counts.append(len(words))
        self.extents.append(extent)
        return number


def _ints(numbers: Sequence[int]) -> Ints:
    return np.fromiter(numbers, dtype=np.int64, count=len(numbers))


@dataclass(frozen=True)
class _PartKeys:
    """Listed keys of parts, by the number of the part: the key's place in the index, the part's weight, and how alike
    (in thousandths) key and part are."""

    parts: Ints
    keys: Ints
    weights: Ints
    alike: Ints


def _keys_of_parts(index: NameIndex, rows: _Rows) -> _PartKeys:
    exact, near = _exact(index, rows), _near(index, rows)
    parts = np.concatenate([exact.parts, near.parts])
    order = np.argsort(parts, kind="stable")
    return _PartKeys(
        parts[order],
        np.concatenate([exact.keys, near.keys])[order],
        np.concatenate([exact.weights, near.weights])[order],
        np.concatenate([exact.alike, near.alike])[order],
    )


def _places(index: NameIndex, keys: Ints) -> Ints:
    """The place of every key in the index, -1 where it is not listed."""
    held = index.arrays.keys
    order = np.argsort(keys)
    places = np.empty(len(keys), dtype=np.int64)
    places[order] = np.searchsorted(held, keys[order])
    places[places == len(held)] = 0
    return np.where(held[places] == keys, places, -1) if len(held) else np.full(len(keys), -1, dtype=np.int64)


def _exact(index: NameIndex, rows: _Rows) -> _PartKeys:
    keys, weights = _places(index, _ints(rows.keys)), _ints(rows.key_weights)
    owners = np.repeat(np.arange(len(rows.key_counts)), _ints(rows.key_counts))
    listed = keys >= 0
    return _PartKeys(owners[listed], keys[listed], weights[listed], np.full(int(listed.sum()), 1000))


def _near(index: NameIndex, rows: _Rows) -> _PartKeys:
    """Keys of listed words a slip of the pen away from those of parts, with less weight the more they differ."""
    held = index.arrays
    number_of = {word: number for number, word in enumerate(dict.fromkeys(rows.words))}
    words = list(number_of)
    hashes, word_of = spellings(words)
    maybe = index.may_slip(hashes)
    hashes, word_of = hashes[maybe], word_of[maybe].astype(np.int64)
    begin = np.searchsorted(held.slips, hashes, side="left")
    counts = np.searchsorted(held.slips, hashes, side="right") - begin
    listed = held.slip_of[ranges(begin, counts)].astype(np.int64)
    pairs = np.unique(np.repeat(word_of, counts) * (len(held.slip_words) + 1) + listed)
    ours, theirs = np.divmod(pairs, len(held.slip_words) + 1)
    if not len(pairs):
        return _PartKeys(ours, ours, ours, ours)
    mine, yours = [words[place] for place in ours.tolist()], held.slip_words.chosen(theirs)
    apart = cpdist(mine, yours, scorer=OSA.distance, score_cutoff=2, dtype=np.int32).astype(np.int64)
    size = np.array([len(word) for word in mine], dtype=np.int64)
    other_start = np.array([one[0] != other[0] for one, other in zip(mine, yours, strict=True)], dtype=np.bool_)
    close = (apart > 0) & (apart <= np.where(size >= 8, 2, 1)) & ~(other_start & (size < 6))
    alike = 1000 - 1100 * apart // size - _OTHER_START * other_start
    ours, theirs, alike = ours[close], theirs[close], alike[close]
    # Every part that has the word, with every listed word near it.
    part_of = np.repeat(np.arange(len(rows.word_counts)), _ints(rows.word_counts))
    asked_word = _ints([number_of[word] for word in rows.words])
    weight, extent = _ints(rows.word_weights), _ints(rows.extents)[part_of]
    begin = np.searchsorted(ours, asked_word, side="left")
    counts = np.searchsorted(ours, asked_word, side="right") - begin
    near = ranges(begin, counts)
    part_of, weight, extent = (np.repeat(each, counts) for each in (part_of, weight, extent))
    kept = _MEETS[extent, held.slip_extents[theirs[near]]]
    part_of, weight, near = part_of[kept], weight[kept], near[kept]
    return _PartKeys(part_of, _places(index, held.slip_keys[theirs[near]]), weight, alike[near])


def _entries(index: NameIndex, rows: _Rows) -> Entries:
    """The listed keys of all rows; of a row whose keys are all common the four rarest choose."""
    listed = _keys_of_parts(index, rows)
    part_rows, part_numbers = np.repeat(np.arange(len(rows.counts)), _ints(rows.counts)), _ints(rows.part_numbers)
    begin = np.searchsorted(listed.parts, part_numbers, side="left")
    counts = np.searchsorted(listed.parts, part_numbers, side="right") - begin
    places = ranges(begin, counts)
    groups = np.repeat(np.arange(len(part_rows)), counts)
    row_of, keys, weights = part_rows[groups], listed.keys[places], listed.weights[places]
    starts = index.arrays.starts
    names = starts[keys + 1] - starts[keys]
    rare = names <= max(_COMMON, int(_COMMON_SHARE * len(index.names)))
    served = np.zeros(len(rows.query_of), dtype=np.bool_)
    served[row_of[rare]] = True
    left = np.flatnonzero(~served[row_of])
    order = left[np.lexsort((names[left], row_of[left]))]
    place = np.arange(len(order)) - np.searchsorted(row_of[order], row_of[order], side="left")
    rare[order[place < 4]] = True
    # A slip of the pen in a common word is not looked for.
    kept = rare | (listed.alike[places] == 1000)
    row_of, groups, keys, weights = row_of[kept], groups[kept], keys[kept], weights[kept]
    found = Entries(row_of, groups, keys, weights, listed.alike[places[kept]], rare[kept])
    if int(names[rare].sum()) < WORTH_THINNING:
        return found
    needed = needed_choices(found, names[kept], index.most_weights, np.array(rows.sizes, dtype=np.int64))
    return replace(found, chooses=needed)


def _estimate(index: NameIndex, rows: _Rows, found: Shared) -> Floats:
    """An estimate, rather too high than too low, of the score of each pair: half of what both share is the weight that
    matches, what both lack of each other counts against it twice, what only one lacks by 0.3, and beside a person's
    one name by 0.9, as in a comparison."""
    rest_asked = np.array(rows.sizes, dtype=np.int64)[found.rows] - found.asked
    rest_listed = index.arrays.sizes[found.names] - found.listed
    both = found.asked + found.listed
    against, apart = np.minimum(rest_asked, rest_listed), np.abs(rest_asked - rest_listed)
    firms = ~np.array(rows.persons, dtype=np.bool_)[found.rows]
    one = np.array(rows.of_one_word, dtype=np.bool_)[found.rows] | index.arrays.of_one_word[found.names]
    one &= ~firms & (index.arrays.kinds[found.names] == KINDS["person"])
    estimate: Floats = both / np.maximum(both + 4.0 * against + np.where(one, 1.8, 0.6) * apart, 1)
    # As in a comparison, names of firms that have little in common are alike by chance.
    little = np.minimum(1.0, 0.65 + 0.35 * both / (2000 * ENOUGH))
    return np.where(firms, estimate * little, estimate)
