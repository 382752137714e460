"""Random lives of licences: whatever people ask for in whatever order, invariants hold and replay agrees."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from licence_case import (
    AUDITOR,
    CUSTOMS,
    DECIDER,
    END_USER,
    MAKER,
    OFFICER,
    PREPARER,
    SECOND,
    SIGNATORY,
    STRANGER,
    Case,
    declaration,
)

from lotgate.errors import LotgateError
from lotgate.licence import Actor, Record, Refusal, replay
from lotgate.licence.ledger import Ledger
from lotgate.licence.machines import machine, state_on
from lotgate.licence.use_guards import balance

PEOPLE = [PREPARER, SIGNATORY, OFFICER, DECIDER, SECOND, CUSTOMS, END_USER, AUDITOR, STRANGER]
QUANTITY = st.sampled_from(["100", "100", "250.5", "0.001", "499.999", "500", "500", "500.001", "0", "1000"])
AT_THE_AUTHORITY = ["suspend", "propose", "propose", "reinstate", "reinstate", "revoke", "surrender", "issue"]
ODD = st.sampled_from([False] * 5 + [True])
ODDITIES = st.sampled_from(
    [{}, {"destination": "FR"}, {"end_user": "other"}, {"day": "2027-01-01"}, {"unit": "C62"}, {"declaration": "D-1"}]
)
GENERAL = {"regime": "cn", "kind": "general", "language": "en"}


class Lives(RuleBasedStateMachine):
    """Everybody tries everything; what goes through must leave the books right."""

    def __init__(self) -> None:
        super().__init__()
        self.case = Case()
        self.used: dict[str, int] = {}
        self.seen = 0
        self.declared = 0

    @initialize(
        kinds=st.lists(st.sampled_from(["single", "general"]), min_size=1, max_size=2),
        made=st.sampled_from(["600", "1000"]),
    )
    def grant(self, kinds: list[str], made: str) -> None:
        self.licences = []
        for i, kind in enumerate(kinds):
            changes = {"header": {**GENERAL, "kind": kind}, "lot": {"id": f"LOT-{i}", "made": made}}
            self.licences.append(self.case.granted(**changes))

    def attempt(self, actor: Actor, kind: str, event: str, id: str, **data: object) -> bool:
        before = list(self.case.store.entries())
        try:
            self.case.step(actor, kind, event, id, **data)
        except LotgateError as error:
            assert list(self.case.store.entries()) == before
            if isinstance(error, Refusal):
                assert all(reason.en and reason.zh for reason in error.reasons)
            return False
        return True

    @rule(days=st.sampled_from([0, 1, 1, 3, 10, 100]))
    def wait(self, days: int) -> None:
        self.case.wait(days)

    @rule(who=st.sampled_from(PEOPLE), odd=ODD, which=st.integers(0, 3), quantity=QUANTITY, odder=ODDITIES)
    def reserve(self, who: Actor, odd: bool, which: int, quantity: str, odder: dict[str, str]) -> None:
        self.declared += 1
        licence = self.case.record("licence", self.licences[which % len(self.licences)])
        day = self.case.at.date().isoformat()
        said = declaration(f"D-{self.declared}", lot=licence.facts["lot"], quantity=quantity, day=day)
        changes = odder if odd else {}
        self.attempt(who if odd else CUSTOMS, "licence", "reserve", licence.id, **{**said, **changes})

    @rule(
        who=st.sampled_from(PEOPLE), odd=ODD, which=st.integers(0, 9), quantity=QUANTITY, back=st.integers(0, 90),
        event=st.sampled_from(["release", "exit", "exit", "cancel"]),
    )  # fmt: skip
    def at_the_border(self, who: Actor, odd: bool, which: int, quantity: str, back: int, event: str) -> None:
        found = [one for one in self.case.store.records("clearance") if odd or one.state in ("accepted", "released")]
        if not found:
            return
        one = found[which % len(found)]
        gone = {"quantity": quantity if which % 2 else one.facts["taken"], "unit": "KGM"}
        day = (self.case.at.date() - timedelta(days=back if odd else 0)).isoformat()
        data = {"exit": {**gone, "day": day}, "cancel": {"reason": "r"}}
        self.attempt(who if odd else CUSTOMS, "clearance", event, one.id, **data.get(event, {}))

    @rule(
        odd=ODD, which=st.integers(0, 9), quantity=QUANTITY, unit=st.sampled_from(["KGM", "GRM", "C62"]),
        event=st.sampled_from(["adjust", "contra"]),
    )  # fmt: skip
    def afterwards(self, odd: bool, which: int, quantity: str, unit: str, event: str) -> None:
        found = [one for one in self.case.store.records("clearance") if odd or one.state == "exited"]
        if found:
            said = {"quantity": quantity, "unit": unit if odd else "KGM", "reason": "r"}
            self.attempt(CUSTOMS, "clearance", event, found[which % len(found)].id, **said)

    @rule(
        who=st.sampled_from([DECIDER, SECOND, OFFICER]), odd=ODD, other=st.sampled_from(PEOPLE),
        which=st.integers(0, 3), event=st.sampled_from(AT_THE_AUTHORITY),
        step=st.sampled_from(["revoke", "reinstate", "reinstate"]),
    )  # fmt: skip
    def at_the_authority(self, who: Actor, odd: bool, other: Actor, which: int, event: str, step: str) -> None:
        data = {"reason": "r", **({"step": step} if event == "propose" else {})}
        actor = other if odd else SIGNATORY if event == "surrender" and which % 4 == 0 else who
        self.attempt(actor, "licence", event, self.licences[which % len(self.licences)], **data)

    @rule(
        who=st.sampled_from(PEOPLE), odd=ODD, which=st.integers(0, 9), quantity=QUANTITY,
        event=st.sampled_from(["confirm", "confirm", "verify", "fail", "resolve"]),
    )  # fmt: skip
    def at_the_plant(self, who: Actor, odd: bool, which: int, quantity: str, event: str) -> None:
        found = self.case.store.records("delivery")
        if not found:
            return
        one = found[which % len(found)]
        amount = quantity if which % 3 == 0 else one.facts["cleared"]
        receipt = {"quantity": amount, "unit": "KGM", "day": self.case.at.date().isoformat(), "evidence": "a" * 64}
        data = {"confirm": receipt, "verify": {"text": "seen"}}.get(event, {"reason": "r"})
        right = {"confirm": END_USER, "verify": OFFICER, "fail": OFFICER, "resolve": DECIDER}[event]
        self.attempt(who if odd else right, "delivery", event, one.id, **data)

    @precondition(lambda self: self.case.store.records("licence"))
    @rule(which=st.integers(0, 1))
    def apply_again_for_the_same_lot(self, which: int) -> None:
        licence = self.case.record("licence", self.licences[which % len(self.licences)])
        made = self.case.record("lot", f"{MAKER}:{licence.facts['lot']}").facts["made"]
        try:
            changes = {
                "header": {**GENERAL, "kind": licence.facts["kind"]},
                "lot": {"id": licence.facts["lot"], "made": made},
            }
            again = self.case.granted(**changes)
        except LotgateError:
            return
        self.licences.append(again)

    @invariant()
    def books_are_right(self) -> None:
        for one in self.case.store.records("licence"):
            ledger = Ledger.of(one.facts)
            assert ledger.whole and ledger.taken <= ledger.granted * (1 + ledger.tolerance)
            held = [c for c in self.case.store.records("clearance") if c.facts["licence"] == one.id]
            assert set(ledger.open) == {c.id for c in held if c.state in ("accepted", "released")}
            exited = sum((Decimal(c.facts["cleared"]) for c in held if c.state == "exited"), Decimal(0))
            assert ledger.cleared - ledger.contra == exited
            assert one.state != "reserved" or ledger.open
            if not one.facts["partial_use"]:
                assert ledger.uses <= 1
            lot = self.case.record("lot", f"{MAKER}:{one.facts['lot']}")
            assert balance(lot.facts) >= 0

    @invariant()
    def one_licence_in_force_per_lot(self) -> None:
        force: dict[str, int] = {}
        for one in self.case.store.records("licence"):
            if state_on(one, self.case.at.date()) in ("issued", "reserved", "suspended"):
                force[one.facts["lot"]] = force.get(one.facts["lot"], 0) + 1
        assert all(count == 1 for count in force.values())

    @invariant()
    def entries_follow_the_tables_and_people_stay_apart(self) -> None:
        entries = list(self.case.store.entries())
        for entry in entries[self.seen :]:
            draft = entry.draft
            assert machine(draft.kind).rows_for(draft.event, draft.before)
            if draft.kind == "licence" and draft.event in ("revoke", "reinstate"):
                earlier = [e.draft for e in entries[: entry.sequence - 1] if e.draft.id == draft.id]
                proposals = [e for e in earlier if e.event == "propose" and e.data["step"] == draft.event]
                assert proposals and proposals[-1].actor != draft.actor
            if draft.kind == "licence" and draft.event == "clear":
                licence = self.case.record("licence", draft.id).facts
                day = date.fromisoformat(draft.data["day"])
                assert licence["valid_from"] <= day.isoformat() <= licence["valid_to"] and draft.before == "reserved"
        self.seen = len(entries)

    def teardown(self) -> None:
        entries = list(self.case.store.entries())
        assert replay(entries) == {(one.kind, one.id): one for one in self.case.store.records()}
        assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
        prefix_ledgers(entries)


def prefix_ledgers(entries: list) -> None:  # type: ignore[type-arg]
    """After every entry, not only at the end, no licence is over-drawn."""
    from lotgate.licence import apply

    records: dict[tuple[str, str], Record] = {}
    for entry in entries:
        key = entry.draft.kind, entry.draft.id
        records[key] = apply(records.get(key), entry.draft)
        if entry.draft.kind == "licence":
            assert Ledger.of(records[key].facts).whole


Lives.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestLives = Lives.TestCase


@pytest.mark.parametrize("seed", range(16))
def test_long_lives(seed: int) -> None:
    """The same machine driven far: long runs reach the states that short ones seldom do."""
    walk(seed, 300)


def test_long_lives_reach_every_step_of_licence_clearance_and_delivery() -> None:
    reached = set().union(*(walk(seed, 300) for seed in range(16)))
    wanted = {(name, event) for name in ("licence", "clearance", "delivery") for event in machine(name).events}
    elsewhere = {("licence", "replace"), ("licence", "note")}
    assert wanted - reached - elsewhere == set()


@cache
def walk(seed: int, steps: int) -> frozenset[tuple[str, str]]:
    """One long life; the steps that were taken in it."""
    draw = random.Random(seed)
    lives = Lives()
    lives.grant(kinds=draw.choice([["single"], ["general", "single"], ["general", "general"]]), made="1000")
    quantities = ["100", "50.5", "25", "0.001", "250", "500", "500.001", "0", "1000"]
    events = {
        "at_the_border": ["release", "exit", "exit", "cancel"],
        "afterwards": ["adjust", "contra"],
        "at_the_authority": AT_THE_AUTHORITY,
        "at_the_plant": ["confirm", "confirm", "verify", "fail", "resolve"],
    }
    for _ in range(steps):
        odd, which, quantity = draw.random() < 0.1, draw.randrange(10), draw.choice(quantities)
        name = draw.choice(["wait", *["reserve"] * 3, *events, *["at_the_authority"] * 2, "at_the_plant"])
        given: dict[str, Any] = {"odd": odd, "which": which, "who": draw.choice(PEOPLE), "quantity": quantity}
        if name in events:
            given["event"] = draw.choice(events[name])
        if name == "wait":
            given = {"days": draw.choice([0, 0, 1, 1, 2])}
        elif name == "reserve":
            given["odder"] = draw.choice([{"destination": "FR"}, {"unit": "C62"}, {"declaration": "D-1"}])
        elif name == "at_the_border":
            given["back"] = draw.randrange(90)
        elif name == "afterwards":
            given["unit"] = draw.choice(["GRM", "C62"])
            del given["who"]
        elif name == "at_the_authority":
            given.update(
                who=draw.choice([DECIDER, SECOND, OFFICER]),
                other=given["who"],
                step=draw.choice(["revoke", "reinstate", "reinstate"]),
            )
            del given["quantity"]
            if draw.random() < 0.2:
                continue
        getattr(lives, name)(**given)
        lives.books_are_right()
        lives.one_licence_in_force_per_lot()
        lives.entries_follow_the_tables_and_people_stay_apart()
        if draw.random() < 0.03:
            lives.apply_again_for_the_same_lot(which=which % 2)
    lives.teardown()
    return frozenset((entry.draft.kind, entry.draft.event) for entry in lives.case.store.entries())
