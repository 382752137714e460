"""The workbook a supplier fills in: its questions in English and Chinese, with drop-downs, and a key to read it back.

Four sheets as needed: cells of items, composition, parts, chip figures. Each row that takes an answer carries a token
in a hidden column; a hidden sheet says what the tokens stand for. So texts may be translated and rows sorted, and still
every answer finds its question. Nothing in it tells who buys what: of the shipments behind a question only its place
in the ranking is seen.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lotgate.tables.schema import TABLES, Column
from lotgate.tables.vocabulary import COUNTRIES, CURRENCIES, ELEMENTS, UNITS

__all__ = ["CHIP_FACTS", "KEY_SHEET", "SHEETS", "Open", "Slot", "digest", "layout", "write_questionnaire"]

KEY_SHEET = "_key"
SHEETS = {
    "cover": "Start 开始",
    "cells": "Answers 答复",
    "composition": "Composition 成分",
    "bom": "Parts 部件",
    "chips": "Chips 芯片",
}
CHIP_FACTS = frozenset(TABLES["chips"].names) - {"item", "precision"}
COVER = (
    ("company", "Your company", "贵公司名称"),
    ("name", "Answered by (name, function) — required", "答复人（姓名、职务），必填"),
    ("date", "Date of your answers (YYYY-MM-DD) — required", "答复日期（YYYY-MM-DD），必填"),
    ("expires", "Valid until, if they run out (YYYY-MM-DD)", "如有期限，有效期至（YYYY-MM-DD）"),
)
_HELP = (
    ("Please answer in the yellow cells. Leave empty what you do not know.", "请在黄色单元格中作答。不清楚的请留空。"),
    (
        "“none” means known to be nothing; in a code column: classified and not listed.",
        "“none”表示已知为无；在编码列中表示已判定且未列管。",
    ),
    ("The most important questions come first.", "问题按重要性排列。"),
    ("Please do not remove rows or sheets; send the file back as it is.", "请勿删除行或工作表，填好后原样发回。"),
)
_BLANKS = {"composition": 12, "bom": 20}
"""Rows offered for each item on the sheets that take several."""
PART_COLUMNS = ("part", "description", "quantity", "unit_value", "currency", "made_in", "cn_code", "us_code", "unit")
CHIP_COLUMNS = tuple(name for name in TABLES["chips"].names if name != "item")
_HEADS = {
    "part": ("Part number", "料号"), "description": ("Description", "名称"), "substance": ("Element", "元素"),
    "unit": ("Unit of quantity and price", "用量和单价的计量单位"),
    "percent": ("% by mass", "质量百分比（%）"), "quantity": ("Quantity per unit", "每单位用量"),
}  # fmt: skip
_ROWS = 400


@dataclass(frozen=True)
class Open:
    """A question to a supplier: about which item and fact, and in which words."""

    item: str
    description: str
    fact: str
    en: str
    zh: str


@dataclass(frozen=True)
class Slot:
    """A row that takes an answer: its token, its sheet, and the item and fact it is about."""

    token: str
    sheet: str
    item: str
    fact: str


def digest(slots: Iterable[Slot], supplier: str) -> str:
    """A check on the key: changes when anything in it does."""
    told = json.dumps([supplier, *([s.token, s.sheet, s.item, s.fact] for s in slots)], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def layout(questions: Sequence[Open]) -> list[tuple[Slot, Open]]:
    """The rows of the workbook, sheet by sheet, in the order of the questions."""
    found: list[tuple[Slot, Open]] = []
    seen: set[tuple[str, str]] = set()
    for one in questions:
        sheet = _sheet_of(one.fact)
        if (sheet, one.item) in seen and sheet != "cells":
            continue
        seen.add((sheet, one.item))
        if sheet == "chips":
            precisions = list(TABLES["chips"]["precision"].words or ())
            slots = [Slot(_token(sheet, one.item, word), sheet, one.item, word) for word in precisions]
        else:
            count = _BLANKS.get(sheet, 1)
            facts = [one.fact] if count == 1 else [f"{number}" for number in range(1, count + 1)]
            slots = [Slot(_token(sheet, one.item, fact), sheet, one.item, fact) for fact in facts]
        found += [(slot, one) for slot in slots]
    return found


def _sheet_of(fact: str) -> str:
    return fact if fact in ("composition", "bom") else "chips" if fact in CHIP_FACTS else "cells"


def _token(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def write_questionnaire(path: Path, supplier: str, name: str, issued: date, questions: Sequence[Open]) -> None:
    """Writes the workbook for one supplier; the same questions give the same bytes. OSError where it cannot."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Supplier questionnaire", "created": datetime(2026, 1, 1)})  # noqa: DTZ001
    _Book(book, supplier, name, issued, layout(questions)).write()
    book.close()
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(memory.getvalue())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class _Book:
    """Writes the sheets."""

    def __init__(
        self, book: Workbook, supplier: str, name: str, issued: date, rows: Sequence[tuple[Slot, Open]]
    ) -> None:
        self.book, self.supplier, self.name, self.issued, self.rows = book, supplier, name, issued, rows
        border = {"border": 1, "border_color": "#BFBFBF", "text_wrap": True, "valign": "top"}
        self.answer: Format = book.add_format({**border, "bg_color": "#FFF8D6", "locked": False, "num_format": 49})
        self.number: Format = book.add_format({**border, "bg_color": "#FFF8D6", "locked": False})
        self.text: Format = book.add_format(border)
        self.head: Format = book.add_format({**border, "bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"})
        self.title: Format = book.add_format({"bold": True, "font_size": 16})
        self.lists: dict[tuple[str, ...], str] = {}

    def write(self) -> None:
        """All sheets that have rows, the cover first, the key last."""
        self._cover(self.book.add_worksheet(SHEETS["cover"]))
        for sheet, heads, writes in (
            ("cells", ("Item", "物项", "Question", "问题", "Answer 答复", "Remark 备注"), self._cell_row),
            ("composition", ("Item", "物项", *self._both("substance", "percent")), self._composition_row),
            ("bom", ("Item", "物项", *self._both(*PART_COLUMNS)), self._part_row),
            ("chips", ("Item", "物项", *self._both(*CHIP_COLUMNS)), self._chip_row),
        ):
            rows = [(slot, one) for slot, one in self.rows if slot.sheet == sheet]
            if rows:
                self._sheet(self.book.add_worksheet(SHEETS[sheet]), heads, rows, writes)
        self._key(self.book.add_worksheet(KEY_SHEET))

    def _both(self, *names: str) -> list[str]:
        found = []
        for name in names:
            table = "chips" if name in CHIP_COLUMNS else "items"
            column = None if name in _HEADS else TABLES[table][name]
            en, zh = _HEADS[name] if column is None else (column.en, column.zh)
            unit = f" [{column.measure}]" if column is not None and column.measure else ""
            found.append(f"{en}{unit}\n{zh}")
        return found

    def _cover(self, sheet: Worksheet) -> None:
        sheet.set_column(0, 0, 2, None, {"hidden": True})
        sheet.set_column(1, 2, 52)
        sheet.set_column(3, 3, 46)
        sheet.write_string(0, 1, f"Questions about goods you supply 关于贵方所供货物的问题: {self.name}", self.title)
        for row, (en, zh) in enumerate(_HELP, 2):
            sheet.write_string(row, 1, en)
            sheet.write_string(row, 2, zh)
        for row, (key, en, zh) in enumerate(COVER, len(_HELP) + 3):
            sheet.write_string(row, 0, f"cover:{key}")
            sheet.write_string(row, 1, en, self.text)
            sheet.write_string(row, 2, zh, self.text)
            sheet.write_blank(row, 3, None, self.answer)
        sheet.protect()

    def _sheet(self, sheet: Worksheet, heads: Sequence[str], rows: Sequence[tuple[Slot, Open]], writes: Any) -> None:
        sheet.set_column(0, 0, 2, None, {"hidden": True})
        sheet.set_column(1, 1, 18)
        sheet.set_column(2, 2, 30)
        sheet.set_column(3, len(heads), 24 if len(heads) > 6 else 44)
        sheet.write_string(0, 0, "token")
        for place, head in enumerate(heads, 1):
            sheet.write_string(0, place, head, self.head)
        for number, (slot, one) in enumerate(rows, 1):
            sheet.write_string(number, 0, slot.token)
            sheet.write_string(number, 1, slot.item, self.text)
            sheet.write_string(number, 2, one.description, self.text)
            writes(sheet, number, slot, one)
        sheet.freeze_panes(1, 3)
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})

    def _cell_row(self, sheet: Worksheet, row: int, slot: Slot, one: Open) -> None:
        sheet.write_string(row, 3, one.en, self.text)
        sheet.write_string(row, 4, one.zh, self.text)
        self._answer(sheet, row, 5, TABLES["items"][slot.fact])
        sheet.write_blank(row, 6, None, self.answer)

    def _composition_row(self, sheet: Worksheet, row: int, slot: Slot, one: Open) -> None:
        self._answer(sheet, row, 3, TABLES["composition"]["substance"])
        self._number(sheet, row, 4, 100)

    def _part_row(self, sheet: Worksheet, row: int, slot: Slot, one: Open) -> None:
        for place, name in enumerate(PART_COLUMNS, 3):
            column = None if name in ("part", "quantity") else TABLES["items"][name]
            if name in ("quantity", "unit_value"):
                self._number(sheet, row, place, None)
            elif column is None:
                sheet.write_blank(row, place, None, self.answer)
            else:
                self._answer(sheet, row, place, column)

    def _chip_row(self, sheet: Worksheet, row: int, slot: Slot, one: Open) -> None:
        sheet.write_string(row, 3, slot.fact, self.text)
        for place, name in enumerate(CHIP_COLUMNS[1:], 4):
            column = TABLES["chips"][name]
            if column.kind == "number":
                self._number(sheet, row, place, None)
            else:
                self._answer(sheet, row, place, column)

    def _answer(self, sheet: Worksheet, row: int, place: int, column: Column) -> None:
        """A yellow cell, with a drop-down where the answer is one of a list."""
        if column.kind == "number":
            self._number(sheet, row, place, None)
            return
        sheet.write_blank(row, place, None, self.answer)
        choices = choices_of(column)
        if choices:
            sheet.data_validation(
                row, place, row, place,
                {"validate": "list", "source": self._list(choices), "error_title": "Lotgate",
                 "error_message": "Please choose from the list.\n请从列表中选择。"},
            )  # fmt: skip

    def _number(self, sheet: Worksheet, row: int, place: int, high: float | None) -> None:
        sheet.write_blank(row, place, None, self.number)
        rule: dict[str, Any] = {"validate": "decimal", "criteria": ">=", "value": 0}
        if high is not None:
            rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": high}
        message = "Please enter a number.\n请填写数字。"
        sheet.data_validation(row, place, row, place, {**rule, "error_type": "warning", "error_message": message})

    def _list(self, choices: tuple[str, ...]) -> str:
        """Where a drop-down's choices stand; they are longer than a cell's own rule may hold."""
        if choices not in self.lists:
            place = len(self.lists) + 6
            letter = xlsxwriter.utility.xl_col_to_name(place)
            self.lists[choices] = f"='{KEY_SHEET}'!${letter}$1:${letter}${len(choices)}"
        return self.lists[choices]

    def _key(self, sheet: Worksheet) -> None:
        slots = [slot for slot, _ in self.rows]
        head = ("lotgate-questionnaire", "1", self.supplier, self.issued.isoformat(), digest(slots, self.supplier))
        for place, text in enumerate(head):
            sheet.write_string(0, place, text)
        for number, slot in enumerate(slots, 1):
            for place, text in enumerate((slot.token, slot.sheet, slot.item, slot.fact)):
                sheet.write_string(number, place, text)
        for place, choices in enumerate(self.lists, 6):
            for row, text in enumerate(choices):
                sheet.write_string(row, place, text)
        sheet.very_hidden()


def choices_of(column: Column) -> tuple[str, ...]:
    """What a drop-down offers, each with its meaning in both languages; the word before the dot is the answer."""
    words: list[tuple[str, str]] = []
    if column.kind == "country":
        words = [(code, f"{en} {zh}") for code, (en, zh) in COUNTRIES.items()]
    elif column.kind == "yes/no":
        words = [("yes", "是"), ("no", "否")]
    elif column.words is not None:
        words = [(word, zh if en.lower() == word else f"{en} {zh}") for word, (en, zh) in column.words.items()]
    elif column.kind == "unit":
        words = [(code, f"{unit.en} {unit.zh}") for code, unit in UNITS.items()]
    elif column.kind == "element":
        return ELEMENTS
    elif column.kind == "currency":
        return tuple(sorted(CURRENCIES))
    return tuple(f"{word} · {meaning}" for word, meaning in words)
