"""An index over all names of a set of lists: which of them may be meant by a name, found by shared keys.

Keys are words by their sound, concepts, character pairs, initials, and neighbouring words written together; a word a
slip of the pen away shares a spelling with one letter left out. Rare keys choose, an estimate of the score prunes.
The index is kept as arrays, on disk under the hash of its lists.
"""

from __future__ import annotations

import contextlib
import gc
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from lotgate.cache import cache_folder, write_atomically
from lotgate.parties.cache import code_mark
from lotgate.parties.lists import ListSet, PartyList
from lotgate.parties.names import OF_PLACE, Name, Unit, analysed, readings
from lotgate.parties.names.scripts import consonants, roman_key

__all__ = ["Entry", "NameIndex", "keys_of", "name_index", "without_collection"]

MOST_CANDIDATES = 250
"""Listed names compared with one query at most; a query that has more is reported."""
_COMMON = 1200
"""Keys on more names than this choose candidates only for a query that has no rarer one."""
_LEAST_ESTIMATE = 0.56
_AS_MUCH = 0.75
"""A name left out that shares less than this part of what the best one shares is no candidate missed."""
_CHUNK = 4000

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the matcher needs to know of an entry."""

    list: str
    entry: str
    name: str
    kind: str | None
    countries: tuple[str, ...]
    tags: tuple[str, ...]
    identifiers: tuple[str, ...]


_KEY_SEED, _SLIP_SEED = 1, 2


def _hashes(texts: Sequence[str] | pl.Series, seed: int = _KEY_SEED) -> Hashes:
    """Hashes of texts; the same for one version of polars, whose mark is part of the index's name on disk."""
    series = texts if isinstance(texts, pl.Series) else pl.Series(texts, dtype=pl.String)
    return series.hash(seed).to_numpy().astype(np.uint64)


# How a key is made of a name: by a word's sound, its spelling, its consonants, or from several words or characters.
_SOUND, _SPELLING, _CONSONANTS, _TOGETHER, _CHARACTERS, _NEAR_SOUND = range(6)
_Keys = dict[str, tuple[float, int]]


def keys_of(name: Name, asked: bool = False) -> _Keys:
    """The keys under which a name is found, each with the weight of the words it stands for and how it is made.

    `asked` makes the keys of a query, which differ for acronyms. The weight is below zero for keys of words that are
    no distinctive ones: places, sectors and the like.
    """
    if name.plain is not None:
        return {**_keys_of(name.plain, asked), **_keys_of(name, asked)}
    return _keys_of(name, asked)


def _keys_of(name: Name, asked: bool) -> _Keys:
    whole = sum(unit.weight for unit in name.units)
    keys: _Keys = {f"={name.glued}": (whole if _distinctive(name) else -whole, _TOGETHER)}
    keys.setdefault(f"={name.letters}", keys[f"={name.glued}"])
    previous = None
    for unit in name.units:
        if unit.role == "number":
            keys[f"#{unit.text}"] = (-unit.weight, _SOUND)
            previous = None
            continue
        plain = unit.role not in ("word", "brand", "common")
        for concept in unit.concepts:
            keys[f"~{concept}"] = (-unit.weight if plain else unit.weight, _SOUND)
        if unit.han:
            _add_character_keys(keys, unit, plain)
            previous = None
            continue
        if not plain:
            keys[roman_key(unit.text)] = (unit.weight, _SOUND)
            if len(unit.text) >= 5:
                keys.setdefault(unit.text, (unit.weight, _SPELLING))
            if not name.person and (adjective := OF_PLACE.match(unit.text)):
                keys.setdefault(roman_key(adjective[1]), (unit.weight, _SPELLING))
            if name.person and len(unit.text) >= 3:
                keys.setdefault(f"s{consonants(unit.text)}", (0.8 * unit.weight, _CONSONANTS))
        if previous is not None:
            keys.setdefault(roman_key(previous.text + unit.text), (previous.weight + unit.weight, _TOGETHER))
        previous = unit
    for key, weight in _initial_keys(name, asked):
        keys.setdefault(key, (weight, _TOGETHER))
    return {key: found for key, found in keys.items() if len(key) > 1}


