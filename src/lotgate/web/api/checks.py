"""Workbooks sent in, decided as jobs, read line by line, answered; counts and changes; the application a line becomes."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import File, Form, NinjaAPI, Path, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from lotgate.licence import Actor
from lotgate.report.html import render_html
from lotgate.web import downloads
from lotgate.web.api.access import need
from lotgate.web.api.bodies import Body, StepDone
from lotgate.web.api.records import IdempotencyKey, step_json
from lotgate.web.services import checks, files, portfolio
from lotgate.web.services.prefill import open_application
from lotgate.web.store.models import Job, Line

__all__ = ["register"]

_Job = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
_Name = Annotated[str, Path(pattern=r"^[^/\x00-\x1f\x7f]{1,200}$")]
_Short = Annotated[str, Query(max_length=200)]


class Answers(Body):
    """Answers to questions a check asked, as rows of the table of facts."""

    answers: Annotated[list[dict[str, str]], Field(min_length=1, max_length=5_000)]


class Apply(Body):
    """Under which law a line's application is to be made."""

    regime: Annotated[str, Field(pattern=r"^[a-z]{2}$")]


def register(api: NinjaAPI) -> None:
    """Adds the addresses of checks and of the portfolio."""
    router = Router(tags=["checks"])
    _asking(router)
    _reading(router)
    _counting(router)
    api.add_router("/checks", router)


def job_json(one: Job) -> dict[str, Any]:
    """How far a job is and what came out."""
    return {
        "id": str(one.pk),
        "name": one.name,
        "state": one.state,
        "stage": one.stage,
        "done": one.done,
        "total": one.total,
        "options": one.options,
        "law": one.law,
        "counts": one.counts,
        "errors": one.error or [],
        "created": one.created.isoformat(),
        "finished": one.finished.isoformat() if one.finished else None,
    }


def _line_json(one: Line) -> dict[str, Any]:
    return {
        "position": one.position,
        "line": one.line,
        "date": one.date.isoformat(),
        "answer": one.answer,
        "answers": one.answers,
        "destination": one.destination,
        "end_user": one.end_user,
        "holds_until": one.holds_until.isoformat() if one.holds_until else None,
    }


def _asking(router: Router) -> None:
    @router.post("", response={202: dict[str, Any]}, operation_id="check_ask", summary="Check a workbook / 判定工作簿")
    def ask(
        request: HttpRequest,
        workbook: Annotated[UploadedFile, File()],
        on: Annotated[str, Form(max_length=10)] = "",
        regimes: Annotated[str, Form(max_length=40)] = "",
        as_known: Annotated[str, Form(max_length=10)] = "",
    ) -> Any:
        actor = need(request, "check")
        chosen = [code.strip() for code in regimes.split(",") if code.strip()]
        content = workbook.read()
        made = checks.ask_for(
            request.user, actor.organisation, workbook.name or "workbook.xlsx", content, on=on, regimes=chosen,
            as_known=as_known,
        )  # fmt: skip
        return Status(202, job_json(made))

    @router.post(
        "/{job}/answers",
        response={202: dict[str, Any]},
        operation_id="check_answer",
        summary="Answer and check again / 答复并重新判定",
    )
    def answer(request: HttpRequest, job: _Job, body: Answers) -> Any:
        actor = need(request, "check")
        return Status(202, job_json(checks.answer(request.user, actor.organisation, job, body.answers)))

    @router.post(
        "/{job}/lines/{line}/application", response=StepDone, operation_id="check_apply", summary="Apply / 申请"
    )
    def apply(request: HttpRequest, job: _Job, line: _Name, body: Apply, idempotency_key: IdempotencyKey = None) -> Any:
        """Opens a pre-filled application with the reasoning attached."""
        actor = need(request, "act:application")
        found = _job(request, actor, job)
        return step_json(actor, open_application(actor, found, line, body.regime, message=idempotency_key))


