"""Decisions as people read them: on a terminal, as one page, as their own workbook. Decides nothing itself.

Names load when they are first used: printing on a terminal needs neither the page's nor the workbook's libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lotgate.report.explanation import print_explain
    from lotgate.report.html import render_html, write_html
    from lotgate.report.screen_text import make_console
    from lotgate.report.terminal import print_check, print_horizon
    from lotgate.report.words import say, word
    from lotgate.report.workbook import write_xlsx

__all__ = [
    "make_console",
    "print_check",
    "print_explain",
    "print_horizon",
    "render_html",
    "say",
    "word",
    "write_html",
    "write_xlsx",
]

_HOMES = {
    "make_console": "screen_text",
    "print_check": "terminal",
    "print_explain": "explanation",
    "print_horizon": "terminal",
    "render_html": "html",
    "say": "words",
    "word": "words",
    "write_html": "html",
    "write_xlsx": "workbook",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'lotgate.report' has no attribute {name!r}")
    return getattr(import_module(f"lotgate.report.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
