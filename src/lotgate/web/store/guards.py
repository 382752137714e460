"""What the database itself refuses: changing or deleting an entry, a file or a signed licence, a fork of the chain, and
a decision by somebody who prepared or recommended the case. Written again after every migration, since rebuilding a
table drops it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from lotgate.licence.machines import machines
from lotgate.licence.records import GENESIS

__all__ = ["install", "separations"]

FROZEN = ("store_event", "store_file", "store_credential")
_FORK = (
    f"NEW.previous <> CASE NEW.sequence WHEN 1 THEN '{GENESIS}' ELSE COALESCE("
    "(SELECT e.hash FROM store_event e WHERE e.book = NEW.book AND e.sequence = NEW.sequence - 1), '') END"
)
"""Not right behind the entry it names. No place is given twice, so with this the log has neither gap nor fork."""
_EARLIER = (
    "EXISTS (SELECT 1 FROM store_separation s JOIN store_event e ON e.kind = s.kind AND e.event = s.earlier"
    " WHERE s.kind = NEW.kind AND s.event = NEW.event AND e.record = NEW.record AND e.actor = NEW.actor"
    " AND e.version < NEW.version)"
)
_ALONE = (
    "NEW.kind = 'licence' AND NEW.event IN ('revoke', 'reinstate') AND NOT EXISTS (SELECT 1 FROM store_event e"
    " WHERE e.kind = NEW.kind AND e.record = NEW.record AND e.event = 'propose' AND e.actor <> NEW.actor"
    " AND e.version < NEW.version)"
)
"""Two persons: whoever revokes or reinstates, another one has proposed."""


def separations() -> Iterator[tuple[str, str, str]]:
    """Kind, event, earlier event: one person may not bring about both on one record, in any row of the table."""
    for name, machine in sorted(machines().items()):
        for event in sorted(machine.events):
            rows = machine.rows_for(event)
            for earlier in sorted(frozenset.intersection(*(row.not_by for row in rows)) if rows else ()):
                yield name, event, earlier


def install(**_: Any) -> None:
    """Makes triggers and the table of separations agree with this version of the program."""
    from lotgate.web.store.models import Separation

    with transaction.atomic():
        wanted = set(separations())
        if set(Separation.objects.values_list("kind", "event", "earlier")) != wanted:
            Separation.objects.all().delete()
            Separation.objects.bulk_create(Separation(kind=k, event=e, earlier=b) for k, e, b in sorted(wanted))
        with connection.cursor() as cursor:
            for statement in _postgresql() if connection.vendor == "postgresql" else _sqlite():
                cursor.execute(statement)


def _separated() -> str:
    """Whether an entry is a step of those that the separation of duties is about at all; most are not."""
    events: dict[str, set[str]] = {}
    for kind, event, _ in separations():
        events.setdefault(kind, set()).add(event)
    return " OR ".join(
        f"NEW.kind = '{kind}' AND NEW.event IN ({', '.join(repr(event) for event in sorted(found))})"
        for kind, found in sorted(events.items())
    )


def _sqlite() -> Iterator[str]:
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            yield from _trigger(f"{table}_no_{verb.lower()}", f"{verb} ON {table}", "", f"{table}: {verb} is refused")
    # INSERT OR REPLACE deletes without firing the trigger for DELETE
    for table, there in _THERE.items():
        held = " OR ".join(f"EXISTS (SELECT 1 FROM {table} t WHERE {one})" for one in there)
        yield from _trigger(f"{table}_no_replace", f"INSERT ON {table}", held, f"{table}: REPLACE is refused")
    for name, wrong, said in _wrong():
        yield from _trigger(f"store_event_{name}", "INSERT ON store_event", wrong, f"store_event: {said}")


_THERE = {
    "store_file": ("t.sha256 = NEW.sha256",),
    "store_event": (
        "t.id = NEW.id",
        "t.book = NEW.book AND t.sequence = NEW.sequence",
        "t.kind = NEW.kind AND t.record = NEW.record AND t.version = NEW.version",
    ),
}
"""By table, what makes a new row one that is there already."""


def _wrong() -> Iterator[tuple[str, str, str]]:
    """What an entry must not be: a name, the condition, and how the refusal reads."""
    yield "chain", _FORK, "the entry does not follow the last one"
    yield "separation", f"({_separated()}) AND {_EARLIER}", "separation of duties"
    yield "two", _ALONE, "separation of duties, two persons"


def _trigger(name: str, before: str, when: str, said: str) -> Iterator[str]:
    yield f"DROP TRIGGER IF EXISTS {name}"
    condition = f" WHEN {when}" if when else ""
    yield f"CREATE TRIGGER {name} BEFORE {before}{condition} BEGIN SELECT RAISE(ABORT, '{said}'); END"


def _postgresql() -> Iterator[str]:
    yield """CREATE OR REPLACE FUNCTION store_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '%: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END $$"""
    for table in FROZEN:
        for when, verbs in (("row", "UPDATE OR DELETE"), ("statement", "TRUNCATE")):
            yield (
                f"CREATE OR REPLACE TRIGGER {table}_frozen_{when} BEFORE {verbs} ON {table}"
                f" FOR EACH {when} EXECUTE FUNCTION store_refuse()"
            )
    # once for all entries of a statement: entry by entry it took a sixth of a reservation
    cases = " ".join(f"WHEN {wrong} THEN '{said}'" for _, wrong, said in _wrong())
    yield f"""CREATE OR REPLACE FUNCTION store_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE wrong text;
    BEGIN
      SELECT MAX(CASE {cases.replace("NEW.", "fresh.")} END) INTO wrong FROM fresh;
      IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'store_event: %', wrong USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NULL;
    END $$"""
    yield "DROP TRIGGER IF EXISTS store_event_follows ON store_event"
    yield """CREATE TRIGGER store_event_follows AFTER INSERT ON store_event
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION store_event_guard()"""
