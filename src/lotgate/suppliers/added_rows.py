"""Parts and chip figures that a questionnaire brings, beside what stands in the tables.

Rows that are new are added; rows that are there already, or differ, are told and left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from lotgate.suppliers.merging import Change, Merged
from lotgate.tables import Workspace
from lotgate.tables.additions import Fill

__all__ = ["PER_PRECISION", "add_rows_of"]

PER_PRECISION = ("item", "precision", "bit_length", "dense_tops")
Rows = Mapping[str, Sequence[dict[str, str]]]


def add_rows_of(ws: Workspace, rows: Rows, source: str, supplier: str | None, merged: Merged) -> None:
    """Adds the rows of tables `bom`, `items` and `chips` that a file brings to what is to be written."""
    items = set(ws.tables["items"]["item"].to_list()) | {row["item"] for row in merged.rows.get("items", ())}
    lines = ws.tables["bom"].select("parent", "component", "quantity", "unit")
    bom = {(parent, component): (quantity, unit) for parent, component, quantity, unit in lines.iter_rows()}
    billed = {parent for parent, _ in bom}
    for row in rows.get("bom", ()):
        known = bom.get((row["parent"], row["component"]))
        if known is None and row["parent"] not in billed:
            merged.rows["bom"].append(row)
        same = known == (float(row["quantity"]), row.get("unit"))
        outcome = "known" if same else "contradicts" if row["parent"] in billed else "new"
        what = f"{row['component']} × {row['quantity']} {row.get('unit', '')}".strip()
        stands = None if known is None else f"{known[0]:g} {known[1] or ''}".strip()
        merged.changes.append(Change(outcome, "bom", row["parent"], "part", what, stands, source))  # type: ignore[arg-type]
    for row in rows.get("items", ()):
        if row["item"] not in items:
            items.add(row["item"])
            merged.rows["items"].append({**row, "supplier": supplier or ""})
            merged.changes.append(Change("new", "items", row["item"], "item", row.get("description", ""), None, source))
    _add_chips(ws, rows, source, merged)


def _add_chips(ws: Workspace, rows: Rows, source: str, merged: Merged) -> None:
    """Chip figures into empty cells and new rows. Figures of the item as a whole go to all of its rows."""
    held: dict[tuple[str, str | None], dict[str, Any]] = {
        (row["item"], row["precision"]): row for row in ws.tables["chips"].iter_rows(named=True)
    }
    whole: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows.get("chips", ()):
        whole[row["item"]] |= {name: value for name, value in row.items() if name not in PER_PRECISION}
    for row in rows.get("chips", ()):
        rates = {name: value for name, value in row.items() if name in PER_PRECISION}
        if (row["item"], row["precision"]) not in held and ("dense_tops" in rates or not _rows_of(held, row["item"])):
            merged.rows["chips"].append({**whole[row["item"]], **rates})
            told = ", ".join(f"{name} {value}" for name, value in row.items() if name not in ("item", "precision"))
            merged.changes.append(Change("new", "chips", row["item"], row["precision"], told, None, source))
    for (item, precision), known in held.items():
        mine = (row for row in rows.get("chips", ()) if (row["item"], row["precision"]) == (item, precision))
        given = next(mine, {})
        rates = {name: given[name] for name in ("dense_tops", "bit_length") if name in given}
        for name, value in {**whole.get(item, {}), **rates}.items():
            stands = known[name]
            outcome = "new" if stands is None else "known" if _alike(stands, value) else "contradicts"
            merged.changes.append(
                Change(outcome, "chips", item, name, value, None if stands is None else str(stands), source)  # type: ignore[arg-type]
            )
            if stands is None:
                where = (("item", item), *([("precision", precision)] if precision else []))
                merged.fills.append(Fill("chips", where, name, value))


def _rows_of(held: Mapping[tuple[str, str | None], Any], item: str) -> bool:
    return any(one == item for one, _ in held)


def _alike(stands: Any, value: str) -> bool:
    try:
        return float(stands) == float(value)
    except ValueError:
        return str(stands) == value
