"""Ownership counted as the authorities count it: step by step, summed or single, exact, and with honest bounds."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotgate.errors import InputError
from lotgate.parties.ownership import Edge, Ownership, Rule, change_days, exact_share, rules

DAY = date(2026, 1, 1)
OFAC = rules()["ofac-50"]
OPEN = rules()["cn-61"]
SINGLE = Rule("single", Fraction(1, 2), summed=False)
HALF = Fraction(1, 2)


def graph(*edges: tuple[str, str, str | None]) -> Ownership:
    return Ownership([Edge(owner, owned, exact_share(share)) for owner, owned, share in edges], DAY)


def test_half_of_a_half_owned_firm_is_reached() -> None:
    found = graph(("listed", "middle", "0.5"), ("middle", "end", "0.5")).blocked({"listed"}, OFAC)
    assert (found["middle"].status, found["end"].status) == ("yes", "yes")
    assert found["end"].path == ("listed", "middle", "end")
    assert found["end"].roots == {"listed"}
    assert found["end"].en == (
        "Owners of end: middle 50 %, together 50 %; the rule asks for at least 50 %: reached (listed > middle > end)."
    )
    assert found["end"].zh == "end的所有人：middle 50 %，合计50 %；规则要求不低于50 %：适用 (listed > middle > end)。"


def test_stakes_of_several_listed_owners_add_where_the_rule_says_so() -> None:
    held = graph(("one", "firm", "0.30"), ("two", "firm", "0.25"))
    assert held.blocked({"one", "two"}, OFAC)["firm"].low == Fraction(55, 100)
    assert held.blocked({"one", "two"}, OFAC)["firm"].status == "yes"
    assert held.blocked({"one", "two"}, OFAC)["firm"].roots == {"one", "two"}
    assert held.blocked({"one", "two"}, SINGLE)["firm"].status == "no"
    assert held.blocked({"one"}, OFAC)["firm"].status == "no"


def test_a_minority_step_breaks_the_chain() -> None:
    found = graph(("listed", "middle", "0.49"), ("middle", "end", "1")).blocked({"listed"}, OFAC)
    assert (found["middle"].status, found["end"].status) == ("no", "no")


def test_more_than_half_is_not_half() -> None:
    more = Rule("more", HALF, more_than=True)
    assert graph(("listed", "firm", "0.5")).blocked({"listed"}, more)["firm"].status == "no"
    assert graph(("listed", "firm", "0.500000000000001")).blocked({"listed"}, more)["firm"].status == "yes"


def test_an_unknown_share_of_a_listed_owner_asks_only_where_it_could_matter() -> None:
    open_share = graph(("listed", "firm", None), ("other", "firm", "0.4")).blocked({"listed"}, OFAC)["firm"]
    assert (open_share.status, open_share.low, open_share.high) == ("unknown", 0, Fraction(6, 10))
    assert open_share.missing == ("listed",)
    taken = graph(("listed", "firm", None), ("other", "firm", "0.51")).blocked({"listed"}, OFAC)["firm"]
    assert (taken.status, taken.high) == ("no", Fraction(49, 100))
    unlisted = graph(("nobody", "firm", None)).blocked({"listed"}, OFAC)["firm"]
    assert (unlisted.status, unlisted.missing) == ("no", ())


def test_an_open_question_travels_down_the_chain() -> None:
    found = graph(("listed", "middle", None), ("middle", "end", "0.6")).blocked({"listed"}, OFAC)
    assert (found["middle"].status, found["end"].status) == ("unknown", "unknown")
    assert found["end"].roots == {"listed"}


def test_one_who_may_be_listed_makes_a_question_not_an_answer() -> None:
    held = graph(("maybe", "firm", "0.8"), ("listed", "firm", "0.1"))
    assert held.blocked({"listed"}, OFAC, possible={"maybe"})["firm"].status == "unknown"
    assert held.blocked({"listed", "maybe"}, OFAC)["firm"].status == "yes"


def test_nobody_is_reached_by_going_round_in_a_circle() -> None:
    held = graph(("a", "b", "0.6"), ("b", "a", "0.6"), ("listed", "a", "0.4"))
    found = held.blocked({"listed"}, OFAC)
    assert (found["a"].status, found["b"].status) == ("no", "no")
    entered = graph(("a", "b", "0.6"), ("b", "a", "0.3"), ("listed", "a", "0.5")).blocked({"listed"}, OFAC)
    assert (entered["a"].status, entered["b"].status) == ("yes", "yes")
    assert entered["b"].path == ("listed", "a", "b")


def test_cross_holdings_feed_back_into_the_sum() -> None:
    # b is reached through a, and then holds the last fifth of a that lifts nothing but is counted.
    found = graph(("listed", "a", "0.5"), ("b", "a", "0.2"), ("a", "b", "0.5")).blocked({"listed"}, OFAC)
    assert found["a"].low == Fraction(7, 10)
    assert found["a"].roots == {"listed"}


def test_days_count() -> None:
    edges = [
        Edge("listed", "firm", HALF, date(2026, 1, 1), date(2026, 6, 30)),
        Edge("listed", "old", HALF, None, date(2025, 12, 31)),
    ]
    for day, expected in (
        (date(2025, 12, 31), False),
        (DAY, True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ):
        assert ("firm" in Ownership(edges, day).blocked({"listed"}, OFAC)) is expected
    assert "old" in Ownership(edges, date(1990, 1, 1)).blocked({"listed"}, OFAC)
    assert change_days(edges) == [DAY, date(2026, 7, 1)]


def test_more_than_the_whole_is_a_fault_on_the_days_it_is_held() -> None:
    edges = [Edge("a", "firm", Fraction(6, 10), None, DAY), Edge("b", "firm", HALF)]
    with pytest.raises(InputError, match="110 %"):
        Ownership(edges, DAY)
    assert Ownership(edges, date(2026, 1, 2)).owners("firm")[0].owner == "b"
    with pytest.raises(InputError, match="outside"):
        graph(("a", "firm", "-0.1"))


def test_shares_are_what_was_written() -> None:
    assert exact_share(0.1) + exact_share(0.2) == Fraction(3, 10)  # type: ignore[operator]
    assert exact_share(None) is None
    assert exact_share(float("nan")) == 0


def test_shares_multiplied_through_cross_holdings_are_exact() -> None:
    held = graph(("root", "a", "0.5"), ("b", "a", "0.5"), ("a", "b", "0.5"))
    through = held.through("root")
    assert through == {"a": Fraction(2, 3), "b": Fraction(1, 3)}
    assert graph(("a", "b", "1"), ("b", "a", "1"), ("root", "c", "1")).through("root") == {"c": 1}


NODES = [f"n{number}" for number in range(7)]


@st.composite
def holdings(draw: st.DrawFn) -> list[Edge]:
    edges = []
    for owned in NODES:
        left = 100
        for owner in draw(st.lists(st.sampled_from(NODES), max_size=4, unique=True)):
            share = draw(st.one_of(st.none(), st.integers(0, left)))
            left -= share or 0
            edges.append(Edge(owner, owned, None if share is None else Fraction(share, 100)))
    return edges


@settings(max_examples=150, deadline=None)
@given(holdings(), st.sets(st.sampled_from(NODES), max_size=3), st.sampled_from([OFAC, SINGLE]), st.data())
def test_verdicts_hold_for_every_value_of_the_unknown_shares(
    edges: list[Edge], seed: set[str], rule: Rule, data: st.DataObject
) -> None:
    verdicts = Ownership(edges, DAY).blocked(seed, rule)
    filled = []
    for owned in NODES:
        mine = [edge for edge in edges if edge.owned == owned]
        left = 100 - int(sum((edge.share or 0) for edge in mine) * 100)
        for edge in mine:
            share = edge.share
            if share is None:
                part = data.draw(st.integers(0, left))
                left -= part
                share = Fraction(part, 100)
            filled.append(Edge(edge.owner, edge.owned, share))
    known = Ownership(filled, DAY).blocked(seed, rule)
    for party, verdict in known.items():
        told = verdicts[party]
        assert verdict.status != "unknown"
        assert told.status in (verdict.status, "unknown")
        assert told.low <= verdict.low <= told.high


@settings(max_examples=100, deadline=None)
@given(holdings(), st.sets(st.sampled_from(NODES), max_size=3), st.sampled_from(NODES), st.permutations(range(4)))
def test_more_listed_owners_never_reach_less_and_order_is_nothing(
    edges: list[Edge], seed: set[str], further: str, order: list[int]
) -> None:
    fewer = Ownership(edges, DAY).blocked(seed, OFAC)
    more = Ownership(edges, DAY).blocked(seed | {further}, OFAC)
    rank = {"no": 0, "unknown": 1, "yes": 2}
    assert all(rank[fewer[party].status] <= rank[more[party].status] for party in fewer if party != further)
    turned = Ownership(sorted(edges, key=lambda edge: (order[len(edge.owner) % 4], edge.owned[::-1])), DAY)
    assert {p: v.status for p, v in turned.blocked(seed, OFAC).items()} == {p: v.status for p, v in fewer.items()}
