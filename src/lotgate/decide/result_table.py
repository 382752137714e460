"""Decisions as an Arrow table: one row per line and regime, and one per line with regime `line`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from lotgate.decide.decision import LineDecision

if TYPE_CHECKING:
    from lotgate.decide.check import Decisions

__all__ = ["SCHEMA", "result_table"]

SCHEMA = pa.schema(
    [
        ("line", pa.string()),
        ("date", pa.date32()),
        ("regime", pa.string()),
        ("answer", pa.string()),
        ("policy", pa.string()),
        ("measures", pa.list_(pa.string())),
        ("asks", pa.list_(pa.string())),
        ("holds_until", pa.date32()),
    ]
)


def result_table(decisions: Decisions) -> pa.Table:
    """The table of interfaces, in the order of the lines; `asks` are written `fact@subject`."""
    rows = [row for decision in decisions for row in _rows(decision)]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _rows(decision: LineDecision) -> Iterator[dict[str, object]]:
    measures: dict[str, None] = {}
    asks: dict[str, None] = {}
    common = {"line": decision.line, "date": decision.date, "holds_until": decision.holds_until}
    for regime in decision.regimes.values():
        mine = list(dict.fromkeys(rule.measure for rule in regime.rules))
        asked = [f"{ask.fact}@{ask.subject}" for ask in regime.asks]
        measures.update(dict.fromkeys(mine))
        asks.update(dict.fromkeys(asked))
        yield {
            **common,
            "regime": regime.regime,
            "answer": regime.answer,
            "policy": regime.policy,
            "measures": mine,
            "asks": asked,
        }
    strictest = [r.policy for r in decision.regimes.values() if r.answer == decision.answer and r.policy]
    policy = strictest[0] if len(set(strictest)) == 1 else None
    yield {
        **common,
        "regime": "line",
        "answer": decision.answer,
        "policy": policy,
        "measures": [*measures],
        "asks": [*asks],
    }
