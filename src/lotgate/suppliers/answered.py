"""Questionnaires that came back: every cell checked, answers found by their tokens, turned into rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl

from lotgate.dates import parse_day
from lotgate.errors import Fault, InputError
from lotgate.suppliers.added_rows import add_rows_of
from lotgate.suppliers.declarations import spelt
from lotgate.suppliers.document import NOT_KNOWN, Cell, Document, Paper, Share
from lotgate.suppliers.merging import Merged, merge
from lotgate.suppliers.questionnaire import CHIP_COLUMNS, COVER, KEY_SHEET, PART_COLUMNS, SHEETS, Slot, digest
from lotgate.suppliers.shares import says_no_number
from lotgate.suppliers.sheets import Sheet, refused, workbook_sheets
from lotgate.suppliers.substances import elements_of
from lotgate.tables import load
from lotgate.tables.additions import add_rows, alone_in
from lotgate.tables.cells import decode
from lotgate.tables.schema import TABLES, Column

__all__ = ["Answered", "is_questionnaire", "read_answers", "read_questionnaire"]


@dataclass
class Answered:
    """What one workbook answers: a document for cells and composition, and rows of `bom`, `items` and `chips`."""

    document: Document
    rows: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    open: int = 0
    """Questions left without an answer."""


def is_questionnaire(sheets: Mapping[str, Sheet]) -> bool:
    """Whether a workbook is one of ours."""
    key = sheets.get(KEY_SHEET)
    return bool(key and key[0] and key[0][0] == "lotgate-questionnaire")


def read_answers(files: Iterable[str | Path], into: str | Path, *, dry_run: bool = False) -> tuple[Merged, int]:
    """Writes the answers of filled-in questionnaires into a workspace: what they do, and how many stay open.

    All workbooks are written together or, with InputError naming every fault of every cell, none.
    """
    answered = [read_questionnaire(Path(file)) for file in files]
    with alone_in(into):
        ws = load(into, ("items",))
        merged = merge(ws, [one.document for one in answered])
        for one in answered:
            add_rows_of(ws, one.rows, one.document.file, one.document.supplier, merged)
        if merged.faults:
            raise InputError(merged.faults)
        if not dry_run and (any(merged.rows.values()) or merged.fills):
            add_rows(ws.path, merged.rows, merged.fills)
    return merged, sum(one.open for one in answered)


def read_questionnaire(path: Path) -> Answered:
    """The answers of one workbook; what is wrong with it stands in the document's faults."""
    sheets = workbook_sheets(path) if path.exists() else refused(path, "there is no such file", "文件不存在", "a file")
    if isinstance(sheets, Fault):
        return Answered(Document(path.name, "questionnaire", faults=(sheets,)))
    if not is_questionnaire(sheets):
        fault = refused(
            path,
            "this is no questionnaire: its key is gone",
            "这不是问卷：缺少密钥工作表",
            "the workbook as it was sent out, with its hidden sheet",
            "发出时的工作簿，含隐藏工作表",
        )
        return Answered(Document(path.name, "questionnaire", faults=(fault,)))
    return _Reader(path, sheets).answered()


def _says(text: str) -> bool:
    """Whether a cell is an answer."""
    return bool(text) and text.lower() not in NOT_KNOWN


