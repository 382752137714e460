"""A name taken apart once: its words with what they mean and weigh, its numbers, its initials, in whatever script.

Comparing two names is left to `compare`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from lotgate.parties.glossary import WEIGHTS, Meaning, glossary, known_word, word_weight
from lotgate.parties.scripts import (
    arabic_words,
    fold,
    has_cjk,
    number_of,
    pinyin_syllables,
    roman_key,
    simplified,
)

__all__ = ["Name", "Unit", "analysed", "readings"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or a run of characters, of a name: in Latin letters, with role, concepts and weight.

    `han` has the characters it was written in; `writing` says that its text gives sounds of `kana`, or is `arabic`.
    """

    text: str
    role: str
    weight: float
    concepts: frozenset[str] = frozenset()
    han: str = ""
    syllables: tuple[str, ...] = ()
    writing: str = ""
    initials: str = ""

    @property
    def key(self) -> str:
        """The key its spellings share."""
        return roman_key(self.text)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared: units without legal forms and small words.

    `initials` are those of its legal forms, by which an acronym may end; `spelled` those of all other words, small ones
    too. `plain` is the same name with firms' names taken word by word, where that is something else.
    """

    raw: str
    units: tuple[Unit, ...]
    numbers: frozenset[str]
    legal: frozenset[str]
    person: bool
    initials: str
    glued: str = ""
    spelled: str = ""
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
_PARTS = re.compile(r"\s+/\s+|;|\n|\s+or\s+(?=[\"“«'‘A-ZА-Я])|\b(?:[afn]\.?k\.?a\.?|formerly|also known as)\b[,:]?")
# "Tactical Missile Corporation, Joint Stock Company X" is X under a parent.
_AFTER_PARENT = re.compile(
    r",\s+(?=(?:(?:Public |Open |Closed )?Joint Stock Company|[POCZ]?JSC|PJSC|LLC|OOO|TOO|[OPZ]?AO|"
    r"Limited Liability (?:Company|Partnership)|Federal State)\s+\S)"
)
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
        pieces = _AFTER_PARENT.split(main, maxsplit=1)
        found += [name for name in (main, *pieces[1:], *inside) if len(name) > 1]
    return tuple(dict.fromkeys(found)) or (raw,)


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
    if len(token) < 6 or token in table.starts or token in table.common or table.stem(token) or known_word(token):
        return (token,)
    parts = table.split(token)
    if parts:
        return parts
    word = table.repaired(token)
    return (word,) if word else (token,)


def _latin_units(tokens: list[str], firms: bool = True) -> list[Unit]:
    """Units of folded tokens: phrases of the glossary first, then numbers, then words."""
    table = glossary()
    tokens = [word for token in tokens for word in _mended(token)]
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
        found = table.phrase(tokens, position, firms)
        if found:
            length, meaning = found
            units.append(_meant(" ".join(tokens[position : position + length]), meaning))
            position += length
            continue
        if token in _ROMAN:
            units.append(_number_unit(_ROMAN[token]))
        else:
            stemmed = table.stem(token)
            units.append(_meant(token, stemmed) if stemmed else _word(token))
        position += 1
    return units


def _word(token: str) -> Unit:
    """A unit for a word the glossary does not know; spelled Chinese words keep what their characters could mean."""
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
        return Name(text, units, frozenset(), frozenset(), True, "", "".join(unit.text for unit in units))
    every = _units_of(text)
    made = _company(text, every, None)
    if any(unit.role == "brand" and (unit.han or unit.initials[1:]) for unit in every):
        return _company(text, every, _company(text, _units_of(text, False), None))
    return made


def _company(text: str, every: tuple[Unit, ...], plain: Name | None) -> Name:
    legal = frozenset(concept for unit in every if unit.role == "legal" for concept in unit.concepts)
    kept = tuple(unit for unit in every if unit.role not in ("legal", "stop"))
    if not kept:
        # A name made of such words alone ("The Limited") is matched by them.
        kept = tuple(Unit(unit.text, "word", 0.5, unit.concepts, unit.han, unit.syllables) for unit in every)
    numbers = frozenset(unit.text for unit in kept if unit.role == "number")
    letters = "".join(sorted({unit.text[0] for unit in every if unit.role == "legal" and not unit.han}))
    spelled = "".join(unit.initials or unit.text[0] for unit in every if unit.role != "legal" and not unit.han)
    return Name(text, kept, numbers, legal, False, letters, "".join(unit.text for unit in kept), spelled, plain)
