"""How alike two names are, with the reasons: words aligned by meaning, spelling and sound, what is left over weighed.

A word missing on one side (omission) counts less than different words on both (contradiction); numbers that differ
are hard evidence against. Which names are compared at all is for `screen` to choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import OSA, DamerauLevenshtein, Indel

from lotgate.parties.glossary import russian_stem
from lotgate.parties.names import Name, Unit, analysed, readings
from lotgate.parties.scripts import (
    arabic_ear,
    arabic_skeleton,
    pinyin_parted,
    roman_key,
    skeleton,
    skeleton_of_kana,
    skeleton_of_syllables,
    sound_distance,
    wade_giles,
)

__all__ = ["Comparison", "compare", "compare_names"]

_CONTRADICTION = 2.2
# What a word that one name lacks costs beside its weight: in any name, and further by the share of the match that
# rests on common words alone. Without "Fashion" an institute of technology is another one; without "National" not. A
# country beside a distinctive word marks a subsidiary, elsewhere it often goes unsaid.
_OMISSION = {
    "generic": (0.3, 0.5), "place": (0.3, 0.9), "country": (1.2, -0.5), "sector": (0.45, 1.05), "org": (0.45, 1.05),
    "word": (0.75, 1.1), "brand": (0.75, 1.1), "common": (0.75, 1.1), "number": (0.3, 1.0),
}  # fmt: skip
_OMISSION_IN_PERSONS = 0.3
_OMISSION_BESIDE_ONE_NAME = 0.9
_LEAST = 0.74
_LEAST_IN_PERSONS = 0.80
"""Words less alike than this are different words."""

_ONE_SLIP = 0.87
"""How alike two words of six letters or more are at least that are one slip of the pen apart."""

_ENOUGH = 0.9
"""Names of firms that have less than this in common (about one distinctive word) are alike by chance more often."""

_DISTINCT = frozenset(("word", "brand", "common"))


_Note = str | tuple[str, tuple[Unit, ...], tuple[Unit, ...], float]


def _told(how: str, ones: tuple[Unit, ...], others: tuple[Unit, ...], likeness: float) -> str:
    """A component in words: how which words are alike, or which words one name has alone."""
    one, other = (" ".join(unit.han or unit.text for unit in part) for part in (ones, others))
    return f"{how}: {one} ~ {other} {likeness:.2f}" if others else f"{how}: {one}"


@dataclass(frozen=True)
class Comparison:
    """A score in 0..1 and the components it is made of.

    `acronym` is the length of an acronym that it rests on, `evidence` the weight of what the names have in common.
    """

    score: float
    told: tuple[_Note, ...] = ()
    acronym: int = 0
    evidence: float = 2.0

    @property
    def why(self) -> tuple[str, ...]:
        """The components in words."""
        return tuple(note if isinstance(note, str) else _told(*note) for note in self.told)

    @property
    def asks_more(self) -> bool:
        """True if the first name has words that the second lacks."""
        return any(not isinstance(note, str) and note[0] == "only in first" for note in self.told)


@dataclass
class _Alignment:
    """Units of both names paired so far, with the likeness each has found."""

    left: list[float]
    right: list[float]
    notes: list[_Note] = field(default_factory=list)
    distinctive: float = 0.0
    exact: float = 0.0
    total: float = 0.0
    acronym: int = 0


@lru_cache(maxsize=400_000)
def _token_likeness(one: str, other: str, person: bool) -> tuple[float, str]:
    """Likeness of two Latin words and how it was found."""
    if len(one) == 1 or len(other) == 1:
        return (0.8, "initial") if person and one[0] == other[0] else (0.0, "")
    key, other_key = roman_key(one), roman_key(other)
    if key == other_key:
        # Names that sound alike are the likelier one name the more of the spelling they share (Meyer, Mehr).
        return min(0.96, 0.62 + 0.42 * float(Indel.normalized_similarity(one, other))), "sound"
    shorter, longer = sorted((len(key), len(other_key)))
    least = _LEAST_IN_PERSONS if person else _LEAST
    if shorter >= 5 and _without_article(one) == _without_article(other):
        return 0.95, "article"
    if shorter >= 5 and not person and (russian_stem(one) == russian_stem(other) or _adjective(one, other)):
        return 0.95, "ending"
    spoken = _romanised(one, other, person)
    if spoken:
        return spoken, "romanisation"
    if shorter <= 2 or longer - shorter > 3 or DamerauLevenshtein.distance(key, other_key, score_cutoff=4) > 4:
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


_ADJECTIVES = re.compile(r"s?k(?:a|i|ie|iego|iej|y|yy|ij|iy|ii|aya|oe|oye|ogo|oy)")


def _adjective(one: str, other: str) -> bool:
    """True if one word is the Slavic adjective of the other ("wroclawska" of Wroclaw)."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and _ADJECTIVES.fullmatch(long, len(short)) is not None


