"""Reads the sheets of this room, its own and those users bring: CSV, or YAML as a list of rows, every cell checked.

All faults of a sheet are reported together, each with row, column, what was found and what was expected.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from lotgate.errors import Fault, InputError

__all__ = ["Column", "Row", "nearest", "own_sheet", "read_sheet", "unknown_name"]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """What a column holds: `text`, `number` (above `low`, up to `high`), `count` (whole) or one of `words`."""

    name: str
    kind: str = "text"
    needed: bool = False
    low: float = 0.0
    high: float = math.inf
    words: tuple[str, ...] = ()

    def read(self, cell: str) -> Any:
        """The value of a filled cell; raises ValueError with what was expected."""
        if self.words:
            if cell not in self.words:
                raise ValueError(f"one of {', '.join(self.words)}")
            return cell
        if self.kind == "text":
            return cell
        whole = self.kind == "count"
        expected = f"a {'whole ' if whole else ''}number above {self.low:g}"
        expected += f" and at most {self.high:g}" if math.isfinite(self.high) else ""
        try:
            number = float(cell)
        except ValueError:
            raise ValueError(expected) from None
        if not (math.isfinite(number) and self.low < number <= self.high) or (whole and number != int(number)):
            raise ValueError(expected)
        return int(number) if whole else number


class _Texts(yaml.SafeLoader):
    """YAML in which every scalar is text: the columns say what it means."""


_Texts.yaml_implicit_resolvers = {}


def read_sheet(path: Path, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The rows of a file, cells read by their columns, empty ones None. Raises InputError with every fault."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError([Fault(str(path), f"cannot be read: {reason}", message_zh="无法读取")]) from error
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".yaml", ".yml"):
        raise InputError([Fault(str(path), "unknown kind of file", value=suffix, expected=".csv, .yaml or .yml")])
    raw = _csv_rows(text, path.name) if suffix == ".csv" else _yaml_rows(text, path.name)
    return _checked(raw, columns, path.name)


@cache
def own_sheet(name: str, columns: tuple[Column, ...]) -> tuple[Row, ...]:
    """The rows of one of the package's own sheets."""
    text = files("lotgate.compute").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(_checked(_csv_rows(text, name), columns, name))


def _csv_rows(text: str, table: str) -> list[dict[str, str]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise InputError([Fault(table, f"no proper CSV: {error}", row=reader.line_num)]) from error
    if not lines:
        raise InputError([Fault(table, "empty", expected="a header and at least one row")])
    header = [cell.strip() for cell in lines[0]]
    faults = [
        Fault(table, "more cells than the header has", row=number, value=str(len(line)), expected=str(len(header)))
        for number, line in enumerate(lines[1:], 1)
        if len(line) > len(header)
    ]
    faults += [
        Fault(table, "column given twice", column=name) for name in dict.fromkeys(header) if header.count(name) > 1
    ]
    if faults:
        raise InputError(faults)
    return [dict(zip(header, line, strict=False)) for line in lines[1:]]


def _yaml_rows(text: str, table: str) -> list[dict[str, str]]:
    try:
        found = yaml.load(text, Loader=_Texts)  # a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise InputError([Fault(table, f"no proper YAML{where}")]) from error
    rows = found if isinstance(found, list) else [found]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise InputError([Fault(table, "not a list of rows", expected="a list of mappings from column to value")])
    faults = [
        Fault(table, "not a single value", row=number, column=str(name))
        for number, row in enumerate(rows, 1)
        for name, cell in row.items()
        if not isinstance(cell, str)
    ]
    if faults:
        raise InputError(faults)
    return [{str(name): cell for name, cell in row.items()} for row in rows]


def _checked(raw: Sequence[Mapping[str, str]], columns: Sequence[Column], table: str) -> list[dict[str, Any]]:
    known = {column.name: column for column in columns}
    faults = []
    for name in dict.fromkeys(name for row in raw for name in row):
        if name not in known:
            faults.append(Fault(table, "unknown column", column=name, expected=nearest(name, known)))
    rows = []
    for number, cells in enumerate(raw, 1):
        row: dict[str, Any] = {}
        for column in columns:
            cell = (cells.get(column.name) or "").strip()
            row[column.name] = None
            if not cell:
                if column.needed:
                    faults.append(Fault(table, "empty", row=number, column=column.name, expected="a value"))
                continue
            try:
                row[column.name] = column.read(cell)
            except ValueError as error:
                faults.append(
                    Fault(table, "bad value", row=number, column=column.name, value=cell, expected=str(error))
                )
        rows.append(row)
    if faults:
        raise InputError(faults)
    return rows


def nearest(name: str, known: Mapping[str, Any] | Sequence[str]) -> str:
    """The known names nearest to one that is not known, for a message."""
    lowered = {one.casefold(): one for one in known}
    near = [lowered[one] for one in get_close_matches(name.casefold(), lowered, 3, 0.4)]
    return f"nearest: {', '.join(near)}" if near else f"one of {', '.join(known)}"


def unknown_name(table: str, message: str, message_zh: str, name: str, known: Mapping[str, str]) -> Fault:
    """The fault for a name nobody knows; `known` leads from every name in use to the one to propose."""
    lowered = {one.casefold(): proper for one, proper in known.items()}
    near = dict.fromkeys(lowered[one] for one in get_close_matches(name.casefold(), lowered, 6, 0.4))
    proposed = ", ".join(list(near)[:3] or dict.fromkeys(known.values()))
    expected, expected_zh = (f"nearest: {proposed}", f"最接近的是 {proposed}") if near else (
        f"one of {proposed}", f"{proposed} 之一"
    )  # fmt: skip
    return Fault(table, message, value=name, expected=expected, message_zh=message_zh, expected_zh=expected_zh)
