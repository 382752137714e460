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
from lotgate.evaluate.columns import IntervalColumn, leaf_trits
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
from lotgate.items.graph import Bools, Floats
from lotgate.items.measures import unit_masses
from lotgate.items.rates import Quoted, Rates
from lotgate.law import Law, Status
from lotgate.law.expr import FALSE, TRUE, Leaf
from lotgate.progress import tell
from lotgate.tables import Workspace

__all__ = ["CHINA", "COLUMNS", "SCHEMA", "SHARES", "UNITED_STATES", "Content", "DestinationClass", "Level", "content"]

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
STEP = 200_000
"""Rows made at once, and between two reports of progress."""
SHARES = ("value_share_low", "value_share_high", "mass_share_low", "mass_share_high")
SCHEMA = {name: pl.Float64() if name in SHARES else pl.String() for name in COLUMNS}
Progress = Callable[[int, int], None]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Level:
    """The share at which a law starts to reach an item, as a comparison: `>=` 0.001 under announcement 61."""

    fact: str
    op: str
    share: float

    def met(self, shares: Bounds, place: int, items: slice) -> npt.NDArray[np.uint8]:
        """For some items and one class 0 where the level is not met, 1 where that is open, 2 where it is met."""
        low, high = shares.value_share_low[items, place], shares.value_share_high[items, place]
        low, high = np.nan_to_num(low, nan=0.0), np.nan_to_num(high, nan=1.0)
        column = IntervalColumn(np.arange(len(low), dtype=np.int32), low, high)
        trits = leaf_trits(Leaf(self.fact, self.op, self.share), column)  # type: ignore[arg-type]
        met: npt.NDArray[np.uint8] = (trits != FALSE).astype(np.uint8) + (trits == TRUE)
        return met


@dataclass(frozen=True)
class Bounds:
    """Bounds of shares by value and by mass, as arrays (item, class of destinations); NaN where nothing is known."""

    value_share_low: Floats
    value_share_high: Floats
    mass_share_low: Floats
    mass_share_high: Floats

    @classmethod
    def empty(cls, items: int, classes: int) -> Bounds:
        """Bounds of nothing yet."""
        return cls(*(np.full((items, classes), np.nan) for _ in SHARES))

    def put(
        self, place: int, nodes: Ints, position: int, by_value: Shares | Weighed, by_mass: Shares | Weighed
    ) -> None:
        """The shares of one class, from a column of the roll-ups; nothing known is NaN, not 0 to 1."""
        for kind, found in (("value", by_value), ("mass", by_mass)):
            low, high = found.low[nodes, position], found.high[nodes, position]
            nothing = (low == 0) & (high == 1)
            getattr(self, f"{kind}_share_low")[:, place] = np.where(nothing, np.nan, low)
            getattr(self, f"{kind}_share_high")[:, place] = np.where(nothing, np.nan, high)


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

    `shares` holds the bounds as arrays (item, class), NaN where nothing is known; rows are made from it some items at a
    time, since a row with its reasons takes ten times the room.
    """

    law: Law
    on: date
    items: pl.Series
    nodes: Ints
    """For each item its part of the graph."""
    shares: Bounds
    classes: tuple[DestinationClass, ...]
    cycles: tuple[tuple[str, ...], ...]
    with_bill: Bools
    """For each item whether it has a bill of materials."""
    rates: UsedRates
    reasons: Reasons = field(repr=False)
    progress: Progress | None = field(default=None, repr=False)

    def batches(self) -> Iterator[pl.DataFrame]:
        """The rows some items at a time, without reasons: `number` of the item, `place` of the class, bounds and `met`
        (whether the level of the law is met)."""
        step = max(1, STEP // max(len(self.classes), 1))
        for start in range(0, len(self.items), step):
            yield self._batch(slice(start, start + step))

    def explained(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Some rows with what would settle them (`settled_by`, its open `cell`) and their `top_path`."""
        return self.reasons.of(rows, self.nodes[rows["number"].to_numpy()], self.classes)

    def told(self) -> Iterator[pl.DataFrame]:
        """Every row explained, some items at a time; this takes time where items are many."""
        done, total = 0, len(self.items) * len(self.classes)
        for rows in self.batches():
            yield self.explained(rows)
            done += rows.height
            if self.progress is not None:
                self.progress(done, total)

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Every row explained, all at once."""
        return pl.concat([self.explained(self._batch(slice(0, 0))), *self.told()])

    def _batch(self, items: slice) -> pl.DataFrame:
        numbers = np.arange(len(self.items), dtype=np.uint32)[items]
        columns = {
            "number": np.repeat(numbers, len(self.classes)),
            "place": np.tile(np.arange(len(self.classes)), len(numbers)),
            **{name: getattr(self.shares, name)[items].reshape(-1) for name in SHARES},
        }
        met = [one.level.met(self.shares, place, items) for place, one in enumerate(self.classes)]
        words, none = pl.Series(["no", "unknown", "yes"]), np.empty(0, np.uint8)
        frame = pl.DataFrame(columns, nan_to_null=True).with_columns(
            item=self.items[items].gather(columns["number"] - (numbers[0] if len(numbers) else 0)),
            basis=pl.Series([one.basis for one in self.classes], dtype=pl.String).gather(columns["place"]),
            destination_class=pl.Series([one.name for one in self.classes], dtype=pl.String).gather(columns["place"]),
            met=words.gather(np.stack(met, axis=1).reshape(-1) if met else none),
        )
        return frame.select("number", "item", "basis", "destination_class", *SHARES, "met", "place")

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

    def head(self) -> dict[str, Any]:
        """The machine's form without its rows."""
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
        }

    def json_rows(self) -> Iterator[dict[str, Any]]:
        """The rows of the machine's form, one by one."""
        for rows in self.told():
            yield from rows.select(*COLUMNS, "cell", "met").iter_rows(named=True)

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {**self.head(), "rows": list(self.json_rows())}


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
    facts = ItemFacts(_answered(as_of(workspace, day), law), law, CodeBook(law))
    del workspace
    tell("bill of materials", 0)
    facts.release_bill()
    wanted = _wanted(facts, items)
    evaluator = Evaluator(law, [code for code in law.regimes if code == "us"])
    text = int(evaluator.text_of(evaluator.epochs(np.array([day], dtype="datetime64[D]")))[0])
    quoted = facts.rates.on(day)
    classes = _classes(facts, law, evaluator, text)
    masses = Amounts.of(facts.graph, unit_masses(facts.items), "unit_mass_kg", None)
    nodes = facts.graph.numbers(wanted)
    bounds = Bounds.empty(len(wanted), len(classes))
    columns: dict[int, tuple[Shares, int]] = {}
    done = 0
    for shares, places in _sweeps(facts, evaluator, text, classes, quoted):
        tell("content", done, len(classes))
        done += len(places)
        by_mass = weighed(shares, masses)
        for position, place in enumerate(places):
            bounds.put(place, nodes, position, shares, by_mass)
            columns[place] = (shares, position)
    return Content(
        law, day, wanted, nodes, bounds, tuple(classes), facts.graph.cycles, facts.graph.has_parts[nodes],
        UsedRates.of(facts.rates, day), Reasons(facts, columns), progress,
    )  # fmt: skip


