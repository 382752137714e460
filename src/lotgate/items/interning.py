"""Part ids as numbers: distinct ids in their order, and for each cell of a column which one it holds.

Ids are found by a 64-bit hash in a table of buckets, some cells at a time so that the work stays in the processor's
cache. A find counts when a second hash, seeded at random for each process, agrees too: two ids would have to share 128
bits that nobody can choose. A join on strings takes six times as long.
"""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["Numbers", "distinct_ids", "numbers_in"]

Numbers = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
SEED = 20251009
SECOND = int.from_bytes(os.urandom(7))
CELLS = 1 << 16
"""Cells looked up at once."""


def distinct_ids(columns: list[pl.Series]) -> pl.Series:
    """Every id of some columns once, in ascending order."""
    ids = pl.concat([column.cast(pl.String).rename("item") for column in columns]).drop_nulls().sort()
    if ids.len() > 1 and not (ids.slice(1) == ids.slice(0, ids.len() - 1)).any():
        return ids
    return ids.unique().sort()


def numbers_in(ids: pl.Series, *columns: pl.Series) -> list[Numbers]:
    """For each column the place of its cells among distinct ids, -1 for what is not there."""
    if not ids.len():
        return [np.full(column.len(), -1, np.int32) for column in columns]
    first, second = _hashes(ids)
    table = _Buckets(first)
    if table.shared:
        return [_by_text(ids, column) for column in columns]
    found = []
    for column in columns:
        text = column.cast(pl.String)
        here, check = _hashes(text)
        place = table.find(here, second, check)
        if text.null_count():
            place[text.is_null().to_numpy()] = -1
        found.append(place)
    return found


def _hashes(column: pl.Series) -> tuple[Hashes, Hashes]:
    return column.hash(SEED).to_numpy(), column.hash(SECOND).to_numpy()


class _Buckets:
    """Hashes in ascending order, and where those that begin with the same bits start."""

    def __init__(self, hashes: Hashes) -> None:
        bits = max(1, int(hashes.size).bit_length() + 1)
        self.shift = np.uint64(64 - bits)
        self.order = np.argsort(hashes).astype(np.int32)
        self.ranked = hashes[self.order]
        self.shared = bool((self.ranked[1:] == self.ranked[:-1]).any())
        self.starts = np.zeros((1 << bits) + 1, np.int32)
        np.cumsum(np.bincount((self.ranked >> self.shift).astype(np.int64), minlength=1 << bits), out=self.starts[1:])

    def find(self, hashes: Hashes, second: Hashes, check: Hashes) -> Numbers:
        """The number of each hash, -1 where it is not there or the `second` of what was found is not the `check`."""
        ranked, last = self.ranked, self.ranked.size - 1
        found = np.empty(hashes.size, np.int32)
        for start in range(0, hashes.size, CELLS):
            wanted = hashes[start : start + CELLS]
            place = np.minimum(self.starts[(wanted >> self.shift).astype(np.intp)], last).astype(np.intp)
            missed = np.flatnonzero(np.take(ranked, place) != wanted)
            # buckets are short: step on until the hash is found or passed
            while missed.size:
                missed = missed[(ranked[place[missed]] < wanted[missed]) & (place[missed] < last)]
                place[missed] += 1
                missed = missed[ranked[place[missed]] != wanted[missed]]
            number = np.take(self.order, place)
            same = (np.take(ranked, place) == wanted) & (np.take(second, number) == check[start : start + CELLS])
            found[start : start + CELLS] = np.where(same, number, -1)
        return found


def _by_text(ids: pl.Series, column: pl.Series) -> Numbers:
    """The same by the texts themselves, for ids of which two share a hash."""
    lookup = pl.DataFrame({"item": ids, "node": pl.Series(np.arange(ids.len(), dtype=np.int32))})
    cells = column.cast(pl.String).rename("item").to_frame()
    joined = cells.join(lookup, on="item", how="left", maintain_order="left")
    return joined["node"].fill_null(-1).to_numpy().astype(np.int32)
