"""Published results: units, what enters, what the calibration gives, and how far off the model is on what it did not
see."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from statistics import mean

import numpy as np
import pytest

from lotgate.compute import calibration, read_work, systems
from lotgate.compute.calibrate import Left, calibrate, fit, kept_back, left_out, misfit, platforms
from lotgate.compute.constants import CONSTANTS, Constants, names_of, prior
from lotgate.compute.estimate import NINE_TENTHS
from lotgate.compute.hardware import chips, find_chip
from lotgate.compute.models import find_model
from lotgate.compute.results import predicted, results
from lotgate.compute.training import slowest_stage, training_step
from lotgate.items.catalogue import find_accelerators


@cache
def left() -> list[Left]:
    return left_out()


def test_every_result_has_a_source_and_one_that_does_not_enter_says_why() -> None:
    for one in results():
        assert one.source
        assert one.fitted or one.note, one.id
        assert not (one.fitted and one.kept_back)
    assert {one.phase for one in results() if one.fitted} >= {"prefill", "decode", "training", "dispatch"}


def test_the_stored_calibration_is_that_of_the_results() -> None:
    stored, found = calibration(), calibrate("2026-01-01")
    assert stored.names == found.names
    assert stored.results == found.results
    assert np.exp(stored.logs) == pytest.approx(np.exp(found.logs), rel=1e-3)
    assert stored.residual == pytest.approx(found.residual, rel=1e-2)
    assert np.allclose(stored.covariance, found.covariance, atol=1e-4)


def test_errors_on_results_not_seen_are_what_the_documents_say() -> None:
    """The bar for the mean; the worst is stated in docs/compute.md and not allowed to grow."""
    assert mean(abs(one.fitted) for one in left()) <= 0.05
    assert mean(abs(one.without) for one in left()) <= 0.07
    assert mean(abs(one.without_platform) for one in left()) <= 0.10
    assert max(abs(one.fitted) for one in left()) <= 0.20
    assert max(abs(one.without) for one in left()) <= 0.20
    assert max(abs(one.without_platform) for one in left()) <= 0.21


def test_intervals_hold_about_nine_tenths_of_results_not_seen() -> None:
    inside = [abs(math.log1p(one.without)) <= NINE_TENTHS * one.spread for one in left()]
    assert mean(inside) >= 0.9
    far = [abs(math.log1p(one.without_platform)) <= NINE_TENTHS * one.platform_spread for one in left()]
    assert mean(far) >= 0.9


def test_results_kept_back_are_met() -> None:
    """Ten per cent in the mean and twenty at worst, on chips and models of which no result enters too."""
    kept, entered = kept_back(calibration()), [one for one in results() if one.fitted]
    assert {one.result.chip.name for one in kept} - {one.chip.name for one in entered} == {"H20 SXM", "H200 SXM"}
    models = {one.result.work.model.name for one in kept if one.result.work}
    assert models - {one.work.model.name for one in entered if one.work} == {"Kimi-K2", "Nemotron-4-15B"}
    assert mean(abs(one.error) for one in kept) <= 0.10
    assert max(abs(one.error) for one in kept) <= 0.20
    assert all(abs(math.log1p(one.error)) <= NINE_TENTHS * one.spread for one in kept)


def test_the_slowest_stage_has_the_last_projection_besides_its_layers() -> None:
    """Nemotron's 256,000 words weigh as much as 1.37 layers, on one stage of eight with twelve layers each."""
    assert slowest_stage(find_model("Nemotron-4-340B"), 1) == 1.0
    assert slowest_stage(find_model("Nemotron-4-340B"), 8) == pytest.approx((12 + 1.366) / ((96 + 1.366) / 8), rel=1e-3)
    # 126 layers on 8 stages: two stages have fifteen, and one of these the projection
    assert slowest_stage(find_model("Llama-3.1-405B"), 8) == pytest.approx(16 / ((126 + 0.659) / 8), rel=1e-3)
    # 61 layers on 16: the last stage takes two, so that no other needs more than four
    assert slowest_stage(find_model("DeepSeek-R1"), 16) == pytest.approx(4 / ((61 + 1.585) / 16), rel=1e-2)


