"""Keeps what has been read or computed of lists on disk, under the hash of what it came from."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from lotgate.cache import cache_folder, write_atomically
from lotgate.errors import Fault
from lotgate.parties.lists import PartyList

__all__ = ["cached_lists", "code_mark", "locked", "restore_lists", "store_lists"]


@cache
def code_mark() -> str:
    """A mark of the code and data of this package: another version of it makes other results."""
    mark = sha256()
    root = files("lotgate.parties")
    for folder in (root, *(root.joinpath(room) for room in ("data", "names", "matching"))):
        for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if item.is_file() and item.name.endswith((".py", ".csv", ".txt", ".yaml")):
                mark.update(item.name.encode())
                mark.update(item.read_bytes())
    return mark.hexdigest()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a lock that another program of ours waits for; the system lets it go when a program ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as stream:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def store_lists(path: Path, lists: Sequence[PartyList]) -> None:
    """Writes lists with all that is known of them to one Parquet file."""
    about = [
        {
            "id": item.id,
            "title": item.title,
            "as_of": item.as_of.isoformat() if item.as_of else None,
            "source": item.source,
            "entries": len(item),
            "rows": item.rows,
            "merged": item.merged,
            "rejected": [asdict(fault) for fault in item.rejected],
            "sha256": item.sha256,
        }
        for item in lists
    ]
    table = pl.concat([item.entries for item in lists]).to_arrow()
    table = table.replace_schema_metadata({b"lotgate": json.dumps(about).encode()})
    with write_atomically(path) as stream:
        pq.write_table(table, stream, compression="zstd")


def restore_lists(path: Path) -> list[PartyList]:
    """The lists that `store_lists` wrote; raises OSError, ValueError or KeyError for anything else."""
    table = pq.read_table(path)
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    lists, start = [], 0
    for item in json.loads(table.schema.metadata[b"lotgate"]):
        entries = frame.slice(start, item["entries"])
        start += item["entries"]
        day = date.fromisoformat(item["as_of"]) if item["as_of"] else None
        faults = tuple(Fault(**fault) for fault in item["rejected"])
        lists.append(
            PartyList(
                item["id"],
                item["title"],
                day,
                item["source"],
                entries,
                item["rows"],
                item["merged"],
                faults,
                item["sha256"],
            )
        )
    return lists


def cached_lists(parts: Sequence[str], read: Callable[[], list[PartyList]]) -> list[PartyList]:
    """The lists that `read` gives, from disk if they were read before from the same `parts`."""
    key = sha256("\n".join([code_mark(), *parts]).encode()).hexdigest()
    path = cache_folder() / "lists" / f"{key[:40]}.parquet"
    if path.exists():
        # A damaged or foreign file in the cache costs a new reading, nothing else.
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            return restore_lists(path)
    lists = read()
    with contextlib.suppress(OSError):
        store_lists(path, lists)
    return lists
