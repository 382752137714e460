"""Facts of parties: names matched against the lists, ownership followed, military and headquarters as given."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lotgate.evaluate.columns import ANYTHING, NONE, Members, Value
from lotgate.facts.answers import Answers
from lotgate.facts.owned import OWNED_FACTS, Owned, counting_tags
from lotgate.facts.tags import CHINESE_LIST, law_tags, list_of_tag
from lotgate.law import Law
from lotgate.law.expr import Leaf
from lotgate.parties.lists import ListSet, PartyList, entry_ids, from_rows, party_list
from lotgate.parties.ownership import Edge, Verdict, change_days, edges_of
from lotgate.parties.review import Review, Reviews, Subject
from lotgate.parties.reviewed import Reviewed
from lotgate.parties.screen import Hit, Query, screen
from lotgate.parties.sources import fresh_until
from lotgate.tables import Workspace

__all__ = ["CHINESE_LIST", "PartyFacts", "PartyMatch", "list_of_tag"]

SAME_NAME = 0.97


def _screened(lists: ListSet, tags: frozenset[str]) -> ListSet:
    """The lists that some rule asks about, and a firm's own; official lists that restrict no goods are left aside."""
    official = ("us-", "cn-", "eu-", "un-", "jp-", "uk-", "nl-")
    asked = {list_of_tag(tag) for tag in tags}
    return lists.only(*(one.id for one in lists if one.id in asked or not one.id.startswith(official)))


def chinese_listings(law: Law) -> PartyList:
    """The listings that come with the law, as a list to match names against; every entry carries its measure."""
    rows = []
    for measure, found in law.party_rows.items():
        ids = entry_ids([row["name_en"] or row["name_zh"] for row in found], [()] * len(found))
        rows += [{**row, "tags": measure, "entry": f"{measure}/{i}"} for row, i in zip(found, ids, strict=True)]
    day = law.regimes["cn"].known_as_of if "cn" in law.regimes else None
    return from_rows(CHINESE_LIST, "Chinese listings", rows, day)


@dataclass(frozen=True)
class PartyMatch:
    """What the lists say of one party: tags it surely carries, tags it may carry, and the hits behind them.

    `reviews` holds a person's word on hits, by list and entry.
    """

    members: Members
    hits: tuple[Hit, ...] = field(default=(), compare=False)
    reviews: Mapping[tuple[str, str], Review] = field(default_factory=dict, compare=False)


