"""What a system is asked to do: a phase, a model, lengths, batches and limits; from a catalogue or in words of a user.

`deepseek-r1 decode 4k latency=50 batch=96` is a work; so is the name of one in the catalogue, alone or followed by
values of one's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from lotgate.compute.models import Model, find_model
from lotgate.compute.sheets import Column, nearest, own_sheet, unknown_name
from lotgate.errors import Fault, InputError

__all__ = ["PHASES", "Named", "Work", "catalogue", "read_work"]

PHASES = ("prefill", "decode", "training")


@dataclass(frozen=True)
class Work:
    """One phase of one model. What is None is chosen for each system, as docs/compute.md tells.

    `precision` is a format or `8bit`, the faster of a chip's 8-bit formats. `batch` is in sequences for each chip
    (decode) or tokens in flight on it (prefill). A step of decode computes `tokens_per_step` tokens of each sequence,
    of which `yield_per_step` count. `latency` is the most milliseconds a token may take. `ranks` work as one group.
    """

    phase: str
    model: Model
    context: int
    precision: str = "8bit"
    attention: str = "bf16"
    batch: float | None = None
    tokens_per_step: float = 1.0
    yield_per_step: float = 1.0
    latency: float | None = None
    ranks: int | None = None
    balance: str = "default"
    overlap: str = "best"
    chips: int | None = None
    tensor: int | None = None
    pipeline: int | None = None
    contexts: int = 1
    interleave: int = 4
    microbatch: int = 1
    global_batch: int | None = None
    recompute: str = "none"
    sequence_parallel: str = "yes"
    fused_attention: str = "yes"

    @property
    def words(self) -> str:
        """The work as a user would write it: phase, model, context, and what differs from the ordinary."""
        parts = [self.model.name, self.phase, f"context={self.context}"]
        for one in fields(self):
            held = getattr(self, one.name)
            ordinary = "bf16" if (one.name, self.phase) == ("precision", "training") else one.default
            if one.name not in ("phase", "model", "context") and held != ordinary:
                parts.append(f"{_SHORT.get(one.name, one.name)}={held:.12g}" if isinstance(held, (int, float)) else
                             f"{_SHORT.get(one.name, one.name)}={held}")  # fmt: skip
        return " ".join(parts)


_SHORT = {"tokens_per_step": "tokens", "yield_per_step": "yield", "global_batch": "global"}
_LONG = {short: name for name, short in _SHORT.items()}


def _number(low: float, high: float, whole: bool = False) -> Callable[[str], float]:
    kind = "whole number" if whole else "number"

    def read(text: str) -> float:
        value = _size(text)
        if value is None or not low <= value <= high or (whole and value != int(value)):
            raise ValueError(f"a {kind} from {low:g} to {high:g}")
        return int(value) if whole else value

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.casefold() not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text.casefold()

    return read


def _size(text: str) -> float | None:
    """A number, with `k` for 1024 and `m` for 1024 of these; None for anything else."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(k|m|ms)?", text.casefold())
    if found is None:
        return None
    return float(found[1]) * {"k": 1024.0, "m": 1024.0**2}.get(found[2] or "", 1.0)


_READ: Mapping[str, Callable[[str], Any]] = {
    "context": _number(1, 16 * 1024**2, True),
    "precision": _one_of("8bit", "fp4", "fp8", "int8", "bf16"),
    "attention": _one_of("bf16", "fp8"),
    "batch": _number(1e-3, 1e7),
    "tokens_per_step": _number(1, 16),
    "yield_per_step": _number(1, 16),
    "latency": _number(0.1, 1e5),
    "ranks": _number(1, 1e5, True),
    "balance": _one_of("default", "perfect"),
    "overlap": _one_of("best", "yes", "no"),
    "chips": _number(1, 1e7, True),
    "tensor": _number(1, 1024, True),
    "pipeline": _number(1, 1024, True),
    "contexts": _number(1, 1024, True),
    "interleave": _number(1, 64, True),
    "microbatch": _number(1, 1024, True),
    "global_batch": _number(1, 1e7, True),
    "recompute": _one_of("none", "selective", "full"),
    "sequence_parallel": _one_of("yes", "no"),
    "fused_attention": _one_of("yes", "no"),
}


