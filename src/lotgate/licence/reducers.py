"""State as the fold of entries: `apply(record, entry)` gives the record after one entry, from the entry alone.

Nothing here decides, reads a clock or looks at another record: what an entry brings about is written in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lotgate.licence.ledger import written
from lotgate.licence.records import Entry, Record

__all__ = ["apply", "replay"]

Facts = dict[str, Any]
Fold = Callable[[Facts, Entry], Facts]


def apply(record: Record | None, entry: Entry) -> Record:
    """The record after the entry; ValueError where the entry does not follow on the record."""
    draft = entry.draft
    if record is None:
        record = Record(draft.kind, draft.id, draft.regime, draft.before, 0, {}, opened=draft.at)
    if (record.kind, record.id, record.version + 1, record.state) != (
        draft.kind,
        draft.id,
        draft.version,
        draft.before,
    ):
        raise ValueError(
            f"entry {entry.sequence} of book {entry.book} does not follow on {record.kind} {record.id}: it is version "
            f"{draft.version} from state {draft.before}, the record stands at {record.version} in {record.state}"
        )
    fold = _FOLDS.get((draft.kind, draft.event))
    facts = dict(record.facts)
    return replace(
        record,
        state=draft.after,
        version=draft.version,
        facts=fold(facts, entry) if fold else facts,
        parts=tuple(sorted({*record.parts, (draft.actor, draft.event)})) if draft.role else record.parts,
        changed=draft.at,
    )


def replay(entries: Iterable[Entry]) -> dict[tuple[str, str], Record]:
    """All records by (kind, id) as the entries leave them; entries of one record in order of version."""
    records: dict[tuple[str, str], Record] = {}
    for entry in entries:
        key = entry.draft.kind, entry.draft.id
        records[key] = apply(records.get(key), entry)
    return records


def _create(facts: Facts, entry: Entry) -> Facts:
    empty: Facts = {
        "attachments": {}, "questions": [], "referrals": [], "hits": [], "notes": [], "decisions": [], "versions": [],
        "content_version": 0,
    }  # fmt: skip
    return _content({**empty, **_only(entry.data, "supersedes", "attachments", "certificate", "certificate_by")}, entry)


def _content(facts: Facts, entry: Entry) -> Facts:
    content = {**facts.get("content", {}), **entry.data["content"]}
    keys = {
        "regime": content.get("header", {}).get("regime"),
        "kind": content.get("header", {}).get("kind"),
        "exporter": content.get("exporter", {}).get("id"),
        "lot": content.get("lot", {}).get("id"),
        "end_user": content.get("parties", {}).get("end_user", {}).get("id"),
        "destination": content.get("route", {}).get("destination"),
    }
    return {**facts, "content": content, **keys}


def _attach(facts: Facts, entry: Entry) -> Facts:
    file = {**entry.data, "by": entry.draft.actor, "day": entry.draft.day, "checked": None}
    return {**facts, "attachments": {**facts["attachments"], entry.data["sha256"]: file}}


def _detach(facts: Facts, entry: Entry) -> Facts:
    """The document is listed no longer; the entry that attached it stays in the log."""
    left = {name: file for name, file in facts["attachments"].items() if name != entry.data["sha256"]}
    return {**facts, "attachments": left}


def _certify(facts: Facts, entry: Entry) -> Facts:
    return {**facts, "certificate": dict(entry.data), "certificate_by": entry.draft.role}


def _check_file(facts: Facts, entry: Entry) -> Facts:
    name = entry.data["sha256"]
    checked = {**facts["attachments"][name], "checked": entry.data["result"], "scanner": entry.data["scanner"]}
    return {**facts, "attachments": {**facts["attachments"], name: checked}}


def _freeze(facts: Facts, entry: Entry) -> Facts:
    version = {"version": entry.data["content_version"], "sha256": entry.data["content_sha256"], "day": entry.draft.day}
    return {**facts, "content_version": version["version"], "versions": [*facts["versions"], version]}


def _submit(facts: Facts, entry: Entry) -> Facts:
    signed = {"by": entry.draft.actor, "as": entry.data["signed_as"], "day": entry.draft.day}
    return {**_freeze(facts, entry), "signed": signed}


def _accept(facts: Facts, entry: Entry) -> Facts:
    return {**facts, "clock": {"start": entry.draft.day, "pauses": [], "off": None}}


def _clocked(facts: Facts, entry: Entry) -> Facts:
    """Starts, ends or switches off the clock as the entry says; a clock that never started stays away."""
    if "clock" not in facts:
        return facts
    clock = dict(facts["clock"])
    pauses = clock["pauses"]
    if "pause" in entry.data:
        pauses = [*pauses, {"start": entry.draft.day, "end": None, **entry.data["pause"]}]
    if "resume" in entry.data:
        ended = entry.data["resume"]
        pauses = [{**p, "end": entry.draft.day} if p["key"] == ended and p["end"] is None else p for p in pauses]
    if "clock_off" in entry.data:
        clock["off"] = entry.data["clock_off"]
    return {**facts, "clock": {**clock, "pauses": pauses}}


def _ask(facts: Facts, entry: Entry) -> Facts:
    asked = [
        {
            "id": f"q{len(facts['questions']) + i}", "text": text, "by": entry.draft.actor, "day": entry.draft.day,
            "due": entry.data["due"], "answer": None,
        }
        for i, text in enumerate(entry.data["questions"], 1)
    ]  # fmt: skip
    return _clocked({**facts, "questions": [*facts["questions"], *asked], "came_from": entry.draft.before}, entry)


def _answer(facts: Facts, entry: Entry) -> Facts:
    answers = entry.data["answers"]
    given = [
        {**q, "answer": answers[q["id"]], "answered": entry.draft.day, "answered_by": entry.draft.actor}
        if q["id"] in answers and q["answer"] is None
        else q
        for q in facts["questions"]
    ]
    if entry.data["content_sha256"] != facts["versions"][-1]["sha256"]:
        # what was found of the earlier content says nothing of this one
        facts = {name: value for name, value in facts.items() if name not in ("recommendation", "screened")}
    return _clocked({**_freeze(facts, entry), "questions": given}, entry)


def _screen(facts: Facts, entry: Entry) -> Facts:
    count = len(facts["hits"])
    hits = [{"id": f"h{count + i}", **hit, "result": None} for i, hit in enumerate(entry.data.get("hits", ()), 1)]
    return {**facts, "hits": [*facts["hits"], *hits], "screened": entry.draft.day}


def _resolve(facts: Facts, entry: Entry) -> Facts:
    done = {"result": entry.data["result"], "reason": entry.data["reason"], "by": entry.draft.actor}
    hits = [{**h, **done} if h["id"] == entry.data["hit"] else h for h in facts["hits"]]
    return _clocked({**facts, "hits": hits}, entry)


def _refer(facts: Facts, entry: Entry) -> Facts:
    asked = {**_only(entry.data, "body", "question", "due", "purpose"), "day": entry.draft.day, "reply": None}
    return _clocked({**facts, "referrals": [*facts["referrals"], asked]}, entry)


def _reply(facts: Facts, entry: Entry) -> Facts:
    said = {**_only(entry.data, "view", "text"), "by": entry.draft.actor, "day": entry.draft.day}
    body = entry.draft.organisation
    given = [{**r, "reply": said} if r["body"] == body and r["reply"] is None else r for r in facts["referrals"]]
    return _clocked({**facts, "referrals": given}, entry)


def _note(facts: Facts, entry: Entry) -> Facts:
    note = {"by": entry.draft.actor, "day": entry.draft.day, "visible": "no", **entry.data}
    return {**facts, "notes": [*facts.get("notes", []), note]}


def _recommend(facts: Facts, entry: Entry) -> Facts:
    return {**facts, "recommendation": {**entry.data, "by": entry.draft.actor, "day": entry.draft.day}}


def _decide(facts: Facts, entry: Entry) -> Facts:
    made = {**entry.data, "event": entry.draft.event, "by": entry.draft.actor, "day": entry.draft.day}
    kept = _only(entry.data, "licence", "appeal_due")
    return {**facts, **kept, "decisions": [*facts["decisions"], made]}


def _keep(*names: str) -> Fold:
    """Takes the named values of the entry over as facts."""
    return lambda facts, entry: {**facts, **_only(entry.data, *names)}


def _keep_all(facts: Facts, entry: Entry) -> Facts:
    return {**facts, **entry.data}


def _signed(name: str) -> Fold:
    """Takes the whole entry over under one name, with person and day."""
    return lambda facts, entry: {**facts, name: {**entry.data, "by": entry.draft.actor, "day": entry.draft.day}}


def _as_whole(name: str) -> Fold:
    return lambda facts, entry: {**facts, name: dict(entry.data)}


def _added(book: Mapping[str, Any], **figures: str) -> Facts:
    """The account with figures added; they only ever grow."""
    return {**book, **{name: written(Decimal(book[name]) + Decimal(figure)) for name, figure in figures.items()}}


def _reserve(facts: Facts, entry: Entry) -> Facts:
    clearance, taken = entry.data["clearance"], entry.data["taken"]
    book = _added(facts["ledger"], reserved=taken)
    return {**facts, "ledger": {**book, "open": {**book["open"], clearance: taken}}}


def _without(book: Mapping[str, Any], clearance: str) -> Facts:
    held = {name: quantity for name, quantity in book["open"].items() if name != clearance}
    return {**_added(book, released=book["open"][clearance]), "open": held}


def _release(facts: Facts, entry: Entry) -> Facts:
    book = _without(facts["ledger"], entry.data["clearance"])
    came_from = {"came_from": "issued"} if entry.draft.before == "suspended" and not book["open"] else {}
    return {**facts, "ledger": book, **came_from}


def _clear(facts: Facts, entry: Entry) -> Facts:
    book = _added(_without(facts["ledger"], entry.data["clearance"]), cleared=entry.data["cleared"])
    return {**facts, "ledger": {**book, "uses": book["uses"] + 1}}


def _correct(facts: Facts, entry: Entry) -> Facts:
    return {**facts, "ledger": _added(facts["ledger"], **_only(entry.data, "cleared", "contra"))}


def _suspend(facts: Facts, entry: Entry) -> Facts:
    return {**_signed("suspended")(facts, entry), "came_from": entry.draft.before}


def _propose(facts: Facts, entry: Entry) -> Facts:
    made = {"by": entry.draft.actor, "day": entry.draft.day, "reason": entry.data["reason"]}
    return {**facts, "proposals": {**facts["proposals"], entry.data["step"]: made}}


def _second(name: str) -> Fold:
    """A step that a second person confirmed: kept, and all proposals with it are settled."""
    return lambda facts, entry: {**_signed(name)(facts, entry), "proposals": {}}


def _revoke(facts: Facts, entry: Entry) -> Facts:
    book = facts["ledger"]
    for clearance in entry.data["cancelled"]:
        book = _without(book, clearance)
    return {**_second("revoked")(facts, entry), "ledger": book}


def _lodge(facts: Facts, entry: Entry) -> Facts:
    return {**facts, **entry.data, "lodged": entry.draft.day, "stopped": False, "history": []}


def _exit(facts: Facts, entry: Entry) -> Facts:
    return {**facts, "exited": entry.data["day"], "cleared": entry.data["cleared"]}


def _stop(stopped: bool) -> Fold:
    return lambda facts, entry: {**facts, "stopped": stopped, **_only(entry.data, "reason")}


def _changed_use(facts: Facts, entry: Entry) -> Facts:
    change = {"event": entry.draft.event, "day": entry.draft.day, "by": entry.draft.actor, **entry.data}
    return {**facts, "cleared": entry.data["now"], "history": [*facts["history"], change]}


def _count(name: str) -> Fold:
    """Adds the quantity, in the lot's own unit, to one figure of the lot."""
    return lambda facts, entry: {**facts, name: written(Decimal(facts[name]) + Decimal(entry.data["amount"]))}


def _make(facts: Facts, entry: Entry) -> Facts:
    if not facts:
        zero = dict.fromkeys(("made", "consumed", "shipped", "returned", "destroyed"), "0")
        facts = {**zero, "exporter": entry.data["exporter"], "unit": entry.data["unit"]}
    return _count("made")(facts, entry)


def _receive(facts: Facts, entry: Entry) -> Facts:
    """A run waits until it is its turn; its hash stays, so that a repeat can be told from another run."""
    run = str(entry.data["run"])
    if not facts:
        facts = {"organisation": entry.draft.organisation, "last": 0, "waiting": {}, "hashes": {}, "results": []}
    waiting = {**facts["waiting"], run: entry.data["lines"]}
    return {**facts, "waiting": waiting, "hashes": {**facts["hashes"], run: entry.data["sha256"]}}


KEPT_RUNS = 20  # results of earlier runs are in the log


def _take(facts: Facts, entry: Entry) -> Facts:
    run = entry.data["run"]
    waiting = {name: lines for name, lines in facts["waiting"].items() if name != str(run)}
    results = [*facts["results"], {"run": run, "results": entry.data.get("results", [])}][-KEPT_RUNS:]
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
