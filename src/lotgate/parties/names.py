"""A name taken apart once: its words with what they mean and weigh, its numbers, its initials, in whatever script.

Comparing two names is left to `compare`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from lotgate.parties.glossary import WEIGHTS, Meaning, glossary, word_weight
from lotgate.parties.scripts import fold, has_cjk, number_of, pinyin_syllables, roman_key, simplified

__all__ = ["Name", "Unit", "analysed", "readings"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or a run of characters, of a name: in Latin letters, with role, concepts and weight."""

    text: str
    role: str
    weight: float
    concepts: frozenset[str] = frozenset()
    han: str = ""
    syllables: tuple[str, ...] = ()
    kana: bool = False
    initials: str = ""

    @property
    def key(self) -> str:
        """The key its spellings share."""
        return roman_key(self.text)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared: units without legal forms and small words."""

    raw: str
    units: tuple[Unit, ...]
    numbers: frozenset[str]
    legal: frozenset[str]
    person: bool
    initials: str
    glued: str = field(default="")


_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "doctor",
        "prof",
        "professor",
        "sir",
        "general",
        "gen",
        "colonel",
        "col",
        "major",
        "maj",
        "captain",
        "capt",
        "lieutenant",
        "lt",
        "admiral",
        "sheikh",
        "shaykh",
        "shaikh",
        "sheik",
        "hajji",
        "haji",
        "hadji",
        "haj",
        "hajj",
        "mullah",
        "maulavi",
        "mawlawi",
        "maulvi",
        "sayyid",
        "sayed",
        "ayatollah",
        "imam",
        "qari",
        "jr",
        "sr",
        "ii",
        "iii",
        "phd",
        "eng",
        "engineer",
        "brigadier",
        "commander",
        "comandante",
        "licenciado",
        "lic",
        "don",
        "dona",
    ]
)
_PARTICLES = frozenset(
    [
        "al",
        "el",
        "ul",
        "ur",
        "ad",
        "ar",
        "as",
        "ash",
        "az",
        "an",
        "at",
        "ed",
        "bin",
        "ben",
        "ibn",
        "bint",
        "abu",
        "abou",
        "umm",
        "um",
        "van",
        "von",
        "der",
        "den",
        "de",
        "da",
        "do",
        "dos",
        "di",
        "du",
        "la",
        "le",
        "del",
        "dela",
        "della",
        "y",
        "e",
        "und",
        "oglu",
        "ogly",
        "kyzy",
        "qizi",
        "zade",
        "ou",
        "ol",
    ]
)
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th|ya|y|aya|go|oe|ogo)?$")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
_PARTS = re.compile(r"\s+/\s+|;|\n|\s+or\s+(?=[\"“«'‘A-ZА-Я])|\b(?:[afn]\.?k\.?a\.?|formerly|also known as)\b[,:]?")
_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]{1,160})[)）\]]")


@lru_cache(maxsize=100_000)
def readings(raw: str) -> tuple[str, ...]:
    """The names a name cell may hold: alternatives ("X / Y", "X a.k.a. Y") and what stands in brackets.

    A place or legal form in brackets stays part of the name; another name in brackets is one of its own.
    """
    found: list[str] = []
    for part in _PARTS.split(raw):
        if not part or not part.strip(" ,.;"):
            continue
        inside: list[str] = []

        def take(match: re.Match[str], inside: list[str] = inside) -> str:
            held = match.group(1).strip()
            if _is_side_word(held):
                return f" {held} "
            inside.append(held)
            return " "

        main = _BRACKETS.sub(take, part).strip(" ,.;-")
        found += [name for name in (main, *inside) if len(name) > 1]
    return tuple(dict.fromkeys(found)) or (raw,)


def _is_side_word(text: str) -> bool:
    """True if text is made of places, legal forms and other words that name nobody by themselves."""
    units = _units_of(text)
    return bool(units) and all(unit.role in ("place", "legal", "stop", "generic", "number") for unit in units)


def _number_unit(digits: str) -> Unit:
    plain = digits.lstrip("0") or "0"
    return Unit(plain, "number", 0.6, frozenset([f"#{plain}"]))


def _latin_units(tokens: list[str]) -> list[Unit]:
    """Units of folded tokens: phrases of the glossary first, then numbers, then words."""
    table = glossary()
    units = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        ordinal = _ORDINAL.match(token)
        if ordinal:
            units.append(_number_unit(ordinal[1]))
            position += 1
            continue
        if token in ("no", "number", "nr") and position + 1 < len(tokens) and tokens[position + 1][:1].isdigit():
            position += 1
            continue
        found = table.phrase(tokens, position)
        if found:
            length, meaning = found
            units.append(_meant(" ".join(tokens[position : position + length]), meaning))
            position += length
            continue
        if token in _ROMAN:
            units.append(_number_unit(_ROMAN[token]))
        else:
            stemmed = table.stem(token)
            units.append(_meant(token, stemmed) if stemmed else Unit(token, "word", word_weight(token)))
        position += 1
    return units


def _meant(text: str, meaning: Meaning) -> Unit:
    letters = "".join(word[0] for word in text.split())
    return Unit(text.replace(" ", ""), meaning.role, WEIGHTS[meaning.role], meaning.concepts, initials=letters)


_KANA_RUN = re.compile(r"^[\u3040-\u30ff]+$")


def _run_unit(run: str) -> Unit:
    """A unit for characters the glossary does not know: their sound in Latin letters."""
    if _KANA_RUN.match(run):
        return Unit(fold(run).replace(" ", ""), "word", 1.0, kana=True, han=run)
    if any("\u3040" <= character <= "\u30ff" for character in run):
        return Unit(fold(run).replace(" ", ""), "word", 1.0, kana=True, han=run)
    syllables = pinyin_syllables(run)
    return Unit("".join(syllables), "word", 1.0, han=run, syllables=syllables)


_NUMERAL = re.compile(
    r"第?([零〇一二三四五六七八九十百千两]+)(?=研究|所|院|厂|局|师|集团军|设计|航空|工厂|总|试验|号|届)|第([零〇一二三四五六七八九十百千两]+)|第?(\d+)"
)
_SINGLES = frozenset("所院厂局校部社省市县区港")


def _cjk_units(text: str) -> list[Unit]:
    """Units of a run of Chinese characters and kana: numbers, then the cut that leaves the least unexplained."""
    units: list[Unit] = []
    position = 0
    for found in _NUMERAL.finditer(text):
        units += _cut(text[position : found.start()])
        spoken = found[1] or found[2]
        value = number_of(spoken) if spoken else int(found[3])
        units.append(_number_unit(str(value)))
        position = found.end()
    return units + _cut(text[position:])


def _cut(text: str) -> list[Unit]:
    """The cut of characters into glossary forms and unknown runs, by least cost; long forms are cheap, unknown
    characters dear, and single characters count as forms only at the end ("…所")."""
    table = glossary()
    length = len(text)
    if not length:
        return []
    best: list[tuple[float, int, Meaning | None]] = [(0.0, 0, None)]
    for end in range(1, length + 1):
        options: list[tuple[float, int, Meaning | None]] = [(best[end - 1][0] + 1.0, end - 1, None)]
        for start in range(max(0, end - table.longest_han), end):
            form = text[start:end]
            meaning = table.han.get(form)
            if meaning is None or (len(form) == 1 and not (end == length and form in _SINGLES)):
                continue
            options.append((best[start][0] + 0.45, start, meaning))
        best.append(min(options, key=lambda option: (option[0], option[1])))
    units: list[Unit] = []
    end, unknown = length, ""
    while end > 0:
        _, start, meaning = best[end]
        if meaning is None:
            unknown = text[start:end] + unknown
        else:
            if unknown:
                units.append(_run_unit(unknown))
                unknown = ""
            units.append(_meant_han(text[start:end], meaning))
        end = start
    if unknown:
        units.append(_run_unit(unknown))
    return units[::-1]


def _meant_han(form: str, meaning: Meaning) -> Unit:
    syllables = pinyin_syllables(form)
    return Unit("".join(syllables), meaning.role, WEIGHTS[meaning.role], meaning.concepts, form, syllables)


_RUNS = re.compile(
    r"[\u3040-\u30fa\u30fc-\u30ff\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff0-9]*[\u3040-\u30fa\u30fc-\u30ff\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff][\u3040-\u30fa\u30fc-\u30ff\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff0-9]*"
)


@lru_cache(maxsize=200_000)
def _units_of(text: str) -> tuple[Unit, ...]:
    if not has_cjk(text):
        return tuple(_latin_units(fold(text).split()))
    text = simplified(text)
    units: list[Unit] = []
    position = 0
    for found in _RUNS.finditer(text):
        units += _latin_units(fold(text[position : found.start()]).split())
        units += _cjk_units(found.group(0))
        position = found.end()
    units += _latin_units(fold(text[position:]).split())
    return tuple(units)


_PATRONYMIC = re.compile(
    r"(?:ovi[ct]s?h|evi[ct]s?h|yevich|ovna|evna|yevna|ichna|ovych|evych|ivna|avich|auna|euna|avna|ovic)$"
)


def _person_weight(token: str) -> float:
    if token in _PARTICLES:
        return 0.1
    if len(token) == 1:
        return 0.15
    if _PATRONYMIC.search(token):
        return 0.5
    return max(0.6, word_weight(token))


def _person_units(text: str) -> list[Unit]:
    units: list[Unit] = []
    for part in re.split(r"[·・‧•]", text) if has_cjk(text) else [text]:
        if has_cjk(part):
            for run in _RUNS.findall(simplified(part)):
                units += [unit for unit in [_run_unit(run)] if unit.text]
            part = _RUNS.sub(" ", simplified(part))
        for token in fold(part).split():
            if token not in _TITLES or (len(units) == 0 and token in ("don",)):
                units.append(Unit(token, "word", _person_weight(token)))
    return units


@lru_cache(maxsize=400_000)
def analysed(text: str, person: bool = False) -> Name:
    """The name taken apart; `person` reads it as a person's, without corporate words."""
    if person:
        every = _person_units(text)
        kept = tuple(every)
        legal: frozenset[str] = frozenset()
    else:
        every = list(_units_of(text))
        legal = frozenset(concept for unit in every if unit.role == "legal" for concept in unit.concepts)
        kept = tuple(unit for unit in every if unit.role not in ("legal", "stop"))
        if not kept:
            # A name made of such words alone ("The Limited") is matched by them.
            kept = tuple(Unit(unit.text, "word", 0.5, unit.concepts, unit.han, unit.syllables) for unit in every)
    numbers = frozenset(unit.text for unit in kept if unit.role == "number")
    letters = "".join((unit.initials or unit.text[:1]) for unit in every if unit.role != "stop")
    return Name(text, kept, numbers, legal, person, letters, "".join(unit.text for unit in kept))
