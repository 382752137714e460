"""One's own tokens for programs: made here and shown this once, seen, revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.licence import Actor, NotFound
from lotgate.web.accounts.models import Organisation, Token
from lotgate.web.accounts.people import add_token, revoke_token, scopes_for
from lotgate.web.languages import language
from lotgate.web.pages.who import for_roles
from lotgate.web.pages.words import word

__all__ = ["revoke", "tokens"]

DAYS = 90


@for_roles()
def tokens(request: Any, actor: Actor) -> Any:
    """The reader's tokens and the form for a new one for the organisation acted for, shown this once."""
    faults: tuple[Fault, ...] = ()
    made, text = None, ""
    chosen = request.POST.getlist("scopes")
    if request.method == "POST":
        days = request.POST.get("days", "").strip()
        try:
            here = Organisation.objects.get(code=actor.organisation)
            name = request.POST.get("name", "")
            made, text = add_token(request.user, here, name, chosen, int(days) if days.isdigit() else 0)
        except InputError as error:
            faults = error.faults
    held = Token.objects.filter(user=request.user).select_related("organisation").order_by("-pk")
    shown_page = {
        "tokens": held,
        "made": made,
        "text": text,
        "faults": faults,
        "now": timezone.now(),
        "scopes": [(scope, word(f"scope.{scope}")) for scope in scopes_for(actor)],
        "chosen": chosen if faults else ["read"],
        "name": request.POST.get("name", "") if faults else "",
        "days": request.POST.get("days", "") if faults else DAYS,
    }
    return render(request, "pages/tokens.html", shown_page, status=422 if faults else 200)


@require_POST
@for_roles()
def revoke(request: Any, actor: Actor, number: int) -> Any:
    """Ends a token of the reader's now."""
    if not revoke_token(request.user, number):
        raise NotFound(Text(f"you have no token {number}", f"您没有令牌 {number}"), kind="token")
    messages.success(request, word("tokens.revoked")[language()])
    return redirect("tokens")
