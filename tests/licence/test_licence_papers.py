"""Papers as PDF: the text is there to be read and searched, in both languages, and both say the same."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
import segno
from licence_case import DECIDER, OFFICER, START, Case
from pypdf import PdfReader

from lotgate.errors import MissingError
from lotgate.law import Text
from lotgate.licence import Record, papers
from lotgate.licence.papers import KINDS, Seal, find_font, paper, sheet

ISSUER = Text("Example authority", "示例主管机关")


@pytest.fixture(autouse=True)
def font() -> None:
    try:
        find_font()
    except MissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@cache
def records() -> dict[str, Record]:
    """One record for each kind of paper."""
    case = Case()
    asked = case.accepted(lot={"id": "LOT-A"})
    questions = ["Which pump is it built into? 装入何种泵？", "Who services the pumps?"]
    case.step(OFFICER, "application", "ask", asked, questions=questions, due="2026-01-20")
    refused = case.recommended(lot={"id": "LOT-B"})
    reasons = [{"code": "R1", "cite": "art. 20", "text": "End use not established."}]
    case.step(DECIDER, "application", "deny", refused, reasons=reasons)
    licence = case.granted()
    return {
        "licence": case.record("licence", licence),
        "certificate": case.record("application", refused),
        "refusal": case.record("application", refused),
        "questions": case.record("application", asked),
    }


def seal(record: Record) -> Seal:
    return Seal(f"https://licences.example.org/licences/{record.id}", hashlib.sha256(b"example").hexdigest())


@cache
def text(kind: str, language: str) -> str:
    """The text layer, without the spaces that setting puts between words."""
    record = records()[kind]
    made = paper(kind, record, language, START, ISSUER, seal(record) if kind == "licence" else None)  # type: ignore[arg-type]
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_everything_on_the_sheet_is_in_the_text_layer(kind: str, language: str) -> None:
    record = records()[kind]
    data = sheet(kind, record, language, ISSUER, seal(record) if kind == "licence" else None)  # type: ignore[arg-type]
    found = text(kind, language)
    for label, value in data["rows"]:
        assert re.sub(r"\s+", "", label + value) in found, (label, value)
    for part in data["parts"]:
        assert re.sub(r"\s+", "", part["title"]) in found
        for sentence in part["sentences"]:
            assert re.sub(r"\s+", "", sentence) in found, sentence
    assert re.sub(r"\s+", "", KINDS[kind][language]) in found and data["number"] in found


def figures(data: dict[str, object]) -> Iterator[str]:
    """Numbers, days and identifiers on a sheet, in order."""
    yield from re.findall(r"[A-Za-z0-9][A-Za-z0-9.:/-]*\d[A-Za-z0-9.:/-]*", str(data["rows"]) + str(data["parts"]))


@pytest.mark.parametrize("kind", list(KINDS))
def test_both_languages_print_the_same_numbers_days_and_identifiers(kind: str) -> None:
    record = records()[kind]
    english, chinese = (sheet(kind, record, language, ISSUER) for language in ("en", "zh"))  # type: ignore[arg-type]
    assert len(english["rows"]) == len(chinese["rows"])
    assert english["number"] == chinese["number"]
    said = [set(figures(one)) for one in (english, chinese)]
    law = {"20", "2023"}  # numbers inside citations are written each in their own way
    assert said[0] - law == said[1] - law and said[0]


def test_the_same_record_gives_the_same_bytes() -> None:
    record = records()["licence"]
    made = [paper("licence", record, "zh", START, ISSUER, seal(record)) for _ in range(2)]
    assert made[0] == made[1]


def test_a_paper_without_an_issuer_says_that_it_is_a_copy_for_information() -> None:
    data = sheet("licence", records()["licence"], "en")
    assert "not issued by an authority" in data["authority"]
    assert "Ministry" not in str(data)


def test_the_code_holds_link_and_hash_in_a_small_symbol() -> None:
    record = records()["licence"]
    one = seal(record)
    code = segno.make(f"{one.link}#sha256={one.sha256}", error="l", micro=False)
    assert code.version == 6 and code.symbol_size(border=4) == (49, 49)
    assert sheet("licence", record, "en", ISSUER, one)["qr"].startswith("<?xml")


def test_text_from_outside_is_set_as_text() -> None:
    record = records()["questions"]
    odd = '#read("/etc/passwd") $x^2$ *bold* <label> \\ @ref #{1+1}'
    asked = [{**record.facts["questions"][0], "text": odd}]
    changed = Record(**{**record.__dict__, "facts": {**record.facts, "questions": asked}})
    made = paper("questions", changed, "en", START, ISSUER)
    found = re.sub(r"\s+", "", PdfReader(BytesIO(made)).pages[0].extract_text())
    assert re.sub(r"\s+", "", odd) in found


def test_papers_that_a_record_does_not_hold_are_refused() -> None:
    with pytest.raises(LookupError, match="not refused"):
        paper("refusal", records()["questions"], "en", START)


def test_a_missing_font_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(papers, "FAMILIES", ("No Such Family",) * 4)
    with pytest.raises(MissingError, match="apt install fonts-noto-cjk") as missing:
        find_font()
    assert missing.value.exit_status == 3
    monkeypatch.setenv(papers.FOLDER, str(tmp_path / "nowhere"))
    with pytest.raises(MissingError, match="is no folder"):
        find_font()


def test_a_font_folder_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fonts, family = find_font()
    source = next(Path(str(font.path)) for font in fonts.fonts() if font.family == family and font.path)
    shutil.copy(source, tmp_path)
    monkeypatch.setenv(papers.FOLDER, str(tmp_path))
    assert find_font()[1] == family
