"""How alike two names are, with the reasons: words aligned by meaning, spelling and sound, what is left over weighed.

A word missing on one side (omission) counts less than different words on both (contradiction); numbers that differ
are hard evidence against. Which names are compared at all is for `screen` to choose.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rapidfuzz.distance import DamerauLevenshtein, Indel

from lotgate.parties.names import Name, Unit, analysed, readings
from lotgate.parties.scripts import consonants, roman_key, skeleton, skeleton_of_kana, skeleton_of_syllables, wade_giles

__all__ = ["Comparison", "compare", "compare_names"]

_CONTRADICTION = 2.2
_OMISSION = 0.30
_OMISSION_IN_GENERIC_NAMES = 1.1
_OMITTED_WORD = 0.45
_LEAST = 0.72
"""Words less alike than this are different words."""


@dataclass(frozen=True)
class Comparison:
    """A score in 0..1 and the components it is made of."""

    score: float
    why: tuple[str, ...]


@dataclass
class _Alignment:
    """Units of both names paired so far, with the weight each side has matched."""

    left: list[float]
    right: list[float]
    notes: list[str] = field(default_factory=list)
    distinctive: float = 0.0
    exact: float = 0.0
    total: float = 0.0


def _token_likeness(one: str, other: str, person: bool) -> tuple[float, str]:
    """Likeness of two Latin words and how it was found."""
    if one == other:
        return 1.0, "same"
    if len(one) == 1 or len(other) == 1:
        return (0.8, "initial") if person and one[0] == other[0] else (0.0, "")
    key, other_key = roman_key(one), roman_key(other)
    if key == other_key:
        return 0.96, "sound"
    shorter, longer = sorted((len(key), len(other_key)))
    if shorter <= 2:
        return 0.0, ""
    distance = DamerauLevenshtein.distance(key, other_key, score_cutoff=3)
    if distance > 3 or longer - shorter > 3:
        return 0.0, ""
    likeness = 1 - distance / longer
    heard, written = consonants(one), consonants(other)
    same_consonants = heard == written and len(heard) >= 2
    if same_consonants:
        # Vowels are what transliterations disagree on most; a person's name more than a firm's.
        likeness = (likeness + 1) / 2 if not person else max(0.88, (likeness + 1) / 2)
    elif distance > max(1, longer // 4) or key[0] != other_key[0]:
        likeness -= 0.1 if longer >= 7 else 0.2
    elif shorter <= 4:
        likeness -= 0.1
    return (likeness, "sound" if same_consonants else "spelling") if likeness >= _LEAST else (0.0, "")


def _sound_likeness(run: Unit, word: str) -> tuple[float, str]:
    """Likeness of characters with unknown meaning and a Latin word: by pinyin, Wade-Giles, or as a transliteration."""
    if run.kana:
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
    if min(len(heard), len(written)) < 2:
        return 0.0, ""
    likeness = Indel.normalized_similarity(heard, written)
    shorter = min(len(heard), len(written))
    cap = 0.80 if shorter == 2 else 0.88 if shorter == 3 else 0.92
    return (min(likeness, cap), how) if likeness >= 0.78 else (0.0, "")


def _han_likeness(one: str, other: str) -> tuple[float, str]:
    if one == other:
        return 1.0, "characters"
    likeness = Indel.normalized_similarity(one, other)
    return (likeness, "characters") if likeness >= _LEAST else (0.0, "")


def _likeness(one: Unit, other: Unit, person: bool) -> tuple[float, str]:
    """Likeness of two units and how it was found."""
    if one.concepts and other.concepts:
        if one.concepts & other.concepts:
            return (1.0, "same") if one.text == other.text else (0.97, "meaning")
        if one.role == "number" or other.role == "number":
            return 0.0, ""
    if one.role == "number" or other.role == "number":
        return (1.0, "same") if one.text == other.text else (0.0, "")
    if one.han and other.han:
        return _han_likeness(one.han, other.han)
    if one.han or other.han:
        run, word = (one, other) if one.han else (other, one)
        return _sound_likeness(run, word.text)
    if one.concepts and other.concepts:
        # Two words that mean different things are different words, however alike ("mining", "mine" are one concept).
        return (0.0, "") if one.text != other.text else (1.0, "same")
    return _token_likeness(one.text, other.text, person)


def _merged(units: tuple[Unit, ...], start: int, stop: int) -> Unit:
    """Neighbouring units as one word: "chang" and "xin" as "changxin"."""
    part = units[start:stop]
    return Unit(
        "".join(unit.text for unit in part),
        "word",
        sum(unit.weight for unit in part),
        frozenset(),
        "".join(unit.han for unit in part) if all(unit.han for unit in part) else "",
        tuple(syllable for unit in part for syllable in unit.syllables),
        any(unit.kana for unit in part),
    )


def _pair_singles(left: Name, right: Name, state: _Alignment) -> None:
    """Pairs units one to one, best first."""
    options = []
    for i, one in enumerate(left.units):
        for j, other in enumerate(right.units):
            likeness, how = _likeness(one, other, left.person)
            if likeness > 0:
                options.append((likeness, min(one.weight, other.weight), -i, -j, how))
    options.sort(reverse=True)
    for likeness, _, i, j, how in options:
        i, j = -i, -j
        if state.left[i] == 0 and state.right[j] == 0:
            _match(left, right, (i, i + 1), (j, j + 1), likeness, how, state)


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
    if any(unit.role in ("word", "brand") for unit in (*ones, *others)):
        state.distinctive += weight * likeness
        state.exact += weight if likeness >= 0.95 else 0.0
    if how != "same":
        one, other = (" ".join(unit.han or unit.text for unit in part) for part in (ones, others))
        state.notes.append(f"{how}: {one} ~ {other} {likeness:.2f}")


def _pair_windows(left: Name, right: Name, state: _Alignment) -> None:
    """Pairs neighbouring unmatched units, written together on one side ("Chang Xin", "Changxin"; 友邦仕达, "Youbang
    Shida")."""
    for ours, theirs, mine, yours, swapped in (
        (left, right, state.left, state.right, False),
        (right, left, state.right, state.left, True),
    ):
        for i, one in enumerate(ours.units):
            if mine[i] > 0 or one.role == "number" or (one.han and one.concepts):
                continue
            best = (0.0, "", 0, 0)
            for start in range(len(theirs.units)):
                for stop in range(start + 2, min(start + 5, len(theirs.units)) + 1):
                    part = theirs.units[start:stop]
                    if any(yours[start:stop]) or any(
                        unit.role == "number" or (unit.han and unit.concepts) for unit in part
                    ):
                        break
                    likeness, how = _likeness(one, _merged(theirs.units, start, stop), left.person)
                    plain = all(unit.role in ("word", "brand") for unit in part)
                    if likeness > best[0] and likeness >= (0.8 if plain else 0.96):
                        best = (likeness, how, start, stop)
            if best[0]:
                spans = ((i, i + 1), (best[2], best[3]))
                first, second = spans[::-1] if swapped else spans
                how = "joined" if best[1] == "same" else best[1]
                _match(left, right, first, second, best[0], how, state)


_ACRONYM = {2: 0.55, 3: 0.76, 4: 0.86, 5: 0.9}


def _pair_acronyms(left: Name, right: Name, state: _Alignment) -> None:
    """Pairs a short word with the initials of the other name's words."""
    for ours, theirs, mine, yours, swapped in (
        (left, right, state.left, state.right, False),
        (right, left, state.right, state.left, True),
    ):
        for i, unit in enumerate(ours.units):
            if mine[i] > 0 or unit.han or unit.role == "number" or not 2 <= len(unit.text) <= 8:
                continue
            span = _initials_span(unit.text, theirs, yours)
            if span is None:
                continue
            likeness = _ACRONYM.get(len(unit.text), 0.92)
            spans = ((i, i + 1), span)
            first, second = spans[::-1] if swapped else spans
            _match(left, right, first, second, likeness, "acronym", state)


def _initials_span(letters: str, name: Name, matched: list[float]) -> tuple[int, int] | None:
    """The units whose initials (or first letters of their parts) spell `letters`, legal forms allowed at the end."""
    units = name.units
    for start in range(len(units)):
        position, index = 0, start
        while index < len(units) and position < len(letters) and matched[index] == 0:
            unit = units[index]
            own = unit.initials or unit.text[:1]
            if letters.startswith(own, position):
                position += len(own)
            elif letters[position] == unit.text[:1]:
                position += 1
            else:
                break
            index += 1
        complete = position == len(letters)
        nearly = position == len(letters) - 1 and position >= 2 and letters in name.initials
        if (complete or nearly) and index - start >= 2:
            return (start, index)
    return None


def _contained(left: Name, right: Name, state: _Alignment) -> None:
    """Pairs an abbreviated Chinese name with the full one whose characters it takes in order (工商银行, 工行)."""
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


def compare(left: Name, right: Name) -> Comparison:
    """How alike two analysed names are."""
    if not left.units or not right.units:
        return Comparison(0.0, ("no words to compare",))
    if left.glued == right.glued and left.units:
        same_legal = left.legal == right.legal
        note = (
            "same name"
            if left.raw == right.raw
            else "same but for writing"
            if same_legal
            else "same but for legal form"
        )
        return Comparison(1.0 if same_legal else 0.99, (note,))
    state = _Alignment([0.0] * len(left.units), [0.0] * len(right.units))
    _pair_singles(left, right, state)
    _pair_windows(left, right, state)
    if not left.person:
        _pair_acronyms(left, right, state)
        _contained(left, right, state)
    return _verdict(left, right, state)


def _verdict(left: Name, right: Name, state: _Alignment) -> Comparison:
    """The score of an alignment: matched weight against contradiction and omission."""
    if state.total == 0:
        return Comparison(0.0, ("no word in common",))
    rest_left, words_left = _rest(left, state.left)
    rest_right, words_right = _rest(right, state.right)
    against = min(rest_left, rest_right)
    omitted = abs(rest_left - rest_right)
    score = state.total / (
        state.total
        + _CONTRADICTION * against
        + _omission(left, state) * omitted
        + (0.0 if left.person else _OMITTED_WORD * abs(words_left - words_right))
    )
    notes = list(state.notes)
    for name, side, parts in (("first", left, state.left), ("second", right, state.right)):
        alone = [unit.han or unit.text for unit, part in zip(side.units, parts, strict=True) if part == 0]
        if alone:
            notes.append(f"only in {name}: {' '.join(alone)}")
    score, number_note = _with_numbers(left, right, score)
    return Comparison(round(score, 4), (*notes, *number_note) or ("same words",))


def _rest(name: Name, matched: list[float]) -> tuple[float, float]:
    """The weight left unmatched, in all and of distinctive words alone."""
    every = words = 0.0
    for unit, part in zip(name.units, matched, strict=True):
        every += unit.weight * (1 - part)
        if part == 0 and unit.role in ("word", "brand"):
            words += unit.weight
    return every, words


def _omission(name: Name, state: _Alignment) -> float:
    """What a missing word costs: little beside a distinctive word that is the same, more where only common words are
    the same, or the distinctive one is merely alike."""
    cost = _OMISSION + _OMISSION_IN_GENERIC_NAMES * (1 - state.distinctive / state.total)
    if not name.person and state.exact == 0 and state.distinctive > 0:
        cost *= 2
    return cost


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
            discount = 1.0 if i == 0 and j == 0 else 0.98
            if found.score * discount > best.score:
                best = Comparison(round(found.score * discount, 4), found.why)
    return best
