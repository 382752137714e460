"""One figure of one system for one work, with an interval, the energy behind it, and marks on what is extrapolated.

The interval spans nine tenths: the spread of the calibrated constants carried through the model, what the model leaves
unexplained on results it did not see, and a part for everything no published result speaks of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from lotgate.compute.constants import PLATFORM, UNSEEN, Calibration, Constants, Vector, calibration
from lotgate.compute.hardware import Chip, System
from lotgate.compute.inference import (
    PREFILL_TOKENS,
    Step,
    group_ranks,
    inference_step,
    most_sequences,
    room_for_cache,
)
from lotgate.compute.results import results
from lotgate.compute.training import training_step
from lotgate.compute.works import Work

__all__ = ["NINE_TENTHS", "Estimate", "Interval", "Mark", "estimate", "power_spread"]

NINE_TENTHS = 1.645
"""Half the width of an interval that holds nine tenths, in spreads."""
DRAWN, DRAWN_SPREAD = 0.8, 0.15
"""Share of the stated power a busy system draws."""
AROUND, AROUND_SPREAD = 1.8, 0.15
"""Power of a system over that of its chips, where only the chips' is known: 1.7 to 2.1 where both are."""
POWER_SPREAD = 0.10
_SLOW_MS = 20.0
_STEP = 1e-4


@dataclass(frozen=True)
class Mark:
    """Why a figure is less than measured: a key, the sentence in two languages, what it adds to the spread."""

    key: str
    en: str
    zh: str
    spread: float
    extrapolated: bool = True


@dataclass(frozen=True)
class Interval:
    """An estimate and the ends of its interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, spread: float) -> Interval:
        """The interval around a value whose logarithm has a spread."""
        factor = math.exp(NINE_TENTHS * spread)
        return cls(value, value / factor, value * factor)

    def to_json(self) -> dict[str, float]:
        """The machine's form, six digits."""
        return {name: float(f"{held:.6g}") for name, held in vars(self).items()}


@dataclass(frozen=True)
class Estimate:
    """What one system does in one work. `rate` and `energy` are None where the work does not fit into its memory.

    `slopes` say how the logarithm of the rate follows each constant and `extras` what else spreads it, by cause, so
    that a comparison can let common causes cancel.
    """

    system: System
    work: Work
    step: Step | None
    rate: Interval | None
    energy: Interval | None
    token_ms: Interval | None
    meets_latency: bool
    marks: tuple[Mark, ...]
    slopes: Vector
    extras: Mapping[str, float]
    power: float | None
    power_estimated: bool

    @property
    def whole(self) -> Interval | None:
        """Tokens per second of the whole system."""
        n = self.system.chips
        return None if self.rate is None else Interval(self.rate.value * n, self.rate.low * n, self.rate.high * n)

    @property
    def extrapolated(self) -> bool:
        """Whether no published result of this phase on this chip, in this format and range, is behind the figure."""
        return any(mark.extrapolated for mark in self.marks)

    def to_json(self) -> dict[str, Any]:
        """The machine's form: tokens per second, joules per token, milliseconds per token."""
        step = self.step
        return {
            "system": self.system.name,
            "tokens_per_s_per_chip": self.rate and self.rate.to_json(),
            "tokens_per_s_per_system": self.whole and self.whole.to_json(),
            "joules_per_token": self.energy and self.energy.to_json(),
            "ms_per_token": self.token_ms and self.token_ms.to_json(),
            "meets_latency": self.meets_latency,
            "precision": step and step.precision,
            "batch_per_chip": step and float(f"{step.batch:.6g}"),
            "group_ranks": step and step.ranks,
            "overlap": step and step.overlap,
            "seconds_by_term": step and {name: float(f"{held:.4g}") for name, held in step.terms.items()},
            "extrapolated": self.extrapolated,
            "marks": [{"key": one.key, "en": one.en, "zh": one.zh} for one in self.marks],
        }


def estimate(system: System, work: Work, held: Calibration | None = None) -> Estimate:
    """What a system does in a work: tokens per second, energy, latency, with intervals and marks."""
    held = calibration() if held is None else held
    chip, constants = system.chip, held.constants
    power, power_estimated = _power(system)
    blank = Estimate(
        system, work, None, None, None, None, True, (), np.zeros(len(held.names)), {}, power, power_estimated
    )
    batch, misfit = _batch(chip, work, constants)
    if batch is None:
        return replace(blank, marks=(misfit,) if misfit else ())
    step = _step(chip, work, batch, constants)
    marks = [*([misfit] if misfit else []), *_marks(system, work, step)]
    slopes = _slopes(chip, work, batch, held)
    extras = {"unexplained " + system.name: held.residual}
    if f"{chip.platform}/{work.phase}" not in held.names:
        extras[f"platform {chip.platform if chip.platform != 'other' else system.name}"] = PLATFORM
    extras |= {f"{mark.key} {'' if mark.key in _COMMON else system.name}": mark.spread for mark in marks}
    spread = _spread(slopes, extras, held)
    rate = Interval.of(step.rate, spread)
    token = Interval.of(step.seconds / step.tokens * step.batch * 1e3, spread) if work.phase == "decode" else None
    energy = None
    if power is not None:
        joules = DRAWN * power / (rate.value * system.chips)
        energy = Interval.of(joules, math.hypot(spread, DRAWN_SPREAD, power_spread(power_estimated)))
    meets = misfit is None or misfit.key != "latency"
    return replace(
        blank, step=step, rate=rate, energy=energy, token_ms=token, meets_latency=meets, marks=tuple(marks),
        slopes=slopes, extras=extras,
    )  # fmt: skip


