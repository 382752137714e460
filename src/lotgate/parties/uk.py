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


_NUMBERS = (
    ("imo number", "imo"),
    ("business registration number s", "registration"),
    ("passport number", "passport"),
    ("national identifier number", "national-id"),
)
_PLACES = ("address country", "nationality ies", "nationality", "current believed flag of ship")


def _plain(column: str) -> str:
    """A column's name without the signs and capitals in which editions of the list differ."""
    return " ".join(re.findall(r"[a-z0-9]+", column.lower()))


def _numbers(kind: str, text: str) -> list[str]:
    """Identifiers in a cell that may say more than the number: "INN 7701234567"."""
    wanted = r"\d{7}" if kind == "imo" else r"(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{4,}"
    return [f"{kind}:{found}" for found in re.findall(wanted, text)]


def _weak(strength: str) -> bool:
    return "low" in strength.lower() or "weak" in strength.lower()


def _remarks(reasons: str, parent: str, subsidiaries: str) -> str | None:
    """The statement of reasons with what the list says of owners: the only such words in any list."""
    parts = [f"parent: {parent}" if parent else "", f"subsidiaries: {subsidiaries}" if subsidiaries else "", reasons]
    return "; ".join(part for part in parts if part) or None


def from_csv(rows: Iterable[Mapping[str, Any]], as_of: date | None, source: str, sha256: str = "") -> PartyList:
    """The list in rows with `Unique ID`, `Name 1` to `Name 6`, `Name type`; its day is the latest `Last Updated`."""
    parties: dict[str, _Party] = {}
    latest: date | None = None
    count = 0
    for count, cells in enumerate(rows, start=1):
        row = {_plain(column): str(cell or "") for column, cell in cells.items()}
        party = parties.setdefault(row.get("unique id", "").strip() or f"row {count}", _Party())
        party.rows += 1
        names = [row.get(f"name {part}") for part in (1, 2, 3, 4, 5, 6)]
        party.add_name(_joined(names), row.get("name type") or "Primary Name", _weak(row.get("alias strength", "")))
        party.add_name(_joined([row.get("name non latin script")]), "Alias", False)
        party.kind = party.kind or _KIND.get(row.get("designation type", "").strip().lower())
        party.regime = party.regime or row.get("regime name", "")
        party.day = party.day or _day(row.get("date designated"))
        reasons = (row.get(key, "") for key in ("uk statement of reasons", "parent company", "subsidiaries"))
        party.remarks = party.remarks or _remarks(*reasons)
        for column in _PLACES:
            party.countries += countries_in(row.get(column, ""))
        for column, kind in _NUMBERS:
            party.identifiers += _numbers(kind, row.get(column, ""))
        latest = max(filter(None, (latest, _day(row.get("last updated")))), default=None)
    return _made(parties, latest or as_of, source, sha256, count)


def _text(node: Element, tag: str) -> str:
    return " ".join((node.findtext(tag) or "").split())


def _texts(node: Element, tag: str) -> list[str]:
    return [" ".join((part.text or "").split()) for part in node.iter(tag)]


_XML_NUMBERS = (
    ("IMONumber", "imo"),
    ("BusinessRegistrationNumber", "registration"),
    ("PassportNumber", "passport"),
    ("NationalIdentifierNumber", "national-id"),
)


def from_xml(root: Element, as_of: date | None, source: str, sha256: str = "") -> PartyList:
    """The list in a document whose root is Designations; its day is DateGenerated, else the latest LastUpdated."""
    parties: dict[str, _Party] = {}
    latest: date | None = None
    count = 0
    for count, node in enumerate(root.findall("Designation"), start=1):
        party = parties.setdefault(_text(node, "UniqueID") or f"designation {count}", _Party())
        party.rows += 1
        for name in node.findall("Names/Name"):
            parts = [_text(name, f"Name{part}") for part in (1, 2, 3, 4, 5, 6)]
            party.add_name(_joined(parts), _text(name, "NameType") or "Alias", _weak(_text(name, "AliasStrength")))
        for text in _texts(node, "NameNonLatinScript"):
            party.add_name(text, "Alias", False)
        party.kind = party.kind or _KIND.get((_text(node, "IndividualEntityShip")).lower())
        party.regime = party.regime or _text(node, "RegimeName")
        party.day = party.day or _day(_text(node, "DateDesignated"))
        owners = ("; ".join(_texts(node, tag)) for tag in ("ParentCompany", "Subsidiary"))
        party.remarks = party.remarks or _remarks(_text(node, "UKStatementofReasons"), *owners)
        for tag in ("AddressCountry", "Nationality", "CurrentBelievedFlagOfShip"):
            party.countries += [code for part in _texts(node, tag) for code in countries_in(part)]
        for tag, kind in _XML_NUMBERS:
            party.identifiers += [number for part in _texts(node, tag) for number in _numbers(kind, part)]
        latest = max(filter(None, (latest, _day(_text(node, "LastUpdated")))), default=None)
    return _made(parties, _day(_text(root, "DateGenerated")) or latest or as_of, source, sha256, count)
