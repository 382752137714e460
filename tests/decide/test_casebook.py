"""The casebook of decided lines beside the checkout, and that nothing but content changes an answer."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

import lotgate
from casebook import CASES, LISTS, beside
from lotgate.decide import Decisions
from lotgate.law import Law

pytestmark = beside


@cache
def law() -> Law:
    return lotgate.load_law()


@cache
def lists() -> Any:
    return lotgate.read_lists(LISTS)


@cache
def decided() -> Decisions:
    return lotgate.check(lotgate.load(CASES), law=law(), lists=lists())


def answers(decisions: Decisions) -> dict[str, Any]:
    return {line["line"]: line for line in decisions.to_json()["lines"]}


def test_the_casebook_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(decided().to_json()), encoding="utf-8")
    scored = subprocess.run(
        [sys.executable, str(CASES / "score.py"), str(CASES), str(path), "--list"], capture_output=True, text=True
    )
    assert scored.returncode == 0, scored.stdout


def test_any_order_of_rows_gives_the_same_answers(tmp_path: Path) -> None:
    for file in CASES.glob("*.csv"):
        if file.name != "expected.csv":
            frame = pl.read_csv(file, infer_schema=False)
            frame.sample(fraction=1.0, shuffle=True, seed=7).write_csv(tmp_path / file.name)
    shuffled = lotgate.check(lotgate.load(tmp_path), law=law(), lists=lists())
    assert answers(shuffled) == answers(decided())


def test_csv_parquet_and_workbook_give_the_same_bytes(tmp_path: Path) -> None:
    parquet, book = tmp_path / "parquet", tmp_path / "book.xlsx"
    parquet.mkdir()
    import xlsxwriter

    with xlsxwriter.Workbook(str(book)) as workbook:
        for file in sorted(CASES.glob("*.csv")):
            if file.name == "expected.csv":
                continue
            frame = pl.read_csv(file, infer_schema=False)
            frame.write_parquet(parquet / f"{file.stem}.parquet")
            frame.write_excel(workbook, worksheet=file.stem)
    as_csv = json.dumps(decided().to_json(), ensure_ascii=False)
    for path in (parquet, book):
        found = lotgate.check(lotgate.load(path), law=law(), lists=lists()).to_json()
        assert json.dumps(found, ensure_ascii=False) == as_csv


def test_a_line_decided_alone_is_decided_the_same(tmp_path: Path) -> None:
    for file in CASES.glob("*.csv"):
        if file.name not in ("expected.csv", "shipments.csv"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    rows = pl.read_csv(CASES / "shipments.csv", infer_schema=False)
    whole = answers(decided())
    for start in range(0, rows.height, 40):
        rows.slice(start, 40).write_csv(tmp_path / "shipments.csv")
        part = lotgate.check(lotgate.load(tmp_path), law=law(), lists=lists())
        assert answers(part) == {name: whole[name] for name in rows["line"].slice(start, 40)}


def test_the_table_says_what_the_lines_say() -> None:
    table = decided().table.to_pylist()
    for row in table:
        line = decided().line(row["line"])
        if row["regime"] == "line":
            assert row["answer"] == line.answer
            continue
        regime = line.regimes[row["regime"]]
        assert (row["answer"], row["policy"]) == (regime.answer, regime.policy)
        assert row["measures"] == sorted({rule.measure for rule in regime.rules})
        assert row["asks"] == sorted({f"{ask.fact}@{ask.subject}" for ask in regime.asks})
        assert row["holds_until"] == line.holds_until


def test_an_unloaded_list_is_asked_for() -> None:
    from lotgate.parties.lists import ListSet

    without = lotgate.check(lotgate.load(CASES), law=law(), lists=ListSet({}))
    asked = {(ask.fact, ask.subject) for ask in without.line("D109").regimes["us"].asks}
    assert without.line("D109").regimes["us"].answer == "ask"
    assert ("list", "us-entity-list") in asked


def test_no_line_is_freer_for_knowing_less() -> None:
    """Emptying a cell never turns a stricter answer into go."""
    ws = lotgate.load(CASES)
    shipments = ws.tables["shipments"]
    for column in ("end_user", "end_use", "destination", "item", "consignee"):
        emptied = shipments.with_columns(pl.lit(None, dtype=shipments.schema[column]).alias(column))
        blank = type(ws)(ws.path, {**ws.tables, "shipments": emptied}, ws.present)
        for line, before in zip(lotgate.check(blank, law=law(), lists=lists()), decided(), strict=True):
            for code, regime in line.regimes.items():
                if before.regimes[code].answer != "go":
                    assert regime.answer != "go", (column, line.line, code)


def test_the_workbook_that_comes_back_can_be_checked_again(tmp_path: Path) -> None:
    import xlsxwriter

    from lotgate.report.workbook import write_xlsx

    book, back = tmp_path / "book.xlsx", tmp_path / "back.xlsx"
    with xlsxwriter.Workbook(str(book)) as workbook:
        for file in sorted(CASES.glob("*.csv")):
            if file.name != "expected.csv":
                pl.read_csv(file, infer_schema=False).write_excel(workbook, worksheet=file.stem)
    write_xlsx(lotgate.check(lotgate.load(book), law=law(), lists=lists()), back)
    assert answers(lotgate.check(lotgate.load(back), law=law(), lists=lists())) == answers(decided())
