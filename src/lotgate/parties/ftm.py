"""Reads and writes party lists as followthemoney entities: one JSON object a line, without that library.

Only what the matcher needs is carried: names, aliases, kinds, countries, identifiers, dates of listing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from lotgate.errors import Fault
from lotgate.parties.content import refuse
from lotgate.parties.countries import country_code
from lotgate.parties.lists import PartyList, name_of, party_list

__all__ = ["export", "from_lines", "to_lines"]

_KIND = {
    "Person": "person",
    "Company": "company",
    "Organization": "company",
    "PublicBody": "company",
    "Vessel": "vessel",
    "Airplane": "aircraft",
}
_SCHEMA = {"person": "Person", "company": "Company", "vessel": "Vessel", "aircraft": "Airplane"}
_NUMBERS = {
    "imoNumber": "imo",
    "registrationNumber": "registration",
    "taxNumber": "tax",
    "leiCode": "lei",
    "swiftBic": "swift",
    "innCode": "inn",
    "ogrnCode": "ogrn",
    "mmsi": "mmsi",
    "passportNumber": "passport",
}


def _day(texts: list[str]) -> date | None:
    try:
        return date.fromisoformat(texts[0][:10]) if texts else None
    except ValueError:
        return None


def _row(entity: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, list[str]] = entity["properties"]
    names = found.get("name", [])
    places = [code for key in ("country", "jurisdiction", "nationality", "flag") for code in found.get(key, [])]
    return {
        "entry": entity.get("id"),
        "name": names[0] if names else entity.get("caption") or "",
        "aliases": [*names[1:], *found.get("alias", []), *found.get("previousName", [])],
        "weak_aliases": found.get("weakAlias", []),
        "kind": _KIND.get(entity.get("schema") or ""),
        "countries": list(dict.fromkeys(code for code in map(country_code, places) if code)),
        "tags": found.get("topics", []),
        "from": _day(found.get("createdAt", [])),
        "identifiers": [f"{kind}:{number}" for key, kind in _NUMBERS.items() for number in found.get(key, [])],
        "remarks": next(iter(found.get("notes", [])), None),
    }


def from_lines(text: str, path: Path, as_of: date | None, sha256: str = "") -> PartyList:
    """The list in lines of entities, under the name of its file; entities that are no parties are merged away."""
    rows, faults, other = [], [], 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entity = json.loads(line)
            schema, row = entity["schema"], _row(entity)
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise refuse(path.name, f"line {number} is no followthemoney entity: {error}") from None
        if schema not in (*_KIND, "LegalEntity"):
            other += 1
        elif row["name"]:
            rows.append(row)
        else:
            faults.append(Fault(path.name, "entity without a name", number))
    return party_list(name_of(path), path.stem, rows, as_of, path.name, merged=other, rejected=faults, sha256=sha256)


def to_lines(found: PartyList) -> Iterator[str]:
    """The list as lines of entities, in its order."""
    for row in found.entries.iter_rows(named=True):
        properties: dict[str, list[str]] = {
            "name": [row["name"]],
            "alias": row["aliases"],
            "weakAlias": row["weak_aliases"],
            "country": [code.lower() for code in row["countries"]],
            "topics": row["tags"],
            "notes": [row["remarks"]] if row["remarks"] else [],
            "createdAt": [row["from"].isoformat()] if row["from"] else [],
        }
        for identifier in row["identifiers"]:
            kind, _, number = identifier.partition(":")
            key = next((name for name, short in _NUMBERS.items() if short == kind), "idNumber")
            properties.setdefault(key, []).append(number)
        entity = {
            "id": row["entry"],
            "schema": _SCHEMA.get(row["kind"] or "", "LegalEntity"),
            "caption": row["name"],
            "properties": {key: values for key, values in properties.items() if values},
            "datasets": [found.id],
        }
        yield json.dumps(entity, ensure_ascii=False, sort_keys=True)


def export(found: PartyList, path: Path) -> None:
    """Writes the list to a file as lines of entities."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{line}\n" for line in to_lines(found))
