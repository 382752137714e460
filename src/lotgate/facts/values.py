"""Facts as a person writes them (in a measure's own cases) turned into values, with the law's code lists applied."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from lotgate.errors import LawError
from lotgate.evaluate.columns import ANYTHING, NONE, Members, Value
from lotgate.items.codes import EntryIndex, parts, split_codes
from lotgate.law import Law

__all__ = ["CODE_LISTS", "CodeBook", "written_value"]

CODE_LISTS = {
    "cn_code": "cn",
    "us_code": "us",
    "parts_us_code": "us",
    "eu_code": "eu",
    "nl_code": "nl",
    "jp_code": "jp",
}
"""The regime whose lists speak of a code fact: a Chinese code is never compared with an ECCN."""


class CodeBook:
    """Which lists of the law a control code is on, per regime."""

    def __init__(self, law: Law) -> None:
        self._index: dict[str, EntryIndex] = {}
        for regime in {*CODE_LISTS.values(), "technology"}:
            names = [n for n in law.code_lists if regime in ("technology", law.list_regime[n])]
            self._index[regime] = EntryIndex({name: law.code_lists[name] for name in names})
        self._members = lru_cache(maxsize=None)(self._find)

    def members(self, fact: str, code: str | None) -> Members:
        """The lists a cell of a code fact is surely and possibly on; member `none` for classified and unlisted."""
        return self._members(CODE_LISTS.get(fact, "technology"), code)

    def _find(self, regime: str, code: str | None) -> Members:
        if code is None:
            return ANYTHING
        if not any(parts(one) for one in split_codes(code)):
            return Members(frozenset({NONE}), frozenset({NONE}))
        found = self._index[regime].match(code)
        return Members(found.must, found.may | found.must)


def written_value(law: Law, book: CodeBook, fact: str, text: str) -> Value:
    """The value of a fact as written: `none`, `1C902.a.4`, `a;b`, `0.001`, `0..0.2`, `unknown`."""
    spec = law.facts.get(fact)
    if spec is None:
        raise LawError(f"unknown fact {fact!r}")
    text = text.strip()
    kind = spec.type.type
    if kind == "code":
        return book.members(fact, None if text in ("", "unknown") else text)
    if text in ("", "unknown"):
        return ANYTHING if kind in ("set", "countries") else None
    if kind in ("set", "countries"):
        members = frozenset() if text == NONE else frozenset(part.strip() for part in text.split(";"))
        return Members(members, members)
    if kind == "number":
        if text == NONE:
            return NONE
        low, _, high = text.partition("..")
        return (float(low), float(high or low))
    return text


def case_row(law: Law, book: CodeBook, facts: Mapping[str, str]) -> dict[str, Value]:
    """A row of facts as a case writes them; no licence is in hand unless the case says so."""
    row: dict[str, Value] = {
        name: ANYTHING for name, s in law.facts.items() if s.type.type in ("set", "countries", "code")
    }
    row.update({f"licence_{regime}": Members() for regime in law.regimes})
    row.update({name: written_value(law, book, name, text) for name, text in facts.items()})
    return row
