"""Controlled content as a command: bounds, classes of destinations, masses, reasons, and what the screen says."""

from __future__ import annotations

import io
import json
import shutil
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from small import law, lists, table

import lotgate
from lotgate.cli import main
from lotgate.decide.content import CHINA, COLUMNS, UNITED_STATES, Content, content
from lotgate.errors import InputError
from lotgate.facts.destinations import country_groups, destinations_name, us_destinations
from lotgate.law import Status
from lotgate.report.content_view import percent, print_content
from lotgate.report.progress import Progress
from lotgate.report.screen_text import make_console
from lotgate.tables import load

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY = date(2026, 3, 2)
PART = {"made_in": "DE", "cn_code": "none", "us_code": "none", "stage": "part", "currency": "USD", "unit_mass_kg": "1"}
SAMARIUM = {"made_in": "CN", "cn_code": "1C902.a.1", "stage": "metal"}
ANALYSER = {"made_in": "MY", "us_code": "3A002"}
LOGIC = {"made_in": "US", "us_code": "3A001.a.7"}
"""US logic that needs a licence to D:1 on the Country Chart (NS column 2) and to embargoed countries."""


def of(folder: Path, items: dict[str, dict[str, str]], bom: list[tuple[str, str, str]], **more: Any) -> Content:
    """The content of a small workspace without shipments."""
    table(folder, "items", [{"item": name} | PART | cells for name, cells in items.items()])
    rows = [dict(zip(("parent", "component", "quantity"), line, strict=True)) for line in bom]
    table(folder, "bom", rows or [{"parent": "", "component": "", "quantity": ""}])
    return content(load(folder, required=("items",)), more.pop("on", DAY), more.pop("only", None), law=law(), **more)


def row(found: Content, item: str, destination: str | None = None) -> dict[str, Any]:
    """The row of an item for a destination; without one, that of announcement 61."""
    for held in found.rows.filter(pl.col("item") == item).iter_rows(named=True):
        one = found.classes[held["place"]]
        if (destination is None and one.basis == CHINA) or destination in one.destinations:
            return held
    raise AssertionError(f"no row for {item}")


def bounds(held: dict[str, Any]) -> tuple[float | None, float | None]:
    return held["value_share_low"], held["value_share_high"]


def printed(found: Content, language: str = "en", width: int = 80, limit: int | None = None) -> str:
    stream = io.StringIO()
    print_content(found, make_console(stream, no_color=True, width=width), language, limit)
    return stream.getvalue()


# ---- announcement 61 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "share", "met"), [("19.80", 0.00099, "no"), ("20", 0.001, "yes"), ("20.2", 0.00101, "yes")]
)
def test_announcement_61_is_exact_at_its_level(tmp_path: Path, price: str, share: float, met: str) -> None:
    items = {
        "sm": SAMARIUM | {"unit_value": price},
        "co": {"made_in": "AU", "stage": "metal", "unit_value": "30"},
        "alloy": {"made_in": "JP", "cn_code": "1C902.a.2", "stage": "alloy", "unit_value": "60"},
        "magnet": {
            "made_in": "JP",
            "cn_code": "1C902.a.4",
            "stage": "magnet",
            "unit_value": "200",
            "unit_mass_kg": "0.04",
        },
    }
    found = of(tmp_path, items, [("alloy", "sm", "0.25"), ("alloy", "co", "0.75"), ("magnet", "alloy", "0.04")])
    held = row(found, "magnet")
    assert bounds(held) == pytest.approx((share, share), rel=1e-12)
    assert (held["met"], held["destination_class"], held["top_path"]) == (met, "", "magnet > alloy > sm")
    assert (held["mass_share_low"], held["mass_share_high"]) == (0.25, 0.25)
    assert f" {share * 100:g} % " in printed(found)


