"""Every kind of page that each role can open, in English and in Chinese, on a desk and on a phone: found by following
every link from the first page, so that a new page cannot be forgotten, and held against axe and against its language.

Records of one kind in one state are opened once a role, and so is the form of each step.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import browsers
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import RequestFactory
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, BrowserContext, Page

from lotgate.web.pages import errors
from lotgate.web.services.demonstration import PEOPLE

DOWNLOADS = {"template", "check_workbook", "check_report", "export", "file", "credential", "paper"}
"""Pages whose answer is a file, or a report that stands by itself."""
HAN = re.compile(r"[\u4e00-\u9fff]")
CODES = {"zh": "zh-hans", "en": "en"}
ROLES = list({role: name for name, (_, role) in reversed(PEOPLE.items())}.values())
"""Somebody of each role."""
PARTS = 4
"""Into how many tests the people are parted, so that they can be run side by side."""


def context(browser: Browser, server: browsers.Server, name: str | None, language: str) -> BrowserContext:
    made = browser.new_context(viewport=browsers.PHONE, locale="zh-CN" if language == "zh" else "en-GB")  # type: ignore[arg-type]
    cookies = {"django_language": CODES[language]} | ({"sessionid": server.sessions[name]} if name else {})
    made.add_cookies([{"name": key, "value": value, "url": server.address} for key, value in cookies.items()])
    return made


def states(server: browsers.Server) -> dict[tuple[str, str], str]:
    """The state of every record of the server."""
    with closing(sqlite3.connect(server.database)) as plain:
        return {(kind, id): state for kind, id, state in plain.execute("SELECT kind, record, state FROM store_record")}


def key_of(path: str, held: dict[tuple[str, str], str]) -> tuple[str, ...] | None:
    """What kind of page an address is; None for one that is no page of ours."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    named = found.kwargs
    if found.url_name in (None, "set_language", "account_logout", *DOWNLOADS):
        return None
    kind, event = str(named.get("kind", "")), str(named.get("event", ""))
    state = "" if event else held.get((kind, str(named.get("id"))), "")
    return str(found.url_name), kind, state, event


def faults_of(page: Page, what: str, language: str, pictures: Path | None) -> list[str]:
    """What is wrong with the page that is open."""
    html, title, text = page.locator("html").get_attribute("lang"), page.title(), page.inner_text("main")
    said = HAN.search(text) is not None if language == "zh" else HAN.search(title) is None
    right = html == ("zh-Hans" if language == "zh" else "en-GB") and said
    return ([] if right else [f"{what} is not in {language}"]) + browsers.faults_of(
        page, f"{language}-{what}", pictures
    )


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_fit_for_everybody(
    browser: Browser, server: browsers.Server, pictures: Path | None, language: str, part: int
) -> None:
    opened: set[tuple[str, ...]] = set()
    faults: list[str] = []
    for name in ROLES[part::PARTS]:
        forms = {key for key in opened if key[-1]}  # the form of a step is the same for all who take it
        seen = set(walk(browser, server, name, language, pictures, faults, forms))
        assert len(seen) >= (6 if name in ("administrator", "consulted-body") else 12), (name, seen)
        opened |= seen
    assert {"home", "list", "case", "account_change_password", "mfa_index"} <= {key[0] for key in opened}
    assert faults == []


