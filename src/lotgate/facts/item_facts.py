"""Facts of items: codes settled by classification or composition, chip figures, tests met, content of the bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from lotgate.evaluate.columns import ANYTHING, NONE, Column, Members, Value
from lotgate.evaluate.walk import Walk
from lotgate.facts.coded import text_column
from lotgate.facts.values import CodeBook
from lotgate.items import chips, composition
from lotgate.items.amounts import Amounts
from lotgate.items.content import Column as ContentColumn
from lotgate.items.content import Counting, Shares, value_shares
from lotgate.items.graph import Graph
from lotgate.items.kept_graph import graph_of
from lotgate.items.measures import in_own_units
from lotgate.items.paths import open_cells
from lotgate.items.rates import Quoted, Rates
from lotgate.law import Law
from lotgate.law.expr import FALSE, TRUE, UNKNOWN
from lotgate.tables import Workspace

__all__ = ["PART1", "ItemFacts", "share_limits"]

METRICS = {
    "tpp": "tpp",
    "performance_density": "pd",
    "memory_bandwidth_density": "mbd",
    "io_gb_per_s": "io",
    "dram_gb_per_s": "dram_gb_per_s",
    "transistors_bn": "transistors_bn",
    "node_nm": "node_nm",
}
CODES = ("cn_code", "us_code", "eu_code", "nl_code", "jp_code", "technology")
PART1 = "cn-61-part1"
_NOTHING = Members()
Ints = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]


class ItemFacts:
    """The facts every item carries, one value per item in the order of the items table."""

    def __init__(self, ws: Workspace, law: Law, book: CodeBook) -> None:
        self.ws = ws
        self.law = law
        self.book = book
        self.items = ws.tables["items"]
        self._cells: dict[str, list[Any]] = {}
        self._tests_memo: dict[tuple[Value, ...], Members] = {}
        self._open_memo: dict[tuple[Value, ...], list[str]] = {}
        self._valued: tuple[Quoted, Amounts] | None = None

    @cached_property
    def ids(self) -> list[str]:
        """The items by name."""
        ids: list[str] = self.items["item"].to_list()
        return ids

    @cached_property
    def place(self) -> dict[str, int]:
        """The row of every item."""
        return {item: i for i, item in enumerate(self.ids)}

    def cells(self, column: str) -> list[Any]:
        """One column of the items table."""
        if column not in self._cells:
            self._cells[column] = _listed(self.items[column])
        return self._cells[column]

    @cached_property
    def origins(self) -> pl.Series:
        """Country of origin: `origin`, else `made_in`."""
        return self.items.select(pl.coalesce("origin", "made_in")).to_series()

    @cached_property
    def origin(self) -> list[str | None]:
        """Country of origin of every item."""
        return _listed(self.origins)

    @cached_property
    def settled(self) -> dict[str, list[str]]:
        """Chinese codes that composition and stage settle for items nobody has classified."""
        rows = [
            row for name, found in self.law.list_rows.items() if name.endswith("/composition_hints") for row in found
        ]
        hints = [composition.Hint.from_row(row) for row in rows]
        blank = self.items.filter(pl.col("cn_code").is_null())
        out: dict[str, list[str]] = {}
        if hints and blank.height:
            found = composition.settlements(blank, self.ws.tables["composition"], hints)
            for item, code in found.select("item", "control_code").iter_rows():
                out.setdefault(item, []).append(code)
        return out

    @cached_property
    def metrics(self) -> pl.DataFrame:
        """Chip figures of every item, exact against the limits the law uses."""
        limits: dict[str, list[float]] = {name: [] for name in METRICS}
        for leaf in self.law.graph.leaves:
            if leaf.fact in limits and isinstance(leaf.operand, float):
                limits[leaf.fact].append(leaf.operand)
        return chips.metrics(self.ws, limits)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Every item fact that does not depend on destination or day."""
        found = {"origin": text_column(self.origins)}
        for fact in CODES:
            found[fact] = self._code_column(fact)
        for fact in ("stage", "contains_us_ic"):
            found[fact] = text_column(self.items[fact])
        found["model"] = text_column(self.items["model"].fill_null(NONE))
        found.update(self.metric_columns)
        found["item_meets"] = Column.of(self.item_meets)
        found["parts_meet"] = Column.of(self.parts_meet)
        found["parts_model"] = Column.of(self.parts_model)
        found["parts_us_code"] = Column.of(self.parts_us_code)
        return found

    def _code_column(self, fact: str) -> Column:
        coded = text_column(self.items[fact])
        values: list[Value] = [self.book.members(fact, code) for code in cast("list[str | None]", coded.values)]
        settled = self.settled if fact == "cn_code" else {}
        number: dict[tuple[str, ...], int] = {}
        for item, found in settled.items():
            place = number.setdefault(tuple(found), len(values))
            if place == len(values):
                values.append(Members(self.book.members(fact, ";".join(found)).must, None, known=False))
            coded.codes[self.place[item]] = place
        return Column(coded.codes, values)

    @cached_property
    def metric_columns(self) -> dict[str, Column]:
        """Chip figures as intervals; an item that is no chip has none."""
        chips = np.flatnonzero((self.metrics["has_metric"] != "no").to_numpy())
        figures = self.metrics[chips]
        found = {}
        for fact, name in METRICS.items():
            found[fact] = self._of_chips(chips, figures.select(f"{name}_low", f"{name}_high").rows(), NONE)
        # what is no chip by its figures may still be classified as one, and then nobody has said where it is sold
        found["datacentre"] = self._of_chips(chips, figures["datacentre"].to_list(), None)
        return found

    def _of_chips(self, chips: Ints, values: Sequence[Any], otherwise: Value) -> Column:
        """A column with these values for chips and another for all items that are none."""
        column = Column.of([otherwise, *values])
        codes = np.zeros(len(self.ids), dtype=np.int32)
        codes[chips] = column.codes[1:]
        return Column(codes, column.values)

    def _figures(self, place: int, classified: bool) -> dict[str, Value]:
        """The facts that tests look at, of one item.

        A filled code is the classification, so rates nobody published do not put it in doubt; figures overrule it, and
        so may an open die area or market (data centre or not) at the rates that are known.
        """
        values: dict[str, Value] = {fact: column[place] for fact, column in self.metric_columns.items()}
        values["stage"] = self.cells("stage")[place]
        tpp, density = values["tpp"], values["performance_density"]
        if classified and isinstance(tpp, tuple) and isinstance(density, tuple):
            values["tpp"] = (tpp[0], tpp[0])
            if tpp[0] == 0 or "die_area_mm2" not in self.missing_figures(self.ids[place]):
                values["performance_density"] = (density[0], density[0])
            if not self._measured[place]:
                values["memory_bandwidth_density"] = NONE
        return values

    @cached_property
    def _met_if_classified(self) -> list[Members]:
        """Tests met by each item's figures where its code is filled."""
        return self._met(True)

    def _met(self, classified: bool) -> list[Members]:
        """Tests met by each item's figures; what is no chip meets none."""
        met = [Members()] * len(self.ids)
        tpp = self.metric_columns["tpp"]
        for place in np.flatnonzero(np.array([value != NONE for value in tpp.values])[tpp.codes]).tolist():
            met[place] = self._tests_of(self._figures(place, classified))
        return met

    def _tests_of(self, values: Mapping[str, Value]) -> Members:
        key = tuple(values.values())
        if key not in self._tests_memo:
            walk = Walk(self.law, values, date.max)
            trits = {name: walk.trit(node) for name, node in self.law.tests.items()}
            must = frozenset(name for name, trit in trits.items() if trit == TRUE)
            self._tests_memo[key] = Members(must, frozenset(name for name, trit in trits.items() if trit != FALSE))
        return self._tests_memo[key]

    @cached_property
    def item_meets(self) -> list[Members]:
        """Tests met by each item's own figures, its classification weighed."""
        return [
            met if code is not None else open_
            for met, open_, code in zip(self._met_if_classified, self._met(False), self.cells("us_code"), strict=True)
        ]

    @cached_property
    def graph(self) -> Graph:
        """The bill of materials over all items."""
        bill = in_own_units(self.ws.tables["bom"], self.items)
        return graph_of(bill.lines, self.items["item"], bill.exactly, bill.values)

    def release_bill(self) -> None:
        """Builds the graph and lets go of the lines it is made of, which take as much room again."""
        self.graph  # noqa: B018
        self.ws = replace(self.ws, tables={**self.ws.tables, "bom": self.ws.tables["bom"].clear()})

    @cached_property
    def nodes(self) -> npt.NDArray[np.int64]:
        """Node of the graph of every item, in the order of the items table."""
        return self.graph.numbers(self.items["item"])

    def _below(self, flags: Sequence[Members]) -> list[Members]:
        """For every item what its parts, at any depth, have between them."""
        distinct: dict[Members, int] = {}
        codes = np.array([distinct.setdefault(one, len(distinct)) for one in flags], dtype=np.int64)
        names = sorted({name for one in distinct for name in (one.must | (one.may or frozenset()))})
        found = np.zeros((len(flags), len(names)), dtype=np.uint8)
        for k, name in enumerate(names):
            trits = np.zeros(self.graph.size, dtype=np.uint8)
            trits[self.nodes] = np.array([one.trit(name) for one in distinct], dtype=np.uint8)[codes]
            must, may = self.graph.closure_any(trits == TRUE, trits != FALSE)
            found[:, k] = np.where(must, TRUE, np.where(may, UNKNOWN, FALSE))[self.nodes]
        alike: dict[bytes, int] = {}
        which = [alike.setdefault(row.tobytes(), len(alike)) for row in found]
        made = []
        for key in alike:
            said = dict(zip(names, key, strict=True))
            sure = frozenset(name for name, trit in said.items() if trit == TRUE)
            made.append(Members(sure, frozenset(name for name, trit in said.items() if trit)))
        return [made[k] for k in which]

    @cached_property
    def parts_meet(self) -> list[Members]:
        """Tests met by any part; where the whole has a code, unpublished rates of its parts do not put it in doubt."""
        if not self.ws.tables["bom"].height:
            return [Members()] * len(self.ids)
        whole = zip(
            self._below(self.item_meets), self._below(self._met_if_classified), self.cells("us_code"), strict=True
        )
        return [by_figures if code is not None else found for found, by_figures, code in whole]

    @cached_property
    def parts_model(self) -> list[Members]:
        """Models, among those some list of the law names, that stand in an item's bill; unnamed parts are not asked."""
        named = frozenset().union(*(self.law.lists[name] for name in self.law.lists))
        models = [frozenset({model}) & named for model in self.cells("model")]
        if not self.ws.tables["bom"].height or not any(models):
            return [Members()] * len(self.ids)
        return [Members(found.must, found.must) for found in self._below([Members(m, m) for m in models])]

    @cached_property
    def parts_us_code(self) -> list[Members]:
        """Lists that the codes of parts are on, only where the whole itself is not classified."""
        codes = self.cells("us_code")
        if not self.ws.tables["bom"].height or all(code is not None for code in codes):
            return [Members()] * len(self.ids)
        members = {code: self.book.members("us_code", code).must - {NONE} for code in set(codes) - {None}}
        own = {code: Members(must, must) for code, must in members.items()}
        below = self._below([own.get(code, _NOTHING) for code in codes])
        return [_NOTHING if code is not None else found for found, code in zip(below, codes, strict=True)]

    def cn61(self, quoted: Quoted) -> Shares | None:
        """Shares of PRC-origin Part 1 content (announcement 61 of 2025, article 1(1)) at the rates of a day; None where
        no list is loaded."""
        if PART1 not in self.law.code_lists:
            return None
        codes = self.columns_of("cn_code")
        listed = np.array([one.trit(PART1) for one in codes], dtype=np.uint8)
        chinese, unknown = self.from_country("CN")
        must, may = self._flags((listed == TRUE) & chinese, (listed != FALSE) & (chinese | unknown))
        column = ContentColumn("CN-2025-61#1.1", limits=share_limits(self.law, "cn61_share"))
        counting = Counting.of(must, may, opaque=self._opaque_rare_earths(codes))
        return value_shares(self.graph, self.amounts(quoted), counting, [column])

    def _opaque_rare_earths(self, codes: Sequence[Members]) -> npt.NDArray[np.bool_]:
        """Foreign alloys, targets and magnets of a listed kind that come without a bill: what went into them is open.

        Everything else without a bill is its maker's own work, since a bill lists every bought part.
        """
        made = ["alloy", "target", "magnet"]
        unlisted = np.array([one.trit(NONE) == TRUE for one in codes], dtype=bool)
        bought = self.items["stage"].is_in(made).fill_null(False).to_numpy()
        flags = bought & ~unlisted & ~self.from_country("CN")[0]
        return self._flags(flags, flags)[0]

    def from_country(self, country: str) -> tuple[Bools, Bools]:
        """For every item whether it is of a country's origin, and whether nobody has said of which origin it is."""
        mine: Bools = (self.origins == country).fill_null(False).to_numpy()
        return mine, self.origins.is_null().to_numpy()

    def _flags(self, must: Bools, may: Bools) -> tuple[Bools, Bools]:
        """Flags per item laid out per node of the graph."""
        sure = np.zeros(self.graph.size, dtype=bool)
        possible = np.zeros(self.graph.size, dtype=bool)
        sure[self.nodes] = must
        possible[self.nodes] = may
        return sure, possible | sure

    def columns_of(self, fact: str) -> list[Members]:
        """The members of a code fact, item by item."""
        column = self._code_column(fact)
        values = [value if isinstance(value, Members) else ANYTHING for value in column.values]
        return [values[code] for code in column.codes.tolist()]

    def components(self) -> Bools:
        """For every item whether it stands in some bill."""
        found = np.zeros(self.graph.size, np.bool_)
        found[self.graph.component] = True
        return found[self.nodes]

    @cached_property
    def rates(self) -> Rates:
        """The rates between the currencies items are priced in."""
        return Rates.of(self.ws.tables["rates"], self.items["currency"].drop_nulls().unique().to_list())

    def amounts(self, quoted: Quoted) -> Amounts:
        """Unit values of all parts at the rates of a day."""
        if self._valued is None or self._valued[0] != quoted:
            self._valued = quoted, Amounts.of(self.graph, self.items, rates=dict(quoted))
        return self._valued[1]

    @cached_property
    def _composed(self) -> frozenset[str]:
        return frozenset(self.ws.tables["composition"]["item"].to_list())

    def has_composition(self, item: str) -> bool:
        """Whether the composition table says anything of an item."""
        return item in self._composed

    def missing_figures(self, item: str) -> list[str]:
        """Cells of the chips table that would settle an item's figures."""
        return self._missing[self.place[item]]

    @cached_property
    def _measured(self) -> list[bool]:
        found: list[bool] = (self.metrics["has_metric"] == "yes").to_list()
        return found

    @cached_property
    def _missing(self) -> list[list[str]]:
        found: list[list[str]] = self.metrics["missing"].to_list()
        return found

    def open_figures(self, item: str, test: str, whole: str | None = None) -> list[str]:
        """Facts whose values keep a test open for an item, or for a part of `whole`."""
        classified = self.cells("us_code")[self.place[whole or item]] is not None
        values = self._figures(self.place[item], classified)
        key = (test, *values.values())
        if key not in self._open_memo:
            walk = Walk(self.law, values, date.max)
            self._open_memo[key] = [leaf.fact for leaf in walk.open_leaves(self.law.tests[test])]
        return self._open_memo[key]

    def parts_open(self, place: int, test: str) -> list[str]:
        """Parts of an item, at any depth, whose own figures leave a test open."""
        classified = self.cells("us_code")[place] is not None
        met = self._met_if_classified if classified else self.item_meets
        return [part for part in self._parts(place) if met[self.place[part]].trit(test) == UNKNOWN]

    def parts_without_code(self, place: int) -> list[str]:
        """Parts of an item, at any depth, that nobody has classified for the US."""
        codes = self.cells("us_code")
        return [part for part in self._parts(place) if codes[self.place[part]] is None]

    def _parts(self, place: int) -> list[str]:
        below = self.graph.reached(int(self.nodes[place]))
        names = self.graph.names
        return sorted({names[node] for node in below} - {self.ids[place]})

    def content_gaps(self, shares: Shares, item: str, column: str, code: str) -> list[tuple[str, str]]:
        """(cell, part) for every cell that keeps a share open; `code` is the fact that tells whether a part counts.

        A rate of exchange belongs to no part: its subject is the pair of currencies. A quantity is unknown only where
        a mass has to tell it.
        """
        gaps: list[tuple[str, str]] = []
        for found in open_cells(shares, item, column):
            if found.cell.startswith("rate:"):
                name = found.cell.removeprefix("rate:")
                own = shares.amounts.without_rate(shares.graph.number_of[item])
                other = self.rates.common or min(own or self.rates.used - {name})
                if name != other:
                    gaps.append(("rate", f"{name}/{other}"))
                continue
            if found.cell == "quantity":
                gaps.append(("unit_mass_kg", found.part))
                continue
            if found.cell != "counts":
                gaps.append((found.cell, found.part))
                continue
            place = self.place[found.part]
            if self.origin[place] is None:
                gaps.append(("made_in", found.part))
            if self.cells(code)[place] is None:
                gaps.append((code, found.part))
        return list(dict.fromkeys(gaps)) or [("bom", item)]


def _listed(cells: pl.Series) -> list[Any]:
    """The cells as a list in which equal texts are one object: of a million items few cells differ."""
    if cells.dtype != pl.String:
        return cells.to_list()
    coded = text_column(cells)
    values = coded.values
    return [values[code] for code in coded.codes.tolist()]


def share_limits(law: Law, fact: str) -> tuple[str, ...]:
    """The shares above nothing that conditions of law compare a content fact with, smallest first."""
    operands = {leaf.operand for leaf in law.graph.leaves if leaf.fact == fact and isinstance(leaf.operand, float)}
    return tuple(repr(share) for share in sorted(operands) if share > 0)
