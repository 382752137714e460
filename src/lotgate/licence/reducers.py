"""State as the fold of entries: `apply(record, draft)` gives the record after one entry, whatever its place in a book.

Nothing here decides, reads a clock or looks at another record: what an entry brings about is written in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from lotgate.licence.ledger import written
from lotgate.licence.records import Draft, Entry, Record

__all__ = ["apply", "replay"]

Facts = dict[str, Any]
Fold = Callable[[Facts, Draft], Facts]


def apply(record: Record | None, draft: Draft) -> Record:
    """The record after an entry; ValueError where the entry does not follow on the record."""
    if record is None:
        record = Record(draft.kind, draft.id, draft.regime, draft.before, 0, {}, opened=draft.at)
    if (record.kind, record.id, record.version + 1, record.state) != (
        draft.kind,
        draft.id,
        draft.version,
        draft.before,
    ):
        raise ValueError(
            f"{draft.event} does not follow on {record.kind} {record.id}: it is version {draft.version} from state "
            f"{draft.before}, the record stands at {record.version} in {record.state}"
        )
    fold = _FOLDS.get((draft.kind, draft.event))
    facts = dict(record.facts)
    return Record(
        draft.kind,
        draft.id,
        record.regime,
        draft.after,
        draft.version,
        fold(facts, draft) if fold else facts,
        tuple(sorted({*record.parts, (draft.actor, draft.event)})) if draft.role else record.parts,
        record.opened,
        draft.at,
    )


def replay(entries: Iterable[Entry]) -> dict[tuple[str, str], Record]:
    """All records by (kind, id) as the entries leave them; entries of one record in order of version."""
    records: dict[tuple[str, str], Record] = {}
    for entry in entries:
        key = entry.draft.kind, entry.draft.id
        records[key] = apply(records.get(key), entry.draft)
    return records


def _create(facts: Facts, draft: Draft) -> Facts:
    empty: Facts = {
        "attachments": {}, "questions": [], "referrals": [], "hits": [], "notes": [], "decisions": [], "versions": [],
        "content_version": 0,
    }  # fmt: skip
    return _content({**empty, **_only(draft.data, "supersedes", "attachments", "certificate", "certificate_by")}, draft)


def _content(facts: Facts, draft: Draft) -> Facts:
    content = {**facts.get("content", {}), **draft.data["content"]}
    keys = {
        "regime": content.get("header", {}).get("regime"),
        "kind": content.get("header", {}).get("kind"),
        "exporter": content.get("exporter", {}).get("id"),
        "lot": content.get("lot", {}).get("id"),
        "end_user": content.get("parties", {}).get("end_user", {}).get("id"),
        "destination": content.get("route", {}).get("destination"),
    }
    return {**facts, "content": content, **keys}


def _attach(facts: Facts, draft: Draft) -> Facts:
    file = {**draft.data, "by": draft.actor, "day": draft.day, "checked": None}
    return {**facts, "attachments": {**facts["attachments"], draft.data["sha256"]: file}}


def _detach(facts: Facts, draft: Draft) -> Facts:
    """The document is listed no longer; the entry that attached it stays in the log."""
    left = {name: file for name, file in facts["attachments"].items() if name != draft.data["sha256"]}
    return {**facts, "attachments": left}


def _certify(facts: Facts, draft: Draft) -> Facts:
    return {**facts, "certificate": dict(draft.data), "certificate_by": draft.role}


def _check_file(facts: Facts, draft: Draft) -> Facts:
    name = draft.data["sha256"]
    checked = {**facts["attachments"][name], "checked": draft.data["result"], "scanner": draft.data["scanner"]}
    return {**facts, "attachments": {**facts["attachments"], name: checked}}


def _freeze(facts: Facts, draft: Draft) -> Facts:
    version = {"version": draft.data["content_version"], "sha256": draft.data["content_sha256"], "day": draft.day}
    return {**facts, "content_version": version["version"], "versions": [*facts["versions"], version]}


def _submit(facts: Facts, draft: Draft) -> Facts:
    signed = {"by": draft.actor, "as": draft.data["signed_as"], "day": draft.day}
    return {**_freeze(facts, draft), "signed": signed}


def _accept(facts: Facts, draft: Draft) -> Facts:
    return {**facts, "clock": {"start": draft.day, "pauses": [], "off": None}}


def _clocked(facts: Facts, draft: Draft) -> Facts:
    """Starts, ends or switches off the clock as the entry says; a clock that never started stays away."""
    if "clock" not in facts:
        return facts
    clock = dict(facts["clock"])
    pauses = clock["pauses"]
    if "pause" in draft.data:
        pauses = [*pauses, {"start": draft.day, "end": None, **draft.data["pause"]}]
    if "resume" in draft.data:
        ended = draft.data["resume"]
        pauses = [{**p, "end": draft.day} if p["key"] == ended and p["end"] is None else p for p in pauses]
    if "clock_off" in draft.data:
        clock["off"] = draft.data["clock_off"]
    return {**facts, "clock": {**clock, "pauses": pauses}}


def _ask(facts: Facts, draft: Draft) -> Facts:
    asked = [
        {
            "id": f"q{len(facts['questions']) + i}", "text": text, "by": draft.actor, "day": draft.day,
            "due": draft.data["due"], "answer": None,
        }
        for i, text in enumerate(draft.data["questions"], 1)
    ]  # fmt: skip
    return _clocked({**facts, "questions": [*facts["questions"], *asked], "came_from": draft.before}, draft)


def _answer(facts: Facts, draft: Draft) -> Facts:
    answers = draft.data["answers"]
    given = [
        {**q, "answer": answers[q["id"]], "answered": draft.day, "answered_by": draft.actor}
        if q["id"] in answers and q["answer"] is None
        else q
        for q in facts["questions"]
    ]
    if draft.data["content_sha256"] != facts["versions"][-1]["sha256"]:
        # what was found of the earlier content says nothing of this one
        facts = {name: value for name, value in facts.items() if name not in ("recommendation", "screened")}
    return _clocked({**_freeze(facts, draft), "questions": given}, draft)


def _screen(facts: Facts, draft: Draft) -> Facts:
    count = len(facts["hits"])
    hits = [{"id": f"h{count + i}", **hit, "result": None} for i, hit in enumerate(draft.data.get("hits", ()), 1)]
    return {**facts, "hits": [*facts["hits"], *hits], "screened": draft.day}


def _resolve(facts: Facts, draft: Draft) -> Facts:
    done = {"result": draft.data["result"], "reason": draft.data["reason"], "by": draft.actor}
    hits = [{**h, **done} if h["id"] == draft.data["hit"] else h for h in facts["hits"]]
    return _clocked({**facts, "hits": hits}, draft)


def _refer(facts: Facts, draft: Draft) -> Facts:
    asked = {**_only(draft.data, "body", "question", "due", "purpose"), "day": draft.day, "reply": None}
    return _clocked({**facts, "referrals": [*facts["referrals"], asked]}, draft)


def _reply(facts: Facts, draft: Draft) -> Facts:
    said = {**_only(draft.data, "view", "text"), "by": draft.actor, "day": draft.day}
    body = draft.organisation
    given = [{**r, "reply": said} if r["body"] == body and r["reply"] is None else r for r in facts["referrals"]]
    return _clocked({**facts, "referrals": given}, draft)


def _note(facts: Facts, draft: Draft) -> Facts:
    note = {"by": draft.actor, "day": draft.day, "visible": "no", **draft.data}
    return {**facts, "notes": [*facts.get("notes", []), note]}


def _recommend(facts: Facts, draft: Draft) -> Facts:
    return {**facts, "recommendation": {**draft.data, "by": draft.actor, "day": draft.day}}


def _decide(facts: Facts, draft: Draft) -> Facts:
    made = {**draft.data, "event": draft.event, "by": draft.actor, "day": draft.day}
    kept = _only(draft.data, "licence", "appeal_due")
    return {**facts, **kept, "decisions": [*facts["decisions"], made]}


def _keep(*names: str) -> Fold:
    """Takes the named values of the entry over as facts."""
    return lambda facts, draft: {**facts, **_only(draft.data, *names)}


def _keep_all(facts: Facts, draft: Draft) -> Facts:
    return {**facts, **draft.data}


def _signed(name: str) -> Fold:
    """Takes the whole entry over under one name, with person and day."""
    return lambda facts, draft: {**facts, name: {**draft.data, "by": draft.actor, "day": draft.day}}


def _as_whole(name: str) -> Fold:
    return lambda facts, draft: {**facts, name: dict(draft.data)}


def _added(book: Mapping[str, Any], **figures: str) -> Facts:
    """The account with figures added; they only ever grow."""
    return {**book, **{name: written(Decimal(book[name]) + Decimal(figure)) for name, figure in figures.items()}}


def _reserve(facts: Facts, draft: Draft) -> Facts:
    clearance, taken = draft.data["clearance"], draft.data["taken"]
    book = _added(facts["ledger"], reserved=taken)
    return {**facts, "ledger": {**book, "open": {**book["open"], clearance: taken}}}


def _without(book: Mapping[str, Any], clearance: str) -> Facts:
    held = {name: quantity for name, quantity in book["open"].items() if name != clearance}
    return {**_added(book, released=book["open"][clearance]), "open": held}


def _release(facts: Facts, draft: Draft) -> Facts:
    book = _without(facts["ledger"], draft.data["clearance"])
    came_from = {"came_from": "issued"} if draft.before == "suspended" and not book["open"] else {}
    return {**facts, "ledger": book, **came_from}


def _clear(facts: Facts, draft: Draft) -> Facts:
    book = _added(_without(facts["ledger"], draft.data["clearance"]), cleared=draft.data["cleared"])
    return {**facts, "ledger": {**book, "uses": book["uses"] + 1}}


def _correct(facts: Facts, draft: Draft) -> Facts:
    return {**facts, "ledger": _added(facts["ledger"], **_only(draft.data, "cleared", "contra"))}


def _suspend(facts: Facts, draft: Draft) -> Facts:
    return {**_signed("suspended")(facts, draft), "came_from": draft.before}


def _propose(facts: Facts, draft: Draft) -> Facts:
    made = {"by": draft.actor, "day": draft.day, "reason": draft.data["reason"]}
    return {**facts, "proposals": {**facts["proposals"], draft.data["step"]: made}}


def _second(name: str) -> Fold:
    """A step that a second person confirmed: kept, and all proposals with it are settled."""
    return lambda facts, draft: {**_signed(name)(facts, draft), "proposals": {}}


def _revoke(facts: Facts, draft: Draft) -> Facts:
    book = facts["ledger"]
    for clearance in draft.data["cancelled"]:
        book = _without(book, clearance)
    return {**_second("revoked")(facts, draft), "ledger": book}


def _lodge(facts: Facts, draft: Draft) -> Facts:
    return {**facts, **draft.data, "lodged": draft.day, "stopped": False, "history": []}


def _exit(facts: Facts, draft: Draft) -> Facts:
    return {**facts, "exited": draft.data["day"], "cleared": draft.data["cleared"]}


def _stop(stopped: bool) -> Fold:
    return lambda facts, draft: {**facts, "stopped": stopped, **_only(draft.data, "reason")}


def _changed_use(facts: Facts, draft: Draft) -> Facts:
    change = {"event": draft.event, "day": draft.day, "by": draft.actor, **draft.data}
    return {**facts, "cleared": draft.data["now"], "history": [*facts["history"], change]}


def _count(name: str) -> Fold:
    """Adds the quantity, in the lot's own unit, to one figure of the lot."""
    return lambda facts, draft: {**facts, name: written(Decimal(facts[name]) + Decimal(draft.data["amount"]))}


