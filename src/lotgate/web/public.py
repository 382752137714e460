"""What anybody may fetch without signing in: the keys and the status lists that signed licences are checked by."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from lotgate.licence import NotFound
from lotgate.web.services import credentials

__all__ = ["did", "key_set", "status"]


@require_safe
def key_set(request: Any) -> Any:
    """The public keys, with the instants each signed from and until."""
    return JsonResponse(credentials.keys().public)


@require_safe
def did(request: Any) -> Any:
    """The document of the issuer's did:web."""
    return JsonResponse(credentials.did_document(), content_type="application/did+json")


@require_safe
def status(request: Any, name: str, purpose: str) -> Any:
    """Which licences of a series are revoked, or suspended, as of now; signed."""
    try:
        made = credentials.status_list(name, purpose)
    except NotFound:
        raise Http404 from None
    return HttpResponse(made, content_type="application/vc+jwt")
