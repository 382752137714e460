"""The analyst's page: all lines of a check by answer, law, country and month, the days ahead, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.shortcuts import render

from lotgate.law import Text
from lotgate.licence import Actor
from lotgate.report.words import ANSWERS
from lotgate.tables.schema import REGIMES
from lotgate.web.pages.showing import country
from lotgate.web.pages.who import for_roles
from lotgate.web.pages.words import word
from lotgate.web.services import checks
from lotgate.web.services import portfolio as counted

__all__ = ["portfolio", "progress"]

MOST = 500
"""Changed lines listed."""
COUNTRIES_SHOWN = 25


@dataclass(frozen=True)
class Bar:
    """One part of a column of the chart, in its units."""

    answer: str
    x: float
    y: float
    width: float
    height: float
    count: int


@dataclass(frozen=True)
class Chart:
    """Stacked columns, one a day looked at."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    labels: tuple[tuple[float, str], ...]


@for_roles("preparer", "signatory", "agent")
def portfolio(request: Any, actor: Actor) -> Any:
    """The newest check, or the one asked for."""
    done = counted.finished(actor.organisation, 200)
    asked = request.GET.get("check", "")
    job = next((one for one in done if str(one.pk) == asked), done[0] if done else None)
    if job is None:
        return render(request, "pages/portfolio.html", {"job": None})
    outlook = checks.outlook(job)
    months = [(date.fromisoformat(day), counts) for day, counts in outlook.months]
    before = counted.week_before(job)
    changed = counted.changes(actor.organisation, str(job.pk), str(before.pk)) if before else []
    found = counted.portfolio(actor.organisation, str(job.pk))
    shown_page = {
        "job": job,
        "jobs": done[:50],
        "answers": ANSWERS,
        "by_law": [
            (word(f"regime.{code}"), _row(found.by_regime[code])) for code in REGIMES if code in found.by_regime
        ],
        "by_country": _by_country(found),
        "by_month": [(month, _row(counts)) for month, counts in found.by_month.items()],
        "chart": _chart(months),
        "months": [(day, [counts.get(name, 0) for name in ANSWERS]) for day, counts in months],
        "outlook": outlook,
        "ahead": [{**one, "day": date.fromisoformat(one["day"])} for one in outlook.changes],
        "ahead_more": outlook.more,
        "before": before,
        "changed": [(one.line, one.before or "", one.after or "") for one in changed[:MOST]],
    }
    return render(request, "pages/portfolio.html", shown_page)


@for_roles("preparer", "signatory", "agent")
def progress(request: Any, actor: Actor, id: UUID) -> Any:
    """How far the days ahead of a check are, for the page that waits for them."""
    outlook = checks.outlook(checks.job(actor.organisation, str(id)))
    answer = render(request, "pages/progress_part.html", {"job": outlook})
    if outlook.state in ("done", "failed"):
        answer["X-Done"] = "1"
    return answer


def _by_country(found: counted.Portfolio) -> list[tuple[Text | str, list[int]]]:
    """Countries with the most lines first."""
    ordered = sorted(found.by_destination.items(), key=lambda one: (-sum(one[1].values()), one[0]))[:COUNTRIES_SHOWN]
    return [(country(code) if code != "-" else word("portfolio.nowhere"), _row(counts)) for code, counts in ordered]


def _row(found: Mapping[str, int]) -> list[int]:
    return [found.get(name, 0) for name in ANSWERS]


def _chart(months: Sequence[tuple[Any, Mapping[str, int]]]) -> Chart:
    step, height = 56, 160
    total = max((sum(counts.values()) for _, counts in months), default=0) or 1
    bars, labels = [], []
    for place, (day, counts) in enumerate(months):
        top = float(height)
        for name in ANSWERS[::-1]:
            tall = round(height * counts.get(name, 0) / total, 2)
            top = round(top - tall, 2)
            if tall:
                bars.append(Bar(name, place * step + 6, top, step - 12, tall, counts[name]))
        labels.append((place * step + step / 2, day.isoformat()))
    return Chart(step * len(months), height, tuple(bars), tuple(labels))