def _without_article(word: str) -> str:
    return word[2:] if word.startswith(("al", "el", "ul", "as", "ar", "ad", "an")) and len(word) >= 7 else word


_KOREAN = str.maketrans({"g": "k", "b": "p", "d": "t", "j": "c", "r": "l"})


@lru_cache(maxsize=50_000)
def _korean_key(token: str) -> str:
    """A key shared by spellings of one Korean syllable or two (Jo, Cho; Jong, Chung; Pak, Park; Ri, Lee)."""
    key = token.replace("ch", "j").replace("sh", "s").replace("eo", "o").replace("eu", "u").replace("ou", "u")
    key = key.replace("oo", "u").replace("ee", "i").replace("ark", "ak").replace("ye", "e").replace("oe", "e")
    key = key.replace("yung", "yong").replace("jung", "jong").replace("sung", "song").replace("hyuk", "hyok")
    return key[:1].translate(_KOREAN) + key[1:]


def _romanised(one: str, other: str, person: bool) -> float:
    """Likeness of two spellings of Chinese sounds, one of them in pinyin and the other in Wade-Giles."""
    if not person and min(len(one), len(other)) < 6:
        return 0.0
    if person and max(len(one), len(other)) <= 6 and _korean_key(one) == _korean_key(other):
        return 0.88
    for pinyin, spelled in ((one, other), (other, one)):
        parts = pinyin_parted(pinyin)
        if parts and "".join(wade_giles(part) for part in parts) == spelled:
            return 0.93
    return 0.0


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


def _foreign_likeness(heard: str, written: str, how: str) -> tuple[float, str]:
    shorter = min(len(heard), len(written))
    if shorter < 2:
        return 0.0, ""
    likeness = float(Indel.normalized_similarity(heard, written))
    cap = 0.80 if shorter == 2 else 0.88 if shorter == 3 else 0.92
    return (min(likeness, cap), how) if likeness >= 0.78 else (0.0, "")


def _arabic_likeness(one: Unit, other: Unit) -> tuple[float, str]:
    if one.writing == other.writing:
        return (1.0, "same") if one.text == other.text else (0.0, "")
    written, word = (one, other.text) if one.writing == "arabic" else (other, one.text)
    if other.han or one.han:
        return 0.0, ""
    heard, ear = arabic_skeleton(written.text), arabic_ear(word)
    if not heard or not ear:
        return 0.0, ""
    if heard == ear:
        return (0.92 if len(heard) >= 2 else 0.8), "Arabic"
    likeness = float(Indel.normalized_similarity(heard, ear))
    return (0.82, "Arabic") if likeness >= 0.85 else (0.0, "")


def _likeness(one: Unit, other: Unit, person: bool) -> tuple[float, str]:
    """Likeness of two units that are not the same word, and how it was found."""
    if one.role == "number" or other.role == "number":
        return 0.0, ""
    if one.writing == "arabic" or other.writing == "arabic":
        return _arabic_likeness(one, other)
    if one.han and other.han:
        likeness = float(Indel.normalized_similarity(one.han, other.han))
        return (likeness, "characters") if likeness >= _LEAST else (0.0, "")
    if one.han or other.han:
        run, word = (one, other) if one.han else (other, one)
        return _sound_likeness(run, word.text)
    return _token_likeness(one.text, other.text, person)


def _merged(part: tuple[Unit, ...]) -> Unit:
    """Neighbouring units as one word: "chang" and "xin" as "changxin"."""
    return Unit(
        "".join(unit.text for unit in part),
        "word",
        sum(unit.weight for unit in part),
        frozenset(),
        "".join(unit.han for unit in part) if all(unit.han for unit in part) else "",
        tuple(syllable for unit in part for syllable in unit.syllables),
        part[0].writing,
    )


