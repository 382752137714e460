"""What `lotgate owners` prints: the stakes upwards, and each rule with its arithmetic step by step."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text as Line

from lotgate.report.rows import clean
from lotgate.report.screen_text import bullets, heading
from lotgate.report.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotgate.decide.owners import Holding, Owners, RuleResult
    from lotgate.parties.screen import Hit

__all__ = ["print_owners"]

_SHOWN = 3  # hits printed of a list; a large group has dozens of entries
_STYLES = {"yes": "bold red", "unknown": "bold yellow", "no": "green"}


def _percent(share: Fraction | None) -> str:
    return "? %" if share is None else f"{float(share * 100):.6g} %"


def print_owners(found: Owners, console: Console, language: str = "en") -> None:
    """Prints the owners of a party, who of them is listed, and every rule's verdict."""
    heading(say("title.owners", language, party=clean(found.name), day=found.day), console, clean(found.party))
    if not found.holdings:
        console.print(say("say.no_owners", language))
        return
    for one in found.holdings:
        _print_holding(one, console, language)
    console.print()
    for result in found.rules:
        _print_rule(result, console, language)
    if found.unloaded:
        bullets([say("say.owners_unloaded", language, lists=", ".join(found.unloaded))], console, mark="!")
    shares = ", ".join(f"{clean(owner)} {_percent(share)}" for owner, share in found.through.items() if share)
    if shares:
        bullets([say("say.through", language, shares=shares)], console, style="dim", mark=" ")
    console.print(Line(say("say.owners_care", language), style="dim"))


def _print_holding(one: Holding, console: Console, language: str) -> None:
    indent = "  " * one.depth
    line = Line(f"{indent}{clean(one.name)} ")
    line.append(_percent(one.edge.share), style="bold")
    line.append(f" → {clean(one.edge.owned)}", style="dim")
    if one.edge.start or one.edge.end:
        line.append(f"  {one.edge.start or ''}…{one.edge.end or ''}", style="dim")
    console.print(line)
    for list_id, hits in _by_list(one.hits).items():
        for hit in hits[:_SHOWN]:
            key = "say.owner_listed" if hit.standing == "listed" else "say.owner_possible"
            said = say(key, language, list=list_id, name=clean(hit.matched_name), score=f"{hit.score:.2f}")
            console.print(Line(f"{indent}  {said}", style="red" if hit.standing == "listed" else "yellow"))
        if len(hits) > _SHOWN:
            more = say("say.owner_more", language, count=len(hits) - _SHOWN, list=list_id)
            console.print(Line(f"{indent}  {more}", style="dim"))


def _by_list(hits: Sequence[Hit]) -> dict[str, list[Hit]]:
    """The hits of each list, sure ones first, then by score; an entry that matches by several names stands once."""
    found: dict[str, list[Hit]] = {}
    seen = set()
    for hit in sorted(hits, key=lambda hit: (hit.standing != "listed", -hit.score)):
        if (hit.list, hit.entry) not in seen:
            seen.add((hit.list, hit.entry))
            found.setdefault(hit.list, []).append(hit)
    return found


def _print_rule(result: RuleResult, console: Console, language: str) -> None:
    title = result.rule.title[language] if result.rule.title else result.rule.id
    line = Line(title, style="bold").append("  ")
    line.append(say(f"owned.{result.status}", language).upper(), style=_STYLES[result.status])
    if result.standing is not None and result.rule.clause:
        standing = say(f"status.{result.standing.value}", language)
        line.append(f"  {result.rule.clause.partition('/')[0]}: {standing}", style="not bold dim")
    console.print(line)
    bullets([clean(step.zh if language == "zh" else step.en) for step in result.steps], console, mark="-", indent=2)
    if result.rule.note:
        bullets([result.rule.note[language]], console, style="dim", mark=" ", indent=2)
