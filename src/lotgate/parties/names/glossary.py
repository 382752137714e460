"""What words in company names mean and how much they weigh: legal forms, places, sectors, firms, in several scripts.

The tables in `data` are our own, compiled from the bilingual names in the public lists and in general use: `terms.csv`
(corporate words), `places.csv`, `brands.csv` (firms known by different names in Chinese and English) and
`countries.csv`. `frequencies.csv` counts words in the names of the US Consolidated Screening List of 2026-07-31;
`abbreviations.csv` has the short forms usual in firms' names, with the words they may stand for; `cities.csv` names the
cities of 100,000 people and more with their countries (from GeoNames, geonames.org, CC BY 4.0).
`surnames.csv` has the most frequent surnames and given names of the US Census of 1990. `pinyin.csv` is made from the
Chinese column of `terms.csv`.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from rapidfuzz.distance import OSA

from lotgate.parties.countries import names_by_code
from lotgate.parties.names.scripts import arabic_tokens, arabic_words, fold, has_cjk, pinyin_parted

__all__ = ["WEIGHTS", "Glossary", "Meaning", "cities", "city_countries", "glossary", "known_word", "word_weight"]

WEIGHTS = {
    "legal": 0.0,
    "stop": 0.0,
    "generic": 0.18,
    "sector": 0.38,
    "org": 0.38,
    "place": 0.32,
    "common": 0.6,
    "brand": 1.0,
}
"""What a word of each role weighs beside a distinctive word, which weighs 1."""


@dataclass(frozen=True)
class Meaning:
    """A role, and the concepts a form may stand for."""

    role: str
    concepts: frozenset[str]

    def joined(self, other: Meaning) -> Meaning:
        """Both meanings of one form; the lighter role wins, so that nothing is taken for more than it is."""
        order = ("stop", "legal", "generic", "place", "org", "sector", "common", "brand")
        role = min(self.role, other.role, key=order.index)
        return Meaning(role, self.concepts | other.concepts)


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("lotgate.parties").joinpath(f"data/{name}").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


_PATRONYMIC_ENDINGS = frozenset(
    f"{link}{end}"
    for link in ("", "y", "i", "j")
    for end in (
        "ovich", "evich", "ovych", "evych", "avich", "ovitch", "evitch", "ovic", "ievich", "yevich", "ovna", "evna",
        "ivna", "yevna", "auna", "euna", "avna", "iyivna",
    )
)  # fmt: skip
_ENDING = re.compile(
    r"(?:skogo|skikh|skiy|skii|skoy|skaya|skoe|skoye|nogo|nykh|nyy|naya|noe|noye|noi|noy|ogo|ykh|ikh|yy|iy|aya|oye|oe|"
    r"ye|oy|ov|ev|iya|iye|iy|ii|ya|yu|a|y|i|e|u|o)$"
)


@lru_cache(maxsize=100_000)
def russian_stem(token: str) -> str:
    """A Russian word in Latin letters without its ending; short words keep theirs."""
    stem = _ENDING.sub("", token)
    return stem if len(stem) >= 5 else token


_HANGUL = re.compile(r"[\uac00-\ud7a3]+")


def _simplified_already(name: str) -> bool:
    """True for a name in Chinese or all in kana: names with characters of Japan's own form are left out."""
    return has_cjk(name) and (
        not any("\u3040" <= letter <= "\u30ff" for letter in name) or not re.search(r"[\u4e00-\u9fff]", name)
    )


def _slips(word: str) -> list[str]:
    """The word and the word with each one letter left out."""
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]


