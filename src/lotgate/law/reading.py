"""Law data as files: YAML in which every scalar stays a string, and the measures found below a folder.

Whether they hold together is for load.py to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from lotgate.dates import Interval, parse_day
from lotgate.errors import LawError
from lotgate.law.model import Regime, Text

__all__ = [
    "REGIMES",
    "Collected",
    "Draft",
    "collect",
    "first_day",
    "interval_of",
    "optional_text",
    "read_yaml",
    "text_of",
]

REGIMES = ("cn", "us", "eu", "nl", "jp")


class _Strings(yaml.CBaseLoader):
    """Every scalar a string, duplicate keys refused: the fact schema gives the types, so NO stays Norway."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise LawError(f"{key.start_mark}: the key {key.value!r} stands twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file with every scalar a string; LawError when it cannot be read."""
    try:
        with path.open(encoding="utf-8") as file:
            return yaml.load(file, Loader=_Strings)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise LawError(f"{path}: {error}") from None


@dataclass
class Draft:
    """One rules.yaml before its conditions are compiled."""

    regime: str
    folder: Path
    data: dict[str, Any]


@dataclass
class Collected:
    drafts: dict[str, Draft] = field(default_factory=dict)
    conflicts: dict[str, tuple[Path, dict[str, Any]]] = field(default_factory=dict)
    regimes: dict[str, Regime] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def collect(root: Path, found: Collected, outside: bool = False) -> None:
    rules = sorted(root.rglob("rules.yaml"))
    if outside and not rules and not list(root.rglob("*.yaml")):
        found.faults.append(f"{root}: no rules.yaml below it")
    for path in sorted(root.rglob("regime.yaml")):
        data = _read(path, found)
        if data is None:
            continue
        try:
            code, known = data["regime"], parse_day(data["known_as_of"])
            found.regimes[code] = Regime(code, text_of(data.get("title"), str(path)), known, data.get("subject", ""))
        except LawError as error:
            found.faults.append(str(error))
        except (KeyError, TypeError, ValueError) as error:
            found.faults.append(f"{path}: expected regime, title and known_as_of: DAY; {error}")
    for path in rules:
        data = _read(path, found)
        if data is None:
            continue
        if not isinstance(data, dict) or "measure" not in data:
            found.faults.append(f"{path}: expected a mapping with the key measure")
            continue
        regime = data.get("regime") or data["measure"].split("-")[0].lower()
        if regime not in REGIMES:
            found.faults.append(
                f"{path}: cannot tell the regime of {data['measure']}; add regime: cn, us, eu, nl or jp"
            )
            continue
        if data["measure"] in found.drafts and not outside:
            found.faults.append(f"{path}: the measure {data['measure']} stands twice")
        found.drafts[data["measure"]] = Draft(regime, path.parent, data)
    for path in sorted(root.rglob("conflicts/*.yaml")):
        data = _read(path, found)
        if isinstance(data, dict) and "conflict" in data:
            found.conflicts[data["conflict"]] = (path, data)
        elif data is not None:
            found.faults.append(f"{path}: expected a mapping with the key conflict")


def _read(path: Path, found: Collected) -> Any:
    """The content of a file, or None with the fault noted."""
    try:
        return read_yaml(path)
    except LawError as error:
        found.faults.append(str(error))
        return None


def text_of(value: Any, where: str) -> Text:
    if not isinstance(value, dict) or not value.get("en") or not value.get("zh"):
        raise LawError(f"{where}: expected text in both languages, {{en: …, zh: …}}; found {value!r}")
    return Text(" ".join(value["en"].split()), "".join(value["zh"].split("\n")).strip())


def optional_text(value: Any, where: str) -> Text | None:
    return None if value is None else text_of(value, where)


def interval_of(value: Any, where: str) -> Interval:
    try:
        start = parse_day(value["from"])
        end = parse_day(value["through"]) if value.get("through") else None
    except (KeyError, TypeError, ValueError) as error:
        raise LawError(f"{where}: expected {{from: DAY, through: DAY}}; {error}") from None
    if end is not None and end < start:
        raise LawError(f"{where}: {value} ends before it starts")
    return Interval(start, end)


def first_day(value: str | None) -> date | None:
    """A day, or the first day of what is named (2005 or 2026-04) where a source gives no more."""
    if not value:
        return None
    try:
        parts = [int(part) for part in value.split("-")]
        return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
    except ValueError:
        raise ValueError(f"{value!r} is not a day, a month or a year") from None