class _Reader:
    """Reads one workbook, keeping the faults."""

    def __init__(self, path: Path, sheets: Mapping[str, Sheet]) -> None:
        self.file, self.sheets = path.name, sheets
        self.faults: list[Fault] = []
        self.shares: list[Share] = []
        self.cells: list[Cell] = []
        self.rows: dict[str, list[dict[str, str]]] = defaultdict(list)
        self.aside: list[str] = []
        self.open = 0
        key = sheets[KEY_SHEET]
        head = [*key[0], *[""] * 5]
        self.supplier, self.stamp = head[2], head[4]
        rows = [[*row, "", "", "", ""] for row in key[1:] if row and row[0]]
        self.slots = {row[0]: Slot(row[0], row[1], row[2], row[3]) for row in rows}

    def _fault(
        self,
        sheet: str,
        message: str,
        message_zh: str,
        row: int | None = None,
        value: str | None = None,
        expected: str | None = None,
        expected_zh: str | None = None,
        column: str | None = None,
    ) -> None:
        self.faults.append(
            Fault(
                f"{self.file}, {sheet}",
                message,
                row=row,
                column=column,
                value=value,
                expected=expected,
                message_zh=message_zh,
                expected_zh=expected_zh or expected,
            )
        )

    def answered(self) -> Answered:
        """Everything that was filled in."""
        if digest(self.slots.values(), self.supplier) != self.stamp:
            self._fault(
                KEY_SHEET,
                "the key was changed",
                "密钥已被改动",
                expected="the hidden sheet as it was sent out",
                expected_zh="发出时的隐藏工作表",
            )
        cover = self._cover()
        paper = self._paper(cover)
        found: dict[str, list[tuple[int, Slot, list[str]]]] = defaultdict(list)
        for sheet in ("cells", "composition", "bom", "chips"):
            if any(slot.sheet == sheet for slot in self.slots.values()):
                found[sheet] = self._tokens(sheet)
        for row, slot, cells in found["cells"]:
            self._cell(row, slot, cells, paper)
        self._composition(found["composition"], paper)
        self._parts(found["bom"])
        self._chips(found["chips"])
        if (self.cells or self.shares or self.rows) and not (cover.get("name") and cover.get("date")):
            self._fault(
                SHEETS["cover"],
                "who answers, and on which day, is not filled in",
                "未填写答复人和答复日期",
                expected="a name and a day",
                expected_zh="姓名和日期",
            )
        document = Document(
            self.file,
            "questionnaire",
            {cell.part: "" for cell in self.cells},
            tuple(self.shares),
            tuple(self.cells),
            tuple(self.aside),
            tuple(self.faults),
            self.supplier,
        )
        return Answered(document, self.rows, self.open)

    def _cover(self) -> dict[str, str]:
        cover: dict[str, str] = {}
        for row in self.sheets.get(SHEETS["cover"], []):
            if row and row[0].startswith("cover:") and len(row) > 3 and row[3]:
                cover[row[0].removeprefix("cover:")] = row[3]
        return cover

    def _paper(self, cover: Mapping[str, str]) -> Paper:
        days: dict[str, date | None] = {}
        for name in ("date", "expires"):
            text = cover.get(name)
            try:
                days[name] = parse_day(text[:10]) if text else None
            except ValueError:
                days[name] = None
                label = next(en for key, en, _ in COVER if key == name)
                self._fault(
                    SHEETS["cover"],
                    "the day cannot be read",
                    "日期无法识别",
                    value=text,
                    expected="YYYY-MM-DD",
                    column=label,
                )
        by = ", ".join(filter(None, (cover.get("name"), cover.get("company") or self.supplier)))
        return Paper(self.file, "questionnaire", by or None, None, days["date"], days["expires"])

    def _tokens(self, sheet: str) -> list[tuple[int, Slot, list[str]]]:
        """The rows of a sheet with their questions; rows that are gone, doubled or of another question are faults."""
        name = SHEETS[sheet]
        wanted = {slot.token for slot in self.slots.values() if slot.sheet == sheet}
        if name not in self.sheets:
            self._fault(
                name,
                "the sheet is gone",
                "缺少该工作表",
                expected="the sheet as it was sent out",
                expected_zh="发出时的工作表",
            )
            return []
        found: list[tuple[int, Slot, list[str]]] = []
        seen: set[str] = set()
        for number, row in enumerate(self.sheets[name][1:], 1):
            cells = [*row, *[""] * 16]
            token = cells[0]
            slot = self.slots.get(token)
            if not token and not any(row):
                continue
            if slot is None or slot.sheet != sheet:
                self._fault(
                    name,
                    "the row belongs to no question",
                    "该行不属于任何问题",
                    row=number,
                    value=" ".join(filter(None, row))[:80] or None,
                    expected="the rows as they were sent out",
                    expected_zh="发出时的各行",
                )
            elif token in seen:
                self._fault(name, "the row is there twice", "该行重复", row=number, value=slot.item)
            elif cells[1] != slot.item:
                self._fault(
                    name,
                    "the item of the row was changed",
                    "该行的物项被改动",
                    row=number,
                    value=cells[1],
                    expected=slot.item,
                )
            else:
                found.append((number, slot, cells))
            seen.add(token)
        for token in sorted(wanted - seen, key=lambda one: (self.slots[one].item, self.slots[one].fact)):
            slot = self.slots[token]
            self._fault(
                name,
                "a row is gone",
                "缺少一行",
                value=f"{slot.item}, {slot.fact}",
                expected="the rows as they were sent out",
                expected_zh="发出时的各行",
            )
        return found

    # ---- cells of items ----------------------------------------------------------------------------------------------

    def _cell(self, row: int, slot: Slot, cells: list[str], paper: Paper) -> None:
        text = cells[5]
        if not _says(text):
            self.open += 1
            return
        value = self._value(SHEETS["cells"], row, TABLES["items"][slot.fact], text)
        if value is not None:
            noted = Paper(paper.file, paper.kind, paper.supplier, None, paper.date, paper.expires, cells[6])
            self.cells.append(Cell(slot.item, slot.fact, value, noted, row))

    def _value(self, sheet: str, row: int, column: Column, text: str) -> str | None:
        """The answer as the tables write it; None with a fault where the column does not take it."""
        word = spelt(column, text.split(" · ")[0].strip())
        _, faults = decode(column.name, column, pl.Series(column.name, [word], dtype=pl.String), pl.Series([row]))
        for fault in faults:
            self._fault(
                sheet,
                fault.message,
                fault.message_zh or "",
                row=row,
                value=text,
                expected=fault.expected,
                expected_zh=fault.expected_zh,
                column=column.name,
            )
        return None if faults else word

    # ---- composition -------------------------------------------------------------------------------------------------

    def _composition(self, rows: list[tuple[int, Slot, list[str]]], paper: Paper) -> None:
        said: dict[str, dict[str, Fraction | None]] = {slot.item: {} for _, slot, _ in rows}
        for row, slot, cells in rows:
            symbol, text = cells[3], cells[4]
            if not symbol and not text:
                continue
            if not symbol:
                self._fault(
                    SHEETS["composition"],
                    "a share without its element",
                    "有比例而未填元素",
                    row=row,
                    value=text,
                    expected="an element",
                    expected_zh="元素",
                )
                continue
            named = elements_of(symbol) or {}
            symbol = next(iter(named)) if len(named) == 1 else symbol
            value = self._value(SHEETS["composition"], row, TABLES["composition"]["substance"], symbol)
            told = bool(text) and not says_no_number(text)
            share = self._percent(row, text) if told else None
            if value is None or (told and share is None):
                continue
            if value in said[slot.item]:
                self._fault(SHEETS["composition"], "the element is there twice", "元素重复", row=row, value=value)
            said[slot.item][value] = share
        for item, shares in said.items():
            if not shares:
                self.open += 1
            total = sum((share or Fraction(0) for share in shares.values()), Fraction(0))
            if total > Fraction(1005, 1000):
                self._fault(
                    SHEETS["composition"],
                    f"the shares of {item} add up to more than 100 %",
                    f"{item} 各成分之和大于 100 %",
                    value=f"{float(total * 100):.6g}",
                    expected="at most 100",
                )
            self.shares += [Share(item, symbol, share, paper) for symbol, share in shares.items()]

    def _percent(self, row: int, text: str) -> Fraction | None:
        try:
            value = Fraction(text.rstrip("% ％").replace(",", ".")) / 100
            if 0 <= value <= 1:
                return value
        except (ValueError, ZeroDivisionError):
            pass
        self._fault(
            SHEETS["composition"],
            "no percentage",
            "不是百分比",
            row=row,
            value=text,
            expected="a number from 0 to 100",
            expected_zh="0 至 100 的数字",
        )
        return None

    # ---- parts and chips ---------------------------------------------------------------------------------------------

    def _parts(self, rows: list[tuple[int, Slot, list[str]]]) -> None:
        answered: set[str] = set()
        for row, slot, cells in rows:
            given = {name: cells[place] for place, name in enumerate(PART_COLUMNS, 3) if _says(cells[place])}
            if not given:
                continue
            answered.add(slot.item)
            if "part" not in given or "quantity" not in given:
                self._fault(
                    SHEETS["bom"],
                    "a part needs its number and quantity",
                    "部件须填写料号和用量",
                    row=row,
                    value=", ".join(given.values())[:80],
                    expected="both",
                    expected_zh="两者均填",
                )
                continue
            # one unit for the quantity and for the price, so that they go together whatever it is
            item: dict[str, str | None] = {
                name: self._value(SHEETS["bom"], row, TABLES["items"][name], text)
                for name, text in given.items()
                if name not in ("part", "quantity")
            }
            part = self._value(SHEETS["bom"], row, TABLES["items"]["item"], given["part"])
            quantity = self._value(SHEETS["bom"], row, TABLES["bom"]["quantity"], given["quantity"])
            if part is not None and quantity is not None:
                told = item.get("unit")
                unit = {} if told is None else {"unit": told}
                self.rows["bom"].append({"parent": slot.item, "component": part, "quantity": quantity, **unit})
                self.rows["items"].append({"item": part, **{k: v for k, v in item.items() if v is not None}})
        self.open += len({slot.item for _, slot, _ in rows} - answered)

    def _chips(self, rows: list[tuple[int, Slot, list[str]]]) -> None:
        answered: set[str] = set()
        for row, slot, cells in rows:
            given = {name: cells[place] for place, name in enumerate(CHIP_COLUMNS[1:], 4) if _says(cells[place])}
            values = {name: self._value(SHEETS["chips"], row, TABLES["chips"][name], t) for name, t in given.items()}
            if given:
                answered.add(slot.item)
                held = {name: value for name, value in values.items() if value is not None}
                self.rows["chips"].append({"item": slot.item, "precision": slot.fact, **held})
        self.open += len({slot.item for _, slot, _ in rows} - answered)
