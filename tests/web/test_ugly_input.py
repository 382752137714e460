"""Whatever is typed or asked for, on both databases: an answer, never a failure of the server; and nothing of it is run
or turns a page about."""

from __future__ import annotations

from collections.abc import Iterator

import callers
import databases
import pytest
from django.test import Client

from lotgate.web.accounts.models import User
from lotgate.web.services import demonstration as demo
from lotgate.web.services import demonstration_cases
from lotgate.web.store.models import Record

UGLY = (
    "\x00", "a\x00b", "\u202eevil\u202c", "\ud800", "'; DROP TABLE store_event; --", "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0", "../../etc/passwd", "x" * 100_000, "\u200b", "%00", "{{ 7*7 }}", "😀" * 300,
)  # fmt: skip
FIELDS = {
    "/applications/new/": ("content.lot.id", "content.item.description", "content.exporter.name", "content.lot.made"),
    "/tokens/": ("name", "days", "scopes"),
    "/people/add/": (
        "what",
        "username",
        "user",
        "organisation",
        "role",
        "acts_for",
        "until",
        "code",
        "name",
        "country",
    ),
    "/people/add/?what=user": ("username",),
    "/people/add/?what=organisation": ("code", "name", "name_zh"),
    "/people/add/?what=membership": ("user", "organisation", "acts_for"),
    "/issuer/": ("name", "name_zh"),
    "/organisation/": ("organisation",),
    "/findings/new/": ("about", "text"),
    "/accounts/login/": ("login", "password"),
    "/lots/new/": ("id",),
}


@pytest.fixture(scope="module", params=databases.KINDS)
def people(request: pytest.FixtureRequest) -> Iterator[dict[str, Client]]:
    with databases.fresh(request.param):
        callers.everybody()
        demonstration_cases.fill()
        found = {}
        for name in demo.PEOPLE:
            found[name] = Client(raise_request_exception=False)
            found[name].force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
        yield found


def test_whatever_is_asked_for_has_an_answer(people: dict[str, Client]) -> None:
    who = ("exporter-preparer", "auditor", "administrator", "customs-officer")
    job = "00000000-0000-0000-0000-000000000000"
    questions = {
        "/applications/": ("words", "state", "regime", "destination", "officer", "before", "open"),
        "/lots/": ("words", "before"), "/find/": ("paper",), "/people/": ("words",), "/portfolio/": ("check",),
        "/checks/": ("on",), f"/checks/{job}/": ("answer", "regime", "words", "after"),
        "/applications/CN-A-2026-000001/as-of/": ("day",), "/applications/CN-A-2026-000012/attach/": ("kind",),
        "/applications/CN-A-2026-000012/detach/": ("sha256",), "/accounts/login/": ("next",),
    }  # fmt: skip
    for path, names in questions.items():
        for name in names:
            for text in UGLY:
                if len(text) > 10_000 or "\ud800" in text:
                    continue  # no browser sends such an address
                for one in who:
                    answer = people[one].get(path, {name: text})
                    assert answer.status_code < 500, (path, name, text[:20], one)
                    assert b"<script>alert(1)" not in answer.content


@pytest.mark.parametrize("path", sorted(FIELDS))
def test_whatever_is_typed_has_an_answer(people: dict[str, Client], path: str) -> None:
    for name in FIELDS[path]:
        for text in UGLY:
            if "\ud800" in text:
                continue  # form data cannot carry it
            for one in ("exporter-preparer", "auditor", "administrator"):
                place, _, what = path.partition("?what=")
                answer = people[one].post(place, {name: text} | ({"what": what} if what else {}))
                assert answer.status_code < 500, (path, name, text[:20], one, answer.status_code)
                assert b"<script>alert(1)" not in answer.content, (path, name)


def test_the_api_takes_it_no_worse(people: dict[str, Client]) -> None:
    for name in ("exporter-preparer", "auditor", "administrator"):
        who = callers.caller(name)
        for text in UGLY:
            for path, body in (
                ("/applications", {"content": {"lot": {"id": text}, "item": {"description": text}}}),
                ("/applications/CN-A-2026-000012/edit", {"content": {"lot": {"producer": text}}}),
                ("/findings", {"about": text, "text": text}),
                ("/me/tokens", {"name": text, "scopes": ["read"], "days": 1}),
                ("/people/users", {"username": text}),
                ("/people/memberships", {"user": text, "organisation": text, "role": text}),
                ("/people/issuer", {"name": text, "name_zh": text}),
                ("/credentials/verify", {"credential": text}),
            ):
                answer = who.post(path, body)
                assert answer.status_code < 500, (name, path, text[:20], answer.content[:300])
            if len(text) < 10_000 and "\ud800" not in text:
                assert who.get("/applications", words=text).status_code < 500
            if text.isascii() and text.isprintable() and len(text) < 10_000:
                answer = who.post("/findings", {"about": "x", "text": "y"}, **{"Idempotency-Key": text})
                assert answer.status_code < 500


def test_text_that_turns_its_surroundings_about_is_not_taken(people: dict[str, Client]) -> None:
    """Directional overrides make a number or a name read as another one."""
    before = Record.objects.count()
    for text in ("lot\u202e321", "\u2066x", "a\u202dc"):
        answer = people["exporter-preparer"].post("/applications/new/", {
            "content.header.regime": "cn", "content.exporter.id": "demo-exporter", "content.lot.id": text,
            "content.item.description": text,
        })  # fmt: skip
        assert answer.status_code == 422, text
    assert Record.objects.count() == before
