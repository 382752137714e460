"""Reads facts from one flat Arrow table, a row a line, as a warehouse holds them.

Cells are texts as a person writes them in a measure's cases: `1C902.a.4`, `a;b`, `none`; a null is unknown. Each
distinct text is read once, so a million rows cost little more than their distinct values.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lotgate.evaluate.columns import NONE, Column, FactTable, Members, Value
from lotgate.evaluate.factors import distinct
from lotgate.evaluate.workers import each
from lotgate.facts.values import CodeBook, written_value
from lotgate.law import Law

__all__ = ["encode"]

Codes = npt.NDArray[np.int32]


def encode(law: Law, table: pa.Table, facts: Collection[str] | None = None, book: CodeBook | None = None) -> FactTable:
    """The facts of a flat table (those named, or all it has), in the order of its rows.

    A text, a code or a set is one column of the fact's name; a set may have a second, `<fact>_may`, with members it
    possibly has. A number is `<fact>_low` and `<fact>_high` (null where there is no bound; both null is unknown) with
    an optional boolean `<fact>_none`. A fact without columns is unknown in every row; other columns are left alone.
    """
    book = book or CodeBook(law)
    names = set(table.column_names)
    wanted = [
        fact
        for fact, spec in law.facts.items()
        if (facts is None or fact in facts) and (f"{fact}_low" if spec.type.type == "number" else fact) in names
    ]
    columns = each(lambda fact: _column(law, book, table, fact), wanted, table.num_rows)
    return FactTable(table.num_rows, dict(zip(wanted, columns, strict=True)))


def _column(law: Law, book: CodeBook, table: pa.Table, fact: str) -> Column:
    if law.facts[fact].type.type == "number":
        return _number(table, fact)
    codes, texts = _dictionary(table[fact])
    column = Column(codes, [written_value(law, book, fact, text or "unknown") for text in texts])
    return _widened(column, table[f"{fact}_may"]) if f"{fact}_may" in table.column_names else column


def _dictionary(cells: pa.ChunkedArray) -> tuple[Codes, list[Any]]:
    """Codes and distinct values of a column; a null has a code of its own."""
    if not pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_encode()
    cells = cells.unify_dictionaries().combine_chunks()
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.chunk(0) if cells.num_chunks else pa.array([], cells.type)
    values: list[Any] = cells.dictionary.to_pylist()
    indices = cells.indices
    if indices.null_count:
        indices = pc.fill_null(indices, len(values))
        values.append(None)
    return indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), values or [None]


def _widened(sure: Column, possible: pa.ChunkedArray) -> Column:
    """A column of sets with the members that each row possibly has besides."""
    more, texts = _dictionary(possible)
    codes, left, right = _pairs(sure.codes, more, len(texts))
    values: list[Value] = []
    for i, j in zip(left, right, strict=True):
        members = sure.values[i]
        assert isinstance(members, Members)
        added = frozenset(part.strip() for part in (texts[j] or "").split(";")) - {"", NONE}
        values.append(members | Members(may=added) if members.known else members)
    return Column(codes, values)


def _number(table: pa.Table, fact: str) -> Column:
    low, high = table[f"{fact}_low"], table[f"{fact}_high"]
    codes, lows = _dictionary(low)
    if low.equals(high):  # points, as most numbers are
        values = [_interval(bound, bound) for bound in lows]
    else:
        high_codes, highs = _dictionary(high)
        codes, left, right = _pairs(codes, high_codes, len(highs))
        values = [_interval(lows[i], highs[j]) for i, j in zip(left, right, strict=True)]
    if f"{fact}_none" in table.column_names:
        nothing = pc.fill_null(table[f"{fact}_none"], False).to_numpy()
        if nothing.any():
            codes = np.where(nothing, np.int32(len(values)), codes)
            values.append(NONE)
    return Column(codes, values)


def _interval(low: float | None, high: float | None) -> Value:
    if low is None and high is None:
        return None
    return (-np.inf if low is None else low, np.inf if high is None else high)


def _pairs(left: Codes, right: Codes, size: int) -> tuple[Codes, list[int], list[int]]:
    """Codes of the distinct pairs of two columns, and the pairs; the second column has `size` values."""
    key = left.astype(np.int64) * size + right
    span = int(key.max(initial=0)) + 1
    if span <= 1 << 24:
        seen = np.zeros(span, dtype=bool)
        seen[key] = True
        pairs = np.flatnonzero(seen)
        place = np.zeros(span, dtype=np.int32)
        place[pairs] = np.arange(len(pairs), dtype=np.int32)
        codes = place[key]
    else:
        found, sample = distinct(key)
        pairs, codes = key[sample], found.astype(np.int32)
    return codes, (pairs // size).tolist(), (pairs % size).tolist()
