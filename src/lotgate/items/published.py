"""Tables of chips as others publish them, read into rows as the table `chips` has them; a total of theirs is checked,
never taken.

Two layouts are told apart by their heads: that of Epoch AI's table of machine learning hardware, and one of a row for
each model with the rates of its formats side by side (as the built-in catalogue has it).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from lotgate.errors import Fault, InputError
from lotgate.items.catalogue import find_accelerators
from lotgate.items.chips import Bounds, Metric, measure
from lotgate.items.numbers import exact

__all__ = ["Published", "read_published"]

_TERA = Fraction(1, 10**12)
_RATES: Mapping[str, tuple[str, int, Fraction]] = {
    "Tensor-FP16/BF16 performance (FLOP/s)": ("fp16", 16, _TERA),
    "FP8 performance (FLOP/s)": ("fp8", 8, _TERA),
    "FP4 performance (FLOP/s)": ("fp4", 4, _TERA),
    "FP32 (single precision) performance (FLOP/s)": ("fp32", 32, _TERA),
    "TF32 (TensorFloat-32) performance (FLOP/s)": ("tf32", 19, _TERA),
    "FP16 (half precision) performance (FLOP/s)": ("fp16", 16, _TERA),
    "INT16 performance (OP/s)": ("int16", 16, _TERA),
    "INT8 performance (OP/s)": ("int8", 8, _TERA),
    "INT4 performance (OP/s)": ("int4", 4, _TERA),
    "fp16_tops": ("fp16", 16, Fraction(1)),
    "fp8_tops": ("fp8", 8, Fraction(1)),
    "fp4_tops": ("fp4", 4, Fraction(1)),
    "int8_tops": ("int8", 8, Fraction(1)),
    "int4_tops": ("int4", 4, Fraction(1)),
}
"""Column, format, bit length, and what makes a rate of it TOPS."""
_FIGURES: Mapping[str, tuple[str, Fraction]] = {
    "Memory bandwidth (byte/s)": ("memory_gb_per_s", Fraction(1, 10**9)),
    "Intranode bandwidth (byte/s)": ("io_gb_per_s", Fraction(1, 10**9)),
    "Die Size (mm^2)": ("die_area_mm2", Fraction(1)),
    "Process size (nm)": ("node_nm", Fraction(1)),
    "Transistors (millions)": ("transistors_bn", Fraction(1, 1000)),
    "Total processing performance (bit-OP/s)": ("tpp", _TERA),
    **{name: (name, Fraction(1)) for name in ("memory_gb_per_s", "io_gb_per_s", "die_area_mm2", "node_nm")},
    "transistors_bn": ("transistors_bn", Fraction(1)),
    "tpp": ("tpp", Fraction(1)),
}
_NAMES = ("Hardware name", "model")
_CLOSE = Fraction(1, 100)
_PLANAR_NM = 28
"""Logic of this node and above is made of planar transistors, whose area does not count (3A090 technical notes)."""
_CELLS = ("die_area_mm2", "io_gb_per_s", "memory_gb_per_s", "transistors_bn", "node_nm")


@dataclass(frozen=True)
class Published:
    """One chip of a published table: its metric, the figures behind it, and what does not agree (English, Chinese)."""

    name: str
    metric: Metric
    stated_tpp: Fraction | None
    notes: tuple[tuple[str, str], ...]


def read_published(path: Path) -> tuple[Published, ...]:
    """The chips of a published table, in its order. Raises InputError with every bad cell, or if the layout is none we
    know."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Fault(str(path), "cannot be read", message_zh="无法读取")]) from error
    reader = csv.DictReader(io.StringIO(text))
    head = list(reader.fieldnames or ())
    name = next((one for one in _NAMES if one in head), None)
    known = [one for one in head if one in _RATES or one in _FIGURES]
    if name is None or not any(one in _RATES for one in known):
        expected = f"a column {' or '.join(_NAMES)} and one of rates, such as {', '.join(list(_RATES)[:3])}"
        raise InputError(
            [Fault(path.name, "no table of chips that is known", value=", ".join(head[:4]), expected=expected)]
        )
    faults: list[Fault] = []
    found = []
    for number, row in enumerate(reader, 1):
        cells = dict(_numbers(row, known, path.name, number, faults))
        called = (row[name] or "").strip()
        if called:
            found.append(_published(called, row, cells))
        elif any((row[one] or "").strip() for one in known):
            faults.append(Fault(path.name, "empty", row=number, column=name, expected="the name of a chip"))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _numbers(
    row: Mapping[str, str | None], known: Sequence[str], table: str, number: int, faults: list[Fault]
) -> Iterator[tuple[str, Fraction]]:
    """The filled cells of a row as exact numbers; a bad one is added to the faults."""
    for column in known:
        cell = (row[column] or "").strip()
        if not cell:
            continue
        try:
            value = float(cell)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError
        except ValueError:
            faults.append(Fault(table, "bad value", number, column, cell, "a number, zero or more"))
            continue
        yield column, exact(value) or Fraction(0)


