"""Metrics of integrated circuits, computed from published rates and never imported, as exact intervals.

Total processing performance (TPP) is the highest over all formats of dense operations per second (TOPS, a multiply-add
counting as two) times bit length; performance density is TPP over the applicable die area (15 CFR 774 Supp. 1, 3A090
technical notes). What is not known widens the interval, `[0, inf)` at worst; it never lowers a figure. Limits, and
which entry a figure meets, are law and come in as arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any, Protocol

import polars as pl

from lotgate.items.catalogue import Accelerator, accelerators, find_accelerators
from lotgate.items.numbers import Limit, as_float, exact, limits_of

__all__ = ["NOTHING", "UNKNOWN", "Bounds", "HasTables", "Metric", "measure", "measure_model", "metrics"]

BIT_LENGTHS: Mapping[str, tuple[int, int]] = {
    "fp4": (4, 4),
    "fp8": (8, 8),
    "int8": (8, 8),
    "fp16": (16, 16),
    "bf16": (16, 16),
    "tf32": (19, 32),  # 19 bits stored in 32: which of them the rule means is open, so both stand
    "fp32": (32, 32),
}
CHIP_STAGES = frozenset({"chip", "board", "system"})


class HasTables(Protocol):
    """A workspace, as far as this module needs one."""

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Tables by name, with the columns of the input format."""
        ...


@dataclass(frozen=True)
class Bounds:
    """An interval that holds a number: `low` to `high`, both included; `high` None is open above."""

    low: Fraction
    high: Fraction | None

    @property
    def settled(self) -> bool:
        """Whether the number is known exactly."""
        return self.low == self.high

    def hull(self, other: Bounds) -> Bounds:
        """The least interval around both."""
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Bounds(min(self.low, other.low), high)

    def over(self, other: Bounds) -> Bounds:
        """The quotient; a divisor that may be zero or is unknown opens the interval."""
        low = Fraction(0) if other.high is None or other.high == 0 else self.low / other.high
        if self.high == 0:
            return NOTHING
        return Bounds(low, None if self.high is None or other.low == 0 else self.high / other.low)


NOTHING = Bounds(Fraction(0), Fraction(0))
UNKNOWN = Bounds(Fraction(0), None)


def _known(value: Fraction | None) -> Bounds:
    return UNKNOWN if value is None else Bounds(value, value)


@dataclass(frozen=True)
class Metric:
    """What is known of one item's chip figures.

    `kind` is `processor`, `memory`, `unknown` (a chip of which nothing is known) or `none` (no chip). `missing` names
    the input cells that would settle a figure. `notes` are pairs (English, Chinese).
    """

    kind: str
    tpp: Bounds = UNKNOWN
    performance_density: Bounds = UNKNOWN
    memory_bandwidth_density: Bounds = NOTHING
    io_gb_per_s: Bounds = UNKNOWN
    dram_gb_per_s: Bounds = UNKNOWN
    transistors_bn: Bounds = UNKNOWN
    node_nm: Bounds = UNKNOWN
    datacentre: str | None = None
    governing_precision: str | None = None
    source: str = ""
    verified: bool | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = field(default=())

    @property
    def has_metric(self) -> str:
        """`yes` if some figure is known, `no` if the item is no chip, else `unknown`."""
        if self.kind == "none":
            return "no"
        open_everywhere = self.tpp == UNKNOWN and self.memory_bandwidth_density in (UNKNOWN, NOTHING)
        return "unknown" if open_everywhere else "yes"


NO_CHIP = Metric("none", NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, datacentre="no")
CELLS = ("dense_tops", "bit_length", "die_area_mm2", "datacentre", "io_gb_per_s", "memory_gb_per_s")
UNKNOWN_CHIP = Metric("unknown", memory_bandwidth_density=UNKNOWN, missing=(*CELLS, "memory_area_mm2"))


def _performance(row: Mapping[str, Any]) -> tuple[Bounds, set[str]]:
    """One format's rate times bit length, and the cells that keep it open. `none` as a rate: format not supported."""
    rate = exact(row["dense_tops"])
    bits = exact(row["bit_length"])
    implied = BIT_LENGTHS.get(str(row["precision"] or "").strip().lower())
    missing: set[str] = set()
    if rate == 0:
        return NOTHING, missing
    if bits is not None and bits > 0:
        length = Bounds(bits, bits)
    elif implied is not None:
        length = Bounds(Fraction(implied[0]), Fraction(implied[1]))
    else:
        length = Bounds(Fraction(1), None)
    if not length.settled:
        missing.add("bit_length")
    if rate is None:
        return UNKNOWN, missing | {"dense_tops"}
    return Bounds(rate * length.low, None if length.high is None else rate * length.high), missing


