"""What `chip` prints: one chip with its limits and margins, or many chips at a glance. Measures nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, zip_longest

from rich.console import Console
from rich.text import Text as Line

from lotgate.decide.chip import Because, Chip, Chips, Margin
from lotgate.decide.chip_law import ENTRY, HOLDING
from lotgate.items.chips import Bounds
from lotgate.report.rows import clean
from lotgate.report.screen_text import bullets, columns, fit, heading, joined
from lotgate.report.words import fact_label, say

__all__ = ["print_chips"]

_PIPED = 60
"""Chips shown where the output is no screen with a height."""
_AROUND = 8
"""Lines of the screen that are not chips."""
_STYLES = {"none": "bold black on green", "unknown": "bold white on blue"}
_REACHED = "bold black on yellow"
_OPPOSITE = {">=": "<", ">": "<=", "<": ">=", "<=": ">"}
_WORDS = {
    ("relief", "yes"): "chip.within",
    ("relief", "no"): "chip.over",
    ("relief", "none"): "chip.uncontrolled",
    ("bands", "none"): "chip.no_band",
    ("letter", "none"): "chip.unnamed",
    ("letter", "named"): "chip.named",
    ("letter", "equal"): "chip.equal",
    ("named", "named"): "chip.named",
    ("presumption", "presumed"): "chip.presumed",
    ("presumption", "rebuttable"): "chip.rebuttable",
    ("presumption", "none"): "chip.older_node",
}


def print_chips(chips: Chips, console: Console, language: str = "en", limit: int | None = None) -> None:
    """Prints one chip in full, several as a table of as many as the screen holds."""
    if not len(chips):
        console.print(say("chip.nothing", language))
    elif len(chips) == 1:
        _print_chip(chips[0], console, language)
    else:
        _print_table(chips, console, language, limit)
    console.print(Line(say("say.care", language, day=chips.law.known_as_of), style="dim"))


# ---- words -----------------------------------------------------------------------------------------------------------


def _class(kind: str, key: str, held: str, language: str) -> str:
    """What a chip is by one yardstick, in words."""
    if held == "unknown":
        return say("say.unknown", language)
    if word := _WORDS.get((kind, held)):
        return say(word, language)
    if held == "none":
        return say("chip.outside", language)
    if held == "yes":
        return say("chip.inside", language)
    if kind == "bands":
        return say("chip.band", language, n=held.removeprefix("band "))
    return f"{key.partition('-')[2]}.{held}"


def _number(value: float) -> str:
    """A figure as people write it: thousands apart, two decimals, two digits of what is less than a tenth."""
    if 0 < abs(value) < 0.095:
        return f"{value:.2g}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _bounds(found: Bounds, language: str) -> str:
    low = _number(float(found.low))
    if found.settled:
        return low
    if found.high is not None:
        return say("chip.between", language, low=low, high=_number(float(found.high)))
    return say("chip.at_least", language, low=low) if found.low else say("say.unknown", language)


def _distance(margin: Margin, language: str) -> str:
    """`0.06 under 3.2`."""
    assert margin.margin is not None and margin.limit is not None
    limit = _number(margin.limit)
    if margin.margin == 0:
        return say("chip.at", language, limit=limit)
    key = "chip.under" if margin.margin < 0 else "chip.above"
    return say(key, language, margin=_number(abs(margin.margin)), limit=limit)


def _short(figure: str, language: str) -> str:
    """A figure in a word or two."""
    short = {"tpp": "head.tpp", "performance_density": "head.density"}.get(figure)
    return say(short, language) if short else fact_label(figure)[language]


def _reasons(found: Sequence[Because], held: str, language: str) -> str:
    """Why a chip is what it is: what it meets, or what it fails, or what nobody knows; of several limits of one figure
    the one that says most."""
    told: dict[tuple[str, str], str] = {}
    for one in found:
        figure, op, limit = one.condition.split(" ", 2)
        if one.met == "no":
            if held != "none" or op not in _OPPOSITE:
                continue
            op = _OPPOSITE[op]
        if one.met == "unknown":
            op, limit = "", ""
        before = told.setdefault((figure, op), limit)
        if op in ("<", "<=", ">", ">="):
            told[figure, op] = (min if op[0] == "<" else max)(before, limit, key=float)
    return _listed([_said(figure, op, limit, language) for (figure, op), limit in told.items()], language)


def _said(figure: str, op: str, limit: str, language: str) -> str:
    name = _short(figure, language)
    if not op:
        return say("chip.open", language, figure=name)
    return f"{name} {op} {_number(float(limit)) if op in _OPPOSITE else limit}"


def _listed(parts: Sequence[str], language: str) -> str:
    return ("；" if language == "zh" else "; ").join(parts)


# ---- one chip --------------------------------------------------------------------------------------------------------


def _print_chip(chip: Chip, console: Console, language: str) -> None:
    heading(clean(chip.name), console, _aside(chip, language))
    if chip.measured:
        _print_figures(chip, console, language)
    console.print()
    _print_classes(chip, console, language)
    _print_margins(chip, console, language)
    console.print()
    builds = []
    for key, each in chip.verdict.differs.items():
        told = [f"{model} {_held(chip, key, held, language)}" for model, held in each.items()]
        builds.append(f"{key}{say('say.colon', language)}{_listed(told, language)}")
    bullets([*(note[language] for note in chip.notes), *builds], console, style="yellow", mark="!")
    if chip.metric.missing:
        cells = [fact_label(cell)[language] for cell in chip.metric.missing]
        bullets([say("chip.missing", language, cells=_listed(cells, language))], console, style="dim")
    if chip.measured and chip.sources:
        told = [say("chip.own", language) if one == "chips" else one for one in chip.sources]
        bullets([say("chip.sources", language, sources=_listed(told, language))], console, style="dim")


def _held(chip: Chip, key: str, held: str, language: str) -> str:
    return _class(chip.verdict.kinds.get(key, ""), key, held, language)


def _aside(chip: Chip, language: str) -> str:
    if not chip.measured:
        return say("chip.assembly", language)
    vendors = list(dict.fromkeys(one.vendor for one in chip.models))
    models = [one.model for one in chip.models if one.model != chip.name]
    released = [one.released for one in chip.models if one.released and len(chip.models) == 1]
    verified = {True: "verified.yes", False: "verified.no"}.get(chip.metric.verified)  # type: ignore[arg-type]
    parts = [*vendors, *models, *released, *([say(verified, language)] if verified else [])]
    return " · ".join(clean(part) for part in parts)


def _print_figures(chip: Chip, console: Console, language: str) -> None:
    rows = [(fact_label(name)[language], _bounds(bound, language)) for name, bound in chip.figures.items()]
    rates = {name: (rate, bits) for one in chip.models for name, bits, rate in one.rates}
    governing = chip.metric.governing_precision
    if governing is not None:
        rate = ""
        if len(chip.models) == 1 and governing in rates and chip.metric.source != "chips":
            tops, bits = rates[governing]
            rate = say("chip.rate", language, precision=governing, rate=_number(float(tops)), bits=bits)
        rows[0] = (rows[0][0], f"{rows[0][1]}  {rate or governing}")
    rows.append((fact_label("datacentre")[language], _market(chip, language)))
    widths = [*columns([row[:1] for row in rows], (40,)), max(console.width - 44, 20)]
    for row in rows:
        console.print(Line(joined(zip(row, widths, strict=True))), no_wrap=True)


def _market(chip: Chip, language: str) -> str:
    """Whether a chip is made or marketed for data centres."""
    found = chip.metric.datacentre
    if found is None:
        return say("say.unknown", language)
    return {"yes": "是", "no": "否"}.get(found, found) if language == "zh" else found


def _print_classes(chip: Chip, console: Console, language: str) -> None:
    """For each yardstick what the chip is, and since when; then why, on the day asked about."""
    keys = list(dict.fromkeys(key for held in chip.classes.values() for key in held))
    if not keys:
        console.print(say("chip.unmeasured", language))
        return
    heads = tuple(say(f"head.{head}", language) for head in ("regime", "since", "class", "because"))
    rows: list[tuple[str, str, str, str]] = []
    for key in sorted(keys, key=lambda key: (key not in chip.now, keys.index(key))):
        spans = _spans(chip, key)
        for number, (day, held) in enumerate(spans):
            last = number == len(spans) - 1 and key in chip.now
            why = _reasons(chip.verdict.because.get(key, ()), held, language) if last else ""
            rows.append((key if number == 0 else "", day, _held(chip, key, held, language), why))
    widths = columns([heads[:3], *(row[:3] for row in rows)], (22, 10, 32))
    room = max(console.width - sum(widths) - 3, 10)
    console.print(Line(joined(zip(heads, [*widths, room], strict=True)), style="dim"), no_wrap=True)
    for row in rows:
        told = Line(row[3]).wrap(console, room) if row[3] else [Line("")]
        for cells, part in zip_longest([row[:3]], told, fillvalue=("", "", "")):
            why = part.plain if isinstance(part, Line) else ""
            console.print(Line(joined([*zip(cells, widths, strict=True), (why, room)])), no_wrap=True)


def _spans(chip: Chip, key: str) -> list[tuple[str, str]]:
    """The days from which a chip is something else by one yardstick, and what."""
    held = [(day, classes.get(key)) for day, classes in chip.classes.items()]
    first = held[:1] + [after for before, after in pairwise(held) if before[1] != after[1]]
    return [(day.isoformat(), one) for day, one in first if one is not None]


def _print_margins(chip: Chip, console: Console, language: str) -> None:
    if not chip.verdict.margins:
        return
    console.print()
    heading(say("chip.limits", language, day=chip.on), console)
    rows = []
    for margin in chip.verdict.margins:
        then = _held(chip, margin.key, margin.then, language)
        if margin.value is None:
            figure = f"{_short(margin.figure, language)}{say('say.colon', language)}{_market(chip, language)}"
            rows.append((margin.key, figure, say("chip.otherwise", language, then=then)))
        else:
            text = f"{_distance(margin, language)}{'；' if language == 'zh' else ', '}"
            text += say("chip.beyond", language, then=then)
            rows.append((margin.key, f"{_short(margin.figure, language)} {_number(margin.value)}", text))
    widths = columns([row[:2] for row in rows], (22, 40))
    for row in rows:
        cells = [*zip(row[:2], widths, strict=True), (row[2], max(console.width - sum(widths) - 4, 10))]
        console.print(Line(f"  {joined(cells)}"), no_wrap=True)


# ---- many chips ------------------------------------------------------------------------------------------------------


def _print_table(chips: Chips, console: Console, language: str, limit: int | None) -> None:
    """Two lines of the screen for each chip: what it is under 3A090 with its figures, then all else and the nearest
    limit."""
    if limit is None:
        limit = max((console.height - _AROUND) // 2, 5) if console.is_terminal else _PIPED
    heading(say("title.chip", language, day=chips.on), console, say("say.known", language, day=chips.law.known_as_of))
    shown = chips.chips[:limit]
    marks = [_mark(chip, language) for chip in shown]
    rows = [_cells(chip, language) for chip in shown]
    heads = tuple(say(f"head.{head}", language) for head in ("item", "tpp", "density", "format"))
    mark = columns([[text] for text, _ in marks], (20,))[0] + 2
    widths = columns([heads, *rows], (30, 20, 16, 8))
    console.print(Line(" " * (mark + 1) + joined(zip(heads, widths, strict=True)), style="dim"), no_wrap=True)
    for chip, (text, style), row in zip(shown, marks, rows, strict=True):
        line = Line().append(f" {fit(text, mark - 2)} ", style=style)
        line.append(" ")
        line.append(joined(zip(row, widths, strict=True)))
        line.truncate(console.width, overflow="ellipsis")
        console.print(line, no_wrap=True)
        bullets(_doubted(chip, language), console, style="yellow", mark="!")
        if more := _more(chip, language):
            below = Line(f"{' ' * (mark + 1)}{more}", style="dim")
            below.truncate(console.width, overflow="ellipsis")
            console.print(below, no_wrap=True)
    if len(chips) > limit:
        console.print(Line(say("chip.more", language, n=f"{len(chips) - limit:,}"), style="bold"))
    console.print()
    console.print(Line(say("chip.next", language), style="dim"))


def _mark(chip: Chip, language: str) -> tuple[str, str]:
    """The label of a chip, by 3A090 or, of what only holds chips, by 4A090; and its colour."""
    key = ENTRY if chip.measured else HOLDING[ENTRY]
    held = chip.now.get(key)
    if held is None:
        return "-", ""
    return _held(chip, key, held, language), _STYLES.get(held, _REACHED)


def _cells(chip: Chip, language: str) -> tuple[str, ...]:
    name = clean(chip.name)
    if not chip.measured:
        return (name, say("chip.assembly", language), "", "")
    figures = chip.figures
    if "tpp" not in figures:
        density = f"{_bounds(figures['memory_bandwidth_density'], language)} GB/s/mm²"
        return (name, "", density, "")
    tpp, density = (_bounds(figures[one], language) for one in ("tpp", "performance_density"))
    return (name, tpp, density, chip.metric.governing_precision or "")


def _doubted(chip: Chip, language: str) -> list[str]:
    """What does not agree in the figures of a workspace; a class above it may rest on a slip."""
    return [clean(note[language]) for note in chip.notes] if chip.metric.source == "chips" else []


def _more(chip: Chip, language: str) -> str:
    """The nearest limit of 3A090, what else a chip is, and what is not known."""
    own = ENTRY if chip.measured else HOLDING[ENTRY]
    near = [m for m in chip.verdict.margins if m.key == ENTRY and m.margin is not None and m.limit]
    parts = []
    if near:
        nearest = min(near, key=lambda m: abs(m.margin or 0) / (m.limit or 1))
        parts.append(f"{_short(nearest.figure, language)} {_distance(nearest, language)}")
    others = {key: held for key, held in chip.now.items() if key != own and held != "none"}
    for key, held in others.items():
        if held == "unknown":
            continue
        said, kind = _held(chip, key, held, language), chip.verdict.kinds[key]
        parts.append(said if kind in ("relief", "bands") else f"{_home(key, held)} {said}".strip())
    unknown = [key for key, held in others.items() if held == "unknown"]
    if unknown:
        keys = ("、" if language == "zh" else ", ").join(unknown)
        parts.append(f"{say('say.unknown', language)}{say('say.colon', language)}{keys}")
    return " · ".join(parts)


def _home(key: str, held: str) -> str:
    """What stands before the words of a class: the law where these name the entry, else the whole name."""
    return key.partition("-")[0] if held not in ("yes", "named", "equal") else key
