"""Controlled content of every item by value and by mass: how much, under which law, for which destinations.

Two laws count what is inside: announcement 61 of 2025 (article 1(1), rare earths of Chinese origin) and the de minimis
rule of the United States (15 CFR 734.4). What counts and how it is summed is left to `item_facts` and `items.content`;
here destinations are put into classes, masses are added up beside values, and every row gets its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Any

import numpy as np
import polars as pl

import lotgate
from lotgate.decide.answers import apply_answers
from lotgate.decide.columns import leaf_trit
from lotgate.decide.content_mass import weighed
from lotgate.decide.destinations import alike_destinations, country_groups, destinations_name, us_destinations
from lotgate.decide.evaluate import Evaluator
from lotgate.decide.item_facts import CONTROLLED, DE_MINIMIS, TEN_PERCENT, ItemFacts, USContent
from lotgate.decide.values import CodeBook
from lotgate.errors import Fault, InputError
from lotgate.items.amounts import Amounts
from lotgate.items.content import Shares
from lotgate.items.paths import settled_by, top_paths
from lotgate.law import Law, Status
from lotgate.law.expr import FALSE, TRUE, Leaf
from lotgate.tables import Workspace

__all__ = ["CHINA", "COLUMNS", "UNITED_STATES", "Content", "DestinationClass", "Level", "content"]

CHINA = "CN-2025-61#1.1"
UNITED_STATES = "US-734.4-c-d"
COLUMNS = (
    "item",
    "basis",
    "destination_class",
    "value_share_low",
    "value_share_high",
    "mass_share_low",
    "mass_share_high",
    "settled_by",
    "top_path",
)
"""The columns of the result table, in order."""
FACT_OF = {CHINA: "cn61_share", UNITED_STATES: "us_controlled_share"}
CODE_OF = {CHINA: "cn_code", UNITED_STATES: "us_code"}
CELLS_AT_ONCE = 8_000_000
"""Parts times classes of one sweep; more go in several, so that memory stays bounded."""
STEP = 2_000
"""Rows between two reports of progress."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Level:
    """The share at which a law starts to reach an item, as a comparison: `>=` 0.001 under announcement 61."""

    fact: str
    op: str
    share: float

    def met(self, low: float | None, high: float | None) -> str:
        """`yes`, `no` or `unknown` for a share between two bounds (None: nothing is known)."""
        bounds = (0.0, 1.0) if low is None or high is None else (low, high)
        trit = leaf_trit(Leaf(self.fact, self.op, self.share), bounds)  # type: ignore[arg-type]
        return "yes" if trit == TRUE else "no" if trit == FALSE else "unknown"


@dataclass(frozen=True)
class DestinationClass:
    """Destinations to which the same codes are controlled, their level, and the name they go by in the table."""

    basis: str
    name: str
    destinations: tuple[str, ...]
    level: Level


@dataclass(frozen=True)
class Content:
    """The content of the items asked about, one row per item, basis and class of destinations.

    `rows` holds the result table and more: `met` (whether the level of the law is met), `cell` (the open cell of the
    part in `settled_by`) and `place` (of the class in `classes`).
    """

    law: Law
    on: date
    rows: pl.DataFrame
    classes: tuple[DestinationClass, ...]
    cycles: tuple[tuple[str, ...], ...]
    without_bill: frozenset[str]

    def name(self, destinations: Iterable[str]) -> str:
        """A set of destinations as the table would name it."""
        return destinations_name(destinations, us_destinations(self.law), country_groups(self.law))

    @property
    def table(self) -> pl.DataFrame:
        """The result table; an empty share is unknown."""
        return self.rows.select(COLUMNS)

    def status(self, basis: str) -> Status | None:
        """What the law of a basis does on the day; None where the law data has no such measure."""
        found = [clause.clock.status(self.on) for clause in self.law.clauses if clause.measure == basis]
        return next((status for status in found if status is not Status.OFF), found[0] if found else None)

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "lotgate": lotgate.__version__,
            "law": {"version": self.law.version, "known_as_of": self.law.known_as_of.isoformat()},
            "on": self.on.isoformat(),
            "bases": [
                {"basis": basis, "status": status.value if (status := self.status(basis)) else None}
                for basis in dict.fromkeys(one.basis for one in self.classes)
            ],
            "classes": [
                {
                    "basis": one.basis,
                    "destination_class": one.name,
                    "destinations": list(one.destinations),
                    "level": {"op": one.level.op, "share": one.level.share},
                }
                for one in self.classes
            ],
            "cycles": [list(cycle) for cycle in self.cycles],
            "rows": self.rows.drop("place").to_dicts(),
        }


