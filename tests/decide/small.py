"""Small workspaces for tests: a few lines of text in, decisions out."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import lotgate
from lotgate.decide import Decisions
from lotgate.law import Law
from lotgate.parties.lists import ListSet, party_list

ITEM = {"description": "part", "made_in": "CN", "us_code": "none", "eu_code": "none", "nl_code": "none"}
ITEM |= {"jp_code": "none", "technology": "none", "contains_us_ic": "no", "stage": "metal", "unit_value": "1"}
ITEM |= {"currency": "USD", "unit_mass_kg": "1", "cn_code": "none"}
LINE = {"line": "L1", "date": "2026-03-02", "item": "I1", "quantity": "10", "unit": "KGM", "exporter": "maker"}
LINE |= {"consignee": "buyer", "end_user": "buyer", "intermediaries": "none", "ship_from": "CN", "destination": "DE"}
LINE |= {"via": "none", "end_use": "civil", "logic_nm": "none", "nand_layers": "none", "dram_nm": "none"}
COMPANY = {"kind": "company", "military": "no"}
PARTIES = [
    COMPANY | {"party": "maker", "name": "Example Maker Ltd", "country": "CN", "headquarters": "CN"},
    COMPANY | {"party": "buyer", "name": "Example Motoren GmbH", "country": "DE", "headquarters": "DE"},
]
LISTS = (
    "us-entity-list", "us-sdn", "us-dpl", "us-uvl", "us-meu", "us-cmic", "us-ssi", "us-isn", "us-capta", "us-nsmbs",
    "us-plc", "us-dtc", "eu-fsf", "eu-833-iv", "jp-eul", "un-sc",
)  # fmt: skip


@cache
def law() -> Law:
    """The shipped law."""
    return lotgate.load_law()


@cache
def lists() -> ListSet:
    """Every official list, loaded and holding one made-up entry that nobody matches."""
    rows = [{"name": "Zzyzx Placeholder Qwv"}]
    return ListSet({name: party_list(name, name, rows, date(2026, 8, 1)) for name in LISTS})


def table(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    """Writes one table."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in rows)]
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def decide(
    folder: Path,
    line: dict[str, str] | list[dict[str, str]] | None = None,
    item: dict[str, str] | None = None,
    *,
    with_law: Law | None = None,
    with_lists: ListSet | None = None,
    list_age: int | None = None,
    **tables: list[dict[str, str]],
) -> Decisions:
    """Decides one line or several: LINE, ITEM and PARTIES with what is given in their place, and further tables."""
    lines = line if isinstance(line, list) else [line or {}]
    table(folder, "shipments", [LINE | one for one in lines])
    table(folder, "items", [{"item": "I1"} | ITEM | (item or {})])
    table(folder, "parties", PARTIES + tables.pop("parties", []))
    for name, rows in tables.items():
        table(folder, name, rows)
    return lotgate.check(lotgate.load(folder), law=with_law or law(), lists=with_lists or lists(), list_age=list_age)


def asked(decisions: Decisions, regime: str) -> set[tuple[str, str]]:
    """(fact, subject) of every question of a regime about the one line."""
    found: Any = decisions[0].regimes[regime].asks
    return {(ask.fact, ask.subject) for ask in found}
