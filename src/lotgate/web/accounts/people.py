"""Adding users, organisations, memberships and tokens, and who somebody is for the domain: an Actor."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from lotgate.errors import Fault, InputError
from lotgate.licence.machines import machine
from lotgate.licence.people import check_actor, roles, sides
from lotgate.licence.records import Actor, Mandate
from lotgate.tables.schema import REGIMES
from lotgate.tables.vocabulary import COUNTRIES
from lotgate.web.accounts.models import SCOPES, Membership, Organisation, Token, User

__all__ = [
    "actor_for", "add_membership", "add_organisation", "add_token", "add_user", "new_password", "random_password",
    "revoke_token", "scopes_for", "token_named",
]  # fmt: skip

_CODE = re.compile(r"[a-z0-9_-]{1,60}")
_LONGEST_NAME = 200
_PREFIX = "lotgate_"
_LONGEST_DAYS = 366


def random_password() -> str:
    """A password nobody can guess: 96 random bits in letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(12)


def add_user(username: str, password: str | None = None, *, email: str = "") -> tuple[User, str]:
    """The new user and the password, a random one where none is given. Raises InputError."""
    name = username.strip()
    if not name or name == "system" or User.objects.filter(username=name).exists():
        raise InputError([Fault("users", "the name is empty or taken", column="username", value=username)])
    chosen = password or random_password()
    user = User(username=name, email=email)
    try:
        user.clean_fields(exclude=["password"])
        validate_password(chosen, user)
    except ValidationError as error:
        raise InputError([Fault("users", text, column="username or password") for text in error.messages]) from None
    user.set_password(chosen)
    user.save()
    return user, chosen


def new_password(username: str, *, second_factor: bool = False) -> str:
    """The new random password of a user; sessions under the old one end. Raises InputError for nobody.

    A command and no page: an administrator of the pages could else step into a decider's place.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        raise InputError([Fault("users", "no such user", column="username", value=username)])
    chosen = random_password()
    user.set_password(chosen)
    user.save(update_fields=["password"])
    if second_factor:
        Authenticator.objects.filter(user=user).delete()
    return chosen


def add_organisation(
    code: str, name: str, country: str, *, name_zh: str = "", regimes: Iterable[str] = (), demonstration: bool = False
) -> Organisation:
    """The organisation of that code, made where there is none. Raises InputError with every fault."""
    laws = sorted(set(regimes))
    faults = [
        Fault("organisations", "not understood", column=column, value=value, expected=expected)
        for column, value, expected, good in (
            ("code", code, "up to 60 of a-z, 0-9, _ and -", bool(_CODE.fullmatch(code))),
            ("name", name, "a name of up to 200 characters", _is_name(name)),
            ("name_zh", name_zh, "up to 200 characters", not name_zh or _is_name(name_zh)),
            ("country", country, "a country, ISO 3166-1 alpha-2", country in COUNTRIES),
            ("regimes", ";".join(laws), ", ".join(REGIMES), set(laws) <= set(REGIMES)),
        )
        if not good
    ]
    if faults:
        raise InputError(faults)
    made, _ = Organisation.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "name_zh": name_zh,
            "country": country,
            "regimes": ";".join(laws),
            "demonstration": demonstration,
        },
    )
    return made


def _is_name(text: str) -> bool:
    return 0 < len(text.strip()) <= _LONGEST_NAME and text.isprintable()


@transaction.atomic
def add_membership(
    user: User,
    organisation: Organisation,
    role: str,
    *,
    acts_for: Organisation | None = None,
    teams: Iterable[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> Any:
    """The membership, from a day (default: today, UTC) until one. Raises Forbidden for roles nobody holds together.

    The user's row is locked, so that two such roles cannot be given at once on two connections.
    """
    if role not in roles() or role == "system":
        raise InputError([Fault("memberships", "no such role", column="role", value=role, expected=", ".join(roles()))])
    if (role == "agent") != (acts_for is not None):
        raise InputError([Fault("memberships", "a filing agent, and nobody else, acts for an exporter", column="role")])
    User.objects.select_for_update().get(pk=user.pk)
    held = set(Membership.objects.filter(user=user).values_list("role", flat=True))
    check_actor(Actor(user.username, organisation.code, frozenset({*held, role})))
    try:
        with transaction.atomic():
            return Membership.objects.create(
                user=user,
                organisation=organisation,
                role=role,
                acts_for=acts_for,
                teams=";".join(sorted(teams)),
                since=since or timezone.now().date(),
                until=until,
            )
    except IntegrityError:
        fault = Fault("memberships", "held already from that day, or ends before it starts", column="since")
        raise InputError([fault]) from None


def actor_for(user: User, organisation: str | None = None, day: date | None = None) -> Actor | None:
    """Who a user is on a day (default: today, UTC) in an organisation (default: the first held), None for nobody."""
    held = list(user.memberships_on(day).order_by("organisation__code", "pk"))
    if not held or not user.is_active:
        return None
    code = organisation or held[0].organisation.code
    here = [one for one in held if one.organisation.code == code]
    if not here:
        return None
    mandates = tuple(
        Mandate(one.acts_for.code, one.since, one.until or date.max) for one in here if one.acts_for is not None
    )
    teams = [one.teams for one in here]
    return Actor(
        id=user.username,
        organisation=code,
        roles=frozenset(one.role for one in here),
        regimes=frozenset(filter(None, here[0].organisation.regimes.split(";"))),
        teams=frozenset() if "" in teams else frozenset(team for text in teams for team in text.split(";")),
        mandates=mandates,
    )


def scopes_for(actor: Actor) -> list[str]:
    """The scopes a token of a person can be of use with, in their fixed order; what it may do stays the person's."""
    use = {"read"}
    for scope in SCOPES:
        act, _, kind = scope.partition(":")
        if act == "act" and any(not row.by_effect and actor.roles & set(row.roles) for row in machine(kind).rows):
            use.add(scope)
    if "exporter" in sides(actor):
        use.add("check")
    if "administrator" in sides(actor):
        use.add("people")
    return [scope for scope in SCOPES if scope in use]


