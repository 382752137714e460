"""Checks of uploaded workbooks: asked for, run as jobs with progress, read line by line, answered and asked again."""

from __future__ import annotations

import tempfile
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from django.db import transaction
from django.utils import timezone

from lotgate.dates import parse_day
from lotgate.errors import Fault, InputError, LotgateError
from lotgate.law import Text
from lotgate.licence import NotAllowedNow, NotFound
from lotgate.web.accounts.models import Organisation, User
from lotgate.web.services import files
from lotgate.web.store.models import Job, Line, Outlook

__all__ = [
    "Question", "answer", "ask_for", "decisions", "explanation", "horizon", "job", "jobs", "line", "lines",
    "look_ahead", "outlook", "questions", "run", "template", "unfinished", "unfinished_outlooks", "workbook",
]  # fmt: skip

MONTHS_AHEAD = 12
CHANGES_KEPT = 500
"""Changes of answers stored for the page that lists them; the API works out all."""
_PORTION = 500
_MOST_ANSWERS = 5_000


def ask_for(
    user: User, organisation: str, name: str, content: bytes, *, on: str = "", regimes: Sequence[str] = (),
    as_known: str = "",
) -> Job:  # fmt: skip
    """The job of checking a workbook, put in the queue."""
    from lotgate.tables.schema import REGIMES

    faults = [_not_a_day(field, value) for field, value in (("on", on), ("as_known", as_known)) if not _is_day(value)]
    faults += [
        Fault(
            "check", "no such law", column="regimes", value=code, expected=", ".join(REGIMES), message_zh="没有该法律"
        )
        for code in regimes
        if code not in REGIMES
    ]
    if faults:
        raise InputError(faults)
    file, shown = files.keep(user, organisation, name, content, [files.WORKBOOK])
    return _queued(user, organisation, file.sha256, shown, {"on": on, "regimes": list(regimes), "as_known": as_known})


def template() -> bytes:
    """The empty workbook to fill in."""
    from lotgate.tables.template import write_template

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(path)
        return path.read_bytes()


@dataclass(frozen=True)
class Question:
    """One open question of a check: about what, the lines it may settle and the measures it matters for."""

    subject: str
    fact: str
    question: Text
    lines: tuple[str, ...]
    measures: tuple[str, ...]


def questions(job: Job) -> list[Question]:
    """The open questions of a check, those that settle most lines first."""
    found: dict[tuple[str, str], tuple[Text, set[str], set[str]]] = {}
    for one in decisions(job):
        for regime in one.regimes.values():
            for ask in regime.asks:
                _, lines, measures = found.setdefault((ask.subject, ask.fact), (ask.question, set(), set()))
                lines.add(one.line)
                measures.update(ask.matters_for)
    asked = [
        Question(subject, fact, text, tuple(sorted(lines)), tuple(sorted(measures)))
        for (subject, fact), (text, lines, measures) in found.items()
    ]
    return sorted(asked, key=lambda one: (-len(one.lines), one.subject, one.fact))


def answer(user: User, organisation: str, id: str, answers: Sequence[Mapping[str, str]]) -> Job:
    """A new job: the same workbook with answers to questions added to its table of facts."""
    before = job(organisation, id)
    known = ("subject", "fact", "value", "source")
    faults = [
        Fault("facts", "is needed", row, column, message_zh="须填写")
        for row, one in enumerate(answers, 1)
        for column in known
        if not str(one.get(column, "")).strip()
    ]
    if not answers or len(answers) > _MOST_ANSWERS:
        faults.append(Fault("facts", f"between 1 and {_MOST_ANSWERS} answers", message_zh="答复数量不符"))
    if faults:
        raise InputError(faults)
    added = [{column: str(one[column]) for column in known} for one in answers]
    options = {**before.options, "answers": [*before.options.get("answers", ()), *added], "follows": str(before.id)}
    return _queued(user, organisation, before.file_id, before.name, options)


def _queued(user: User, organisation: str, sha256: str, name: str, options: Mapping[str, Any]) -> Job:
    from lotgate.web.services.jobs import submit

    made = Job.objects.create(
        id=uuid.uuid4(), organisation=Organisation.objects.get(code=organisation), user=user, file_id=sha256, name=name,
        options=dict(options),
    )  # fmt: skip
    transaction.on_commit(lambda: submit(str(made.id)))
    return made


def jobs(organisation: str, size: int = 50) -> list[Job]:
    """The latest jobs of an organisation, newest first."""
    return list(Job.objects.filter(organisation__code=organisation).order_by("-created")[:size])


def job(organisation: str, id: str) -> Job:
    """A job of an organisation; NotFound for any other."""
    try:
        found = Job.objects.filter(pk=uuid.UUID(id), organisation__code=organisation).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(Text(f"there is no check {id}", f"没有该次判定：{id}"), kind="check", id=id)
    return found


