"""Puts the decision of a line together: which rules spoke, what is open, what follows, where two laws collide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from lotgate.decide.decision import Ask, ConflictFlag, LineDecision, RegimeDecision, Rule
from lotgate.evaluate.decided import Evaluated
from lotgate.evaluate.outcome import ANSWERS, OPEN_OUTCOMES, Ints, Outcome
from lotgate.evaluate.walk import Walk
from lotgate.law import Clause, Status, Text
from lotgate.law.expr import FALSE, TRUE, UNKNOWN, Leaf
from lotgate.law.model import POLICIES, Proviso, stale_after

__all__ = ["Judge", "Questioner"]

SHOWN_FIRST = (
    "prohibited",
    "licence-required",
    "registration",
    "notification",
    "not-established",
    "suspended",
    "exempt",
)
STATUS_QUESTION = Text(
    "What holds for this measure on the day? Record in-force, suspended or not-in-force, with who checked and where.",
    "该措施当日的效力如何？请记录 in-force（有效）、suspended（暂停）或 not-in-force（失效），并注明核查人和出处。",
)
CHECKED_QUESTION = Text(
    "The law data is older than 30 days on this day. Up to which day has somebody checked that nothing changed?",
    "截至该日，法律数据已超过三十日。请说明有人核实至哪一天没有变化。",
)
IN_HAND = Text("Covered by the licence in hand.", "已由持有的许可证涵盖。")


class Questioner(Protocol):
    """Knows which input cells stand behind an unknown leaf of a line."""

    def cells(self, line: int, leaf: Leaf) -> Sequence[tuple[str, str, Text]]:
        """(fact, subject, question) of every cell whose filling would help to settle the leaf."""
        ...


@dataclass(frozen=True)
class _Open:
    """An open leaf of a regime and the measures it matters for."""

    leaf: Leaf
    measures: tuple[str, ...]


@dataclass(frozen=True)
class _Skeleton:
    """What is the same for all lines of one distinct row and epoch, per regime."""

    rules: dict[str, tuple[Rule, ...]]
    opens: dict[str, tuple[_Open, ...]]
    standing: dict[str, tuple[str, ...]]
    conflicts: tuple[ConflictFlag, ...]
    holds: frozenset[str]
    """Regimes that have, or may have, a hold on the movement."""


class Judge:
    """Decides lines one by one from evaluated rows, sharing what equal rows share."""

    def __init__(self, evaluated: Evaluated, questioner: Questioner, checked_until: Mapping[str, date]) -> None:
        """`checked_until` tells per regime up to which day somebody checked that the law data still holds."""
        self.evaluated = evaluated
        self.evaluator = evaluated.evaluator
        self.law = self.evaluator.law
        self.questioner = questioner
        self.checked_until = checked_until
        self._skeletons: dict[tuple[int, int], _Skeleton] = {}
        self._last: tuple[tuple[int, int], int, Walk] | None = None
        """The row, epoch and line looked at last, with their walk."""

    def line(
        self, number: int, name: str, day: date, holds_until: date | None, answers: Ints, policies: Ints
    ) -> LineDecision:
        """The decision of input row `number` on a day, from its answers and policies by regime."""
        row = int(self.evaluated.group[number])
        epoch = self.evaluator.epoch(day)
        skeleton = self._skeleton(row, epoch, answers, policies)
        regimes = {}
        for k, code in enumerate(self.evaluator.regimes):
            answer = ANSWERS[answers[k]]
            asks = self._asks(number, skeleton, code)
            if answer == "go" and day > self.fresh_until(code):
                answer = "ask"
                asks = (*asks, Ask("checked_until", f"law:{code}", CHECKED_QUESTION, ()))
            policy = POLICIES[policies[k]] if policies[k] >= 0 else None
            regimes[code] = RegimeDecision(code, answer, policy, skeleton.rules[code], asks, code in skeleton.holds)
        answer = max((r.answer for r in regimes.values()), key=ANSWERS.index, default="go")
        return LineDecision(name, day, answer, regimes, skeleton.conflicts, holds_until, _actions(regimes))

    def fresh_until(self, regime: str) -> date:
        """The last day on which what is known, or was checked, of a regime's law still carries a go."""
        known = stale_after(self.law.regimes[regime].known_as_of)
        return max(known, self.checked_until.get(regime, date.min))

    def walk(self, number: int, day: date) -> Walk:
        """The walk through the law for one input row."""
        place = int(self.evaluated.group[number]), self.evaluator.epoch(day)
        last_place, last_number, last = self._last or (None, None, None)
        alike = last if last_place == place else None
        values = last.values if last is not None and last_number == number else self.evaluated.table.row(number)
        walk = Walk(self.law, values, day, alike)
        self._last = place, number, walk
        return walk

    def _skeleton(self, row: int, epoch: int, answers: Ints, policies: Ints) -> _Skeleton:
        held = self._skeletons.get((row, epoch))
        if held is None:
            day = self.evaluator.starts[epoch]
            walk = self.walk(int(self.evaluated.sample[row]), day)
            outcomes = self.evaluated.outcomes(row, epoch)
            rules, opens, standing = {}, {}, {}
            regime_of = dict(zip(outcomes, self.evaluator.regime_of[list(outcomes)].tolist(), strict=True))
            for k, code in enumerate(self.evaluator.regimes):
                mine = [(self.evaluator.clauses[j], o) for j, o in outcomes.items() if regime_of[j] == k]
                rules[code] = _rules(mine, walk, day)
                level = (int(answers[k]), int(policies[k]))
                opens[code], standing[code] = _opens(mine, walk, level)
            held = _Skeleton(rules, opens, standing, self._conflicts(rules, walk, day), self._holds(walk))
            self._skeletons[(row, epoch)] = held
        return held

    def _holds(self, walk: Walk) -> frozenset[str]:
        """The regimes whose own word for it does not say that they have no hold on the movement."""
        subjects = {code: self.law.regimes[code].subject for code in self.evaluator.regimes}
        return frozenset(
            code for code, term in subjects.items() if term and walk.trit(self.law.terms[code][term]) != FALSE
        )

    def _asks(self, number: int, skeleton: _Skeleton, code: str) -> tuple[Ask, ...]:
        found: dict[tuple[str, str], tuple[Text, dict[str, None]]] = {}
        for measure in skeleton.standing[code]:
            found[("status", measure)] = (STATUS_QUESTION, {measure: None})
        for one in skeleton.opens[code]:
            for fact, subject, question in self.questioner.cells(number, one.leaf):
                measures = found.setdefault((fact, subject), (question, {}))[1]
                measures.update(dict.fromkeys(one.measures))
        asks = [Ask(f, s, question, tuple(sorted(measures))) for (f, s), (question, measures) in found.items()]
        return tuple(sorted(asks, key=lambda ask: (-len(ask.matters_for), ask.fact, ask.subject)))

    def _conflicts(self, rules: dict[str, tuple[Rule, ...]], walk: Walk, day: date) -> tuple[ConflictFlag, ...]:
        biting = {"licence-required", "prohibited", "registration", "notification"}
        fired = {rule.measure for found in rules.values() for rule in found if rule.effect in biting}
        flags = []
        for conflict in self.law.conflicts:
            collided = fired & conflict.obeying
            if collided and conflict.clock.status(day) is Status.ON and walk.trit(conflict.when) == TRUE:
                measures = (*sorted(collided), conflict.forbids)
                flags.append(
                    ConflictFlag(
                        conflict.id, measures, conflict.cite, conflict.text, conflict.authorisation, conflict.verified
                    )
                )
        return tuple(flags)