# ---- the United States -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("price", "met"), [("498", "no"), ("500", "no"), ("502", "yes")])
def test_de_minimis_is_exact_at_its_level(tmp_path: Path, price: str, met: str) -> None:
    items = {"logic": LOGIC | {"unit_value": price}, "analyser": ANALYSER | {"unit_value": "2000"}}
    found = of(tmp_path, items, [("analyser", "logic", "1")])
    china, iran, germany = (row(found, "analyser", place) for place in ("CN", "IR", "DE"))
    share = float(price) / 2000
    assert bounds(china) == bounds(iran) == (share, share)
    assert bounds(germany) == (0.0, 0.0)
    assert (china["met"], iran["met"], germany["met"]) == (met, "yes", "no")
    assert china["basis"] == UNITED_STATES
    assert "D:1" in china["destination_class"]
    assert china["top_path"] == "analyser > logic"


def test_content_of_a_component_at_its_level_is_not_counted_again(tmp_path: Path) -> None:
    items = {
        "logic": LOGIC | {"unit_value": "25", "unit_mass_kg": "0.5"},
        "board": ANALYSER | {"unit_value": "100"},
        "system": ANALYSER | {"unit_value": "104", "unit_mass_kg": "2"},
    }
    found = of(tmp_path, items, [("board", "logic", "1"), ("system", "board", "1")])
    assert bounds(row(found, "board", "CN")) == (0.25, 0.25)
    assert bounds(row(found, "system", "CN")) == (0.0, 0.0)
    # what is dropped by value is dropped by mass, though by mass the board is half of it
    assert row(found, "board", "CN")["mass_share_low"] == 0.5
    assert row(found, "system", "CN")["mass_share_high"] == 0.0
    # ten percent apply to Iran, so there the board is carried on
    assert bounds(row(found, "system", "IR")) == (25 / 104, 25 / 104)
    assert row(found, "system", "IR")["mass_share_low"] == 0.25


def test_another_level_in_the_law_moves_the_cut_below_it_as_well(tmp_path: Path) -> None:
    """A what-if on the percentage reaches the level of the item and the level of its components."""
    shipped = Path(lotgate.__file__).parent / "law" / "data" / "us" / "US-734.3"
    asked = tmp_path / "law" / "US-734.3"
    shutil.copytree(shipped, asked)
    rules = (asked / "rules.yaml").read_text("utf-8")
    assert rules.count("us_controlled_share > 0.25") == 1
    (asked / "rules.yaml").write_text(rules.replace("us_controlled_share > 0.25", "us_controlled_share > 0.2"), "utf-8")
    items = {
        "logic": LOGIC | {"unit_value": "25"},
        "board": ANALYSER | {"unit_value": "100"},
        "system": ANALYSER | {"unit_value": "104"},
    }
    folder = tmp_path / "workspace"
    folder.mkdir()
    of(folder, items, [("board", "logic", "1"), ("system", "board", "1")])
    found = content(load(folder, required=("items",)), DAY, law=lotgate.load_law([tmp_path / "law"]))
    assert {one.level.share for one in found.classes if one.basis == UNITED_STATES} == {0.2, 0.1}
    assert bounds(row(found, "system", "CN")) == (25 / 104, 25 / 104)
    assert row(found, "system", "CN")["met"] == "yes"


def test_a_missing_price_gives_bounds_and_the_part_that_settles_them(tmp_path: Path) -> None:
    items = {
        "logic": LOGIC,
        "frame": {"unit_value": "1500"},
        "analyser": ANALYSER | {"unit_value": "2000"},
        "from": {"made_in": "", "us_code": "3A001.a.7", "unit_value": "900"},
        "rack": ANALYSER | {"unit_value": "2000"},
    }
    found = of(tmp_path, items, [("analyser", "logic", "1"), ("analyser", "frame", "1"), ("rack", "from", "1")])
    held = row(found, "analyser", "CN")
    assert bounds(held) == (0.0, 0.25)
    assert (held["settled_by"], held["cell"], held["met"]) == ("logic", "unit_value", "no")
    held = row(found, "rack", "CN")
    assert bounds(held) == (0.0, 0.45)
    assert (held["settled_by"], held["cell"], held["met"]) == ("from", "made_in", "unknown")


