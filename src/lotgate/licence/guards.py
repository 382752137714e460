"""What must hold before a step: guards refuse with reasons, conditions pick among rows of one event.

The tables name them; the rules themselves stand in filing_guards.py (applications as they are handed in),
review_guards.py (their review and decision) and use_guards.py (licences, customs, delivery, lots).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from lotgate.law import Text
from lotgate.licence import filing_guards, review_guards, use_guards
from lotgate.licence.machines import Row
from lotgate.licence.records import Actor, Record

if TYPE_CHECKING:
    from lotgate.licence.acts import Step

__all__ = ["CONDITIONS", "GUARDS", "standing"]

Guard = Callable[["Step", Record, Mapping[str, Any]], Iterable[Text]]
Standing = Callable[[Record, Actor, date], Iterable[Text]]

_STANDING: Mapping[str, Standing] = {**filing_guards.STANDING, **review_guards.STANDING, **use_guards.STANDING}


def _of_step(rule: Standing) -> Guard:
    return lambda step, record, data: rule(record, step.actor, step.day(record))


GUARDS: Mapping[str, Guard] = {
    **filing_guards.GUARDS,
    **review_guards.GUARDS,
    **use_guards.GUARDS,
    **{name: _of_step(rule) for name, rule in _STANDING.items()},
}

CONDITIONS: Mapping[str, Callable[[Record, Mapping[str, Any]], bool]] = use_guards.CONDITIONS


def standing(row: Row, record: Record, actor: Actor, day: date) -> tuple[Text, ...]:
    """Why a step is not possible now, as far as the record alone tells."""
    return tuple(reason for name in row.guards if name in _STANDING for reason in _STANDING[name](record, actor, day))
