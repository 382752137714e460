"""The user's cache folder: where it is, files that appear whole or not at all, and a bound on what is kept.

The folder is `$LOTGATE_CACHE`, or `lotgate` in the user's cache folder. Losing it loses only time.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["cache_folder", "keep_within", "write_atomically"]


def cache_folder() -> Path:
    """The folder for cached results."""
    if own := os.environ.get("LOTGATE_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lotgate"


@contextlib.contextmanager
def write_atomically(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name only when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def keep_within(folder: Path, limit: int) -> None:
    """Removes the files of a folder that were used longest ago until the rest is at most `limit` bytes.

    Others may read, write and remove at the same time; a file that is being read stays readable.
    """
    found = []
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            about = path.stat()
            found.append((about.st_mtime_ns, about.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found, key=lambda one: (one[0], one[2].name)):
        if total <= limit:
            return
        with contextlib.suppress(OSError):
            path.unlink()
        total -= size
