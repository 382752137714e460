"""What a report shows of a line: who ships what to whom, the clause that decides, the next step. Knows no layout."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from lotgate.decide.decision import Ask, LineDecision, RegimeDecision, Rule
from lotgate.law import Law, Measure, Text
from lotgate.law.model import POLICIES
from lotgate.report.shapes import DecisionSet
from lotgate.report.words import ANSWERS, fact_label, word
from lotgate.tables import Workspace
from lotgate.tables.vocabulary import COUNTRIES

__all__ = [
    "Deciding",
    "Row",
    "Shipment",
    "by_severity",
    "clause_name",
    "clean",
    "deciding",
    "decision_rows",
    "describe",
    "find_measure",
    "next_step",
    "place",
    "questions",
    "severity",
    "shipments",
    "short_cite",
    "steps",
    "strictest",
    "written",
]

_UNKNOWN = Text("?", "?")
_BITING = ("licence-required", "registration", "notification")
# Control characters, and the marks that turn the direction of writing: both let a name repaint what stands around it.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def clean(text: str) -> str:
    """The text on one line, without control characters and marks of writing direction."""
    return _UNSEEN.sub(" ", text).strip()


def written(value: Any) -> str | None:
    """A cell of a workspace as a person writes it; None for unknown."""
    if value is None:
        return None
    if isinstance(value, float):
        return "none" if value != value else f"{value:,.15g}"
    if isinstance(value, dt.date):
        return "none" if value in (dt.date.min, dt.date.max) else value.isoformat()
    if isinstance(value, list | tuple):
        return "; ".join(clean(str(one)) for one in value) or "none"
    return clean(str(value))


def place(code: str | None) -> Text:
    """The name of a country in both languages; a question mark for unknown."""
    if code is None:
        return _UNKNOWN
    names = COUNTRIES.get(code)
    return Text(*names) if names else Text(clean(code), clean(code))


@dataclass(frozen=True)
class Shipment:
    """What the tables say of a line, as text; empty where nothing is known."""

    item: str = ""
    goods: Text = _UNKNOWN
    destination: str = "?"
    destination_name: Text = _UNKNOWN
    end_user: str = "?"
    details: tuple[tuple[str, Text], ...] = ()
    """(key of the label, value), in the order in which a reader wants them."""


@dataclass(frozen=True)
class Deciding:
    """What settles the answer of a line: the regime, the measures, and a few words on how."""

    regime: str | None
    measures: tuple[str, ...]
    cite: Text

    def label(self, language: str, most: int = 1) -> str:
        """The measures and the words, cut to the place in the text; measures beyond `most` are counted."""
        shown = ", ".join(self.measures[:most])
        if len(self.measures) > most:
            shown += f" +{len(self.measures) - most}"
        return " · ".join(part for part in (shown, short_cite(self.cite[language])) if part)


@dataclass(frozen=True)
class Row:
    """One line of a report."""

    decision: LineDecision
    shipment: Shipment
    deciding: Deciding
    next_step: Text


_SPOT = re.compile(r"(?:arts?|paras?|paragraphs?|items?|points?|sections?|annex|limb|notes?|closing|schedule)\b", re.I)
_ARTICLE = re.compile(r"第[0-9a-z一二三四五六七八九十百〇零]+(?:之[一二三四五六七八九十])?[条款项段].*")


def short_cite(cite: str) -> str:
    """A citation without the name of the act, where it names a place in it; else its first part."""
    first = re.split(r"[;；]", cite)[0].strip()
    if (found := _ARTICLE.search(first)) is not None:
        return found.group()
    _, _, spot = first.partition(", ")
    return spot if _SPOT.match(spot) else first


def strictest(decisions: DecisionSet, limit: int) -> list[LineDecision]:
    """The strictest lines, at most `limit`, in the order of `by_severity`; only those are put together."""
    answers, policies = decisions.answers
    worst = answers.max(axis=1, initial=0)
    given = np.where(answers == worst[:, None], policies, -1).max(axis=1, initial=-1)
    order = np.lexsort((decisions.days, -given.astype(np.int16), -worst.astype(np.int16)))
    if len(order) > limit:
        last = order[limit - 1]
        same = (worst == worst[last]) & (given == given[last]) & (decisions.days == decisions.days[last])
        names = decisions.workspace["shipments"]["line"]
        tied = sorted(np.flatnonzero(same).tolist(), key=lambda number: (_natural(names[number]), names[number]))
        sure = [number for number in order[:limit].tolist() if not same[number]]
        order = np.array(sure + tied[: limit - len(sure)], dtype=np.int64)
    return sorted((decisions.lines[number] for number in order.tolist()), key=by_severity)


def severity(answer: str) -> int:
    """0 for the strictest answer, 3 for the freest."""
    return ANSWERS.index(answer)


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key by which L2 comes before L10."""
    parts = re.split(r"([0-9]+)", name)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.lower()) for part in parts if part)