def lines(
    one: Job, *, answer: str = "", regime: str = "", destination: str = "", words: str = "", after: int = -1,
    size: int = 100,
) -> list[Line]:  # fmt: skip
    """Decided lines of a job, in the order of the workbook, narrowed by answer (of the line, or under one law)."""
    found = Line.objects.filter(job=one, position__gt=after).order_by("position")
    if answer and regime:
        found = found.filter(**{f"answers__{regime}": answer})
    elif answer:
        found = found.filter(answer=answer)
    if destination:
        found = found.filter(destination=destination)
    if words:
        found = found.filter(line__icontains=words) | found.filter(end_user__icontains=words)
    return list(found[:size])


def line(one: Job, name: str) -> Line:
    """One decided line; NotFound where there is none."""
    found = Line.objects.filter(job=one, line=name).first()
    if found is None:
        raise NotFound(Text(f"the check has no line {name}", f"该次判定没有 {name} 行"), kind="line", id=name)
    return found


def unfinished() -> list[str]:
    """Jobs that were queued or running, oldest first: after a restart they start over, but one that was under way at
    the end of several servers is not let near another."""
    with transaction.atomic():
        for one in Job.objects.filter(state="running"):
            ended = int(one.options.get("ended", 0)) + 1
            Job.objects.filter(pk=one.pk).update(options={**one.options, "ended": ended})
            if ended >= _MOST_ENDS:
                _failed(str(one.pk), [_ENDED_SERVERS])
        left = Job.objects.filter(state__in=("queued", "running")).order_by("created")
        found = [str(id) for id in left.values_list("id", flat=True)]
        left.update(state="queued", stage="", done=0)
    return found


_MOST_ENDS = 3
_ENDED_SERVERS = {
    "en": "the server ended three times while it was at this workbook; it is not tried again",
    "zh": "服务器处理该工作簿时三次中止，不再重试",
}


def unfinished_outlooks() -> list[str]:
    """Jobs whose days ahead were being worked out: after a restart that starts over."""
    left = Outlook.objects.filter(state__in=("queued", "running"))
    return [str(id) for id in left.order_by("job__created").values_list("pk", flat=True)]


# ---- running ---------------------------------------------------------------------------------------------------------


def run(id: str) -> None:
    """Runs a job: reads, decides, stores line by line, and says how far it is. A fault of the input is its result."""
    found = Job.objects.select_related("file").get(pk=id)
    Job.objects.filter(pk=id).update(state="running", stage="reading", started=timezone.now(), done=0)
    try:
        decided = _decide(found)
        _store(found, decided)
    except LotgateError as error:
        _failed(id, _told(error))
        return
    except Exception as error:
        text = f"the check broke off: {type(error).__name__}"
        _failed(id, [{"en": text, "zh": f"判定中断：{type(error).__name__}"}])
        raise
    outlook(found)


def _failed(id: str, error: list[dict[str, str]]) -> None:
    Job.objects.filter(pk=id).update(state="failed", stage="", error=error, finished=timezone.now())


def _told(error: LotgateError) -> list[dict[str, str]]:
    if isinstance(error, InputError):
        return [{"en": str(fault), "zh": fault.in_chinese()} for fault in error.faults[:1000]]
    return [{"en": str(error), "zh": str(error)}]


def outlook(one: Job) -> Outlook:
    """The days ahead of a finished job's lines, put in the queue where nobody asked before."""
    from lotgate.web.services.jobs import submit_outlook

    found, fresh = Outlook.objects.get_or_create(job_id=one.pk)
    if fresh:
        transaction.on_commit(lambda: submit_outlook(str(one.pk)))
        found.refresh_from_db()
    return found


def look_ahead(id: str) -> None:
    """Works out the days ahead of a job's lines and stores them, saying how far it is."""
    kept = Outlook.objects.filter(pk=id)
    kept.update(state="running", stage="reading", done=0, total=0)
    try:
        one = Job.objects.get(pk=id)
        decided = decisions(one)
        kept.update(stage="ahead", total=len(decided))
        months = decided.months(decided.law.known_as_of, MONTHS_AHEAD)
        changes = sorted(horizon(one), key=lambda change: (change.day, change.line))
    except Exception:
        kept.update(state="failed", stage="")
        raise
    kept.update(
        state="done",
        stage="",
        done=len(decided),
        months=[[day.isoformat(), counts] for day, counts in months],
        changes=[change.to_json() for change in changes[:CHANGES_KEPT]],
        more=max(0, len(changes) - CHANGES_KEPT),
    )


