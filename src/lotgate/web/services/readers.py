"""What of a record a person gets to see, as `licence.views` tells. Nothing is shown past these functions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from lotgate.law import Text
from lotgate.licence import Actor, Entry, Forbidden, Record, day_of
from lotgate.licence.forms import documents
from lotgate.licence.people import roles, sides
from lotgate.licence.views import history, may_open, view

__all__ = ["may_open_file", "may_read_document", "must_be", "shown", "shown_history"]

_INSIDE = frozenset({"authority", "reader"})


def _now() -> datetime:
    return datetime.now(UTC)


def shown(actor: Actor, record: Record) -> dict[str, Any]:
    """The facts of a record that the person may read."""
    return dict(view(record, actor, _now()).facts)


def shown_history(actor: Actor, entries: Iterable[Entry], record: Record) -> list[dict[str, Any]]:
    """The steps on a record that the person may know of, in order. Who took them and what was filled in stand with
    those of the person's own organisation, and with all for those inside."""
    held = list(entries)
    told = {(one.book, one.sequence) for one in history(record, held, actor, _now())}
    inside = bool(_INSIDE & sides(actor))
    found = []
    for entry in held:
        draft = entry.draft
        if (entry.book, entry.sequence) not in told:
            continue
        seen = {
            "kind": draft.kind, "id": draft.id, "version": draft.version, "event": draft.event, "before": draft.before,
            "after": draft.after, "at": draft.at, "day": draft.day, "organisation": draft.organisation,
        }  # fmt: skip
        if inside or draft.organisation == actor.organisation:
            seen |= {"actor": draft.actor, "role": draft.role, "data": draft.data}
        elif draft.event == "note":
            seen["data"] = {"text": draft.data.get("text")}
        if inside:
            seen |= {"book": entry.book, "sequence": entry.sequence, "hash": entry.hash}
        found.append(seen)
    return found


def must_be(actor: Actor, side: str) -> None:
    """Raises Forbidden for a person whose roles are all on other sides."""
    if side not in sides(actor):
        titles = [role.title for role in roles().values() if role.side == side]
        raise Forbidden(
            Text(f"only for: {', '.join(t.en for t in titles)}", f"仅限：{'、'.join(t.zh for t in titles)}")
        )


def may_read_document(actor: Actor, kind: str) -> bool:
    """Whether a kind of attached document is for the person's side to read."""
    readers = {document.kind: document.readers for document in documents()}
    return bool(readers.get(kind, frozenset()) & sides(actor))


def may_open_file(actor: Actor, record: Record, sha256: str) -> bool:
    """Whether the person may open an attached file: a reader of its kind; for all but its owner once it is clean."""
    return may_open(record, actor, sha256, day_of(record.regime, _now()))
