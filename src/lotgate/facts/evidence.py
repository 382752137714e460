"""Papers that run out: a workspace in which every line sees only the answers that still count on its day.

An item whose papers end between two lines stands in the tables once for each stretch of days, the later ones under a
stand-in's name; so do the items it is a part of. Whoever shows a name asks `names` for the item behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lotgate.law import Text
from lotgate.tables import Workspace

__all__ = ["Unfolded", "as_of", "ended", "unfold"]

_MARK = "\x1f"
"""Joins an item's name and the first day of a stretch; no identifier of a workspace holds a control character."""
ORIGIN = ("origin", "made_in")
Held = dict[tuple[str, str], Text]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Unfolded:
    """The workspace with its stand-ins, and what they stand for."""

    workspace: Workspace
    names: Mapping[str, str] = field(default_factory=dict)
    """Stand-in to item."""
    later: Mapping[int, tuple[tuple[date, str], ...]] = field(default_factory=dict)
    """Place of a line to the days after its own on which a paper has ended, each with the stand-in from then on."""
    held: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    """(fact, subject) to the reason why an answer that was given no longer counts."""


def ended(row: Row) -> Text:
    """Why a paper no longer counts."""
    source = row["source"] or ""
    more, more_zh = (f" ({source})", f"（{source}）") if source else ("", "")
    return Text(
        f"The answer given, {row['value']}, counted until {row['expires']}{more}.",
        f"原答复“{row['value']}”有效期至{row['expires']}{more_zh}。",
    )


def as_of(ws: Workspace, day: date) -> Workspace:
    """The workspace without the papers that had run out by a day; for those who decide nothing line by line."""
    tables = dict(ws.tables)
    for name in ("facts", "composition"):
        if tables[name]["expires"].null_count() < tables[name].height:
            tables[name] = tables[name].filter(pl.col("expires").is_null() | (pl.col("expires") >= day))
    return replace(ws, tables=tables)


def unfold(ws: Workspace, days: npt.NDArray[np.datetime64]) -> Unfolded:
    """The workspace as each line sees it on its day. Where no paper runs out it is the same workspace.

    Answers about lines count until their end; those about parties, measures and law data only if they still do on the
    last day of all lines they concern.
    """
    if all(ws.tables[name]["expires"].null_count() == ws.tables[name].height for name in ("facts", "composition")):
        return Unfolded(ws)
    held: Held = {}
    whole: list[date] = days.tolist()
    ws = _without_ended(ws, whole, held)
    return _Unfolding(ws, held).unfolded(whole)


def _without_ended(ws: Workspace, days: list[date], held: Held) -> Workspace:
    """The workspace without answers that are about no item and end too early for a line they concern."""
    facts, items = ws.tables["facts"], set(ws.tables["items"]["item"].to_list())
    lines = ws.tables["shipments"]
    until: dict[str, date] = dict(zip(lines["line"].to_list(), days, strict=True))
    last = max(days, default=date.min)
    for role in ("exporter", "consignee", "end_user"):
        for party, day in zip(lines[role].to_list(), days, strict=True):
            if party is not None:
                until[party] = max(until.get(party, day), day)
    for named, day in zip(lines["intermediaries"].to_list(), days, strict=True):
        for party in named or ():
            until[party] = max(until.get(party, day), day)
    keep = []
    for row in facts.iter_rows(named=True):
        over = row["expires"] is not None and row["expires"] < until.get(row["subject"], last)
        stays = row["subject"] in items or not over
        keep.append(stays)
        if not stays:
            held[row["fact"], row["subject"]] = ended(row)
    return replace(ws, tables={**ws.tables, "facts": facts.filter(pl.Series(keep, dtype=pl.Boolean))})


