"""The analyst's page: all lines of a check by answer, law, country and month, the days ahead, and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.shortcuts import render

from lotgate.law import Text
from lotgate.licence import Actor
from lotgate.report.words import ANSWERS
from lotgate.tables.schema import REGIMES
from lotgate.web.pages.showing import country
from lotgate.web.pages.who import for_roles
from lotgate.web.pages.words import word
from lotgate.web.services import checks
from lotgate.web.store.models import Job, Line

__all__ = ["portfolio", "progress"]

WEEK = timedelta(days=7)
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
    done = [job for job in checks.jobs(actor.organisation, 200) if job.state == "done"]
    asked = request.GET.get("check", "")
    job = next((one for one in done if str(one.pk) == asked), done[0] if done else None)
    if job is None:
        return render(request, "pages/portfolio.html", {"job": None})
    outlook = checks.outlook(job)
    months = [(date.fromisoformat(day), counts) for day, counts in outlook.months]
    before = _week_before(done, job)
    shown_page = {
        "job": job,
        "jobs": done[:50],
        "answers": ANSWERS,
        "by_law": _by_law(job),
        "by_country": _by_country(job),
        "by_month": _by_month(job),
        "chart": _chart(months),
        "months": [(day, [counts.get(name, 0) for name in ANSWERS]) for day, counts in months],
        "outlook": outlook,
        "ahead": [{**one, "day": date.fromisoformat(one["day"])} for one in outlook.changes],
        "ahead_more": outlook.more,
        "before": before,
        "changed": _changed(before, job)[:MOST] if before else [],
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


def _by_law(job: Job) -> list[tuple[Text, list[int]]]:
    counts: dict[str, Counter[str]] = {code: Counter() for code in REGIMES}
    for answers in Line.objects.filter(job=job).values_list("answers", flat=True).iterator():
        for code, answer in answers.items():
            counts[code][answer] += 1
    return [(word(f"regime.{code}"), _row(found)) for code, found in counts.items() if found]


def _by_country(job: Job) -> list[tuple[Any, list[int]]]:
    counts: dict[str, Counter[str]] = {}
    for row in Line.objects.filter(job=job).values("destination", "answer").annotate(n=Count("id")):
        counts.setdefault(row["destination"], Counter())[row["answer"]] = row["n"]
    ordered = sorted(counts.items(), key=lambda one: (-sum(one[1].values()), one[0]))[:COUNTRIES_SHOWN]
    return [(country(code) if code else word("portfolio.nowhere"), _row(found)) for code, found in ordered]


def _by_month(job: Job) -> list[tuple[str, list[int]]]:
    counts: dict[str, Counter[str]] = {}
    found = Line.objects.filter(job=job).annotate(month=TruncMonth("date")).values("month", "answer")
    for row in found.annotate(n=Count("id")):
        counts.setdefault(row["month"].strftime("%Y-%m"), Counter())[row["answer"]] = row["n"]
    return [(month, _row(found)) for month, found in sorted(counts.items())]


def _row(found: Mapping[str, int]) -> list[int]:
    return [found.get(name, 0) for name in ANSWERS]


def _week_before(done: Sequence[Job], job: Job) -> Job | None:
    """The newest check of the same workbook that is at least a week older."""
    return next((one for one in done if one.name == job.name and one.created <= job.created - WEEK), None)


def _changed(before: Job, job: Job) -> list[tuple[str, str, str]]:
    """Lines whose answer differs, with both answers; empty for a line that one of the two does not have."""
    old = dict(Line.objects.filter(job=before).values_list("line", "answer"))
    new = dict(Line.objects.filter(job=job).values_list("line", "answer"))
    names = dict.fromkeys([*new, *old])
    return [(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]


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
