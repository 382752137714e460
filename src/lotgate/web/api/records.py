"""Addresses made from the transition tables: a list, a record and its history for each kind, and one per step.

GET  /licences                 GET  /licences/{id}             GET /licences/{id}/history
POST /applications, /clearances, /findings open one         POST /licences/{id}/reserve and so on, one a step
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, NinjaAPI, Query, Router

from lotgate.licence import Actor, Outcome, Record
from lotgate.licence.machines import Machine, machine, state_on, state_title
from lotgate.licence.records import NEW
from lotgate.web.api.access import need
from lotgate.web.api.bodies import Id, Listed, RecordOut, StepDone, body_of
from lotgate.web.services import cases, readers
from lotgate.web.services.cases import PLURAL

__all__ = ["PLURAL", "IdempotencyKey", "record_json", "register", "step_json", "step_paths"]

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")
]
_Version = Annotated[int | None, Query(ge=1, lt=2**31, description="The version you saw; another one by now refuses.")]
_Word = Annotated[str, Query(max_length=200)]


BY_FILE = frozenset({("application", "attach")})
"""Steps taken by sending a file: what is listed is then what was kept and looked at."""


def record_json(actor: Actor, one: Record, steps: bool = False) -> dict[str, Any]:
    """A record as the person may read it, in the shape of RecordOut."""
    at = cases.now()
    day = cases.day_of_record(one, at)
    state = state_on(one, day)
    title = state_title(one.kind, state)
    kept = cases.clock_of(one, at)
    possible = cases.possible(actor, one, at) if steps else []
    lacking = cases.needed(actor, one, at) if steps else []
    return {
        "kind": one.kind,
        "id": one.id,
        "regime": one.regime,
        "state": state,
        "state_title": {"en": title.en, "zh": title.zh},
        "version": one.version,
        "opened": one.opened,
        "changed": one.changed,
        "facts": readers.shown(actor, one),
        "clock": kept.to_json() if kept else None,
        "needed": [{"en": one.en, "zh": one.zh} for one in lacking],
        "steps": [
            {
                "event": move.event,
                "title": {"en": move.title.en, "zh": move.title.zh},
                "target": move.target,
                "form": move.form.name,
                "reasons": [{"en": reason.en, "zh": reason.zh} for reason in move.reasons],
            }
            for move in possible
        ],
    }


def step_paths() -> list[tuple[str, str, bool]]:
    """Kind, event and whether it opens a record, for every step a person may ask for."""
    found = []
    for kind in PLURAL:
        one = machine(kind)
        for event in one.events:
            rows = [row for row in one.rows_for(event) if not row.by_effect and set(row.roles) - {"system"}]
            if rows and (kind, event) not in BY_FILE:
                found.append((kind, event, any(NEW in row.sources for row in rows)))
    return found


def register(api: NinjaAPI) -> None:
    """Adds the addresses of every kind."""
    for kind, plural in PLURAL.items():
        router = Router(tags=[plural])
        _reading(router, kind, machine(kind))
        for of, event, opens in step_paths():
            if of == kind:
                _step(router, kind, event, opens)
        api.add_router(f"/{plural}", router)


def _reading(router: Router, kind: str, one: Machine) -> None:
    states = sorted(one.states)

    @router.get("", response=Listed, operation_id=f"{kind}_list", summary=f"{one.title.en}: list / {one.title.zh}")
    def listing(
        request: HttpRequest,
        state: Annotated[list[str], Query(description=f"Some of {', '.join(states)}.", max_length=30)] = [],  # noqa: B006
        regime: _Word = "",
        exporter: _Word = "",
        end_user: _Word = "",
        destination: _Word = "",
        officer: _Word = "",
        team: _Word = "",
        parent: _Word = "",
        words: _Word = "",
        open: bool | None = None,
        before: _Word = "",
        size: Annotated[int, Query(ge=1, le=200)] = cases.PAGE,
    ) -> Any:
        actor = need(request, "read")
        asked = cases.Filters(
            tuple(state), regime, exporter, end_user, destination, officer, team, parent, words, open, before
        )
        page = cases.listing(actor, kind, asked, size)
        return {"rows": [record_json(actor, row.record) for row in page.rows], "next": page.next}

    @router.get("/{id}", response=RecordOut, operation_id=f"{kind}_show", summary=f"{one.title.en} / {one.title.zh}")
    def show(request: HttpRequest, id: Id, as_of: date | None = None) -> Any:
        actor = need(request, "read")
        if as_of is not None:
            return record_json(actor, cases.record_as_of(actor, kind, id, as_of))
        return record_json(actor, cases.record(actor, kind, id), steps=True)

    @router.get(
        "/{id}/history",
        response=list[dict[str, Any]],
        operation_id=f"{kind}_history",
        summary="Entries of the log / 日志",
    )
    def history(request: HttpRequest, id: Id) -> Any:
        actor = need(request, "read")
        one = cases.record(actor, kind, id)
        return readers.shown_history(actor, cases.history(actor, kind, id), one)


def _step(router: Router, kind: str, event: str, opens: bool) -> None:
    one = machine(kind)
    title = one.events[event].title
    row = one.rows_for(event)[0]
    named = opens and kind == "lot"  # a lot is named by its owner, so its first step names it too
    body = body_of(row.form)

    def take(request: HttpRequest, id: str | None, filled: Any, key: str | None, version: int | None) -> Any:
        actor = need(request, f"act:{kind}")
        data = filled.model_dump(exclude_none=True, mode="json")
        done = cases.step(actor, kind, event, id, data, message=key, version=version)
        return step_json(actor, done)

    made: Callable[..., Any]
    if opens and not named:

        def opening(request: HttpRequest, body: Any, idempotency_key: IdempotencyKey = None) -> Any:
            return take(request, None, body, idempotency_key, None)

        made, path = opening, ""
    else:

        def stepping(
            request: HttpRequest, id: Id, body: Any, idempotency_key: IdempotencyKey = None, version: _Version = None
        ) -> Any:
            return take(request, id, body, idempotency_key, version)

        made, path = stepping, f"/{{id}}/{event}"
    made.__annotations__["body"] = body
    router.post(
        path,
        response=StepDone,
        operation_id=f"{kind}_{event}",
        summary=f"{title.en} / {title.zh}",
        description=f"For: {', '.join(sorted({role for row in one.rows_for(event) for role in row.roles}))}.",
    )(made)


def step_json(actor: Actor, done: Outcome) -> dict[str, Any]:
    """The outcome in the shape of StepDone; other records only where the person may know of them."""
    others = [other for other in done.others if cases.visible(actor, other)]
    entries = [
        {"book": e.book, "sequence": e.sequence, "hash": e.hash, "kind": e.draft.kind, "id": e.draft.id,
         "event": e.draft.event}
        for e in done.entries
    ]  # fmt: skip
    return {
        "record": record_json(actor, done.record, steps=True),
        "others": [record_json(actor, other) for other in others],
        "entries": entries,
        "repeated": done.repeated,
    }
