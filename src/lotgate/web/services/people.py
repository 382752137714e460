"""Users, organisations and roles as an administrator keeps them; administrators act on no case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from lotgate.dates import parse_day
from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.licence import Actor, NotFound
from lotgate.web.accounts.models import Membership, Organisation, User
from lotgate.web.accounts.people import add_membership, add_organisation, add_user
from lotgate.web.services.readers import must_be

__all__ = ["add", "bodies", "end", "give", "officers", "open_organisation", "users"]


def bodies() -> list[tuple[str, Text]]:
    """Code and name of every organisation that somebody replies for today when it is consulted."""
    held = _held_today("consulted").select_related("organisation").order_by("organisation__code")
    there = {one.organisation.code: one.organisation for one in held}
    return [(code, Text(one.name, one.name_zh or one.name)) for code, one in there.items()]


def officers(regime: str) -> list[str]:
    """The users who are case officers under a law today."""
    held = _held_today("officer").select_related("organisation", "user").order_by("user__username")
    return list(dict.fromkeys(o.user.username for o in held if regime in o.organisation.regimes.split(";")))


def _held_today(role: str) -> Any:
    today = timezone.now().date()
    return Membership.objects.filter(Q(until__isnull=True) | Q(until__gte=today), role=role, since__lte=today)


def users(actor: Actor, words: str = "") -> Any:
    """Users with their memberships, by name; `words` are looked for in names of users and of organisations."""
    must_be(actor, "administrator")
    found = User.objects.order_by("username")
    if words:
        found = found.filter(
            Q(username__icontains=words)
            | Q(memberships__organisation__name__icontains=words)
            | Q(memberships__organisation__code__icontains=words)
        ).distinct()
    return found.prefetch_related("memberships__organisation", "memberships__acts_for")


def add(actor: Actor, username: str, email: str = "") -> tuple[User, str]:
    """The new user and the random password, which is shown this once. Raises InputError."""
    must_be(actor, "administrator")
    return add_user(username, email=email)


def open_organisation(
    actor: Actor, code: str, name: str, country: str, *, name_zh: str = "", regimes: Iterable[str] = ()
) -> Organisation:
    """The organisation of that code, made where there is none. Raises InputError."""
    must_be(actor, "administrator")
    return add_organisation(code, name, country, name_zh=name_zh, regimes=regimes)


def give(actor: Actor, user: str, organisation: str, role: str, *, acts_for: str = "", until: str = "") -> Membership:
    """The membership given from today. Raises InputError, and Forbidden for roles nobody holds together."""
    must_be(actor, "administrator")
    person = User.objects.filter(username=user).first()
    held = {one.code: one for one in Organisation.objects.filter(code__in=[organisation, acts_for])}
    try:
        last = parse_day(until) if until else None
    except ValueError:
        last = None
    faults = [
        Fault("memberships", "not found", column=column, value=value, message_zh="未找到")
        for column, value, good in (
            ("user", user, person is not None),
            ("organisation", organisation, organisation in held),
            ("acts_for", acts_for, not acts_for or acts_for in held),
            ("until", until, not until or last is not None),
        )
        if not good
    ]
    if faults or person is None:
        raise InputError(faults)
    made: Membership = add_membership(person, held[organisation], role, acts_for=held.get(acts_for), until=last)
    return made


def end(actor: Actor, number: int) -> None:
    """Ends a membership today. NotFound for one that is not there or ended already."""
    must_be(actor, "administrator")
    today = timezone.now().date()
    found = Membership.objects.filter(pk=number, until__isnull=True, since__lte=today)
    if not found.update(until=today):
        raise NotFound(Text(f"there is no open membership {number}", f"没有有效的任职记录 {number}"), kind="membership")
