"""A made-up bill of materials of the size of a large maker's: seeded, string ids, written as Parquet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["Size", "write_bill"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
SPREAD = 0.002
"""How far from its own place in the catalogue a part finds most of its components."""
STANDARD = 0.1
"""Share of lines that go to standard parts, which are used everywhere."""


@dataclass(frozen=True)
class Size:
    """How many parts, lines and products there are, and how many lines deep the deepest product is."""

    parts: int = 1_000_000
    lines: int = 5_000_000
    products: int = 200_000
    depth: int = 12


def write_bill(folder: Path, size: Size, seed: int = 61) -> Path:
    """A workspace of `items` and `bom`; the same size and seed give the same tables.

    Parts are numbered from bought parts up to products, and every part has a place between 0 and 1 in the catalogue:
    components are found near it, but for standard parts. Ids are drawn at random and tell nothing of place or level;
    rows are shuffled. A price is what the parts cost and a margin, so nothing is dearer than what it is built into.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    level = _levels(size, draw)
    parent, component = _lines(size, level, draw)
    quantity = draw.choice([1.0, 1.0, 1.0, 2.0, 0.5, 0.05], len(parent))
    price, mass = _amounts(level, parent, component, quantity, draw)
    _items(size, level, price, mass, draw, seed).write_parquet(folder / "items.parquet")
    ids = pl.Series(_ids(size, seed))
    shuffled = draw.permutation(len(parent))
    pl.DataFrame(
        {
            "parent": ids.gather(parent[shuffled]),
            "component": ids.gather(component[shuffled]),
            "quantity": quantity[shuffled],
        }
    ).write_parquet(folder / "bom.parquet")
    return folder


def _ids(size: Size, seed: int) -> list[str]:
    numbers = np.random.default_rng(seed + 1).permutation(size.parts)
    return [f"P{number:07d}-{number * 2654435761 % 65536:04x}" for number in numbers.tolist()]


def _levels(size: Size, draw: np.random.Generator) -> Ints:
    """The level of every part, ascending: bought parts, sub-assemblies, then products at any height."""
    inner = size.parts * 7 // 20
    bought = size.parts - inner - size.products
    # sub-assemblies get rarer with height
    weights = 0.8 ** np.arange(size.depth - 1)
    middle = np.sort(draw.choice(np.arange(1, size.depth), inner, p=weights / weights.sum()))
    middle[: size.depth - 1] = np.arange(1, size.depth)  # no level is empty
    top = draw.integers(2, size.depth + 1, size.products)
    top[0] = size.depth
    return np.concatenate([np.zeros(bought, np.int64), np.sort(middle), top])


def _lines(size: Size, level: Ints, draw: np.random.Generator) -> tuple[Ints, Ints]:
    """Parent and component of every line: each assembly has one component of the level below it, the rest from any."""
    own = np.flatnonzero(level > 0)
    extra = draw.choice(own, size.lines - len(own) + size.lines // 100)
    parent = np.concatenate([own, extra])
    wanted = np.concatenate([level[own] - 1, np.floor(level[extra] * draw.random(len(extra)) ** 2.5).astype(np.int64)])
    below = size.parts - size.products
    edges = np.searchsorted(level[:below], np.arange(size.depth + 1))
    first, count = edges[wanted], np.append(np.diff(edges), 1)[wanted]
    place = draw.random(size.parts)
    near = (place[parent] + draw.normal(0, SPREAD, len(parent))) % 1.0
    near = np.where(draw.random(len(parent)) < STANDARD, draw.random(len(parent)) ** 6, near)
    # parts of one level lie in the order of their places, so the place tells the number
    component = np.empty(len(parent), np.int64)
    for one in range(size.depth):
        here = np.sort(np.arange(edges[one], edges[one + 1]))
        place[here] = np.sort(place[here])
    component[:] = first + np.minimum((near * count).astype(np.int64), count - 1)
    # some pairs are drawn twice; every assembly keeps the line to the level below it
    sure, more = np.split(parent * size.parts + component, [len(own)])
    more = np.setdiff1d(more, sure)
    pairs = np.sort(np.concatenate([sure, draw.choice(more, size.lines - len(own), replace=False)]))
    return pairs // size.parts, pairs % size.parts


def _amounts(
    level: Ints, parent: Ints, component: Ints, quantity: Floats, draw: np.random.Generator
) -> tuple[Floats, Floats]:
    """Prices in cents and masses in grams: what the parts come to, and a margin; some matter is cut away."""
    price = np.round(10 ** draw.uniform(-1, 3, len(level)), 2)
    mass = np.round(10 ** draw.uniform(-2, 1, len(level)), 3)
    for one in range(1, int(level.max()) + 1):
        nodes = np.flatnonzero(level == one)
        lines = np.flatnonzero(level[parent] == one)
        for array, digits in ((price, 2), (mass, 3)):
            total = np.bincount(parent[lines], array[component[lines]] * quantity[lines], len(level))[nodes]
            array[nodes] = np.round(total * draw.uniform(1.02, 1.6, len(nodes)) + 10.0**-digits, digits)
    return price, mass


def _items(size: Size, level: Ints, price: Floats, mass: Floats, draw: np.random.Generator, seed: int) -> pl.DataFrame:
    bought = level == 0

    def pick(words: list[str], weights: list[float]) -> pl.Series:
        shares = np.array(weights) / sum(weights)
        return pl.Series(words, dtype=pl.String).gather(draw.choice(len(words), len(level), p=shares))

    made = pick(["CN", "US", "DE", "JP", "KR", "MY"], [30, 14, 20, 16, 12, 8])
    listed = pick(["none", "1C902.a.1", "1C902.a.3", "1C902.c.1"], [94, 2, 2, 2])
    american = pick(["none", "3A991", "5A992.c", "3A001.a.7", "3A002", "9A991"], [80, 6, 5, 3, 3, 3])
    stage = pl.select(pl.when(pl.Series(bought) & (listed != "none")).then(pl.lit("metal")).otherwise(pl.lit("part")))
    frame = pl.DataFrame(
        {
            "item": _ids(size, seed),
            "made_in": made,
            "cn_code": pl.select(pl.when(pl.Series(bought)).then(listed).otherwise(pl.lit("none"))).to_series(),
            "us_code": american,
            "stage": stage.to_series(),
            "unit_value": price,
            "currency": ["USD"] * len(level),
            "unit_mass_kg": mass,
        }
    )
    return frame.sample(fraction=1.0, shuffle=True, seed=7)
