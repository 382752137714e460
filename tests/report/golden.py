"""Compares printed text with a file kept beside the tests; LOTGATE_WRITE_GOLDEN=1 writes the files anew."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from lotgate.report.screen_text import make_console

FOLDER = Path(__file__).parent / "golden"


def printed(print_it: Callable[[Console], None], width: int = 100) -> str:
    """What a function prints on a screen without colour, trailing spaces left out."""
    stream = io.StringIO()
    print_it(make_console(stream, no_color=True, width=width))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def expect(name: str, text: str) -> None:
    """Asserts that the text is that of the golden file."""
    path = FOLDER / name
    if os.environ.get("LOTGATE_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
