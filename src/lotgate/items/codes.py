"""Control codes as paths: whether a code lies inside, above or outside an entry of a control list.

Which entries a law names is data handed in; codes of different countries are never compared here, because a caller
asks about one country's column and one country's lists at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

__all__ = ["EntryIndex", "Membership", "members", "membership", "parts", "relation", "split_codes"]

Relation = Literal["inside", "above", "outside"]
Member = Literal["yes", "maybe", "no"]
Path = tuple[str, ...]

_HEADING = re.compile(r"^([0-9?][a-z?][0-9?]{3})(.*)$")
_SERIES = re.compile(r"^([0-9])x([0-9]{3})(?![0-9])")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_STEPS = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9]+")
_NOTHING = frozenset({"none", "ear99"})


def split_codes(cell: str) -> list[str]:
    """The codes of one cell, `1C904.a.4;1C905.a.4` being two; blanks are dropped."""
    return [code.strip() for code in cell.split(";") if code.strip()]


@lru_cache(maxsize=65536)
def parts(code: str) -> Path:
    """A code's steps from heading to last paragraph, in lower case: `3B001(f)(1)`, `3b001.f.1` and `3B001f1` agree.

    `none` and `EAR99` give the empty path: classified, and on no list.
    """
    text = re.sub(r"\s+", "", code).casefold()
    text = _BRACKETS.sub(r".\1", text).strip(".")
    if text in _NOTHING:
        return ()
    text = _SERIES.sub(r"\1?\2", text)
    heading = _HEADING.match(text)
    if heading is None:
        return tuple(step for step in text.split(".") if step)
    steps: list[str] = [heading[1]]
    for piece in heading[2].split("."):
        steps.extend(_STEPS.findall(piece))
    return tuple(steps)


def relation(code: str, entry: str) -> Relation:
    """Where a code stands to an entry: `inside` it, `above` it (its paragraph is not given), or `outside`.

    In an entry `?` stands for one character, so `?A6??` is a 600 series and `9?515` (also written `9x515`) the
    satellite series. `none` is outside everything.
    """
    given, named = parts(code), parts(entry.lstrip("!"))
    if not given or not named:
        return "outside"
    if not all(_fits(step, wanted) for step, wanted in zip(given, named, strict=False)):
        return "outside"
    return "inside" if len(given) >= len(named) else "above"


def _fits(step: str, wanted: str) -> bool:
    if "?" not in wanted:
        return step == wanted
    return len(step) == len(wanted) and all(w in ("?", s) for s, w in zip(step, wanted, strict=True))


def members(code: str | None, entries: Iterable[str]) -> Member:
    """Whether a cell's code is on a list: `maybe` for an unknown cell or one whose missing paragraph decides.

    An entry that starts with `!` is left out of the list (`3B001`, `!3B001.g`). The narrowest entry that holds the
    code decides, an exclusion before an inclusion. Of several codes in a cell the strictest counts.
    """
    return EntryIndex({"": list(entries)}).member(code, "")


@dataclass(frozen=True)
class Membership:
    """The lists a code is surely on (`must`) and those it could be on (`may`, which holds `must` too)."""

    must: frozenset[str]
    may: frozenset[str]


@dataclass
class EntryIndex:
    """Named lists of entries, indexed so that one code is matched against all of them in a few look-ups."""

    lists: Mapping[str, Iterable[str]]
    _at: dict[Path, list[tuple[str, bool]]] = field(default_factory=dict, repr=False)
    _below: dict[Path, dict[str, set[bool]]] = field(default_factory=dict, repr=False)
    _patterns: list[tuple[Path, str, bool]] = field(default_factory=list, repr=False)
    _by_heading: dict[str, list[tuple[Path, str, bool]]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name, entries in self.lists.items():
            for entry in entries:
                self._add(name, entry)

    def _add(self, name: str, entry: str) -> None:
        path, included = parts(entry.strip().lstrip("!")), not entry.strip().startswith("!")
        if not path:
            return
        if any("?" in step for step in path):
            self._patterns.append((path, name, included))
            return
        self._at.setdefault(path, []).append((name, included))
        for depth in range(1, len(path)):
            self._below.setdefault(path[:depth], {}).setdefault(name, set()).add(included)

    def member(self, code: str | None, name: str) -> Member:
        """Whether the code is on the list of this name."""
        found = self.match(code)
        return "yes" if name in found.must else "maybe" if name in found.may else "no"

    def match(self, code: str | None) -> Membership:
        """The lists a cell's codes are surely and possibly on; an unknown cell could be on all."""
        if code is None:
            return Membership(frozenset(), frozenset(self.lists))
        must: set[str] = set()
        may: set[str] = set()
        for one in split_codes(code):
            sure, possible = self._match_one(parts(one))
            must |= sure
            may |= possible
        return Membership(frozenset(must), frozenset(may))

    def _headed(self, heading: str) -> list[tuple[Path, str, bool]]:
        """The patterns whose heading a code's heading fits."""
        found = self._by_heading.get(heading)
        if found is None:
            found = self._by_heading[heading] = [one for one in self._patterns if _fits(heading, one[0][0])]
        return found

    def _match_one(self, path: Path) -> tuple[set[str], set[str]]:
        # narrowest holding entry per list: (depth, included); False sorts before True, so exclusions win ties
        held: dict[str, tuple[int, bool]] = {}
        below: dict[str, set[bool]] = {name: set(signs) for name, signs in self._below.get(path, {}).items()}
        for depth in range(len(path), 0, -1):
            for name, included in self._at.get(path[:depth], ()):
                if name not in held or (held[name][0] == depth and not included):
                    held[name] = (depth, included)
        for pattern, name, included in self._headed(path[0]) if path else ():
            if not all(_fits(step, wanted) for step, wanted in zip(path, pattern, strict=False)):
                continue
            depth = len(pattern)
            if depth > len(path):
                below.setdefault(name, set()).add(included)
            elif name not in held or (depth, not included) > (held[name][0], not held[name][1]):
                held[name] = (depth, included)
        on = {name for name, (_, included) in held.items() if included}
        must = {name for name in on if False not in below.get(name, ())}
        may = on | {name for name, signs in below.items() if True in signs}
        return must, may


def membership(codes: Iterable[str | None], lists: Mapping[str, Iterable[str]]) -> dict[str | None, Membership]:
    """For each distinct cell the lists its code is surely and possibly on.

    A code that composition or chip figures add (see `composition`) is simply matched too and its `must` united.
    """
    index = EntryIndex(lists)
    return {code: index.match(code) for code in dict.fromkeys(codes)}
