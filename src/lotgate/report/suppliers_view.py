"""What `suppliers` prints: what each document adds, what was known, what contradicts, what was left aside."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text as Line

from lotgate.decide.asking import Asking
from lotgate.law import Text
from lotgate.report.rows import clean
from lotgate.report.screen_text import bullets, heading
from lotgate.suppliers.merging import Change, Merged

__all__ = ["merged_json", "print_asking", "print_merged"]

_TITLE = Text("From suppliers", "供应商文件")
_NOTHING = Text("Nothing new.", "没有新内容。")
_WRITTEN = Text("Rows added: {rows}.", "已增加行：{rows}。")
_DRY = Text("Nothing was written; it would add: {rows}.", "未写入；将增加：{rows}。")
_KNOWN = Text("{n} statements are known already.", "{n} 项已知。")
_ASIDE = Text("Left aside, because no table holds it:", "以下内容没有对应的表，未收入：")
_MORE = Text("and {n} more", "另有 {n} 项")
_CONTRADICTS = Text(
    "Contradictions: both stay, and a check asks until one is ended (`expires`).",
    "相互矛盾：两者均予保留，在其一填写 expires 失效之前，判定时会询问。",
)
_ASKING = Text(
    "Questions to suppliers: {n}, those that settle most shipments first", "向供应商提问：{n} 项，按可解决的货批数排列"
)
_NO_QUESTION = Text("No open fact of an item could change an answer.", "没有任何未知的物项事实会改变结论。")
_NOBODY = Text("no supplier named (column supplier of table items)", "未填写供应商（items 表 supplier 列）")
_SETTLES = Text("settles {alone} of {lines} lines by itself", "{lines} 行中可单独解决 {alone} 行")
_OPEN = Text("{n} questions were left without an answer.", "有 {n} 个问题未作答。")
_SHOWN = 40
_ORDER = ("contradicts", "new")


def merged_json(merged: Merged, written: bool) -> dict[str, Any]:
    """The machine's form."""
    return {
        "written": written,
        "rows": dict(merged.rows),
        "changes": [change.to_json() for change in merged.changes],
        "left_aside": [{"file": file, "what": what} for file, what in merged.left_aside],
    }


def print_asking(asking: Asking, console: Console, language: str = "en") -> None:
    """Prints the questions to suppliers in their order, with how many shipments each settles."""
    heading(_ASKING[language].format(n=len(asking.questions)), console)
    if not asking.questions:
        console.print(_NO_QUESTION[language])
    for number, one in enumerate(asking.questions[:_SHOWN], 1):
        who = ", ".join(clean(name) for name in one.suppliers) or _NOBODY[language]
        settles = _SETTLES[language].format(alone=one.alone, lines=len(one.lines))
        console.print(Line(f"{number}. {clean(one.item)}  {one.fact}  ", style="bold") + Line(f"{who}; {settles}"))
        bullets([one.text[language]], console, mark=" ", indent=1)
    if len(asking.questions) > _SHOWN:
        console.print(f"  {_MORE[language].format(n=len(asking.questions) - _SHOWN)}")


def print_merged(
    merged: Merged, console: Console, written: bool, language: str = "en", still_open: int | None = None
) -> None:
    """Prints what documents add to a workspace, contradictions first."""
    heading(_TITLE[language], console)
    for outcome in _ORDER:
        found = [change for change in merged.changes if change.outcome == outcome]
        if found and outcome == "contradicts":
            console.print(Line(_CONTRADICTS[language], style="bold yellow"))
        bullets([_told(change) for change in found[:_SHOWN]], console, mark="!" if outcome == "contradicts" else "+")
        if len(found) > _SHOWN:
            console.print(f"  {_MORE[language].format(n=len(found) - _SHOWN)}")
    if merged.count("known"):
        console.print(_KNOWN[language].format(n=merged.count("known")))
    if merged.left_aside:
        console.print(_ASIDE[language])
        aside = Counter(merged.left_aside)
        bullets([f"{clean(file)}: {clean(what)}" for file, what in list(aside)[:_SHOWN]], console, mark="·")
        if len(aside) > _SHOWN:
            console.print(f"  {_MORE[language].format(n=len(aside) - _SHOWN)}")
    rows = ", ".join(f"{table} {len(found)}" for table, found in merged.rows.items() if found)
    said = (_WRITTEN if written else _DRY)[language].format(rows=rows) if rows else _NOTHING[language]
    console.print(Line(said, style="bold"))
    if still_open:
        console.print(_OPEN[language].format(n=still_open))


def _told(change: Change) -> str:
    stands = f" ≠ {clean(change.stands)}" if change.outcome == "contradicts" and change.stands else ""
    return f"{clean(change.item)}  {change.what} = {clean(change.value)}{stands}  ({clean(change.source)})"
