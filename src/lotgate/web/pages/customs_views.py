"""Customs: from the paper (its number, the link of its QR code) or the signed file to the licence, without leafing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from lotgate.licence import Actor, NotFound
from lotgate.web.languages import language
from lotgate.web.pages.who import for_roles
from lotgate.web.pages.words import word
from lotgate.web.services import cases, credentials

__all__ = ["find"]

LARGEST = 100_000
"""Bytes of a signed file; ours have fewer than four thousand."""


@for_roles("customs", "officer", "decider", "intake", "auditor")
def find(request: Any, actor: Actor) -> Any:
    """Goes to the licence a number or a QR link names, several hits are listed; POST checks a signed file."""
    if request.method == "POST":
        return _file(request, actor)
    asked = request.GET.get("paper", "").strip()[:300]
    if not asked:
        return render(request, "pages/find.html", {"asked": ""})
    number = asked.rstrip("/").rsplit("/", 1)[-1].partition("?")[0].partition("#")[0]
    try:
        one = cases.record(actor, "licence", number)
    except NotFound:
        found = cases.listing(actor, "licence", cases.Filters(words=number), size=20)
        if len(found.rows) == 1:
            return redirect(reverse("case", args=["licence", found.rows[0].record.id]))
        if not found.rows:
            messages.error(request, word("find.none", asked=asked)[language()])
            return render(request, "pages/find.html", {"asked": asked}, status=404)
        return redirect(f"{reverse('list', args=['licence'])}?words={number}")
    return redirect(reverse("case", args=["licence", one.id]))


def _file(request: Any, actor: Actor) -> Any:
    """What a signed file shows: every finding, and the licence here that it names."""
    given = request.FILES.get("file")
    if given is None or given.size > LARGEST:
        messages.error(request, word("upload.none" if given is None else "error.413")[language()])
        return render(request, "pages/find.html", {"asked": ""}, status=422)
    found = credentials.checked(given.read().decode("ascii", "replace"))
    number = str(found.subject.get("number", ""))
    try:
        named = cases.record(actor, "licence", number).id if number else ""
    except NotFound:
        named = ""
    return render(request, "pages/find.html", {"asked": "", "found": found, "name": given.name, "named": named})
