"""What `check` and `horizon` print: one screen that reads at a glance, with colour and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text as Line

from lotgate.law import Law
from lotgate.report.explanation import print_explain
from lotgate.report.rows import Row, clean, decision_rows, severity, strictest
from lotgate.report.screen_text import (
    ANSWER_STYLES,
    answer_label,
    bullets,
    columns,
    counts_bar,
    fit,
    heading,
    joined,
    label_width,
    labelled,
)
from lotgate.report.shapes import Change, DecisionSet
from lotgate.report.words import ANSWERS, say

__all__ = ["print_check", "print_explain", "print_horizon"]

_WIDE = 150
"""From this many columns on, a line of the check stands on one line of the screen."""
_PIPED = 20
"""Lines shown where the output is no screen with a height."""
_NAMED = 40
"""Lines named where one change concerns many."""
_LISTED = 4
"""Party lists named on the screen."""
_AROUND = 12
"""Lines of the screen that are not lines of the check."""


def print_check(decisions: DecisionSet, console: Console, language: str = "en", limit: int | None = None) -> None:
    """Prints the counts, then the strictest lines: answer, goods, end user, deciding clause, next step.

    `limit` is how many lines are spelt out; without it, as many as the screen holds, 20 where there is no screen.
    """
    counts = decisions.counts()
    total = len(decisions.lines)
    heading(say("title.check", language), console, f"{_how_many(total, language)} · {_known(decisions.law, language)}")
    if not total:
        console.print(say("say.no_lines", language))
    else:
        for line in counts_bar(counts, console, language, min(console.width, 72)):
            console.print(line, no_wrap=True)
        console.print()
        _print_lines(decisions, console, language, limit)
    _print_foot(decisions, console, language)


def _known(law: Law, language: str) -> str:
    return say("say.known", language, day=law.known_as_of)


def _print_lines(decisions: DecisionSet, console: Console, language: str, limit: int | None) -> None:
    wide = console.width >= _WIDE
    if limit is None:
        room = console.height - _AROUND
        limit = max(room if wide else room // 2, 5) if console.is_terminal else _PIPED
    shown = strictest(decisions, limit)
    rows = decision_rows(shown, decisions.workspace)
    (_print_wide if wide else _print_narrow)(rows, console, language)
    left = len(decisions.lines) - len(shown)
    if left > 0:
        hidden = Counter(decisions.counts()) - Counter(line.answer for line in shown)
        names = [f"{hidden[answer]:,} {say(f'answer.{answer}', language)}" for answer in ANSWERS if hidden[answer]]
        which = ("、" if language == "zh" else ", ").join(names)
        console.print(Line(say("count.more", language, n=f"{left:,}", which=which), style="bold"))


def _goods(row: Row, language: str, width: int) -> str:
    """The goods and where they go; the destination stays whole when the goods are cut."""
    end = f" → {row.shipment.destination}"
    room = width - cell_len(end)
    goods = row.shipment.goods[language]
    return (goods if cell_len(goods) <= room else fit(goods, room).rstrip()) + end


def _until(row: Row, language: str) -> str:
    until = row.decision.holds_until
    return until.isoformat() if until else "-"


def _cells(row: Row, language: str) -> tuple[str, str, str]:
    return (clean(row.decision.line), row.decision.date.isoformat(), _until(row, language))


def _decides(row: Row, language: str) -> str:
    mark = f"[{say('say.conflict_mark', language)}] " if row.decision.conflicts else ""
    return mark + row.deciding.label(language)


def _widths(rows: Sequence[Row], language: str) -> tuple[int, int, int]:
    """Cells of the answer, the line name and the day the answer holds until."""
    heads = (say("head.line", language), say("head.holds_until", language))
    cells = [_cells(row, language) for row in rows]
    name, until = columns([heads, *((line, held) for line, _, held in cells)], (14, 14))
    return label_width(language) + 2, name, until


def _print_narrow(rows: Sequence[Row], console: Console, language: str) -> None:
    """Two lines of the screen for each line of the check."""
    answer, name, until = _widths(rows, language)
    room = console.width - answer - name - 10 - until - 5
    goods = room * 11 // 20
    widths = (name, 10, goods, room - goods, until)
    heads = ("head.line", "head.date", "head.goods_destination", "head.end_user", "head.holds_until")
    titles = joined(zip((say(head, language) for head in heads), widths, strict=True))
    console.print(Line(" " * (answer + 1) + titles, style="dim"), no_wrap=True)
    for row in rows:
        line, day, held = _cells(row, language)
        cells = (line, day, _goods(row, language, goods), row.shipment.end_user, held)
        top = labelled(row.decision.answer, language)
        top.append(" ")
        top.append(joined(zip(cells, widths, strict=True)))
        console.print(top, no_wrap=True)
        console.print(_second_line(row, language, answer + 1, console.width), no_wrap=True)


def _second_line(row: Row, language: str, indent: int, width: int) -> Line:
    """The deciding clause and the next step; the clause gives way first, so that the step stays readable."""
    room = width - indent
    clause, step = _decides(row, language), row.next_step[language]
    most = max(room - 3 - cell_len(step), room * 11 // 20)
    if cell_len(clause) > most:
        clause = fit(clause, most).rstrip()
    line = Line(" " * indent)
    line.append(clause, style="dim")
    line.append(" > ", style="dim")
    line.append(fit(step, width - indent - cell_len(clause) - 3).rstrip())
    return line


def _print_wide(rows: Sequence[Row], console: Console, language: str) -> None:
    """One line of the screen for each line of the check."""
    answer, name, until = _widths(rows, language)
    room = console.width - answer - name - 10 - until - 7
    goods, user, clause = room * 24 // 100, room * 18 // 100, room * 26 // 100
    widths = (name, 10, goods, user, clause, room - goods - user - clause, until)
    heads = ("line", "date", "goods_destination", "end_user", "deciding", "next_step", "holds_until")
    titles = joined(zip((say(f"head.{head}", language) for head in heads), widths, strict=True))
    console.print(Line(" " * (answer + 1) + titles, style="dim"), no_wrap=True)
    for row in rows:
        line, day, held = _cells(row, language)
        user_name, decides, step = row.shipment.end_user, _decides(row, language), row.next_step[language]
        cells = (line, day, _goods(row, language, goods), user_name, decides, step, held)
        text = labelled(row.decision.answer, language)
        text.append(" ")
        text.append(joined(zip(cells, widths, strict=True)))
        console.print(text, no_wrap=True)


def _print_foot(decisions: DecisionSet, console: Console, language: str) -> None:
    console.print()
    bullets((note[language] for note in decisions.notes), console, style="yellow", mark="!")
    console.print(Line(_lists_line(decisions.lists, language), style="dim"))
    console.print(Line(say("say.next_explain", language), style="dim"))
    console.print(Line(say("say.care", language, day=decisions.law.known_as_of), style="dim"))


def _lists_line(lists: Sequence[Mapping[str, Any]], language: str) -> str:
    """The lists used with their days; only their number and the oldest day where they are many."""
    if not lists:
        return say("say.no_lists", language)
    if len(lists) > _LISTED:
        oldest = min((str(one["as_of"]) for one in lists if one.get("as_of")), default="-")
        many = say("say.many_lists", language, n=len(lists), day=oldest)
        return f"{many}; {say('say.see_lists', language)}"
    names = ("；" if language == "zh" else "; ").join(list_line(one, language) for one in lists)
    return say("say.lists", language, lists=names)


def list_line(one: Mapping[str, Any], language: str) -> str:
    """A party list in a few words: its name, its day, how many entries."""
    key = "say.list" if one.get("as_of") else "say.list_undated"
    return say(key, language, list=one["list"], day=one.get("as_of"), entries=f"{one['entries']:,}")


# ---- the horizon ------------------------------------------------------------------------------------------------


def print_horizon(changes: Iterable[Change], decisions: DecisionSet, console: Console, language: str = "en") -> None:
    """Prints the days on which answers change: for each change the measures that make it and the lines it concerns."""
    found = sorted(changes, key=lambda c: (c.day, severity(c.after), severity(c.before), tuple(c.measures)))
    heading(say("title.horizon", language), console, _known(decisions.law, language))
    if not found:
        console.print(say("say.no_change", language))
    for day, group in groupby(found, key=lambda change: change.day):
        of_day = list(group)
        console.print()
        heading(day.isoformat(), console, _how_many(len({change.line for change in of_day}), language))
        for (before, after, measures), same in groupby(of_day, key=lambda c: (c.before, c.after, tuple(c.measures))):
            _print_change(before, after, measures, [clean(change.line) for change in same], console, language)
    console.print()
    console.print(Line(say("say.care", language, day=decisions.law.known_as_of), style="dim"))


def _print_change(
    before: str, after: str, measures: Sequence[str], lines: Sequence[str], console: Console, language: str
) -> None:
    text = Line("  ")
    text.append(answer_label(before, language), style="dim")
    text.append(" → ")
    text.append(f" {answer_label(after, language)} ", style=ANSWER_STYLES[after])
    text.append(f"  {', '.join(measures) or say('say.licence_moves', language)}", style="bold")
    text.truncate(console.width, overflow="ellipsis")
    console.print(text, no_wrap=True)
    shown = lines[:_NAMED]
    rest = f" +{len(lines) - len(shown):,}" if len(lines) > len(shown) else ""
    bullets(
        [f"{_how_many(len(lines), language)}{say('say.colon', language)}{', '.join(shown)}{rest}"],
        console,
        mark=" ",
        indent=4,
    )


def _how_many(number: int, language: str) -> str:
    return say("count.line" if number == 1 else "count.lines", language, n=f"{number:,}")