def _make(facts: Facts, draft: Draft) -> Facts:
    if not facts:
        zero = dict.fromkeys(("made", "consumed", "shipped", "returned", "destroyed"), "0")
        facts = {**zero, "exporter": draft.data["exporter"], "unit": draft.data["unit"]}
    return _count("made")(facts, draft)


def _receive(facts: Facts, draft: Draft) -> Facts:
    """A run waits until it is its turn; its hash stays, so that a repeat can be told from another run."""
    run = str(draft.data["run"])
    if not facts:
        facts = {"organisation": draft.organisation, "last": 0, "waiting": {}, "hashes": {}, "results": []}
    waiting = {**facts["waiting"], run: draft.data["lines"]}
    return {**facts, "waiting": waiting, "hashes": {**facts["hashes"], run: draft.data["sha256"]}}


KEPT_RUNS = 20  # results of earlier runs are in the log


def _take(facts: Facts, draft: Draft) -> Facts:
    run = draft.data["run"]
    waiting = {name: lines for name, lines in facts["waiting"].items() if name != str(run)}
    results = [*facts["results"], {"run": run, "results": draft.data.get("results", [])}][-KEPT_RUNS:]
    return {**facts, "last": run, "waiting": waiting, "results": results}


def _only(data: Mapping[str, Any], *names: str) -> Facts:
    return {name: data[name] for name in names if name in data}