class Glossary:
    """Look-up of meanings: of token sequences in Latin letters, of Chinese and Korean strings, of Russian stems."""

    def __init__(self) -> None:
        self.latin: dict[tuple[str, ...], Meaning] = {}
        self.han: dict[str, Meaning] = {}
        self.stems: dict[str, Meaning] = {}
        self.hangul: dict[str, Meaning] = {}
        for row in _rows("terms.csv"):
            forms = row["latin"].split(";")
            self._add(row["role"], forms[0], forms, row["han"].split(";"), row["other"].split(";"))
        for row in _rows("places.csv"):
            self._add_place(row)
        for code, names in names_by_code().items():
            latin = [name for name in names if name.isascii()]
            other = [name for name in names if not name.isascii() and not has_cjk(name)]
            self._add("place", f"@{code}", latin, [name for name in names if _simplified_already(name)], other)
        for name in cities():
            if " " in name and tuple(name.split()) not in self.latin:
                self._add("place", name, [name], [], [])
        for row in _rows("brands.csv"):
            forms = row["latin"].split(";")
            self._add("brand", f"brand {forms[0]}", forms, row["han"].split(";"), row["other"].split(";"))
        self.short: dict[str, str] = {}
        for row in _rows("abbreviations.csv"):
            self._add_short(row["short"].replace("'", ""), row["long"].split(";"))
        self.spelled = self._spelled()
        self.common = {
            word
            for form, meaning in self.latin.items()
            if meaning.role in ("legal", "generic", "sector", "org")
            for word in form
            if len(word) >= 4
        }
        self._slips: dict[str, list[str]] | None = None
        self.given: dict[str, str] = {}
        self.given_han: dict[str, str] = {}
        for row in _rows("given_names.csv"):
            self.given.update(dict.fromkeys(row["variants"].split(";"), row["name"]))
            self.given_han.update((form, row["name"]) for form in row["han"].split(";") if form)
        stems = {re.sub(r"(?:y|iy|ii|i|ey|ei|ay|ai)$", "", form): name for form, name in self.given.items()}
        self.patronymics = {stem: name for stem, name in stems.items() if len(stem) >= 4}
        self.longest_latin = max(len(form) for form in self.latin)
        self.longest_han = max(len(form) for form in self.han)
        self.longest_hangul = max((len(form) for form in self.hangul), default=0)
        self.starts = {form[0] for form in self.latin}
        self.neighbours = {pair for form in self.latin for pair in pairwise(form)}
        self.within = {word for form in self.latin for word in form}
        long = [word for word in self.common if len(word) >= 7]
        self.halves = {half for word in long for at in range(1, len(word)) for half in (word[:at], word[at:])}

    def _add_place(self, row: dict[str, str]) -> None:
        han = row["han"].split(";")
        latin = row["latin"].split(";")
        cities = [*han, *(f"{name}市" for name in han), *(f"{name}省" for name in han)]
        self._add("place", latin[0], latin, cities, row["other"].split(";"))

    def _add(self, role: str, concept: str, latin: list[str], han: list[str], other: list[str]) -> None:
        meaning = Meaning(role, frozenset([concept]))
        for form in latin:
            self._put(self.latin, tuple(fold(form).split()), meaning)
        for form in [*han, *other]:
            if has_cjk(form):
                self._put(self.han, form, meaning)
            elif _HANGUL.fullmatch(form):
                self._put(self.hangul, form, meaning)
            elif form:
                words = arabic_words(form)
                tokens = tuple(arabic_tokens(words) if words else fold(form).split())
                self._put(self.latin, tokens, meaning)
                if len(tokens) == 1 and role in ("generic", "sector", "org") and len(tokens[0]) >= 6:
                    self._put(self.stems, russian_stem(tokens[0]), meaning)

    def _add_short(self, short: str, meant: list[str]) -> None:
        """A short form is read as the word it stands for; one that may stand for several means any of them."""
        if len(meant) == 1:
            self.short[short] = meant[0]
            return
        for word in meant:
            found = self.latin.get((word,))
            if found:
                self._put(self.latin, (short,), found)

    @staticmethod
    def _put(table: dict, form: object, meaning: Meaning) -> None:  # type: ignore[type-arg]
        if form:
            table[form] = table[form].joined(meaning) if form in table else meaning

    def _spelled(self) -> dict[str, frozenset[str]]:
        """Concepts of Chinese words as they are spelled in pinyin ("gongshang"), from the table `pinyin.csv`."""
        return {row["pinyin"]: frozenset(row["concepts"].split(";")) for row in _rows("pinyin.csv")}

    def phrase(self, tokens: list[str], start: int, firms: bool = True) -> tuple[int, Meaning] | None:
        """The longest phrase known that begins at `start`: its length and meaning; `firms` False leaves out firms."""
        if tokens[start] not in self.starts:
            return None
        for length in range(min(self.longest_latin, len(tokens) - start), 0, -1):
            found = self.latin.get(tuple(tokens[start : start + length]))
            if found and (firms or found.role != "brand"):
                return length, found
        return None

    def given_name(self, token: str) -> str | None:
        """The given name of which a token is a variant, or a patronymic made from one."""
        known = self.given.get(token)
        if known is None and len(token) >= 8 and token.endswith(("ch", "na", "ic")):
            for length in range(min(11, len(token) - 3), 3, -1):
                name = self.patronymics.get(token[:length])
                if name and token[length:] in _PATRONYMIC_ENDINGS:
                    return f"{name} {'ovna' if token.endswith('a') else 'ovich'}"
        return known

    def repaired(self, token: str) -> str | None:
        """The common word a token is a slip of the pen away from ("limied"); None where it is near none or several."""
        if len(token) < 6 or not token.isalpha() or pinyin_parted(token):
            return None
        if self._slips is None:
            self._slips = self._slips_of_common_words()
        slips = _slips(token)
        if self._slips.keys().isdisjoint(slips):
            return None
        near = {word for slip in slips for word in self._slips.get(slip, ())}
        # Whoever errs writes the first letter right: "dharma" is no "pharma".
        near = {word for word in near if word[0] == token[0] or word[1] != token[1] or len(word) != len(token)}
        close = [word for word in near if OSA.distance(token, word, score_cutoff=1) <= 1]
        return close[0] if len(close) == 1 else None

    def _slips_of_common_words(self) -> dict[str, list[str]]:
        words = {
            word
            for form, meaning in self.latin.items()
            if meaning.role in ("legal", "generic", "sector", "org")
            for word in form
            if len(word) >= 6 and word.isalpha()
        }
        found: dict[str, list[str]] = {}
        for word in sorted(words):
            for slip in _slips(word):
                found.setdefault(slip, []).append(word)
        return found

    def split(self, token: str) -> tuple[str, str] | None:
        """The two common words a token is made of ("jointstock"), if it is."""
        for place in range(4, len(token) - 3):
            head, tail = token[:place], token[place:]
            if head in self.common and tail in self.common:
                return head, tail
        return None

    def stem(self, token: str) -> Meaning | None:
        """The meaning of an inflected Russian word."""
        return self.stems.get(russian_stem(token)) if len(token) >= 6 else None


