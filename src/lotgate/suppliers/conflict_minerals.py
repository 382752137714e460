"""Conflict-minerals workbooks: a sheet of answers, one of smelters, often one of products.

Only the idea of the layout counts, since versions and languages differ: labels with their answer to the right, blocks
of questions with one line for each metal, and tables under heads. The first question asks what is put in on purpose or
used in making, the second what of it remains in the product. What such a workbook tells of an item is that a metal is
in it (its amount stays open), and where that metal was smelted. A declaration for the company as a whole says nothing
of single items.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from lotgate.dates import parse_day
from lotgate.errors import Fault
from lotgate.suppliers.document import Document, Paper, Share
from lotgate.suppliers.sheets import Sheet
from lotgate.suppliers.substances import rows_of
from lotgate.tables.vocabulary import ELEMENTS

__all__ = ["is_conflict_minerals", "read_conflict_minerals"]

KIND = "conflict-minerals declaration"
_DECLARATION, _SMELTERS, _PRODUCTS = ("declaration", "声明"), ("smelter", "冶炼"), ("product", "产品")
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_LONGEST = 60
"""Characters of a head; more is a sentence that explains the sheet."""
_WORDS = {row["means"]: tuple(row["words"].split(";")) for row in rows_of("conflict_words.csv")}
"""Labels, answers and metals in the languages these workbooks are filled in."""
_METALS = {word: name for name, words in _WORDS.items() if name in ELEMENTS for word in words}


def _sheet(sheets: Mapping[str, Sheet], words: tuple[str, ...], *out: str) -> Sheet | None:
    for name, rows in sheets.items():
        lowered = name.lower()
        if any(word in lowered for word in words) and not any(word in lowered for word in out):
            return rows
    return None


def is_conflict_minerals(sheets: Mapping[str, Sheet]) -> bool:
    """Whether a workbook has the sheets of a conflict-minerals declaration."""
    return _sheet(sheets, _DECLARATION) is not None and _sheet(sheets, _SMELTERS, "look", "reference") is not None


def read_conflict_minerals(path: Path, sheets: Mapping[str, Sheet]) -> Document:
    """What the workbook tells of items."""
    declared = _sheet(sheets, _DECLARATION) or []
    faults: list[Fault] = []
    supplier = _labelled(declared, _WORDS["company"])
    day = _day(path, _labelled(declared, _WORDS["day"]), faults)
    added, remains = _answers(declared)
    inside = {metal: remains.get(metal, answer) for metal, answer in added.items()}
    if not set(inside.values()) & {"yes", "no"}:
        faults.append(
            Fault(
                path.name,
                "no answer says whether a metal is used on purpose",
                expected="Yes or No beside every metal of the first question",
                message_zh="没有关于是否有意添加金属的答复",
                expected_zh="第一个问题中每种金属填“是”或“否”",
            )
        )
    smelters = _smelters(_sheet(sheets, _SMELTERS, "look", "reference") or [])
    parts = _products(_sheet(sheets, _PRODUCTS, "declaration") or [])
    shares = []
    for part in parts:
        for metal, answer in inside.items():
            if answer == "yes":
                note = "smelted in " + ", ".join(smelters[metal]) if smelters.get(metal) else ""
                paper = Paper(path.name, KIND, supplier, None, day, None, note)
                shares.append(Share(part, metal, None, paper))
    aside = (
        [] if parts else [f"{KIND} for {_labelled(declared, _WORDS['scope']) or 'the company'}: it names no product"]
    )
    said = {"no": "not used on purpose, which is not the same as none", "?": "the supplier does not know"}
    for metal, answer in inside.items():
        gone = answer == "no" and added[metal] != "no"
        why = "said not to remain in the product, which is not the same as none" if gone else said.get(answer)
        aside += [f"{metal}: {why}"] if why else []
    return Document(path.name, KIND, parts, tuple(shares), (), tuple(aside), tuple(faults), supplier)


def _labelled(rows: Sheet, labels: tuple[str, ...]) -> str | None:
    """The first filled cell to the right of a label."""
    for row in rows:
        for place, cell in enumerate(row):
            if any(cell.lower().startswith(label) for label in labels):
                found = next((after for after in row[place + 1 :] if after), None)
                if found is not None:
                    return found
    return None


def _day(path: Path, text: str | None, faults: list[Fault]) -> date | None:
    if text is None:
        return None
    for pattern in (r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{4})"):
        found = re.search(pattern, text)
        if found is None:
            continue
        year, month, day = found.groups() if found[1].isdigit() and len(found[1]) == 4 else found.groups()[::-1]
        number = int(month) if month.isdigit() else _MONTHS.find(month.lower()) // 3 + 1
        try:
            return parse_day(f"{year}-{number:02}-{int(day):02}")
        except ValueError:
            break
    faults.append(
        Fault(path.name, "the effective date cannot be read", value=text, expected="YYYY-MM-DD",
              message_zh="生效日期无法识别", expected_zh="YYYY-MM-DD")
    )  # fmt: skip
    return None


def _metal(text: str) -> str | None:
    """The element symbol of a metal named in a cell; `Tantalum`, `Gold (*)`, `钨`."""
    name = re.sub(r"[*＊()（）:：]", " ", text).strip().lower()
    return _METALS.get(name) or _METALS.get(name.split()[0] if name else "")


def _answers(rows: Sheet) -> tuple[dict[str, str], dict[str, str]]:
    """Metal to yes, no or ? under the first question, what is put in or used, and under the second, what remains.

    A metal that the first question is answered no for has no answer to the second.
    """
    blocks: list[dict[str, str]] = [{}]
    for row in rows:
        for place, cell in enumerate(row):
            metal = _metal(cell) if cell and len(cell) < 30 else None
            if metal is None:
                continue
            if metal in blocks[-1]:
                blocks.append({})
            blocks[-1][metal] = _answer(next((after for after in row[place + 1 :] if after), ""))
    added = {metal: answer for metal, answer in blocks[0].items() if answer}
    return added, {metal: answer for metal, answer in (blocks[1] if len(blocks) > 1 else {}).items() if answer}


def _answer(text: str) -> str:
    """yes, no, ? for anything else, or nothing for an empty cell."""
    first = re.split(r"[\s,;.，。；:：(（-]", text.strip().lower())[0]
    found = next((answer for answer in ("yes", "no") if first in _WORDS[answer]), "?")
    return found if text else ""


def _heads(rows: Sheet, wanted: Mapping[str, tuple[str, ...]]) -> tuple[int, dict[str, int]] | None:
    for number, row in enumerate(rows[:30]):
        places = {
            name: place
            for name, words in wanted.items()
            for place, cell in reversed(list(enumerate(row)))
            if len(cell) <= _LONGEST and any(word in cell.lower() for word in words)
        }
        if len(set(places.values())) == len(wanted):
            return number, places
    return None


def _smelters(rows: Sheet) -> dict[str, list[str]]:
    """Metal to the countries of its smelters, as written."""
    found = _heads(
        rows,
        {
            "metal": ("metal", "金属", "金屬", "금속", "métal"),
            "country": ("country", "国家", "国", "국가", "land", "pays", "país", "paese", "ülke"),
        },
    )
    countries: dict[str, set[str]] = {}
    if found is not None:
        number, places = found
        for row in rows[number + 1 :]:
            cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
            metal = _metal(cells["metal"])
            if metal and cells["country"]:
                countries.setdefault(metal, set()).add(cells["country"].title())
    return {metal: sorted(names) for metal, names in countries.items()}


def _products(rows: Sheet) -> dict[str, str]:
    found = _heads(rows, {"number": ("product number", "part number", "产品编号", "料号")})
    if found is None:
        return {}
    number, places = found
    return {
        row[places["number"]]: "" for row in rows[number + 1 :] if places["number"] < len(row) and row[places["number"]]
    }
