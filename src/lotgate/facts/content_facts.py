"""Controlled content behind every line: shares of its item at the rates of exchange of its day, and what opens them.

Lines whose days have the same rates are rolled up together. Where goods are priced in one currency, that is all lines.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lotgate.evaluate.columns import Column, IntervalColumn, Value
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.factors import distinct
from lotgate.facts.item_facts import ItemFacts
from lotgate.facts.us_content import USContent
from lotgate.items.content import Shares

__all__ = ["CN", "FACTS", "US", "ContentFacts"]

Ints = npt.NDArray[Any]
CN, US = "cn61_share", "us_controlled_share"
FACTS = (CN, US)
CODE = {CN: "cn_code", US: "us_code"}
HELD = 60_000_000
"""Parts times classes of the roll-ups kept at hand; those of other rates are worked out again when asked about."""


class ContentFacts:
    """Shares of the two laws that count content, for lines with an item, a destination and a day."""

    def __init__(self, items: ItemFacts, evaluator: Evaluator, days: Ints, destinations: Column) -> None:
        self.items, self.evaluator, self.days, self.destinations = items, evaluator, days, destinations
        self.quoted, self.stretch = items.rates.stretches(days)
        self._held: OrderedDict[tuple[str, int], Any] = OrderedDict()
        self._classes: dict[int, Ints] = {}
        """Per stretch, the column of the American roll-up that each of the destinations is in."""

    @cached_property
    def _american(self) -> bool:
        return "us" in self.items.law.regimes and bool(self.items.ids)

    @cached_property
    def _pairs(self) -> tuple[list[tuple[str | None, int]], Ints]:
        """The destinations, each under one text of the law, and which of them every line has."""
        texts = self.evaluator.text_of(self.evaluator.epochs(self.days))
        span = int(texts.max(initial=0)) + 1
        which, sample = distinct(self.destinations.codes.astype(np.int64) * span + texts)
        return [(_text(self.destinations[row]), int(texts[row])) for row in sample], which

    def column(self, fact: str, lines: Ints, rows: Ints) -> Column:
        """The share of items (by their row, one past the end where unknown) for some lines on their day."""
        if fact == US and not self._american:
            return Column.constant(None, len(lines))
        codes = np.zeros(len(lines), np.int32)
        lows, highs = [np.zeros(0)], [np.zeros(0)]
        own, size = self.stretch[lines], 0
        for stretch in np.unique(own).tolist():
            here = np.flatnonzero(own == stretch)
            position = self._position(fact, stretch, lines[here])
            which, sample = distinct(rows[here].astype(np.int64) * (int(position.max()) + 1) + position)
            low, high = np.zeros(len(sample)), np.ones(len(sample))
            known = np.flatnonzero(rows[here[sample]] < len(self.items.ids))
            if known.size and (shares := self._shares(fact, stretch)) is not None:
                at = self.items.nodes[rows[here[sample[known]]]], position[sample[known]]
                low[known], high[known] = shares.low[at], shares.high[at]
            codes[here] = which + size
            size += len(sample)
            lows.append(low)
            highs.append(high)
        return IntervalColumn(codes, np.concatenate(lows), np.concatenate(highs))

    def key(self, column: Column, lines: Ints, rows: Ints) -> Ints:
        """A key per line: lines of one key share item, class of destinations and rates, or an item without a bill, of
        which the same is asked whatever the rest."""
        bare = np.append(~self.items.graph.has_parts[self.items.nodes], [False, False])
        found: Ints = np.where(bare[rows], len(column) + rows, column.codes[lines])
        return found

    def gaps(self, line: int, item: str, fact: str) -> list[tuple[str, str]]:
        """(cell, subject) for everything that keeps a share of an item open on the day of a line."""
        stretch = int(self.stretch[line])
        shares = self._shares(fact, stretch) if fact == CN or self._american else None
        if shares is None:
            return [("bom", item)]
        position = int(self._position(fact, stretch, np.array([line]))[0])
        return self.items.content_gaps(shares, item, shares.columns[position].name, CODE[fact])

    def _shares(self, fact: str, stretch: int) -> Shares | None:
        found = self._rolled_up(fact, stretch)
        return found.shares if isinstance(found, USContent) else found

    def _position(self, fact: str, stretch: int, lines: Ints) -> Ints:
        """The column of the roll-up that each line's destination is in."""
        if fact == CN:
            return np.zeros(len(lines), np.int64)
        if stretch not in self._classes:
            pairs, which = self._pairs
            mine = np.unique(which[self.stretch == stretch]).tolist()
            class_of = self._rolled_up(US, stretch).class_of
            self._classes[stretch] = np.full(len(pairs), len(pairs))  # past every column: to read one would be an error
            self._classes[stretch][mine] = [class_of[pairs[one]] for one in mine]
        return self._classes[stretch][self._pairs[1][lines]]

    def _rolled_up(self, fact: str, stretch: int) -> Any:
        """The roll-up of a law at the rates of a stretch; the longest unused goes where they are too many to hold."""
        key = (fact, stretch)
        if key not in self._held:
            if fact == CN:
                made: Any = self.items.cn61(self.quoted[stretch])
            else:
                pairs, which = self._pairs
                mine = np.unique(which[self.stretch == stretch]).tolist()
                made = USContent(self.items, self.evaluator, [pairs[one] for one in mine], self.quoted[stretch])
            self._held[key] = made
            while len(self._held) > 2 and sum(map(_cells, self._held.values())) > HELD:
                self._held.popitem(last=False)
        self._held.move_to_end(key)
        return self._held[key]


def _cells(found: Any) -> int:
    shares = found.shares if isinstance(found, USContent) else found
    return 0 if shares is None else int(shares.content_low.size)


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None
