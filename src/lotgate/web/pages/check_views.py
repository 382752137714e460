"""Checks of workbooks: upload, progress, every line's answer and reasoning, questions, the way to a licence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from lotgate.errors import InputError
from lotgate.law import Text
from lotgate.licence import Actor
from lotgate.licence.clocks import regimes as licensing
from lotgate.licence.linking import prefill
from lotgate.report.html import render_html
from lotgate.report.words import ANSWERS, fact_label
from lotgate.tables.schema import REGIMES, TABLES
from lotgate.web import downloads
from lotgate.web.languages import language
from lotgate.web.pages.showing import country, unit
from lotgate.web.pages.who import for_roles, sentence
from lotgate.web.pages.words import word
from lotgate.web.services import cases, checks

__all__ = ["apply", "check", "checks_of", "line", "progress", "questions", "report", "template", "workbook"]

WORKERS = ("preparer", "signatory", "agent")
PAGE = 100
DAYS = frozenset({"checked_until"})
"""Facts that are days."""
MOST_QUESTIONS = 200


@for_roles(*WORKERS)
def checks_of(request: Any, actor: Actor) -> Any:
    """The checks of the reader's organisation, and the form for a new one."""
    faults: Sequence[Any] = ()
    if request.method == "POST":
        given = request.FILES.get("workbook")
        try:
            if given is None:
                faults = (word("check.no_file"),)
            else:
                made = checks.ask_for(
                    request.user, actor.organisation, given.name, given.read(), on=request.POST.get("on", ""),
                    regimes=request.POST.getlist("regimes"),
                )  # fmt: skip
                return redirect(reverse("check", args=[made.pk]))
        except InputError as error:
            faults = tuple(Text(sentence(fault), sentence(fault)) for fault in error.faults)
    shown_page = {
        "jobs": checks.jobs(actor.organisation),
        "regimes": [(code, word(f"regime.{code}")) for code in REGIMES],
        "faults": faults,
        "answers": ANSWERS,
    }
    return render(request, "pages/checks.html", shown_page, status=422 if faults else 200)


@for_roles(*WORKERS)
def template(request: Any, actor: Actor) -> Any:
    """The empty workbook, every column explained in both languages."""
    return downloads.workbook(checks.template(), "lotgate-template.xlsx")


@for_roles(*WORKERS)
def check(request: Any, actor: Actor, id: UUID) -> Any:
    """One check: how far it is, why it failed, or its lines."""
    job = checks.job(actor.organisation, str(id))
    if job.state != "done":
        return render(request, "pages/progress.html", {"job": job})
    answer, regime = request.GET.get("answer", ""), request.GET.get("regime", "")
    after = request.GET.get("after", "")
    rows = checks.lines(
        job, answer=answer, regime=regime, destination=request.GET.get("destination", ""),
        words=request.GET.get("words", ""), after=int(after) if after.isdigit() else -1, size=PAGE + 1,
    )  # fmt: skip
    query = request.GET.copy()
    query["after"] = str(rows[PAGE - 1].position) if len(rows) > PAGE else ""
    shown_page = {
        "job": job,
        "counts": [(name, job.counts.get(name, 0), word(f"meaning.{name}")) for name in ANSWERS],
        "rows": [_row(one) for one in rows[:PAGE]],
        "next": query.urlencode() if len(rows) > PAGE else "",
        "answer": answer,
        "regime": regime,
        "words": request.GET.get("words", ""),
        "answers": ANSWERS,
        "regimes": [(code, word(f"regime.{code}")) for code in REGIMES],
    }
    return render(request, "pages/check.html", shown_page)


@for_roles(*WORKERS)
def progress(request: Any, actor: Actor, id: UUID) -> Any:
    """How far a check is, for the page that waits for it."""
    job = checks.job(actor.organisation, str(id))
    answer = render(request, "pages/progress_part.html", {"job": job})
    if job.state in ("done", "failed"):
        answer["X-Done"] = "1"
    return answer


@for_roles(*WORKERS)
def line(request: Any, actor: Actor, id: UUID, line: str) -> Any:
    """One line's reasoning under every law, and what can be done about it."""
    job = checks.job(actor.organisation, str(id))
    checks.line(job, line)
    told = checks.decisions(job).explain(line)
    decided = told.decision
    shown_page = {
        "job": job,
        "decided": decided,
        "meaning": word(f"meaning.{decided.answer}"),
        "shipment": [(word(f"head.{name}"), value) for name, value in _shipment(job, line).items()],
        "laws": [
            (word(f"regime.{code}"), one, code in licensing() and one.answer == "apply")
            for code, one in decided.regimes.items()
        ],
        "facts": {ask.fact: fact_label(ask.fact) for one in decided.regimes.values() for ask in one.asks},
        "preparer": bool(actor.roles & {"preparer", "agent"}),
    }
    return render(request, "pages/line.html", shown_page)


@for_roles(*WORKERS)
def questions(request: Any, actor: Actor, id: UUID) -> Any:
    """The questions of a check, those that settle most lines first; answers make a new check."""
    job = checks.job(actor.organisation, str(id))
    if request.method == "POST":
        answers = _answers(request.POST)
        if not answers:
            messages.error(request, word("questions.none_given")[language()])
            return redirect(reverse("questions", args=[job.pk]))
        try:
            made = checks.answer(request.user, actor.organisation, str(job.pk), answers)
        except InputError as error:
            messages.error(request, "; ".join(sentence(fault) for fault in error.faults))
            return redirect(reverse("questions", args=[job.pk]))
        return redirect(reverse("check", args=[made.pk]))
    asked = _asked(job)
    shown_page = {"job": job, "asked": asked[:MOST_QUESTIONS], "more": max(0, len(asked) - MOST_QUESTIONS)}
    return render(request, "pages/questions.html", shown_page)


