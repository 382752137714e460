"""Times things against each other in one run, and shows and keeps the figures."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = ["Figure", "Spent", "best", "busy", "show", "spent", "times", "write"]


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


@dataclass(frozen=True)
class Spent:
    """What something took, in seconds: of all processors together, and by the clock on the wall."""

    processor: float
    wall: float


def spent(way: Callable[[], Any]) -> Spent:
    """What one call takes, processes it starts and waits for included."""
    before, start = _processor(), time.perf_counter()
    way()
    return Spent(_processor() - before, time.perf_counter() - start)


def _processor() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in (own, children))


def best(ways: Mapping[str, Callable[[], Any]], repeats: int) -> dict[str, Spent]:
    """The least each way took; the ways take turns, so that all meet the same machine."""
    found = {name: [spent(way)] for name, way in ways.items()}
    for _ in range(repeats - 1):
        for name, way in ways.items():
            found[name].append(spent(way))
    return {
        name: Spent(min(one.processor for one in times), min(one.wall for one in times))
        for name, times in found.items()
    }


def times(theirs: Spent, ours: Spent) -> tuple[float, str]:
    """How many times as long they take, in processor time; and the same by the clock, for a note."""
    return theirs.processor / ours.processor, f"{theirs.wall / ours.wall:.3g} x by the clock"


def busy() -> str:
    """What else the machine does, for figures that a person waits for."""
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    return f"load {load:.1f} on {processors} processors" + (", NOT QUIET" if load > 0.5 * processors else "")


def show(figures: Sequence[Figure], failed: Sequence[str] = ()) -> None:
    """Prints the figures as a table, what there is to say of each below it, and last the bars missed and what was not
    measured, the parts that failed included."""
    table = Table("figure", "value", "bar", "", title="lotgate bench")
    for figure in figures:
        mark = "" if not figure.bar else "met" if figure.holds else "MISSED"
        table.add_row(figure.name, f"{figure.value:.3g} {figure.unit}", figure.bar, mark)
    console = Console(width=100, soft_wrap=True)
    console.print(table)
    for figure in figures:
        if figure.note:
            console.print(f"{figure.name}: {figure.note}", highlight=False)
    barred = [figure for figure in figures if figure.bar]
    missed = [f"MISSED {figure.name}" for figure in barred if not figure.holds]
    unmeasured = [figure.name for figure in figures if not figure.unit] + [f"{part}: FAILED" for part in failed]
    console.print("\n  ".join([f"{len(barred) - len(missed)} of {len(barred)} bars met", *missed, *unmeasured]))


def write(figures: list[Figure], path: Path) -> None:
    """Writes the figures as JSON."""
    rows = [asdict(figure) | {"holds": figure.holds} for figure in figures]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
