"""The law as one SELECT over a flat table of facts, for warehouses: DuckDB, Spark and Trino.

Nothing but comparison, `IN`, `CASE` and booleans is used, because functions differ between engines and these do not.
An unknown is NULL: SQL's own three-valued logic is the one the law is evaluated in. What SQL cannot say portably, codes
matched as paths and members of sets, is decided once per distinct value when the flat table is made (`flatten`).
"""

from __future__ import annotations

from lotgate.errors import MissingError
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.sql_facts import flat_schema, flatten, outcome_column
from lotgate.law import Law

__all__ = ["DIALECTS", "flat_schema", "flatten", "outcome_column", "sql_for"]

DIALECTS = ("duckdb", "spark", "trino")


def sql_for(
    law: Law | Evaluator,
    dialect: str = "duckdb",
    *,
    table: str = "facts",
    outcomes: bool = False,
    naive: bool = False,
) -> str:
    """One SELECT that decides every row of the flat table by every clause.

    Its columns: `line`, `day`, and per regime `<regime>` (go, ask, apply or stop) and `<regime>_policy`; with
    `outcomes`, also one number per clause (`outcome_column`). Distinct comparisons are computed once in an inner SELECT
    and conditions that several clauses share in the next; `naive` spells every clause out instead, which is there to
    be measured against. MissingError when sqlglot is not installed.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"no dialect {dialect!r}; expected one of {', '.join(DIALECTS)}")
    try:
        from lotgate.evaluate.select import Select
    except ImportError:
        raise MissingError("generated SQL needs sqlglot: pip install 'lotgate[sql]'") from None
    evaluator = law if isinstance(law, Evaluator) else Evaluator(law)
    return Select(evaluator, naive).build(table, outcomes).sql(dialect=dialect, pretty=True)
