"""Why a share is what it is: the paths that carry counted content, largest first, and the cells that keep it open."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from lotgate.items.content import Shares
from lotgate.items.graph import Floats

__all__ = ["OpenCell", "Path", "content_table", "open_cells", "settled_by", "top_paths"]


@dataclass(frozen=True)
class Path:
    """A way from an item down to a counted part, and the amount that part brings to one unit of the item by this way.

    `sure` is False where the part may count but need not, or its amount is not known (then `amount` is an upper
    bound, perhaps infinite).
    """

    parts: tuple[str, ...]
    amount: float
    sure: bool

    def __str__(self) -> str:
        return " > ".join(self.parts)


@dataclass(frozen=True)
class OpenCell:
    """A cell that keeps a share open: the part it belongs to, the cell, and how much of the content hangs on it.

    `cell` is `unit_value`, `currency`, `quantity` (of the part in its bill), `bom`, or `counts` (whether the part
    counts: its origin or its code, which the caller knows). `width` is an amount per unit of the item, at most the
    whole gap and perhaps infinite.
    """

    part: str
    cell: str
    width: float


def _best(shares: Shares, column: int, sure: bool) -> tuple[Floats, Floats]:
    """For each part the largest amount one path brings: inside one unit of it, and by it to the bill it stands in."""
    held = shares.memo.get((column, sure))
    if isinstance(held, tuple):
        return held
    graph = shares.graph
    best, brought = np.zeros(graph.size), np.zeros(graph.size)
    if not sure:
        inside = shares.counting.opaque[:, column] & ~graph.has_parts
        best[inside] = shares.amounts.high[inside]
    for depth, level in enumerate(graph.levels):
        nodes, lines = slice(level.first, level.last), slice(level.first_line, level.last_line)
        if depth:
            child, steps = brought[graph.component[lines]], _steps(shares, lines, sure)
            with np.errstate(invalid="ignore"):
                amounts = np.where((child == 0) | (steps == 0), 0.0, child * steps)
            best[nodes] = np.maximum.reduceat(amounts, level.starts)
        brought[nodes] = _brought(shares, column, sure, best, nodes)
    shares.memo[column, sure] = (best, brought)
    return best, brought


def _brought(shares: Shares, column: int, sure: bool, best: Floats, nodes: slice) -> Floats:
    """A part's own amount if it counts, else its best path, nothing if it is dropped or stops."""
    counting, amounts = shares.counting, shares.amounts
    if sure:
        value = np.where(counting.count_must[nodes, column], amounts.low[nodes], best[nodes])
        return np.where(shares.carried_low[nodes, column] > 0, value, 0.0)
    value = np.where(counting.count_may[nodes, column], np.maximum(amounts.high[nodes], best[nodes]), best[nodes])
    return np.where(shares.carried_high[nodes, column] > 0, value, 0.0)


def _steps(shares: Shares, lines: slice, sure: bool) -> Floats:
    """How many of the component (at least, or at most) one line brings, 0 or infinity across currencies."""
    comparable, most = shares.amounts.compares(lines), shares.graph.quantity_high[lines]
    if sure:
        return np.where(comparable, shares.graph.quantity_low[lines], 0.0)
    return np.where(comparable | (most == 0), most, np.inf)


def top_paths(shares: Shares, item: str, column: str, count: int = 1) -> list[Path]:
    """The `count` largest paths that carry an item's content, largest first; sure ones, or failing these possible ones.

    Ranking is by amount, then by the order of parts in the graph; an item without content has no path.
    """
    position = shares.column(column)
    node = shares.graph.number_of[item]
    for sure in (True, False):
        best, brought = _best(shares, position, sure)
        if best[node] > 0:
            return _ranked(shares, node, position, sure, (best, brought), count)
    return []


def _ranked(
    shares: Shares, node: int, column: int, sure: bool, bounds: tuple[Floats, Floats], count: int
) -> list[Path]:
    """Best-first search: the best path below a part bounds what any way through it can bring."""
    graph, names, counting = shares.graph, shares.graph.names, shares.counting
    best, brought = bounds
    ends = counting.count_must[:, column] if sure else counting.count_may[:, column] | ~graph.has_parts
    amount = shares.amounts.low if sure else shares.amounts.high
    heap: list[tuple[float, tuple[int, ...], float, bool]] = [(-float(best[node]), (node,), 1.0, False)]
    found: list[Path] = []
    while heap and len(found) < count:
        bound, way, factor, closed = heapq.heappop(heap)
        if closed:
            found.append(Path(tuple(str(names[part]) for part in way), -bound, sure))
            continue
        lines = graph.lines_of(way[-1])
        steps = _steps(shares, slice(lines.start, lines.stop), sure)
        for line, step in zip(lines, steps.tolist(), strict=True):
            child = int(graph.component[line])
            if step == 0 or brought[child] == 0:
                continue
            through = (*way, child)
            if ends[child]:
                heapq.heappush(heap, (-float(factor * step * amount[child]), through, factor * step, True))
            if counting.open_may[child, column] and graph.has_parts[child] and best[child] > 0:
                heapq.heappush(heap, (-float(factor * step * best[child]), through, factor * step, False))
    return found


