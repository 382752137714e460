"""The auditor's page: the chain, checked on request; any record as of a day; the whole log as a file."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from lotgate.dates import parse_day
from lotgate.licence import Actor
from lotgate.licence.machines import state_title
from lotgate.web.languages import language
from lotgate.web.pages.showing import blocks, state_class
from lotgate.web.pages.who import for_roles
from lotgate.web.pages.words import word
from lotgate.web.services import audit, cases
from lotgate.web.store.book import Book

__all__ = ["as_of", "export", "log"]

AT_ONCE = 200_000
"""Up to this many entries the chain is checked while the reader waits; beyond, the command line does it."""


@for_roles("auditor")
def log(request: Any, actor: Actor) -> Any:
    """Where the log stands; POST checks it from the first entry to the last."""
    book = Book(reading=True)
    head = book.head()
    found = audit.verified(actor) if request.method == "POST" and head.sequence <= AT_ONCE else None
    shown_page = {"head": head, "found": found, "small": head.sequence <= AT_ONCE}
    return render(request, "pages/log.html", shown_page)


@for_roles("auditor")
def export(request: Any, actor: Actor) -> Any:
    """Every entry in canonical form and a signed head, for `lotgate licence audit`."""
    answer = StreamingHttpResponse(audit.export(actor), content_type="application/x-ndjson")
    answer["Content-Disposition"] = 'attachment; filename="lotgate-log.jsonl"'
    return answer


@for_roles("auditor")
def as_of(request: Any, actor: Actor, kind: str, id: str) -> Any:
    """A record as it stood at the end of a day."""
    try:
        day = parse_day(request.GET.get("day", ""))
    except ValueError:
        messages.error(request, word("as_of.bad")[language()])
        return redirect(reverse("case", args=[kind, id]))
    one = cases.record_as_of(actor, kind, id, day)
    shown_page = {
        "kind": kind,
        "record": one,
        "day": day,
        "title": state_title(kind, one.state),
        "class": state_class(kind, one.state),
        "blocks": blocks(actor, one),
        "facts": json.dumps(one.facts, ensure_ascii=False, indent=2, sort_keys=True),
    }
    return render(request, "pages/as_of.html", shown_page)
