"""Reads European Union listings from CSV tables transcribed from the Official Journal, one file per act; the
Commission's consolidated list is left to `eu_fsf`.

Asset-freeze rows make `eu-fsf`; Annex IV of Regulation 833/2014 `eu-833-iv`; Annex V of Regulation 765/2006
`eu-765-v`; everything else `eu-other`, told apart by its tags `eu:<act>:<annex>`. The tables record listings only:
an amending act repeats the rows it adds or replaces, and a row taken off the list is gone from the next table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lotgate.errors import Fault
from lotgate.parties.countries import countries_in
from lotgate.parties.lists import PartyList, party_list

__all__ = ["TITLES", "from_journal", "journal_day"]

TITLES = {
    "eu-fsf": "EU asset freezes (acts of the Council, from the Official Journal)",
    "eu-833-iv": "Regulation (EU) No 833/2014, Annex IV",
    "eu-765-v": "Regulation (EC) No 765/2006, Annex V",
    "eu-other": "EU financial, transport and other restrictions on named parties (from the Official Journal)",
}
_KIND = {"Person": "person", "Vessel": "vessel", "Asset": None}
_MONTHS = {
    month: number
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}


def journal_day(text: str | None) -> date | None:
    """The day written `13.7.2026`, `2026-08-07`, `14 July 2026` or `14 Jul. 2026`; None for anything else."""
    cell = (text or "").strip()
    numeric = re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", cell)
    worded = re.match(r"(\d{1,2}) ([A-Za-z]{3})[a-z]*\.? (\d{4})", cell)
    try:
        if numeric:
            return date(int(numeric[3]), int(numeric[2]), int(numeric[1]))
        if worded and worded[2].lower() in _MONTHS:
            return date(int(worded[3]), _MONTHS[worded[2].lower()], int(worded[1]))
        return date.fromisoformat(cell[:10]) if cell else None
    except ValueError:
        return None


def _list_of(row: Mapping[str, Any]) -> str:
    act, annex, measure = row.get("celex") or row.get("amendedCelex"), row.get("annex"), row.get("measure")
    if measure == "Asset freeze":
        return "eu-fsf"
    if act == "32014R0833" and annex == "IV":
        return "eu-833-iv"
    if act == "32006R0765" and annex == "V":
        return "eu-765-v"
    return "eu-other"


def _names(cell: str | None) -> list[str]:
    return [part.strip().strip('"').strip() for part in (cell or "").split(";") if part.strip(' "')]


_NUMBERS = {
    "registrationNumber": "registration",
    "taxNumber": "tax",
    "innCode": "inn",
    "ogrnCode": "ogrn",
    "leiCode": "lei",
    "swiftBic": "swift",
    "imoNumber": "imo",
    "mmsi": "mmsi",
    "passportNumber": "passport",
}


def _identifiers(row: Mapping[str, Any]) -> list[str]:
    made = []
    for column, kind in _NUMBERS.items():
        made += [f"{kind}:{number}" for number in re.findall(r"[A-Z0-9][A-Z0-9-]{5,}", str(row.get(column) or ""))]
    return list(dict.fromkeys(made))


def _countries(row: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for column in ("country", "jurisdiction", "nationality", "flag"):
        found += countries_in((row.get(column) or "")[:200])
    for address in str(row.get("address") or "").split(";"):
        # An address names its country last; a street may be named after another one.
        found += countries_in(address[-60:])[-1:]
    return list(dict.fromkeys(found))


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    act = row.get("celex") or row.get("amendedCelex")
    programme = row.get("programKey")
    start = journal_day(row.get("startDate"))
    amended = row.get("amendmentCelex")
    return {
        "entry": f"{act}-{row.get('annex')}-{row.get('recordId') or row['name']}",
        "name": str(row["name"]),
        "aliases": _names(row.get("alias")) + _names(row.get("previousName")),
        "weak_aliases": _names(row.get("weakAlias")),
        "kind": _KIND.get(str(row.get("schema")), "company"),
        "countries": _countries(row),
        "tags": [f"eu:{act}:{row.get('annex')}", f"eu:{programme}"],
        "from": start,
        "identifiers": _identifiers(row),
        "remarks": f"amended by {amended}" if amended else None,
    }


def from_journal(
    files: Iterable[tuple[str, str, Iterable[Mapping[str, Any]]]], as_of: date | None = None
) -> list[PartyList]:
    """The lists in (file name, sha256, rows) of journal tables, framework acts and amending acts together.

    A row of an amending act with act, annex, measure, name and ship number of an existing one replaces it (counted as
    merged). The day of
    all of them is that of the latest asset freeze, unless `as_of` is given: they come from one state of the Journal.
    """
    kept: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {}
    counts: dict[str, int] = {}
    faults: dict[str, list[Fault]] = {}
    sources: dict[str, list[str]] = {}
    for name, _, rows in sorted(files, key=lambda item: ("amendments" in item[0], item[0])):
        for number, row in enumerate(rows, start=1):
            list_id = _list_of(row)
            counts[list_id] = counts.get(list_id, 0) + 1
            if not (row.get("name") or "").strip():
                faults.setdefault(list_id, []).append(Fault(name, "row without a name", number, "name"))
                continue
            key: tuple[str, ...] = (
                row.get("celex") or row.get("amendedCelex") or "",
                row.get("annex") or "",
                row.get("measure") or "",
                row["name"],
                # two ships may bear one name: what has another number is another
                row.get("imoNumber") or "",
            )
            entries = kept.setdefault(list_id, {})
            if key in entries and not row.get("amendmentCelex"):
                key = (*key, name, str(number))
            entries[key] = _entry(row)
            sources.setdefault(list_id, [])
            if name not in sources[list_id]:
                sources[list_id].append(name)
    made = []
    every_row = [row for rows in kept.values() for row in rows.values()]
    day = as_of or _latest(list(kept.get("eu-fsf", {}).values())) or _latest(every_row)
    for list_id in sorted(counts):
        rows_kept = list(kept.get(list_id, {}).values())
        bad = faults.get(list_id, [])
        made.append(
            party_list(
                list_id,
                TITLES[list_id],
                rows_kept,
                day,
                "; ".join(sources.get(list_id, [])),
                counted=counts[list_id],
                merged=counts[list_id] - len(rows_kept) - len(bad),
                rejected=bad,
            )
        )
    return made


def _latest(rows: list[dict[str, Any]]) -> date | None:
    """The latest start among rows, leaving out the few that are dated far ahead of all others."""
    days = sorted(row["from"] for row in rows if row["from"])
    while len(days) > 1 and (days[-1] - days[-2]).days > 60:
        days.pop()
    return days[-1] if days else None
