"""What an administrator does on the page *People*: users, organisations, roles."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import NinjaAPI, Path, Query, Router, Status
from pydantic import Field

from lotgate.law import Text
from lotgate.web.accounts.models import Membership
from lotgate.web.api.access import need
from lotgate.web.api.bodies import Body
from lotgate.web.services import credentials, people
from lotgate.web.services.readers import must_be

__all__ = ["register"]

_Short = Annotated[str, Field(max_length=200)]


class NewUser(Body):
    """A user wanted."""

    username: Annotated[str, Field(min_length=1, max_length=150)]
    email: _Short = ""


class NewOrganisation(Body):
    """An organisation wanted; `regimes` for authorities and customs."""

    code: _Short
    name: _Short
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    name_zh: _Short = ""
    regimes: Annotated[list[_Short], Field(default_factory=list, max_length=10)]


class NewMembership(Body):
    """A role for a user in an organisation, from today."""

    user: _Short
    organisation: _Short
    role: _Short
    acts_for: _Short = ""
    until: Annotated[str, Field(pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""


class Issuer(Body):
    """The name that stands on papers."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    name_zh: Annotated[str, Field(min_length=1, max_length=200)]


def register(api: NinjaAPI) -> None:
    """Adds the addresses."""
    router = Router(tags=["people"])

    @router.get("", response=list[dict[str, Any]], operation_id="people_list", summary="Users / 用户")
    def listing(request: HttpRequest, words: Annotated[str, Query(max_length=200)] = "") -> Any:
        found = people.users(need(request, "people"), words)
        return [
            {
                "username": user.username,
                "active": user.is_active,
                "memberships": [_membership(one) for one in user.memberships.all()],
            }
            for user in found
        ]

    @router.post("/users", response={201: dict[str, Any]}, operation_id="people_add", summary="New user / 新用户")
    def add(request: HttpRequest, body: NewUser) -> Any:
        """The random password is in this answer and kept nowhere."""
        user, password = people.add(need(request, "people"), body.username, body.email)
        return Status(201, {"username": user.username, "password": password})

    @router.post(
        "/organisations", response={201: dict[str, Any]}, operation_id="people_organisation", summary="Open / 新单位"
    )
    def organisation(request: HttpRequest, body: NewOrganisation) -> Any:
        """The organisation of that code, made where there is none."""
        actor = need(request, "people")
        made = people.open_organisation(
            actor, body.code, body.name, body.country, name_zh=body.name_zh, regimes=body.regimes
        )
        return Status(201, {"code": made.code, "name": made.name, "name_zh": made.name_zh, "country": made.country})

    @router.post("/memberships", response={201: dict[str, Any]}, operation_id="people_give", summary="Give / 授予角色")
    def give(request: HttpRequest, body: NewMembership) -> Any:
        actor = need(request, "people")
        made = people.give(actor, body.user, body.organisation, body.role, acts_for=body.acts_for, until=body.until)
        return Status(201, _membership(made))

    @router.post(
        "/memberships/{number}/end", response=dict[str, Any], operation_id="people_end", summary="End today / 今日终止"
    )
    def end(request: HttpRequest, number: Annotated[int, Path(ge=1, lt=2**31)]) -> Any:
        people.end(need(request, "people"), number)
        return {"ended": number}

    @router.get("/issuer", response=dict[str, Any], operation_id="issuer_show", summary="Issuer / 签发机关")
    def issuer(request: HttpRequest) -> Any:
        """Who issues the papers of this server; null until it is named."""
        must_be(need(request, "people"), "administrator")
        return _issuer(credentials.issuer())

    @router.post("/issuer", response=dict[str, Any], operation_id="issuer_name", summary="Name it / 确定签发机关名称")
    def name_issuer(request: HttpRequest, body: Issuer) -> Any:
        return _issuer(credentials.name_issuer(need(request, "people"), body.name, body.name_zh))

    api.add_router("/people", router)


def _issuer(named: Text | None) -> dict[str, Any]:
    return {"id": credentials.keys().issuer["id"], "name": named and named.en, "name_zh": named and named.zh}


def _membership(one: Membership) -> dict[str, Any]:
    return {
        "id": one.pk,
        "organisation": one.organisation.code,
        "role": one.role,
        "acts_for": one.acts_for.code if one.acts_for else None,
        "since": one.since.isoformat(),
        "until": one.until.isoformat() if one.until else None,
    }
