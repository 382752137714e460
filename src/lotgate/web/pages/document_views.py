"""Documents of a record: attached files taken in and given out, and papers as PDF."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from lotgate.errors import Fault, InputError, MissingError
from lotgate.law import Text
from lotgate.licence import Actor, Conflict, Move, NotAllowedNow, Record
from lotgate.licence.forms import documents
from lotgate.web import downloads
from lotgate.web.languages import language
from lotgate.web.pages.filling import faults_in_words
from lotgate.web.pages.who import for_roles
from lotgate.web.pages.words import word
from lotgate.web.services import cases, credentials, files, papers

__all__ = ["attach", "credential", "file", "paper"]


def attach(request: Any, actor: Actor, one: Record, move: Move) -> Any:
    """Takes a document in; what it is, is told by its content."""
    faults: tuple[Fault, ...] = ()
    refused: tuple[Text, ...] = ()
    if request.method == "POST":
        given = request.FILES.get("file")
        try:
            if given is None:
                refused = (word("upload.none"),)
            else:
                message = request.POST.get("message") or None
                kind = request.POST.get("kind", "")
                files.attach(actor, request.user, one.id, kind, given.name, given.read(), message=message)
                messages.success(request, word("done", step=move.title)[language()])
                return redirect(reverse("case", args=[one.kind, one.id]))
        except InputError as error:
            faults = error.faults
        except (NotAllowedNow, Conflict) as refusal:
            refused = refusal.reasons
    shown_page = {
        "record": one,
        "move": move,
        "upload": True,
        "kinds": documents(),
        "chosen": request.POST.get("kind") or request.GET.get("kind", ""),
        "faults": faults_in_words(faults, ()),
        "refused": refused,
        "message": uuid4().hex,
    }
    return render(request, "pages/step.html", shown_page, status=422 if faults else 409 if refused else 200)


@for_roles()
def file(request: Any, actor: Actor, id: str, sha256: str) -> Any:
    """A document of an application, to be saved and never shown inside the page."""
    found, name = files.attached(actor, cases.record(actor, "application", id), sha256)
    return downloads.attachment(found, name)


@for_roles()
def paper(request: Any, actor: Actor, kind: str, id: str, name: str) -> Any:
    """A licence, certificate, refusal or questions as PDF: what the reader may see, in the reader's language."""
    try:
        made = papers.made(actor, cases.record(actor, kind, id), name, language())
    except MissingError as error:
        messages.error(request, str(error))
        return redirect(reverse("case", args=[kind, id]))
    return downloads.pdf(made, f"{id}-{name}.pdf")


@for_roles()
def credential(request: Any, actor: Actor, id: str) -> Any:
    """A licence as a signed file, for programs and for checking offline."""
    return downloads.credential(id, credentials.signed(actor, id))
