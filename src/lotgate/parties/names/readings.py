"""What the cell of a name may hold: alternatives, names in brackets, another script beside, a place behind."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from lotgate.parties.names.characters import units_of
from lotgate.parties.names.glossary import cities, city_countries, glossary
from lotgate.parties.names.scripts import fold

__all__ = ["Reading", "asked_readings", "readings"]


_PARTS = re.compile(
    r"\s+/\s+|;|\n|\s+or\s+(?=[\"“«'‘A-ZА-Я])|(?<=\S)[\s(]+[cC]/[oO]\b\s*|"
    r"(?:^|(?<=[\s,(]))(?:[afn]\.?k\.?a\.?|[AFN]\.K\.A\.?|[afnAFN]/[kK]/[aA]|(?<=\S\s)[AFN]KA(?=\s)|[dD]/[bB]/[aA]|"
    r"formerly(?: known as)?|(?:also|now|previously) known as)(?!\w)[,:]?"
)
# Words before a name that speak of the one who opens the letter.
_TO_WHOM = re.compile(r"^\s*(?:c/o\b|attn\b\.?|attention\s*:|messrs\b\.?|m/s\b\.?|to\s*:)\s*:?\s*", re.IGNORECASE)
# "Tactical Missile Corporation, Joint Stock Company X" is X under a parent.
_AFTER_PARENT = re.compile(
    r",\s+(?=(?:(?:Public |Open |Closed )?Joint Stock Company|[POCZ]?JSC|PJSC|LLC|OOO|TOO|[OPZ]?AO|"
    r"Limited Liability (?:Company|Partnership)|Federal State)\s+\S)"
)
_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]{1,160})[)）\]]")
# Some of this stands in every name in ASCII that one of the patterns above fits, and in few others.
_UNUSUAL = re.compile(r"[/;\n\t()\[\]:]")
_UNUSUAL_TEXTS = (" or ", "aka", "fka", "nka", ".ka", "k.a", "formerly", "known as", "attn", "messrs")


@dataclass(frozen=True, slots=True)
class Reading:
    """A name that a cell may hold, and the countries one of which its firm must be of for it to be read so; `cut` tells
    that something behind a comma was left out which may be an address or may not."""

    text: str
    countries: frozenset[str] = frozenset()
    cut: bool = False


_LAST_WORDS = re.compile(r"^(.*[^\s,(])[\s,(]+([^\s,()]+)[\s),.]*$")


@lru_cache(maxsize=100_000)
def asked_readings(raw: str) -> tuple[Reading, ...]:
    """The readings of a name asked for: those of any name, and those without the city or country it ends in.

    A place behind a name is part of an address only where the firm is of that country; else it tells of a subsidiary.
    """
    whole = readings(raw)
    found = [Reading(text) for text in whole]
    for text in whole:
        if fold(text).rsplit(" ", 1)[-1] not in _last_words_of_places():
            continue
        rest, countries = text, None
        for _ in range(3):
            cut = _without_place(rest)
            if cut is None:
                break
            rest, where = cut
            countries = where if countries is None else countries & where
            if countries and _names_someone(rest):
                found.append(Reading(rest, countries))
    if not raw.isascii() and (parts := _both_scripts(raw)) is not None:
        found += [Reading(part) for part in parts]
    found += [reading for text in whole if "," in text for reading in _before_commas(text)]
    return tuple(found) if len(found) == 1 else tuple(dict.fromkeys(found))


def _before_commas(text: str) -> list[Reading]:
    """The readings of a name without what stands behind its last commas: places too small for any table.

    Behind a legal form stands an address ("Example Works Ltd, Tomioka"); elsewhere it may be part of the name.
    """
    found: list[Reading] = []
    rest = text
    for _ in range(3):
        rest, comma, behind = rest.rpartition(",")
        units = units_of(behind)
        if not comma or not 1 <= len(behind.split()) <= 3 or any(unit.role == "legal" for unit in units):
            break
        if _names_someone(rest):
            found.append(Reading(rest.strip(), cut=units_of(rest)[-1].role != "legal"))
    return found


@cache
def _last_words_of_places() -> frozenset[str]:
    """The words in which names of places end."""
    forms = glossary().latin.items()
    places = {form[-1] for form, meaning in forms if any(concept[0] == "@" for concept in meaning.concepts)}
    places |= {form[-1] for form, meaning in forms if meaning.role == "place"}
    return frozenset(places | {name.rsplit(" ", 1)[-1] for name in cities()})


def _without_place(text: str) -> tuple[str, frozenset[str]] | None:
    """The text without the place it ends in, the longest that is one, and the countries that place is or lies in."""
    words: list[str] = []
    rest, found = text, None
    for _ in range(3):
        cut = _LAST_WORDS.match(rest)
        if cut is None:
            break
        rest = cut[1]
        words.insert(0, cut[2])
        name = fold(" ".join(words))
        meaning = glossary().latin.get(tuple(name.split()))
        country = frozenset(c[1:] for c in meaning.concepts if c[0] == "@") if meaning else frozenset()
        cities = [name, *(meaning.concepts if meaning and meaning.role == "place" else ())]
        if where := country or frozenset(code for city in cities for code in city_countries(city)):
            found = rest, where
    return found


def _names_someone(text: str) -> bool:
    """True unless the text is made of places and general words alone."""
    return any(unit.role not in ("place", "generic", "number", "legal", "stop") for unit in units_of(text))


_HAN_PART = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff()（）·・]{3,}")


def _both_scripts(raw: str) -> tuple[str, str] | None:
    """The Latin and the Chinese name where a cell has one beside the other."""
    found = _HAN_PART.search(raw)
    if found is None:
        return None
    rest = f"{raw[: found.start()].rstrip()} {raw[found.end() :].lstrip()}".strip(" ,;/-()")
    before, after = raw[: found.start()][-1:], raw[found.end() :][:1]
    apart = not (before.isalnum() or after.isalnum())
    return (rest, found.group(0)) if apart and sum(letter.isalpha() for letter in rest) >= 5 else None


def _is_plain(raw: str) -> bool:
    """True if a cell surely holds one name and nothing else."""
    if not raw.isascii() or _UNUSUAL.search(raw):
        return False
    lower = raw.lower()
    return not any(text in lower for text in _UNUSUAL_TEXTS)


@lru_cache(maxsize=100_000)
def readings(raw: str) -> tuple[str, ...]:
    """The names a name cell may hold: alternatives ("X / Y", "X a.k.a. Y") and what stands in brackets.

    A place or legal form in brackets stays part of the name; another name in brackets is one of its own.
    """
    if _is_plain(raw):
        main = raw.strip(" ,.;-")
        pieces = _AFTER_PARENT.split(main, maxsplit=1)[1:] if "," in main else []
        return (main, *pieces) if len(main) > 1 else (raw,)
    found: list[str] = []
    for part in _PARTS.split(unicodedata.normalize("NFKC", raw)):
        part = _TO_WHOM.sub("", part or "")
        if not part.strip(" ,.;()"):
            continue
        inside: list[str] = []

        def take(match: re.Match[str], inside: list[str] = inside) -> str:
            held = match.group(1).strip()
            if _is_side_word(held):
                return f" {held} "
            inside.append(held)
            return " "

        main = _BRACKETS.sub(take, part).strip(" ,.;-")
        main = main if main.count("(") == main.count(")") else main.strip("() ")
        pieces = _AFTER_PARENT.split(main, maxsplit=1)
        found += [name for name in (main, *pieces[1:], *inside) if len(name) > 1]
    return tuple(dict.fromkeys(found)) or (raw,)


def _is_side_word(text: str) -> bool:
    """True if text is made of places, legal forms and other words that name nobody by themselves."""
    units = units_of(text)
    return bool(units) and all(unit.role in ("place", "legal", "stop", "generic", "number") for unit in units)
