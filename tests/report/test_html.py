"""The page of a check: one file, both languages, safe, readable without scripts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from report_sample import SampleDecisions, sample

import lotgate.report
from lotgate.report import html
from lotgate.report.html import render_html, write_html
from lotgate.report.words import ANSWERS

START = date(2026, 9, 1)
VOID = {"meta", "link", "input", "br", "hr", "img"}
ROOM = Path(lotgate.report.__file__).parent
CSS = "".join((ROOM / name).read_text(encoding="utf-8") for name in ("house/house.css", "templates/check.css"))


class Page(HTMLParser):
    """Reads a page: every tag closed, the text outside scripts by language, attributes that lead elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {"en": [], "zh-Hans": [], "": []}
        self.scripts = 0
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.append((tag, held))
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append((tag, held.get("lang") or (self.open[-1][1] if self.open else "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tag, language = self.open[-1] if self.open else ("", "")
        if tag not in ("script", "style"):
            self.text.setdefault(language, []).append(data)

    def all_text(self) -> str:
        return " ".join(part for parts in self.text.values() for part in parts)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def text() -> str:
    return render_html(sample(), START)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_the_page_asks_nothing_of_anybody(page: Page, text: str) -> None:
    for tag, attrs in page.tags:
        assert tag not in ("link", "img", "iframe", "object", "base", "form")
        assert not attrs.get("src")
        link = attrs.get("href") or "#"
        assert link.startswith("#") or (tag == "a" and link.startswith("https://"))
        assert not any(name.startswith("on") for name in attrs)
    assert "default-src 'none'" in text
    assert not re.search(r"url\((?!#)|@import", CSS)


def test_both_languages_are_there_in_full(page: Page) -> None:
    english, chinese = " ".join(page.text["en"]), " ".join(page.text["zh-Hans"])
    for words in ("Shipment check", "licence required", "What to do next", "Lotgate informs; a person decides."):
        assert words in english
    for words in ("货物出口检查", "须取得许可", "下一步", "由人作出决定"):
        assert words in chinese
    spans = page.named("span")
    assert sum(s.get("lang") == "en" for s in spans) == sum(s.get("lang") == "zh-Hans" for s in spans)


def test_the_page_shows_english_without_scripts_and_chinese_if_told(text: str) -> None:
    assert '<html lang="en" data-lang="en">' in text
    assert 'html[data-lang="en"] [lang="zh-Hans"]' in text
    assert '<html lang="zh-Hans" data-lang="zh">' in render_html(sample(2), START, "zh")


def test_every_line_opens_its_reasoning_in_the_page_itself(page: Page, text: str) -> None:
    assert len([a for a in page.named("tbody") if a.get("data-rank")]) == 30
    assert text.count('<details><summary><span class="clause">') == 30
    for words in (
        "Anti-Foreign Sanctions Law, arts. 11 and 12",
        "Suspended by CN-2025-70",
        "listed has us-entity-list",
    ):
        assert words in page.all_text()


def test_the_head_tells_what_the_answers_rest_on(page: Page) -> None:
    told = page.all_text()
    for words in ("0f3a9c", "2026-08-22", "us-entity-list as of 2026-07-31", "The list us-meu is not loaded"):
        assert words in told


def test_the_chart_has_words_for_people_who_do_not_see_it(page: Page) -> None:
    picture = next(a for a in page.named("svg") if a.get("role") == "img")
    ids = {attrs.get("id") for _, attrs in page.tags}
    assert {picture["aria-labelledby"], picture["aria-describedby"]} <= ids
    assert "From 2026-11-11" in page.all_text()
    assert {f"p-{answer}" for answer in ANSWERS} <= ids


def test_the_chart_starts_no_later_than_the_law_is_known() -> None:
    late = Page(render_html(sample(), date(2027, 3, 5))).all_text()
    assert "From 2026-08" in late and "2028-03" not in late


def test_ids_are_unique_and_links_lead_somewhere(page: Page) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for _, a in page.tags if (a.get("href") or "").startswith("#") and a["href"] != "#"}
    assert targets <= set(ids)


def test_every_control_has_a_name(page: Page) -> None:
    labelled = {attrs.get("for") for attrs in page.named("label")}
    for attrs in [*page.named("select"), *page.named("input")]:
        assert attrs.get("id") in labelled or attrs.get("type") == "checkbox"
    assert len([a for a in page.named("th") if a.get("aria-sort")]) == 8


EVIL = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'


def evil() -> SampleDecisions:
    """Three lines whose names, goods and parties try to leave the text."""
    decisions = sample(3)
    lines = [replace(line, line=f"{line.line}{EVIL}'\"") for line in decisions.lines]
    ws = decisions.workspace
    named = {row["line"]: line.line for row, line in zip(ws["shipments"].to_dicts(), lines, strict=True)}
    ws.tables["shipments"] = ws["shipments"].with_columns(pl.col("line").replace(named))
    ws.tables["items"] = ws["items"].with_columns(description=pl.lit(EVIL), description_zh=pl.lit("\"'>" + EVIL))
    ws.tables["parties"] = ws["parties"].with_columns(name=pl.lit("{{ 7 * 7 }}" + EVIL))
    return SampleDecisions(lines, ws)


def test_names_from_the_tables_stay_text() -> None:
    text = render_html(evil(), START)
    page = Page(text)
    assert page.scripts == 2 and not page.named("img")
    assert EVIL in page.all_text() and "{{ 7 * 7 }}" in page.all_text()
    assert "<img src=x" not in text


def test_links_of_measures_are_only_links_to_the_web() -> None:
    decisions = sample(1)
    measure = decisions.law.measures["CN-2025-18"]
    decisions.law.measures["CN-2025-18"] = replace(measure, url="javascript:alert(1)")
    assert "javascript:" not in render_html(decisions, START)


def test_large_reports_leave_out_the_reasoning_of_what_may_go_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_MOST_REASONED", 20)
    text = render_html(sample(), START)
    page = Page(text)
    assert text.count('<details><summary><span class="clause">') == 20
    assert "Beyond 20 lines" in page.all_text()
    assert len([a for a in page.named("tbody") if a.get("data-rank")]) == 30


def test_the_strictest_lines_are_kept_where_a_page_would_grow_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_MOST_ROWS", 6)
    page = Page(render_html(sample(), START))
    rows = [a for a in page.named("tbody") if a.get("data-rank")]
    assert [a["data-answer"] for a in rows] == ["stop"] * 5 + ["apply"]
    assert "The 6 strictest of 30 lines" in page.all_text()


def test_an_empty_check_is_a_page_too() -> None:
    assert "No lines to decide." in Page(render_html(sample(0), START)).all_text()


def test_the_same_decisions_give_the_same_page(text: str) -> None:
    assert render_html(sample(), START) == text


def test_a_page_is_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    write_html(sample(2), target, START)
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(OSError, match="missing"):
        write_html(sample(2), tmp_path / "missing" / "report.html", START)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme: str) -> None:
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[0] if scheme == "light" else blocks[1]))
    pairs = [
        ("ink", "paper"),
        ("ink", "card"),
        ("soft", "paper"),
        ("soft", "card"),
        ("link", "paper"),
        ("link", "card"),
    ]
    pairs += [(answer, f"{answer}-tint") for answer in ANSWERS]
    pairs += [("ink", "stop-tint"), ("ink", "apply-tint"), ("soft", "stop-tint"), ("stop", "paper"), ("go", "paper")]
    assert not [(a, b) for a, b in pairs if _contrast(colours[a], colours[b]) < 4.5]
