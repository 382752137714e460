"""The geometry of the chart: bands fill the height, days run to scale, nothing is lost."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from report_sample import sample

from lotgate.report.chart import HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw

START = date(2026, 9, 1)
COUNTS = st.fixed_dictionaries({answer: st.integers(0, 400) for answer in ("go", "ask", "apply", "stop")})


def test_days_without_a_change_are_one_band() -> None:
    chart = draw(sample().months(START))
    assert chart is not None
    assert [day for day, _ in chart.steps] == [START, date(2026, 11, 11)]
    assert len(chart.bands) == 8
    assert [mark.label for mark in chart.changes] == ["2026-11-11"]


def test_nothing_is_drawn_for_nothing() -> None:
    assert draw([]) is None
    assert draw([(START, {"go": 0, "ask": 0, "apply": 0, "stop": 0})]) is None


@given(st.lists(COUNTS, min_size=1, max_size=14), st.integers(1, 400))
def test_bands_fill_the_chart(shares: list[dict[str, int]], total: int) -> None:
    points = []
    for month, share in enumerate(shares):
        whole = sum(share.values()) or 1
        counts = {answer: count * total // whole for answer, count in share.items()}
        counts["go"] += total - sum(counts.values())
        points.append((date(2026 + month // 12, month % 12 + 1, 1), counts))
    chart = draw(points)
    assert chart is not None
    for x in {band.x for band in chart.bands}:
        column = [band for band in chart.bands if band.x == x]
        assert abs(sum(band.height for band in column) - (chart.floor - TOP)) < 0.5
        assert sum(band.count for band in column) == total
    assert all(band.x >= LEFT and band.x + band.width <= WIDTH - RIGHT + 0.2 for band in chart.bands)
    assert all(0 < mark.y < HEIGHT for mark in chart.ends)
    assert all(upper.y - lower.y <= -15.9 for lower, upper in pairwise(chart.ends))
