"""What lists are filtered and searched by, taken from a record; the same whether written or rebuilt from the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from lotgate.licence.ledger import Ledger
from lotgate.licence.machines import keys_of, unique_keys
from lotgate.licence.records import Record

__all__ = ["COLUMNS", "balance_row", "key_rows", "record_of", "record_row", "searched", "use_row"]

COLUMNS = (
    "kind", "record", "regime", "state", "version", "facts", "parts", "opened", "changed", "exporter", "end_user",
    "lot", "destination", "parent", "team", "officer", "bodies", "valid_to", "search",
)  # fmt: skip
_SEARCHED = 4_000
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def record_row(record: Record) -> tuple[Any, ...]:
    """The row of a record, in the order of COLUMNS."""
    facts = record.facts
    bodies = sorted({str(referral["body"]) for referral in facts.get("referrals", ())})
    return (
        record.kind,
        record.id,
        record.regime,
        record.state,
        record.version,
        _ENCODE(facts),
        _ENCODE([list(part) for part in record.parts]),
        record.opened,
        record.changed,
        *(str(facts.get(name) or "") for name in ("exporter", "end_user", "lot", "destination")),
        str(facts.get("licence") or facts.get("application") or ""),
        *(str(facts.get(name) or "") for name in ("team", "officer")),
        f";{';'.join(bodies)};" if bodies else "",
        str(facts.get("valid_to") or ""),
        searched(record),
    )


def searched(record: Record) -> str:
    """The text in which words are looked for."""
    return " ".join(dict.fromkeys(_words(record))).lower()[:_SEARCHED]


def _words(record: Record) -> Iterator[str]:
    yield record.id
    for name in ("exporter", "end_user", "lot", "destination", "licence", "application", "declaration", "code"):
        if value := record.facts.get(name):
            yield str(value)
    content = record.facts.get("content")
    if isinstance(content, Mapping):
        yield from _strings(content)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for _, inner in sorted(value.items()):  # what was typed and what was read back differ in order alone
            yield from _strings(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _strings(inner)


def record_of(row: tuple[Any, ...]) -> Record:
    """The record a row starts with: its first nine columns."""
    kind, id, regime, state, version, facts, parts, opened, changed = row[:9]
    pairs = tuple((person, event) for person, event in json.loads(parts))
    return Record(kind, id, regime, state, version, json.loads(facts), pairs, opened, changed)


def key_rows(record: Record) -> list[tuple[str, str, str, str, bool]]:
    """Kind, name, value, record, single: the facts by which the record is found."""
    single = unique_keys(record.kind)
    return [(record.kind, name, value, record.id, name in single) for name, value in keys_of(record).items()]


def balance_row(record: Record) -> tuple[str, Decimal, Decimal, int, int, int | None] | None:
    """Licence, most, taken, open reservations, uses, most uses; None for what is no licence."""
    if record.kind != "licence" or "ledger" not in record.facts:
        return None
    account = Ledger.of(record.facts)
    return record.id, account.most, account.taken, len(account.open), account.uses, account.max_uses


def use_row(record: Record, single: bool) -> tuple[str, str, bool] | None:
    """Clearance, licence, whether the licence is good for one use; None for what has not left the country."""
    if record.kind != "clearance" or record.state != "exited":
        return None
    return record.id, str(record.facts.get("licence") or ""), single
