"""The report of a check as one HTML file: both languages inside, no request to anywhere, readable without scripts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from lotgate import __version__
from lotgate.decide.decision import Ask, LineDecision
from lotgate.law import Law, Measure, Text
from lotgate.report.chart import draw
from lotgate.report.files import write_whole
from lotgate.report.pages import both_languages, page_environment, part
from lotgate.report.rows import Row, clean, decision_rows, find_measure, questions, steps, strictest
from lotgate.report.shapes import DecisionSet, PartyNote
from lotgate.report.words import ANSWERS, fact_label, met, say, word

__all__ = ["render_html", "write_html"]

_MOST_REASONED = 2_000
"""With more lines than this, those that may go are shown without their reasoning."""
_MOST_EXPLAINED = 500
"""Up to this many lines, every rule shows the facts that decided it."""
_MOST_ROWS = 5_000
"""A browser stays usable with this many; the strictest are kept."""
_LISTED = 4
"""Party lists named in the head; with more they have a table of their own."""

_HEADS = (
    ("rank", "head.answer"),
    ("line", "head.line"),
    ("date", "head.date"),
    ("goods", "head.goods"),
    ("destination", "head.destination"),
    ("user", "head.end_user"),
    ("law", "head.regimes"),
    ("until", "head.holds_until"),
)
_EFFECT_CLASS = {
    "prohibited": "stop",
    "licence-required": "apply",
    "registration": "apply",
    "notification": "apply",
    "not-established": "ask",
    "exempt": "held",
    "suspended": "held",
    "advisory": "held",
}


def write_html(decisions: DecisionSet, path: str | Path, start: dt.date | None = None, language: str = "en") -> None:
    """Writes the report to a file, whole or not at all; arguments as for `render_html`."""
    text = render_html(decisions, start, language)
    with write_whole(Path(path)) as made:
        made.write_text(text, encoding="utf-8", newline="\n")


def render_html(decisions: DecisionSet, start: dt.date | None = None, language: str = "en") -> str:
    """The report as text.

    `language` is shown first; the reader can switch. The chart covers the year from `start`, and starts no later than
    the day up to which the law is known: what a report says never hangs on the clock of the machine.
    """
    law, total = decisions.law, len(decisions.lines)
    shown = strictest(decisions, _MOST_ROWS)
    explained = [decisions.explain(decision.line) for decision in shown] if total <= _MOST_EXPLAINED else []
    shown = [one.decision for one in explained] or shown
    found = [one.parties for one in explained] or [()] * len(shown)
    rows = [
        _View(row, parties, total <= _MOST_REASONED)
        for row, parties in zip(decision_rows(shown, decisions.workspace), found, strict=True)
    ]
    measures = _measures(shown, law)
    counts = decisions.counts()
    return (
        _environment()
        .get_template("check.html.j2")
        .render(
            language=language,
            program=__version__,
            name=clean(decisions.workspace.path.name),
            law=law,
            known=law.known_as_of,
            regimes=list(dict.fromkeys(code for decision in shown for code in decision.regimes)),
            how_many=word("count.line") if total == 1 else word("count.lines", n=f"{total:,}"),
            lists=_lists(decisions.lists),
            list_rows=decisions.lists if len(decisions.lists) > _LISTED else [],
            counts={answer: counts.get(answer, 0) for answer in ANSWERS},
            total=total,
            notes=decisions.notes,
            chart=draw(_course(decisions, start)) if total else None,
            rows=rows,
            cuts=_cuts(total, len(shown)),
            measures=measures,
            cited=dict(_anchors(shown, law)),
            once=_Once(),
        )
    )


def _course(decisions: DecisionSet, start: dt.date | None) -> Sequence[tuple[dt.date, Mapping[str, int]]]:
    """The counts for a year from `start`, with the time since the law was known where that lies before it."""
    known = decisions.law.known_as_of
    if start is None or start <= known:
        return decisions.months(start or known)
    since = (start.year - known.year) * 12 + start.month - known.month
    return decisions.months(known, min(12 + since, 24))


def _cuts(total: int, shown: int) -> list[Text]:
    """What had to be left out of a large report."""
    cuts = []
    if shown < total:
        cuts.append(word("say.rows_cut", shown=f"{shown:,}", all=f"{total:,}"))
    if total > _MOST_REASONED:
        cuts.append(word("say.reasons_cut", limit=f"{_MOST_REASONED:,}"))
    return cuts


def _lists(lists: Sequence[Mapping[str, Any]]) -> Text:
    """The lists used with their days; only their number and the oldest day where they are many."""
    if len(lists) > _LISTED:
        oldest = min((str(one["as_of"]) for one in lists if one.get("as_of")), default="-")
        return word("say.many_lists", n=len(lists), day=oldest)
    both = [
        word(
            "say.list" if one.get("as_of") else "say.list_undated",
            list=one["list"],
            day=one.get("as_of"),
            entries=f"{one['entries']:,}",
        )
        for one in lists
    ]
    if not both:
        return word("say.no_lists")
    return word("say.lists", lists=Text("; ".join(one.en for one in both), "；".join(one.zh for one in both)))


# ---- measures that lines cite -----------------------------------------------------------------------------------


def _cited(decisions: Iterable[LineDecision]) -> list[str]:
    """Every measure that a rule, question or conflict names."""
    found: set[str] = set()
    for decision in decisions:
        for regime in decision.regimes.values():
            found.update(rule.measure for rule in regime.rules)
            for ask in regime.asks:
                found.update(ask.matters_for)
        for conflict in decision.conflicts:
            found.update(conflict.measures)
    return sorted(found)


def _anchors(decisions: Iterable[LineDecision], law: Law) -> list[tuple[str, str]]:
    """(measure cited, id under which the table of measures has it)."""
    pairs = ((name, find_measure(law, name)) for name in _cited(decisions))
    return [(name, measure.id) for name, measure in pairs if measure is not None]


def _measures(decisions: Iterable[LineDecision], law: Law) -> list[tuple[str, Measure]]:
    keys = sorted({key for _, key in _anchors(decisions, law)})
    return [(key, law.measures[key]) for key in keys]


# ---- one line ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _View:
    """A row with what the template would otherwise have to work out."""

    row: Row
    parties: Sequence[PartyNote]
    all_reasons: bool

    @property
    def decision(self) -> LineDecision:
        return self.row.decision

    @property
    def shipment(self) -> Any:
        return self.row.shipment

    @property
    def deciding(self) -> Any:
        return self.row.deciding

    @property
    def next_step(self) -> Text:
        return self.row.next_step

    @property
    def deciding_label(self) -> Text:
        return Text(self.row.deciding.label("en", 3), self.row.deciding.label("zh", 3))

    @property
    def open(self) -> bool:
        """Whether the reasoning is in the page."""
        return self.all_reasons or self.row.decision.answer != "go"

    @cached_property
    def asks(self) -> list[Ask]:
        """Every question once."""
        return questions(self.row.decision)

    @property
    def actions(self) -> list[Text]:
        """What to do, apart from the questions."""
        return steps(self.row.decision)


def _outside(decision: LineDecision) -> Text | None:
    """The sentences on regimes that have no hold on the line, and on those that have and ask for nothing."""
    told = []
    for key, holds in (("say.no_demand_list", True), ("say.not_subject_list", False)):
        quiet = [code for code, r in decision.regimes.items() if r.reason is not None and r.holds is holds]
        names = [word(f"regime.{code}") for code in quiet]
        if names:
            joined = Text(", ".join(name.en for name in names), "、".join(name.zh for name in names))
            told.append(word(key, regimes=joined))
    return Text(" ".join(one.en for one in told), "".join(one.zh for one in told)) if told else None


# ---- what the template calls ------------------------------------------------------------------------------------


@lru_cache(maxsize=100_000)
def _text(text: Text | str) -> Markup:
    """A text, or the words of a key, in both languages; once where they are the same."""
    return both_languages(word(text) if isinstance(text, str) else text)


def _both(name: str, text: Text) -> Markup:
    return Markup('data-{}-en="{}" data-{}-zh="{}"').format(name, text.en, name, text.zh)


def _label(key: str) -> Markup:
    return Markup('aria-label="{}" {}').format(say(key, "en"), _both("label", word(key)))


def _hint(key: str) -> Markup:
    return Markup('placeholder="{}" {}').format(say(key, "en"), _both("hint", word(key)))


def _option(key: str) -> Markup:
    """The rest of an option's tag and its text: options hold no markup, so the script sets them."""
    return Markup("{}>{}").format(_both("text", word(key)), say(key, "en"))


def _head(key: str) -> Markup:
    return _both("head", word(f"head.{key}"))


class _Once:
    """Renders what many lines share once: the macro given, by the thing it renders."""

    def __init__(self) -> None:
        self._made: dict[object, Markup] = {}

    def __call__(self, macro: Callable[[object], Markup], thing: object) -> Markup:
        made = self._made.get(thing)
        if made is None:
            made = self._made[thing] = macro(thing)
        return made


@cache
def _environment() -> Environment:
    return page_environment(
        t=_text,
        w=word,
        both=_both,
        label=_label,
        hint=_hint,
        option=_option,
        head=_head,
        clean=clean,
        fact_label=fact_label,
        met=met,
        outside_of=_outside,
        answers=ANSWERS,
        heads=_HEADS,
        effect_class=_EFFECT_CLASS,
        icons=part("house/icons.svg"),
    )
