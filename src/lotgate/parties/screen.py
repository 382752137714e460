"""Matches names against party lists: candidates from an index over all listed names, then name by name with reasons.

A hit is `yes` at or above the threshold, `possible` just below it (a near miss that a person must look at); all else
is no hit. Identifiers decide over names. A list is matched by every name and alias of its entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import polars as pl

from lotgate.parties.lists import ListSet
from lotgate.parties.matching.candidates import Asked, candidates
from lotgate.parties.matching.compare import Comparison, compare
from lotgate.parties.matching.index import KINDS, NameIndex, name_index, without_collection
from lotgate.parties.matching.processes import each
from lotgate.parties.matching.shared import ready
from lotgate.parties.names import Name, Reading, analysed, asked_readings, names_a_place
from lotgate.parties.pairs import DEFAULT_THRESHOLD

__all__ = ["DEFAULT_THRESHOLD", "Hit", "Query", "Screening", "screen"]

_AT_ONCE = 4000
_WORTH_SHARING = 4000
"""Queries from which on their work is shared among processors."""
_WORTH_COMPILING = 4_000_000_000
"""Queries times listed names from which on all processes together gain by the compiled kernel what it takes to load."""

_ACRONYM_AMONG_MANY = {2: 0.5, 3: 0.7, 4: 0.75, 5: 0.9}
_NO_HIT = 0.5
_WEAK_ALIAS, _ABROAD = 0.92, 0.94
"""What a score is multiplied by for a weak alias, and for a firm of another country at most."""
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
CUT = "without what stands behind the comma"
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
        if (
            self.match == "possible"
            or PLACE_ONLY in self.why
            or CUT in self.why
            or (omits and not across and self.score < PARTIAL_NAME)
        ):
            return "possible"
        return "listed"


class _Found(NamedTuple):
    """An entry that matches: its number, the names asked for and listed, the score and its components."""

    entry: int
    asked: str
    matched: str
    score: float
    why: tuple[str, ...]


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


def screen(
    queries: Iterable[Query | Sequence[Any]],
    lists: ListSet,
    threshold: float = DEFAULT_THRESHOLD,
    progress: Callable[[int, int], None] | None = None,
) -> Screening:
    """The hits of all queries against all lists.

    A query is a `Query`, or a tuple of its fields in order: id, names, country, kind, identifiers. `progress` is told
    how many queries of how many are done.
    """
    asked = tuple(query if isinstance(query, Query) else _query(query) for query in queries)
    index = name_index(lists)
    shared_out = len(asked) >= _WORTH_SHARING
    if shared_out and len(asked) * len(index.names) >= _WORTH_COMPILING:
        ready()

    def part(start: int) -> list[tuple[int, list[_Found], bool]]:
        return _screened(asked[start : start + step], start, index, threshold)

    step = _AT_ONCE if not shared_out else max(500, min(_AT_ONCE, len(asked) // 8))
    hits: list[Hit] = []
    limited = []
    if progress is not None:
        progress(0, len(asked))
    starts = range(0, len(asked), step)
    # Processes that split off within begin, and so remain, without it.
    with without_collection():
        for start, found in zip(starts, each(part, starts, shared_out), strict=True):
            for number, matched, cut in found:
                hits += _hits(asked[number], matched, index, threshold)
                if cut:
                    limited.append(asked[number].id)
            if progress is not None:
                progress(min(start + step, len(asked)), len(asked))
    return Screening(tuple(hits), tuple(limited), threshold, asked)


def _query(fields: Sequence[Any]) -> Query:
    query_id, names, *rest = fields
    given = (names,) if isinstance(names, str) else tuple(names)
    return Query(str(query_id), given, *rest)


def _readings(query: Query) -> list[tuple[str, int, Reading]]:
    """The names of a query as they may be read: the name, the place of the reading among its own, the reading.

    A person's name is not cut down to one word by taking another for a place, nor at a comma, behind which a given name
    stands; so it is with one who may be a person.
    """
    return [
        (name, place, reading)
        for name in query.names
        if name
        for place, reading in enumerate(asked_readings(name))
        if query.kind != "person" or not reading.countries or " " in reading.text
        if not reading.cut or query.kind not in (None, "person")
    ]


def _screened(
    queries: Sequence[Query], first: int, index: NameIndex, threshold: float
) -> list[tuple[int, list[_Found], bool]]:
    """For each query that anything is found for: its number, what matches, and whether candidates were cut off."""
    screened = []
    readings = [_readings(query) for query in queries]
    texts = [tuple(dict.fromkeys([reading.text for _, _, reading in found])) for found in readings]
    wanted = [Asked(names, query.kind) for names, query in zip(texts, queries, strict=True)]
    for number, chosen, cut in candidates(index, wanted):
        if chosen or queries[number].identifiers:
            found = _matches(queries[number], readings[number], chosen, index, threshold)
            if found or cut:
                screened.append((first + number, found, cut))
    return screened


def _matches(
    query: Query,
    readings: Sequence[tuple[str, int, Reading]],
    chosen: Sequence[tuple[int, str]],
    index: NameIndex,
    threshold: float,
) -> list[_Found]:
    """The entries that match, or nearly so, each with the name of its that matches best."""
    best: dict[int, _Found] = {}
    for identifier in query.identifiers:
        for entry in index.with_identifier(identifier):
            best[entry] = _Found(entry, query.names[0], "", 1.0, (f"identifier {identifier}",))
    for name_id, listed in chosen:
        score, why, name = _score(query, readings, index, name_id, listed, threshold - POSSIBLE_BELOW)
        if score >= threshold - POSSIBLE_BELOW:
            entry = int(index.entry_of[name_id])
            if entry not in best or score > best[entry].score:
                best[entry] = _Found(entry, name, listed, score, why)
    return list(best.values())


def _hits(query: Query, found: Sequence[_Found], index: NameIndex, threshold: float) -> list[Hit]:
    """The hits of a query, best first."""
    hits = []
    for one in found:
        entry = index.entry(one.entry)
        match = "yes" if one.score >= threshold else "possible"
        score, matched = round(one.score, 4), one.matched or entry.name
        hits.append(Hit(query.id, one.asked, matched, entry.list, entry.entry, score, match, one.why, entry.tags))
    return sorted(hits, key=lambda hit: (-hit.score, hit.list, hit.entry))


def _at_home(reading: Reading, query: Query, countries: tuple[str, ...]) -> bool:
    """True if the place behind a name may be the address of the listed firm, which is of that country."""
    if countries:
        return not reading.countries.isdisjoint(countries)
    return query.country is None or query.country in reading.countries


def _is_abroad(query: Query, countries: tuple[str, ...]) -> bool:
    """True if the query is of another country than the listed party."""
    if not query.country or not countries or query.country in countries:
        return False
    return not {query.country, *countries} >= {"CN", "HK"}


def _compared(ours: Name, theirs: Name, index: NameIndex, name_id: int, least: float) -> Comparison:
    """Two names compared; words that another name of the listed firm has count as said again, where the score can
    reach the least that is shown."""
    found = compare(ours, theirs)
    if not ours.person and 0.3 < found.score < 0.95 and found.most >= least and (more := found.asks_more):
        known = index.words_of(int(index.entry_of[name_id]))
        if not known.isdisjoint(more):
            return compare(ours, theirs, known)
    return found


def _score(
    query: Query,
    readings: Sequence[tuple[str, int, Reading]],
    index: NameIndex,
    name_id: int,
    listed: str,
    shown_from: float,
) -> tuple[float, tuple[str, ...], str]:
    """The best score of the query's names against one listed name, with what else speaks for or against."""
    person = bool(index.arrays.kinds[name_id] == KINDS["person"])
    parted = analysed(listed, person)
    countries = index.countries(int(index.entry_of[name_id]))
    weak, abroad = bool(index.weak[name_id]), _is_abroad(query, countries)
    # A little less, because scores are rounded.
    least = (shown_from - 0.001) / (_WEAK_ALIAS if weak else 1.0) / (_ABROAD if abroad else 1.0)
    best = Comparison(0.0, ())
    asked, cut = query.names[0], False
    for name, place, ours in readings:
        if ours.countries and not _at_home(ours, query, countries):
            continue
        found = _compared(analysed(ours.text, person), parted, index, name_id, least)
        score = found.score if place == 0 or ours.countries else found.score * 0.99
        if score > best.score:
            best, asked, cut = found if score == found.score else replace(found, score=score), name, ours.cut
    score, notes = best.score, [CUT] if cut else list[str]()
    if best.acronym:
        # Among thousands of listed names a few letters fit somebody by chance.
        score, notes = score * _ACRONYM_AMONG_MANY.get(best.acronym, 1.0), [*notes, "acronym made up of initials"]
    if weak:
        score, notes = score * _WEAK_ALIAS, [*notes, "weak alias"]
    if best.letters is not None and (factor := index.by_chance(best.letters)) < 1.0:
        score, notes = score * factor, [*notes, "a short word in a long list"]
    if score < _NO_HIT:
        return score, (), asked
    score, notes = _with_circumstances(query, countries, listed, parted, best, score, notes)
    return score, (*best.why, *notes), asked


def _with_circumstances(
    query: Query,
    countries: tuple[str, ...],
    listed: str,
    parted: Name,
    best: Comparison,
    score: float,
    notes: list[str],
) -> tuple[float, list[str]]:
    """The score with what speaks against a name beside its words: a place's name, a very short one, another country."""
    if names_a_place(parted):
        score, notes = score * (1.0 if score >= 0.95 else 0.8), [*notes, PLACE_ONLY]
    short = "".join(character for character in listed if character.isalnum())
    if len(short) <= 2 or (len(short) == 3 and short.isascii() and query.country is None):
        score, notes = score * 0.75, [*notes, "very short name"]
    if query.country and countries:
        if not _is_abroad(query, countries):
            notes = [*notes, f"country {query.country}"]
        else:
            # Another country speaks against a name the louder the less else there is to it.
            factor = _ABROAD if best.evidence >= 1.4 else 0.88 if best.evidence >= 0.9 else 0.75
            score, notes = score * factor, [*notes, f"country {query.country}, listed {' '.join(countries[:4])}"]
            if not parted.person and len(parted.glued) <= 4 and parted.glued.isascii():
                notes = [*notes, SHORT_ABROAD]
    return score, notes
