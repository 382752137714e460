"""The menu: which pages a role sees."""

from __future__ import annotations

from dataclasses import dataclass

from lotgate.law import Text
from lotgate.licence import Actor
from lotgate.licence.people import sides
from lotgate.web.pages.words import word
from lotgate.web.services.cases import PLURAL

__all__ = ["Entry", "entries", "lists_for"]


@dataclass(frozen=True)
class Entry:
    """A page in the menu."""

    href: str
    title: Text
    here: bool


_LISTS: dict[str, frozenset[str]] = {
    "application": frozenset({"exporter", "end-user", "authority", "consulted", "reader"}),
    "licence": frozenset({"exporter", "end-user", "authority", "customs", "reader"}),
    "clearance": frozenset({"exporter", "authority", "customs", "reader"}),
    "delivery": frozenset({"exporter", "end-user", "authority", "customs", "reader"}),
    "lot": frozenset({"exporter", "authority", "customs", "reader"}),
    "finding": frozenset({"authority", "reader"}),
}
"""Kinds of record, and the sides whose work they are."""
_PAGES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("/checks/", "checks", frozenset({"exporter"})),
    ("/portfolio/", "portfolio", frozenset({"exporter"})),
    ("/find/", "find.short", frozenset({"customs"})),
    ("/log/", "log", frozenset({"reader"})),
    ("/people/", "people", frozenset({"administrator"})),
    ("/issuer/", "issuer", frozenset({"administrator"})),
)
"""Other pages: address, key of the title, sides that have it."""


def lists_for(actor: Actor) -> list[str]:
    """The kinds of record whose lists this person has."""
    return [kind for kind, wanted in _LISTS.items() if wanted & sides(actor)]


def entries(actor: Actor | None, path: str) -> list[Entry]:
    """The pages that this person has, in the order of a day's work."""
    shown = [("/", word("home"))]
    if actor is not None:
        shown += [(href, word(key)) for href, key, wanted in _PAGES if wanted & sides(actor)]
        shown += [(f"/{PLURAL[kind]}/", word(f"list.{kind}")) for kind in lists_for(actor)]
    here = max((href for href, _ in shown if path.startswith(href)), key=len, default="")
    return [Entry(href, title, href == here) for href, title in shown]
