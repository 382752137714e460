"""Floors under the quality of proposals, on goods described by hand and on the casebook; `bench.classification` prints
the figures."""

from __future__ import annotations

from functools import cache

import pytest
from bench.classification import GOODS, Score, own_texts, read_goods, read_workspace, scored

import lotgate
from casebook import CASES, LISTS, beside
from lotgate.classification import Classifier
from lotgate.law import Law


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
    found = scored(by_lists(), read_workspace(CASES, law()))
    first, third, false = of(found["cn"])
    assert first >= 0.95 and third >= 0.97 and false <= 0.15
    assert of(found["us"])[1] >= 0.8 and of(found["us"])[2] <= 0.26
    assert of(found["eu"])[2] <= 0.35


@beside
@pytest.mark.parametrize(("wanted", "least", "most"), [("tune", 0.95, 0.15), ("held", 0.85, 0.2), ("fresh", 0.82, 0.2)])
def test_us_and_eu_headings_of_goods_described_by_hand(wanted: str, least: float, most: float) -> None:
    found = scored(by_lists(), read_goods(GOODS, wanted))
    for regime in ("us", "eu"):
        assert of(found[regime])[1] >= least, regime
        assert of(found[regime])[2] <= most, regime


def test_the_index_of_goods_leads_to_headings_without_any_list() -> None:
    found = scored(by_law(), read_goods(GOODS, "held"))
    assert of(found["us"])[1] >= 0.5 and of(found["eu"])[1] >= 0.5