def test_classes_divide_all_destinations_of_the_chart(tmp_path: Path) -> None:
    items = {"logic": LOGIC | {"unit_value": "500"}, "analyser": ANALYSER | {"unit_value": "2000"}}
    found = of(tmp_path, items, [("analyser", "logic", "1")])
    american = [one for one in found.classes if one.basis == UNITED_STATES]
    named = [code for one in american for code in one.destinations]
    assert sorted(named) == us_destinations(law())
    assert "US" not in named and {"CN", "HK", "MO", "DE", "CU"} <= set(named)
    assert [one.level.share for one in american] == [0.25] * (len(american) - 1) + [0.1]
    assert american[-1].destinations == ("CU", "IR", "KP", "SY")
    assert len({one.name for one in american}) == len(american)


def test_without_us_parts_only_the_levels_differ(tmp_path: Path) -> None:
    found = of(tmp_path, {"a": {"unit_value": "1"}, "b": {"unit_value": "2"}}, [("b", "a", "1")])
    assert [one.name for one in found.classes if one.basis == UNITED_STATES] == ["all but E:1;CU", "E:1;CU"]
    assert found.rows.filter(pl.col("item") == "b")["value_share_high"].to_list() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("example", ["scanner-maker", "motor-maker"])
def test_shares_are_those_a_check_decides_by(example: str) -> None:
    workspace = lotgate.load(EXAMPLES / example)
    decisions = lotgate.check(workspace, on=DAY, law=law(), lists=lists())
    found = example_content(example)
    items, places = (workspace.tables["shipments"][name].to_list() for name in ("item", "destination"))
    american, chinese = (decisions.table_of_facts.column(fact) for fact in ("us_controlled_share", "cn61_share"))
    for number, (item, place) in enumerate(zip(items, places, strict=True)):
        pairs = [(chinese, row(found, item))]
        pairs += [(american, row(found, item, place))] if place != "US" else []
        for column, held in pairs:
            low, high = bounds(held)
            assert column[number] == ((0.0, 1.0) if low is None else (low, high)), (item, place)


def test_the_day_decides_which_law_counts(tmp_path: Path) -> None:
    items = {
        "hbm": {"made_in": "US", "us_code": "3A090.c", "unit_value": "50"},
        "box": {"made_in": "TW", "unit_value": "100"},
    }
    before, after = (of(tmp_path, items, [("box", "hbm", "1")], on=date(2024, 12, day)) for day in (1, 2))
    assert bounds(row(before, "box", "CN")) == (0.0, 0.0)
    assert bounds(row(after, "box", "CN")) == (0.5, 0.5)
    assert before.status(CHINA) is Status.OFF


# ---- masses ----------------------------------------------------------------------------------------------------------


def test_parts_heavier_than_the_whole_do_not_make_an_open_share_nothing(tmp_path: Path) -> None:
    items = {
        "die": {"made_in": "KR", "us_code": "3A991", "unit_value": "4"},
        "board": {"made_in": "KR", "unit_value": "1"},
        "module": {"made_in": "KR", "us_code": "3A991", "unit_value": "40", "unit_mass_kg": "0.1"},
        "shelf": {"made_in": "KR", "unit_value": "100", "unit_mass_kg": "10"},
    }
    bom = [("module", "die", "8"), ("module", "board", "1"), ("shelf", "module", "1")]
    found = of(tmp_path, items, bom)
    held = row(found, "module", "IR")
    assert (held["mass_share_low"], held["mass_share_high"]) == (None, None)
    # should the dies be US content, their 8 kg are carried on, whatever the module is said to weigh
    assert row(found, "shelf", "IR")["mass_share_high"] == pytest.approx(0.8)


def test_loss_in_making_leaves_a_known_mass_share_as_it_is(tmp_path: Path) -> None:
    items = {
        "dy": {"made_in": "CN", "cn_code": "1C905.a.1", "stage": "metal", "unit_value": "300"},
        "fe": {"made_in": "CN", "stage": "metal", "unit_value": "1"},
        "magnet": {"made_in": "DE", "cn_code": "1C905.a.4", "stage": "magnet", "unit_value": "90"},
    }
    found = of(tmp_path, items, [("magnet", "dy", "0.03"), ("magnet", "fe", "1.2")])
    held = row(found, "magnet")
    assert (held["mass_share_low"], held["mass_share_high"]) == (0.03, 0.03)