def walk(
    browser: Browser,
    server: browsers.Server,
    name: str,
    language: str,
    pictures: Path | None,
    faults: list[str],
    known: set[tuple[str, ...]],
) -> Iterator[tuple[str, ...]]:
    """Follows links from the first page, and looks at every kind of page once, those known left out; adds faults."""
    held, seen, waiting = states(server), set(known), ["/"]
    with context(browser, server, name, language) as made:
        page = made.new_page()
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        while waiting:
            path = waiting.pop(0)
            key = key_of(path.partition("?")[0], held)
            if key is None or key in seen:
                continue
            seen.add(key)
            answer = page.goto(server.address.rstrip("/") + path)
            what = "-".join(filter(None, (name, *key)))
            if answer is None or answer.status != 200:
                faults.append(f"{what}: {path} answers {answer and answer.status}")
                continue
            faults += faults_of(page, what, language, pictures)
            yield key
            for link in page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"):
                if link.startswith(server.address):
                    there = urlsplit(link)
                    waiting.append(there.path + (f"?{there.query}" if there.query else ""))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_forms_sent_empty_and_pages_for_what_went_wrong(
    browser: Browser, server: browsers.Server, pictures: Path | None, language: str
) -> None:
    held = states(server)

    def record(kind: str, state: str) -> str:
        return next(id for (of, id), now in sorted(held.items()) if of == kind and now == state)

    draft, licence = record("application", "draft"), record("licence", "issued")
    with context(browser, server, "exporter-preparer", language) as made:
        page = made.new_page()
        for path in (f"/applications/{draft}/certify/", "/checks/"):
            page.goto(server.address.rstrip("/") + path)
            page.eval_on_selector("main form[method=post]", "one => { one.noValidate = true; one.requestSubmit(); }")
            page.wait_for_selector(".warn")
            assert faults_of(page, f"faults{path.replace('/', '-')}", language, pictures) == []
        for path, status in (("/people/", 403), ("/nowhere/", 404), (f"/licences/{licence}x/", 404)):
            answer = page.goto(server.address.rstrip("/") + path)
            assert answer is not None and answer.status == status
            assert faults_of(page, f"error-{status}", language, pictures) == []
        request = RequestFactory(headers={"accept-language": CODES[language]}).get("/")
        from django.contrib.auth.models import AnonymousUser
        from django.utils import translation

        request.user, request.session = AnonymousUser(), {}
        for status, view in ((400, errors.bad_request), (429, errors.too_often), (500, errors.server_error)):
            with translation.override(CODES[language]):
                shown = view(request)
            body, kind = shown.content.decode(), "text/html; charset=utf-8"
            assert shown.status_code == status
            page.route("**/went-wrong/", lambda route: route.fulfill(body=body, content_type=kind))  # noqa: B023
            page.goto(server.address + "went-wrong/")
            assert faults_of(page, f"error-{status}", language, pictures) == []
            page.unroute("**/went-wrong/")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_second_factor_from_its_set_up_to_the_next_sign_in(
    browser: Browser, server: browsers.Server, pictures: Path | None, language: str
) -> None:
    name = "other-exporter-preparer" if language == "en" else "other-exporter-signatory"
    with context(browser, server, None, language) as made:
        page = made.new_page()

        def sign_in() -> None:
            page.goto(server.address)
            assert faults_of(page, "sign-in", language, pictures) == []
            page.fill("#id_login", name)
            page.fill("#id_password", browsers.PASSWORD)
            page.click(".entrance .button")
            page.wait_for_load_state()

        def code(secret: str) -> str:
            return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))

        sign_in()
        page.goto(server.address + "accounts/2fa/totp/activate/")
        assert faults_of(page, "password-again", language, pictures) == []
        page.fill("#id_password", browsers.PASSWORD)
        page.click("main form button")
        page.wait_for_load_state()
        assert faults_of(page, "second-factor-set-up", language, pictures) == []
        secret = page.input_value("#authenticator_secret")
        page.fill("#id_code", code(secret))
        page.click("main form button")
        page.wait_for_load_state()
        assert faults_of(page, "second-factor-codes", language, pictures) == []
        page.goto(server.address + "accounts/2fa/recovery-codes/")
        recovery = re.findall(r"\b[0-9a-z]{8}\b", page.locator("main textarea, main pre").first.input_value())[0]
        for path in ("", "recovery-codes/", "recovery-codes/generate/", "totp/deactivate/"):
            page.goto(f"{server.address}accounts/2fa/{path}")
            assert faults_of(page, f"second-factor-{path.replace('/', '-')}", language, pictures) == []
        page.goto(server.address + "accounts/logout/")
        assert faults_of(page, "sign-out", language, pictures) == []
        page.click("main .button.first")
        page.wait_for_load_state()
        sign_in()
        assert faults_of(page, "second-factor-asked", language, pictures) == []
        page.fill("#id_code", recovery)  # a code of the app is good once
        page.click("main form button >> nth=0")
        page.wait_for_load_state()
        assert page.locator(".who summary").inner_text() == name
