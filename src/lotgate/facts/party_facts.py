"""Facts of parties: names matched against the lists, ownership followed, military and headquarters as given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lotgate.evaluate.columns import ANYTHING, NONE, Members, Value
from lotgate.law import Law
from lotgate.law.expr import Leaf
from lotgate.parties.lists import ListSet, from_rows, party_list
from lotgate.parties.ownership import Edge, Ownership, Verdict, change_days, edges_of, rules
from lotgate.parties.screen import Hit, Query, screen
from lotgate.tables import Workspace

__all__ = ["CHINESE_LIST", "PartyFacts", "PartyMatch", "list_of_tag"]

CHINESE_LIST = "cn-mofcom"
SAME_NAME = 0.97
SHORT = 3
OWNER_LISTS = ("us-entity-list", "us-meu", "us-sdn")
"""Listings that pass to affiliates under the US Affiliates Rule (90 FR 47201)."""


def list_of_tag(tag: str) -> str:
    """The party list that carries a tag: `us-el:fn1` comes with `us-entity-list`, a measure id with our listings."""
    if tag.startswith("us-el:"):
        return "us-entity-list"
    if tag.startswith("CN-"):
        return CHINESE_LIST
    return tag.split(":")[0]


def _screened(lists: ListSet, tags: frozenset[str]) -> ListSet:
    """The lists that some rule asks about, and a firm's own; official lists that restrict no goods are left aside."""
    official = ("us-", "cn-", "eu-", "un-", "jp-", "uk-", "nl-")
    asked = {list_of_tag(tag) for tag in tags}
    return lists.only(*(one.id for one in lists if one.id in asked or not one.id.startswith(official)))


def law_tags(law: Law) -> frozenset[str]:
    """Every tag that some condition of the law asks about."""
    facts = ("listed", "us_owned_by", "cn_owned_by")
    return frozenset(str(leaf.operand) for leaf in law.graph.leaves if leaf.fact in facts and leaf.op == "has")


@dataclass(frozen=True)
class PartyMatch:
    """What the lists say of one party: tags it surely carries, tags it may carry, and the hits behind them."""

    members: Members
    hits: tuple[Hit, ...] = field(default=(), compare=False)


