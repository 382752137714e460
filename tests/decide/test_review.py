"""A person's word on a match: kept with its evidence, used while both sides stand, never silent."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from small import COMPANY, decide, law, lists

import lotgate
from lotgate.cli import cli
from lotgate.errors import InputError
from lotgate.parties.content import digest
from lotgate.parties.lists import ListSet, party_list
from lotgate.parties.reading import read_list
from lotgate.parties.review import read_reviews
from lotgate.parties.screen import Query

US = {"ship_from": "US", "destination": "DE", "date": "2026-04-14", "consignee": "near", "end_user": "near"}
US_MADE = {"made_in": "US"}
NEAR = COMPANY | {"party": "near", "country": "DE", "headquarters": "DE", "address": "Hafenweg 1 Kiel"}
AT = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


def listing(name: str = "Hengst Aerospace Engineering GmbH", **more: Any) -> ListSet:
    row = {"entry": "99", "name": name, "countries": ["DE"], "tags": ["us-sdn:SDGT"], **more}
    held = dict(lists().lists)
    rows = [row, {"name": "Zzyzx Placeholder Qwv"}]
    held["us-sdn"] = party_list("us-sdn", "us-sdn", rows, date(2026, 4, 1), sha256=digest(repr(rows).encode()))
    return ListSet(held)


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOTGATE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LOTGATE_LISTS", raising=False)
    return tmp_path / "home" / "reviews.jsonl"


def us(folder: Path, name: str, held: ListSet, **party: str) -> Any:
    return decide(folder, US, US_MADE, with_lists=held, parties=[NEAR | {"name": name} | party])


def say(folder: Path, decision: Any, held: ListSet, reason: str = "another register number", **more: Any) -> Any:
    ws = lotgate.load(folder)
    words = {"reason": reason, "by": "K. Example", "at": AT, **more}
    return lotgate.review(ws, "near", "us-sdn", "99", decision, law=law(), lists=held, **words)


SAME, OTHER = "Hengst Aerospace Engineering GmbH", "Hengst Aerospace GmbH"


def test_a_cleared_match_goes_and_is_never_silent(tmp_path: Path) -> None:
    held = listing()
    assert us(tmp_path, SAME, held)[0].answer == "stop"
    say(tmp_path, "cleared", held)
    found = us(tmp_path, SAME, held)
    assert found[0].answer == "go"
    told = "cleared by K. Example on 2026-04-01 because another register number"
    assert any(told in note.en for note in found.notes)
    assert any("K. Example于2026-04-01排除" in note.zh for note in found.notes)
    assert any(told in note for note in found.to_json()["notes"])
    notes = [note.text for note in found.explain("L1").parties]
    assert any(f"is not {SAME} on us-sdn: {told}" in note.en and "并非" in note.zh for note in notes)


def test_a_possible_match_is_confirmed_or_cleared(tmp_path: Path) -> None:
    held = listing()
    assert us(tmp_path, OTHER, held)[0].answer == "ask"
    say(tmp_path, "confirmed", held, "same register number HRB 1")
    assert us(tmp_path, OTHER, held)[0].answer == "stop"
    say(tmp_path, "cleared", held)
    assert us(tmp_path, OTHER, held)[0].answer == "go"
    say(tmp_path, "withdrawn", held, "register was of another court")
    assert us(tmp_path, OTHER, held)[0].answer == "ask"
    assert [one.decision for one in read_reviews()] == ["confirmed", "cleared", "withdrawn"]
    with pytest.raises(InputError, match="no review to withdraw"):
        say(tmp_path, "withdrawn", held)


@pytest.mark.parametrize(
    ("party", "entry", "answer"),
    [
        ({}, {}, "go"),
        ({"name": "Hengst  Aerospace Engineering GmbH"}, {}, "go"),
        ({"name": "Hengst Aerospace Engineering AG"}, {}, "stop"),
        ({"address": "Hafenweg 2 Kiel"}, {}, "stop"),
        ({"name_local": "亨斯特航天工程有限公司"}, {}, "stop"),
        ({"country": "AT"}, {}, None),
        ({"party": "near", "military": "no"}, {"remarks": "a new remark"}, "go"),
        ({}, {"aliases": ["KAN"]}, "stop"),
        ({}, {"tags": ["us-sdn:NPWMD"]}, "stop"),
        ({}, {"identifiers": ["registration:HRB 1"]}, "stop"),
        ({}, {"entry": "100"}, "stop"),
    ],
)
def test_a_review_holds_until_either_side_changes(
    tmp_path: Path, party: dict[str, str], entry: dict[str, Any], answer: str | None
) -> None:
    us(tmp_path, SAME, listing())
    say(tmp_path, "cleared", listing())
    found = us(tmp_path, party.pop("name", SAME), listing(**entry), **party)
    assert any("cleared by" in note.en for note in found.notes) == (answer == "go")
    assert answer is None or found[0].answer == answer


def test_another_list_version_with_the_same_entry_keeps_the_review(tmp_path: Path) -> None:
    us(tmp_path, SAME, listing())
    made = say(tmp_path, "cleared", listing())
    assert (made.evidence.list_as_of, made.evidence.list_sha256) == ("2026-04-01", listing().lists["us-sdn"].sha256)
    later = listing()
    newer = replace(later.lists["us-sdn"], as_of=date(2026, 4, 10), sha256="e" * 64)
    assert us(tmp_path, SAME, later.joined(newer))[0].answer == "go"


def test_a_cleared_owner_passes_nothing_on(tmp_path: Path) -> None:
    stakes = [{"owner": SAME, "owned": "near", "share": "0.6", "from": "", "to": ""}]
    held = listing()
    decide(tmp_path, US, US_MADE, with_lists=held, parties=[NEAR | {"name": "Qwx Handel"}], ownership=stakes)
    ws = lotgate.load(tmp_path)
    assert lotgate.check(ws, law=law(), lists=held)[0].answer == "stop"
    lotgate.review(ws, SAME, "us-sdn", "99", "cleared", reason="other firm", by="K", at=AT, law=law(), lists=held)
    assert lotgate.check(ws, law=law(), lists=held)[0].answer == "go"


def test_faults_name_what_is_wrong(tmp_path: Path, own_store: Path) -> None:
    held = listing()
    us(tmp_path, SAME, held)
    for words, message in (({"reason": "  "}, "the reason is empty"), ({"by": ""}, "the by is empty")):
        with pytest.raises(InputError, match=message):
            say(tmp_path, "cleared", held, **words)
    ws = lotgate.load(tmp_path)
    with pytest.raises(InputError, match=r"near us-sdn 98.*nearest is us-sdn 99"):
        lotgate.review(ws, "near", "us-sdn", "98", "cleared", reason="x", by="y", law=law(), lists=held)
    assert not own_store.exists()


def test_the_file_only_grows_and_shows_what_was_changed(tmp_path: Path, own_store: Path) -> None:
    held = listing()
    us(tmp_path, SAME, held)
    for number in range(3):
        say(tmp_path, "cleared", held, f"reason {number}")
    lines = own_store.read_bytes().splitlines(keepends=True)
    assert len(lines) == 3
    own_store.write_bytes(lines[0] + lines[1].replace(b"reason 1", b"reason 9") + lines[2])
    with pytest.raises(InputError, match=r"row 3: a line before this one was changed"):
        read_reviews()
    own_store.write_bytes(lines[0] + lines[2])
    with pytest.raises(InputError, match="changed or is missing"):
        read_reviews()
    own_store.write_bytes(b"".join(lines)[:-5])
    with pytest.raises(InputError, match="incomplete"):
        read_reviews()
    own_store.write_bytes(lines[0] + b"{}\n")
    with pytest.raises(InputError, match="row 2: line cannot be read"):
        read_reviews()
    own_store.write_bytes(b"".join(lines))
    assert [one.reason for one in read_reviews()] == ["reason 0", "reason 1", "reason 2"]


def test_the_commands(tmp_path: Path) -> None:
    folder, sdn = tmp_path / "ws", tmp_path / "lists"
    folder.mkdir()
    sdn.mkdir()
    us(folder, OTHER, listing())
    nulls = ",".join(["-0- "] * 8)
    (sdn / "sdn_2026-04-01.csv").write_text(f'99,"{SAME.upper()}",-0- ,"SDGT",{nulls}\r\n\x1a', encoding="utf-8")

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, [*words, "--lists", str(sdn)], standalone_mode=False)
        return (2 if done.exception else 0), done.output

    match = (str(folder), "near", "us-sdn", "99")
    shown = json.loads(run("review", "open", str(folder), "--json")[1])
    assert [(one["party"], one["list"], one["entry"], one["standing"]) for one in shown] == [
        ("near", "us-sdn", "99", "possible")
    ]
    status, text = run("review", "clear", *match, "--reason", "=other firm", "--by", "K. Example")
    assert (status, "review 1: near, us-sdn 99: cleared by K. Example" in text) == (0, True)
    assert "0 matches" in run("review", "open", str(folder), "--no-color")[1]
    assert "cleared" in run("review", "open", str(folder), "--all", "--no-color")[1]
    assert run("review", "clear", *match[:3], "7", "--reason", "x")[0] == 2
    runner = CliRunner()
    assert "1  near  us-sdn  99" in runner.invoke(cli, ["review", "list", "--no-color"]).output
    assert runner.invoke(cli, ["review", "export", str(tmp_path / "audit.csv")]).exit_code == 0
    with (tmp_path / "audit.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["decision"], row["reason"], row["by"]) == ("cleared", "'=other firm", "K. Example")
    assert row["list_as_of"] == "2026-04-01" and len(row["list_sha256"]) == 64
    runner.invoke(cli, ["review", "export", str(tmp_path / "audit.json")])
    assert json.loads((tmp_path / "audit.json").read_text())[0]["entry"] == "99"


def test_screening_uses_what_was_said(tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text(f"id,name,country\n1,{SAME},DE\n", encoding="utf-8")
    listed = tmp_path / "house.csv"
    listed.write_text(f"id,name,country\nH1,{SAME},DE\n", encoding="utf-8")
    house = ListSet({one.id: one for one in read_list(listed)})
    query = [Query("1", (SAME,), "DE")]
    lotgate.review(
        query, "1", "house", "H1", "cleared", reason="our own subsidiary", by="K", at=AT, law=law(), lists=house
    )
    done = CliRunner().invoke(cli, ["screen", str(names), "--list", str(listed), "--json"])
    (hit,) = json.loads(done.stdout)
    assert (hit["match"], "cleared by K on 2026-04-01 because our own subsidiary" in hit["why"]) == (False, True)
