"""Lists show what the reader may know of and asked for, newest first, page by page, on both databases."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest

from lotgate.licence import Command
from lotgate.licence.machines import machine
from lotgate.licence.records import Record as Case
from lotgate.web.services import cases
from lotgate.web.services import demonstration as demo
from lotgate.web.services.cases import Filters
from lotgate.web.store import finding
from lotgate.web.store.book import act
from lotgate.web.store.models import Record
from lotgate.web.store.projection import COLUMNS, record_of, searched
from lotgate.web.store.verify import rebuild

AT = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
WHO = demo.actors()


def newest_first(kind: str) -> list[Case]:
    rows = Record.objects.filter(kind=kind).order_by("-changed", "-id").values_list(*COLUMNS)
    return [record_of(row) for row in rows]


def pages(name: str, kind: str, asked: Filters) -> list[str]:
    found, before = list[str](), ""
    while True:
        page = cases.listing(WHO[name], kind, Filters(**{**asked.__dict__, "before": before}), 2, AT)
        found += [row.record.id for row in page.rows]
        before = page.next
        if not before:
            return found


def test_lists_and_counts_are_those_of_a_look_at_every_record(database: str) -> None:
    for number, to in enumerate(("draft", "under_review", "recommended", "used", "draft")):
        exporter = "demo-other-exporter" if number == 4 else "demo-exporter"
        list(demo.carry(act, WHO, number, AT, to, exporter=exporter))
    looked = 0
    for kind in ("application", "licence", "clearance", "lot"):
        every = newest_first(kind)
        number = every[0].id
        for name in sorted(WHO):
            mine = [one for one in every if cases.visible(WHO[name], one, AT)]
            assert cases.counts(WHO[name], kind, at=AT) == dict(sorted(Counter(one.state for one in mine).items()))
            states = machine(kind).states
            for asked, wanted in (
                (Filters(), mine),
                (Filters(open=True), [one for one in mine if states[one.state].open]),
                (Filters(states=("draft", "used")), [one for one in mine if one.state in ("draft", "used")]),
                (Filters(regime="cn"), [one for one in mine if one.regime == "cn"]),
                (Filters(regime="us"), []),
                (Filters(words=number.lower()), [one for one in mine if one.id == number]),
                (Filters(words=number[-9:]), [one for one in mine if number[-9:] in one.id]),
                (Filters(words="nobody of this name"), []),
            ):
                assert pages(name, kind, asked) == [one.id for one in wanted], (kind, name, asked)
                looked += len(wanted)
    assert looked > 100


@pytest.mark.parametrize("most", [1_000, 1])
def test_a_record_is_found_by_any_part_of_a_word(database: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two letters or more, of either script, in one word or several, also after the words changed and the index was
    made anew; and whether few or many are found (`most`) does not matter."""
    monkeypatch.setattr(cases, "_FEW", most)
    for number, to in enumerate(("draft", "under_review", "used")):
        *_, last = demo.carry(act, WHO, number, AT, to)
        if to == "draft":
            draft = last.record
    written = demo.content(0, exporter="demo-exporter", quantity="120")
    written["item"] = {
        **written["item"],
        "description_zh": "高纯度镓锭、100%氧化物",
        "description": "Gallium_ingots ö!x",
    }
    act(WHO["exporter-preparer"], Command("application", "edit", draft.id, {"content": written}), AT)
    draw = random.Random(5)
    for made_anew in (False, True):
        if made_anew:
            rebuild()
        for kind in ("application", "licence", "clearance"):
            every = newest_first(kind)
            texts = {one.id: searched(one) for one in every}
            asked = ["镓锭", "氧化", "含镝", "示例", "磁体磁体", "ingots", "_ingots", "%氧", "ö!x", "motor nobody"]
            for _ in range(40):
                word = draw.choice(draw.choice(sorted(texts.values())).split())
                start = draw.randrange(max(1, len(word) - 2))
                asked.append(word[start : start + draw.randint(2, 6)])
            asked += [f"{one} {two}" for one, two in zip(asked[10:20], asked[20:30], strict=True)]
            for words in asked:
                if any(sum(letter.isdigit() for letter in word) >= 4 for word in words.split()):
                    continue  # looked for in numbers first, as the test above tries
                wanted = [one.id for one in every if all(word in texts[one.id] for word in words.split())]
                assert pages("auditor", kind, Filters(words=words)) == wanted, (kind, words)
    changed = next(one for one in newest_first("application") if one.id == draft.id)
    assert "含镝" not in searched(changed)
    assert draft.id not in pages("auditor", "application", Filters(words="含镝"))


def test_groups_of_letters() -> None:
    assert finding.groups("abc abc") == finding.groups("abc") != finding.groups("abd")
    assert len(finding.groups("abcd")) == 2, "threes of ASCII"
    assert len(finding.groups("磁体a")) == 3, "twos as well where a character is a syllable"
    assert not finding.groups("ab c")
