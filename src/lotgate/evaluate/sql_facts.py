"""Facts as the flat table that generated SQL reads: what the law asks of them, one column a question."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from lotgate.evaluate.columns import Column, FactTable, Members, Value, leaf_trits
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.outcome import Ints
from lotgate.law import Clause
from lotgate.law.expr import TRUE, UNKNOWN, Leaf

__all__ = ["FlatColumns", "flat_schema", "flatten", "outcome_column"]

_SETS = ("set", "countries", "code")


def _slug(text: str) -> str:
    """A name any engine takes as it stands: letters, digits and underscores, at most 60 of them."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.casefold().replace("!=", "ne")).strip("_")
    return plain if len(plain) <= 60 else f"{plain[:51]}_{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _named(texts: Iterable[str]) -> dict[str, str]:
    """A column name for each text; texts whose plain names agree are told apart by a digest of the text."""
    texts = list(texts)
    counts = Counter(_slug(text) for text in texts)
    return {t: _slug(t) if counts[_slug(t)] == 1 else f"{_slug(t)[:51]}_{_digest(t)}" for t in texts}


def _leaf_text(leaf: Leaf) -> str:
    if isinstance(leaf.operand, frozenset) and not leaf.name:
        return f"{leaf.fact} {leaf.op} [{', '.join(sorted(leaf.operand))}]"
    return f"{leaf.fact} {leaf.op} {leaf.name or leaf.operand or ''}"


class FlatColumns:
    """The columns of the flat table that an evaluator's law needs."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.leaves = evaluator.graph.leaves
        self.used = {fact: leaves for fact, leaves in evaluator.leaves_of.items() if fact != "day"}
        self.kinds = {fact: evaluator.law.facts[fact].type.type for fact in self.used}
        members = [n for fact, ns in self.used.items() if self.kinds[fact] in _SETS for n in ns]
        names = _named(_leaf_text(self.leaves[n]) for n in members)
        self.member_columns = {n: names[_leaf_text(self.leaves[n])] for n in members}

    def schema(self) -> pa.Schema:
        fields = [pa.field("line", pa.int64()), pa.field("day", pa.date32())]
        for fact in sorted(self.used):
            if self.kinds[fact] in _SETS:
                fields += [pa.field(self.member_columns[n], pa.bool_()) for n in self.used[fact]]
            elif self.kinds[fact] == "number":
                fields += [pa.field(f"{fact}_low", pa.float64()), pa.field(f"{fact}_high", pa.float64())]
                fields.append(pa.field(f"{fact}_none", pa.bool_()))
            else:
                fields.append(pa.field(fact, pa.string()))
        return pa.schema(fields)


def flat_schema(evaluator: Evaluator) -> pa.Schema:
    """The columns of the flat table, by fact name.

    `line` numbers the rows and `day` is the day each is decided for. A text is one column, null when unknown. A number
    is its bounds, `_low` and `_high`, null where there is none, and `_none`, true where it is known to be nothing. A
    set or a code is one boolean for each thing the law asks of it, such as `us_code_has_us_3a090a`: true, false, or
    null when it is not known.
    """
    return FlatColumns(evaluator).schema()


def flatten(evaluator: Evaluator, table: FactTable, days: Ints) -> pa.Table:
    """The facts of a table in the columns of `flat_schema`, each row with its day; rows keep their order."""
    flat = FlatColumns(evaluator)
    arrays: dict[str, Any] = {
        "line": pa.array(np.arange(table.rows)),
        "day": pa.array(np.asarray(days, dtype="datetime64[D]")),
    }
    for fact, leaves in flat.used.items():
        column = table.column(fact)
        places = pa.array(column.codes)
        if flat.kinds[fact] in _SETS:
            for n in leaves:
                trits = leaf_trits(flat.leaves[n], column)
                arrays[flat.member_columns[n]] = pa.array(trits == TRUE, mask=trits == UNKNOWN).take(places)
        elif flat.kinds[fact] == "number":
            for name, values in _number_columns(fact, column).items():
                arrays[name] = values.take(places)
        else:
            arrays[fact] = pa.array([_text(value) for value in column.values], pa.string()).take(places)
    schema = flat.schema()
    return pa.table([arrays[name] for name in schema.names], schema=schema)


def _text(value: Value) -> str | None:
    if isinstance(value, tuple | Members):
        raise TypeError(f"expected text, found {value!r}")
    return value


def _number_columns(fact: str, column: Column) -> dict[str, Any]:
    low, high, nothing = column.bounds()
    return {
        f"{fact}_low": pa.array(low, mask=nothing | np.isneginf(low)),
        f"{fact}_high": pa.array(high, mask=nothing | np.isposinf(high)),
        f"{fact}_none": pa.array(nothing),
    }


def outcome_column(clause: Clause) -> str:
    """The column that holds what a clause does: the number of its Outcome."""
    return f"{_slug(clause.ref)}_{_digest(clause.ref)[:4]}"
