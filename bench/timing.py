"""Times things against each other in one run, and shows and keeps the figures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = ["Figure", "best", "show", "write"]


@dataclass(frozen=True)
class Figure:
    """One measured thing, and the bar it is held to (none: for information)."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the bar is met."""
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    @property
    def bar(self) -> str:
        """The bar as shown."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}" if self.at_most is not None else ""


def best(ways: Mapping[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """The shortest time of each way in seconds; the ways take turns, so that all meet the same machine."""
    found = dict.fromkeys(ways, float("inf"))
    for _ in range(repeats):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            found[name] = min(found[name], time.perf_counter() - start)
    return found


def show(figures: list[Figure]) -> None:
    """Prints the figures as a table."""
    table = Table("figure", "value", "bar", "", "note", title="lotgate bench")
    for figure in figures:
        mark = "" if not figure.bar else "ok" if figure.holds else "MISSED"
        table.add_row(figure.name, f"{figure.value:.3g} {figure.unit}", figure.bar, mark, figure.note)
    Console().print(table)


def write(figures: list[Figure], path: Path) -> None:
    """Writes the figures as JSON."""
    rows = [asdict(figure) | {"holds": figure.holds} for figure in figures]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