class PartyFacts:
    """The facts every party carries, by party id."""

    def __init__(
        self,
        ws: Workspace,
        law: Law,
        lists: ListSet,
        answers: Answers | None = None,
        list_age: int | None = None,
        owned_facts: Iterable[str] = OWNED_FACTS,
        reviews: Reviews | None = None,
    ) -> None:
        """`list_age` is the age in days that an official list may have; None takes each list's own for lists of the
        store, and no limit for lists that were given. `owned_facts` are the rules on owners to count by,
        `reviews` what a person said of single matches."""
        self.ws = ws
        self.law = law
        answers = answers or Answers()
        self.confirmed = answers.matches
        self.owned_words = answers.owned
        self._owned: dict[date, Owned] = {}
        self._old: dict[date, frozenset[str]] = {}
        self._doubted: dict[tuple[Members, frozenset[str]], Members] = {}
        self._columns: dict[str, list[str | None]] = {}
        self.counting = {fact: counting_tags(law, fact) for fact in owned_facts}
        self.tags = law_tags(law).union(*self.counting.values())
        self.parties = ws.tables["parties"]
        self.ids: list[str] = self.parties["party"].to_list()
        self.lists = _screened(lists, self.tags).joined(chinese_listings(law))
        self.reviewed = Reviewed(reviews or Reviews(), self.lists)
        self.unloaded = self._unloaded()
        self.fresh = {
            one.id: max(fresh_until(one, list_age), answers.lists_checked.get(one.id, date.min))
            for one in self.lists
            if one.id != CHINESE_LIST and (lists.live or list_age is not None)
        }
        """The last day on which each list is recent enough to clear anybody by its absence."""

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
        subject = self.subject(party) if len(self.reviewed.reviews) else None
        said = {(hit.list, hit.entry): self.reviewed.of(subject, hit) for hit in hits} if subject else {}
        said_of = {key: review for key, review in said.items() if review is not None}
        must: set[str] = set()
        may: set[str] = set(self.tags if cut and self.confirmed.get(party) != "no" else self.unloaded)
        standing = {hit: self._standing(hit, said_of.get((hit.list, hit.entry))) for hit in hits}
        exact = {hit.list for hit in hits if standing[hit] == "listed" and hit.score >= SAME_NAME}
        for hit in hits:
            tags = set(hit.tags)
            if standing[hit] == "possible" and hit.list in exact:
                continue  # the party is known to be another entry of that list
            word = self.confirmed.get(party)
            if standing[hit] == "listed" or (standing[hit] == "possible" and word == "yes"):
                must |= tags
            elif standing[hit] == "possible" and word != "no":
                may |= tags
        sure = frozenset(must & self.tags)
        return PartyMatch(Members(sure, frozenset(may & self.tags) | sure), tuple(hits), said_of)

    @staticmethod
    def _standing(hit: Hit, review: Review | None) -> str:
        """What is made of a hit: a person's word goes before the score."""
        if review is None:
            return hit.standing
        return "listed" if review.decision == "confirmed" else "other"

    def subject(self, party: str) -> Subject:
        """Who a party, or a named owner, is as written: what a review of its matches rests on."""
        row = self.place.get(party)
        if row is None:
            return Subject((party,))
        cells = (self.column(name)[row] for name in ("name", "name_local"))
        names = tuple(dict.fromkeys(cell for cell in cells if cell and cell != NONE))
        return Subject(names, self.column("country")[row], self.column("address")[row], self.column("kind")[row])

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

    def addressees(self, exporters: Container[int]) -> list[Members]:
        """Addressees of letters that each party in a row of `exporters` is, by name, or may be.

        All other parties are none: a letter binds who exports.
        """
        rows = [
            {"name": names[0], "aliases": list(names[1:]), "entry": key, "kind": "company"}
            for key, names in self.law.addressees.items()
        ]
        if not rows:
            return [Members()] * len(self.ids)
        known = ListSet({"addressees": party_list("addressees", "Addressees of letters", rows)})
        queries, nameless = self._queries
        sure: dict[str, set[str]] = {}
        possible: dict[str, set[str]] = {}
        for hit in screen([query for query in queries if self.place[query.id] in exporters], known):
            if hit.standing != "other":
                possible.setdefault(hit.id, set()).add(hit.entry)
            if hit.standing == "listed":
                sure.setdefault(hit.id, set()).add(hit.entry)
        return [
            ANYTHING
            if party in nameless
            else Members(frozenset(sure.get(party, ())), frozenset(possible.get(party, ())))
            for party in self.ids
        ]

    def by_day(self, days: npt.NDArray[np.datetime64]) -> dict[str, dict[date, list[Value]]]:
        """Every party fact: per stretch of unchanged ownership (by its first day) the values of all parties."""
        always: dict[str, list[Value]] = {
            "military": [_yes_no(value) for value in self.column("military")],
            "headquarters": [_country(value) for value in self.column("headquarters")],
        }
        found: dict[str, dict[date, list[Value]]] = {fact: {date.min: v} for fact, v in always.items()}
        found["listed"] = {}
        last = days.max().astype("datetime64[D]").item() if len(days) else date.max
        for start in (day for day in self.starts if day <= last):
            owned = self.owned(start)
            found["listed"][start] = [self.members(p, start) for p in self.ids]
            for fact in ("us_owned_by", "cn_owned_by"):
                found.setdefault(fact, {})[start] = [owned.members(fact, p) for p in self.ids]
            for fact in ("ofac_owned", "eu_owned"):
                found.setdefault(fact, {})[start] = [owned.word(fact, p) for p in self.ids]
            found.setdefault("listed_owner_minority", {})[start] = [owned.minority(p) for p in self.ids]
        return found

    @cached_property
    def starts(self) -> list[date]:
        """The first days of the stretches on which neither stakes nor the ages of lists change, from the first on."""
        old = {day + timedelta(days=1) for day in self.fresh.values() if date.min < day < date.max}
        return sorted({date.min, *change_days(self.edges), *old})

    def stretch(self, days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.intp]:
        """The number of the stretch in which each day lies."""
        starts = np.array(self.starts, dtype="datetime64[D]")
        return np.searchsorted(starts, days.astype("datetime64[D]"), side="right") - 1

    def start_of(self, day: date) -> date:
        """The first day of the stretch in which a day lies."""
        return max(start for start in self.starts if start <= day)

    def old_lists(self, day: date) -> frozenset[str]:
        """The lists that are too old on a day to clear anybody."""
        return frozenset(list_id for list_id, last in self.fresh.items() if last < day or last == date.min)

    def old_tags(self, day: date) -> frozenset[str]:
        """The tags anybody may carry on a day because their list is too old."""
        if day not in self._old:
            old = self.old_lists(day)
            self._old[day] = frozenset(tag for tag in self.tags if list_of_tag(tag) in old)
        return self._old[day]

    def members(self, party: str, day: date) -> Members:
        """The tags a party carries, and may carry, on a day."""
        found = self.matches[party].members
        old = self.old_tags(day)
        if not old or found.may is None:
            return found
        if (found, old) not in self._doubted:
            self._doubted[found, old] = Members(found.must, found.may | old)
        return self._doubted[found, old]

    @cached_property
    def edges(self) -> list[Edge]:
        """The stakes of the ownership table."""
        return edges_of(self.ws.tables["ownership"])

    @cached_property
    def holders(self) -> list[str]:
        """Everybody who holds a stake in somebody, by party id or name."""
        return sorted({edge.owner for edge in self.edges})

    def ownership_gaps(self, party: str, leaf: Leaf, day: date) -> list[tuple[str, str]]:
        """(cell, subject) for what keeps a party's reach through its owners open on a day."""
        verdicts = self.owned_on(day).verdicts.get(leaf.fact, {})
        if party not in verdicts:
            return [("share", party)]
        gaps: list[tuple[str, str]] = []
        for one in self._open_chain(party, verdicts):
            gaps += [("share", one)] if verdicts[one].missing else []
        counting, old = self.counting[leaf.fact], self.old_tags(day)
        for owner in sorted(verdicts[party].roots):
            members = self.members(owner, day)
            if members.must & counting:
                continue
            unsure = (members.may or frozenset()) & counting
            gaps += [("list", list_of_tag(tag)) for tag in sorted(unsure & self.unloaded)]
            gaps += [("checked_until", f"list:{list_of_tag(tag)}") for tag in sorted(unsure & old - self.unloaded)]
            near = self.matches[owner].members.may
            if near is None or (unsure & near) - self.unloaded:
                gaps.append(("match", owner))
        return list(dict.fromkeys(gaps)) or [(leaf.fact, party)]

    def _open_chain(self, party: str, verdicts: Mapping[str, Verdict]) -> list[str]:
        """The party and its owners upwards, as far as the question reaches."""
        chain: dict[str, None] = {party: None}
        waiting = [party]
        while waiting:
            for stake in verdicts[waiting.pop()].stakes:
                verdict = verdicts.get(stake.owner)
                if verdict is not None and verdict.status == "unknown" and stake.owner not in chain:
                    chain[stake.owner] = None
                    waiting.append(stake.owner)
        return list(chain)

    def owned_on(self, day: date) -> Owned:
        """Listings that reach each party through its owners on any day."""
        return self.owned(self.start_of(day))

    def owned(self, day: date) -> Owned:
        """Listings that reach each party through its owners on a day."""
        if day not in self._owned:
            self._owned[day] = Owned(self, day)
        return self._owned[day]


def _yes_no(value: str | None) -> str | None:
    return "no" if value == NONE else value


def _country(value: str | None) -> Members:
    if value is None:
        return ANYTHING
    countries = frozenset() if value == NONE else frozenset({value})
    return Members(countries, countries)
