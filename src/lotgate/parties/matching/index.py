"""An index over all names of a set of lists, kept as arrays: in memory, and on disk under the hash of its lists."""

from __future__ import annotations

import contextlib
import gc
import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lotgate.cache import cache_folder, write_atomically
from lotgate.parties.cache import code_mark
from lotgate.parties.lists import ListSet, PartyList
from lotgate.parties.matching.keys import MARKS, Part, code, of_one_word, parts_of, size
from lotgate.parties.matching.processes import each
from lotgate.parties.matching.slips import Ints, Spellings, firsts, ranges, spellings
from lotgate.parties.matching.texts import Texts
from lotgate.parties.names import analysed, readings
from lotgate.progress import tell

__all__ = ["KINDS", "Arrays", "Entry", "NameIndex", "Small", "name_index", "without_collection"]

Small = npt.NDArray[np.int32]

KINDS = {"company": 1, "government": 1, "bank": 1, "person": 2, "vessel": 3, "aircraft": 4}
"""Kinds as numbers; 0 is an unknown one."""

_CROWDED, _BITS_OF_A_LETTER, _LEAST_BY_CHANCE = 150_000, 1.5, 0.8
"""Names from which on a word of five letters is met by chance; what a letter more tells; what is left at least."""

_AT_ONCE = 2_000
"""Entries handed over at a time where lists are indexed by several processes."""
_WORTH_SHARING = 8_000
"""Entries from which on that pays."""
_TEXTS_AT_ONCE, _SLIPS_AT_ONCE = 100_000, 1_000_000
"""So many are worked on at a time, to take little room beside the index."""


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


@dataclass(frozen=True)
class Arrays:
    """The index as arrays.

    Names by number, with the entry and kind of each, what its words weigh (thousandths) and whether it is a person's of
    one word. Keys in order; from
    `starts[k]` to `starts[k + 1]` stand the names that have key k and its weight in each. Words that may be found with
    a slip of the pen by number, with the key and the extent of each; their spellings in order, and the word of each.
    """

    names: Texts
    entry_of: Small
    weak: npt.NDArray[np.bool_]
    kinds: npt.NDArray[np.int8]
    sizes: Small
    of_one_word: npt.NDArray[np.bool_]
    keys: Ints
    starts: Ints
    key_names: Small
    key_weights: npt.NDArray[np.int16]
    slip_words: Texts
    slip_keys: Ints
    slip_extents: npt.NDArray[np.int8]
    slips: Spellings
    slip_of: npt.NDArray[np.uint32]


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


