"""The administrator's pages: users, organisations, memberships. Administrators act on no case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils import timezone

from lotgate.dates import parse_day
from lotgate.errors import InputError
from lotgate.licence import Actor, Forbidden
from lotgate.licence.people import roles
from lotgate.tables.schema import REGIMES
from lotgate.tables.vocabulary import COUNTRIES
from lotgate.web.accounts.models import Membership, Organisation, User
from lotgate.web.accounts.people import add_membership, add_organisation, add_user
from lotgate.web.languages import language
from lotgate.web.pages.who import for_roles, sentence
from lotgate.web.pages.words import word

__all__ = ["add", "end", "people"]

SHOWN = 200


@for_roles("administrator")
def people(request: Any, actor: Actor) -> Any:
    """Users with their memberships, searched by name."""
    words = request.GET.get("words", "").strip()
    found = User.objects.order_by("username")
    if words:
        found = found.filter(
            Q(username__icontains=words)
            | Q(memberships__organisation__name__icontains=words)
            | Q(memberships__organisation__code__icontains=words)
        ).distinct()
    shown_page = {
        "users": found.prefetch_related("memberships__organisation")[:SHOWN],
        "more": found.count() > SHOWN,
        "words": words,
        "organisations": Organisation.objects.order_by("code"),
        "roles": [one for one in roles().values() if one.name != "system"],
        "regimes": [(code, word(f"regime.{code}")) for code in REGIMES],
        "countries": sorted(COUNTRIES),
        "today": timezone.now().date(),
    }
    return render(request, "pages/people.html", shown_page)


@for_roles("administrator")
def add(request: Any, actor: Actor) -> Any:
    """Adds a user, an organisation, or a membership, as the form says; the new password is shown this once."""
    if request.method == "POST":
        try:
            _ADD.get(request.POST.get("what", ""), _nothing)(request)
        except InputError as error:
            messages.error(request, "; ".join(sentence(fault) for fault in error.faults))
        except Forbidden as refusal:
            messages.error(request, refusal.text(language()))
    return redirect("people")


@for_roles("administrator")
def end(request: Any, actor: Actor, membership: int) -> Any:
    """Ends a membership today."""
    if request.method == "POST":
        today = timezone.now().date()
        found = Membership.objects.filter(pk=membership, until__isnull=True, since__lte=today)
        if found.update(until=today):
            messages.success(request, word("people.ended")[language()])
    return redirect("people")


def _nothing(request: Any) -> None:
    messages.error(request, word("error.400.text")[language()])


def _user(request: Any) -> None:
    user, password = add_user(request.POST.get("username", ""), email=request.POST.get("email", ""))
    messages.success(request, word("people.password", name=user.username, password=password)[language()])


def _organisation(request: Any) -> None:
    made = add_organisation(
        request.POST.get("code", ""),
        request.POST.get("name", ""),
        request.POST.get("country", ""),
        name_zh=request.POST.get("name_zh", ""),
        regimes=request.POST.getlist("regimes"),
    )
    messages.success(request, word("people.organisation_made", code=made.code)[language()])


def _membership(request: Any) -> None:
    user = User.objects.filter(username=request.POST.get("user", "")).first()
    held = {one.code: one for one in Organisation.objects.all()}
    organisation, acts_for = held.get(request.POST.get("organisation", "")), held.get(request.POST.get("acts_for", ""))
    if user is None or organisation is None:
        _nothing(request)
        return
    until = request.POST.get("until") or None
    try:
        last = parse_day(until) if until else None
    except ValueError:
        _nothing(request)
        return
    add_membership(user, organisation, request.POST.get("role", ""), acts_for=acts_for, until=last)
    messages.success(request, word("people.given")[language()])


_ADD = {"user": _user, "organisation": _organisation, "membership": _membership}
