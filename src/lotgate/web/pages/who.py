"""Who looks at a page: the person in one of their organisations; refusals become pages of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect

from lotgate.errors import InputError
from lotgate.law import Text
from lotgate.licence import Actor, Conflict, Forbidden, NotAllowedNow, NotFound
from lotgate.licence.people import roles
from lotgate.web.accounts.people import actor_for
from lotgate.web.languages import language
from lotgate.web.pages.errors import page

__all__ = ["acting", "for_roles", "only_for"]

_NOBODY = Text("you are no member of an organisation today", "您今日不属于任何单位")


def acting(request: Any) -> Actor:
    """The person signed in, in the organisation chosen for the session. Raises Forbidden for a member of none."""
    actor = actor_for(request.user, request.session.get("organisation")) or actor_for(request.user)
    if actor is None:
        raise Forbidden(_NOBODY)
    return actor


def for_roles(*wanted: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A view for people signed in and, where any are named, in one of these roles; called with request and actor.

    What the domain refuses is shown: 403, 404, or a message on the page before.
    """

    def made(view: Callable[..., Any]) -> Callable[..., Any]:
        @login_required
        @wraps(view)
        def shown(request: Any, **named: Any) -> Any:
            if not all(map(_plain, (request.GET, request.POST))):
                return page(request, 400)
            try:
                actor = acting(request)
                if wanted:
                    only_for(actor, *wanted)
                return view(request, actor, **named)
            except Forbidden as refusal:
                return page(request, 403, refusal=refusal)
            except NotFound as refusal:
                return page(request, 404, refusal=refusal)
            except (NotAllowedNow, Conflict) as refusal:
                messages.error(request, refusal.text(language()))
                return redirect(request.path if request.method == "POST" else "/")
            except InputError as error:
                messages.error(request, "; ".join(sentence(fault) for fault in error.faults))
                return redirect("/")

        return shown

    return made


def _plain(sent: Any) -> bool:
    """Whether what was sent is text: no database takes a NUL."""
    return not any("\x00" in value for _, values in sent.lists() for value in values)


def sentence(fault: Any) -> str:
    """A fault in the language of the request."""
    zh = language() == "zh"
    said = fault.message_zh if zh and fault.message_zh else fault.message
    value = f" ({fault.value})" if fault.value else ""
    return f"{fault.column or fault.table}: {said}{value}"


def only_for(actor: Actor, *wanted: str) -> None:
    """Raises Forbidden for a person in none of the roles."""
    if not actor.roles & set(wanted):
        titles = [roles()[role].title for role in wanted]
        raise Forbidden(
            Text(f"only for: {', '.join(t.en for t in titles)}", f"仅限：{'、'.join(t.zh for t in titles)}")
        )
