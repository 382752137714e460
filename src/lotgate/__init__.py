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
    from lotgate.classification.propose import classify
    from lotgate.decide.asking import ask_suppliers
    from lotgate.decide.check import Decisions, check, explain, horizon
    from lotgate.decide.chip import Chips, chip
    from lotgate.decide.content import Content, content
    from lotgate.decide.owners import Owners, owners
    from lotgate.decide.review import matches, review
    from lotgate.errors import InputError, LawError, LotgateError, MissingError
    from lotgate.law import load as load_law
    from lotgate.parties.reading import read_folder as read_lists
    from lotgate.parties.review import read_reviews
    from lotgate.parties.screen import screen
    from lotgate.parties.store import import_lists
    from lotgate.parties.update import update as update_lists
    from lotgate.suppliers.answered import read_answers
    from lotgate.suppliers.importing import import_documents
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
    "Owners",
    "Workspace",
    "ask_suppliers",
    "check",
    "chip",
    "classify",
    "compute",
    "content",
    "explain",
    "horizon",
    "import_documents",
    "import_lists",
    "load",
    "load_law",
    "matches",
    "owners",
    "read_answers",
    "read_lists",
    "read_reviews",
    "review",
    "screen",
    "update_lists",
]

_HOMES = {
    "Chips": ("lotgate.decide.chip", "Chips"),
    "Content": ("lotgate.decide.content", "Content"),
    "Decisions": ("lotgate.decide.check", "Decisions"),
    "InputError": ("lotgate.errors", "InputError"),
    "LawError": ("lotgate.errors", "LawError"),
    "LotgateError": ("lotgate.errors", "LotgateError"),
    "MissingError": ("lotgate.errors", "MissingError"),
    "Owners": ("lotgate.decide.owners", "Owners"),
    "Workspace": ("lotgate.tables", "Workspace"),
    "ask_suppliers": ("lotgate.decide.asking", "ask_suppliers"),
    "check": ("lotgate.decide.check", "check"),
    "chip": ("lotgate.decide.chip", "chip"),
    "classify": ("lotgate.classification.propose", "classify"),
    "content": ("lotgate.decide.content", "content"),
    "explain": ("lotgate.decide.check", "explain"),
    "horizon": ("lotgate.decide.check", "horizon"),
    "import_documents": ("lotgate.suppliers.importing", "import_documents"),
    "import_lists": ("lotgate.parties.store", "import_lists"),
    "load": ("lotgate.tables", "load"),
    "load_law": ("lotgate.law", "load"),
    "matches": ("lotgate.decide.review", "matches"),
    "owners": ("lotgate.decide.owners", "owners"),
    "read_answers": ("lotgate.suppliers.answered", "read_answers"),
    "read_lists": ("lotgate.parties.reading", "read_folder"),
    "read_reviews": ("lotgate.parties.review", "read_reviews"),
    "review": ("lotgate.decide.review", "review"),
    "screen": ("lotgate.parties.screen", "screen"),
    "update_lists": ("lotgate.parties.update", "update"),
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
