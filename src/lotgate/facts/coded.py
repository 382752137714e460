"""Cells of tables as columns coded by distinct value, and rows found by their ids."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from lotgate.evaluate.columns import ANYTHING, NONE, Column, Members, Value

__all__ = ["extended", "list_column", "number_column", "places", "text_column"]

Ints = npt.NDArray[Any]


def places(cells: pl.Series, ids: pl.Series) -> Ints:
    """Row of each cell's id; len(ids) for an empty cell, len(ids) + 1 for `none`."""
    index = pl.DataFrame({"id": ids, "place": pl.int_range(len(ids), dtype=pl.Int64, eager=True)})
    frame = pl.DataFrame({"id": cells}).join(index, on="id", how="left", maintain_order="left")
    none = (frame["id"] == NONE).fill_null(False)
    place = frame["place"].fill_null(len(ids))
    found: Ints = (place + none.cast(pl.Int64)).to_numpy()
    return found


def extended(column: Column, *more: Value) -> Column:
    """The column with two further rows at its end: for an empty cell, and for `none` (the same unless told)."""
    values = list(column.values)
    codes = [len(values), len(values) + len(more) - 1]
    return Column(np.concatenate([column.codes, np.array(codes, dtype=np.int32)]), [*values, *more])


def text_column(cells: pl.Series) -> Column:
    """Text cells, an empty one last in the dictionary."""
    coded = _dictionary(cells)
    values = coded.dictionary.to_pylist()
    return Column(_codes(coded, len(values)), [*values, None])


def list_column(cells: pl.Series) -> Column:
    """Lists of texts as sets; of an empty cell nothing is known."""
    joined = cells.list.join(";")
    coded = text_column(joined)
    values: list[Value] = []
    for text in coded.values:
        if not isinstance(text, str):
            values.append(ANYTHING)
        else:
            members_of = frozenset(text.split(";")) if text else frozenset()
            values.append(Members(members_of, members_of))
    return Column(coded.codes, values)


def number_column(cells: pl.Series) -> Column:
    """Number cells as intervals of one point; not-a-number stands for `none`."""
    coded = _dictionary(cells.cast(pl.Float64).fill_nan(-1.0))
    values: list[Value] = [(v, v) if v >= 0 else NONE for v in coded.dictionary.to_pylist()]
    return Column(_codes(coded, len(values)), [*values, None])


def _dictionary(cells: pl.Series) -> pa.DictionaryArray:
    found = cells.to_arrow(compat_level=pl.CompatLevel.oldest())
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    return found.dictionary_encode()


def _codes(coded: pa.DictionaryArray, empty: int) -> npt.NDArray[np.int32]:
    found: npt.NDArray[np.int32] = coded.indices.fill_null(empty).to_numpy(zero_copy_only=False).astype(np.int32)
    return found
