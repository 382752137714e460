"""Entries of control lists with their texts: those of the law data, and those of lists the user has fetched."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from lotgate.errors import Fault, InputError, MissingError
from lotgate.items.codes import parts
from lotgate.law import Law, Text
from lotgate.tables.schema import REGIMES

__all__ = [
    "Entry",
    "heading_cite",
    "index_of_goods",
    "indexed_goods",
    "is_shared",
    "law_entries",
    "list_entries",
    "shared_with_eu",
]

_SHARED = re.compile(r"^\d[A-E][0-3][0-8]\d")
"""Numbers of the multilateral regimes; the 90s and the 500, 600 and 900 series are each side's own."""
_HEADING = {
    "us": Text("15 CFR part 774, Supp. 1, {}", "《美国联邦法规》第15编第774部分附录1，{}"),
    "eu": Text("Regulation (EU) 2021/821, Annex I, {}", "欧盟2021/821号条例附件一，{}"),
}


@dataclass(frozen=True)
class Entry:
    """One entry of a control list: its code, what it covers, its customs codes, its limit and where it stands."""

    regime: str
    code: str
    text: Text
    cite: Text
    hs: tuple[str, ...] = ()
    limit: str = ""
    """What must be measured, as the list writes it."""
    context: str = ""
    """Texts above a paragraph, which count less than its own."""
    below: str = ""
    """Texts of the paragraphs under a heading, which count less than its own."""
    verified: bool = True

    @property
    def kind(self) -> str:
        """The product group of the code: A, B and C are goods, D software, E technology; empty where it has none."""
        found = re.match(r"^\d([A-E])", self.code)
        return found[1] if found else ""


def law_entries(law: Law) -> list[Entry]:
    """The entries whose wording the law data holds, each cited by its act."""
    homes = {
        path.stem: measure
        for measure in law.measures.values()
        for path in sorted((measure.folder / "lists").glob("*.csv"))
    }
    found: dict[tuple[str, str, str], Entry] = {}
    for name, rows in law.list_rows.items():
        regime = law.list_regime.get(name)
        if regime is None or name not in homes or not rows or not {"code", "item_en"} <= set(rows[0]):
            continue
        measure = homes[name]
        for row in rows:
            if not row["item_en"] or (row.get("note") or "").startswith("heading"):
                continue
            entry = Entry(
                regime,
                row["code"].split(":")[-1],
                Text(row["item_en"], row.get("item_zh") or row["item_en"]),
                Text(f"{measure.id}, {measure.title.en}", f"{measure.id}，{measure.title.zh}"),
                tuple(code for code in (row.get("hs") or "").split(";") if code),
                row.get("threshold") or "",
                verified=row.get("verified") != "no",
            )
            found.setdefault((regime, entry.code, entry.text.en), entry)
    return list(found.values())


def is_shared(code: str) -> bool:
    """Whether a number means the same in the lists of the US and the EU."""
    return bool(_SHARED.match(code))


def heading_cite(regime: str, code: str) -> Text:
    """Where a heading of the US or EU list stands."""
    return Text(*(_HEADING[regime][language].format(code) for language in ("en", "zh")))


def index_of_goods() -> dict[str, Text]:
    """Headings of the US and EU lists, each with the goods people look up under it, in words of our own."""
    text = files("lotgate.classification").joinpath("data").joinpath("goods_index.csv").read_text(encoding="utf-8")
    found: dict[str, Text] = {}
    for row in csv.DictReader(text.splitlines()):
        held = found.get(row["code"])
        names = Text(row["en"].replace(";", "; "), row["zh"].replace(";", "；"))
        found[row["code"]] = names if held is None else Text(f"{held.en}; {names.en}", f"{held.zh}；{names.zh}")
    return found


def indexed_goods() -> list[Entry]:
    """One entry for each name in the index of goods. It says where to read, not what stands there: none is verified."""
    found = []
    for code, names in index_of_goods().items():
        for regime in ("us", "eu") if is_shared(code) else ("us",):
            cite, beside = heading_cite(regime, code), f"{names.en} {names.zh}"
            found += [
                Entry(regime, code, Text(name, name), cite, below=beside, verified=False)
                for name in re.split(r"[;；]\s*", f"{names.en}；{names.zh}")
            ]
    return found


# ---- lists of the user -----------------------------------------------------------------------------------------------