@cache
def glossary() -> Glossary:
    """The glossary, loaded once."""
    return Glossary()


@cache
def _frequencies() -> dict[str, int]:
    try:
        return {row["word"]: int(row["names"]) for row in _rows("frequencies.csv")}
    except FileNotFoundError:
        return {}


@cache
def cities() -> dict[str, frozenset[str]]:
    """The countries (ISO codes) of cities by their folded names."""
    return {row["name"]: frozenset(row["countries"].split(";")) for row in _rows("cities.csv")}


def city_countries(name: str) -> frozenset[str]:
    """The countries (ISO codes) in which a city of that name lies, by its folded name; empty where none is known."""
    return cities().get(name, frozenset())


@cache
def _surnames() -> frozenset[str]:
    return frozenset(row["name"] for row in _rows("surnames.csv"))


def known_word(token: str) -> bool:
    """True for a word that stands in many listed names or is a frequent surname."""
    return token in _frequencies() or token in _surnames()


@lru_cache(maxsize=200_000)
def word_weight(token: str) -> float:
    """What a word without a known meaning weighs: 1 where it is rare, less where it is common in the lists, a frequent
    surname or given name, or made of one or two Chinese syllables, of which there are only some four hundred."""
    if len(token) == 1:
        return 0.3
    count = _frequencies().get(token, 0)
    weight = 1.0 if count < 30 else max(0.45, 1.0 - 0.11 * math.log2(count / 30))
    if token in _surnames():
        weight = min(weight, 0.6)
    syllables = len(pinyin_parted(token))
    return min(weight, 0.5 if syllables == 1 else 0.8) if 1 <= syllables <= 2 else weight
