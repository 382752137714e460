"""The same roll-up in DuckDB, Polars and networkx, as one would write it there: content of every part from what counts.

Each takes the lines of the bill and the counted parts with their amounts, makes ready, and gives back a way to run that
returns `part` and `amount`; None where the package is not installed.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

__all__ = ["OTHERS"]

Way = Callable[[], pl.DataFrame]
RECURSIVE = """
with recursive roll(part, amount) as (
    select part, amount from counted
    union all
    select line.parent, sum(roll.amount * line.quantity)
    from roll join bom as line on line.component = roll.part
    group by line.parent
)
select part, sum(amount) as amount from roll group by part
"""
"""Summed up at every step, or the same part would be gone through once for every way to it."""


def _duckdb(lines: pl.DataFrame, counted: pl.DataFrame) -> Way | None:
    try:
        import duckdb
    except ImportError:
        return None
    connection = duckdb.connect()
    for name, frame in (("bom", lines), ("counted", counted)):
        connection.register("given", frame)
        connection.sql(f"create table {name} as select * from given")
    return lambda: pl.DataFrame(connection.sql(RECURSIVE).to_arrow_table())


def _polars(lines: pl.DataFrame, counted: pl.DataFrame) -> Way | None:
    def roll_up() -> pl.DataFrame:
        found, front = [counted], counted
        brought = (pl.col("amount") * pl.col("quantity")).sum()
        while front.height:
            front = front.join(lines, left_on="part", right_on="component")
            front = front.group_by(part="parent").agg(amount=brought)
            found.append(front)
        return pl.concat(found).group_by("part").agg(pl.col("amount").sum())

    return roll_up


def _networkx(lines: pl.DataFrame, counted: pl.DataFrame) -> Way | None:
    try:
        import networkx
    except ImportError:
        return None
    graph = networkx.DiGraph()
    graph.add_nodes_from(counted["part"])
    graph.add_weighted_edges_from(lines.select("component", "parent", "quantity").iter_rows())
    amount = dict(counted.iter_rows())

    def roll_up() -> pl.DataFrame:
        total = {}
        for part in networkx.topological_sort(graph):
            mine = amount.get(part)
            if mine is None:
                mine = 0.0
                for component, line in graph.pred[part].items():
                    mine += total[component] * line["weight"]
            total[part] = mine
        return pl.DataFrame({"part": list(total), "amount": list(total.values())})

    return roll_up


OTHERS: dict[str, Callable[[pl.DataFrame, pl.DataFrame], Way | None]] = {
    "DuckDB's recursive CTE": _duckdb,
    "Polars joins": _polars,
    "networkx": _networkx,
}
