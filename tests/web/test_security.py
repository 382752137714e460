"""Sign-in is throttled, cookies and headers are right, forms need their token, and no secret reaches a log."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import callers
import databases
import pytest
from django.core.cache import cache
from django.test import Client

from lotgate.web.accounts.models import Token, User
from lotgate.web.accounts.people import add_token, token_named


@pytest.fixture(autouse=True)
def _people() -> Iterator[None]:
    with databases.fresh("sqlite"):
        cache.clear()
        callers.everybody()
        yield


def sign_in(client: Client, name: str, password: str) -> int:
    page = client.get("/accounts/login/")
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert found
    data = {"login": name, "password": password, "csrfmiddlewaretoken": found[1]}
    return int(client.post("/accounts/login/", data).status_code)


def test_sign_in_works_and_guessing_is_throttled() -> None:
    assert sign_in(Client(enforce_csrf_checks=True), "exporter-preparer", "a long enough secret 0") == 302
    codes = [sign_in(Client(enforce_csrf_checks=True), "auditor", f"guess {number}") for number in range(8)]
    text = Client().get("/accounts/login/").content.decode()
    assert codes[0] == 200 and 302 not in codes
    assert sign_in(Client(enforce_csrf_checks=True), "auditor", "a long enough secret 12") != 302, text


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites() -> None:
    client = Client()
    sign_in(client, "exporter-preparer", "a long enough secret 0")
    session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert session["httponly"] and session["samesite"] == "Lax"
    assert csrf["httponly"] and csrf["samesite"] == "Strict"


def test_a_session_cookie_alone_takes_no_step() -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, "exporter-preparer", "a long enough secret 0") == 302
    assert client.get("/api/v1/me").status_code == 200
    answer = client.post("/api/v1/me/tokens", {"name": "x", "scopes": ["read"]}, content_type="application/json")
    assert answer.status_code == 403
    assert Token.objects.filter(name="x").count() == 0


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/api/v1/me", "/api/v1/openapi.json", "/nowhere"])
def test_every_answer_carries_the_headers(path: str) -> None:
    headers = Client(raise_request_exception=False).get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/static/../settings.py", "/static/%2e%2e/settings.py", "/static/..%2fsettings.py"])
def test_no_path_leads_out_of_the_static_files(path: str) -> None:
    assert Client(raise_request_exception=False).get(path).status_code in (400, 404)


def test_unknown_hosts_are_refused() -> None:
    assert Client(headers={"host": "evil.example"}).get("/accounts/login/").status_code == 400


def test_tokens_and_passwords_are_kept_as_hashes_alone() -> None:
    user = User.objects.get(username="auditor")
    _, text = add_token(user, user.memberships.get().organisation, "t", ["read"])
    row = Token.objects.values().get(name="t")
    assert text not in str(row)
    assert token_named(text) is not None
    assert token_named(text[:-1]) is None
    assert "a long enough secret" not in str(User.objects.values().get(username="auditor"))


def test_secrets_stay_out_of_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client(raise_request_exception=False)
    sign_in(client, "auditor", "a wrong secret to be seen")
    sign_in(client, "auditor", "a long enough secret 12")
    who = callers.caller("auditor")
    who.get("/licences")
    who.post("/licences/none/reserve", {"declaration": "D"})
    for secret in ("a wrong secret to be seen", "a long enough secret 12", who.token):
        assert secret not in caplog.text


def test_nobody_signs_up_and_problems_speak_both_languages() -> None:
    page = Client().get("/accounts/signup/")
    assert b"password1" not in page.content
    answer = Client(headers={"accept-language": "zh-hans"}).get("/api/v1/me")
    body = answer.json()
    assert answer.status_code == 401 and answer.headers["Content-Type"].startswith("application/problem+json")
    assert body["reasons"][0]["en"] != body["reasons"][0]["zh"] == body["detail"]
