"""A made-up workspace of the size of a multinational's year: seeded, written as Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

__all__ = ["ITEMS", "PARTIES", "write_workspace"]

ITEMS, PARTIES = 50_000, 20_000
COUNTRIES = [
    "CN",
    "US",
    "DE",
    "NL",
    "JP",
    "KR",
    "TW",
    "MY",
    "SG",
    "IN",
    "BR",
    "MX",
    "FR",
    "IT",
    "GB",
    "VN",
    "TH",
    "CA",
    "AU",
    "AE",
    "RU",
    "TR",
    "PL",
    "CZ",
]
CODES = {
    "cn_code": ["none"] * 12 + ["1C905.a.4", "1C902.a.4", "1C905.b", "1C909.a.1", "Ga", "1C117.d", None],
    "us_code": ["none"] * 10 + ["3A991", "3A001.a.7", "3A002", "4A994", "3A090.a", "3B001.f.1", None],
    "eu_code": ["none"] * 15 + ["3A001", None],
    "nl_code": ["none"] * 20 + ["3B001.f.4"],
    "jp_code": ["none"] * 20 + ["JP-2023.cleaning"],
    "technology": ["none"] * 8 + ["US:3E001", "CN:1E902.a", None],
    "contains_us_ic": ["no", "no", "yes", None],
    "stage": ["part", "assembly", "finished", "magnet", "metal", "oxide", "equipment"],
}
USES = ["civil"] * 15 + ["military", "chip-fab", "ai-training", "repair-return", None]
FIRST = [
    "Alder",
    "Birch",
    "Cedar",
    "Dover",
    "Ember",
    "Fjord",
    "Glade",
    "Harbor",
    "Inlet",
    "Juniper",
    "Karst",
    "Larch",
    "Meadow",
    "Nordic",
    "Orchard",
    "Pebble",
]
TRADE = [
    "Antriebe",
    "Metals",
    "Trading",
    "Logistics",
    "Motoren",
    "Systems",
    "Optics",
    "Magnetics",
    "Instruments",
    "Chemicals",
]
FORM = ["Co., Ltd.", "GmbH", "Inc", "B.V.", "S.A.", "Pte Ltd", "LLC", "K.K."]


def write_workspace(folder: Path, lines: int, seed: int = 11) -> Path:
    """The folder of a workspace with `lines` shipments; the same seed gives the same tables."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)

    def pick(words: list[str | None] | list[str], count: int) -> pl.Series:
        return pl.Series([words[k] for k in draw.integers(0, len(words), count)], dtype=pl.String)

    _items(draw, pick).write_parquet(folder / "items.parquet")
    _bom(draw).write_parquet(folder / "bom.parquet")
    names = [f"{FIRST[k % 16]}{k} {TRADE[k % 10]} {FORM[k % 8]}" for k in range(PARTIES)]
    parties = {"party": [f"P{k:05d}" for k in range(PARTIES)], "name": names, "country": pick(COUNTRIES, PARTIES)}
    parties |= {"kind": ["company"] * PARTIES, "military": pick(["no", "no", "no", "no", "no", "yes", None], PARTIES)}
    pl.DataFrame(parties | {"headquarters": parties["country"]}).write_parquet(folder / "parties.parquet")
    _shipments(draw, pick, lines).write_parquet(folder / "shipments.parquet")
    return folder


def _items(draw: np.random.Generator, pick: object) -> pl.DataFrame:
    made = pick(COUNTRIES, ITEMS)  # type: ignore[operator]
    columns = {"item": [f"I{k:05d}" for k in range(ITEMS)], "made_in": made}
    columns |= {name: pick(words, ITEMS) for name, words in CODES.items()}  # type: ignore[operator]
    prices = draw.integers(1, 5000, ITEMS).astype(float)
    return pl.DataFrame(columns).with_columns(
        unit_value=pl.Series(prices), currency=pl.lit("USD"), unit_mass_kg=pl.lit(1.0)
    )


def _bom(draw: np.random.Generator) -> pl.DataFrame:
    parent = np.repeat(np.arange(ITEMS // 2, ITEMS), 6)
    component = (parent * draw.random(len(parent)) * 0.9).astype(int)
    rows = {"parent": [f"I{k:05d}" for k in parent], "component": [f"I{k:05d}" for k in component]}
    return pl.DataFrame(rows | {"quantity": draw.integers(1, 4, len(parent)) / 100})


def _shipments(draw: np.random.Generator, pick: object, lines: int) -> pl.DataFrame:
    buyer = draw.integers(0, PARTIES, lines)
    user = np.where(draw.random(lines) < 0.8, buyer, draw.integers(0, PARTIES, lines))
    days = np.datetime64("2025-01-01") + draw.integers(0, 620, lines)
    columns = {
        "line": [f"L{k:07d}" for k in range(lines)],
        "date": days.astype("datetime64[D]"),
        "item": [f"I{k:05d}" for k in draw.integers(0, ITEMS, lines)],
        "quantity": draw.integers(1, 1000, lines).astype(float),
        "exporter": [f"P{k:05d}" for k in draw.integers(0, PARTIES, lines)],
        "consignee": [f"P{k:05d}" for k in buyer],
        "end_user": [f"P{k:05d}" for k in user],
        "ship_from": pick(COUNTRIES, lines),  # type: ignore[operator]
        "destination": pick(COUNTRIES, lines),  # type: ignore[operator]
        "end_use": pick(USES, lines),  # type: ignore[operator]
    }
    same = {"unit": "KGM", "intermediaries": "none", "via": "none", "logic_nm": "none", "nand_layers": "none"}
    return pl.DataFrame(columns).with_columns(dram_nm=pl.lit("none"), **{k: pl.lit(v) for k, v in same.items()})
