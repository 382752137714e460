"""Papers behind answers: they count until they run out, those that differ ask, their ends are seen ahead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small import ITEM, LINE, PARTIES, asked, law, lists, table

import lotgate
from lotgate.decide import Decisions
from lotgate.errors import InputError

MAGNET = {"stage": "magnet", "cn_code": "1C905.a.4", "made_in": ""}
PAPER = {"subject": "I1", "fact": "made_in", "value": "CN", "source": "certificate of origin 7", "date": "2025-07-01"}


def lines(folder: Path, facts: list[dict[str, str]], days: list[str], **tables: list[dict[str, str]]) -> Decisions:
    """The same magnet leaving Germany for Brazil on several days, its origin known from papers only."""
    leaving = tables.pop("leaving", [{"ship_from": "DE", "destination": "BR", "kind": "reexport"}])[0]
    table(folder, "shipments", [LINE | leaving | {"line": f"L{n}", "date": day} for n, day in enumerate(days)])
    table(folder, "items", tables.pop("items", [{"item": "I1"} | ITEM | MAGNET]))
    table(folder, "parties", PARTIES)
    table(folder, "facts", facts or [{"subject": "", "fact": "", "value": ""}])
    for name, rows in tables.items():
        table(folder, name, rows)
    return lotgate.check(lotgate.load(folder), law=law(), lists=lists())


def chinese(decisions: Decisions) -> list[str]:
    return [line.regimes["cn"].answer for line in decisions]


def test_each_line_sees_the_papers_that_count_on_its_day(tmp_path: Path) -> None:
    found = lines(
        tmp_path, [PAPER | {"value": "DE", "expires": "2025-10-12"}], ["2025-10-10", "2025-10-12", "2025-10-13"]
    )
    assert chinese(found) == ["go", "go", "ask"]
    ask = next(a for a in found[2].regimes["cn"].asks if a.fact == "made_in")
    assert ask.subject == "I1"
    assert "counted until 2025-10-12 (certificate of origin 7)" in ask.question.en
    assert "有效期至2025-10-12" in ask.question.zh


def test_a_paper_that_runs_out_is_seen_ahead(tmp_path: Path) -> None:
    found = lines(tmp_path, [PAPER | {"value": "DE", "expires": "2025-10-12"}], ["2025-10-10"])
    assert found[0].holds_until == date(2025, 10, 12)
    assert [(row.day, row.before, row.after) for row in found.horizon(end=date(2025, 10, 20))] == [
        (date(2025, 10, 13), "go", "ask")
    ]


def test_a_renewed_paper_carries_on(tmp_path: Path) -> None:
    renewed = [
        PAPER | {"value": "DE", "expires": "2025-10-12"},
        PAPER | {"value": "DE", "expires": "2025-11-30", "source": "certificate of origin 8"},
    ]
    assert chinese(lines(tmp_path, renewed, ["2025-10-10", "2025-10-13"])) == ["go", "go"]


def test_papers_that_differ_ask(tmp_path: Path) -> None:
    found = lines(tmp_path, [PAPER | {"value": "DE"}, PAPER | {"source": "invoice 12"}], ["2025-10-10"])
    assert chinese(found) == ["ask"]
    ask = next(a for a in found[0].regimes["cn"].asks if a.fact == "made_in")
    assert "DE (certificate of origin 7); CN (invoice 12)" in ask.question.en
    assert "相互矛盾" in ask.question.zh


def test_ending_the_wrong_paper_settles_it(tmp_path: Path) -> None:
    ended = [PAPER | {"value": "DE"}, PAPER | {"source": "invoice 12", "expires": "2025-08-01"}]
    assert chinese(lines(tmp_path, ended, ["2025-10-10"])) == ["go"]


def test_a_paper_against_a_filled_cell_asks(tmp_path: Path) -> None:
    items = [{"item": "I1"} | ITEM | MAGNET | {"made_in": "DE"}]
    found = lines(tmp_path, [PAPER], ["2025-10-10"], items=items)
    assert chinese(found) == ["ask"]
    assert any("DE (table items)" in ask.question.en for ask in found[0].regimes["cn"].asks)


def test_two_typed_answers_that_differ_stay_a_fault(tmp_path: Path) -> None:
    typed = {"subject": "I1", "fact": "made_in", "source": "mail"}
    with pytest.raises(InputError, match="another answer than in row 1"):
        lines(tmp_path, [typed | {"value": "DE"}, typed | {"value": "CN"}], ["2025-10-10"])


def test_disputed_origin_does_not_fall_back_on_the_country_of_making(tmp_path: Path) -> None:
    items = [{"item": "I1"} | ITEM | MAGNET | {"made_in": "DE"}]
    origin = PAPER | {"fact": "origin"}
    assert chinese(lines(tmp_path, [origin, origin | {"value": "VN"}], ["2025-10-10"], items=items)) == ["ask"]


def test_an_ended_certificate_of_origin_does_not_free_the_goods(tmp_path: Path) -> None:
    items = [{"item": "I1"} | ITEM | MAGNET | {"made_in": "DE"}]
    ends = [PAPER | {"fact": "origin", "expires": "2025-10-12"}]
    assert chinese(lines(tmp_path, ends, ["2025-10-10", "2025-10-13"], items=items)) == ["apply", "ask"]


def test_a_part_whose_paper_ends_opens_the_whole(tmp_path: Path) -> None:
    items = [
        {"item": "I1"} | ITEM | MAGNET | {"made_in": "JP", "cn_code": "1C902.a.4", "unit_value": "200"},
        {"item": "sm"} | ITEM | {"made_in": "", "cn_code": "1C902.a.1", "unit_value": "30"},
    ]
    bom = [{"parent": "I1", "component": "sm", "quantity": "0.05"}]
    ends = [PAPER | {"subject": "sm", "value": "AU", "expires": "2026-11-20"}]
    days = ["2026-11-12", "2026-11-20", "2026-11-21"]
    found = lines(tmp_path, ends, days, items=items, bom=bom)
    about = [{(a.fact, a.subject) for a in line.regimes["cn"].asks} for line in found]
    assert ("made_in", "sm") not in about[0] | about[1]
    assert ("made_in", "sm") in about[2]


def test_declared_compositions_that_differ_ask(tmp_path: Path) -> None:
    items = [{"item": "I1"} | ITEM | MAGNET | {"made_in": "CN", "cn_code": ""}]
    declared = PAPER | {"fact": "composition", "value": "Nd 0.29; Fe 0.66; Dy 0.03"}
    rows = [{"item": "I1", "substance": "Dy", "mass_fraction": "0.03"}]
    leaving = {"items": items, "composition": rows, "leaving": [{"ship_from": "CN"}]}
    assert chinese(lines(tmp_path, [declared], ["2026-03-02"], **leaving)) != ["ask"]
    other = declared | {"value": "Nd 0.31; Fe 0.68; Dy 0", "source": "analysis 3"}
    found = lines(tmp_path, [declared, other], ["2026-03-02"], **leaving)
    assert ("composition", "I1") in asked(found, "cn")


def test_composition_rows_run_out(tmp_path: Path) -> None:
    items = [{"item": "I1"} | ITEM | MAGNET | {"made_in": "CN", "cn_code": ""}]
    rows = [
        {"item": "I1", "substance": "Dy", "mass_fraction": "0.03", "source": "declaration", "expires": "2025-10-12"}
    ]
    leaving = {"items": items, "composition": rows, "leaving": [{"ship_from": "CN"}]}
    found = lines(tmp_path, [], ["2025-10-12", "2025-10-13"], **leaving)
    assert [("composition", "I1") in {(a.fact, a.subject) for a in line.regimes["cn"].asks} for line in found] == [
        False,
        True,
    ]


def test_answers_about_lines_and_parties_run_out(tmp_path: Path) -> None:
    table(tmp_path, "shipments", [LINE | {"line": "L1", "end_use": ""}, LINE | {"line": "L2", "end_use": ""}])
    table(tmp_path, "items", [{"item": "I1"} | ITEM | {"cn_code": "1C905.a.1"}])
    table(tmp_path, "parties", PARTIES)
    said = {"fact": "end_use", "value": "civil", "date": "2026-01-02"}
    rows = [said | {"subject": "L1", "expires": "2026-03-01"}, said | {"subject": "L2", "expires": "2026-03-02"}]
    table(tmp_path, "facts", rows)
    found = lotgate.check(lotgate.load(tmp_path), law=law(), lists=lists())
    asks = [{a.fact for regime in line.regimes.values() for a in regime.asks} for line in found]
    assert "end_use" in asks[0]
    assert "end_use" not in asks[1]


def test_result_table_names_items_and_not_their_stand_ins(tmp_path: Path) -> None:
    found = lines(tmp_path, [PAPER | {"expires": "2025-10-12"}], ["2025-10-10", "2025-10-13"])
    told = found.table.to_pylist()
    assert any("made_in@I1" in row["asks"] for row in told)
    assert not any("\x1f" in str(row) for row in told)
    assert "\x1f" not in str(found.to_json())
