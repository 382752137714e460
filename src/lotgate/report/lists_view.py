"""What `lists status` and `lists import` print, and their machine's forms."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TextIO

import polars as pl
from rich.console import Console
from rich.text import Text as Line

from lotgate.report.rows import clean
from lotgate.report.screen_text import bullets, columns, heading, joined
from lotgate.report.shapes import ListChange, ListState, SourceDone
from lotgate.report.words import say

__all__ = [
    "Bytes",
    "changes_json",
    "print_changes",
    "print_hits",
    "print_status",
    "print_update",
    "print_versions",
    "status_json",
    "updates_json",
]

_SHOWN = 10
"""Names spelt out in print; all of them are in the machine's form."""


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
            "imported_on": _dated(one.imported_on),
            "checked_on": _dated(one.checked_on),
            "stale_after_days": one.stale_after_days,
            "stale": _stale(one),
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
        stale = _stale(one)
        console.print(Line(joined(zip(row, widths, strict=True)), style="yellow" if stale else ""), no_wrap=True)


def _stale(one: ListState) -> bool:
    """True for an official list too old, or of an age not known, to clear anybody by its absence."""
    if one.stale_after_days is None:
        return False
    return one.age_days is None or one.age_days > one.stale_after_days


def _cells(one: ListState, language: str) -> list[str]:
    age = say("say.unknown", language)
    if one.age_days is not None:
        age = say("say.day" if one.age_days == 1 else "say.days", language, n=one.age_days)
    day = one.as_of.isoformat() if one.as_of else "-"
    return [clean(one.list), day, age, f"{one.entries:,}", f"{one.rejected:,}", clean(one.title)]


def _dated(day: date | None) -> str | None:
    return day.isoformat() if day else None


def changes_json(changes: Sequence[ListChange]) -> list[dict[str, Any]]:
    """One record per list: whether it was taken, why, and every entry that differs."""
    return [
        {
            "list": one.list,
            "taken": one.taken,
            "reason": one.reason.en,
            "reason_zh": one.reason.zh,
            "entries": one.entries,
            "added": list(one.new),
            "removed": list(one.gone),
            "changed": list(one.altered),
            "rejected": [str(fault) for fault in one.rejected],
        }
        for one in changes
    ]


def updates_json(updates: Sequence[SourceDone]) -> list[dict[str, Any]]:
    """One record per publication: what became of it, and of each of its lists."""
    return [
        {
            "source": one.source,
            "outcome": one.outcome,
            "reason": one.reason.en,
            "reason_zh": one.reason.zh,
            "lists": changes_json(one.changes),
        }
        for one in updates
    ]


def print_changes(changes: Sequence[ListChange], console: Console, language: str = "en") -> None:
    """Prints what an import did to every list: taken or kept out, and how the entries differ."""
    if not changes:
        console.print(say("say.nothing_found", language))
    for change in changes:
        mark = say("say.taken" if change.taken else "say.kept_out", language)
        line = Line.assemble((clean(change.list), "bold"), "  ", (mark, "green" if change.taken else "bold yellow"))
        line.append(f"  {change.entries:,} {say('head.entries', language)}")
        if change.new or change.gone or change.altered:
            line.append(f"  +{change.added:,} -{change.removed:,} ~{change.changed:,}")
        console.print(line)
        if not change.taken:
            bullets([change.reason[language]], console, style="dim", mark=" ")
        first = not (change.gone or change.altered)
        for mark, names in (("+", change.new), ("-", change.gone), ("~", change.altered)):
            if names and not (first and mark == "+"):
                _print_named(mark, names, console, language)
        bullets([str(fault) for fault in change.rejected[:_SHOWN]], console, style="yellow", mark="!")
        if len(change.rejected) > _SHOWN:
            bullets([say("say.more", language, n=f"{len(change.rejected) - _SHOWN:,}")], console, style="dim", mark=" ")


def _print_named(mark: str, names: Sequence[str], console: Console, language: str) -> None:
    bullets([clean(name) for name in names[:_SHOWN]], console, style="dim", mark=mark, indent=2)
    if len(names) > _SHOWN:
        more = say("say.more", language, n=f"{len(names) - _SHOWN:,}")
        bullets([more], console, style="dim", mark=" ", indent=2)


def print_update(done: SourceDone, console: Console, language: str = "en") -> None:
    """Prints what became of one publication."""
    style = {"failed": "bold red", "refused": "bold red", "by-hand": "yellow"}.get(done.outcome, "green")
    line = Line.assemble((clean(done.source), "bold"), "  ", (say(f"update.{done.outcome}", language), style))
    console.print(line)
    if done.reason.en:
        bullets(done.reason[language].splitlines(), console, style="dim", mark=" ")
    if done.changes:
        print_changes(done.changes, console, language)


def print_versions(list_id: str, versions: Sequence[Mapping[str, Any]], console: Console, language: str = "en") -> None:
    """Prints every version kept of a list, the newest taken in last."""
    heading(list_id, console)
    heads = [say(f"head.{head}", language) for head in ("as_of", "entries", "rejected", "imported", "hash")]
    rows = [
        [
            f"{'* ' if one['in_use'] else '  '}{one['as_of'] or '-'}",
            f"{one['entries']:,}",
            f"{one['rejected']:,}",
            str(one["imported_on"]),
            str(one["source_sha256"] or one["file_sha256"])[:16],
        ]
        for one in versions
    ]
    widths = columns([[f"  {heads[0]}", *heads[1:]], *rows], (12, 10, 10, 12, 16))
    console.print(Line(joined(zip([f"  {heads[0]}", *heads[1:]], widths, strict=True)), style="dim"), no_wrap=True)
    for row in rows:
        console.print(Line(joined(zip(row, widths, strict=True))), no_wrap=True)


class Bytes:
    """Says on standard error how much of a file has come, at most twice a second."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = sys.stderr if stream is None else stream
        self.next = time.monotonic() + 0.5
        self.open = False

    def __enter__(self) -> Bytes:
        return self

    def __exit__(self, *fault: object) -> None:
        self.end()

    def __call__(self, source: str, file: str, came: int, whole: int | None) -> None:
        now = time.monotonic()
        if now < self.next:
            return
        size = f"{came / 1e6:.1f} MB" + (f" of {whole / 1e6:.1f} MB" if whole else "")
        live = self.stream.isatty()
        self.stream.write(f"{source}: {file}: {size}" + ("   \r" if live else "\n"))
        self.stream.flush()
        self.open, self.next = live, now + (0.5 if live else 5.0)

    def end(self) -> None:
        """Leaves the line of progress."""
        if self.open:
            self.stream.write("\n")
            self.open = False


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