def _highest(formats: Sequence[tuple[str | None, Bounds]]) -> tuple[Bounds, str | None]:
    """The interval of the highest figure and the format that surely governs (the longest on equal terms)."""
    low = max(found.low for _, found in formats)
    highs = [found.high for _, found in formats]
    high = None if None in highs else max(h for h in highs if h is not None)
    governing = [name for name, found in formats if found.high is not None and found.low == low == high]
    longest = sorted(governing, key=lambda name: (-BIT_LENGTHS.get(name or "", (0, 0))[1], name or ""))
    return Bounds(low, high), longest[0] if longest else None


def _cell(rows: Sequence[Mapping[str, Any]], column: str) -> Bounds:
    """A figure given per item: the interval around all rows that fill it, unknown if none does."""
    found = [number for row in rows if (number := exact(row.get(column))) is not None and number >= 0]
    return Bounds(min(found), max(found)) if found else UNKNOWN


def _from_rows(rows: Sequence[Mapping[str, Any]], processor: bool) -> Metric:
    """The metric of an item with rows in `chips`; `processor` says that something else shows it to be one."""
    notes: list[tuple[str, str]] = []
    area, io, bandwidth = (_cell(rows, name) for name in ("die_area_mm2", "io_gb_per_s", "memory_gb_per_s"))
    memory_area, transistors = _cell(rows, "memory_area_mm2"), _cell(rows, "transistors_bn")
    node = _cell(rows, "node_nm")
    for name, cell in (("die_area_mm2", area), ("memory_gb_per_s", bandwidth)):
        if cell.high is not None and not cell.settled:
            notes.append((f"rows disagree on {name}", f"各行 {name} 不一致"))
    marketed = {row["datacentre"] for row in rows} - {None}
    if len(marketed) > 1:
        notes.append(("rows disagree on datacentre", "各行 datacentre 不一致"))
    datacentre = marketed.pop() if len(marketed) == 1 else None
    missing = {name for name, cell in (("io_gb_per_s", io), ("memory_gb_per_s", bandwidth)) if not cell.settled}
    missing |= set() if datacentre else {"datacentre"}
    computing = [row for row in rows if row["precision"] is not None or exact(row["dense_tops"]) is not None]
    common = Metric("processor", NOTHING, NOTHING, NOTHING, io, bandwidth, transistors, node, datacentre, verified=None)
    if not computing and not processor:
        density = bandwidth.over(memory_area)
        missing |= set() if memory_area.settled else {"memory_area_mm2"}
        if memory_area.high is not None:
            found = replace(common, kind="memory", memory_bandwidth_density=density)
        else:
            found = replace(UNKNOWN_CHIP, io_gb_per_s=io, dram_gb_per_s=bandwidth, datacentre=datacentre)
            missing |= {"dense_tops", "bit_length", "die_area_mm2"}
    else:
        formats: list[tuple[str | None, Bounds]] = []
        for row in computing or rows[:1]:
            performance, cells = _performance(row)
            formats.append((row["precision"], performance))
            missing |= cells
        tpp, governing = _highest(formats)
        # a rate that another format surely exceeds needs no question, but an unknown rate has no upper end
        missing -= {"dense_tops", "bit_length"} if tpp.settled else set()
        missing |= set() if area.settled or tpp == NOTHING else {"die_area_mm2"}
        found = replace(common, tpp=tpp, performance_density=_density(tpp, area), governing_precision=governing)
    return replace(found, source="chips", missing=tuple(sorted(missing)), notes=tuple(notes))


def _density(tpp: Bounds, area: Bounds) -> Bounds:
    """TPP over applicable die area; an area of nothing (planar dies only) has no density, so 0."""
    return NOTHING if area == NOTHING else tpp.over(area)


def _from_catalogue(chip: Accelerator) -> Metric:
    rates = [(name, Bounds(rate * bits, rate * bits)) for name, bits, rate in chip.rates]
    tpp, governing = _highest(rates) if rates else (UNKNOWN, None)
    area = _known(chip.die_area_mm2)
    cells = {
        "dense_tops": tpp,
        "bit_length": tpp,
        "die_area_mm2": area,
        "io_gb_per_s": _known(chip.io_gb_per_s),
        "memory_gb_per_s": _known(chip.memory_gb_per_s),
    }
    missing = {name for name, cell in cells.items() if not cell.settled}
    missing |= set() if chip.datacentre else {"datacentre"}
    return Metric(
        kind="processor",
        tpp=tpp,
        performance_density=_density(tpp, area),
        io_gb_per_s=cells["io_gb_per_s"],
        dram_gb_per_s=cells["memory_gb_per_s"],
        datacentre=chip.datacentre,
        governing_precision=governing,
        source=f"catalogue: {chip.model} ({chip.sources})",
        verified=chip.verified,
        missing=tuple(sorted(missing)),
    )


