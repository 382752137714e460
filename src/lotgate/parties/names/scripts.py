"""Scripts, folding and romanisation: any name as plain Latin tokens, and keys under which spellings of one sound meet.

Knows nothing of words; meanings are in `glossary`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from anyascii import anyascii
from rapidfuzz.distance import OSA, Levenshtein

if TYPE_CHECKING:
    import opencc

__all__ = [
    "arabic_ear",
    "arabic_skeleton",
    "arabic_tokens",
    "arabic_words",
    "consonants",
    "fold",
    "hangul_key",
    "has_cjk",
    "korean_key",
    "number_of",
    "pinyin_parted",
    "pinyin_syllables",
    "roman_key",
    "simplified",
    "skeleton",
    "skeleton_of_kana",
    "skeleton_of_syllables",
    "sound_distance",
    "wade_giles",
    "wade_word",
]

_CJK = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_DOTTED = re.compile(r"(?<![A-Za-z0-9.])(?:(?:[A-Za-z]\.){2,}(?:[A-Za-z](?![A-Za-z]))?|[A-Za-z]\.[A-Za-z](?![A-Za-z]))")
_PLAIN = re.compile(r"[^a-z0-9&]+")


def has_cjk(text: str) -> bool:
    """True if the text has a Chinese character or kana."""
    return _CJK.search(text) is not None


@cache
def _converter(name: str) -> opencc.OpenCC:
    import opencc  # takes a tenth of a second, and most names have no Chinese character

    return opencc.OpenCC(name)


# Forms of today's Japan for which the plain conversion to simplified characters has no entry.
_SHINJITAI = str.maketrans(
    "関気発鉄広応総営図検戦読売転軽渋沢滝竜粋豊塩単弾価仏蔵蘭桜栄労団圏駅辺覚歩浜県処",
    "关气发铁广应总营图检战读卖转轻涩泽泷龙粹丰盐单弹价佛藏兰樱荣劳团圈驿边觉步滨县处",
)


@lru_cache(maxsize=200_000)
def simplified(text: str) -> str:
    """The text with traditional and Japanese characters in their simplified form, width normalised."""
    wide = unicodedata.normalize("NFKC", text)
    if not _CJK.search(wide):
        return wide
    return str(_converter("t2s").convert(wide)).translate(_SHINJITAI)


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """The text in lower-case ASCII, tokens parted by single blanks; dotted initials are joined ("I.H.I." is "ihi")."""
    plain = anyascii(unicodedata.normalize("NFKC", text))
    if "." in plain:
        plain = _DOTTED.sub(lambda found: found.group(0).replace(".", "") + " ", plain)
    plain = plain.lower().replace("'", "").replace("`", "").replace('"', "")
    return _PLAIN.sub(" ", plain).strip(" &").replace(" & ", " and ")


_DIGITS = {character: digit for digit, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def number_of(text: str) -> int | None:
    """The number written in Chinese numerals ("五十五", "二〇三", "一〇一"); None if it is none."""
    if not text or any(character not in _DIGITS and character not in _UNITS for character in text):
        return None
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total, digit = 0, 0
    for character in text:
        if character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


@lru_cache(maxsize=100_000)
def pinyin_syllables(text: str) -> tuple[str, ...]:
    """The syllables of Chinese text without tones; other characters are folded in place."""
    from pypinyin import lazy_pinyin  # loads a large dictionary, and most names have no Chinese character

    parts = lazy_pinyin(text, v_to_u=False)
    return tuple(token for part in parts for token in fold(part).split())


_WADE = (
    (r"^zh(?=i$)", "ch"), (r"^zh", "ch"), (r"^ch(?=i$)", "ch"), (r"^j", "ch"), (r"^q", "ch"), (r"^x", "hs"),
    (r"^zi$", "tzu"), (r"^ci$", "tzu"), (r"^si$", "ssu"), (r"^z", "ts"), (r"^c(?!h)", "ts"), (r"^r(?=i$)", "j"),
    (r"^r", "j"), (r"^b", "p"), (r"^d", "t"), (r"^g", "k"), (r"ong$", "ung"), (r"ian$", "ien"), (r"^yan$", "yen"),
    (r"ie$", "ieh"), (r"^ye$", "yeh"), (r"ve$|ue$", "ueh"), (r"(?<=^t|^n|^l|^s|^j)uo$", "o"), (r"^(ts|ch)uo$", r"\1o"),
    (r"^ge$|^ke$", "ko"),
    (r"^he$", "ho"), (r"^e$", "o"), (r"ui$", "ui"), (r"^you$", "yu"), (r"^yi$", "i"),
)  # fmt: skip


@lru_cache(maxsize=4096)
def wade_giles(syllable: str) -> str:
    """The Wade-Giles spelling of a pinyin syllable, without apostrophes and marks."""
    for pattern, instead in _WADE:
        syllable = re.sub(pattern, instead, syllable)
    return syllable


@lru_cache(maxsize=100_000)
def wade_word(word: str) -> str:
    """The Wade-Giles spelling of a word in pinyin; empty where it is none."""
    return "".join([wade_giles(part) for part in pinyin_parted(word)])


_KOREAN = str.maketrans({"g": "k", "b": "p", "d": "t", "j": "c", "r": "l"})


@lru_cache(maxsize=50_000)
def korean_key(token: str) -> str:
    """A key shared by spellings of one Korean syllable or two (Jo, Cho; Jong, Chung; Pak, Park; Ri, Lee)."""
    key = token.replace("ch", "j").replace("sh", "s").replace("eo", "o").replace("eu", "u").replace("ou", "u")
    key = key.replace("oo", "u").replace("ee", "i").replace("ark", "ak").replace("ye", "e").replace("oe", "e")
    key = key.replace("yung", "yong").replace("jung", "jong").replace("sung", "song").replace("hyuk", "hyok")
    return key[:1].translate(_KOREAN) + key[1:]


_HANGUL_SOUNDS = (
    ("tch", "j"), ("ch", "j"), ("kh", "k"), ("ph", "p"), ("th", "t"), ("sh", "s"), ("eo", "o"), ("eu", "u"),
    ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ae", "e"), ("oe", "e"), ("ye", "e"), ("wo", "o"), ("rk", "k"), ("c", "k"),
    ("q", "k"), ("g", "k"), ("b", "p"), ("d", "t"), ("z", "j"), ("l", "r"), ("ui", "i"),
)  # fmt: skip


@lru_cache(maxsize=100_000)
def hangul_key(word: str) -> str:
    """A key shared by the ways in which Korean is written in Latin letters: the official one of the South, which is
    also that of unknown characters here, McCune and Reischauer's, the North's, and those usual in names.

    Voiced and unvoiced are one (Jeong, Chung), so are open vowels that English spells alike (Kyong, Kyung), a leading
    r or n that the South does not speak is left out (Ri, Yi, Lee), and doubled letters are single.
    """
    key = word.replace("'", "").replace("-", "")
    for spelled, sound in _HANGUL_SOUNDS:
        key = key.replace(spelled, sound)
    key = _once(key.replace("u", "o"))
    return re.sub(r"^[rn](?=[iy])|^y(?=i)", "", key).replace("h", "")


_SYLLABLE = re.compile(
    r"(?:zhuang|chuang|shuang|zhang|chang|shang|zheng|cheng|sheng|zhong|chong|liang|niang|qiang|xiang|jiang|xiong|qiong|"
    r"jiong|kuang|guang|huang|(?:[bpmfdtnlgkhrzcs]|zh|ch|sh)?(?:ang|eng|ong)|(?:[bpmdtnljqx])(?:ing)|"
    r"(?:[nljqx])(?:uan|ue|ve|iang)|(?:[bpmdtnljqx])(?:iao|ian|ie|in|iu|ia|i)|"
    r"(?:[dtnlgkhzcsr]|zh|ch|sh)(?:uai|uan|uo|ui|un|ua)|"
    r"[yw](?:ang|eng|ing|ong|uan|ai|an|ao|ei|en|in|ou|ue|un|a|e|i|o|u)|(?:[jqx])(?:un|u)|"
    r"(?:[bpmfdtnlgkhrzcs]|zh|ch|sh)?(?:ai|ei|ao|ou|an|en)|(?:[bpmfdtnlgkhrzcs]|zh|ch|sh)(?:a|e|i|o|u|v)|er|a|e|o)"
)

_ENDS_OF_SYLLABLES = frozenset("aeiouvngr")


@lru_cache(maxsize=100_000)
def pinyin_parted(word: str) -> tuple[str, ...]:
    """The pinyin syllables a Latin word is made of; empty where it is not pinyin through and through."""
    if word[-1:] not in _ENDS_OF_SYLLABLES:
        return ()
    parts: list[str] = []
    place = 0
    while place < len(word):
        found = _SYLLABLE.match(word, place)
        if not found:
            return ()
        end = found.end()
        # "xinan" is xi-nan only if what follows a final n or g could begin no syllable otherwise.
        if end < len(word) and not _SYLLABLE.match(word, end) and found.group(0)[-1] in "ng" and end - place > 1:
            end -= 1
            if not _SYLLABLE.fullmatch(word, place, end):
                return ()
        parts.append(word[place:end])
        place = end
    return tuple(parts)


_ARABIC = {
    "ب": "p", "پ": "p", "ت": "t", "ط": "t", "د": "t", "ض": "t", "ث": "t", "ج": "J", "چ": "S", "ژ": "J", "ح": "h",
    "ه": "h", "خ": "k", "ك": "k", "ک": "k", "ق": "k", "گ": "k", "غ": "k", "ذ": "s", "ز": "s", "ظ": "s", "س": "s",
    "ص": "s", "ش": "S", "ف": "f", "ل": "l", "م": "m", "ن": "n", "ر": "r",
}  # fmt: skip
_ARABIC_WORD = re.compile(r"[\u0620-\u064a\u066e-\u06d3]+")


_ARABIC_MARKS = re.compile(r"[\u0640\u064b-\u065f\u0670]")
# Letters that keyboards and languages put in place of each other.
_ARABIC_ALIKE = str.maketrans("أإآٱىیئؤکةۀھہ", "اااايييوكهههه")


def arabic_words(text: str) -> list[str]:
    """The words of Arabic or Persian text, without marks of vowels, the article apart."""
    words = _ARABIC_WORD.findall(_ARABIC_MARKS.sub("", unicodedata.normalize("NFKC", text)))
    return [re.sub(r"^(?:وال|بال|لل|ال)(?=...)", "", word) for word in words]


def arabic_tokens(words: Sequence[str]) -> list[str]:
    """The words of Arabic or Persian text in Latin letters, one token each, as meanings are looked up by."""
    return [fold(word.translate(_ARABIC_ALIKE)).replace(" ", "") for word in words]


_PERSIAN = _ARABIC | {"ض": "s", "ث": "s", "گ": "J"}
"""Letters that Persian and Urdu speak otherwise than Arabic does (Reza, Saqib, Goudarzi)."""


def _once(letters: str) -> str:
    """The letters with doubled ones written once."""
    return "".join(letter for place, letter in enumerate(letters) if place == 0 or letter != letters[place - 1])


@lru_cache(maxsize=100_000)
def arabic_skeleton(word: str, persian: bool = False) -> str:
    """The consonants of an Arabic word by class, as `arabic_ear` gives them for a Latin one; `persian` as spoken there.

    A final h, which one language writes and the other does not speak, is left out of both.
    """
    sounds = _PERSIAN if persian else _ARABIC
    return _once("".join(sounds.get(letter, "") for letter in word.rstrip("ةه"))).rstrip("h")


_EAR = (
    ("sh", "S"), ("ch", "S"), ("kh", "k"), ("gh", "k"), ("th", "t"), ("dh", "t"), ("zh", "J"), ("dj", "J"), ("ph", "f"),
    ("j", "J"), ("g", "J"), ("q", "k"), ("c", "k"), ("x", "ks"), ("d", "t"), ("b", "p"), ("v", ""), ("z", "s"),
)  # fmt: skip
_SERVANT_OF = re.compile(r"^(abd)[aeiou]+[lr]$")


@lru_cache(maxsize=100_000)
def arabic_ear(word: str) -> str:
    """The consonants of a Latin word by the classes of Arabic letters; v, w, y and vowels are not written, nor the
    article that "Abdul" ends in."""
    made = _SERVANT_OF.sub(r"\1", word)
    for spelled, sound in _EAR:
        made = made.replace(spelled, sound)
    return _once(re.sub(r"[aeiouwy]", "", made)).rstrip("h")


_SOUNDS = (
    ("shch", "S"), ("sch", "S"), ("tch", "C"), ("cz", "C"), ("dzh", "J"), ("dj", "J"), ("zh", "J"), ("ch", "C"),
    ("sh", "S"), ("kh", "h"), ("ck", "k"), ("gh", "k"), ("q", "k"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("x", "ks"),
    ("tz", "c"), ("ts", "c"), ("cs", "c"), ("w", "v"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ii", "i"), ("yy", "i"),
    ("yev", "ev"), ("iev", "ev"), ("jev", "ev"), ("ye", "e"), ("yo", "o"), ("jo", "o"), ("io", "o"), ("yu", "u"),
    ("ju", "u"), ("iu", "u"), ("ya", "a"), ("ja", "a"), ("ia", "a"), ("ei", "e"), ("ai", "e"), ("ay", "e"), ("ey", "e"),
    ("ae", "e"), ("aj", "e"), ("ej", "e"), ("y", "i"), ("j", "i"), ("ce", "se"), ("ci", "si"), ("ahm", "am"),

)  # fmt: skip
_LETTER_C = str.maketrans({"c": "k"})
_DOUBLED = re.compile(r"(.)\1")


@lru_cache(maxsize=400_000)
def roman_key(token: str) -> str:
    """A key that spellings of one name share across transliterations (Rakhmanov, Rahmanov; Yusuf, Youssef)."""
    if len(token) < 4 or not token.isalpha():
        return token
    # A leading y stays a sound of its own: Yahya is not Aha.
    key = ("i" + token[1:]) if token[0] in "yj" and token[1] in "aeou" else token
    head, key = (key[0], key[1:]) if key is not token else ("", key)
    for spelled, sound in _SOUNDS:
        if spelled in key:
            key = key.replace(spelled, sound)
    key = head + key.translate(_LETTER_C)
    if len(token) >= 6 and token.endswith(("ou", "eu", "off", "eff")):
        key = key[: -1 if token.endswith(("ou", "eu")) else -2] + ("ov" if token.endswith(("ou", "of")) else "v")
    if "h" not in key and not _DOUBLED.search(key):
        return key
    made = [key[0]]
    last = len(key) - 1
    for place in range(1, last + 1):
        letter = key[place]
        mute = letter == "h" and made[-1] in "aeiou" and (place == last or key[place + 1] not in "aeiou")
        if letter != made[-1] and not mute:
            made.append(letter)
    return "".join(made)


_NEAR = {
    frozenset(pair): cost
    for pairs, cost in (
        ("ou ei iy", 0.12), ("ae", 0.3), ("ao eo oy", 0.45), ("ai uy eu", 0.6), ("au iu io", 0.8),
        ("bp dt gk gh gj kh kc sz sS SC SJ CJ JZ vf vb cs cz ck kS uv cC zJ jJ", 0.5), ("mn lr dz tS", 0.6),
    )
    for pair in pairs.split()
}  # fmt: skip
_FIRM_VOWEL = 0.7
_SMALL = {"a": 0.5, "e": 0.5, "i": 0.45, "o": 0.5, "u": 0.5, "y": 0.45, "h": 0.35}


@lru_cache(maxsize=200_000)
def sound_distance(one: str, other: str, strict: bool = False) -> float:
    """How far two keys are apart: near sounds, vowels and h count less than other letters, unless `strict`."""
    if strict:
        return _plain_distance(one, other)
    before: list[float] = []
    row = [0.0]
    for letter in other:
        row.append(row[-1] + _SMALL.get(letter, 1.0))
    for i, mine in enumerate(one):
        above, row = row, [row[0] + _SMALL.get(mine, 1.0)]
        for j, yours in enumerate(other):
            change = 0.0 if mine == yours else _NEAR.get(frozenset((mine, yours)), 1.0)
            best = min(above[j] + change, above[j + 1] + _SMALL.get(mine, 1.0), row[j] + _SMALL.get(yours, 1.0))
            if i and j and mine == other[j - 1] and yours == one[i - 1]:
                best = min(best, before[j - 1] + 0.9)
            row.append(best)
        before = above
    return row[-1]


def _plain_distance(one: str, other: str) -> float:
    """Slips of the pen between two words of firms' names: a changed or doubled vowel counts 0.7, the rest 1."""
    total = 0.0
    for step in Levenshtein.editops(one, other):
        letters = (one[step.src_pos] if step.tag != "insert" else "") + (
            other[step.dest_pos] if step.tag != "delete" else ""
        )
        total += _FIRM_VOWEL if all(letter in "aeiouyh" for letter in letters) else 1.0
    return min(total, float(OSA.distance(one, other)))