def _rules(outcomes: Sequence[tuple[Clause, Outcome]], walk: Walk, day: date) -> tuple[Rule, ...]:
    rules = [rule for clause, o in outcomes if (rule := _rule(clause, o, walk, day)) is not None]
    order = {effect: place for place, effect in enumerate(SHOWN_FIRST)}
    return tuple(sorted(rules, key=lambda rule: (order.get(rule.effect, 9), rule.measure, rule.rule)))


def _rule(clause: Clause, outcome: Outcome, walk: Walk, day: date) -> Rule | None:
    effect, policy, held_by, action, cite = clause.effect, clause.policy, None, clause.action, clause.cite
    if outcome in (Outcome.NO, Outcome.OPEN, Outcome.NOT_ESTABLISHED_OPEN):
        return None
    if outcome is Outcome.FIRES:
        route = governing_route(clause, walk)
        if route is not None:
            effect, policy = route.effect or effect, route.policy or policy
            held_by, action = route.text, route.action or action
            cite = Text(f"{cite.en}; {route.cite.en}", f"{cite.zh}；{route.cite.zh}")
    elif outcome is Outcome.EXEMPT:
        exemption = next(p for p in clause.exceptions if walk.trit(p.node) == TRUE)
        effect, held_by, action = "exempt", exemption.text, exemption.action
        cite = Text(f"{cite.en}; {exemption.cite.en}", f"{cite.zh}；{exemption.cite.zh}")
    elif outcome is Outcome.COVERED:
        effect, held_by, action = "exempt", IN_HAND, None
    elif outcome in (Outcome.SUSPENDED, Outcome.STOPPED):
        effect, held_by, action = "suspended", _sleep(clause, outcome, day), None
    elif outcome is Outcome.UNENFORCED:
        effect, action = "advisory", None
        held_by = Text("Stands in the code of law; not enforced on this day.", "条文仍在，但该日不执行。")
    elif outcome is Outcome.NOT_ESTABLISHED:
        effect, action = "not-established", None
        held_by = Text("Whether this measure stands on this day is not established.", "该措施当日是否有效尚未确定。")
    return Rule(clause.measure, clause.id, effect, policy, cite, clause.text, held_by, action)


