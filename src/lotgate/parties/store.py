"""The user's own store of party lists: every version imported, with hash, day and counts.

The store is `lists` under `$LOTGATE_HOME` or the platform's data folder. A version that is older than the one in use,
or has lost most of its entries, is kept out; what is in use is never touched until the new version is complete.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from lotgate.errors import Fault, InputError, MissingError
from lotgate.parties.cache import restore_lists, store_lists, write_atomically
from lotgate.parties.content import digest
from lotgate.parties.lists import ListSet, PartyList
from lotgate.parties.reading import read_folder, read_list

__all__ = ["Change", "ListStatus", "import_lists", "load_store", "open_lists", "status", "store_folder"]

_SHRINK = 0.5
"""A version with less than this part of the entries in use is taken for a broken one."""


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


@dataclass(frozen=True)
class Change:
    """What an import did to one list: `taken` False means the version in use stays, for the `reason`."""

    list: str
    taken: bool
    reason: str
    entries: int
    added: int = 0
    removed: int = 0
    changed: int = 0


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


def _differences(old: pl.DataFrame, new: pl.DataFrame) -> tuple[int, int, int]:
    """Entries added, removed and changed, told by their ids."""
    before = {row["entry"]: row for row in old.iter_rows(named=True)}
    after = {row["entry"]: row for row in new.iter_rows(named=True)}
    both = before.keys() & after.keys()
    changed = sum(before[key] != after[key] for key in both)
    return len(after.keys() - before.keys()), len(before.keys() - after.keys()), changed


def _reason_against(new: PartyList, held: PartyList | None, force: bool) -> str | None:
    """Why a version may not replace the one in use; None if it may."""
    if not len(new):
        return "holds no entry"
    if held is None or force:
        return None
    if held.as_of and new.as_of is None:
        return f"has no day, the one in use is of {held.as_of}"
    if held.as_of and new.as_of and new.as_of < held.as_of:
        return f"is of {new.as_of}, older than the one in use of {held.as_of}"
    if len(new) < _SHRINK * len(held):
        return f"has {len(new)} entries against {len(held)} in use; import with force if that is right"
    return None


def _in_use(folder: Path) -> tuple[PartyList, dict[str, Any]] | None:
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


def _keep(found: PartyList, folder: Path, today: date) -> None:
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
        "rejected": len(found.rejected),
        "imported_on": today.isoformat(),
    }
    manifest = _manifest(folder)
    others = [item for item in manifest["versions"] if item["file"] != path.name]
    record = {"in_use": path.name, "versions": [*others, version]}
    with write_atomically(folder / "versions.json") as stream:
        stream.write(json.dumps(record, indent=1, ensure_ascii=False).encode())


def _import_one(found: PartyList, today: date, force: bool) -> Change:
    folder = store_folder() / found.id
    try:
        held = _in_use(folder)
    except InputError:
        held = None
    before = held[0] if held else None
    against = _reason_against(found, before, force)
    if against:
        return Change(found.id, False, against, len(found))
    old = before.entries if before is not None else found.entries.clear()
    added, removed, changed = _differences(old, found.entries)
    if before is not None and before.as_of == found.as_of and not added + removed + changed:
        return Change(found.id, True, "the same as the one in use", len(found))
    _keep(found, folder, today)
    return Change(found.id, True, "now in use", len(found), added, removed, changed)


def import_lists(path: Path | str, today: date, force: bool = False) -> list[Change]:
    """What importing a file, or a folder of files, did to each list in it.

    Raises InputError, and changes nothing, for a file that is broken or holds no list.
    """
    source = Path(path)
    if not source.exists():
        raise MissingError(f"{source}: no such file or folder")
    found: Iterable[PartyList] = read_folder(source) if source.is_dir() else read_list(source)
    return [_import_one(item, today, force) for item in found]


def load_store() -> ListSet:
    """The lists in use in the store; an empty set where nothing has been imported."""
    root = store_folder()
    lists = {}
    for folder in sorted(root.iterdir()) if root.is_dir() else []:
        held = _in_use(folder) if folder.is_dir() else None
        if held:
            lists[held[0].id] = held[0]
    return ListSet(lists)


def open_lists(folder: Path | str | None = None) -> ListSet:
    """The lists to screen with: of `folder`, else of `$LOTGATE_LISTS`, else of the store."""
    chosen = folder or os.environ.get("LOTGATE_LISTS")
    return read_folder(chosen) if chosen else load_store()


def status(lists: ListSet, today: date) -> list[ListStatus]:
    """What is loaded, list by list, with its age on `today`."""
    made = []
    for item in lists:
        age = (today - item.as_of).days if item.as_of else None
        held = _manifest(store_folder() / item.id)
        version = next(
            (v for v in held["versions"] if v["source_sha256"] == item.sha256 and v["file"] == held["in_use"]), None
        )
        day = date.fromisoformat(version["imported_on"]) if version else None
        made.append(
            ListStatus(
                item.id, item.title, item.as_of, age, len(item), len(item.rejected), item.source, item.sha256, day
            )
        )
    return made