_CLASSES = str.maketrans({"b": "p", "d": "t", "g": "k", "z": "s", "S": "s", "C": "s", "J": "s", "v": "f", "c": "s"})
_VOWELS = str.maketrans("", "", "aeiouyh")
_NO_VOWEL = str.maketrans("", "", "aeiouy")


@lru_cache(maxsize=400_000)
def consonants(token: str) -> str:
    """The consonants of a token in order, by key, vowels dropped: told apart by voice no more, only by place."""
    key = roman_key(token).translate(_CLASSES)
    kept = key[:1].translate(_NO_VOWEL) + key[1:].translate(_VOWELS)
    return "".join(letter for index, letter in enumerate(kept) if index == 0 or letter != kept[index - 1])


# How Chinese writes foreign sounds: the class a syllable's initial stands for. A coda is written as a syllable of its
# own (Oshkosh is ao-shi-ke-shi), r after a vowel is dropped, l in a coda is written er.
_INITIALS = {
    "b": "P", "p": "P", "m": "M", "f": "F", "d": "T", "t": "T", "n": "N", "l": "L", "g": "K", "k": "K", "h": "H",
    "j": "J", "q": "J", "x": "S", "zh": "J", "ch": "J", "sh": "S", "r": "L", "z": "S", "c": "S", "s": "S",
    "w": "F", "y": "",
}  # fmt: skip
_SPLIT = re.compile(r"^(zh|ch|sh|[bpmfdtnlgkhjqxrzcswy]?)(.*)$")