def settled_by(shares: Shares, item: str, column: str) -> OpenCell | None:
    """The one cell whose answer would close most of the gap between a share's bounds, None if there is no gap.

    Cells are weighed by the one way they reach the item; `open_cells` adds up all ways and lists every cell.
    """
    position, graph = shares.column(column), shares.graph
    node = graph.number_of[item]
    if shares.low[node, position] == shares.high[node, position]:
        return None
    own = _own_cells(shares, node)
    if own:
        return OpenCell(item, own[0], _gap(shares, node, position))
    widest, through = _widest(shares, position)
    part, factor = node, 1.0
    while True:
        lines = graph.lines_of(part)
        widths = np.maximum(through[0][lines.start : lines.stop], through[1][lines.start : lines.stop])
        line = lines[int(np.argmax(widths))]
        if through[0][line] >= through[1][line]:
            cells = _line_cells(shares, part, line, position)
            subject, cell, _ = max(cells, key=lambda found: found[2])
            width = min(factor * float(widths.max()), _gap(shares, node, position), float(widest[node]))
            return OpenCell(str(graph.names[subject]), cell, width)
        part, factor = int(graph.component[line]), factor * float(graph.quantity_high[line])


def _own_cells(shares: Shares, node: int) -> list[str]:
    """Cells of the item itself that keep its share open: what is in it, then its price."""
    graph = shares.graph
    cells = ["bom"] if graph.blocked[node] or not graph.has_parts[node] else []
    return [*cells, "unit_value"] if np.isnan(shares.amounts.written[node]) else cells


def _gap(shares: Shares, node: int, column: int) -> float:
    low, high = float(shares.content_low[node, column]), float(shares.content_high[node, column])
    return high - low if high > low else float(shares.amounts.high[node])


def _widest(shares: Shares, column: int) -> tuple[Floats, tuple[Floats, Floats]]:
    """For each part the width of the widest open cell below it, and by line the width of the cells that end there
    and of those further down; one pass for the whole graph."""
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
    ends = (counts.astype(int) + stops + opens > 1) | unseen | unpriced
    child, most = graph.component, graph.quantity_high
    blurred = (
        ((graph.quantity_low != most) | ~amounts.compares(slice(0, most.size))) & (carried_high[child] > 0) & (most > 0)
    )
    here = np.where(blurred, np.inf, np.where(ends[child], _product(carried[child], most), 0.0))
    below, further = np.zeros(graph.size), np.zeros(most.size)
    for level in graph.levels[1:]:
        nodes, lines = slice(level.first, level.last), slice(level.first_line, level.last_line)
        looked = opens[child[lines]] & (inside[child[lines]] > 0)
        further[lines] = np.where(looked, _product(below[child[lines]], most[lines]), 0.0)
        widths = np.maximum.reduceat(np.maximum(here[lines], further[lines]), level.starts)
        below[nodes] = np.minimum(widths, inside[nodes])
    shares.memo["widest", column] = (below, (here, further))
    return below, (here, further)


