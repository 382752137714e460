"""How alike two words of names are, and how that was found: by spelling, sound, transliteration or romanisation."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA, DamerauLevenshtein, Indel

from lotgate.parties.names.glossary import russian_stem
from lotgate.parties.names.scripts import (
    arabic_ear,
    arabic_skeleton,
    consonants,
    hangul_key,
    korean_key,
    roman_key,
    skeleton,
    skeleton_of_kana,
    skeleton_of_syllables,
    sound_distance,
    wade_giles,
    wade_word,
)
from lotgate.parties.names.units import Unit

__all__ = ["likeness"]


_LEAST = 0.74
_LEAST_IN_PERSONS = 0.80
"""Words less alike than this are different words."""

_ONE_SLIP = 0.87
"""How alike two words of six letters or more are at least that are one slip of the pen apart."""


@lru_cache(maxsize=400_000)
def _token_likeness(one: str, other: str, person: bool) -> tuple[float, str]:
    """Likeness of two Latin words and how it was found."""
    if len(one) == 1 or len(other) == 1:
        return (0.8, "initial") if person and one[0] == other[0] else (0.0, "")
    key, other_key = roman_key(one), roman_key(other)
    if key == other_key:
        # Names that sound alike are the likelier one name the more of the spelling they share (Meyer, Mehr).
        return min(0.96, 0.62 + 0.42 * float(Indel.normalized_similarity(one, other))), "sound"
    if len(one) != len(other) and _without_umlauts(one) == _without_umlauts(other):
        return 0.95, "umlaut"
    shorter, longer = sorted((len(key), len(other_key)))
    least = _LEAST_IN_PERSONS if person else _LEAST
    if shorter >= 5 and _without_article(one) == _without_article(other):
        return 0.95, "article"
    same_start = one[0] == other[0]
    if (
        shorter >= 5
        and not person
        and same_start
        and (russian_stem(one) == russian_stem(other) or _adjective(one, other))
    ):
        return 0.95, "ending"
    spoken = _romanised(one, other, person)
    if spoken:
        return spoken, "romanisation"
    if shorter <= 2 or longer - shorter > 3 or DamerauLevenshtein.distance(key, other_key, score_cutoff=4) > 4:
        return 0.0, ""
    # A consonant out of place counts half at least: most pairs are told apart by that alone.
    if person and 0.5 * OSA.distance(consonants(one), consonants(other)) > (1 - least) * longer:
        return 0.0, ""
    apart = min(
        sound_distance(key, other_key, strict=not person),
        float(DamerauLevenshtein.distance(one, other, score_cutoff=3)),
    )
    likeness = 1 - apart / longer
    if shorter <= 4:
        likeness -= 0.04 if person else 0.08
    if key[0] != other_key[0] and apart >= 0.6 * (1 if person else 1.25):
        likeness -= 0.08
    elif min(len(one), len(other)) >= 5 and max(len(one), len(other)) >= 6 and OSA.distance(one, other) == 1:
        likeness = max(likeness, _ONE_SLIP)
    return (likeness, "spelling") if likeness >= least else (0.0, "")


def _without_umlauts(word: str) -> str:
    """The word with vowels that stand for ä, ö and ü written as one letter ("mueller" is "müller", folded "muller")."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u") if "e" in word else word


_ADJECTIVES = re.compile(r"s?k(?:a|i|ie|iego|iej|y|yy|ij|iy|ii|aya|oe|oye|ogo|oy)")


