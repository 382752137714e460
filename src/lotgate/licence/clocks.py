"""Deadlines as a function of start, pauses and a dated calendar: nothing is counted and stored.

A working day is one on which people work according to a published calendar with its make-up days; past the last
published year weekends alone are known, and what is counted there is provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from lotgate.dates import parse_day
from lotgate.errors import LawError
from lotgate.law import Text, load
from lotgate.law.reading import interval_of, read_yaml, text_of
from lotgate.licence.machines import DATA

__all__ = [
    "Calendar", "Clock", "Limit", "Pause", "RegimeClock", "calendar", "clock", "count", "due_day", "no_limit_lists",
    "paused", "regime_clock", "regimes",
]  # fmt: skip

ONE = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """Working days of one place: weekends, days off and weekend days worked, published from one day through another."""

    id: str
    version: str
    title: Text
    start: date | None
    end: date | None
    off: Mapping[date, Text]
    on: frozenset[date]

    def works(self, day: date) -> bool:
        """Whether people work that day, as far as known."""
        return day in self.on or (day.weekday() < SATURDAY and day not in self.off)

    def knows(self, day: date) -> bool:
        """Whether the day lies within what was published."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Limit:
    """A number of days a law or an authority sets; None where none is established."""

    days: int | None
    working: bool
    cite: Text
    verified: str


@dataclass(frozen=True)
class RegimeClock:
    """The authority of a regime: its time zone, its calendar and its limits."""

    regime: str
    zone: str
    calendar: str
    authority: Text
    decision: Limit
    appeal: Limit
    answer: Limit
    receipt: Limit
    no_limit_body: str | None
    listed_term: str | None
    """The term of the law that names lists whose parties have no limit, and may only have the kinds below."""
    listed_copies: frozenset[str]
    """Ids under which collected copies of those lists go."""
    listed_kinds: frozenset[str]
    pausing_referral: bool


@dataclass(frozen=True)
class Pause:
    """The clock stands still after `start` (that day still counts) up to and with `end`; None while it stands still."""

    start: date
    end: date | None
    why: str
    key: str = ""
    """What will end it: the questions, or the reply of one body."""

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Pause:
        """The pause kept among the facts of an application."""
        return Pause(
            parse_day(data["start"]), parse_day(data["end"]) if data["end"] else None, data["why"], data["key"]
        )


@dataclass(frozen=True)
class Clock:
    """What a clock shows on a day."""

    start: date
    elapsed: int
    limit: int | None
    left: int | None
    """Days left; negative once overdue; None where there is no limit."""
    due: date | None
    """The last day of the limit if nothing more pauses it; None where there is no limit or the clock stands still."""
    paused_since: date | None
    working: bool
    provisional: bool
    calendar: str
    cite: Text
    why: Text

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "start": self.start.isoformat(),
            "elapsed": self.elapsed,
            "limit": self.limit,
            "left": self.left,
            "due": self.due.isoformat() if self.due else None,
            "paused_since": self.paused_since.isoformat() if self.paused_since else None,
            "working_days": self.working,
            "provisional": self.provisional,
            "calendar": self.calendar,
            "cite": {"en": self.cite.en, "zh": self.cite.zh},
            "why": {"en": self.why.en, "zh": self.why.zh},
        }


EVERY_DAY = "none"
WEEKENDS = "weekends"


@cache
def calendar(id: str) -> Calendar:
    """A calendar by id: one that was published, `weekends` (Saturday and Sunday off, nothing published), or `none`."""
    if id == WEEKENDS:
        title = Text("weekends only; holidays are not loaded", "仅计周末；未载入节假日")
        return Calendar(id, "0", title, date.max, date.min, {}, frozenset())
    path = DATA / "calendars" / f"{id}.yaml"
    if not path.is_file():
        raise LawError(f"there is no calendar {id} ({path})")
    data = read_yaml(path)
    off: dict[date, Text] = {}
    on: set[date] = set()
    for year in data["years"]:
        where = f"{path}: {year['year']}"
        for row in year["off"]:
            interval = interval_of(row, where)
            day, last = interval.start, interval.end or interval.start
            while day <= last:
                off[day] = text_of(row["name"], where)
                day += ONE
        on |= {parse_day(day) for day in year["on"]}
    if clash := sorted(on & set(off)):
        raise LawError(f"{path}: {clash[0]} is both off and on")
    if weekdays := sorted(day for day in on if day.weekday() < SATURDAY):
        raise LawError(f"{path}: {weekdays[0]} is no weekend day; on holds weekend days worked")
    title, start, end = text_of(data["title"], str(path)), parse_day(data["from"]), parse_day(data["through"])
    return Calendar(id, data["version"], title, start, end, off, frozenset(on))


@cache
def regimes() -> Mapping[str, RegimeClock]:
    """The clocks of all regimes."""
    return {code: _regime(code, data) for code, data in read_yaml(DATA / "clocks.yaml")["regimes"].items()}


