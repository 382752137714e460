"""Bills in the units people buy in: converted inside one dimension, by mass between two, refused otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import ITEM, LINE, PARTIES, law, lists, table

import lotgate
from lotgate.decide import Decisions
from lotgate.errors import InputError
from lotgate.tables import load

LOGIC = {"item": "logic", "made_in": "US", "us_code": "3A001.a.7", "unit_mass_kg": ""}
BOX = {"item": "box", "made_in": "MY", "us_code": "3A002", "unit_value": "2000"}


def decided(folder: Path, part: dict[str, str], line: dict[str, str], **more: list[dict[str, str]]) -> Decisions:
    """A Malaysian box for 2,000 dollars with US logic in it, on its way to China."""
    lot = LINE | {"item": "box", "ship_from": "MY", "destination": "CN", "unit": "C62"}
    table(folder, "shipments", [lot])
    table(folder, "items", [ITEM | LOGIC | part, ITEM | BOX])
    table(folder, "bom", [{"parent": "box", "component": "logic"} | line])
    table(folder, "parties", PARTIES)
    for name, rows in more.items():
        table(folder, name, rows)
    return lotgate.check(load(folder), law=law(), lists=lists())


@pytest.mark.parametrize(("quantity", "answer"), [("499.9", "go"), ("500", "go"), ("500.1", "apply")])
@pytest.mark.parametrize(
    ("part", "unit"),
    [
        ({"unit": "KGM", "unit_value": "1000"}, "GRM"),  # a dollar for a gram
        ({"unit": "MIL", "unit_value": "1000"}, "H87"),
        ({"unit": "", "unit_value": "1", "unit_mass_kg": "0.001"}, "GRM"),
        ({"unit": "KMT", "unit_value": "1000"}, "MTR"),
    ],
)
def test_25_percent_is_exact_in_any_unit(
    tmp_path: Path, part: dict[str, str], unit: str, quantity: str, answer: str
) -> None:
    [line] = decided(tmp_path, part, {"quantity": quantity, "unit": unit})
    assert line.regimes["us"].answer == answer


def test_without_the_mass_of_one_the_mass_is_asked_for(tmp_path: Path) -> None:
    [line] = decided(tmp_path, {"unit": "C62"}, {"quantity": "2", "unit": "KGM"})
    assert line.regimes["us"].answer == "ask"
    assert {(ask.fact, ask.subject) for ask in line.regimes["us"].asks} == {("unit_mass_kg", "logic")}
    told = [{"subject": "logic", "fact": "unit_mass_kg", "value": "0.01", "source": "data sheet"}]
    [line] = decided(tmp_path, {"unit": "C62"}, {"quantity": "2", "unit": "KGM"}, facts=told)
    assert line.regimes["us"].answer == "go"
    told[0]["value"] = "0.001"
    [line] = decided(tmp_path, {"unit": "C62"}, {"quantity": "2", "unit": "KGM"}, facts=told)
    assert line.regimes["us"].answer == "apply"


@pytest.mark.parametrize(
    ("part", "line", "said"),
    [
        ({"unit": "KGM"}, {"quantity": "2", "unit": "C62"}, "bom, row 1, column unit: C62 is a unit of count"),
        ({"unit": ""}, {"quantity": "2", "unit": "MTR"}, "logic is priced by C62"),
        ({"unit": "KT"}, {"quantity": "2", "unit": "SET"}, "SET is a unit of set"),
        ({"unit": "", "unit_mass_kg": "none"}, {"quantity": "2", "unit": "KGM"}, "with a unit_mass_kg for logic"),
        ({"unit": "kg"}, {"quantity": "2", "unit": "KGM"}, "expected KGM"),
        ({"unit": ""}, {"quantity": "2", "unit": "pcs"}, "expected H87"),
        ({"unit": "GRM", "unit_mass_kg": "1"}, {"quantity": "2", "unit": ""}, "one GRM weighs 0.001 kg (found '1')"),
    ],
)
def test_what_cannot_be_converted_is_refused_with_its_row(
    tmp_path: Path, part: dict[str, str], line: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        decided(tmp_path, part, line)
    assert said in str(caught.value)
    assert all(fault.message_zh for fault in caught.value.faults)


def test_mass_shares_count_what_is_bought_by_mass(tmp_path: Path) -> None:
    part = {"unit": "LBR", "unit_value": "10", "cn_code": "1C902.a.1", "made_in": "CN", "stage": "metal"}
    decided(tmp_path, part, {"quantity": "2", "unit": "ONZ"})
    table(tmp_path, "items", [ITEM | LOGIC | part, ITEM | BOX | {"unit_mass_kg": "0.45359237"}])
    [row] = lotgate.content(load(tmp_path), items=["box"], law=law()).rows.filter(basis="CN-2025-61#1.1").to_dicts()
    assert row["mass_share_low"] == row["mass_share_high"] == pytest.approx(0.125, rel=1e-12)
    assert row["value_share_low"] == 10 * 2 / 16 / 2000
