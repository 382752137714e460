"""Applications, licences, clearances, deliveries, lots and findings: lists, one record, and the steps on it.

Everything here is drawn from the domain's tables: which lists there are, what a form asks, which steps a person has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.licence import Actor, Conflict, Move, NotAllowedNow, Record, day_of
from lotgate.licence.forms import form_of, missing
from lotgate.licence.ledger import Ledger
from lotgate.licence.machines import machine, state_on, state_title
from lotgate.licence.people import roles
from lotgate.licence.records import NEW
from lotgate.tables.schema import REGIMES
from lotgate.web.languages import language
from lotgate.web.pages.document_views import attach
from lotgate.web.pages.filling import Choices, draw, faults_in_words, read, vocabulary
from lotgate.web.pages.showing import (
    Paper,
    blocks,
    country,
    document_name,
    happenings,
    organisations,
    papers,
    state_class,
    unit,
)
from lotgate.web.pages.who import for_roles
from lotgate.web.pages.words import word
from lotgate.web.services import cases, credentials, people
from lotgate.web.services import papers as paper_service
from lotgate.web.services.readers import shown

__all__ = ["case", "cases_of", "new", "step"]

CLOSING = frozenset(
    {"deny", "detach", "revoke", "withdraw", "cancel", "surrender", "fail", "suspend", "uphold", "contra"}
)
"""Steps drawn as grave ones."""
ONWARD = (
    "grant", "recommend", "accept", "submit", "answer", "clear", "reserve", "exit", "confirm", "verify", "reply",
    "overturn", "edit", "attach", "certify",
)  # fmt: skip
"""Steps that carry a case on; the first of them that a person has is drawn first."""
ELSEWHERE = frozenset({"attach_run"})
"""Steps without a form of their own: the reasoning comes from a check."""


@for_roles()
def cases_of(request: Any, actor: Actor, kind: str) -> Any:
    """A list of records of one kind, with filters, search and the next page."""
    asked = cases.Filters(
        states=request.GET.getlist("state"),
        regime=request.GET.get("regime", ""),
        destination=request.GET.get("destination", ""),
        officer=request.GET.get("officer", ""),
        words=request.GET.get("words", ""),
        open={"yes": True, "no": False}.get(request.GET.get("open", "")),
        before=request.GET.get("before", ""),
    )
    found = cases.listing(actor, kind, asked)
    query = request.GET.copy()
    query["before"] = found.next
    counts = cases.counts(actor, kind, asked.regime)
    shown_page = {
        "kind": kind,
        "title": word(f"list.{kind}"),
        "rows": _lines(actor, found.rows),
        "next": query.urlencode() if found.next else "",
        "states": [(name, one.title, counts.get(name, 0)) for name, one in machine(kind).states.items()],
        "regimes": [(code, word(f"regime.{code}")) for code in REGIMES],
        "asked": asked,
        "open": request.GET.get("open", ""),
        "filtered": bool(request.GET),
        "opens": _openings(actor, kind),
    }
    return render(request, "pages/list.html", shown_page)


@for_roles()
def case(request: Any, actor: Actor, kind: str, id: str) -> Any:
    """One record: what it says, what may be done, what happened."""
    at = cases.now()
    one = cases.record(actor, kind, id, at)
    steps = [move for move in cases.possible(actor, one, at) if move.event not in ELSEWHERE]
    account = Ledger.of(one.facts) if kind == "licence" and "ledger" in shown(actor, one) else None
    listed = papers(actor, one) if kind == "application" else []
    shown_page = {
        "kind": kind,
        "record": one,
        "facts": shown(actor, one),
        "state": _state(one, at),
        "blocks": blocks(actor, one),
        "papers": listed,
        "clock": cases.clock_of(one, at) if "clock" in shown(actor, one) else None,
        "steps": _drawn([move for move in steps if not move.reasons], _finished(one, listed)),
        "held": [move for move in steps if move.reasons],
        "needed": cases.needed(actor, one, at),
        "related": _lines(actor, [cases.Summary(other, state_on(other, day_of(other.regime, at))) for other in
                                  cases.related(actor, one, at)]),
        "history": happenings(actor, one, cases.history(actor, kind, id, at)),
        "account": account,
        "auditor": "auditor" in actor.roles,
        "paper_kinds": paper_service.held(actor, one),
        "signed_file": credentials.may_have(actor, one),
        "attaches": any(move.event == "attach" for move in steps),
        "detaches": any(move.event == "detach" for move in steps),
        "unit": unit(str(one.facts.get("unit", ""))),
    }  # fmt: skip
    return render(request, "pages/case.html", shown_page)


@for_roles()
def step(request: Any, actor: Actor, kind: str, id: str, event: str) -> Any:
    """The form of one step on a record, and taking it."""
    at = cases.now()
    one = cases.record(actor, kind, id, at)
    move = next((move for move in cases.possible(actor, one, at) if move.event == event), None)
    if move is None:
        if request.method == "POST":  # the domain says why
            cases.step(actor, kind, event, id, {})
        raise Http404
    if (kind, event) == ("application", "attach"):
        return attach(request, actor, one, move)
    return _fill(request, actor, one, move)


@for_roles()
def new(request: Any, actor: Actor, kind: str) -> Any:
    """The form that opens a record, and opening it."""
    event = next((event for event, _ in _openings(actor, kind)), None)
    if event is None:
        cases.step(actor, kind, _opening_event(kind), None, {})
        raise Http404
    title = machine(kind).events[event].title
    move = Move(event, title, form_of(f"{kind}.{event}"), "")
    return _fill(request, actor, Record(kind, "", "", NEW, 0, _started(actor, kind)), move)


def _finished(one: Record, listed: Sequence[Paper]) -> set[str]:
    """Steps of an application that are possible and have nothing left to bring: all is filled in, attached, signed."""
    if one.kind != "application":
        return set()
    there = {
        "edit": not missing(one.facts["content"]),
        "attach": all(paper.files for paper in listed if paper.needed),
        "certify": bool(one.facts.get("certificate")),
    }
    return {event for event, done in there.items() if done}


def _drawn(steps: list[Move], finished: Collection[str] = ()) -> list[tuple[Move, str]]:
    """Steps with how they are drawn: the one that carries the case on first, grave ones as such."""
    there = {move.event for move in steps} - set(finished)
    onward = next((event for event in ONWARD if event in there), "")
    ordered = sorted(steps, key=lambda move: move.event != onward)
    return [(move, "first" if move.event == onward else "grave" if move.event in CLOSING else "") for move in ordered]


def _fill(request: Any, actor: Actor, one: Record, move: Move) -> Any:
    """Draws the form, or takes the step and goes to the record; what is refused is said beside what was typed."""
    form, more = move.form, ""
    faults: tuple[Fault, ...] = ()
    refused: tuple[Text, ...] = ()
    choices = _choices(one, move)
    data = {**_prefilled(one, move), **{name: request.GET[name] for name in choices if name in request.GET}}
    if request.method == "POST":
        data, more = read(form, request.POST), request.POST.get("more", "")
        if not more:
            try:
                done = cases.step(
                    actor, one.kind, move.event, one.id or None, data, message=request.POST.get("message") or None,
                    version=int(request.POST["version"]) if request.POST.get("version", "").isdigit() else None,
                )  # fmt: skip
            except InputError as error:
                faults = error.faults
            except (NotAllowedNow, Conflict) as refusal:
                refused = refusal.reasons
            else:
                messages.success(request, word("done", step=move.title)[language()])
                return redirect(reverse("case", args=[done.record.kind, done.record.id]))
    groups = draw(form, data, faults, more, choices)
    shown_page = {
        "record": one,
        "move": move,
        "groups": groups,
        "faults": faults_in_words(faults, groups),
        "refused": refused,
        "grave": move.event in CLOSING,
        "message": request.POST.get("message") or uuid4().hex,
        "questions": [q for q in one.facts.get("questions", ()) if q.get("answer") is None],
        "answers": form.name == "application.answer",
        "words": {kind: vocabulary(kind) for kind in ("country", "currency", "unit")},
    }
    return render(request, "pages/step.html", shown_page, status=422 if faults else 409 if refused else 200)


def _prefilled(one: Record, move: Move) -> dict[str, Any]:
    """What the record already says of the form's fields."""
    if move.form.takes == "content":
        return {"content": one.facts.get("content", {})}
    known: dict[str, Any] = {name: value for name, value in one.facts.items() if isinstance(value, (str, list))}
    if one.kind == "application":
        facts = one.facts
        content = facts.get("content", {})
        lot, item = content.get("lot", {}), content.get("item", {})
        user = content.get("parties", {}).get("end_user", {})
        known |= {
            "quantity": lot.get("quantity"), "unit": lot.get("unit"), "item": item.get("id"),
            "code": item.get("code"), "end_user": user.get("id"), "end_user_name": user.get("name"),
            "site": content.get("end_use", {}).get("site"), "exporter": content.get("exporter", {}).get("id"),
            "contract": content.get("value", {}).get("contract"), "lot": lot.get("id"),
            "destination": content.get("route", {}).get("destination"),
            "end_use": content.get("end_use", {}).get("code"),
            "entries": [{"code": code} for code in item.get("code", ())],
            "sha256": next((f["sha256"] for f in facts.get("attachments", {}).values() if f["checked"] is None), None),
            "hit": next((hit["id"] for hit in facts.get("hits", ()) if hit["result"] is None), None),
        }  # fmt: skip
    if move.event in ("reserve", "lodge"):
        return {}  # what is declared is typed from the declaration, for it is compared with the licence
    if one.kind == "licence":
        known["clearance"] = next(iter(one.facts.get("ledger", {}).get("open", {})), None)
    if one.kind == "delivery":
        known["quantity"] = one.facts.get("cleared")
    wanted = {field.name for field in move.form.fields}
    return {name: value for name, value in known.items() if name in wanted and value}


