"""Pages for what went wrong: in the reader's language, with the next step, and nothing of the inside."""

from __future__ import annotations

from typing import Any

from django.shortcuts import render

from lotgate.licence import Refusal
from lotgate.web.pages.words import word

__all__ = ["bad_request", "csrf_failed", "forbidden", "not_found", "page", "server_error", "too_often"]


def page(request: Any, status: int, text: str | None = None, refusal: Refusal | None = None) -> Any:
    """The page of an HTTP status; `text` is the key of another sentence than the status's own."""
    reasons = refusal.reasons if refusal else (word(text or f"error.{status}.text"),)
    shown = {"status": status, "title": word(f"error.{status}"), "reasons": reasons}
    return render(request, "error.html", shown, status=status)


def bad_request(request: Any, exception: Exception | None = None) -> Any:
    """400."""
    return page(request, 400)


def forbidden(request: Any, exception: Exception | None = None) -> Any:
    """403."""
    return page(request, 403)


def csrf_failed(request: Any, reason: str = "") -> Any:
    """403 for a form that did not come from this session's page."""
    return page(request, 403, "error.403.csrf")


def not_found(request: Any, exception: Exception | None = None) -> Any:
    """404."""
    return page(request, 404)


def too_often(request: Any, exception: Exception | None = None) -> Any:
    """429."""
    return page(request, 429)


def server_error(request: Any) -> Any:
    """500."""
    return page(request, 500)
