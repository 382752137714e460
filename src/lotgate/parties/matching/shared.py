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
from typing import Any

import numpy as np
import numpy.typing as npt

from lotgate.parties.matching.index import Arrays, Small
from lotgate.parties.matching.slips import Ints, ranges

__all__ = ["LEAST_ESTIMATE", "Entries", "Shared", "ready", "shared"]

_WORTH_COMPILING = 300_000
"""Listed names to be gone through below which loading the compiled kernel costs more than it saves."""
LEAST_ESTIMATE = 0.5
"""Pairs whose score is estimated below this are not compared."""
_LEAST, _KEPT = round(100 * LEAST_ESTIMATE), round(1000 * (1 - LEAST_ESTIMATE))
"""For the estimate in whole numbers: see `candidates`."""
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
    if total >= _WORTH_COMPILING and (kernel := _compiled()) is not None:
        bounds = np.searchsorted(found.rows, np.arange(len(kinds) + 1))
        columns = kernel(
            bounds, found.groups, held.starts[found.keys], held.starts[found.keys + 1], found.weights, found.alike,
            found.chooses,
            kinds, sizes, held.key_names, held.key_weights, held.kinds, held.sizes, total,
        )  # fmt: skip
        return Shared(*columns)
    return _sorted(found, counts, kinds, sizes, held)


def _sorted(found: Entries, counts: Ints, kinds: npt.NDArray[np.int8], sizes: Ints, held: Arrays) -> Shared:
    choosing = np.flatnonzero(found.chooses)
    entries = np.repeat(choosing, counts[choosing])
    places = ranges(held.starts[found.keys[choosing]], counts[choosing])
    names = held.key_names[places].astype(np.int64)
    listed_kind, asked_kind = held.kinds[names], kinds[found.rows[entries]]
    fits = (listed_kind == 0) | (asked_kind == 0) | (listed_kind == asked_kind)
    entries, places, names = entries[fits], places[fits], names[fits]
    if not len(entries):
        return Shared(entries, entries, entries, entries)
    more_entries, more_places = _by_common_keys(found, counts, found.rows[entries], names, held)
    entries, places = np.concatenate([entries, more_entries]), np.concatenate([places, more_places])
    rows, groups, alike = found.rows[entries], found.groups[entries], found.alike[entries]
    weights = found.weights[entries] * alike // 1000
    names, listed = held.key_names[places].astype(np.int64), held.key_weights[places] * alike // 1000
    values = ((weights + listed) << _BITS) + weights
    order = np.lexsort((groups, names, rows))
    rows, groups, names, values = rows[order], groups[order], names[order], values[order]
    pair = np.concatenate([[True], (rows[1:] != rows[:-1]) | (names[1:] != names[:-1])])
    part = np.concatenate([[True], pair[1:] | (groups[1:] != groups[:-1])])
    best = np.maximum.reduceat(values, np.flatnonzero(part))
    of_part = np.flatnonzero(pair[part])
    asked = np.add.reduceat(best & _MASK, of_part)
    listed = np.add.reduceat(best >> _BITS, of_part) - asked
    rows, names = rows[pair], names[pair]
    whole, other = sizes[rows], held.sizes[names].astype(np.int64)
    asked, listed = np.minimum(asked, whole), np.minimum(listed, other)
    rest, other_rest = whole - asked, other - listed
    against, apart = np.minimum(rest, other_rest), np.abs(rest - other_rest)
    kept = _KEPT * (asked + listed) >= _LEAST * (40 * against + 6 * apart)
    return Shared(rows[kept], names[kept], asked[kept], listed[kept])


def _by_common_keys(found: Entries, counts: Ints, rows: Ints, names: Ints, held: Arrays) -> tuple[Ints, Ints]:
    """Where chosen names have the other keys of their row: the entry, and the place among the names of its key."""
    common = np.flatnonzero(~found.chooses)
    pairs = np.unique(rows * len(held.kinds) + names)
    rows, names = np.divmod(pairs, len(held.kinds))
    begin = np.searchsorted(found.rows[common], rows, side="left")
    many = np.searchsorted(found.rows[common], rows, side="right") - begin
    entries, names = common[ranges(begin, many)], np.repeat(names, many)
    places = np.empty(len(entries), dtype=np.int64)
    for key in np.unique(found.keys[entries]).tolist():
        mine = found.keys[entries] == key
        begin, end = held.starts[key], held.starts[key + 1]
        places[mine] = begin + np.searchsorted(held.key_names[begin:end], names[mine])
    places = np.minimum(places, held.starts[found.keys[entries] + 1] - 1)
    there = held.key_names[places] == names
    return entries[there], places[there]


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