def _choices(one: Record, move: Move) -> Choices:
    """What a field that names something is chosen from: files, open hits and reservations of the record; bodies that
    can be consulted, officers of its law."""
    facts = one.facts
    unchecked = move.event == "check_file"
    found: dict[str, list[tuple[str, Text]]] = {
        "sha256": [
            (name, document_name(file))
            for name, file in facts.get("attachments", {}).items()
            if not (unchecked and file["checked"])
        ],
        "hit": [
            (hit["id"], Text(*[f"{hit['party']} – {hit['list']}: {hit['entry']}"] * 2))
            for hit in facts.get("hits", ())
            if hit["result"] is None
        ],
        "clearance": [(id, Text(id, id)) for id in facts.get("ledger", {}).get("open", {})],
    }
    wanted = {field.name for field in move.form.fields}
    if move.event == "refer":
        found["body"] = people.bodies()
    if move.event == "assign":
        found["officer"] = [(name, Text(name, name)) for name in people.officers(one.regime)]
    return {name: tuple(options) for name, options in found.items() if options and name in wanted}


def _started(actor: Actor, kind: str) -> dict[str, Any]:
    if kind != "application":
        return {}
    exporter = actor.mandates[0].exporter if "agent" in actor.roles and actor.mandates else actor.organisation
    return {"content": {"exporter": {"id": exporter}}}


