"""Time of a step of prefill or decode on one chip of a group, as a sum of roofline terms.

Matrix products, attention, the memory traffic of everything else, and launches make up the work; dispatch and combine
of a mixture (or the all-reduces of a dense model) the communication. With two half batches in flight one hides behind
the other, at the price of reading weights twice and launching twice. docs/compute.md has the equations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from lotgate.compute.constants import Constants
from lotgate.compute.hardware import Chip
from lotgate.compute.models import Model
from lotgate.compute.works import Work

__all__ = [
    "Step",
    "clock",
    "collective_us",
    "group_ranks",
    "inference_step",
    "matrix_rate",
    "most_sequences",
    "overlapped",
    "room_for_cache",
]

PREFILL_TOKENS = 16384
"""Tokens in flight on a chip while reading, where the work does not say."""
PREFILL_RANKS, DECODE_RANKS, MOST_RANKS = 32, 128, 320
"""Ranks in one group where the work does not say: over several boxes, or at most within one scale-up domain."""
REDUNDANT = 1.1
"""Experts held, over experts there are: balancers hold some twice."""
USABLE = 0.9
"""Share of memory for weights and cache."""
VECTORS = 24
"""Vectors of hidden width read or written for each token and layer outside matrix products: norms, residuals,
activations, quantising; for each expert copy another four."""
SCALES = 1.03
"""Bytes sent for one byte of 8-bit data, with its scales."""
_PER_NODE = ((4.0, 0.72), (6.0, 1.0), (10.0, 1.4))
"""Energy of an operation on a process named up to so many nanometres, over that at 5 nm: TSMC states 30 % less from
7 to 5 nm, 25 to 30 % less from 5 to 3 nm. Older ones count as the last."""
_SHARP = 4.0
"""How sharply the clock leaves its full value as the power needed passes the power there is."""
_BYTES = {"bf16": 2.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.5625}


@dataclass(frozen=True)
class Step:
    """Seconds of one step on one chip by term, and in all; how many tokens of one chip count; what was chosen."""

    seconds: float
    tokens: float
    batch: float
    ranks: int
    precision: str
    overlap: bool
    terms: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Tokens per second and chip."""
        return self.tokens / self.seconds


def matrix_rate(chip: Chip, precision: str, share: str, constants: Constants) -> float:
    """Operations per second of matrix products: a share of what the power of the chip allows of its peak."""
    return chip.rates[precision] * constants[share] * clock(chip, constants)


def clock(chip: Chip, constants: Constants) -> float:
    """The share of its clock a chip keeps while its matrix units are busy.

    Voltage falls with the clock, so an operation costs less at a lower one: with half of the power needed at full clock
    a chip keeps not half of it but the root of that. An operation half as long costs half, so the clock is the same for
    all formats. Without a known power it counts as just what full clock needs.
    """
    node = next((times for up_to, times in _PER_NODE if (chip.node or 5.0) <= up_to), _PER_NODE[-1][1])
    needed = constants["energy"] * 1e-12 * node * chip.rates["bf16"]
    there = 1.0 if chip.power is None else chip.power / needed
    return math.pow(1.0 + math.pow(there, -_SHARP), -0.5 / _SHARP)


def _speed(chip: Chip, precision: str, constants: Constants) -> float:
    return matrix_rate(chip, precision, {"bf16": "gemm16", "fp4": "gemm4"}.get(precision, "gemm8"), constants)


def overlapped(work: float, hidden: float, constants: Constants) -> float:
    """The time of two things at once: between their maximum (an exponent without end) and their sum (exponent one)."""
    power = 1.0 + constants["overlap"]
    most = max(work, hidden)
    if most == 0.0:
        return 0.0
    return most * math.pow(math.pow(work / most, power) + math.pow(hidden / most, power), 1.0 / power)


def group_ranks(chip: Chip, work: Work) -> int:
    """The ranks that work as one group: as the work says, else by phase, the reach of the scale-up link and memory."""
    if work.ranks is not None:
        return work.ranks
    if not work.model.experts:
        need = work.model.total * _BYTES[chip.precision(work.precision)] / (0.6 * chip.memory)
        return chip.ranks * int(2 ** max(0, math.ceil(math.log2(need))))
    reach = chip.scaleup_chips * chip.ranks
    ranks = PREFILL_RANKS
    if work.phase == "decode":
        ranks = min(reach, MOST_RANKS) if reach >= PREFILL_RANKS else DECODE_RANKS
    while ranks < MOST_RANKS and room_for_cache(chip, work, ranks) < (1.0 - USABLE) * chip.memory:
        ranks = min(2 * ranks, MOST_RANKS)
    return ranks


