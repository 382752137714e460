"""Files of applications, papers as PDF, signed licences, customs reports, the auditor's view of the log, and the caller's own tokens."""

from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import File, Form, NinjaAPI, Path, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from lotgate.law import Text
from lotgate.licence import NotFound
from lotgate.web import downloads
from lotgate.web.accounts.models import SCOPES, Organisation, Token
from lotgate.web.accounts.people import add_token, revoke_token
from lotgate.web.api.access import acting, need
from lotgate.web.api.bodies import Body, Id, StepDone
from lotgate.web.api.records import PLURAL, IdempotencyKey, step_json
from lotgate.web.services import audit, cases, credentials, customs, files, papers

__all__ = ["register"]

_Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


class Run(Body):
    """One numbered run of a customs system."""

    run: Annotated[int, Field(ge=1, lt=2**31)]
    lines: Annotated[list[dict[str, Any]], Field(max_length=200)]


class NewToken(Body):
    """A token wanted: what it is for, what it may do, how long it lives."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[str], Field(min_length=1, max_length=len(SCOPES))]
    days: Annotated[int, Field(ge=1, le=366)] = 90


def register(api: NinjaAPI) -> None:
    """Adds the addresses."""
    _files(api)
    _papers(api)
    _licences(api)
    _customs(api)
    _audit(api)
    _tokens(api)


def _files(api: NinjaAPI) -> None:
    router = Router(tags=["files"])

    @router.post("/{id}/files", response=StepDone, operation_id="file_attach", summary="Attach a file / 上传附件")
    def attach(
        request: HttpRequest,
        id: Id,
        file: Annotated[UploadedFile, File()],
        kind: Annotated[str, Form(pattern="^[a-z_]{1,40}$")],
        language: Annotated[str, Form(pattern="^([a-z]{2})?$")] = "",
        idempotency_key: IdempotencyKey = None,
    ) -> Any:
        actor = need(request, "act:application")
        done = files.attach(
            actor, request.user, id, kind, file.name or "file", file.read(), language=language, message=idempotency_key
        )
        return step_json(actor, done)

    @router.get("/{id}/files/{sha256}", operation_id="file_open", summary="Open a file / 打开附件")
    def opened(request: HttpRequest, id: Id, sha256: _Hash) -> Any:
        actor = need(request, "read")
        file, name = files.attached(actor, cases.record(actor, "application", id), sha256)
        return downloads.attachment(file, name)

    api.add_router("/applications", router)


def _papers(api: NinjaAPI) -> None:
    for kind, names in papers.NAMES.items():
        router = Router(tags=[PLURAL[kind]])
        _paper(router, kind, names)
        api.add_router(f"/{PLURAL[kind]}", router)


def _paper(router: Router, kind: str, names: tuple[str, ...]) -> None:
    @router.get("/{id}/papers/{name}", operation_id=f"{kind}_paper", summary="A paper as PDF / PDF 文件")
    def paper(
        request: HttpRequest,
        id: Id,
        name: Annotated[str, Path(pattern=f"^({'|'.join(names)})$")],
        language: Annotated[str, Query(pattern="^(en|zh)$")] = "en",
    ) -> Any:
        """What the caller may read of it, in English or Chinese."""
        actor = need(request, "read")
        made = papers.made(actor, cases.record(actor, kind, id), name, language)
        return downloads.pdf(made, f"{id}-{name}.pdf")


class Compact(Body):
    """A signed licence or certificate."""

    credential: Annotated[str, Field(min_length=1, max_length=100_000, pattern=r"^[\x21-\x7e\s]+$")]


def _licences(api: NinjaAPI) -> None:
    router = Router(tags=["licences"])

    @router.get("/{id}/credential", operation_id="licence_credential", summary="The signed licence / 签名许可证")
    def signed(request: HttpRequest, id: Id) -> Any:
        """The licence as a W3C Verifiable Credential 2.0 (vc+jwt), for `lotgate licence verify`."""
        return downloads.credential(id, credentials.signed(need(request, "read"), id))

    api.add_router("/licences", router)
    check = Router(tags=["licences"])

    @check.post("/verify", response=dict[str, Any], operation_id="licence_verify", summary="Is it genuine? / 核验真伪")
    def verify(request: HttpRequest, body: Compact) -> Any:
        """What a signed licence shows now: signature, days, revoked or suspended. Whether it was used, its record says."""
        need(request, "read")
        return credentials.checked(body.credential).to_json()

    api.add_router("/credentials", check)


def _customs(api: NinjaAPI) -> None:
    router = Router(tags=["customs"])

    @router.post(
        "/{feed}/runs", response=dict[str, Any], operation_id="customs_report", summary="Report a run / 报送批次"
    )
    def report(request: HttpRequest, feed: Id, body: Run) -> Any:
        """Taken strictly in order of run; an early run waits. The same run again changes nothing; with other content
        it is refused and reported."""
        actor = need(request, "act:clearance")
        done = customs.report(actor, feed, body.run, body.lines)
        return {
            "taken": list(done.taken),
            "waiting": list(done.waiting),
            "missing": done.missing,
            "results": [dict(one) for one in done.results],
            "repeated": done.repeated,
        }

    api.add_router("/customs", router)


def _audit(api: NinjaAPI) -> None:
    router = Router(tags=["audit"])

    @router.get(
        "/verify", response=dict[str, Any], operation_id="audit_verify", summary="Is the log whole? / 日志是否完整"
    )
    def whole(request: HttpRequest) -> Any:
        return audit.verified(need(request, "read")).to_json()

    @router.get("/export", operation_id="audit_export", summary="The log, signed / 签名日志")
    def export(request: HttpRequest) -> Any:
        answer = StreamingHttpResponse(audit.export(need(request, "read")), content_type="application/jsonl")
        answer.headers["Content-Disposition"] = 'attachment; filename="lotgate-log.jsonl"'
        return answer

    @router.get(
        "/head", response=dict[str, Any], operation_id="audit_head", summary="Signed head / 签名日志头", auth=None
    )
    def head(request: HttpRequest) -> Any:
        """Where the log stands, signed; public, so that anybody may keep it."""
        return {"head": audit.signed(), "keys": credentials.keys().public}

    api.add_router("/audit", router)


def _tokens(api: NinjaAPI) -> None:
    router = Router(tags=["me"])

    @router.get("", response=dict[str, Any], operation_id="me_show", summary="Who am I / 我的身份")
    def me(request: HttpRequest) -> Any:
        actor = acting(request)
        return {
            "user": actor.id,
            "organisation": actor.organisation,
            "roles": sorted(actor.roles),
            "regimes": sorted(actor.regimes),
            "scopes": sorted(request.scopes),
        }

    @router.get("/tokens", response=list[dict[str, Any]], operation_id="token_list", summary="Tokens / 令牌")
    def tokens(request: HttpRequest) -> Any:
        need(request, "read")
        return [_token_json(one) for one in Token.objects.filter(user=request.user).order_by("pk")]

    @router.post("/tokens", response={201: dict[str, Any]}, operation_id="token_make", summary="New token / 新令牌")
    def make(request: HttpRequest, body: NewToken) -> Any:
        """The text of the token is in this answer and kept nowhere. A token makes no token that may more than itself
        or lives longer."""
        actor = acting(request)
        for scope in body.scopes:
            need(request, scope)
        organisation = Organisation.objects.get(code=actor.organisation)
        made, text = add_token(request.user, organisation, body.name, body.scopes, body.days, latest=request.until)
        return Status(201, {**_token_json(made), "token": text})

    @router.post(
        "/tokens/{number}/revoke", response=dict[str, Any], operation_id="token_revoke", summary="Revoke / 作废"
    )
    def revoke(request: HttpRequest, number: Annotated[int, Path(ge=1, lt=2**31)]) -> Any:
        need(request, "read")
        if not revoke_token(request.user, number):
            raise NotFound(Text(f"you have no token {number}", f"您没有令牌 {number}"), kind="token", id=number)
        return {"revoked": number}

    api.add_router("/me", router)


def _token_json(one: Token) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "organisation": one.organisation.code,
        "scopes": one.scopes.split(),
        "expires": one.expires.isoformat(),
        "revoked": one.revoked.isoformat() if one.revoked else None,
        "used": one.used.isoformat() if one.used else None,
    }
