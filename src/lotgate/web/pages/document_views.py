"""Documents of a record: attached files taken in and given out, and papers as PDF."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from lotgate.errors import Fault, InputError, MissingError
from lotgate.law import Text
from lotgate.licence import Actor, Conflict, Move, NotAllowedNow, Record, papers
from lotgate.licence.forms import documents
from lotgate.web.languages import language
from lotgate.web.pages.who import for_roles
from lotgate.web.pages.words import word
from lotgate.web.services import cases, files
from lotgate.web.services.readers import shown

__all__ = ["attach", "file", "paper", "papers_of"]


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
        "faults": faults,
        "refused": refused,
        "message": uuid4().hex,
    }
    return render(request, "pages/step.html", shown_page, status=422 if faults else 409 if refused else 200)


@for_roles()
def file(request: Any, actor: Actor, id: str, sha256: str) -> Any:
    """A document of an application, to be saved and never shown inside the page."""
    found, name = files.attached(actor, cases.record(actor, "application", id), sha256)
    answer = HttpResponse(bytes(found.content), content_type=found.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@for_roles()
def paper(request: Any, actor: Actor, kind: str, id: str, name: str) -> Any:
    """A licence, certificate, refusal or questions as PDF: what the reader may see, in the reader's language."""
    one = cases.record(actor, kind, id)
    if name not in papers_of(actor, one):
        raise Http404
    try:
        made = papers.paper(
            cast(papers.Kind, name),
            replace(one, facts=shown(actor, one)),
            cast(papers.Language, language()),
            cases.now().replace(microsecond=0),
        )
    except MissingError as error:
        messages.error(request, str(error))
        return redirect(reverse("case", args=[kind, id]))
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, f"{id}-{name}.pdf")
    return answer


def papers_of(actor: Actor, one: Record) -> list[str]:
    """The papers a record holds that the reader may have."""
    facts = shown(actor, one)
    if one.kind == "licence":
        return ["licence"] if "value" in facts or "ledger" in facts else []
    if one.kind != "application":
        return []
    held = {
        "certificate": bool(facts.get("certificate")),
        "refusal": any(made["event"] in ("deny", "uphold") for made in facts.get("decisions", ())),
        "questions": bool(facts.get("questions")),
    }
    return [name for name, there in held.items() if there]
