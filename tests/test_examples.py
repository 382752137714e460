"""The example workspaces decide as their READMEs say, and every name in them is a listed fact or plainly invented."""

from __future__ import annotations

import datetime as dt
import re
import runpy
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import lotgate
from lotgate.facts.law_cases import run_law_cases

EXAMPLES = Path(__file__).parent.parent / "examples"
WORKSPACES = ("motor-maker", "scanner-maker", "cloud-provider")

# Real names, because a public list names them on a public date.
LISTED = {
    "Beijing Zhipu Huazhang Technology Co., Ltd.",
    "Cambricon Technologies Corporation Limited",
    "General Dynamics",
    "Hangzhou Hikvision Digital Technology Co., Ltd.",
    "Huawei Technologies Co., Ltd.",
    "IHI Aerospace Co., Ltd.",
    "MP Materials Corp.",
    "NVIDIA Corporation",
    "Rosoboronexport OJSC",
    "Saronic Technologies, Inc.",
    "State Corporation Rostec",
    "SwaySure Technology Co., Ltd.",
    "TDK Corporation",
    "Yangtze Memory Technologies Co., Ltd.",
}
LISTED_ROWS = {
    *LISTED,
    "Beijing Institute of Technology",
    "JSC ROSOBORONEXPORT",
    "KOREA MINING DEVELOPMENT TRADING CORPORATION",
    "Rosoboronexport OJSC (ROE)",
    "STATE CORPORATION ROSTEC",
}


@cache
def lists() -> Any:
    return lotgate.read_lists(EXAMPLES / "demonstration-lists")


@cache
def decided(name: str) -> Any:
    return lotgate.check(lotgate.load(EXAMPLES / name), lists=lists())


def told(name: str) -> dict[str, str]:
    """Line -> answer, as the README of the workspace tells."""
    text = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([A-Z]\d+) \| (\w+) \|", text, re.MULTILINE))


@pytest.mark.parametrize("name", WORKSPACES)
def test_every_line_is_answered_as_the_readme_says(name: str) -> None:
    assert {line.line: line.answer for line in decided(name)} == told(name)


@pytest.mark.parametrize("name", WORKSPACES)
def test_each_workspace_shows_what_a_reader_comes_for(name: str) -> None:
    decisions = decided(name)
    assert 15 <= len(decisions) <= 30
    assert all(count for count in decisions.counts().values())
    rules = [rule for line in decisions for regime in line.regimes.values() for rule in regime.rules]
    assert {"suspended", "exempt", "licence-required", "prohibited"} <= {rule.effect for rule in rules}
    assert any(line.holds_until and line.holds_until < dt.date(2026, 11, 12) for line in decisions)
    asked = {ask.fact for line in decisions for regime in line.regimes.values() for ask in regime.asks}
    assert {"status", "checked_until"} <= asked or name == "scanner-maker"
    assert len(asked - {"status", "checked_until"}) >= 2
    workspace = lotgate.load(EXAMPLES / name)
    tables = {"shipments", "items", "bom", "parties", "ownership", "licences"}
    assert tables <= workspace.present


def test_laws_collide_where_the_readmes_say() -> None:
    flagged = {line.line: {c.id for c in line.conflicts} for name in WORKSPACES for line in decided(name)}
    assert "cn-afsl-12" in flagged["S16"]
    assert "cn-afsl-12" in flagged["C20"]
    assert "cn-mofcom-ascend" in flagged["C21"]


@pytest.mark.parametrize(
    ("name", "line", "until"),
    [
        ("motor-maker", "M16", dt.date(2025, 11, 6)),
        ("motor-maker", "M17", dt.date(2026, 11, 10)),
        ("motor-maker", "M23", dt.date(2026, 6, 21)),
        ("scanner-maker", "S03", dt.date(2024, 9, 6)),
        ("scanner-maker", "S20", dt.date(2026, 11, 9)),
        ("scanner-maker", "S24", dt.date(2026, 11, 27)),
        ("cloud-provider", "C12", dt.date(2025, 4, 8)),
        ("cloud-provider", "C14", dt.date(2029, 8, 31)),
    ],
)
def test_answers_hold_to_the_day_the_readmes_say(name: str, line: str, until: dt.date) -> None:
    assert decided(name).line(line).holds_until == until