def _add_character_keys(keys: _Keys, unit: Unit, plain: bool) -> None:
    """Keys of characters: their sound whole and by two syllables, and the characters by two."""
    keys.setdefault(roman_key(unit.text), (unit.weight, _SOUND))
    if plain:
        return
    for start in range(len(unit.han) - 1):
        keys.setdefault(f"h{unit.han[start : start + 2]}", (2 * unit.weight / len(unit.han), _CHARACTERS))
    for start in range(len(unit.syllables) - 1 if not unit.concepts else 0):
        joined = roman_key("".join(unit.syllables[start : start + 2]))
        keys.setdefault(joined, (2 * unit.weight / len(unit.syllables), _TOGETHER))


def _initial_keys(name: Name, asked: bool) -> Iterator[tuple[str, float]]:
    """Keys by which an acronym of five letters or more and the name it stands for meet.

    A listed word is looked for by the initials of a name asked for, and the other way round; shorter acronyms fit too
    many names by chance to be told from them.
    """
    if name.person:
        return
    word, initials = ("I", "A") if asked else ("A", "I")
    for unit in name.units:
        if not unit.han and unit.role in ("word", "brand") and 5 <= len(unit.text) <= 8:
            yield f"{word}{unit.text}", unit.weight
    if len(name.units) < 2:
        return
    letters = "".join(unit.initials or unit.text[0] for unit in name.units if not unit.han)
    spellings = {name.spelled, letters, *(letters[:end] for end in range(5, min(8, len(letters)) + 1))}
    spellings |= {letters + legal for legal in name.initials} if len(letters) <= 7 else set()
    for spelled in sorted(spellings):
        if 5 <= len(spelled) <= 8:
            yield f"{initials}{spelled}", 0.8


def _distinctive(name: Name) -> float:
    return sum(unit.weight for unit in name.units if unit.role in ("word", "brand", "common"))


def deletions(key: str) -> list[str]:
    """The key, and the key with each one of its letters left out, if it is long enough for a slip of the pen.

    Two words that share one of these differ by two slips at most.
    """
    if len(key) < 5 or not key.isalpha():
        return []
    return [key, *(key[:i] + key[i + 1 :] for i in range(len(key)))]


_KINDS = {"company": 1, "government": 1, "bank": 1, "person": 2, "vessel": 3, "aircraft": 4}


@dataclass(frozen=True)
class _Arrays:
    """The index as arrays: names by number; (key, name, weight) sorted by key; words by number with their keys, and
    (deletion, word) sorted by deletion."""

    names: pl.Series
    entry_of: Ints
    weak: npt.NDArray[np.bool_]
    kinds: npt.NDArray[np.int8]
    distinctive: Floats
    whole: Floats
    keys: Hashes
    key_names: Ints
    key_weights: Floats
    key_ways: npt.NDArray[np.int8]
    near: Hashes
    near_words: Ints
    words: pl.Series
    word_keys: Hashes


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Collection of garbage rests within: where millions of small objects are kept it costs much and finds nothing."""
    resting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if resting:
            gc.enable()


def _build(lists: Sequence[PartyList]) -> _Arrays:
    """The index of the lists."""
    with without_collection():
        return _built(lists)


def _built(lists: Sequence[PartyList]) -> _Arrays:
    names: list[str] = []
    entry_of, weak, kinds = array("q"), array("b"), array("b")
    distinctive, whole = array("f"), array("f")
    keys: list[str] = []
    made_of: list[tuple[float, int]] = []
    counts = array("q")
    number = -1
    for found in lists:
        columns = found.entries.select("name", "aliases", "weak_aliases", "kind")
        for name, aliases, weak_aliases, kind in columns.iter_rows():
            number += 1
            if kind == "address":
                continue
            for written, is_weak in _names_of(name, aliases, weak_aliases):
                parted = analysed(written, kind == "person")
                own = keys_of(parted)
                keys.extend(own)
                made_of.extend(own.values())
                counts.append(len(own))
                names.append(written)
                entry_of.append(number)
                weak.append(is_weak)
                kinds.append(_KINDS.get(kind, 0))
                distinctive.append(_distinctive(parted))
                whole.append(sum(unit.weight for unit in parted.units))
    hashes = _hashes(keys)
    by_key = np.argsort(hashes, kind="stable")
    key_names = np.repeat(np.arange(len(names), dtype=np.int64), np.array(counts, dtype=np.int64))
    words = pl.Series([key for key in dict.fromkeys(keys) if key.isalpha()], dtype=pl.String)
    near, near_words = _near_of(words)
    by_near = np.argsort(near, kind="stable")
    return _Arrays(
        names=pl.Series(names, dtype=pl.String),
        entry_of=np.array(entry_of, dtype=np.int64),
        weak=np.array(weak, dtype=np.bool_),
        kinds=np.array(kinds, dtype=np.int8),
        distinctive=np.array(distinctive, dtype=np.float32),
        whole=np.array(whole, dtype=np.float32),
        keys=hashes[by_key],
        key_names=key_names[by_key],
        key_weights=np.array([weight for weight, _ in made_of], dtype=np.float32)[by_key],
        key_ways=np.array([way for _, way in made_of], dtype=np.int8)[by_key],
        near=near[by_near],
        near_words=near_words[by_near],
        words=words,
        word_keys=_hashes(words),
    )


def _near_of(words: pl.Series) -> tuple[Hashes, Ints]:
    """Hashes of every word's spellings with a letter left out, and the number of the word each is of."""
    spellings: list[str] = []
    counts = array("q")
    for word in words:
        slips = deletions(word)
        spellings.extend(slips)
        counts.append(len(slips))
    numbers = np.repeat(np.arange(len(words), dtype=np.int64), np.array(counts, dtype=np.int64))
    return _hashes(spellings, _SLIP_SEED), numbers


