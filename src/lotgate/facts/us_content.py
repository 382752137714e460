"""US-origin content that counts against the de minimis level of a destination (15 CFR 734.4 and part 734 Supp. 2).

Which codes count to which destination, and the levels themselves, are read from the law data on every day; nothing
here knows a percentage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from lotgate.evaluate.columns import NONE, Column, FactTable, Members
from lotgate.evaluate.evaluator import Evaluator
from lotgate.facts.item_facts import ItemFacts, share_limits
from lotgate.items.content import Column as ContentColumn
from lotgate.items.content import Counting, Shares, value_shares
from lotgate.items.rates import Quoted
from lotgate.law import Law
from lotgate.law.expr import FALSE, TRUE

__all__ = ["SHARE", "Destination", "USContent", "controlled_codes", "de_minimis", "law_counts"]

SHARE = "us_controlled_share"
CONTROLLED = "us_controlled_content"
"""The term of US law that tells which US-origin content needs a licence to a destination (734 Supp. 2)."""
OVER = "us_over_de_minimis"
"""The term that tells from which share on content brings goods under the law, destination by destination."""
Destination = tuple[str | None, int]
"""A destination (None: not known) under one text of the law."""


class USContent:
    """Share of US-origin content that needs a licence to a destination, for every item and class of destinations.

    Destinations to which the same codes need a licence under the same text of law and the same level applies form one
    class and one column. A foreign part without a bill is its maker's own work if it is EAR99; of one that is
    controlled, or that nobody has classified, the inside is open.
    """

    def __init__(
        self, facts: ItemFacts, evaluator: Evaluator, pairs: Sequence[Destination], quoted: Quoted = ()
    ) -> None:
        """`pairs` are the destinations asked about, `quoted` the rates of exchange of the day."""
        self.facts, self.quoted = facts, quoted
        codes = facts.columns_of("us_code")
        distinct = list(dict.fromkeys(codes))
        number = {members: k for k, members in enumerate(distinct)}
        code_of = np.array([number[members] for members in codes], dtype=np.int64)
        levels = de_minimis(evaluator, pairs)
        steps = sorted(set(levels))
        trits = np.column_stack(
            [controlled_codes(evaluator, pairs, distinct), np.array([steps.index(level) for level in levels])]
        )
        classes, class_of = np.unique(trits, axis=0, return_inverse=True)
        self.class_of = {pair: int(c) for pair, c in zip(pairs, class_of.reshape(-1), strict=True)}
        self.shares = self._shares(classes, [steps[row[-1]] for row in classes], code_of)

    def _shares(
        self, classes: npt.NDArray[np.int64], levels: Sequence[float], code_of: npt.NDArray[np.int64]
    ) -> Shares:
        facts = self.facts
        from_us, unknown = facts.from_country("US")
        maybe_us = from_us | unknown
        size = (facts.graph.size, len(classes))
        count_must, count_may, stop_must, stop_may = (np.zeros(size, dtype=bool) for _ in range(4))
        for c, row in enumerate(classes):
            trits = row[:-1][code_of]
            count_must[facts.nodes, c] = from_us & (trits == TRUE)
            count_may[facts.nodes, c] = maybe_us & (trits != FALSE)
            stop_must[facts.nodes, c] = from_us & (trits == FALSE)
            stop_may[facts.nodes, c] = maybe_us & (trits != TRUE)
        limits = share_limits(facts.law, SHARE)
        columns = [ContentColumn(f"us-{c}", limits, drop_at=repr(level)) for c, level in enumerate(levels)]
        opaque = np.zeros(facts.graph.size, dtype=bool)
        unsaid = (facts.items["us_code"] != NONE).fill_null(True).to_numpy()
        opaque[facts.nodes] = unsaid & ~from_us
        counting = Counting.of(count_must, count_may, stop_must=stop_must, stop_may=stop_may, opaque=opaque)
        return value_shares(facts.graph, facts.amounts(self.quoted), counting, columns)


def law_counts(law: Law) -> bool:
    """Whether the law at hand counts US content at all."""
    return {CONTROLLED, OVER} <= law.terms.get("us", {}).keys()


def controlled_codes(
    evaluator: Evaluator, pairs: Sequence[Destination], codes: Sequence[Members]
) -> npt.NDArray[np.uint8]:
    """[pair, code]: whether US content of that code needs a licence there, as trits."""
    places = Column.of(destination for destination, _ in pairs)
    texts = np.array([text for _, text in pairs], dtype=np.int64)
    grid = FactTable(
        len(pairs) * len(codes),
        {
            "destination": places.take(np.repeat(np.arange(len(pairs)), len(codes))),
            "us_code": Column.of(codes).take(np.tile(np.arange(len(codes)), len(pairs))),
        },
    )
    controlled = evaluator.trits(evaluator.law.terms["us"][CONTROLLED], grid, np.repeat(texts, len(codes)))
    return controlled.reshape(len(pairs), len(codes))


def de_minimis(evaluator: Evaluator, pairs: Sequence[Destination]) -> list[float]:
    """Per destination the level above which content may bring goods under the law: the lowest that may apply there.

    A component whose content is no larger counts no further (second incorporation). Where no level reaches, as to the
    United States themselves, nothing hangs on it and the highest is given.
    """
    term = evaluator.law.terms["us"][OVER]
    texts = np.array([text for _, text in pairs], dtype=np.int64)
    columns = {"destination": Column.of(destination for destination, _ in pairs)}
    levels = sorted({0.0, *_compared(evaluator.law, term)}, reverse=True)
    found = np.full(len(pairs), levels[0])
    for level in levels[:-1]:
        above = float(np.nextafter(level, np.inf))
        table = FactTable(len(pairs), {**columns, SHARE: Column.constant((above, above), len(pairs))})
        found[evaluator.trits(term, table, texts) != FALSE] = level
    return [float(level) for level in found]


def _compared(law: Law, number: int) -> Iterator[float]:
    """The shares that a condition compares content with."""
    node = law.graph.nodes[number]
    if node.kind == "leaf":
        leaf = law.graph.leaves[node.children[0]]
        if leaf.fact == SHARE and isinstance(leaf.operand, float):
            yield leaf.operand
    else:
        for child in node.children:
            yield from _compared(law, child)
