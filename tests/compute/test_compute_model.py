"""The model behaves like a machine: more of anything is never slower, more work is never faster, intervals hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotgate.compute import calibration, compare, estimate, find_system, read_work, systems
from lotgate.compute.hardware import Chip, System
from lotgate.compute.inference import clock, group_ranks, inference_step, overlapped
from lotgate.compute.training import layout, training_step
from lotgate.compute.works import PHASES, Work, catalogue

CONSTANTS = calibration().constants
WORKS = [
    read_work(text)
    for text in (
        "deepseek-r1 prefill 4k batch=16384 ranks=32",
        "deepseek-r1 decode 4k batch=32 ranks=128",
        "deepseek-r1 decode 4k batch=32 tokens=2 yield=1.7 ranks=128 balance=perfect",
        "llama-3.1-70b decode 4k batch=16 ranks=8",
        "qwen3-235b-a22b prefill 8k ranks=32",
        "llama-3.1-405b training 8k tensor=8 pipeline=16 chips=4096",
        "llama-3.1-405b training 8k precision=8bit tensor=8 pipeline=16 chips=4096",
        "deepseek-r1 training 4k precision=8bit tensor=1 pipeline=16 chips=2048 global=15360",
    )
]
SYSTEMS = [one.name for one in systems()]


def seconds(chip: Chip, work: Work) -> float:
    """Seconds of one step on one chip."""
    if work.phase == "training":
        return training_step(chip, work, CONSTANTS).seconds
    return inference_step(chip, work, work.batch or 16384.0, CONSTANTS).seconds


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(SYSTEMS),
    work=st.sampled_from(WORKS),
    field=st.sampled_from(["bandwidth", "scaleup", "scaleout"]),
    factor=st.floats(1.0, 20.0),
)
def test_more_bandwidth_is_never_slower(name: str, work: Work, field: str, factor: float) -> None:
    chip = find_system(name).chip
    held = getattr(chip, field)
    if held is not None:
        better = replace(chip, **{field: held * factor})
        assert seconds(better, work) <= seconds(chip, work) * (1 + 1e-12)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(SYSTEMS), factor=st.floats(1.0, 8.0), phase=st.sampled_from(PHASES))
def test_a_better_chip_is_never_worse_in_a_work_that_chooses_its_batch(name: str, factor: float, phase: str) -> None:
    system, work = find_system(name), read_work(phase)
    work = replace(work, ranks=320, tensor=8, pipeline=16, chips=4096) if phase != "prefill" else work
    better = replace(system, chip=replace(system.chip, bandwidth=system.chip.bandwidth * factor))
    before, after = estimate(system, work), estimate(better, work)
    assert before.rate is not None
    assert after.rate is not None
    assert after.rate.value >= before.rate.value * (1 - 1e-12)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(SYSTEMS), work=st.sampled_from(WORKS), longer=st.integers(1, 16))
def test_longer_texts_never_take_less_time_a_token(name: str, work: Work, longer: int) -> None:
    chip = find_system(name).chip
    grown = replace(work, context=work.context * longer)
    scale = longer if work.phase == "training" and work.global_batch else 1
    assert seconds(chip, grown) / scale >= seconds(chip, work) * (1 - 1e-9)


@given(work=st.floats(0, 1e3), hidden=st.floats(0, 1e3))
def test_overlapping_lies_between_the_longer_and_the_sum(work: float, hidden: float) -> None:
    found = overlapped(work, hidden, CONSTANTS)
    assert max(work, hidden) <= found * (1 + 1e-12)
    assert found <= (work + hidden) * (1 + 1e-12)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(SYSTEMS), named=st.sampled_from(sorted(catalogue())))
def test_every_system_does_every_work_and_intervals_hold_their_estimate(name: str, named: str) -> None:
    found = estimate(find_system(name), read_work(named))
    for one in (found.rate, found.whole, found.energy, found.token_ms):
        if one is not None:
            assert 0 < one.low < one.value < one.high
    if found.rate is None:
        assert [mark.key for mark in found.marks] == ["memory"]
    elif found.token_ms is not None and found.work.latency is not None and found.meets_latency:
        assert found.token_ms.value <= found.work.latency


@settings(max_examples=25, deadline=None)
@given(first=st.sampled_from(SYSTEMS), second=st.sampled_from(SYSTEMS))
def test_either_order_says_the_same(first: str, second: str) -> None:
    there, back = compare(first, second, PHASES), compare(second, first, PHASES)
    for one, other in zip(there.sides, back.sides, strict=True):
        if one.equal is None:
            assert other.equal is None
            continue
        assert other.equal is not None
        assert one.equal.value * other.equal.value == pytest.approx(1.0)
        assert one.equal.low * other.equal.high == pytest.approx(1.0)
        assert one.equal.high * other.equal.low == pytest.approx(1.0)


def test_a_system_equals_itself_without_doubt() -> None:
    for side in compare("GB200-NVL72", "NVL72").sides:
        assert side.equal is not None
        assert side.equal.low == side.equal.value == side.equal.high == 1.0
        assert side.energy is not None
        assert side.energy.low == pytest.approx(1.0)


def test_what_two_systems_share_cancels() -> None:
    """Two machines of one chip are compared more surely than either is estimated."""
    for side in compare("HGX-H100", "HGX-H200", PHASES).sides:
        assert side.equal is not None
        alone = side.estimates[1].rate
        assert alone is not None
        both = 2 * np.log(alone.high / alone.value) ** 2
        assert np.log(side.equal.high / side.equal.value) ** 2 < both


def test_figures_are_of_chips_not_of_dies() -> None:
    """An Ascend 910C holds two dies, each with weights of its own: half the room of one rank for everything."""
    chip = find_system("CloudMatrix384").chip
    work = read_work("deepseek-r1 decode 4k batch=96 tokens=2 yield=1.7 ranks=320")
    whole = inference_step(chip, work, 96, CONSTANTS)
    one_rank = inference_step(replace(chip, ranks=1), replace(work, ranks=160), 96, CONSTANTS)
    assert whole.terms["matrix"] > one_rank.terms["matrix"]
    assert whole.tokens == pytest.approx(96 * 1.7)


def test_a_format_the_chip_lacks_is_replaced_by_a_longer_one() -> None:
    ascend, blackwell = find_system("CloudMatrix384").chip, find_system("HGX-B300").chip
    assert [ascend.precision(one) for one in ("8bit", "fp4", "fp8", "bf16")] == ["int8", "int8", "int8", "bf16"]
    assert blackwell.precision("8bit") == "fp8"
    assert blackwell.precision("int8") == "fp8"  # its 8-bit integers are slower than BF16


def test_groups_stay_within_the_scale_up_domain_where_it_is_wide() -> None:
    work = read_work("decode")
    ranks = {name: group_ranks(find_system(name).chip, work) for name in ("GB200-NVL72", "CloudMatrix384", "HGX-H100")}
    assert ranks == {"GB200-NVL72": 72, "CloudMatrix384": 320, "HGX-H100": 128}


def test_training_is_laid_out_so_that_weights_fit() -> None:
    for system in systems():
        spread = layout(system.chip, read_work("training"))
        held = 6 * read_work("training").model.total / (spread.tensor * spread.pipeline)
        assert held <= 0.6 * system.chip.memory
        assert spread.chips % (spread.tensor * spread.pipeline) == 0


def test_what_does_not_fit_has_no_figure() -> None:
    found = estimate(find_system("HGX-H100"), read_work("deepseek-r1 decode 4k batch=4000"))
    assert (found.rate, found.energy, [mark.key for mark in found.marks]) == (None, None, ["memory"])
    side = compare("HGX-H100", "GB200-NVL72", ["deepseek-r1 decode 4k batch=4000"]).sides[0]
    assert side.equal is None


def test_a_limit_nobody_meets_is_said() -> None:
    found = estimate(find_system("HGX-H20"), read_work("deepseek-r1 decode 4k latency=1"))
    assert not found.meets_latency
    assert "latency" in {mark.key for mark in found.marks}


def marks(system: str, work: str) -> set[str]:
    return {mark.key for mark in estimate(find_system(system), read_work(work)).marks}


def test_what_is_extrapolated_is_marked() -> None:
    assert marks("CloudMatrix384", "decode") == set()
    assert marks("CloudMatrix384", "training") == {"platform"}
    assert marks("GB200-NVL72", "decode-fp4") == {"format"}
    assert marks("HGX-H200", "decode") == {"chip", "secondary"}
    assert "roadmap" in marks("Atlas-950-SuperPoD", "prefill")
    assert "context" in marks("GB200-NVL72", "decode-long")
    assert "model" in marks("GB200-NVL72", "dense-decode")
    assert "fast" in marks("GB200-NVL72", "decode-fast")
    assert "fallback" in marks("HGX-A100", "llama-3.1-405b training 8k precision=fp8")


def test_what_is_extrapolated_has_a_wider_interval() -> None:
    plain, four = (estimate(find_system("GB200-NVL72"), read_work(one)) for one in ("prefill", "prefill-fp4"))
    assert plain.rate is not None
    assert four.rate is not None
    assert four.rate.high / four.rate.value > plain.rate.high / plain.rate.value


def test_a_chip_keeps_the_clock_that_its_power_allows() -> None:
    """Much power to spare: full clock. Half of what is needed, far below: the root of a half."""
    chip = find_system("HGX-H100").chip
    needed = CONSTANTS["energy"] * 1e-12 * chip.rates["bf16"]

    def keeps(share: float, node: float = 5) -> float:
        return clock(replace(chip, power=share * needed, node=node), CONSTANTS)

    assert keeps(5) == pytest.approx(1, abs=1e-3)
    assert keeps(0.02) / keeps(0.04) == pytest.approx(0.5**0.5, abs=1e-3)
    assert keeps(0.7, node=7) == pytest.approx(keeps(0.5)) == pytest.approx(keeps(0.36, node=3))
    assert keeps(1) == clock(replace(chip, power=None, node=None), CONSTANTS)


def test_more_chips_wait_longer_for_the_slowest() -> None:
    chip = find_system("HGX-H100").chip
    few, many = (read_work(f"llama-3.1-405b training 8k chips={n} global={n // 4}") for n in (1024, 8192))
    rates = [one.tokens / one.seconds for one in (training_step(chip, work, CONSTANTS) for work in (few, many))]
    assert rates[0] / rates[1] == pytest.approx(
        (1 + 10 * CONSTANTS["waiting"]) / (1 + 7 * CONSTANTS["waiting"]), rel=2e-3
    )


def test_a_system_without_stated_power_is_estimated_from_its_chips_and_more_widely() -> None:
    stated: System = find_system("HGX-H100")
    silent = replace(stated, power=None)
    mine, theirs = (estimate(one, read_work("prefill")) for one in (stated, silent))
    assert mine.energy is not None
    assert theirs.energy is not None
    assert theirs.power == pytest.approx(8 * 700 * 1.8)
    assert theirs.energy.high / theirs.energy.value > mine.energy.high / mine.energy.value
    dark = replace(silent, chip=replace(silent.chip, power=None))
    assert estimate(dark, read_work("prefill")).energy is None
