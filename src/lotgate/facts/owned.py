"""Who is reached by whose listing through ownership, under each regime's own rule, on the days of one stretch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from lotgate.evaluate.columns import Members
from lotgate.law import Law
from lotgate.parties.ownership import Ownership, Verdict, rules

if TYPE_CHECKING:
    from lotgate.facts.party_facts import PartyFacts

__all__ = ["OWNED_FACTS", "UNASKED", "Owned", "counting_tags"]

OWNED_FACTS: Mapping[str, str] = {
    "us_owned_by": "us-affiliates",
    "ofac_owned": "ofac-50",
    "cn_owned_by": "cn-61",
    "eu_owned": "eu-ownership",
}
"""The facts about owners, and the rule (`parties/data/ownership_rules.csv`) by which each counts."""
UNASKED: Mapping[str, str] = {"uk_owned": "uk-ownership"}
"""Rules of authorities whose law is not here: shown where owners are looked at, never asked by a decision."""
_LISTED = {"ofac_owned": "us-sdn", "eu_owned": "eu-fsf", "uk_owned": "uk-sl"}
"""The list whose owners count for a fact that is yes or no; the sets say themselves by which tags they are asked."""


def counting_tags(law: Law, fact: str) -> frozenset[str]:
    """The tags that make an owner count for a fact: those that some condition of the law asks of it."""
    if fact in _LISTED:
        return frozenset({_LISTED[fact]})
    leaves = (leaf for leaf in law.graph.leaves if leaf.fact == fact and leaf.op == "has")
    return frozenset(str(leaf.operand) for leaf in leaves)


class Owned:
    """Verdicts on all parties for the stretch of days that begins on `day`."""

    def __init__(self, facts: PartyFacts, day: date) -> None:
        self.facts = facts
        self.day = day
        self.graph = Ownership(facts.edges, day)

    @cached_property
    def verdicts(self) -> Mapping[str, Mapping[str, Verdict]]:
        """By fact, the verdict on every party that has an owner."""
        return {fact: self._verdicts(fact) for fact in self.facts.counting}

    def _verdicts(self, fact: str) -> Mapping[str, Verdict]:
        counting = self.facts.counting[fact]
        listed, possible = set(), set()
        for name in self.facts.holders:
            members = self.facts.members(name, self.day)
            if members.must & counting:
                listed.add(name)
            elif members.may is None or members.may & counting:
                possible.add(name)
        found = self.graph.blocked(listed, rules()[{**OWNED_FACTS, **UNASKED}[fact]], possible)
        return {party: self._answered(fact, verdict) for party, verdict in found.items()}

    def _answered(self, fact: str, verdict: Verdict) -> Verdict:
        """The verdict with a person's word on it, where it was open."""
        word = self.facts.owned_words.get((fact, verdict.party))
        if verdict.status != "unknown" or word is None:
            return verdict
        return replace(verdict, status=word)

    def members(self, fact: str, party: str) -> Members:
        """The tags of the listed owners from whom a party is reached, surely or possibly."""
        verdict = self.verdicts[fact].get(party)
        if verdict is None or verdict.status == "no":
            return Members()
        tags: set[str] = set()
        for root in verdict.roots:
            found = self.facts.members(root, self.day)
            tags |= found.must if verdict.status == "yes" else found.must | (found.may or self.facts.tags)
        counted = frozenset(tags) & self.facts.counting[fact]
        return Members(counted, counted) if verdict.status == "yes" else Members(frozenset(), counted)

    def word(self, fact: str, party: str) -> str | None:
        """Whether a party is reached: yes, no, or None where it is open."""
        verdict = self.verdicts[fact].get(party)
        if verdict is None:
            return "no"
        return None if verdict.status == "unknown" else verdict.status

    def minority(self, party: str) -> str:
        """Whether a listed owner holds a stake that reaches no threshold: shown, never deciding."""
        found = [verdict for one in self.verdicts.values() if (verdict := one.get(party)) is not None]
        owners = {stake.owner for verdict in found if verdict.status == "no" for stake in verdict.stakes}
        return "yes" if any(self.facts.members(owner, self.day).must for owner in owners) else "no"
