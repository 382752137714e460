"""Who owns a party on a day, how each authority's rule counts it, and by which path: the twin of `lotgate owners`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

import polars as pl

from lotgate.errors import Fault, InputError
from lotgate.facts.answers import apply_answers
from lotgate.facts.owned import OWNED_FACTS, UNASKED
from lotgate.facts.party_facts import PartyFacts
from lotgate.law import Law, Status
from lotgate.parties.lists import ListSet
from lotgate.parties.ownership import Edge, Rule, Verdict, edges_of, rules
from lotgate.parties.screen import Hit
from lotgate.tables import Workspace

__all__ = ["Holding", "Owners", "RuleResult", "owners"]

MULTIPLIED = 100
"""With more owners than this, shares multiplied along all ways are left out."""


@dataclass(frozen=True)
class Holding:
    """One stake on the way up from the party; `depth` 0 is a stake in the party itself."""

    depth: int
    edge: Edge
    name: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class RuleResult:
    """What one rule makes of the owners: `steps` are the verdicts on the way from a listed owner to the party.

    `standing` is that of the clause which applies the rule, on the day; None where no clause here does.
    """

    rule: Rule
    status: str
    verdict: Verdict | None
    steps: tuple[Verdict, ...]
    standing: Status | None


@dataclass(frozen=True)
class Owners:
    """The owners of one party on one day."""

    party: str
    name: str
    day: date
    holdings: tuple[Holding, ...]
    rules: tuple[RuleResult, ...]
    through: Mapping[str, Fraction]
    """What each owner holds by multiplying along all ways, known shares only; no rule here counts this way."""
    unloaded: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The machine's form; shares are exact fractions as text."""
        return {
            "party": self.party,
            "name": self.name,
            "day": self.day.isoformat(),
            "holdings": [_holding(one) for one in self.holdings],
            "rules": [_rule(one) for one in self.rules],
            "through": {owner: str(share) for owner, share in self.through.items()},
            "lists_not_loaded": list(self.unloaded),
        }


def _holding(one: Holding) -> dict[str, Any]:
    edge = one.edge
    return {
        "depth": one.depth,
        "owner": edge.owner,
        "owner_name": one.name,
        "owned": edge.owned,
        "share": None if edge.share is None else str(edge.share),
        "from": edge.start.isoformat() if edge.start else None,
        "to": edge.end.isoformat() if edge.end else None,
        "listed": [
            {"list": hit.list, "entry": hit.entry, "matched_name": hit.matched_name, "score": hit.score,
             "standing": hit.standing}
            for hit in one.hits
        ],
    }  # fmt: skip


def _rule(one: RuleResult) -> dict[str, Any]:
    verdict, rule = one.verdict, one.rule
    return {
        "rule": rule.id,
        "title": rule.title.en if rule.title else "",
        "title_zh": rule.title.zh if rule.title else "",
        "cite": rule.cite,
        "verified": rule.verified,
        "status": one.status,
        "clause": rule.clause or None,
        "standing": one.standing.value if one.standing else None,
        "low": str(verdict.low) if verdict else "0",
        "high": str(verdict.high) if verdict else "0",
        "threshold": str(rule.threshold),
        "path": list(verdict.path) if verdict else [],
        "missing": list(verdict.missing) if verdict else [],
        "steps": [{"party": v.party, "status": v.status, "text": v.en, "text_zh": v.zh} for v in one.steps],
        "note": rule.note.en if rule.note else "",
        "note_zh": rule.note.zh if rule.note else "",
    }