def measure_model(model: str | None) -> Metric | None:
    """The metric of a model of the catalogue, None if it is not there; an ambiguous name spans all it may mean."""
    found = [_from_catalogue(chip) for chip in find_accelerators(model or "")]
    if not found:
        return None
    first = found[0]
    for other in found[1:]:
        first = Metric(
            kind="processor",
            tpp=first.tpp.hull(other.tpp),
            performance_density=first.performance_density.hull(other.performance_density),
            io_gb_per_s=first.io_gb_per_s.hull(other.io_gb_per_s),
            dram_gb_per_s=first.dram_gb_per_s.hull(other.dram_gb_per_s),
            datacentre=first.datacentre if first.datacentre == other.datacentre else None,
            governing_precision=first.governing_precision
            if first.governing_precision == other.governing_precision
            else None,
            source=f"{first.source}; {other.source}",
            verified=bool(first.verified and other.verified),
            missing=tuple(sorted({*first.missing, *other.missing, "model"})),
            notes=((f"{model} is sold in several builds", f"{model} 有多个版本"),),
        )
    return first


def measure(rows: Sequence[Mapping[str, Any]], model: str | None = None, stage: str | None = None) -> Metric:
    """The chip figures of one item from its rows in `chips`, else from the catalogue, else from its stage.

    Rows govern. Where they leave a figure open the catalogue may raise its lower bound (a verified row only), never
    lower the upper one; where both speak and differ, a note says so.
    """
    known = measure_model(model)
    if not rows:
        if known is not None:
            return known
        return NO_CHIP if stage is not None and stage not in CHIP_STAGES else UNKNOWN_CHIP
    found = _from_rows(rows, processor=known is not None)
    return replace(found, notes=(*found.notes, *_unlikely(found))) if known is None else _with_catalogue(found, known)


_TIMES = 10
"""How many times beyond everything in the catalogue a figure is a slip of its unit rather than a new chip."""


@cache
def _range() -> dict[str, tuple[Fraction, Fraction]]:
    """The least and greatest figures of data-centre chips in the catalogue."""
    every = [_from_catalogue(chip) for chip in accelerators() if chip.datacentre == "yes"]
    found = {}
    for name in ("tpp", "performance_density"):
        held = [bounds.low for one in every if (bounds := getattr(one, name)).settled and bounds.low]
        found[name] = (min(held), max(held))
    return found


def _unlikely(found: Metric) -> list[tuple[str, str]]:
    """What to say of a chip's own figures that lie far from every known chip; they count all the same."""
    notes = []
    titles = {"tpp": ("TPP", "总处理性能"), "performance_density": ("performance density", "性能密度")}
    for name, (en, zh) in titles.items():
        figure, (least, most) = getattr(found, name), _range()[name]
        said = f"{float(figure.low):g}"
        if figure.low > most * _TIMES:
            notes.append(
                (
                    f"{en} {said} is over {_TIMES} times that of any known chip: are the units right?",
                    f"{zh} {said} 超过任何已知芯片的 {_TIMES} 倍：单位是否正确？",
                )
            )
        elif found.datacentre == "yes" and figure.settled and 0 < figure.low * _TIMES < least:
            notes.append(
                (
                    f"{en} {said} is under a tenth of any known data-centre chip's: are units right, all formats in?",
                    f"{zh} {said} 不到任何已知数据中心芯片的十分之一：单位是否正确，各数值格式是否填全？",
                )
            )
    return notes


