"""The comparison of computing systems as one HTML file: charts of boxes, both languages inside, no request out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from lotgate import __version__
from lotgate.compute import Comparison, Estimate, Interval, Side, System
from lotgate.law import Text
from lotgate.report.compute_view import doublings, figure, runs, short_title, span, spec_rows, work_title
from lotgate.report.compute_words import told
from lotgate.report.pages import both_languages, page_environment
from lotgate.report.rows import clean

__all__ = ["render_comparison"]


@dataclass(frozen=True)
class Bar:
    """One system's figure in a chart: its ends and estimate as percent of the scale, and the figure in words."""

    system: str
    at: float
    low: float
    high: float
    value: str
    within: Text
    extrapolated: bool


@dataclass(frozen=True)
class Chart:
    """A figure of both systems on one scale."""

    title: Text
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Part:
    """A term of the time of a step: its key, its words, its share of the sum of terms in percent."""

    key: str
    name: Text
    share: float


@dataclass(frozen=True)
class SideView:
    """One work as the template draws it."""

    key: str
    phase: Text
    title: Text
    equal: Bar | None
    charts: tuple[Chart, ...]
    runs: tuple[tuple[str, Text], ...]
    parts: tuple[tuple[str, tuple[Part, ...]], ...]
    marks: tuple[Text, ...]
    extrapolated: bool
    energy: Text | None
    """The energy of the first for a token over that of the second."""


def render_comparison(found: Comparison, language: str = "en") -> str:
    """The page as text; `language` is shown first, the reader can switch."""
    first, second = found.systems
    reach = doublings(found.sides)
    return (
        _environment()
        .get_template("compute.html.j2")
        .render(
            language=language,
            program=__version__,
            title=told("title", first=clean(first.name), second=clean(second.name)),
            first=clean(first.name),
            second=clean(second.name),
            basis=told("basis", day=found.calibrated, n=found.results),
            ticks=_ticks(reach),
            specs=_specs(found.systems),
            sides=[_view(number, side, reach) for number, side in enumerate(found.sides)],
            sources=_sources(found.systems),
        )
    )


def _both(make: Callable[..., str], *given: object) -> Text:
    """What a function gives in both languages, the language last."""
    return Text(make(*given, "en"), make(*given, "zh"))


def _within(held: Interval) -> Text:
    return _both(span, held)


def _ticks(reach: float) -> list[tuple[float, str]]:
    """Places on the scale of doublings, with their labels."""
    step = max(1, math.ceil(reach / 4))
    whole = range(-math.floor(reach), math.floor(reach) + 1)
    return [(_on(2.0**n, reach), f"{2**n:g}" if n >= 0 else f"1/{2**-n:g}") for n in whole if n % step == 0]


def _on(value: float, reach: float) -> float:
    return round((math.log2(value) + reach) / (2 * reach) * 100, 2)


def _view(number: int, side: Side, reach: float) -> SideView:
    equal = None
    if side.equal:
        at, low, high = (_on(one, reach) for one in (side.equal.value, side.equal.low, side.equal.high))
        guess = any(one.extrapolated for one in side.estimates)
        equal = Bar("", at, low, high, figure(side.equal.value), _within(side.equal), guess)
    pair = side.estimates
    charts = [
        _chart("rate.system", [(one, one.whole) for one in pair]),
        _chart("rate.chip", [(one, one.rate) for one in pair]),
        _chart("energy", [(one, one.energy) for one in pair]),
    ]
    if side.work.phase == "decode":
        charts.append(_chart("latency", [(one, one.token_ms) for one in pair]))
    return SideView(
        key=f"w{number}",
        phase=_both(short_title, side),
        title=_both(work_title, side),
        equal=equal,
        charts=tuple(charts),
        runs=tuple((clean(one.system.name), _both(runs, one)) for one in pair),
        parts=tuple((clean(one.system.name), _parts(one)) for one in pair if one.step),
        marks=tuple(
            Text(f"{clean(one.system.name)}: {mark.en}", f"{clean(one.system.name)}：{mark.zh}")
            for one in pair
            for mark in one.marks
        ),
        extrapolated=any(one.extrapolated for one in pair),
        energy=_energy(side),
    )


def _energy(side: Side) -> Text | None:
    if side.energy is None:
        return None
    first, second = (clean(one.system.name) for one in side.estimates)
    label, within = told("equals.energy", first=first, second=second), _within(side.energy)
    number = figure(side.energy.value)
    return Text(f"{label.en}: {number} ({within.en})", f"{label.zh}：{number}（{within.zh}）")


def _chart(key: str, rows: Sequence[tuple[Estimate, Interval | None]]) -> Chart:
    most = max((held.high for _, held in rows if held), default=1.0)
    bars = []
    for one, held in rows:
        name = clean(one.system.name)
        if held is None:
            word = told("none" if one.rate is None else "unknown")
            bars.append(Bar(name, 0.0, 0.0, 0.0, "", word, False))
            continue
        at, low, high = (round(end / most * 100, 2) for end in (held.value, held.low, held.high))
        bars.append(Bar(name, at, low, high, figure(held.value), _within(held), one.extrapolated))
    return Chart(told(key), tuple(bars))


def _parts(one: Estimate) -> tuple[Part, ...]:
    """The terms of a step as shares of their sum; weights read in two halves stand for those read at once."""
    assert one.step is not None
    terms = dict(one.step.terms)
    halved = terms.pop("matrix_halved", None)
    if halved is not None and one.step.overlap:
        terms["matrix"] = halved
    total = sum(terms.values()) or 1.0
    return tuple(
        Part(key, told(f"term.{key}"), round(held / total * 100, 2)) for key, held in terms.items() if held > 0
    )


def _specs(pair: Sequence[System]) -> list[tuple[Text, ...]]:
    en, zh = spec_rows(pair, "en"), spec_rows(pair, "zh")
    return [
        tuple(Text(*cells) for cells in zip(mine, theirs, strict=True)) for mine, theirs in zip(en, zh, strict=True)
    ]


def _sources(pair: Sequence[System]) -> list[str]:
    """What each figure of the machines is from, and what is said about it."""
    found = []
    for one in pair:
        notes = [held for held in (one.power_basis, one.note, one.chip.note) if held]
        found.append(f"{clean(one.name)}: {one.source}; {one.chip.name}: {one.chip.source}. {'; '.join(notes)}")
    return list(dict.fromkeys(found))


def _text(text: Text | str) -> Markup:
    """A text, or the words of a key, in both languages; once where they are the same."""
    return both_languages(told(text) if isinstance(text, str) else text)


@cache
def _environment() -> Environment:
    return page_environment("templates/compute.css", t=_text, w=told)
