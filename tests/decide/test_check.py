"""What a line's answer does when one thing about it changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from small import LINE, asked, decide, law, lists

import lotgate
from lotgate.errors import InputError
from lotgate.law import Law

DY_MAGNET = {"cn_code": "1C905.a.4", "stage": "magnet"}
LICENCE = {
    "number": "N1", "regime": "cn", "kind": "single", "codes": "1C905.a.4", "items": "I1", "end_users": "buyer",
    "destinations": "DE", "quantity": "10", "unit": "KGM", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
    "max_uses": "1", "used": "0",
}  # fmt: skip


def test_a_listed_item_needs_a_licence_and_an_unlisted_one_does_not(tmp_path: Path) -> None:
    assert decide(tmp_path, item=DY_MAGNET)[0].answer == "apply"
    assert decide(tmp_path)[0].answer == "go"


def test_a_regime_without_hold_says_so(tmp_path: Path) -> None:
    regime = decide(tmp_path)[0].to_json()["regimes"]["nl"]
    assert (regime["answer"], regime["reason"]) == ("go", "not subject")


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, "go"),
        ({"quantity": "9.999"}, "apply"),
        ({"quantity": "10000", "unit": "GRM"}, "go"),
        ({"quantity": "9999", "unit": "GRM"}, "apply"),
        ({"quantity": "10", "unit": "C62"}, "apply"),
        ({"destinations": "FR"}, "apply"),
        ({"end_users": "maker"}, "apply"),
        ({"items": "none"}, "apply"),
        ({"codes": "1C904.a.4"}, "apply"),
        ({"valid_to": "2026-03-01"}, "apply"),
        ({"valid_from": "2026-03-03"}, "apply"),
        ({"used": "1"}, "apply"),
        ({"regime": "us"}, "apply"),
        ({"max_uses": "", "kind": "general"}, "ask"),
        ({"valid_to": ""}, "ask"),
        ({"quantity": ""}, "ask"),
    ],
)
def test_a_licence_covers_only_what_it_names(tmp_path: Path, change: dict[str, str], answer: str) -> None:
    decisions = decide(tmp_path, {"licence": "N1"}, DY_MAGNET, licences=[LICENCE | change])
    assert decisions[0].regimes["cn"].answer == answer


def test_a_licence_nobody_recorded_is_asked_for(tmp_path: Path) -> None:
    decisions = decide(tmp_path, {"licence": "N9"}, DY_MAGNET)
    assert ("licence", "L1") in asked(decisions, "cn")


def test_the_answer_holds_until_the_licence_ends(tmp_path: Path) -> None:
    decisions = decide(tmp_path, {"licence": "N1"}, DY_MAGNET, licences=[LICENCE])
    assert decisions[0].holds_until == dt.date(2026, 12, 31)
    assert [(row.day, row.before, row.after) for row in decisions.horizon()] == [(dt.date(2027, 1, 1), "go", "apply")]


def test_old_law_data_asks_and_a_recorded_check_answers(tmp_path: Path) -> None:
    late = {"date": "2026-09-22"}
    assert decide(tmp_path, {"date": "2026-09-21"})[0].answer == "go"
    decisions = decide(tmp_path, late)
    assert ("checked_until", "law:eu") in asked(decisions, "eu")
    facts = [
        {"subject": f"law:{code}", "fact": "checked_until", "value": "2026-09-30", "source": "gazette read"}
        for code in ("cn", "us", "eu", "nl", "jp")
    ]
    assert decide(tmp_path, late, facts=facts)[0].answer == "go"


def test_a_measure_of_open_standing_asks_status_and_takes_the_answer(tmp_path: Path) -> None:
    holmium = {"cn_code": "1C909.a.1"}
    line = {"date": "2026-11-12"}
    decisions = decide(tmp_path, line, holmium)
    assert decisions[0].regimes["cn"].answer == "ask"
    assert ("status", "CN-2025-57") in asked(decisions, "cn")
    for word, answer in (("in-force", "apply"), ("suspended", "ask")):
        told = [{"subject": "CN-2025-57", "fact": "status", "value": word, "source": "gazette read"}]
        assert decide(tmp_path, line, holmium, facts=told)[0].regimes["cn"].answer == answer


@pytest.mark.parametrize("column", ["end_user", "end_use", "destination", "item", "consignee"])
def test_an_empty_cell_is_asked_and_never_free(tmp_path: Path, column: str) -> None:
    decisions = decide(tmp_path, {column: ""}, DY_MAGNET if column != "item" else None)
    assert decisions[0].answer in ("ask", "apply")
    if decisions[0].answer == "ask":
        assert column in {fact for regime in decisions[0].regimes for fact, _ in asked(decisions, regime)}


def test_answers_fill_cells_and_contradictions_are_refused(tmp_path: Path) -> None:
    told = [{"subject": "I1", "fact": "cn_code", "value": "none", "source": "laboratory"}]
    assert decide(tmp_path, item={"cn_code": "", "stage": "metal"}, facts=told)[0].regimes["cn"].answer == "go"
    with pytest.raises(InputError, match="differs"):
        decide(tmp_path, item=DY_MAGNET, facts=told)
    with pytest.raises(InputError, match="colour"):
        decide(tmp_path, facts=[{"subject": "I1", "fact": "colour", "value": "red", "source": "x"}])


def test_a_line_without_a_date_needs_a_day(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="L1 has no date"):
        decide(tmp_path, {"date": ""})
    ws = lotgate.load(tmp_path)
    assert lotgate.check(ws, dt.date(2026, 3, 2), law=law(), lists=lists())[0].answer == "go"


def test_a_made_up_announcement_changes_answers_without_python(tmp_path: Path) -> None:
    folder = tmp_path / "law" / "CN-2099-1"
    folder.mkdir(parents=True)
    (folder / "rules.yaml").write_text(
        """
