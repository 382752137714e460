"""Reads collected copies of Chinese and Japanese lists (JSON records and a CSV of Chinese counter-measures).

These copies carry no suspensions: what a Chinese listing does on a day follows from the dated listings in the law
data (list `cn-mofcom`), never from here. METI's Foreign End User List is `jp-eul`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lotgate.errors import Fault
from lotgate.parties.countries import countries_in
from lotgate.parties.lists import PartyList, party_list

__all__ = ["from_countermeasures", "from_registry"]

_REGISTRY = {
    "cn-export-control-watchlist": ("cn-control-copy", "MOFCOM export control list (collected copy)"),
    "cn-attention-list": ("cn-watch-copy", "MOFCOM watch list (collected copy)"),
    "cn-unreliable-entity-list": ("cn-unreliable-copy", "MOFCOM unreliable entity list (collected copy)"),
    "jp-end-user-list": ("jp-eul", "METI Foreign End User List"),
}
_DESCRIBED = re.compile(r"^参与对台湾地区军售的(?:美国)?")


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def _addresses(cells: Iterable[str]) -> tuple[list[str], list[str]]:
    """Countries of address cells, and names that a source ran into them ("<country> 23rd Research Institute")."""
    countries: list[str] = []
    names = []
    for cell in cells:
        found = countries_in(cell)
        countries += found[:1]
        rest = re.match(r"People's Republic of China (.+)", cell)
        if rest:
            names.append(rest[1].strip())
    return list(dict.fromkeys(countries)), names


def from_registry(
    records: Iterable[Mapping[str, Any]], source: str, sha256: str = ""
) -> tuple[list[PartyList], list[Fault]]:
    """The lists in records with `entity_name`, `aliases`, `addresses`, `list_id`, `date_added`, `last_verified`."""
    rows: dict[str, list[dict[str, Any]]] = {}
    days: dict[str, list[date]] = {}
    lost = []
    for number, record in enumerate(records, start=1):
        countries, names = _addresses(record.get("addresses") or [])
        names = [name for name in [record.get("entity_name"), *names, *(record.get("aliases") or [])] if name]
        if record.get("list_id") not in _REGISTRY or not names:
            lost.append(Fault(source, "record without a name or of an unknown list", number, "list_id"))
            continue
        list_id = _REGISTRY[str(record["list_id"])][0]
        aliases = [*names[1:], *(_DESCRIBED.sub("", name) for name in names if _DESCRIBED.match(name))]
        rows.setdefault(list_id, []).append(
            {
                "entry": record.get("id"),
                "name": names[0],
                "aliases": aliases,
                "kind": "person" if record.get("entity_type") == "person" else "company",
                "countries": countries,
                "from": _day(record.get("date_added")),
                "remarks": record.get("reason"),
            }
        )
        seen = _day(record.get("last_verified"))
        days.setdefault(list_id, []).extend([seen] if seen else [])
    titles = dict(_REGISTRY.values())
    made = [
        party_list(key, titles[key], rows[key], max(days[key], default=None), source, sha256=sha256)
        for key in sorted(rows)
    ]
    return made, lost


def _short_day(text: str | None) -> date | None:
    """A day written `24.02.2026` or `26.03.21`."""
    found = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{2}|\d{4})", (text or "").strip())
    if not found:
        return None
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
    try:
        return date(year, int(found[2]), int(found[1]))
    except ValueError:
        return None


def from_countermeasures(
    rows: Iterable[Mapping[str, Any]], as_of: date | None, source: str, sha256: str = ""
) -> PartyList:
    """The list of Chinese counter-measures in rows with `Name`, `Alias`, `Chinese name`, `List`, `Date`."""
    made, faults = [], []
    for number, row in enumerate(rows, start=1):
        names = [name for name in (row.get("Name"), row.get("Chinese name")) if name]
        if not names:
            faults.append(Fault(source, "row without a name", number, "Name"))
            continue
        made.append(
            {
                "name": names[0],
                "aliases": [*names[1:], *str(row.get("Alias") or "").split(";")],
                "kind": "person" if row.get("Type") == "Person" else "company",
                "countries": list(countries_in(row.get("Country") or "")),
                "tags": [f"cn-list:{row['List']}"] if row.get("List") else [],
                "from": _short_day(row.get("Date")),
                "to": _short_day(row.get("End date")),
                "remarks": row.get("Source URL"),
            }
        )
    title = "Chinese counter-measures (collected copy)"
    as_of = as_of or max((row["from"] for row in made if row["from"]), default=None)
    return party_list("cn-countermeasures-copy", title, made, as_of, source, rejected=faults, sha256=sha256)
