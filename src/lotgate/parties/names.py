"""A name taken apart once: its words with what they mean and weigh, its numbers, its initials, in whatever script.

Comparing two names is left to `compare`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache

from lotgate.parties.glossary import WEIGHTS, Meaning, city_countries, glossary, known_word, word_weight
from lotgate.parties.scripts import (
    arabic_words,
    fold,
    has_cjk,
    number_of,
    pinyin_syllables,
    roman_key,
    simplified,
)

__all__ = ["OF_PLACE", "Name", "Reading", "Unit", "analysed", "asked_readings", "names_a_place", "readings"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or a run of characters, of a name: in Latin letters, with role, concepts and weight.

    `han` has the characters it was written in; `writing` says that its text gives sounds of `kana`, or is `arabic`. A
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

    @property
    def key(self) -> str:
        """The key its spellings share."""
        return roman_key(self.text)


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


@dataclass(frozen=True, slots=True)
class Reading:
    """A name that a cell may hold, and the countries one of which its firm must be of for it to be read so."""

    text: str
    countries: frozenset[str] = frozenset()


_LAST_WORDS = re.compile(r"^(.*[^\s,(])[\s,(]+([^\s,()]+)[\s),.]*$")


@lru_cache(maxsize=100_000)
def asked_readings(raw: str) -> tuple[Reading, ...]:
    """The readings of a name asked for: those of any name, and those without the city or country it ends in.

    A place behind a name is part of an address only where the firm is of that country; else it tells of a subsidiary.
    """
    found = [Reading(text) for text in readings(raw)]
    for text in readings(raw):
        rest, countries = text, None
        for _ in range(3):
            cut = _without_place(rest)
            if cut is None:
                break
            rest, where = cut
            countries = where if countries is None else countries & where
            if countries and _names_someone(rest):
                found.append(Reading(rest, countries))
    if (parts := _both_scripts(raw)) is not None:
        found += [Reading(part) for part in parts]
    return tuple(dict.fromkeys(found))


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
    return any(unit.role not in ("place", "generic", "number", "legal", "stop") for unit in _units_of(text))


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


@lru_cache(maxsize=100_000)
def readings(raw: str) -> tuple[str, ...]:
    """The names a name cell may hold: alternatives ("X / Y", "X a.k.a. Y") and what stands in brackets.

    A place or legal form in brackets stays part of the name; another name in brackets is one of its own.
    """
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


def names_a_place(name: Name) -> bool:
    """True for a name that is a place's alone ("Yangon"): a firm that has it is not told from the place by it."""
    if name.person or not name.units:
        return False
    return all(unit.role == "place" for unit in name.units) or bool(city_countries(fold(name.raw)))


def _is_side_word(text: str) -> bool:
    """True if text is made of places, legal forms and other words that name nobody by themselves."""
    units = _units_of(text)
    return bool(units) and all(unit.role in ("place", "legal", "stop", "generic", "number") for unit in units)


def _number_unit(digits: str) -> Unit:
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


def _latin_units(tokens: list[str], firms: bool = True) -> list[Unit]:
    """Units of folded tokens: phrases of the glossary first, then numbers, then words."""
    table = glossary()
    tokens = [word for token in _rejoined(tokens) for word in _mended(token)]
    meant = tokens
    if not table.short.keys().isdisjoint(tokens):
        meant = [table.short.get(token, token) for token in tokens]
        if any(" " in word for word in meant):
            meant = tokens = [word for token in meant for word in token.split()]
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
        found, words = table.phrase(tokens, position, firms), tokens
        if meant is not tokens:
            other = table.phrase(meant, position, firms)
            if other and (found is None or other[0] > found[0]):
                found, words = other, meant
        if found:
            length, meaning = found
            units.append(_meant(" ".join(words[position : position + length]), meaning))
            position += length
            continue
        token = meant[position]
        if token in _ROMAN:
            units.append(_number_unit(_ROMAN[token]))
        else:
            stemmed = table.stem(token)
            units.append(_meant(token, stemmed) if stemmed else _word(token))
        position += 1
    return units


# A Slavic adjective, and the word it is made of ("wroclaw|ska").
OF_PLACE = re.compile(r"^([a-z]{4,})(?:sk(?:a|i|ie|iego|iej|y|yy|ij|iy|ii|aya|oe|oye|ogo|oy))$")


def _word(token: str) -> Unit:
    """A unit for a word the glossary does not know; spelled Chinese words keep what their characters could mean, and
    adjectives made of places mean the place ("moskovskaya")."""
    adjective = OF_PLACE.match(token)
    place = glossary().latin.get((adjective[1],)) if adjective else None
    if place and place.role == "place":
        return _meant(token, place)
    concepts = glossary().spelled.get(token, frozenset())
    return Unit(token, "word", 0.7 if concepts else word_weight(token), concepts)


