"""Addresses: sign-in, the language switch, the API under /api/v1/, what is public, and pages for all the rest."""

from __future__ import annotations

from django.urls import include, path

from lotgate.web import public
from lotgate.web.api import api

urlpatterns = [
    path("accounts/", include("lotgate.web.accounts.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
    path(".well-known/jwks.json", public.key_set),
    path(".well-known/did.json", public.did),
    path("status/<slug:name>/<slug:purpose>", public.status),
    path("", include("lotgate.web.pages.urls")),
]

handler400 = "lotgate.web.pages.errors.bad_request"
handler403 = "lotgate.web.pages.errors.forbidden"
handler404 = "lotgate.web.pages.errors.not_found"
handler429 = "lotgate.web.pages.errors.too_often"  # looked for by allauth
handler500 = "lotgate.web.pages.errors.server_error"