def test_gradients_stay_on_the_scale_up_link_where_all_replicas_lie_within_it() -> None:
    work = read_work("nemotron-4-340b training 4k tensor=8 pipeline=4 chips=128 global=32")
    wide, narrow = find_chip("GB200"), replace(find_chip("GB200"), scaleup_chips=8)
    constants = calibration().constants
    inside, beyond = (training_step(chip, work, constants).terms["exchange"] for chip in (wide, narrow))
    rates = [wide.scaleup * constants["scaleup"], (wide.scaleout or 0) * constants["scaleout"]]
    assert beyond / inside == pytest.approx(rates[0] / rates[1])


def test_constants_stay_near_what_was_believed() -> None:
    """A constant that leaves its prior by far would be a fudge, not a measurement."""
    held = calibration()
    means, spreads = prior(held.names)
    assert np.all(np.abs(held.logs - means) <= 1.5 * spreads)
    assert len(CONSTANTS) < len([one for one in results() if one.fitted])


def test_the_fit_is_a_minimum_in_every_direction() -> None:
    """No constant moved by a little fits results and beliefs better."""
    held = [one for one in results() if one.fitted]
    names = names_of(platforms(held))
    logs, covariance = fit(held, names)
    least = misfit(held, names, logs)
    for place in range(len(names)):
        for step in (-0.1, 0.1):
            moved = logs.copy()
            moved[place] += step * np.sqrt(covariance[place, place])
            assert misfit(held, names, moved) >= least


def test_results_on_operators_check_the_parts() -> None:
    constants = calibration().constants
    for one in results():
        if one.fitted and one.phase in ("dispatch", "mla-compute", "mla-memory"):
            said = predicted(one, constants)
            assert said == pytest.approx(one.value, rel=0.15), one.id


def test_the_first_reckoning_without_any_result_is_already_close() -> None:
    """Priors alone, from datasheets and kernels: the model is no curve drawn through its results."""
    names = names_of(["hopper"])
    means, _ = prior(names)
    constants = Constants.of(names, means)
    errors = [
        abs((predicted(one, constants) or 0) / one.value - 1) for one in results() if one.fitted and one.throughput
    ]
    assert mean(errors) < 0.15
    assert max(errors) < 0.45


DIFFERENT = {
    ("Ascend 910C", "bf16"): "the law's catalogue takes the higher figure reported, 800; efficiencies here are of 752",
    ("GB200", "memory"): "185 against 186 GB",
    ("GB300", "memory"): "288 against 287.5 GB",
    ("TPU v5p", "bandwidth"): "",
    ("B300", "bandwidth"): "7.75 against 7.7 TB/s",
    ("Ascend 950PR", "bf16"): "",
    ("Ascend 950DT", "bf16"): "",
}


def test_chips_agree_with_the_catalogue_of_the_law() -> None:
    """Two sheets hold some of the same figures for different ends; where they differ, it is known and said."""
    differ = set()
    for chip in chips():
        found = find_accelerators(chip.name)
        if len(found) != 1:
            continue
        rates = {"bf16" if name == "fp16" else name: float(rate) * 1e12 for name, _, rate in found[0].rates}
        pairs = [(name, chip.rates.get(name), rate) for name, rate in rates.items()]
        memory, bandwidth = found[0].memory_gb, found[0].memory_gb_per_s
        pairs.append(("memory", chip.memory, None if memory is None else float(memory) * 1e9))
        pairs.append(("bandwidth", chip.bandwidth, None if bandwidth is None else float(bandwidth) * 1e9))
        for name, mine, theirs in pairs:
            if mine is not None and theirs is not None and abs(mine / theirs - 1) > 1e-3:
                differ.add((chip.name, name))
    assert differ <= set(DIFFERENT)
    assert ("Ascend 910C", "bf16") in differ


def test_totals_of_systems_are_those_of_their_chips_in_dense_rates() -> None:
    """Known totals, against counting sparsity or dies twice."""
    held = {one.name: one for one in systems()}
    nvl, matrix = held["GB200-NVL72"], held["CloudMatrix384"]
    assert nvl.chips * nvl.chip.rates["fp8"] == pytest.approx(360e15)
    assert nvl.chips * nvl.chip.rates["fp4"] == pytest.approx(720e15)
    assert matrix.chips * matrix.chip.rates["bf16"] == pytest.approx(288.8e15, rel=1e-3)
    assert matrix.memory == pytest.approx(49.2e12, rel=2e-3)
    assert matrix.chips * matrix.chip.bandwidth == pytest.approx(1229e12, rel=1e-3)
