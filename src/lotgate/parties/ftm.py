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
    "idNumber": "id",
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
        "entry": _entry_of(entity),
        "name": names[0] if names else entity.get("caption") or "",
        "aliases": [*names[1:], *found.get("alias", []), *found.get("previousName", [])],
        "weak_aliases": found.get("weakAlias", []),
        "kind": _KIND.get(entity.get("schema") or ""),
        "countries": list(dict.fromkeys(code for code in map(country_code, places) if code)),
        "tags": found.get("topics", []),
        "from": _day(found.get("createdAt", [])),
        "identifiers": [
            number if key == "idNumber" and ":" in number else f"{kind}:{number}"
            for key, kind in _NUMBERS.items()
            for number in found.get(key, [])
        ],
        "remarks": next(iter(found.get("notes", [])), None),
    }


def _entry_of(entity: dict[str, Any]) -> str | None:
    """The list's own id of an entity: its id without the name of its data set."""
    key, sets = entity.get("id"), entity.get("datasets") or [""]
    return key.removeprefix(f"{sets[0]}-") if key else None


def _add_sanction(row: dict[str, Any], sanction: dict[str, list[str]]) -> None:
    """Adds what a Sanction entity says of the listing: first day, last day, programmes."""
    row["from"] = _day(sanction.get("startDate", [])) or row["from"]
    row["to"] = _day(sanction.get("endDate", [])) or row.get("to")
    row["tags"] = [*(tag for tag in row["tags"] if tag != "sanction"), *sanction.get("program", [])]


def from_lines(text: str, path: Path, as_of: date | None, sha256: str = "") -> PartyList:
    """The list in lines of entities, under the name of its file; entities that are no parties are merged away."""
    rows: dict[str, dict[str, Any]] = {}
    sanctions: list[dict[str, list[str]]] = []
    faults, other = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entity = json.loads(line)
            schema, row = entity["schema"], _row(entity)
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise refuse(path.name, f"line {number} is no followthemoney entity: {error}") from None
        if schema not in (*_KIND, "LegalEntity"):
            other += 1
            sanctions += [entity["properties"]] if schema == "Sanction" else []
        elif not row["name"]:
            faults.append(Fault(path.name, "entity without a name", number))
        else:
            key = entity.get("id")
            rows[key if key and key not in rows else f"{key} of line {number}"] = row
    for sanction in sanctions:
        for key in sanction.get("entity", []):
            if key in rows:
                _add_sanction(rows[key], sanction)
    counted = len(rows) + other + len(faults)
    return party_list(
        name_of(path), path.stem, rows.values(), as_of, path.name,
        counted=counted, merged=other, rejected=faults, sha256=sha256,
    )  # fmt: skip


def to_lines(found: PartyList) -> Iterator[str]:
    """The list as lines of entities, in its order: each party, followed by a Sanction that says how it is listed."""
    for row in found.entries.iter_rows(named=True):
        key = f"{found.id}-{row['entry']}"
        properties: dict[str, list[str]] = {
            "name": [row["name"]],
            "alias": row["aliases"],
            "weakAlias": row["weak_aliases"],
            "country": [code.lower() for code in row["countries"]],
            "topics": ["sanction"],
            "notes": [row["remarks"]] if row["remarks"] else [],
        }
        for identifier in row["identifiers"]:
            kind, _, number = identifier.partition(":")
            home = next((name for name, short in _NUMBERS.items() if short == kind), None)
            # a number of a kind that has no property of its own keeps its kind before it
            properties.setdefault(home or "idNumber", []).append(number if home else identifier)
        yield _line(key, _SCHEMA.get(row["kind"] or "", "LegalEntity"), row["name"], properties, found.id)
        listing = {
            "entity": [key],
            "authority": [found.title],
            "program": [tag for tag in row["tags"] if tag != found.id],
            "startDate": [row["from"].isoformat()] if row["from"] else [],
            "endDate": [row["to"].isoformat()] if row["to"] else [],
        }
        yield _line(f"{key}-listing", "Sanction", found.title, listing, found.id)


def _line(key: str, schema: str, caption: str, properties: dict[str, list[str]], dataset: str) -> str:
    filled = {name: values for name, values in properties.items() if values}
    entity = {"id": key, "schema": schema, "caption": caption, "properties": filled, "datasets": [dataset]}
    return json.dumps(entity, ensure_ascii=False, sort_keys=True)


def export(found: PartyList, path: Path) -> None:
    """Writes the list to a file as lines of entities."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{line}\n" for line in to_lines(found))
