"""Bills in several currencies: rates of the day of the shipment, exact at the levels of the law, never guessed."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from small import ITEM, LINE, PARTIES, law, lists, table

import lotgate
from lotgate.decide import Decisions
from lotgate.decide.content import CHINA, UNITED_STATES, Content, content
from lotgate.report.content_view import print_content
from lotgate.report.screen_text import make_console
from lotgate.tables import load

DAY = date(2026, 3, 2)
LOGIC = {"item": "logic", "made_in": "US", "us_code": "3A001.a.7", "cn_code": "none"}
ANALYSER = {"item": "analyser", "made_in": "MY", "us_code": "3A002", "cn_code": "none", "currency": "MYR"}
ANALYSER |= {"unit_value": "2000"}
RATE = {"currency": "USD", "to_currency": "MYR", "date": "2026-03-02", "rate": "4"}


def workspace(folder: Path, price: str, rates: list[dict[str, str]], days: list[str]) -> Path:
    """Analysers made in Malaysia for 2,000 MYR around US logic priced in dollars, on their way to China."""
    line = LINE | {"item": "analyser", "ship_from": "MY", "destination": "CN", "unit": "C62"}
    table(folder, "shipments", [line | {"line": f"L{n}", "date": day} for n, day in enumerate(days)])
    table(folder, "items", [ITEM | LOGIC | {"unit_value": price}, ITEM | ANALYSER])
    table(folder, "bom", [{"parent": "analyser", "component": "logic", "quantity": "1"}])
    table(folder, "parties", PARTIES)
    if rates:
        table(folder, "rates", rates)
    return folder


def decided(folder: Path) -> Decisions:
    return lotgate.check(load(folder), law=law(), lists=lists())


def share(found: Content, basis: str = UNITED_STATES, destination: str = "CN") -> tuple[float | None, float | None]:
    for held in found.rows.iter_rows(named=True):
        one = found.classes[held["place"]]
        there = basis == CHINA or destination in one.destinations
        if held["item"] in ("analyser", "magnet") and one.basis == basis and there:
            return held["value_share_low"], held["value_share_high"]
    raise AssertionError("no row")


@pytest.mark.parametrize(("price", "reached"), [("124.9", False), ("125", False), ("125.1", True)])
@pytest.mark.parametrize("inverse", [False, True])
def test_25_percent_across_currencies_is_exact(tmp_path: Path, price: str, reached: bool, inverse: bool) -> None:
    # one dollar is 4 ringgit, and one ringgit a quarter of a dollar
    rate = RATE | {"currency": "MYR", "to_currency": "USD", "rate": "0.25"} if inverse else RATE
    workspace(tmp_path, price, [rate], ["2026-03-02"])
    found = content(load(tmp_path), DAY, law=law())
    assert share(found) == (float(price) * 4 / 2000,) * 2
    [line] = decided(tmp_path)
    fired = {rule.measure for rule in line.regimes["us"].rules}
    assert (line.regimes["us"].answer != "go") == reached, fired


@pytest.mark.parametrize(("price", "met"), [("0.99", "no"), ("1", "yes"), ("1.01", "yes")])
def test_a_tenth_of_a_percent_is_exact_where_a_rate_is_no_decimal(tmp_path: Path, price: str, met: str) -> None:
    """One euro is 3 of the other currency, so that one of the other is a third of a euro."""
    samarium = {"item": "sm", "made_in": "CN", "cn_code": "1C902.a.1", "currency": "USD", "unit_value": price}
    magnet = {"item": "magnet", "made_in": "JP", "cn_code": "1C902.a.4", "stage": "magnet", "currency": "EUR"}
    table(tmp_path, "items", [ITEM | samarium, ITEM | magnet | {"unit_value": "1000"}])
    table(tmp_path, "bom", [{"parent": "magnet", "component": "sm", "quantity": "3"}])
    table(tmp_path, "rates", [RATE | {"currency": "EUR", "to_currency": "USD", "rate": "3"}])
    found = content(load(tmp_path, required=("items",)), DAY, law=law())
    low, high = share(found, CHINA)
    assert low == high == pytest.approx(float(price) / 1000, rel=1e-12)
    [row] = found.rows.filter((found.rows["item"] == "magnet") & (found.rows["basis"] == CHINA)).to_dicts()
    assert row["met"] == met


def test_each_line_takes_the_rate_of_its_own_day(tmp_path: Path) -> None:
    later = RATE | {"date": "2026-03-10", "rate": "6"}
    workspace(tmp_path, "100", [later, RATE], ["2026-03-09", "2026-03-10", "2026-04-11", "2026-03-01"])
    found = decided(tmp_path)
    # 400 and 600 of 2,000; then the rate is 32 days old, and on the last line's day there is none yet
    assert [line.regimes["us"].answer for line in found] == ["go", "apply", "ask", "ask"]
    asks = [{(ask.fact, ask.subject) for ask in line.regimes["us"].asks} for line in found]
    assert asks == [set(), set(), {("rate", "USD/MYR")}, {("rate", "USD/MYR")}]
    said = next(ask for ask in found[3].regimes["us"].asks if ask.fact == "rate").question
    assert "USD and MYR on 2026-03-01" in str(said)
    table_asks = {row["line"]: row["asks"] for row in found.table.to_pylist() if row["regime"] == "line"}
    assert [any(ask.startswith("rate@") for ask in table_asks[f"L{n}"]) for n in range(4)] == [False, False, True, True]


def test_without_rates_currencies_stay_apart(tmp_path: Path) -> None:
    workspace(tmp_path, "100", [], ["2026-03-02"])
    [line] = decided(tmp_path)
    assert line.regimes["us"].answer == "ask"
    assert {(ask.fact, ask.subject) for ask in line.regimes["us"].asks} == {("rate", "USD/MYR")}


def test_content_says_which_rates_it_used_and_which_are_missing(tmp_path: Path) -> None:
    workspace(tmp_path, "100", [RATE], ["2026-03-02"])
    found = content(load(tmp_path), date(2026, 3, 20), law=law())
    assert found.to_json()["rates"] == {"common": "MYR", "quoted": {"USD": "2026-03-02"}, "missing": []}
    late = content(load(tmp_path), date(2026, 5, 1), law=law())
    assert late.to_json()["rates"] == {"common": None, "quoted": {}, "missing": ["USD"]}
    open_rows = [row for row in late.to_json()["rows"] if row["item"] == "analyser" and row["settled_by"]]
    assert {(row["settled_by"], row["cell"]) for row in open_rows} == {("logic", "rate")}
    for language, word in (("en", "No rate for USD on 2026-05-01"), ("zh", "2026-05-01 缺少 USD 的汇率")):
        stream = io.StringIO()
        print_content(late, make_console(stream, no_color=True, width=160), language)
        assert word in stream.getvalue()