class _Making:
    """The columns of an index as they grow."""

    def __init__(self) -> None:
        self.name_text, self.name_sizes = bytearray(), array("i")
        self.entry_of, self.weak, self.kinds = array("i"), array("b"), array("b")
        self.sizes, self.of_one_word = array("i"), array("b")
        self.keys, self.weights, self.counts = array("q"), array("h"), array("i")
        self.slip_text, self.slip_sizes = bytearray(), array("i")
        self.slip_keys, self.slip_extents = array("q"), array("b")

    def add(self, written: str, entry: int, kind: str | None, weak: bool) -> None:
        """Puts one name of an entry in."""
        name = analysed.__wrapped__(written, kind == "person")
        before = len(self.keys)
        for form in (name, name.plain) if name.plain is not None else (name,):
            for part in parts_of(form):
                self._add_part(part)
        self.counts.append(len(self.keys) - before)
        text = written.encode()
        self.name_text += text
        self.name_sizes.append(len(text))
        self.entry_of.append(entry)
        self.weak.append(weak)
        self.kinds.append(KINDS.get(kind or "", 0))
        self.sizes.append(size(name))
        self.of_one_word.append(of_one_word(name))

    def _add_part(self, part: Part) -> None:
        self.keys.extend(part.keys)
        self.weights.extend(part.weights)
        for word in part.words:
            self.slip_text += word.encode()
            self.slip_sizes.append(len(word))
            self.slip_keys.append(code(MARKS[part.extent] + word))
            self.slip_extents.append(part.extent)

    def join(self, more: _Making) -> None:
        """Puts the names of another part of the lists behind those that are there."""
        for column, grown in vars(self).items():
            grown.extend(getattr(more, column))

    def arrays(self) -> Arrays:
        """The finished index. What has grown is let go of step by step: both at once are more than either."""
        names = _texts(self.name_text, self.name_sizes)
        by_key = self._by_key()
        self.keys, self.weights, self.counts = array("q"), array("h"), array("i")
        slip_keys, at = np.unique(np.frombuffer(self.slip_keys, dtype=np.int64), return_index=True)
        words = _texts(self.slip_text, self.slip_sizes, at)
        self.slip_text, self.slip_sizes, self.slip_keys = bytearray(), array("i"), array("q")
        slips, slip_of = spellings(words)
        return Arrays(
            names=names,
            entry_of=np.frombuffer(self.entry_of, dtype=np.int32),
            weak=np.frombuffer(self.weak, dtype=np.int8).astype(np.bool_),
            kinds=np.frombuffer(self.kinds, dtype=np.int8),
            sizes=np.frombuffer(self.sizes, dtype=np.int32),
            of_one_word=np.frombuffer(self.of_one_word, dtype=np.int8).astype(np.bool_),
            **by_key,
            slip_words=words,
            slip_keys=slip_keys,
            slip_extents=np.frombuffer(self.slip_extents, dtype=np.int8)[at],
            slips=slips,
            slip_of=slip_of,
        )

    def _by_key(self) -> dict[str, Any]:
        """Keys in order, with the names and weights of each."""
        keys = np.frombuffer(self.keys, dtype=np.int64)
        counts = np.frombuffer(self.counts, dtype=np.int32)
        order = np.argsort(keys, kind="stable").astype(np.int32)
        keys = keys[order]
        key_names = np.repeat(np.arange(len(counts), dtype=np.int32), counts)[order]
        key_weights = np.frombuffer(self.weights, dtype=np.int16)[order]
        # A name that has a key more than once has it with the largest weight.
        fresh = np.flatnonzero(firsts(keys) | firsts(key_names))
        keys, key_names, key_weights = keys[fresh], key_names[fresh], np.maximum.reduceat(key_weights, fresh)
        starts = np.flatnonzero(firsts(keys))
        return {
            "keys": keys[starts],
            "starts": np.append(starts, len(keys)),
            "key_names": key_names,
            "key_weights": key_weights,
        }


def _texts(text: bytearray, sizes: array[int], chosen: Ints | None = None) -> Texts:
    """The texts that stand one behind the other, or those of these numbers."""
    block, many = np.frombuffer(text, dtype=np.uint8), np.frombuffer(sizes, dtype=np.int32).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(many)])
    if chosen is None:
        return Texts(block, starts)
    parts = np.split(chosen, range(_TEXTS_AT_ONCE, len(chosen), _TEXTS_AT_ONCE))
    blocks = [block[ranges(starts[part], many[part])] for part in parts]
    return Texts(np.concatenate(blocks), np.concatenate([[0], np.cumsum(many[chosen])]))


class _Chunks(Sequence[tuple[int, list[tuple[Any, ...]]]]):
    """The entries of lists, so many at a time: the number of the first, and what there is to index of each."""

    def __init__(self, lists: Sequence[PartyList]) -> None:
        self._frames: list[tuple[int, pl.DataFrame]] = []
        number = 0
        for found in lists:
            columns = found.entries.select("name", "aliases", "weak_aliases", "kind")
            for frame in columns.iter_slices(_AT_ONCE):
                self._frames.append((number, frame))
                number += len(frame)

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, place: int) -> tuple[int, list[tuple[Any, ...]]]:  # type: ignore[override]
        number, frame = self._frames[place]
        return number, frame.rows()


def _build(lists: Sequence[PartyList]) -> Arrays:
    """The index of the lists."""
    made = _Making()
    with without_collection():
        total, done = sum(map(len, lists)), 0
        for part in each(_made, _Chunks(lists), total >= _WORTH_SHARING):
            made.join(part)
            done = min(done + _AT_ONCE, total)
            tell("index", done, total)
        tell("index", total, total)
        arrays = made.arrays()
    tell("", 0)
    return arrays


def _made(chunk: tuple[int, list[tuple[Any, ...]]]) -> _Making:
    """The columns of some entries, beginning with that of the number given."""
    made, (first, rows) = _Making(), chunk
    for number, (name, aliases, weak_aliases, kind) in enumerate(rows, first):
        if kind == "address":
            continue
        for written, is_weak in _names_of(name, aliases, weak_aliases):
            made.add(written, number, kind, is_weak)
    return made


def _names_of(name: str, aliases: Sequence[str], weak: Sequence[str]) -> Iterator[tuple[str, bool]]:
    seen: set[str] = set()
    for names, is_weak in (((name, *aliases), False), (weak, True)):
        for written in names:
            for part in readings(written):
                if part not in seen:
                    seen.add(part)
                    yield part, is_weak