def content(
    workspace: Workspace,
    on: date | None = None,
    items: Iterable[str] | None = None,
    *,
    law: Law | None = None,
    progress: Progress | None = None,
) -> Content:
    """The controlled content of items by value and by mass, under every law that counts it.

    `on` is the day whose law is used, by default the last day the law data is known. Only a table `items` is needed;
    shares of an item without a bill of materials are unknown. Raises InputError naming every item that is not there.
    """
    from lotgate.law import load as load_law

    law = load_law() if law is None else law
    day = law.known_as_of if on is None else on
    ws = _answered(workspace, law)
    facts = ItemFacts(ws, law, CodeBook(law))
    wanted = _wanted(facts, items)
    evaluator = Evaluator(law, [code for code in law.regimes if code == "us"])
    text = int(evaluator.text_of(evaluator.epochs(np.array([day], dtype="datetime64[D]")))[0])
    classes = _classes(facts, law, evaluator, text)
    masses = Amounts.of(facts.graph, facts.items, "unit_mass_kg", None)
    table = _Table(facts, wanted, classes, progress)
    frames = [table.rows(sweep) for sweep in _sweeps(facts, evaluator, text, classes, masses)]
    rows = pl.concat([pl.DataFrame(schema=_SCHEMA), *frames]).sort("order", "place").drop("order")
    bare = facts.graph.names.filter(pl.Series(~facts.graph.has_parts))
    return Content(law, day, rows, tuple(classes), facts.graph.cycles, frozenset(bare))


def _answered(ws: Workspace, law: Law) -> Workspace:
    """The workspace with answered cells filled. Without shipments, answers about lines and parties are left aside."""
    if "shipments" not in ws.present and ws.tables["facts"].height:
        about_items = pl.col("subject").is_in(ws.tables["items"]["item"].to_list())
        value = pl.when(about_items).then(pl.col("value")).alias("value")
        ws = replace(ws, tables=ws.tables | {"facts": ws.tables["facts"].with_columns(value)})
    return apply_answers(ws, law)[0]


def _wanted(facts: ItemFacts, items: Iterable[str] | None) -> list[str]:
    if items is None:
        return facts.ids
    asked = list(dict.fromkeys(items))
    faults = []
    for item in asked:
        if item not in facts.place:
            near = get_close_matches(item, facts.ids, 1)
            more, more_zh = (f"; nearest is {near[0]}", f"，最接近的是 {near[0]}") if near else ("", "")
            faults.append(
                Fault(
                    "items",
                    "no such item",
                    value=item,
                    expected=f"an item of table items{more}",
                    message_zh="没有该物项",
                    expected_zh=f"items 表中的物项{more_zh}",
                )
            )
    if faults:
        raise InputError(faults)
    return asked


# ---- classes -----------------------------------------------------------------------------------------


def _levels(law: Law, fact: str) -> dict[float, Level]:
    """The shares that conditions of law compare a fact with, the level of nothing left out."""
    found = ((leaf.op, leaf.operand) for leaf in law.graph.leaves if leaf.fact == fact)
    return {share: Level(fact, op, share) for op, share in found if isinstance(share, float) and share}


@dataclass(frozen=True)
class _Sweep:
    """Shares by value and by mass, and for each column the place of the class it stands for."""

    by_value: Shares
    by_mass: Shares
    places: tuple[int, ...]


def _classes(facts: ItemFacts, law: Law, evaluator: Evaluator, text: int) -> list[DestinationClass]:
    """The classes of every law that counts content, in the order of the table."""
    found = []
    chinese = next(iter(_levels(law, FACT_OF[CHINA]).values()), None)
    if facts.cn61 is not None and chinese is not None:
        found.append(DestinationClass(CHINA, "", (), chinese))
    if {CONTROLLED, TEN_PERCENT} <= law.terms.get("us", {}).keys() and facts.ids:
        every = us_destinations(law)
        levels = _levels(law, FACT_OF[UNITED_STATES])
        for destinations, lower in alike_destinations(facts, evaluator, every, text):
            share = float(DE_MINIMIS[0 if lower else 1])
            level = levels.get(share, Level(FACT_OF[UNITED_STATES], ">", share))
            name = destinations_name(destinations, every, country_groups(law))
            found.append(DestinationClass(UNITED_STATES, name, destinations, level))
    return found


