"""Party lists as data: entries, a list with its day, and the set of lists a decision screens against.

Reading files is left to `reading`, keeping versions to `store`, matching names to `screen`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from lotgate.errors import Fault
from lotgate.progress import one_by_one

__all__ = ["ENTRY_SCHEMA", "KINDS", "Ignored", "ListSet", "PartyList", "Told", "entry_ids", "from_rows", "party_list"]

KINDS = ("company", "person", "vessel", "aircraft", "address")
"""Kinds an entry may have; null where the list does not say. An `address` is never matched by name."""

ENTRY_SCHEMA: dict[str, Any] = {
    "entry": pl.String,
    "name": pl.String,
    "aliases": pl.List(pl.String),
    "weak_aliases": pl.List(pl.String),
    "kind": pl.String,
    "countries": pl.List(pl.String),
    "tags": pl.List(pl.String),
    "from": pl.Date,
    "to": pl.Date,
    "identifiers": pl.List(pl.String),
    "remarks": pl.String,
}


@dataclass(frozen=True)
class Told:
    """A sentence for a person, in English and Chinese."""

    en: str
    zh: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Ignored:
    """A file that was not read as a party list, with the reason; `expected` marks files known to be something else."""

    path: str
    reason: str
    expected: bool = False


@dataclass(frozen=True, eq=False)
class PartyList:
    """One list on one day; `checked_on` is the day it was last found unchanged at its address, where that is known.

    `rows` counts the source rows behind it: entries + merged rows + rejected rows, so that nothing is lost unseen.
    """

    id: str
    title: str
    as_of: date | None
    source: str
    entries: pl.DataFrame
    rows: int = 0
    merged: int = 0
    rejected: tuple[Fault, ...] = ()
    sha256: str = ""
    checked_on: date | None = None

    @property
    def current_on(self) -> date | None:
        """The last day of which it is known that this was the list; None for a list without a day."""
        return max((day for day in (self.as_of, self.checked_on) if day), default=None)

    def __len__(self) -> int:
        return self.entries.height


@dataclass(frozen=True, eq=False)
class ListSet:
    """The lists at hand, by id, with what was left aside and why.

    `live` lists are those of the store, which grow old; a folder of dated copies stands as it was given.
    """

    lists: Mapping[str, PartyList]
    ignored: tuple[Ignored, ...] = ()
    superseded: tuple[PartyList, ...] = ()
    notes: tuple[str, ...] = field(default=())
    live: bool = False

    def loaded(self, list_id: str) -> bool:
        """True if the list is at hand."""
        return list_id in self.lists

    def __iter__(self) -> Iterator[PartyList]:
        return iter(self.lists.values())

    def __len__(self) -> int:
        return len(self.lists)

    def joined(self, *others: PartyList) -> ListSet:
        """This set with further lists; a list of the same id is replaced."""
        merged = {**self.lists, **{other.id: other for other in others}}
        return replace(self, lists={key: merged[key] for key in sorted(merged)})

    def only(self, *list_ids: str) -> ListSet:
        """The set cut down to some ids; ids not loaded are left out."""
        return ListSet({key: value for key, value in self.lists.items() if key in list_ids})


_SLUG = re.compile(r"[^\w]+", re.UNICODE)


def entry_ids(names: Sequence[str], countries: Sequence[Sequence[str]]) -> list[str]:
    """Ids for entries of a list that has none: name and first country, numbered where one name stands twice."""
    seen: dict[str, int] = {}
    ids = []
    for name, where in zip(names, countries, strict=True):
        slug = _SLUG.sub("-", name.lower()).strip("-")[:80] or "unnamed"
        base = f"{slug}/{where[0].lower()}" if where else slug
        seen[base] = seen.get(base, 0) + 1
        ids.append(base if seen[base] == 1 else f"{base}~{seen[base]}")
    return ids


def _texts(value: Any) -> list[str]:
    """A cell as a list of texts: None and blanks give none, `a;b` gives two."""
    if value is None:
        return []
    parts = value.split(";") if isinstance(value, str) else list(value)
    return [text for text in (str(part).strip() for part in parts) if text]


def _row(row: Mapping[str, Any], list_id: str) -> dict[str, Any]:
    known: dict[str, Any] = {key: row.get(key) for key in ("entry", "kind", "from", "to", "remarks")}
    for key in ("aliases", "weak_aliases", "countries", "tags", "identifiers"):
        known[key] = _texts(row.get(key))
    name = " ".join(str(row["name"]).split())
    known["name"] = name
    known["aliases"] = [alias for alias in dict.fromkeys(known["aliases"]) if alias != name]
    known["tags"] = list(dict.fromkeys([list_id, *known["tags"]]))
    return known


def party_list(
    list_id: str,
    title: str,
    rows: Iterable[Mapping[str, Any]],
    as_of: date | None = None,
    source: str = "",
    *,
    counted: int | None = None,
    merged: int = 0,
    rejected: Iterable[Fault] = (),
    sha256: str = "",
) -> PartyList:
    """The list made of rows with the keys of `ENTRY_SCHEMA`; only `name` is needed, ids are given where missing.

    List cells may be lists or text with `;` between. Every entry carries its list id among its tags.
    """
    full = [_row(row, list_id) for row in one_by_one(list_id, rows)]
    if any(not row["entry"] for row in full):
        made = entry_ids([row["name"] for row in full], [row["countries"] for row in full])
        for row, made_id in zip(full, made, strict=True):
            row["entry"] = row["entry"] or made_id
    taken: dict[str, int] = {}
    for row in full:
        taken[row["entry"]] = taken.get(row["entry"], 0) + 1
        if taken[row["entry"]] > 1:
            row["entry"] = f"{row['entry']}~{taken[row['entry']]}"
    faults = tuple(rejected)
    frame = pl.DataFrame(full, schema=ENTRY_SCHEMA, orient="row")
    total = counted if counted is not None else len(full) + merged + len(faults)
    return PartyList(list_id, title, as_of, source, frame, total, merged, faults, sha256)


def from_rows(
    list_id: str,
    title: str,
    rows: Iterable[Mapping[str, Any]],
    as_of: date | None = None,
    source: str = "",
    tags: Sequence[str] = (),
) -> PartyList:
    """The list made of our own listing tables: `name_en`, `name_zh`, `aliases`, `country`, `kind`, `note`.

    A row without an English name is known by its Chinese one. `tags` (or a row's own `tags`, such as its measure's
    id) are put on every entry; dates of listing and suspension stay with the measure.
    """
    made = []
    for row in rows:
        names = [text for text in (row.get("name_en"), row.get("name_zh")) if text]
        if not names:
            continue
        made.append(
            {
                "entry": row.get("entry"),
                "name": names[0],
                "aliases": [*names[1:], *_texts(row.get("aliases"))],
                "kind": row.get("kind") or None,
                "countries": _texts(row.get("country")),
                "tags": [*tags, *_texts(row.get("tags"))],
                "remarks": row.get("note") or None,
            }
        )
    return party_list(list_id, title, made, as_of, source)


def name_of(path: Path) -> str:
    """The id of a firm's private list: the file's name without ending and day."""
    stem = re.sub(r"[_-]?\d{4}-\d{2}-\d{2}$", "", path.stem)
    return _SLUG.sub("-", stem.lower()).strip("-") or "private"
