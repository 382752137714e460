"""From an unknown fact back to the input cells that would settle it: what to ask, and about whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lotgate.facts.build import Facts
from lotgate.facts.content_facts import FACTS as CONTENT
from lotgate.facts.item_facts import METRICS
from lotgate.facts.tags import list_of_tag
from lotgate.items.rates import MAX_AGE
from lotgate.law import Text
from lotgate.law.expr import Leaf
from lotgate.law.model import FactSpec

__all__ = ["Questions"]

Cell = tuple[str, str, Text]
Ints = npt.NDArray[Any]

EMPTY = {
    "item": Text("Which item is shipped on this line?", "本笔货物是哪种物项？"),
    "end_user": Text("Who is the end user?", "最终用户是谁？"),
    "consignee": Text("Who is the consignee?", "收货人是谁？"),
    "intermediaries": Text(
        "Which intermediaries take part (none if there are none)?", "有哪些中间方参与（没有则填 none）？"
    ),
    "exporter": Text("Who is the exporter?", "出口人是谁？"),
    "name": Text("What is the party's registered name?", "该方的注册名称是什么？"),
    "country": Text("In which country is the party established?", "该方设在哪个国家（地区）？"),
    "made_in": Text("In which country was the item made?", "该物项在哪个国家（地区）制造？"),
    "composition": Text(
        "Which substances does the item contain, and how much of each by mass? Ask for an analysis.",
        "该物项含有哪些物质，质量分数各是多少？请索取成分分析。",
    ),
    "bom": Text(
        "Which bought parts does one unit contain, and how many of each?", "每一单位含有哪些外购部件，各多少？"
    ),
    "currency": Text("In which currency is the price of one unit?", "单价以何种货币计？"),
    "unit_mass_kg": Text("What does one unit weigh, in kilograms?", "每一单位的质量是多少千克？"),
    "unit_value": Text("What is the price of one unit?", "单价是多少？"),
    "us_code": Text("What is the part's ECCN (none for EAR99)?", "该部件的 ECCN 编码是什么（EAR99 填 none）？"),
    "list": Text(
        "This list is not loaded. Fetch it with `lotgate lists update`, load a file with `lotgate lists import`, or "
        "give its folder with --lists.",
        "该清单未载入。请用 lotgate lists update 取得，或以 lists import 载入文件，或以 --lists 指定文件夹。",
    ),
    "checked_until": Text(
        "On this day the copy of the list is too old, or it bears no day. Run `lotgate lists update`, or record up to "
        "which day somebody has checked that it still holds.",
        "截至该日，所用名单副本已过旧，或没有日期。请运行 lotgate lists update，或注明有人核实其仍有效至哪一天。",
    ),
    "match": Text(
        "Is this party the listed one whose name is near? Answer yes or no after comparing address and register.",
        "该方是否就是名称相近的被列名主体？请核对地址和登记信息后回答 yes 或 no。",
    ),
    "share": Text(
        "What share of the party do its listed owners hold (0 to 1)?", "被列名所有人持有该方多大股份（0 至 1）？"
    ),
    "licence": Text(
        "The licence named is not in the licences table, or a cell of it is empty. What does it allow?",
        "所填许可证不在许可证表中，或其内容不全。它允许什么？",
    ),
}


def _rate(pair: str, day: date) -> Text:
    """What to ask for a rate that is missing on a day."""
    one, _, other = pair.partition("/")
    return Text(
        f"What was the rate between {one} and {other} on {day}? Add it to table rates; the latest on or before that "
        f"day counts, if it is not older than {MAX_AGE.days} days.",
        f"{day} {one} 与 {other} 之间的汇率是多少？请填入 rates 表；"
        f"采用该日或之前最近的汇率，且不得早于 {MAX_AGE.days} 日。",
    )


OPEN_OWNERS = Text(
    "Its listed owners reach the level together only, and the text does not say whether their stakes are added. Ask "
    "the authority or counsel: does the rule reach this party (yes or no)?",
    "其被列名所有人仅在合计后达到比例，而条文未说明是否合并计算。请询问主管机关或律师：该规则是否适用于该方（yes/no）？",
)


class Questions:
    """Knows which cells stand behind each fact of each line."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.law = facts.law
        self._columns: dict[str, pl.Series] = {}
        self._last: tuple[tuple[int, tuple[str, ...]], tuple[list[str], list[str]]] = ((-1, ()), ([], []))

    def cells(self, line: int, leaf: Leaf) -> Sequence[Cell]:
        """(fact, subject, question) for every cell that would help to settle a leaf of a line."""
        spec = self.law.facts[leaf.fact]
        if spec.subject == "item":
            found = self._item(line, leaf, spec)
        elif spec.subject == "party":
            found = self._party(line, leaf, spec)
        elif spec.subject == "exporter":
            found = self._exporter(line, spec)
        elif leaf.fact.startswith("licence_"):
            found = self._licence(line, leaf.fact.removeprefix("licence_"))
        else:
            found = iter([(leaf.fact, self._cell(line, "line") or str(line), spec.question)])
        return list(dict.fromkeys(self._told(cell) for cell in found))

    def _told(self, cell: Cell) -> Cell:
        """The cell of the item itself where a stand-in was asked about, and why an answer given does not count."""
        fact, subject, question = cell
        held = self.facts.answers.held.get((fact, subject))
        if held is not None:
            question = Text(f"{question.en} {held.en}", f"{question.zh}{held.zh}")
        return (fact, self.facts.answers.names.get(subject, subject), question)

    def shared(self, leaf: Leaf, lines: Ints) -> Iterator[tuple[Ints, Callable[[int], Sequence[Cell]]]]:
        """Ways to ask about a leaf for many lines: a key per line, lines of one key having the same cells to fill."""
        spec = self.law.facts[leaf.fact]
        if spec.subject == "item":
            key = self.facts.item_rows[lines]
            whole = key >= len(self.facts.items.ids)
            if leaf.fact in CONTENT:
                key = self.facts.content_key(leaf.fact, lines)
            yield np.where(whole, -1 - lines, key), lambda line: self.cells(line, leaf)
        elif spec.subject == "exporter":
            key = self.facts.party_rows("exporter")[lines]
            yield np.where(key >= len(self.facts.parties.ids), -1 - lines, key), lambda line: self.cells(line, leaf)
        elif spec.subject == "party":
            yield from self._shared_parties(leaf, spec, lines)
        else:
            yield lines, lambda line: self.cells(line, leaf)

    def _shared_parties(
        self, leaf: Leaf, spec: FactSpec, lines: Ints
    ) -> Iterator[tuple[Ints, Callable[[int], Sequence[Cell]]]]:
        parties = self.facts.parties.ids
        for role in ("end_user",) if leaf.fact == "end_user_country" else ("end_user", "consignee"):
            rows = self.facts.party_rows(role)[lines]
            # what is open about a party differs between the stretches of its owners and of the ages of lists
            key = rows + self.facts.parties.stretch(self.facts.days[lines]) * (len(parties) + 2)

            def one_role(line: int, role: str = role) -> Sequence[Cell]:
                party = self._cell(line, role)
                if party is None:
                    return [self._line(line, role)]
                return [] if party == "none" else [self._told(c) for c in self._one_party(line, party, leaf, spec)]

            yield np.where(rows == len(parties), -1 - lines, key), one_role
        if leaf.fact != "end_user_country":
            yield (
                np.where(self.facts.has_intermediaries[lines], -1 - lines, 0),
                lambda line: [self._told(cell) for cell in self._intermediaries(line, leaf, spec)],
            )

    def _intermediaries(self, line: int, leaf: Leaf, spec: FactSpec) -> Iterator[Cell]:
        named = self._value(line, "intermediaries")
        if named is None:
            yield self._line(line, "intermediaries")
        else:
            for party in named.to_list():
                yield from self._one_party(line, party, leaf, spec)

    def _value(self, line: int, column: str) -> Any:
        if column not in self._columns:
            self._columns[column] = self.facts.lines[column]
        return self._columns[column].item(line)

    def _cell(self, line: int, column: str) -> str | None:
        value = self._value(line, column)
        return None if value is None else str(value)

    def _day(self, line: int) -> date:
        day: date = self.facts.days[line].astype("datetime64[D]").item()
        return day

    def _line(self, line: int, fact: str) -> Cell:
        return (fact, self._cell(line, "line") or str(line), EMPTY[fact])

    def _item(self, line: int, leaf: Leaf, spec: FactSpec) -> Iterator[Cell]:
        item = self._cell(line, "item")
        if item is None:
            yield self._line(line, "item")
            return
        place, items = self.facts.items.place[item], self.facts.items
        if leaf.fact == "origin":
            yield ("made_in", item, EMPTY["made_in"])
        elif leaf.fact == "cn_code":
            yield ("cn_code", item, spec.question)
            if items.cells("cn_code")[place] is None and not items.has_composition(item):
                yield ("composition", item, EMPTY["composition"])
        elif leaf.fact == "parts_us_code":
            for part in items.parts_without_code(place):
                yield ("us_code", part, EMPTY["us_code"])
        elif leaf.fact == "item_meets":
            yield from self._figures(item, str(leaf.operand))
        elif leaf.fact == "parts_meet":
            for part in items.parts_open(place, str(leaf.operand)):
                yield from self._figures(part, str(leaf.operand), item)
        elif leaf.fact in METRICS:
            yield (spec.ask, item, spec.question)
        elif leaf.fact in CONTENT:
            yield from self._content(line, item, leaf)
        else:
            yield (leaf.fact, item, spec.question)

    def _figures(self, item: str, test: str, whole: str | None = None) -> Iterator[Cell]:
        """The chip figures that keep a test open, of an item or of a part of `whole`."""
        for fact in self.facts.items.open_figures(item, test, whole):
            spec = self.law.facts[fact]
            yield (spec.ask, item, spec.question)
            if fact == "tpp":
                yield from self._bits(item, spec)

    def _bits(self, item: str, spec: FactSpec) -> Iterator[Cell]:
        if "bit_length" in self.facts.items.missing_figures(
            item
        ) and "dense_tops" not in self.facts.items.missing_figures(item):
            yield ("bit_length", item, spec.question)

    def _content(self, line: int, item: str, leaf: Leaf) -> Iterator[Cell]:
        for cell, subject in self.facts.content.gaps(line, item, leaf.fact):
            if cell == "rate":
                yield (cell, subject, _rate(subject, self._day(line)))
            else:
                yield (cell, subject, EMPTY.get(cell, self.law.facts[leaf.fact].question))

    def _party(self, line: int, leaf: Leaf, spec: FactSpec) -> Iterator[Cell]:
        roles = ("end_user",) if leaf.fact == "end_user_country" else ("end_user", "consignee", "intermediaries")
        empty, parties = self._named(line, roles)
        for role in empty:
            yield self._line(line, role)
        for party in parties:
            yield from self._one_party(line, party, leaf, spec)

    def _named(self, line: int, roles: tuple[str, ...]) -> tuple[list[str], list[str]]:
        """The empty cells among the roles of a line, and the parties in the others; kept for the line asked last."""
        if self._last[0] != (line, roles):
            cells = {role: self._value(line, role) for role in roles}
            named = [[cell] if isinstance(cell, str) else list(cell) for cell in cells.values() if cell is not None]
            parties = [party for some in named for party in some if party != "none"]
            found = [role for role, cell in cells.items() if cell is None], list(dict.fromkeys(parties))
            self._last = (line, roles), found
        return self._last[1]

    def _one_party(self, line: int, party: str, leaf: Leaf, spec: FactSpec) -> Iterator[Cell]:
        facts = self.facts.parties
        if leaf.fact == "listed":
            yield from self._listed(party, leaf, self._day(line))
        elif leaf.fact in ("military", "headquarters", "end_user_country"):
            column = "country" if leaf.fact == "end_user_country" else leaf.fact
            if facts.column(column)[facts.place[party]] is None:
                yield (column, party, spec.question)
        else:
            for cell, subject in facts.ownership_gaps(party, leaf, self._day(line)):
                yield (cell, subject, EMPTY.get(cell, OPEN_OWNERS))

    def _listed(self, party: str, leaf: Leaf, day: date) -> Iterator[Cell]:
        members = self.facts.parties.members(party, day)
        near = self.facts.parties.matches[party].members.may
        old = self.facts.parties.old_tags(day)
        tags = {str(leaf.operand)} if leaf.op == "has" else set(leaf.operand or ())  # type: ignore[arg-type]
        if members.may is None:
            yield ("name", party, EMPTY["name"])
            return
        for tag in sorted(tags & members.may - members.must):
            if tag in self.facts.parties.unloaded:
                yield ("list", list_of_tag(tag), EMPTY["list"])
                continue
            if tag in old:
                yield ("checked_until", f"list:{list_of_tag(tag)}", EMPTY["checked_until"])
            if near is None or tag in near:
                yield ("match", party, EMPTY["match"])

    def _exporter(self, line: int, spec: FactSpec) -> Iterator[Cell]:
        exporter = self._cell(line, "exporter")
        if exporter is None:
            yield self._line(line, "exporter")
        elif spec.ask == "exporter":
            yield ("name", exporter, EMPTY["name"])
        else:
            yield (spec.ask, exporter, spec.question)

    def _licence(self, line: int, regime: str) -> Iterator[Cell]:
        day = self._day(line)
        for cover in self.facts.covers(line, day):
            if cover.holds is None and cover.regime in (regime, None):
                for cell, subject in cover.open_cells:
                    yield (cell, subject, EMPTY["licence"])
