"""Published tables of chips: layouts, units, and figures that do not agree with each other."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from lotgate.errors import InputError
from lotgate.items.published import Published, read_published

HEAD = "model,fp16_tops,fp8_tops,fp4_tops,int8_tops,tpp,die_area_mm2,node_nm,datacentre\n"


def read(folder: Path, text: str) -> dict[str, Published]:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return {one.name: one for one in read_published(path)}


def said(one: Published) -> str:
    return " ".join(note[0] for note in (*one.metric.notes, *one.notes))


def test_rates_side_by_side_become_formats_and_the_total_is_computed(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "A,100,200,500,200,2000,500,7,yes\n")["A"]
    assert (found.metric.tpp.low, found.metric.governing_precision) == (2000, "fp4")
    assert found.metric.performance_density.low == 4
    assert found.metric.datacentre == "yes"
    assert found.stated_tpp == 2000


def test_epochs_layout_is_read_in_its_units(tmp_path: Path) -> None:
    head = "Hardware name,Tensor-FP16/BF16 performance (FLOP/s),TF32 (TensorFloat-32) performance (FLOP/s),"
    head += "Memory bandwidth (byte/s),Intranode bandwidth (byte/s),Transistors (millions),Notes\n"
    found = read(tmp_path, head + 'B,2.5e14,1.2e14,2e12,6e11,42000,"a, note"\n')["B"]
    assert (found.metric.tpp.low, found.metric.dram_gb_per_s.low, found.metric.io_gb_per_s.low) == (4000, 2000, 600)
    assert found.metric.transistors_bn.low == 42
    assert found.stated_tpp is None


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ("A,100,,,,3200,,,", "stated TPP 3,200, computed 1,600: twice as much, perhaps sparse rates"),
        ("A,100,,,,800,,,", "stated TPP 800, computed 1,600: half as much, perhaps multiply-adds counted once"),
        ("A,100,,,,2000,,,", "stated TPP 2,000, computed 1,600"),
        ("A,100,,,400,3200,,,", "INT8 is four times FP16: perhaps a sparse rate"),
        ("A,100,200,800,,3200,,,", "FP4 is four times FP8: perhaps a sparse rate"),
        ("H100 SXM5,1979,3958,,,31664,814,5,yes", "TPP 31664 differs from the catalogue's 15832: twice as much"),
    ],
)
def test_figures_that_do_not_agree_are_pointed_out(tmp_path: Path, row: str, note: str) -> None:
    assert note in said(next(iter(read(tmp_path, f"{HEAD}{row}\n").values())))


@pytest.mark.parametrize(
    "row", ["A,100,200,400,200,1600,500,7,yes", "A,100,,,,1601,,,", "A,100,,,,,,,", "A,100,300,,,2400,,,"]
)
def test_figures_that_agree_go_without_a_word(tmp_path: Path, row: str) -> None:
    assert said(read(tmp_path, f"{HEAD}{row}\n")["A"]) == ""


def test_unknown_rates_stay_unknown(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "A,,,,,4900,500,7,yes\n")["A"]
    assert (found.metric.tpp.low, found.metric.tpp.high) == (0, None)


def test_a_higher_total_opens_the_figure_upwards_and_a_lower_one_changes_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "A,100,,,,2000,400,7,yes\nB,100,,,,1000,400,7,yes\n")
    assert (found["A"].metric.tpp.high, found["A"].metric.performance_density.high) == (2000, 5)
    assert found["A"].metric.governing_precision is None
    assert found["B"].metric.tpp.high == 1600


def test_only_planar_dies_have_no_applicable_area(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "old,100,,,,,400,28,yes\nnew,100,,,,,400,22,yes\n")
    assert found["old"].metric.performance_density.high == 0
    assert found["new"].metric.performance_density.low == Fraction(4)


def test_every_bad_cell_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, HEAD + "A,fast,,,,,,,\n,100,,,,,,,\nB,-1,nan,,,,,,\n")
    assert [str(fault) for fault in caught.value.faults] == [
        "table.csv, row 1, column fp16_tops: bad value (found 'fast'); expected a number, zero or more",
        "table.csv, row 2, column model: empty; expected the name of a chip",
        "table.csv, row 3, column fp16_tops: bad value (found '-1'); expected a number, zero or more",
        "table.csv, row 3, column fp8_tops: bad value (found 'nan'); expected a number, zero or more",
    ]


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no table of chips that is known"):
        read(tmp_path, "line,item\n1,2\n")
    with pytest.raises(InputError, match="cannot be read"):
        read_published(tmp_path / "none.csv")
