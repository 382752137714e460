"""Why a share is what it is: the paths that carry counted content, largest first, and the cells that keep it open."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from lotgate.items.carriers import CLOSE, Way, line_steps, path_amount, way, widths
from lotgate.items.content import Shares

__all__ = ["OpenCell", "Path", "content_table", "open_cells", "settled_by", "top_paths"]

MOST_ALIKE = 10_000
"""Paths looked at in all where many come to the same."""


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

    `cell` is `unit_value`, `currency`, `quantity` (of the part in its bill), `bom`, `counts` (whether the part
    counts: its origin or its code, which the caller knows), or `rate:JPY` for a currency of the part or its bill that
    has no rate. `width` is an amount per unit of the item, at most the whole gap and perhaps infinite.
    """

    part: str
    cell: str
    width: float


def top_paths(shares: Shares, item: str, column: str, count: int = 1) -> list[Path]:
    """The `count` largest paths that carry an item's content, largest first; sure ones, or failing these possible ones.

    Ranking is by the exact amount, then by the ids of the parts; an item without content has no path.
    """
    position = shares.column(column)
    node = shares.graph.number_of[item]
    for sure in (True, False):
        found = way(shares, position, sure)
        if found.best[node] > 0:
            return _ranked(shares, node, position, sure, found, count)
    return []


def _ranked(shares: Shares, node: int, column: int, sure: bool, best: Way, count: int) -> list[Path]:
    """Best-first search: the best path below a part bounds what any way through it can bring.

    Paths that come close to the last one wanted are looked at as well, and ranked exactly with the rest.
    """
    graph, counting = shares.graph, shares.counting
    ends = counting.count_must[:, column] if sure else counting.count_may[:, column] | ~graph.has_parts
    amount = shares.amounts.low if sure else shares.amounts.high
    heap: list[tuple[float, tuple[int, ...], float, bool]] = [(-float(best.best[node]), (node,), 1.0, False)]
    found: list[tuple[float, tuple[int, ...]]] = []
    while heap and len(found) < MOST_ALIKE:
        bound, way_down, factor, closed = heapq.heappop(heap)
        if len(found) >= count and -bound < found[count - 1][0] * (1 - CLOSE):
            break
        if closed:
            found.append((-bound, way_down))
            continue
        lines = graph.lines_of(way_down[-1])
        steps = line_steps(shares, slice(lines.start, lines.stop), sure)
        for line, step in zip(lines, steps.tolist(), strict=True):
            child = int(graph.component[line])
            if step == 0 or best.brought[child] == 0:
                continue
            through = (*way_down, child)
            if ends[child] and amount[child] > 0:
                heapq.heappush(heap, (-float(factor * step * amount[child]), through, factor * step, True))
            if counting.open_may[child, column] and graph.has_parts[child] and best.best[child] > 0:
                heapq.heappush(heap, (-float(factor * step * best.best[child]), through, factor * step, False))
    ranked = []
    for value, parts in found:
        names = tuple(graph.names.gather(list(parts)).to_list())
        exactly = path_amount(shares, parts, sure) if value < float("inf") else None
        ranked.append(((exactly is not None, -(exactly or 0), names), Path(names, value, sure)))
    return [path for _, path in sorted(ranked, key=lambda one: one[0])[:count]]


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
    widest, *through = widths(shares, position)
    part, factor = node, 1.0
    while True:
        lines = graph.lines_of(part)
        wide = np.maximum(through[0][lines.start : lines.stop], through[1][lines.start : lines.stop])
        line = lines[int(np.argmax(wide))]
        if through[0][line] >= through[1][line]:
            cells = _line_cells(shares, part, line, position)
            subject, cell, _ = max(cells, key=lambda found: found[2])
            width = min(factor * float(wide.max()), _gap(shares, node, position), float(widest[node]))
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


def open_cells(shares: Shares, item: str, column: str) -> list[OpenCell]:
    """Every cell in an item's bill that keeps its share open, widest first, then by part."""
    position, graph, amounts = shares.column(column), shares.graph, shares.amounts
    node = graph.number_of[item]
    if shares.low[node, position] == shares.high[node, position]:
        return []
    found: dict[tuple[int, str], float] = {}
    for cell in _own_cells(shares, node):
        _widen(found, node, cell, float(amounts.high[node]))
    if graph.has_parts[node] and not graph.blocked[node]:
        for part, factor in _factors(shares, node, position).items():
            if part == node or _looked_into(shares, part, position):
                for line in graph.lines_of(part):
                    for subject, cell, width in _line_cells(shares, part, line, position):
                        _widen(found, subject, cell, factor * width)
    # no cell can move the content by more than its whole gap
    gap = _gap(shares, node, position)
    cells = [OpenCell(str(graph.names[part]), cell, min(width, gap)) for (part, cell), width in found.items()]
    return sorted(cells, key=lambda one: (-one.width, one.part, one.cell))


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
        if min(amounts.kind[part], amounts.kind[child]) >= 0:
            cells += [(child, f"rate:{name}", np.inf) for name in amounts.without_rate(part, child)]
        else:
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
