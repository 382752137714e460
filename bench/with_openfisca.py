"""The rules as variables of OpenFisca, whole columns at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.two_valued import Dialect, lowered
from lotgate.evaluate.entries import Program
from lotgate.evaluate.evaluator import Evaluator

__all__ = ["OpenFisca"]

PERIOD = "2026-01"
BOTH = ("yes", "no")
Formula = Callable[[Any], Any]
"""From a reader of columns to an array of booleans."""


def _all(parts: Sequence[Formula]) -> Formula:
    def formula(read: Any) -> Any:
        found = parts[0](read)
        for part in parts[1:]:
            found = found * part(read)
        return found

    return formula


def _any(parts: Sequence[Formula]) -> Formula:
    def formula(read: Any) -> Any:
        found = parts[0](read)
        for part in parts[1:]:
            found = found + part(read)
        return found

    return formula


_RELATIONS: dict[str, Callable[[Any, float], Any]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "=": np.equal,
}  # fmt: skip


class OpenFisca:
    """A system with one entity, the line, an input variable per fact and a computed one per clause."""

    def __init__(self, evaluator: Evaluator, programs: Sequence[Program], flat: Path, enumerated: bool = False) -> None:
        """With `enumerated` every text is an enumeration of the words that occur, not only those from closed lists."""
        from openfisca_core import entities, taxbenefitsystems

        self.law = evaluator.law
        self.words: dict[str, Any] = {}
        self.used = {"day"}
        self.entity = entities.build_entity("line", "lines", "A line of a shipment", is_person=True)
        self.system = taxbenefitsystems.TaxBenefitSystem([self.entity])
        table = pq.read_table(flat)
        for name in table.column_names:
            if pa.types.is_string(table.schema.field(name).type):
                self._number_words(name, table[name], enumerated)
            if name != "line":
                self._add(name, self._array(name, table[name]), None)
        self.clauses = list(lowered(evaluator, programs, self._dialect()))
        for k, one in enumerate(self.clauses):
            self._add(f"surely_{k}", np.zeros(0, dtype=bool), one.surely)
            self._add(f"possibly_{k}", np.zeros(0, dtype=bool), one.possibly)

    def _array(self, name: str, cells: pa.ChunkedArray) -> Any:
        column = cells.combine_chunks()
        if name in self.words:
            return self._numbers(name, column)
        if pa.types.is_string(column.type):
            return pc.fill_null(column, "").to_numpy(zero_copy_only=False).astype(bytes)
        if pa.types.is_boolean(column.type):  # 1 true, 0 false, -1 not known
            return pc.fill_null(column.cast(pa.int8()), -1).to_numpy(zero_copy_only=False).astype(np.int32)
        if pa.types.is_date(column.type):
            return column.cast(pa.int32()).to_numpy()
        return column.to_numpy(zero_copy_only=False).astype(np.float32)

    def _number_words(self, name: str, column: pa.ChunkedArray, enumerated: bool) -> None:
        """Makes a text from a closed list an enumeration of OpenFisca's; any other (a country, a model) stays text."""
        from openfisca_core import indexed_enums

        known = self.law.facts[name].type.values or (BOTH if self.law.facts[name].type.type == "bool" else ())
        if enumerated:
            known = tuple(word for word in column.unique().to_pylist() if word is not None)
        if known:
            words = {f"w{k}": word for k, word in enumerate(["missing", *sorted(known)])}
            self.words[name] = indexed_enums.Enum(name, words)

    def _numbers(self, name: str, column: pa.Array) -> Any:
        from openfisca_core import indexed_enums

        words = pa.array([word.value for word in self.words[name]])
        numbers = pc.fill_null(pc.index_in(column, words), 0).to_numpy(zero_copy_only=False)
        return indexed_enums.EnumArray(numbers.astype(np.uint8), self.words[name])

    def _add(self, name: str, array: Any, formula: Formula | None) -> None:
        from openfisca_core import indexed_enums, periods, variables

        kinds: dict[str, type] = {"b": bool, "i": int, "f": float, "S": str}
        kind = indexed_enums.Enum if name in self.words else kinds[array.dtype.kind]
        body: dict[str, Any] = {
            "value_type": kind, "entity": self.entity, "label": name, "definition_period": periods.MONTH,
        }  # fmt: skip
        if name in self.words:
            words = self.words[name]
            body |= {"possible_values": words, "default_value": next(iter(words))}
        if array.dtype.kind == "S":
            body["max_length"] = array.dtype.itemsize
        if formula is not None:
            body["formula"] = lambda lines, period: formula(lambda column: lines(column, period))
        self.system.add_variable(type(name, (variables.Variable,), body))

    def _dialect(self) -> Dialect[Formula]:
        uses = self.used.add

        def said(column: str, value: int) -> Formula:
            uses(column)
            return lambda read: read(column) == value

        def word(fact: str, value: str) -> Formula:
            wanted = next(word for word in self.words[fact] if word.value == value)
            return lambda read: read(fact) == wanted

        def among(fact: str, values: Sequence[str]) -> Formula:
            uses(fact)
            if fact in self.words:
                occurring = {one.value for one in self.words[fact]}
                return _any([word(fact, value) for value in values if value in occurring] or [constant(False)])
            wanted = np.array(values, dtype=bytes)
            return lambda read: np.isin(read(fact), wanted)

        def missing(fact: str) -> Formula:
            uses(fact)
            if fact in self.words:
                return word(fact, "missing")
            return lambda read: np.isnan(array) if (array := read(fact)).dtype.kind == "f" else array == b""

        def bound(column: str, op: str, limit: float) -> Formula:
            relation = _RELATIONS[op]
            uses(column)
            return lambda read: relation(read(column), limit)

        def constant(value: bool) -> Formula:
            return lambda read: np.full(len(read("day")), value)

        def since(day: date) -> Formula:
            number = (day - date(1970, 1, 1)).days
            return lambda read: read("day") >= number

        return Dialect(
            all_of=_all,
            any_of=_any,
            negate=lambda part: lambda read: np.logical_not(part(read)),
            constant=constant,
            among=among,
            missing=missing,
            holds=lambda column: said(column, 1),
            fails=lambda column: said(column, 0),
            bound=bound,
            since=since,
        )

    def run(self, flat: Path) -> list[Any]:
        """Per clause, what it makes of every line of a file: 0 nothing, 1 a question, 2 a demand."""
        from openfisca_core import simulations

        table = pq.read_table(flat, columns=sorted(self.used))
        simulation = simulations.SimulationBuilder().build_default_simulation(self.system, table.num_rows)
        for name in table.column_names:
            simulation.set_input(name, PERIOD, self._array(name, table[name]))
        return [
            np.where(simulation.calculate(f"surely_{k}", PERIOD), 2, simulation.calculate(f"possibly_{k}", PERIOD) * 1)
            for k in range(len(self.clauses))
        ]
