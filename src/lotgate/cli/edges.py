"""What commands do at the edges: open law, lists and workspaces, read the clock, print, and write files whole."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from lotgate.cli.options import Terms
    from lotgate.decide import Decisions
    from lotgate.law import Law
    from lotgate.parties.lists import ListSet

__all__ = [
    "BAD_INPUT",
    "DONE",
    "MISSING",
    "NOT_ALL_GO",
    "console",
    "decisions",
    "keep_freed_memory",
    "load_law",
    "load_lists",
    "note",
    "print_json",
    "today",
    "told",
    "write_whole",
]


# What a command that ends well gives the shell; errors carry their own status.
DONE, NOT_ALL_GO, BAD_INPUT, MISSING = 0, 1, 2, 3


_KEPT = ((-1, 2_000_000_000), (-3, 32 << 20))
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of mallopt(3), in bytes; the second is the largest glibc takes."""


def keep_freed_memory() -> None:
    """Tells glibc to keep what is freed, where it is the C library.

    Arrays of some megabytes come and go by the hundred in a check; fetching each anew from the system costs a tenth of
    the processor time. For a command that ends, not for a server that stays.
    """
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for option, size in _KEPT:
        mallopt(option, size)


def load_law(law_folders: Sequence[Path], as_known: date | None) -> Law:
    """The shipped law with the folders laid over it, as far as it was recorded by a day."""
    from lotgate.law import load

    return load(law_folders, as_known)


def load_lists(folder: Path | None) -> ListSet:
    """The party lists of a folder, or of the user's own store."""
    from lotgate.parties.store import open_lists

    with told():
        return open_lists(folder)


@contextlib.contextmanager
def told() -> Iterator[Callable[[], None]]:
    """What is done within says on standard error how far it has come, if that is a terminal; gives what clears the line
    before something else is printed."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from lotgate.progress import heard
    from lotgate.report.progress import Stages

    stages = Stages()
    try:
        with heard(stages):
            yield stages.end
    finally:
        stages.end()


def decisions(workspace: Path, terms: Terms) -> Decisions:
    """A workspace read and decided on the terms of the command."""
    keep_freed_memory()
    from lotgate.decide import check as decide
    from lotgate.tables import load

    regimes = [code.strip() for code in terms.regime.split(",") if code.strip()] if terms.regime else None
    with told():
        ws = load(workspace)
    law, lists = load_law(terms.law_folders, terms.as_known), load_lists(terms.lists_folder)
    with told():
        return decide(ws, terms.on, regimes, law=law, lists=lists, list_age=terms.list_age)


def console(no_color: bool = False) -> Console:
    """The terminal to print on, which shows a sign it does not know as a question mark."""
    from lotgate.report.screen_text import make_console

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return make_console(no_color=no_color)


def print_json(content: Any) -> None:
    """Writes the machine's form to standard output."""
    json.dump(content, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def note(text: str) -> None:
    """Says something beside the answer, on standard error."""
    click.echo(text, err=True)


def today() -> date:
    """The only place the command line reads the clock."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Lets `write` fill a file beside `path` and puts it in its place once it is whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(temporary)
        temporary.replace(path)
    except OSError as error:
        from lotgate.errors import Fault, InputError

        reason = error.strerror or str(error)
        raise InputError([Fault(str(path), f"cannot be written: {reason}", expected="a folder to write in")]) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    note(f"wrote {path}")
