"""Every address of pages and API, as every person, on a record that is theirs and on one that is not; made from the
tables of addresses, so that a new one cannot be forgotten."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import callers
import databases
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from lotgate.licence.people import roles
from lotgate.web.accounts.models import User
from lotgate.web.api import api
from lotgate.web.api.records import step_paths
from lotgate.web.pages.urls import Kind
from lotgate.web.services import demonstration as demo
from lotgate.web.store.book import Book, act
from lotgate.web.store.models import Record

AT = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
PUBLIC = {"/.well-known/jwks.json", "/.well-known/did.json", "/api/v1/audit/head", "/api/v1/openapi.json"}
EXPORTERS = {"exporter-preparer", "exporter-signatory", "other-exporter-preparer", "other-exporter-signatory"}
PAGES = {
    # page of its own: the people that have it
    "find": {"customs-officer", "authority-officer", "authority-decider", "authority-second-decider",
             "authority-intake", "auditor"},
    "log": {"auditor"},
    "export": {"auditor"},
    "people": {"administrator"},
    "issuer": {"administrator"},
    "checks": {*EXPORTERS, "filing-agent"},
    "portfolio": {*EXPORTERS, "filing-agent"},
    "template": {*EXPORTERS, "filing-agent"},
}  # fmt: skip


SAME = {
    # page: the operations of the API that show and do the same
    "home": ("application_list", "me_show"), "organisation": ("token_make",), "checks": ("check_list", "check_ask"),
    "check": ("check_show", "check_lines"), "progress": ("check_show",),
    "questions": ("check_questions", "check_answer"),
    "check_report": ("check_report",), "check_workbook": ("check_workbook",), "line": ("check_line", "check_explain"),
    "template": ("check_template",), "apply": ("check_apply",),
    "portfolio": ("check_portfolio", "check_horizon", "check_changes"),
    "portfolio_progress": ("check_horizon",),
    "find": ("licence_list", "licence_verify"), "log": ("audit_verify", "audit_head"), "export": ("audit_export",),
    "tokens": ("token_list", "token_make"), "revoke_token": ("token_revoke",),
    "issuer": ("issuer_show", "issuer_name"),
    "people": ("people_list",), "add_person": ("people_add", "people_organisation", "people_give"),
    "end_membership": ("people_end",), "list": ("application_list", "finding_list"), "new": ("application_create",),
    "case": ("application_show", "application_history"), "file": ("file_open",),
    "paper": ("application_paper", "licence_paper"), "credential": ("licence_credential",),
    "as_of": ("application_show",), "step": ("application_grant", "licence_reserve", "file_attach"),
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[dict[str, callers.Caller], dict[str, Client]]]:
    """Everybody with a token and with a browser; lots at three stages, of the other exporter alone."""
    with databases.fresh("sqlite"):
        people = callers.everybody()
        for number, to in enumerate(("draft", "recommended", "delivered")):
            for _ in demo.carry(act, demo.actors(), number, AT, to, exporter="demo-other-exporter"):
                pass
        browsers = {}
        for name in demo.PEOPLE:
            browsers[name] = Client(raise_request_exception=False)
            browsers[name].force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
        yield people, browsers


def page_patterns() -> list[tuple[str, str]]:
    """Name and route of every page that is ours, accounts left out."""
    from lotgate.web.pages.urls import urlpatterns

    return [(str(one.name), str(one.pattern)) for one in urlpatterns]


def filled(route: str, kind: str = "application", id: str = "none", event: str = "note") -> str:
    """An address with its places filled in."""
    values = {
        "kind:kind": Kind().to_url(kind), "str:id": id, "slug:event": event, "slug:sha256": "0" * 64,
        "slug:name": "certificate", "uuid:id": str(UUID(int=1)), "str:line": "L1", "slug:regime": "cn",
        "int:membership": "1", "int:number": "1",
    }  # fmt: skip
    return "/" + re.sub(r"<([a-z]+:[a-z0-9_]+)>", lambda found: values[found[1]], route)


def every_address() -> Iterator[str]:
    """Every address the server answers, places filled in with what is not there."""

    def walk(patterns: list[Any], before: str) -> Iterator[str]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, before + str(one.pattern))
            elif isinstance(one, URLPattern):
                yield before + str(one.pattern)

    for route in walk(get_resolver().url_patterns, ""):
        kinds = ["applications", "licences"] if "<kind:" in route else [""]
        for kind in kinds:
            address = re.sub(r"<kind:[a-z]+>", kind, route)
            address = re.sub(r"<uuid:[a-z]+>", str(UUID(int=1)), address)
            address = re.sub(r"<int:[a-z_]+>|<number>", "1", address)
            yield "/" + re.sub(r"<[^>]+>", "none", address)


def test_a_stranger_gets_to_sign_in_and_to_what_is_public_alone() -> None:
    tried = 0
    with databases.fresh("sqlite"):
        callers.everybody()
        for address in every_address():
            if address.startswith(("/accounts/", "/language/")) or "^" in address:
                continue
            answer = Client(raise_request_exception=False).get(address)
            tried += 1
            if address in PUBLIC:
                assert answer.status_code == 200, address
            elif address.startswith("/api/"):
                assert answer.status_code in ((404,) if address == "/api/v1/" else (401, 405)), (
                    address,
                    answer.status_code,
                )
            elif address.startswith("/status/"):
                assert answer.status_code == 404, address
            else:
                assert answer.status_code in (302, 405) and "/accounts/login/" in answer.headers.get(
                    "Location", "/accounts/login/"
                ), (address, answer.status_code)
    assert tried > 90


def test_every_page_with_a_record_of_somebody_else_is_not_there(world: Any) -> None:
    """Exporter, agent and consulted body have nothing to do with the other exporter's cases."""
    _, browsers = world
    before, tried = Book().head(), 0
    strangers = ("exporter-preparer", "exporter-signatory", "filing-agent", "consulted-body", "administrator")
    routes = [(name, route) for name, route in page_patterns() if "<str:id>" in route]
    assert {name for name, _ in routes} >= {"case", "file", "paper", "credential", "as_of", "step"}
    records = list(Record.objects.values_list("kind", "record"))
    for name in strangers:
        for page, route in routes:
            for kind, id in records:
                if kind == "finding" or not _fits(route, kind):
                    continue
                for method in ("get", "post"):
                    answer = getattr(browsers[name], method)(filled(route, kind, id))
                    assert answer.status_code in (403, 404, 405), (name, page, kind, id, method, answer.status_code)
                    tried += 1
    assert tried > 300 and Book().head() == before