def owners(
    workspace: Workspace,
    party: str,
    on: date,
    *,
    law: Law | None = None,
    lists: ListSet | None = None,
    list_age: int | None = None,
) -> Owners:
    """The owners of a party (its id, or a name in the ownership table) on a day, and what every rule makes of them.

    `law`, `lists` and `list_age` as for `check`. Raises InputError for a party nobody names, and for known shares in
    a company that add up to more than the whole.
    """
    from lotgate.law import load as load_law
    from lotgate.parties.store import open_lists

    law = load_law() if law is None else law
    lists = open_lists() if lists is None else lists
    filled, answers = apply_answers(workspace, law)
    chosen = _named(filled, party)
    upwards = _upwards(edges_of(filled.tables["ownership"]), chosen)
    small = _cut(filled, {chosen, *(edge.owner for _, edge in upwards)})
    facts = PartyFacts(small, law, lists, answers, list_age, [*OWNED_FACTS, *UNASKED])
    found = facts.owned_on(on)
    held = [(depth, edge) for depth, edge in upwards if edge.holds(on)]
    reached = _reached(held, chosen)
    results = [
        _result(found.verdicts[fact], rules()[rule], chosen, law, on)
        for fact, rule in {**OWNED_FACTS, **UNASKED}.items()
    ]
    names = dict(filled.tables["parties"].select("party", "name").iter_rows())
    holdings = [Holding(d, edge, names.get(edge.owner) or edge.owner, _hits(facts, edge.owner)) for d, edge in reached]
    above = list(dict.fromkeys(edge.owner for _, edge in reached))
    through = {}
    if len(above) <= MULTIPLIED:
        through = {owner: found.graph.through(owner).get(chosen, Fraction(0)) for owner in above}
    unloaded = sorted({one for rule in rules().values() for one in rule.lists if not facts.lists.loaded(one)})
    return Owners(chosen, names.get(chosen) or chosen, on, tuple(holdings), tuple(results), through, tuple(unloaded))


def _named(ws: Workspace, party: str) -> str:
    """The party's id, found by id or by its name; raises InputError naming the nearest where there is none."""
    ids = set(ws.tables["parties"]["party"].to_list())
    table = ws.tables["ownership"]
    ids |= {name for column in ("owner", "owned") for name in table[column].to_list() if name is not None}
    by_name = {name: key for key, name in ws.tables["parties"].select("party", "name").iter_rows() if name}
    if party in ids:
        return party
    if party in by_name:
        return str(by_name[party])
    near = get_close_matches(party, [*ids, *by_name], 1)
    expected = "a party of this workspace" + (f"; nearest is {near[0]}" if near else "")
    raise InputError([Fault("parties", "no such party", value=party, expected=expected)])


def _upwards(edges: Sequence[Edge], party: str) -> list[tuple[int, Edge]]:
    """All stakes in the party, in its owners and so on, whatever their day, each once, nearest first."""
    of: dict[str, list[Edge]] = {}
    for edge in edges:
        of.setdefault(edge.owned, []).append(edge)
    found, seen, level, depth = [], {party}, [party], 0
    while level:
        above: dict[str, None] = {}
        for owned in level:
            for edge in of.get(owned, ()):
                found.append((depth, edge))
                above[edge.owner] = None
        level = [owner for owner in above if owner not in seen]
        seen.update(level)
        depth += 1
    return found


def _reached(held: Sequence[tuple[int, Edge]], party: str) -> list[tuple[int, Edge]]:
    """The stakes held on the day that still lead to the party, the way they are read: owners below what they own."""
    of: dict[str, list[Edge]] = {}
    for _, edge in held:
        of.setdefault(edge.owned, []).append(edge)
    ordered: list[tuple[int, Edge]] = []
    opened = {party}
    waiting = [(0, edge) for edge in _smallest_first(of.get(party, ()))]
    while waiting:
        depth, edge = waiting.pop()
        ordered.append((depth, edge))
        if edge.owner not in opened:
            opened.add(edge.owner)
            waiting += [(depth + 1, one) for one in _smallest_first(of.get(edge.owner, ()))]
    return ordered


def _smallest_first(edges: Sequence[Edge]) -> list[Edge]:
    return sorted(edges, key=lambda one: (one.share or 0, one.owner))


def _cut(ws: Workspace, parties: set[str]) -> Workspace:
    """The workspace with the parties and stakes that matter alone."""
    tables = dict(ws.tables)
    tables["parties"] = tables["parties"].filter(pl.col("party").is_in(sorted(parties)))
    tables["ownership"] = tables["ownership"].filter(pl.col("owned").is_in(sorted(parties)))
    return replace(ws, tables=tables)


def _hits(facts: PartyFacts, owner: str) -> tuple[Hit, ...]:
    return tuple(hit for hit in facts.matches[owner].hits if hit.standing != "other")


def _result(verdicts: Mapping[str, Verdict], rule: Rule, party: str, law: Law, day: date) -> RuleResult:
    verdict = verdicts.get(party)
    clause = next((one for one in law.clauses if one.ref == rule.clause), None)
    steps = [verdicts[one] for one in verdict.path if one in verdicts] if verdict else []
    if verdict and not steps:
        steps = [verdict]
    standing = clause.clock.status(day) if clause else None
    return RuleResult(rule, verdict.status if verdict else "no", verdict, tuple(steps), standing)
