"""One's own tokens on a page: made with scopes, shown once, seen, revoked; nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator

import callers
import databases
import pytest
from django.test import Client

from lotgate.web.accounts.models import SCOPES, Token, User
from lotgate.web.accounts.people import scopes_for, token_named
from lotgate.web.pages.words import WORDS
from lotgate.web.services import demonstration as demo


@pytest.fixture(scope="module", autouse=True)
def _world() -> Iterator[None]:
    with databases.fresh("sqlite"):
        callers.everybody()
        Token.objects.all().delete()
        yield


def browser(name: str) -> Client:
    made = Client()
    made.force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
    return made


def test_a_token_is_made_shown_once_and_revoked() -> None:
    mine = browser("customs-officer")
    answer = mine.post("/tokens/", {"name": "gate 4", "scopes": ["read", "act:licence"], "days": "30"})
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    text = re.search(r'value="(lotgate_[\w-]+)"', answer.content.decode())
    assert text
    made = token_named(text[1])
    assert made is not None and made.granted == {"read", "act:licence"} and made.organisation.code == "demo-customs"
    program = callers.Caller(text[1], Client())
    assert program.get("/me").json()["scopes"] == ["act:licence", "read"]
    assert program.get("/licences").status_code == 200
    page = mine.get("/tokens/").content.decode()
    assert text[1] not in page and "gate 4" in page
    theirs = browser("auditor")
    assert "gate 4" not in theirs.get("/tokens/").content.decode()
    assert theirs.post(f"/tokens/{made.pk}/revoke/").status_code == 404 and token_named(text[1]) is not None
    assert mine.get(f"/tokens/{made.pk}/revoke/").status_code == 405
    assert mine.post(f"/tokens/{made.pk}/revoke/").status_code == 302 and token_named(text[1]) is None
    assert program.get("/me").status_code == 401
    assert mine.post(f"/tokens/{made.pk}/revoke/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "x", "days": "30"}, "a token needs a scope"),
        ({"name": " ", "scopes": ["read"], "days": "30"}, "is needed"),
        ({"name": "x", "scopes": ["read"], "days": "367"}, "between 1 and 366"),
        ({"name": "x", "scopes": ["read"], "days": "-1"}, "between 1 and 366"),
        ({"name": "x", "scopes": ["everything"], "days": "30"}, "no such scope"),
    ],
)
def test_one_filled_in_badly_is_not_made(typed: dict[str, object], said: str) -> None:
    before = Token.objects.count()
    answer = browser("auditor").post("/tokens/", typed)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert Token.objects.count() == before


def test_scopes_offered_are_those_of_use_to_the_role_and_all_have_words() -> None:
    actors = demo.actors()
    assert scopes_for(actors["customs-officer"]) == ["read", "act:licence", "act:clearance", "act:lot"]
    assert scopes_for(actors["administrator"]) == ["read", "people"]
    assert scopes_for(actors["auditor"]) == ["read", "act:delivery", "act:finding"]
    assert "check" in scopes_for(actors["exporter-preparer"])
    assert {f"scope.{scope}" for scope in SCOPES} <= set(WORDS)


def test_a_token_made_with_a_token_ends_with_it() -> None:
    """Whoever gets hold of a token cannot keep it alive."""
    who = callers.caller("exporter-preparer", ["read"])
    held = token_named(who.token)
    assert held is not None
    made = who.post("/me/tokens", {"name": "longer", "scopes": ["read"], "days": 366})
    assert made.status_code == 201
    child = token_named(made.json()["token"])
    assert child is not None and child.expires <= held.expires
    assert who.post("/me/tokens", {"name": "more", "scopes": ["read", "check"], "days": 1}).status_code == 403
