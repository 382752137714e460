"""The administrator's pages: users, organisations, memberships. Administrators act on no case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone

from lotgate.errors import Fault, InputError
from lotgate.licence import Actor, Forbidden
from lotgate.licence.people import roles
from lotgate.tables.schema import REGIMES
from lotgate.tables.vocabulary import COUNTRIES
from lotgate.web.accounts.models import Organisation
from lotgate.web.languages import language
from lotgate.web.pages.who import for_roles, sentence
from lotgate.web.pages.words import word
from lotgate.web.services import credentials
from lotgate.web.services import people as services

__all__ = ["add", "end", "issuer", "people"]

SHOWN = 200


@for_roles("administrator")
def people(request: Any, actor: Actor) -> Any:
    """Users with their memberships, searched by name."""
    words = request.GET.get("words", "").strip()
    found = services.users(actor, words)
    shown_page = {
        "users": found[:SHOWN],
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
            _ADD.get(request.POST.get("what", ""), _nothing)(request, actor)
        except InputError as error:
            messages.error(request, "; ".join(sentence(fault) for fault in error.faults))
        except Forbidden as refusal:
            messages.error(request, refusal.text(language()))
    return redirect("people")


@for_roles("administrator")
def end(request: Any, actor: Actor, membership: int) -> Any:
    """Ends a membership today."""
    if request.method == "POST":
        services.end(actor, membership)
        messages.success(request, word("people.ended")[language()])
    return redirect("people")


@for_roles("administrator")
def issuer(request: Any, actor: Actor) -> Any:
    """Who issues papers on this server, and the form to name it."""
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            credentials.name_issuer(actor, request.POST.get("name", ""), request.POST.get("name_zh", ""))
            messages.success(request, word("issuer.is_named")[language()])
            return redirect("issuer")
        except InputError as error:
            faults = error.faults
    named, held = credentials.issuer(), credentials.keys().issuer
    typed = {key: request.POST.get(key, "") for key in ("name", "name_zh")}
    now = {"name": named.en, "name_zh": named.zh} if named else {"name": "", "name_zh": ""}
    shown_page = {
        "named": named,
        "did": held["id"],
        "typed": typed if faults else now,
        "faults": [word(f"people.{fault.column}") for fault in faults],
    }
    return render(request, "pages/issuer.html", shown_page, status=422 if faults else 200)


def _nothing(request: Any, actor: Actor) -> None:
    messages.error(request, word("error.400.text")[language()])


def _user(request: Any, actor: Actor) -> None:
    user, password = services.add(actor, request.POST.get("username", ""), request.POST.get("email", ""))
    messages.success(request, word("people.password", name=user.username, password=password)[language()])


def _organisation(request: Any, actor: Actor) -> None:
    typed = [request.POST.get(name, "") for name in ("code", "name", "country")]
    laws = request.POST.getlist("regimes")
    made = services.open_organisation(actor, *typed, name_zh=request.POST.get("name_zh", ""), regimes=laws)
    messages.success(request, word("people.organisation_made", code=made.code)[language()])


def _membership(request: Any, actor: Actor) -> None:
    typed = [request.POST.get(name, "") for name in ("user", "organisation", "role")]
    acts_for, until = request.POST.get("acts_for", ""), request.POST.get("until", "")
    services.give(actor, *typed, acts_for=acts_for, until=until)
    messages.success(request, word("people.given")[language()])


_ADD = {"user": _user, "organisation": _organisation, "membership": _membership}
