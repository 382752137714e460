"""How well a description fits the entries of one regime's lists, by weighted words.

A word counts by how rare it is among the entries (inverse document frequency). Two shares make the score: how much of
the description the entry explains, and how much of the entry the description names. Chemical elements are names, not
mere words: an entry about dysprosium does not fit goods that name another element alone.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lotgate.classification.entries import Entry
from lotgate.classification.words import FORMS, broader, entry_weights, head, tokens, weighted

__all__ = ["Index", "Match"]

HEADING = 0.5
"""How much a word counts that stands above a paragraph and not in it."""
EXPLAINED = 0.6
"""The part of the score that is how much of the description is explained; the rest, how much of the entry is named."""
UNHEARD = 0.8
"""Weight of a word no entry has, against the rarest word that one has."""
TERM = 1.5
"""How much a term of the trade counts against the lists that speak English alone, where words are many and long."""
ENOUGH = 1.2
"""Rare words, counted whole, from which a partial fit stands by itself."""
UNHEARD_TAIL = 0.4
"""What is left of that where the word stands behind the goods' name."""
ONE_WORD = 0.4
"""What is left of a score that rests on one ordinary word, no term of the trade."""
WIDER_ALONE = 0.6
"""What is left of a score that rests on wider terms alone: an electrolyte is no battery."""
OTHER_THING = 0.7
"""What is left of a score where the entry says nothing of what the goods are, by the last word of their name."""
OTHER_ELEMENT, UNNAMED, NO_ELEMENT = 0.45, 0.75, 0.6
"""What is left of a score where goods and entry name different elements, the entry alone names one, the goods alone."""
CARRIERS = frozenset({"e:Fe", "e:Co", "e:Ni", "e:Al", "e:Mg", "e:Cu", "e:B"})
"""Elements an alloy is named by beside the one that counts."""
LONG = 3.0
"""Rare words of an entry beyond which a description is not held to name them all."""


@dataclass(frozen=True)
class Match:
    """An entry with how well it fits, and the words that made it fit."""

    entry: Entry
    score: float
    words: tuple[str, ...]


