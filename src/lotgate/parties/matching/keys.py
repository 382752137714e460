"""What a name is found by: keys of each of its words, of words written together, and of the whole of it.

A key is a number made of a text, with the weight of the words it stands for in thousandths.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from lotgate.parties.names import OF_PLACE, Name, Unit
from lotgate.parties.names.scripts import consonants, korean_key, roman_key, wade_word

__all__ = ["ALL_WORDS", "MARKS", "ONE_WORD", "TWO_WORDS", "WHOLE", "Part", "code", "of_one_word", "parts_of", "size"]

WHOLE = 30_000
"""The weight of keys that stand for all of a name, more than any name has."""

ONE_WORD, TWO_WORDS, ALL_WORDS = range(3)
"""What a part of a name spans."""
MARKS = ("", "+", "=")
"""What stands before the text of a listed key of each extent."""

_PRIME = 2_110_461_373_486_183_037
_LETTERS_OF_A_SLIP = 5
"""Words shorter than this are too many to be found with a letter wrong."""

_LETTERS_JOINED = 7
_LETTERS_OF_ALL, _LETTERS_AT_MOST = 11, 50
"""Firms' names of these lengths are found with one letter wrong anywhere, common words and all."""

_BY_CONSONANTS = 0.75
"""What words of persons' names that share their consonants alone count for at most."""

_DISTINCTIVE = ("word", "brand", "common")


def code(text: str) -> int:
    """The number of a text, below 2 ** 61 and the same everywhere; two texts share one about as seldom as by lot."""
    return int.from_bytes(text.encode(), "little") % _PRIME


class Part(NamedTuple):
    """A word of a name (or two written together, or the whole): its keys, and words to be found with a slip of the pen.

    Several keys of a part that meet one listed name count once. `extent` says what it spans: two words are found where
    the other name has one, one word where it has one or two, the whole where the whole is meant.
    """

    keys: tuple[int, ...]
    weights: tuple[int, ...]
    words: tuple[str, ...] = ()
    word_weights: tuple[int, ...] = ()
    extent: int = ONE_WORD


def parts_of(name: Name, asked: bool = False) -> list[Part]:
    """The parts of a listed name, or of one `asked` for, whose initials and joined words meet those listed."""
    found: list[Part] = []
    person = name.person
    previous: Unit | None = None
    for unit in name.units:
        found += _parts_of_unit(unit, person, asked)
        if unit.role == "number" or unit.han:
            previous = None
            continue
        if previous is not None:
            found.append(_joined(previous, unit, person, asked))
        previous = unit
    found.append(_whole(name, asked))
    return found


def _whole(name: Name, asked: bool) -> Part:
    letters = name.letters
    keys = [code("=" + name.glued)] if name.glued else []
    if letters != name.glued:
        keys.append(code("=" + letters))
    slips = False
    if not name.person:
        keys += map(code, _initials(name, asked))
        slips = _LETTERS_OF_ALL <= len(letters) <= _LETTERS_AT_MOST and _may_slip(letters)
    weights = (WHOLE,) * len(keys)
    return Part(tuple(keys), weights, (letters,) if slips else (), (WHOLE,) if slips else (), ALL_WORDS)


def of_one_word(name: Name) -> bool:
    """True for a person's name of one full word, beside which words that another name has besides cost most."""
    weights = [unit.weight for unit in name.units if len(unit.text) > 1]
    return name.person and len(weights) == len(name.units) and sum([weight >= 0.6 for weight in weights]) <= 1


def size(name: Name) -> int:
    """What the words of a name weigh together, in thousandths."""
    return sum([round(1000 * unit.weight) for unit in name.units])


@lru_cache(maxsize=100_000)
def _parts_of_unit(unit: Unit, person: bool, asked: bool) -> tuple[Part, ...]:
    weight = round(1000 * unit.weight)
    if unit.role == "number":
        return (Part((code(f"#{unit.text}"),), (weight,)),)
    keys = {f"~{concept}": weight for concept in sorted(unit.concepts)}
    plain = unit.role not in _DISTINCTIVE
    if unit.han:
        return _parts_of_characters(unit, keys, weight, plain)
    if plain:
        return (_part(keys),)
    sound = roman_key(unit.text)
    words = {sound: weight}
    if len(unit.text) >= _LETTERS_OF_A_SLIP:
        words[unit.text] = weight
    keys |= words
    if asked and len(unit.text) >= 4:
        keys |= {f"+{word}": weight for word in words}
    if not person and (adjective := OF_PLACE.match(unit.text)):
        keys.setdefault(roman_key(adjective[1]), weight)
    if person:
        keys |= _keys_of_romanisations(unit.text, weight, asked)
    if person and len(unit.text) >= 3 and len(heard := consonants(unit.text)) >= 2:
        keys[f"^{heard}{'*' if unit.text[0] in 'aeiou' else ''}"] = round(_BY_CONSONANTS * weight)
    return (_part(keys, words.items()),)


