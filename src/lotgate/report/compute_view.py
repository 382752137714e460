"""Computing systems on a terminal: how many of one equal one of the other at a glance, then the figures behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from rich.console import Console
from rich.text import Text as Line

from lotgate.compute import Comparison, Estimate, Interval, Side, System, models, systems
from lotgate.compute.calibrate import KeptBack, Left
from lotgate.compute.constants import CONSTANTS, Calibration, Constant
from lotgate.compute.estimate import NINE_TENTHS
from lotgate.compute.results import Result, results
from lotgate.compute.works import PHASES, catalogue
from lotgate.report.compute_words import tell
from lotgate.report.rows import clean
from lotgate.report.screen_text import bullets, columns, fit, heading, joined, speaks_unicode

__all__ = ["doublings", "figure", "print_calibration", "print_comparison", "print_known", "spec_rows", "work_title"]

_WIDEST = 24
_DOUBLINGS = 3.0


def figure(value: float) -> str:
    """A number as people write it: three digits that tell, thousands apart."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.{max(digits, 0)}f}".rstrip("0").rstrip(".") if digits > 0 else f"{rounded:,.0f}"


def span(found: Interval, language: str) -> str:
    """The interval in words."""
    return tell("range", language, low=figure(found.low), high=figure(found.high))


def work_title(side: Side, language: str) -> str:
    """What is done, in words: from the catalogue, else as typed."""
    named = catalogue().get(side.name.casefold())
    return (named.zh if language == "zh" else named.en) if named else side.work.words


def print_comparison(found: Comparison, console: Console, language: str = "en") -> None:
    """Prints a comparison: equals first, machines, then each work."""
    first, second = found.systems
    basis = tell("basis", language, day=found.calibrated, n=found.results)
    heading(tell("title", language, first=clean(first.name), second=clean(second.name)), console)
    console.print(Line(basis, style="dim"))
    console.print()
    _print_equals(found, console, language)
    console.print()
    _print_specs(found.systems, console, language)
    for side in found.sides:
        console.print()
        _print_side(side, console, language)
    console.print()
    _print_marks(found, console, language)
    console.print(Line(tell("next", language), style="dim"))
    console.print(Line(tell("care", language), style="dim"))


def _print_equals(found: Comparison, console: Console, language: str) -> None:
    first, second = found.systems
    heading(tell("equals", language, second=clean(second.name)), console)
    rows: list[tuple[str, str, str, Interval | None]] = []
    for side in found.sides:
        shown = figure(side.equal.value) if side.equal else "-"
        name = tell("of", language, n=shown, name=clean(first.name)) if side.equal else tell("none", language)
        within = span(side.equal, language) if side.equal else ""
        rows.append((f"{_extrapolated(side)} {short_title(side, language)}", name, within, side.equal))
    widths = columns([row[:3] for row in rows], (28, 30, 20))
    room, reach = max(min(console.width - sum(widths) - 4, 25), 9), doublings(found.sides)
    for *cells, equal in rows:
        line = Line(" ".join(fit(str(cell), width) for cell, width in zip(cells, widths, strict=True)))
        line.append("  ")
        line.append(_scale(equal, reach, room, speaks_unicode(console)) if equal else "", style="cyan")
        line.rstrip()
        line.truncate(console.width, overflow="ellipsis")
        console.print(line, no_wrap=True)
    told = f"{tell('never_one', language)} {tell('mark', language)}"
    console.print(Line(told, style="dim"))


def doublings(sides: Sequence[Side]) -> float:
    """How many doublings either way a scale must show, three at least."""
    ends = [end for side in sides if side.equal for end in (side.equal.low, side.equal.high)]
    return max([_DOUBLINGS, *(abs(math.log2(end)) * 1.05 for end in ends)])


def _scale(found: Interval, reach: float, room: int, unicode: bool) -> str:
    """An interval on a scale of doublings with one in the middle."""

    def place(value: float) -> int:
        return round((math.log2(value) + reach) / (2 * reach) * (room - 1))

    line, dot, middle = ("─", "●", "│") if unicode else ("-", "o", "|")
    cells = [" "] * room
    cells[place(1.0)] = middle
    for at in range(place(found.low), place(found.high) + 1):
        cells[at] = line
    cells[place(found.value)] = dot
    return "".join(cells)


def _extrapolated(side: Side) -> str:
    return "~" if any(one.extrapolated for one in side.estimates) else " "


def short_title(side: Side, language: str) -> str:
    """The phase, with the format where it is asked for by name."""
    name = tell(f"phase.{side.work.phase}", language)
    more = [] if side.work.precision in ("8bit", "bf16") else [side.work.precision.upper()]
    if side.name.casefold() not in (side.work.phase, f"{side.work.phase}-fp4"):
        more = [side.name.casefold()] if side.name.casefold() in catalogue() else [side.work.model.name, *more]
    return " ".join([name, *more])