def _names_of(name: str, aliases: Sequence[str], weak: Sequence[str]) -> Iterator[tuple[str, bool]]:
    seen: set[str] = set()
    for names, is_weak in (((name, *aliases), False), (weak, True)):
        for written in names:
            for part in readings(written):
                if part not in seen:
                    seen.add(part)
                    yield part, is_weak


_TEXTS = ("names", "words")


def _save(path: Path, arrays: _Arrays) -> None:
    with write_atomically(path) as stream:
        np.savez(
            stream,
            names=np.frombuffer("\n".join(arrays.names).encode(), dtype=np.uint8),
            words=np.frombuffer("\n".join(arrays.words).encode(), dtype=np.uint8),
            **{key: value for key, value in vars(arrays).items() if key not in _TEXTS},
        )


def _load(path: Path) -> _Arrays:
    with np.load(path, allow_pickle=False) as held:
        found: dict[str, Any] = {key: held[key] for key in held.files}
        for key in _TEXTS:
            found[key] = pl.Series(found[key].tobytes().decode().split("\n"), dtype=pl.String)
        return _Arrays(**found)


def _mark(found: PartyList) -> str:
    """What a list's names are told by: the file it came from, or the names themselves."""
    if found.sha256:
        return f"{found.id}|{found.sha256}|{len(found)}"
    names = found.entries.select("name", "aliases", "weak_aliases", "kind")
    return f"{found.id}|{sha256(names.write_json().encode()).hexdigest()}"


def _arrays(lists: ListSet) -> _Arrays:
    chosen = [lists.lists[key] for key in sorted(lists.lists)]
    mark = sha256("\n".join([code_mark(), pl.__version__, *map(_mark, chosen)]).encode()).hexdigest()
    path = cache_folder() / "index" / f"{mark[:40]}.npz"
    if path.exists():
        # A damaged file in the cache costs a new index, nothing else.
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return _load(path)
    made = _build(chosen)
    with contextlib.suppress(OSError):
        _save(path, made)
    return made


