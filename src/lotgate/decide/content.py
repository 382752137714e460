"""Controlled content of every item by value and by mass: how much, under which law, for which destinations.

Two laws count what is inside: announcement 61 of 2025 (article 1(1), rare earths of Chinese origin) and the de minimis
rule of the United States (15 CFR 734.4). What counts and how it is summed is left to `item_facts` and `items.content`;
here destinations are put into classes, masses are added up beside values, and every row gets its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

import lotgate
from lotgate.decide.content_mass import Weighed, weighed
from lotgate.errors import Fault, InputError
from lotgate.evaluate.columns import leaf_trit
from lotgate.evaluate.evaluator import Evaluator
from lotgate.facts.answers import apply_answers
from lotgate.facts.destinations import alike_destinations, country_groups, destinations_name, us_destinations
from lotgate.facts.evidence import as_of
from lotgate.facts.item_facts import PART1, ItemFacts
from lotgate.facts.us_content import USContent, law_counts
from lotgate.facts.values import CodeBook
from lotgate.items.amounts import Amounts
from lotgate.items.carriers import CELLS, carriers
from lotgate.items.content import Shares
from lotgate.items.rates import Quoted, Rates
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
STEP = 100_000
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
class UsedRates:
    """The rates of exchange of a roll-up: the common currency, the day of the rate of each other one, and which
    currencies have none that day."""

    common: str | None
    quoted: Mapping[str, date]
    missing: tuple[str, ...]

    @classmethod
    def of(cls, rates: Rates, day: date) -> UsedRates:
        """The rates that count on a day; all empty where goods are priced in one currency."""
        found = {name: rates.quoted_on(name, day) for name, _ in rates.on(day)}
        quoted = {name: when for name, when in found.items() if when is not None}
        return cls(rates.common if quoted else None, quoted, rates.missing(day))

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        quoted = {name: day.isoformat() for name, day in self.quoted.items()}
        return {"common": self.common, "quoted": quoted, "missing": list(self.missing)}


@dataclass(frozen=True)
class Content:
    """The content of the items asked about, one row per item, basis and class of destinations.

    `bounds` holds the shares, `met` (whether the level of the law is met) and `place` (of the class in `classes`).
    """

    law: Law
    on: date
    bounds: pl.DataFrame
    classes: tuple[DestinationClass, ...]
    cycles: tuple[tuple[str, ...], ...]
    without_bill: frozenset[str]
    rates: UsedRates
    reasons: Reasons = field(repr=False)
    progress: Progress | None = field(default=None, repr=False)

    def explained(self, bounds: pl.DataFrame) -> pl.DataFrame:
        """Some rows of `bounds` with what would settle them (`settled_by`, its open `cell`) and their `top_path`."""
        return self.reasons.of(bounds, self.classes, None)

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Every row explained; this takes time where items are many."""
        return self.reasons.of(self.bounds, self.classes, self.progress)

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
            "rates": self.rates.to_json(),
            "cycles": [list(cycle) for cycle in self.cycles],
            "rows": self.rows.select(*COLUMNS, "cell", "met").to_dicts(),
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
    ws = _answered(as_of(workspace, day), law)
    facts = ItemFacts(ws, law, CodeBook(law))
    wanted = _wanted(facts, items)
    evaluator = Evaluator(law, [code for code in law.regimes if code == "us"])
    text = int(evaluator.text_of(evaluator.epochs(np.array([day], dtype="datetime64[D]")))[0])
    quoted = facts.rates.on(day)
    classes = _classes(facts, law, evaluator, text)
    masses = Amounts.of(facts.graph, facts.items, "unit_mass_kg", None)
    nodes = facts.nodes[[facts.place[item] for item in wanted]]
    frames = [pl.DataFrame(schema=_SCHEMA)]
    columns: dict[int, tuple[Shares, int]] = {}
    for shares, places in _sweeps(facts, evaluator, text, classes, quoted):
        by_mass = weighed(shares, masses)
        for position, place in enumerate(places):
            value, mass = _shown(shares, nodes, position), _shown(by_mass, nodes, position)
            frames.append(_bounds(wanted, classes[place], place, value, mass))
            columns[place] = (shares, position)
    bounds = pl.concat(frames).sort("order", "place").drop("order")
    bare = facts.graph.names.filter(pl.Series(~facts.graph.has_parts))
    reasons = Reasons(facts, columns)
    used = UsedRates.of(facts.rates, day)
    return Content(law, day, bounds, tuple(classes), facts.graph.cycles, frozenset(bare), used, reasons, progress)


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


def _classes(facts: ItemFacts, law: Law, evaluator: Evaluator, text: int) -> list[DestinationClass]:
    """The classes of every law that counts content, in the order of the table."""
    found = []
    chinese = next(iter(_levels(law, FACT_OF[CHINA]).values()), None)
    if PART1 in law.code_lists and chinese is not None:
        found.append(DestinationClass(CHINA, "", (), chinese))
    if law_counts(law) and facts.ids:
        every = us_destinations(law)
        levels = _levels(law, FACT_OF[UNITED_STATES])
        for destinations, share in alike_destinations(facts, evaluator, every, text):
            level = levels.get(share, Level(FACT_OF[UNITED_STATES], ">", share))
            name = destinations_name(destinations, every, country_groups(law))
            found.append(DestinationClass(UNITED_STATES, name, destinations, level))
    return found


