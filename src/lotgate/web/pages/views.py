"""The first page, and the choice of the organisation one acts for."""

from __future__ import annotations

from typing import Any

from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from lotgate.licence import Actor
from lotgate.licence.machines import machine
from lotgate.licence.people import roles, sides
from lotgate.web.pages.menu import lists_for
from lotgate.web.pages.showing import state_class
from lotgate.web.pages.who import for_roles
from lotgate.web.pages.words import word
from lotgate.web.services import cases

__all__ = ["home", "organisation"]


@for_roles()
def home(request: Any, actor: Actor) -> Any:
    """What waits for the reader, and where their work is."""
    queues, lists = [], []
    for kind in lists_for(actor):
        counts = cases.counts(actor, kind)
        lists.append((kind, word(f"list.{kind}"), sum(counts.values())))
        for name, state in machine(kind).states.items():
            if state.waits_for in sides(actor) and counts.get(name):
                queues.append((kind, name, state.title, counts[name], state_class(kind, name), machine(kind).title))
    if asked := cases.unanswered(actor):
        title, class_ = word("home.referrals"), state_class("application", "under_review")
        queues.append(("application", "under_review", title, asked, class_, machine("application").title))
    shown_page = {
        "queues": queues,
        "lists": lists,
        "duties": [roles()[role] for role in sorted(actor.roles)],
        "memberships": list(request.user.memberships_on()),
        "organisation": actor.organisation,
    }
    return render(request, "pages/home.html", shown_page)


@require_POST
@for_roles()
def organisation(request: Any, actor: Actor) -> Any:
    """Chooses the organisation acted for; one the reader is no member of is ignored."""
    asked = request.POST.get("organisation", "")
    if any(one.organisation.code == asked for one in request.user.memberships_on()):
        request.session["organisation"] = asked
    return redirect("/")