def add_token(
    user: User, organisation: Organisation, name: str, scopes: Iterable[str], days: int = 90, *,
    latest: datetime | None = None,
) -> tuple[Token, str]:  # fmt: skip
    """The token and its text, which is shown this once and kept nowhere; it ends at `latest` at the latest."""
    asked = sorted(set(scopes))
    faults = [
        Fault(
            "tokens", "no such scope", column="scopes", value=scope, expected=", ".join(SCOPES), message_zh="无此权限"
        )
        for scope in asked
        if scope not in SCOPES
    ]
    if not name.strip():
        faults.append(Fault("tokens", "is needed", column="name", expected="what it is for", message_zh="须填写"))
    if not asked:
        faults.append(Fault("tokens", "a token needs a scope", column="scopes", message_zh="至少选择一项"))
    if not 1 <= days <= _LONGEST_DAYS:
        said = ("between 1 and 366", "须在 1 至 366 之间")
        faults.append(Fault("tokens", said[0], column="days", value=str(days), expected="1 to 366", message_zh=said[1]))
    if actor_for(user, organisation.code) is None:
        faults.append(Fault("tokens", "the user is no member today", column="organisation", value=organisation.code))
    if faults:
        raise InputError(faults)
    text = _PREFIX + secrets.token_urlsafe(32)
    made = Token.objects.create(
        user=user,
        organisation=organisation,
        name=name[:100],
        sha256=_hash(text),
        scopes=" ".join(asked),
        expires=min(filter(None, (timezone.now() + timedelta(days=days), latest))),
    )
    return made, text


def revoke_token(user: User, id: int) -> bool:
    """Whether a token of the user was revoked; it is kept, with the instant."""
    found = Token.objects.filter(user=user, pk=id, revoked__isnull=True)
    return bool(found.update(revoked=timezone.now()))


def token_named(text: str, at: datetime | None = None) -> Token | None:
    """The token a program shows, if it is good at an instant (default: now). Its use is noted, minutes apart."""
    now = at or timezone.now()
    found = Token.objects.select_related("user", "organisation").filter(
        sha256=_hash(text), revoked__isnull=True, expires__gt=now, user__is_active=True
    )
    token = found.first()
    if token is not None and (token.used is None or now - token.used > timedelta(minutes=5)):
        Token.objects.filter(pk=token.pk).update(used=now)
    return token


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
