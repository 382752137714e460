"""Checks what no single cell shows: repeated identifiers, references, periods, sums. Leaves cells to cells.py.

Cycles in a bill of materials are no fault here: what depends on them is named where content is rolled up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from lotgate.errors import Fault
from lotgate.tables.schema import TABLES, Table
from lotgate.tables.vocabulary import PIECE, UNITS, nearest

__all__ = ["Checked", "check_references", "check_rows", "check_units"]

_SUM_TOLERANCE = 0.005
"""What rounded assays may add up to beyond the whole."""


@dataclass(frozen=True)
class Checked:
    """A decoded table with the data row number of each of its rows, and whether all of it could be read."""

    frame: pl.DataFrame
    rows: pl.Series
    complete: bool

    @property
    def numbered(self) -> pl.DataFrame:
        """The frame with the data row number as column `row#`."""
        return self.frame.with_columns(self.rows.alias("row#"))


def check_rows(table: Table, checked: Checked) -> list[Fault]:
    """Faults between the rows of one table."""
    faults = _repeated(table, checked)
    more = {
        "composition": _mass_sums,
        "items": _masses_of_units,
        "bom": _self_parts,
        "rates": _common_currency,
        "chips": _item_cells,
        "ownership": _holdings,
        "licences": _validity,
        "facts": _two_answers,
    }.get(table.name)
    return faults + (more(checked) if more else [])


def _repeated(table: Table, checked: Checked) -> list[Fault]:
    """Rows whose key stands in an earlier row; a key with an unknown cell identifies nothing."""
    if not table.key:
        return []
    key = checked.frame.select(table.key)
    distinct = key.to_series().n_unique() if len(table.key) == 1 else key.n_unique()
    if key.height == distinct:
        return []
    keyed = checked.numbered.drop_nulls(table.key)
    first = keyed.group_by(table.key).agg(pl.col("row#").min().alias("first#"))
    again = keyed.join(first, on=table.key, maintain_order="left").filter(pl.col("row#") > pl.col("first#"))
    return [
        Fault(
            table.name,
            f"the same {' and '.join(table.key)} as row {first_row}",
            row=row,
            column=table.key[-1],
            value=", ".join(str(part) for part in parts),
            message_zh=f"{'、'.join(table.key)} 与第 {first_row} 行重复",
            expected="every one once",
            expected_zh="各不重复",
        )
        for *parts, row, first_row in again.select(*table.key, "row#", "first#").rows()
    ]


def _mass_sums(checked: Checked) -> list[Fault]:
    sums = checked.numbered.group_by("item", maintain_order=True).agg(pl.sum("mass_fraction"), pl.last("row#"))
    return [
        Fault(
            "composition",
            f"the mass fractions of {item} add up to more than 1",
            row=row,
            column="mass_fraction",
            value=f"{total:.15g}",
            message_zh=f"{item} 各成分质量比例之和大于 1",
            expected="at most 1 for one item",
            expected_zh="同一物项之和不超过 1",
        )
        for item, total, row in sums.rows()
        if item is not None and total > 1 + _SUM_TOLERANCE
    ]


def _self_parts(checked: Checked) -> list[Fault]:
    same = checked.numbered.filter(pl.col("parent") == pl.col("component"))
    return [
        Fault(
            "bom",
            "an item contains itself",
            row=row,
            column="component",
            value=component,
            message_zh="物项包含自身",
            expected="another item",
            expected_zh="其他物项",
        )
        for component, row in same.select("component", "row#").rows()
    ]


_MASS_TOLERANCE = 0.001
"""How far the mass written for a unit of mass may be rounded."""


def _masses_of_units(checked: Checked) -> list[Fault]:
    """Items priced by mass whose unit is said to weigh something else."""
    faults = []
    known = checked.numbered.drop_nulls(["unit", "unit_mass_kg"])
    for unit, mass, row in known.select("unit", "unit_mass_kg", "row#").iter_rows():
        kilograms = float(UNITS[unit].factor)
        if UNITS[unit].dimension == "mass" and not abs(mass - kilograms) <= _MASS_TOLERANCE * kilograms:
            wanted = f"{kilograms:.15g}"
            faults.append(
                Fault(
                    "items",
                    f"one {unit} weighs {wanted} kg",
                    row=row,
                    column="unit_mass_kg",
                    value=_written(mass),
                    message_zh=f"一 {unit} 的质量为 {wanted} 千克",
                    expected=f"{wanted}, or an empty cell",
                    expected_zh=f"{wanted}，或留空",
                )
            )
    return faults


def _common_currency(checked: Checked) -> list[Fault]:
    """Rates that leave the one currency all share, or stand there twice for a day, in whichever direction."""
    faults = []
    shared: set[str] = set()
    seen: dict[tuple[str, ...], int] = {}
    rates = checked.numbered.drop_nulls(["currency", "to_currency", "date"])
    for one, other, day, row in rates.select("currency", "to_currency", "date", "row#").iter_rows():
        pair = (*sorted((one, other)), str(day))
        common = shared & {one, other} if shared else {one, other}
        column, value = "to_currency", other
        if one == other:
            said = ("a rate of a currency to itself", "币种与自身的汇率", "another currency", "其他币种")
        elif not common:
            names = " or ".join(sorted(shared))
            said = (
                f"{one} to {other} shares no currency with the rates before",
                f"{one} 与 {other} 的汇率与前面各行没有共同币种",
                f"a rate to or from {names}, as in every row before",
                f"涉及 {names} 的汇率，与前面各行一致",
            )
        elif pair in seen:
            column, value = "date", str(day)
            said = (
                f"the same two currencies on the same day as row {seen[pair]}",
                f"与第 {seen[pair]} 行币种和日期相同",
                "one rate for one day",
                "每日一个汇率",
            )
        else:
            shared = common
            seen[pair] = row
            continue
        message, message_zh, expected, expected_zh = said
        faults.append(Fault("rates", message, row, column, value, expected, message_zh, expected_zh))
    return faults


_PER_ITEM = (
    "die_area_mm2",
    "io_gb_per_s",
    "memory_gb",
    "memory_gb_per_s",
    "memory_area_mm2",
    "transistors_bn",
    "node_nm",
    "datacentre",
)


def _item_cells(checked: Checked) -> list[Fault]:
    """Rows of one item that differ in a cell which belongs to the item as a whole."""
    faults = []
    for name in _PER_ITEM:
        known = checked.numbered.drop_nulls(["item", name])
        first = known.group_by("item", maintain_order=True).agg(
            pl.first(name).alias("first"), pl.first("row#").alias("first#")
        )
        other = known.join(first, on="item", maintain_order="left").filter(pl.col(name) != pl.col("first"))
        faults += [
            Fault(
                "chips",
                f"another {name} than in row {first_row} of the same item",
                row=row,
                column=name,
                value=_written(value),
                message_zh=f"{name} 与同一物项第 {first_row} 行不一致",
                expected=_written(wanted),
                expected_zh=_written(wanted),
            )
            for row, value, wanted, first_row in other.select("row#", name, "first", "first#").rows()
        ]
    return faults


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else "none" if value != value else f"{value:.15g}"


def _backwards(table: str, start: str, end: str, checked: Checked) -> list[Fault]:
    wrong = checked.numbered.filter(pl.col(start) > pl.col(end))
    return [
        Fault(
            table,
            f"{end} is before {start}",
            row=row,
            column=end,
            value=str(last),
            message_zh=f"{end} 早于 {start}",
            expected=f"{first} or later",
            expected_zh=f"{first} 或以后",
        )
        for row, first, last in wrong.select("row#", start, end).rows()
    ]


def _validity(checked: Checked) -> list[Fault]:
    return _backwards("licences", "valid_from", "valid_to", checked)


def _holdings(checked: Checked) -> list[Fault]:
    """Periods that end before they start, and two shares of one owner in one party for one day."""
    faults = _backwards("ownership", "from", "to", checked)
    ordered = (
        checked.numbered.drop_nulls(["owner", "owned"])
        .with_columns(pl.col("from").fill_null(pl.date(1, 1, 1)), pl.col("to").fill_null(pl.date(9999, 12, 31)))
        .filter(pl.col("from") <= pl.col("to"))
        .sort("owner", "owned", "from", "row#")
    )
    pair = ["owner", "owned"]
    # Against the furthest end so far, not the row just before: a long holding may cover several short ones.
    clashing = ordered.filter(pl.col("from") <= pl.col("to").cum_max().shift(1).over(pair))
    return faults + [
        Fault(
            "ownership",
            f"the holding of {owner} in {owned} overlaps with row {before}",
            row=row,
            column="from",
            message_zh=f"{owner} 对 {owned} 的持股期间与第 {before} 行重叠",
            expected="periods that do not overlap",
            expected_zh="互不重叠的期间",
        )
        for owner, owned, row, before in _overlaps(ordered.join(clashing.select(pair).unique(), on=pair, how="semi"))
    ]


def _overlaps(holdings: pl.DataFrame) -> Iterator[tuple[str, str, int, int]]:
    """Owner, owned, row, and the earlier-starting row it overlaps with, for holdings sorted by pair and start."""
    furthest: dict[tuple[str, str], tuple[date, int]] = {}
    for owner, owned, start, end, row in holdings.select("owner", "owned", "from", "to", "row#").rows():
        until, before = furthest.get((owner, owned), (None, 0))
        if until is not None and start <= until:
            yield owner, owned, row, before
        if until is None or end > until:
            furthest[owner, owned] = (end, row)


def _two_answers(checked: Checked) -> list[Fault]:
    """Answers that differ from an earlier one. Papers (with a day or an end) may differ: then the fact is open."""
    paper = pl.col("date").is_not_null() | pl.col("expires").is_not_null()
    known = checked.numbered.drop_nulls(["subject", "fact", "value"]).filter(~paper)
    first = known.group_by("subject", "fact").agg(pl.col("value", "row#").sort_by("row#").first().name.suffix("1"))
    other = known.join(first, on=["subject", "fact"], maintain_order="left").filter(pl.col("value") != pl.col("value1"))
    return [
        Fault(
            "facts",
            f"another answer than in row {first_row} to the same question",
            row=row,
            column="value",
            value=value,
            message_zh=f"与第 {first_row} 行对同一问题的答复不同",
            expected="one answer",
            expected_zh="一个答复",
        )
        for row, value, first_row in other.select("row#", "value", "row#1").rows()
    ]


# ---- references -------------------------------------------------------------------------------------------------


def check_references(tables: Mapping[str, Checked]) -> list[Fault]:
    """References to items and parties that are not in their table; a table missing or empty is named once.

    Nothing is said of references into a table that could not be read in full.
    """
    faults: list[Fault] = []
    missing: dict[str, str] = {}
    for name, checked in tables.items():
        for column in TABLES[name].columns:
            if column.refers is None or column.name not in checked.frame.columns:
                continue
            target = tables.get(column.refers)
            refs = checked.frame[column.name]
            if target is None or (target.complete and target.frame.is_empty()):
                if refs.null_count() < len(refs):
                    missing.setdefault(column.refers, f"{name}.{column.name}")
            elif target.complete:
                known = target.frame[TABLES[column.refers].key[0]].drop_nulls()
                faults += _dangling(name, column.name, column.refers, refs, checked.rows, known)
    return [
        Fault(
            table,
            f"table {table} is missing" + (" or empty" if table in tables else "") + f", but {place} refers to it",
            message_zh=f"{table} 表缺失或为空，而 {place} 引用了它",
            expected=f"a table {table} with a row for every name",
            expected_zh=f"{table} 表，每个标识一行",
        )
        for table, place in missing.items()
    ] + faults


def check_units(tables: Mapping[str, Checked]) -> list[Fault]:
    """Lines of bills whose unit cannot become that of their component: nobody knows how many metres a kit is.

    From mass there is a way to every unit, over the mass of one; where that cell is empty the quantity is unknown.
    """
    bom, items = tables.get("bom"), tables.get("items")
    if bom is None or items is None or bom.frame["unit"].null_count() == bom.frame.height:
        return []
    own = items.frame.select(component="item", own=pl.col("unit").fill_null(PIECE), mass="unit_mass_kg")
    told = bom.numbered.drop_nulls(["unit", "component"]).join(
        own.drop_nulls("component").unique("component"), on="component", maintain_order="left"
    )
    dimension = pl.col("unit").replace_strict({code: unit.dimension for code, unit in UNITS.items()})
    other = pl.col("own").replace_strict({code: unit.dimension for code, unit in UNITS.items()})
    weighed = (dimension == "mass") & (pl.col("mass").is_null() | (pl.col("mass") > 0) & pl.col("mass").is_not_nan())
    wrong = told.filter((dimension != other) & ~weighed)
    return [
        Fault(
            "bom",
            f"{unit} is a unit of {UNITS[unit].dimension}, but {component} is priced by {mine} ({UNITS[mine].en})",
            row=row,
            column="unit",
            value=unit,
            message_zh=f"{unit}（{UNITS[unit].zh}）与 {component} 的计价单位 {mine}（{UNITS[mine].zh}）量纲不同",
            expected=f"a unit of {UNITS[mine].dimension}, or kilograms with a unit_mass_kg for {component}",
            expected_zh=f"与 {mine} 同一量纲的单位；或以千克计并填写 {component} 的 unit_mass_kg",
        )
        for component, unit, mine, row in wrong.select("component", "unit", "own", "row#").iter_rows()
    ]


def _dangling(table: str, column: str, target: str, refs: pl.Series, rows: pl.Series, known: pl.Series) -> list[Fault]:
    named = pl.DataFrame([refs.alias("name"), rows.alias("row")])
    if refs.dtype == pl.List(pl.String):
        if refs.list.len().max() in (0, None):
            return []
        named = named.explode("name")
    distinct = named["name"].drop_nulls().unique()
    absent = distinct.filter(~distinct.is_in(known.implode()) & (distinct != "none"))
    if absent.is_empty():
        return []
    known_names = known.to_list()
    # A hint looks through all known names, so a wholly wrong column gets hints for its first names only.
    hinted = absent.sort().head(min(1000, 1 + 1_000_000 // (len(known_names) + 1)))
    close = {name: nearest(name, known_names, cutoff=0.7) for name in hinted}
    singular = {"items": "item", "parties": "party"}[target]
    return [
        Fault(
            table,
            f"no such {singular} in table {target}",
            row=row,
            column=column,
            value=name,
            message_zh=f"{target} 表中没有该标识",
            expected=f"{close[name]} (nearest)" if close.get(name) else f"a name from {target}.{singular}",
            expected_zh=f"{close[name]}（最接近）" if close.get(name) else f"{target}.{singular} 中的标识",
        )
        for name, row in named.filter(pl.col("name").is_in(absent.implode())).rows()
    ]
