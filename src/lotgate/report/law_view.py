"""What `law list`, `law show`, `law at` and `law diff` print: the law as data, its clocks as small time lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text as Line
from rich.tree import Tree

from lotgate.law import Clause, Law, Status, Text
from lotgate.report.law_json import (
    Span,
    clauses_of,
    condition,
    diff_json,
    measure_json,
    measures_json,
    measures_of,
    spans,
    status_json,
    terms_of,
)
from lotgate.report.rows import clause_name
from lotgate.report.screen_text import bullets, columns, fit, heading, joined, speaks_unicode
from lotgate.report.words import say

__all__ = [
    "diff_json",
    "measure_json",
    "measures_json",
    "print_diff",
    "print_list",
    "print_measure",
    "print_status",
    "status_json",
]

_MARKS = {
    Status.OFF: ("·", ".", "dim"),
    Status.ON: ("█", "#", "green"),
    Status.SUSPENDED: ("░", "-", "yellow"),
    Status.STOPPED: ("×", "x", "dim"),
    Status.UNENFORCED: ("▒", "~", "cyan"),
    Status.OPEN: ("?", "?", "blue"),
}
_STATUS_STYLES = {status: style for status, (_, _, style) in _MARKS.items()}
_MARGIN = timedelta(days=45)


def _mark(status: Status, console: Console) -> str:
    return _MARKS[status][0 if speaks_unicode(console) else 1]


def _status(status: Status, language: str) -> Line:
    return Line().append(say(f"status.{status.value}", language), style=_STATUS_STYLES[status])


# ---- lists of measures ------------------------------------------------------------------------------------------


def print_list(law: Law, regime: str | None, console: Console, language: str = "en") -> None:
    """Prints every measure, of one regime or of all: id, day of issue, kind, number of clauses, title."""
    heading(say("title.law", language), console, say("say.law", language, version=law.version))
    counts = Counter(clause.measure for clause in law.clauses)
    for code, group in groupby(measures_of(law, regime), key=lambda measure: measure.regime):
        console.print()
        known = law.regimes[code].known_as_of if code in law.regimes else law.known_as_of
        heading(say(f"regime.{code}", language), console, say("say.known", language, day=known))
        heads = [say(f"head.{h}", language) for h in ("measure", "issued", "force", "clauses", "title")]
        rows = [
            [
                measure.id,
                measure.issued.isoformat() if measure.issued else "-",
                say(f"force.{measure.force}", language),
                str(counts[measure.id]),
                measure.title[language],
            ]
            for measure in group
        ]
        _print_table([heads, *rows], console)


def _print_table(rows: Sequence[Sequence[str]], console: Console) -> None:
    """Columns as wide as they need; the last takes the rest of the screen. The first row is the heads."""
    widths = columns([row[:-1] for row in rows], [30, 12, 12, 12][: len(rows[0]) - 1])
    widths.append(max(console.width - sum(widths) - len(widths), 10))
    for number, row in enumerate(rows):
        text = joined(zip(row, widths, strict=True))
        console.print(Line(text, style="dim" if number == 0 else ""), no_wrap=True)


def print_status(law: Law, day: date, regime: str | None, console: Console, language: str = "en") -> None:
    """Prints the status of every clause on a day, what is in force first; of one regime or of all."""
    heading(say("title.law_at", language, day=day), console, say("say.known", language, day=law.known_as_of))
    order = [Status.ON, Status.OPEN, Status.SUSPENDED, Status.UNENFORCED, Status.STOPPED, Status.OFF]
    chosen = [clause for clause in law.clauses if regime in (None, clause.regime)]
    chosen.sort(key=lambda c: (order.index(c.clock.status(day)), c.ref))
    for status, group in groupby(chosen, key=lambda c: c.clock.status(day)):
        clauses = list(group)
        console.print()
        label = _status(status, language)
        label.stylize("bold")
        console.print(label.append(f"  {len(clauses)}", style="dim"))
        widths = [min(max(cell_len(c.measure) for c in clauses), 30), min(max(cell_len(c.id) for c in clauses), 20)]
        for clause in clauses:
            rest = f"{fit(clause.measure, widths[0])} {fit(clause.id, widths[1])} {clause.cite[language]}"
            console.print(Line(fit(f"  {rest}", console.width).rstrip()), no_wrap=True)


def print_diff(law: Law, before: date, after: date, console: Console, language: str = "en") -> None:
    """Prints the clauses whose status differs between two days."""
    heading(say("title.law_diff", language, before=before, after=after), console)
    changes = law.diff(before, after)
    if not changes:
        console.print(say("say.no_change", language))
    for clause, earlier, later in changes:
        line = Line.assemble((clause_name(clause.measure, clause.id), "bold"), "  ")
        line.append_text(_status(earlier, language)).append(" → ").append_text(_status(later, language))
        console.print(line)
        bullets([clause.cite[language], clause.text[language]], console, style="dim", mark=" ")


# ---- one measure ------------------------------------------------------------------------------------------------


def print_measure(law: Law, measure_id: str, day: date, console: Console, language: str = "en") -> None:
    """Prints one measure: its record, the clocks, each clause with its status on a day, its conditions.

    Raises LawError for an unknown id.
    """
    measure = law.measure(measure_id)
    heading(f"{measure.id}  {measure.title[language]}", console)
    facts = [
        say(f"regime.{measure.regime}", language),
        say(f"force.{measure.force}", language),
        f"{say('head.issued', language)} {measure.issued or '-'}",
        say(f"verified.{measure.verified}", language),
    ]
    console.print(Line(" · ".join(facts), style="dim"))
    console.print(Line(f"{measure.source} {measure.url}".strip(), style="dim"))
    if measure.note is not None:
        bullets([measure.note[language]], console, mark="!")
    clauses = clauses_of(law, measure)
    _print_clocks(clauses, console, language)
    told: set[tuple[Text, int]] = set()
    for clause in clauses:
        console.print()
        _print_clause(law, clause, day, told, console, language)
    nodes = [n for c in clauses for n in (c.when, *(p.node for p in (*c.exceptions, *c.routes)))]
    _print_terms(law, measure.regime, nodes, console, language)


def _print_clause(
    law: Law, clause: Clause, day: date, told: set[tuple[Text, int]], console: Console, language: str
) -> None:
    """One clause; what an earlier one has told of an exception or route is not told again."""
    head = Line.assemble(
        (clause_name(clause.measure, clause.id), "bold"), "  ", say(f"effect.{clause.effect}", language)
    )
    if clause.policy:
        head.append(f" · {say(f'policy.{clause.policy}', language)}")
    head.append(f"  {day} ", style="dim").append_text(_status(clause.clock.status(day), language))
    console.print(head)
    bullets([clause.cite[language]], console, style="dim", mark=" ")
    bullets([clause.text[language]], console, mark=" ")
    console.print(_condition_tree(condition(law, clause.regime, clause.when), say("part.when", language), language))
    for proviso in (*clause.exceptions, *clause.routes):
        if (proviso.text, proviso.node) in told:
            bullets([f"{proviso.cite[language]}{say('say.colon', language)}{say('say.above', language)}"], console)
            continue
        told.add((proviso.text, proviso.node))
        bullets([f"{proviso.cite[language]}{say('say.colon', language)}{proviso.text[language]}"], console)
        what = say("part.when", language)
        console.print(_condition_tree(condition(law, clause.regime, proviso.node), what, language))
    if clause.action is not None:
        bullets([clause.action[language]], console, mark=">")


def _condition_tree(written: Any, name: str, language: str) -> Tree:
    """A condition as a small tree: `all of`, `any of` and `not` over comparisons and named conditions."""
    tree = Tree(Line(f"  {name}", style="dim"), guide_style="dim")
    _grow(tree, written, language)
    return tree


def _grow(tree: Tree, written: Any, language: str) -> None:
    if isinstance(written, str):
        tree.add(Line(written))
        return
    ((key, body),) = written.items()
    if key == "not" and isinstance(body, str):
        tree.add(Line(f"{say('condition.not', language)} {body}"))
        return
    branch = tree.add(Line(say(f"condition.{key}", language), style="italic"))
    for child in [body] if key == "not" else body:
        _grow(branch, child, language)


def _print_terms(law: Law, regime: str, nodes: list[int], console: Console, language: str) -> None:
    """The named conditions in use, each spelt out once."""
    terms = terms_of(law, regime, nodes)
    if terms:
        console.print()
        heading(say("part.terms", language), console)
    for name, written in terms.items():
        console.print(_condition_tree(written, name, language))


def _print_clocks(clauses: Iterable[Clause], console: Console, language: str) -> None:
    """A time line per clause on one scale, and the spans spelt out below; equal clocks stand together."""
    drawn = {clause: spans(clause.clock) for clause in clauses}
    drawn = {clause: found for clause, found in drawn.items() if found}
    if not drawn:
        return
    console.print()
    heading(say("part.clock", language), console)
    days = [span.first for found in drawn.values() for span in found]
    first, last = min(days) - _MARGIN, max(days) + 4 * _MARGIN
    name = columns([(clause.id,) for clause in drawn], (18,))[0]
    width = max(min(console.width - name - 3, 72), 12)
    console.print(Line(" " * (name + 1) + _scale(first, last, width), style="dim"), no_wrap=True)
    for clause, found in drawn.items():
        console.print(
            Line(f"{fit(clause.id, name)} ").append_text(_bar(found, first, last, width, console)), no_wrap=True
        )
    console.print()
    for found, group in groupby(drawn, key=lambda clause: drawn[clause]):
        ids = ", ".join(clause.id for clause in group)
        bullets(
            [f"{ids}{say('say.colon', language)}{'; '.join(_spelt(span, console, language) for span in found)}"],
            console,
        )


def _column(day: date, first: date, last: date, width: int) -> int:
    return (day - first).days * width // max((last - first).days, 1)


def _bar(found: Sequence[Span], first: date, last: date, width: int, console: Console) -> Line:
    """One character per stretch of days; what a span of a day or two would lose keeps one character."""
    marks = [_mark(Status.OFF, console)] * width
    styles = [_STATUS_STYLES[Status.OFF]] * width
    for span in found:
        start = _column(span.first, first, last, width)
        end = _column(span.last, first, last, width) if span.last else width - 1
        for place in range(start, min(end, width - 1) + 1):
            marks[place], styles[place] = _mark(span.status, console), _STATUS_STYLES[span.status]
    line = Line()
    for mark, style in zip(marks, styles, strict=True):
        line.append(mark, style=style)
    return line


def _scale(first: date, last: date, width: int) -> str:
    """The years over a time line."""
    cells = [" "] * width
    for year in range(first.year, last.year + 1):
        place = _column(max(date(year, 1, 1), first), first, last, width)
        label = str(year)
        if place + len(label) <= width and all(cell == " " for cell in cells[max(place - 1, 0) : place + len(label)]):
            cells[place : place + len(label)] = label
    return "".join(cells)


def _spelt(span: Span, console: Console, language: str) -> str:
    key = "say.between" if span.last else "say.from"
    days = say(key, language, day=span.first, last=span.last)
    by = f" ({span.by})" if span.by else ""
    return f"{_mark(span.status, console)} {say(f'status.{span.status.value}', language)} {days}{by}"
