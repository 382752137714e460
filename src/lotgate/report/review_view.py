"""What `lotgate review` prints: matches to look at, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text as Line

from lotgate.report.rows import clean
from lotgate.report.screen_text import bullets, heading
from lotgate.report.words import say

if TYPE_CHECKING:
    from lotgate.decide.review import Match
    from lotgate.parties.review import Review

__all__ = ["print_matches", "print_reviews"]

_STYLES = {"listed": "bold red", "possible": "bold yellow", "cleared": "green", "confirmed": "bold red"}


def print_matches(found: Sequence[Match], console: Console, language: str = "en") -> None:
    """Prints matches with what the score is made of, in a form to copy into `lotgate review clear`."""
    heading(say("title.review", language, n=f"{len(found):,}"), console)
    for one in found:
        line = Line(f"{clean(one.party)}  {one.hit.list}  {clean(one.hit.entry)}  ", style="bold")
        line.append(say(f"match.{one.standing}", language), style=_STYLES[one.standing])
        console.print(line)
        names = f"{clean(one.hit.name)} → {clean(one.hit.matched_name)}  {one.hit.score:.2f}"
        bullets([names, clean("; ".join(one.hit.why))], console, style="dim", mark=" ", indent=2)
        if one.review:
            bullets([clean(one.review.told[language])], console, mark="!", indent=2)


def print_reviews(found: Iterable[Review], console: Console, language: str = "en") -> None:
    """Prints reviews, oldest first."""
    empty = True
    for one in found:
        empty = False
        match = f"{clean(one.party)}  {one.evidence.list}  {clean(one.evidence.entry)}"
        console.print(Line(f"{one.number}  {match}", style="bold"))
        bullets([clean(one.told[language])], console, mark=" ", indent=2)
    if empty:
        console.print(say("say.no_reviews", language))