def _decide(found: Job) -> Any:
    """The decisions of a job's workbook, with the law, the lists and the answers it is to be decided with."""
    from lotgate.decide import check
    from lotgate.law import load as load_law
    from lotgate.parties.store import open_lists
    from lotgate.tables import load
    from lotgate.tables.additions import add_rows

    options = found.options
    with tempfile.TemporaryDirectory(prefix="lotgate-") as folder:
        path = Path(folder) / "shipments.xlsx"
        path.write_bytes(bytes(found.file.content))
        if options.get("answers"):
            add_rows(path, {"facts": options["answers"]}, required=("shipments",))
        workspace = load(path)
        _stage(found, "deciding", len(workspace["shipments"]))
        on = parse_day(options["on"]) if options.get("on") else None
        as_known = parse_day(options["as_known"]) if options.get("as_known") else None
        return check(workspace, on, options.get("regimes") or None, law=load_law((), as_known), lists=open_lists(None))


def _stage(found: Job, stage: str, total: int) -> None:
    Job.objects.filter(pk=found.pk).update(stage=stage, total=total)


def _store(found: Job, decided: Any) -> None:
    Line.objects.filter(job=found).delete()
    shipments = decided.workspace["shipments"]
    destinations, users = shipments["destination"].to_list(), shipments["end_user"].to_list()
    _stage(found, "writing", len(decided))
    for start in range(0, len(decided), _PORTION):
        stop = min(start + _PORTION, len(decided))
        Line.objects.bulk_create(
            _line(found, position, decided[position], destinations[position], users[position])
            for position in range(start, stop)
        )
        Job.objects.filter(pk=found.pk).update(done=stop)
    document = {"version": decided.law.version, "known_as_of": str(decided.law.known_as_of)}
    Job.objects.filter(pk=found.pk).update(
        state="done", stage="", law=document, counts=decided.counts(), finished=timezone.now(), error=None
    )
    _CACHE.put(str(found.pk), decided)


def _line(found: Job, position: int, one: Any, destination: Any, end_user: Any) -> Line:
    return Line(
        job=found, position=position, line=one.line, date=one.date, answer=one.answer,
        answers={code: decision.answer for code, decision in one.regimes.items()}, destination=destination or "",
        end_user=(end_user or "")[:200], holds_until=one.holds_until, decision=one.to_json(),
    )  # fmt: skip


# ---- what is worked out again when asked -----------------------------------------------------------------------------


class _Cache:
    """The decisions of the last few jobs, for explanations; worked out again where they fell out."""

    def __init__(self, size: int) -> None:
        self._held: OrderedDict[str, Any] = OrderedDict()
        self._lock, self._size = Lock(), size

    def put(self, id: str, decided: Any) -> None:
        """Remembers, and forgets the one not asked for longest."""
        with self._lock:
            self._held[id] = decided
            self._held.move_to_end(id)
            while len(self._held) > self._size:
                self._held.popitem(last=False)

    def get(self, id: str) -> Any:
        """What is remembered, or None."""
        with self._lock:
            if id in self._held:
                self._held.move_to_end(id)
            return self._held.get(id)


_CACHE = _Cache(4)


def decisions(one: Job) -> Any:
    """The decisions of a finished job."""
    if one.state != "done":
        raise NotAllowedNow(Text(f"the check is {one.state}", "该次判定尚未完成"), kind="check", id=str(one.pk))
    found = _CACHE.get(str(one.pk))
    if found is None:
        found = _decide(Job.objects.select_related("file").get(pk=one.pk))
        # _decide says how far it is; a finished job stays finished
        Job.objects.filter(pk=one.pk).update(stage="")
        _CACHE.put(str(one.pk), found)
    return found


def explanation(one: Job, name: str) -> dict[str, Any]:
    """One line's whole reasoning, clause by clause."""
    line(one, name)
    told: dict[str, Any] = decisions(one).explain(name).to_json()
    return told


@dataclass(frozen=True)
class Change:
    """A day on which a line's answer changes."""

    line: str
    day: date
    before: str
    after: str
    measures: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The change as JSON."""
        return {**asdict(self), "day": self.day.isoformat(), "measures": list(self.measures)}


def horizon(one: Job, start: date | None = None, end: date | None = None) -> list[Change]:
    """The days on which answers change, and the measures that change them."""
    return [Change(r.line, r.day, r.before, r.after, r.measures) for r in decisions(one).horizon(start, end)]


def workbook(one: Job) -> Iterator[bytes]:
    """The workbook with answers and reasons, as bytes in portions; no cell of it is a formula we wrote."""
    from lotgate.report.workbook import write_xlsx

    decided = decisions(one)
    with tempfile.TemporaryDirectory(prefix="lotgate-") as folder:
        path = Path(folder) / "answers.xlsx"
        write_xlsx(decided, path)
        yield path.read_bytes()


def _is_day(text: str) -> bool:
    try:
        return not text or bool(parse_day(text))
    except ValueError:
        return False


def _not_a_day(column: str, value: str) -> Fault:
    return Fault("check", "not a day", None, column, value, "YYYY-MM-DD", "不是日期", "YYYY-MM-DD")