def _opening_event(kind: str) -> str:
    return next((row.event for row in machine(kind).rows if NEW in row.sources and not row.by_effect), "")


def _openings(actor: Actor, kind: str) -> list[tuple[str, Any]]:
    """The steps that open a record of a kind and are this person's."""
    one = machine(kind)
    return [
        (row.event, one.events[row.event].title)
        for row in one.rows
        if NEW in row.sources and not row.by_effect and actor.roles & set(row.roles)
    ]


def _lines(actor: Actor, found: Iterable[cases.Summary]) -> list[dict[str, Any]]:
    """Rows of a list; parties that stand in it by their code alone are named, all in one query."""
    rows = [_line(actor, one) for one in found]
    names = organisations({row[party] for row in rows for party in ("user", "exporter")})
    return [row | {party: names.get(row[party], row[party]) for party in ("user", "exporter")} for row in rows]


def _line(actor: Actor, one: cases.Summary) -> dict[str, Any]:
    facts = shown(actor, one.record)
    content = facts.get("content", {})
    item = content.get("item", {})
    goods = facts.get("description") or item.get("description") or ""
    return {
        "record": one.record,
        "title": state_title(one.record.kind, one.state),
        "class": state_class(one.record.kind, one.state),
        "goods": goods,
        "goods_zh": facts.get("description_zh") or item.get("description_zh") or goods,
        "user": facts.get("end_user_name") or content.get("parties", {}).get("end_user", {}).get("name")
        or facts.get("end_user", ""),
        "exporter": facts.get("exporter_name") or content.get("exporter", {}).get("name") or facts.get("exporter", ""),
        "destination": country(str(facts.get("destination") or "")),
        "lot": facts.get("lot", ""),
        "quantity": facts.get("quantity") or facts.get("cleared") or facts.get("made")
        or content.get("lot", {}).get("quantity", ""),
        "unit": facts.get("unit") or content.get("lot", {}).get("unit", ""),
        "clock": cases.clock_of(one.record) if "clock" in facts else None,
        "about": facts.get("about") or facts.get("declaration") or "",
    }  # fmt: skip


def _state(one: Record, at: Any) -> dict[str, Any]:
    name = state_on(one, day_of(one.regime, at) if one.regime else at.date())
    waits = machine(one.kind).states[name].waits_for if name in machine(one.kind).states else None
    side = next((role for role in roles().values() if role.side == waits), None)
    return {
        "name": name,
        "title": state_title(one.kind, name),
        "class": state_class(one.kind, name),
        "waits": word(f"side.{waits}") if side else None,
    }