def room_for_cache(chip: Chip, work: Work, ranks: int) -> float:
    """Bytes of memory on one chip that weights leave; below zero where they do not fit."""
    common, experts = _weights(chip, work, chip.precision(work.precision), ranks)
    return USABLE * chip.memory - common - experts


def _weights(chip: Chip, work: Work, precision: str, ranks: int) -> tuple[float, float]:
    """Bytes on one chip: of what every token needs, and of its experts."""
    model, size = work.model, _BYTES[precision]
    if not model.experts:
        return model.total * size * chip.ranks / ranks, 0.0
    held = max(1.0, REDUNDANT * model.experts / ranks)
    experts = min(held, float(model.experts)) * model.expert * model.moe_layers * size
    return model.common * max(size, 1.0) * chip.ranks, experts * chip.ranks


def _cache(work: Work) -> float:
    """Bytes kept for one sequence."""
    return work.model.cache_elements * work.model.layers * work.context * _BYTES[work.attention]


def most_sequences(chip: Chip, work: Work) -> float:
    """The sequences whose cache fits beside the weights on one chip; zero where the weights alone do not fit."""
    return max(0.0, room_for_cache(chip, work, group_ranks(chip, work)) / _cache(work))


def inference_step(chip: Chip, work: Work, batch: float, constants: Constants) -> Step:
    """The step of a batch (sequences a chip while writing, tokens a chip while reading)."""
    precision, ranks = chip.precision(work.precision), group_ranks(chip, work)
    tokens = batch * (work.tokens_per_step if work.phase == "decode" else 1.0)
    counted = batch * (work.yield_per_step if work.phase == "decode" else 1.0)
    terms = _terms(chip, work, tokens, batch, precision, ranks, constants)
    doing = terms["matrix"] + terms["attention"] + terms["traffic"] + terms["launch"]
    plain = doing + terms["link"] + terms["start"]
    # two half batches: weights are read for each, and everything is started twice
    halved = terms["matrix_halved"] + terms["attention"] + terms["traffic"] + 2 * terms["launch"]
    both = overlapped(halved, terms["link"] + 2 * terms["start"], constants)
    hide = work.overlap == "yes" or (work.overlap == "best" and both < plain)
    drafted = work.tokens_per_step - 1.0 if work.phase == "decode" else 0.0
    seconds = (both if hide else plain) * (1.0 + constants["draft"] * drafted)
    seconds *= constants.platform(chip.platform, work.phase)
    return Step(seconds, counted, batch, ranks, precision, hide, terms)


def _terms(
    chip: Chip, work: Work, tokens: float, batch: float, precision: str, ranks: int, constants: Constants
) -> dict[str, float]:
    model, hbm = work.model, chip.bandwidth * constants["memory"]
    uneven = 1.0 + (constants["imbalance"] if work.balance == "default" and model.experts else 0.0)
    copies = model.top_k if model.experts else 0
    vectors = (VECTORS + 4 * copies) * constants["traffic"]
    passes = model.moe_layers if model.experts else model.layers
    return {
        "matrix": _matrix(chip, work, tokens, precision, ranks, uneven, constants, 1),
        "matrix_halved": _matrix(chip, work, tokens, precision, ranks, uneven, constants, 2),
        "attention": _attention(chip, work, tokens, batch, constants),
        "traffic": vectors * model.hidden * 2.0 * model.layers * tokens / hbm,
        "launch": model.layers * constants["launch"] * 1e-6,
        "link": _sent(chip, work, tokens, ranks, constants) * uneven,
        "start": 2 * passes * _start(ranks, constants),
    }