@dataclass(frozen=True)
class Named:
    """A work of the catalogue: its name, its words, what it is in two languages."""

    name: str
    words: str
    en: str
    zh: str


_COLUMNS = tuple(Column(name, needed=True) for name in ("name", "words", "en", "zh"))


@cache
def catalogue() -> Mapping[str, Named]:
    """The works that have names, in the order of their sheet."""
    return {row["name"]: Named(**row) for row in own_sheet("works.csv", _COLUMNS)}


def read_work(text: str, own: Sequence[Model] = ()) -> Work:
    """The work that words describe: a name of the catalogue, or model and phase, then values as `key=value`; a bare
    size such as `4k` is the context. Raises InputError with every fault."""
    held, faults = _values(_spelt_out(text.split()))
    model = None
    names = held.pop("names")
    try:
        if len(names) == 1:
            model = find_model(names[0], own)
    except InputError as error:
        fault = error.faults[0]
        if "phase" in held:
            faults.append(fault)
        else:
            faults.append(
                unknown_name("work", "no such work", "没有该任务", names[0], {one: one for one in catalogue()})
            )
            raise InputError(faults) from error
    if len(names) != 1:
        expected = f"one model, as in: deepseek-r1 decode 4k; or one of {', '.join(catalogue())}"
        faults.append(
            Fault("work", "names no model" if not names else "names several models", value=text, expected=expected)
        )
    if "phase" not in held:
        faults.append(Fault("work", "names no phase", value=text, expected=", ".join(PHASES)))
    if faults or model is None:
        raise InputError(faults)
    held.setdefault("context", 4096)
    if held["phase"] == "training":
        held.setdefault("precision", "bf16")
    found = Work(model=model, **held)
    wrong = list(_contradictions(found))
    if wrong:
        raise InputError(wrong)
    return found


def _spelt_out(words: Sequence[str]) -> list[str]:
    """The words with a name of the catalogue replaced by what it stands for; a batch of one's own sets aside its limit
    on latency, and a phase before a model is no name."""
    named = catalogue().get(words[0].casefold()) if words else None
    own = list(words[1:])
    bare = [word for word in own if "=" not in word and _size(word) is None]
    if named is None or (named.name in PHASES and bare):
        return list(words)
    base = named.words.split()
    if any(word.casefold().startswith("batch=") for word in own):
        base = [word for word in base if not word.startswith("latency=")]
    return [*base, *own]


def _values(words: Sequence[str]) -> tuple[dict[str, Any], list[Fault]]:
    held: dict[str, Any] = {"names": []}
    faults = []
    for word in words:
        key, given, value = word.partition("=")
        key = _LONG.get(key.casefold(), key.casefold())
        if not given and key in PHASES:
            held["phase"] = key
        elif not given and _size(word) is not None:
            held["context"] = int(_size(word) or 0)
        elif not given:
            held["names"].append(word)
        elif key not in _READ:
            known = [_SHORT.get(one, one) for one in _READ]
            faults.append(Fault("work", "unknown value", column=key, value=word, expected=nearest(key, known)))
        else:
            try:
                held[key] = _READ[key](value)
            except ValueError as error:
                faults.append(Fault("work", "bad value", column=key, value=value, expected=str(error)))
    return held, faults


def _contradictions(work: Work) -> list[Fault]:
    faults = []
    if work.yield_per_step > work.tokens_per_step:
        expected = f"at most tokens={work.tokens_per_step:g}"
        faults.append(Fault("work", "too many", column="yield", value=f"{work.yield_per_step:g}", expected=expected))
    if work.latency is not None and (work.phase != "decode" or work.batch is not None):
        expected = "a limit only for decode, and only without a batch"
        faults.append(Fault("work", "cannot be used", column="latency", value=f"{work.latency:g}", expected=expected))
    return faults
