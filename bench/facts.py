"""Writes flat facts of a trade that never was: seeded, with values drawn from the lists that the law itself names."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from lotgate.law import Law

__all__ = ["ITEMS", "LINES", "PARTIES", "write_facts"]

LINES, ITEMS, PARTIES = 1_000_000, 50_000, 20_000
DAYS = ("2022-09-01", "2026-09-01")
MAKERS = {"CN": 30, "US": 20, "DE": 10, "NL": 6, "JP": 9, "KR": 6, "TW": 8, "MY": 4, "GB": 3, "FR": 4}
BUYERS = {
    "CN": 14, "US": 10, "DE": 9, "NL": 5, "JP": 7, "KR": 7, "TW": 7, "MY": 5, "SG": 4, "VN": 4, "IN": 4, "BR": 3,
    "MX": 3, "TH": 2, "GB": 3, "FR": 3, "IT": 2, "AE": 2, "TR": 2, "HK": 2, "MO": 0.2, "RU": 0.7, "BY": 0.2, "IR": 0.2,
    "KP": 0.02, "SY": 0.1, "CU": 0.1, "VE": 0.2, "MM": 0.2, "KH": 0.3, "NI": 0.1, "PK": 0.4, "IQ": 0.3, "EG": 0.4,
    "ZA": 0.6, "AR": 0.6, "CA": 2, "AU": 1.5, "NO": 1, "CH": 1.5, "SA": 0.8, "IL": 0.8, "UA": 0.3, "SD": 0.05,
    "LY": 0.05,
}  # fmt: skip
USES = {
    "civil": 86, "military": 1, "military-potential": 0.5, "wmd": 0.1, "terrorism": 0.05, "chip-fab": 3,
    "chip-equipment": 1.5, "ai-training": 1.5, "ai-military": 0.1, "supercomputer": 0.6, "rare-earth-processing": 0.4,
    "medical-emergency": 0.5, "public-health": 0.3, "disaster-relief": 0.2, "repair-return": 2,
    "exhibition-return": 1, "civil-aircraft-parts": 1, "evaluation": 0.2,
}  # fmt: skip
STAGES = {
    "part": 30,
    "finished": 25,
    "equipment": 10,
    "magnet": 6,
    "chip": 6,
    "board": 5,
    "system": 3,
    "metal": 3,
    "oxide": 2,
}
SORTS = {"ordinary": 58, "materials": 12, "dual-use": 12, "chips": 6, "tools": 5, "unread": 7}
MODELS = ("H20", "H200", "A100", "Ascend 910C", "NXT:2000i", "NXT:1980Di", "MI308X")


class Draw:
    """Weighted draws from a seeded source."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def weighted(self, weights: dict[str, float] | dict[str, int]) -> str:
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, values: Sequence[Any]) -> Any:
        return self.rng.choice(values)

    def maybe(self, value: Any, unknown: float = 0.04) -> Any:
        """The value, or nothing known in so many of all cases."""
        return None if self.chance(unknown) else value


@dataclass
class Words:
    """What the law names: codes by fact, tags of lists, tests, technologies, addressees."""

    codes: dict[str, list[str]]
    tags: dict[str, list[str]]

    @classmethod
    def of(cls, law: Law) -> Words:
        codes: dict[str, list[str]] = {}
        tags: dict[str, list[str]] = {}
        for regime in law.regimes:
            lists = [name for name in law.code_lists if law.list_regime[name] == regime and "tech" not in name]
            found = {code.lstrip("!").replace("?", "1") for name in lists for code in law.code_lists[name]}
            codes[f"{regime}_code"] = sorted(found) or ["none"]
        codes["technology"] = sorted(
            {code for name in law.code_lists if "tech" in name for code in law.code_lists[name]}
        )
        for leaf in law.graph.leaves:
            if leaf.op == "has" and law.facts[leaf.fact].type.type == "set":
                tags.setdefault(leaf.fact, []).append(str(leaf.operand))
        return cls(codes, {fact: sorted(set(found)) for fact, found in tags.items()})


Row = dict[str, Any]


