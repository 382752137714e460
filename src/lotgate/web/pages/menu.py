"""The menu: which pages a role sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lotgate.law import Text
from lotgate.web.pages.words import word

__all__ = ["Entry", "entries"]


@dataclass(frozen=True)
class Entry:
    """A page in the menu."""

    href: str
    title: Text
    here: bool
    count: int | None = None


_PAGES: tuple[tuple[str, str, frozenset[str]], ...] = (("/", "home", frozenset()),)
"""Address, key of the title, and the roles that see it; no roles means everybody."""


def entries(memberships: Iterable[Any], path: str) -> list[Entry]:
    """The pages that these memberships see, in the order of a day's work."""
    roles = {one.role for one in memberships}
    shown = [(href, key) for href, key, wanted in _PAGES if not wanted or wanted & roles]
    here = max((href for href, _ in shown if path.startswith(href)), key=len, default="")
    return [Entry(href, word(key), href == here) for href, key in shown]
