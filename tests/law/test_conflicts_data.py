"""Conflicts of law as data: who is addressed, by which measures, from when; a flag with citations, never a verdict."""

from __future__ import annotations

from datetime import date

import pytest

import lotgate.law
from lotgate.evaluate.walk import Walk
from lotgate.facts.values import CodeBook, case_row
from lotgate.law import Law
from lotgate.law.clock import Status
from lotgate.law.expr import TRUE

CN_TO_CN = {
    "exporter_country": "CN",
    "exporter_headquarters": "CN",
    "ship_from": "CN",
    "destination": "CN",
    "end_user_country": "CN",
    "headquarters": "CN",
    "listed": "us-entity-list",
    "origin": "TW",
    "model": "H200 SXM",
}
HK_ASCEND = {
    **CN_TO_CN,
    "exporter_country": "HK",
    "ship_from": "HK",
    "destination": "MY",
    "end_user_country": "MY",
    "listed": "none",
    "origin": "CN",
    "model": "Ascend 910C",
}
US_TO_CN = {**CN_TO_CN, "exporter_country": "US", "exporter_headquarters": "US", "ship_from": "US", "origin": "US"}
KR_TO_CN = {**CN_TO_CN, "exporter_country": "KR", "exporter_headquarters": "KR", "ship_from": "KR", "origin": "KR"}
CN_TO_IR = {**CN_TO_CN, "destination": "IR", "end_user_country": "IR", "headquarters": "IR", "listed": "us-sdn"}
CN_TO_REFINER = {**CN_TO_CN, "listed": "us-sdn;CN-BLOCK-ORDER-2026"}
DE_TO_IR = {**CN_TO_IR, "exporter_country": "DE", "exporter_headquarters": "DE", "ship_from": "DE", "origin": "DE"}
DE_TO_CN = {**DE_TO_IR, "destination": "CN", "end_user_country": "CN", "headquarters": "CN"}


@pytest.fixture(scope="module")
def law() -> Law:
    return lotgate.law.load()


def flagged(law: Law, facts: dict[str, str], fired: str, day: str) -> set[str]:
    """The conflicts whose clock, addressees and obeyed measure all fit."""
    when = date.fromisoformat(day)
    walk = Walk(law, case_row(law, CodeBook(law), facts), when)
    return {
        conflict.id
        for conflict in law.conflicts
        if fired in conflict.obeying and conflict.clock.status(when) is Status.ON and walk.trit(conflict.when) == TRUE
    }


@pytest.mark.parametrize(
    ("facts", "fired", "day", "expected"),
    [
        (CN_TO_CN, "US-744.11-16", "2026-04-06", {"cn-afsl-12"}),
        (CN_TO_CN, "US-744.11-16", "2026-04-07", {"cn-afsl-12", "cn-decree-834"}),
        (CN_TO_CN, "US-744.11-16", "2026-04-23", {"cn-afsl-12", "cn-decree-834", "cn-decree-835"}),
        (CN_TO_CN, "US-744.11-16", "2021-06-09", set()),
        (CN_TO_CN, "US-3A090", "2026-04-23", set()),
        (HK_ASCEND, "US-2025-05-13-GP10", "2025-06-10", {"cn-mofcom-ascend"}),
        (HK_ASCEND, "US-2025-05-13-GP10", "2025-05-20", set()),
        (HK_ASCEND, "US-736.2-b10", "2025-05-21", {"cn-mofcom-ascend"}),
        (US_TO_CN, "US-744.11-16", "2026-04-23", set()),
        (KR_TO_CN, "US-734.9-e1", "2026-02-05", set()),
        (CN_TO_IR, "US-OFAC-SDN", "2025-06-10", {"cn-blocking-rules"}),
        (CN_TO_REFINER, "US-OFAC-SDN", "2026-05-01", {"cn-afsl-12", "cn-decree-834", "cn-decree-835"}),
        (
            CN_TO_REFINER,
            "US-OFAC-SDN",
            "2026-05-02",
            {"cn-afsl-12", "cn-block-order-2026", "cn-decree-834", "cn-decree-835"},
        ),
        (DE_TO_IR, "US-OFAC-SDN", "2018-08-06", set()),
        (DE_TO_IR, "US-OFAC-SDN", "2018-08-07", {"eu-2271-96-iran"}),
        (DE_TO_CN, "US-744.11-16", "2026-04-23", set()),
    ],
)
def test_a_conflict_is_flagged_for_those_it_addresses(
    law: Law, facts: dict[str, str], fired: str, day: str, expected: set[str]
) -> None:
    assert flagged(law, facts, fired, day) == expected


def test_an_unknown_addressee_is_not_flagged(law: Law) -> None:
    facts = {k: v for k, v in CN_TO_CN.items() if not k.startswith("exporter") and k != "ship_from"}
    assert flagged(law, facts, "US-744.11-16", "2026-04-23") == set()


def test_conflicts_run_one_way_and_name_both_sides(law: Law) -> None:
    assert law.conflicts
    for conflict in law.conflicts:
        assert conflict.forbids.startswith(("CN-", "EU-")), conflict.id
        assert {measure[:3] for measure in conflict.obeying} == {"US-"}, conflict.id
        for text in (conflict.cite, conflict.text, conflict.authorisation):
            assert text.en and any("一" <= letter <= "鿿" for letter in text.zh), conflict.id
        assert conflict.text.en.startswith("Unverified") == (conflict.verified == "no"), conflict.id


def test_five_refiners_stand_in_the_prohibition_order(law: Law) -> None:
    assert len(law.party_rows["CN-BLOCK-ORDER-2026"]) == 5
