"""What the database itself refuses: changing or deleting an entry, a file or a signed licence, a fork of the chain, and
a decision by somebody who prepared or recommended the case. Written again after every migration, since rebuilding a
table drops it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from lotgate.licence.machines import machines

__all__ = ["install", "separations"]

FROZEN = ("store_event", "store_file", "store_credential")
_EARLIER = (
    "SELECT 1 FROM store_separation s JOIN store_event e ON e.kind = s.kind AND e.event = s.earlier"
    " WHERE s.kind = NEW.kind AND s.event = NEW.event AND e.record = NEW.record AND e.actor = NEW.actor"
)
_ALONE = (
    "NEW.kind = 'licence' AND NEW.event IN ('revoke', 'reinstate') AND NOT EXISTS (SELECT 1 FROM store_event e"
    " WHERE e.kind = NEW.kind AND e.record = NEW.record AND e.event = 'propose' AND e.actor <> NEW.actor)"
)
"""Two persons: whoever revokes or reinstates, another one has proposed."""
_FORK = (
    "NEW.sequence <> 1 + COALESCE((SELECT MAX(sequence) FROM store_event WHERE book = NEW.book), 0)"
    " OR NEW.previous <> COALESCE((SELECT hash FROM store_event WHERE book = NEW.book AND sequence = NEW.sequence - 1),"
    " '0000000000000000000000000000000000000000000000000000000000000000')"
)


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
            for statement in _POSTGRESQL if connection.vendor == "postgresql" else _sqlite():
                cursor.execute(statement)


def _sqlite() -> Iterator[str]:
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table}: {verb} is refused'); END"
            )
    # INSERT OR REPLACE deletes without firing the trigger for DELETE
    yield (
        "CREATE TRIGGER IF NOT EXISTS store_file_no_replace BEFORE INSERT ON store_file"
        " WHEN EXISTS (SELECT 1 FROM store_file WHERE sha256 = NEW.sha256)"
        " BEGIN SELECT RAISE(ABORT, 'store_file: REPLACE is refused'); END"
    )
    yield (
        "CREATE TRIGGER IF NOT EXISTS store_event_no_replace BEFORE INSERT ON store_event"
        " WHEN EXISTS (SELECT 1 FROM store_event WHERE id = NEW.id)"
        " OR EXISTS (SELECT 1 FROM store_event"
        "  WHERE kind = NEW.kind AND record = NEW.record AND version = NEW.version)"
        " BEGIN SELECT RAISE(ABORT, 'store_event: REPLACE is refused'); END"
    )
    yield (
        f"CREATE TRIGGER IF NOT EXISTS store_event_chain BEFORE INSERT ON store_event WHEN {_FORK}"
        " BEGIN SELECT RAISE(ABORT, 'store_event: the entry does not follow the last one'); END"
    )
    yield (
        f"CREATE TRIGGER IF NOT EXISTS store_event_separation BEFORE INSERT ON store_event WHEN EXISTS ({_EARLIER})"
        " BEGIN SELECT RAISE(ABORT, 'store_event: separation of duties'); END"
    )
    yield (
        f"CREATE TRIGGER IF NOT EXISTS store_event_two BEFORE INSERT ON store_event WHEN {_ALONE}"
        " BEGIN SELECT RAISE(ABORT, 'store_event: separation of duties, two persons'); END"
    )


_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION store_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '%: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    *(
        f"""CREATE OR REPLACE TRIGGER {table}_frozen_{when} BEFORE {verbs} ON {table}
        FOR EACH {when} EXECUTE FUNCTION store_refuse()"""
        for table in FROZEN
        for when, verbs in (("row", "UPDATE OR DELETE"), ("statement", "TRUNCATE"))
    ),
    f"""CREATE OR REPLACE FUNCTION store_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF {_FORK} THEN
        RAISE EXCEPTION 'store_event: the entry does not follow the last one'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      IF EXISTS ({_EARLIER}) THEN
        RAISE EXCEPTION 'store_event: separation of duties' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      IF {_ALONE} THEN
        RAISE EXCEPTION 'store_event: separation of duties, two persons'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE OR REPLACE TRIGGER store_event_follows BEFORE INSERT ON store_event
    FOR EACH ROW EXECUTE FUNCTION store_event_guard()""",
)
