"""Chips as a command: recorded classes, classes by day, margins, what stays unknown, workspaces, and the screen."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from small import law, table

import lotgate
from lotgate.cli import main
from lotgate.decide import chip as chip_module
from lotgate.decide.chip import Chip, Chips, chip
from lotgate.decide.chip_law import ChipLaw
from lotgate.errors import InputError
from lotgate.report.chip_view import print_chips
from lotgate.report.screen_text import make_console

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
IN_REPOSITORY = ROOT / "tests" / "items" / "data" / "recorded_metrics.csv"
PRESUMPTION = "US-2025-01-16-FDD"
RELIEF, TARIFF, LETTERS, GUIDANCE = "US-2026-01-15", "US-T-232-CHIP", "US-2025-04-09-H20", "US-2025-05-13-GP10"


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@cache
def every() -> dict[str, Chip]:
    """All models anybody asks about here, judged at once."""
    names = {row["model"] for row in rows(IN_REPOSITORY)}
    names |= {"H20", "H200", "A800", "RTX 4090 D", "RTX 4090"}
    return {found.name: found for found in chip(*sorted(names), law=law())}


def one(name: str, on: date | None = None) -> Chip:
    found: Chip = every()[name] if on is None else chip(name, on=on, law=law())[0]
    return found


def margins(found: Chip, key: str = "US-3A090") -> dict[tuple[str, float | None], tuple[float | None, str]]:
    return {(m.figure, m.limit): (m.margin, m.then) for m in found.verdict.margins if m.key == key}


def met(found: Chip) -> set[str]:
    return {one.condition for one in found.verdict.because["US-3A090"] if one.met == "yes"}


def of(folder: Path, items: list[dict[str, str]], **tables: list[dict[str, str]]) -> dict[str, Chip]:
    """The chips of a small workspace, by item."""
    table(folder, "items", items)
    for name, held in tables.items():
        table(folder, name, held)
    return {found.name: found for found in chip(folder, law=law())}


def printed(found: Chips, language: str = "en", width: int = 80, limit: int | None = None) -> str:
    stream = io.StringIO()
    print_chips(found, make_console(stream, no_color=True, width=width), language, limit)
    return stream.getvalue()


# ---- recorded classes ------------------------------------------------------------------------------------------------


def agrees(recorded: str, found: Chip) -> bool:
    """Whether a chip is what the record says of 3A090, by the limb the record names."""
    held = found.now["US-3A090"]
    if recorded.startswith("3A090.a.1"):
        return held == "a" and "tpp >= 4800" in met(found) and ("NAC" in recorded) == found.verdict.excepted
    if recorded == "3A090.a.2":
        return held == "a" and {"tpp >= 1600", "performance_density >= 5.92"} <= met(found)
    if recorded == "3A090.b.1":
        return held == "b" and {"tpp >= 2400", "performance_density >= 1.6"} <= met(found)
    if recorded.startswith("none"):
        return held == "none" and ("Note 2" not in recorded or {"datacentre = no", "tpp < 4800"} <= met(found))
    if recorded == "needs die area":
        return held == "unknown" and "die_area_mm2" in found.metric.missing
    return held == "unknown" == recorded


@pytest.mark.parametrize("recorded", rows(IN_REPOSITORY), ids=lambda row: row["model"])
def test_every_recorded_chip_gets_its_class(recorded: dict[str, str]) -> None:
    assert agrees(recorded["class_3a090"], one(recorded["model"]))


@pytest.mark.parametrize("recorded", rows(IN_REPOSITORY), ids=lambda row: row["model"])
def test_every_recorded_chip_gets_its_relief_and_its_tariff_band(recorded: dict[str, str]) -> None:
    """A class that hangs on an unknown die area leaves open whether there is anything to relieve."""
    found = one(recorded["model"]).now
    assert (found[RELIEF], found[TARIFF]) == (recorded["case_by_case_2026"], recorded["tariff_band_2026"])


def test_the_chips_everybody_asks_about() -> None:
    assert one("H20").now["US-3A090"] == one("L20").now["US-3A090"] == one("RTX 4090 D").now["US-3A090"] == "none"
    assert one("Ascend 910B4").now["US-3A090"] == "a"
    assert "performance_density >= 5.92" in met(one("Ascend 910B4"))
    assert (one("H200 SXM").now[TARIFF], one("H200 NVL").now[TARIFF]) == ("band 1", "none")
    assert one("MI325X").now[TARIFF] == "band 2"
    assert one("L40").now["US-3A090"] == "b"
    assert one("H100 SXM5").now["EU-3A501"] == "a.16"
    assert (one("A100 SXM 80GB").now["EU-3A501"], one("MI300X").now[RELIEF], one("B200").now[RELIEF]) == (
        "none",
        "yes",
        "no",
    )


# ---- by day ----------------------------------------------------------------------------------------------------------


def test_classes_follow_the_texts_of_the_days() -> None:
    days = [
        "2022-10-21",
        "2023-11-17",
        "2024-12-02",
        "2025-01-16",
        "2025-04-09",
        "2025-04-14",
        "2025-05-13",
        "2025-11-15",
        "2026-01-15",
    ]
    found = one("A800").classes
    assert [day.isoformat() for day in found] == days
    assert found[date(2022, 10, 21)] == {"US-3A090": "none"}
    assert found[date(2023, 11, 17)] == {"US-3A090": "a"}
    assert "EU-3A501" not in found[date(2024, 12, 2)]
    assert one("A100 SXM 80GB").classes[date(2022, 10, 21)] == {"US-3A090": "yes"}


@pytest.mark.parametrize(
    ("model", "day", "held"),
    [
        ("A800", "2022-10-20", {}),
        ("A800", "2023-11-16", {"US-3A090": "none"}),
        ("A800", "2023-11-17", {"US-3A090": "a"}),
        ("RTX 4090", "2023-01-01", {"US-3A090": "unknown"}),
        ("H20", "2025-04-08", {"US-3A090": "none"}),
        ("H20", "2025-04-09", {"US-3A090": "none", LETTERS: "named"}),
    ],
)
def test_one_day_can_be_asked_for(model: str, day: str, held: dict[str, str]) -> None:
    found = one(model, date.fromisoformat(day))
    assert found.classes == {date.fromisoformat(day): held}
    assert found.now == held


def test_letters_name_models_and_reach_their_equals() -> None:
    assert (one("H20").now[LETTERS], one("H200 SXM").now[LETTERS], one("L20").now[LETTERS]) == (
        "named",
        "equal",
        "none",
    )
    # the letter on bandwidth went to one firm
    assert one("MI300X").now[LETTERS] == "none"
    before, after = one("MI308X", date(2025, 4, 13)), one("MI308X", date(2025, 4, 14))
    assert (before.now[LETTERS], after.now[LETTERS]) == ("none", "named")
    assert one("Ascend 910B4").now[GUIDANCE] == "named"
    assert GUIDANCE not in one("H20").now


# ---- margins ---------------------------------------------------------------------------------------------------------


def test_margins_are_exact_and_tell_what_lies_beyond() -> None:
    found = margins(one("L20"))
    margin, then = found["performance_density", 3.2]
    assert margin == float(Fraction("1912") / 609 - Fraction("3.2")) and round(margin, 2) == -0.06 and then == "b"
    assert found["tpp", 2400.0] == (-488.0, "b")
    assert margins(one("H20"))["tpp", 2400.0] == (-32.0, "b")
    assert margins(one("H200 NVL"), TARIFF) == {("tpp", 14000.0): (-632.0, "band 1")}
    inside = margins(one("H200 SXM"), TARIFF)
    assert inside == {
        ("tpp", 17500.0): (-1668.0, "none"),
        ("tpp", 14000.0): (1832.0, "none"),
        ("dram_gb_per_s", 5000.0): (-200.0, "none"),
        ("dram_gb_per_s", 4500.0): (300.0, "none"),
    }
    assert margins(one("MI300X"), RELIEF)["tpp", 21000.0] == (pytest.approx(-80.8), "no")
    assert margins(one("L20"), RELIEF) == {}
    assert margins(one("RTX 4090 D"))["datacentre", None] == (None, "a")
    assert margins(one("GeForce RTX 4090"))["tpp", 4800.0] == (pytest.approx(484.8), "none")


def test_limits_are_kept_or_missed_exactly(tmp_path: Path) -> None:
    chips = [
        {"item": "at", "precision": "int8", "bit_length": "8", "dense_tops": "600", "die_area_mm2": "1000"},
        {"item": "under", "precision": "int8", "bit_length": "8", "dense_tops": "599.875", "die_area_mm2": "1000"},
        {"item": "dense", "precision": "fp16", "bit_length": "16", "dense_tops": "122", "die_area_mm2": "610"},
        {"item": "thin", "precision": "fp16", "bit_length": "16", "dense_tops": "122", "die_area_mm2": "610.0001"},
    ]
    found = of(tmp_path, [{"item": row["item"]} for row in chips], chips=[row | {"datacentre": "yes"} for row in chips])
    assert {name: held.now["US-3A090"] for name, held in found.items()} == {
        "at": "a",
        "under": "b",
        "dense": "b",
        "thin": "none",
    }
    assert margins(found["at"])["tpp", 4800.0] == (0.0, "b")
    assert margins(found["under"])["tpp", 4800.0] == (-1.0, "a")
    assert margins(found["dense"])["performance_density", 3.2] == (0.0, "none")
    assert "TPP exactly 4,800" in printed(chip(tmp_path, law=law()))


def test_no_limit_stands_in_the_code() -> None:
    folder = Path(chip_module.__file__).parent
    sources = [*folder.glob("chip*.py"), ROOT / "src" / "lotgate" / "report" / "chip_view.py"]
    limits = {f"{limit:g}" for held in ChipLaw(law()).all_limits.values() for limit in map(float, held) if limit >= 100}
    assert {"4800", "1600", "21000", "6000"} <= limits
    pattern = re.compile(rf"\b({'|'.join(sorted(limits))})\b")
    assert [
        (path.name, pattern.findall(path.read_text("utf-8")))
        for path in sources
        if pattern.search(path.read_text("utf-8"))
    ] == []


def test_a_measure_from_outside_counts_too(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        """
measure: EU-2099-1
title: {en: A made-up act, zh: 虚构法令}
issued: 2099-01-01
verified: "yes"
source: {name: made up for a test, url: "", read: 2026-08-22}
tests:
  - {test: EU-3A999.k@2099, when: tpp >= 1900}
