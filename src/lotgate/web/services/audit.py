"""The log for auditors: whether it is whole, its signed heads, and the export that `lotgate licence audit` reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lotgate.licence import Actor
from lotgate.web.services.cases import now
from lotgate.web.services.credentials import keys
from lotgate.web.services.readers import must_be
from lotgate.web.store.book import Book
from lotgate.web.store.verify import Verified, verify

__all__ = ["export", "signed", "verified"]


def verified(actor: Actor) -> Verified:
    """What a check of the whole log and of every projection found; for auditors. Raises Forbidden."""
    must_be(actor, "reader")
    return verify()


def signed(at: datetime | None = None) -> str:
    """A signature over where the log stands now: to be kept elsewhere at least daily."""
    from lotgate.licence.log import signed_head
    from lotgate.licence.records import instant

    return signed_head([Book(reading=True).head()], keys(), instant(at or now()))


def export(actor: Actor) -> Iterator[bytes]:
    """The export, line by line, ending in a signed head; for auditors. Raises Forbidden before the first line."""
    must_be(actor, "reader")
    return _lines()


def _lines() -> Iterator[bytes]:
    from lotgate.licence.log import export_lines
    from lotgate.licence.log import signed_head as sign
    from lotgate.licence.records import Head, instant

    book = Book(reading=True)
    last = Head(book.book)
    folder = keys()

    def entries() -> Iterator[Any]:
        nonlocal last
        for entry in book.entries():
            last = Head(entry.book, entry.sequence, entry.hash)
            yield entry

    def heads() -> Iterator[str]:
        yield sign([last], folder, instant(now()))  # over what was exported, whatever was written meanwhile

    yield from export_lines(entries(), heads(), folder.public)
