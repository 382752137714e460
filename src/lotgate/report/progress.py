"""Says on standard error how far long work has come."""

from __future__ import annotations

import sys
import time
from typing import TextIO

__all__ = ["Progress", "Stages"]


class Progress:
    """Says on a stream how far work has come, once it takes longer than a moment; at most once a second."""

    def __init__(self, what: str, stream: TextIO | None = None, after: float = 2.0) -> None:
        self.what, self.stream = what, sys.stderr if stream is None else stream
        self.next = time.monotonic() + after
        self.said = False

    def __call__(self, done: int, total: int) -> None:
        """Told after each step."""
        now = time.monotonic()
        if now >= self.next or (self.said and done == total):
            end = "\n" if not self.stream.isatty() or done == total else "\r"
            self.stream.write(f"{self.what}: {done:,} of {total:,}{end}")
            self.stream.flush()
            self.said, self.next = True, now + 1.0


class Stages:
    """Says on a terminal how far each of several kinds of work has come, in a line that is written over."""

    def __init__(self, stream: TextIO | None = None, after: float = 2.0) -> None:
        self.stream = sys.stderr if stream is None else stream
        self.next = time.monotonic() + after
        self.wide = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Told after each step."""
        now = time.monotonic()
        if not what:
            self.end()
        if not what or now < self.next:
            return
        said = f"{what}: {done:,} of {total:,}" if total else f"{what}: {done:,}" if done else what
        self.stream.write(f"{said:<{self.wide}}\r")
        self.stream.flush()
        self.wide, self.next = len(said), now + 0.5

    def end(self) -> None:
        """Clears the line for what is printed next."""
        if self.wide:
            self.stream.write(" " * self.wide + "\r")
            self.stream.flush()
            self.wide = 0
