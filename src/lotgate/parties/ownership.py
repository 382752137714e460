"""Who is reached through ownership: a dated graph with exact shares, rules counted step by step, bounds for unknowns.

A company that a rule reaches counts as reached itself for the next step: half of a half-owned firm is reached (OFAC
FAQ 401). Shares are fractions; chains, cycles and cross-holdings are solved by the least fixed point, so that nobody
is reached by going round in a circle. Who is listed, and what follows, is not known here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from math import isnan
from typing import Any, Literal

import polars as pl

from lotgate.errors import Fault, InputError
from lotgate.parties.lists import Told

__all__ = ["Edge", "Ownership", "Rule", "Stake", "Verdict", "change_days", "edges_of", "exact_share", "rules"]

Status = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Rule:
    """How one authority counts: the threshold, whether it must be passed, and whether stakes of several owners add.

    `sum_open` means that the text does not say whether they add: together they make a question, never an answer.
    """

    id: str
    threshold: Fraction
    more_than: bool = False
    summed: bool = True
    cite: str = ""
    sum_open: bool = False
    lists: tuple[str, ...] = ()
    clause: str = ""
    title: Told | None = None
    note: Told | None = None
    verified: str = ""

    def met(self, share: Fraction) -> bool:
        """True if a share reaches the threshold."""
        return share > self.threshold if self.more_than else share >= self.threshold


@cache
def rules() -> Mapping[str, Rule]:
    """The ownership rules of the authorities, by id (`ofac-50`, `us-affiliates`, `cn-61` ...)."""
    text = files("lotgate.parties").joinpath("data/ownership_rules.csv").read_text(encoding="utf-8")
    return {
        row["id"]: Rule(
            row["id"],
            Fraction(row["threshold"]),
            row["comparison"] == "more-than",
            row["counting"] == "sum-stepwise",
            row["cite"],
            row["counting"] == "single-sum-open",
            tuple(row["lists"].split(";")),
            row["clause"],
            Told(row["title_en"], row["title_zh"]),
            Told(row["note_en"], row["note_zh"]),
            row["verified"],
        )
        for row in csv.DictReader(text.splitlines())
    }


@dataclass(frozen=True)
class Edge:
    """A stake: `share` None is not known; `start` None is since always; `end` is the last day, None is open."""

    owner: str
    owned: str
    share: Fraction | None
    start: date | None = None
    end: date | None = None

    def holds(self, day: date) -> bool:
        """True if the stake is held on the day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Stake:
    """One owner's share in a verdict, None if not known."""

    owner: str
    share: Fraction | None


@dataclass(frozen=True)
class Verdict:
    """Whether a party is reached through its owners, with bounds of the share that counts, and the arithmetic.

    `roots` are the listed ones from which the reach comes (with `unknown`: may come); `path` leads from one of them
    to the party; `missing` names the owners whose share would have to be known.
    """

    party: str
    status: Status
    low: Fraction
    high: Fraction
    stakes: tuple[Stake, ...]
    roots: frozenset[str]
    path: tuple[str, ...]
    missing: tuple[str, ...]
    en: str
    zh: str


def exact_share(value: Any) -> Fraction | None:
    """The fraction that was written; None for an unknown share. NaN, the literal `none`, is a share of nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, Fraction | int):
        return Fraction(value)
    if isinstance(value, float):
        return Fraction(0) if isnan(value) else Fraction(Decimal(repr(value)))
    return Fraction(str(value))


def edges_of(table: pl.DataFrame) -> list[Edge]:
    """The stakes in a workspace's `ownership` table."""
    return [
        Edge(owner, owned, exact_share(share), start, end)
        for owner, owned, share, start, end in table.select("owner", "owned", "share", "from", "to").iter_rows()
        if owner is not None and owned is not None
    ]


def change_days(edges: Iterable[Edge]) -> list[date]:
    """The days on which the graph differs from the day before."""
    days = set()
    for edge in edges:
        if edge.start is not None:
            days.add(edge.start)
        if edge.end is not None:
            days.add(edge.end + timedelta(days=1))
    return sorted(days)


def _percent(share: Fraction) -> str:
    """A share as it is read: 55 %, 33.5 %, or the fraction where it has no short decimal."""
    hundredths = share * 100
    if (hundredths * 10_000).denominator == 1:
        text = f"{float(hundredths):.4f}".rstrip("0").rstrip(".")
        return f"{text} %"
    return f"{hundredths.numerator}/{hundredths.denominator} %"


