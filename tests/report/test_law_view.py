"""The law as data, printed and as plain records."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise

import pytest
from golden import expect, printed
from report_sample import day, law
from rich.cells import cell_len

from lotgate.dates import Interval, day_after
from lotgate.errors import LawError
from lotgate.law import Clock, Status
from lotgate.law.clock import Suspension
from lotgate.report.law_json import Span, spans
from lotgate.report.law_view import (
    diff_json,
    measure_json,
    measures_json,
    print_diff,
    print_list,
    print_measure,
    print_status,
    status_json,
)

SLEPT = Clock(
    (Interval(day("2025-12-01")),), (Suspension(Interval(day("2025-11-07"), day("2026-11-10")), "CN-2025-70"),)
)


def test_spans_follow_the_clock_without_gaps() -> None:
    assert spans(SLEPT) == [
        Span(day("2025-11-07"), day("2026-11-10"), Status.SUSPENDED, "CN-2025-70"),
        Span(day("2026-11-11"), None, Status.OPEN),
    ]
    found = spans(
        Clock((Interval(day("2022-10-21"), day("2023-11-16")), Interval(day("2023-11-17"), day("2024-01-01"))))
    )
    assert [span.status for span in found] == [Status.ON, Status.OFF]
    for before, after in pairwise(found):
        assert before.last is not None and day_after(before.last) == after.first


def test_the_law_is_printed_as_kept() -> None:
    known = law()
    expect("law-list.txt", printed(lambda c: print_list(known, None, c)))
    expect("law-at.txt", printed(lambda c: print_status(known, day("2026-01-01"), None, c)))
    expect("law-diff.txt", printed(lambda c: print_diff(known, day("2026-01-01"), day("2026-11-11"), c)))
    expect("law-show.txt", printed(lambda c: print_measure(known, "CN-2025-61#1.1", day("2026-01-01"), c)))
    expect("law-show-zh.txt", printed(lambda c: print_measure(known, "CN-2025-61#1.1", day("2026-01-01"), c, "zh")))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_law_fits_a_narrow_screen(language: str) -> None:
    known = law()
    for text in (
        printed(lambda c: print_list(known, "cn", c, language), 60),
        printed(lambda c: print_status(known, day("2026-01-01"), "us", c, language), 60),
        printed(lambda c: print_diff(known, day("2025-01-01"), day("2026-11-11"), c, language), 60),
    ):
        assert max(cell_len(line) for line in text.splitlines()) <= 60


def test_records_are_plain_data() -> None:
    known, on = law(), day("2026-01-01")
    whole = [measures_json(known), measures_json(known, "us"), measure_json(known, "CN-2025-57", on),
             status_json(known, on), status_json(known, on, "cn"), diff_json(known, on, day("2026-11-11"))]  # fmt: skip
    assert json.loads(json.dumps(whole)) == whole
    assert {m["regime"] for m in whole[1]["measures"]} == {"us"}
    clause = whole[2]["clauses"][0]
    assert clause["status"] == "suspended"
    assert clause["clock"]["suspended"] == [{"from": "2025-11-07", "through": "2026-11-10", "by": "CN-2025-70"}]
    assert clause["when"] == {"all": ["ship_from = CN", {"not": "end_use known"}]}
    assert whole[3]["counts"]["suspended"] == 3
    assert {c["after"] for c in whole[5]["changes"]} == {"not-established", "stopped"}


def test_an_unknown_measure_names_the_nearest() -> None:
    with pytest.raises(LawError, match="nearest is CN-2025-57"):
        measure_json(law(), "CN-2025-75", date(2026, 1, 1))
