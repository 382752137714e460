"""A proposal accepted by a person: a row of `facts` that says who decided and on what."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from lotgate.errors import Fault, InputError
from lotgate.law import Law
from lotgate.tables import Workspace, load
from lotgate.tables.additions import add_rows
from lotgate.tables.cells import decode
from lotgate.tables.schema import TABLES
from lotgate.tables.vocabulary import nearest

__all__ = ["accept"]


def accept(
    workspace: str | Path,
    item: str,
    code: str,
    by: str,
    day: date,
    *,
    law: Law,
    regime: str,
    because: str = "",
) -> Workspace:
    """Writes that a person classifies an item: `code` under `regime`, or `none` for classified and not listed.

    `because` is kept in the source beside the name and the day. Raises InputError, with nothing written, where item,
    regime or code are none, where nobody is named, and where the item has another code already.
    """
    ws = load(workspace, ("items",))
    faults: list[Fault] = []
    items = {row["item"]: row for row in ws.tables["items"].iter_rows(named=True)}
    if item not in items:
        near = nearest(item, items, cutoff=0.5)
        faults.append(
            Fault(
                "items",
                "no such item",
                value=item,
                message_zh="没有该物项",
                expected=near or "an item of table items",
                expected_zh=near or "items 表中的物项",
            )
        )
    if regime not in law.regimes:
        known = ", ".join(law.regimes)
        faults.append(
            Fault("regime", "no such regime", value=regime, expected=known, message_zh="没有该法域", expected_zh=known)
        )
    if not by.strip():
        faults.append(
            Fault(
                "facts",
                "nobody is named who accepts it",
                expected="a name",
                message_zh="未写明由谁采纳",
                expected_zh="姓名",
            )
        )
    if not faults:
        column = f"{regime}_code"
        _, found = decode("facts", TABLES["items"][column], pl.Series([code], dtype=pl.String), pl.Series([1]))
        faults += found
        given = [items[item][column]]
        said = ws.tables["facts"].filter((pl.col("subject") == item) & (pl.col("fact") == column))
        stands = next((one for one in [*given, *said["value"].to_list()] if one is not None and one != code), None)
        if stands is not None:
            faults.append(
                Fault(
                    "items",
                    f"{item} has another {column} already",
                    value=stands,
                    expected="an item without one",
                    message_zh=f"{item} 已有其他 {column}",
                    expected_zh="尚无编码的物项",
                )
            )
    if faults:
        raise InputError(faults)
    source = f"classified by {by.strip()} on {day}" + (f"; {because}" if because else "")
    row = {"subject": item, "fact": f"{regime}_code", "value": code, "source": source}
    return add_rows(workspace, {"facts": [row]})
