"""Reads SDN_ENHANCED.XML and CONS_ENHANCED.XML of the US Treasury (OFAC), the fullest of its layouts.

An entity carries its lists with their days, its programmes, its names in every script, papers, addresses and features;
what a feature says may stand in the reference values at the head.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from lotgate.errors import Fault
from lotgate.parties.advanced import KINDS, list_named
from lotgate.parties.countries import country_code
from lotgate.parties.csl import LISTS
from lotgate.parties.lists import PartyList, party_list

__all__ = ["from_xml"]

_TITLES = dict(LISTS.values())
_PLACE_FEATURES = ("Nationality Country", "Citizenship Country", "Vessel Flag")


def _text(node: Element, path: str) -> str:
    return " ".join((node.findtext(path) or "").split())


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _names(entity: Element) -> tuple[str, list[str], list[str]]:
    """The primary name in Latin letters where there is one, and strong and weak other names."""
    primary, strong, weak = list[tuple[bool, str]](), list[str](), list[str]()
    for name in entity.findall("names/name"):
        low = _text(name, "isLowQuality") == "true"
        for written in name.findall("translations/translation"):
            parts = (_text(part, "value") for part in written.findall("nameParts/namePart"))
            text = _text(written, "formattedFullName") or " ".join(part for part in parts if part)
            if text and _text(name, "isPrimary") == "true":
                primary.append((_text(written, "script") not in ("", "Latin"), text))
            elif text:
                (weak if low else strong).append(text)
    ranked = [text for _, text in sorted(primary, key=lambda one: one[0])] or strong[:1] or weak[:1]
    others = [*ranked[1:], *strong]
    return next(iter(ranked), ""), [text for text in others if text not in ranked[:1]], weak


def _identifiers(entity: Element) -> list[str]:
    made = []
    for paper in entity.findall("identityDocuments/identityDocument"):
        number, kind = _text(paper, "documentNumber"), _text(paper, "type").lower() or "document"
        ship = re.search(r"IMO\D{0,3}(\d{7})", number)
        if number:
            made.append(f"imo:{ship[1]}" if ship else f"{re.sub(r'[^a-z]+', '-', kind).strip('-')}:{number}")
    return list(dict.fromkeys(made))


def _countries(entity: Element, references: Mapping[str, str]) -> list[str]:
    named = [_text(place, "country") for place in entity.findall("addresses/address")]
    for feature in entity.findall("features/feature"):
        if _text(feature, "type") in _PLACE_FEATURES:
            named.append(_text(feature, "value") or references.get(_text(feature, "valueRefId"), ""))
    return list(dict.fromkeys(code for code in map(country_code, filter(None, named)) if code))


def _lists(entity: Element, home: str) -> list[tuple[str, date | None]]:
    """The lists the entity stands on, each with the day it was put there."""
    found = [
        (list_named(" ".join((node.text or "").split())), _day(node.get("datePublished")))
        for node in entity.findall("sanctionsLists/sanctionsList")
    ]
    return list(dict(found).items()) or [(home, None)]


def _entry(entity: Element, references: Mapping[str, str]) -> dict[str, Any]:
    name, strong, weak = _names(entity)
    return {
        "entry": entity.get("id"),
        "name": name,
        "aliases": strong,
        "weak_aliases": weak,
        "kind": KINDS.get(_text(entity, "generalInfo/entityType").lower()),
        "countries": _countries(entity, references),
        "identifiers": _identifiers(entity),
        "remarks": _text(entity, "generalInfo/remarks") or None,
    }


def _programmes(entity: Element) -> Iterable[str]:
    texts = (" ".join((node.text or "").split()) for node in entity.findall("sanctionsPrograms/sanctionsProgram"))
    return dict.fromkeys(text for text in texts if text)


def from_xml(root: Element, as_of: date | None, source: str, sha256: str = "") -> list[PartyList]:
    """The lists in a document whose root is sanctionsData; its day is dataAsOf."""
    references = {
        node.get("refId") or "": _text(node, "value") for node in root.findall("referenceValues/referenceValue")
    }
    published = [node.text or "" for node in root.findall("publicationInfo//sanctionsList")]
    home = list_named(published[0]) if published else "us-sdn"
    rows: dict[str, list[dict[str, Any]]] = {}
    faults = []
    for number, entity in enumerate(root.findall("entities/entity"), start=1):
        made = _entry(entity, references)
        if not made["name"]:
            faults.append(Fault(source, f"entity {made['entry']} without a name", number))
            continue
        for list_id, day in _lists(entity, home):
            tags = [f"{list_id}:{programme}" for programme in _programmes(entity)]
            rows.setdefault(list_id, []).append({**made, "tags": tags, "from": day})
    day = _day(_text(root, "publicationInfo/dataAsOf")) or as_of
    first = min(rows, default=home)
    rows.setdefault(first, [])
    return [
        party_list(key, _TITLES[key], rows[key], day, source, rejected=faults if key == first else (), sha256=sha256)
        for key in sorted(rows)
    ]