def _answered(ws: Workspace, law: Law) -> Workspace:
    """The workspace with answered cells filled. Without shipments, answers about lines and parties are left aside."""
    if "shipments" not in ws.present and ws.tables["facts"].height:
        about_items = pl.col("subject").is_in(ws.tables["items"]["item"].to_list())
        value = pl.when(about_items).then(pl.col("value")).alias("value")
        ws = replace(ws, tables=ws.tables | {"facts": ws.tables["facts"].with_columns(value)})
    return apply_answers(ws, law)[0]


def _wanted(facts: ItemFacts, items: Iterable[str] | None) -> pl.Series:
    if items is None:
        return facts.items["item"]
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
    return pl.Series("item", asked, dtype=pl.String)


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
    if law_counts(law) and facts.items.height:
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


class Reasons:
    """What would settle a share, and the path that carries most of it, worked out for all parts of a column at once."""

    def __init__(self, facts: ItemFacts, columns: Mapping[int, tuple[Shares, int]]) -> None:
        self.facts, self.columns = facts, columns
        # nothing but the item itself can say what is in an item without a bill, or in one that contains itself
        self.shut = ~facts.graph.has_parts | facts.graph.blocked
        self.unplaced = np.ones(facts.graph.size, np.bool_)
        self.unplaced[facts.nodes] = facts.origins.is_null().to_numpy()

    def of(self, rows: pl.DataFrame, nodes: Ints, classes: Sequence[DestinationClass]) -> pl.DataFrame:
        """The rows with `settled_by`, `cell` and `top_path`."""
        places = rows["place"].to_numpy()
        found = [
            self._told(here, nodes[here], place, classes)
            for place in range(len(classes))
            if (here := np.flatnonzero(places == place)).size
        ]
        if not found:
            return rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in _REASONS)
        return rows.hstack(pl.concat(found).sort("row#").select(_REASONS))

    def _told(self, rows: Ints, nodes: Ints, place: int, classes: Sequence[DestinationClass]) -> pl.DataFrame:
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
        # a quantity is unknown only where a mass has to tell it
        names = names.replace(["counts", "quantity"], [code, "unit_mass_kg"])
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
