"""Whether a licence in hand covers a line on a day, cell by cell. Leaves the life of licences to licence/.

A licence covers a line only if every cell that could keep it from covering is filled and agrees: regime, item or code,
end user, destination, amount, days, number of uses. A cell that is empty leaves the cover open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lotgate.evaluate.columns import Members
from lotgate.items.codes import members as code_members
from lotgate.tables import Workspace
from lotgate.tables.vocabulary import convert

__all__ = ["Cover", "LicenceFacts"]

KINDS = frozenset({"single", "general", "exception"})


@dataclass(frozen=True)
class Cover:
    """What one licence does for one line: `trit` False, None (open) or True, with the empty cells that keep it open."""

    regime: str | None
    kind: str | None
    holds: bool | None
    open_cells: tuple[tuple[str, str], ...] = ()
    """(cell, subject) to fill: cells of the licence, or of the line."""


class LicenceFacts:
    """The licences table, asked line by line for lines that name a licence."""

    def __init__(self, ws: Workspace) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        for row in ws.tables["licences"].iter_rows(named=True):
            self.rows.setdefault(row["number"], []).append(row)

    def covers(self, line: Mapping[str, Any], codes: Mapping[str, str | None], day: date) -> list[Cover]:
        """What the licences named in a line do for it; `codes` gives the item's control code per regime."""
        found = []
        for number in (part.strip() for part in (line["licence"] or "").split(";")):
            if not number or number == "none":
                continue
            if number not in self.rows:
                found.append(Cover(None, None, None, (("licence", line["line"]),)))
            for row in self.rows.get(number, ()):
                found.append(self._cover(row, line, codes, day))
        return found

    def _cover(
        self, row: Mapping[str, Any], line: Mapping[str, Any], codes: Mapping[str, str | None], day: date
    ) -> Cover:
        number, regime = row["number"], row["regime"]
        checks = [
            self._goods(row, line, codes.get(regime or "")),
            _among(row["end_users"], line["end_user"], "end_users", "end_user", row, line),
            _among(row["destinations"], line["destination"], "destinations", "destination", row, line),
            _amount(row, line),
            _days(row, day),
            _uses(row),
        ]
        if any(holds is False for holds, _ in checks):
            return Cover(regime, row["kind"], False)
        empty = [cell for _, cells in checks for cell in cells]
        empty += [(name, number) for name in ("regime", "kind") if row[name] is None]
        return Cover(regime, row["kind"], None if empty else True, tuple(empty))

    def _goods(self, row: Mapping[str, Any], line: Mapping[str, Any], code: str | None) -> _Check:
        """A licence that names the item covers it unless its codes speak against; one that does not leaves it open."""
        item = line["item"]
        if row["codes"] and code is not None and code_members(code, row["codes"]) == "no":
            return False, ()
        if row["items"] is None:
            return None, (("items", row["number"]),)
        if item is None:
            return None, (("item", line["line"]),)
        return item in row["items"], ()

    def end_days(self, numbers: str) -> list[date]:
        """The days on which the cover of the licences named may begin or end."""
        found = []
        for number in (part.strip() for part in numbers.split(";")):
            for row in self.rows.get(number, ()):
                if row["valid_from"] is not None:
                    found.append(row["valid_from"])
                if row["valid_to"] is not None and row["valid_to"] != date.max:
                    found.append(date.fromordinal(row["valid_to"].toordinal() + 1))
        return found


_Check = tuple[bool | None, tuple[tuple[str, str], ...]]


def _among(
    allowed: list[str] | None, value: str | None, cell: str, own: str, row: Mapping[str, Any], line: Mapping[str, Any]
) -> _Check:
    if allowed is None:
        return None, ((cell, row["number"]),)
    if value is None:
        return None, ((own, line["line"]),)
    return value in allowed, ()


UNLIMITED = Fraction(10**18)


def _number(value: float | None, nothing: Fraction = UNLIMITED) -> Fraction | None:
    """The number written; None for unknown, `nothing` for the literal none."""
    if value is None:
        return None
    return nothing if value != value else Fraction(Decimal(repr(value)))


def _amount(row: Mapping[str, Any], line: Mapping[str, Any]) -> _Check:
    granted, wanted = _number(row["quantity"]), _number(line["quantity"], Fraction(0))
    empty = [("quantity", row["number"])] if granted is None else []
    empty += [("unit", row["number"])] if row["unit"] is None else []
    empty += [("quantity", line["line"])] if wanted is None else []
    empty += [("unit", line["line"])] if line["unit"] is None else []
    if empty or granted is None or wanted is None:
        return None, tuple(empty)
    left = granted - (_number(row["quantity_used"], Fraction(0)) or 0)
    try:
        asked = convert(wanted, line["unit"], row["unit"])
    except ValueError:
        return False, ()
    return asked <= left, ()


def _days(row: Mapping[str, Any], day: date) -> _Check:
    start, end = row["valid_from"], row["valid_to"]
    if (start is not None and day < start) or (end is not None and day > end):
        return False, ()
    empty = [(name, row["number"]) for name in ("valid_from", "valid_to") if row[name] is None]
    return (None, tuple(empty)) if empty else (True, ())


def _uses(row: Mapping[str, Any]) -> _Check:
    """A single licence is spent by its one export, whatever its balance (Regulations of 2024, art. 15)."""
    most, used = _number(row["max_uses"]), _number(row["used"], Fraction(0))
    if row["kind"] == "single" and row["regime"] == "cn":
        most = Fraction(1) if most is None else min(most, Fraction(1))
    if used is not None and most is not None:
        return used < most, ()
    return None, tuple((name, row["number"]) for name, value in (("max_uses", most), ("used", used)) if value is None)


def members(covers: list[Cover], regime: str) -> Members:
    """Kinds of licence that surely and possibly cover a line under a regime."""
    must: set[str] = set()
    may: set[str] = set()
    for cover in covers:
        if cover.holds is False or cover.regime not in (regime, None):
            continue
        kinds = KINDS if cover.kind is None else frozenset({cover.kind})
        (must if cover.holds else may).update(kinds)
    return Members(frozenset(must), frozenset(must | may)) if must or may else Members()
