"""The built-in catalogue: what is publicly known of accelerators and chip-making tools, by model name.

Figures are dense rates in TOPS or TFLOPS, areas in mm2, transfer rates in GB/s; an empty cell is unknown. Sources and
the `verified` mark stand with each row of `data/accelerators.csv` and `data/tools.csv`. No figure derived from others
(total processing performance, density) is stored: `chips` computes them. What a law makes of a figure is not said here.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files

import polars as pl

from lotgate.dates import parse_day
from lotgate.items.numbers import exact

__all__ = ["Accelerator", "Tool", "accelerators", "find_accelerators", "tool", "tool_facts", "tools"]

_RATES = (("fp16_tops", "fp16", 16), ("fp8_tops", "fp8", 8), ("fp4_tops", "fp4", 4), ("int8_tops", "int8", 8))


@dataclass(frozen=True)
class Accelerator:
    """One accelerator as published; `rates` holds (precision, bit length, dense TOPS) and is empty if none is known."""

    vendor: str
    model: str
    aliases: tuple[str, ...]
    released: str
    rates: tuple[tuple[str, int, Fraction], ...]
    die_area_mm2: Fraction | None
    die_area_note: str
    memory_gb: Fraction | None
    memory_gb_per_s: Fraction | None
    io_gb_per_s: Fraction | None
    tdp_w: Fraction | None
    datacentre: str | None
    verified: bool
    sources: str
    note: str


@dataclass(frozen=True)
class Tool:
    """One family of chip-making tools. Codes, `nl_from` and `overlay_nm` are None where they are not known.

    `verified` speaks of the class (which entry, which order); overlay figures are not verified for any row.
    """

    vendor: str
    model: str
    platform: str
    numbers: tuple[int | None, int | None]
    kind: str
    wavelength_nm: Fraction | None
    immersion: str | None
    overlay_nm: Fraction | None
    us_code: str | None
    eu_code: str | None
    nl_from: date | None
    verified: bool
    source: str
    note: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files("lotgate.items").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _number(row: Mapping[str, str], column: str) -> Fraction | None:
    return exact(row[column]) if row[column] else None


@cache
def accelerators() -> tuple[Accelerator, ...]:
    """Every accelerator of the catalogue, in the order of its file."""
    return tuple(
        Accelerator(
            vendor=row["vendor"],
            model=row["model"],
            aliases=tuple(name for name in row["aliases"].split(";") if name),
            released=row["released"],
            rates=tuple(
                (precision, bits, rate)
                for column, precision, bits in _RATES
                if (rate := _number(row, column)) is not None
            ),
            die_area_mm2=_number(row, "die_area_mm2"),
            die_area_note=row["die_area_note"],
            memory_gb=_number(row, "memory_gb"),
            memory_gb_per_s=_number(row, "memory_gb_per_s"),
            io_gb_per_s=_number(row, "io_gb_per_s"),
            tdp_w=_number(row, "tdp_w"),
            datacentre=row["datacentre"] or None,
            verified=row["verified"] == "yes",
            sources=row["sources"],
            note=row["note"],
        )
        for row in _rows("accelerators.csv")
    )


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


@cache
def _by_name() -> dict[str, tuple[Accelerator, ...]]:
    named: dict[str, list[Accelerator]] = {}
    for chip in accelerators():
        keys = {_key(name) for name in (chip.model, *chip.aliases)}
        for key in keys | {_key(chip.vendor) + key for key in keys}:
            named.setdefault(key, []).append(chip)
    # a full model name is one chip even where it is another's alias
    for chip in accelerators():
        named[_key(chip.model)] = [chip]
    return {key: tuple(chips) for key, chips in named.items()}


def find_accelerators(model: str) -> tuple[Accelerator, ...]:
    """The catalogue rows a model name may mean: none, one, or several (`H100` is sold in three builds)."""
    return _by_name().get(_key(model), ())


@cache
def tools() -> tuple[Tool, ...]:
    """Every family of tools in the catalogue, in the order of its file."""
    return tuple(
        Tool(
            vendor=row["vendor"],
            model=row["model"],
            platform=row["platform"],
            numbers=(
                int(row["number_from"]) if row["number_from"] else None,
                int(row["number_to"]) if row["number_to"] else None,
            ),
            kind=row["kind"],
            wavelength_nm=_number(row, "wavelength_nm"),
            immersion=row["immersion"] or None,
            overlay_nm=_number(row, "overlay_nm"),
            us_code=row["us_code"] or None,
            eu_code=row["eu_code"] or None,
            nl_from=parse_day(row["nl_from"]) if row["nl_from"] else None,
            verified=row["verified"] == "class",
            source=row["source"],
            note=row["note"],
        )
        for row in _rows("tools.csv")
    )


_MODEL = re.compile(r"(?<![A-Z])(NXT|NXE|EXE|XT)[\s:\-–_]*([0-9]{3,4})\s*([A-Z]{0,3})(?![A-Z0-9])")


def tool(model: str | None) -> Tool | None:
    """The family a model name belongs to (`NXT:1980Di` to `NXT:1980i`, `NXT:2100i` to `NXT:2000i` and later).

    None where the name is unknown or not in the catalogue, which says nothing about its control.
    """
    found = _MODEL.search((model or "").upper())
    if found is None:
        return None
    platform, number = found[1], int(found[2])
    for family in tools():
        low, high = family.numbers
        if family.platform == platform and (low or 0) <= number and (high is None or number <= high):
            return family
    return None


def tool_facts(items: pl.DataFrame) -> pl.DataFrame:
    """One row for each item whose `model` names a tool of the catalogue.

    Columns: `item`, `tool` (family), `tool_kind`, `wavelength_nm`, `immersion`, `overlay_nm`, `tool_us_code`,
    `tool_nl_from`, `tool_verified`, `tool_source`. Empty means unknown.
    """
    rows = [
        (
            item,
            found.model,
            found.kind,
            None if found.wavelength_nm is None else float(found.wavelength_nm),
            found.immersion,
            None if found.overlay_nm is None else float(found.overlay_nm),
            found.us_code,
            found.nl_from,
            found.verified,
            found.source,
        )
        for item, model in items.select("item", "model").filter(pl.col("model").is_not_null()).iter_rows()
        if (found := tool(model)) is not None
    ]
    schema = {
        "item": pl.String,
        "tool": pl.String,
        "tool_kind": pl.String,
        "wavelength_nm": pl.Float64,
        "immersion": pl.String,
        "overlay_nm": pl.Float64,
        "tool_us_code": pl.String,
        "tool_nl_from": pl.Date,
        "tool_verified": pl.Boolean,
        "tool_source": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
