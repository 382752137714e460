"""Units of names in Chinese characters, kana and Arabic letters."""

from __future__ import annotations

import re
from functools import lru_cache

from lotgate.parties.names.glossary import WEIGHTS, Meaning, glossary
from lotgate.parties.names.scripts import (
    arabic_tokens,
    arabic_words,
    fold,
    has_cjk,
    number_of,
    pinyin_syllables,
    simplified,
)
from lotgate.parties.names.units import Unit, latin_units, meant, number_unit

__all__ = ["ARABIC", "CHINESE_RUNS", "HANGUL_RUNS", "arabic_units", "run_unit", "units_of"]


_KANA_RUN = re.compile(r"^[\u3040-\u30ff]+$")


def run_unit(run: str) -> Unit:
    """A unit for characters the glossary does not know: their sound in Latin letters."""
    if _KANA_RUN.match(run):
        return Unit(fold(run).replace(" ", ""), "word", 1.0, writing="kana", han=run)
    if any("\u3040" <= character <= "\u30ff" for character in run):
        return Unit(fold(run).replace(" ", ""), "word", 1.0, writing="kana", han=run)
    syllables = pinyin_syllables(run)
    weight = {1: 0.5, 2: 0.8}.get(len(syllables), 1.0)
    return Unit("".join(syllables), "word", weight, han=run, syllables=syllables)


_NUMERAL = re.compile(
    r"第?([零〇一二三四五六七八九十百千两]+)(?=研究|所|院|厂|局|师|集团军|设计|航空|工厂|总|试验|号|届)|第([零〇一二三四五六七八九十百千两]+)|第?(\d+)"
)
_SINGLES = frozenset("所院厂局校部社省市县区港")


def _cjk_units(text: str, firms: bool = True) -> list[Unit]:
    """Units of a run of Chinese characters and kana: numbers, then the cut that leaves the least unexplained."""
    units: list[Unit] = []
    position = 0
    for found in _NUMERAL.finditer(text):
        units += _cut(text[position : found.start()], firms)
        spoken = found[1] or found[2]
        value = number_of(spoken) if spoken else int(found[3])
        units.append(number_unit(str(value)))
        position = found.end()
    return units + _cut(text[position:], firms)


def _cut(text: str, firms: bool) -> list[Unit]:
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
            if meaning is None or (meaning.role == "brand" and not firms):
                continue
            if len(form) == 1 and not (end == length and form in _SINGLES):
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
                units.append(run_unit(unknown))
                unknown = ""
            units.append(_meant_han(text[start:end], meaning))
        end = start
    if unknown:
        units.append(run_unit(unknown))
    return units[::-1]


def _meant_han(form: str, meaning: Meaning) -> Unit:
    syllables = pinyin_syllables(form)
    return Unit("".join(syllables), meaning.role, WEIGHTS[meaning.role], meaning.concepts, form, syllables)


ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3]")


_ARABIC_SMALL_WORDS = frozenset(("و", "في", "من", "على", "عن", "های", "برای", "از", "به", "در", "با"))
_ARABIC_PARTICLES = frozenset(("بن", "ابن", "بنت", "ابو", "أبو", "ابي", "أبي", "ام", "أم", "ولد"))


def _arabic_phrase(tokens: list[str], word: str, position: int, firms: bool) -> tuple[int, Meaning] | None:
    """The phrase known that begins here; and, for, and with are written in front of a word, as part of it."""
    found = glossary().phrase(tokens, position, firms)
    if found is None and len(word) >= 5 and word[0] in "ولب":
        return glossary().phrase(arabic_tokens(arabic_words(word[1:])), 0, firms)
    return found


def arabic_units(text: str, firms: bool = True, person: bool = False) -> list[Unit]:
    """Units of text in Arabic letters: words of the glossary, else the words themselves."""
    words = [word for word in arabic_words(text) if person or word not in _ARABIC_SMALL_WORDS]
    tokens = [] if person else arabic_tokens(words)
    units: list[Unit] = []
    position = 0
    while position < len(words):
        word = words[position]
        length, meaning = (not person and _arabic_phrase(tokens, word, position, firms)) or (1, None)
        if meaning:
            units.append(meant(" ".join(words[position : position + length]), meaning))
        else:
            weight = 0.1 if person and word in _ARABIC_PARTICLES else 1.0
            units.append(Unit(word, "word", weight, writing="arabic"))
        position += length
    rest = re.sub(r"[\u0600-\u06ff]+", " ", text)
    return units + (latin_units(fold(rest).split(), firms) if not person else [])


HANGUL_RUNS = re.compile(r"[\uac00-\ud7a3]+")


def _korean_units(text: str) -> list[Unit]:
    """Units of Korean characters: the longest words of the glossary first, what is between them by its sound."""
    table = glossary()
    units: list[Unit] = []
    unknown = ""
    position = 0
    while position < len(text):
        lengths = range(min(table.longest_hangul, len(text) - position), 1, -1)
        length = next((length for length in lengths if text[position : position + length] in table.hangul), 0)
        if length and unknown:
            units.append(_korean_word(unknown))
            unknown = ""
        if length:
            form = text[position : position + length]
            units.append(meant(fold(form).replace(" ", ""), table.hangul[form]))
        else:
            unknown += text[position]
        position += length or 1
    return [*units, _korean_word(unknown)] if unknown else units


def _korean_word(text: str) -> Unit:
    weight = {1: 0.5, 2: 0.8}.get(len(text), 1.0)
    return Unit(fold(text).replace(" ", ""), "word", weight, writing="hangul")


CHINESE_RUNS = re.compile(
    r"(?:(?<![A-Za-z0-9])[0-9]+)?[\u3040-\u30fa\u30fc-\u30ff\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff][\u3040-\u30fa\u30fc-\u30ff\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff0-9]*"
)


def _mixed_korean_units(text: str, firms: bool) -> list[Unit]:
    """Units of a text with words in Korean characters."""
    units: list[Unit] = []
    position = 0
    for found in HANGUL_RUNS.finditer(text):
        units += latin_units(fold(text[position : found.start()]).split(), firms)
        units += _korean_units(found.group(0))
        position = found.end()
    return units + latin_units(fold(text[position:]).split(), firms)


@lru_cache(maxsize=50_000)
def units_of(text: str, firms: bool = True) -> tuple[Unit, ...]:
    if not has_cjk(text):
        if ARABIC.search(text):
            return tuple(arabic_units(text, firms))
        if HANGUL_RUNS.search(text):
            return tuple(_mixed_korean_units(text, firms))
        return tuple(latin_units(fold(text).split(), firms))
    text = simplified(text)
    units: list[Unit] = []
    position = 0
    for found in CHINESE_RUNS.finditer(text):
        units += latin_units(fold(text[position : found.start()]).split(), firms)
        units += _cjk_units(found.group(0), firms)
        position = found.end()
    units += latin_units(fold(text[position:]).split(), firms)
    return tuple(units)
