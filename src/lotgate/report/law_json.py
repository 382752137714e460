"""The law as plain data for `law … --json`: measures, clauses with their clocks and conditions, differences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from lotgate.dates import Interval, day_before
from lotgate.law import Clause, Clock, Law, Measure, Status, Text
from lotgate.law.expr import Leaf

__all__ = [
    "Span",
    "clauses_of",
    "condition",
    "diff_json",
    "measure_json",
    "measures_json",
    "measures_of",
    "spans",
    "status_json",
    "terms_of",
]


@dataclass(frozen=True)
class Span:
    """Days on which a clause has one status; `last` None means no recorded end."""

    first: date
    last: date | None
    status: Status
    by: str = ""


def spans(clock: Clock) -> list[Span]:
    """The statuses of a clock one after the other, from the first day on which anything is recorded."""
    days = sorted(clock.change_points())
    found: list[Span] = []
    for place, day in enumerate(days):
        last = day_before(days[place + 1]) if place + 1 < len(days) else None
        status = clock.status(day)
        suspension = clock.suspension(day)
        by = clock.stopped_by if status is Status.STOPPED else suspension.by if suspension else ""
        if found and found[-1].status is status and found[-1].by == by:
            found[-1] = Span(found[-1].first, last, status, by)
        else:
            found.append(Span(day, last, status, by))
    return found


def measures_of(law: Law, regime: str | None = None) -> list[Measure]:
    """The measures of one regime, or of all in the order of the regimes, by id."""
    order = list(law.regimes)
    chosen = [m for m in law.measures.values() if regime in (None, m.regime)]
    return sorted(chosen, key=lambda m: (order.index(m.regime) if m.regime in order else len(order), m.id))


def clauses_of(law: Law, measure: Measure) -> list[Clause]:
    """The clauses of a measure and of its parts."""
    return [c for c in law.clauses if c.measure == measure.id or c.measure.startswith(f"{measure.id}#")]


def condition(law: Law, regime: str, node: int, top: bool = True) -> Any:
    """A condition as nested `all`, `any` and `not` over comparisons; named conditions of the regime by their name."""
    if not top:
        name = _term_names(law, regime).get(node)
        if name is not None:
            return name
    held = law.graph.nodes[node]
    if held.kind == "leaf":
        return _leaf(law, law.graph.leaves[held.children[0]])
    if held.kind in ("true", "false"):
        return held.kind
    inner = [condition(law, regime, child, top=False) for child in held.children]
    return {"not": inner[0]} if held.kind == "not" else {"all" if held.kind == "and" else "any": inner}


def _leaf(law: Law, leaf: Leaf) -> str:
    """A comparison in the words of the law format; the clock of a dated term as its days."""
    if leaf.op != "clock":
        return str(leaf)
    spells = (f"{i.start}..{i.end or ''}" for i in law.versions[str(leaf.operand)])
    return f"day in {', '.join(spells)}"


def _term_names(law: Law, regime: str) -> dict[int, str]:
    """Node -> the name it goes by; plain comparisons keep their own words."""
    return {
        node: name
        for name, node in sorted(law.terms.get(regime, {}).items(), reverse=True)
        if law.graph.nodes[node].kind not in ("leaf", "true", "false")
    }


def terms_of(law: Law, regime: str, nodes: list[int]) -> dict[str, Any]:
    """The named conditions that conditions use, directly or through others, each with what it stands for."""
    names = _term_names(law, regime)
    found: dict[str, Any] = {}
    seen: set[int] = set()
    waiting = [child for node in nodes for child in law.graph.nodes[node].children if _is_tree(law, node)]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in names:
            found[names[node]] = condition(law, regime, node)
        if _is_tree(law, node):
            waiting.extend(law.graph.nodes[node].children)
    return dict(sorted(found.items()))


def _is_tree(law: Law, node: int) -> bool:
    return law.graph.nodes[node].kind in ("and", "or", "not")


# ---- the machine's forms ----------------------------------------------------------------------------------------


def _head(law: Law) -> dict[str, Any]:
    known = {code: regime.known_as_of.isoformat() for code, regime in law.regimes.items()}
    return {"version": law.version, "known_as_of": law.known_as_of.isoformat(), "regimes": known}


def _both(name: str, text: Text | None) -> dict[str, Any]:
    return {name: text.en if text else None, f"{name}_zh": text.zh if text else None}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _days(interval: Interval) -> dict[str, str | None]:
    return {"from": _iso(interval.start), "through": _iso(interval.end)}


def _measure(law: Law, measure: Measure) -> dict[str, Any]:
    return {
        "measure": measure.id,
        "regime": measure.regime,
        **_both("title", measure.title),
        "issued": _iso(measure.issued),
        "recorded": _iso(measure.recorded),
        "force": measure.force,
        "verified": measure.verified,
        "source": measure.source,
        "url": measure.url,
        "clauses": len([c for c in law.clauses if c.measure == measure.id]),
    }


def measures_json(law: Law, regime: str | None = None) -> dict[str, Any]:
    """Every measure with its record and the number of its clauses."""
    return {"law": _head(law), "measures": [_measure(law, m) for m in measures_of(law, regime)]}


def measure_json(law: Law, measure_id: str, day: date) -> dict[str, Any]:
    """One measure with its clauses, their clocks, conditions and status on a day. LawError for an unknown id."""
    measure = law.measure(measure_id)
    clauses = clauses_of(law, measure)
    nodes = [n for c in clauses for n in (c.when, *(p.node for p in (*c.exceptions, *c.routes)))]
    return {
        "law": _head(law),
        "day": day.isoformat(),
        **_measure(law, measure),
        **_both("note", measure.note),
        "clauses": [_clause(law, clause, day) for clause in clauses],
        "terms": terms_of(law, measure.regime, nodes),
    }


def _clause(law: Law, clause: Clause, day: date) -> dict[str, Any]:
    provisos = {
        kind: [
            {
                "id": p.id,
                **_both("cite", p.cite),
                **_both("text", p.text),
                "when": condition(law, clause.regime, p.node),
                "effect": p.effect,
                "policy": p.policy,
                **_both("action", p.action),
            }
            for p in held
        ]
        for kind, held in (("except", clause.exceptions), ("routes", clause.routes))
    }
    return {
        "measure": clause.measure,
        "rule": clause.id,
        **_both("cite", clause.cite),
        **_both("text", clause.text),
        "effect": clause.effect,
        "policy": clause.policy,
        "licence": list(clause.licence_kinds),
        "status": clause.clock.status(day).value,
        "clock": _clock(clause.clock),
        "when": condition(law, clause.regime, clause.when),
        **provisos,
        **_both("action", clause.action),
    }


def _clock(clock: Clock) -> dict[str, Any]:
    return {
        "in_force": [_days(interval) for interval in clock.in_force],
        "suspended": [{**_days(s.days), "by": s.by or None} for s in clock.suspended],
        "stopped": _iso(clock.stopped),
        "stopped_by": clock.stopped_by or None,
        "enforced": None if clock.enforced is None else [_days(interval) for interval in clock.enforced],
        "spans": [
            {"from": _iso(s.first), "through": _iso(s.last), "status": s.status.value, "by": s.by or None}
            for s in spans(clock)
        ],
    }


def status_json(law: Law, day: date, regime: str | None = None) -> dict[str, Any]:
    """The status of every clause on a day."""
    chosen = [clause for clause in law.clauses if regime in (None, clause.regime)]
    counts = Counter(clause.clock.status(day).value for clause in chosen)
    return {
        "law": _head(law),
        "day": day.isoformat(),
        "counts": {status.value: counts[status.value] for status in Status},
        "clauses": [
            {
                "measure": clause.measure,
                "rule": clause.id,
                "regime": clause.regime,
                "status": clause.clock.status(day).value,
                **_both("cite", clause.cite),
            }
            for clause in chosen
        ],
    }


def diff_json(law: Law, earlier: date, later: date) -> dict[str, Any]:
    """The clauses whose status differs between two days."""
    return {
        "law": _head(law),
        "earlier": earlier.isoformat(),
        "later": later.isoformat(),
        "changes": [
            {
                "measure": clause.measure,
                "rule": clause.id,
                "regime": clause.regime,
                "before": before.value,
                "after": after.value,
                **_both("cite", clause.cite),
                **_both("text", clause.text),
            }
            for clause, before, after in law.diff(earlier, later)
        ],
    }
