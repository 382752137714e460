"""Where the official lists come from, as data: addresses, layouts, sizes, and how old a copy may grow.

The addresses are in `data/addresses.csv`; a file of the same columns (`$LOTGATE_ADDRESSES`) takes its place, for a
mirror of one's own. Fetching is left to `update`.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

from lotgate.errors import Fault, InputError
from lotgate.parties.lists import PartyList

__all__ = ["OFFICIAL", "Source", "fresh_until", "is_official", "sources", "stale_after_days"]

OFFICIAL = ("us-", "cn-", "eu-", "un-", "jp-", "uk-", "nl-")
"""How the ids of official lists start; every other list is a firm's own."""
_NUMBERS = ("stale_after_days", "least_bytes", "most_bytes")
_COLUMNS = ("source", "lists", "layouts", "verified", "note", "note_zh", "files", *_NUMBERS)


@dataclass(frozen=True)
class Source:
    """One publication: the lists taken from it, its files with their layouts, and what size they may have."""

    id: str
    lists: tuple[str, ...]
    stale_after_days: int
    layouts: tuple[str, ...]
    least_bytes: int
    most_bytes: int
    verified: str
    note: str
    note_zh: str
    files: tuple[str, ...]


def is_official(list_id: str) -> bool:
    """True for a list of an authority, by its id."""
    return list_id.startswith(OFFICIAL)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _source(row: dict[str, str], name: str, number: int) -> Source:
    try:
        made = Source(
            row["source"].strip(),
            _parts(row["lists"]),
            int(row["stale_after_days"]),
            _parts(row["layouts"]),
            int(row["least_bytes"] or 0),
            int(row["most_bytes"] or 0),
            row["verified"],
            row["note"],
            row["note_zh"],
            _parts(row["files"]),
        )
    except (ValueError, AttributeError) as error:
        raise InputError([Fault(name, f"address cannot be read: {error}", number)]) from None
    if made.files and len(made.files) != len(made.layouts):
        raise InputError([Fault(name, "as many layouts as files are needed", number, "layouts")])
    return made


def _read(text: str, name: str) -> tuple[Source, ...]:
    reader = csv.DictReader(text.splitlines())
    missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise InputError([Fault(name, f"column {column} is missing", column=column) for column in missing])
    return tuple(_source(row, name, number) for number, row in enumerate(reader, start=1))


@cache
def _shipped() -> tuple[Source, ...]:
    text = files("lotgate.parties").joinpath("data/addresses.csv").read_text(encoding="utf-8")
    return _read(text, "addresses.csv")


def sources(path: Path | str | None = None) -> tuple[Source, ...]:
    """The sources in a file, else in `$LOTGATE_ADDRESSES`, else those that come with the package.

    Raises InputError for a file that is not there or not of the columns of `data/addresses.csv`.
    """
    chosen = path or os.environ.get("LOTGATE_ADDRESSES")
    if not chosen:
        return _shipped()
    place = Path(chosen)
    if not place.is_file():
        raise InputError([Fault(str(place), "no such file", expected="a CSV of addresses")])
    try:
        return _read(place.read_text(encoding="utf-8-sig"), place.name)
    except UnicodeDecodeError:
        raise InputError([Fault(place.name, "text cannot be decoded", expected="UTF-8")]) from None


def stale_after_days(list_id: str, known: Iterable[Source] | None = None) -> int | None:
    """The days after which a copy of an official list is too old to clear anybody; None for a firm's own list."""
    if not is_official(list_id):
        return None
    for source in known or _shipped():
        if list_id in source.lists:
            return source.stale_after_days
    return 30


def fresh_until(found: PartyList, limit: int | None = None) -> date:
    """The last day on which a copy may clear anybody by its absence: its day, or the day it was last found current,
    and as many days as it may grow old (`limit`, else the list's own).

    A firm's own list never grows old; an official one without a day is too old on every day.
    """
    days = stale_after_days(found.id)
    if days is None:
        return date.max
    if found.current_on is None:
        return date.min
    return found.current_on + timedelta(days=days if limit is None else limit)
