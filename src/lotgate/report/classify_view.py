"""What `classify` prints: proposals per regime with score, clause, reasons and what must be measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text as Line

from lotgate.classification.propose import Classified, Proposal
from lotgate.law import Text
from lotgate.report.rows import clean
from lotgate.report.screen_text import bullets, heading

__all__ = ["classified_json", "print_classified"]

_TITLE = Text("Proposed control codes", "建议的管制编码")
_ASIDE = Text(
    "a proposal is never a fact: a check asks until a person accepts it", "建议不是事实：在有人采纳之前，判定时仍会询问"
)
_NOTHING = Text("nothing proposed, which does not mean not listed", "没有建议，但不等于未列管")
_NO_LIST = Text("no control-list text at hand (--lists)", "没有管制清单文本（--lists）")
_GIVEN = Text("given: {code}", "已填：{code}")
_WHY = Text("because: {why}", "理由：{why}")
_MEASURE = Text("to be sure: {measure}", "须核实：{measure}")
_UNREAD = Text("wording not read in a sound copy", "条目原文未见可靠文本")
_ACCEPT = Text(
    "Accept one: lotgate classify WORKSPACE ITEM --accept CODE --regime {regime} --by NAME",
    "采纳：lotgate classify WORKSPACE ITEM --accept 编码 --regime {regime} --by 姓名",
)


def classified_json(found: Sequence[Classified]) -> list[dict[str, Any]]:
    """The machine's form."""
    return [one.to_json() for one in found]


def print_classified(found: Sequence[Classified], console: Console, language: str = "en") -> None:
    """Prints the proposals item by item; regimes in which the code is given already are said to be so."""
    heading(_TITLE[language], console, _ASIDE[language])
    regime = None
    for one in found:
        goods = one.goods
        words = goods.description if language == "en" or not goods.description_zh else goods.description_zh
        console.print()
        console.print(Line(f"{clean(goods.item)}  ", style="bold") + Line("" if words == goods.item else clean(words)))
        for regime_of, proposals in one.proposals.items():
            regime = regime or (regime_of if proposals and regime_of not in goods.codes else None)
            _print_regime(one, regime_of, proposals, console, language)
    if regime is not None:
        console.print()
        console.print(_ACCEPT[language].format(regime=regime))


def _print_regime(one: Classified, regime: str, proposals: Sequence[Proposal], console: Console, language: str) -> None:
    given = one.goods.codes.get(regime)
    aside = _GIVEN[language].format(code=clean(given)) if given else ""
    if not proposals:
        aside = aside or (_NO_LIST if regime in one.without_list else _NOTHING)[language]
    console.print(Line(f"  {regime}  ", style="bold") + Line(aside, style="dim"))
    for proposal in proposals:
        unread = "" if proposal.verified else f" ({_UNREAD[language]})"
        line = Line(f"     {proposal.score:.2f}  {proposal.code}  ", style="bold")
        line.append(f"{clean(_short(proposal.text[language]))}{unread}", style="not bold")
        console.print(line)
        join = "；" if language == "zh" else "; "
        told = [
            proposal.cite[language],
            _WHY[language].format(why=join.join(why[language] for why in proposal.why)),
        ]
        if proposal.measure:
            told.append(_MEASURE[language].format(measure=join.join(_short(m[language]) for m in proposal.measure)))
        bullets([clean(text) for text in told], console, indent=11)


def _short(text: str, most: int = 220) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