def test_a_missing_mass_leaves_the_value_settled(tmp_path: Path) -> None:
    items = {"sm": SAMARIUM | {"unit_value": "10", "unit_mass_kg": ""}, "m": {"unit_value": "100"}}
    held = row(of(tmp_path, items, [("m", "sm", "1")]), "m")
    assert bounds(held) == (0.1, 0.1)
    assert (held["mass_share_low"], held["settled_by"]) == (None, None)


# ---- the table -------------------------------------------------------------------------------------------------------


def test_every_item_has_a_row_for_every_class_in_the_order_of_the_input(tmp_path: Path) -> None:
    found = of(tmp_path, {"z": {"unit_value": "5"}, "a": {"unit_value": "1"}}, [("z", "a", "1")])
    assert found.table.columns == list(COLUMNS)
    assert found.table["item"].unique(maintain_order=True).to_list() == ["z", "a"]
    assert found.table.height == 2 * len(found.classes)
    bare = row(found, "a", "CN")
    assert (*bounds(bare), bare["settled_by"], bare["cell"], bare["top_path"]) == (None, None, "a", "bom", None)


def test_items_can_be_chosen_and_unknown_ones_are_named_together(tmp_path: Path) -> None:
    items = {"rotor": {"unit_value": "5"}, "motor": {"unit_value": "9"}}
    assert of(tmp_path, items, [("motor", "rotor", "1")], only=["motor", "motor"]).table["item"].unique().to_list() == [
        "motor"
    ]
    with pytest.raises(InputError) as caught:
        of(tmp_path, items, [("motor", "rotor", "1")], only=["rotr", "motor", "xyz"])
    assert [fault.value for fault in caught.value.faults] == ["rotr", "xyz"]
    assert "nearest is rotor" in str(caught.value)
    assert "最接近的是 rotor" in caught.value.text("zh")


def test_a_cycle_is_named_and_blocks_only_what_depends_on_it(tmp_path: Path) -> None:
    items = {name: {"unit_value": "10"} for name in ("a", "b", "top")} | {
        "sm": SAMARIUM | {"unit_value": "1"},
        "ok": {"unit_value": "10"},
    }
    bom = [("a", "b", "1"), ("b", "a", "1"), ("top", "a", "1"), ("ok", "sm", "1")]
    found = of(tmp_path, items, bom)
    assert found.cycles == (("a", "b", "a"),)
    assert bounds(row(found, "top")) == (None, None)
    assert row(found, "top")["settled_by"] == "top"
    assert bounds(row(found, "ok")) == (0.1, 0.1)
    assert "a > b > a" in printed(found) and "a > b > a" in printed(found, "zh")


def test_answers_fill_cells_and_those_about_lines_need_no_shipments(tmp_path: Path) -> None:
    answers = [
        {"subject": "logic", "fact": "unit_value", "value": "500", "source": "offer"},
        {"subject": "L9", "fact": "end_use", "value": "civil", "source": "letter"},
    ]
    table(tmp_path, "facts", answers)
    found = of(tmp_path, {"logic": LOGIC, "analyser": ANALYSER | {"unit_value": "2000"}}, [("analyser", "logic", "1")])
    assert bounds(row(found, "analyser", "CN")) == (0.25, 0.25)