class PartyFacts:
    """The facts every party carries, by party id."""

    def __init__(self, ws: Workspace, law: Law, lists: ListSet, confirmed: Mapping[str, str] | None = None) -> None:
        """`confirmed` holds a person's word on near matches: party id to yes or no."""
        self.ws = ws
        self.law = law
        self.confirmed = confirmed or {}
        self._owned: dict[date, Owned] = {}
        self._columns: dict[str, list[str | None]] = {}
        self.tags = law_tags(law)
        self.parties = ws.tables["parties"]
        self.ids: list[str] = self.parties["party"].to_list()
        rows = [{**row, "tags": measure} for measure, found in law.party_rows.items() for row in found]
        ours = from_rows(
            CHINESE_LIST, "Chinese listings", rows, law.regimes["cn"].known_as_of if "cn" in law.regimes else None
        )
        self.lists = _screened(lists, self.tags).joined(ours)
        self.unloaded = self._unloaded()

    def _unloaded(self) -> frozenset[str]:
        """Tags the law asks about that belong to lists not at hand: nobody can say who carries them."""
        return frozenset(tag for tag in self.tags if not self.lists.loaded(list_of_tag(tag)))

    @cached_property
    def owners(self) -> list[str]:
        """Owners named in the ownership table that are not parties themselves: names to be matched like any other."""
        known = set(self.ids)
        named = self.ws.tables["ownership"]["owner"].unique(maintain_order=True).to_list()
        return [owner for owner in named if owner is not None and owner not in known]

    @cached_property
    def _queries(self) -> tuple[list[Query], frozenset[str]]:
        """A query per party with a name, and the parties without one."""
        queries, nameless = [], set()
        columns = self.parties.select("party", "name", "name_local", "country", "kind")
        for party, name, local, country, kind in columns.iter_rows():
            names = tuple(dict.fromkeys(n for n in (name, local) if n and n != NONE))
            if names:
                queries.append(Query(party, names, country, kind))
            else:
                nameless.add(party)
        return queries, frozenset(nameless)

    @cached_property
    def matches(self) -> dict[str, PartyMatch]:
        """The lists' word on every party and every named owner."""
        queries, nameless = self._queries
        queries = queries + [Query(owner, (owner,), None, None) for owner in self.owners]
        hits: dict[str, list[Hit]] = {query.id: [] for query in queries}
        screened = screen(queries, self.lists)
        for hit in screened:
            hits[hit.id].append(hit)
        cut = frozenset(screened.limited)
        found = {query_id: self._match(query_id, one, query_id in cut) for query_id, one in hits.items()}
        found.update({party: PartyMatch(ANYTHING) for party in nameless})
        return found

    def _match(self, party: str, hits: Sequence[Hit], cut: bool) -> PartyMatch:
        """The tags of the hits; where candidates were cut off, an entry not looked at could carry any tag."""
        if not hits and not cut:
            return self._unmatched
        must: set[str] = set()
        may: set[str] = set(self.tags if cut and self.confirmed.get(party) != "no" else self.unloaded)
        exact = {hit.list for hit in hits if hit.standing == "listed" and hit.score >= SAME_NAME}
        for hit in hits:
            tags = set(hit.tags)
            if hit.standing == "possible" and hit.list in exact:
                continue  # the party is known to be another entry of that list
            word = self.confirmed.get(party)
            if hit.standing == "listed" or (hit.standing == "possible" and word == "yes"):
                must |= tags
            elif hit.standing == "possible" and word != "no":
                may |= tags
        sure = frozenset(must & self.tags)
        return PartyMatch(Members(sure, frozenset(may & self.tags) | sure), tuple(hits))

    @cached_property
    def _unmatched(self) -> PartyMatch:
        return PartyMatch(Members(frozenset(), self.unloaded))

    def column(self, name: str) -> list[str | None]:
        """One column of the parties table, in its order."""
        if name not in self._columns:
            self._columns[name] = self.parties[name].to_list()
        return self._columns[name]

    @cached_property
    def place(self) -> dict[str, int]:
        """Row of every party in the table."""
        return {party: row for row, party in enumerate(self.ids)}

    @cached_property
    def addressees(self) -> list[Members]:
        """Addressees of letters that each party is, by name."""
        rows = [
            {"name": names[0], "aliases": list(names[1:]), "entry": key, "kind": "company"}
            for key, names in self.law.addressees.items()
        ]
        if not rows:
            return [Members()] * len(self.ids)
        named = self.law.addressees.values()
        known = ListSet({"addressees": party_list("addressees", "Addressees of letters", rows)})
        near = re.compile("|".join(_somewhere(name.split()[0].casefold()) for names in named for name in names))
        queries = [query for query in self._queries[0] if any(near.search(n.casefold()) for n in query.names)]
        hits: dict[str, set[str]] = {}
        for hit in screen(queries, known):
            if hit.standing == "listed":
                hits.setdefault(hit.id, set()).add(hit.entry)
        nameless = self._queries[1]
        return [
            ANYTHING if party in nameless else Members(frozenset(found), frozenset(found))
            for party in self.ids
            for found in [hits.get(party, set())]
        ]

    def by_day(self, days: npt.NDArray[np.datetime64]) -> dict[str, dict[date, list[Value]]]:
        """Every party fact: per stretch of unchanged ownership (by its first day) the values of all parties."""
        always: dict[str, list[Value]] = {
            "listed": [self.matches[party].members for party in self.ids],
            "military": [_yes_no(value) for value in self.column("military")],
            "headquarters": [_country(value) for value in self.column("headquarters")],
        }
        found: dict[str, dict[date, list[Value]]] = {fact: {date.min: v} for fact, v in always.items()}
        for start in [date.min, *self.ownership_days(days)]:
            owned = self.owned(start)
            found.setdefault("us_owned_by", {})[start] = [owned.us[p] for p in self.ids]
            found.setdefault("cn_owned_by", {})[start] = [owned.cn[p] for p in self.ids]
            found.setdefault("ofac_owned", {})[start] = [owned.ofac[p] for p in self.ids]
            found.setdefault("listed_owner_minority", {})[start] = [owned.minority[p] for p in self.ids]
        return found

    def ownership_days(self, days: npt.NDArray[np.datetime64]) -> list[date]:
        """Days on which the ownership table changes, up to the last day asked about."""
        last = days.max().astype("datetime64[D]").item() if len(days) else date.max
        return [day for day in change_days(self.edges) if day <= last]

    @cached_property
    def edges(self) -> list[Edge]:
        """The stakes of the ownership table."""
        return edges_of(self.ws.tables["ownership"])

    def ownership_gaps(self, party: str, leaf: Leaf, day: date) -> list[tuple[str, str]]:
        """(cell, subject) for what keeps a party's reach through its owners open on a day."""
        owned = self.owned_on(day)
        by = {"us_owned_by": owned.by_us, "ofac_owned": owned.by_ofac, "cn_owned_by": owned.by_cn}.get(leaf.fact, {})
        verdict = by.get(party)
        if verdict is None:
            return [("share", party)]
        gaps = [("share", party)] if verdict.missing else []
        for owner in sorted(verdict.roots):
            members = self.matches[owner].members
            unsure = (members.may or frozenset()) - members.must
            gaps += [("list", list_of_tag(tag)) for tag in sorted(unsure & self.unloaded)]
            if unsure - self.unloaded and not members.must:
                gaps.append(("match", owner))
        return gaps or [("share", party)]

    def owned_on(self, day: date) -> Owned:
        """Listings that reach each party through its owners on any day."""
        return self.owned(max(d for d in [date.min, *change_days(self.edges)] if d <= day))

    def owned(self, day: date) -> Owned:
        """Listings that reach each party through its owners on a day."""
        if day not in self._owned:
            self._owned[day] = Owned(self, day)
        return self._owned[day]


