"""Owners in a decision: asked about as they stand on each line's day, summed only where the text says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from small import COMPANY, asked, decide, lists

from lotgate.decide import Decisions
from lotgate.parties.lists import ListSet, party_list

US = {"ship_from": "US", "destination": "TR", "date": "2026-04-14"}
EU = {"ship_from": "DE", "destination": "TR", "date": "2026-04-14", "exporter": "seller"}
SELLER = COMPANY | {"party": "seller", "name": "Example Verkauf GmbH", "country": "DE", "headquarters": "DE"}


def holding(*listed: tuple[str, str, str]) -> ListSet:
    """The lists with further entries: list, name, tag."""
    held = dict(lists().lists)
    for list_id, name, tag in listed:
        rows = [{"name": name, "tags": [tag]}, {"name": "Zzyzx Placeholder Qwv"}]
        held[list_id] = party_list(list_id, list_id, rows, date(2026, 4, 1))
    return ListSet(held)


SDN = holding(("us-sdn", "Volga Blocked Holding", "us-sdn:SDGT"))
EL = ("us-entity-list", "Hengshan Optics Works", "us-el:all-items")


def own(*stakes: tuple[str, str, str, str, str]) -> list[dict[str, str]]:
    return [dict(zip(("owner", "owned", "share", "from", "to"), stake, strict=True)) for stake in stakes]


def us_answers(decisions: Decisions) -> list[str]:
    return [line.regimes["us"].answer for line in decisions]


def test_what_is_asked_of_owners_follows_the_day_of_the_line(tmp_path: Path) -> None:
    lines = [US | {"line": f"L{n}", "date": day} for n, day in enumerate(("2026-02-01", "2026-04-14", "2026-06-01"))]
    stakes = own(
        ("Volga Blocked Holding", "buyer", "", "2026-01-01", "2026-03-31"),
        ("Volga Blocked Holding", "buyer", "0.2", "2026-04-01", "2026-05-31"),
        ("Volga Blocked Holding", "buyer", "0.6", "2026-06-01", ""),
    )
    found = decide(tmp_path, lines, {"made_in": "US"}, with_lists=SDN, ownership=stakes)
    assert us_answers(found) == ["ask", "go", "stop"]
    asks = [row["asks"] for row in found.table.to_pylist() if row["regime"] == "us"]
    assert asks == [["share@buyer"], [], []]
    for number, line in enumerate(found):
        told = [f"{ask.fact}@{ask.subject}" for ask in line.regimes["us"].asks]
        assert told == asks[number]


def test_a_share_open_further_up_is_asked_there(tmp_path: Path) -> None:
    stakes = own(("Volga Blocked Holding", "mid", "", "", ""), ("mid", "buyer", "0.7", "", ""))
    mid = COMPANY | {"party": "mid", "name": "Example Mid AS", "country": "TR", "headquarters": "TR"}
    found = decide(tmp_path, US, {"made_in": "US"}, with_lists=SDN, ownership=stakes, parties=[mid])
    assert asked(found, "us") == {("share", "mid")}


def test_only_owners_the_rule_counts_are_summed(tmp_path: Path) -> None:
    """The Affiliates Rule sums owners under the programmes of 744.8; another blocked owner does not lift the sum."""
    both = holding(("us-sdn", "Volga Blocked Holding", "us-sdn:IRAN-HR"), EL)
    stakes = own(("Volga Blocked Holding", "buyer", "0.25", "", ""), ("Hengshan Optics Works", "buyer", "0.3", "", ""))
    line = US | {"date": "2025-10-15"}
    found = decide(tmp_path, line, {"made_in": "US"}, with_lists=both, ownership=stakes)
    assert us_answers(found) == ["go"]
    counted = holding(("us-sdn", "Volga Blocked Holding", "us-sdn:SDGT"), EL)
    assert us_answers(decide(tmp_path, line, {"made_in": "US"}, with_lists=counted, ownership=stakes)) == ["apply"]


MAGNET = {"cn_code": "1C902.a.4", "made_in": "CN"}
GERMAN = {"ship_from": "DE", "destination": "MX", "date": "2025-10-30", "exporter": "seller"}
CHINESE_LISTED = ("General Dynamics", "Oshkosh Defense")


def test_stakes_of_several_chinese_listed_owners_ask(tmp_path: Path) -> None:
    stakes = own(*((name, "buyer", "0.3", "", "") for name in CHINESE_LISTED))
    found = decide(tmp_path, GERMAN, MAGNET, parties=[SELLER], ownership=stakes)
    cn = found[0].regimes["cn"]
    assert (cn.answer, cn.policy) == ("apply", "case-by-case")
    assert ("cn_owned_by", "buyer") in asked(found, "cn")
    for word, policy in (("yes", "denial-presumed"), ("no", "case-by-case")):
        told = [{"subject": "buyer", "fact": "cn_owned_by", "value": word, "source": "MOFCOM by telephone"}]
        again = decide(tmp_path, GERMAN, MAGNET, parties=[SELLER], ownership=stakes, facts=told)
        assert again[0].regimes["cn"].policy == policy
        assert not asked(again, "cn")
    one = decide(tmp_path, GERMAN, MAGNET, parties=[SELLER], ownership=own((CHINESE_LISTED[0], "buyer", "0.5", "", "")))
    assert one[0].regimes["cn"].policy == "denial-presumed"


def test_the_union_counts_more_than_half_and_notes_less(tmp_path: Path) -> None:
    frozen = holding(("eu-fsf", "Volga Blocked Holding", "eu:UKR"))
    answers = {}
    for share in ("0.5", "0.500001", ""):
        stakes = own(("Volga Blocked Holding", "buyer", share, "", ""))
        found = decide(tmp_path, EU, with_lists=frozen, parties=[SELLER], ownership=stakes)
        eu = found[0].regimes["eu"]
        answers[share] = (eu.answer, sorted(rule.rule for rule in eu.rules if rule.measure == "EU-ASSET-FREEZES"))
    assert answers["0.5"] == ("go", ["owner-minority"])
    assert answers["0.500001"] == ("stop", ["owned"])
    assert answers[""][0] == "ask"


def test_a_list_too_old_makes_owners_doubtful_too(tmp_path: Path) -> None:
    held = replace(SDN, lists={**SDN.lists, "us-sdn": replace(SDN.lists["us-sdn"], as_of=date(2026, 1, 1))}, live=True)
    found = decide(
        tmp_path, US, {"made_in": "US"}, with_lists=held, ownership=own(("Anybody Else", "buyer", "0.6", "", ""))
    )
    assert us_answers(found) == ["ask"]
    assert asked(found, "us") == {("checked_until", "list:us-sdn")}
