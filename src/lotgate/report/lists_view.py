"""What `lists status` and `lists import` print, and their machine's forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from rich.console import Console
from rich.text import Text as Line

from lotgate.report.rows import clean
from lotgate.report.screen_text import bullets, columns, heading, joined
from lotgate.report.shapes import ListChange, ListState
from lotgate.report.words import say

__all__ = ["print_changes", "print_status", "status_json"]

_STALE_DAYS = 30
"""A list older than this is pointed out."""


def status_json(lists: Sequence[ListState]) -> list[dict[str, Any]]:
    """One record per list: day, age, counts, source and hash."""
    return [
        {
            "list": one.list,
            "title": one.title,
            "as_of": one.as_of.isoformat() if one.as_of else None,
            "age_days": one.age_days,
            "entries": one.entries,
            "rejected": one.rejected,
            "source": one.source,
            "sha256": one.sha256,
            "imported_on": one.imported_on.isoformat() if one.imported_on else None,
        }
        for one in lists
    ]


def print_status(lists: Sequence[ListState], console: Console, language: str = "en") -> None:
    """Prints what is loaded of every party list, and how old it is."""
    heading(say("part.lists", language), console)
    if not lists:
        console.print(say("say.nothing_listed", language))
        console.print(Line(say("say.load_lists", language), style="dim"))
        return
    heads = [say(f"head.{head}", language) for head in ("list", "as_of", "age", "entries", "rejected", "title")]
    rows = [_cells(one, language) for one in lists]
    widths = columns([heads[:5], *(row[:5] for row in rows)], (28, 10, 12, 10, 8))
    widths.append(max(console.width - sum(widths) - 5, 10))
    console.print(Line(joined(zip(heads, widths, strict=True)), style="dim"), no_wrap=True)
    for one, row in zip(lists, rows, strict=True):
        stale = one.age_days is None or one.age_days > _STALE_DAYS
        console.print(Line(joined(zip(row, widths, strict=True)), style="yellow" if stale else ""), no_wrap=True)


def _cells(one: ListState, language: str) -> list[str]:
    age = say("say.unknown", language)
    if one.age_days is not None:
        age = say("say.day" if one.age_days == 1 else "say.days", language, n=one.age_days)
    day = one.as_of.isoformat() if one.as_of else "-"
    return [clean(one.list), day, age, f"{one.entries:,}", f"{one.rejected:,}", clean(one.title)]


def print_changes(changes: Sequence[ListChange], console: Console, language: str = "en") -> None:
    """Prints what an import did to every list: taken or kept out, and how the entries differ."""
    if not changes:
        console.print(say("say.nothing_found", language))
    for change in changes:
        mark = say("say.taken" if change.taken else "say.kept_out", language)
        line = Line.assemble((clean(change.list), "bold"), "  ", (mark, "green" if change.taken else "bold yellow"))
        line.append(f"  {change.entries:,} {say('head.entries', language)}")
        if change.added or change.removed or change.changed:
            line.append(f"  +{change.added:,} -{change.removed:,} ~{change.changed:,}")
        console.print(line)
        if not change.taken:
            bullets([change.reason], console, style="dim", mark=" ")


def print_hits(table: pl.DataFrame, console: Console, language: str = "en") -> None:
    """Prints the result table of a screening: matches first within each name, with what the score is made of."""
    if not table.height:
        console.print(say("say.no_hits", language))
        return
    for row in table.iter_rows(named=True):
        name = row.get("name", row.get("query_name"))
        found = row.get("matched_name", row.get("list_name"))
        mark = say("say.match" if row["match"] else "say.no_match", language)
        line = Line.assemble((f"{row['score']:.2f}", "bold"), "  ", (mark, "red" if row["match"] else "dim"), "  ")
        line.append(f"{clean(str(row['id']))}  " if "id" in row else "")
        line.append(f"{clean(str(name))} → {clean(str(found))}")
        if "list" in row:
            line.append(f"  {clean(row['list'])} / {clean(row['entry'])}", style="dim")
        console.print(line)
        bullets([clean(row["why"])], console, style="dim", mark=" ")
