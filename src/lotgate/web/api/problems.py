"""Errors as problem details (RFC 9457), in English and Chinese at once; `detail` is in the language asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from lotgate.errors import InputError, MissingError
from lotgate.law import Text
from lotgate.licence import Conflict, Forbidden, NotAllowedNow, NotFound, Refusal
from lotgate.web.languages import language
from lotgate.web.store.book import Busy

__all__ = ["PROBLEM", "problem", "register"]

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "reasons"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reasons": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["en", "zh"],
                "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
            },
        },
        "facts": {"type": "object"},
        "faults": {"type": "array", "items": {"type": "object"}},
    },
}
"""The schema of every error."""

_TITLES = {
    "forbidden": Text("Not yours to do", "无权办理"),
    "not-found": Text("Not there", "不存在"),
    "not-allowed-now": Text("Not possible now", "目前不能办理"),
    "conflicting-repeat": Text("Repeated with other content", "以不同内容重复发送"),
    "input": Text("Filled in wrongly", "填写有误"),
    "unauthorised": Text("Sign in or show a token", "请登录或出示令牌"),
    "scope": Text("The token is not good for this", "令牌权限不足"),
    "busy": Text("Others are at the same record; try again", "记录正被他人办理，请重试"),
    "too-large": Text("Too large", "内容过大"),
    "missing": Text("Something needed is not there", "缺少所需内容"),
    "refused": Text("Refused", "已拒绝"),
}
_STATUS: Sequence[tuple[type[Refusal], int]] = (
    (Forbidden, 403), (NotFound, 404), (NotAllowedNow, 409), (Conflict, 409), (Refusal, 409),
)  # fmt: skip


def problem(
    code: str, status: int, reasons: Sequence[Text] = (), facts: Any = None, faults: Sequence[Any] = ()
) -> HttpResponse:
    """The answer for an error."""
    title = _TITLES[code]
    body = {
        "type": f"urn:lotgate:problem:{code}",
        "title": title[language()],
        "status": status,
        "detail": ("；" if language() == "zh" else "; ").join(reason[language()] for reason in reasons)
        or title[language()],
        "reasons": [{"en": reason.en, "zh": reason.zh} for reason in (reasons or (title,))],
    }
    if facts:
        body["facts"] = facts
    if faults:
        body["faults"] = list(faults)
    return JsonResponse(body, status=status, content_type="application/problem+json", json_dumps_params=_PLAIN)


_PLAIN = {"ensure_ascii": False}


def register(api: NinjaAPI) -> None:
    """Turns what services raise into problem details."""

    @api.exception_handler(Refusal)
    def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
        status = next(number for kind, number in _STATUS if isinstance(error, kind))
        return problem(error.code, status, error.reasons, dict(error.facts))

    @api.exception_handler(InputError)
    def wrong(request: HttpRequest, error: InputError) -> HttpResponse:
        reasons = [Text(str(fault), fault.in_chinese()) for fault in error.faults[:50]]
        faults = [{"table": f.table, "row": f.row, "column": f.column, "value": f.value} for f in error.faults[:1000]]
        return problem("input", 422, reasons, faults=faults)

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        faults = [{"column": ".".join(map(str, one["loc"])), "value": None, "what": one["msg"]} for one in error.errors]
        reasons = [Text(f"{f['column']}: {f['what']}", f"{f['column']}：格式不符（{f['what']}）") for f in faults[:50]]
        return problem("input", 422, reasons, faults=faults[:1000])

    @api.exception_handler(AuthenticationError)
    def nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        answer = problem("unauthorised", 401)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @api.exception_handler(Http404)
    def nothing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem("not-found", 404)

    @api.exception_handler(MissingError)
    def missing(request: HttpRequest, error: MissingError) -> HttpResponse:
        return problem("missing", 409, [Text(str(error), str(error))])

    @api.exception_handler(Busy)
    def busy(request: HttpRequest, error: Busy) -> HttpResponse:
        answer = problem("busy", 409)
        answer.headers["Retry-After"] = "1"
        return answer

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        code = {413: "too-large", 403: "scope", 404: "not-found"}.get(error.status_code, "input")
        return problem(code, error.status_code, [Text(str(error), str(error))])
