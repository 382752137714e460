"""How far the cells of a workbook reach, told from its XML before anything is made of them.

A reader of sheets makes room for every cell between the first and the last one: a file of a few hundred bytes with one
cell in the furthest corner would take half a terabyte and end the program.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

__all__ = ["MOST_CELLS", "too_wide"]

MOST_CELLS = 60_000_000
"""Cells from corner to corner; a million rows of our widest table are fewer."""
_CHUNK, _OVERLAP, _LONGEST = 1 << 20, 4096, 12
_ODD = re.compile(rb"<(?:\w+:)?(?:c|row)\s[^<>]*?\br(?:\s+=|=\s)")
"""A place written as no spreadsheet program writes it."""
_SPACE = np.isin(np.arange(256), [9, 10, 13, 32])
_QUOTE = np.isin(np.arange(256), [34, 39])


def too_wide(path: Path) -> str | None:
    """The part of a workbook whose cells reach too far, or are placed oddly; None where all is well."""
    with zipfile.ZipFile(path) as parts:
        for part in parts.infolist():
            if part.filename.startswith("xl/media/"):
                continue
            with parts.open(part) as opened:
                if _reach(opened) > MOST_CELLS:
                    return part.filename
    return None


def _reach(opened: IO[bytes]) -> int:
    """Cells between the first corner and the furthest row and column named; too many where it cannot be told."""
    rows = columns = 1
    for chunk in _chunks(opened):
        if _ODD.search(chunk):
            return MOST_CELLS + 1
        row, column = _furthest(chunk)
        rows, columns = max(rows, row), max(columns, column)
        if rows * columns > MOST_CELLS:
            break
    return rows * columns


def _chunks(opened: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces, each beginning with the end of the one before."""
    before = b" "
    while read := opened.read(_CHUNK):
        yield before + read
        before = read[-_OVERLAP:]


def _furthest(chunk: bytes) -> tuple[int, int]:
    """The largest row and column among the places `r="AB12"` of a piece."""
    data = np.frombuffer(chunk + b"\0" * (_LONGEST + 4), dtype=np.uint8)
    inner = data[1 : len(chunk)]
    found = np.flatnonzero((inner == ord("r")) & (data[2 : len(chunk) + 1] == ord("=")))
    found = found[_SPACE[data[found]] & _QUOTE[data[found + 3]]]
    if not len(found):
        return 1, 1
    row, column = np.zeros(len(found), dtype=np.int64), np.zeros(len(found), dtype=np.int64)
    going = np.ones(len(found), dtype=bool)
    for place in range(_LONGEST):
        sign = data[found + 4 + place].astype(np.int64)
        letter = (sign | 32) - 96
        is_letter, digit = going & (letter > 0) & (letter < 27), sign - 48
        is_digit = going & (digit >= 0) & (digit < 10)
        column = np.where(is_letter, column * 26 + letter, column)
        row = np.where(is_digit, row * 10 + digit, row)
        going &= is_letter | is_digit
    return max(1, int(row.max())), max(1, int(column.max()))