def _meant(text: str, meaning: Meaning) -> Unit:
    letters = "".join(word[0] for word in text.split() if word not in ("and", "of", "the", "for"))
    weight = WEIGHTS[meaning.role]
    if meaning.role == "brand" and " " not in text:
        weight = max(0.6, word_weight(text))
    return Unit(text.replace(" ", ""), meaning.role, weight, meaning.concepts, initials=letters)


_KANA_RUN = re.compile(r"^[\u3040-\u30ff]+$")


def _run_unit(run: str) -> Unit:
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
        units.append(_number_unit(str(value)))
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


_ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3]")


def _arabic_units(text: str, firms: bool = True, person: bool = False) -> list[Unit]:
    """Units of text in Arabic letters: words of the glossary, else the words themselves."""
    units = []
    for word in arabic_words(text):
        found = None if person else glossary().phrase([fold(word).replace(" ", "")], 0, firms)
        units.append(_meant(word, found[1]) if found else Unit(word, "word", 1.0, writing="arabic"))
    rest = re.sub(r"[\u0600-\u06ff]+", " ", text)
    return units + (_latin_units(fold(rest).split(), firms) if not person else [])


_RUNS = re.compile(
    r"(?:(?<![A-Za-z0-9])[0-9]+)?[\u3040-\u30fa\u30fc-\u30ff\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff][\u3040-\u30fa\u30fc-\u30ff\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff0-9]*"
)


@lru_cache(maxsize=200_000)
def _units_of(text: str, firms: bool = True) -> tuple[Unit, ...]:
    if not has_cjk(text):
        if _ARABIC.search(text):
            return tuple(_arabic_units(text, firms))
        return tuple(_latin_units(fold(text).split(), firms))
    text = simplified(text)
    units: list[Unit] = []
    position = 0
    for found in _RUNS.finditer(text):
        units += _latin_units(fold(text[position : found.start()]).split(), firms)
        units += _cjk_units(found.group(0), firms)
        position = found.end()
    units += _latin_units(fold(text[position:]).split(), firms)
    return tuple(units)


_PATRONYMIC = re.compile(
    r"(?:ovi[ct]s?h|evi[ct]s?h|yevich|ovna|evna|yevna|ichna|ovych|evych|ivna|avich|auna|euna|avna|ovic)$"
)


def _person_weight(token: str) -> float:
    if token in _PARTICLES:
        return 0.1
    if len(token) == 1:
        return 0.3
    if _PATRONYMIC.search(token):
        return 0.5
    return max(0.6, word_weight(token))


_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦"
    "向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜肖詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华"
    "车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽"
)


def _han_person_units(run: str) -> list[Unit]:
    """Units of a person's name in Chinese characters: a known given name, else surname and given name."""
    known = glossary().given_han.get(run)
    if known:
        return [
            Unit("".join(pinyin_syllables(run)), "word", 0.8, frozenset([f"name {known}"]), run, pinyin_syllables(run))
        ]
    if 2 <= len(run) <= 3 and run[0] in _SURNAMES:
        return [_run_unit(run[:1]), _run_unit(run[1:])]
    return [_run_unit(run)]


_HANGUL = re.compile(r"[\uac00-\ud7a3]")


def _person_units(text: str) -> list[Unit]:
    units: list[Unit] = []
    if _ARABIC.search(text):
        units += _arabic_units(text, person=True)
        text = re.sub(r"[\u0600-\u06ff]+", " ", text)
    for part in re.split(r"[·・‧•=＝]", text) if has_cjk(text) else [text]:
        rest = part
        if has_cjk(part):
            for run in _RUNS.findall(simplified(part)):
                units += _han_person_units(run)
            rest = _RUNS.sub(" ", simplified(part))
        for token in fold(_HANGUL.sub(r"\g<0> ", rest)).split():
            if token in _TITLES:
                continue
            given = glossary().given_name(token)
            concepts = frozenset([f"name {given}"]) if given else frozenset()
            units.append(Unit(token, "word", _person_weight(token), concepts))
    return units


@lru_cache(maxsize=400_000)
def analysed(text: str, person: bool = False) -> Name:
    """The name taken apart; `person` reads it as a person's, without corporate words."""
    if person:
        units = tuple(_person_units(text))
        glued = "".join(unit.text for unit in units)
        return Name(text, units, frozenset(), frozenset(), True, "", glued, "", glued)
    every = _units_of(text)
    made = _company(text, every, None)
    if any(unit.role == "brand" and (unit.han or unit.initials[1:]) for unit in every):
        return _company(text, every, _company(text, _units_of(text, False), None))
    return made


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
