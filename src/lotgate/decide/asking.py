"""Which questions to suppliers can change an answer, and how many shipments each settles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from lotgate.decide.check import Decisions
from lotgate.errors import Fault, InputError
from lotgate.facts.questions import EMPTY
from lotgate.law import Text
from lotgate.suppliers.questionnaire import CHIP_FACTS, Open, write_questionnaire
from lotgate.tables.vocabulary import PIECE, UNITS

__all__ = ["Asking", "Question", "ask_suppliers", "questions"]

NOBODY = "no-supplier"
"""File of the questions about items for which no supplier is named."""
CELLS = frozenset(
    ("made_in", "origin", "cn_code", "us_code", "eu_code", "nl_code", "jp_code", "technology", "contains_us_ic")
) | {"stage", "unit_value", "currency", "unit_mass_kg"}


@dataclass(frozen=True)
class Question:
    """A fact of an item that is open, the lines it keeps open, and how many of them it settles by itself."""

    item: str
    fact: str
    text: Text
    lines: tuple[str, ...]
    alone: int
    weight: float
    """Lines, each divided among the answers it waits for."""
    suppliers: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "item": self.item,
            "fact": self.fact,
            "question": self.text.en,
            "question_zh": self.text.zh,
            "suppliers": list(self.suppliers),
            "lines": list(self.lines),
            "settles_alone": self.alone,
            "share_of_lines": round(self.weight, 6),
        }


@dataclass(frozen=True)
class Asking:
    """The questions in their order, and the files written, by supplier."""

    questions: tuple[Question, ...]
    files: dict[str, Path]

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "questions": [question.to_json() for question in self.questions],
            "files": {supplier: str(path) for supplier, path in self.files.items()},
        }


def questions(decisions: Decisions) -> list[Question]:
    """The open facts of items, those that settle most shipments first.

    A question counts for a line whose answer could still become stricter; a line that is `stop` already is left out.
    The Chinese code and the composition of an item are one question in two forms, since either settles the other.
    """
    frame = pl.from_arrow(decisions.table)
    assert isinstance(frame, pl.DataFrame)
    frame = frame.filter((pl.col("regime") == "line") & (pl.col("answer") != "stop") & (pl.col("asks").list.len() > 0))
    items = {row["item"]: row for row in decisions.workspace.tables["items"].iter_rows(named=True)}
    lines: dict[tuple[str, str], list[str]] = defaultdict(list)
    alone: dict[tuple[str, str], int] = defaultdict(int)
    weight: dict[tuple[str, str], float] = defaultdict(float)
    for line, asks in frame.select("line", "asks").iter_rows():
        cells = [(fact, subject) for fact, _, subject in (ask.partition("@") for ask in asks)]
        needed = {_one(cell) for cell in cells}
        for cell in cells:
            if cell[1] in items and (cell[0] in CELLS or cell[0] in ("composition", "bom") or cell[0] in CHIP_FACTS):
                lines[cell].append(line)
                alone[cell] += needed == {_one(cell)}
                weight[cell] += 1 / len(needed)
    found = [
        Question(
            item, fact, _text(decisions, fact, item), tuple(lines[fact, item]), alone[fact, item], weight[fact, item],
            _suppliers(items[item]["supplier"]),
        )
        for fact, item in lines
    ]  # fmt: skip
    return sorted(found, key=lambda q: (-q.alone, -q.weight, q.item, q.fact))


def _one(cell: tuple[str, str]) -> tuple[str, str]:
    """Composition and Chinese code of an item are two ways of answering one thing; so are the figures of a chip."""
    fact, subject = cell
    return ("cn_code" if fact == "composition" else "chip" if fact in CHIP_FACTS else fact, subject)


def _suppliers(cell: str | None) -> tuple[str, ...]:
    return () if cell in (None, "none") else tuple(part.strip() for part in str(cell).split(";") if part.strip())


def _text(decisions: Decisions, fact: str, item: str) -> Text:
    facts = decisions.law.facts
    own = facts[fact].question if fact in facts and facts[fact].ask == fact else EMPTY.get(fact)
    text = own or next((one.question for one in facts.values() if one.ask == fact), Text(fact, fact))
    held = decisions.facts.answers.held.get((fact, item))
    return text if held is None else Text(f"{text.en} {held.en}", f"{text.zh}{held.zh}")


def ask_suppliers(
    decisions: Decisions, folder: str | Path, issued: date, suppliers: Iterable[str] | None = None
) -> Asking:
    """Writes one questionnaire for each supplier into a folder, with the questions that can change an answer.

    Items without a supplier go into `no-supplier.xlsx`, for the user to hand on; items whose supplier is `none` are
    made by the firm itself and asked of nobody. Raises InputError where the folder cannot be written to.
    """
    folder = Path(folder)
    wanted = None if suppliers is None else set(suppliers)
    items = {row["item"]: row for row in decisions.workspace.tables["items"].iter_rows(named=True)}
    found = [question for question in questions(decisions) if items[question.item]["supplier"] != "none"]
    by_supplier: dict[str, list[Question]] = defaultdict(list)
    for question in found:
        for supplier in question.suppliers or (NOBODY,):
            if wanted is None or supplier in wanted:
                by_supplier[supplier].append(question)
    names = {row["party"]: row["name"] or row["party"] for row in decisions.workspace.tables["parties"].to_dicts()}
    files: dict[str, Path] = {}
    taken: set[str] = set()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for supplier in sorted(by_supplier):
            files[supplier] = folder / f"{_file_name(supplier, taken)}.xlsx"
            told = [one for question in by_supplier[supplier] for one in _open(question, items[question.item])]
            once = list({(one.item, one.fact): one for one in told}.values())
            write_questionnaire(files[supplier], supplier, names.get(supplier, supplier), issued, once)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            [Fault(str(folder), f"cannot be written: {reason}", message_zh=f"无法写入：{reason}")]
        ) from error
    return Asking(tuple(found), files)


def _open(question: Question, item: dict[str, Any]) -> list[Open]:
    """The question as the supplier reads it. An amount says in what and for what; without a currency it tells nothing,
    so that is asked with it."""
    words = " · ".join(str(item[name]) for name in ("description", "description_zh", "model") if item[name])
    en, zh = question.text.en, question.text.zh
    if question.fact not in ("unit_value", "unit_mass_kg"):
        return [Open(question.item, words, question.fact, en, zh)]
    unit = UNITS[item["unit"] or PIECE]
    en, zh = f"{en} One unit is one {unit.en} ({unit.code}).", f"{zh}一单位为一{unit.zh}（{unit.code}）。"
    if question.fact == "unit_mass_kg":
        return [Open(question.item, words, question.fact, en, zh)]
    if item["currency"] is not None:
        en, zh = f"{en} Give it in {item['currency']}.", f"{zh}请以 {item['currency']} 报价。"
        return [Open(question.item, words, "unit_value", en, zh)]
    asked = EMPTY["currency"]
    return [
        Open(question.item, words, "unit_value", en, zh),
        Open(question.item, words, "currency", asked.en, asked.zh),
    ]


def _file_name(supplier: str, taken: set[str]) -> str:
    """A name every file system takes, different for every supplier."""
    base = re.sub(r"[^\w.-]+", "_", supplier).strip("._")[:80] or "supplier"
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name.casefold())
    return name