@lru_cache(maxsize=100_000)
def skeleton_of_syllables(syllables: tuple[str, ...]) -> str:
    """The consonant classes a Chinese transliteration stands for."""
    made = []
    for syllable in syllables:
        if syllable == "er":
            made.append("L")
            continue
        found = _SPLIT.match(syllable)
        if not found:
            continue
        made.append(_INITIALS.get(found[1], ""))
        if re.search(r"n$|ng$", found[2]):
            made.append("N")
    return "".join(made)


_LATIN_CLASSES = (
    (r"sch|sh|ss|sz|ce|ci|cy|s|z|x|th$|ts", "S"), (r"ch|tch|dge|dg|j|ge(?=$)|gi", "J"),
    (r"ph|f|v|w", "F"), (r"b|p", "P"),
    (r"m(?=[bp])|m", "M"), (r"ng|kn|n", "N"), (r"th|t|d", "T"), (r"ck|k|c|q|g", "K"), (r"l|r", "L"), (r"h", "H"),
)  # fmt: skip
_LATIN = re.compile("|".join(f"(?P<g{number}>{pattern})" for number, (pattern, _) in enumerate(_LATIN_CLASSES)))


@lru_cache(maxsize=200_000)
def skeleton(token: str) -> str:
    """The consonant classes of a Latin word as a Chinese or Japanese ear hears them; "r" without a vowel is faint."""
    token = re.sub(r"r(?=[^aeiouy]|$)", "", token)
    return "".join(
        _LATIN_CLASSES[int(found.lastgroup[1:])][1] for found in _LATIN.finditer(token) if found.lastgroup is not None
    )


@lru_cache(maxsize=200_000)
def skeleton_of_kana(romaji: str) -> str:
    """The consonant classes of a word written in kana, given in Latin letters (u and o after a stop are filling)."""
    return skeleton(romaji.replace("tsu", "tu").replace("chi", "ti"))
