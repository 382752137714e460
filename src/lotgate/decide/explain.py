"""One line's whole reasoning: why each rule speaks, what the lists say of its parties, which clauses stay silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lotgate.decide.decision import LineDecision
from lotgate.decide.judge import governing_route
from lotgate.evaluate.columns import Members, Value
from lotgate.evaluate.decided import Evaluated
from lotgate.evaluate.outcome import STATUS_CODE
from lotgate.evaluate.walk import Walk
from lotgate.law import Clause, Status, Text
from lotgate.law.expr import Leaf
from lotgate.parties.review import Review
from lotgate.parties.screen import Hit

if TYPE_CHECKING:
    from lotgate.decide.check import Decisions

__all__ = ["Explanation", "PartyNote", "Silence", "Silent", "explanation"]


OFF = STATUS_CODE[Status.OFF]


class Silent(NamedTuple):
    """A clause that does not speak on a line, with the first comparison that keeps it silent."""

    measure: str
    rule: str
    cite: Text
    because: tuple[str, str]


@dataclass(frozen=True)
class PartyNote:
    """What the lists, or a party's owners, say of one party of a line."""

    role: str
    party: str
    text: Text


@dataclass(frozen=True)
class Explanation:
    """One line decided: every rule with its reasons, what was found of its parties, the clauses that stayed silent."""

    decision: LineDecision
    silent: tuple[Silent, ...]
    parties: tuple[PartyNote, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The machine's form: the line as in check, with reasons for each rule, party notes and silent clauses."""
        out = self.decision.to_json()
        for code, regime in self.decision.regimes.items():
            for shown, rule in zip(out["regimes"][code]["rules"], regime.rules, strict=True):
                shown["reasons"] = [{"condition": condition, "found": found} for condition, found in rule.reasons]
        out["parties"] = [
            {"role": n.role, "party": n.party, "text": n.text.en, "text_zh": n.text.zh} for n in self.parties
        ]
        out["silent"] = [
            {"measure": s.measure, "rule": s.rule, "cite": s.cite.en, "condition": s.because[0], "found": s.because[1]}
            for s in self.silent
        ]
        return out


def explanation(decisions: Decisions, number: int) -> Explanation:
    """The explanation of one line by its place in the workspace."""
    decision: LineDecision = decisions[number]
    walk = decisions.judge.walk(number, decision.date)
    cells = _Shown(walk.values, _cells(decisions, number))
    clauses, places = decisions.evaluator.clauses, decisions.evaluator.places
    regimes = {}
    for code, regime in decision.regimes.items():
        rules = []
        for rule in regime.rules:
            clause = clauses[places[rule.measure, rule.rule]]
            reasons = _reasons(walk, clause.when, cells)
            route = governing_route(clause, walk) if rule.held_by is not None else None
            if route is not None and route.text == rule.held_by:
                reasons += _reasons(walk, route.node, cells)
            rules.append(replace(rule, reasons=tuple(dict.fromkeys(reasons))))
        regimes[code] = replace(regime, rules=tuple(rules))
    decision = replace(decision, regimes=regimes)
    return Explanation(
        decision, decisions.silence.of(number, decision, cells), _party_notes(decisions, number, decision)
    )


def _reasons(walk: Walk, node: int, cells: _Shown) -> list[tuple[str, str]]:
    reasons = (r for r in walk.reasons(node) if r.leaf.op != "clock")
    return [(str(reason.leaf), cells[reason.leaf.fact]) for reason in reasons]


class Silence:
    """Why clauses stay silent, each wording made once for all lines that it is told of."""

    def __init__(self, evaluated: Evaluated) -> None:
        self.evaluated = evaluated
        self.evaluator = evaluated.evaluator
        self._of_measure: dict[str, set[int]] = {}
        for place, clause in enumerate(self.evaluator.clauses):
            self._of_measure.setdefault(clause.measure, set()).add(place)
        graph = self.evaluator.graph
        self._facts = [*(leaf.fact for leaf in graph.leaves), ""]
        """By leaf; the last is for clauses that only clocks keep silent, whose leaf is -1."""
        self._wordings = _Wordings(graph.leaves, self.evaluator.clauses)

    def of(self, number: int, decision: LineDecision, cells: _Shown) -> tuple[Silent, ...]:
        """The clauses in force on the day of an input row of which its decision neither speaks nor asks."""
        epoch = self.evaluator.epoch(decision.date)
        leaves = self.evaluated.first_leaves(int(self.evaluated.group[number]), epoch)
        facts, wordings = self._facts, self._wordings
        worded = {leaf: wordings[leaf, cells[facts[leaf]]] for leaf in set(leaves)}
        heard = self._heard(decision)
        awake = np.flatnonzero(self.evaluator.statuses[epoch] != OFF).tolist()
        return tuple([worded[leaves[place]][place] for place in awake if place not in heard])

    def _heard(self, decision: LineDecision) -> set[int]:
        clauses = self.evaluator.places
        found: set[int] = set()
        for regime in decision.regimes.values():
            found.update(clauses[rule.measure, rule.rule] for rule in regime.rules)
            for measure in {measure for ask in regime.asks for measure in ask.matters_for}:
                found |= self._of_measure[measure]
        return found


class _Wordings(dict[tuple[int, str], "_Wording"]):
    """What keeps clauses silent, by leaf and the value found."""

    def __init__(self, leaves: Sequence[Leaf], clauses: Sequence[Clause]) -> None:
        super().__init__()
        self.leaves, self.clauses = leaves, clauses

    def __missing__(self, key: tuple[int, str]) -> _Wording:
        leaf, found = key
        self[key] = made = _Wording(self.clauses, (str(self.leaves[leaf]), found) if leaf >= 0 else ("", ""))
        return made


class _Wording(dict[int, Silent]):
    """The clauses that one comparison keeps silent, by their places."""

    def __init__(self, clauses: Sequence[Clause], because: tuple[str, str]) -> None:
        super().__init__()
        self.clauses, self.because = clauses, because

    def __missing__(self, place: int) -> Silent:
        clause = self.clauses[place]
        self[place] = made = Silent(clause.measure, clause.id, clause.cite, self.because)
        return made


def _cells(decisions: Decisions, number: int) -> dict[str, str]:
    """The codes of the item as they are written, so that nobody has to read list names."""
    item = int(decisions.facts.item_rows[number])
    if item >= len(decisions.facts.items.ids):
        return {}
    facts = ("cn_code", "us_code", "eu_code", "nl_code", "jp_code", "technology")
    return {fact: cell for fact in facts if (cell := decisions.facts.items.cells(fact)[item]) is not None}


class _Shown(dict[str, str]):
    """Values of facts as a person reads them, each worded once."""

    def __init__(self, values: Mapping[str, Value], written: Mapping[str, str]) -> None:
        """`written` are the values that stand in the tables as such."""
        super().__init__(written)
        self.values_of = values

    def __missing__(self, fact: str) -> str:
        self[fact] = found = shown(self.values_of.get(fact))
        return found


def shown(value: Value) -> str:
    """A value as a person reads it; `unknown` where nothing is known."""
    if value is None:
        return "unknown"
    if isinstance(value, Members):
        if not value.known and value.may is None and not value.must:
            return "unknown"
        members = ", ".join(sorted(value.must)) or "none"
        more = value.may is None or bool(value.may - value.must)
        return members + (" (possibly more)" if more else "")
    if isinstance(value, tuple):
        low, high = value
        return f"{low:.10g}" if low == high else f"{low:.6g} to {high:.6g}"
    return value


def _hit_text(hit: Hit, review: Review | None) -> Text:
    surely, why = hit.standing == "listed", "; ".join(hit.why)
    if review is not None:
        told, sure = review.told, review.decision == "confirmed"
        return Text(
            f"{'is' if sure else 'is not'} {hit.matched_name} on {hit.list}: {told.en} (score {hit.score:.2f}: {why})",
            f"{'即' if sure else '并非'}{hit.list}所列{hit.matched_name}：{told.zh}（得分{hit.score:.2f}：{why}）",
        )
    return Text(
        f"{'is' if surely else 'may be'} {hit.matched_name} on {hit.list} (score {hit.score:.2f}: {why})",
        f"{'即' if surely else '可能是'}{hit.list}所列{hit.matched_name}（得分{hit.score:.2f}：{why}）",
    )


def _party_notes(decisions: Decisions, number: int, decision: LineDecision) -> tuple[PartyNote, ...]:
    facts, lines = decisions.facts.parties, decisions.facts.lines
    roles: list[tuple[str, str]] = []
    for role in ("end_user", "consignee", "intermediaries"):
        cell = lines[role][number]
        named = [] if cell is None else [cell] if isinstance(cell, str) else cell.to_list()
        roles += [(role, party) for party in named if party != "none"]
    owned = facts.owned_on(decision.date)
    notes: list[PartyNote] = []
    seen: set[str] = set()
    for role, party in roles:
        if party in seen:
            continue
        seen.add(party)
        match = facts.matches[party]
        for hit in match.hits:
            review = match.reviews.get((hit.list, hit.entry))
            if review is not None or hit.standing != "other":
                notes.append(PartyNote(role, party, _hit_text(hit, review)))
        for verdicts in owned.verdicts.values():
            verdict = verdicts.get(party)
            if verdict is not None and verdict.stakes:
                notes.append(PartyNote(role, party, Text(verdict.en, verdict.zh)))
    return tuple(dict.fromkeys(notes))