def _product(left: Floats, right: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.where((left == 0) | (right == 0), 0.0, left * right)


def open_cells(shares: Shares, item: str, column: str) -> list[OpenCell]:
    """Every cell in an item's bill that keeps its share open, widest first, then by part."""
    position, graph, amounts = shares.column(column), shares.graph, shares.amounts
    node = graph.number_of[item]
    if shares.low[node, position] == shares.high[node, position]:
        return []
    widths: dict[tuple[int, str], float] = {}
    for cell in _own_cells(shares, node):
        _widen(widths, node, cell, float(amounts.high[node]))
    if graph.has_parts[node] and not graph.blocked[node]:
        for part, factor in _factors(shares, node, position).items():
            if part == node or _looked_into(shares, part, position):
                for line in graph.lines_of(part):
                    for subject, cell, width in _line_cells(shares, part, line, position):
                        _widen(widths, subject, cell, factor * width)
    # no cell can move the content by more than its whole gap
    gap = _gap(shares, node, position)
    cells = [OpenCell(str(graph.names[part]), cell, min(width, gap)) for (part, cell), width in widths.items()]
    return sorted(cells, key=lambda found: (-found.width, found.part, found.cell))


def _widen(widths: dict[tuple[int, str], float], node: int, cell: str, width: float) -> None:
    widths[node, cell] = widths.get((node, cell), 0.0) + width


def _factors(shares: Shares, root: int, column: int) -> dict[int, float]:
    """How often each part that is looked into stands in one unit of the root; only ways that are still open."""
    graph = shares.graph
    factors = {root: 1.0}
    # parents have higher numbers than their components, so descending order sees every way before going on
    for part in sorted({root, *graph.reached(root)}, reverse=True):
        if part not in factors:
            continue
        if part != root and not _looked_into(shares, part, column):
            continue
        for line in graph.lines_of(part):
            child = int(graph.component[line])
            quantity = float(graph.quantity_high[line])
            if quantity > 0:
                factors[child] = factors.get(child, 0.0) + factors[part] * quantity
    return factors


def _looked_into(shares: Shares, part: int, column: int) -> bool:
    return bool(
        shares.counting.open_may[part, column] and shares.content_high[part, column] > shares.content_low[part, column]
    )


def _line_cells(shares: Shares, part: int, line: int, column: int) -> list[tuple[int, str, float]]:
    """The cells of one line that keep what it brings open: part, cell and width in one unit of the parent."""
    graph, amounts, counting = shares.graph, shares.amounts, shares.counting
    child = int(graph.component[line])
    low, high = float(shares.carried_low[child, column]), float(shares.carried_high[child, column])
    least, most = float(graph.quantity_low[line]), float(graph.quantity_high[line])
    cells: list[tuple[int, str, float]] = []
    if high == 0 or most == 0:
        return cells
    if least != most:
        cells.append((child, "quantity", np.inf))
    if not amounts.compare(line):
        cells.append((part if amounts.kind[part] < 0 <= amounts.kind[child] else child, "currency", np.inf))
    if low == high:
        return cells
    gap = most * (high - low)
    states = (counting.count_may[child, column], counting.stop_may[child, column], counting.open_may[child, column])
    if sum(map(bool, states)) > 1:
        cells.append((child, "counts", gap))
    if states[2] and counting.opaque[child, column] and not graph.has_parts[child]:
        cells.append((child, "bom", gap))
    # an unknown price matters for what counts in full, and for the share that second incorporation looks at
    if np.isnan(amounts.written[child]) and (states[0] or shares.content_high[child, column] > 0):
        cells.append((child, "unit_value", gap))
    return cells


def content_table(by_value: Shares, by_mass: Shares | None = None, items: Iterable[str] | None = None) -> pl.DataFrame:
    """The result table of `content`: one row per (item, basis, destination class), sorted by item.

    A column named `US-734.4|D:5` gives basis and class, one without a bar has no class. Columns: `item`, `basis`,
    `destination_class`, `value_share_low`, `value_share_high`, `mass_share_low`, `mass_share_high`, `settled_by`,
    `top_path`. Items are those asked for, else all that have a bill. Shares of an item in nothing but unknown are
    empty.
    """
    graph = by_value.graph
    wanted = sorted(items) if items is not None else sorted(graph.names.filter(pl.Series(graph.has_parts)).to_list())
    rows = []
    for item in wanted:
        node = graph.number_of[item]
        for position, column in enumerate(by_value.columns):
            basis, _, destinations = column.name.partition("|")
            cell = settled_by(by_value, item, column.name)
            paths = top_paths(by_value, item, column.name)
            mass = (None, None) if by_mass is None else _shown(by_mass, node, position)
            rows.append(
                (
                    item,
                    basis,
                    destinations,
                    *_shown(by_value, node, position),
                    *mass,
                    None if cell is None else cell.part,
                    str(paths[0]) if paths else None,
                )
            )
    names = ("value_share_low", "value_share_high", "mass_share_low", "mass_share_high")
    schema = {
        "item": pl.String,
        "basis": pl.String,
        "destination_class": pl.String,
        **dict.fromkeys(names, pl.Float64),
        "settled_by": pl.String,
        "top_path": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _shown(shares: Shares, node: int, column: int) -> tuple[float | None, float | None]:
    low, high = float(shares.low[node, column]), float(shares.high[node, column])
    return (None, None) if (low, high) == (0.0, 1.0) else (low, high)