class Ownership:
    """The stakes held on one day."""

    def __init__(self, edges: Iterable[Edge], day: date) -> None:
        """Raises InputError naming every company whose known shares are negative or add up to more than the whole."""
        self.day = day
        self._owners: dict[str, list[Stake]] = {}
        self._owned: dict[str, list[str]] = {}
        for edge in edges:
            if not edge.holds(day) or edge.owner == edge.owned or edge.share == 0:
                # A company's shares in itself say nothing of who owns it.
                continue
            self._owners.setdefault(edge.owned, []).append(Stake(edge.owner, edge.share))
            self._owned.setdefault(edge.owner, []).append(edge.owned)
        faults = [fault for owned in self._owners for fault in self._faults(owned)]
        if faults:
            raise InputError(faults)

    def _faults(self, owned: str) -> list[Fault]:
        known = [stake.share for stake in self._owners[owned] if stake.share is not None]
        if any(share < 0 or share > 1 for share in known):
            return [Fault("ownership", f"share in {owned} outside 0..1 on {self.day}", column="share")]
        total = sum(known, Fraction(0))
        if total > 1:
            message = f"shares in {owned} add up to {_percent(total)} on {self.day}"
            return [Fault("ownership", message, column="share", expected="at most 100 % of a company")]
        return []

    def owners(self, party: str) -> tuple[Stake, ...]:
        """The direct owners of a party with their shares."""
        return tuple(self._owners.get(party, ()))

    def blocked(
        self,
        seed: AbstractSet[str],
        rule: Rule,
        possible: AbstractSet[str] = frozenset(),
    ) -> dict[str, Verdict]:
        """The verdict on every party that has an owner: reached from `seed` under the rule, not, or unknown.

        `possible` are parties that may be listed: they can make a verdict unknown, never yes.
        """
        sure = self._closure(seed, rule, sure=True)
        maybe = self._closure(frozenset(seed) | frozenset(possible), rule, sure=False)
        return {party: self._verdict(party, rule, sure, maybe) for party in sorted(self._owners)}

    def _closure(self, seed: AbstractSet[str], rule: Rule, *, sure: bool) -> dict[str, int]:
        """Everyone reached, with the round in which it happened: the least fixed point from the seed."""
        reached = dict.fromkeys(sorted(seed), 0)
        frontier = sorted({owned for owner in reached for owned in self._owned.get(owner, ())})
        for number in range(1, len(self._owners) + 1):
            fresh = []
            for party in frontier:
                low, high = self._bounds(party, reached.keys(), rule)
                if party not in reached and rule.met(low if sure else high):
                    fresh.append(party)
            if not fresh:
                break
            reached.update(dict.fromkeys(fresh, number))
            frontier = sorted({owned for owner in fresh for owned in self._owned.get(owner, ())})
        return reached

    def _bounds(self, party: str, reached: AbstractSet[str], rule: Rule) -> tuple[Fraction, Fraction]:
        """The least and the most that owners among `reached` can hold together (or the largest of them alone).

        Where the text leaves open whether stakes add, the least is that of the largest alone, the most all together.
        """
        per_owner: dict[str, Fraction] = {}
        open_owners = set()
        taken = Fraction(0)
        for stake in self._owners.get(party, ()):
            taken += stake.share or 0
            if stake.owner in reached:
                per_owner[stake.owner] = per_owner.get(stake.owner, Fraction(0)) + (stake.share or 0)
                if stake.share is None:
                    open_owners.add(stake.owner)
        rest = 1 - taken
        if rule.summed:
            low = sum(per_owner.values(), Fraction(0))
            return low, low + rest if open_owners else low
        low = max(per_owner.values(), default=Fraction(0))
        if rule.sum_open:
            return low, sum(per_owner.values(), Fraction(0)) + (rest if open_owners else 0)
        return low, max([low, *(per_owner[owner] + rest for owner in open_owners)])

    def _verdict(self, party: str, rule: Rule, sure: Mapping[str, int], maybe: Mapping[str, int]) -> Verdict:
        low = self._bounds(party, sure.keys() - {party}, rule)[0]
        high = self._bounds(party, maybe.keys() - {party}, rule)[1]
        by_ownership = party in sure and sure[party] > 0
        # One that is itself listed may be reached through its owners all the same.
        status: Status = "yes" if by_ownership or rule.met(low) else "unknown" if rule.met(high) else "no"
        reached = sure if status == "yes" else maybe
        stakes = tuple(stake for stake in self._owners[party] if stake.owner in maybe and stake.owner != party)
        path = self._path(party, reached)
        missing = tuple(sorted({stake.owner for stake in stakes if stake.share is None})) if status == "unknown" else ()
        en, zh = _worded(party, status, rule, low, high, stakes, path)
        return Verdict(party, status, low, high, stakes, self._roots(party, reached), path, missing, en, zh)

    def _path(self, party: str, reached: Mapping[str, int]) -> tuple[str, ...]:
        """A way from a listed owner down to the party, by the largest stake among those reached earliest."""
        path = [party]
        while True:
            before = [
                stake
                for stake in self._owners.get(path[0], ())
                if stake.owner in reached
                and stake.owner not in path
                and (len(path) == 1 or reached[stake.owner] < reached[path[0]])
            ]
            if not before:
                return tuple(path) if len(path) > 1 else ()
            chosen = max(before, key=lambda stake: (-reached[stake.owner], stake.share or Fraction(0), stake.owner))
            path.insert(0, chosen.owner)
            if reached[chosen.owner] == 0:
                return tuple(path)

    def _roots(self, party: str, reached: Mapping[str, int]) -> frozenset[str]:
        """Everyone in the seed from whom the reach comes, through owners reached before."""
        roots, seen = set(), {party}
        waiting = [(party, len(self._owners) + 1)]
        while waiting:
            current, limit = waiting.pop()
            for stake in self._owners.get(current, ()):
                round_ = reached.get(stake.owner)
                if round_ is None or round_ >= limit or stake.owner in seen:
                    continue
                seen.add(stake.owner)
                if round_ == 0:
                    roots.add(stake.owner)
                else:
                    waiting.append((stake.owner, round_))
        return frozenset(roots)

    def through(self, owner: str) -> dict[str, Fraction]:
        """What an owner holds of each party by multiplying along all ways, known shares only.

        Cross-holdings are solved exactly. This is arithmetic for a report; no rule here counts this way.
        """
        below = self._below(owner)
        index = {party: number for number, party in enumerate(below)}
        rows = []
        for party in below:
            row = [Fraction(0)] * (len(below) + 1)
            row[index[party]] = Fraction(1)
            for stake in self._owners.get(party, ()):
                if stake.owner == owner:
                    row[-1] += stake.share or 0
                elif stake.owner in index:
                    row[index[stake.owner]] -= stake.share or 0
            rows.append(row)
        solved = _solved(rows)
        return {party: solved[index[party]] for party in below}

    def _below(self, owner: str) -> list[str]:
        seen: dict[str, None] = {}
        waiting = [owner]
        while waiting:
            for owned in self._owned.get(waiting.pop(), ()):
                if owned not in seen and owned != owner:
                    seen[owned] = None
                    waiting.append(owned)
        return sorted(seen)