def item(draw: Draw, words: Words) -> Row:
    """The facts of one item."""
    sort = draw.weighted(SORTS)
    row: Row = {"origin": draw.maybe(draw.weighted(MAKERS), 0.03)}
    for fact in ("cn_code", "us_code", "eu_code", "nl_code", "jp_code"):
        listed = {"materials": 0.9 if fact == "cn_code" else 0.1, "dual-use": 0.7, "chips": 0.7, "tools": 0.8}.get(
            sort, 0.01
        )
        row[fact] = draw.pick(words.codes[fact]) if draw.chance(listed) else "none"
        if sort == "unread" or draw.chance(0.01):
            row[fact] = draw.maybe(row[fact], 0.6)
    row["technology"] = draw.pick(words.codes["technology"]) if draw.chance(0.12) else draw.maybe("none", 0.1)
    row["contains_us_ic"] = draw.maybe("yes" if draw.chance(0.4) else "no", 0.1)
    row["stage"] = draw.maybe("chip" if sort == "chips" else draw.weighted(STAGES), 0.05)
    row["model"] = draw.pick(MODELS) if sort in ("chips", "tools") and draw.chance(0.5) else "none"
    row |= _figures(draw, sort == "chips")
    row["item_meets"] = _tags(draw, words.tags.get("item_meets", []), 0.5 if sort == "chips" else 0.0, 0.05)
    row["parts_meet"] = _tags(draw, words.tags.get("parts_meet", []), 0.2 if sort == "chips" else 0.01, 0.02)
    row["parts_model"] = draw.pick(MODELS) if sort == "chips" and draw.chance(0.1) else draw.maybe("none", 0.01)
    row["parts_us_code"] = draw.pick(words.codes["us_code"]) if draw.chance(0.1) else draw.maybe("none", 0.05)
    row |= _share(draw, "cn61_share", 0.3 if sort == "materials" else 0.05, (0.0005, 0.001, 0.004, 0.02, 0.3))
    row |= _share(draw, "us_controlled_share", 0.35, (0.02, 0.09, 0.12, 0.2, 0.26, 0.5))
    return row


def _figures(draw: Draw, chip: bool) -> Row:
    row: Row = {"datacentre": draw.maybe("yes" if draw.chance(0.5) else "no", 0.1) if chip else "no"}
    scales = {
        "tpp": 40_000,
        "performance_density": 10,
        "memory_bandwidth_density": 4,
        "io_gb_per_s": 900,
        "dram_gb_per_s": 9000,
    }
    for fact, scale in scales.items():
        known = round(draw.rng.random() * scale, 2)
        unknown = chip and draw.chance(0.1)
        row[f"{fact}_low"] = row[f"{fact}_high"] = known if chip and not unknown else None
        row[f"{fact}_none"] = not chip
    return row


def _share(draw: Draw, fact: str, present: float, shares: Sequence[float]) -> Row:
    low = round(draw.pick(shares) * draw.rng.uniform(0.5, 1.5), 5) if draw.chance(present) else 0.0
    high = round(low * 1.3 + 0.001, 5) if draw.chance(0.08) else low
    unknown = draw.chance(0.04)
    return {f"{fact}_low": None if unknown else low, f"{fact}_high": None if unknown else high, f"{fact}_none": False}


def _tags(draw: Draw, tags: Sequence[str], share: float, unknown: float = 0.01) -> str | None:
    if draw.chance(unknown):
        return None
    if not tags or not draw.chance(share):
        return "none"
    return ";".join(sorted(draw.rng.sample(tags, min(len(tags), draw.pick((1, 1, 1, 2, 3))))))


def party(draw: Draw, words: Words) -> Row:
    """The facts of the parties to a line: end user, consignee, owners."""
    country = draw.weighted(BUYERS)
    listed = words.tags.get("listed", [])
    return {
        "listed": _tags(draw, listed, 0.05, 0.005),
        "listed_may": _tags(draw, listed, 0.02, 0.0),
        "us_owned_by": _tags(draw, words.tags.get("us_owned_by", []), 0.02, 0.05),
        "cn_owned_by": _tags(draw, words.tags.get("cn_owned_by", []), 0.01, 0.05),
        "ofac_owned": draw.maybe("yes" if draw.chance(0.005) else "no"),
        "eu_owned": draw.maybe("yes" if draw.chance(0.005) else "no"),
        "listed_owner_minority": draw.maybe("yes" if draw.chance(0.01) else "no"),
        "military": draw.maybe("yes" if draw.chance(0.01) else "no", 0.05),
        "headquarters": draw.maybe(country if draw.chance(0.85) else draw.weighted(BUYERS), 0.06),
        "end_user_country": draw.maybe(country, 0.02),
    }


