"""Units, the words of a name with what they mean and weigh, and those of names in Latin letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from lotgate.parties.names.glossary import WEIGHTS, Meaning, glossary, known_word, word_weight

__all__ = ["OF_PLACE", "Unit", "latin_units", "meant", "number_unit"]


# Not frozen, though nothing changes one: a frozen object takes several times as long to make.
@dataclass(slots=True)
class Unit:
    """A word, or a run of characters, of a name: in Latin letters, with role, concepts and weight.

    `han` has the characters it was written in; `writing` says that its text gives sounds of `kana` or `hangul`, or is
    `arabic`. A
    `spare` one says again what the rest of the name says (its own initials), so that leaving it out costs nothing.
    """

    text: str
    role: str
    weight: float
    concepts: frozenset[str] = frozenset()
    han: str = ""
    syllables: tuple[str, ...] = ()
    writing: str = ""
    initials: str = ""
    spare: bool = False

    def __hash__(self) -> int:
        # Units are looked up far more often than they differ in anything else.
        return hash((self.text, self.role, self.han))


_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th|ya|y|aya|go|oe|ogo)?$")
_BEFORE_NUMBERS = frozenset(("no", "number", "nr"))
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}


def number_unit(digits: str) -> Unit:
    plain = digits.lstrip("0") or "0"
    return Unit(plain, "number", 0.6, frozenset([f"#{plain}"]))


@lru_cache(maxsize=200_000)
def _mended(token: str) -> tuple[str, ...]:
    """The token, or the common words it was meant to be."""
    table = glossary()
    if len(token) < 6 or token in table.short or token in table.starts or token in table.common:
        return (token,)
    if table.stem(token) or known_word(token):
        return (token,)
    parts = table.split(token)
    if parts:
        return parts
    word = table.repaired(token)
    return (word,) if word else (token,)


def latin_units(tokens: Sequence[str], firms: bool = True) -> list[Unit]:
    """Units of folded tokens: most words mean the same beside any others; runs of the rest are read together."""
    units: list[Unit] = []
    run: list[str] = []
    cut_words: bool | None = None
    for token in tokens:
        unit = _alone(token)
        if unit is None:
            if run and cut_words is None:
                cut_words = _has_cut_words(tokens)
            if run and not cut_words and _parted(run[-1], token):
                units += _units_of_run(tuple(run), firms)
                run = []
            run.append(token)
            continue
        if run:
            units += _units_of_run(tuple(run), firms)
            run = []
        units.append(unit)
    if run:
        units += _units_of_run(tuple(run), firms)
    return units


def _has_cut_words(tokens: Sequence[str]) -> bool:
    """True if two neighbouring tokens are a common word cut in two, which may be part of a phrase in its turn."""
    common = glossary().common
    return any(first + second in common for first, second in pairwise(tokens))


@lru_cache(maxsize=100_000)
def _parted(first: str, second: str) -> bool:
    """True if two neighbouring words are surely no part of one phrase, number, short form or cut word."""
    table = glossary()
    if len(first) == 1 or len(second) == 1 or first in _BEFORE_NUMBERS or first in table.short or second in table.short:
        return False
    if (first, second) in table.neighbours or first + second in table.common:
        return False
    return _mended(first) == (first,) and _mended(second) == (second,)


@lru_cache(maxsize=200_000)
def _alone(token: str) -> Unit | None:
    """The unit of a word that is read the same in any company; None for one that may be part of a phrase, a number, a
    short form, or of a common word cut in two."""
    table = glossary()
    if len(token) == 1 or token in table.within or token in table.short or token in table.halves:
        return None
    if token in _BEFORE_NUMBERS or token in _ROMAN or _ORDINAL.match(token) or _mended(token) != (token,):
        return None
    stemmed = table.stem(token)
    return meant(token, stemmed) if stemmed else _word(token)


def _rejoined(tokens: list[str]) -> list[str]:
    """The tokens, with legal forms spelled letter by letter ("a g") and common words cut in two put together again."""
    table = glossary()
    made: list[str] = []
    position, last = 0, len(tokens) - 1
    while position <= last:
        token = tokens[position]
        end = position + 1
        if len(token) == 1:
            while end <= last and len(tokens[end]) == 1 and tokens[end].isalpha():
                end += 1
            meaning = table.latin.get(("".join(tokens[position:end]),)) if end - position >= 2 else None
            if meaning is None or meaning.role != "legal":
                end = position + 1
        elif position < last and not (token in table.starts and tokens[end] in table.starts):
            end += len(token) + len(tokens[end]) >= 7 and token + tokens[end] in table.common
        made.append("".join(tokens[position:end]))
        position = end
    return made


@lru_cache(maxsize=50_000)
def _units_of_run(run: tuple[str, ...], firms: bool) -> tuple[Unit, ...]:
    """Units of neighbouring tokens: phrases of the glossary first, then numbers, then words."""
    table = glossary()
    tokens = [word for token in _rejoined(list(run)) for word in _mended(token)]
    spoken = tokens
    if not table.short.keys().isdisjoint(tokens):
        spoken = [table.short.get(token, token) for token in tokens]
        if any(" " in word for word in spoken):
            spoken = tokens = [word for token in spoken for word in token.split()]
    units: list[Unit] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        ordinal = _ORDINAL.match(token)
        if ordinal:
            units.append(number_unit(ordinal[1]))
            position += 1
            continue
        if token in _BEFORE_NUMBERS and position + 1 < len(tokens) and tokens[position + 1][:1].isdigit():
            position += 1
            continue
        found, words = table.phrase(tokens, position, firms), tokens
        if spoken is not tokens:
            other = table.phrase(spoken, position, firms)
            if other and (found is None or other[0] > found[0]):
                found, words = other, spoken
        if found:
            length, meaning = found
            units.append(meant(" ".join(words[position : position + length]), meaning))
            position += length
            continue
        token = spoken[position]
        if token in _ROMAN:
            units.append(number_unit(_ROMAN[token]))
        else:
            stemmed = table.stem(token)
            units.append(meant(token, stemmed) if stemmed else _word(token))
        position += 1
    return tuple(units)


# A Slavic adjective, and the word it is made of ("wroclaw|ska").
OF_PLACE = re.compile(r"^([a-z]{4,})(?:sk(?:a|i|ie|iego|iej|y|yy|ij|iy|ii|aya|oe|oye|ogo|oy))$")


def _word(token: str) -> Unit:
    """A unit for a word the glossary does not know; spelled Chinese words keep what their characters could mean, and
    adjectives made of places mean the place ("moskovskaya")."""
    adjective = OF_PLACE.match(token)
    place = glossary().latin.get((adjective[1],)) if adjective else None
    if place and place.role == "place":
        return meant(token, place)
    concepts = glossary().spelled.get(token, frozenset())
    return Unit(token, "word", 0.7 if concepts else word_weight(token), concepts)


def meant(text: str, meaning: Meaning) -> Unit:
    letters = "".join(word[0] for word in text.split() if word not in ("and", "of", "the", "for"))
    weight = WEIGHTS[meaning.role]
    if meaning.role == "brand" and " " not in text:
        weight = max(0.6, word_weight(text))
    return Unit(text.replace(" ", ""), meaning.role, weight, meaning.concepts, initials=letters)