clauses:
  - id: "1"
    cite: {en: art. 1, zh: 第一条}
    text: {en: Made up., zh: 虚构。}
    in_force: [{from: 2099-01-02}]
    effect: licence-required
    policy: case-by-case
    when: {all: [destination = CN, item_meets has EU-3A999.k@2099]}
""",
        encoding="utf-8",
    )
    more = lotgate.load_law([tmp_path])
    found = chip("L20", "L2", law=more, on=date(2099, 1, 2))
    assert [held.now["EU-3A999"] for held in found] == ["k", "none"]
    assert {m.limit: m.margin for m in found[0].verdict.margins if m.key == "EU-3A999"} == {1900.0: 12.0}
    assert "EU-3A999" not in chip("L20", law=more, on=date(2099, 1, 1))[0].now


# ---- unknown stays unknown -------------------------------------------------------------------------------------------


def test_what_nobody_published_stays_unknown() -> None:
    found = one("MI308X")
    told = found.to_json()
    assert (told["tpp"], told["performance_density"], told["governing_precision"]) == (None, None, None)
    assert told["bounds"]["tpp"] == [0.0, None]
    assert {found.now[key] for key in ("US-3A090", "EU-3A501", RELIEF, TARIFF)} == {"unknown"}
    assert found.metric.verified is False and "dense_tops" in told["missing"]
    assert found.verdict.margins == ()


def test_a_name_that_spans_builds_says_so() -> None:
    found = one("H200")
    told = found.to_json()
    assert told["models"] == ["H200 SXM", "H200 NVL"]
    assert (told["tpp"], told["bounds"]["tpp"]) == (None, [13368.0, 15832.0])
    # all builds agree on some, not on all
    assert (found.now["US-3A090"], found.now[RELIEF], found.now[TARIFF]) == ("a", "yes", "unknown")
    assert told["differs"] == {TARIFF: {"H200 SXM": "band 1", "H200 NVL": "none"}}
    assert "H200 is sold in several builds" in told["notes"] and "H200 有多个版本" in told["notes_zh"]
    assert one("H200 SXM").to_json()["differs"] == {}


def test_an_open_market_leaves_open_what_hangs_on_it(tmp_path: Path) -> None:
    row = {"precision": "fp16", "bit_length": "16", "die_area_mm2": "600"}
    chips = [row | {"item": "small", "dense_tops": "250"}, row | {"item": "large", "dense_tops": "400"}]
    found = of(tmp_path, [{"item": "small"}, {"item": "large"}], chips=chips)
    assert (found["small"].now["US-3A090"], found["large"].now["US-3A090"]) == ("unknown", "a")
    assert [one.condition for one in found["small"].verdict.because["US-3A090"] if one.met == "unknown"] == [
        "datacentre = no"
    ]


# ---- workspaces ------------------------------------------------------------------------------------------------------


def test_a_workspace_shows_its_chips_and_what_holds_them(tmp_path: Path) -> None:
    items = [
        {"item": "h100", "model": "H100 SXM5"},
        {"item": "hbm", "stage": "chip"},
        {"item": "node", "stage": "system"},
        {"item": "rack", "us_code": "", "stage": "assembly"},
        {"item": "box", "stage": "board"},
        {"item": "screw", "stage": "part"},
        {"item": "bare", "stage": ""},
        {"item": "gpu-card", "stage": "board", "model": "RTX 4090"},
    ]
    bom = [
        {"parent": "node", "component": "h100", "quantity": "8"},
        {"parent": "rack", "component": "node", "quantity": "4"},
    ]
    chips = [{"item": "hbm", "memory_gb": "24", "memory_gb_per_s": "1229", "memory_area_mm2": "121"}]
    found = of(tmp_path, items, bom=bom, chips=chips)
    assert list(found) == ["h100", "hbm", "node", "rack", "box", "gpu-card"]
    assert found["hbm"].now["US-3A090"] == "c"
    assert found["hbm"].to_json()["memory_bandwidth_density"] == pytest.approx(1229 / 121)
    assert margins(found["hbm"])["memory_bandwidth_density", 2.0][1] == "none"
    assert "US-3A090" not in found["node"].now
    assert found["node"].now["US-4A090"] == found["rack"].now["US-4A090"] == "a"
    assert found["node"].now["EU-4A507"] == "yes"
    assert (found["box"].now["US-4A090"], found["box"].metric.missing) == ("unknown", ("bom",))
    assert "US-4A090" not in found["gpu-card"].now
    assert {name: held.to_json()["kind"] for name, held in found.items()} == {
        "h100": "processor", "hbm": "memory", "node": "assembly", "rack": "assembly", "box": "assembly",
        "gpu-card": "processor",
    }  # fmt: skip


def test_figures_that_disagree_are_pointed_out(tmp_path: Path) -> None:
    row = {"precision": "fp16", "bit_length": "16", "die_area_mm2": "814", "datacentre": "yes"}
    items = [
        {"item": "sparse", "model": "H100 SXM5"},
        {"item": "free", "us_code": "none"},
        {"item": "strict", "us_code": "3A090.a"},
        {"item": "right", "us_code": "3A090.a"},
    ]
    tops = {"sparse": "1979", "free": "400", "strict": "50", "right": "400"}
    found = of(tmp_path, items, chips=[row | {"item": item, "dense_tops": rate} for item, rate in tops.items()])
    notes = {name: " ".join(note.en for note in held.notes) for name, held in found.items()}
    assert "perhaps a sparse rate" in notes["sparse"]
    assert "its figures meet 3A090.a; check takes the figures" in notes["free"]
    assert "its figures do not meet 3A090; check keeps the code" in notes["strict"]
    assert notes["right"] == ""
    assert found["sparse"].sources[0] == "chips" and found["sparse"].metric.verified is None


EPOCH = (
    "Hardware name,Tensor-FP16/BF16 performance (FLOP/s),INT8 performance (OP/s),Die Size (mm^2),Process size (nm),"
    "Total processing performance (bit-OP/s),Transistors (millions)\n"
)


def test_a_published_table_is_judged_and_what_does_not_agree_is_pointed_out(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    made_up = "Plain,300e12,,800,7,4.8e15,50000\nTwice,300e12,,800,7,9.6e15,\nPlanar,110e12,,400,28,,\nDark,,,,,,\n"
    table.write_text(f"{EPOCH}{made_up}", encoding="utf-8")
    found = {held.name: held for held in chip(table, law=law())}
    assert {name: held.now["US-3A090"] for name, held in found.items()} == {
        "Plain": "a",
        "Twice": "a",
        "Planar": "none",
        "Dark": "unknown",
    }
    notes = {name: " ".join(note.en for note in held.notes) for name, held in found.items()}
    assert "stated TPP 9,600, computed 4,800: twice as much" in notes["Twice"]
    assert notes["Plain"] == ""
    plain = found["Plain"].to_json()
    assert (plain["stated_tpp"], plain["transistors_bn"], plain["node_nm"], plain["tpp"]) == (4800, 50, 7, 4800)
    assert found["Planar"].metric.performance_density.high == 0


NODES = "model,fp16_tops,die_area_mm2,node_nm,transistors_bn,datacentre\n"


def test_nodes_and_transistors_are_tested_where_they_are_known(tmp_path: Path) -> None:
    """Note 1 to 3A090.a presumes logic at 16 nm and below to be 3A090.a; fewer than 30 thousand million transistors may
    rebut it."""
    table = tmp_path / "nodes.csv"
    rows_ = "Big,100,500,7,50,yes\nEdge,100,500,16,30,yes\nSmall,100,500,16,29.9,yes\nOld,100,500,17,50,yes\n"
    rows_ += "NoCount,100,500,5,,yes\nNoNode,100,500,,20,yes\n"
    table.write_text(f"{NODES}{rows_}", encoding="utf-8")
    found = {held.name: held for held in chip(table, law=law())}
    assert {name: held.now.get(PRESUMPTION) for name, held in found.items()} == {
        "Big": "presumed",
        "Edge": "presumed",
        "Small": "rebuttable",
        "Old": "none",
        "NoCount": "unknown",
        "NoNode": None,
    }
    assert margins(found["Big"], PRESUMPTION) == {
        ("transistors_bn", 30.0): (20.0, "rebuttable"),
        ("node_nm", 16.0): (-9.0, "none"),
    }
    before = chip(table, on=date(2025, 1, 15), law=law())[0]
    assert PRESUMPTION not in before.now
    assert "node_nm" in found["Big"].figures and "node_nm" not in found["NoNode"].figures


def test_a_workspace_may_say_nodes_and_transistors(tmp_path: Path) -> None:
    row = {"item": "x", "precision": "fp16", "bit_length": "16", "dense_tops": "100", "node_nm": "7"}
    found = of(tmp_path, [{"item": "x"}], chips=[row | {"transistors_bn": "12", "die_area_mm2": "500"}])["x"]
    assert found.now[PRESUMPTION] == "rebuttable"
    assert found.to_json()["node_nm"] == 7


def test_a_higher_total_than_the_rates_give_leaves_the_class_open(tmp_path: Path) -> None:
    """A format the table leaves out may govern: 4,700 by its rates and 4,900 as printed is neither above nor below."""
    table = tmp_path / "table.csv"
    table.write_text(f"{EPOCH}Between,293.75e12,,900,7,4.9e15,\n", encoding="utf-8")
    found = chip(str(table), law=law())[0]
    assert (found.metric.tpp.low, found.metric.tpp.high) == (4700, 4900)
    assert found.now["US-3A090"] == "unknown"


def test_classes_are_those_a_check_finds() -> None:
    """What check says of an item without a code by its figures is what this command says."""
    workspace = lotgate.load(EXAMPLES / "cloud-provider")
    from lotgate.facts.item_facts import ItemFacts
    from lotgate.facts.values import CodeBook

    facts = ItemFacts(workspace, law(), CodeBook(law()))
    for found in chip(workspace, law=law()):
        code = facts.cells("us_code")[facts.place[found.name]]
        if code is None and found.measured:
            mine = facts.item_meets[facts.place[found.name]]
            trits = {name: mine.trit(f"3A090.{name}@2023") for name in ("a", "b")}
            held = found.now["US-3A090"]
            assert trits.get(held, 3) == 3 if held in trits else (3 not in trits.values()), found.name


# ---- errors, the screen, the command ---------------------------------------------------------------------------------


def test_all_faults_are_named_together(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("item,stage\nx,chipp\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        chip("H2O", "Ascend 91OB4", tmp_path, "nowhere/at-all", law=law())
    text = str(caught.value)
    assert "nearest is H20 SXM" in text and "Ascend 910B4" in text and "column stage" in text and "at-all" in text
    assert "没有该型号" in caught.value.text("zh")


def test_a_path_is_a_workspace_and_a_name_is_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert one("H20").item is None
    folder = tmp_path / "H20"
    folder.mkdir()
    table(folder, "items", [{"item": "mine", "stage": "chip"}])
    assert [found.item for found in chip("H20", law=law())] == ["mine"]


def test_no_line_is_wider_than_the_screen() -> None:
    names = ("H20",), ("H200",), ("MI308X",), ("L40",), ("H20", "H200", "MI308X")
    several = [chip(*few, law=law()) for few in names]
    several.append(chip(EXAMPLES / "cloud-provider", law=law()))
    for found in several:
        for width in (60, 80, 120):
            for language in ("en", "zh"):
                assert max(cell_len(line) for line in printed(found, language, width).splitlines()) <= width


def test_one_chip_is_told_in_full() -> None:
    text = printed(Chips(law(), one("L20").on, (one("L20"),)))
    assert "fp16: 119.5 TOPS x 16 bit" in text
    assert re.search(r"US-3A090 +density 3\.14 +0\.06 under 3\.2, then 3A090\.b", text)
    assert re.search(r"US-3A090 +2022-10-21 outside +TPP < 2,400; density < 3\.2", text)
    assert "Sources: Epoch AI" in text and "verified" in text
    chinese = printed(chip("L20", law=law()), "zh")
    assert "低于 3.2，差 0.06；越过后为 3A090.b" in chinese and "已核实" in chinese
    assert "H200 SXM tariff band 1; H200 NVL no tariff band" in printed(chip("H200", law=law()), width=120)
    assert "NAC" in printed(chip("RTX 4090", law=law())) and "NAC" not in printed(chip("H20", law=law()))
    assert "No law measured chips" in printed(chip("L20", law=law(), on=date(2020, 1, 1)))


def test_many_chips_are_told_at_a_glance() -> None:
    found = chip("H20", "B200", "MI308X", "H200 SXM", law=law())
    text = printed(found, width=120)
    assert " outside " in text and " 3A090.a " in text and " unknown " in text
    assert "TPP 32 under 2,400 · US-2025-04-09-H20 named" in text
    assert "case by case: over the limits" in text and "tariff band 1" in text
    assert "and 2 more" in printed(found, limit=2)
    assert "No item here is a chip" in printed(Chips(law(), date(2026, 1, 1), ()))


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    return int(end.value.code or 0)


def test_the_command_prints_and_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("chip", "H20", str(EXAMPLES / "cloud-provider"), "--on", "2026-03-02", "--json") == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["on"] == "2026-03-02" and told["law"]["known_as_of"] == "2026-08-22"
    first = told["chips"][0]
    assert (first["name"], first["tpp"], first["governing_precision"], first["verified"]) == (
        "H20",
        2368.0,
        "fp16",
        True,
    )
    assert first["performance_density"] == pytest.approx(2368 / 814)
    assert first["classes"] == {
        "2026-03-02": {"US-3A090": "none", "EU-3A501": "none", RELIEF: "none", TARIFF: "none", LETTERS: "named"}
    }
    assert {"memory_bandwidth_density", "margins", "sources"} <= set(first)
    assert [held["item"] for held in told["chips"]][1:3] == ["h20", "h200"]
    assert run("chip", "nothing-like-it") == 2
    assert "no such model" in capsys.readouterr().err
    assert run("chip") == 2


def test_the_library_has_the_command() -> None:
    assert lotgate.chip is chip and lotgate.Chips is Chips