_COMMON = ("context", "model", "format")
"""Causes that spread the figures of two systems together."""


def power_spread(estimated: bool) -> float:
    """Spread of the power a system is said to draw, stated or estimated from its chips."""
    return AROUND_SPREAD if estimated else POWER_SPREAD


def _power(system: System) -> tuple[float | None, bool]:
    """Watts of the whole system as stated, or from its chips, and whether the latter."""
    if system.power is not None:
        return system.power, False
    each = system.chip.power
    return (None, True) if each is None else (each * system.chips * AROUND, True)


def _spread(slopes: Vector, extras: Mapping[str, float], held: Calibration) -> float:
    return math.sqrt(float(slopes @ held.covariance @ slopes) + sum(one**2 for one in extras.values()))


def _step(chip: Chip, work: Work, batch: float, constants: Constants) -> Step:
    if work.phase == "training":
        return training_step(chip, work, constants)
    return inference_step(chip, work, batch, constants)


def _slopes(chip: Chip, work: Work, batch: float, held: Calibration) -> Vector:
    """How the logarithm of the rate follows the logarithm of each constant, the batch staying as it is."""
    found = np.zeros(len(held.names))
    for place in range(len(held.names)):
        ends = []
        for sign in (1.0, -1.0):
            logs = held.logs.copy()
            logs[place] += sign * _STEP
            ends.append(math.log(_step(chip, work, batch, Constants.of(held.names, logs)).rate))
        found[place] = (ends[0] - ends[1]) / (2 * _STEP)
    return found


def _batch(chip: Chip, work: Work, constants: Constants) -> tuple[float | None, Mark | None]:
    """The batch of a work on a chip: as given, else the largest that memory and latency allow; and what is wrong."""
    none = Mark("memory", "does not fit into memory", "内存装不下", 0.0)
    if work.phase == "training":
        return 1.0, None
    if room_for_cache(chip, work, group_ranks(chip, work)) <= 0:
        return None, none
    if work.phase == "prefill":
        return work.batch or PREFILL_TOKENS, None
    most = most_sequences(chip, work)
    if work.batch is not None:
        return (work.batch, None) if work.batch <= most * 1.05 else (None, none)
    if most < 1.0:
        return None, none
    if work.latency is None:
        return float(math.floor(most)), None

    def slow(batch: float) -> bool:
        step = inference_step(chip, work, batch, constants)
        return step.seconds / work.yield_per_step * 1e3 > (work.latency or math.inf)

    low, high = 1, math.floor(most)
    if slow(low):
        mark = Mark(
            "latency", "misses the limit on latency even with one sequence a chip", "每芯片一个序列仍超出时延上限", 0.0
        )
        return 1.0, mark
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (low, middle - 1) if slow(middle) else (middle, high)
    return float(low), None


@lru_cache(maxsize=1)
def _seen() -> Mapping[str, list[Any]]:
    fitted = [one for one in results() if one.fitted and one.throughput and one.work is not None]
    return {phase: [one for one in fitted if one.phase == phase] for phase in ("prefill", "decode", "training")}


def _marks(system: System, work: Work, step: Step) -> list[Mark]:
    """What no published result speaks of, and what is known of the machine only at second hand."""
    chip, seen = system.chip, _seen()[work.phase]
    marks = []
    family = [one for one in seen if one.chip.platform == chip.platform]
    if not family:
        marks.append(Mark("platform", "no published result of this phase on this make of chip enters",
                          "该类芯片在此阶段没有纳入的公开结果", UNSEEN))  # fmt: skip
    elif not any(one.chip.name == chip.name for one in family):
        marks.append(Mark("chip", "calibrated on other chips of its family", "以同系列其他芯片校准", 0.05))
    if step.precision == "fp4":
        marks.append(Mark("format", "FP4: the share of peak reached is believed, not measured",
                          "FP4：可达比例为估计，未经实测", 0.10))  # fmt: skip
    elif family and step.precision not in {one.work.precision for one in family}:
        name = step.precision.upper()
        marks.append(Mark("format of chip", f"no published result in {name} on this make of chip enters",
                          f"该类芯片没有纳入的 {name} 结果", 0.08))  # fmt: skip
    if step.precision == "bf16" and work.precision != "bf16":
        marks.append(
            Mark(
                "fallback",
                "the chip has no such format for this and runs BF16",
                "芯片在此不支持该格式，以BF16运行",
                0.0,
                False,
            )
        )
    if work.model.name not in {one.work.model.name for one in seen}:
        marks.append(Mark("model", "no published result of this model enters", "没有纳入该模型的公开结果", 0.08))
    contexts = [one.work.context for one in seen]
    if not min(contexts) / 2 <= work.context <= 2 * max(contexts):
        far = abs(math.log2(work.context / (min(contexts) if work.context < min(contexts) else max(contexts))))
        marks.append(Mark("context", f"calibrated on texts of {min(contexts):,} to {max(contexts):,} tokens",
                          f"校准所用文本为 {min(contexts):,} 至 {max(contexts):,} 个词元", 0.05 * far))  # fmt: skip
    if work.phase == "decode" and step.seconds / work.yield_per_step * 1e3 < _SLOW_MS:
        marks.append(Mark("fast", "less than 20 ms a token: launches and latencies tell, which few results show",
                          "每词元不足20毫秒：取决于启动与时延，公开结果很少", 0.12))  # fmt: skip
    if system.standing == "roadmap":
        marks.append(Mark("roadmap", "announced figures of a machine not yet seen", "尚未面世的公布数据", 0.15))
    elif system.standing == "secondary":
        marks.append(Mark("secondary", "figures of the machine at second hand", "硬件参数来自二手来源", 0.03, False))
    return marks