def test_ownership_is_followed_two_steps_up() -> None:
    assert decided("motor-maker").line("M22").regimes["cn"].policy == "denial-presumed"
    blocked = decided("motor-maker").line("M15").regimes["us"]
    assert {rule.measure for rule in blocked.rules if rule.effect == "prohibited"} == {"US-OFAC-50"}


def test_the_output_says_that_the_lists_are_a_demonstration() -> None:
    for name in WORKSPACES:
        assert any("Demonstration lists" in note.en for note in decided(name).notes)


def test_the_demonstration_lists_load_under_their_names() -> None:
    found = {one.id for one in lists()}
    assert found >= {
        "us-entity-list", "us-sdn", "us-dpl", "us-uvl", "us-meu", "eu-fsf", "eu-833-iv", "jp-eul", "un-sc",
    }  # fmt: skip
    assert lists().ignored == () or all(ignored.expected for ignored in lists().ignored)
    assert not any(one.rejected for one in lists())


def test_names_are_listed_facts_or_plainly_invented() -> None:
    for name in WORKSPACES:
        workspace = lotgate.load(EXAMPLES / name)
        names = set(workspace["parties"]["name"]) | (
            set(workspace["ownership"]["owner"]) - set(workspace["parties"]["party"])
        )
        assert {one for one in names if "Example" not in one and one not in LISTED} == {"EBS LLC"} & names
    rows = {one for listed in lists() for one in listed.entries["name"]}
    assert {one for one in rows if "EXAMPLE" not in one.upper()} <= LISTED_ROWS


def test_demonstration_files_say_so_in_their_names() -> None:
    files = [path.name for path in (EXAMPLES / "demonstration-lists").iterdir() if path.name != "README.md"]
    assert files
    assert all("demonstration" in name for name in files)


def test_a_made_up_announcement_reaches_motors() -> None:
    law = lotgate.load_law([EXAMPLES / "what-if"])
    assert [fault for fault in run_law_cases(law) if "WHATIF" in fault] == []
    lines = lotgate.check(lotgate.load(EXAMPLES / "motor-maker"), law=law, lists=lists())
    assert lines.line("M11").regimes["cn"].policy == "denial-presumed"
    assert lines.line("M12").regimes["cn"].policy == "case-by-case"
    assert lines.line("M16").answer == decided("motor-maker").line("M16").answer


def test_the_demo_runs_and_tells_what_to_look_at_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    runpy.run_path(str(EXAMPLES / "demo.py"), run_name="__main__")
    printed = capsys.readouterr().out
    for answer in ("STOP", "APPLY", "ASK", "GO"):
        assert answer in printed
    assert "NOT the official lists" in printed
    assert "Demonstration lists are in use" in printed
    commands = re.findall(r"^ {2}\.venv/bin/lotgate (\w+)", printed, re.MULTILINE)
    assert {"explain", "horizon", "check", "law", "template"} <= set(commands)
    page = (tmp_path / "demo-report.html").read_text(encoding="utf-8")
    assert "M22" in page
    assert "Demonstration lists" in page


def test_comparing_two_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    before = decided("motor-maker").to_json()
    (tmp_path / "a.json").write_text(json.dumps(before), encoding="utf-8")
    shutil.copy(tmp_path / "a.json", tmp_path / "b.json")
    script = str(EXAMPLES / "compare.py")
    monkeypatch.setattr(sys, "argv", [script, str(tmp_path / "a.json"), str(tmp_path / "b.json")])
    runpy.run_path(script, run_name="__main__")
    assert capsys.readouterr().out == ""
