"""Lists show what the reader may know of and asked for, newest first, page by page, on both databases."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from lotgate.licence.machines import machine
from lotgate.licence.records import Record as Case
from lotgate.web.services import cases
from lotgate.web.services import demonstration as demo
from lotgate.web.services.cases import Filters
from lotgate.web.store.book import act
from lotgate.web.store.models import Record
from lotgate.web.store.projection import COLUMNS, record_of

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
