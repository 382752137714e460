"""Tables of declarations and certificates: plain CSV, or the first sheet of a workbook that has a head we know.

One row says something of one part: a share of a substance, or cells of the item (origin, codes, technology). A table of
certificates has their number, kind, issuer, day and end beside. Heads are known in English and Chinese, in the many
ways in which they are written; a head nobody knows is left aside and named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

from lotgate.dates import parse_day
from lotgate.errors import Fault
from lotgate.suppliers.document import NOT_KNOWN, Cell, Document, Paper, Share
from lotgate.suppliers.shares import plain, says_no_number
from lotgate.suppliers.sheets import Sheet
from lotgate.suppliers.substances import elements_of, rows_of
from lotgate.tables.schema import TABLES, Column
from lotgate.tables.vocabulary import COUNTRIES, COUNTRY_HINTS

__all__ = ["find_head", "read_table", "spelt"]

CELLS = ("origin", "made_in", "hs", "us_code", "cn_code", "eu_code", "nl_code", "jp_code", "technology",
         "contains_us_ic", "stage", "unit_mass_kg")  # fmt: skip
SHARES = ("fraction", "percent", "ppm", "mass")
_UNITS = {"mg": Fraction(1, 1000), "g": Fraction(1), "kg": Fraction(1000), "克": Fraction(1), "毫克": Fraction(1, 1000),
          "千克": Fraction(1000), "grm": Fraction(1), "kgm": Fraction(1000), "mgm": Fraction(1, 1000)}  # fmt: skip
_KNOWN = {row["head"]: row["meaning"] for row in rows_of("heads.csv")}
"""What a column holds, by the heads it goes under."""
_KINDS = {
    "origin": "certificate of origin", "certificate of origin": "certificate of origin", "co": "certificate of origin",
    "coo": "certificate of origin", "原产地证": "certificate of origin", "原产地证书": "certificate of origin",
    "supply chain": "supply-chain certificate", "supply-chain": "supply-chain certificate",
    "supply chain certificate": "supply-chain certificate", "supply-chain certificate": "supply-chain certificate",
    "供应链证明": "supply-chain certificate", "供应链证书": "supply-chain certificate",
}  # fmt: skip


def _meaning(head: str) -> str | None:
    text = re.sub(r"[*＊:：]", "", head).strip().lower()
    text = re.sub(r"\s+", " ", text)
    if text in _KNOWN:
        return _KNOWN[text]
    bare = re.sub(r"[.#]", "", text).strip()
    if bare in _KNOWN:
        return _KNOWN[bare]
    found = re.fullmatch(r"(.+?)\s*[\[(（]\s*(mg|g|kg|克|毫克|千克)\s*[\])）]", text)
    if found and _KNOWN.get(found[1]) in ("mass", "part_mass"):
        return f"{_KNOWN[found[1]]}:{found[2]}"
    return None


def find_head(rows: Sequence[Sequence[str]]) -> tuple[int, dict[int, str]] | None:
    """The row of heads among the first twenty, with what each column holds; None where there is none."""
    for number, row in enumerate(rows[:20]):
        meanings = {place: found for place, cell in enumerate(row) if cell and (found := _meaning(cell))}
        held = {one.split(":")[0] for one in meanings.values()}
        says = held & {*CELLS, "substance", "cas", "part_mass"}
        if "part" in held and says:
            return number, meanings
    return None


def read_table(path: Path, rows: Sheet, where: str = "") -> Document | None:
    """The declarations of a table; None where no row holds heads that are known."""
    found = find_head(rows)
    return None if found is None else _Table(path, rows, where, *found).document()


class _Table:
    """Reads one table, keeping the faults."""

    def __init__(self, path: Path, rows: Sheet, where: str, head: int, meanings: Mapping[int, str]) -> None:
        self.file, self.rows, self.head = path.name, rows, head
        self.table = path.name + (f", {where}" if where else "")
        self.meanings = meanings
        self.faults: list[Fault] = []
        self.aside: dict[str, None] = {}
        self.parts: dict[str, str] = {}
        self.suppliers: dict[str, None] = {}
        self.shares: list[Share] = []
        self.cells: list[Cell] = []

    def document(self) -> Document:
        """Every row read."""
        for place, cell in enumerate(self.rows[self.head]):
            if cell and place not in self.meanings:
                self.aside[f"column {cell}"] = None
        doubled = sorted({one for one in self.meanings.values() if list(self.meanings.values()).count(one) > 1})
        for one in doubled:
            self._fault(self.head, one, "two columns hold the same", "两列含义相同", None, "one of them")
        sums: dict[tuple[str, str], Share] = {}
        for number in range(self.head + 1, len(self.rows)):
            row = self.rows[number]
            cells = {meaning: row[place] for place, meaning in self.meanings.items() if place < len(row) and row[place]}
            if cells.keys() <= {"part", "name"}:
                # a line of totals, a heading, a signature: it says nothing of a part
                self.aside |= {f"row {number - self.head}: {' '.join(cells.values())}": None} if cells else {}
            else:
                self._row(number, cells, sums)
        self.shares = list(sums.values())
        papers = [*(share.paper for share in self.shares), *(cell.paper for cell in self.cells)]
        kinds = dict.fromkeys(paper.kind for paper in papers)
        supplier = next(iter(self.suppliers)) if len(self.suppliers) == 1 else None
        return Document(
            self.file,
            ", ".join(kinds) or "material declaration",
            self.parts,
            tuple(self.shares),
            tuple(self.cells),
            tuple(self.aside),
            tuple(self.faults),
            supplier,
        )

    def _fault(
        self, number: int, meaning: str, message: str, message_zh: str, value: str | None, expected: str
    ) -> None:
        places = [place for place, found in self.meanings.items() if found.split(":")[0] == meaning.split(":")[0]]
        column = self.rows[self.head][places[0]] if places else meaning
        self.faults.append(
            Fault(
                self.table, message, row=max(number - self.head, 0) or None, column=column, value=value,
                expected=expected, message_zh=message_zh, expected_zh=expected,
            )
        )  # fmt: skip

    def _row(self, number: int, cells: dict[str, str], sums: dict[tuple[str, str], Share]) -> None:
        part = cells.get("part")
        if part is None:
            self._fault(number, "part", "the row names no part", "该行没有料号", None, "a part number")
            return
        self.parts[part] = self.parts.get(part) or cells.get("name", "")
        if "supplier" in cells:
            self.suppliers[cells["supplier"]] = None
        paper = self._paper(number, cells)
        row = number - self.head
        for column in CELLS:
            if cells.get(column, "").lower().strip(" .") in NOT_KNOWN:
                self.aside |= {f"row {row}: {part}, {column} {cells.get(column)}, which may mean anything": None}
            elif column in cells:
                self.cells.append(Cell(part, column, spelt(TABLES["items"][column], cells[column]), paper, row))
        mass = self._grams(number, cells, "part_mass")
        if mass is not None:
            self.cells.append(Cell(part, "unit_mass_kg", plain(mass / 1000), paper, row))
        if "substance" in cells or "cas" in cells:
            self._substance(number, part, cells, mass, paper, sums)

    def _paper(self, number: int, cells: Mapping[str, str]) -> Paper:
        kind = _KINDS.get(cells.get("kind", "").lower(), cells.get("kind", ""))
        if not kind:
            kind = "material declaration" if "substance" in cells or "cas" in cells else "declaration"
            if "number" in cells:
                kind = "certificate"
        by = cells.get("issuer") or cells.get("supplier")
        days = {name: self._day(number, name, cells.get(name)) for name in ("date", "expires")}
        if days["date"] and days["expires"] and days["expires"] < days["date"]:
            self._fault(number, "expires", "the end is before the day of issue", "失效日期早于签发日期",
                        cells["expires"], f"{days['date']} or later")  # fmt: skip
        return Paper(self.file, kind, by, cells.get("number"), days["date"], days["expires"])

    def _day(self, number: int, name: str, text: str | None) -> date | None:
        if not text or text.lower() in ("none", "n/a", "-", "长期", "长期有效"):
            return None
        # with points the day comes first in all countries that write so; with strokes it may be the month
        cleaned = re.sub(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$", r"\3-\2-\1", text.strip())
        cleaned = re.sub(r"[年月/.]", "-", cleaned).rstrip("日").strip()
        found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", cleaned)
        try:
            return parse_day(f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text)
        except ValueError:
            self._fault(number, name, "the day cannot be read", "日期无法识别", text, "YYYY-MM-DD")
            return None

    def _number(self, number: int, meaning: str, text: str) -> Fraction | None:
        cleaned = text.replace(" ", "").replace("％", "%").rstrip("%")
        if re.fullmatch(r"\d+,\d+", cleaned):
            cleaned = cleaned.replace(",", ".")
        try:
            value = Fraction(cleaned)
        except (ValueError, ZeroDivisionError):
            self._fault(number, meaning, "no number", "不是数字", text, "a number such as 0.25")
            return None
        if value < 0:
            self._fault(number, meaning, "the number is negative", "数字为负", text, "a number from 0 up")
            return None
        return value

    def _grams(self, number: int, cells: Mapping[str, str], name: str) -> Fraction | None:
        for meaning, text in cells.items():
            base, _, unit = meaning.partition(":")
            if base == name:
                value = self._number(number, meaning, text)
                written = unit or cells.get("unit", "")
                factor = _UNITS.get(written.lower())
                if value is not None and factor is None:
                    self._fault(number, meaning, "the unit of mass is not told", "未注明质量单位", written or None,
                                "a column unit with mg, g or kg, or the unit in the head, as mass (g)")  # fmt: skip
                return None if value is None or factor is None else value * factor
        return None

    def _substance(
        self,
        number: int,
        part: str,
        cells: Mapping[str, str],
        mass: Fraction | None,
        paper: Paper,
        sums: dict[tuple[str, str], Share],
    ) -> None:
        name, cas = cells.get("substance"), cells.get("cas")
        elements = elements_of(name, cas)
        if elements is None:
            self.aside[" ".join(filter(None, (name, cas)))] = None
            return
        share = self._share(number, cells, mass)
        if share is not None and share > 1:
            self._fault(
                number, "fraction", "the share is more than the whole", "比例大于整体", plain(share), "at most 1"
            )
            return
        for symbol, part_of in elements.items():
            before = sums.get((part, symbol))
            whole = None if share is None else share * part_of
            if before is not None:
                whole = None if whole is None or before.fraction is None else whole + before.fraction
            sums[part, symbol] = Share(part, symbol, whole, paper, number - self.head)

    def _share(self, number: int, cells: Mapping[str, str], mass: Fraction | None) -> Fraction | None:
        """The mass fraction a row tells; None where it tells none, or only a limit (`< 0.1`)."""
        scales = {"fraction": Fraction(1), "percent": Fraction(1, 100), "ppm": Fraction(1, 10**6)}
        for name, scale in scales.items():
            text = cells.get(name)
            if text is None:
                continue
            if says_no_number(text):
                return None
            value = self._number(number, name, text)
            in_percent = name == "fraction" and text.rstrip().endswith(("%", "％"))
            return None if value is None else value * (Fraction(1, 100) if in_percent else scale)
        grams = self._grams(number, cells, "mass")
        if grams is None or mass is None:
            if grams is not None:
                self.aside["masses of substances without the mass of the part"] = None
            return None
        return grams / mass if mass else None


_WORDS = {"y": "yes", "n": "no", "是": "yes", "否": "no", "true": "yes", "false": "no", "ear99": "EAR99"}


def spelt(column: Column, text: str) -> str:
    """The value as a table spells it, where suppliers commonly spell it in words."""
    if column.kind == "country":
        upper = text.upper().replace(".", "")
        return upper if upper in COUNTRIES else COUNTRY_HINTS.get(upper, text)
    if text.lower() in ("none", "not listed", "未列管", "无"):
        return "none"
    if column.name == "hs":
        return re.sub(r"[ .]", "", text)
    return _WORDS.get(text.lower(), text)
