"""Adding users, organisations and memberships."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lotgate.errors import Fault, InputError
from lotgate.web.accounts.models import Membership, Organisation, User

__all__ = ["add_membership", "add_user", "random_password"]


def random_password() -> str:
    """A password nobody can guess: 96 random bits in letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(12)


def add_user(username: str, password: str | None = None, *, email: str = "") -> tuple[User, str]:
    """The new user and the password, a random one where none is given. Raises InputError."""
    name = username.strip()
    if not name or User.objects.filter(username=name).exists():
        raise InputError([Fault("users", "the name is empty or taken", column="username", value=username)])
    chosen = password or random_password()
    user = User(username=name, email=email)
    try:
        user.username_validator(name)
        validate_password(chosen, user)
    except ValidationError as error:
        raise InputError(
            [Fault("users", message, column="username or password") for message in error.messages]
        ) from None
    user.set_password(chosen)
    user.save()
    return user, chosen


@transaction.atomic
def add_membership(
    user: User,
    organisation: Organisation,
    role: str,
    *,
    acts_for: Organisation | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Any:
    """The membership, from a day (default: today) until one."""
    return Membership.objects.create(
        user=user,
        organisation=organisation,
        role=role,
        acts_for=acts_for,
        since=since or timezone.now().date(),
        until=until,
    )