def _adjective(one: str, other: str) -> bool:
    """True if one word is the Slavic adjective of the other ("wroclawska" of Wroclaw)."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and _ADJECTIVES.fullmatch(long, len(short)) is not None


def _without_article(word: str) -> str:
    return word[2:] if word.startswith(("al", "el", "ul", "as", "ar", "ad", "an")) and len(word) >= 7 else word


def _romanised(one: str, other: str, person: bool) -> float:
    """Likeness of two spellings of Chinese sounds, one of them in pinyin and the other in Wade-Giles."""
    if not person and min(len(one), len(other)) < 6:
        return 0.0
    if person and max(len(one), len(other)) <= 6 and korean_key(one) == korean_key(other):
        return 0.88
    return 0.93 if wade_word(one) == other or wade_word(other) == one else 0.0


def _sound_likeness(run: Unit, word: str) -> tuple[float, str]:
    """Likeness of characters with unknown meaning and a Latin word: by pinyin, Wade-Giles, or as a transliteration."""
    if run.writing == "kana":
        return _foreign_likeness(skeleton_of_kana(run.text), skeleton(word), "kana")
    if run.text == word:
        return 1.0, "pinyin"
    wade = "".join(wade_giles(syllable) for syllable in run.syllables)
    if wade == word:
        return 0.97, "Wade-Giles"
    if run.concepts:
        # Characters with a meaning are translated, or spelled as they sound; they do not stand for foreign sounds.
        return 0.0, ""
    if len(word) >= 4 and Indel.normalized_similarity(run.text, word) >= 0.85:
        return 0.88, "pinyin"
    return _foreign_likeness(skeleton_of_syllables(run.syllables), skeleton(word), "transliteration")


_TAKEN_FOR = frozenset(frozenset(pair) for pair in ("SH", "SJ", "ST", "JK", "JT", "FH"))
"""Classes of consonants that Chinese writes alike: xi for hi, ji for ki, di or qi for ti, si for th, hua for wa."""
_TAKEN_COST = 0.6
_MOST_LEFT_OUT = 0.22


@lru_cache(maxsize=200_000)
def _heard_likeness(heard: str, written: str) -> float:
    """Likeness of two rows of consonant classes: one left out counts 1, one for another 2, one written alike less."""
    row = [float(place) for place in range(len(written) + 1)]
    for i, mine in enumerate(heard):
        above, row = row, [float(i + 1)]
        for j, yours in enumerate(written):
            change = 0.0 if mine == yours else _TAKEN_COST if frozenset((mine, yours)) in _TAKEN_FOR else 2.0
            row.append(min(above[j] + change, above[j + 1] + 1.0, row[j] + 1.0))
    return 1.0 - row[-1] / (len(heard) + len(written))


def _foreign_likeness(heard: str, written: str, how: str) -> tuple[float, str]:
    shorter, longer = sorted((len(heard), len(written)))
    if shorter < 2 or longer - shorter > _MOST_LEFT_OUT * (longer + shorter):
        return 0.0, ""
    likeness = _heard_likeness(heard, written)
    cap = 0.80 if shorter == 2 else 0.88 if shorter == 3 else 0.92
    return (min(likeness, cap), how) if likeness >= 1.0 - _MOST_LEFT_OUT else (0.0, "")


def _arabic_likeness(one: Unit, other: Unit) -> tuple[float, str]:
    if one.writing == other.writing:
        return (1.0, "same") if one.text == other.text else (0.0, "")
    written, word = (one, other.text) if one.writing == "arabic" else (other, one.text)
    if other.han or one.han:
        return 0.0, ""
    ear = arabic_ear(word)
    best = 0.0
    for persian in (False, True):
        heard = arabic_skeleton(written.text, persian)
        if not heard or not ear:
            continue
        if heard == ear:
            return (0.92 if len(heard) >= 2 else 0.8), "Arabic"
        best = max(best, float(Indel.normalized_similarity(heard, ear)))
    # One consonant of four or fewer makes another name (Ahmad, Mohammad; Rahim, Rahman).
    return (0.82, "Arabic") if best >= 0.88 else (0.0, "")


def _korean_likeness(one: Unit, other: Unit) -> tuple[float, str]:
    """Likeness of Korean characters and a word in Latin letters, which spell Korean differently by country and age."""
    if one.writing == other.writing:
        return (1.0, "same") if one.text == other.text else (0.0, "")
    if one.han or other.han:
        return 0.0, ""
    key, other_key = hangul_key(one.text), hangul_key(other.text)
    if key == other_key:
        return 0.95, "Korean"
    if len((other if one.writing else one).text) == 1:
        return (0.8, "initial") if one.text[0] == other.text[0] else (0.0, "")
    alike = float(Indel.normalized_similarity(key, other_key))
    return (0.88, "Korean") if min(len(key), len(other_key)) >= 6 and alike >= 0.9 else (0.0, "")


def likeness(one: Unit, other: Unit, person: bool) -> tuple[float, str]:
    """Likeness of two units that are not the same word, and how it was found."""
    if one.role == "number" or other.role == "number":
        return 0.0, ""
    if not (one.han or other.han or one.writing or other.writing):
        return _token_likeness(one.text, other.text, person)
    if one.writing == "arabic" or other.writing == "arabic":
        return _arabic_likeness(one, other)
    if one.writing == "hangul" or other.writing == "hangul":
        return _korean_likeness(one, other)
    if one.han and other.han:
        likeness = float(Indel.normalized_similarity(one.han, other.han))
        return (likeness, "characters") if likeness >= _LEAST else (0.0, "")
    run, word = (one, other) if one.han else (other, one)
    return _sound_likeness(run, word.text)
