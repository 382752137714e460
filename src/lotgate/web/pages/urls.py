"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path, register_converter

from lotgate.web.pages import (
    audit_views,
    case_views,
    check_views,
    customs_views,
    document_views,
    people_views,
    portfolio_views,
    token_views,
    views,
)
from lotgate.web.services.cases import PLURAL

_ONE = {many: one for one, many in PLURAL.items()}


class Kind:
    """A kind of record in an address, in the plural."""

    regex = "|".join(PLURAL.values())

    def to_python(self, value: str) -> str:
        """The kind."""
        return _ONE[value]

    def to_url(self, value: str) -> str:
        """The plural."""
        return PLURAL[value]


register_converter(Kind, "kind")

urlpatterns = [
    path("", views.home, name="home"),
    path("organisation/", views.organisation, name="organisation"),
    path("checks/", check_views.checks_of, name="checks"),
    path("checks/template/", check_views.template, name="template"),
    path("checks/<uuid:id>/", check_views.check, name="check"),
    path("checks/<uuid:id>/progress/", check_views.progress, name="progress"),
    path("checks/<uuid:id>/questions/", check_views.questions, name="questions"),
    path("checks/<uuid:id>/report/", check_views.report, name="check_report"),
    path("checks/<uuid:id>/workbook/", check_views.workbook, name="check_workbook"),
    path("checks/<uuid:id>/lines/<str:line>/", check_views.line, name="line"),
    path("checks/<uuid:id>/lines/<str:line>/apply/<slug:regime>/", check_views.apply, name="apply"),
    path("portfolio/", portfolio_views.portfolio, name="portfolio"),
    path("portfolio/<uuid:id>/progress/", portfolio_views.progress, name="portfolio_progress"),
    path("find/", customs_views.find, name="find"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<int:number>/revoke/", token_views.revoke, name="revoke_token"),
    path("log/", audit_views.log, name="log"),
    path("log/export/", audit_views.export, name="export"),
    path("people/", people_views.people, name="people"),
    path("people/add/", people_views.add, name="add_person"),
    path("people/<int:membership>/end/", people_views.end, name="end_membership"),
    path("issuer/", people_views.issuer, name="issuer"),
    path("<kind:kind>/", case_views.cases_of, name="list"),
    path("<kind:kind>/new/", case_views.new, name="new"),
    path("<kind:kind>/<str:id>/", case_views.case, name="case"),
    path("applications/<str:id>/files/<slug:sha256>/", document_views.file, name="file"),
    path("licences/<str:id>/credential/", document_views.credential, name="credential"),
    path("<kind:kind>/<str:id>/papers/<slug:name>/", document_views.paper, name="paper"),
    path("<kind:kind>/<str:id>/as-of/", audit_views.as_of, name="as_of"),
    path("<kind:kind>/<str:id>/<slug:event>/", case_views.step, name="step"),
]