def list_entries(folder: Path) -> list[Entry]:
    """The entries of every control list in a folder, told apart by the heads of its CSV files.

    Known are the index of the Commerce Control List (`eccn`, `heading`), its paragraphs (`eccn`, `paragraph`, `text`),
    and a list of one's own (`regime`, `code`, `text_en` or `text_zh`, and if wanted `hs`, `limit`, `cite`). Everything
    else in the folder, party lists first of all, is left alone. Raises InputError naming every list that is damaged.
    """
    if not folder.is_dir():
        raise MissingError(f"{folder}: there is no such folder of lists")
    headings: dict[str, str] = {}
    paragraphs: list[Mapping[str, str]] = []
    own: list[Entry] = []
    faults: list[Fault] = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            head = {name.strip() for name in file.readline().strip().split(",")}
        if {"eccn", "heading"} <= head:
            headings |= {row["eccn"]: row["heading"] for row in _rows(path, faults)}
        elif {"eccn", "paragraph", "text"} <= head:
            paragraphs += _rows(path, faults)
        elif {"regime", "code"} <= head and head & {"text_en", "text_zh"}:
            own += [_own(row, path, number, faults) for number, row in enumerate(_rows(path, faults), 1)]
    if faults:
        raise InputError(faults)
    return [*_ccl(headings, paragraphs), *own]


def _rows(path: Path, faults: list[Fault]) -> list[Mapping[str, str]]:
    """The rows of a control list; one that is no sound UTF-8 CSV is a fault."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [{name: cell or "" for name, cell in row.items()} for row in csv.DictReader(file, strict=True)]
    except (UnicodeDecodeError, csv.Error, AttributeError) as error:
        faults.append(
            Fault(
                path.name,
                f"the control list cannot be read: {error}",
                expected="CSV in UTF-8, with as many cells in every row as in the head",
                message_zh=f"无法读取管制清单：{error}",
                expected_zh="UTF-8 编码的 CSV，各行单元格数与表头相同",
            )
        )
        return []


def _own(row: Mapping[str, str], path: Path, number: int, faults: list[Fault]) -> Entry:
    for column in ("regime", "code"):
        value = row.get(column, "")
        if not value or (column == "regime" and value not in REGIMES):
            wanted = ", ".join(REGIMES) if column == "regime" else "a control code"
            faults.append(Fault(path.name, "not what the column holds", row=number, column=column, value=value or None,
                                expected=wanted, message_zh="与该列内容不符", expected_zh=wanted))  # fmt: skip
    en, zh = row.get("text_en") or "", row.get("text_zh") or ""
    cite = row.get("cite") or path.name
    hs = tuple(code.replace(".", "") for code in re.split(r"[;, ]+", row.get("hs") or "") if code)
    return Entry(row["regime"], row["code"], Text(en or zh, zh or en), Text(cite, cite), hs, row.get("limit") or "")


def _ccl(headings: Mapping[str, str], paragraphs: list[Mapping[str, str]]) -> list[Entry]:
    """Headings, and paragraphs with the texts above them."""
    above: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
    for row in paragraphs:
        if row.get("kind") != "item" or not row["paragraph"]:
            continue
        path = parts(f"{row['eccn']}.{row['paragraph']}")
        above[row["eccn"]][path] = row["text"]
    found = [
        replace(_us(code, text, ""), below=" ".join(above.get(code, {}).values()))
        for code, text in headings.items()
        if "[Reserved]" not in text[:20]
    ]
    for eccn, texts in above.items():
        for path, text in texts.items():
            if "[Reserved]" in text[:20]:
                continue
            context = [headings.get(eccn, "")] + [texts.get(path[:depth], "") for depth in range(2, len(path))]
            below = [other for place, other in texts.items() if place[:-1] == path and re.search(r"\d", other)]
            limit = "; ".join([text] * bool(re.search(r"\d", text)) + below[:3])
            found.append(_us(f"{eccn}.{'.'.join(path[1:])}", text, " ".join(context), limit))
    return found


def _us(code: str, text: str, context: str, limit: str = "") -> Entry:
    cite = f"15 CFR part 774, Supp. 1, {code}"
    return Entry(
        "us", code, Text(text, text), Text(cite, f"《美国联邦法规》第15编第774部分附录1，{code}"), (), limit, context
    )


def shared_with_eu(entry: Entry, alone: Collection[str] = ()) -> Entry | None:
    """The same entry under the EU's number, where the numbering is that of the multilateral regimes.

    Entries 001 to 389 of each category come from the same regimes in both lists, but for what the US put among them
    `alone`. The words are those of the US list, so the EU's must be read.
    """
    ours = any(entry.code == code or entry.code.startswith(f"{code}.") for code in alone)
    if entry.regime != "us" or not is_shared(entry.code) or ours:
        return None
    heading = entry.code[:5]
    cite = Text(
        f"Regulation (EU) 2021/821, Annex I, {heading} (numbering shared with the US list, whose words were compared)",
        f"欧盟2021/821号条例附件一{heading}（编号与美国清单相同，所比对的是美国文本）",
    )
    return Entry("eu", entry.code, entry.text, cite, entry.hs, entry.limit, entry.context, entry.below, verified=False)