def _published(name: str, row: Mapping[str, str | None], cells: Mapping[str, Fraction]) -> Published:
    figures = {_FIGURES[one][0]: value * _FIGURES[one][1] for one, value in cells.items() if one in _FIGURES}
    rates = [(*_RATES[one][:2], value * _RATES[one][2]) for one, value in cells.items() if one in _RATES and value]
    models = find_accelerators(name)
    node, area = figures.get("node_nm"), figures.get("die_area_mm2")
    # planar dies have no applicable area
    if node is not None and node >= _PLANAR_NM and area is not None:
        figures["die_area_mm2"] = Fraction(0)
    markets = {one.datacentre for one in models}
    market = row.get("datacentre") or (markets.pop() if len(markets) == 1 else None)
    common: dict[str, float | str | None] = {one: float(figures[one]) if one in figures else None for one in _CELLS}
    common |= {"memory_area_mm2": None, "datacentre": market}
    blank = {"precision": None, "bit_length": None, "dense_tops": None}
    rows = [
        {**common, "precision": precision, "bit_length": float(bits), "dense_tops": float(rate)}
        for precision, bits, rate in rates
    ]
    metric = measure(rows or [{**common, **blank}], name if len(models) == 1 else None, "chip")
    stated = figures.get("tpp") or None
    notes = (*_stated(metric, stated), *_steps(rates))
    return Published(name, _no_lower(metric, stated, figures.get("die_area_mm2")), stated, notes)


def _no_lower(metric: Metric, stated: Fraction | None, area: Fraction | None) -> Metric:
    """The metric with its upper end no lower than a printed total: a format the table leaves out may govern."""
    high = metric.tpp.high
    if stated is None or high is None or stated <= high * (1 + _CLOSE):
        return metric
    tpp = Bounds(metric.tpp.low, stated)
    density = tpp.over(Bounds(area, area)) if area else Bounds(metric.performance_density.low, None)
    density = metric.performance_density if area == 0 else density
    missing = tuple(sorted({*metric.missing, "dense_tops"}))
    return replace(metric, tpp=tpp, performance_density=density, governing_precision=None, missing=missing)


def _stated(metric: Metric, stated: Fraction | None) -> Iterator[tuple[str, str]]:
    """What to say where a total somebody printed is not what the rates give."""
    found = metric.tpp.low
    if stated is None or not found or abs(found / stated - 1) <= _CLOSE:
        return
    mine, theirs = f"{float(found):,.6g}", f"{float(stated):,.6g}"
    text, zh = f"stated TPP {theirs}, computed {mine}", f"所列 TPP {theirs}，计算值 {mine}"
    if abs(stated / found - 2) <= 2 * _CLOSE:
        text += ": twice as much, perhaps sparse rates or multiply-adds counted twice over"
        zh += "：恰为两倍，可能用了稀疏算力或重复计入乘加"
    elif abs(found / stated - 2) <= 2 * _CLOSE:
        text += ": half as much, perhaps multiply-adds counted once, or these rates are sparse"
        zh += "：恰为一半，可能乘加只计一次，或此处算力为稀疏值"
    yield text, zh


def _steps(rates: Sequence[tuple[str, int, Fraction]]) -> Iterator[tuple[str, str]]:
    """What to say of a shorter format four times as fast as one twice as long: sparsity doubles once more."""
    best: dict[int, tuple[Fraction, str]] = {}
    for precision, bits, rate in rates:
        best[bits] = max(best.get(bits, (Fraction(0), "")), (rate, precision))
    for bits in (8, 4):
        if bits in best and 2 * bits in best and abs(best[bits][0] / best[2 * bits][0] - 4) <= 4 * _CLOSE:
            fast, slow = best[bits][1].upper(), best[2 * bits][1].upper()
            yield f"{fast} is four times {slow}: perhaps a sparse rate", f"{fast} 为 {slow} 的四倍：可能是稀疏算力"
