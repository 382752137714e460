"""Lines of a check counted by answer, law, country and month, and what changed since an earlier check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count

from lotgate.web.services.checks import job
from lotgate.web.store.models import Job, Line

__all__ = ["Changed", "Portfolio", "changes", "finished", "portfolio", "week_before"]

WEEK = timedelta(days=7)
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Portfolio:
    """Counts of the lines of one check."""

    job: str
    lines: int
    by_answer: dict[str, int]
    by_regime: Counts
    by_destination: Counts
    """`-` for lines that name none."""
    by_month: Counts


@dataclass(frozen=True)
class Changed:
    """A line that another check answered otherwise; None where one of the two does not hold it."""

    line: str
    before: str | None
    after: str | None
    date: date


def finished(organisation: str, size: int = 1) -> list[Job]:
    """The latest checks that are done, newest first."""
    return list(Job.objects.filter(organisation__code=organisation, state="done").order_by("-created")[:size])


def week_before(one: Job) -> Job | None:
    """The newest check of the same workbook that is at least a week older."""
    return _same(one).filter(created__lte=one.created - WEEK).first()


def portfolio(organisation: str, id: str) -> Portfolio:
    """Counts of one check."""
    one = job(organisation, id)
    regimes: dict[str, Counter[str]] = {}
    for under, _, count in _counted(one, "answers"):
        for regime, answer in under.items():
            regimes.setdefault(regime, Counter())[answer] += count
    places: dict[str, Counter[str]] = {}
    for place, answer, count in _counted(one, "destination"):
        places.setdefault(place or "-", Counter())[answer] += count
    months: dict[str, Counter[str]] = {}
    for day, answer, count in _counted(one, "date"):
        months.setdefault(f"{day:%Y-%m}", Counter())[answer] += count
    answers = sum(months.values(), Counter[str]())
    return Portfolio(
        str(one.pk), sum(answers.values()), dict(answers), _sorted(regimes), _sorted(places), _sorted(months)
    )


def _counted(one: Job, column: str) -> Iterator[tuple[Any, str, int]]:
    """How many lines share a value and an answer; counted by the database, for there may be very many lines."""
    rows = Line.objects.filter(job=one).order_by()
    yield from rows.values_list(column, "answer").annotate(count=Count("pk")).iterator()


def changes(organisation: str, id: str, earlier: str = "") -> list[Changed]:
    """Lines answered otherwise by an earlier check (default: the one before of the same name), or held by one alone."""
    now = job(organisation, id)
    older = job(organisation, earlier) if earlier else _same(now).first()
    if older is None:
        return []
    then, today = (Job._meta.pk.get_db_prep_value(one.pk, connection) for one in (older, now))
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT, [then, today, today, then])
        return [Changed(line, was, says, date.fromisoformat(str(day))) for line, was, says, day in cursor.fetchall()]


_DIFFERENT = """
    SELECT n.line, o.answer, n.answer, n.date FROM store_line n
      LEFT JOIN store_line o ON o.job_id = %s AND o.line = n.line
      WHERE n.job_id = %s AND (o.answer IS NULL OR o.answer <> n.answer)
    UNION ALL
    SELECT o.line, o.answer, NULL, o.date FROM store_line o
      LEFT JOIN store_line n ON n.job_id = %s AND n.line = o.line
      WHERE o.job_id = %s AND n.line IS NULL
    ORDER BY 1"""
"""Lines of two checks that differ; reading all of both to compare them here takes twice as long."""


def _same(one: Job) -> Any:
    """Earlier checks of the same workbook that are done, newest first."""
    whose = {"organisation": one.organisation, "name": one.name, "state": "done"}
    return Job.objects.filter(**whose, created__lt=one.created).order_by("-created")


def _sorted(counts: dict[str, Counter[str]]) -> Counts:
    return {name: dict(counts[name]) for name in sorted(counts)}