def shipment(draw: Draw, words: Words) -> Row:
    """The facts of a line that hang on neither item nor party; the destination is that of the party unless drawn."""
    ship_from = draw.weighted(MAKERS)
    use = draw.weighted(USES)
    row: Row = {
        "kind": draw.weighted({"export": 75, "reexport": 20, "in-country-transfer": 2, "technology": 3}),
        "ship_from": draw.maybe(ship_from, 0.01),
        "destination": draw.maybe(draw.weighted(BUYERS), 0.01),
        "via": "none" if draw.chance(0.9) else draw.maybe(draw.weighted(BUYERS), 0.2),
        "end_use": draw.maybe(use, 0.06),
        "exporter_country": draw.maybe(ship_from if draw.chance(0.9) else draw.weighted(MAKERS), 0.01),
        "exporter_headquarters": draw.maybe(ship_from if draw.chance(0.8) else draw.weighted(MAKERS), 0.03),
        "addressee": _tags(draw, words.tags.get("addressee", []), 0.01),
    }
    for fact, known in {
        "logic_nm": (5, 7, 14, 16, 28),
        "nand_layers": (64, 128, 232),
        "dram_nm": (15, 18, 20, 25),
    }.items():
        fab = use == "chip-fab"
        value = float(draw.pick(known)) if fab and draw.chance(0.7) else None
        row[f"{fact}_low"] = row[f"{fact}_high"] = value
        row[f"{fact}_none"] = not fab or (value is None and draw.chance(0.5))
    for regime in ("cn", "us", "eu", "nl", "jp"):
        row[f"licence_{regime}"] = draw.pick(("single", "general", "exception")) if draw.chance(0.02) else "none"
    return row


def _table(make: Callable[[Draw, Words], Row], words: Words, rows: int, seed: int) -> pa.Table:
    draw = Draw(seed)
    return pa.Table.from_pylist([make(draw, words) for _ in range(rows)])


def _spread(table: pa.Table, rows: npt.NDArray[Any]) -> dict[str, Any]:
    """The columns of a table at chosen rows; texts stay as dictionaries, which Parquet keeps."""
    chosen = pa.array(rows)
    columns = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        if pa.types.is_null(column.type):
            column = column.cast(pa.string())
        if pa.types.is_string(column.type):
            column = column.dictionary_encode()
        columns[name] = column.take(chosen)
    return columns


def facts(law: Law, lines: int = LINES, seed: int = 1) -> pa.Table:
    """Flat facts of so many lines over 50,000 items, 20,000 sets of parties and 60,000 ways of shipping."""
    words = Words.of(law)
    scale = min(1.0, lines / LINES * 4)
    sizes = {item: int(ITEMS * scale), party: int(PARTIES * scale), shipment: int(60_000 * scale)}
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {"line": pa.array(np.arange(lines))}
    start, end = (np.datetime64(day) for day in DAYS)
    columns["day"] = pa.array(start + rng.integers(0, int((end - start).astype(int)), lines))
    for offset, (make, size) in enumerate(sizes.items()):
        columns |= _spread(_table(make, words, size, seed * 10 + offset), rng.integers(0, size, lines))
    for fact, spec in law.facts.items():  # facts that came into the law later
        if fact not in columns and f"{fact}_low" not in columns and spec.type.type in ("set", "countries", "code"):
            columns[fact] = pa.array(["none"] * lines).dictionary_encode()
    return pa.table(columns)


def write_facts(path: Path, law: Law, lines: int = LINES, seed: int = 1) -> Path:
    """Writes the facts as Parquet, in row groups that two readers can share."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(facts(law, lines, seed), path, row_group_size=125_000, compression="snappy")
    return path
