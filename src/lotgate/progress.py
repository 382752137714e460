"""How far long work has come, told by those who do it to whoever hears: nobody, unless a caller asked to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

__all__ = ["Hears", "heard", "one_by_one", "tell"]

Hears = Callable[[str, int, int], None]
"""Told what is being done, how much of it is, and how much there is in all (0 where that is not known); told of "" when
all that is done."""

_HEARS: ContextVar[Hears | None] = ContextVar("hears", default=None)
_EVERY = 500

One = TypeVar("One")


@contextmanager
def heard(hears: Hears) -> Iterator[None]:
    """Long work done within is told to the one given."""
    before = _HEARS.set(hears)
    try:
        yield
    finally:
        _HEARS.reset(before)


def tell(what: str, done: int, total: int = 0) -> None:
    """Tells whoever hears."""
    if (hears := _HEARS.get()) is not None:
        hears(what, done, total)


def one_by_one(what: str, these: Iterable[One], total: int = 0) -> Iterator[One]:
    """These, one after the other, telling now and then how many have been taken."""
    if _HEARS.get() is None:
        yield from these
        return
    total = total or (len(these) if isinstance(these, Sized) else 0)
    done = 0
    for done, one in enumerate(these):
        if done % _EVERY == 0:
            tell(what, done, total)
        yield one
    tell(what, done, done)
