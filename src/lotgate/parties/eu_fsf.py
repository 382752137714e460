"""Reads the European Union's consolidated financial sanctions list as the Commission publishes it: XML 1.1 and CSV.

In the CSV a party takes many rows, for each of its names, addresses, papers and citizenships; they are joined by its
id. It parts cells by semicolons, writes days as day/month/year, and does not tell weak names from strong ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from lotgate.errors import Fault
from lotgate.parties.countries import country_code
from lotgate.parties.eu import TITLES, journal_day
from lotgate.parties.lists import PartyList, party_list

__all__ = ["from_csv", "from_xml"]

_ID = "eu-fsf"
_CLASS = {"P": "person", "E": "company", "person": "person", "enterprise": "company"}
_NUMBERS = {"regnumber": "registration", "imo": "imo", "swiftbic": "swift"}
"""Kinds of number as the Commission calls them, and as they are called here."""


@dataclass
class _Party:
    """What is said of one party, in the order of the file; `strong` and `weak` names, programmes and papers."""

    key: str
    strong: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    programmes: list[str] = field(default_factory=list)
    papers: list[tuple[str, str]] = field(default_factory=list)
    start: date | None = None
    end: date | None = None
    remarks: str | None = None
    rows: int = 1

    def entry(self) -> dict[str, Any]:
        """The entry of the list; without a name where the party has none."""
        name = next(iter([*self.strong, *self.weak]), "")
        papers = [f"{_NUMBERS.get(kind, kind)}:{number}" for kind, number in self.papers if number]
        return {
            "entry": self.key,
            "name": name,
            "aliases": [other for other in self.strong if other != name],
            "weak_aliases": [other for other in dict.fromkeys(self.weak) if other != name],
            "kind": next((_CLASS[kind] for kind in self.kinds if kind in _CLASS), None),
            "countries": list(dict.fromkeys(code for code in map(country_code, self.places) if code)),
            "tags": [f"eu:{programme}" for programme in dict.fromkeys(self.programmes) if programme],
            "from": self.start,
            "to": self.end,
            "identifiers": list(dict.fromkeys(papers)),
            "remarks": self.remarks,
        }


def _made(parties: Sequence[_Party], day: date | None, source: str, sha256: str, counted: int) -> PartyList:
    rows, faults, merged = [], [], 0
    for number, party in enumerate(parties, start=1):
        entry = party.entry()
        if entry["name"]:
            rows.append(entry)
            merged += party.rows - 1
        else:
            faults += [Fault(source, f"entity {party.key} without a name", number)] * party.rows
    return party_list(
        _ID, TITLES[_ID], rows, day, source, counted=counted, merged=merged, rejected=faults, sha256=sha256
    )


def _name(cells: Mapping[str, Any], *columns: str) -> str:
    """The whole name, or its parts where the list leaves it empty."""
    whole, *parts = (" ".join(str(cells.get(column) or "").split()) for column in columns)
    return whole or " ".join(part for part in parts if part)


def _named(node: Element) -> _Party:
    party = _Party(node.get("euReferenceNumber") or node.get("logicalId") or "")
    for alias in node.findall("nameAlias"):
        name = _name(alias.attrib, "wholeName", "firstName", "middleName", "lastName")
        if name:
            (party.strong if alias.get("strong", "true") == "true" else party.weak).append(name)
    subject = node.find("subjectType")
    if subject is not None:
        party.kinds = [subject.get("classificationCode") or "", subject.get("code") or ""]
    party.places = [
        part.get("countryIso2Code") or ""
        for tag in ("address", "citizenship", "identification")
        for part in node.findall(tag)
    ]
    party.papers = [
        (paper.get("identificationTypeCode") or "document", number or "")
        for paper in node.findall("identification")
        for number in (paper.get("number"), paper.get("latinNumber"))
    ]
    party.programmes = [part.get("programme") or "" for part in node.findall("regulation")]
    party.start, party.end = journal_day(node.get("designationDate")), journal_day(node.get("delistingDate"))
    party.remarks = node.get("designationDetails") or None
    return party


def from_xml(root: Element, as_of: date | None, source: str, sha256: str = "") -> PartyList:
    """The list in a document whose root is export (schema 1.1); its day is generationDate."""
    parties = [_named(node) for node in root.findall("sanctionEntity")]
    return _made(parties, journal_day(root.get("generationDate")) or as_of, source, sha256, len(parties))


def _day(text: str | None) -> date | None:
    """A day written day/month/year or year-month-day."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", (text or "").strip())
    return journal_day(f"{found[1]}.{found[2]}.{found[3]}" if found else text)


_PLACES = ("Address_CountryIso2Code", "Citizenship_CountryIso2Code", "Identification_CountryIso2Code")


def _add(party: _Party, row: Mapping[str, Any]) -> None:
    """Adds what one row says of its party."""
    parts = ("NameAlias_WholeName", "NameAlias_FirstName", "NameAlias_MiddleName", "NameAlias_LastName")
    if name := _name(row, *parts):
        strong = str(row.get("NameAlias_Strong") or "true").lower() == "true"
        (party.strong if strong else party.weak).append(name)
    party.kinds += [str(row.get(f"Entity_SubjectType{end}") or "") for end in ("_ClassificationCode", "")]
    party.places += [str(row.get(column) or "") for column in _PLACES]
    party.programmes.append(str(row.get("Entity_Regulation_Programme") or ""))
    kind = str(row.get("Identification_TypeCode") or "document")
    party.papers += [(kind, str(row.get(f"Identification_{part}") or "")) for part in ("Number", "LatinNumber")]
    party.start = party.start or _day(row.get("Entity_DesignationDate"))
    party.remarks = party.remarks or row.get("Entity_DesignationDetails")


def from_csv(rows: Iterable[Mapping[str, Any]], as_of: date | None, source: str, sha256: str = "") -> PartyList:
    """The list in rows with `Entity_LogicalId` and `NameAlias_WholeName`; its day is the latest fileGenerationDate."""
    parties: dict[str, _Party] = {}
    days: set[date] = set()
    count = 0
    for count, row in enumerate(rows, start=1):
        logical = str(row.get("Entity_LogicalId") or f"row {count}")
        party = parties.setdefault(logical, _Party(str(row.get("Entity_EU_ReferenceNumber") or logical), rows=0))
        party.rows += 1
        _add(party, row)
        days.update(filter(None, [_day(row.get("fileGenerationDate"))]))
    return _made(list(parties.values()), max(days, default=as_of), source, sha256, count)