class Owned:
    """Who is reached by whose listing through ownership on one day, under each regime's own rule."""

    def __init__(self, facts: PartyFacts, day: date) -> None:
        self.facts = facts
        graph = Ownership(facts.edges, day)
        # the rule's id in parties/data/ownership_rules.csv, and the tags that make an owner count
        self.by_us = self._verdicts(graph, "us-affiliates", lambda tag: list_of_tag(tag) in OWNER_LISTS)
        self.by_ofac = self._verdicts(graph, "ofac-50", lambda tag: list_of_tag(tag) == "us-sdn")
        self.by_cn = self._verdicts(graph, "cn-61", lambda tag: list_of_tag(tag) == CHINESE_LIST)
        self.us = {party: self._members(self.by_us.get(party), OWNER_LISTS) for party in facts.ids}
        self.cn = {party: self._members(self.by_cn.get(party), (CHINESE_LIST,)) for party in facts.ids}
        self.ofac = {party: _word(self.by_ofac.get(party)) for party in facts.ids}
        self.minority = {party: self._minority(party) for party in facts.ids}

    def _verdicts(self, graph: Ownership, rule: str, counts: Callable[[str], bool]) -> Mapping[str, Verdict]:
        listed, possible = set(), set()
        for name, match in self.facts.matches.items():
            if any(counts(tag) for tag in match.members.must):
                listed.add(name)
            elif match.members.may is None or any(counts(tag) for tag in match.members.may):
                possible.add(name)
        return graph.blocked(listed, rules()[rule], possible)

    def _members(self, verdict: Verdict | None, lists: Sequence[str]) -> Members:
        """The tags of the listed owners from whom a party is reached, surely or possibly."""
        if verdict is None or verdict.status == "no":
            return Members()
        tags: set[str] = set()
        for root in verdict.roots:
            members = self.facts.matches[root].members
            tags |= members.must if verdict.status == "yes" else members.must | (members.may or self.facts.tags)
        found = frozenset(tag for tag in tags if list_of_tag(tag) in lists)
        return Members(found, found) if verdict.status == "yes" else Members(frozenset(), found)

    def _minority(self, party: str) -> str | None:
        """Whether a listed owner holds a stake that reaches no threshold: shown, never deciding."""
        verdicts = [found for one in (self.by_us, self.by_ofac, self.by_cn) if (found := one.get(party)) is not None]
        owners = {stake.owner for verdict in verdicts if verdict.status == "no" for stake in verdict.stakes}
        return "yes" if any(self.facts.matches[owner].members.must for owner in owners) else "no"


def _somewhere(word: str) -> str:
    """The pattern that finds a word in a folded name; a few letters must stand alone, for many names hold them."""
    found = re.escape(word)
    return rf"(?<![a-z]){found}(?![a-z])" if word.isascii() and len(word) <= SHORT else found


def _word(verdict: Verdict | None) -> str | None:
    if verdict is None:
        return "no"
    return None if verdict.status == "unknown" else verdict.status


def _yes_no(value: str | None) -> str | None:
    return "no" if value == NONE else value


def _country(value: str | None) -> Members:
    if value is None:
        return ANYTHING
    countries = frozenset() if value == NONE else frozenset({value})
    return Members(countries, countries)
