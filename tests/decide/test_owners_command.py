"""`lotgate owners`: stakes upwards, each rule's path and arithmetic, and what is wrong with the input."""

from __future__ import annotations

import io
import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner
from rich.console import Console
from small import COMPANY, law, table
from test_owners_in_check import EL, holding, own

import lotgate
from lotgate.cli import cli
from lotgate.decide.owners import Owners
from lotgate.errors import InputError
from lotgate.parties.lists import ListSet, party_list
from lotgate.report.owners_view import print_owners

DAY = date(2025, 10, 30)
LISTS = holding(("us-sdn", "Volga Blocked Holding", "us-sdn:SDGT"), EL)


def follow(folder: Path, stakes: list[dict[str, str]], party: str = "buyer", lists: ListSet = LISTS) -> Owners:
    named = dict.fromkeys(["buyer", *(stake["owned"] for stake in stakes)])
    names = {"buyer": "Example Motoren GmbH"}
    table(folder, "parties", [COMPANY | {"party": p, "name": names.get(p, f"Q{p}"), "country": "DE"} for p in named])
    table(folder, "ownership", stakes)
    ws = lotgate.load(folder, required=("ownership",))
    return lotgate.owners(ws, party, DAY, law=law(), lists=lists)


def statuses(found: Owners) -> dict[str, str]:
    return {one.rule.id: one.status for one in found.rules}


def test_every_rule_tells_its_path_and_arithmetic(tmp_path: Path) -> None:
    stakes = own(
        ("Hengshan Optics Works", "buyer", "0.3", "", ""),
        ("mid", "buyer", "0.25", "", ""),
        ("Volga Blocked Holding", "mid", "0.5", "", ""),
    )
    found = follow(tmp_path, stakes)
    assert statuses(found) == {
        "us-affiliates": "yes",
        "ofac-50": "no",
        "cn-61": "no",
        "eu-ownership": "no",
        "uk-ownership": "unknown",  # the list is not loaded
    }
    assert "uk-sl" in found.unloaded
    affiliates = next(one for one in found.to_json()["rules"] if one["rule"] == "us-affiliates")
    assert (affiliates["low"], affiliates["threshold"], affiliates["standing"]) == ("11/20", "1/2", "in-force")
    assert "30 % + mid 25 %, together 55 %" in affiliates["steps"][-1]["text"]
    assert "合计55 %" in affiliates["steps"][-1]["text_zh"]
    assert found.through == {
        "Hengshan Optics Works": Fraction(3, 10),
        "mid": Fraction(1, 4),
        "Volga Blocked Holding": Fraction(1, 8),
    }
    assert [(one.depth, one.edge.owner) for one in found.holdings] == [
        (0, "Hengshan Optics Works"),
        (0, "mid"),
        (1, "Volga Blocked Holding"),
    ]


def test_circles_and_long_chains_end(tmp_path: Path) -> None:
    circle = own(("a", "buyer", "0.6", "", ""), ("b", "a", "0.6", "", ""), ("a", "b", "0.4", "", ""))
    found = follow(tmp_path, [*circle, *own(("Volga Blocked Holding", "b", "0.5", "", ""))])
    assert statuses(found)["ofac-50"] == "yes"
    assert [step.party for step in found.rules[1].steps] == ["b", "a", "buyer"]
    chain = own(*((f"n{n + 1}", f"n{n}", "0.9", "", "") for n in range(3000)), ("n0", "buyer", "0.9", "", ""))
    found = follow(tmp_path, [*chain, *own(("Volga Blocked Holding", "n3000", "0.5", "", ""))])
    assert statuses(found)["ofac-50"] == "yes"
    assert found.through == {}


def test_the_day_chooses_the_stakes(tmp_path: Path) -> None:
    before = own(("Volga Blocked Holding", "buyer", "0.9", "2015-01-01", "2025-10-29"))
    assert not follow(tmp_path, before).holdings
    assert statuses(follow(tmp_path, before))["ofac-50"] == "no"


def test_nobody_is_named_and_too_much_is_held(tmp_path: Path) -> None:
    stakes = own(("mid", "buyer", "0.6", "", ""), ("other", "buyer", "0.6", "", ""))
    with pytest.raises(InputError, match="120 %"):
        follow(tmp_path, stakes)
    with pytest.raises(InputError, match=r"'byer'.*nearest is buyer"):
        follow(tmp_path, stakes[:1], "byer")
    assert follow(tmp_path, stakes[:1], "Example Motoren GmbH").party == "buyer"


def test_the_command_speaks_both_languages_and_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTGATE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LOTGATE_LISTS", raising=False)
    follow(tmp_path, own(("General Dynamics", "buyer", "0.5", "", "")))

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["owners", *words], standalone_mode=False)
        return (2 if done.exception else 0), done.output

    status, text = run("buyer", str(tmp_path), "--on", "2025-10-30", "--no-color")
    assert status == 0
    assert "listed: General Dynamics on cn-mofcom" in text
    assert "Announcement 61 of 2025, art. 2  REACHED  CN-2025-61#1.3: in force" in text
    assert (
        "商务部公告2025年第61号第二条  适用"
        in run("buyer", str(tmp_path), "--on", "2025-10-30", "--no-color", "--language", "zh")[1]
    )
    told = json.loads(run("buyer", str(tmp_path), "--on", "2025-10-30", "--json")[1])
    assert told["holdings"][0]["share"] == "1/2"
    assert run("nobody", str(tmp_path))[0] == 2
    assert run("buyer", str(tmp_path / "nowhere"))[0] == 2


def test_a_group_with_many_entries_fills_three_lines(tmp_path: Path) -> None:
    names = [
        "Volga Blocked Holding",
        *(f"Volga Blocked Holding {place}" for place in ("Samara", "Kazan", "Ufa", "Perm")),
    ]
    rows = [{"name": name, "tags": ["us-sdn:SDGT"]} for name in names]
    lists = ListSet(LISTS.lists | {"us-sdn": party_list("us-sdn", "us-sdn", rows, DAY)})
    found = follow(tmp_path, own(("Volga Blocked Holding", "buyer", "0.5", "", "")), lists=lists)
    assert len(found.holdings[0].hits) == len(names)
    screen = Console(file=io.StringIO(), width=200)
    print_owners(found, screen)
    told = cast("io.StringIO", screen.file).getvalue()
    assert told.count("listed: ") == 3
    assert "and of us-sdn 2 more; --json has all" in told
    assert len(found.to_json()["holdings"][0]["listed"]) == len(names)
