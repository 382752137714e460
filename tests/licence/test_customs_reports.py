"""Numbered runs of a customs system: in order, once, whatever order and however often they come."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from licence_case import CUSTOMS, Case, declaration

from lotgate.licence import Conflict, MemoryStore, replay
from lotgate.licence.customs import Reported, report

FEED = "cn:example-port"


def use(kind: str, number: str, quantity: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, **declaration(number, quantity=quantity), **more}


def setting() -> tuple[Case, str]:
    case = Case()
    licence = case.granted(header={"regime": "cn", "kind": "general", "language": "en"})
    case.wait(16)
    return case, licence


def runs(licence: str) -> list[list[dict[str, Any]]]:
    def line(cumulative: str, *uses: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"licence": licence, "cumulative": cumulative, "unit": "KGM", "uses": list(uses)}]

    return [
        line("100", use("original", "D-1", "100")),
        line("290", use("late", "D-2", "200"), use("contra", "D-1", "10")),
        line("270", use("adjusted", "D-2", "180")),
    ]


def send(case: Case, run: int, lines: list[dict[str, Any]]) -> Reported:
    return report(case.store, CUSTOMS, FEED, run, lines, case.at)


def left_behind(store: MemoryStore) -> dict[str, Any]:
    licence = next(one for one in store.records("licence"))
    uses = {one.facts["declaration"]: one.facts["cleared"] for one in store.records("clearance")}
    return {"state": licence.state, "ledger": {**licence.facts["ledger"]}, "uses": uses}


def test_every_order_of_the_runs_ends_in_the_same_state() -> None:
    ends = []
    for order in itertools.permutations(range(3)):
        case, licence = setting()
        for number in order:
            send(case, number + 1, runs(licence)[number])
        ends.append(left_behind(case.store))
        assert replay(case.store.entries()) == {(one.kind, one.id): one for one in case.store.records()}
    assert all(end == ends[0] for end in ends)
    assert ends[0]["uses"] == {"D-1": "90", "D-2": "180"}
    ledger = ends[0]["ledger"]
    assert (ledger["cleared"], ledger["contra"], ledger["uses"]) == ("300", "30", 2)


def test_a_run_before_its_turn_waits_and_names_the_missing_one() -> None:
    case, licence = setting()
    found = send(case, 2, runs(licence)[1])
    assert (found.taken, found.waiting, found.missing) == ((), (2,), 1)
    found = send(case, 1, runs(licence)[0])
    assert (found.taken, found.waiting, found.results) == ((1, 2), (), ())


def test_the_same_run_again_changes_nothing_and_another_content_is_refused_and_reported() -> None:
    case, licence = setting()
    send(case, 1, runs(licence)[0])
    entries = list(case.store.entries())
    assert send(case, 1, runs(licence)[0]).repeated and list(case.store.entries()) == entries
    with pytest.raises(Conflict):
        send(case, 1, runs(licence)[1])
    assert [one.facts["about"] for one in case.store.records("finding")] == ["example-customs:cn:example-port/1"]
    assert left_behind(case.store)["uses"] == {"D-1": "100"}


def test_a_report_cut_off_half_way_is_finished_by_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import lotgate.licence.customs as room

    case, licence = setting()
    whole, calls = room.act, itertools.count()

    def breaking(*arguments: Any) -> Any:
        if next(calls) == 3:
            raise KeyboardInterrupt
        return whole(*arguments)

    send(case, 1, runs(licence)[0])
    monkeypatch.setattr(room, "act", breaking)
    with pytest.raises(KeyboardInterrupt):
        send(case, 2, runs(licence)[1])
    monkeypatch.setattr(room, "act", whole)
    assert send(case, 2, runs(licence)[1]).taken == (2,)
    assert left_behind(case.store)["uses"] == {"D-1": "90", "D-2": "200"}


def test_a_use_beyond_the_grant_is_refused_and_shown_with_the_difference() -> None:
    case, licence = setting()
    lines = [{"licence": licence, "cumulative": "600", "unit": "KGM", "uses": [use("original", "D-9", "600")]}]
    refused, differs = send(case, 1, lines).results
    assert "cannot be reserved" in refused["refused"]["en"] and "不能预留" in refused["refused"]["zh"]
    assert differs == {"licence": licence, "cumulative": "600", "booked": "0"}
    assert left_behind(case.store)["ledger"]["reserved"] == "0"