def _pair_same(left: Name, right: Name, state: _Alignment) -> None:
    """Pairs units with the same text, then those of the same meaning."""
    for j, other in enumerate(right.units):
        for i, one in enumerate(left.units):
            if state.left[i] == 0 and one.text == other.text and bool(one.han) == bool(other.han):
                _match(left, right, (i, i + 1), (j, j + 1), 1.0, "same", state)
                break
    for j, other in enumerate(right.units):
        if state.right[j] or not other.concepts:
            continue
        for i, one in enumerate(left.units):
            if state.left[i] == 0 and one.concepts & other.concepts:
                _match(left, right, (i, i + 1), (j, j + 1), 0.97, "meaning", state)
                break


_Option = tuple[float, float, int, int, int, int, str]


def _options(left: Name, right: Name, state: _Alignment) -> Iterator[_Option]:
    """Ways to pair what is still free: unit with unit, and unit with neighbouring units written together."""
    free_left = [i for i, matched in enumerate(state.left) if matched == 0]
    free_right = [j for j, matched in enumerate(state.right) if matched == 0]
    person = left.person
    for i in free_left:
        one = left.units[i]
        for j in free_right:
            other = right.units[j]
            if one.concepts and other.concepts and not person:
                # Two words that mean different things are different words, however alike they are spelled.
                continue
            likeness, how = _likeness(one, other, person)
            if likeness > 0:
                yield likeness, one.weight + other.weight, i, i + 1, j, j + 1, how
    if len(free_right) > 1:
        for i in free_left:
            for start, stop, likeness, how in _joined(left.units[i], right, free_right):
                yield likeness, sum(u.weight for u in right.units[start:stop]), i, i + 1, start, stop, how
    if len(free_left) > 1:
        for j in free_right:
            for start, stop, likeness, how in _joined(right.units[j], left, free_left):
                yield likeness, sum(u.weight for u in left.units[start:stop]), start, stop, j, j + 1, how


def _joined(unit: Unit, name: Name, free: list[int]) -> Iterator[tuple[int, int, float, str]]:
    """Runs of free neighbours that written together are like the unit."""
    size = len(unit.text)
    if size < 4 or unit.role == "number" or (unit.han and unit.concepts):
        return
    longest, shortest = (size * 2 + 1, size * 0.4) if unit.han else (size * 1.5 + 1, size * 0.66)
    units = name.units
    for place, start in enumerate(free):
        joined = ""
        for step in range(place, min(place + 5, len(free))):
            index = free[step]
            other = units[index]
            if index != start + step - place or other.role == "number" or (other.han and other.concepts):
                break
            joined += other.text
            if len(joined) > longest:
                break
            if step == place or len(joined) < shortest:
                continue
            if not unit.han and not other.han and Indel.normalized_similarity(unit.text, joined) < 0.7:
                continue
            found = _joined_likeness(unit, units[start : index + 1], name.person)
            if found:
                yield start, index + 1, *found


def _joined_likeness(unit: Unit, part: tuple[Unit, ...], person: bool) -> tuple[float, str] | None:
    merged = _merged(part)
    if merged.text == unit.text and bool(merged.han) == bool(unit.han):
        return 1.0, "joined"
    likeness, how = _likeness(unit, merged, person)
    plain = all(other.role in _DISTINCT for other in part)
    return (likeness, how) if likeness >= (0.8 if plain else 0.96) else None


def _pair_alike(left: Name, right: Name, state: _Alignment) -> None:
    """Pairs what is free by likeness, best first."""
    for likeness, _, i, i_end, j, j_end, how in sorted(
        _options(left, right, state), key=lambda o: (-o[0], -o[1], o[2:])
    ):
        if not any(state.left[i:i_end]) and not any(state.right[j:j_end]):
            _match(left, right, (i, i_end), (j, j_end), likeness, how, state)


def _match(
    left: Name, right: Name, i: tuple[int, int], j: tuple[int, int], likeness: float, how: str, state: _Alignment
) -> None:
    for index in range(*i):
        state.left[index] = likeness
    for index in range(*j):
        state.right[index] = likeness
    ones, others = left.units[slice(*i)], right.units[slice(*j)]
    weight = (sum(unit.weight for unit in ones) + sum(unit.weight for unit in others)) / 2
    state.total += weight * likeness
    if any(unit.role in _DISTINCT for unit in (*ones, *others)):
        state.distinctive += weight * likeness
        state.exact += weight if likeness >= 0.95 else 0.0
    if how != "same":
        state.notes.append((how, ones, others, likeness))


