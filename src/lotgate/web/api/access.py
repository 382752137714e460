"""Who calls: a program with a token in `Authorization: Bearer`, or a signed-in person's browser with its CSRF token."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie

from lotgate.law import Text
from lotgate.licence import Actor, Forbidden
from lotgate.web.accounts.models import SCOPES
from lotgate.web.accounts.people import actor_for, token_named

__all__ = ["AUTH", "acting", "need"]

NOT_A_MEMBER = Text("you are no member of an organisation today", "您今日不属于任何单位")


class _Token(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = token_named(token) if token.isascii() and len(token) < 200 else None
        if found is None:
            return None
        request.user = found.user
        request.scopes = found.granted
        request.until = found.expires
        request.organisation = found.organisation.code
        return found.user


class _Session(APIKeyCookie):
    """The session cookie, with the CSRF check that comes with cookies."""

    param_name = "sessionid"

    def __init__(self) -> None:
        super().__init__(csrf=True)

    def _get_key(self, request: HttpRequest) -> str | None:
        if "Authorization" in request.headers or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None  # no cookie, no need for the check; a token that is no good is not mended by a cookie
        return super()._get_key(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        user = request.user
        if key is None or not user.is_authenticated:
            return None
        request.scopes = frozenset(SCOPES)
        request.until = None
        request.organisation = request.session.get("organisation")
        return user


AUTH = [_Token(), _Session()]


def need(request: HttpRequest, scope: str) -> Actor:
    """The person calling, if what they show is good for the scope; raises HttpError 403 or Forbidden."""
    _plain(request)
    if scope not in request.scopes:
        raise HttpError(403, f"scope {scope} is needed")
    return acting(request)


def acting(request: HttpRequest) -> Actor:
    """Who the caller is in the organisation they act for. Raises Forbidden for a user who is nowhere a member today."""
    actor = actor_for(request.user, request.organisation)
    if actor is None:
        raise Forbidden(NOT_A_MEMBER)
    return actor


def _plain(request: HttpRequest) -> None:
    """No database takes a NUL or half a surrogate pair."""
    if any("\x00" in value or not _encodes(value) for values in request.GET.lists() for value in values[1]):
        raise HttpError(422, "a parameter holds characters that are no text")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
