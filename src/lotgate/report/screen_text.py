"""Text for a terminal: fitting to cells of the screen (Chinese takes two), bars, labels of answers, notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text as Line

from lotgate.report.words import ANSWERS, say

__all__ = [
    "ANSWER_STYLES",
    "answer_label",
    "bullets",
    "columns",
    "counts_bar",
    "fit",
    "heading",
    "joined",
    "label_width",
    "labelled",
    "make_console",
    "share_out",
    "speaks_unicode",
]

ANSWER_STYLES = {
    "stop": "bold white on red",
    "apply": "bold black on yellow",
    "ask": "bold white on blue",
    "go": "bold black on green",
}
_BAR_STYLES = {"stop": "red", "apply": "yellow", "ask": "blue", "go": "green"}
_FILLS = {"stop": "█", "apply": "▓", "ask": "▒", "go": "░"}
_PLAIN_FILLS = {"stop": "#", "apply": "=", "ask": "-", "go": "."}


def make_console(file: IO[str] | None = None, no_color: bool = False, width: int | None = None) -> Console:
    """A console that writes to `file` (standard output if none), without colour if told or if NO_COLOR is set."""
    return Console(
        file=file, no_color=True if no_color else None, width=width, highlight=False, emoji=False, markup=False
    )


def speaks_unicode(console: Console) -> bool:
    """Whether the console can show more than ASCII."""
    return console.encoding.lower().startswith("utf")


def fit(text: str, width: int) -> str:
    """The text in exactly `width` cells of the screen, cut with an ellipsis where it is longer."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1) + "…", width)


def answer_label(answer: str, language: str) -> str:
    """The word for an answer, in capitals where the script has them."""
    return say(f"answer.{answer}", language).upper()


def label_width(language: str) -> int:
    """Cells that the longest label takes."""
    return max(cell_len(answer_label(answer, language)) for answer in ANSWERS)


def labelled(answer: str, language: str) -> Line:
    """The label of an answer in its colour, a space on either side."""
    label = f" {fit(answer_label(answer, language), label_width(language))} "
    return Line().append(label, style=ANSWER_STYLES[answer])


def share_out(counts: Mapping[str, int], width: int) -> dict[str, int]:
    """How many of `width` cells each answer gets: in proportion, at least one where there is a line, `width` in all."""
    total = sum(counts.get(answer, 0) for answer in ANSWERS)
    if not total:
        return dict.fromkeys(ANSWERS, 0)
    exact = {answer: counts.get(answer, 0) * width / total for answer in ANSWERS}
    cells = {answer: max(int(exact[answer]), 1 if counts.get(answer, 0) else 0) for answer in ANSWERS}
    while (spare := width - sum(cells.values())) != 0:
        step = 1 if spare > 0 else -1
        movable = [a for a in ANSWERS if counts.get(a, 0) and (step > 0 or cells[a] > 1)]
        if not movable:
            break
        chosen = max(movable, key=lambda answer: step * (exact[answer] - cells[answer]))
        cells[chosen] += step
    return cells


def counts_bar(counts: Mapping[str, int], console: Console, language: str, width: int) -> list[Line]:
    """Two lines: the counts by answer, and a bar divided in the same proportions."""
    fills = _FILLS if speaks_unicode(console) else _PLAIN_FILLS
    legend, bar = Line(), Line()
    cells = share_out(counts, width)
    for answer in ANSWERS:
        legend.append(f"{fills[answer]}{fills[answer]} ", style=_BAR_STYLES[answer])
        legend.append(f"{counts.get(answer, 0):,} {answer_label(answer, language)}    ", style="bold")
        bar.append(fills[answer] * cells[answer], style=_BAR_STYLES[answer])
    legend.rstrip()
    return [legend, bar]


def heading(text: str, console: Console, aside: str = "") -> None:
    """Prints a heading, with less important words after it."""
    line = Line(text, style="bold")
    if aside:
        line.append(f"  {aside}", style="not bold dim")
    console.print(line)


def columns(rows: Sequence[Sequence[str]], limits: Sequence[int]) -> list[int]:
    """The width of each column: that of its widest cell, at most its limit."""
    return [min(limit, max((cell_len(row[place]) for row in rows), default=0)) for place, limit in enumerate(limits)]


def joined(parts: Iterable[tuple[str, int]]) -> str:
    """Cells of a table, each in its width, a space between."""
    return " ".join(fit(text, width) for text, width in parts).rstrip()


def bullets(lines: Iterable[str], console: Console, style: str = "", mark: str = "-", indent: int = 0) -> None:
    """Prints paragraphs with a mark before each, wrapped under themselves."""
    for line in lines:
        for number, part in enumerate(Line(line).wrap(console, max(console.width - indent - 2, 20))):
            part.rstrip()
            console.print(Line(f"{' ' * indent}{mark if number == 0 else ' '} ") + part, style=style)
