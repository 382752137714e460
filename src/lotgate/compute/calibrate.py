"""Fits the constants to the published results, and tells how far off it is on results it did not see.

Maximum a posteriori in logarithms: priors and results are both normal, so the fit is a damped Gauss-Newton least
squares in numpy, the same to the last digit every time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lotgate.compute.constants import UNSEEN, Calibration, Constants, Vector, names_of, prior
from lotgate.compute.results import Result, predicted, results

__all__ = ["KeptBack", "Left", "calibrate", "fit", "kept_back", "left_out", "misfit", "platforms", "slopes"]

MODEL = 0.05
"""Spread of what the model leaves out, added to that of each result while fitting."""
_STEP = 1e-5


@dataclass(frozen=True)
class Left:
    """One result and the relative errors of the model on it: calibrated with it, without it, without its platform.

    `spread` and `platform_spread` are what the model, calibrated without the result or without its platform, gives as
    the spread of its own figure.
    """

    result: Result
    fitted: float
    without: float
    without_platform: float
    spread: float
    platform_spread: float

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        names = ("fitted", "without", "without_platform", "spread", "platform_spread")
        return {**_named(self.result), **{name: float(f"{getattr(self, name):.4g}") for name in names}}


@dataclass(frozen=True)
class KeptBack:
    """One result that never enters: the relative error of the model on it, and the spread the model gives itself."""

    result: Result
    error: float
    spread: float

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        numbers = {name: float(f"{getattr(self, name):.4g}") for name in ("error", "spread")}
        return {**_named(self.result), **numbers}


def _named(one: Result) -> dict[str, Any]:
    """A result in the machine's form."""
    chip = {"chip": one.chip.name, "make": one.chip.platform}
    return {"result": one.id, "phase": one.phase, **chip, "value": one.value, "quantity": one.quantity}


def kept_back(held: Calibration) -> list[KeptBack]:
    """The errors on the results that only check a calibration."""
    found = []
    for one in results():
        if one.kept_back:
            error, spread = _told(one, held.names, held.logs, held.covariance, held.residual)
            found.append(KeptBack(one, float(np.exp(error)) - 1, spread))
    return found


def _told(one: Result, names: Sequence[str], logs: Vector, covariance: Vector, residual: float) -> tuple[float, float]:
    """The logarithm of said over measured, and the spread of what is said."""

    def said(at: Vector) -> Vector:
        return np.array([np.log((predicted(one, Constants.of(names, at)) or np.nan) / one.value)])

    slope = slopes(said, logs)
    return float(said(logs)[0]), float(np.sqrt((slope @ covariance @ slope.T)[0, 0] + residual**2))


def platforms(held: Sequence[Result]) -> tuple[str, ...]:
    """The platforms of results, sorted."""
    return tuple(sorted({one.chip.platform for one in held}))


def _residuals(held: Sequence[Result], names: Sequence[str]) -> Callable[[Vector], Vector]:
    means, spreads = prior(names)

    def residuals(logs: Vector) -> Vector:
        constants = Constants.of(names, logs)
        found = [
            np.log((predicted(one, constants) or np.nan) / one.value) / np.hypot(one.spread, MODEL) for one in held
        ]
        return np.concatenate([np.array(found), (logs - means) / spreads])

    return residuals


def misfit(held: Sequence[Result], names: Sequence[str], logs: Vector) -> float:
    """The sum of squares that the fit makes small: of results missed and of beliefs left."""
    found = _residuals(held, names)(logs)
    return float(found @ found)


def slopes(of: Callable[[Vector], Vector], at: Vector) -> Vector:
    """How each value of a function changes with each argument."""
    base = np.eye(len(at)) * _STEP
    return np.stack([(of(at + step) - of(at - step)) / (2 * _STEP) for step in base], axis=1)


def fit(held: Sequence[Result], names: Sequence[str], start: Vector | None = None) -> tuple[Vector, Vector]:
    """The logarithms of the constants that fit results and priors best, and their covariance."""
    residuals = _residuals(held, names)
    logs = prior(names)[0] if start is None else start
    now, damping = residuals(logs), 1e-2
    for _ in range(60):
        slope = slopes(residuals, logs)
        gradient, square = slope.T @ now, slope.T @ slope
        for _ in range(12):
            step = np.linalg.solve(square + damping * np.eye(len(logs)), -gradient)
            tried = residuals(logs + step)
            if tried @ tried <= now @ now:
                logs, damping = logs + step, damping / 5
                break
            damping *= 5
        else:
            break
        done, now = abs(now @ now - tried @ tried) < 1e-10, tried
        if done:
            break
    slope = slopes(residuals, logs)
    return logs, np.asarray(np.linalg.inv(slope.T @ slope), dtype=np.float64)


@cache
def _without(dropped: frozenset[str], names: tuple[str, ...]) -> tuple[Vector, Vector]:
    """The fit to all published results that enter, less some by id. Kept, as each is asked for more than once."""
    start = _without(frozenset(), names)[0] if dropped else None
    return fit([one for one in results() if one.fitted and one.id not in dropped], names, start)


def calibrate(day: str) -> Calibration:
    """The constants calibrated on all results that are fit for it, as of a day.

    What the model leaves unexplained is the root mean square of its errors on results it did not see, one left out at a
    time.
    """
    held = [one for one in results() if one.fitted]
    names = names_of(platforms(held))
    logs, covariance = _without(frozenset(), names)
    return Calibration(names, logs, covariance, _root(_unseen(held, names)), day, tuple(one.id for one in held))


def left_out(progress: Callable[[int, int], None] = lambda done, total: None) -> list[Left]:
    """The errors of the model on each throughput result, calibrated with it, without it and without its platform;
    `progress` is told how many of how many calibrations are done."""
    held = [one for one in results() if one.fitted]
    names = names_of(platforms(held))

    whole = Constants.of(names, _without(frozenset(), names)[0])
    far: dict[str, tuple[Vector, Vector]] = {}
    steps = sum(one.throughput for one in held) + len(platforms(held))
    for platform in platforms(held):
        dropped = frozenset(one.id for one in held if one.chip.platform == platform)
        far[platform] = _without(dropped, names)
        progress(len(far), steps)
    errors = _unseen(held, names, lambda done: progress(len(far) + done, steps))
    residual = _root(errors)
    found = []
    for one in (one for one in held if one.throughput):
        logs, covariance = _without(frozenset({one.id}), names)
        _, spread = _told(one, names, logs, covariance, residual)
        error, wide = _told(one, names, *far[one.chip.platform], residual)
        fitted = (predicted(one, whole) or np.nan) / one.value - 1
        without, platform_out = (float(np.exp(each)) - 1 for each in (errors[one.id], error))
        found.append(Left(one, fitted, without, platform_out, spread, float(np.hypot(wide, UNSEEN))))
    return found


def _unseen(
    held: Sequence[Result], names: Sequence[str], told: Callable[[int], None] = lambda done: None
) -> dict[str, float]:
    """The logarithm of said over measured for each throughput result, calibrated without it."""
    found: dict[str, float] = {}
    for one in held:
        if one.throughput:
            constants = Constants.of(names, _without(frozenset({one.id}), names)[0])
            found[one.id] = float(np.log((predicted(one, constants) or np.nan) / one.value))
            told(len(found))
    return found


def _root(errors: Mapping[str, float]) -> float:
    return float(np.sqrt(np.mean(np.square(list(errors.values())))))
