"""Lines of a check counted by answer, law, country and month, and what changed since an earlier check."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from lotgate.web.services.checks import job
from lotgate.web.store.models import Job, Line

__all__ = ["Changed", "Portfolio", "changes", "latest", "portfolio"]


@dataclass(frozen=True)
class Portfolio:
    """Counts of the lines of one check."""

    job: str
    lines: int
    by_answer: dict[str, int]
    by_regime: dict[str, dict[str, int]]
    by_destination: dict[str, dict[str, int]]
    by_month: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Changed:
    """A line that another check answered otherwise; None where one of the two does not hold it."""

    line: str
    before: str | None
    after: str | None
    date: date


def latest(organisation: str, before: date | None = None) -> Job | None:
    """The last finished check, or the last that was finished before a day."""
    done = Job.objects.filter(organisation__code=organisation, state="done")
    if before is not None:
        done = done.filter(finished__date__lt=before)
    return done.order_by("-finished").first()


def portfolio(organisation: str, id: str = "") -> Portfolio | None:
    """Counts of one check (default: the last finished one); None where there is none yet."""
    one = job(organisation, id) if id else latest(organisation)
    if one is None:
        return None
    answers: Counter[str] = Counter()
    regimes: dict[str, Counter[str]] = {}
    places: dict[str, Counter[str]] = {}
    months: dict[str, Counter[str]] = {}
    rows = Line.objects.filter(job=one).values_list("answer", "answers", "destination", "date")
    for answer, under, destination, day in rows.iterator(2_000):
        answers[answer] += 1
        for regime, said in under.items():
            regimes.setdefault(regime, Counter())[said] += 1
        places.setdefault(destination or "-", Counter())[answer] += 1
        months.setdefault(f"{day:%Y-%m}", Counter())[answer] += 1
    return Portfolio(
        str(one.pk), sum(answers.values()), dict(answers), _sorted(regimes), _sorted(places), _sorted(months)
    )


def changes(organisation: str, id: str, earlier: str = "") -> list[Changed]:
    """Lines answered otherwise by an earlier check (default: the one before of the same name), or held by one alone."""
    now = job(organisation, id)
    older = job(organisation, earlier) if earlier else _before(organisation, now)
    if older is None:
        return []
    was: dict[str, Any] = {line: (answer, day) for line, answer, day in _answers(older)}
    found = []
    for line, answer, day in _answers(now):
        before = was.pop(line, None)
        if before is None or before[0] != answer:
            found.append(Changed(line, before[0] if before else None, answer, day))
    found += [Changed(line, answer, None, day) for line, (answer, day) in was.items()]
    return sorted(found, key=lambda one: one.line)


def _before(organisation: str, one: Job) -> Job | None:
    same = Job.objects.filter(organisation__code=organisation, state="done", name=one.name, created__lt=one.created)
    return same.exclude(pk=one.pk).order_by("-created").first()


def _answers(one: Job) -> Any:
    return Line.objects.filter(job=one).values_list("line", "answer", "date")


def _sorted(counts: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: dict(counts[name]) for name in sorted(counts)}