def _sweeps(
    facts: ItemFacts, evaluator: Evaluator, text: int, classes: Sequence[DestinationClass], masses: Amounts
) -> Iterator[_Sweep]:
    american = [place for place, one in enumerate(classes) if one.basis == UNITED_STATES]
    if len(american) < len(classes) and facts.cn61 is not None:
        yield _Sweep(facts.cn61, weighed(facts.cn61, masses), (0,))
    at_once = max(1, CELLS_AT_ONCE // max(facts.graph.size, 1))
    for start in range(0, len(american), at_once):
        # one destination stands for its class
        chosen = {(classes[place].destinations[0], text): place for place in american[start : start + at_once]}
        found = USContent(facts, evaluator, list(chosen))
        places = sorted((found.class_of[pair], place) for pair, place in chosen.items())
        yield _Sweep(found.shares, weighed(found.shares, masses), tuple(place for _, place in places))


# ---- the rows --------------------------------------------------------------------------------------------------------

_SCHEMA: dict[str, Any] = {
    "order": pl.Int64,
    "item": pl.String,
    "basis": pl.String,
    "destination_class": pl.String,
    "value_share_low": pl.Float64,
    "value_share_high": pl.Float64,
    "mass_share_low": pl.Float64,
    "mass_share_high": pl.Float64,
    "settled_by": pl.String,
    "cell": pl.String,
    "top_path": pl.String,
    "met": pl.String,
    "place": pl.Int64,
}


class _Table:
    """Puts rows together, the costly cells only where there is something to say."""

    def __init__(
        self,
        facts: ItemFacts,
        wanted: Sequence[str],
        classes: Sequence[DestinationClass],
        progress: Progress | None,
    ) -> None:
        self.facts, self.wanted, self.classes, self.progress = facts, wanted, classes, progress
        self.done = 0
        self.nodes = facts.nodes[[facts.place[item] for item in wanted]]
        # nothing but the item itself can say what is in an item without a bill, or in one that contains itself
        self.shut = (~facts.graph.has_parts | facts.graph.blocked)[self.nodes]

    def rows(self, sweep: _Sweep) -> pl.DataFrame:
        """The rows of all classes of one sweep."""
        return pl.concat([self._class(sweep, position, place) for position, place in enumerate(sweep.places)])

    def _class(self, sweep: _Sweep, position: int, place: int) -> pl.DataFrame:
        one, size = self.classes[place], len(self.wanted)
        value, mass = (_shown(shares, self.nodes, position) for shares in (sweep.by_value, sweep.by_mass))
        settled, cells, paths = self._reasons(sweep.by_value, position, one.basis)
        return pl.DataFrame(
            {
                "order": range(size),
                "item": self.wanted,
                "basis": [one.basis] * size,
                "destination_class": [one.name] * size,
                "value_share_low": value[0],
                "value_share_high": value[1],
                "mass_share_low": mass[0],
                "mass_share_high": mass[1],
                "settled_by": settled,
                "cell": cells,
                "top_path": paths,
                "met": [one.level.met(low, high) for low, high in zip(*value, strict=True)],
                "place": [place] * size,
            },
            schema=_SCHEMA,
        )

    def _reasons(
        self, shares: Shares, position: int, basis: str
    ) -> tuple[list[str | None], list[str | None], list[str | None]]:
        """Per item the part that would settle its share, that part's open cell, and the largest path."""
        column = shares.columns[position].name
        gap = shares.low[self.nodes, position] != shares.high[self.nodes, position]
        carries = (shares.content_high[self.nodes, position] > 0) & ~self.shut
        settled: list[str | None] = [None] * len(self.wanted)
        cells: list[str | None] = [None] * len(self.wanted)
        paths: list[str | None] = [None] * len(self.wanted)
        for k, item in enumerate(self.wanted):
            if gap[k]:
                settled[k], cells[k] = (item, "bom") if self.shut[k] else self._open(shares, item, column, basis)
            if carries[k]:
                found = top_paths(shares, item, column)
                paths[k] = str(found[0]) if found else None
            if k % STEP == STEP - 1:
                self._report(STEP)
        self._report(len(self.wanted) % STEP)
        return settled, cells, paths

    def _open(self, shares: Shares, item: str, column: str, basis: str) -> tuple[str | None, str | None]:
        found = settled_by(shares, item, column)
        if found is None:
            return None, None
        cell = found.cell
        if cell == "counts":
            # whether a part counts hangs on its origin and on its code
            cell = "made_in" if self.facts.origin[self.facts.place[found.part]] is None else CODE_OF[basis]
        return found.part, cell

    def _report(self, more: int) -> None:
        self.done += more
        if self.progress is not None and more:
            self.progress(self.done, len(self.wanted) * len(self.classes))


def _shown(shares: Shares, nodes: Any, position: int) -> tuple[list[float | None], list[float | None]]:
    """Bounds of one column; nothing known is None, not 0 to 1."""
    low, high = shares.low[nodes, position], shares.high[nodes, position]
    unknown = (low == 0) & (high == 1)
    lows = [None if none else value for none, value in zip(unknown.tolist(), low.tolist(), strict=True)]
    return lows, [None if none else value for none, value in zip(unknown.tolist(), high.tolist(), strict=True)]
