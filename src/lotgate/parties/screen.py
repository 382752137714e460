"""Matches names against party lists: candidates from an index over all listed names, then name by name with reasons.

A hit is `yes` at or above the threshold, `possible` just below it (a near miss that a person must look at); all else
is no hit. Identifiers decide over names. A list is matched by every name and alias of its entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from lotgate.parties.lists import ListSet
from lotgate.parties.matching.compare import Comparison, compare
from lotgate.parties.matching.index import Entry, NameIndex, name_index, without_collection
from lotgate.parties.names import Reading, analysed, asked_readings, names_a_place
from lotgate.parties.pairs import DEFAULT_THRESHOLD

__all__ = ["DEFAULT_THRESHOLD", "Hit", "Query", "Screening", "screen"]

_ACRONYM_AMONG_MANY = {2: 0.5, 3: 0.7, 4: 0.75, 5: 0.9}
POSSIBLE_BELOW = 0.06
"""How far under the threshold a near miss may lie and still be shown to a person."""


@dataclass(frozen=True)
class Query:
    """Who is asked about: names in any script (a party's `name` and `name_local`), and what else is known."""

    id: str
    names: tuple[str, ...]
    country: str | None = None
    kind: str | None = None
    identifiers: tuple[str, ...] = ()


NAMESAKE_ABROAD = 0.9
"""Below this a name with a word missing, in another country than the listed firm, is taken for another firm's."""
PARTIAL_NAME = 0.86
"""From this on a missing word is a place or a legal form rather than what the firm does."""


SHORT_ABROAD = "a short name in another country"
PLACE_ONLY = "the listed name is a place's"


@dataclass(frozen=True)
class Hit:
    """One entry that a query matches, or may match, with the score and the components it is made of."""

    id: str
    name: str
    matched_name: str
    list: str
    entry: str
    score: float
    match: str
    why: tuple[str, ...]
    tags: tuple[str, ...] = ()

    @property
    def standing(self) -> Literal["listed", "possible", "other"]:
        """What a decision makes of the hit, stricter than an alert: listed, possible (a person looks), or another.

        A name that lacks a word of the other in the same script is often the parent or the namesake of a listed firm
        (a group and its aerospace company), so it is possible only; across scripts translations drop such words. A
        namesake in another country is another firm unless little stands against it.
        """
        omits = any(note.startswith("only in") for note in self.why)
        if SHORT_ABROAD in self.why and not self.why[0].startswith("identifier"):
            return "possible"
        abroad = any(note.startswith("country") and ", listed " in note for note in self.why)
        across = any(note.startswith(("meaning:", "pinyin:")) for note in self.why)
        if self.match == "no" or (abroad and self.score < (NAMESAKE_ABROAD if omits else DEFAULT_THRESHOLD)):
            return "other"
        if self.match == "possible" or PLACE_ONLY in self.why or (omits and not across and self.score < PARTIAL_NAME):
            return "possible"
        return "listed"


@dataclass(frozen=True)
class Screening:
    """The hits, best first for each query in the order asked, and the queries whose candidates were cut off."""

    hits: tuple[Hit, ...]
    limited: tuple[str, ...] = ()
    threshold: float = DEFAULT_THRESHOLD
    queries: tuple[Query, ...] = field(default=(), repr=False)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def of(self, query_id: str) -> tuple[Hit, ...]:
        """The hits of one query."""
        return tuple(hit for hit in self.hits if hit.id == query_id)

    @property
    def table(self) -> pl.DataFrame:
        """The result table of `lotgate screen`: `match` is true at or above the threshold."""
        return pl.DataFrame(
            {
                "id": [hit.id for hit in self.hits],
                "name": [hit.name for hit in self.hits],
                "matched_name": [hit.matched_name for hit in self.hits],
                "list": [hit.list for hit in self.hits],
                "entry": [hit.entry for hit in self.hits],
                "score": [hit.score for hit in self.hits],
                "match": [hit.match == "yes" for hit in self.hits],
                "why": ["; ".join(hit.why) for hit in self.hits],
            },
            schema={
                "id": pl.String, "name": pl.String, "matched_name": pl.String, "list": pl.String, "entry": pl.String,
                "score": pl.Float64, "match": pl.Boolean, "why": pl.String,
            },
        )  # fmt: skip


def screen(queries: Iterable[Query | Sequence[Any]], lists: ListSet, threshold: float = DEFAULT_THRESHOLD) -> Screening:
    """The hits of all queries against all lists.

    A query is a `Query`, or a tuple of its fields in order: id, names, country, kind, identifiers.
    """
    asked = tuple(query if isinstance(query, Query) else _query(query) for query in queries)
    index = name_index(lists)
    hits: list[Hit] = []
    limited = []
    with without_collection():
        for number, candidates, cut in index.candidates(_asked_names(asked)):
            hits += _hits_of(asked[number], candidates, index, threshold)
            if cut:
                limited.append(asked[number].id)
    return Screening(tuple(hits), tuple(limited), threshold, asked)


def _query(fields: Sequence[Any]) -> Query:
    query_id, names, *rest = fields
    given = (names,) if isinstance(names, str) else tuple(names)
    return Query(str(query_id), given, *rest)


def _asked_names(queries: Sequence[Query]) -> list[tuple[tuple[str, ...], str | None]]:
    """For each query its names as they may be read, and its kind."""
    return [
        (tuple(dict.fromkeys(part.text for name in query.names if name for part in asked_readings(name))), query.kind)
        for query in queries
    ]


def _fits(query_kind: str | None, entry_kind: str | None) -> bool:
    """True unless both kinds are known and speak of different things."""
    if query_kind is None or entry_kind is None:
        return entry_kind != "address"
    if query_kind in ("company", "government", "bank"):
        return entry_kind == "company"
    return query_kind == entry_kind


def _hits_of(query: Query, candidates: Sequence[int], index: NameIndex, threshold: float) -> list[Hit]:
    best: dict[int, Hit] = {}
    for identifier in query.identifiers:
        for entry_id in index.with_identifier(identifier):
            entry = index.entry(entry_id)
            best[entry_id] = _hit(
                query, query.names[0], entry.name, entry, 1.0, (f"identifier {identifier}",), threshold
            )
    for name_id in candidates:
        entry_id = int(index.entry_of[name_id])
        entry = index.entry(entry_id)
        if not _fits(query.kind, entry.kind):
            continue
        score, why, asked = _score(query, index, name_id)
        if score >= threshold - POSSIBLE_BELOW and (entry_id not in best or score > best[entry_id].score):
            best[entry_id] = _hit(query, asked, index.names[name_id], entry, score, why, threshold)
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.list, hit.entry))