def by_severity(decision: LineDecision) -> tuple[Any, ...]:
    """A sort key: strictest answer, strictest policy, day, name of the line."""
    policies = [r.policy for r in decision.regimes.values() if r.answer == decision.answer and r.policy]
    strict = max((POLICIES.index(policy) for policy in policies), default=-1)
    return (severity(decision.answer), -strict, decision.date, _natural(decision.line), decision.line)


# ---- the clause that decides ------------------------------------------------------------------------------------


def _strictest(decision: LineDecision) -> Iterator[RegimeDecision]:
    """The regimes that give the line its answer, strictest policy first."""
    given = [regime for regime in decision.regimes.values() if regime.answer == decision.answer]
    yield from sorted(given, key=lambda r: -POLICIES.index(r.policy) if r.policy in POLICIES else 1)


def _governing(regime: RegimeDecision) -> Rule | None:
    """The rule that makes a regime answer `stop` or `apply`."""
    effects = ("prohibited",) if regime.answer == "stop" else _BITING
    rules = [rule for rule in regime.rules if rule.effect in effects]
    return next((rule for rule in rules if rule.policy == regime.policy), rules[0] if rules else None)


def _held_back(decision: LineDecision) -> Rule | None:
    """The rule worth telling of a line that may go: an exemption before a suspension before the rest."""
    order = ("exempt", "suspended", "advisory")
    rules = [rule for regime in decision.regimes.values() for rule in regime.rules if rule.effect in order]
    return min(rules, key=lambda rule: order.index(rule.effect), default=None)


def _first_ask(decision: LineDecision) -> tuple[str, Ask] | None:
    return next(((regime.regime, regime.asks[0]) for regime in _strictest(decision) if regime.asks), None)


def deciding(decision: LineDecision) -> Deciding:
    """What settles the answer of a line."""
    if decision.answer in ("stop", "apply"):
        for regime in _strictest(decision):
            rule = _governing(regime)
            if rule is not None:
                return Deciding(regime.regime, (rule.measure,), rule.cite)
    if decision.answer == "ask" and (found := _first_ask(decision)) is not None:
        code, ask = found
        return Deciding(code, ask.matters_for, _asked(ask))
    held = _held_back(decision)
    if held is not None:
        return Deciding(None, (held.measure,), word(f"effect.{held.effect}"))
    if any(regime.subject for regime in decision.regimes.values()):
        return Deciding(None, (), Text("", ""))
    reasons = [regime.reason for regime in decision.regimes.values() if regime.reason is not None and regime.holds]
    return Deciding(None, (), reasons[0] if reasons else word("say.not_subject"))


def _asked(ask: Ask) -> Text:
    label = fact_label(ask.fact)
    return Text(f"{label.en}?", f"{label.zh}？")


def next_step(decision: LineDecision) -> Text:
    """What a person does next about a line; for one that may go without more, what lets it go."""
    if decision.answer == "ask":
        found = _first_ask(decision)
        return describe(found[1]) if found else word("next.ask")
    if decision.answer == "go":
        held = _held_back(decision)
        why = held.held_by if held is not None else None
        return decision.actions[0] if decision.actions else why or word("say.needs_nothing")
    for regime in _strictest(decision):
        rule = _governing(regime)
        if rule is not None and rule.action is not None:
            return rule.action
    if decision.answer == "stop":
        return word("next.stop")
    policy = next((regime.policy for regime in _strictest(decision)), None)
    return word(f"next.{policy}") if policy in ("registration", "notification") else word("next.apply")


def questions(decision: LineDecision) -> list[Ask]:
    """Every open question of a line once, those that settle most first."""
    found = {(ask.fact, ask.subject): ask for regime in _strictest_first(decision) for ask in regime.asks}
    return list(found.values())


def steps(decision: LineDecision) -> list[Text]:
    """What to do about a line apart from its questions, which stand by themselves."""
    asked = {ask.question.en for ask in questions(decision)}
    return [action for action in decision.actions if not any(action.en.endswith(text) for text in asked)]


def _strictest_first(decision: LineDecision) -> list[RegimeDecision]:
    return sorted(decision.regimes.values(), key=lambda regime: severity(regime.answer))


def describe(ask: Ask) -> Text:
    """A question with the subject it is put about."""
    return Text(f"{clean(ask.about.en)}: {ask.question.en}", f"{clean(ask.about.zh)}：{ask.question.zh}")