def _sleep(clause: Clause, outcome: Outcome, day: date) -> Text:
    clock = clause.clock
    if outcome is Outcome.STOPPED and clock.stopped is not None and day >= clock.stopped:
        by = f" ({clock.stopped_by})" if clock.stopped_by else ""
        return Text(f"Stopped from {clock.stopped}{by}.", f"自{clock.stopped}起停止{by}。")
    suspension = clock.suspension(day)
    if suspension is None:
        return Text("Recorded as not in force on this day.", "据记录，该日不生效。")
    by = f" by {suspension.by}" if suspension.by else ""
    until = suspension.days.end
    end, end_zh = (f" through {until}", f"至{until}") if until else ("", "起")
    return Text(
        f"Suspended{by} from {suspension.days.start}{end}.",
        f"自{suspension.days.start}{end_zh}暂停实施{f'（{suspension.by}）' if suspension.by else ''}。",
    )


def governing_route(clause: Clause, walk: Walk) -> Proviso | None:
    """The route that sets the way and the policy: the strictest that raises, else the mildest that lowers."""
    base = POLICIES.index(clause.policy) if clause.policy else -1
    held = [route for route in clause.routes if walk.trit(route.node) == TRUE]

    def rank(route: Proviso) -> int:
        return POLICIES.index(route.policy) if route.policy else base

    def lowers(route: Proviso) -> bool:
        return rank(route) < base or route.effect in ("registration", "notification")

    raising = [route for route in held if not lowers(route)]
    lowering = [route for route in held if lowers(route)]
    if raising:
        return max(raising, key=rank)
    return min(lowering, key=rank) if lowering else None


def _opens(
    outcomes: Sequence[tuple[Clause, Outcome]], walk: Walk, level: tuple[int, int]
) -> tuple[tuple[_Open, ...], tuple[str, ...]]:
    """The open leaves that could make the regime stricter than `level`, and the measures whose standing could."""
    leaves: dict[int, dict[str, None]] = defaultdict(dict)
    standing: dict[str, None] = {}
    for clause, found in outcomes:
        if found in OPEN_OUTCOMES and _potential(clause, walk) > level:
            if found is not Outcome.OPEN:
                standing[clause.measure] = None
            for node in _nodes(clause, walk):
                for leaf in walk.open_numbers(node):
                    leaves[leaf][clause.measure] = None
        if found is Outcome.FIRES and clause.effect != "prohibited":
            for route in clause.routes:
                strict = POLICIES.index(route.policy) if route.policy else -1
                if walk.trit(route.node) == UNKNOWN and (2, strict) > level:
                    for leaf in walk.open_numbers(route.node):
                        leaves[leaf][clause.measure] = None
    known = walk.law.graph.leaves
    return tuple(_Open(known[leaf], tuple(measures)) for leaf, measures in leaves.items()), tuple(standing)


def _nodes(clause: Clause, walk: Walk) -> list[int]:
    graph = walk.law.graph
    fact = f"licence_{clause.regime}"
    licences = [graph.leaf(Leaf(fact, "has", kind)) for kind in clause.licence_kinds]
    return [clause.when, *(p.node for p in clause.exceptions), *licences]


def _potential(clause: Clause, walk: Walk) -> tuple[int, int]:
    """The strictest answer and policy a clause could still lead to; an advisory leads nowhere."""
    if clause.effect == "advisory":
        return (0, -1)
    if clause.effect == "prohibited":
        return (3, -1)
    ranks = [POLICIES.index(clause.policy) if clause.policy else -1]
    ranks += [POLICIES.index(r.policy) for r in clause.routes if r.policy and walk.trit(r.node) != FALSE]
    return (2, max(ranks))


def _actions(regimes: Mapping[str, RegimeDecision]) -> tuple[Text, ...]:
    """What to do next, most pressing first, each once."""
    actions: dict[Text, None] = {}
    for regime in sorted(regimes.values(), key=lambda r: -ANSWERS.index(r.answer)):
        for rule in regime.rules:
            if rule.action is not None:
                actions[rule.action] = None
    for regime in regimes.values():
        for ask in regime.asks:
            en, zh = ask.about.en, ask.about.zh
            actions[Text(f"Ask ({en}): {ask.question.en}", f"询问（{zh}）：{ask.question.zh}")] = None
    return tuple(actions)