def _keys_of_romanisations(text: str, weight: int, asked: bool) -> dict[str, int]:
    """Keys that Chinese and Korean names share across the ways they are written in Latin letters."""
    keys = {f"%{korean_key(text)}": weight} if len(text) <= 6 else {}
    if spelled := wade_word(text):
        keys[roman_key(spelled)] = weight
        if asked and len(spelled) >= 4:
            keys[f"+{spelled}"] = weight
    return keys


def _part(keys: dict[str, int], words: Iterable[tuple[str, int]] = (), extent: int = ONE_WORD) -> Part:
    slips = [word for word in words if _may_slip(word[0])]
    texts, weights = tuple([word for word, _ in slips]), tuple([weight for _, weight in slips])
    return Part(tuple(map(code, keys)), tuple(keys.values()), texts, weights, extent)


def _may_slip(word: str) -> bool:
    return len(word) >= _LETTERS_OF_A_SLIP and word.isascii() and word.isalpha()


def _parts_of_characters(unit: Unit, keys: dict[str, int], weight: int, plain: bool) -> tuple[Part, ...]:
    """Parts of characters: their meaning or sound as a whole, and by two the characters and their syllables."""
    sound = roman_key(unit.text)
    keys.setdefault(sound, weight)
    if plain:
        return (_part(keys),)
    words = {sound: weight, unit.text: weight}
    found = [_part(words | keys, words.items())]
    for start in range(len(unit.han) - 1):
        found.append(_part({f"h{unit.han[start : start + 2]}": 2 * weight // len(unit.han)}))
    for start in range(len(unit.syllables) - 1 if not unit.concepts else 0):
        joined = roman_key("".join(unit.syllables[start : start + 2]))
        found.append(_part({joined: 2 * weight // len(unit.syllables)}))
    return tuple(found)


def _joined(first: Unit, second: Unit, person: bool, asked: bool) -> Part:
    """Two neighbouring words written together, to be found where the other name writes them as one."""
    text = first.text + second.text
    weight = round(1000 * (first.weight + second.weight))
    mark = "" if asked else MARKS[TWO_WORDS]
    distinctive = first.role in _DISTINCTIVE or second.role in _DISTINCTIVE
    slips = distinctive and len(text) >= _LETTERS_JOINED and _may_slip(text)
    if not person:
        return Part((code(mark + text),), (weight,), (text,) if slips else (), (weight,) if slips else (), TWO_WORDS)
    # Persons' names are joined and parted in other spellings too; in firms' names that is rare.
    sound = roman_key(text)
    words = [(text, weight), (sound, weight)] if slips and sound != text else [(text, weight)] if slips else []
    return _part({mark + text: weight, mark + sound: weight}, words, TWO_WORDS)


def _initials(name: Name, asked: bool) -> list[str]:
    """Keys by which an acronym of five letters or more and the name it stands for meet.

    A listed word is looked for by the initials of a name asked for, and the other way round; shorter acronyms fit too
    many names by chance to be told from them.
    """
    word, initials = ("I", "A") if asked else ("A", "I")
    found = [
        f"{word}{unit.text}"
        for unit in name.units
        if not unit.han and unit.role in ("word", "brand") and 5 <= len(unit.text) <= 8
    ]
    if len(name.spelled) < 4 or len(name.units) < 2:
        return found
    letters = "".join([unit.initials or unit.text[0] for unit in name.units if not unit.han])
    spellings = {name.spelled, letters, *(letters[:end] for end in range(5, min(8, len(letters)) + 1))}
    spellings |= {letters + legal for legal in name.initials} if len(letters) <= 7 else set()
    return found + [f"{initials}{spelled}" for spelled in sorted(spellings) if 5 <= len(spelled) <= 8]
