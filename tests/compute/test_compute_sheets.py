"""Works in a user's words, and sheets of systems and models of one's own: read whole, refused whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from lotgate.compute import compare, find_model, find_system, read_models, read_systems, read_work
from lotgate.compute.works import PHASES, catalogue
from lotgate.errors import InputError


def faults(action: object, *given: object) -> str:
    with pytest.raises(InputError) as caught:
        action(*given)  # type: ignore[operator]
    return str(caught.value)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# ---- works -----------------------------------------------------------------------------------------------------------


def test_a_work_is_read_in_any_order_with_sizes() -> None:
    work = read_work("Decode 32k DeepSeek-V3 batch=96 tokens=2 yield=1.7 precision=FP8")
    assert (work.phase, work.model.name, work.context, work.batch) == ("decode", "DeepSeek-R1", 32768, 96)
    assert (work.tokens_per_step, work.yield_per_step, work.precision) == (2, 1.7, "fp8")
    assert read_work(work.words) == work


def test_named_works_take_values_of_ones_own() -> None:
    assert read_work("decode latency=20").latency == 20
    assert read_work("training").precision == "bf16"
    assert all(read_work(name) for name in catalogue())
    assert set(PHASES) <= set(catalogue())


def test_every_work_says_itself_in_words_that_read_back() -> None:
    for name in catalogue():
        assert read_work(read_work(name).words) == read_work(name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("deepseek-r1 decode batch=lots", "column batch: bad value (found 'lots'); expected a number from"),
        ("deepseek-r1 decode bach=4", "column bach: unknown value (found 'bach=4'); expected nearest: batch"),
        ("deepseek-r2 decode 4k", "models: no such model (found 'deepseek-r2'); expected nearest: DeepSeek-R1"),
        ("deepseek-r1 4k", "work: names no phase"),
        ("decod", "work: no such work (found 'decod'); expected nearest: decode"),
        ("prefill 4k deepseek-r1 llama-3.1-70b", "work: names several models"),
        ("", "work: names no model"),
        ("deepseek-r1 decode yield=2", "column yield: too many (found '2'); expected at most tokens=1"),
        ("deepseek-r1 decode batch=4 latency=50", "column latency: cannot be used"),
        ("deepseek-r1 decode context=0", "column context: bad value (found '0'); expected a whole number from 1"),
    ],
)
def test_a_work_that_cannot_be_read_says_why(text: str, said: str) -> None:
    assert said in faults(read_work, text)


def test_all_that_is_wrong_with_a_work_is_said_at_once() -> None:
    said = faults(read_work, "deepseek-r9 decode batch=x ranks=0.5 precision=fp2")
    assert len(said.splitlines()) == 4


# ---- systems ---------------------------------------------------------------------------------------------------------

HEAD = "name,chip,chips,bf16_tflops,fp8_tflops,fp4_tflops,memory_gb,memory_tb_per_s,scaleup_gb_per_s,scaleup_chips,"
HEAD += "scaleout_gbit_per_s,power_kw,source\n"


def test_a_system_of_ones_own_is_compared_like_any_other(tmp_path: Path) -> None:
    rows = "Ours-64,Ours,64,500,1000,,96,3,400,64,400,100,our datasheet\nBigger-NVL,GB200,144,,,,,,,,,290,plan\n"
    path = written(tmp_path, "ours.csv", HEAD + rows)
    ours, bigger = read_systems(path)
    assert (ours.chip.rates["fp8"], ours.memory, ours.power, ours.standing) == (1e15, 64 * 96e9, 100e3, "own")
    assert bigger.chip == find_system("GB200-NVL72").chip
    found = compare("ours 64", "bigger-nvl", ["prefill"], systems=path)
    assert found.sides[0].equal is not None
    assert {mark.key for mark in found.sides[0].estimates[0].marks} >= {"platform"}


def test_one_figure_of_a_built_in_chip_can_be_changed(tmp_path: Path) -> None:
    path = written(tmp_path, "what-if.csv", "name,chip,chips,memory_tb_per_s\nFaster,H20,8,4.8\n")
    found, base = read_systems(path)[0], find_system("HGX-H20")
    assert (found.chip.bandwidth, found.chip.rates, found.chip.platform) == (4.8e12, base.chip.rates, "hopper")
    assert found.standing == "own"


def test_systems_are_read_from_yaml_too(tmp_path: Path) -> None:
    path = written(tmp_path, "ours.yaml", "- name: NO\n  chip: H20\n  chips: 16\n")
    assert (read_systems(path)[0].name, read_systems(path)[0].chips) == ("NO", 16)


def test_every_bad_cell_of_a_sheet_is_named_at_once(tmp_path: Path) -> None:
    rows = "A,,eight,500,1000,,96,3,400,64,400,,\nB,,8,-1,1000,,96,3,400,64,400,,\nC,H21,8,,,,,,,,,,\n"
    said = faults(read_systems, written(tmp_path, "bad.csv", HEAD + rows)).splitlines()
    assert said == [
        "bad.csv, row 1, column chips: bad value (found 'eight'); expected a whole number above 0",
        "bad.csv, row 2, column bf16_tflops: bad value (found '-1'); expected a number above 0",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "A,H21,8,,,,,,,,,,",
            "row 1, column chip: no such chip, and no figures of its own (found 'H21'); expected nearest",
        ),
        ("A,,8,500,2000,,96,3,400,8,,,", "column fp8_tflops: looks sparse (found '2000'); expected a dense rate"),
        ("A,,8,500,1000,4000,96,3,400,8,,,", "column fp4_tflops: looks sparse (found '4000')"),
        ("A,,16,500,1000,,96,3,400,8,,,", "column scaleout_gbit_per_s: missing; expected the network of each chip"),
        ("A,,8,500,,,,3,400,8,,,", "column memory_gb: missing; expected a figure, or a built-in chip"),
        ("A,H20,8,,,,,,,,,,\na,H20,8,,,,,,,,,,", "row 2, column name: name given twice (found 'a')"),
        ("A,H20,8,,,,,,,,,,,,", "row 1: more cells than the header has"),
        ("A,H20,,,,,,,,,,,", "row 1, column chips: empty; expected a value"),
        ("A,H20,inf,,,,,,,,,,", "column chips: bad value (found 'inf')"),
    ],
)
def test_a_sheet_that_cannot_be_right_is_refused(tmp_path: Path, row: str, said: str) -> None:
    assert said in faults(read_systems, written(tmp_path, "bad.csv", HEAD + row + "\n"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", "empty"),
        ("a.csv", "name,chips,chps\nA,8,8\n", "column chps: unknown column; expected nearest: chips"),
        ("a.csv", "name,name\nA,B\n", "column name: column given twice"),
        ("a.yaml", "a: [", "no proper YAML"),
        ("a.yaml", "- name: {a: b}\n  chips: 8\n", "row 1, column name: not a single value"),
        ("a.yaml", "just words", "not a list of rows"),
        ("a.txt", "x", "unknown kind of file (found '.txt')"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    assert said in faults(read_systems, written(tmp_path, name, text))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot be read" in faults(read_systems, tmp_path / "none.csv")
    binary = tmp_path / "a.csv"
    binary.write_bytes(b"\xff\xfe\x00name")
    assert "not UTF-8" in faults(read_systems, binary)


def test_unknown_names_come_with_the_nearest_and_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        compare("CloudMatrix", "GB200-NVL27", ["prefil", "decode"])
    said = str(caught.value).splitlines()
    assert len(said) == 3
    assert "no such system (found 'CloudMatrix'); expected nearest: CloudMatrix384" in said[0]
    assert "GB200-NVL72" in said[1]
    assert "nearest: prefill" in said[2]
    assert "没有该系统" in caught.value.text("zh")


# ---- models ----------------------------------------------------------------------------------------------------------

MODEL = "name,layers,hidden,vocab,heads,qk_dim,v_dim,decode_qk_dim,decode_v_dim,cache_elements,total_b,active_b,"
MODEL += "experts,top_k,expert_m,moe_layers\n"


def test_a_model_of_ones_own_can_be_worked(tmp_path: Path) -> None:
    path = written(tmp_path, "models.csv", MODEL + "Mine,32,4096,100000,32,128,128,128,128,2048,30,5,64,4,12,30\n")
    found = compare("HGX-H100", "HGX-H200", ["mine decode 2k latency=40"], models=path)
    assert found.sides[0].equal is not None
    assert read_models(path)[0].common == pytest.approx(5e9 - 4 * 12e6 * 30)
    assert find_model("DeepSeek-V3").name == "DeepSeek-R1"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("30,5,64,,12,30", "experts given in part; expected top_k"),
        ("30,1,64,4,12,30", "column active_b: cannot be (found '1')"),
        ("4,5,,,,", "column active_b: cannot be (found '5')"),
        ("30,5,2,4,12,30", "expected top_k <= experts"),
    ],
)
def test_a_model_that_cannot_be_is_refused(tmp_path: Path, cells: str, said: str) -> None:
    path = written(tmp_path, "m.csv", f"{MODEL}M,32,4096,100000,32,128,128,128,128,2048,{cells}\n")
    assert said in faults(read_models, path)