class _Unfolding:
    """Makes the stand-ins that lines need."""

    def __init__(self, ws: Workspace, held: Held) -> None:
        self.ws, self.held = ws, held
        self.facts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.cuts: dict[str, set[date]] = defaultdict(set)
        for row in ws.tables["facts"].iter_rows(named=True):
            self.facts[row["subject"]].append(row)
        items = set(ws.tables["items"]["item"].to_list())
        for name, key in (("facts", "subject"), ("composition", "item")):
            ending = ws.tables[name].filter(pl.col("expires").is_not_null() & (pl.col("expires") < date.max))
            for item, day in ending.select(key, "expires").iter_rows():
                if item in items:
                    self.cuts[item].add(day + timedelta(days=1))
        self._raise_cuts()
        self.made: dict[str, tuple[str, date]] = {}

    def _raise_cuts(self) -> None:
        """What holds a part changes on the days the part does."""
        above: dict[str, list[str]] = defaultdict(list)
        for parent, component in self.ws.tables["bom"].select("parent", "component").iter_rows():
            above[component].append(parent)
        waiting = list(self.cuts)
        while waiting:
            part = waiting.pop()
            for parent in above.get(part, ()):
                if not self.cuts[part] <= self.cuts[parent]:
                    self.cuts[parent] |= self.cuts[part]
                    waiting.append(parent)

    def standing(self, item: str, day: date) -> str:
        """The name under which an item stands on a day."""
        start = max((cut for cut in self.cuts.get(item, ()) if cut <= day), default=None)
        if start is None:
            return item
        name = f"{item}{_MARK}{start}"
        self.made.setdefault(name, (item, start))
        return name

    def unfolded(self, days: list[date]) -> Unfolded:
        """The whole, for lines that leave on these days."""
        lines = self.ws.tables["shipments"]
        names, later = [], {}
        for number, (item, day) in enumerate(zip(lines["item"].to_list(), days, strict=True)):
            names.append(None if item is None else self.standing(item, day))
            ahead = sorted(cut for cut in self.cuts.get(item, ()) if cut > day)
            if ahead:
                later[number] = tuple((cut, self.standing(item, cut)) for cut in ahead)
        tables = dict(self.ws.tables)
        tables["shipments"] = lines.with_columns(pl.Series("item", names, dtype=pl.String))
        bom = self._bom()
        for name, frame in (("bom", bom), ("items", self._items()), ("composition", self._composition())):
            tables[name] = pl.concat([tables[name], frame])
        chips = tables["chips"]
        copies = [
            chips.filter(pl.col("item") == item).with_columns(item=pl.lit(n)) for n, (item, _) in self.made.items()
        ]
        tables["chips"] = pl.concat([chips, *copies])
        tables["facts"] = pl.concat([tables["facts"], self._answers()])
        tables["licences"] = self._licences()
        ws = replace(self.ws, tables=tables, row_numbers={})
        return Unfolded(ws, {name: item for name, (item, _) in self.made.items()}, later, self.held)

    def _bom(self) -> pl.DataFrame:
        """The bills of the stand-ins, with the parts as they stand on the same day; makes further stand-ins."""
        below: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for parent, *line in self.ws.tables["bom"].iter_rows():
            below[parent].append(tuple(line))
        rows: list[tuple[Any, ...]] = []
        done = 0
        while done < len(self.made):
            name = list(self.made)[done]
            item, start = self.made[name]
            rows += [(name, self.standing(part, start), *line) for part, *line in below.get(item, ())]
            done += 1
        return pl.DataFrame(rows, schema=self.ws.tables["bom"].schema, orient="row")

    def _copies(self, table: str) -> dict[str, list[dict[str, Any]]]:
        wanted = {item for item, _ in self.made.values()}
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.ws.tables[table].filter(pl.col("item").is_in(sorted(wanted))).iter_rows(named=True):
            rows[row["item"]].append(row)
        return rows

    def _items(self) -> pl.DataFrame:
        rows = self._copies("items")
        made = [self._item(dict(rows[item][0]), name, item, start) for name, (item, start) in self.made.items()]
        return pl.DataFrame(made, schema=self.ws.tables["items"].schema, orient="row")

    def _item(self, row: dict[str, Any], name: str, item: str, start: date) -> dict[str, Any]:
        """The stand-in's row. An origin that rested on a paper does not fall back on where the goods were put together:
        without the paper it is open."""
        row["item"] = name
        given = [one for one in self.facts.get(item, ()) if one["fact"] == "origin" and one["value"] is not None]
        over = [one for one in given if not _counts(one, start)]
        if over and len(over) == len(given) and row["origin"] is None and row["made_in"] != over[-1]["value"]:
            row["made_in"] = None
            self.held["made_in", name] = ended(over[-1])
        return row

    def _composition(self) -> pl.DataFrame:
        rows = self._copies("composition")
        made = [
            {**row, "item": name}
            for name, (item, start) in self.made.items()
            for row in rows.get(item, ())
            if _counts(row, start)
        ]
        for name, (item, start) in self.made.items():
            over = [row for row in rows.get(item, ()) if not _counts(row, start)]
            if over:
                said = ", ".join(f"{row['substance']} {row['mass_fraction']}" for row in over)
                self.held["composition", name] = ended({**over[-1], "value": said})
        return pl.DataFrame(made, schema=self.ws.tables["composition"].schema, orient="row")

    def _answers(self) -> pl.DataFrame:
        made: list[dict[str, Any]] = []
        for name, (item, start) in self.made.items():
            stays = [row for row in self.facts.get(item, ()) if _counts(row, start)]
            if ("made_in", name) in self.held:
                stays = [row for row in stays if row["fact"] not in ORIGIN]
            known = {row["fact"] for row in stays}
            made += [{**row, "subject": name} for row in stays]
            for row in self.facts.get(item, ()):
                if row["fact"] not in known:
                    fact = "made_in" if row["fact"] == "origin" else row["fact"]
                    self.held.setdefault((fact, name), ended(row))
        return pl.DataFrame(made, schema=self.ws.tables["facts"].schema, orient="row")

    def _licences(self) -> pl.DataFrame:
        """A licence for an item covers its stand-ins."""
        licences = self.ws.tables["licences"]
        behind: dict[str, list[str]] = defaultdict(list)
        for name, (item, _) in self.made.items():
            behind[item].append(name)
        lists = licences["items"].to_list()
        more = [
            None if named is None else [*named, *(name for item in named for name in behind.get(item, ()))]
            for named in lists
        ]
        return licences.with_columns(pl.Series("items", more, dtype=licences.schema["items"]))


def _counts(row: Row, start: date) -> bool:
    return row["expires"] is None or bool(row["expires"] >= start)
