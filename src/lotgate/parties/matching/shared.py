"""What names asked for and listed names share: per pair the weight of the parts found in both, on either side.

Two forms with the same result, in whole numbers: numpy, by sorting; and a kernel compiled by numba (extra `fast`), by
adding up in place, for large work.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from lotgate.parties.matching.index import Arrays, Small
from lotgate.parties.matching.slips import Ints, firsts, ranges

__all__ = ["LEAST_ESTIMATE", "WORTH_THINNING", "Entries", "Shared", "needed_choices", "ready", "shared"]

_WORTH_LOADING = 4_000_000
"""Listed names to be gone through at once from which on loading the compiled kernel costs less than it saves."""
_WORTH_CALLING = 0.2
"""The same as a share of all names, once it is loaded: it begins by clearing room for every one."""
LEAST_ESTIMATE = 0.5
"""Pairs whose score is estimated below this are not compared."""
_LEAST, _KEPT = round(100 * LEAST_ESTIMATE), round(1000 * (1 - LEAST_ESTIMATE))
"""For the estimate in whole numbers: see `candidates`."""
WORTH_THINNING = 5_000
"""Listed names to be gone through from which on it pays to tell first which cannot share enough."""
_BITS = 17
_MASK = (1 << _BITS) - 1


@dataclass(frozen=True)
class Entries:
    """Keys of names asked for that are listed: per row (a name in one reading) in order, and within it per part.

    `keys` are their places in the index, `weights` those of the part, `alike` (thousandths) how alike both are. Names
    that have a key which `chooses` are looked at; what they share by the other keys, which are too common for that,
    counts besides.
    """

    rows: Ints
    groups: Ints
    keys: Ints
    weights: Ints
    alike: Ints
    chooses: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Shared:
    """Pairs of a row and a listed name, in order, with the weight (thousandths) of what they share on either side."""

    rows: Ints
    names: Ints
    asked: Ints
    listed: Ints


def shared(found: Entries, kinds: npt.NDArray[np.int8], sizes: Ints, held: Arrays) -> Shared:
    """What every row shares with the listed names that have one of its choosing keys; `kinds` and `sizes` are those of
    the rows.

    A part counts once for a listed name, by the key with the largest weights. Names of another kind than the one asked
    for are none; an unknown kind fits all. Pairs that share too little for their sizes are left out.
    """
    counts = held.starts[found.keys + 1] - held.starts[found.keys]
    total = int(counts[found.chooses].sum())
    loaded = bool(_compiled.cache_info().currsize)
    worth = total >= (_WORTH_CALLING * len(held.kinds) if loaded else _WORTH_LOADING)
    if worth and (kernel := _compiled()) is not None:
        bounds = np.searchsorted(found.rows, np.arange(len(kinds) + 1))
        columns = kernel(
            bounds, found.groups, held.starts[found.keys], held.starts[found.keys + 1], found.weights, found.alike,
            found.chooses,
            kinds, sizes, held.key_names, held.key_weights, held.kinds, held.sizes, total,
        )  # fmt: skip
        return Shared(*columns)
    return _sorted(found, counts, kinds, sizes, held)


def needed_choices(found: Entries, names: Ints, most_weights: Ints, sizes: Ints) -> npt.NDArray[np.bool_]:
    """Which choosing keys are needed to find every pair that shares enough; `names` tells how many have each key.

    The most common keys of a row, such as its places, are often too little for a pair all together: whatever shares
    enough has another key of the row besides. The listed name that needs least has nothing else than what is shared.
    """
    order = np.lexsort((-names, found.chooses, found.rows))
    rows, alike = found.rows[order], found.alike[order]
    asked, listed = (
        _within_row(each[order] * alike // 1000, rows) for each in (found.weights, most_weights[found.keys])
    )
    enough = _KEPT * (asked + listed) >= _LEAST * 6 * np.maximum(sizes[rows] - asked, 0)
    needed = np.zeros(len(order), dtype=np.bool_)
    needed[order] = enough
    return needed & found.chooses


def _within_row(numbers: Ints, rows: Ints) -> Ints:
    """The running sums of the numbers of every row."""
    sums = np.cumsum(numbers)
    starts = np.flatnonzero(firsts(rows))
    before = np.concatenate([[0], sums])[starts]
    running: Ints = sums - np.repeat(before, np.diff(starts, append=len(rows)))
    return running


def _sorted(found: Entries, counts: Ints, kinds: npt.NDArray[np.int8], sizes: Ints, held: Arrays) -> Shared:
    """What the kernel finds, by sorting."""
    entries, places = _choosing(found, counts, kinds, held)
    pairs = found.rows[entries] * len(held.kinds) + held.key_names[places]
    order = _in_order(pairs)
    pairs, entries, places = pairs[order], entries[order], places[order]
    if len(pairs) >= WORTH_THINNING:
        likely = _likely(found, pairs, entries, places, sizes, held)
        pairs, entries, places = pairs[likely], entries[likely], places[likely]
    if not len(pairs):
        return Shared(pairs, pairs, pairs, pairs)
    more_pairs, more_entries, more_places = _by_common_keys(found, pairs[firsts(pairs)], held)
    pairs, entries = np.concatenate([pairs, more_pairs]), np.concatenate([entries, more_entries])
    groups = found.groups[entries]
    order = np.lexsort((groups, pairs))
    pairs, entries, groups = pairs[order], entries[order], groups[order]
    asked, listed = _weights(found, entries, np.concatenate([places, more_places])[order], held)
    pair = firsts(pairs)
    part = pair | firsts(groups)
    best = np.maximum.reduceat(((asked + listed) << _BITS) + asked, np.flatnonzero(part))
    of_part = np.flatnonzero(pair[part])
    asked = np.add.reduceat(best & _MASK, of_part)
    listed = np.add.reduceat(best >> _BITS, of_part) - asked
    rows, names = np.divmod(pairs[pair], len(held.kinds))
    asked, listed, enough = _enough(asked, listed, sizes[rows], held.sizes[names])
    return Shared(rows[enough], names[enough], asked[enough], listed[enough])


def _choosing(found: Entries, counts: Ints, kinds: npt.NDArray[np.int8], held: Arrays) -> tuple[Ints, Ints]:
    """The choosing entries, and for each all places of names of a kind that fits."""
    choosing = np.flatnonzero(found.chooses)
    entries = np.repeat(choosing, counts[choosing])
    places = ranges(held.starts[found.keys[choosing]], counts[choosing])
    listed_kind, asked_kind = held.kinds[held.key_names[places]], kinds[found.rows[entries]]
    fits = (listed_kind == 0) | (asked_kind == 0) | (listed_kind == asked_kind)
    return entries[fits], places[fits]


def _in_order(pairs: Ints) -> Ints:
    """The order of pairs; equal ones stay as they were. Numbers with their place behind are sorted six times as fast
    as places."""
    bits = len(pairs).bit_length()
    if len(pairs) == 0 or int(pairs.max()) >> (62 - bits):
        return np.argsort(pairs, kind="stable")
    return np.sort((pairs << bits) | np.arange(len(pairs))) & ((1 << bits) - 1)


def _weights(found: Entries, entries: Ints, places: Ints, held: Arrays) -> tuple[Ints, Ints]:
    """What each entry weighs in the name asked for, and in the one listed."""
    alike = found.alike[entries]
    return found.weights[entries] * alike // 1000, held.key_weights[places] * alike // 1000


def _enough(asked: Ints, listed: Ints, whole: Ints, other: Small) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """What pairs share, no more than there is; and which share enough for their sizes."""
    asked, listed = np.minimum(asked, whole), np.minimum(listed, other.astype(np.int64))
    rest, other_rest = whole - asked, other - listed
    against, apart = np.minimum(rest, other_rest), np.abs(rest - other_rest)
    return asked, listed, _KEPT * (asked + listed) >= _LEAST * (40 * against + 6 * apart)


def _likely(
    found: Entries, pairs: Ints, entries: Ints, places: Ints, sizes: Ints, held: Arrays
) -> npt.NDArray[np.bool_]:
    """False for pairs that share too little whatever the common keys of their row may add: most of all."""
    common = np.flatnonzero(~found.chooses)
    most = {
        key: int(held.key_weights[held.starts[key] : held.starts[key + 1]].max())
        for key in np.unique(found.keys[common]).tolist()
    }
    more_listed = np.array([most[key] for key in found.keys[common].tolist()], dtype=np.int64)
    more_asked, more_listed = (
        np.bincount(found.rows[common], weights=each, minlength=len(sizes)).astype(np.int64)
        for each in (found.weights[common], more_listed)
    )
    starts = np.flatnonzero(firsts(pairs))
    if not len(starts):
        return np.zeros(0, dtype=np.bool_)
    rows, names = np.divmod(pairs[starts], len(held.kinds))
    asked, listed = (np.add.reduceat(each, starts) for each in _weights(found, entries, places, held))
    _, _, enough = _enough(asked + more_asked[rows], listed + more_listed[rows], sizes[rows], held.sizes[names])
    return np.repeat(enough, np.diff(starts, append=len(pairs)))


def _by_common_keys(found: Entries, pairs: Ints, held: Arrays) -> tuple[Ints, Ints, Ints]:
    """Where pairs have the other keys of their row: the pair, the entry, and the place among the names of its key."""
    common = np.flatnonzero(~found.chooses)
    rows, names = np.divmod(pairs, len(held.kinds))
    begin = np.searchsorted(found.rows[common], rows, side="left")
    many = np.searchsorted(found.rows[common], rows, side="right") - begin
    entries, names, pairs = common[ranges(begin, many)], np.repeat(names, many), np.repeat(pairs, many)
    order = np.argsort(found.keys[entries], kind="stable")
    entries, names, pairs = entries[order], names[order], pairs[order]
    keys = found.keys[entries]
    places = np.empty(len(entries), dtype=np.int64)
    for start, stop in pairwise([*np.flatnonzero(firsts(keys)).tolist(), len(keys)]):
        begin, end = held.starts[keys[start]], held.starts[keys[start] + 1]
        places[start:stop] = begin + np.searchsorted(held.key_names[begin:end], names[start:stop])
    places = np.minimum(places, held.starts[keys + 1] - 1)
    there = held.key_names[places] == names
    return pairs[there], entries[there], places[there]


def ready() -> None:
    """Loads the compiled kernel, so that processes splitting off have it."""
    if (kernel := _compiled()) is not None:
        none, small, flags = np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.bool_)
        kinds = np.zeros(0, np.int8)
        kernel(np.zeros(1, np.int64), none, none, none, none, none, flags, kinds, none,
               small, np.zeros(0, np.int16), kinds, small, 0)  # fmt: skip


@cache
def _compiled() -> Callable[..., Any] | None:
    """The kernel, compiled once and kept beside this file; None without numba."""
    if importlib.util.find_spec("numba") is None:
        return None
    return importlib.import_module("numba").njit(cache=True, nogil=True)(_added_up)  # type: ignore[no-any-return]


def _added_up(
    bounds: Ints, groups: Ints, begin: Ints, end: Ints, weights: Ints, alike: Ints,
    chooses: npt.NDArray[np.bool_],
    kinds: npt.NDArray[np.int8], sizes: Ints, key_names: Small, key_weights: npt.NDArray[np.int16],
    listed_kinds: npt.NDArray[np.int8], listed_sizes: Small, total: int,
) -> tuple[Ints, Ints, Ints, Ints]:  # fmt: skip
    """As `_sorted`: per row the names that have a choosing key are marked, then all keys are added up part by part."""
    count = len(listed_kinds)
    row_of, group_of = np.full(count, -1, np.int64), np.zeros(count, np.int64)
    best, asked, both = np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64)
    marked = np.zeros(count, np.int32)
    made_rows, made_names = np.empty(total, np.int64), np.empty(total, np.int64)
    made_asked, made_listed = np.empty(total, np.int64), np.empty(total, np.int64)
    made = 0
    for row in range(len(kinds)):
        found = 0
        for place in range(bounds[row], bounds[row + 1]):
            if not chooses[place]:
                continue
            for at in range(begin[place], end[place]):
                name = key_names[at]
                fits = listed_kinds[name] == 0 or kinds[row] == 0 or listed_kinds[name] == kinds[row]
                if fits and row_of[name] != row:
                    row_of[name], group_of[name] = row, -1
                    best[name], asked[name], both[name] = 0, 0, 0
                    marked[found] = name
                    found += 1
        if not found:
            continue
        names = np.sort(marked[:found])
        for place in range(bounds[row], bounds[row + 1]):
            first, last, group = begin[place], end[place], groups[place]
            weight = weights[place] * alike[place] // 1000
            # Of a key on many names only those marked are looked up, where they are few.
            few = found * 16 < last - first
            for step in range(found if few else last - first):
                at = first + step
                if few:
                    at = first + np.searchsorted(key_names[first:last], names[step])
                    if at == last or key_names[at] != names[step]:
                        continue
                name = key_names[at]
                if row_of[name] != row:
                    continue
                if group_of[name] != group:
                    asked[name] += best[name] & _MASK
                    both[name] += best[name] >> _BITS
                    group_of[name], best[name] = group, 0
                listed = key_weights[at] * alike[place] // 1000
                best[name] = max(best[name], ((weight + listed) << _BITS) + weight)
        for name in names:
            ours = asked[name] + (best[name] & _MASK)
            theirs = both[name] + (best[name] >> _BITS) - ours
            ours, theirs = min(ours, sizes[row]), min(theirs, np.int64(listed_sizes[name]))
            rest, other_rest = sizes[row] - ours, np.int64(listed_sizes[name]) - theirs
            against, apart = min(rest, other_rest), abs(rest - other_rest)
            if _KEPT * (ours + theirs) >= _LEAST * (40 * against + 6 * apart):
                made_rows[made], made_names[made] = row, name
                made_asked[made], made_listed[made] = ours, theirs
                made += 1
    return made_rows[:made], made_names[:made], made_asked[:made], made_listed[:made]
