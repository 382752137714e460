"""A name taken apart once: its words with what they mean and weigh, its numbers, its initials, in whatever script.

Comparing two names is left to `matching`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from lotgate.parties.names.characters import units_of
from lotgate.parties.names.glossary import city_countries
from lotgate.parties.names.persons import person_units
from lotgate.parties.names.scripts import fold, has_cjk, simplified
from lotgate.parties.names.units import Unit

__all__ = ["Name", "analysed", "names_a_place"]


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared: units without legal forms and small words.

    `initials` are those of its legal forms, by which an acronym may end; `spelled` those of all other words, small ones
    too. `letters` is all of it written together, legal forms included. `plain` is the same name with firms' names taken
    word by word, where that is something else.
    """

    raw: str
    units: tuple[Unit, ...]
    numbers: frozenset[str]
    legal: frozenset[str]
    person: bool
    initials: str
    glued: str = ""
    spelled: str = ""
    letters: str = ""
    plain: Name | None = field(default=None, compare=False)


@lru_cache(maxsize=400_000)
def analysed(text: str, person: bool = False) -> Name:
    """The name taken apart; `person` reads it as a person's, without corporate words."""
    if person:
        units = tuple(person_units(text))
        glued = "".join(unit.text for unit in units)
        return Name(text, units, frozenset(), frozenset(), True, "", glued, "", glued)
    every = units_of(text)
    made = _company(text, every, None)
    if any(unit.role == "brand" and (unit.han or unit.initials[1:]) for unit in every):
        return _company(text, every, _company(text, units_of(text, False), None))
    return made


def names_a_place(name: Name) -> bool:
    """True for a name that is a place's alone ("Yangon"): a firm that has it is not told from the place by it."""
    if name.person or not name.units:
        return False
    return all(unit.role == "place" for unit in name.units) or bool(city_countries(fold(name.raw)))


def _letters(text: str) -> str:
    """All letters and digits of a text, characters as such: their sounds alone would make one name of several."""
    if has_cjk(text):
        return "".join(letter for letter in simplified(text).lower() if letter.isalnum())
    return fold(text).replace(" ", "")


def _company(text: str, every: tuple[Unit, ...], plain: Name | None) -> Name:
    legal = frozenset(concept for unit in every if unit.role == "legal" for concept in unit.concepts)
    kept = tuple(unit for unit in every if unit.role not in ("legal", "stop"))
    if not kept:
        # A name made of such words alone ("The Limited") is matched by them.
        kept = tuple(Unit(unit.text, "word", 0.5, unit.concepts, unit.han, unit.syllables) for unit in every)
    kept = _said_once(kept, every)
    numbers = frozenset(unit.text for unit in kept if unit.role == "number")
    letters = "".join(sorted({unit.text[0] for unit in every if unit.role == "legal" and not unit.han}))
    spelled = "".join(unit.initials or unit.text[0] for unit in every if unit.role != "legal" and not unit.han)
    glued = "".join(unit.text for unit in kept if not unit.spare)
    return Name(text, kept, numbers, legal, False, letters, glued, spelled, _letters(text), plain)


def _said_once(units: tuple[Unit, ...], every: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """The units without those that repeat an earlier one; a name's own initials are marked as spare."""
    kept: list[Unit] = []
    for unit in units:
        again = any(
            unit.text == earlier.text or (unit.role == earlier.role == "brand" and unit.concepts & earlier.concepts)
            for earlier in kept
        )
        if not again:
            kept.append(unit)
    if len(kept) > 2:
        for place, unit in enumerate(kept):
            if unit.role == "word" and 3 <= len(unit.text) <= 8 and not unit.han:
                others = [other for other in every if other.text != unit.text]
                kept[place] = replace(unit, spare=_spells(unit.text, others))
    return tuple(kept)


def _spells(letters: str, words: list[Unit]) -> bool:
    """True if letters are the initials of words that follow each other; small words, legal forms and "group" may be
    left out, and one word besides where there are four letters or more."""
    heads = [
        (letter, unit.role in ("legal", "stop", "number") or "group" in unit.concepts)
        for unit in words
        if not unit.han
        for letter in (unit.initials or unit.text[:1])
    ]
    if not {letter for letter, _ in heads}.issuperset(letters):
        return False
    starts = (start for start, (letter, _) in enumerate(heads) if letter == letters[0])
    return any(_read_off(letters, heads[start:], len(letters) >= 4) for start in starts)


def _read_off(letters: str, heads: list[tuple[str, bool]], may_skip: bool) -> bool:
    if not letters:
        return True
    if not heads:
        return False
    (letter, free), rest = heads[0], heads[1:]
    if letter == letters[0] and _read_off(letters[1:], rest, may_skip):
        return True
    return (free or may_skip) and _read_off(letters, rest, may_skip and free)