def test_an_empty_table_of_items_gives_an_empty_result(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("item\n", encoding="utf-8")
    found = content(load(tmp_path, required=("items",)), DAY, law=law())
    assert found.table.height == 0 and found.table.columns == list(COLUMNS)
    assert "No item holds anything" in printed(found)


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    found = of(tmp_path, {"a": {"unit_value": "1"}}, [], progress=lambda done, total: told.append((done, total)))
    assert found.table.height == told[-1][0] == told[-1][1]
    stream = io.StringIO()
    say = Progress("content", stream, after=0.0)
    say(1, 2)
    say(2, 2)
    assert stream.getvalue() == "content: 1 of 2\ncontent: 2 of 2\n"
    silent = io.StringIO()
    Progress("content", silent)(2, 2)
    assert silent.getvalue() == ""


# ---- names of classes ------------------------------------------------------------------------------------------------

EVERY = us_destinations(law())
GROUPS = country_groups(law())


def read(name: str) -> set[str]:
    """The destinations a name speaks of."""
    some, _, out = name.partition(" but ")

    def union(text: str) -> set[str]:
        return set().union(*(set(EVERY) if one == "all" else set(GROUPS.get(one, {one})) for one in text.split(";")))

    return union(some) - (union(out) if out else set())


@given(st.sets(st.sampled_from(EVERY), min_size=1), st.lists(st.sampled_from(sorted(GROUPS)), max_size=3))
def test_a_name_says_exactly_its_destinations(codes: set[str], groups: list[str]) -> None:
    chosen = codes.union(*(GROUPS[one] for one in groups))
    name = destinations_name(chosen, EVERY, GROUPS)
    assert read(name) == chosen
    assert len(name) <= len(";".join(chosen)) or name == "all"


def test_known_groups_go_by_their_names() -> None:
    assert destinations_name(GROUPS["D:5"], EVERY, GROUPS) == "D:5"
    assert destinations_name({*GROUPS["D:5"], "MO"}, EVERY, GROUPS) == "D:5;MO"
    assert destinations_name(EVERY, EVERY, GROUPS) == "all"
    assert destinations_name({"CN", "HK"}, EVERY, GROUPS) == "CN;HK"


# ---- the screen and the command --------------------------------------------------------------------------------------


def test_percentages_stay_on_their_side_of_a_level() -> None:
    assert percent(0.001) == "0.1 %"
    assert percent(0.00099) == "0.099 %"
    assert percent(0.24996, [0.25]) == "24.996 %"
    assert percent(0.25004, [0.25]) == "25.004 %"
    assert percent(0.0000012) == "0.00012 %"
    assert percent(1.0) == "100 %"
    assert percent(0.0) == "0 %"


@cache
def example_content(name: str) -> Content:
    return content(lotgate.load(EXAMPLES / name), DAY, law=law())


@pytest.mark.parametrize("example", ["scanner-maker", "motor-maker"])
def test_no_line_is_wider_than_the_screen(example: str) -> None:
    for width in (60, 80, 149, 150, 200):
        for language in ("en", "zh"):
            text = printed(example_content(example), language, width)
            assert max(cell_len(line) for line in text.splitlines()) <= width


def test_the_largest_shares_come_first_and_alike_classes_are_one_row() -> None:
    found = example_content("motor-maker")
    text = printed(found)
    assert text.index("bench-lite") < text.index("dy-magnet") < text.index("rotor")
    assert " MET " in text and " BELOW " in text
    assert "11 items have no bill of materials" in text
    assert "CN-2025-61#1.1 listed rare earths" in text and "suspended" in text
    assert "and 3 more" in printed(found, limit=5)
    wide = printed(found, width=170)
    assert "motor > rotor > dy-magnet > dy-metal" in wide
    assert "达到" in printed(found, "zh") and "未达到" in printed(found, "zh")


def test_markup_in_names_is_text(tmp_path: Path) -> None:
    items = {"[bold]x[/bold]": {"unit_value": "5"}, "sm": SAMARIUM | {"unit_value": "1"}}
    assert "[bold]x[/bold]" in printed(of(tmp_path, items, [("[bold]x[/bold]", "sm", "1")]))


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    return int(end.value.code or 0)


def test_the_command_prints_writes_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example, file = str(EXAMPLES / "motor-maker"), tmp_path / "content.parquet"
    assert (
        run("content", example, "--items", "motor,bench", "--on", "2026-03-02", "--json", "--parquet", str(file)) == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["on"] == "2026-03-02"
    assert told["bases"] == [{"basis": CHINA, "status": "suspended"}, {"basis": UNITED_STATES, "status": "in-force"}]
    assert {one["item"] for one in told["rows"]} == {"motor", "bench"}
    assert set(told["rows"][0]) == {*COLUMNS, "cell", "met"}
    assert all(one["destinations"] for one in told["classes"] if one["basis"] == UNITED_STATES)
    held = pl.read_parquet(file)
    assert held.columns == list(COLUMNS)
    assert held.to_dicts() == [{name: one[name] for name in COLUMNS} for one in told["rows"]]
    assert run("content", example, "--items", "mot,benc") == 2
    assert capsys.readouterr().err.count("no such item") == 2


def test_the_library_has_the_command() -> None:
    assert lotgate.content is content
