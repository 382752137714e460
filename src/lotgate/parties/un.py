"""Reads the United Nations Security Council consolidated list (official XML)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from lotgate.errors import Fault
from lotgate.parties.countries import countries_in
from lotgate.parties.lists import PartyList, party_list

__all__ = ["from_xml"]

_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def _text(node: Element, tag: str) -> str:
    return " ".join((node.findtext(tag) or "").split())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _aliases(node: Element, kind: str) -> tuple[list[str], list[str]]:
    """Strong and weak other names; the list calls weak ones `Low` quality."""
    strong, weak = [_text(node, "NAME_ORIGINAL_SCRIPT")], [""]
    for alias in node.findall(f"{kind}_ALIAS"):
        (weak if _text(alias, "QUALITY") == "Low" else strong).append(_text(alias, "ALIAS_NAME"))
    return [name for name in strong if name], [name for name in weak if name]


def _entry(node: Element, kind: str, name: str) -> dict[str, Any]:
    strong, weak = _aliases(node, kind)
    where = [_text(address, "COUNTRY") for address in node.findall(f"{kind}_ADDRESS")]
    where += [(value.text or "") for value in node.findall("NATIONALITY/VALUE")]
    papers = [_text(paper, "NUMBER") for paper in node.findall("INDIVIDUAL_DOCUMENT")]
    comments = _text(node, "COMMENTS1")
    numbers = [f"imo:{number}" for number in re.findall(r"IMO (?:number:? )?(\d{7})", comments)]
    numbers += [f"document:{number}" for number in papers if re.search(r"\d{4}", number)]
    return {
        "entry": _text(node, "REFERENCE_NUMBER") or _text(node, "DATAID"),
        "name": name,
        "aliases": strong,
        "weak_aliases": weak,
        "kind": "person" if kind == "INDIVIDUAL" else None,
        "countries": list(dict.fromkeys(code for text in where if text for code in countries_in(text))),
        "tags": [f"un:{_text(node, 'UN_LIST_TYPE')}"],
        "from": _day(_text(node, "LISTED_ON")),
        "identifiers": numbers,
        "remarks": comments[:500] or None,
    }


def from_xml(root: Element, source: str, sha256: str = "") -> list[PartyList]:
    """The list in a document whose root is CONSOLIDATED_LIST; its day is `dateGenerated`."""
    rows, faults, count = [], [], 0
    for kind in ("INDIVIDUAL", "ENTITY"):
        for node in root.iter(kind):
            count += 1
            name = " ".join(part for part in (_text(node, tag) for tag in _PARTS) if part)
            if name:
                rows.append(_entry(node, kind, name))
            else:
                faults.append(Fault(source, f"{kind} {_text(node, 'DATAID')} without a name", count))
    title = "United Nations Security Council Consolidated List"
    day = _day(root.get("dateGenerated") or "")
    return [party_list("un-sc", title, rows, day, source, rejected=faults, sha256=sha256)]
