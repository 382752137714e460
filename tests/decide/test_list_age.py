"""A list that is too old on a line's day, bears no day, or is missing clears nobody: the line asks."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from small import LISTS, asked, decide, lists, table

from lotgate.cli import cli
from lotgate.parties.lists import ListSet, party_list
from lotgate.parties.store import import_lists, open_lists

US = {"ship_from": "US", "destination": "DE", "date": "2026-08-20"}
US_MADE = {"made_in": "US"}


def live(**days: date | None) -> ListSet:
    """The lists as a store holds them, some with a day of their own."""
    held = {key: replace(one, as_of=days.get(key.replace("-", "_"), one.as_of)) for key, one in lists().lists.items()}
    return ListSet(held, live=True)


def test_a_recent_list_clears_and_an_old_one_asks(tmp_path: Path) -> None:
    fresh = decide(tmp_path, US, US_MADE, with_lists=live())
    assert fresh[0].answer == "go"
    edge = decide(tmp_path, US, US_MADE, with_lists=live(us_sdn=date(2026, 7, 21)))
    assert edge[0].answer == "go"
    old = decide(tmp_path, US, US_MADE, with_lists=live(us_sdn=date(2026, 7, 20)))
    assert old[0].regimes["us"].answer == "ask"
    assert asked(old, "us") == {("checked_until", "list:us-sdn")}
    assert "us-sdn (2026-07-20)" in old.notes[0].en and "us-sdn" in old.notes[0].zh
    cell = old.table.filter(old.table["regime"].to_numpy(zero_copy_only=False) == "us")["asks"][0].as_py()
    assert cell == ["checked_until@list:us-sdn"]


def test_a_list_without_a_day_is_of_unknown_age(tmp_path: Path) -> None:
    undated = decide(tmp_path, US, US_MADE, with_lists=live(us_entity_list=None))
    assert asked(undated, "us") == {("checked_until", "list:us-entity-list")}


def test_a_list_found_unchanged_at_its_address_is_as_new(tmp_path: Path) -> None:
    held = live(us_sdn=date(2026, 1, 1))
    checked = replace(held.lists["us-sdn"], checked_on=date(2026, 8, 10))
    again = replace(held, lists={**held.lists, "us-sdn": checked})
    assert decide(tmp_path, US, US_MADE, with_lists=again)[0].answer == "go"


def test_a_recorded_check_answers(tmp_path: Path) -> None:
    told = [{"subject": "list:us-sdn", "fact": "checked_until", "value": "2026-08-20", "source": "read by K. Example"}]
    held = live(us_sdn=date(2026, 1, 1))
    assert decide(tmp_path, US, US_MADE, with_lists=held, facts=told)[0].answer == "go"
    told[0]["value"] = "2026-08-19"
    assert decide(tmp_path, US, US_MADE, with_lists=held, facts=told)[0].answer == "ask"
    told[0]["subject"] = "list:us-sdm"
    with pytest.raises(ValueError, match=r"us-sdm.*us-sdn"):
        decide(tmp_path, US, US_MADE, with_lists=held, facts=told)


def test_the_age_may_be_set_and_dated_copies_stand_unless_it_is(tmp_path: Path) -> None:
    given = ListSet(live(us_sdn=date(2020, 1, 1)).lists)
    assert decide(tmp_path, US, US_MADE, with_lists=given)[0].answer == "go"
    assert decide(tmp_path, US, US_MADE, with_lists=given, list_age=30)[0].answer == "ask"
    assert decide(tmp_path, US, US_MADE, with_lists=live(), list_age=10)[0].answer == "ask"
    assert decide(tmp_path, US, US_MADE, with_lists=live(us_sdn=date(2026, 1, 1)), list_age=400)[0].answer == "go"


def test_age_hides_no_listing_and_asks_nothing_where_no_rule_looks(tmp_path: Path) -> None:
    held = live(us_sdn=date(2026, 1, 1))
    row = [{"name": "Example Motoren GmbH", "tags": ["us-sdn:SDGT"], "countries": ["DE"]}]
    hit = replace(held, lists={**held.lists, "us-sdn": party_list("us-sdn", "us-sdn", row, date(2026, 1, 1))})
    assert decide(tmp_path, US, US_MADE, with_lists=hit)[0].regimes["us"].answer == "stop"
    chinese = decide(tmp_path, {"date": "2026-08-20"}, with_lists=live(us_sdn=date(2026, 1, 1), us_meu=None))
    assert chinese[0].regimes["cn"].answer == "go"


def test_each_line_is_judged_on_its_own_day(tmp_path: Path) -> None:
    lines = [US | {"line": "L1"}, US | {"line": "L2", "date": "2026-08-21"}]
    held = live(us_sdn=date(2026, 7, 21))
    found = decide(tmp_path, lines, US_MADE, with_lists=held)
    assert [line.regimes["us"].answer for line in found] == ["go", "ask"]
    asks = [row["asks"] for row in found.table.to_pylist() if row["regime"] == "us"]
    assert asks == [[], ["checked_until@list:us-sdn"]]
    assert found[0].holds_until == found[1].holds_until


def test_the_command_uses_the_age_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTGATE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LOTGATE_LISTS", raising=False)
    folder = tmp_path / "ws"
    folder.mkdir()
    decide(folder, US, US_MADE)
    header = "source,entity_number,type,programs,name,alt_names,license_requirement,addresses"
    codes = {"us-entity-list": "EL", "us-dpl": "DPL", "us-uvl": "UVL", "us-meu": "MEU", "us-sdn": "SDN"}
    path = tmp_path / "csl_2026-08-01.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(header + "\n")
        writer = csv.writer(stream)
        writer.writerows([f"List ({code})", "1", "", "", "Zzyzx Qwv", "", "", ""] for code in codes.values())
    import_lists(path, date(2026, 8, 1))
    assert set(open_lists().lists) == set(codes) <= set(LISTS)

    def answer(*words: str) -> tuple[str, list[str]]:
        done = CliRunner().invoke(cli, ["check", str(folder), "--regime", "us", "--json", *words])
        us = json.loads(done.stdout)["lines"][0]["regimes"]["us"]
        return us["answer"], [ask["subject"] for ask in us["asks"]]

    assert answer() == ("go", [])
    assert answer("--on", "2026-09-01")[0] == "ask"
    assert "list:us-sdn" in answer("--on", "2026-09-01")[1]
    assert answer("--list-age", "5")[0] == "ask"
    late = CliRunner().invoke(cli, ["check", str(folder), "--regime", "us", "--json", "--on", "2026-12-01"])
    line = json.loads(late.stdout)["lines"][0]
    assert line["answer"] == "ask" and any(one.startswith("Ask (list us-") for one in line["actions"])
    assert any(one.startswith("询问（名单 us-") for one in line["actions_zh"])
    table(folder, "facts", [{"subject": "law:us", "fact": "checked_until", "value": "2026-12-31", "source": "x"}])
    assert answer("--on", "2027-03-01", "--list-age", "400") == ("ask", ["law:us"])
    told = CliRunner().invoke(
        cli, ["check", str(folder), "--regime", "us", "--json", "--on", "2027-03-01", "--list-age", "400"]
    )
    (step,) = json.loads(told.stdout)["lines"][0]["actions"]
    assert step.startswith("Ask (law of: United States): ")
    assert answer("--on", "2026-12-01", "--list-age", "200") == ("go", [])
