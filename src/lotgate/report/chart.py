"""The geometry of the chart of answers over the coming months: stacked steps, one band per answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lotgate.report.words import ANSWERS

__all__ = ["Band", "Chart", "Mark", "draw"]

_Across = Callable[[date], float]
_Up = Callable[[int], float]

WIDTH, HEIGHT = 960, 268
LEFT, RIGHT, TOP, BOTTOM = 44, 112, 30, 28
_SMALLEST_LABEL = (26, 15)
"""A number is written into a band of at least this width and height."""


@dataclass(frozen=True)
class Band:
    """A rectangle: the lines with one answer over days on which no count changes."""

    answer: str
    count: int
    x: float
    y: float
    width: float
    height: float
    labelled: bool


@dataclass(frozen=True)
class Mark:
    """A place on the scale of days or at the end of a band, with its label."""

    x: float
    y: float
    label: str
    answer: str = ""


@dataclass(frozen=True)
class Chart:
    """All that the template draws, and the same figures for people who do not see it."""

    bands: tuple[Band, ...]
    months: tuple[Mark, ...]
    changes: tuple[Mark, ...]
    ends: tuple[Mark, ...]
    scale: tuple[Mark, ...]
    steps: tuple[tuple[date, Mapping[str, int]], ...]
    """The first day and every day on which a count changes, with the counts from then on."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM


def draw(points: Sequence[tuple[date, Mapping[str, int]]]) -> Chart | None:
    """The chart of counts per day; None where there is nothing to draw."""
    steps = _steps(points)
    total = sum(steps[0][1].values()) if steps else 0
    if not total:
        return None
    first, last = steps[0][0], points[-1][0] + timedelta(days=30)

    def across(day: date) -> float:
        return round(LEFT + (day - first).days * (WIDTH - LEFT - RIGHT) / (last - first).days, 1)

    def up(count: int) -> float:
        return round(HEIGHT - BOTTOM - count * (HEIGHT - TOP - BOTTOM) / total, 1)

    bands = []
    for place, (day, counts) in enumerate(steps):
        x = across(day)
        end = across(steps[place + 1][0]) if place + 1 < len(steps) else WIDTH - RIGHT
        below = 0
        for answer in ANSWERS:
            count = counts.get(answer, 0)
            if count:
                y, height = up(below + count), round(up(below) - up(below + count), 1)
                wide = end - x >= _SMALLEST_LABEL[0] and height >= _SMALLEST_LABEL[1]
                bands.append(Band(answer, count, x, y, round(end - x, 1), height, wide))
            below += count
    return Chart(
        tuple(bands),
        tuple(_months(first, last, across)),
        tuple(_changes(steps[1:], across)),
        tuple(_ends(steps[-1][1], up)),
        (Mark(LEFT, up(0), "0"), Mark(LEFT, up(total), f"{total:,}")),
        steps,
    )


def _steps(points: Sequence[tuple[date, Mapping[str, int]]]) -> tuple[tuple[date, Mapping[str, int]], ...]:
    """The points whose counts differ from those before."""
    found: list[tuple[date, Mapping[str, int]]] = []
    for day, counts in sorted(points, key=lambda point: point[0]):
        if not found or any(found[-1][1].get(answer, 0) != counts.get(answer, 0) for answer in ANSWERS):
            found.append((day, counts))
    return tuple(found)


def _months(first: date, last: date, across: _Across) -> list[Mark]:
    """The first days of months, as many as fit without touching."""
    days = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    days = [day for day in days if first <= day < last]
    every = max(1, -(-len(days) * 62 // (WIDTH - LEFT - RIGHT)))
    return [Mark(across(day), HEIGHT - BOTTOM, day.isoformat()[:7]) for day in days[::every]]


def _changes(steps: Sequence[tuple[date, Mapping[str, int]]], across: _Across) -> list[Mark]:
    """The days on which counts change; a label that would touch the one before is left out."""
    marks: list[Mark] = []
    free = 0.0
    for day, _ in steps:
        x = across(day)
        shown = x >= free
        marks.append(Mark(x, TOP, day.isoformat() if shown else ""))
        if shown:
            free = x + 72
    return marks


def _ends(counts: Mapping[str, int], up: _Up) -> list[Mark]:
    """Labels at the right of the bands, moved apart where bands are thin."""
    marks: list[Mark] = []
    below, floor = 0, HEIGHT - BOTTOM + 4.0
    for answer in ANSWERS:
        count = counts.get(answer, 0)
        if not count:
            continue
        middle = (up(below) + up(below + count)) / 2 + 4
        y = round(min(middle, floor - 16 if marks else middle), 1)
        marks.append(Mark(WIDTH - RIGHT + 10, y, f"{count:,}", answer))
        below, floor = below + count, y
    return marks
