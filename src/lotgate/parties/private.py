"""Reads a firm's own list: a CSV with `name` and, if wanted, `id`, `aliases`, `country`, `kind`, `identifiers`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from lotgate.errors import Fault
from lotgate.parties.countries import country_code
from lotgate.parties.lists import KINDS, PartyList, name_of, party_list

__all__ = ["COLUMNS", "from_csv"]

COLUMNS = frozenset({"id", "name", "aliases", "country", "kind", "identifiers", "remarks"})


def from_csv(rows: Iterable[Mapping[str, Any]], path: Path, as_of: date | None, sha256: str = "") -> PartyList:
    """The private list, under the name of its file; rows without a name or with an unknown country are rejected."""
    made, faults = [], []
    for number, row in enumerate(rows, start=1):
        name, country, kind = (row.get("name") or "").strip(), row.get("country"), row.get("kind")
        if not name:
            faults.append(Fault(path.name, "row without a name", number, "name"))
        elif country and country_code(country) is None:
            expected = "a country code of two letters"
            faults.append(Fault(path.name, "unknown country", number, "country", country, expected))
        elif kind and kind not in KINDS:
            faults.append(Fault(path.name, "unknown kind", number, "kind", kind, " or ".join(KINDS)))
        else:
            made.append(
                {
                    "entry": row.get("id"),
                    "name": name,
                    "aliases": row.get("aliases"),
                    "kind": kind,
                    "countries": country_code(country) if country else None,
                    "identifiers": row.get("identifiers"),
                    "remarks": row.get("remarks"),
                }
            )
    return party_list(name_of(path), path.stem, made, as_of, path.name, rejected=faults, sha256=sha256)
