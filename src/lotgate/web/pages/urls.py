"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path, register_converter

from lotgate.web.pages import case_views, views
from lotgate.web.services.cases import KINDS

_ONE = {f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s": kind for kind in KINDS}


class Kind:
    """A kind of record in an address, in the plural."""

    regex = "applications|licences|clearances|deliveries|lots|findings"

    def to_python(self, value: str) -> str:
        """The kind."""
        return _ONE[value]

    def to_url(self, value: str) -> str:
        """The plural."""
        return next(many for many, one in _ONE.items() if one == value)


register_converter(Kind, "kind")

urlpatterns = [
    path("", views.home, name="home"),
    path("organisation/", views.organisation, name="organisation"),
    path("<kind:kind>/", case_views.cases_of, name="list"),
    path("<kind:kind>/new/", case_views.new, name="new"),
    path("<kind:kind>/<str:id>/", case_views.case, name="case"),
    path("<kind:kind>/<str:id>/<slug:event>/", case_views.step, name="step"),
]
