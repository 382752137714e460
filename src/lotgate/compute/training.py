"""Time of one step of training on a layout of tensor, pipeline and data parallel groups, as a sum of roofline terms.

The terms follow Korthikanti et al. (arXiv 2205.05198): matrix products at an achievable share of peak, the memory
traffic of what is not a matrix product, all-reduces of the tensor parallel group, the bubble of the pipeline, and the
exchange and update of gradients.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lotgate.compute.constants import Constants
from lotgate.compute.hardware import Chip
from lotgate.compute.inference import SCALES, Step, matrix_rate, overlapped
from lotgate.compute.models import Model
from lotgate.compute.works import Work

__all__ = ["CLUSTER", "Layout", "layout", "model_flops", "training_step"]

CLUSTER = 4096
"""Chips in training where the work does not say: systems of a kind are joined by their scale-out network."""
FEW = 8
"""Chips that wait for each other without loss worth counting; `waiting` is for each doubling over them."""
BATCH_TOKENS = 16 * 1024**2
"""Tokens in one global batch where the work does not say."""
STATE = 6.0
"""Bytes for each parameter that stay on every chip of a data parallel group: weights and gradients."""
ROOM = 0.6
"""Share of memory for these; the rest is activations and the shards of the optimiser."""
ELEMENTS = 34
"""Bytes of activations for each token, layer and unit of width outside attention (arXiv 2205.05198), written and read
once each way."""
COPY = 4
"""Bytes of each unit of width for a token sent to one expert, as `ELEMENTS`."""
ALONE = 10
"""Of these, what every rank of a tensor parallel group keeps in full without sequence parallelism."""
_OPTIMISER = 16.0


@dataclass(frozen=True)
class Layout:
    """How a training is spread: chips, ranks of each kind, micro-batches through each pipeline, sequences in all."""

    chips: int
    tensor: int
    pipeline: int
    contexts: int
    replicas: float
    microbatches: float
    sequences: int


def layout(chip: Chip, work: Work) -> Layout:
    """The layout of a work, as it says or as its model, the memory and the scale-up link ask."""
    tensor = work.tensor or (8 if chip.scaleup_chips >= 8 else chip.scaleup_chips)
    need = STATE * work.model.total / (ROOM * chip.memory * tensor)
    pipeline = work.pipeline or 2 ** max(0, math.ceil(math.log2(max(need, 1.0))))
    size = tensor * pipeline * work.contexts
    chips = work.chips or max(CLUSTER // size, 1) * size
    sequences = work.global_batch or max(1, BATCH_TOKENS // work.context)
    # experts lie across the data parallel replicas, so a mixture spans fewer pipelines of its own
    replicas = chips / size
    return Layout(chips, tensor, pipeline, work.contexts, replicas, sequences / replicas / work.microbatch, sequences)


def model_flops(model: Model, context: int) -> float:
    """Operations the model itself asks for each token, forward and backward, attention counted in full as published
    utilisations do."""
    return 6 * model.active + 6 * model.heads * (model.qk_dim + model.v_dim) * context * model.layers


def training_step(chip: Chip, work: Work, constants: Constants) -> Step:
    """One step of training on one chip; its tokens are its share of the global batch."""
    spread, precision = layout(chip, work), chip.precision(work.precision, integers=False)
    tokens = spread.sequences * work.context / spread.chips
    again = {"none": 1.0, "selective": 1.0, "full": 4.0 / 3.0}[work.recompute]
    share = {"bf16": "gemm16", "fp4": "train4"}.get(precision, "train8")
    matrix = 6 * work.model.active * tokens * again / matrix_rate(chip, precision, share, constants)
    attention = _attention(chip, work, tokens, again, constants)
    traffic = _traffic(chip, work, spread, tokens, again, constants)
    link = _tensor(chip, work, spread, tokens, again, constants)
    hide = work.overlap != "no"
    doing = matrix + attention + traffic
    if work.model.experts:
        link += _experts(chip, work, tokens, constants)
    inner = (overlapped(doing, link, constants) if hide else doing + link) * slowest_stage(work.model, spread.pipeline)
    bubble = (spread.pipeline - 1) / (spread.microbatches * work.interleave)
    update, exchange = _update(chip, work, spread, constants)
    total = inner * (1.0 + bubble)
    total = (overlapped(total, exchange, constants) if hide else total + exchange) + update
    terms = {
        "matrix": matrix,
        "attention": attention,
        "traffic": traffic,
        "link": link,
        "bubble": inner * bubble,
        "exchange": exchange,
        "update": update,
    }
    waiting = 1.0 + constants["waiting"] * max(0.0, math.log2(spread.chips / FEW))
    seconds = total * waiting * constants.platform(chip.platform, work.phase)
    return Step(seconds, tokens, spread.microbatches, spread.tensor, precision, hide, terms)


def slowest_stage(model: Model, pipeline: int) -> float:
    """The work of the slowest stage of a pipeline over that of the mean one.

    The last stage has the projection to the vocabulary besides. Layers that go into the stages evenly are dealt evenly,
    as published runs do; others so that the slowest stage has least.
    """
    head = model.head / ((model.active - model.head) / model.layers)
    mean = (model.layers + head) / pipeline
    if pipeline == 1 or pipeline > model.layers:
        return 1.0
    if model.layers % pipeline == 0:
        return (model.layers / pipeline + head) / mean
    last = range(model.layers // pipeline + 1)
    return min(max(math.ceil((model.layers - own) / (pipeline - 1)), own + head) for own in last) / mean


def _attention(chip: Chip, work: Work, tokens: float, again: float, constants: Constants) -> float:
    """Seconds of attention proper: fused kernels skip what lies ahead and compute it once more on the way back."""
    model = work.model
    whole = 6 * model.heads * (model.qk_dim + model.v_dim) * work.context * model.layers * tokens
    fused = work.fused_attention == "yes"
    again = max(again, 7.0 / 6.0 if fused else 4.0 / 3.0 if work.recompute == "selective" else 1.0)
    return whole * (0.5 if fused else 1.0) * again / (chip.rates["bf16"] * constants["attention"])


def _traffic(chip: Chip, work: Work, spread: Layout, tokens: float, again: float, constants: Constants) -> float:
    model, split = work.model, work.sequence_parallel == "yes"
    kept = ELEMENTS / spread.tensor if split else ALONE + (ELEMENTS - ALONE) / spread.tensor
    whole = 3 * 2 * kept * model.hidden * again
    copies = COPY / spread.tensor if split else COPY
    whole += constants["mixture"] * 3 * 2 * copies * model.top_k * model.hidden
    if work.fused_attention == "no":
        # scores written, masked, dropped and read: five bytes for each pair and head
        twice = max(again, 4.0 / 3.0 if work.recompute == "selective" else 1.0)
        whole += 3 * 2 * 5 * model.heads * work.context / spread.tensor * twice
    stage = tokens * spread.tensor  # the tokens a chip sees on its layers
    bandwidth = chip.bandwidth * constants["memory"]
    return whole * constants["traffic"] * model.layers * stage / bandwidth


def _tensor(chip: Chip, work: Work, spread: Layout, tokens: float, again: float, constants: Constants) -> float:
    """Seconds of the all-reduces of the tensor parallel group: two a layer forward, two backward, twice for redoing."""
    if spread.tensor == 1:
        return 0.0
    rounds = 4.0 * (1.5 if again > 1 else 1.0)
    moved = rounds * work.model.layers * 2 * (spread.tensor - 1) / spread.tensor * work.model.hidden * 2.0
    inside = chip.scaleup * constants["scaleup"]
    if spread.tensor > chip.scaleup_chips:
        inside = min(inside, (chip.scaleout or chip.scaleup) * constants["scaleout"] * chip.scaleup_chips)
    return moved * tokens * spread.tensor / inside


def _experts(chip: Chip, work: Work, tokens: float, constants: Constants) -> float:
    """Seconds of sending tokens to experts and back, forward and backward."""
    model, ranks = work.model, work.ranks or 64
    nodes = max(1.0, ranks / chip.ranks / chip.scaleup_chips)
    width = 2 * model.hidden * (SCALES + 2.0) * model.moe_layers * tokens
    distinct = model.top_k * (1.0 - 1.0 / ranks)
    inside = width * distinct / (chip.scaleup * constants["scaleup"])
    if nodes <= 1:
        return inside
    limit = min(nodes, float(model.route_groups or model.top_k))
    beyond = width * limit * (1.0 - (1.0 - 1.0 / limit) ** model.top_k) * (1.0 - 1.0 / nodes)
    return max(inside, beyond / ((chip.scaleout or chip.scaleup) * constants["scaleout"]))


def _update(chip: Chip, work: Work, spread: Layout, constants: Constants) -> tuple[float, float]:
    """Seconds of the optimiser, and of exchanging gradients and weights with the other replicas."""
    model = work.model
    split = spread.tensor * spread.pipeline
    experts = model.experts * model.expert * model.moe_layers
    own = (model.total - experts) / split + experts / min(split * (work.ranks or 64), spread.chips)
    shards = max(1.0, spread.replicas * spread.contexts if work.fused_attention == "yes" else 1.0)
    update = own * _OPTIMISER / shards / (chip.bandwidth * constants["memory"])
    if spread.replicas <= 1:
        return update, 0.0
    # neighbours of one replica group in a scale-up domain share their network links
    together = chip.scaleup_chips // (spread.tensor * spread.contexts)
    if spread.replicas <= together or chip.scaleout is None:
        return update, own * 4.0 / (chip.scaleup * constants["scaleup"])
    beyond = own * 4.0 / (chip.scaleout * constants["scaleout"]) / max(1, together)
    return update, max(beyond, own * 4.0 / (chip.scaleup * constants["scaleup"]) if together > 1 else 0.0)
