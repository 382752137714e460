"""Computing systems on the screen, as a page and by the command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from golden import expect, printed
from rich.cells import cell_len

import lotgate
from lotgate.cli import main
from lotgate.compute import Comparison, compare
from lotgate.compute.calibrate import kept_back, left_out
from lotgate.compute.constants import calibration
from lotgate.report.compute_page import render_comparison
from lotgate.report.compute_view import figure, print_calibration, print_comparison, print_known


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare("CloudMatrix384", "GB200-NVL72")


@pytest.mark.parametrize(("language", "width"), [("en", 80), ("zh", 80), ("en", 120)])
def test_a_comparison_reads_at_a_glance(found: Comparison, language: str, width: int) -> None:
    text = printed(lambda console: print_comparison(found, console, language), width)
    expect(f"compute-{language}-{width}.txt", text)
    assert all(cell_len(line) <= width for line in text.splitlines())


@pytest.mark.parametrize("pair", [("HGX-H100", "TPU-v7-pod"), ("HGX-H20", "Atlas-800-910B"), ("HGX-A100", "HGX-A100")])
def test_systems_of_any_size_fit_the_screen_and_the_page(pair: tuple[str, str]) -> None:
    found = compare(*pair)
    text = printed(lambda console: print_comparison(found, console), 72)
    assert all(cell_len(line) <= 72 for line in text.splitlines())
    page = render_comparison(found)
    places = [float(one) for one in re.findall(r"(?:left|width):(-?[0-9.]+)%", page)]
    assert places
    assert all(0 <= one <= 100 for one in places)


def test_what_does_not_fit_is_said_on_screen_and_page() -> None:
    found = compare("HGX-H100", "GB200-NVL72", ["deepseek-r1 decode 4k batch=4000"])
    assert "does not fit" in printed(lambda console: print_comparison(found, console))
    assert "does not fit" in render_comparison(found)
    assert found.to_json()["works"][0]["first_equal_to_one_second"] is None


def test_numbers_keep_three_digits_that_tell() -> None:
    assert [figure(one) for one in (0.08473, 0.5, 1.0, 12.34, 99.96, 2474123.0, 0.0)] == [
        "0.0847", "0.5", "1", "12.3", "100", "2,470,000", "0"
    ]  # fmt: skip


def test_the_page_asks_nothing_of_anybody_and_speaks_both_languages(found: Comparison) -> None:
    page = render_comparison(found, "zh")
    assert 'data-lang="zh"' in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert "default-src 'none'" in page
    assert "url(" not in page
    assert page.count('<span lang="en">') == page.count('<span lang="zh-Hans">') > 50
    assert "一套 GB200-NVL72 相当于" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert all(one in ids for one in re.findall(r'href="#([^"]+)"', page))


def test_names_cannot_smuggle_markup(tmp_path: Path) -> None:
    sheet = tmp_path / "s.csv"
    sheet.write_text("name,chip,chips\n<script>alert(1)</script>,H20,8\n", encoding="utf-8")
    page = render_comparison(compare("<script>alert(1)</script>", "HGX-H20", systems=sheet))
    assert "<script>alert" not in page


def test_what_can_be_named_is_listed() -> None:
    text = printed(lambda console: print_known((), console))
    assert all(name in text for name in ("CloudMatrix384", "decode-fast", "Llama-3.1-405B"))


def test_the_calibration_shows_every_error() -> None:
    left = left_out()
    kept = kept_back(calibration())
    text = printed(lambda console: print_calibration(calibration(), left, kept, console), 100)
    assert all(one.result.id in text for one in kept)
    assert all(one.result.id in text for one in left)
    assert "mean error" in text
    assert "average of a service" in text
    assert "blackwell    Training" in text


# ---- the command -----------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["compute", *words])
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out, said.err


def test_the_command_gives_the_machines_form(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "compare", "CloudMatrix384", "GB200-NVL72", "--work", "decode", "--json")
    held = json.loads(out)
    assert (status, held["lotgate"], held["interval"]) == (0, lotgate.__version__, 0.9)
    assert held == {"lotgate": lotgate.__version__, **compare("CM384", "NVL72", ["decode"]).to_json()}
    side = held["works"][0]
    assert (side["phase"], side["extrapolated"]) == ("decode", False)
    low, value, high = (side["first_equal_to_one_second"][key] for key in ("low", "value", "high"))
    assert low < value < high
    for one in side["systems"]:
        assert one["tokens_per_s_per_chip"]["value"] > 0
        assert one["joules_per_token"]["low"] < one["joules_per_token"]["high"]


def test_the_command_writes_a_page_whole(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "side.html"
    status, out, err = run(capsys, "compare", "HGX-H20", "HGX-H100", "--html", str(page))
    assert (status, out) == (0, "")
    assert "wrote" in err
    assert "--paper:" in page.read_text(encoding="utf-8"), "the style of the house is inside"
    assert page.read_text(encoding="utf-8").endswith("</html>\n")
    assert [one.name for one in tmp_path.iterdir()] == ["side.html"]


def test_the_command_refuses_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "compare", "GB200", "HGX-H100", "--work", "decode batch=no")
    assert (status, out) == (2, "")
    assert "no such system (found 'GB200'); expected nearest: " in err
    assert "GB200-NVL72" in err
    assert "column batch: bad value (found 'no')" in err
    assert "Traceback" not in err


def test_the_command_lists_and_calibrates(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "list")
    assert status == 0
    assert "GB300-NVL72" in out
    stored = tmp_path / "calibration.json"
    status, out, _ = run(capsys, "calibrate", "--write", str(stored), "--json")
    assert status == 0
    held = json.loads(out)
    assert json.loads(stored.read_text(encoding="utf-8"))["values"] == held["values"]
    assert len(held["left_out"]) > 20
    assert {"result", "phase", "chip", "make", "without_platform", "spread"} <= set(held["left_out"][0])


def test_the_library_has_the_command() -> None:
    assert lotgate.compute.compare is compare


def test_every_word_is_used_and_there_in_both_languages() -> None:
    from lotgate.report.compute_words import _PAIRS

    folder = Path(lotgate.__file__).parent / "report"
    sources = "".join((folder / name).read_text(encoding="utf-8") for name in ("compute_view.py", "compute_page.py"))
    sources += (folder / "templates" / "compute.html.j2").read_text(encoding="utf-8")
    built = ("phase", "runs", "standing", "term", "cal")
    for key, (en, zh) in _PAIRS.items():
        assert en.strip()
        assert zh.strip()
        assert set(re.findall(r"\{(\w+)\}", en)) == set(re.findall(r"\{(\w+)\}", zh)), key
        assert key.partition(".")[0] in built or f'"{key}"' in sources or f"'{key}'" in sources, key
