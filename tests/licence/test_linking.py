"""From an `apply` to an application and from a licence to a row: nothing is lost, nothing is guessed."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from licence_case import CUSTOMS, DECIDER, Case, declaration

import lotgate
from lotgate.decide import Decisions
from lotgate.errors import InputError
from lotgate.licence.linking import as_workspace_rows, prefill, rerun
from lotgate.tables.schema import TABLES

EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def decided() -> Decisions:
    lists = lotgate.read_lists(str(EXAMPLES / "demonstration-lists"))
    return lotgate.check(lotgate.load(EXAMPLES / "motor-maker"), lists=lists)


@pytest.mark.parametrize("line", [line.line for line in decided()])
def test_the_same_rules_on_the_same_facts_give_the_same_decision(line: str) -> None:
    decisions = decided()
    found = prefill(decisions, line, "cn")
    assert rerun(found.run, decisions.law, decisions.facts.parties.lists) == found.run["decision"]


def test_an_application_is_filled_from_the_line_and_says_what_it_lacks() -> None:
    found = prefill(decided(), "M22", "cn", organisation="example-maker")
    assert found.content["exporter"]["id"] == "example-maker"
    assert found.content["parties"]["end_user"]["country"] == found.content["route"]["destination"] == "MX"
    assert found.content["value"]["unit_price"] == "82"
    lacking = {place for place, _ in found.missing}
    assert {"lot.made", "end_use.wmd", "declarations.truth"} <= lacking and "lot.quantity" not in lacking
    assert "end_user_introduction" in {document.kind for document in found.documents}
    case = Case()
    from licence_case import PREPARER

    new = case.step(PREPARER, "application", "create", content=found.content).record.id
    case.step(PREPARER, "application", "attach_run", new, **found.run)
    assert case.record("application", new).facts["run"]["regime_answer"] == "apply"


def test_a_run_whose_facts_were_changed_is_refused() -> None:
    from licence_case import PREPARER

    found = prefill(decided(), "M22", "cn", organisation="example-maker")
    case = Case()
    new = case.step(PREPARER, "application", "create", content=found.content).record.id
    changed = {**found.run, "facts": {**found.run["facts"], "lists": []}}
    with pytest.raises(Exception, match="hash does not fit"):
        case.step(PREPARER, "application", "attach_run", new, **changed)


def test_an_unknown_line_or_law_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="no such line"):
        prefill(decided(), "M99", "cn")
    with pytest.raises(InputError, match="not decided"):
        prefill(decided(), "M22", "xx")


def covered(tmp_path: Path, row: dict[str, str]) -> str:
    """The answer to a line that names the licence in this row."""
    shutil.copytree(EXAMPLES / "motor-maker", tmp_path / "ws")
    with (tmp_path / "ws" / "shipments.csv").open(encoding="utf-8-sig") as file:
        shipments = list(csv.DictReader(file))
    line = next(one for one in shipments if one["line"] == "M02")
    line.update(licence=row["number"], date="2026-01-10")
    with (tmp_path / "ws" / "shipments.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(line))
        writer.writeheader()
        writer.writerow(line)
    row = {
        **row, "items": line["item"], "end_users": line["end_user"], "destinations": line["destination"],
        "codes": "1C905.a.4", "quantity": line["quantity"], "unit": line["unit"],
    }  # fmt: skip
    with (tmp_path / "ws" / "licences.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    lists = lotgate.read_lists(str(EXAMPLES / "demonstration-lists"))
    return str(lotgate.check(lotgate.load(tmp_path / "ws"), lists=lists).line("M02").regimes["cn"].answer)


def test_a_licence_covers_a_line_of_the_workspace_until_it_is_suspended_or_spent(tmp_path: Path) -> None:
    case = Case()
    licence = case.granted()
    case.wait(16)
    day = date(2026, 1, 5)
    (row,) = as_workspace_rows(case.store.records(), day)
    assert set(row) <= set(TABLES["licences"].names) and row["quantity_used"] == "0" and row["max_uses"] == "1"
    assert covered(tmp_path / "a", row) == "go"
    case.step(DECIDER, "licence", "suspend", licence, reason="new facts")
    (row,) = as_workspace_rows(case.store.records(), day)
    assert row["max_uses"] == "0" and covered(tmp_path / "b", row) == "apply"


def test_what_is_reserved_counts_as_used() -> None:
    case = Case()
    licence = case.granted(header={"regime": "cn", "kind": "general", "language": "en"})
    case.wait(16)
    case.step(CUSTOMS, "licence", "reserve", licence, **declaration(quantity="120"))
    (row,) = as_workspace_rows(case.store.records(), date(2026, 1, 5))
    assert (row["quantity_used"], row["max_uses"], row["used"]) == ("120", "none", "1")