_ACRONYM = {2: 0.55, 3: 0.84, 4: 0.9, 5: 0.93}


def _pair_acronyms(left: Name, right: Name, state: _Alignment) -> None:
    """Pairs a short word with the initials of the other name's words."""
    for ours, theirs, mine, yours, swapped in (
        (left, right, state.left, state.right, False),
        (right, left, state.right, state.left, True),
    ):
        for i, unit in enumerate(ours.units):
            if mine[i] > 0 or unit.han or unit.role not in ("word", "brand") or not 2 <= len(unit.text) <= 8:
                continue
            span = _initials_span(unit.text, theirs, yours)
            if span is None:
                continue
            likeness = _ACRONYM.get(len(unit.text), 0.95)
            spans = ((i, i + 1), span)
            first, second = spans[::-1] if swapped else spans
            _match(left, right, first, second, likeness, "acronym", state)
            state.acronym = len(unit.text)


def _initials_span(letters: str, name: Name, matched: list[float]) -> tuple[int, int] | None:
    """The units whose initials (or first letters of their parts) spell `letters`; small words and legal forms may
    lend a letter too."""
    units = name.units
    if letters == name.spelled and len(units) > 1 and not any(matched):
        return (0, len(units))
    for start in range(len(units)):
        position, index = 0, start
        while index < len(units) and position < len(letters) and matched[index] == 0 and not units[index].han:
            unit = units[index]
            own = unit.initials or unit.text[:1]
            if letters.startswith(own, position):
                position += len(own)
            elif letters[position] == unit.text[:1]:
                position += 1
            else:
                break
            index += 1
        missing = len(letters) - position
        by_legal_form = missing == 1 and position >= 2 and letters[-1] in name.initials
        if index - start >= 2 and (missing == 0 or by_legal_form):
            return (start, index)
    return None


def _pair_contained(left: Name, right: Name, state: _Alignment) -> None:
    """Pairs a short Chinese name with a longer one that has it within."""
    for ours, theirs, mine, yours, swapped in (
        (left, right, state.left, state.right, False),
        (right, left, state.right, state.left, True),
    ):
        for i, unit in enumerate(ours.units):
            if mine[i] > 0 or not unit.han or not 2 <= len(unit.han) <= 6:
                continue
            for j, other in enumerate(theirs.units):
                if yours[j] == 0 and other.han and unit.han in other.han and len(unit.han) * 3 >= len(other.han):
                    spans = ((i, i + 1), (j, j + 1))
                    first, second = spans[::-1] if swapped else spans
                    _match(left, right, first, second, 0.9, "part of", state)
                    break


_NOTHING: frozenset[str] = frozenset()


def compare(left: Name, right: Name, known: frozenset[str] = _NOTHING) -> Comparison:
    """How alike two analysed names are: the better of reading firms' names as such, and word by word.

    `known` are words of other names of the same party: where the left name has them besides, they count as said again.
    """
    best = _compare(left, right, known)
    if best.score < 0.95 and (left.plain is not None or right.plain is not None):
        other = _compare(left.plain or left, right.plain or right, known)
        if other.score > best.score:
            return other
    return best


def _compare(left: Name, right: Name, known: frozenset[str]) -> Comparison:
    if not left.units or not right.units:
        return Comparison(0.0, ("no words to compare",))
    if left.glued == right.glued:
        evidence = sum(unit.weight for unit in left.units)
        if left.legal != right.legal:
            return Comparison(0.99, ("same but for legal form",), evidence=evidence)
        note = "same name" if left.raw == right.raw else "same but for writing"
        return Comparison(1.0, (note,), evidence=evidence)
    if left.letters == right.letters:
        return Comparison(1.0, ("same but for blanks",), evidence=sum(unit.weight for unit in left.units))
    if _one_slip_apart(left, right):
        return Comparison(0.9, ("one slip of the pen apart",), evidence=sum(unit.weight for unit in left.units))
    state = _Alignment([0.0] * len(left.units), [0.0] * len(right.units))
    _pair_same(left, right, state)
    if not all(state.left) or not all(state.right):
        _pair_alike(left, right, state)
        if not left.person:
            _pair_acronyms(left, right, state)
            _pair_contained(left, right, state)
    for name, parts, others in ((left, state.left, known), (right, state.right, _NOTHING)):
        for place, unit in enumerate(name.units):
            if parts[place] == 0 and (unit.spare or unit.text in others):
                parts[place] = 1.0
    return _verdict(left, right, state)