def _fits(route: str, kind: str) -> bool:
    fixed = {"applications": "application", "licences": "licence"}
    return fixed.get(route.split("/", 1)[0], kind) == kind


def test_pages_of_a_role_are_its_own(world: Any) -> None:
    _, browsers = world
    for name, browser in browsers.items():
        for page, wanted in PAGES.items():
            route = next(route for known, route in page_patterns() if known == page)
            assert (browser.get(f"/{route}").status_code == 200) is (name in wanted), (name, page)
        for page, route in page_patterns():
            if "uuid:id" not in route:
                continue
            answers = {browser.get(filled(route)).status_code, browser.post(filled(route)).status_code}
            assert answers <= {403, 404, 405}, (name, page, answers)


def test_every_get_of_the_api_with_a_record_of_somebody_else_is_not_there(world: Any) -> None:
    people, _ = world
    paths = api.get_openapi_schema()["paths"]
    records = list(Record.objects.exclude(kind="finding").values_list("kind", "record"))
    tried = 0
    for name in ("exporter-preparer", "exporter-signatory", "filing-agent", "consulted-body", "administrator"):
        for path, operations in paths.items():
            short = path.removeprefix("/api/v1")
            if "get" not in operations or "{id}" not in short:
                continue
            for kind, id in records:
                if not short.startswith(f"/{Kind().to_url(kind)}/"):
                    continue
                names = {"{id}": id, "{sha256}": "0" * 64, "{name}": "licence" if kind == "licence" else "certificate"}
                address = re.sub(r"\{\w+\}", lambda found: names[found[0]], short)  # noqa: B023
                answer = people[name].get(address)
                assert answer.status_code == 404, (name, address, answer.status_code)
                tried += 1
    assert tried > 100


def test_jobs_downloads_and_the_log_of_the_api_are_for_those_they_belong_to(world: Any) -> None:
    people, _ = world
    paths = api.get_openapi_schema()["paths"]
    jobs = [path.removeprefix("/api/v1") for path in paths if "{job}" in path]
    assert len(jobs) >= 8
    for name, who in people.items():
        for short in jobs:
            address = short.replace("{job}", str(UUID(int=1))).replace("{line}", "L1")
            method = "get" if "get" in paths["/api/v1" + short] else "post"
            body = {"answers": [{"subject": "L1", "fact": "end_use", "value": "civil"}], "regime": "cn"}
            wanted = {key: body[key] for key in (("answers",) if "answers" in short else ("regime",))}
            answer = who.get(address) if method == "get" else who.post(address, wanted)
            assert answer.status_code in (403, 404), (name, address, answer.status_code)
        for short in ("/audit/verify", "/audit/export"):
            assert (who.get(short).status_code == 200) is (name == "auditor"), (name, short)


def test_whatever_a_page_does_the_api_does_too() -> None:
    """A new page has to say here which operations stand for it; steps come from the same tables on both sides."""
    operations = {one["operationId"] for path in api.get_openapi_schema()["paths"].values() for one in path.values()}
    assert set(SAME) == {name for name, _ in page_patterns()}
    assert {name for names in SAME.values() for name in names} <= operations
    for kind, event, _ in step_paths():
        assert f"{kind}_{event}" in operations


def test_an_administrator_keeps_people_over_the_api_and_nobody_else_does(world: Any) -> None:
    people, _ = world
    admin = people["administrator"]
    made = admin.post("/people/organisations", {"code": "bureau", "name": "Bureau", "country": "CN", "regimes": ["cn"]})
    assert made.status_code == 201, made.content
    added = admin.post("/people/users", {"username": "bureau-person"})
    assert added.status_code == 201 and len(added.json()["password"]) >= 16
    role = {"user": "bureau-person", "organisation": "bureau", "role": "officer"}
    given = admin.post("/people/memberships", role)
    assert given.status_code == 201 and given.json()["role"] == "officer"
    bad = admin.post("/people/memberships", {**role, "user": "nobody", "until": "2026-02-30"})
    assert bad.status_code == 422 and {one["column"] for one in bad.json()["faults"]} == {"user", "until"}
    listed = admin.get("/people", words="bureau").json()
    assert [one["username"] for one in listed] == ["bureau-person"]
    assert admin.post(f"/people/memberships/{given.json()['id']}/end").status_code == 200
    assert admin.post(f"/people/memberships/{given.json()['id']}/end").status_code == 404
    for name in set(people) - {"administrator"}:
        assert people[name].get("/people").status_code == 403, name
        for path, body in (("users", {"username": "x"}), ("memberships", role), ("memberships/1/end", {})):
            assert people[name].post(f"/people/{path}", body).status_code == 403, (name, path)


def test_every_role_has_somebody_who_tried() -> None:
    assert {role for _, role in demo.PEOPLE.values()} == set(roles()) - {"system"}
