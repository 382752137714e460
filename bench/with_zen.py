"""The rules as expressions compiled by zen-engine, a line at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bench.two_valued import Dialect, lowered
from lotgate.evaluate.entries import Program
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.sql_facts import FlatColumns

__all__ = ["Zen", "facts_of"]

DIALECT: Dialect[str] = Dialect(
    all_of=lambda parts: "(" + " and ".join(parts) + ")",
    any_of=lambda parts: "(" + " or ".join(parts) + ")",
    negate=lambda part: f"not ({part})",
    constant=lambda value: "true" if value else "false",
    among=lambda fact, values: f"({fact} in [{', '.join(repr(value) for value in values)}])",
    missing=lambda fact: f"({fact} == null)",
    holds=lambda column: f"({column} == true)",
    fails=lambda column: f"({column} == false)",
    bound=lambda column, op, limit: f"({column} != null and {column} {op if op != '=' else '=='} {limit!r})",
    since=lambda day: f"(day >= {day.toordinal()})",
)


class Zen:
    """Every clause one compiled expression, given the facts it names; or all clauses in one, given the whole line."""

    def __init__(self, evaluator: Evaluator, programs: Sequence[Program]) -> None:
        import zen

        self.clauses = list(lowered(evaluator, programs, DIALECT))
        verdicts = [f"({one.surely} ? 2 : ({one.possibly} ? 1 : 0))" for one in self.clauses]
        names = FlatColumns(evaluator).schema().names
        self.names = [[name for name in names if re.search(rf"\b{name}\b", verdict)] for verdict in verdicts]
        self.compiled = [zen.compile_expression(verdict) for verdict in verdicts]
        self.whole = zen.compile_expression("[" + ", ".join(verdicts) + "]")

    def line(self, facts: Mapping[str, Any]) -> list[int]:
        """Per clause: 0 nothing, 1 a question, 2 a demand."""
        return [
            one.evaluate({name: facts[name] for name in names})
            for one, names in zip(self.compiled, self.names, strict=True)
        ]

    def at_once(self, facts: Mapping[str, Any]) -> list[int]:
        """The same, all clauses in one expression."""
        found: list[int] = self.whole.evaluate(facts)
        return found


def facts_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the flat table as zen takes it: days as numbers."""
    return {name: value.toordinal() if isinstance(value, date) else value for name, value in row.items()}
