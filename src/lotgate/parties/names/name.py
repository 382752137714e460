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


# Not frozen, though nothing changes one: a frozen object takes several times as long to make.
@dataclass(slots=True)
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


@lru_cache(maxsize=100_000)
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
    legal: frozenset[str] = frozenset()
    kept: list[Unit] = []
    spelled, ends = "", set()
    for unit in every:
        if unit.role == "legal":
            legal |= unit.concepts
            if not unit.han:
                ends.add(unit.text[0])
            continue
        if not unit.han:
            spelled += unit.initials or unit.text[0]
        if unit.role != "stop":
            kept.append(unit)
    if not kept:
        # A name made of such words alone ("The Limited") is matched by them.
        kept = [Unit(unit.text, "word", 0.5, unit.concepts, unit.han, unit.syllables) for unit in every]
    kept = _said_once(kept, every)
    numbers = frozenset([unit.text for unit in kept if unit.role == "number"])
    glued = "".join([unit.text for unit in kept if not unit.spare])
    initials = "".join(sorted(ends))
    return Name(text, tuple(kept), numbers, legal, False, initials, glued, spelled, _letters(text), plain)


def _said_once(units: list[Unit], every: tuple[Unit, ...]) -> list[Unit]:
    """The units without those that repeat an earlier one; a name's own initials are marked as spare."""
    kept: list[Unit] = []
    texts: set[str] = set()
    brands: frozenset[str] = frozenset()
    for unit in units:
        brand = unit.role == "brand"
        if unit.text in texts or (brand and unit.concepts & brands):
            continue
        kept.append(unit)
        texts.add(unit.text)
        if brand:
            brands |= unit.concepts
    if len(kept) > 2:
        heads: set[str] = {letter for unit in every if not unit.han for letter in unit.initials or unit.text[:1]}
        for place, unit in enumerate(kept):
            if unit.role == "word" and 3 <= len(unit.text) <= 8 and not unit.han and heads.issuperset(unit.text):
                others = [other for other in every if other.text != unit.text]
                if _spells(unit.text, others):
                    kept[place] = replace(unit, spare=True)
    return kept


def _spells(letters: str, words: list[Unit]) -> bool:
    """True if letters are the initials of words that follow each other; small words, legal forms and "group" may be
    left out, and one word besides where there are four letters or more."""
    heads = [
        (letter, unit.role in ("legal", "stop", "number") or "group" in unit.concepts)
        for unit in words
        if not unit.han
        for letter in (unit.initials or unit.text[:1])
    ]
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
