from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

import polars as pl
import pytest

from lotgate.items.composition import Hint, settle_upwards, settlements


def shipped_hints() -> list[Hint]:
    folder = files("lotgate").joinpath("law/data/cn")
    hints = []
    for measure in ("CN-2025-18", "CN-2025-57", "CN-2023-23", "CN-2025-10", "CN-2024-33"):
        text = folder.joinpath(measure, "lists", "composition_hints.csv").read_text(encoding="utf-8")
        hints += [Hint.from_row(row) for row in csv.DictReader(text.splitlines())]
    return hints


HINTS = shipped_hints()


@pytest.mark.parametrize(
    ("stage", "composition", "codes"),
    [
        ("magnet", {"Nd": 0.29, "Tb": 0.012, "Fe": 0.688, "B": 0.01}, {"1C904.a.4"}),
        ("magnet", {"Nd": 0.31, "Dy": 0.0005, "Fe": 0.68, "B": 0.0095}, {"1C905.a.4"}),
        ("magnet", {"Nd": 0.3, "Dy": 0.02, "Tb": 0.01, "Fe": 0.66, "B": 0.01}, {"1C904.a.4", "1C905.a.4"}),
        ("magnet", {"Sm": 0.26, "Co": 0.5, "Fe": 0.24}, {"1C902.a.4"}),
        ("magnet", {"Nd": 0.3, "Ho": 0.02, "Fe": 0.67, "B": 0.01}, {"1C909.a"}),
        ("magnet", {"Nd": 0.3, "Fe": 0.69, "B": 0.01}, set()),
        ("magnet", {"Sm": 0.24, "Fe": 0.73, "N": 0.03}, set()),
        ("oxide", {"Dy": 0.87}, {"1C905.b"}),
        ("oxide", {"Y": 0.78}, {"1C908.b"}),
        ("metal", {"Dy": 0.99}, {"1C905.a.1"}),
        ("metal", {"Nd": 0.98, "Dy": 0.01}, set()),
        ("metal", {"Dy": 0.4}, set()),
        ("target", {"Gd": 0.999}, {"1C903.a.3"}),
        ("target", {"Tb": 0.2, "Co": 0.8}, {"1C904.a.3"}),
        ("alloy", {"Sm": 0.25, "Co": 0.75}, {"1C902.a.2"}),
        ("alloy", {"Tb": 0.3, "Dy": 0.2, "Fe": 0.5}, {"1C905.a.2"}),
        ("compound", {"Lu": 0.5}, {"1C906.c"}),
        ("compound", {"W": 0.93, "C": 0.06}, {"1C117.d"}),
        ("compound", {"Ga": 0.482, "As": 0.518}, {"Ga"}),
        ("metal", {"Ga": 0.9999}, {"Ga"}),
        ("metal", {"Ge": 0.9999}, {"Ge"}),
        ("metal", {"Bi": 0.999}, {"6C001.a"}),
        ("metal", {"Te": 0.999}, {"6C002.a"}),
        ("compound", {"In": 0.788, "P": 0.212}, {"3C004.a"}),
        ("assembly", {"Nd": 0.04, "Dy": 0.003, "Fe": 0.9}, set()),
        ("finished", {"Dy": 0.0001}, set()),
        (None, {"Dy": 0.99}, set()),
        ("metal", None, set()),
        ("metal", {}, set()),
        ("metal", {"Dy": None}, set()),
        ("oxide", {"Dy": 0.0}, set()),
    ],
)
def test_composition_settles_upwards(stage: str | None, composition: dict[str, Any] | None, codes: set[str]) -> None:
    assert settle_upwards(stage, composition, HINTS) == codes


def test_table_of_settlements_names_what_was_found() -> None:
    items = pl.DataFrame({"item": ["b", "a", "c"], "stage": ["magnet", "oxide", None]})
    composition = pl.DataFrame(
        {
            "item": ["a", "b", "b", "b", "c"],
            "substance": ["Dy", "Fe", "tb", "Nd", "Dy"],
            "mass_fraction": [0.87, 0.68, 0.01, 0.3, 0.9],
        }
    )
    table = settlements(items, composition, HINTS)
    assert table.select("item", "control_code").rows() == [("b", "1C904.a.4"), ("a", "1C905.b")]
    assert table["found"].to_list() == [["Fe", "Nd", "Tb"], ["Dy"]]
    assert table["name_zh"][0] == "含铽的钕铁硼永磁材料"


def test_every_hint_reads() -> None:
    assert len(HINTS) > 60
    assert all(hint.name_en and hint.name_zh for hint in HINTS)


def test_a_hint_without_substance_is_refused() -> None:
    with pytest.raises(ValueError, match="needs control_code"):
        Hint.from_row({"control_code": "1C905.b", "stage": "oxide", "substances": ""})
