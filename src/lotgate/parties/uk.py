"""Reads the UK Sanctions List (FCDO): CSV and XML. One party takes several rows or names; they are joined by its id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from lotgate.errors import Fault
from lotgate.parties.countries import countries_in
from lotgate.parties.lists import PartyList, party_list

__all__ = ["from_csv", "from_xml"]

_TITLE = "UK Sanctions List"
_KIND = {"individual": "person", "entity": "company", "ship": "vessel"}


def _day(text: str | None) -> date | None:
    """A day written day/month/year or year-month-day."""
    found = re.match(r"(\d{1,2})/(\d{1,2})/(\d{4})", text or "")
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _joined(names: Iterable[str | None]) -> str:
    return " ".join(" ".join(name for name in names if name).split())


class _Party:
    """One party as its rows come in."""

    def __init__(self) -> None:
        self.primary = ""
        self.strong: list[str] = []
        self.weak: list[str] = []
        self.countries: list[str] = []
        self.identifiers: list[str] = []
        self.kind: str | None = None
        self.regime = ""
        self.day: date | None = None
        self.remarks: str | None = None
        self.rows = 0

    def add_name(self, name: str, kind: str, weak: bool) -> None:
        if not name:
            return
        if kind.lower() == "primary name" and not self.primary:
            self.primary = name
        else:
            (self.weak if weak else self.strong).append(name)

    def row(self, key: str) -> dict[str, Any]:
        names = [name for name in (self.primary, *self.strong) if name]
        return {
            "entry": key,
            "name": names[0] if names else "",
            "aliases": names[1:],
            "weak_aliases": self.weak,
            "kind": self.kind,
            "countries": list(dict.fromkeys(self.countries)),
            "tags": [f"uk:{self.regime}"] if self.regime else [],
            "from": self.day,
            "identifiers": list(dict.fromkeys(self.identifiers)),
            "remarks": self.remarks,
        }


def _made(parties: Mapping[str, _Party], day: date | None, source: str, sha256: str, counted: int) -> PartyList:
    rows, faults, merged = [], [], 0
    for number, (key, party) in enumerate(parties.items(), start=1):
        row = party.row(key)
        if row["name"]:
            rows.append(row)
            merged += party.rows - 1
        else:
            faults += [Fault(source, f"party {key} without a name", number)] * party.rows
    return party_list(
        "uk-sl", _TITLE, rows, day, source, counted=counted, merged=merged, rejected=faults, sha256=sha256
    )


def from_csv(rows: Iterable[Mapping[str, Any]], as_of: date | None, source: str, sha256: str = "") -> PartyList:
    """The list in rows with `Unique ID`, `Name 1` to `Name 6`, `Name type`; its day is the latest `Last Updated`."""
    parties: dict[str, _Party] = {}
    latest: date | None = None
    count = 0
    for count, row in enumerate(rows, start=1):
        party = parties.setdefault(str(row.get("Unique ID") or f"row {count}"), _Party())
        party.rows += 1
        names = [row.get(f"Name {part}") for part in (1, 2, 3, 4, 5, 6)]
        weak = (
            "low" in str(row.get("Alias strength") or "").lower()
            or "weak" in str(row.get("Alias strength") or "").lower()
        )
        party.add_name(_joined(names), str(row.get("Name type") or "Primary Name"), weak)
        party.add_name(_joined([row.get("Name non-latin script")]), "Alias", False)
        party.kind = party.kind or _KIND.get(str(row.get("Designation Type") or "").lower())
        party.regime = party.regime or str(row.get("Regime Name") or "")
        party.day = party.day or _day(row.get("Date Designated"))
        party.remarks = party.remarks or row.get("UK Statement of Reasons")
        for column in ("Address Country", "Nationality(/ies)", "Nationality", "Current believed flag of ship"):
            party.countries += countries_in(str(row.get(column) or ""))
        for column, kind in (("IMO number", "imo"), ("Business registration number (s)", "registration")):
            party.identifiers += [
                f"{kind}:{found}" for found in re.findall(r"[A-Z0-9-]{5,}", str(row.get(column) or ""))
            ]
        updated = _day(row.get("Last Updated"))
        latest = max(filter(None, (latest, updated)), default=None)
    return _made(parties, latest or as_of, source, sha256, count)


def _text(node: Element, tag: str) -> str:
    return " ".join((node.findtext(tag) or "").split())


def from_xml(root: Element, as_of: date | None, source: str, sha256: str = "") -> PartyList:
    """The list in a document whose root is Designations; its day is DateGenerated."""
    parties: dict[str, _Party] = {}
    count = 0
    for count, node in enumerate(root.findall("Designation"), start=1):
        party = parties.setdefault(_text(node, "UniqueID") or f"designation {count}", _Party())
        party.rows += 1
        for name in node.iter("Name"):
            parts = [_text(name, f"Name{part}") for part in (1, 2, 3, 4, 5, 6)]
            party.add_name(_joined(parts), _text(name, "NameType"), False)
        for name in node.iter("NonLatinName"):
            party.add_name(_text(name, "NameNonLatinScript"), "Alias", False)
        party.kind = _KIND.get((_text(node, "IndividualEntityShip")).lower())
        party.regime = _text(node, "RegimeName")
        party.day = _day(_text(node, "DateDesignated"))
        party.remarks = _text(node, "UKStatementofReasons") or None
        for tag in ("AddressCountry", "Nationality", "CurrentBelievedFlagOfShip"):
            party.countries += [code for part in node.iter(tag) for code in countries_in(part.text or "")]
        party.identifiers += [f"imo:{(part.text or '').strip()}" for part in node.iter("IMONumber") if part.text]
    return _made(parties, _day(_text(root, "DateGenerated")) or as_of, source, sha256, count)
