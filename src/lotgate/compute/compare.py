"""Two systems side by side: for each work what either does, and how many of one equal one of the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lotgate.compute.constants import Calibration, calibration
from lotgate.compute.estimate import Estimate, Interval, estimate, power_spread
from lotgate.compute.hardware import System, find_system, read_systems
from lotgate.compute.models import read_models
from lotgate.compute.works import Work, read_work
from lotgate.errors import Fault, InputError

__all__ = ["Comparison", "Side", "compare"]

BY_DEFAULT = ("prefill", "decode", "training")
WITH_FP4 = ("prefill-fp4", "decode-fp4", "training-fp4")


@dataclass(frozen=True)
class Side:
    """One work on both systems: what each does, and how many of the first equal one of the second."""

    name: str
    work: Work
    estimates: tuple[Estimate, Estimate]
    equal: Interval | None
    energy: Interval | None
    """Joules of the first for each joule of the second, for the same token."""

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        first, second = self.estimates
        return {
            "name": self.name,
            "phase": self.work.phase,
            "work": self.work.words,
            "systems": [first.to_json(), second.to_json()],
            "first_equal_to_one_second": self.equal and self.equal.to_json(),
            "energy_of_first_over_second": self.energy and self.energy.to_json(),
            "extrapolated": first.extrapolated or second.extrapolated,
        }


@dataclass(frozen=True)
class Comparison:
    """Two systems, side by side in several works. There is no figure over all of them, and none is meant."""

    systems: tuple[System, System]
    sides: tuple[Side, ...]
    calibrated: str
    results: int

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "calibrated": self.calibrated,
            "results": self.results,
            "interval": 0.9,
            "systems": [_described(one) for one in self.systems],
            "works": [side.to_json() for side in self.sides],
        }


def _described(system: System) -> dict[str, Any]:
    chip = system.chip
    return {
        "name": system.name,
        "vendor": system.vendor,
        "chip": chip.name,
        "chips": system.chips,
        "memory_gb": float(f"{system.memory / 1e9:.6g}"),
        "memory_tb_per_s": float(f"{system.chips * chip.bandwidth / 1e12:.6g}"),
        "dense_pflops": {name: float(f"{rate * system.chips / 1e15:.6g}") for name, rate in chip.rates.items()},
        "scaleup_gb_per_s": chip.scaleup / 1e9,
        "scaleup_chips": chip.scaleup_chips,
        "scaleout_gbit_per_s": None if chip.scaleout is None else chip.scaleout * 8 / 1e9,
        "power_kw": None if system.power is None else system.power / 1e3,
        "power_basis": system.power_basis,
        "standing": system.standing,
        "sources": [one for one in dict.fromkeys((system.source, chip.source)) if one],
        "notes": [one for one in dict.fromkeys((system.note, chip.note)) if one],
    }


def compare(
    first: System | str,
    second: System | str,
    works: Sequence[Work | str] = (),
    *,
    systems: Path | None = None,
    models: Path | None = None,
    held: Calibration | None = None,
) -> Comparison:
    """Two systems side by side in each work; without works, prefill, decode and training, and what FP4 changes where a
    system has it.

    `systems` and `models` are files of the user's own. Raises InputError with all faults together, unknown names with
    the nearest.
    """
    held = calibration() if held is None else held
    faults: list[Fault] = []
    own_systems = _tried(faults, lambda: read_systems(systems)) if systems else ()
    own_models = _tried(faults, lambda: read_models(models)) if models else ()
    pair = [
        one if isinstance(one, System) else _tried(faults, lambda one=one: find_system(one, own_systems or ()))
        for one in (first, second)
    ]
    named = [(one if isinstance(one, str) else one.words, one) for one in works or BY_DEFAULT]
    read = [
        (name, one if isinstance(one, Work) else _tried(faults, lambda one=one: read_work(one, own_models or ())))
        for name, one in named
    ]
    if faults:
        raise InputError(dict.fromkeys(faults))
    left, right = pair
    if not works and any("fp4" in one.chip.rates for one in (left, right)):
        read += [(name, read_work(name)) for name in WITH_FP4]
    sides = tuple(_side(name, work, left, right, held) for name, work in read)
    return Comparison((left, right), sides, held.day, len(held.results))


def _tried(faults: list[Fault], action: Any) -> Any:
    """What an action gives; None where it fails, with its faults added to the others."""
    try:
        return action()
    except InputError as error:
        faults += error.faults
        return None


def _side(name: str, work: Work, left: System, right: System, held: Calibration) -> Side:
    pair = estimate(left, work, held), estimate(right, work, held)
    first, second = pair
    if first.whole is None or second.whole is None:
        return Side(name, work, pair, None, None)
    slopes = first.slopes - second.slopes
    spread = float(slopes @ held.covariance @ slopes)
    # a cause of the same name moves both; of two strengths the difference stays
    for key in {**first.extras, **second.extras}:
        mine, theirs = first.extras.get(key, 0.0), second.extras.get(key, 0.0)
        spread += (mine - theirs) ** 2
    equal = Interval.of(second.whole.value / first.whole.value, math.sqrt(max(spread, 0.0)))
    energy = None
    if first.energy and second.energy:
        if left.name != right.name:
            spread += sum(power_spread(one.power_estimated) ** 2 for one in pair)
        energy = Interval.of(first.energy.value / second.energy.value, math.sqrt(max(spread, 0.0)))
    return Side(name, work, pair, equal, energy)