def clause_name(measure: str, rule: str) -> str:
    """How a clause is called: its measure, with the clause where the measure does not name it already."""
    return measure if measure.endswith((f"#{rule}", f"-{rule}")) else f"{measure} {rule}"


def find_measure(law: Law, measure: str) -> Measure | None:
    """The measure of an id, or the announcement it is a part of; None if the law data has neither."""
    return law.measures.get(measure) or law.measures.get(measure.partition("#")[0])


# ---- what the tables say ----------------------------------------------------------------------------------------


def decision_rows(decisions: Iterable[LineDecision], workspace: Workspace) -> list[Row]:
    """The rows of a report, in the order given."""
    chosen = list(decisions)
    found = shipments(workspace, [decision.line for decision in chosen])
    unknown = Shipment()
    return [Row(d, found.get(d.line, unknown), deciding(d), next_step(d)) for d in chosen]


def shipments(workspace: Workspace, lines: Sequence[str]) -> dict[str, Shipment]:
    """What the tables say of the lines named."""
    table = workspace["shipments"].filter(pl.col("line").is_in(lines))
    items = _keyed(workspace["items"], "item", table["item"].to_list())
    named = [*table["consignee"], *table["end_user"], *table["exporter"]]
    named += [party for parties in table["intermediaries"] if parties is not None for party in parties]
    parties = _keyed(workspace["parties"], "party", named)
    return {row["line"]: _shipment(row, items, parties) for row in table.iter_rows(named=True)}


def _keyed(table: pl.DataFrame, key: str, wanted: Iterable[str | None]) -> dict[str, Mapping[str, Any]]:
    names = sorted({name for name in wanted if name is not None})
    return {row[key]: row for row in table.filter(pl.col(key).is_in(names)).iter_rows(named=True)}


def _shipment(row: Mapping[str, Any], items: Mapping[str, Any], parties: Mapping[str, Any]) -> Shipment:
    item = items.get(row["item"] or "", {})
    name = written(row["item"]) or "?"
    english = written(item.get("description")) or written(item.get("model"))
    chinese = written(item.get("description_zh")) or english
    return Shipment(
        item=name,
        goods=Text(english or chinese or name, chinese or name),
        destination=written(row["destination"]) or "?",
        destination_name=place(row["destination"]),
        end_user=_party(row["end_user"], parties) or "?",
        details=tuple(_details(row, item, parties)),
    )


def _party(party: str | None, parties: Mapping[str, Any]) -> str | None:
    if party is None:
        return None
    held = parties.get(party, {})
    return written(held.get("name")) or written(held.get("name_local")) or clean(party)


def _details(row: Mapping[str, Any], item: Mapping[str, Any], parties: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """The cells of a line worth reading beside the answer; unknown ones only where the law nearly always asks."""
    unknown = word("say.unknown")

    def plain(text: str | None) -> Text | None:
        return None if not text else word("say.none") if text == "none" else Text(text, text)

    def phrase(group: str, code: str | None) -> Text | None:
        return None if code is None else word("say.none") if code == "none" else word(f"{group}.{code}")

    route = [row["ship_from"], *(row["via"] or []), row["destination"]]
    names = [place(code) for code in route]
    amounts = [_amount(row["quantity"], row["unit"]), _amount(row["value"], row["currency"])]
    codes = [f"{regime.upper()} {item[f'{regime}_code']}" for regime in _CODED if item.get(f"{regime}_code")]
    through = [_party(party, parties) or "" for party in row["intermediaries"] or []]
    found: list[tuple[str, Text | None]] = [
        ("head.item", plain(written(row["item"]))),
        ("head.kind", phrase("kind", row["kind"])),
        ("head.quantity", plain(amounts[0])),
        ("head.value", plain(amounts[1])),
        ("head.route", Text(" → ".join(n.en for n in names), " → ".join(n.zh for n in names))),
        ("head.exporter", plain(_party(row["exporter"], parties))),
        ("head.consignee", plain(_party(row["consignee"], parties)) or unknown),
        ("head.intermediaries", plain("; ".join(through))),
        ("head.end_user", plain(_party(row["end_user"], parties)) or unknown),
        ("head.end_use", phrase("end_use", row["end_use"]) or unknown),
        ("head.licence", plain(written(row["licence"]))),
        ("head.codes", plain(clean(" · ".join(codes)))),
    ]
    yield from ((label, value) for label, value in found if value is not None)


_CODED = ("cn", "us", "eu", "nl", "jp")


def _amount(number: float | None, unit: str | None) -> str | None:
    text = written(number)
    return None if text is None else f"{text} {unit}" if unit else text
