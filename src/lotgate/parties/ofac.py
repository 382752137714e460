"""Reads the files of the US Treasury (OFAC): the SDN and non-SDN CSV sets and the simple SDN.XML.

A CSV set is several files keyed by `ent_num`: primary names, other names, addresses, overflow of remarks. They have
no header; null is `-0-`; the last line is a lone 0x1A. The list a non-SDN row belongs to follows from its program.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from lotgate.errors import Fault
from lotgate.parties.countries import countries_in, country_code
from lotgate.parties.csl import LISTS
from lotgate.parties.lists import PartyList, party_list

__all__ = ["from_csv_set", "from_simple_xml", "records"]

_TITLES = dict(LISTS.values())
_KIND = {"individual": "person", "vessel": "vessel", "aircraft": "aircraft", "entity": "company"}
# Programs of the non-SDN file that stand for one list of their own; the rest are menu-based.
_PROGRAM_LIST = {
    "NS-PLC": "us-plc",
    "CMIC-EO13959": "us-cmic",
    "UKRAINE-EO13662": "us-ssi",
    "561-Related": "us-capta",
}
_QUOTED_ALIAS = re.compile(r"(?:a|f|n)\.k\.a\.,? '([^']{3,})'")


def records(text: str, columns: int) -> tuple[list[list[str | None]], list[int]]:
    """The rows of a header-less file with `-0-` as None, and the numbers of rows of another width."""
    kept, odd = [], []
    for number, row in enumerate(csv.reader(io.StringIO(text, newline="")), start=1):
        if row in ([], ["\x1a"]):
            continue
        if len(row) != columns:
            odd.append(number)
            continue
        kept.append([None if cell.strip() == "-0-" else cell.strip() for cell in row])
    return kept, odd


def _programs(cell: str | None) -> list[str]:
    return [part.strip() for part in re.split(r"\]\s*\[|;", cell or "") if part.strip()]


def _identifiers(remarks: str) -> list[str]:
    made = [f"imo:{number}" for number in re.findall(r"IMO (\d{7})", remarks)]
    made += [f"mmsi:{number}" for number in re.findall(r"MMSI (\d{9})", remarks)]
    made += [f"swift:{code}" for code in re.findall(r"SWIFT/BIC ([A-Z0-9]{8,11})", remarks)]
    made += [f"lei:{code}" for code in re.findall(r"Legal Entity Number ([A-Z0-9]{20})", remarks)]
    labels = (("Tax ID No.", "tax"), ("Registration Number", "registration"), ("Registration ID", "registration"))
    for label, kind in labels:
        made += [f"{kind}:{number}" for number in re.findall(re.escape(label) + r" ([\w-]{5,})", remarks)]
    return list(dict.fromkeys(made))


def _lists_of(programs: list[str], sdn: bool, menu_based: bool) -> list[str]:
    if sdn:
        return ["us-sdn"]
    own = [_PROGRAM_LIST[program] for program in programs if program in _PROGRAM_LIST]
    rest = [program for program in programs if program not in _PROGRAM_LIST]
    if (rest and not own) or menu_based:
        own.append("us-nsmbs")
    return list(dict.fromkeys(own)) or ["us-nsmbs"]


def _countries(parts: Iterable[str | None]) -> list[str]:
    found = []
    for part in parts:
        if part:
            code = country_code(part)
            found += [code] if code else list(countries_in(part))
    return list(dict.fromkeys(found))


def _group(rows: Iterable[list[str | None]], key: int = 0) -> dict[str, list[list[str | None]]]:
    grouped: dict[str, list[list[str | None]]] = {}
    for row in rows:
        grouped.setdefault(row[key] or "", []).append(row)
    return grouped


def from_csv_set(
    texts: Mapping[str, str], *, sdn: bool, as_of: date | None, source: str, sha256: str = ""
) -> list[PartyList]:
    """The lists in one CSV set: `texts` has `primary` and, where at hand, `alt`, `add`, `comments`.

    A non-SDN row may stand on two lists; `rows` then counts it on each.
    """
    primary, odd = records(texts["primary"], 12)
    alt = _group(records(texts.get("alt", ""), 5)[0])
    add = _group(records(texts.get("add", ""), 6)[0])
    comments = {row[0]: row[1] or "" for row in records(texts.get("comments", ""), 2)[0]}
    by_list: dict[str, list[dict[str, Any]]] = {}
    faults = [Fault(source, "row has not the 12 columns of the layout", number) for number in odd]
    for number, row in enumerate(primary, start=1):
        key = row[0] or ""
        if not row[1]:
            faults.append(Fault(source, "row without a name", number, "SDN_Name"))
            continue
        remarks = (row[11] or "") + comments.get(key, "")
        programs = _programs(row[3])
        quoted = _QUOTED_ALIAS.findall(remarks)
        where = _countries([line[4] for line in add.get(key, [])])
        where += _countries(re.findall(r"(?:nationality|citizen) ([A-Z][A-Za-z ,]+?)(?:;|\.)", remarks))
        for list_id in _lists_of(programs, sdn, "NS-MBS" in remarks or "menu-based" in remarks.lower()):
            by_list.setdefault(list_id, []).append(
                {
                    "entry": key,
                    "name": row[1],
                    "aliases": [line[3] for line in alt.get(key, []) if line[3]],
                    "weak_aliases": quoted,
                    "kind": _KIND.get((row[2] or "entity").lower(), "company"),
                    "countries": list(dict.fromkeys(where)),
                    "tags": [f"{list_id}:{program}" for program in programs],
                    "identifiers": _identifiers(remarks),
                    "remarks": remarks or None,
                }
            )
    first = "us-sdn" if sdn else min(by_list, default="us-nsmbs")
    by_list.setdefault(first, [])
    return [
        party_list(
            key, _TITLES[key], by_list[key], as_of, source, rejected=faults if key == first else (), sha256=sha256
        )
        for key in sorted(by_list)
    ]


def _text(node: Element | None, tag: str) -> str:
    return "" if node is None else (node.findtext(f"{{*}}{tag}") or "").strip()


def _xml_name(node: Element) -> str:
    first, last = _text(node, "firstName"), _text(node, "lastName")
    return f"{last}, {first}" if first and last else last or first


def _published(root: Element) -> date | None:
    """The day in `Publish_Date`, written month/day/year."""
    found = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", (root.findtext(".//{*}Publish_Date") or "").strip())
    return date(int(found[3]), int(found[1]), int(found[2])) if found else None


def from_simple_xml(root: Element, as_of: date | None, source: str, sha256: str = "") -> list[PartyList]:
    """The list in SDN.XML (or CONSOLIDATED.XML): `sdnList` with `sdnEntry` elements."""
    non_sdn = _is_non_sdn(root)
    first = "us-nsmbs" if non_sdn else "us-sdn"
    by_list: dict[str, list[dict[str, Any]]] = {first: []}
    faults = []
    for number, node in enumerate(root.findall("{*}sdnEntry"), start=1):
        name = _xml_name(node)
        if not name:
            faults.append(Fault(source, "entry without a name", number))
            continue
        programs = _xml_programs(node)
        strong: list[str] = []
        weak: list[str] = []
        for alias in node.findall("{*}akaList/{*}aka"):
            (weak if _text(alias, "category") == "weak" else strong).append(_xml_name(alias))
        numbers = [
            f"{re.sub(r'[^a-z]+', '-', _text(item, 'idType').lower()).strip('-')}:{_text(item, 'idNumber')}"
            for item in node.findall("{*}idList/{*}id")
            if _text(item, "idNumber")
        ]
        imo = [f"imo:{digits}" for item in numbers for digits in re.findall(r"IMO (\d{7})", item)]
        places = [_text(item, "country") for item in node.iter() if item.tag.rsplit("}", 1)[-1] in _PLACES]
        entry = {
            "entry": _text(node, "uid"),
            "name": name,
            "aliases": strong,
            "weak_aliases": weak,
            "kind": _KIND.get(_text(node, "sdnType").lower(), "company"),
            "countries": _countries(places),
            "identifiers": imo + [item for item in numbers if "IMO " not in item],
            "remarks": _text(node, "remarks") or None,
        }
        for list_id in _lists_of(programs, not non_sdn, False):
            tags = [f"{list_id}:{program}" for program in programs]
            by_list.setdefault(list_id, []).append({**entry, "tags": tags})
    day = _published(root) or as_of
    return [
        party_list(key, _TITLES[key], rows, day, source, rejected=faults if key == first else (), sha256=sha256)
        for key, rows in sorted(by_list.items())
        if rows or faults
    ]


_PLACES = frozenset({"address", "nationality", "citizenship"})


def _xml_programs(node: Element) -> list[str]:
    return [(item.text or "").strip() for item in node.findall("{*}programList/{*}program")]


def _is_non_sdn(root: Element) -> bool:
    """True for CONSOLIDATED.XML, which has the same root as SDN.XML: told by programs that no SDN entry has."""
    only_there = {"NS-PLC", "CMIC-EO13959", "561-Related"}
    return any(only_there & set(_xml_programs(node)) for node in root.findall("{*}sdnEntry"))
