"""Lotgate decides, for one lot on one day, whether strategic goods may go to an end user for an end use.

    import lotgate
    decisions = lotgate.check(lotgate.load("shipments/"))
    for line in decisions:
        print(line.line, line.answer)

Lotgate informs; a person decides. Names load when they are first used, so that importing the package stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lotgate import compute
    from lotgate.decide.check import Decisions, check, explain, horizon
    from lotgate.decide.chip import Chips, chip
    from lotgate.decide.content import Content, content
    from lotgate.errors import InputError, LawError, LotgateError, MissingError
    from lotgate.law import load as load_law
    from lotgate.parties.reading import read_folder as read_lists
    from lotgate.parties.screen import screen
    from lotgate.tables import Workspace, load

__version__ = "0.1.0"

__all__ = [
    "Chips",
    "Content",
    "Decisions",
    "InputError",
    "LawError",
    "LotgateError",
    "MissingError",
    "Workspace",
    "check",
    "chip",
    "compute",
    "content",
    "explain",
    "horizon",
    "load",
    "load_law",
    "read_lists",
    "screen",
]

_HOMES = {
    "Chips": ("lotgate.decide.chip", "Chips"),
    "Content": ("lotgate.decide.content", "Content"),
    "Decisions": ("lotgate.decide.check", "Decisions"),
    "InputError": ("lotgate.errors", "InputError"),
    "LawError": ("lotgate.errors", "LawError"),
    "LotgateError": ("lotgate.errors", "LotgateError"),
    "MissingError": ("lotgate.errors", "MissingError"),
    "Workspace": ("lotgate.tables", "Workspace"),
    "check": ("lotgate.decide.check", "check"),
    "chip": ("lotgate.decide.chip", "chip"),
    "content": ("lotgate.decide.content", "content"),
    "explain": ("lotgate.decide.check", "explain"),
    "horizon": ("lotgate.decide.check", "horizon"),
    "load": ("lotgate.tables", "load"),
    "load_law": ("lotgate.law", "load"),
    "read_lists": ("lotgate.parties.reading", "read_folder"),
    "screen": ("lotgate.parties.screen", "screen"),
}


def __getattr__(name: str) -> Any:
    if name == "compute":
        return import_module("lotgate.compute")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'lotgate' has no attribute {name!r}")
    return getattr(import_module(home[0]), home[1])


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