def _matrix(
    chip: Chip, work: Work, tokens: float, precision: str, ranks: int, uneven: float, constants: Constants, parts: int
) -> float:
    """Seconds of matrix products, each part of the batch bound by computing or by reading weights."""
    model, hbm = work.model, chip.bandwidth * constants["memory"]
    speed = _speed(chip, precision, constants)
    eight = precision if not (precision == "fp4" and model.experts) else chip.precision("8bit")
    common_speed = _speed(chip, eight, constants)
    common, experts = _weights(chip, work, precision, ranks)
    portion = tokens / parts
    read = max(2 * model.common * portion / common_speed, common / hbm)
    if model.experts:
        reached = 1.0 - math.exp(-portion * ranks / chip.ranks * model.top_k / model.experts)
        read += uneven * max(2 * model.routed * portion / speed, experts * reached / hbm)
    return read * parts


def _attention(chip: Chip, work: Work, tokens: float, batch: float, constants: Constants) -> float:
    model, rate = work.model, chip.rates[work.attention if work.attention in chip.rates else "bf16"]
    if work.phase == "prefill":
        return model.reading(work.context) * tokens / (rate * constants["attention"])
    computing = model.writing(work.context) * tokens / (rate * constants["mla"])
    return max(computing, _cache(work) * batch / (chip.bandwidth * constants["memory"]))


def _start(ranks: int, constants: Constants) -> float:
    """Seconds before one collective moves data: more ranks, more rounds."""
    return constants["latency"] * 1e-6 * (1.0 + max(0.0, math.log2(ranks / 8)) / 8) if ranks > 1 else 0.0


def _nodes(chip: Chip, ranks: int) -> float:
    """The scale-up domains a group spans."""
    return max(1.0, ranks / chip.ranks / chip.scaleup_chips)


def _seconds(chip: Chip, within: float, beyond: float, constants: Constants, share: str = "scaleup") -> float:
    """Seconds to move bytes over both links at once, the slower one telling."""
    inside = within / (chip.scaleup * constants[share])
    if beyond == 0.0:
        return inside
    return max(inside, beyond / ((chip.scaleout or chip.scaleup) * constants["scaleout"]))


def _sent(chip: Chip, work: Work, tokens: float, ranks: int, constants: Constants) -> float:
    """Seconds on the links for one step on one chip."""
    model, nodes, group = work.model, _nodes(chip, ranks), ranks / chip.ranks
    if ranks <= 1:
        return 0.0
    if not model.experts:
        # two all-reduces a layer over the tokens of the whole group
        moved = 2 * model.layers * 2 * (group - 1) / group * model.hidden * 2.0 * tokens * group
        return _seconds(chip, moved, moved / chip.scaleup_chips if nodes > 1 else 0.0, constants)
    width = model.hidden * (SCALES + 2.0) * model.moe_layers * tokens
    within, beyond = _copies(model, work.phase, ranks, nodes)
    share = "scatter" if work.phase == "decode" else "scaleup"
    return _seconds(chip, width * within, width * beyond, constants, share)


def _copies(model: Model, phase: str, ranks: int, nodes: float) -> tuple[float, float]:
    """How often a token is sent within the scale-up domain, and beyond it.

    While reading, once to each other node among its groups, and there once to each rank; while writing, straight to
    each of its experts.
    """
    other = model.top_k * (1.0 - 1.0 / ranks)
    distinct = ranks * (1.0 - (1.0 - 1.0 / ranks) ** model.top_k) * (1.0 - 1.0 / ranks)
    if nodes <= 1:
        return (distinct if phase == "prefill" else other), 0.0
    if phase == "decode":
        return other / nodes, other * (1.0 - 1.0 / nodes)
    limit = min(nodes, float(model.route_groups or model.top_k))
    reached = limit * (1.0 - (1.0 - 1.0 / limit) ** model.top_k)
    return distinct, reached * (1.0 - 1.0 / nodes)


def collective_us(chip: Chip, work: Work, constants: Constants) -> float:
    """Microseconds of one dispatch of a batch (tokens a rank) to the experts of a group."""
    ranks, tokens = work.ranks or DECODE_RANKS, (work.batch or 128.0) * chip.ranks
    nodes = _nodes(chip, ranks)
    within, beyond = _copies(work.model, "decode", ranks, nodes)
    width = work.model.hidden * SCALES * tokens
    moving = _seconds(chip, width * within, width * beyond, constants, "scatter")
    return (moving + _start(ranks, constants)) * 1e6
