"""What is printed on a terminal: at a glance, in both languages, in any width, with colour and without."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from golden import expect, printed
from hypothesis import given
from hypothesis import strategies as st
from report_sample import SampleChange, SampleDecisions, SampleExplanation, day, sample
from rich.cells import cell_len
from rich.console import Console

from lotgate.parties.lists import Told
from lotgate.parties.store import Change, ListStatus
from lotgate.report.lists_view import print_changes, print_status, status_json
from lotgate.report.screen_text import fit, make_console, share_out
from lotgate.report.terminal import print_check, print_explain, print_horizon

CHANGES = [
    SampleChange("L2", day("2026-11-11"), "go", "ask", ("CN-2025-57",)),
    SampleChange("L14", day("2026-11-11"), "go", "ask", ("CN-2025-57",)),
    SampleChange("L8", day("2026-11-11"), "go", "apply", ("CN-2025-57", "CN-2025-61#1.1")),
    SampleChange("L4", day("2026-12-01"), "apply", "go", ()),
]


def test_a_check_is_printed_as_kept() -> None:
    expect("check-en.txt", printed(lambda c: print_check(sample(), c, limit=12)))
    expect("check-zh.txt", printed(lambda c: print_check(sample(), c, "zh", limit=12)))
    expect("check-wide.txt", printed(lambda c: print_check(sample(), c, limit=12), 180))


def test_an_explanation_is_printed_as_kept() -> None:
    decisions = sample()
    explained = SampleExplanation(decisions.lines[4])
    expect("explain-en.txt", printed(lambda c: print_explain(explained, decisions, c)))
    expect("explain-zh.txt", printed(lambda c: print_explain(explained, decisions, c, "zh")))


def test_a_horizon_is_printed_as_kept() -> None:
    expect("horizon-en.txt", printed(lambda c: print_horizon(CHANGES, sample(), c)))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 80, 100, 149, 150, 220])
def test_no_line_is_wider_than_the_screen(width: int, language: str) -> None:
    decisions = sample()
    explained = SampleExplanation(decisions.lines[4])
    texts = [
        printed(lambda c: print_check(decisions, c, language), width),
        printed(lambda c: print_explain(explained, decisions, c, language), width),
        printed(lambda c: print_horizon(CHANGES, decisions, c, language), width),
    ]
    assert max(cell_len(line) for text in texts for line in text.splitlines()) <= width


def test_the_strictest_lines_come_first_and_the_rest_is_counted() -> None:
    text = printed(lambda c: print_check(sample(), c, limit=6), 80)
    assert text.count(" STOP ") == 5 + 1  # five lines and the count
    assert "and 24 more (7 apply, 7 ask, 10 go): use --html" in text


def test_colour_is_there_on_a_terminal_and_never_needed() -> None:
    coloured = io.StringIO()
    console = Console(file=coloured, force_terminal=True, color_system="standard", width=100, highlight=False)
    print_check(sample(), console, limit=6)
    assert "\x1b[" in coloured.getvalue()
    plain = printed(lambda c: print_check(sample(), c, limit=6))
    assert "\x1b[" not in plain
    for word in ("STOP", "APPLY", "ASK", "GO"):
        assert word in plain


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, highlight=False)
    print_check(sample(), console, limit=6)
    assert not any(f"\x1b[{code}" in stream.getvalue() for code in ("31", "41", "1;37;41"))


def test_a_terminal_shows_as_many_lines_as_it_holds() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, height=30, no_color=True, highlight=False)
    print_check(sample(100), console)
    assert len(stream.getvalue().splitlines()) <= 30


def test_names_cannot_repaint_the_screen() -> None:
    decisions = sample(3)
    named = replace(decisions.lines[0], line="L1\x1b[2J\x1b[31m\u202e")
    shown = printed(lambda c: print_explain(SampleExplanation(named), decisions, c))
    assert "\x1b" not in shown and "\u202e" not in shown


def test_markup_in_names_is_text() -> None:
    decisions = sample(3)
    named = replace(decisions.lines[0], line="[bold]L1[/bold]")
    assert "[bold]L1[/bold]" in printed(lambda c: print_explain(SampleExplanation(named), decisions, c))


def test_a_screen_without_unicode_gets_plain_bars() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="replace")
    print_check(sample(), make_console(stream, width=80), limit=3)
    stream.flush()
    assert b"## 5 STOP    == 8 APPLY    -- 7 ASK    .. 10 GO" in raw.getvalue()


def test_nothing_to_decide_is_said() -> None:
    assert "No lines to decide." in printed(lambda c: print_check(sample(0), c))
    assert "No recorded change" in printed(lambda c: print_horizon([], sample(1), c))


def test_many_lists_are_counted_and_few_are_named() -> None:
    few = printed(lambda c: print_check(sample(1), c))
    assert "us-entity-list as of 2026-07-31, 3,420 entries" in few
    lists = [{"list": f"list-{n}", "as_of": f"2026-07-{n:02}", "entries": n} for n in range(1, 9)]
    many = printed(lambda c: print_check(SampleDecisions(sample(1).lines, sample(1).workspace, lists=lists), c))
    assert "8 party lists, the oldest as of 2026-07-01" in many
    none = printed(lambda c: print_check(SampleDecisions(sample(1).lines, sample(1).workspace, lists=[]), c, "zh"))
    assert "清单：未载入" in none


def test_lists_show_their_age() -> None:
    lists = [
        ListStatus("us-entity-list", "Entity List", day("2026-07-31"), 22, 3420, 0, "file", "ab", day("2026-08-01")),
        ListStatus("firm", "自有名单", None, None, 12, 1, "file", "cd"),
    ]
    text = printed(lambda c: print_status(lists, c), 80)
    assert "us-entity-list 2026-07-31 22 days 3,420" in text
    assert "unknown" in text and "自有名单" in text
    assert status_json(lists)[0]["imported_on"] == "2026-08-01"
    assert "lotgate lists import" in printed(lambda c: print_status([], c))


def test_an_import_says_what_it_took() -> None:
    differ = {"new": tuple("abcde"), "gone": ("7: Gone GmbH", "8: x"), "altered": ("9: y",)}
    changes = [Change("us-sdn", True, Told("now in use", ""), 100, **differ)]
    changes.append(Change("us-meu", False, Told("holds no entry", ""), 0))
    text = printed(lambda c: print_changes(changes, c))
    assert "us-sdn  in use  100 entries  +5 -2 ~1" in text
    assert "- 7: Gone GmbH" in text
    assert "us-meu  kept out" in text and "holds no entry" in text


@given(st.text(), st.integers(0, 60))
def test_fitted_text_has_the_width_asked_for(text: str, width: int) -> None:
    text = "".join(letter for letter in text if letter.isprintable() and cell_len(letter) > 0)
    assert cell_len(fit(text, width)) == width


@given(st.fixed_dictionaries({a: st.integers(0, 5000) for a in ("stop", "apply", "ask", "go")}), st.integers(4, 120))
def test_a_bar_is_filled_and_hides_no_answer(counts: dict[str, int], width: int) -> None:
    cells = share_out(counts, width)
    assert sum(cells.values()) == (width if sum(counts.values()) else 0)
    assert all((cells[answer] > 0) == (count > 0) for answer, count in counts.items())
