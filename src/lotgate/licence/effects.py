"""What a step brings about beside its own entry.

BEFORE adds to the entry what it has to say (a number, a deadline, a hash, a quantity in the licence's unit), so that
replay needs nothing else. AFTER writes the entries of other records in the same transaction. The tables name them;
they stand in case_effects.py and use_effects.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.licence import case_effects, use_effects
from lotgate.licence.clocks import regimes
from lotgate.licence.forms import is_id
from lotgate.licence.records import NEW, Command, Record
from lotgate.licence.refusals import NotFound

if TYPE_CHECKING:
    from lotgate.licence.acts import Step

__all__ = ["AFTER", "BEFORE", "NAMED_BY_SENDER", "opened"]

Before = Callable[["Step", Record, Mapping[str, Any]], dict[str, Any]]
After = Callable[["Step", Record, Mapping[str, Any]], None]

BEFORE: Mapping[str, Before] = {**case_effects.BEFORE, **use_effects.BEFORE}
AFTER: Mapping[str, After] = {**case_effects.AFTER, **use_effects.AFTER}


def opened(step: Step, command: Command) -> Record:
    """The record a step is about to open, with its number and what is needed to tell whose it will be."""
    return _OPENED[command.kind](step, command)


def _application(step: Step, command: Command) -> Record:
    content = command.data.get("content", {})
    regime = _inner(content, "header", "regime")
    exporter = _inner(content, "exporter", "id")
    faults = []
    if regime not in regimes():
        known = ", ".join(regimes())
        faults.append(Fault("application.create", "is needed", None, "header.regime", _shown(regime), known, "须填写"))
    if not isinstance(exporter, str) or not exporter:
        whose = "the exporter's organisation"
        faults.append(
            Fault(
                "application.create",
                "is needed",
                None,
                "exporter.id",
                _shown(exporter),
                whose,
                "须填写",
                "出口经营者标识",
            )
        )
    if faults:
        raise InputError(faults)
    return Record("application", case_effects.numbered(step, regime, "A"), regime, NEW, 0, {"exporter": exporter})


def _clearance(step: Step, command: Command) -> Record:
    number = command.data.get("licence")
    licence = step.tx.get("licence", number) if isinstance(number, str) else None
    if licence is None or not step.actor.regimes.intersection({licence.regime}):
        raise NotFound(Text(f"there is no licence {number}", f"没有许可证 {number}"), kind="licence", id=number)
    new = case_effects.numbered(step, licence.regime, "C")
    return Record("clearance", new, licence.regime, NEW, 0, {"licence": number})


def _lot(step: Step, command: Command) -> Record:
    exporter, lot = _two_parts(command, ("EXPORTER:LOT", "出口经营者:批号"))
    return Record("lot", f"{exporter}:{lot}", "", NEW, 0, {"exporter": exporter})


def _feed(step: Step, command: Command) -> Record:
    expected = ("LAW:OFFICE", "法律:口岸")
    regime, office = _two_parts(command, expected)
    if regime not in regimes():
        raise _no_such_name(command, expected)
    return Record("feed", f"{regime}:{office}", regime, NEW, 0, {"organisation": step.actor.organisation})


def _two_parts(command: Command, expected: tuple[str, str]) -> tuple[str, str]:
    """The two identifiers of a name given by its sender, joined by a colon; InputError for anything else."""
    first, _, second = (command.id or "").partition(":")
    if not is_id(first) or not is_id(second):
        raise _no_such_name(command, expected)
    return first, second


def _no_such_name(command: Command, expected: tuple[str, str]) -> InputError:
    place = f"{command.kind}.{command.event}"
    return InputError([Fault(place, "not a name", None, "id", command.id, expected[0], "不是标识", expected[1])])


NAMED_BY_SENDER = frozenset({"lot", "feed"})
"""Kinds whose records have the id the first step gives them, not a number of ours."""


def _finding(step: Step, command: Command) -> Record:
    return Record("finding", f"F-{step.at.year}-{step.tx.number(f'F-{step.at.year}'):06d}", "", NEW, 0, {})


def _none(step: Step, command: Command) -> Record:
    raise NotFound(
        Text(f"a {command.kind} is opened by another step only", f"{command.kind} 只能由其他步骤产生"),
        kind=command.kind,
    )


_OPENED: Mapping[str, Callable[[Step, Command], Record]] = {
    "application": _application,
    "clearance": _clearance,
    "lot": _lot,
    "feed": _feed,
    "finding": _finding,
    "licence": _none,
    "delivery": _none,
}


def _inner(content: Any, section: str, name: str) -> Any:
    fields = content.get(section) if isinstance(content, Mapping) else None
    return fields.get(name) if isinstance(fields, Mapping) else None


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)
