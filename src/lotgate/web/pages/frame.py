"""What stands on every page: the reader's menu, the day of the law data, and a word for demonstrations."""

from __future__ import annotations

from functools import cache
from typing import Any

from lotgate.law import load
from lotgate.web.accounts.people import actor_for
from lotgate.web.pages.menu import entries

__all__ = ["in_templates"]


@cache
def _law_day() -> str:
    return load().known_as_of.isoformat()


def in_templates(request: Any) -> dict[str, Any]:
    """What the base template shows besides the page itself."""
    user = getattr(request, "user", None)
    memberships, actor = [], None
    if user is not None and user.is_authenticated:
        memberships = list(user.memberships_on())
        actor = actor_for(user, request.session.get("organisation")) or actor_for(user)
    return {
        "law_day": _law_day(),
        "menu": entries(actor, request.path),
        "demonstration": any(one.organisation.demonstration for one in memberships),
    }
