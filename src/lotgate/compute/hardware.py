"""Chips and systems as published: dense rates, memory, links one way, power, with sources and standing.

A chip is what is sold as one: an Ascend 910C is one chip of two dies (`ranks`), each a rank of its own in a parallel
group; a GB200 row is one of the two GPUs of a superchip. Users bring systems of their own in a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lotgate.compute.sheets import Column, Row, own_sheet, read_sheet, unknown_name
from lotgate.errors import Fault, InputError

__all__ = ["PLATFORMS", "PRECISIONS", "Chip", "System", "chips", "find_chip", "find_system", "read_systems", "systems"]

PRECISIONS: Mapping[str, str] = {
    "bf16": "bf16_tflops",
    "fp8": "fp8_tflops",
    "int8": "int8_tops",
    "fp4": "fp4_tflops",
}
"""Number formats, and the column that holds the dense rate of each."""
PLATFORMS = ("ampere", "hopper", "blackwell", "ascend", "cdna", "tpu", "other")
STANDINGS = ("verified", "secondary", "roadmap", "own")
_SPARSE, _SPARSE_FP4 = 2.2, 3.6
"""A rate more than this many times the next longer format's looks like a sparse one; FP4 is up to three times FP8."""

_FIGURES = (
    Column("bf16_tflops", "number"),
    Column("fp8_tflops", "number"),
    Column("int8_tops", "number"),
    Column("fp4_tflops", "number"),
    Column("memory_gb", "number"),
    Column("memory_tb_per_s", "number"),
    Column("scaleup_gb_per_s", "number"),
    Column("scaleup_chips", "count"),
    Column("scaleout_gbit_per_s", "number"),
    Column("ranks", "count", high=64),
    Column("power_w", "number"),
    Column("node_nm", "number"),
    Column("platform", words=PLATFORMS),
)
_CHIP = (
    Column("name", needed=True),
    Column("aliases"),
    Column("vendor"),
    *_FIGURES,
    Column("status", words=STANDINGS),
    Column("source"),
    Column("note"),
)
_SYSTEM = (
    Column("name", needed=True),
    Column("aliases"),
    Column("vendor"),
    Column("chip"),
    Column("chips", "count", needed=True),
    Column("racks", "number"),
    Column("power_kw", "number"),
    Column("power_basis"),
    Column("status", words=STANDINGS),
    Column("source"),
    Column("note"),
)
_OWN = tuple({column.name: column for column in (*_SYSTEM, *_FIGURES)}.values())
_NEEDED = ("bf16_tflops", "memory_gb", "memory_tb_per_s", "scaleup_gb_per_s", "scaleup_chips")


@dataclass(frozen=True)
class Chip:
    """One accelerator: dense rates in operations per second, memory and links (one way) in bytes per second.

    `scaleup_chips` chips reach each other over the scale-up link; `scaleout` is None where a chip has no other. `power`
    are watts at most, `node` the nanometres its process is named by.
    """

    name: str
    aliases: tuple[str, ...]
    vendor: str
    platform: str
    ranks: int
    rates: Mapping[str, float]
    memory: float
    bandwidth: float
    scaleup: float
    scaleup_chips: int
    scaleout: float | None
    power: float | None
    node: float | None
    status: str
    source: str
    note: str

    def precision(self, wanted: str, integers: bool = True) -> str:
        """The format the chip runs a work in that asks for `8bit` or for a format by name.

        That is the shortest it has that is no shorter than asked: a chip without FP4 runs 8 bit, one without 8 bit
        BF16. Training leaves out `integers`, in which nobody is known to train.
        """
        eight = sorted(("fp8", "int8"), key=lambda name: -self.rates.get(name, 0.0))
        if wanted in ("fp8", "int8"):
            eight.sort(key=lambda name: name != wanted)
        longer = {"bf16": ["bf16"], "fp4": ["fp4", *eight, "bf16"]}.get(wanted, [*eight, "bf16"])
        usable = [name for name in longer if integers or name != "int8"]
        return next(name for name in usable if self.rates.get(name, 0.0) >= self.rates["bf16"])


@dataclass(frozen=True)
class System:
    """A machine sold or built as one: how many of which chip, and the power it is said to draw at most, in watts."""

    name: str
    aliases: tuple[str, ...]
    vendor: str
    chip: Chip
    chips: int
    racks: float | None
    power: float | None
    power_basis: str
    status: str
    source: str
    note: str

    @property
    def memory(self) -> float:
        """Bytes of memory on all chips."""
        return self.chips * self.chip.memory

    @property
    def standing(self) -> str:
        """The weaker of the standings of system and chip."""
        return max(self.status, self.chip.status, key=STANDINGS.index)


def _aliases(row: Row) -> tuple[str, ...]:
    return tuple(name.strip() for name in (row["aliases"] or "").split(";") if name.strip())


def _chip(row: Row) -> Chip:
    out = row["scaleout_gbit_per_s"]
    return Chip(
        name=row["name"],
        aliases=_aliases(row),
        vendor=row["vendor"] or "",
        platform=row["platform"] or "other",
        ranks=row["ranks"] or 1,
        rates={name: row[column] * 1e12 for name, column in PRECISIONS.items() if row[column] is not None},
        memory=row["memory_gb"] * 1e9,
        bandwidth=row["memory_tb_per_s"] * 1e12,
        scaleup=row["scaleup_gb_per_s"] * 1e9,
        scaleup_chips=row["scaleup_chips"],
        scaleout=None if out is None else out * 1e9 / 8,
        power=row["power_w"],
        node=row["node_nm"],
        status=row["status"] or "own",
        source=row["source"] or "",
        note=row["note"] or "",
    )


