"""People of the demonstration who call the API in tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from lotgate.web.accounts.models import SCOPES, User
from lotgate.web.accounts.people import actor_for, add_token
from lotgate.web.services import demonstration as demo

ROOT = "/api/v1"


@dataclass
class Caller:
    """A program with a token of one person."""

    token: str
    client: Client

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(ROOT + path, query, headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(
            ROOT + path,
            json.dumps({} if body is None else body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )


def caller(name: str, scopes: Any = SCOPES) -> Caller:
    """A caller with a fresh token."""
    user = User.objects.get(username=name)
    organisation = user.memberships.get().organisation
    _, text = add_token(user, organisation, "test", scopes)
    return Caller(text, Client(raise_request_exception=False))


def everybody() -> dict[str, Caller]:
    """All people of the demonstration, made now."""
    demo.seed(iter(f"a long enough secret {number}" for number in range(100)).__next__)
    return {name: caller(name) for name in demo.PEOPLE}


def the_actor(name: str) -> Any:
    """Who a user is for the domain."""
    return actor_for(User.objects.get(username=name))