class NameIndex:
    """Names of all entries with their keys."""

    def __init__(self, lists: ListSet) -> None:
        self._lists = [lists.lists[key] for key in sorted(lists.lists)]
        self._starts = np.cumsum([0, *(len(found) for found in self._lists)])
        self._frames = [
            found.entries.select("entry", "name", "kind", "countries", "tags", "identifiers") for found in self._lists
        ]
        held = _arrays(lists)
        self.names = held.names
        self.entry_of = held.entry_of
        self.weak = held.weak
        self._held = held
        self._entries: dict[int, Entry] = {}
        self._by_identifier: dict[str, list[int]] | None = None

    def entry(self, number: int) -> Entry:
        """The entry of that number."""
        found = self._entries.get(number)
        if found is None:
            place = int(np.searchsorted(self._starts, number, side="right")) - 1
            row = self._frames[place].row(number - int(self._starts[place]))
            entry, name, kind, countries, tags, identifiers = row
            found = Entry(self._lists[place].id, entry, name, kind, tuple(countries), tuple(tags), tuple(identifiers))
            self._entries[number] = found
        return found

    def names_of(self, number: int) -> list[str]:
        """All names of the entry of that number."""
        begin, end = np.searchsorted(self.entry_of, [number, number + 1])
        return self.names[int(begin) : int(end)].to_list()

    def with_identifier(self, identifier: str) -> list[int]:
        """The numbers of the entries that carry an identifier."""
        if self._by_identifier is None:
            self._by_identifier = {}
            for place, frame in enumerate(self._frames):
                rows = frame.select("identifiers").with_row_index("row").filter(pl.col("identifiers").list.len() > 0)
                for row, identifiers in rows.iter_rows():
                    for known in identifiers:
                        self._by_identifier.setdefault(known, []).append(int(self._starts[place]) + row)
        return self._by_identifier.get(identifier, [])

    def candidates(self, asked: Sequence[tuple[tuple[str, ...], str | None]]) -> Iterator[tuple[int, list[int], bool]]:
        """For each query (its names, its kind) its number, the listed names to compare, and whether there were more."""
        for start in range(0, len(asked), _CHUNK):
            yield from self._chunk(start, asked[start : start + _CHUNK])

    def _chunk(
        self, first: int, asked: Sequence[tuple[tuple[str, ...], str | None]]
    ) -> Iterator[tuple[int, list[int], bool]]:
        keys = _AskedKeys(asked)
        query_of = np.array(keys.query_of, dtype=np.int64)
        row_of, name_of, words, others = self._shared(*self._widened(keys), keys)
        estimate = self._estimate(keys, row_of, name_of, words, others)
        kept = estimate >= _LEAST_ESTIMATE
        queries, name_of, estimate = query_of[row_of[kept]], name_of[kept], estimate[kept]
        shared = (words + others)[kept]
        # A name found by several readings of a query counts once, with its best estimate. Where many are estimated
        # alike, those that share more keys, and most of all the very name, come first.
        order = np.lexsort((-shared, -estimate, name_of, queries))
        fresh = np.ones(len(order), dtype=np.bool_)
        fresh[1:] = np.diff(queries[order]).astype(np.bool_) | np.diff(name_of[order]).astype(np.bool_)
        order = order[fresh]
        order = order[np.lexsort((name_of[order], -shared[order], -estimate[order], queries[order]))]
        queries, name_of, estimate, shared = queries[order], name_of[order], estimate[order], shared[order]
        starts = np.searchsorted(queries, np.arange(len(asked) + 1))
        for number in range(len(asked)):
            begin, end = int(starts[number]), int(starts[number + 1])
            limit = begin + MOST_CANDIDATES
            near = end > limit and bool(estimate[limit] >= 0.95 * estimate[begin])
            cut = near and bool(shared[limit] >= _AS_MUCH * shared[begin])
            yield first + number, name_of[begin : min(end, limit)].tolist(), cut

    def _widened(self, keys: _AskedKeys) -> tuple[Ints, Hashes, Floats, Ints]:
        """The keys asked for with those a slip of the pen away, each once for a reading, with the larger weight."""
        near_rows, found, near_weights, near_ways = self._near(keys)
        rows = np.concatenate([np.array(keys.rows, dtype=np.int64), near_rows])
        hashes = np.concatenate([_hashes(keys.keys), found])
        weights = np.concatenate([np.array(keys.weights, dtype=np.float32), near_weights])
        ways = np.concatenate([np.array(keys.ways, dtype=np.int64), near_ways])
        order = np.lexsort((-np.abs(weights), hashes, rows))
        rows, hashes, weights, ways = rows[order], hashes[order], weights[order], ways[order]
        fresh = np.ones(len(rows), dtype=np.bool_)
        fresh[1:] = (rows[1:] != rows[:-1]) | (hashes[1:] != hashes[:-1])
        return rows[fresh], hashes[fresh], weights[fresh], ways[fresh]

    def _near(self, keys: _AskedKeys) -> tuple[Ints, Hashes, Floats, Ints]:
        """Keys of listed words a slip of the pen away from those asked for, with less weight the more they differ."""
        near = _hashes(keys.near, _SLIP_SEED)
        begin = np.searchsorted(self._held.near, near, side="left")
        counts = np.searchsorted(self._held.near, near, side="right") - begin
        listed = self._held.near_words[_ranges(begin, counts)]
        asked = np.repeat(np.array(keys.near_of, dtype=np.int64), counts)
        pairs = np.unique(asked * max(1, len(self._held.words)) + listed)
        asked, listed = np.divmod(pairs, max(1, len(self._held.words)))
        ours = [keys.near_words[place] for place in asked.tolist()]
        theirs = self._held.words.gather(listed).to_list() if len(listed) else []
        if not ours:
            return asked, np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.float32), asked
        apart = cpdist(ours, theirs, scorer=OSA.distance, score_cutoff=2, dtype=np.int32)
        sizes = np.array([len(word) for word in ours])
        kept = (apart > 0) & (apart <= np.where(sizes >= 8, 2, 1))
        weights = np.array(keys.near_weights, dtype=np.float32)[asked] * (1 - 1.1 * apart / sizes)
        rows = np.array(keys.near_rows, dtype=np.int64)[asked]
        ways = np.full(len(rows), _NEAR_SOUND, dtype=np.int64)
        return rows[kept], self._held.word_keys[listed[kept]], weights[kept].astype(np.float32), ways[kept]

    def _shared(
        self, rows: Ints, hashes: Hashes, weights: Floats, ways: Ints, keys: _AskedKeys
    ) -> tuple[Ints, Ints, Floats, Floats]:
        """Pairs of a reading and a listed name that share a key, with the weight shared in words and in other keys."""
        begin = np.searchsorted(self._held.keys, hashes, side="left")
        counts = np.searchsorted(self._held.keys, hashes, side="right") - begin
        chosen = _choosing(rows, counts, len(keys.words))
        begin, counts = begin[chosen], counts[chosen]
        places = _ranges(begin, counts)
        rows, ways = np.repeat(rows[chosen], counts), np.repeat(ways[chosen], counts)
        asked = np.repeat(weights[chosen], counts)
        # Names of another kind than the one asked for are none; an unknown kind fits all.
        listed_kind = self._held.kinds[self._held.key_names[places]]
        asked_kind = np.array(keys.kinds, dtype=np.int8)[rows]
        fits = (listed_kind == 0) | (asked_kind == 0) | (listed_kind == asked_kind)
        places, rows, asked, ways = places[fits], rows[fits], asked[fits], ways[fits]
        listed = self._held.key_weights[places]
        word = (listed > 0) & (asked > 0)
        size = np.minimum(np.abs(listed), np.abs(asked))
        way = np.where(word, _way(ways, self._held.key_ways[places]), -1)
        count = max(1, len(self.names))
        pairs = rows * count + self._held.key_names[places]
        order = np.argsort(pairs, kind="stable")
        pairs, size, way = pairs[order], size[order], way[order]
        if not len(pairs):
            nothing = np.zeros(0, dtype=np.float32)
            return pairs, pairs, nothing, nothing
        edges = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]]))
        by_way = {one: np.add.reduceat(np.where(way == one, size, 0.0), edges) for one in range(-1, 6)}
        # One word shares its sound, its spelling, its consonants and its characters at once: the fullest counts.
        sound = by_way[_SOUND] + np.maximum(by_way[_SPELLING], by_way[_NEAR_SOUND])
        words = np.maximum.reduce([sound, by_way[_CONSONANTS], by_way[_CHARACTERS]]) + by_way[_TOGETHER]
        pairs = pairs[edges]
        return pairs // count, pairs % count, words.astype(np.float32), by_way[-1].astype(np.float32)

    def _estimate(
        self, keys: _AskedKeys, row_of: Ints, name_of: Ints, words: Floats, others: Floats
    ) -> npt.NDArray[np.float64]:
        """An estimate, rather too high than too low, of the score of each pair."""
        asked = np.array(keys.words, dtype=np.float64)[row_of]
        listed = self._held.distinctive[name_of].astype(np.float64)
        both = (asked > 0) & (listed > 0)
        words = np.minimum(words, np.maximum(asked, listed))
        shared = words + others
        rest_asked = np.maximum(asked - words, 0)
        rest_listed = np.maximum(listed - words, 0)
        against = np.minimum(rest_asked, rest_listed)
        apart = np.abs(rest_asked - rest_listed)
        strict = shared / np.maximum(shared + 2.0 * against + 0.3 * apart, 1e-9)
        # Names of common words alone share keys too common to be counted; they are let through on little.
        larger = np.maximum(np.array(keys.whole, dtype=np.float64)[row_of], self._held.whole[name_of])
        lenient = shared / np.maximum(shared + 0.5 * np.maximum(larger - shared, 0), 1e-9)
        result: npt.NDArray[np.float64] = np.where(both, strict, lenient)
        return result


