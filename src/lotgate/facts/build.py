"""Facts of every line: shipments joined with items, content, chips, parties, lists, ownership and licences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lotgate.evaluate.columns import ANYTHING, NONE, Column, FactTable, Members, Value
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.factors import distinct
from lotgate.facts.answers import Answers
from lotgate.facts.coded import extended, list_column, number_column, places, text_column
from lotgate.facts.content_facts import FACTS as CONTENT
from lotgate.facts.content_facts import ContentFacts
from lotgate.facts.item_facts import ItemFacts
from lotgate.facts.licence_facts import Cover, LicenceFacts, members
from lotgate.facts.party_facts import PartyFacts
from lotgate.facts.values import CodeBook
from lotgate.law import Law
from lotgate.parties.lists import ListSet
from lotgate.parties.review import Reviews
from lotgate.progress import tell
from lotgate.tables import Workspace

__all__ = ["Facts"]

Ints = npt.NDArray[Any]
ROLES = ("end_user", "consignee")
SETS = ("listed", "us_owned_by", "cn_owned_by")
BOOLS = ("ofac_owned", "eu_owned", "listed_owner_minority", "military")


class Facts:
    """Builds the fact table of a workspace, and remembers what stands behind each fact."""

    def __init__(
        self,
        ws: Workspace,
        law: Law,
        lists: ListSet,
        answers: Answers,
        list_age: int | None = None,
        reviews: Reviews | None = None,
    ) -> None:
        self.ws = ws
        self.law = law
        self.answers = answers
        self.book = CodeBook(law)
        self.items = ItemFacts(ws, law, self.book)
        self.parties = PartyFacts(ws, law, lists, answers, list_age, reviews=reviews)
        self.licences = LicenceFacts(ws)
        self.lines = ws.tables["shipments"]
        self._roles: dict[str, Ints] = {}

    content: ContentFacts
    days: npt.NDArray[np.datetime64]
    _columns: Mapping[str, Column]

    @cached_property
    def item_rows(self) -> Ints:
        """Row of the items table of every line; one past the end where the item is unknown."""
        return places(self.lines["item"], self.ws.tables["items"]["item"])

    def party_rows(self, role: str) -> Ints:
        """Row of the parties table of every line; one past the end where the cell is empty, two past for `none`."""
        if role not in self._roles:
            self._roles[role] = places(self.lines[role], self.ws.tables["parties"]["party"])
        return self._roles[role]

    def table(self, evaluator: Evaluator, days: npt.NDArray[np.datetime64]) -> FactTable:
        """The facts of every line, each on its day."""
        self.days = days
        table = FactTable(self.lines.height, {})
        tell("items", 0)
        put = self._columns = table.columns
        for fact in ("ship_from", "destination", "end_use"):
            put[fact] = text_column(self.lines[fact])
        put["kind"] = self._kind(self.lines, self.item_rows)
        put["via"] = list_column(self.lines["via"])
        for fact in ("logic_nm", "nand_layers", "dram_nm"):
            put[fact] = number_column(self.lines[fact])
        for fact, column in self.items.columns.items():
            put[fact] = extended(column, _unknown_value(fact, self.law)).take(self.item_rows)
        tell("content", 0)
        self.content = ContentFacts(self.items, evaluator, days, put["destination"])
        for fact in CONTENT:
            put[fact] = self.content.column(fact, np.arange(self.lines.height), self.item_rows)
        tell("parties", 0)
        self._party_columns(put, days)
        self._licence_columns(put, days)
        return table

    def _kind(self, lines: pl.DataFrame, item_rows: Ints) -> Column:
        """The kind of each line: as written, else derived from where the goods leave and where they were made."""
        written = lines["kind"]
        if written.null_count() == 0:
            return text_column(written)
        origins = self.ws.tables["items"].select(origin=pl.coalesce("origin", "made_in"))["origin"]
        origins = origins.extend_constant(None, 1).gather(np.minimum(item_rows, len(origins)))
        derived = (
            pl.when(pl.col("ship_from") == pl.col("destination")).then(pl.lit("in-country-transfer"))
            .when(pl.col("ship_from") == pl.col("origin")).then(pl.lit("export"))
            .when(pl.col("origin").is_not_null() & pl.col("ship_from").is_not_null()).then(pl.lit("reexport"))
        )  # fmt: skip
        frame = lines.select("kind", "ship_from", "destination").with_columns(origin=origins)
        return text_column(frame.select(pl.coalesce("kind", derived)).to_series())

    def with_items(self, lines: Ints, items: Sequence[str]) -> dict[str, Column]:
        """The columns that hang on the item, for some lines shipping other items (by name) on their day."""
        rows = np.array([self.items.place[item] for item in items], dtype=np.int64)
        found = {fact: column.take(rows) for fact, column in self.items.columns.items()}
        found["kind"] = self._kind(self.lines[lines.tolist()], rows)
        return found | {fact: self.content.column(fact, lines, rows) for fact in CONTENT}

    def _party_columns(self, put: dict[str, Column], days: npt.NDArray[np.datetime64]) -> None:
        exporter = self.party_rows("exporter")
        for fact, cell in (("exporter_country", "country"), ("exporter_headquarters", "headquarters")):
            put[fact] = extended(Column.of(self.parties.column(cell)), None).take(exporter)
        named = self.parties.addressees(frozenset(exporter.tolist()))
        put["addressee"] = extended(Column.of(named), ANYTHING).take(exporter)
        end_user = self.party_rows("end_user")
        put["end_user_country"] = extended(Column.of(self.parties.column("country")), None).take(end_user)
        for fact, values in self.parties.by_day(days).items():
            put[fact] = self._over_parties(fact, values, days)

    def _over_parties(self, fact: str, values: Mapping[date, Sequence[Value]], days: Ints) -> Column:
        """A party fact over end user, consignee and named intermediaries together."""
        blank: Value = ANYTHING if fact in SETS or fact == "headquarters" else None
        nobody: Value = Members() if isinstance(blank, Members) else "no"
        starts = sorted(values)
        stretch = np.searchsorted(np.array(starts, dtype="datetime64[D]"), days, side="right") - 1
        merge = _merge_members if isinstance(blank, Members) else _merge_bools
        codes = np.zeros(self.lines.height, dtype=np.int32)
        dictionary: dict[Value, int] = {}
        memo: dict[tuple[Value, ...], int] = {}
        every = np.arange(self.lines.height)
        for number, start in enumerate(starts):
            column = extended(Column.of(values[start]), blank, nobody)
            rows = every if len(starts) == 1 else np.flatnonzero(stretch == number)
            per_role = [column.codes[self.party_rows(role)[rows]].astype(np.int64) for role in ROLES]
            size = len(column.values)
            key = per_role[0] * size + per_role[1]
            which, sample = distinct(key)
            merged = np.empty(len(sample), dtype=np.int32)
            for k, one in enumerate(key[sample].tolist()):
                merged[k] = _remember(memo, dictionary, (column.values[one // size], column.values[one % size]), merge)
            codes[rows] = merged[which]
            for row, others in self._intermediaries(rows):
                known = blank if others is None else merge([column[self.parties.place[p]] for p in others] or [nobody])
                codes[row] = _remember(memo, dictionary, (list(dictionary)[codes[row]], known), merge)
        return Column(codes, list(dictionary) or [blank])

    def _intermediaries(self, rows: Ints) -> Iterable[tuple[int, list[str] | None]]:
        """Lines with intermediaries, or with an empty cell for them (None)."""
        named = self.lines["intermediaries"]
        for row in rows[self.has_intermediaries[rows]]:
            yield int(row), named[int(row)].to_list() if named[int(row)] is not None else None

    def _licence_columns(self, put: dict[str, Column], days: npt.NDArray[np.datetime64]) -> None:
        for regime, column in self.licence_columns(days).items():
            put[f"licence_{regime}"] = column

    @cached_property
    def licensed(self) -> Ints:
        """The lines that name a licence."""
        cell = self.lines["licence"]
        return np.flatnonzero((cell.is_not_null() & (cell != NONE)).fill_null(False).to_numpy())

    def licence_columns(self, days: npt.NDArray[np.datetime64]) -> dict[str, Column]:
        """Per regime the kinds of licence that cover each line on its day."""
        found: dict[str, list[tuple[int, Members]]] = {regime: [] for regime in self.law.regimes}
        for row in self.licensed:
            covers = self.covers(int(row), days[row].astype("datetime64[D]").item())
            for regime, cells in found.items():
                one = members(covers, regime)
                if one.must or one.may:
                    cells.append((int(row), one))
        columns = {}
        for regime, cells in found.items():
            codes = np.zeros(self.lines.height, dtype=np.int32)
            dictionary: dict[Value, int] = {Members(): 0}
            for row, one in cells:
                codes[row] = dictionary.setdefault(one, len(dictionary))
            columns[regime] = Column(codes, list(dictionary))
        return columns

    @cached_property
    def has_intermediaries(self) -> npt.NDArray[np.bool_]:
        """Whether a line names intermediaries, or leaves the cell empty."""
        found: npt.NDArray[np.bool_] = (self.lines["intermediaries"].list.len().fill_null(1) > 0).to_numpy()
        return found

    def content_key(self, fact: str, lines: Ints) -> Ints:
        """A key per line: lines of one key have the same cells to fill for a share of content."""
        return self.content.key(self._columns[fact], lines, self.item_rows[lines])

    def covers(self, row: int, day: date) -> list[Cover]:
        """What the licences named in a line do for it on a day."""
        line = self.lines.row(row, named=True)
        item = int(self.item_rows[row])
        codes: dict[str, str | None] = dict.fromkeys(self.law.regimes)
        if item < len(self.items.ids):
            codes = {regime: self.items.cells(f"{regime}_code")[item] for regime in self.law.regimes}
        return self.licences.covers(line, codes, day)


def _unknown_value(fact: str, law: Law) -> Value:
    """What a fact is where its item is unknown."""
    return ANYTHING if law.facts[fact].type.type in ("set", "countries", "code") else None


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _remember(memo: dict[Any, int], dictionary: dict[Value, int], parts: tuple[Value, ...], merge: Any) -> int:
    if parts not in memo:
        memo[parts] = dictionary.setdefault(merge(parts), len(dictionary))
    return memo[parts]


def _merge_members(parts: Iterable[Value]) -> Value:
    total = Members()
    for one in parts:
        total = total | (one if isinstance(one, Members) else ANYTHING)
    return total


def _merge_bools(parts: Iterable[Value]) -> Value:
    found = set(parts)
    return "yes" if "yes" in found else None if None in found else "no"