def _hit(
    query: Query, asked: str, matched: str, entry: Any, score: float, why: tuple[str, ...], threshold: float
) -> Hit:
    match = "yes" if score >= threshold else "possible"
    return Hit(query.id, asked, matched, entry.list, entry.entry, round(score, 4), match, why, entry.tags)


def _at_home(reading: Reading, query: Query, entry: Entry) -> bool:
    """True if the place behind a name may be the address of the listed firm, which is of that country."""
    if entry.countries:
        return not reading.countries.isdisjoint(entry.countries)
    return query.country is None or query.country in reading.countries


def _words_of(index: NameIndex, number: int) -> frozenset[str]:
    """The words of all names of an entry."""
    return frozenset(
        unit.text for name in index.names_of(number)[:60] for part in [analysed(name)] for unit in part.units
    )


def _score(query: Query, index: NameIndex, name_id: int) -> tuple[float, tuple[str, ...], str]:
    """The best score of the query's names against one listed name, with what else speaks for or against."""
    number = int(index.entry_of[name_id])
    entry = index.entry(number)
    person = entry.kind == "person"
    listed = index.names[name_id]
    parted = analysed(listed, person)
    best = Comparison(0.0, ())
    asked = query.names[0]
    for name in query.names:
        for i, ours in enumerate(asked_readings(name)):
            if ours.countries and not _at_home(ours, query, entry):
                continue
            mine = analysed(ours.text, person)
            found = compare(mine, parted)
            if not person and 0.3 < found.score < 0.95 and found.asks_more:
                found = compare(mine, parted, _words_of(index, number))
            score = found.score if i == 0 or ours.countries else found.score * 0.99
            if score > best.score:
                best, asked = Comparison(score, found.told, found.acronym, found.evidence), name
    score, notes = best.score, list[str]()
    if best.acronym:
        # Among thousands of listed names a few letters fit somebody by chance.
        score, notes = score * _ACRONYM_AMONG_MANY.get(best.acronym, 1.0), [*notes, "acronym made up of initials"]
    if index.weak[name_id]:
        score, notes = score * 0.92, [*notes, "weak alias"]
    if score < 0.5:
        return score, best.why, asked
    if names_a_place(parted):
        score, notes = score * (1.0 if score >= 0.95 else 0.8), [*notes, PLACE_ONLY]
    short = "".join(character for character in listed if character.isalnum())
    if len(short) <= 2 or (len(short) == 3 and short.isascii() and query.country is None):
        score, notes = score * 0.75, [*notes, "very short name"]
    if query.country and entry.countries:
        if query.country in entry.countries or {query.country, *entry.countries} >= {"CN", "HK"}:
            notes.append(f"country {query.country}")
        else:
            # Another country speaks against a name the louder the less else there is to it.
            factor = 0.94 if best.evidence >= 1.4 else 0.88 if best.evidence >= 0.9 else 0.75
            score, notes = score * factor, [*notes, f"country {query.country}, listed {' '.join(entry.countries[:4])}"]
            if not person and len(parted.glued) <= 4 and parted.glued.isascii():
                notes.append(SHORT_ABROAD)
    return score, (*best.why, *notes), asked