@require_POST
@for_roles("preparer", "agent")
def apply(request: Any, actor: Actor, id: UUID, line: str, regime: str) -> Any:
    """Opens an application filled in from a line, with the reasoning attached, and goes to what is still to fill in."""
    job = checks.job(actor.organisation, str(id))
    exporter = actor.mandates[0].exporter if "agent" in actor.roles and actor.mandates else actor.organisation
    filled = prefill(checks.decisions(job), line, regime, exporter)
    done = cases.step(
        actor, "application", "create", None, {"content": dict(filled.content)},
        message=f"check-{job.pk}-{line}-{regime}",
    )  # fmt: skip
    if not done.repeated:
        cases.step(actor, "application", "attach_run", done.record.id, dict(filled.run))
        messages.success(request, word("apply.made", n=len(filled.missing))[language()])
    return redirect(reverse("case", args=["application", done.record.id]))


@for_roles(*WORKERS)
def workbook(request: Any, actor: Actor, id: UUID) -> Any:
    """The workbook with its answers and a sheet of reasons."""
    job = checks.job(actor.organisation, str(id))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = StreamingHttpResponse(checks.workbook(job), content_type=kind)
    answer["Content-Disposition"] = 'attachment; filename="answers.xlsx"'
    return answer


@for_roles(*WORKERS)
def report(request: Any, actor: Actor, id: UUID) -> Any:
    """The report of a check as one page, as `lotgate check --html` writes it."""
    job = checks.job(actor.organisation, str(id))
    return downloads.report(render_html(checks.decisions(job), language=language()))


def _row(one: Any) -> dict[str, Any]:
    asks = sum(len(regime["asks"]) for regime in one.decision["regimes"].values())
    deciding = next(
        (
            rule
            for code, regime in one.decision["regimes"].items()
            if regime["answer"] == one.answer
            for rule in regime["rules"]
        ),
        None,
    )
    return {
        "line": one.line,
        "date": one.date,
        "answer": one.answer,
        "answers": [(code, answer) for code, answer in one.answers.items() if answer != "go"],
        "destination": country(one.destination),
        "end_user": one.end_user,
        "until": one.holds_until,
        "measure": deciding["measure"] if deciding and one.answer != "go" else "",
        "asks": asks,
        "conflicts": len(one.decision["conflicts"]),
    }


def _shipment(job: Any, name: str) -> dict[str, Any]:
    """What the workbook says of a line, in the words of the trade."""
    workspace = checks.decisions(job).workspace
    row = workspace["shipments"].filter(workspace["shipments"]["line"] == name).row(0, named=True)
    wanted = ("date", "item", "quantity", "exporter", "consignee", "end_user", "destination", "end_use", "licence")
    found: dict[str, Any] = {key: row[key] for key in wanted if row.get(key) not in (None, "")}
    if "date" in found:
        found["date"] = str(found["date"])
    if "quantity" in found:
        amount, named = f"{found['quantity']:.12g}", unit(row.get("unit") or "")
        found["quantity"] = Text(
            *(f"{amount} {named[code] if isinstance(named, Text) else named}" for code in ("en", "zh"))
        )
    if "destination" in found:
        found["destination"] = country(str(found["destination"]))
    items, parties = (dict(_named(workspace, table)) for table in ("items", "parties"))
    for key in ("item", "exporter", "consignee", "end_user"):
        called = (items if key == "item" else parties).get(str(found.get(key, "")))
        if called:
            found[key] = f"{called} ({found[key]})"
    if found.get("licence") == "none":
        found["licence"] = word("line.no_licence")
    if "end_use" in found:
        found["end_use"] = word(f"end_use.{found['end_use']}")
    return found


def _named(workspace: Any, table: str) -> Iterator[tuple[str, str]]:
    """Ids of items or parties, and what a reader calls them."""
    rows = workspace[table]
    name = ("description", "description_zh") if table == "items" else ("name", "name_local")
    for row in rows.iter_rows(named=True):
        chosen = row.get(name[language() == "zh"]) or row.get(name[0])
        if chosen:
            yield row[table.removesuffix("s") if table == "items" else "party"], chosen


def _asked(job: Any) -> list[dict[str, Any]]:
    """The questions as the page draws them."""
    return [
        {
            "place": place,
            "subject": one.subject,
            "fact": one.fact,
            "label": fact_label(one.fact),
            "question": one.question,
            "words": _words(one.fact),
            "is_day": one.fact in DAYS,
            "lines": one.lines,
            "measures": one.measures[:4],
        }
        for place, one in enumerate(checks.questions(job))
    ]


def _words(fact: str) -> tuple[tuple[str, Any], ...]:
    """What an answer is chosen from; nothing where it is written."""
    column = next((one for table in TABLES.values() for one in table.columns if one.name == fact), None)
    if column is not None and column.words and not column.several:
        return tuple((code, Text(*names)) for code, names in column.words.items())
    return ()


def _answers(post: Mapping[str, str]) -> list[dict[str, str]]:
    found = []
    for key in post:
        place = key.removeprefix("value-")
        if key == place or not post[key].strip():
            continue
        row = {name: post.get(f"{name}-{place}", "").strip() for name in ("subject", "fact", "value", "source")}
        found.append(row)
    return found