measure: CN-2099-1
title: {en: Made up for a test, zh: 测试用虚构措施}
issued: 2026-01-01
force: rule
verified: "yes"
source: {name: made up}
clauses:
  - id: "1"
    cite: {en: "Made-up announcement, art. 1", zh: 虚构公告第一条}
    text: {en: Nothing may leave China for Germany., zh: 任何货物不得自中国运往德国。}
    in_force: [{from: 2026-03-01}]
    effect: prohibited
    when: {all: [ship_from = CN, destination = DE]}
""",
        encoding="utf-8",
    )
    changed: Law = lotgate.load_law([folder])
    place = tmp_path / "ws"
    place.mkdir()
    assert decide(place, with_law=changed)[0].answer == "stop"
    before = decide(place, LINE | {"date": "2026-02-28"}, with_law=changed)[0]
    assert (before.answer, before.holds_until) == ("go", dt.date(2026, 2, 28))


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("NVIDIA Corporation", {"apply"}),
        ("ＮＶＩＤＩＡ　Ｃｏｒｐｏｒａｔｉｏｎ", {"apply"}),
        ("英偉達公司", {"apply"}),
        ("  nvidia   CORP ", {"apply"}),
        ("Nvidai Corporation", {"apply", "ask"}),
        ("Example Distribution LLC", {"go"}),
    ],
)
def test_a_letter_binds_the_firm_it_names_however_it_is_written(tmp_path: Path, name: str, answers: set[str]) -> None:
    buyer = {"party": "b", "name": "Example Games Ltd", "country": "CN", "headquarters": "CN", "kind": "company"}
    maker = {"party": "m", "name": name, "country": "US", "headquarters": "US", "kind": "company", "military": "no"}
    line = {"date": "2025-04-20", "exporter": "m", "consignee": "b", "end_user": "b", "ship_from": "US"}
    line |= {"destination": "CN", "unit": "C62", "quantity": "5"}
    item = {"model": "H20 SXM", "made_in": "TW", "us_code": "3A991.p", "stage": "chip", "technology": "US:3E001"}
    found = decide(tmp_path, line, item | {"contains_us_ic": "yes"}, parties=[buyer | {"military": "no"}, maker])
    assert found[0].regimes["us"].answer in answers
