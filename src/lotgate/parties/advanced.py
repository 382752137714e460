"""Reads SDN_ADVANCED.XML and CONS_ADVANCED.XML of the US Treasury (OFAC): reference sets, parties, sanctions entries.

Names are documented names of aliases, in parts typed by name-part groups; the list, programs and day come from the
sanctions entry of the profile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from lotgate.errors import Fault
from lotgate.parties.countries import country_code
from lotgate.parties.csl import LISTS
from lotgate.parties.lists import PartyList, party_list

__all__ = ["KINDS", "from_xml", "list_named"]

_TITLES = dict(LISTS.values())
KINDS = {"individual": "person", "entity": "company", "vessel": "vessel", "aircraft": "aircraft"}
# Words in the names of the authority's lists, and the list each stands for.
_LIST_WORDS = (
    ("SDN List", "us-sdn"),
    ("Sectoral", "us-ssi"),
    ("Palestinian", "us-plc"),
    ("Military-Industrial", "us-cmic"),
    ("CMIC", "us-cmic"),
    ("Menu", "us-nsmbs"),
    ("CAPTA", "us-capta"),
    ("561", "us-capta"),
)


@dataclass(frozen=True)
class _References:
    """Reference values by set and id, countries of locations and numbers of identity documents."""

    sets: Mapping[str, Mapping[str, str]]
    places: Mapping[str, str]
    papers: Mapping[str, list[str]]

    def name(self, kind: str, key: str | None) -> str:
        return self.sets.get(kind, {}).get(key or "", "")


def _plain(node: Element) -> str:
    return node.tag.rsplit("}", 1)[-1]


def _date(node: Element | None) -> date | None:
    """The day in a Date element of Year, Month and Day."""
    if node is None:
        return None
    parts = [(node.findtext(f"{{*}}{part}") or "").strip() for part in ("Year", "Month", "Day")]
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None


def _references(root: Element) -> _References:
    sets: dict[str, dict[str, str]] = {}
    for group in root.findall("{*}ReferenceValueSets/*"):
        for value in group:
            # an area is described by the country it lies in; its text is a code of the authority's own
            code = value.get("ISO2") or value.get("Description") or (value.text or "").strip()
            sets.setdefault(_plain(value), {})[value.get("ID") or ""] = code
            if _plain(value) == "PartySubType":
                sets.setdefault("TypeOfSubType", {})[value.get("ID") or ""] = value.get("PartyTypeID") or ""
    places = {}
    for place in root.findall("{*}Locations/{*}Location"):
        node, area = place.find("{*}LocationCountry"), place.find("{*}LocationAreaCode")
        found = sets.get("Country", {}).get(node.get("CountryID") or "", "") if node is not None else ""
        if not found and area is not None:
            found = sets.get("AreaCode", {}).get(area.get("AreaCodeID") or "", "")
        if country := country_code(found):
            places[place.get("ID") or ""] = country
    papers: dict[str, list[str]] = {}
    for paper in root.findall("{*}IDRegDocuments/{*}IDRegDocument"):
        number = (paper.findtext("{*}IDRegistrationNo") or "").strip()
        kind = sets.get("IDRegDocType", {}).get(paper.get("IDRegDocTypeID") or "", "document")
        if number:
            imo = re.search(r"IMO\D{0,3}(\d{7})", number)
            made = f"imo:{imo[1]}" if imo else f"{kind.lower().replace(' ', '-').rstrip('.')}:{number}"
            papers.setdefault(paper.get("IdentityID") or "", []).append(made)
    return _References(sets, places, papers)


def _documented(name: Element, groups: Mapping[str, str]) -> str:
    """A name in one line, "Last, First" for a person, as the other files of the authority write it."""
    parts: dict[str, list[str]] = {}
    for value in name.iter():
        if _plain(value) == "NamePartValue" and (value.text or "").strip():
            parts.setdefault(groups.get(value.get("NamePartGroupID") or "", ""), []).append((value.text or "").strip())
    last = " ".join(parts.pop("Last Name", []))
    rest = " ".join(text for texts in parts.values() for text in texts)
    return f"{last}, {rest}" if last and rest else last or rest


def _names(identity: Element, references: _References) -> tuple[str, list[str], list[str]]:
    """The primary name, strong and weak other names."""
    groups = {
        group.get("ID") or "": references.name("NamePartType", group.get("NamePartTypeID"))
        for group in identity.iter()
        if _plain(group) == "NamePartGroup"
    }
    primary, strong, weak = "", list[str](), list[str]()
    for alias in identity.findall("{*}Alias"):
        for documented in alias.findall("{*}DocumentedName"):
            text = _documented(documented, groups)
            if not text:
                continue
            if alias.get("Primary") == "true" and not primary:
                primary = text
            else:
                (weak if alias.get("LowQuality") == "true" else strong).append(text)
    return primary or (strong.pop(0) if strong else ""), strong, weak


def list_named(name: str) -> str:
    """The id of a list by the name the authority gives it."""
    return next((list_id for word, list_id in _LIST_WORDS if word.lower() in name.lower()), "us-nsmbs")


def _entries(root: Element, references: _References) -> dict[str, list[tuple[str, list[str], date | None]]]:
    """By profile: list, programs and day of every sanctions entry."""
    found: dict[str, list[tuple[str, list[str], date | None]]] = {}
    for entry in root.findall("{*}SanctionsEntries/{*}SanctionsEntry"):
        programs = [
            (measure.findtext("{*}Comment") or "").strip()
            for measure in entry.findall("{*}SanctionsMeasure")
            if references.name("SanctionsType", measure.get("SanctionsTypeID")) == "Program"
        ]
        day = _date(entry.find("{*}EntryEvent/{*}Date"))
        key = entry.get("ProfileID") or ""
        on = list_named(references.name("List", entry.get("ListID")))
        found.setdefault(key, []).append((on, [name for name in programs if name], day))
    return found


def _profile(profile: Element, references: _References) -> dict[str, Any]:
    identity = profile.find("{*}Identity")
    name, strong, weak = _names(identity, references) if identity is not None else ("", [], [])
    subtype = references.name("PartySubType", profile.get("PartySubTypeID")).lower()
    if subtype in ("", "unknown"):
        whole = references.name("TypeOfSubType", profile.get("PartySubTypeID"))
        subtype = references.name("PartyType", whole).lower()
    countries = [
        references.places[place.get("LocationID") or ""]
        for place in profile.iter()
        if _plain(place) == "VersionLocation" and (place.get("LocationID") or "") in references.places
    ]
    papers = references.papers.get((identity.get("ID") or "") if identity is not None else "", [])
    return {
        "entry": profile.get("ID"),
        "name": name,
        "aliases": strong,
        "weak_aliases": weak,
        "kind": KINDS.get(subtype),
        "countries": list(dict.fromkeys(countries)),
        "identifiers": papers,
    }


def from_xml(root: Element, as_of: date | None, source: str, sha256: str = "") -> list[PartyList]:
    """The lists in a document whose root is Sanctions; its day is DateOfIssue."""
    references = _references(root)
    entries = _entries(root, references)
    rows: dict[str, list[dict[str, Any]]] = {}
    faults: list[Fault] = []
    named = sorted({list_id for found in entries.values() for list_id, _, _ in found})
    home = named[0] if len(named) == 1 else "us-sdn"
    for number, profile in enumerate(root.findall("{*}DistinctParties/{*}DistinctParty/{*}Profile"), start=1):
        made = _profile(profile, references)
        if not made["name"]:
            faults.append(Fault(source, f"profile {made['entry']} without a name", number))
            continue
        for list_id, programs, day in entries.get(str(made["entry"]), [(home, [], None)]):
            tags = [f"{list_id}:{program}" for program in programs]
            rows.setdefault(list_id, []).append({**made, "tags": tags, "from": day})
    day = _date(root.find("{*}DateOfIssue")) or as_of
    first = min(rows, default="us-sdn")
    rows.setdefault(first, [])
    return [
        party_list(key, _TITLES[key], rows[key], day, source, rejected=faults if key == first else (), sha256=sha256)
        for key in sorted(rows)
    ]
