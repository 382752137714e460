"""The user's own store of party lists: every version imported, with hash, day and counts.

The store is `lists` under `$LOTGATE_HOME` or the platform's data folder. A version that is older than the one in use,
or has lost most of its entries, is kept out; what is in use is never touched until the new version is complete.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from lotgate.cache import write_atomically
from lotgate.errors import Fault, InputError, MissingError
from lotgate.parties.cache import locked, restore_lists, store_lists
from lotgate.parties.content import digest
from lotgate.parties.lists import ListSet, PartyList, Told
from lotgate.parties.reading import read_folder, read_list
from lotgate.parties.sources import is_official, stale_after_days

__all__ = [
    "SAME",
    "Change",
    "ListStatus",
    "Origin",
    "confirm",
    "held_list",
    "import_lists",
    "load_store",
    "open_lists",
    "reason_against",
    "status",
    "store_folder",
    "take",
    "versions",
]

SAME = Told("the same as the one in use", "与现用版本相同")
TAKEN = Told("now in use", "已启用")
_SHRINK = {True: 0.8, False: 0.5}
"""A version with less than this part of the entries in use is taken for a broken one: official lists, a firm's own."""
_REJECTED = 0.05
"""A version of which more than this part of the rows was rejected is taken for a broken one."""
_FILLED = ("aliases", "countries", "identifiers")
"""What a changed layout would lose without anybody noticing."""


@dataclass(frozen=True)
class ListStatus:
    """What is loaded of one list: its day, its age in days, and where it came from."""

    list: str
    title: str
    as_of: date | None
    age_days: int | None
    entries: int
    rejected: int
    source: str
    sha256: str
    imported_on: date | None = None
    checked_on: date | None = None
    stale_after_days: int | None = None


@dataclass(frozen=True)
class Change:
    """What an import did to one list: `taken` False means the version in use stays, for the `reason`.

    `new`, `gone` and `altered` name the entries that differ, as "id: name".
    """

    list: str
    taken: bool
    reason: Told
    entries: int
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    rejected: tuple[Fault, ...] = ()

    @property
    def added(self) -> int:
        """How many entries are new."""
        return len(self.new)

    @property
    def removed(self) -> int:
        """How many entries are gone."""
        return len(self.gone)

    @property
    def changed(self) -> int:
        """How many entries differ from before."""
        return len(self.altered)


Origin = dict[str, dict[str, str | None]]
"""Addresses a version came from, each with the server's marks of it (`etag`, `last_modified`)."""


def store_folder() -> Path:
    """The folder of the store: `$LOTGATE_HOME/lists`, or `lotgate/lists` in the platform's folder for user data."""
    if home := os.environ.get("LOTGATE_HOME"):
        return Path(home) / "lists"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "lotgate" / "lists"


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "versions.json"
    if not path.exists():
        return {"in_use": None, "versions": []}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError([Fault(str(path), f"the store's record cannot be read: {error}")]) from None


def _entries_digest(entries: pl.DataFrame) -> str:
    return sha256(entries.write_json().encode()).hexdigest()


