"""What a workbook says of decisions: the columns beside a shipment, the rows of the sheets `reasons` and `about`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lotgate import __version__
from lotgate.decide.decision import Ask, ConflictFlag, LineDecision, RegimeDecision, Rule
from lotgate.law import Text
from lotgate.report.rows import Row, questions
from lotgate.report.shapes import DecisionSet, PartyNote
from lotgate.report.words import ANSWERS, fact_label, word
from lotgate.tables.schema import REGIMES

__all__ = ["ANSWER_HEADS", "REASON_HEADS", "AnswerColumn", "Value", "about_rows", "answer_columns", "reason_rows"]

Value = str | int | dt.date | None


@dataclass(frozen=True)
class AnswerColumn:
    """A column beside the shipment: its head, its width in characters, the value for a line."""

    head: str
    width: int
    value: Callable[[Row], Value]
    answer: Callable[[Row], str | None] | None = None
    """The answer whose colour the cell takes."""


def both(text: Text) -> str:
    """Both languages in one short cell."""
    return text.en if text.en == text.zh else f"{text.en} / {text.zh}"


def head(key: str, language: str = "") -> str:
    """The head of a column, with the language of its cells where they are long."""
    name = both(word(f"head.{key}"))
    return f"{name} ({'中文' if language == 'zh' else 'English'})" if language else name


def _regime_head(code: str) -> str:
    return f"{code} / {REGIMES[code][1]}"


def answer_columns(regimes: Sequence[str]) -> list[AnswerColumn]:
    """The columns that a check adds to the table of shipments, those of the regimes last."""
    columns = [
        AnswerColumn(head("answer"), 16, lambda r: _answer(r.decision.answer), lambda r: r.decision.answer),
        AnswerColumn(head("policy"), 22, lambda r: _policy(r.decision)),
        AnswerColumn(head("measure"), 20, lambda r: "; ".join(r.deciding.measures)),
        AnswerColumn(head("cite", "en"), 34, lambda r: r.deciding.cite.en),
        AnswerColumn(head("cite", "zh"), 34, lambda r: r.deciding.cite.zh),
        AnswerColumn(head("questions", "en"), 40, lambda r: _questions(r.decision, "en")),
        AnswerColumn(head("questions", "zh"), 40, lambda r: _questions(r.decision, "zh")),
        AnswerColumn(head("next_step", "en"), 40, lambda r: r.next_step.en),
        AnswerColumn(head("next_step", "zh"), 40, lambda r: r.next_step.zh),
        AnswerColumn(head("holds_until"), 14, lambda r: r.decision.holds_until),
    ]
    return columns + [_regime_column(code) for code in regimes]


def _regime_column(code: str) -> AnswerColumn:
    def answer(row: Row) -> str | None:
        found = row.decision.regimes.get(code)
        return found.answer if found else None

    def value(row: Row) -> str | None:
        found = answer(row)
        return _answer(found) if found else None

    return AnswerColumn(_regime_head(code), 14, value, answer)


ANSWER_HEADS = frozenset(column.head for column in answer_columns(list(REGIMES)))
"""Heads of columns that hold answers and no input."""


def _answer(answer: str) -> str:
    return both(word(f"answer.{answer}"))


def _policy(decision: LineDecision) -> str | None:
    """The strictest policy of the regimes that give the line its answer."""
    from lotgate.law.model import POLICIES

    given = [r.policy for r in decision.regimes.values() if r.answer == decision.answer == "apply" and r.policy]
    return both(word(f"policy.{max(given, key=POLICIES.index)}")) if given else None


def _questions(decision: LineDecision, language: str) -> str:
    asked = (f"{ask.subject} · {ask.fact}: {ask.question[language]}" for ask in questions(decision))
    return "\n".join(asked)


# ---- reasons ----------------------------------------------------------------------------------------------------

REASON_HEADS: tuple[tuple[str, int], ...] = (
    (head("line"), 12),
    (head("date"), 12),
    (head("regime"), 20),
    (head("answer"), 16),
    (head("measure"), 20),
    (head("rule"), 12),
    (head("effect"), 24),
    (head("policy"), 22),
    (head("cite", "en"), 34),
    (head("cite", "zh"), 34),
    (head("text", "en"), 50),
    (head("text", "zh"), 50),
    (head("held_by", "en"), 34),
    (head("held_by", "zh"), 34),
    (head("fact"), 24),
    (head("subject"), 16),
    (head("matters_for"), 28),
    (head("because"), 50),
)


def reason_rows(decision: LineDecision, parties: Iterable[PartyNote] = ()) -> Iterator[list[Value]]:
    """One row per regime and rule or question of a line, one per conflict, one per note on a party."""
    start: list[Value] = [decision.line, decision.date]
    for regime in decision.regimes.values():
        own = [*start, both(word(f"regime.{regime.regime}")), _answer(regime.answer)]
        yield from (own + cells for cells in _regime_rows(regime))
    for conflict in decision.conflicts:
        yield [*start, None, None, *_conflict_cells(conflict)]
    for note in parties:
        yield [*start, None, None, *_party_cells(note)]


def _regime_rows(regime: RegimeDecision) -> Iterator[list[Value]]:
    for rule in regime.rules:
        yield _rule_cells(rule)
    for ask in regime.asks:
        yield _ask_cells(ask)


def _rule_cells(rule: Rule) -> list[Value]:
    held = rule.held_by or Text("", "")
    policy = both(word(f"policy.{rule.policy}")) if rule.policy and rule.effect == "licence-required" else None
    because = "; ".join(f"{comparison}: {value}" for comparison, value in rule.reasons)
    effect = both(word(f"effect.{rule.effect}"))
    return [rule.measure, rule.rule, effect, policy, rule.cite.en, rule.cite.zh, rule.text.en, rule.text.zh,
            held.en or None, held.zh or None, None, None, None, because or None]  # fmt: skip


def _ask_cells(ask: Ask) -> list[Value]:
    label = fact_label(ask.fact)
    name = ask.fact if label.en == ask.fact else f"{ask.fact} ({both(label)})"
    return [None, None, both(word("head.question")), None, None, None, ask.question.en, ask.question.zh, None, None,
            name, ask.subject, "; ".join(ask.matters_for), None]  # fmt: skip


def _conflict_cells(conflict: ConflictFlag) -> list[Value]:
    way, mark = conflict.authorisation, both(word("say.conflict_mark"))
    return ["; ".join(conflict.measures), None, mark, None, conflict.cite.en, conflict.cite.zh,
            conflict.text.en, conflict.text.zh, way.en, way.zh, None, None, None, None]  # fmt: skip


def _party_cells(note: PartyNote) -> list[Value]:
    role = both(word(f"head.{note.role}"))
    return [None, None, role, None, None, None, note.text.en, note.text.zh, None, None, None, note.party, None, None]


# ---- about ------------------------------------------------------------------------------------------------------


def about_rows(decisions: DecisionSet, notes: Iterable[Text]) -> Iterator[list[Value]]:
    """What the check rests on: law data, lists, notes, the meaning of the answers, legal care."""
    law = decisions.law
    yield ["Lotgate", __version__, __version__]
    yield ["law", *_pair(word("say.law", version=law.version))]
    for code, regime in law.regimes.items():
        yield [_regime_head(code), *_pair(word("say.known", day=regime.known_as_of))]
    for one in decisions.lists:
        key = "say.list" if one.get("as_of") else "say.list_undated"
        told = word(key, list=one["list"], day=one.get("as_of"), entries=f"{one['entries']:,}")
        yield [both(word("head.list")), *_pair(told)]
    if not decisions.lists:
        yield [both(word("head.list")), *_pair(word("say.no_lists"))]
    for note in (*decisions.notes, *notes):
        yield [both(word("part.notes")), *_pair(note)]
    for answer in ANSWERS:
        yield [_answer(answer), *_pair(word(f"meaning.{answer}"))]
    yield [None, *_pair(word("say.care", day=law.known_as_of))]
    yield [None, *_pair(word("say.licence_footer"))]


def _pair(text: Text) -> tuple[str, str]:
    return text.en, text.zh