def _system(row: Row, chip: Chip) -> System:
    power = row["power_kw"]
    return System(
        name=row["name"],
        aliases=_aliases(row),
        vendor=row["vendor"] or chip.vendor,
        chip=chip,
        chips=row["chips"],
        racks=row["racks"],
        power=None if power is None else power * 1e3,
        power_basis=row["power_basis"] or "",
        status=row["status"] or "own",
        source=row["source"] or "",
        note=row["note"] or "",
    )


@cache
def chips() -> tuple[Chip, ...]:
    """The chips of the built-in sheet, in its order."""
    return tuple(_chip(row) for row in own_sheet("chips.csv", _CHIP))


@cache
def systems() -> tuple[System, ...]:
    """The systems of the built-in sheet, in its order."""
    return tuple(_system(row, find_chip(row["chip"])) for row in own_sheet("systems.csv", _SYSTEM))


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


def _find(name: str, held: Sequence[Any]) -> Any | None:
    """The one whose name or alias this is, the vendor's name before it or not; later ones override earlier ones."""
    wanted = _key(name)
    for one in reversed(held):
        keys = {_key(each) for each in (one.name, *one.aliases)}
        if wanted in keys or wanted in {_key(one.vendor) + key for key in keys}:
            return one
    return None


def find_chip(name: str) -> Chip:
    """A built-in chip by name. Raises InputError with the nearest names."""
    found: Chip | None = _find(name, chips())
    if found is None:
        known = {each: one.name for one in chips() for each in (one.name, *one.aliases)}
        raise InputError([unknown_name("chips", "no such chip", "没有该芯片", name, known)])
    return found


def find_system(name: str, own: Sequence[System] = ()) -> System:
    """A system by name, the user's own before the built-in ones. Raises InputError with the nearest names."""
    held = (*systems(), *own)
    found: System | None = _find(name, held)
    if found is None:
        known = {each: one.name for one in held for each in (one.name, *one.aliases)}
        raise InputError([unknown_name("systems", "no such system", "没有该系统", name, known)])
    return found


def read_systems(path: Path) -> tuple[System, ...]:
    """The systems of a user's file. A row names a built-in `chip`, or brings figures of its own, which go before.

    Raises InputError with every fault: bad cells, missing figures, names given twice, formats slower than BF16, rates
    that look sparse.
    """
    found, faults, seen = [], [], set()
    for number, row in enumerate(read_sheet(path, _OWN), 1):
        if _key(row["name"]) in seen:
            faults.append(Fault(path.name, "name given twice", row=number, column="name", value=row["name"]))
        seen.add(_key(row["name"]))
        held = _own_faults(path.name, number, row)
        faults += held
        if not held:
            found.append(_system(row, _own_chip(row)))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _built_in(row: Row) -> Row | None:
    name = row["chip"]
    chip = _find(name, chips()) if name else None
    return None if chip is None else next(one for one in own_sheet("chips.csv", _CHIP) if one["name"] == chip.name)


def _merged(row: Row) -> dict[str, Any]:
    base = _built_in(row) or {}
    return {
        column.name: row[column.name] if row[column.name] is not None else base.get(column.name) for column in _FIGURES
    }


def _own_chip(row: Row) -> Chip:
    base, merged = _built_in(row), _merged(row)
    changed = base is None or any(row[column.name] is not None for column in _FIGURES)
    if base is not None and not changed:
        return find_chip(row["chip"])
    more = {"name": row["chip"] or row["name"], "aliases": None, "vendor": row["vendor"], "status": "own"}
    return _chip({**merged, **more, "source": row["source"], "note": row["note"]})


def _own_faults(table: str, number: int, row: Row) -> list[Fault]:
    if row["chip"] and _built_in(row) is None and all(row[name] is None for name in _NEEDED):
        known = {each: one.name for one in chips() for each in (one.name, *one.aliases)}
        fault = unknown_name(
            table, "no such chip, and no figures of its own", "没有该芯片，也未给出参数", row["chip"], known
        )
        return [Fault(fault.table, fault.message, number, "chip", fault.value, fault.expected)]
    merged = _merged(row)
    faults = [
        Fault(table, "missing", row=number, column=name, expected="a figure, or a built-in chip in column chip")
        for name in _NEEDED
        if merged[name] is None
    ]
    if faults:
        return faults
    base = merged["bf16_tflops"]
    for name, longer in (("fp8_tflops", base), ("int8_tops", base), ("fp4_tflops", merged["fp8_tflops"] or base * 2)):
        rate, own = merged[name], row[name]
        if rate is not None and own is not None and rate > longer * (_SPARSE_FP4 if name == "fp4_tflops" else _SPARSE):
            expected = f"a dense rate, about twice {longer:g} at most; halve a rate that counts sparsity"
            faults.append(Fault(table, "looks sparse", row=number, column=name, value=f"{rate:g}", expected=expected))
    if row["chips"] > merged["scaleup_chips"] and merged["scaleout_gbit_per_s"] is None:
        expected = "the network of each chip beyond the scale-up domain"
        faults.append(Fault(table, "missing", row=number, column="scaleout_gbit_per_s", expected=expected))
    return faults