def _sweeps(
    facts: ItemFacts, evaluator: Evaluator, text: int, classes: Sequence[DestinationClass], quoted: Quoted
) -> Iterator[tuple[Shares, list[int]]]:
    """Shares by value, and for each of their columns the place of the class it stands for."""
    american = [place for place, one in enumerate(classes) if one.basis == UNITED_STATES]
    if len(american) < len(classes) and (chinese := facts.cn61(quoted)) is not None:
        yield chinese, [0]
    at_once = max(1, CELLS_AT_ONCE // max(facts.graph.size, 1))
    for start in range(0, len(american), at_once):
        # one destination stands for its class
        chosen = {(classes[place].destinations[0], text): place for place in american[start : start + at_once]}
        found = USContent(facts, evaluator, list(chosen), quoted)
        yield found.shares, [place for _, place in sorted((found.class_of[pair], chosen[pair]) for pair in chosen)]


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
    "met": pl.String,
    "place": pl.Int64,
}

Pair = tuple[pl.Series, pl.Series]


def _shown(shares: Shares | Weighed, nodes: npt.NDArray[np.int64], position: int) -> Pair:
    """Bounds of one column; nothing known is null, not 0 to 1."""
    low, high = shares.low[nodes, position], shares.high[nodes, position]
    frame = pl.DataFrame({"low": low, "high": high})
    known = ~((pl.col("low") == 0) & (pl.col("high") == 1))
    shown = frame.select(pl.when(known).then(pl.col(name)).alias(name) for name in ("low", "high"))
    return shown["low"], shown["high"]


def _bounds(wanted: Sequence[str], one: DestinationClass, place: int, value: Pair, mass: Pair) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "item": pl.Series(wanted, dtype=pl.String),
            "value_share_low": value[0],
            "value_share_high": value[1],
            "mass_share_low": mass[0],
            "mass_share_high": mass[1],
        }
    )
    distinct = frame.select("value_share_low", "value_share_high").unique(maintain_order=True)
    met = [one.level.met(low, high) for low, high in distinct.iter_rows()]
    distinct = distinct.with_columns(pl.Series("met", met, dtype=pl.String))
    same = ["value_share_low", "value_share_high"]
    return (
        frame.with_row_index("order")
        .join(distinct, on=same, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            pl.col("order").cast(pl.Int64),
            basis=pl.lit(one.basis),
            destination_class=pl.lit(one.name),
            place=pl.lit(place, pl.Int64),
        )
        .select(list(_SCHEMA))
    )


class Reasons:
    """What would settle a share, and the path that carries most of it, worked out for all parts of a column at once."""

    def __init__(self, facts: ItemFacts, columns: Mapping[int, tuple[Shares, int]]) -> None:
        self.facts, self.columns = facts, columns
        # nothing but the item itself can say what is in an item without a bill, or in one that contains itself
        self.shut = ~facts.graph.has_parts | facts.graph.blocked
        placed = [origin is not None for origin in facts.origin]
        self.unplaced = np.ones(facts.graph.size, np.bool_)
        self.unplaced[facts.nodes] = ~np.array(placed, dtype=bool)

    def of(self, bounds: pl.DataFrame, classes: Sequence[DestinationClass], progress: Progress | None) -> pl.DataFrame:
        """The rows with `settled_by`, `cell` and `top_path`."""
        frame = bounds.with_row_index("row#")
        told, done = [], 0
        for (place,), rows in sorted(frame.partition_by("place", as_dict=True).items()):
            nodes = self.facts.graph.numbers(rows["item"])
            for start in range(0, rows.height, STEP):
                told.append(self._told(rows["row#"].slice(start, STEP), nodes[start : start + STEP], place, classes))
                done += told[-1].height
                if progress is not None:
                    progress(done, bounds.height)
        if not told:
            return bounds.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in _REASONS)
        return bounds.hstack(pl.concat(told).sort("row#").select(_REASONS))

    def _told(
        self, rows: pl.Series, nodes: npt.NDArray[np.int64], place: int, classes: Sequence[DestinationClass]
    ) -> pl.DataFrame:
        """The reasons of some rows of one class."""
        shares, position = self.columns[place]
        found = carriers(shares, position)
        shut, code = self.shut[nodes], CODE_OF[classes[place].basis]
        unpriced = np.isnan(shares.amounts.written[nodes])
        part = np.where(shut | unpriced, nodes, found.part[nodes])
        cell = np.where(shut, _BOM, np.where(unpriced, _PRICE, found.cell[nodes]))
        # whether a part counts hangs on its origin and on its code
        cell = np.where((cell == _COUNTS) & self.unplaced[part], _ORIGIN, cell)
        open_ = shares.low[nodes, position] != shares.high[nodes, position]
        part = np.where(open_ & (part >= 0) & (cell > 0), part, -1)
        names = pl.Series([word or None for word in CELLS] + ["made_in"], dtype=pl.String)
        names = names.replace("counts", code)
        paths = found.paths(nodes)
        return pl.DataFrame(
            {
                "row#": rows,
                "settled_by": self.facts.graph.names.gather(pl.Series(part).replace(-1, None)),
                "cell": names.gather(pl.Series(np.where(part < 0, 0, cell))),
                "top_path": pl.select(pl.when(~pl.Series(shut)).then(paths)).to_series(),
            }
        )


_REASONS = ("settled_by", "cell", "top_path")
_COUNTS, _BOM, _PRICE, _ORIGIN = CELLS.index("counts"), CELLS.index("bom"), CELLS.index("unit_value"), len(CELLS)
