"""Statements of suppliers against a workspace: what is new, what is known already, what contradicts.

Shares become rows of `composition`, cells become rows of `facts`, each with the paper, its day and its end. Nothing
that stands is changed: a statement that differs from the tables becomes a row of `facts` beside it, and a check then
asks which of the two is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import polars as pl

from lotgate.errors import Fault
from lotgate.suppliers.document import Cell, Document, Paper, Share
from lotgate.suppliers.shares import plain, same_share, written_composition
from lotgate.tables import Workspace
from lotgate.tables.additions import Fill
from lotgate.tables.cells import decode
from lotgate.tables.schema import TABLES
from lotgate.tables.vocabulary import nearest

__all__ = ["Change", "Merged", "merge"]

Outcome = Literal["new", "known", "contradicts"]


@dataclass(frozen=True)
class Change:
    """What one statement does to the workspace: the table and item, the words said, and what stood there."""

    outcome: Outcome
    table: str
    item: str
    what: str
    value: str
    stands: str | None
    source: str

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return dict(self.__dict__)


@dataclass
class Merged:
    """Rows to add to the workspace, and what each statement does."""

    rows: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    fills: list[Fill] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_aside: list[tuple[str, str]] = field(default_factory=list)
    """(file, what it names that no table can hold)."""

    def count(self, outcome: Outcome) -> int:
        """How many statements had this outcome."""
        return sum(change.outcome == outcome for change in self.changes)


def merge(
    ws: Workspace, documents: Iterable[Document], names: Mapping[str, str] | None = None, new_items: bool = False
) -> Merged:
    """What the documents add to a workspace.

    `names` maps a supplier's part numbers to items; a part that is neither in it nor an item is a fault, or with
    `new_items` becomes an item. Faults of the documents are handed on; nothing should be written while there are any.
    """
    merging = _Merging(ws, dict(names or {}), new_items)
    for document in documents:
        merging.take(document)
    return merging.merged


class _Merging:
    """Holds the workspace as it grows from document to document."""

    def __init__(self, ws: Workspace, names: dict[str, str], new_items: bool) -> None:
        self.names, self.new_items = names, new_items
        self.merged = Merged()
        self.items = {row["item"]: row for row in ws.tables["items"].iter_rows(named=True)}
        self.shares: dict[str, dict[str, float | None]] = defaultdict(dict)
        for row in ws.tables["composition"].iter_rows(named=True):
            self.shares[row["item"]][row["substance"]] = row["mass_fraction"]
        self.facts: dict[tuple[str, str], list[tuple[str, str, date | None]]] = defaultdict(list)
        for row in ws.tables["facts"].iter_rows(named=True):
            if row["value"] is not None:
                self.facts[row["subject"], row["fact"]].append((row["value"], row["source"] or "", row["expires"]))

    def take(self, document: Document) -> None:
        """Adds what one document says."""
        self.merged.faults += document.faults
        self.merged.left_aside += [(document.file, one) for one in document.left_aside]
        for part, name in document.parts.items():
            self._part(document, part, name)
        cells = self._checked(document)
        by_item: dict[str, list[Share]] = defaultdict(list)
        for share in document.shares:
            item = self._item(share.part)
            if item is not None:
                by_item[item].append(share)
        for item, shares in by_item.items():
            self._composition(item, shares)
        for cell in cells:
            item = self._item(cell.part)
            if item is not None:
                self._cell(item, cell.column, cell.value, cell.paper)

    def _item(self, part: str) -> str | None:
        found = self.names.get(part, part)
        return found if found in self.items else None

    def _part(self, document: Document, part: str, name: str) -> None:
        """A part the workspace does not have: a new item, or a fault with the nearest name."""
        item = self.names.get(part, part)
        if item in self.items:
            return
        if self.new_items:
            row = {"item": item, "description": name, "supplier": document.supplier or ""}
            row = {key: value for key, value in row.items() if value}
            self.items[item] = {column: row.get(column) for column in TABLES["items"].names}
            self.merged.rows["items"].append(row)
            self.merged.changes.append(Change("new", "items", item, "item", name or item, None, document.file))
            return
        near = nearest(item, self.items, cutoff=0.6)
        hint, hint_zh = (f"{near} (nearest), or ", f"{near}（最接近），或") if near else ("", "")
        self.merged.faults.append(
            Fault(
                document.file,
                "no such item in table items",
                value=part,
                message_zh="items 表中没有该标识",
                expected=f"{hint}an item; --parts FILE maps part numbers to items, --new takes them in as new ones",
                expected_zh=f"{hint_zh}已有物项；--parts FILE 将料号对应到物项，--new 将其作为新物项收入",
            )
        )

    def _checked(self, document: Document) -> list[Cell]:
        """The cells that hold what their column may hold; the rest are faults."""
        by_column: dict[str, list[Cell]] = defaultdict(list)
        for cell in document.cells:
            by_column[cell.column].append(cell)
        good: list[Cell] = []
        for name, cells in by_column.items():
            values = pl.Series(name, [cell.value for cell in cells], dtype=pl.String)
            rows = pl.Series([cell.row or number for number, cell in enumerate(cells, 1)], dtype=pl.Int64)
            _, faults = decode(document.file, TABLES["items"][name], values, rows)
            self.merged.faults += faults
            bad = {(fault.row, fault.value) for fault in faults}
            good += [c for c, row in zip(cells, rows.to_list(), strict=True) if (row, c.value) not in bad]
        return good

    # ---- composition -------------------------------------------------------------------------------------------------

    def _composition(self, item: str, shares: Sequence[Share]) -> None:
        said = {share.substance: None if share.fraction is None else float(share.fraction) for share in shares}
        papers = {share.substance: share.paper for share in shares}
        if _hundredfold(said):
            self.merged.faults.append(_hundredfold_fault(papers, item, said))
            return
        known = self.shares[item]
        differing = [name for name, share in said.items() if name in known and not same_share(known[name], share)]
        total = sum(share or 0 for share in {**known, **said}.values())
        if differing or (known and total > 1.005):
            stands = written_composition(known)
            self._fact(item, "composition", written_composition(said), shares[0].paper, "contradicts", stands)
            return
        for name, share in said.items():
            paper = papers[name]
            value = "" if share is None else plain(share)
            if name in known:
                self._told("known", "composition", item, name, value or "?", paper, _written(known[name]))
                continue
            known[name] = share
            row = {"item": item, "substance": name, "mass_fraction": value, **_evidence(paper)}
            self.merged.rows["composition"].append(row)
            self._told("new", "composition", item, name, value or "?", paper)

    # ---- cells -------------------------------------------------------------------------------------------------------

    def _cell(self, item: str, column: str, value: str, paper: Paper) -> None:
        cell = _written(self.items[item].get(column))
        others = [said for said, _, expires in self.facts[item, column] if _lasts(expires, paper)]
        stands = next((one for one in [cell, *others] if one is not None and not _equal(one, value)), None)
        if stands is not None:
            self._fact(item, column, value, paper, "contradicts", stands)
        else:
            self._fact(item, column, value, paper, "new", None)

    def _fact(self, item: str, fact: str, value: str, paper: Paper, outcome: Outcome, stands: str | None) -> None:
        said = self.facts[item, fact]
        if any(source == paper.source and _equal(one, value) for one, source, _ in said):
            self._told("known", "facts", item, fact, value, paper, value)
            return
        said.append((value, paper.source, paper.expires))
        row = {"subject": item, "fact": fact, "value": value, **_evidence(paper)}
        if outcome == "contradicts" and not row["date"] and not row["expires"]:
            row["expires"] = "none"  # marks it as a paper, so that the difference asks
        self.merged.rows["facts"].append({key: text for key, text in row.items() if text})
        self._told(outcome, "facts", item, fact, value, paper, stands)

    def _told(
        self, outcome: Outcome, table: str, item: str, what: str, value: str, paper: Paper, stands: str | None = None
    ) -> None:
        self.merged.changes.append(Change(outcome, table, item, what, value, stands, paper.source))


def _evidence(paper: Paper) -> dict[str, str]:
    return {
        "source": paper.source,
        "date": paper.date.isoformat() if paper.date else "",
        "expires": paper.expires.isoformat() if paper.expires else "",
    }


def _hundredfold(said: Mapping[str, float | None]) -> bool:
    """Whether shares of several substances make one percent of the whole: fractions stand where percent are meant."""
    return len(said) > 1 and None not in said.values() and 0.009 <= sum(filter(None, said.values())) <= 0.0101


def _hundredfold_fault(papers: Mapping[str, Paper], item: str, said: Mapping[str, float | None]) -> Fault:
    return Fault(
        next(iter(papers.values())).file,
        f"all of {item} adds up to one percent: fractions stand where percent are meant",
        value=written_composition(said),
        expected="27 for 27 %, not 0.27",
        message_zh=f"{item} 各成分合计仅百分之一：应填百分数处填了小数",
        expected_zh="27% 填 27，而非 0.27",
    )


def _lasts(expires: date | None, paper: Paper) -> bool:
    """Whether an earlier paper still counted on the day of this one."""
    return expires is None or paper.date is None or expires >= paper.date


def _written(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, float):
        return "none" if value != value else plain(value)
    return ";".join(value) if isinstance(value, list) else str(value)


def _equal(one: str, other: str) -> bool:
    if one.casefold() == other.casefold() or {one.lower(), other.lower()} <= {"none", "ear99"}:
        return True
    try:
        return abs(float(one) - float(other)) <= 1e-9 * max(abs(float(one)), abs(float(other)))
    except ValueError:
        return False