def _reading(router: Router) -> None:
    @router.get("", response=list[dict[str, Any]], operation_id="check_list", summary="Checks / 判定列表")
    def listing(request: HttpRequest, size: Annotated[int, Query(ge=1, le=200)] = 50) -> Any:
        actor = need(request, "read")
        return [job_json(one) for one in checks.jobs(actor.organisation, size)]

    @router.get("/template", operation_id="check_template", summary="The empty workbook / 空白工作簿")
    def template(request: HttpRequest) -> Any:
        need(request, "read")
        return downloads.workbook(checks.template(), "lotgate-template.xlsx")

    @router.get("/{job}", response=dict[str, Any], operation_id="check_show", summary="How far a check is / 判定进度")
    def show(request: HttpRequest, job: _Job) -> Any:
        actor = need(request, "read")
        return job_json(_job(request, actor, job))

    @router.get("/{job}/lines", response=list[dict[str, Any]], operation_id="check_lines", summary="Lines / 各行")
    def lines(
        request: HttpRequest,
        job: _Job,
        answer: Annotated[str, Query(pattern="^(go|ask|apply|stop)?$")] = "",
        regime: Annotated[str, Query(pattern="^(cn|us|eu|nl|jp)?$")] = "",
        destination: _Short = "",
        words: _Short = "",
        after: Annotated[int, Query(ge=-1, lt=2**31)] = -1,
        size: Annotated[int, Query(ge=1, le=1_000)] = 100,
    ) -> Any:
        actor = need(request, "read")
        found = checks.lines(
            _job(request, actor, job), answer=answer, regime=regime, destination=destination, words=words, after=after,
            size=size,
        )  # fmt: skip
        return [_line_json(one) for one in found]

    @router.get("/{job}/lines/{line}", response=dict[str, Any], operation_id="check_line", summary="One line / 一行")
    def line(request: HttpRequest, job: _Job, line: _Name) -> Any:
        actor = need(request, "read")
        found = checks.line(_job(request, actor, job), line)
        return {**_line_json(found), "decision": found.decision}

    @router.get(
        "/{job}/lines/{line}/explanation",
        response=dict[str, Any],
        operation_id="check_explain",
        summary="Reasoning / 判定依据",
    )
    def explain(request: HttpRequest, job: _Job, line: _Name) -> Any:
        actor = need(request, "read")
        return checks.explanation(_job(request, actor, job), line)

    @router.get(
        "/{job}/questions",
        response=list[dict[str, Any]],
        operation_id="check_questions",
        summary="Questions / 待答问题",
    )
    def questions(request: HttpRequest, job: _Job) -> Any:
        """Those that settle most lines first; answers go to /answers."""
        actor = need(request, "read")
        return [
            {
                "subject": one.subject,
                "fact": one.fact,
                "question": {"en": one.question.en, "zh": one.question.zh},
                "lines": list(one.lines),
                "measures": list(one.measures),
            }
            for one in checks.questions(_job(request, actor, job))
        ]

    @router.get("/{job}/report", operation_id="check_report", summary="The report as one page / 报告")
    def report(request: HttpRequest, job: _Job, language: Annotated[str, Query(pattern="^(en|zh)$")] = "en") -> Any:
        actor = need(request, "read")
        made = render_html(checks.decisions(_job(request, actor, job)), language=language)
        return downloads.report(made)

    @router.get("/{job}/workbook", operation_id="check_workbook", summary="The workbook with answers / 附结论的工作簿")
    def workbook(request: HttpRequest, job: _Job) -> Any:
        actor = need(request, "read")
        found = _job(request, actor, job)
        made = list(checks.workbook(found))
        answer = StreamingHttpResponse(made, content_type=files.WORKBOOK)
        answer.headers["Content-Disposition"] = 'attachment; filename="answers.xlsx"'
        return answer


def _counting(router: Router) -> None:
    @router.get(
        "/{job}/horizon", response=list[dict[str, Any]], operation_id="check_horizon", summary="Horizon / 变化日期"
    )
    def horizon(request: HttpRequest, job: _Job, start: date | None = None, end: date | None = None) -> Any:
        actor = need(request, "read")
        found = checks.horizon(_job(request, actor, job), start, end)
        return [{**asdict(one), "day": one.day.isoformat(), "measures": list(one.measures)} for one in found]

    @router.get("/{job}/portfolio", response=dict[str, Any], operation_id="check_portfolio", summary="Counts / 统计")
    def counted(request: HttpRequest, job: _Job) -> Any:
        actor = need(request, "read")
        return asdict(portfolio.portfolio(actor.organisation, job))

    @router.get("/{job}/changes", response=list[dict[str, Any]], operation_id="check_changes", summary="Changes / 变化")
    def changed(
        request: HttpRequest, job: _Job, since: Annotated[str, Query(pattern="^([0-9a-f-]{36})?$")] = ""
    ) -> Any:
        actor = need(request, "read")
        return [
            {**asdict(one), "date": one.date.isoformat()} for one in portfolio.changes(actor.organisation, job, since)
        ]


def _job(request: HttpRequest, actor: Actor, id: str) -> Job:
    return checks.job(actor.organisation, id)