def spec_rows(pair: Sequence[System], language: str) -> list[tuple[str, ...]]:
    """What the machines are, a row for each figure: its name and the figure of either."""

    def dense(system: System) -> str:
        rates = system.chip.rates.items()
        return " · ".join(f"{name.upper()} {figure(rate * system.chips / 1e15)}" for name, rate in rates)

    def power(system: System) -> str:
        if system.power is not None:
            return tell("power.stated", language, kw=figure(system.power / 1e3))
        if system.chip.power is None:
            return tell("unknown", language)
        return tell("power.estimated", language, kw=figure(1.8 * system.chip.power * system.chips / 1e3))

    def network(system: System) -> str:
        out = system.chip.scaleout
        return "-" if out is None else f"{figure(out * 8 / 1e9)} Gbit/s"

    def link(system: System) -> str:
        chip = system.chip
        return tell("link.value", language, rate=figure(chip.scaleup / 1e9), n=f"{chip.scaleup_chips:,}")

    cells: dict[str, Callable[[System], str]] = {
        "chips": lambda one: f"{one.chips:,} {clean(one.chip.name)}",
        "memory": lambda one: f"{figure(one.memory / 1e12)} TB",
        "bandwidth": lambda one: f"{figure(one.chips * one.chip.bandwidth / 1e12)} TB/s",
        "dense": dense,
        "link": link,
        "network": network,
        "power": power,
        "standing": lambda one: tell(f"standing.{one.standing}", language),
    }
    return [(tell(name, language), *(cell(one) for one in pair)) for name, cell in cells.items()]


def _print_specs(pair: Sequence[System], console: Console, language: str) -> None:
    _print_table([("", *(clean(one.name) for one in pair)), *spec_rows(pair, language)], console)