def _one_slip_apart(left: Name, right: Name) -> bool:
    """True for long names of firms in Latin letters that differ in one letter altogether, with the same numbers."""
    one, other = left.letters, right.letters
    if left.person or min(len(one), len(other)) < 11 or abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    return one.isascii() and left.numbers == right.numbers and OSA.distance(one, other, score_cutoff=1) <= 1


def _verdict(left: Name, right: Name, state: _Alignment) -> Comparison:
    """The score of an alignment: matched weight against contradiction and omission."""
    if state.total == 0:
        return Comparison(0.0, ("no word in common",))
    rest_left, omitted_left = _rest(left, right, state.left, state)
    rest_right, omitted_right = _rest(right, left, state.right, state)
    against = min(rest_left, rest_right)
    cost = _CONTRADICTION * against
    # What stands against something is no omission: of the larger rest only the part beyond the smaller counts.
    larger, omitted = max((rest_left, omitted_left), (rest_right, omitted_right))
    if larger > 0:
        cost += omitted * (larger - against) / larger
    score = state.total / (state.total + cost)
    if not left.person:
        score *= min(1.0, 0.65 + 0.35 * state.total / _ENOUGH)
    notes = list(state.notes)
    for name, side, parts in (("first", left, state.left), ("second", right, state.right)):
        alone = tuple(unit for unit, part in zip(side.units, parts, strict=True) if part == 0)
        if alone:
            notes.append((f"only in {name}", alone, (), 0.0))
    score, number_note = _with_numbers(left, right, score)
    return Comparison(round(score, 4), (*notes, *number_note) or ("same words",), state.acronym, state.total)


def _rest(name: Name, other: Name, matched: list[float], state: _Alignment) -> tuple[float, float]:
    """The weight left unmatched, and what leaving it out costs."""
    rest = cost = 0.0
    common = 1 - state.distinctive / state.total
    # In persons' names of short syllables every syllable counts; a firm's name that is merely alike must be whole.
    short = name.person and all(len(unit.text) <= 5 for side in (name, other) for unit in side.units)
    single = min(sum(unit.weight >= 0.6 for unit in side.units) for side in (name, other)) <= 1
    doubt = 2.0 if not name.person and state.exact == 0 and state.distinctive > 0 else 1.0
    for unit, part in zip(name.units, matched, strict=True):
        weight = unit.weight * (1 - part)
        rest += weight
        if name.person:
            cost += weight * (1.2 if short else _OMISSION_BESIDE_ONE_NAME if single else _OMISSION_IN_PERSONS)
            continue
        country = unit.role == "place" and any(concept[0] == "@" for concept in unit.concepts)
        base, further = _OMISSION["country" if country else unit.role]
        cost += weight * (base + further * common) * doubt
    return rest, cost


def _with_numbers(left: Name, right: Name, score: float) -> tuple[float, list[str]]:
    """Numbers as hard evidence: different ones part two names, one missing makes them doubtful."""
    if left.numbers == right.numbers or left.person:
        return score, []
    if left.numbers and right.numbers and not (left.numbers & right.numbers):
        one, other = (" ".join(sorted(name.numbers)) for name in (left, right))
        return score * 0.35, [f"numbers differ: {one} / {other}"]
    return score * 0.85, ["number on one side only"]


def compare_names(one: str, other: str, person: bool = False) -> Comparison:
    """How alike two names as written are: the best over what each may hold (alternatives, names in brackets)."""
    best = Comparison(0.0, ("no word in common",))
    for i, ours in enumerate(readings(one)):
        for j, theirs in enumerate(readings(other)):
            found = compare(analysed(ours, person), analysed(theirs, person))
            score = round(found.score * (1.0 if i == 0 and j == 0 else 0.98), 4)
            if score > best.score:
                best = Comparison(score, found.told, found.acronym, found.evidence)
    return best
