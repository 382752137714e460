"""Reads the US Consolidated Screening List: the official CSV and JSON, and the re-cut CSV with list codes.

One file gives every list it merges. Layouts: trade.gov, "Consolidated Screening List" (bulk files).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lotgate.errors import Fault
from lotgate.parties.countries import countries_in, country_code
from lotgate.parties.entity_list import footnotes, policy_tag, requirement_tags, split_name
from lotgate.parties.lists import PartyList, party_list

__all__ = ["LISTS", "from_csv", "from_json", "list_id_of"]

LISTS = {
    "EL": ("us-entity-list", "Entity List (15 CFR 744 Supp. 4)"),
    "DPL": ("us-dpl", "Denied Persons List"),
    "UVL": ("us-uvl", "Unverified List (15 CFR 744 Supp. 6)"),
    "MEU": ("us-meu", "Military End User List (15 CFR 744 Supp. 7)"),
    "SDN": ("us-sdn", "Specially Designated Nationals and Blocked Persons List"),
    "CMIC": ("us-cmic", "Non-SDN Chinese Military-Industrial Complex Companies List"),
    "SSI": ("us-ssi", "Sectoral Sanctions Identifications List"),
    "CAP": ("us-capta", "Correspondent Account or Payable-Through Account Sanctions List"),
    "NS-MBS": ("us-nsmbs", "Non-SDN Menu-Based Sanctions List"),
    "PLC": ("us-plc", "Palestinian Legislative Council List"),
    "ISN": ("us-isn", "Nonproliferation Sanctions"),
    "DTC": ("us-dtc", "ITAR Debarred (AECA)"),
}
_KIND = {"entity": "company", "individual": "person", "vessel": "vessel", "aircraft": "aircraft"}
_CODE = re.compile(r"\(([A-Z-]+)(?: List)?\)")


def list_id_of(source: str, code: str = "") -> str | None:
    """The id of the list a `source` text (or a list code) names; None if it is none of the merged lists."""
    if code in LISTS:
        return LISTS[code][0]
    for found in _CODE.findall(source):
        if found in LISTS:
            return LISTS[found][0]
    return None


_TITLES = dict(LISTS.values())


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def _names(cell: Any) -> list[str]:
    if not cell:
        return []
    return [str(part).strip() for part in (cell if isinstance(cell, list) else str(cell).split("; "))]


def _csv_countries(row: Mapping[str, Any]) -> list[str]:
    """Countries of the addresses: the re-cut file gives codes, the official CSV ends each address with one."""
    if row.get("address_countries"):
        return str(row["address_countries"]).split()
    ends = [part.rsplit(",", 1)[-1].strip() for part in str(row.get("addresses") or "").split(";")]
    found = [code for code in (country_code(end) for end in ends if len(end) == 2) if code]
    found += [code for part in str(row.get("nationalities") or "").split(";") for code in countries_in(part)]
    return list(dict.fromkeys(found))


def _identifiers(cell: Any) -> list[str]:
    """`imo:9123456` and the like from the official `ids` cell, whose parts read `CC, number, type`."""
    parts = _names(cell)
    made = []
    for part in parts:
        pieces = [piece.strip() for piece in part.split(", ")]
        if "IMO " in part:
            made += [f"imo:{number}" for number in re.findall(r"IMO (\d{7})", part)]
        elif len(pieces) >= 2 and re.search(r"\d{4}", pieces[-2]):
            kind = re.sub(r"[^a-z]+", "-", pieces[-1].lower()).strip("-")
            made.append(f"{kind}:{pieces[-2]}")
    return made


def _entity_list_row(row: Mapping[str, Any], made: dict[str, Any]) -> None:
    own, further, parent = split_name(made["name"])
    made["name"], made["aliases"] = own, [*further, *made["aliases"]]
    notes = [row.get("federal_register_notice"), f"under {parent}" if parent else None, row.get("license_requirement")]
    made["remarks"] = "; ".join(note for note in notes if note) or None
    requirement = row.get("license_requirement") or ""
    marks = footnotes(requirement, row.get("footnotes_derived") or "")
    made["tags"] += [f"us-el:{mark}" for mark in marks]
    made["tags"] += [*requirement_tags(requirement), policy_tag(row.get("license_policy") or "")]
    if re.fullmatch(r"Address \d+", own):
        # BIS lists some addresses as such; any firm at them is caught, whatever its name.
        made["kind"] = "address"
        made["tags"].append("us-el:address")


def _entry(row: Mapping[str, Any], list_id: str) -> dict[str, Any]:
    programs = _names(row.get("programs"))
    made: dict[str, Any] = {
        "entry": row.get("entity_number"),
        "name": str(row["name"]),
        "aliases": _names(row.get("alt_names")),
        "kind": _KIND.get(str(row.get("type") or "").lower()),
        "countries": _csv_countries(row),
        "tags": [f"{list_id}:{program}" for program in programs],
        "from": _day(row.get("start_date")),
        "to": _day(row.get("end_date")),
        "identifiers": _identifiers(row.get("ids")),
        "remarks": row.get("remarks") or row.get("federal_register_notice"),
    }
    if list_id == "us-entity-list":
        _entity_list_row(row, made)
    return made


def _collect(
    rows: Iterable[Mapping[str, Any]], as_of: date | None, source: str, sha256: str
) -> tuple[list[PartyList], list[Fault]]:
    """Lists by id and the rows that belong to none, each named."""
    by_list: dict[str, list[dict[str, Any]]] = {}
    faults: dict[str, list[Fault]] = {}
    lost: list[Fault] = []
    for number, row in enumerate(rows, start=1):
        list_id = list_id_of(str(row.get("source") or ""), str(row.get("list_code") or ""))
        if list_id is None:
            lost.append(Fault(source, "row names no list known here", number, "source", str(row.get("source"))))
        elif not str(row.get("name") or "").strip():
            faults.setdefault(list_id, []).append(Fault(source, "row without a name", number, "name"))
        else:
            by_list.setdefault(list_id, []).append(_entry(row, list_id))
    made = [
        party_list(key, _TITLES[key], by_list.get(key, []), as_of, source, rejected=faults.get(key, ()), sha256=sha256)
        for key in sorted(by_list.keys() | faults.keys())
    ]
    return made, lost


def from_csv(
    rows: Iterable[Mapping[str, Any]], as_of: date | None, source: str, sha256: str = ""
) -> tuple[list[PartyList], list[Fault]]:
    """The lists in rows of the CSV (either layout), and faults for rows of no known list."""
    return _collect(rows, as_of, source, sha256)


def _flatten(record: Mapping[str, Any]) -> dict[str, Any]:
    flat = dict(record)
    flat["programs"] = "; ".join(record.get("programs") or [])
    where = [address.get("country") for address in record.get("addresses") or [] if isinstance(address, dict)]
    where += list(record.get("nationalities") or [])
    flat["address_countries"] = " ".join(dict.fromkeys(code for code in where if code and len(code) == 2))
    flat["ids"] = [
        f"{item.get('country') or ''}, {item.get('number') or ''}, {item.get('type') or ''}"
        for item in record.get("ids") or []
        if isinstance(item, dict)
    ]
    return flat


def from_json(
    content: Mapping[str, Any], as_of: date | None, source: str, sha256: str = ""
) -> tuple[list[PartyList], list[Fault]]:
    """The lists in the bulk JSON: an object with `results`."""
    return _collect((_flatten(record) for record in content["results"]), as_of, source, sha256)
