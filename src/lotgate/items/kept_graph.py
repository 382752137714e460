"""The graph of a large bill kept on disk under the hash of its tables: interning ids is what takes the time.

A file holds a line of JSON and then the arrays as they lie in memory. It appears whole or not at all and is checked
against its own sums when it is read; a damaged or foreign one only costs building the graph anew. The folder is
bounded: what was used longest ago goes first.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from lotgate.cache import cache_folder, keep_within, write_atomically
from lotgate.items.graph import Graph
from lotgate.items.interning import Numbers

__all__ = ["KEPT_FROM", "LIMIT", "graph_of"]

FORM = 2
"""Moves when what a file holds, or how parts are ordered, changes."""
KEPT_FROM = 200_000
"""Lines from which on reading a graph is quicker than building it."""
LIMIT = 2 << 30
"""Bytes that kept graphs may take up together."""
_ARRAYS = ("first_lines", "component", "quantity_low", "quantity_high", "edges", "item_nodes", "exactly")


def graph_of(
    bom: pl.DataFrame,
    items: pl.Series | None = None,
    exactly: Numbers | None = None,
    values: tuple[Fraction, ...] = (),
    *,
    limit: int = LIMIT,
) -> Graph:
    """What `Graph.build` makes of these tables, from disk where they were seen before."""
    if bom.height < KEPT_FROM:
        return Graph.build(bom, items, exactly, values)
    path = cache_folder() / "graphs" / f"{_key(bom, items, exactly, values)}.graph"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        found = _read(path)
        with contextlib.suppress(OSError):
            os.utime(path)  # used now
        return found
    graph = Graph.build(bom, items, exactly, values)
    with contextlib.suppress(OSError):
        _write(path, graph)
        keep_within(path.parent, limit)
    return graph


def _key(bom: pl.DataFrame, items: pl.Series | None, exactly: Numbers | None, values: tuple[Fraction, ...]) -> str:
    mark = sha256(f"{FORM} {sys.byteorder} {_texts(values)}".encode())
    columns = [bom["parent"], bom["component"], bom["quantity"]]
    columns += [] if items is None else [items]
    columns += [] if exactly is None else [pl.Series(exactly)]
    for column in columns:
        array = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
        mark.update(f"{len(array)} {array.offset} {array.type}".encode())
        for buffer in array.buffers():
            mark.update(b"-" if buffer is None else buffer)
    return mark.hexdigest()[:40]


def _texts(values: tuple[Fraction, ...]) -> list[str]:
    return [str(value) for value in values]


def _write(path: Path, graph: Graph) -> None:
    names = graph.names.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, text = names.buffers()
    parts: dict[str, npt.NDArray[Any]] = {
        "offsets": np.frombuffer(offsets, np.int64),
        "text": np.frombuffer(text, np.uint8),
    }
    for name in _ARRAYS:
        array = getattr(graph, name)
        if array is not None and not (name == "quantity_high" and array is graph.quantity_low):
            parts[name] = np.ascontiguousarray(array)
    about = {
        "form": FORM,
        "parts": graph.size,
        "cycles": graph.cycles,
        "values": _texts(graph.values),
        "arrays": [[name, array.dtype.str, array.size, crc32(array.data)] for name, array in parts.items()],
    }
    with write_atomically(path) as stream:
        stream.write(json.dumps(about).encode() + b"\n")
        for array in parts.values():
            stream.write(array.data)


def _read(path: Path) -> Graph:
    """The graph in a file; raises OSError, ValueError, KeyError or TypeError where there is none."""
    with path.open("rb") as stream:
        about = json.loads(stream.readline())
        if about["form"] != FORM:
            raise ValueError("another form")
        arrays: dict[str, npt.NDArray[Any]] = {}
        for name, kind, size, total in about["arrays"]:
            array = np.fromfile(stream, kind, size)
            if array.size != size or crc32(array.data) != total:
                raise ValueError(f"{name} is damaged")
            arrays[name] = array
    text = [pa.py_buffer(arrays.pop("offsets")), pa.py_buffer(arrays.pop("text"))]
    names = pl.Series("item", pa.LargeStringArray.from_buffers(about["parts"], *text))
    arrays.setdefault("quantity_high", arrays["quantity_low"])
    values = tuple(Fraction(text) for text in about["values"])
    return Graph(names=names, cycles=tuple(map(tuple, about["cycles"])), values=values, **arrays)
