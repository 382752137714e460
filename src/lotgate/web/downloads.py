"""Answers that are files: to be saved, never shown in a page of ours, their type told by us, nothing in them run."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from lotgate.web.services.files import WORKBOOK

__all__ = ["attachment", "credential", "pdf", "report", "workbook"]

_REPORT = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; sandbox allow-scripts "
    "allow-popups allow-modals"
)
"""The report is one file with its own style and script; it runs apart from the session that shows it."""


def attachment(file: Any, name: str) -> HttpResponse:
    """An uploaded file under its clean name."""
    answer = _saved(bytes(file.content), file.media_type, name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def credential(id: str, compact: str) -> HttpResponse:
    """A signed licence."""
    return _saved(compact.encode("ascii"), "application/vc+jwt", f"{id}.jwt")


def pdf(content: bytes, name: str) -> HttpResponse:
    """A paper; opened where the reader is, for it is made here."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = content_disposition_header(False, name)
    return answer


def report(html: str) -> HttpResponse:
    """The report of a check as one page."""
    answer = HttpResponse(html)
    answer.headers["Content-Security-Policy"] = _REPORT
    return answer


def workbook(content: bytes, name: str) -> HttpResponse:
    """A workbook of ours."""
    return _saved(content, WORKBOOK, name)


def _saved(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    return answer
