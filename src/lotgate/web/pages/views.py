"""The pages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

__all__ = ["home"]


@login_required
def home(request: Any) -> Any:
    """The first page: who you are and where you may go."""
    return render(request, "pages/home.html", {"memberships": request.user.memberships_on()})
