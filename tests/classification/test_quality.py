"""Floors under the quality of proposals, on goods described by hand and on the casebook; `bench.classification` prints
the figures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from bench.classification import GOODS, Score, own_texts, read_goods, read_workspace, scored

import lotgate
from lotgate.classification import Classifier
from lotgate.law import Law

SHARED = Path(__file__).parents[3] / "shared"
CASES, LISTS = SHARED / "cases", SHARED / "lists"
beside = pytest.mark.skipif(not CASES.is_dir(), reason="SKIPPED: no casebook beside the checkout (../shared/cases)")


@cache
def law() -> Law:
    return lotgate.load_law()


@cache
def by_law() -> Classifier:
    return Classifier(law())


@cache
def by_lists() -> Classifier:
    return Classifier(law(), LISTS)


def of(score: Score) -> tuple[float, float, float]:
    """Top-1, top-3 and the share of false proposals."""
    return score.first / score.asked, score.third / score.asked, score.false / max(score.clean, 1)


@pytest.mark.parametrize("wanted", ["tune", "held"])
def test_chinese_and_japanese_codes_of_goods_described_by_hand(wanted: str) -> None:
    found = scored(by_law(), read_goods(GOODS, wanted))
    first, third, false = of(found["cn"])
    assert first >= 0.85 and third >= 0.9 and false <= 0.15
    assert of(found["jp"])[1] == 1.0


def test_texts_of_the_law_data_are_found_across_languages() -> None:
    found = own_texts(by_law(), law())
    assert of(found["cn"])[0] >= 0.74
    assert of(found["cn"])[1] >= 0.81
    assert of(found["jp"])[1] == 1.0


@beside
def test_the_casebook_with_its_codes_taken_away() -> None:
    first, third, false = of(scored(by_lists(), read_workspace(CASES, law()))["cn"])
    assert first >= 0.95 and third >= 0.97 and false <= 0.15


@beside
def test_us_and_eu_headings_of_goods_described_by_hand() -> None:
    tune, held = (scored(by_lists(), read_goods(GOODS, wanted)) for wanted in ("tune", "held"))
    assert of(tune["us"])[1] >= 0.75 and of(tune["eu"])[1] >= 0.75
    assert of(held["us"])[1] >= 0.57 and of(held["eu"])[1] >= 0.57
    assert of(tune["us"])[2] <= 0.25 and of(held["us"])[2] <= 0.3
