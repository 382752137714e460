"""Between a workspace and the licences: an `apply` becomes an application, licences become rows of the workspace.

The reasoning goes with the application whole: the decision, and the rows it was decided on, so that the same rules on
the same facts can be run again (`rerun`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lotgate.errors import Fault, InputError
from lotgate.licence.clocks import regimes
from lotgate.licence.forms import Document, documents, holds, missing
from lotgate.licence.ledger import Ledger, number, written
from lotgate.licence.machines import state_on
from lotgate.licence.records import Record, digest
from lotgate.licence.review_guards import IN_FORCE

if TYPE_CHECKING:
    import polars as pl

    from lotgate.decide import Decisions
    from lotgate.law import Law, Text
    from lotgate.parties.lists import ListSet
    from lotgate.tables import Workspace

__all__ = ["Prefill", "as_workspace_rows", "prefill", "rerun"]


@dataclass(frozen=True)
class Prefill:
    """What a line of a workspace gives for an application under one law, and what is still to be filled in."""

    content: Mapping[str, Any]
    """For the step `create`."""
    run: Mapping[str, Any]
    """For the step `attach_run`."""
    documents: tuple[Document, ...]
    """Documents this application needs."""
    missing: tuple[tuple[str, Text], ...]
    """Fields it needs that the workspace does not hold: section.name with label."""


def prefill(decisions: Decisions, line: str, regime: str, organisation: str | None = None) -> Prefill:
    """An application under a regime from a decided line, whatever its answer; raises InputError for an unknown line.

    `organisation` is the exporter as it signs in, where the workspace calls it something else.
    """
    decision = decisions.line(line)
    if regime not in regimes() or regime not in decision.regimes:
        known = ", ".join(code for code in decision.regimes if code in regimes())
        raise InputError([Fault("regime", "not decided", value=regime, expected=known, message_zh="未判定该法律")])
    tables = _rows_behind(decisions.workspace, line)
    content = _content(tables, regime)
    if organisation is not None:
        content["exporter"] = {**content.get("exporter", {}), "id": organisation}
    facts = {"tables": tables, "lists": decisions.lists}
    reasoning = decision.to_json()
    run = {
        "law": decisions.law.version,
        "known_as_of": decisions.law.known_as_of.isoformat(),
        "day": decision.date.isoformat(),
        "answer": decision.answer,
        "regime_answer": decision.regimes[regime].answer,
        "decision": reasoning,
        "facts": facts,
        "facts_sha256": digest({"decision": reasoning, "facts": facts}),
    }
    needed = tuple(one for one in documents() if one.required or holds(one.when, content))
    return Prefill(
        content,
        run,
        needed,
        tuple((f"{section.name}.{field.name}", field.label) for section, field in missing(content)),
    )


def rerun(run: Mapping[str, Any], law: Law | None = None, lists: ListSet | None = None) -> dict[str, Any]:
    """The decision that law and lists give on the facts of a run; equal to its `decision` unless one changed."""
    from lotgate.dates import parse_day
    from lotgate.decide import check

    workspace = _workspace(run["facts"]["tables"])
    decided = check(workspace, on=parse_day(run["day"]), law=law, lists=lists)
    found: dict[str, Any] = decided.line(run["decision"]["line"]).to_json()
    return found


def as_workspace_rows(records: Iterable[Record], day: date) -> list[dict[str, str]]:
    """Rows of the workspace table `licences` for licence records, in order of number, as they stand on a day.

    A licence that may not be used that day (suspended, spent, revoked ...) is listed with no export allowed, so that a
    check that names it does not count it as cover.
    """
    licences = sorted((one for one in records if one.kind == "licence"), key=lambda one: one.id)
    return [_licence_row(one, state_on(one, day)) for one in licences]


def _licence_row(record: Record, state: str) -> dict[str, str]:
    facts, ledger = record.facts, Ledger.of(record.facts)
    usable = state in IN_FORCE and state != "suspended"
    most = "none" if ledger.max_uses is None else str(ledger.max_uses)
    return {
        "number": record.id,
        "regime": record.regime,
        "kind": {"registration": "single"}.get(facts["kind"], facts["kind"]),
        "codes": ";".join(facts["codes"]),
        "items": facts["item"],
        "end_users": facts["end_user"],
        "destinations": facts["destination"],
        "quantity": facts["quantity"],
        "unit": facts["unit"],
        "quantity_used": written(ledger.taken),
        "valid_from": facts["valid_from"],
        "valid_to": facts["valid_to"],
        "max_uses": most if usable else "0",
        "used": str(ledger.uses + len(ledger.open)),
    }


Rows = list[dict[str, Any]]


def _content(tables: Mapping[str, Rows], regime: str) -> dict[str, Any]:
    """The sections of an application as far as the rows tell; nothing is guessed."""
    shipment = tables["shipments"][0]
    items = {row["item"]: row for row in tables["items"]}
    parties = {row["party"]: row for row in tables["parties"]}
    item = items.get(shipment["item"], {})
    exporter = parties.get(shipment["exporter"], {})
    quantity, value = _known(shipment["quantity"]), _known(shipment["value"])
    codes = [part.strip() for part in (item.get(f"{regime}_code") or "").split(";") if part.strip() not in ("", "none")]
    content: dict[str, dict[str, Any]] = {
        "header": {"regime": regime, "kind": "single"},
        "exporter": {
            "id": shipment["exporter"], "name": exporter.get("name"), "name_zh": exporter.get("name_local"),
            "address": exporter.get("address"), "country": exporter.get("country"),
        },
        "lot": {"id": shipment["lot"], "quantity": quantity, "unit": shipment["unit"]},
        "item": {
            "id": shipment["item"], "description": item.get("description"), "code": codes, "hs": item.get("hs"),
            "description_zh": item.get("description_zh"), "model": item.get("model"),
        },
        "value": {"total": value, "currency": shipment["currency"], "unit_price": _unit_price(value, quantity)},
        "parties": {
            "end_user": _party(shipment["end_user"], parties),
            "consignee": _party(shipment["consignee"], parties),
            "intermediaries": [_party(one, parties) for one in shipment["intermediaries"] or ()],
        },
        "end_use": {"code": shipment["end_use"], "text": shipment["end_use_text"]},
        "route": {
            "destination": shipment["destination"], "via": shipment["via"], "planned": shipment["date"],
        },
    }  # fmt: skip
    filled = {name: {k: v for k, v in fields.items() if v not in (None, [], {})} for name, fields in content.items()}
    return {name: fields for name, fields in filled.items() if fields}


def _known(value: str | None) -> str | None:
    return None if value in (None, "none") else value


def _unit_price(value: str | None, quantity: str | None) -> str | None:
    """Value over quantity where it comes out exactly; a rounded price is not a fact."""
    from fractions import Fraction

    if value is None or quantity is None or number(quantity) == 0:
        return None
    try:
        return written(Fraction(number(value)) / Fraction(number(quantity)))
    except ValueError:
        return None


def _party(name: str | None, parties: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    if name is None or name == "none":
        return {}
    row = parties.get(name, {})
    found = {"id": name, **{key: row.get(key) for key in ("name", "name_local", "address", "country")}}
    return {key: value for key, value in found.items() if value is not None}


def _rows_behind(workspace: Workspace, line: str) -> dict[str, Rows]:
    """The rows that the decision of one line can rest on, as text."""
    tables = {name: _as_text(frame) for name, frame in workspace.tables.items() if name != "events"}
    shipment = [row for row in tables["shipments"] if row["line"] == line]
    items = _below(shipment[0]["item"], tables["bom"])
    named = {shipment[0][name] for name in ("exporter", "consignee", "end_user")}
    parties = _connected(named | set(shipment[0]["intermediaries"] or ()), tables["ownership"])
    numbers = {part.strip() for part in (shipment[0]["licence"] or "").split(";")}
    others = (
        {row["line"] for row in tables["shipments"]}
        | {row["item"] for row in tables["items"]}
        | {row["party"] for row in tables["parties"]}
    ) - {line, *items, *parties}
    kept = {
        "shipments": shipment,
        "items": _among(tables["items"], "item", items),
        "composition": _among(tables["composition"], "item", items),
        "bom": _among(tables["bom"], "parent", items),
        "chips": _among(tables["chips"], "item", items),
        "parties": _among(tables["parties"], "party", parties),
        "ownership": [row for row in tables["ownership"] if row["owned"] in parties or row["owner"] in parties],
        "licences": _among(tables["licences"], "number", numbers),
        "facts": [row for row in tables["facts"] if row["subject"] not in others],
    }
    return {name: kept.get(name, tables[name]) for name in tables}


def _among(rows: Rows, column: str, names: Collection[str]) -> Rows:
    return [row for row in rows if row[column] in names]


def _below(item: str | None, bom: Rows) -> set[str]:
    """The item with everything it is made of."""
    found, waiting = set(), [item] if item else []
    parts: dict[str, list[str]] = {}
    for row in bom:
        parts.setdefault(row["parent"], []).append(row["component"])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += parts.get(one, ())
    return found


def _connected(parties: set[str | None], ownership: Rows) -> set[str]:
    """The parties with all who own them, step by step, or are owned along the way."""
    found = {one for one in parties if one}
    while True:
        near = {row[end] for row in ownership for end in ("owner", "owned") if {row["owner"], row["owned"]} & found}
        if near <= found:
            return found
        found |= near


def _as_text(frame: pl.DataFrame) -> Rows:
    return [{name: _text(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]


def _text(value: Any) -> Any:
    """A cell as JSON without floats: numbers as the shortest text that gives them back, `none` for known nothing."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, float):
        return "none" if math.isnan(value) else repr(value) if math.isinf(value) else written(number(repr(value)))
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_text(one) for one in value]
    return str(value)


def _workspace(tables: Mapping[str, Rows]) -> Workspace:
    from lotgate.tables import Workspace
    from lotgate.tables.schema import TABLES

    frames = {name: _frame(tables.get(name, []), table.empty) for name, table in TABLES.items()}
    return Workspace(Path(), frames, frozenset(name for name, rows in tables.items() if rows))


def _frame(rows: Rows, like: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    columns = {
        name: pl.Series(name, [_cell(row.get(name), dtype) for row in rows], dtype=dtype)
        for name, dtype in like.schema.items()
    }
    return pl.DataFrame(columns)


def _cell(value: Any, dtype: pl.DataType) -> Any:
    import polars as pl

    if value is None or not isinstance(value, str):
        return value
    if dtype.is_float():
        return math.nan if value == "none" else float(value)
    if dtype.is_integer():
        return int(value)
    if dtype == pl.Date:
        return date.fromisoformat(value)
    if dtype == pl.Datetime:
        return datetime.fromisoformat(value)
    return value