_FOLDS: Mapping[tuple[str, str], Fold] = {
    ("application", "create"): _create,
    ("application", "edit"): _content,
    ("application", "attach"): _attach,
    ("application", "detach"): _detach,
    ("application", "attach_run"): _as_whole("run"),
    ("application", "certify"): _certify,
    ("application", "check_file"): _check_file,
    ("application", "submit"): _submit,
    ("application", "accept"): _accept,
    ("application", "assign"): _keep("team", "officer"),
    ("application", "ask"): _ask,
    ("application", "answer"): _answer,
    ("application", "screen"): _screen,
    ("application", "resolve"): _resolve,
    ("application", "refer"): _refer,
    ("application", "reply"): _reply,
    ("application", "note"): _note,
    ("application", "recommend"): _recommend,
    ("application", "grant"): _decide,
    ("application", "deny"): _decide,
    ("application", "close"): _decide,
    ("application", "uphold"): _decide,
    ("application", "overturn"): _decide,
    ("application", "withdraw"): _signed("withdrawn"),
    ("application", "amend"): _keep("superseded_by", "reason"),
    ("application", "appeal"): _signed("appeal"),
    ("licence", "issue"): _keep_all,
    ("licence", "reserve"): _reserve,
    ("licence", "release"): _release,
    ("licence", "clear"): _clear,
    ("licence", "correct"): _correct,
    ("licence", "suspend"): _suspend,
    ("licence", "propose"): _propose,
    ("licence", "reinstate"): _second("reinstated"),
    ("licence", "revoke"): _revoke,
    ("licence", "surrender"): _signed("surrendered"),
    ("licence", "replace"): _keep("replaced_by"),
    ("licence", "note"): _note,
    ("clearance", "lodge"): _lodge,
    ("clearance", "accept"): _keep("taken"),
    ("clearance", "exit"): _exit,
    ("clearance", "cancel"): _keep("reason"),
    ("clearance", "stop"): _stop(True),
    ("clearance", "resume"): _stop(False),
    ("clearance", "adjust"): _changed_use,
    ("clearance", "contra"): _changed_use,
    ("delivery", "expect"): _keep_all,
    ("delivery", "confirm"): _signed("received"),
    ("delivery", "verify"): _signed("verified"),
    ("delivery", "fail"): _signed("failed"),
    ("delivery", "resolve"): _signed("resolved"),
    ("lot", "make"): _make,
    ("lot", "consume"): _count("consumed"),
    ("lot", "ship"): _count("shipped"),
    ("lot", "return"): _count("returned"),
    ("lot", "destroy"): _count("destroyed"),
    ("feed", "receive"): _receive,
    ("feed", "take"): _take,
    ("finding", "record"): _keep_all,
    ("finding", "close"): _signed("closed"),
}
