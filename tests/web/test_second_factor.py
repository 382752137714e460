"""Who decides signs in with a second factor; organisations of the demonstration are left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from click.testing import CliRunner
from django.conf import settings
from django.test import Client

from lotgate.cli import cli
from lotgate.errors import InputError
from lotgate.licence.people import roles_named
from lotgate.web.accounts.models import Organisation, User
from lotgate.web.accounts.people import add_membership, add_organisation, add_token, add_user

BACKEND = "django.contrib.auth.backends.ModelBackend"
PAGES = ("/", "/applications/", "/people/", "/find/", "/log/")


@pytest.fixture
def office(sqlite_database: str) -> Iterator[Organisation]:
    yield add_organisation("office", "Office", "CN", regimes=["cn"])


def person(office: Organisation, role: str) -> tuple[User, Client]:
    user, _ = add_user(f"some-{role}")
    add_membership(user, office, role, since=dt.date(2020, 1, 1))
    browser = Client()
    browser.force_login(user, BACKEND)
    return user, browser


@pytest.mark.parametrize("role", ["intake", "officer", "decider", "customs", "administrator"])
def test_who_decides_gets_nowhere_without_one_and_everywhere_with_it(office: Organisation, role: str) -> None:
    user, browser = person(office, role)
    for path in PAGES:
        answer = browser.get(path)
        assert answer.status_code == 302 and answer.url == "/accounts/2fa/totp/activate/", path
    assert browser.post("/people/add/", {"what": "user", "username": "x"}).status_code == 302
    assert not User.objects.filter(username="x").exists()
    assert browser.get("/api/v1/me").status_code == 403
    assert browser.get("/accounts/password/change/").status_code == 200
    _, text = add_token(user, office, "t", ["read"])
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {text}"}).status_code == 200
    TOTP.activate(user, generate_totp_secret())
    assert browser.get("/").status_code == 200
    assert browser.get("/api/v1/me").status_code == 200
    CliRunner().invoke(cli, ["users", "reset", user.username, "--second-factor"])
    browser.force_login(user, BACKEND)
    assert browser.get("/").status_code == 302


def test_others_may_choose(office: Organisation) -> None:
    for role in ("preparer", "signatory", "end_user", "auditor"):
        _, browser = person(office, role)
        assert browser.get("/").status_code == 200, role


def test_the_demonstration_and_an_operator_who_says_so_go_without(
    office: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, browser = person(office, "decider")
    assert browser.get("/").status_code == 302
    monkeypatch.setattr(settings, "SECOND_FACTOR_ROLES", ())
    assert browser.get("/").status_code == 200
    monkeypatch.undo()
    Organisation.objects.filter(pk=office.pk).update(demonstration=True)
    assert browser.get("/").status_code == 200


def test_a_setting_names_roles_there_are() -> None:
    assert roles_named("decider, auditor") == ("decider", "auditor")
    assert roles_named("none") == ()
    with pytest.raises(InputError, match="no such role"):
        roles_named("decider,boss")


def test_a_new_password_ends_sessions_and_nothing_asks_for_mail(office: Organisation) -> None:
    user, browser = person(office, "preparer")
    assert "password/reset" not in browser.get("/accounts/password/change/").content.decode()
    for path in ("password/reset/", "email/", "signup/", "confirm-email/"):
        assert Client().get(f"/accounts/{path}").status_code == 404, path
    made = CliRunner().invoke(cli, ["users", "reset", user.username], standalone_mode=False)
    name, password = made.stdout.split()
    assert name == user.username and User.objects.get(pk=user.pk).check_password(password)
    assert browser.get("/").status_code == 302
    assert isinstance(
        CliRunner().invoke(cli, ["users", "reset", "nobody"], standalone_mode=False).exception, InputError
    )


def test_guessing_codes_is_throttled_too(office: Organisation) -> None:
    """Whoever has the password gets no more tries at the code than at a password, not with a new session either."""
    from django.core.cache import cache

    cache.clear()
    user, password = add_user("guessed")
    add_membership(user, office, "officer", since=dt.date(2020, 1, 1))
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    wrong = {"login": 0, "refused": 0}
    for _ in range(3):
        browser = Client()
        answer = browser.post("/accounts/login/", {"login": "guessed", "password": password})
        if answer.status_code != 302:
            wrong["login"] += 1
            continue
        assert answer.url.startswith("/accounts/2fa/authenticate/"), answer.url
        for number in range(8):
            answer = browser.post("/accounts/2fa/authenticate/", {"code": f"{number:06d}"})
            assert answer.status_code in (200, 429)
            wrong["refused"] += answer.status_code == 429 or b"Too many" in answer.content
        assert browser.get("/").status_code == 302
    assert wrong["refused"] + wrong["login"] > 0, wrong


def test_changing_the_password_is_throttled_and_asks_for_the_old_one(office: Organisation) -> None:
    from django.core.cache import cache

    cache.clear()
    user, _ = add_user("careful")
    add_membership(user, office, "auditor", since=dt.date(2020, 1, 1))
    browser = Client()
    browser.force_login(user, BACKEND)
    codes = []
    for number in range(12):
        new = "another long secret 1"
        typed = {"oldpassword": f"guess {number}", "password1": new, "password2": new}
        codes.append(browser.post("/accounts/password/change/", typed).status_code)
    user.refresh_from_db()
    assert not user.check_password("another long secret 1") and 429 in codes, codes