class Index:
    """The entries of one regime, ready to be matched."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = list(entries)
        self.weights = [_both(entry_weights(e.text.en), entry_weights(e.text.zh)) for e in self.entries]
        self.own = [frozenset(held) for held in self.weights]
        self.above = [tokens(entry.context) - own for entry, own in zip(self.entries, self.own, strict=True)]
        self.below = [tokens(entry.below) - own for entry, own in zip(self.entries, self.own, strict=True)]
        # sorted, so that sums of weights do not hang on the order of a set
        self.english = [tuple(sorted(tokens(entry.text.en))) for entry in self.entries]
        self.chinese = [tuple(sorted(tokens(entry.text.zh))) for entry in self.entries]
        counts = Counter(token for held in self.own for token in held)
        whole = max(len(self.entries), 1)
        self.rare: dict[str, float] = {t: math.log(1 + whole / (1 + count)) for t, count in counts.items()}
        self.has_chinese = any(_chinese(token) for token in counts)
        self.rarest = math.log(1 + whole / 2)
        self.lengths = [sum(self.weight(token) for token in sorted(held)) for held in self.own]
        self.at: dict[str, list[int]] = defaultdict(list)
        for number, (own, above) in enumerate(zip(self.own, self.above, strict=True)):
            for token in own | above | self.below[number]:
                self.at[token].append(number)

    def matches(self, description: str) -> list[Match]:
        """Every entry that shares a word with the description, best first."""
        said = {t: weight for t, weight in weighted(description).items() if self.has_chinese or not _chinese(t)}
        weights, total = self._weights(said)
        things = head(description)
        if not self.has_chinese and any(_chinese(token) for token in things - FORMS):
            total += self.rarest * UNHEARD  # the lists have no word for what the goods are
        if not total:
            return []
        things |= broader(dict.fromkeys(things, 1.0)).keys()
        near = {number for token in weights for number in self.at.get(token, ())}
        found = [self._match(number, weights, total, things, said) for number in sorted(near)]
        return sorted(found, key=lambda match: (-match.score, len(match.entry.code), match.entry.code))

    def _weights(self, said: Mapping[str, float]) -> tuple[dict[str, float], float]:
        """What each token of a description counts, wider terms among them, and what all of it would.

        A term the lists do not use is spoken for by the wider ones they do: of a night-vision tube they say optical
        sensor.
        """
        weights: dict[str, float] = {}
        total = 0.0
        for token, weight in said.items():
            wide = {
                t: w * self.weight(t) for t, w in broader({token: weight}).items() if t in self.rare and t not in said
            }
            for other, counts in wide.items():
                weights[other] = max(weights.get(other, 0.0), counts)
            if token not in self.rare and wide:
                total += max(wide.values())
                continue
            unheard = 1.0 if weight == 1.0 or token in self.rare else UNHEARD_TAIL
            term = TERM if token.startswith("c:") and not self.has_chinese else 1.0
            weights[token] = weight * self.weight(token) * unheard * term
            total += weights[token]
        return weights, total

    def weight(self, token: str) -> float:
        """How much a token counts."""
        return self.rare.get(token, self.rarest * UNHEARD)

    def _match(
        self,
        number: int,
        weights: Mapping[str, float],
        total: float,
        things: frozenset[str],
        said: Mapping[str, float],
    ) -> Match:
        own, above = self.own[number], self.above[number]
        beside = above | self.below[number]
        mine = self.weights[number]
        hit = {t: w * mine.get(t, HEADING) for t, w in weights.items() if t in own or t in beside}
        mass = sum(hit.values())
        explained = min(1.0, mass / total)
        # one script names the whole entry; the better of the two counts
        named = max(self._named(held, sorted(above), weights) for held in (self.english[number], self.chinese[number]))
        # nobody names all of a long entry; a short one that is hardly named is another good
        share = EXPLAINED + (1 - EXPLAINED) * min(1.0, self.lengths[number] / (LONG * self.rarest))
        score = explained**share * named ** (1 - share)
        score *= min(1.0, max(explained, mass / (ENOUGH * self.rarest)))
        if len(hit) == 1 and explained < 1 and next(iter(hit))[1] != ":":
            score *= ONE_WORD
        if not hit.keys() & said.keys():
            score *= WIDER_ALONE if hit.keys() - FORMS else 0.0
        score *= self._elements(own | beside, weights)
        if not self.has_chinese and things and not things & (own | beside) and not any(map(_trade, hit)):
            score *= OTHER_THING
        words = tuple(sorted(hit, key=lambda t: -hit[t]))
        return Match(self.entries[number], score, words)

    def _named(self, held: Sequence[str], above: Sequence[str], weights: Mapping[str, float]) -> float:
        """How much of an entry a description names; a paragraph is read together with what stands above it."""
        whole = sum(self.weight(t) for t in held) + HEADING * sum(self.weight(t) for t in above)
        if not whole:
            return 0.0
        found = sum(self.weight(t) for t in held if t in weights)
        found += HEADING * sum(self.weight(t) for t in above if t in weights)
        return min(1.0, found / min(whole, LONG * self.rarest))

    @staticmethod
    def _elements(held: frozenset[str], weights: Mapping[str, float]) -> float:
        """Less than one where entry and goods name different elements."""
        wanted = {token for token in held if token.startswith("e:")}
        named = {token for token in weights if token.startswith("e:")}
        if not wanted:
            return NO_ELEMENT if named else 1.0
        key = (wanted - CARRIERS) or wanted
        return 1.0 if key & named else OTHER_ELEMENT if named else UNNAMED


def _both(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """The greater weight of each token."""
    return {token: max(one.get(token, 0.0), other.get(token, 0.0)) for token in {**one, **other}}


def _trade(token: str) -> bool:
    """Whether a token is a term that says what goods are, and not only of what or in which form."""
    return token.startswith("c:") and token not in FORMS and token != "c:steel"


def _chinese(token: str) -> bool:
    """Whether a token is a pair of Chinese characters, which an English list cannot hold."""
    return "\u4e00" <= token[0] <= "\u9fff"