def _way(asked: Ints, listed: npt.NDArray[np.int8]) -> Ints:
    """How two keys meet. Words of the same spelling have the same sound, which is counted already."""
    alike = np.maximum(asked, listed)
    near = np.where(listed == _SOUND, _NEAR_SOUND, listed)
    met: Ints = np.where(asked == _NEAR_SOUND, near, np.where((asked == _SPELLING) & (listed == _SPELLING), 6, alike))
    return met


class _AskedKeys:
    """The keys of a batch of queries: a row for each name in each reading."""

    def __init__(self, asked: Sequence[tuple[tuple[str, ...], str | None]]) -> None:
        self.query_of: list[int] = []
        self.kinds: list[int] = []
        self.words: list[float] = []
        self.whole: list[float] = []
        self.rows: list[int] = []
        self.keys: list[str] = []
        self.weights: list[float] = []
        self.ways: list[int] = []
        self.near: list[str] = []
        self.near_of: list[int] = []
        self.near_words: list[str] = []
        self.near_rows: list[int] = []
        self.near_weights: list[float] = []
        for number, (names, kind) in enumerate(asked):
            for name in names:
                for person in (False, True) if kind is None else (kind == "person",):
                    self._add(number, analysed(name, person), _KINDS.get(kind or "", 0))

    def _add(self, number: int, name: Name, kind: int) -> None:
        row = len(self.query_of)
        self.query_of.append(number)
        self.kinds.append(kind)
        self.words.append(_distinctive(name))
        self.whole.append(sum(unit.weight for unit in name.units))
        for key, (weight, way) in keys_of(name, asked=True).items():
            self.rows.append(row)
            self.keys.append(key)
            self.weights.append(weight)
            self.ways.append(way)
            slips = deletions(key) if weight > 0 else []
            for deleted in slips:
                self.near.append(deleted)
                self.near_of.append(len(self.near_words))
            if slips:
                self.near_words.append(key)
                self.near_rows.append(row)
                self.near_weights.append(weight)


def _ranges(begin: Ints, counts: Ints) -> Ints:
    """The positions begin, begin + 1 ... of every range, one after the other."""
    total = int(counts.sum())
    if not total:
        return np.zeros(0, dtype=np.int64)
    offsets = np.repeat(begin - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    return offsets + np.arange(total)


def _choosing(rows: Ints, counts: Ints, total: int) -> npt.NDArray[np.bool_]:
    """Which keys choose candidates: the rarer ones, and for a reading without any the two rarest."""
    present = counts > 0
    rare = present & (counts <= _COMMON)
    served = np.zeros(total, dtype=np.bool_)
    served[rows[rare]] = True
    left = np.flatnonzero(present & ~served[rows])
    order = left[np.lexsort((counts[left], rows[left]))]
    place = np.arange(len(order)) - np.searchsorted(rows[order], rows[order], side="left")
    rare[order[place < 4]] = True
    return rare


_LAST: list[tuple[ListSet, NameIndex]] = []


def name_index(lists: ListSet) -> NameIndex:
    """The index over the lists; those of the sets used last are kept in memory."""
    for held, index in _LAST:
        if held is lists:
            return index
    made = NameIndex(lists)
    _LAST.insert(0, (lists, made))
    del _LAST[4:]
    return made