def regime_clock(regime: str) -> RegimeClock:
    """The clock of one regime; LawError where there is none."""
    if regime not in regimes():
        raise LawError(f"there is no clock for the regime {regime!r}; known: {', '.join(regimes())}")
    return regimes()[regime]


def count(days: Calendar | None, after: date, through: date, pauses: Sequence[Pause] = ()) -> int:
    """How many days count after `after` up to and with `through`; without a calendar every day does."""
    counted, day = 0, after + ONE
    while day <= through:
        counted += _counts(days, day) and not paused(pauses, day)
        day += ONE
    return counted


LONGEST = 4000  # days looked ahead: more than ten years, past every limit there is


def due_day(days: Calendar | None, start: date, limit: int, pauses: Sequence[Pause] = ()) -> date | None:
    """The day on which the limit is full, the first day counted being the one after `start`; None while paused."""
    day, counted = start, 0
    for _ in range(LONGEST):
        if counted >= limit:
            return day
        day += ONE
        counted += _counts(days, day) and not paused(pauses, day)
    return None


def paused(pauses: Iterable[Pause], day: date) -> bool:
    """Whether the clock stands still on a day."""
    return any(pause.start < day and (pause.end is None or day <= pause.end) for pause in pauses)


def clock(regime: str, start: date, pauses: Sequence[Pause], on: date, off: Text | None = None) -> Clock:
    """What the decision clock of a regime shows on a day; `off` says why no limit applies to this case."""
    rule = regime_clock(regime)
    limit = rule.decision
    days = calendar(rule.calendar) if limit.working else None
    elapsed = count(days, start, on, pauses)
    open_pause = next((pause for pause in pauses if pause.end is None and pause.start <= on), None)
    if limit.days is None or off is not None:
        why = off or Text("no limit is established", "未确认有期限")
        return Clock(
            start, elapsed, None, None, None, _since(open_pause), limit.working, _beyond(days, on), rule.calendar,
            limit.cite, why,
        )  # fmt: skip
    due = due_day(days, start, limit.days, pauses)
    why = _why(open_pause, limit)
    left = limit.days - elapsed
    if due is not None and on > due:
        left = -count(days, due, on)
    provisional = _beyond(days, due or on)
    return Clock(
        start, elapsed, limit.days, left, None if open_pause else due, _since(open_pause), limit.working, provisional,
        f"{rule.calendar} {days.version}" if days else rule.calendar, limit.cite, why,
    )  # fmt: skip


def _since(pause: Pause | None) -> date | None:
    return pause.start + ONE if pause else None


def _beyond(days: Calendar | None, day: date) -> bool:
    return days is not None and not days.knows(day)


def _why(pause: Pause | None, limit: Limit) -> Text:
    if pause is not None:
        return _PAUSES.get(pause.why, Text(pause.why, pause.why))
    kind = Text("working days", "个工作日") if limit.working else Text("calendar days", "日")
    return Text(
        f"{limit.days} {kind.en} from acceptance, pauses left out", f"自受理之日起{limit.days}{kind.zh}，扣除暂停期间"
    )


_PAUSES = {
    "questions": Text("paused: questions to the applicant are open", "暂停：待申请人答复询问"),
    "consultation": Text("paused: another body is consulted", "暂停：征求有关部门意见"),
    "appraisal": Text("paused: expert appraisal", "暂停：专家评审"),
    "site-check": Text("paused: site check", "暂停：实地核查"),
}


@cache
def no_limit_lists(regime: str) -> frozenset[str]:
    """Lists whose parties have no limit under a law: those its own term names, and collected copies of them."""
    rule = regime_clock(regime)
    return load().lists_in(regime, rule.listed_term) | rule.listed_copies if rule.listed_term else frozenset()


def _counts(days: Calendar | None, day: date) -> bool:
    return days is None or days.works(day)


def _limit(data: Mapping[str, Any], where: str) -> Limit:
    days = int(data["days"]) if data["days"] else None
    return Limit(days, data["count"] == "working", text_of(data["cite"], where), data["verified"])


def _regime(code: str, data: Mapping[str, Any]) -> RegimeClock:
    where = f"clocks.yaml: {code}"
    limits = {name: _limit(data[name], f"{where}.{name}") for name in ("decision", "appeal", "answer", "receipt")}
    off = data.get("no_limit_when", {})
    authority = text_of(data["authority"], where)
    pausing = data["pausing_referral"] == "yes"
    return RegimeClock(
        code, data["zone"], data["calendar"], authority, **limits, no_limit_body=off.get("referred_to"),
        listed_term=off.get("listed_by"), listed_copies=frozenset(off.get("copies", ())),
        listed_kinds=frozenset(off.get("listed_may_have", ())),
        pausing_referral=pausing,
    )  # fmt: skip
