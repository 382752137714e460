"""For every part at once: the largest path that carries content, and the cell that would settle most of what is open.

One pass per column and question, children first, as in `sweep`; each part then knows the next step and a path is read
off by following them. Amounts are compared as floats; where two come close they are compared exactly, and of exactly
equal ones the part with the lower id comes first. `paths` says what a path and an open cell are.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from lotgate.items.graph import Bools, Floats, Level
from lotgate.items.numbers import exact

if TYPE_CHECKING:
    from lotgate.items.content import Shares

__all__ = ["CELLS", "CLOSE", "Carriers", "Steps", "Way", "carriers", "line_steps", "path_amount", "way", "widths"]

Nodes = npt.NDArray[np.int32]
CLOSE = 1e-11
"""Amounts closer than this, relatively, are compared exactly."""
CELLS = (None, "quantity", "currency", "counts", "bom", "unit_value", "rate")
"""Cells that keep a share open, by the number they go by here."""
_NOBODY = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Way:
    """For each part the largest amount one path brings inside one unit of it (`best`), and by it to the bill it stands
    in (`brought`); the next part on that path, -1 where there is none, and whether the path ends there."""

    best: Floats
    brought: Floats
    following: Nodes
    ends: Bools


@dataclass(frozen=True)
class Steps:
    """For each part the next one on its largest path, -1 where there is none, and whether the path ends there."""

    following: Nodes
    ends: Bools


@dataclass(frozen=True)
class Carriers:
    """The ways of one column, sure and possible, and for each part the `part` and `cell` that settle most below it.

    `surely` says whether a part has a sure way.
    """

    names: pl.Series
    surely: Bools
    sure: Steps
    possible: Steps
    part: Nodes
    cell: npt.NDArray[np.uint8]

    def paths(self, nodes: npt.NDArray[np.int64]) -> pl.Series:
        """The largest path of each part as ids joined by ` > `: a sure one, or failing that a possible one, or null."""
        names = self.names
        sure = self.surely[nodes]
        going = np.where(sure, self.sure.following[nodes], self.possible.following[nodes]) >= 0
        now, parts = nodes.astype(np.int64), [names.gather(nodes)]
        shown = pl.Series(going.copy())
        while going.any():
            ends = np.where(sure, self.sure.ends[now], self.possible.ends[now])
            after = np.where(sure, self.sure.following[now], self.possible.following[now])
            going &= after >= 0
            now = np.where(going, after, now)
            parts.append(names.gather(pl.Series(np.where(going, now, -1)).replace(-1, None)))
            going &= ~ends
        frame = pl.DataFrame([part.rename(str(place)) for place, part in enumerate(parts)])
        joined = pl.concat_str(pl.all(), separator=" > ", ignore_nulls=True)
        return frame.select(pl.when(shown).then(joined)).to_series()


def carriers(shares: Shares, column: int) -> Carriers:
    """The carriers of one column, worked out once."""
    held = shares.memo.get(("carriers", column))
    if not isinstance(held, Carriers):
        sure, possible = way(shares, column, True), way(shares, column, False)
        steps = Steps(sure.following, sure.ends), Steps(possible.following, possible.ends)
        held = Carriers(shares.graph.names, sure.best > 0, *steps, *_settled(shares, column))
        # amounts by part and by line are no longer needed, and large
        for done in (("way", column, True), ("way", column, False), ("widest", column)):
            shares.memo.pop(done, None)
        shares.memo["carriers", column] = held
    return held


# ---- the largest path ------------------------------------------------------------------------------------------------


def line_steps(shares: Shares, lines: slice, sure: bool) -> Floats:
    """How many of the component (at least, or at most) each line brings, 0 or infinity across currencies.

    Several lines with one parent and component are one step: the first has it, the others 0.
    """
    graph = shares.graph
    comparable, most = shares.amounts.compares(lines), graph.quantity_high[lines]
    if sure:
        steps = np.where(comparable, graph.quantity_low[lines], 0.0)
    else:
        steps = np.where(comparable | (most == 0), most, np.inf)
    child, parent = graph.component[lines], graph.parent[lines]
    again = np.flatnonzero((child[1:] == child[:-1]) & (parent[1:] == parent[:-1])) + 1
    if again.size:
        first = np.ones(child.size, np.bool_)
        first[again] = False
        starts = np.flatnonzero(first)
        sums = np.add.reduceat(steps, starts)
        steps = np.zeros(child.size)
        steps[starts] = sums
    return steps


def way(shares: Shares, column: int, sure: bool) -> Way:
    """The largest paths of one column, surely or possibly counted."""
    held = shares.memo.get(("way", column, sure))
    if isinstance(held, Way):
        return held
    size = shares.graph.size
    found = Way(np.zeros(size), np.zeros(size), np.full(size, -1, np.int32), np.zeros(size, np.bool_))
    if not sure:
        inside = shares.counting.opaque[:, column] & ~shares.graph.has_parts
        found.best[inside] = shares.amounts.high[inside]
    for depth, level in enumerate(shares.graph.levels):
        if depth:
            _choose(shares, column, sure, level, found)
        _bring(shares, column, sure, slice(level.first, level.last), found)
    _bring(shares, column, sure, slice(int(shares.graph.edges[-1]), size), found)
    shares.memo["way", column, sure] = found
    return found


def _bring(shares: Shares, column: int, sure: bool, nodes: slice, found: Way) -> None:
    """What parts bring to a bill: their own amount if they count, else their best path, or nothing."""
    counting, amounts, best = shares.counting, shares.amounts, found.best[nodes]
    if sure:
        value = np.where(counting.count_must[nodes, column], amounts.low[nodes], best)
        carried = shares.carried_low[nodes, column]
    else:
        inside = np.where(counting.open_may[nodes, column], best, 0.0)
        value = np.where(counting.count_may[nodes, column], np.maximum(amounts.high[nodes], inside), inside)
        carried = shares.carried_high[nodes, column]
    found.brought[nodes] = np.where(carried > 0, value, 0.0)


def _choose(shares: Shares, column: int, sure: bool, level: Level, found: Way) -> None:
    """The best line of every part of a level."""
    graph, nodes, lines = shares.graph, slice(level.first, level.last), slice(level.first_line, level.last_line)
    child = graph.component[lines]
    steps, brought = line_steps(shares, lines, sure), found.brought[child]
    with np.errstate(invalid="ignore"):
        amounts = np.where((brought == 0) | (steps == 0), 0.0, brought * steps)
    best = np.maximum.reduceat(amounts, level.starts)
    counts = np.diff(graph.first_lines[level.first : level.last + 1])
    with np.errstate(invalid="ignore"):
        top = (amounts > 0) & (amounts >= np.repeat(best * (1 - CLOSE), counts))
    ranked = np.where(top, graph.rank[child], _NOBODY)
    first = np.minimum.reduceat(ranked, level.starts)
    chosen = np.full(counts.size, -1, np.int32)
    picked = np.flatnonzero(top & (ranked == np.repeat(first, counts)))
    chosen[np.searchsorted(level.starts, picked, side="right") - 1] = child[picked]
    found.best[nodes], found.following[nodes] = best, chosen
    found.ends[nodes] = _ends(shares, column, sure, chosen, found) & (chosen >= 0)
    close = np.flatnonzero((np.add.reduceat(top.astype(np.int32), level.starts) > 1) & np.isfinite(best))
    for place in close.tolist():
        start = int(level.starts[place])
        here = np.flatnonzero(top[start : start + int(counts[place])]) + start
        _compare(shares, column, sure, level.first + place, lines.start, here, found)


def _ends(shares: Shares, column: int, sure: bool, nodes: Nodes, found: Way) -> Bools:
    """Whether the largest path through a part ends with it."""
    counting, amounts, graph = shares.counting, shares.amounts, shares.graph
    if sure:
        surely: Bools = counting.count_must[nodes, column]
        return surely
    # what may count and costs what the best of its parts brings is told as itself
    inside = np.where(counting.open_may[nodes, column], found.best[nodes], 0.0)
    counts = counting.count_may[nodes, column] & (amounts.high[nodes] >= inside * (1 - CLOSE))
    ends: Bools = counts | ~graph.has_parts[nodes] | graph.blocked[nodes]
    return ends


def _compare(
    shares: Shares, column: int, sure: bool, node: int, offset: int, lines: npt.NDArray[np.int64], found: Way
) -> None:
    """The best of some lines that come close, exactly; of equal ones that whose part has the lowest id."""
    graph = shares.graph
    best: tuple[Fraction, int] | None = None
    for line in lines.tolist():
        child = int(graph.component[offset + line])
        amount = _step(shares, node, child, sure) * _exactly(shares, column, child, sure, found)
        rank = -int(graph.rank[child])
        if best is None or (amount, rank) > best:
            best = (amount, rank)
            found.following[node] = child
    chosen = found.following[node : node + 1]
    found.ends[node] = bool(_ends(shares, column, sure, chosen, found)[0])


def _step(shares: Shares, node: int, child: int, sure: bool) -> Fraction:
    """How many of a part one unit of another has in its own bill, exactly."""
    graph = shares.graph
    quantity = graph.quantity_low if sure else graph.quantity_high
    lines = graph.lines_of(node)
    here = graph.component[lines.start : lines.stop]
    whole = Fraction(0)
    for line in (np.flatnonzero(here == child) + lines.start).tolist():
        told = graph.exact_quantity(line)
        whole += told if told is not None else exact(float(quantity[line])) or 0
    return whole


def _exactly(shares: Shares, column: int, node: int, sure: bool, found: Way) -> Fraction:
    """What the largest path through a part brings, exactly: its own amount, or that of the part where the path ends."""
    factor = Fraction(1)
    over = bool(_ends(shares, column, sure, np.array([node], np.int32), found)[0])
    while not over:
        child = int(found.following[node])
        factor *= _step(shares, node, child, sure)
        over, node = bool(found.ends[node]), child
    amount = shares.amounts.exact(node)
    if amount is None:
        amount = Fraction(float(shares.amounts.low[node]))
    return factor * amount


def path_amount(shares: Shares, parts: tuple[int, ...], sure: bool) -> Fraction:
    """What a path brings, exactly: how many of its last part one of its first holds by this way, times its worth."""
    factor = Fraction(1)
    for above, below in pairwise(parts):
        factor *= _step(shares, above, below, sure)
    amount = shares.amounts.exact(parts[-1])
    return factor * (Fraction(float(shares.amounts.low[parts[-1]])) if amount is None else amount)


# ---- the widest open cell --------------------------------------------------------------------------------------------


def widths(shares: Shares, column: int) -> tuple[Floats, Floats, Floats]:
    """For each part the width of the widest open cell below it, and by line that of the cells that end there and of
    those further down."""
    held = shares.memo.get(("widest", column))
    if isinstance(held, tuple):
        return held
    graph, counting, amounts = shares.graph, shares.counting, shares.amounts
    carried_high = shares.carried_high[:, column]
    with np.errstate(invalid="ignore"):
        carried = np.nan_to_num(carried_high - shares.carried_low[:, column], nan=0.0, posinf=np.inf)
        inside = np.nan_to_num(shares.content_high[:, column] - shares.content_low[:, column], nan=0.0, posinf=np.inf)
    counts, stops, opens = (a[:, column] for a in (counting.count_may, counting.stop_may, counting.open_may))
    unpriced = np.isnan(amounts.written) & (counts | (shares.content_high[:, column] > 0))
    unseen = opens & counting.opaque[:, column] & ~graph.has_parts
    ends = (counts.astype(np.int8) + stops + opens > 1) | unseen | unpriced
    child, most = graph.component, graph.quantity_high
    here = np.where(ends[child], _product(carried[child], most), 0.0)
    if not graph.known_quantities or amounts.comparable is not None:
        blurred = (graph.quantity_low != most) | ~amounts.compares(slice(0, most.size))
        here[blurred & (carried_high[child] > 0) & (most > 0)] = np.inf
    below, further = np.zeros(graph.size), np.zeros(most.size)
    for level in graph.levels[1:]:
        nodes, lines = slice(level.first, level.last), slice(level.first_line, level.last_line)
        looked = opens[child[lines]] & (inside[child[lines]] > 0)
        further[lines] = np.where(looked, _product(below[child[lines]], most[lines]), 0.0)
        found = np.maximum.reduceat(np.maximum(here[lines], further[lines]), level.starts)
        below[nodes] = np.minimum(found, inside[nodes])
    shares.memo["widest", column] = (below, here, further)
    return below, here, further


def _settled(shares: Shares, column: int) -> tuple[Nodes, npt.NDArray[np.uint8]]:
    """For each part the part and cell, below it, that would settle most; -1 where nothing is open."""
    graph = shares.graph
    part, cell = np.full(graph.size, -1, np.int32), np.zeros(graph.size, np.uint8)
    if shares.content_low is shares.content_high:
        return part, cell
    _, here, further = widths(shares, column)
    for level in graph.levels[1:]:
        nodes, lines = slice(level.first, level.last), slice(level.first_line, level.last_line)
        widest = np.maximum(here[lines], further[lines])
        top = np.maximum.reduceat(widest, level.starts)
        counts = np.diff(graph.first_lines[level.first : level.last + 1])
        picked = np.flatnonzero((widest == np.repeat(top, counts)) & (widest > 0))
        owner = np.searchsorted(level.starts, picked, side="right") - 1
        owner, first = np.unique(owner, return_index=True)  # the first of equally wide lines
        line = picked[first] + lines.start
        child = graph.component[line]
        ending = here[line] >= further[line]
        there, what = _cell_of(shares, column, line, owner + nodes.start)
        part[owner + nodes.start] = np.where(ending, there, part[child])
        cell[owner + nodes.start] = np.where(ending, what, cell[child])
    return part, cell


def _cell_of(
    shares: Shares, column: int, lines: npt.NDArray[np.int64], parents: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The widest open cell of each line: an unknown quantity or rate before what the part is and costs."""
    graph, amounts, counting = shares.graph, shares.amounts, shares.counting
    child = graph.component[lines]
    blurred = graph.quantity_low[lines] != graph.quantity_high[lines]
    mixed = np.zeros(lines.size, np.bool_) if amounts.comparable is None else ~amounts.comparable[lines]
    counts, stops, opens = (a[child, column] for a in (counting.count_may, counting.stop_may, counting.open_may))
    several = counts.astype(np.int8) + stops + opens > 1
    unseen = opens & counting.opaque[child, column] & ~graph.has_parts[child]
    what = np.select([blurred, mixed, several, unseen], [1, 2, 3, 4], 5)
    priced, parent_priced = amounts.kind[child] >= 0, amounts.kind[parents] >= 0
    part = np.where((what == 2) & priced & ~parent_priced, parents, child)
    return part, np.where((what == 2) & priced & parent_priced, 6, what)


def _product(left: Floats, right: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.where((left == 0) | (right == 0), 0.0, left * right)
