"""How alike two names are, with the reasons: words aligned by meaning, spelling and sound, what is left over weighed.

A word missing on one side (omission) counts less than different words on both (contradiction); numbers that differ
are hard evidence against. Which names are compared at all is for `screen` to choose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from operator import sub

from rapidfuzz.distance import OSA, Indel

from lotgate.parties.matching.likeness import likeness
from lotgate.parties.names import Name, Unit, analysed, readings
from lotgate.parties.names.scripts import wade_word

__all__ = ["ENOUGH", "Comparison", "compare", "compare_names"]

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

ENOUGH = 0.9
"""Names of firms that have less than this in common (about one distinctive word) are alike by chance more often."""

_DISTINCT = frozenset(("word", "brand", "common"))


_Note = str | tuple[str, tuple[Unit, ...], tuple[Unit, ...], float]


def _told(how: str, ones: tuple[Unit, ...], others: tuple[Unit, ...], alike: float) -> str:
    """A component in words: how which words are alike, or which words one name has alone."""
    one, other = (" ".join(unit.han or unit.text for unit in part) for part in (ones, others))
    return f"{how}: {one} ~ {other} {alike:.2f}" if others else f"{how}: {one}"


# Not frozen, though nothing changes one: a frozen object takes several times as long to make.
@dataclass(slots=True)
class Comparison:
    """A score in 0..1 and the components it is made of.

    `acronym` is the length of an acronym that it rests on, `evidence` the weight of what the names have in common,
    `most` what the score can be at most if words that only the first name has are said again elsewhere. `letters` tells
    how much two firms' names share, in letters, where either has other words besides.
    """

    score: float
    told: tuple[_Note, ...] = ()
    acronym: int = 0
    evidence: float = 2.0
    most: float = 1.0
    letters: int | None = None

    @property
    def why(self) -> tuple[str, ...]:
        """The components in words."""
        return tuple(note if isinstance(note, str) else _told(*note) for note in self.told)

    @property
    def asks_more(self) -> frozenset[str]:
        """The words of the first name that the second lacks."""
        alone = [note[1] for note in self.told if not isinstance(note, str) and note[0] == "only in first"]
        return frozenset(unit.text for units in alone for unit in units)


@dataclass(slots=True)
class _Alignment:
    """Units of both names paired so far, with the likeness each has found."""

    left: list[float]
    right: list[float]
    notes: list[_Note] = field(default_factory=list)
    distinctive: float = 0.0
    exact: float = 0.0
    total: float = 0.0
    acronym: int = 0
    letters: int = 0


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
"""Less likeness and less weight (so that the best comes first), the units of either name from and to, and how."""


def _options(left: Name, right: Name, state: _Alignment) -> list[_Option]:
    """Ways to pair what is still free: unit with unit, and unit with neighbouring units written together."""
    free_left = [i for i, matched in enumerate(state.left) if matched == 0]
    free_right = [j for j, matched in enumerate(state.right) if matched == 0]
    found: list[_Option] = []
    if not free_left or not free_right:
        return found
    person, ones, others = left.person, left.units, right.units
    for i in free_left:
        one = ones[i]
        for j in free_right:
            other = others[j]
            if one.concepts and other.concepts and not person:
                # Two words that mean different things are different words, however alike they are spelled.
                continue
            alike, how = likeness(one, other, person)
            if alike > 0:
                found.append((-alike, -(one.weight + other.weight), i, i + 1, j, j + 1, how))
    if _neighbours(free_right):
        for i in free_left:
            for start, stop, alike, how in _joined(ones[i], right, free_right):
                found.append((-alike, -sum([u.weight for u in others[start:stop]]), i, i + 1, start, stop, how))
    if _neighbours(free_left):
        for j in free_right:
            for start, stop, alike, how in _joined(others[j], left, free_left):
                found.append((-alike, -sum([u.weight for u in ones[start:stop]]), start, stop, j, j + 1, how))
    return found


def _neighbours(free: list[int]) -> bool:
    """True if two of the places follow each other."""
    return 1 in map(sub, free[1:], free)


def _joined(unit: Unit, name: Name, free: list[int]) -> Iterator[tuple[int, int, float, str]]:
    """Runs of free neighbours that written together are like the unit."""
    size = len(unit.text)
    if size < 4 or unit.role == "number" or (unit.han and unit.concepts):
        return
    units = name.units
    # Chinese writes sounds at other lengths, Arabic leaves vowels out.
    loose = unit.han or unit.writing == "arabic" or any(units[index].writing == "arabic" for index in free)
    longest, shortest = (size * 2 + 1, size * 0.4) if loose else (size * 1.5 + 1, size * 0.66)
    if sum([len(units[index].text) for index in free]) < shortest:
        return
    for place, start in enumerate(free[:-1]):
        joined = units[start].text
        if units[start].role == "number" or (units[start].han and units[start].concepts):
            continue
        for step in range(1, min(5, len(free) - place)):
            index = free[place + step]
            other = units[index]
            if index != start + step or other.role == "number" or (other.han and other.concepts):
                break
            joined += other.text
            if len(joined) > longest:
                break
            other_letters = unit.han or other.han or unit.writing or other.writing
            if len(joined) < shortest or not (other_letters or _may_be_joined(unit.text, joined)):
                continue
            found = _joined_likeness(unit, units[start : index + 1], name.person)
            if found:
                yield start, index + 1, *found


def _may_be_joined(text: str, joined: str) -> bool:
    """False for words in Latin letters that are surely not like others written together."""
    if wade_word(text) == joined or wade_word(joined) == text:
        return True
    if text[0] != joined[0] and text[-1] != joined[-1]:
        return False
    return float(Indel.normalized_similarity(text, joined)) >= 0.7


def _joined_likeness(unit: Unit, part: tuple[Unit, ...], person: bool) -> tuple[float, str] | None:
    merged = _merged(part)
    if merged.text == unit.text and bool(merged.han) == bool(unit.han):
        return 1.0, "joined"
    alike, how = likeness(unit, merged, person)
    plain = all(other.role in _DISTINCT for other in part)
    return (alike, how) if alike >= (0.8 if plain else 0.96) else None


def _pair_alike(left: Name, right: Name, state: _Alignment) -> None:
    """Pairs what is free by likeness, best first."""
    for unlike, _, i, i_end, j, j_end, how in sorted(_options(left, right, state)):
        if not any(state.left[i:i_end]) and not any(state.right[j:j_end]):
            _match(left, right, (i, i_end), (j, j_end), -unlike, how, state)


def _match(
    left: Name, right: Name, i: tuple[int, int], j: tuple[int, int], alike: float, how: str, state: _Alignment
) -> None:
    for index in range(*i):
        state.left[index] = alike
    for index in range(*j):
        state.right[index] = alike
    ones, others = left.units[slice(*i)], right.units[slice(*j)]
    weight = (sum(unit.weight for unit in ones) + sum(unit.weight for unit in others)) / 2
    state.total += weight * alike
    if any(unit.role in _DISTINCT for unit in (*ones, *others)):
        state.distinctive += weight * alike
        state.exact += weight if alike >= 0.95 else 0.0
    state.letters += min(_letters(ones), _letters(others))
    if how != "same":
        state.notes.append((how, ones, others, alike))


_LETTERS, _CHARACTER = {"brand": 12, "sector": 3, "org": 3, "place": 3, "number": 3, "generic": 1}, 4
"""How many letters of a word that means nothing tell as much as a word of a role, and as a Chinese character."""


def _letters(part: tuple[Unit, ...]) -> int:
    """How much words tell a name from others that are like it by chance, in letters."""
    return sum([_LETTERS.get(unit.role) or _CHARACTER * len(unit.han) or len(unit.text) for unit in part])


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
            alike = _ACRONYM.get(len(unit.text), 0.95)
            spans = ((i, i + 1), span)
            first, second = spans[::-1] if swapped else spans
            _match(left, right, first, second, alike, "acronym", state)
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
        return replace(max(best, other, key=lambda found: found.score), most=max(best.most, other.most))
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
    in_person = _omission_in_person(left, right) if left.person else 0.0
    rest_left, omitted_left, alone_left = _rest(left, state.left, in_person, state)
    rest_right, omitted_right, alone_right = _rest(right, state.right, in_person, state)
    against = min(rest_left, rest_right)
    cost = _CONTRADICTION * against
    # What stands against something is no omission: of the larger rest only the part beyond the smaller counts.
    larger, omitted = max((rest_left, omitted_left), (rest_right, omitted_right))
    if larger > 0:
        cost += omitted * (larger - against) / larger
    little = 1.0 if left.person else min(1.0, 0.65 + 0.35 * state.total / ENOUGH)
    score = little * state.total / (state.total + cost)
    most = little * state.total / (state.total + min(omitted_right, _CONTRADICTION * rest_right))
    notes = list(state.notes)
    if alone_left:
        notes.append(("only in first", tuple(alone_left), (), 0.0))
    if alone_right:
        notes.append(("only in second", tuple(alone_right), (), 0.0))
    score, number_note = _with_numbers(left, right, score)
    letters = state.letters if (alone_left or alone_right) and not left.person else None
    told = (*notes, *number_note) or ("same words",)
    return Comparison(round(score, 4), told, state.acronym, state.total, most, letters)


def _rest(name: Name, matched: list[float], in_person: float, state: _Alignment) -> tuple[float, float, list[Unit]]:
    """The weight left unmatched, what leaving it out costs (`in_person` times as much in a person's name), and the
    units that nothing matches."""
    rest = cost = 0.0
    alone: list[Unit] = []
    common = 1 - state.distinctive / state.total
    # A firm's name that is merely alike must be whole.
    doubt = 2.0 if state.exact == 0 and state.distinctive > 0 else 1.0
    for unit, part in zip(name.units, matched, strict=True):
        if part == 1.0:
            continue
        if part == 0:
            alone.append(unit)
        weight = unit.weight * (1 - part)
        rest += weight
        if in_person:
            cost += weight * in_person
            continue
        country = unit.role == "place" and any(concept[0] == "@" for concept in unit.concepts)
        base, further = _OMISSION["country" if country else unit.role]
        cost += weight * (base + further * common) * doubt
    return rest, cost, alone


def _omission_in_person(left: Name, right: Name) -> float:
    """What leaving a word of a person's name out costs beside its weight. In names of short syllables every syllable
    counts."""
    if all(len(unit.text) <= 5 for name in (left, right) for unit in name.units):
        return 1.2
    single = min([sum([unit.weight >= 0.6 for unit in name.units]) for name in (left, right)]) <= 1
    return _OMISSION_BESIDE_ONE_NAME if single else _OMISSION_IN_PERSONS


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