def _differences(old: pl.DataFrame, new: pl.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Entries added, removed and changed, told by their ids."""
    before = {row["entry"]: row for row in old.iter_rows(named=True)}
    after = {row["entry"]: row for row in new.iter_rows(named=True)}
    both = before.keys() & after.keys()
    return (
        tuple(f"{key}: {after[key]['name']}" for key in sorted(after.keys() - before.keys())),
        tuple(f"{key}: {before[key]['name']}" for key in sorted(before.keys() - after.keys())),
        tuple(f"{key}: {after[key]['name']}" for key in sorted(both) if before[key] != after[key]),
    )


def _filled(entries: pl.DataFrame, column: str) -> int:
    return int((entries[column].list.len() > 0).sum())


def reason_against(new: PartyList, held: PartyList | None, force: bool = False) -> Told | None:
    """Why a version may not replace the one in use; None if it may."""
    if not len(new):
        return Told("holds no entry", "没有任何条目")
    if force:
        return None
    if len(new.rejected) > _REJECTED * max(new.rows, 1) and is_official(new.id):
        bad, rows = f"{len(new.rejected):,}", f"{new.rows:,}"
        return Told(f"{bad} of its {rows} rows cannot be read", f"{rows}行中有{bad}行无法读取")
    if held is None:
        return None
    if held.as_of and new.as_of is None:
        return Told(f"has no day, the one in use is of {held.as_of}", f"没有日期，现用版本为{held.as_of}")
    if held.as_of and new.as_of and new.as_of < held.as_of:
        return Told(
            f"is of {new.as_of}, older than the one in use of {held.as_of}",
            f"日期为{new.as_of}，早于现用的{held.as_of}版本",
        )
    if len(new) < _SHRINK[is_official(new.id)] * len(held):
        return Told(
            f"has {len(new):,} entries against {len(held):,} in use; force it in if that is right",
            f"仅有{len(new):,}条，现用版本有{len(held):,}条；若属实请强制采用",
        )
    for column in _FILLED:
        before = _filled(held.entries, column)
        if before > 0.05 * len(held) and before > 5 and not _filled(new.entries, column):
            return Told(
                f"no entry has {column} any more, {before:,} had; the layout may have changed",
                f"所有条目均无{column}，此前有{before:,}条；文件格式可能已改变",
            )
    return None


def in_use(folder: Path) -> tuple[PartyList, dict[str, Any]] | None:
    """The version in use in a list's folder with its record, None if there is none; InputError where it is damaged."""
    manifest = _manifest(folder)
    version = next((item for item in manifest["versions"] if item["file"] == manifest["in_use"]), None)
    if version is None:
        return None
    path = folder / version["file"]
    try:
        if digest(path.read_bytes()) != version["file_sha256"]:
            raise InputError([Fault(str(path), "the stored list is damaged (its hash differs); import it again")])
        return restore_lists(path)[0], version
    except (OSError, ValueError, KeyError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError([Fault(str(path), f"the stored list cannot be read: {error}; import it again")]) from None


def _write_manifest(folder: Path, record: dict[str, Any]) -> None:
    with write_atomically(folder / "versions.json") as stream:
        stream.write(json.dumps(record, indent=1, ensure_ascii=False).encode())


def _keep(found: PartyList, folder: Path, today: date, origin: Origin | None) -> None:
    day = found.as_of.isoformat() if found.as_of else "undated"
    path = folder / f"{day}_{_entries_digest(found.entries)[:16]}.parquet"
    store_lists(path, [found])
    version = {
        "file": path.name,
        "file_sha256": digest(path.read_bytes()),
        "source_sha256": found.sha256,
        "source": found.source,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "entries": len(found),
        "rows": found.rows,
        "merged": found.merged,
        "rejected": len(found.rejected),
        "imported_on": today.isoformat(),
        "checked_on": today.isoformat() if origin else None,
        "origin": origin,
    }
    manifest = _manifest(folder)
    others = [item for item in manifest["versions"] if item["file"] != path.name]
    _write_manifest(folder, {"in_use": path.name, "versions": [*others, version]})


def held_list(list_id: str) -> tuple[PartyList, dict[str, Any]] | None:
    """The version of a list in use in the store with its record; None if there is none, or if it is damaged."""
    try:
        return in_use(store_folder() / list_id)
    except InputError:
        return None


def confirm(list_id: str, today: date, origin: Origin) -> None:
    """Records that the version in use was found at its address, unchanged, on a day."""
    folder = store_folder() / list_id
    manifest = _manifest(folder)
    for version in manifest["versions"]:
        if version["file"] == manifest["in_use"]:
            version["checked_on"], version["origin"] = today.isoformat(), origin
    _write_manifest(folder, manifest)


def take(found: PartyList, today: date, force: bool = False, origin: Origin | None = None) -> Change:
    """What taking a version into the store did; the version in use stays where there is a reason against it."""
    held = held_list(found.id)
    before = held[0] if held else None
    against = reason_against(found, before, force)
    if against:
        return Change(found.id, False, against, len(found), rejected=found.rejected)
    old = before.entries if before is not None else found.entries.clear()
    new, gone, altered = _differences(old, found.entries)
    if before is not None and before.as_of == found.as_of and not new and not gone and not altered:
        if origin:
            confirm(found.id, today, origin)
        return Change(found.id, True, SAME, len(found), rejected=found.rejected)
    _keep(found, store_folder() / found.id, today, origin)
    return Change(found.id, True, TAKEN, len(found), new, gone, altered, found.rejected)


def import_lists(path: Path | str, today: date, force: bool = False, as_of: date | None = None) -> list[Change]:
    """What importing a file, or a folder of files, did to each list in it; `as_of` is the day of lists without one.

    Raises InputError, and changes nothing, for a file that is broken or holds no list.
    """
    source = Path(path)
    if not source.exists():
        raise MissingError(f"{source}: no such file or folder")
    found: Iterable[PartyList] = read_folder(source) if source.is_dir() else read_list(source)
    dated = [replace(item, as_of=item.as_of or as_of) for item in found]
    with locked(store_folder() / ".lock"):
        return [take(item, today, force) for item in dated]


def versions(list_id: str) -> list[dict[str, Any]]:
    """The records of all versions of a list that the store has kept, oldest first, the one in use marked."""
    manifest = _manifest(store_folder() / list_id)
    return [{**version, "in_use": version["file"] == manifest["in_use"]} for version in manifest["versions"]]


def load_store() -> ListSet:
    """The lists in use in the store, each with the day it was last found at its address; empty where none is."""
    root = store_folder()
    lists = {}
    for folder in sorted(root.iterdir()) if root.is_dir() else []:
        held = in_use(folder) if folder.is_dir() else None
        if held:
            checked = held[1].get("checked_on")
            lists[held[0].id] = replace(held[0], checked_on=date.fromisoformat(checked) if checked else None)
    return ListSet(lists, live=True)


def open_lists(folder: Path | str | None = None) -> ListSet:
    """The lists to screen with: of `folder`, else of `$LOTGATE_LISTS`, else of the store."""
    chosen = folder or os.environ.get("LOTGATE_LISTS")
    return read_folder(chosen) if chosen else load_store()


def status(lists: ListSet, today: date) -> list[ListStatus]:
    """What is loaded, list by list, with its age on `today`: days since its day, or since it was last found current."""
    made = []
    for item in lists:
        latest = item.current_on
        age = (today - latest).days if latest else None
        held = _manifest(store_folder() / item.id)
        version = next(
            (v for v in held["versions"] if v["source_sha256"] == item.sha256 and v["file"] == held["in_use"]), None
        )
        day = date.fromisoformat(version["imported_on"]) if version else None
        made.append(
            ListStatus(
                item.id,
                item.title,
                item.as_of,
                age,
                len(item),
                len(item.rejected),
                item.source,
                item.sha256,
                day,
                item.checked_on,
                stale_after_days(item.id),
            )
        )
    return made