_TEXTS = ("names", "slip_words")


def _save(path: Path, arrays: Arrays) -> None:
    columns: dict[str, Any] = {key: value for key, value in vars(arrays).items() if key not in _TEXTS}
    for key in _TEXTS:
        texts: Texts = getattr(arrays, key)
        columns |= {key: texts.block, f"{key}_starts": texts.starts}
    with write_atomically(path) as stream:
        np.savez(stream, **columns)


def _load(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as held:
        found: dict[str, Any] = {key: held[key] for key in held.files}
    for key in _TEXTS:
        found[key] = Texts(found[key], found.pop(f"{key}_starts"))
    return Arrays(**found)


def _mark(found: PartyList) -> str:
    """What a list's names are told by: the file it came from, or the names themselves."""
    if found.sha256:
        return f"{found.id}|{found.sha256}|{len(found)}"
    names = found.entries.select("name", "aliases", "weak_aliases", "kind")
    return f"{found.id}|{sha256(names.write_json().encode()).hexdigest()}"


def _arrays(lists: ListSet) -> Arrays:
    chosen = [lists.lists[key] for key in sorted(lists.lists)]
    mark = sha256("\n".join([code_mark(), *map(_mark, chosen)]).encode()).hexdigest()
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
        joined = pl.concat([frame.select(pl.col("countries").list.join("\n")) for frame in self._frames])["countries"]
        kinds = joined.unique(maintain_order=True)
        self._countries: list[tuple[str, ...]] = [tuple(text.split("\n")) if text else () for text in kinds]
        self._countries_of = joined.replace_strict(kinds, range(len(kinds)), return_dtype=pl.Int32).to_numpy()
        self.arrays = _arrays(lists)
        self.names = self.arrays.names
        self.entry_of = self.arrays.entry_of
        self.weak = self.arrays.weak
        self.most_weights = np.maximum.reduceat(self.arrays.key_weights, self.arrays.starts[:-1])
        # Most spellings are no listed ones: a bit for the front of each listed one tells so at once.
        self._front = np.uint32(32 - min(29, max(10, (8 * len(self.arrays.slips)).bit_length())))
        self._fronts = np.zeros(1 << (29 - int(self._front)), dtype=np.uint8)
        for start in range(0, len(self.arrays.slips), _SLIPS_AT_ONCE):
            fronts = self.arrays.slips[start : start + _SLIPS_AT_ONCE] >> self._front
            np.bitwise_or.at(self._fronts, fronts >> 3, np.uint8(1) << (fronts & 7).astype(np.uint8))
        self._words: dict[int, frozenset[str]] = {}
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

    def countries(self, number: int) -> tuple[str, ...]:
        """The countries of the entry of that number."""
        return self._countries[int(self._countries_of[number])]

    def names_of(self, number: int) -> list[str]:
        """All names of the entry of that number."""
        begin, end = np.searchsorted(self.entry_of, np.array([number, number + 1], dtype=np.int32))
        return [self.names[number] for number in range(int(begin), int(end))]

    def words_of(self, number: int) -> frozenset[str]:
        """The words of all names of the entry of that number."""
        found = self._words.get(number)
        if found is None:
            person = bool(self.arrays.kinds[np.searchsorted(self.entry_of, np.int32(number))] == KINDS["person"])
            names = [analysed(name, person) for name in self.names_of(number)[:60]]
            found = self._words[number] = frozenset(unit.text for name in names for unit in name.units)
        return found

    def by_chance(self, letters: int) -> float:
        """What a score is multiplied by that rests on so many letters, beside words that only one name has: in a list
        of a million names every word of five or six letters that can be spoken is somebody's."""
        if len(self.names) <= _CROWDED:
            return 1.0
        missing = math.log2(len(self.names) / _CROWDED) - _BITS_OF_A_LETTER * (letters - 5)
        return min(1.0, max(_LEAST_BY_CHANCE, 1.0 - 0.1 * missing))

    def may_slip(self, spellings: Spellings) -> npt.NDArray[np.bool_]:
        """False for spellings that surely are none of a listed word with or without a slip of the pen."""
        fronts = spellings >> self._front
        bits = self._fronts[fronts >> 3] >> (fronts & 7).astype(np.uint8)
        found: npt.NDArray[np.bool_] = (bits & 1).astype(np.bool_)
        return found

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
