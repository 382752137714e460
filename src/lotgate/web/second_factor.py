"""Who decides signs in with a second factor: until one is set up, such a person gets to no other page.

Organisations of the demonstration are left out. A token is a factor of its own and is not asked for another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect

from lotgate.web.accounts.models import User
from lotgate.web.api.problems import problem
from lotgate.web.languages import language
from lotgate.web.pages.words import word

__all__ = ["SecondFactor", "needed"]

_FREE = ("/accounts/", "/language/", "/static/", "/.well-known/", "/status/")


def needed(user: User) -> bool:
    """Whether a person holds a role that needs a second factor, and has set up none."""
    held = user.memberships_on().filter(role__in=settings.SECOND_FACTOR_ROLES, organisation__demonstration=False)
    return held.exists() and not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


class SecondFactor:
    """Middleware that leads such a person to where a second factor is set up."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        if not settings.SECOND_FACTOR_ROLES or request.path.startswith(_FREE):
            return self.get_response(request)
        if not request.user.is_authenticated or not needed(request.user):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return problem("forbidden", 403, [word("second_factor.needed")])
        messages.warning(request, word("second_factor.needed")[language()])
        return redirect("mfa_activate_totp")