def _print_table(rows: Sequence[tuple[str, ...]], console: Console) -> None:
    widths = columns(rows, (_WIDEST, 34, 34))
    over = sum(widths) + 2 - console.width
    if over > 0:
        widths = [widths[0], *(max(16, width - (over + 1) // 2) for width in widths[1:])]
    for number, row in enumerate(rows):
        told = [Line(cell).wrap(console, width) or [Line("")] for cell, width in zip(row, widths, strict=True)]
        for place in range(max(len(one) for one in told)):
            parts = [one[place].plain.rstrip() if place < len(one) else "" for one in told]
            line = joined(zip(parts, widths, strict=True))
            console.print(Line(line, style="bold" if number == 0 else ""), no_wrap=True)


def _print_side(side: Side, console: Console, language: str) -> None:
    phase = side.work.phase
    heading(f"{short_title(side, language)}", console, clean(work_title(side, language)))
    rows = [("", *(clean(one.system.name) for one in side.estimates))]
    rows.append((tell("rate.chip", language), *(_told(one, one.rate, language) for one in side.estimates)))
    rows.append((tell("rate.system", language), *(_told(one, one.whole, language) for one in side.estimates)))
    rows.append((tell("energy", language), *(_told(one, one.energy, language) for one in side.estimates)))
    if phase == "decode":
        rows.append((tell("latency", language), *(_told(one, one.token_ms, language) for one in side.estimates)))
    rows.append((tell("runs", language), *(runs(one, language) for one in side.estimates)))
    _print_table(rows, console)
    if side.energy:
        first, second = (clean(one.system.name) for one in side.estimates)
        label = tell("equals.energy", language, first=first, second=second)
        console.print(Line(f"{label}  {figure(side.energy.value)} ({span(side.energy, language)})"), no_wrap=True)


def _told(one: Estimate, found: Interval | None, language: str) -> str:
    if found is None:
        return tell("none" if one.rate is None else "unknown", language)
    return f"{'~' if one.extrapolated else ''}{figure(found.value)} ({span(found, language)})"


def runs(one: Estimate, language: str) -> str:
    """How a system runs a work: format, batch, ranks in a group."""
    if one.step is None:
        return "-"
    values = {"precision": one.step.precision.upper(), "ranks": one.step.ranks, "batch": figure(one.step.batch)}
    return tell(f"runs.{one.work.phase}", language, **values)


def _print_marks(found: Comparison, console: Console, language: str) -> None:
    """Each reason once, with the phases it is about."""
    told: dict[tuple[str, str], list[str]] = {}
    for side in found.sides:
        for one in side.estimates:
            for mark in one.marks:
                text = mark.zh if language == "zh" else mark.en
                told.setdefault((clean(one.system.name), text), []).append(short_title(side, language))
    lines = [f"{name}, {', '.join(dict.fromkeys(phases))}: {text}" for (name, text), phases in told.items()]
    bullets(lines, console, style="yellow", mark="~")


# ---- what is known, and how well -------------------------------------------------------------------------------------


def print_known(own: Sequence[System], console: Console, language: str = "en") -> None:
    """Prints the systems, works and models that can be named."""
    heading(tell("list.systems", language), console)
    rows = [
        (clean(one.name), f"{one.chips:,} × {clean(one.chip.name)}", tell(f"standing.{one.standing}", language))
        for one in (*systems(), *own)
    ]
    _print_table(rows, console)
    console.print()
    heading(tell("list.works", language), console)
    for work in catalogue().values():
        bullets([f"{work.name}: {work.zh if language == 'zh' else work.en}"], console)
    console.print()
    heading(tell("list.models", language), console)
    bullets([f"{one.name} ({one.source})" for one in models()], console)


def print_calibration(
    held: Calibration, left: Sequence[Left], kept: Sequence[KeptBack], console: Console, language: str = "en"
) -> None:
    """Prints the errors of the model on published results, seen and unseen, and its constants."""
    heading(tell("cal.title", language), console, tell("basis", language, day=held.day, n=len(held.results)))
    heads = [tell(f"cal.{name}", language) for name in ("head", "measured", "fit", "without", "platform")]
    rows = [(*heads[:1], "", *heads[1:])]
    for one in left:
        errors = [f"{error:+.1%}" for error in (one.fitted, one.without, one.without_platform)]
        rows.append((one.result.id, one.result.chip.name, f"{figure(one.result.value)} {one.result.quantity}", *errors))
    for same in zip(*map(_mean_and_worst, _errors(left)), strict=True):
        rows.append((tell(f"cal.{same[0][0]}", language), "", "", *(f"{error:.1%}" for _, error in same)))
    widths = columns(rows, (16, 16, 22, 8, 10, 11))
    for number, row in enumerate(rows):
        console.print(Line(joined(zip(row, widths, strict=True)), style="bold" if number == 0 else ""), no_wrap=True)
    console.print(tell("cal.inside", language, n=sum(_inside(one.without, one.spread) for one in left), all=len(left)))
    console.print()
    _print_makes(left, console, language)
    far = sum(_inside(one.without_platform, one.platform_spread) for one in left)
    console.print(tell("cal.inside_make", language, n=far, all=len(left)))
    console.print()
    heading(tell("cal.kept", language), console)
    for check in kept:
        cells = (check.result.id, check.result.chip.name, f"{figure(check.result.value)} {check.result.quantity}")
        inside = tell("cal.in" if _inside(check.error, check.spread) else "cal.out", language)
        text = joined([*zip(cells, widths[:3], strict=True), (f"{check.error:+.1%}", 8), (inside, 24)])
        console.print(Line(text), no_wrap=True)
    for name, error in _mean_and_worst([check.error for check in kept]):
        console.print(f"{tell(f'cal.{name}', language)} {error:.1%}")
    console.print()
    heading(tell("cal.constants", language), console)
    spreads = np.sqrt(np.diag(held.covariance))
    known = {one.name: one for one in CONSTANTS}
    for name, log, spread in zip(held.names, held.logs, spreads, strict=True):
        console.print(Line(_constant(name, known.get(name), float(np.exp(log)), float(spread), language)), no_wrap=True)
    console.print()
    heading(tell("cal.not_used", language), console)
    bullets([_unused(one) for one in results() if not (one.fitted or one.kept_back)], console)


def _constant(name: str, one: Constant | None, value: float, spread: float, language: str) -> str:
    means = "" if one is None else one.zh if language == "zh" else one.en
    was = 1.0 if one is None else one.prior
    unit = "times" if one is None else one.unit
    return f"{name:<20} {value:>8.3g} ±{spread:<5.0%} ({was:g}) {unit:<13} {means}".rstrip()


def _unused(one: Result) -> str:
    return f"{one.id}, {one.chip.name}, {figure(one.value)} {one.quantity}: {one.note}"


def _errors(left: Sequence[Left]) -> tuple[list[float], list[float], list[float]]:
    return (
        [one.fitted for one in left],
        [one.without for one in left],
        [one.without_platform for one in left],
    )


def _print_makes(left: Sequence[Left], console: Console, language: str) -> None:
    """Prints the errors on each make of chip of which no result entered."""
    heading(tell("cal.makes", language), console)
    for platform in sorted({one.result.chip.platform for one in left}):
        for phase in PHASES:
            own = [one for one in left if (one.result.chip.platform, one.result.phase) == (platform, phase)]
            if own:
                (_, mean), (_, worst) = _mean_and_worst([one.without_platform for one in own])
                name = tell(f"phase.{phase}", language)
                text = tell("cal.make", language, n=len(own), mean=f"{mean:.1%}", worst=f"{worst:.1%}")
                console.print(Line(joined([(platform, 12), (name, 10), (text, 60)])), no_wrap=True)


def _mean_and_worst(errors: Sequence[float]) -> list[tuple[str, float]]:
    sizes = [abs(error) for error in errors]
    return [("mean", float(np.mean(sizes))), ("worst", float(np.max(sizes)))]


def _inside(error: float, spread: float) -> bool:
    return abs(math.log1p(error)) <= NINE_TENTHS * spread