def _solved(rows: list[list[Fraction]]) -> list[Fraction]:
    """The solution of linear equations by elimination; an unknown left open by companies that wholly own each other
    is 0, for nobody outside holds anything of them."""
    size = len(rows)
    for column in range(size):
        pivot = next((row for row in range(column, size) if rows[row][column] != 0), None)
        if pivot is None:
            continue
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column][column]
        rows[column] = [value / head for value in rows[column]]
        for row in range(size):
            if row != column and rows[row][column] != 0:
                factor = rows[row][column]
                rows[row] = [value - factor * base for value, base in zip(rows[row], rows[column], strict=True)]
    return [rows[row][-1] if rows[row][row] == 1 else Fraction(0) for row in range(size)]


def _worded(
    party: str,
    status: Status,
    rule: Rule,
    low: Fraction,
    high: Fraction,
    stakes: tuple[Stake, ...],
    path: tuple[str, ...],
) -> tuple[str, str]:
    """The arithmetic of a verdict in English and Chinese."""
    if not stakes:
        return (
            f"No owner of {party} is on a list that this rule counts, or reached through one that is.",
            f"{party}的所有人均不在本规则计入的名单上，也未经由名单上的所有人而计入。",
        )
    parts = [f"{stake.owner} {_percent(stake.share) if stake.share is not None else '? %'}" for stake in stakes]
    bounds = _percent(low) if low == high else f"{_percent(low)} to {_percent(high)}"
    spread = _percent(low) if low == high else f"{_percent(low)}至{_percent(high)}"
    joined, joined_zh = (" + ", "＋") if rule.summed else (", ", "、")
    how, how_zh = ("together", "合计") if rule.summed else ("at most", "最高")
    if rule.sum_open and len(stakes) > 1:
        bounds = f"{_percent(low)} alone and {_percent(high)} together at most (whether stakes add is not said)"
        spread = f"单独{_percent(low)}，合计至多{_percent(high)}（条文未说明是否合并计算）"
        how, how_zh = "", ""
    held = f"{how} {bounds}".strip()
    wanted = f"{'more than' if rule.more_than else 'at least'} {_percent(rule.threshold)}"
    wanted_zh = f"{'超过' if rule.more_than else '不低于'}{_percent(rule.threshold)}"
    end = {"yes": "reached", "no": "not reached", "unknown": "may be reached"}[status]
    end_zh = {"yes": "适用", "no": "不适用", "unknown": "可能适用"}[status]
    way = f" ({' > '.join(path)})" if len(path) > 2 else ""
    en = f"Owners of {party}: {joined.join(parts)}, {held}; the rule asks for {wanted}: {end}{way}."
    zh = f"{party}的所有人：{joined_zh.join(parts)}，{how_zh}{spread}；规则要求{wanted_zh}：{end_zh}{way}。"
    return en, zh
