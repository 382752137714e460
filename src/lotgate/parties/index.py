"""An index over all names of a set of lists: which of them may be meant by a name, by shared keys.

Keys are words by their sound, concepts, character pairs, initials and neighbouring words written together; rare keys
choose candidates. The index is kept in memory for the lists in use.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from lotgate.parties.lists import ListSet
from lotgate.parties.names import Name, analysed, readings
from lotgate.parties.scripts import consonants, roman_key

__all__ = ["Entry", "NameIndex", "keys_of", "name_index"]

MOST_CANDIDATES = 250
"""Listed names compared with one query at most; a query that has more is reported."""
_COMMON = 800
"""Keys on more names than this choose candidates only where a name has no rarer one."""


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


def keys_of(name: Name) -> list[str]:
    """The keys under which a name is found."""
    keys: dict[str, None] = {f"={name.glued}": None}
    previous = ""
    for unit in name.units:
        if unit.role == "number":
            keys[f"#{unit.text}"] = None
            previous = ""
            continue
        for concept in unit.concepts:
            keys[f"~{concept}"] = None
        if unit.han:
            keys[roman_key(unit.text)] = None
            for start in range(len(unit.han) - 1):
                keys[f"h{unit.han[start : start + 2]}"] = None
            for start in range(len(unit.syllables) - 1):
                keys[roman_key("".join(unit.syllables[start : start + 2]))] = None
        elif unit.role in ("word", "brand"):
            keys[roman_key(unit.text)] = None
            if name.person and len(unit.text) >= 3:
                keys[f"s{consonants(unit.text)}"] = None
        if previous and not unit.han:
            keys[roman_key(previous + unit.text)] = None
        previous = unit.text if not unit.han else ""
    if len(name.units) == 1 and not name.units[0].han and 3 <= len(name.units[0].text) <= 6:
        keys[f"a{name.units[0].text}"] = None
    elif not name.person and 3 <= len(name.initials) <= 8:
        for end in range(3, min(6, len(name.initials)) + 1):
            keys[f"a{name.initials[:end]}"] = None
    return [key for key in keys if len(key) > 1]


def deletions(key: str) -> list[str]:
    """The key, and the key with each one of its letters left out, if it is long enough for a slip of the pen.

    Two words that share one of these differ by two slips at most.
    """
    if len(key) < 5 or not key.isalpha():
        return []
    return [key, *(key[:i] + key[i + 1 :] for i in range(len(key)))]


class NameIndex:
    """Names of all entries with their keys."""

    def __init__(self, lists: ListSet) -> None:
        self.names: list[str] = []
        self.entry_of: list[int] = []
        self.weak: list[bool] = []
        self._entries: list[Entry] = []
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._by_identifier: dict[str, list[int]] = defaultdict(list)
        for found in lists:
            columns = found.entries.select(
                "entry", "name", "aliases", "weak_aliases", "kind", "countries", "tags", "identifiers"
            )
            for entry, name, aliases, weak, kind, countries, tags, identifiers in columns.iter_rows():
                made = Entry(found.id, entry, name, kind, tuple(countries), tuple(tags), tuple(identifiers))
                self._add(made, [name, *aliases], weak)
        self._near: dict[str, list[str]] = defaultdict(list)
        for key in self._postings:
            for deleted in deletions(key):
                self._near[deleted].append(key)

    def _add(self, entry: Entry, strong: list[str], weak: list[str]) -> None:
        number = len(self._entries)
        self._entries.append(entry)
        if entry.kind == "address":
            return
        seen = set()
        for names, is_weak in ((strong, False), (weak, True)):
            for name in dict.fromkeys(part for written in names for part in readings(written)):
                if name in seen:
                    continue
                seen.add(name)
                position = len(self.names)
                self.names.append(name)
                self.entry_of.append(number)
                self.weak.append(is_weak)
                for key in keys_of(analysed(name, entry.kind == "person")):
                    self._postings[key].append(position)
        for identifier in entry.identifiers:
            self._by_identifier[identifier].append(len(self.names) - 1)

    def entry(self, number: int) -> Entry:
        """The entry of that number."""
        return self._entries[number]

    def candidates(
        self, asked: Sequence[tuple[tuple[str, ...], str | None, tuple[str, ...]]]
    ) -> Iterator[tuple[int, list[int], bool]]:
        """For each query its number, the listed names to compare, and whether there were more."""
        for number, (names, kind, identifiers) in enumerate(asked):
            found = self._candidates(names, kind)
            ranked = sorted(found, key=lambda key: (-found[key], key))
            chosen = ranked[:MOST_CANDIDATES]
            # What is cut off matters only while it shares nearly as much as the best.
            cut = len(ranked) > len(chosen) and found[ranked[MOST_CANDIDATES]] >= 0.6 * found[ranked[0]]
            for identifier in identifiers:
                chosen += self._by_identifier.get(identifier, [])
            yield number, chosen, cut

    def _candidates(self, names: tuple[str, ...], kind: str | None) -> dict[int, float]:
        total = len(self.names) + 1
        scores: dict[int, float] = defaultdict(float)
        readings_of = (False, True) if kind is None else (kind == "person",)
        for name in names:
            for person in readings_of:
                keys = self._known(keys_of(analysed(name, person)))
                rare = [key for key in keys if len(self._postings[key]) <= _COMMON]
                if not rare:
                    rare = sorted(keys, key=lambda key: len(self._postings[key]))[:1]
                for key in rare:
                    weight = math.log(total / len(self._postings[key]))
                    for position in self._postings[key]:
                        scores[position] += weight
        return scores

    def _known(self, keys: list[str]) -> list[str]:
        """The keys of the index that are among these or a slip of the pen away."""
        known = dict.fromkeys(key for key in keys if key in self._postings)
        for key in keys:
            for deleted in deletions(key):
                known.update(dict.fromkeys(self._near.get(deleted, ())))
        return list(known)


_INDEXES: WeakKeyDictionary[ListSet, NameIndex] = WeakKeyDictionary()


def name_index(lists: ListSet) -> NameIndex:
    """The index over the lists, made once for each set."""
    if lists not in _INDEXES:
        _INDEXES[lists] = NameIndex(lists)
    return _INDEXES[lists]
