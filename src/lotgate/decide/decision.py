"""What a decision is made of: rules, questions, conflicts, per regime and line. Plain values, no law and no files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from lotgate.law import Text
from lotgate.tables.schema import REGIMES

__all__ = ["Ask", "ConflictFlag", "LineDecision", "RegimeDecision", "Rule", "about"]


@dataclass(frozen=True)
class Rule:
    """One clause that fired, or would have but for a suspension, a repeal, an exemption or a licence in hand."""

    measure: str
    rule: str
    effect: str
    """licence-required, prohibited, registration, notification, exempt, suspended, not-established or advisory."""
    policy: str | None
    cite: Text
    text: Text
    held_by: Text | None = None
    """What held it back, or what it came from: a suspension, an exemption, a licence."""
    action: Text | None = None
    reasons: tuple[tuple[str, str], ...] = ()
    """The deciding comparisons with the values they met, filled by explain."""

    def to_json(self) -> dict[str, Any]:
        """The machine's form; English first, Chinese beside it."""
        return {
            "measure": self.measure,
            "rule": self.rule,
            "effect": self.effect,
            "policy": self.policy,
            "cite": self.cite.en,
            "cite_zh": self.cite.zh,
            "text": self.text.en,
            "text_zh": self.text.zh,
            "held_by": self.held_by.en if self.held_by else None,
            "held_by_zh": self.held_by.zh if self.held_by else None,
        }


def about(subject: str) -> Text:
    """What a question is about, in words: a law by its name, a list as such, anything else by its id."""
    kind, _, name = subject.partition(":")
    if kind == "law" and name in REGIMES:
        return Text(f"law of: {REGIMES[name][0]}", f"{REGIMES[name][1]}法律")
    return Text(f"list {name}", f"名单 {name}") if kind == "list" else Text(subject, subject)


@dataclass(frozen=True)
class Ask:
    """A fact that is unknown and could make a regime stricter: what to ask, of whom, and for which measures."""

    fact: str
    subject: str
    question: Text
    matters_for: tuple[str, ...]

    @property
    def about(self) -> Text:
        """The subject in words: a law by its name, anything else as it is."""
        return about(self.subject)

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "fact": self.fact,
            "subject": self.subject,
            "question": self.question.en,
            "question_zh": self.question.zh,
            "matters_for": list(self.matters_for),
        }


@dataclass(frozen=True)
class RegimeDecision:
    """The answer of one regime for one line."""

    regime: str
    answer: str
    policy: str | None
    rules: tuple[Rule, ...]
    asks: tuple[Ask, ...]
    holds: bool = False
    """Whether the regime has, or may have, a hold on the movement at all."""

    @property
    def subject(self) -> bool:
        """Whether anything in the regime concerned the line."""
        return bool(self.rules or self.asks)

    @property
    def reason(self) -> Text | None:
        """Why a regime in which nothing speaks answers go."""
        if self.answer != "go" or self.subject:
            return None
        return NO_DEMAND if self.holds else NOT_SUBJECT

    def to_json(self) -> dict[str, Any]:
        """The machine's form; a regime without hold says so."""
        out: dict[str, Any] = {
            "answer": self.answer,
            "policy": self.policy,
            "rules": [rule.to_json() for rule in self.rules],
            "asks": [ask.to_json() for ask in self.asks],
        }
        if self.reason is not None:
            out["reason"] = self.reason.en
            out["reason_zh"] = self.reason.zh
        return out


NOT_SUBJECT = Text("not subject", "不受约束")
NO_DEMAND = Text("within reach, nothing in force asks for a permission", "属于管辖范围，现行规定未要求许可")


@dataclass(frozen=True)
class ConflictFlag:
    """Two laws that collide on a line: a flag with citations, never a verdict."""

    id: str
    measures: tuple[str, ...]
    cite: Text
    text: Text
    authorisation: Text
    verified: str

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "id": self.id,
            "measures": list(self.measures),
            "cite": self.cite.en,
            "cite_zh": self.cite.zh,
            "text": self.text.en,
            "text_zh": self.text.zh,
            "authorisation": self.authorisation.en,
            "authorisation_zh": self.authorisation.zh,
            "verified": self.verified,
        }


@dataclass(frozen=True)
class LineDecision:
    """Everything decided for one line on one day."""

    line: str
    date: dt.date
    answer: str
    regimes: dict[str, RegimeDecision]
    conflicts: tuple[ConflictFlag, ...] = ()
    holds_until: dt.date | None = None
    actions: tuple[Text, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The line as interfaces promise it."""
        return {
            "line": self.line,
            "date": self.date.isoformat(),
            "answer": self.answer,
            "regimes": {code: regime.to_json() for code, regime in self.regimes.items()},
            "conflicts": [conflict.to_json() for conflict in self.conflicts],
            "holds_until": self.holds_until.isoformat() if self.holds_until else None,
            "actions": [action.en for action in self.actions],
            "actions_zh": [action.zh for action in self.actions],
        }
