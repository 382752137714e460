"""Published results, and what the model says to each of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lotgate.compute.constants import Constants
from lotgate.compute.hardware import Chip, find_chip
from lotgate.compute.inference import PREFILL_TOKENS, collective_us, inference_step
from lotgate.compute.models import find_model
from lotgate.compute.sheets import Column, Row, own_sheet
from lotgate.compute.training import model_flops, training_step
from lotgate.compute.works import Work

__all__ = ["Result", "predicted", "results"]

_TEXTS = ("model", "precision", "attention", "balance", "overlap", "recompute", "sequence_parallel", "fused_attention")
_COUNTS = ("chips", "context", "ranks", "tensor", "pipeline", "contexts", "interleave", "microbatch", "global_batch")
_COLUMNS = (
    *(Column(name, needed=True) for name in ("id", "phase", "chip", "quantity", "verified", "source")),
    *(Column(name) for name in (*_TEXTS, "note")),
    *(Column(name, "count") for name in _COUNTS),
    *(Column(name, "number") for name in ("batch", "tokens_per_step", "yield", "spread")),
    Column("value", "number", needed=True),
    Column("use", needed=True, words=("fit", "check", "no")),
)


@dataclass(frozen=True)
class Result:
    """One published result: what was measured on which chip, its value and unit, and how far it may be off (`spread` of
    its logarithm). `fitted` results enter the calibration, those `kept_back` only check it; the others say in their
    note why they do not enter."""

    id: str
    phase: str
    chip: Chip
    work: Work | None
    quantity: str
    value: float
    fitted: bool
    kept_back: bool
    spread: float
    verified: str
    source: str
    note: str

    @property
    def throughput(self) -> bool:
        """Whether this is a speed of a whole phase, not of one operator and not a ratio."""
        return self.quantity in ("tokens/s/chip", "s/step", "MFU")


@cache
def results() -> tuple[Result, ...]:
    """The published results, in the order of their sheet."""
    return tuple(_result(row) for row in own_sheet("results.csv", _COLUMNS))


def _result(row: Row) -> Result:
    return Result(
        id=row["id"],
        phase=row["phase"],
        chip=find_chip(row["chip"]),
        work=_work(row),
        quantity=row["quantity"],
        value=row["value"],
        fitted=row["use"] == "fit",
        kept_back=row["use"] == "check",
        spread=row["spread"] or 0.1,
        verified=row["verified"],
        source=row["source"],
        note=row["note"] or "",
    )


def _work(row: Row) -> Work | None:
    """The work of a result; None where the source does not say under which conditions it was measured."""
    if row["model"] is None:
        return None
    names: tuple[str, ...] = (
        "precision",
        "attention",
        "batch",
        "tokens_per_step",
        "ranks",
        "balance",
        "overlap",
        "chips",
        "tensor",
    )
    names += ("pipeline", "contexts", "interleave", "microbatch", "global_batch", "recompute", "sequence_parallel")
    given: Mapping[str, Any] = {
        **{name: row[name] for name in (*names, "fused_attention")},
        "yield_per_step": row["yield"],
        "context": row["context"],
    }
    held = {name: value for name, value in given.items() if value is not None}
    if row["phase"] in ("prefill", "decode") and ("context" not in held or "batch" not in held):
        return None
    if row["phase"] == "training" and "global_batch" not in held:
        return None
    return Work(phase=row["phase"], model=find_model(row["model"]), **{"context": 1, **held})


def predicted(result: Result, constants: Constants) -> float | None:
    """What the model says to a result, in its unit; None where the conditions are not known."""
    work, chip = result.work, result.chip
    if work is None:
        return None
    if result.phase == "dispatch":
        return collective_us(chip, work, constants)
    if result.phase == "mla-compute":
        return constants["mla"]
    if result.phase == "mla-memory":
        return constants["memory"]
    if result.phase != "training":
        batch = work.batch or PREFILL_TOKENS
        return inference_step(chip, work, batch, constants).rate
    step = training_step(chip, work, constants)
    if result.quantity == "s/step":
        return step.seconds
    if result.quantity == "MFU":
        return step.rate * model_flops(work.model, work.context) / chip.rates["bf16"]
    if result.quantity == "minutes over mlp-03":
        base = next(one for one in results() if one.id == "mlp-03")
        assert base.work is not None
        return base_time(result, constants) / base_time(base, constants)
    return step.rate


def base_time(result: Result, constants: Constants) -> float:
    """Minutes to a target, up to the tokens it takes, which two runs of one benchmark share."""
    assert result.work is not None
    assert result.work.chips is not None
    return 1.0 / (training_step(result.chip, result.work, constants).rate * result.work.chips)


def error(result: Result, constants: Constants) -> float | None:
    """The relative error of the model: 0.1 where it says a tenth more than was measured."""
    said = predicted(result, constants)
    return None if said is None or not math.isfinite(said) else said / result.value - 1.0
