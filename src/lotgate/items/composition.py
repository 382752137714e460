"""What a material's composition says about its control code, always upwards: to an entry, never to freedom.

Which code names which material is law and comes in as hints, one row for each way a material can meet an entry:

    control_code       the entry, as the country writes it (`1C905.a.4`)
    stage              stages of processing it speaks of, joined by `;` (`magnet`, `oxide;compound`)
    substances         element symbols of which at least one must be there, joined by `;`
    also_contains      element symbols that must all be there as well
    min_mass_fraction  least mass fraction of `substances` together (empty: any content above zero)
    main               `yes` if the largest part by mass must be one of `substances`
    name_en, name_zh   the material as the text names it
    verified           `no` where the wording of the entry was not read in a sound copy
    note               reason or source

A hint holds only if it holds whatever the unlisted rest of the material is. So an item without composition, or whose
listed substances meet no hint, stays unknown: only a code settles an item down. Assemblies are left alone, since the
stage decides with the substance (MOFCOM answer no. 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from lotgate.items.numbers import exact

__all__ = ["Hint", "settle_upwards", "settlements"]

Fractions = Mapping[str, Fraction | None]
"""Mass fraction by element symbol; None where a substance is named without its share."""


@dataclass(frozen=True)
class Hint:
    """One way a material meets an entry of a control list; columns as in the module's table."""

    control_code: str
    stages: frozenset[str]
    substances: frozenset[str]
    also_contains: frozenset[str] = frozenset()
    min_mass_fraction: Fraction | None = None
    main: bool = False
    name_en: str = ""
    name_zh: str = ""
    verified: bool = True
    note: str = ""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Hint:
        """The hint of one row of text cells; raises ValueError if code, stage or substances are missing."""
        text = {key: str(row.get(key) or "").strip() for key in row}
        code, stages = text.get("control_code", ""), _words(text.get("stage", ""))
        substances = frozenset(_symbol(word) for word in _words(text.get("substances", "")))
        if not code or not stages or not substances:
            raise ValueError(f"a composition hint needs control_code, stage and substances: {dict(row)!r}")
        least = text.get("min_mass_fraction", "")
        return cls(
            control_code=code,
            stages=stages,
            substances=substances,
            also_contains=frozenset(_symbol(word) for word in _words(text.get("also_contains", ""))),
            min_mass_fraction=Fraction(least) if least else None,
            main=text.get("main") == "yes",
            name_en=text.get("name_en", ""),
            name_zh=text.get("name_zh", ""),
            verified=text.get("verified") != "no",
            note=text.get("note", ""),
        )

    def holds(self, stage: str | None, fractions: Fractions) -> bool:
        """Whether a material of this stage surely meets the hint, whatever the part not listed is."""
        if stage not in self.stages or not all(_there(fractions, symbol) for symbol in self.also_contains):
            return False
        found = [symbol for symbol in self.substances if _there(fractions, symbol)]
        if not found:
            return False
        total = sum((fractions[symbol] or Fraction(0) for symbol in found), Fraction(0))
        if self.min_mass_fraction is not None and total < self.min_mass_fraction:
            return False
        return not self.main or _largest(fractions) in found


def _words(cell: str) -> frozenset[str]:
    return frozenset(word.strip() for word in cell.split(";") if word.strip())


def _symbol(text: str) -> str:
    return text.strip().capitalize()


def _there(fractions: Fractions, symbol: str) -> bool:
    share = fractions.get(symbol)
    return share is not None and share > 0


def _largest(fractions: Fractions) -> str | None:
    """The substance that is surely the largest part, the unlisted rest counted as one other substance."""
    known = {symbol: share for symbol, share in fractions.items() if share is not None and share > 0}
    if not known:
        return None
    first = max(known, key=lambda symbol: (known[symbol], symbol))
    rest = 1 - sum(known.values())
    others = [share for symbol, share in known.items() if symbol != first]
    return first if known[first] > max([rest, *others]) else None


def settle_upwards(stage: str | None, composition: Mapping[str, Any] | None, hints: Iterable[Hint]) -> frozenset[str]:
    """The control codes a material surely falls under; empty means not settled, never not listed.

    `composition` maps element symbols to mass fractions (numbers or None); None means no composition is known.
    """
    return frozenset(hint.control_code for hint in _met(stage, composition, hints))


def _met(stage: str | None, composition: Mapping[str, Any] | None, hints: Iterable[Hint]) -> list[Hint]:
    if not composition or stage is None:
        return []
    fractions = {_symbol(symbol): exact(share) for symbol, share in composition.items()}
    return [hint for hint in hints if hint.holds(stage, fractions)]


def settlements(items: pl.DataFrame, composition: pl.DataFrame, hints: Sequence[Hint]) -> pl.DataFrame:
    """One row for each (item, code) that composition settles: `item`, `control_code`, names, `found`, `verified`.

    `found` lists the named substances that were seen. Several hints for one code give one row, the first that holds.
    Rows follow the order of `items`.
    """
    stages = {word for hint in hints for word in hint.stages}
    wanted = items.select("item", "stage").filter(pl.col("stage").is_in(sorted(stages)))
    rows = wanted.join(composition.select("item", "substance", "mass_fraction"), on="item", maintain_order="left")
    by_item: dict[str, tuple[str, dict[str, Fraction | None]]] = {}
    for item, stage, substance, share in rows.iter_rows():
        if substance is None:
            continue
        held = by_item.setdefault(item, (stage, {}))[1]
        known = [part for part in (held.get(_symbol(substance)), exact(share)) if part is not None]
        held[_symbol(substance)] = sum(known, Fraction(0)) if known else None
    by_stage = {stage: [hint for hint in hints if stage in hint.stages] for stage in stages}
    out: list[tuple[str, str, str, str, list[str], bool]] = []
    for item, (stage, shares) in by_item.items():
        seen: set[str] = set()
        for hint in _met(stage, shares, by_stage[stage]):
            if hint.control_code not in seen:
                seen.add(hint.control_code)
                found = sorted((hint.substances | hint.also_contains) & shares.keys())
                out.append((item, hint.control_code, hint.name_en, hint.name_zh, found, hint.verified))
    return pl.DataFrame(
        out,
        schema={
            "item": pl.String,
            "control_code": pl.String,
            "name_en": pl.String,
            "name_zh": pl.String,
            "found": pl.List(pl.String),
            "verified": pl.Boolean,
        },
        orient="row",
    )
