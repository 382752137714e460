"""Kinds of licence per regime as data: how often and in how many parts one may be used, how much beyond the grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from lotgate.law import Text
from lotgate.law.reading import read_yaml, text_of
from lotgate.licence.machines import DATA

__all__ = ["Kind", "kind_of", "kinds"]


@dataclass(frozen=True)
class Kind:
    """What a kind of licence allows: uses, part use, tolerance as a fraction of the grant, longest validity."""

    regime: str
    kind: str
    title: Text
    max_uses: int | None
    partial_use: bool
    tolerance: Decimal
    tolerance_cite: Text
    tolerance_verified: str
    longest_months: int | None
    cite: Text
    verified: str


@cache
def kinds() -> Mapping[tuple[str, str], Kind]:
    """All kinds by regime and kind."""
    found = (_kind(row) for row in read_yaml(DATA / "kinds.yaml")["kinds"])
    return {(one.regime, one.kind): one for one in found}


def kind_of(regime: str, kind: str) -> Kind | None:
    """The kind under a regime, None where the regime has none of that name."""
    return kinds().get((regime, kind))


def _kind(row: Mapping[str, Any]) -> Kind:
    where = f"kinds.yaml: {row['regime']}.{row['kind']}"
    tolerance = row["tolerance"]
    return Kind(
        row["regime"],
        row["kind"],
        text_of(row["title"], where),
        int(row["max_uses"]) if row["max_uses"] else None,
        row["partial_use"] == "yes",
        Decimal(tolerance["rate"]),
        text_of(tolerance["cite"], where),
        tolerance["verified"],
        int(row["longest_validity_months"]) if row["longest_validity_months"] else None,
        text_of(row["cite"], where),
        row["verified"],
    )