def _with_catalogue(found: Metric, known: Metric) -> Metric:
    notes = list(found.notes)
    for name, mine, theirs in (
        ("TPP", found.tpp, known.tpp),
        ("performance density", found.performance_density, known.performance_density),
        ("memory bandwidth", found.dram_gb_per_s, known.dram_gb_per_s),
    ):
        if mine.high is None or theirs.high is None or theirs.high == 0:
            continue
        if mine.low > theirs.high * Fraction(101, 100) or mine.high < theirs.low * Fraction(99, 100):
            text = f"{name} {float(mine.high):g} differs from the catalogue's {float(theirs.high):g}"
            zh = f"{name} {float(mine.high):g} 与目录值 {float(theirs.high):g} 不一致"
            if abs(mine.low / theirs.high - 2) < Fraction(2, 100):
                text += ": twice as much, perhaps a sparse rate, or multiply-adds counted twice over"
                zh += "：恰为两倍，可能是稀疏算力，或重复计入乘加"
            notes.append((text, zh))
    if found.datacentre and known.datacentre and found.datacentre != known.datacentre:
        notes.append(("datacentre differs from the catalogue", "datacentre 与目录不一致"))
    tpp, density = found.tpp, found.performance_density
    if known.verified and tpp.high is None and known.tpp.low > tpp.low:
        tpp = Bounds(known.tpp.low, None)
    if known.verified and density.high is None and known.performance_density.low > density.low:
        density = Bounds(known.performance_density.low, None)
    if (tpp, density) != (found.tpp, found.performance_density):
        notes.append(("lower bound taken from the catalogue", "下限取自目录"))
    return replace(found, tpp=tpp, performance_density=density, notes=tuple(notes))


_ROW: tuple[str, ...] = ("precision", "bit_length", "dense_tops", "die_area_mm2", "io_gb_per_s", "memory_gb_per_s")
_ROW += ("memory_area_mm2", "transistors_bn", "node_nm", "datacentre")
_BOUNDS = {
    "tpp": "tpp",
    "pd": "performance_density",
    "mbd": "memory_bandwidth_density",
    "io": "io_gb_per_s",
    "dram_gb_per_s": "dram_gb_per_s",
    "transistors_bn": "transistors_bn",
    "node_nm": "node_nm",
}
_SCHEMA: dict[str, Any] = {
    "has_metric": pl.String,
    "chip_kind": pl.String,
    **{f"{name}_{end}": pl.Float64 for name in _BOUNDS for end in ("low", "high")},
    "datacentre": pl.String,
    "governing_precision": pl.String,
    "source": pl.String,
    "verified": pl.Boolean,
    "missing": pl.List(pl.String),
    "notes_en": pl.List(pl.String),
    "notes_zh": pl.List(pl.String),
}


def metrics(ws: HasTables, limits: Mapping[str, Iterable[Limit]] | None = None) -> pl.DataFrame:
    """Chip figures of every item, one row each in the order of `items`, as floats `*_low` and `*_high`.

    Open upper bounds are infinite; an item that is no chip has zeros, so every comparison is known. `limits` maps
    `tpp`, `performance_density`, `memory_bandwidth_density`, `io_gb_per_s`, `dram_gb_per_s`, `transistors_bn` or
    `node_nm` to the legal thresholds in use: against these a float compares exactly as the number it stands for (see
    `numbers`).
    """
    bounds = {name: limits_of((limits or {}).get(name, ())) for name in _BOUNDS.values()}
    rows_of: dict[str, list[tuple[Any, ...]]] = {}
    held = ws.tables["chips"]
    columns = [pl.col(name) if name in held.columns else pl.lit(None).alias(name) for name in ("item", *_ROW)]
    for item, *cells in held.select(columns).iter_rows():
        rows_of.setdefault(item, []).append(tuple(cells))
    # items alike in what is known of them are measured once
    seen: dict[Any, int] = {}
    records: list[tuple[Any, ...]] = []
    items = ws.tables["items"]
    place: list[int] = []
    for item, model, stage in items.select("item", "model", "stage").iter_rows():
        rows = rows_of.get(item)
        key = (repr(rows) if rows else "", model, stage)
        if key not in seen:
            seen[key] = len(records)
            found = measure([dict(zip(_ROW, row, strict=True)) for row in rows or ()], model, stage)
            records.append(_record(found, bounds))
        place.append(seen[key])
    distinct = pl.DataFrame(records, schema=_SCHEMA, orient="row")
    return items.select(pl.col("item").cast(pl.String)).hstack(distinct[place])


def _record(found: Metric, limits: Mapping[str, Sequence[Fraction]]) -> tuple[Any, ...]:
    ends: list[float] = []
    for name in _BOUNDS.values():
        bound: Bounds = getattr(found, name)
        ends += [as_float(bound.low, limits[name]), as_float(bound.high, limits[name])]
    return (
        found.has_metric,
        found.kind,
        *ends,
        found.datacentre,
        found.governing_precision,
        found.source or None,
        found.verified,
        list(found.missing),
        [english for english, _ in found.notes],
        [chinese for _, chinese in found.notes],
    )
