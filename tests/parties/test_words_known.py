"""What the matcher knows of words: tables made from tables, German vowels written as two, Arabic and Persian firms."""

from __future__ import annotations

import csv
from collections import defaultdict
from importlib.resources import files

import pytest

from lotgate.parties import ListSet, Query, party_list, screen
from lotgate.parties.matching.compare import compare_names
from lotgate.parties.names import analysed
from lotgate.parties.names.glossary import glossary
from lotgate.parties.names.scripts import pinyin_syllables


def test_the_table_of_spelled_chinese_words_has_every_word_known() -> None:
    known = glossary()
    expected: dict[str, set[str]] = defaultdict(set)
    for form, meaning in known.han.items():
        kana = any("\u3040" <= letter <= "\u30ff" for letter in form)
        if not 2 <= len(form) <= 4 or kana or meaning.role in ("legal", "stop"):
            continue
        spelled = "".join(pinyin_syllables(form))
        if len(spelled) >= 5 and spelled.isalpha() and (spelled,) not in known.latin:
            expected[spelled] |= meaning.concepts
    text = files("lotgate.parties").joinpath("data/pinyin.csv").read_text("utf-8")
    rows = {row["pinyin"]: set(row["concepts"].split(";")) for row in csv.DictReader(text.splitlines())}
    assert rows == expected


@pytest.mark.parametrize(
    ("asked", "country"),
    [
        ("Velmora Duesseldorf", "DE"), ("Velmora Düsseldorf", "DE"), ("Velmora München", "DE"),
        ("Velmora GmbH Muenchen", "DE"), ("Velmora Zuerich", "CH"), ("Velmora Koebenhavn", "DK"),
    ],
)  # fmt: skip
def test_a_place_behind_a_name_is_known_however_its_vowels_are_written(asked: str, country: str) -> None:
    row = {"name": "Velmora AG", "kind": "company", "countries": [country]}
    lists = ListSet({"made": party_list("made", "Made", [row])})
    (hit,) = screen([Query("1", (asked,), country)], lists)
    assert hit.match == "yes"
    assert hit.score >= 0.9


def test_vowels_written_as_two_letters_are_the_same_name() -> None:
    assert compare_names("Müllerhöfer Optik GmbH", "Muellerhoefer Optik GmbH").score >= 0.9
    assert compare_names("Koeln Optik", "Köln Optik").score >= 0.9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("شركة الخليج للصناعات الكيماوية ذ.م.م", "Al Khaleej Chemical Industries LLC"),
        ("شرکت نیمه هادی عماد با مسئولیت محدود", "Emad Semiconductor Company Limited"),
        ("شرکت حمل و نقل دریایی خزر (سهامی خاص)", "Khazar Sea Transport Company"),
        ("شركة الرافدين للخطوط الجوية", "Al Rafidain Airlines"),
        ("شرکت صنایع هواپیماسازی تبرستان", "Tabarestan Aircraft Industries Co."),
        ("مصنع النور للبطاريات", "Noor Battery Factory"),
        ("شرکت کشتیرانی ایران", "Iran Shipping Company"),
        ("شركة الجبل للحماية م.م.ح", "Al Jabal Protection FZE"),
        ("مصنع الكابلات والأسلاك بدمشق", "Damascus Cable and Wire Factory"),
    ],
)
def test_firms_in_arabic_and_persian_meet_their_english_names(one: str, other: str) -> None:
    assert compare_names(one, other).score >= 0.7


def test_another_trade_in_arabic_is_another_firm() -> None:
    assert compare_names("شركة النور للأسمنت", "Noor Battery Factory").score < 0.7


def test_legal_forms_in_arabic_letters_leave_no_words_behind() -> None:
    name = analysed("شركة الرافدين التجارية ذات المسؤولية المحدودة")
    assert [unit.role for unit in name.units] == ["word", "generic"]
    assert name.legal == {"company", "limited"}


def test_a_word_of_its_own_is_not_mended_into_a_common_one() -> None:
    assert compare_names("Sue Pharma Inc.", "Dharma").score < 0.7
    assert compare_names("Velmora Tecnology Ltd", "Velmora Technology Ltd").score >= 0.97


@pytest.mark.parametrize(
    ("written", "english"),
    [
        ("Velmora Werkzeugbau GmbH", "Velmora Tooling Ltd"), ("Velmora Pompe S.r.l.", "Velmora Pumps Ltd"),
        ("Velmora Cantieri Navali S.p.A.", "Velmora Shipyard"), ("Rodamientos Velmora S.A.", "Velmora Bearings"),
        ("Velmora Lozyska sp. z o.o.", "Velmora Bearings"), ("Velmora Robinetterie SAS", "Velmora Valves"),
        ("Velmora Mobilya A.S.", "Velmora Furniture"), ("Velmora Eletrica Ltda", "Velmora Electric"),
    ],
)  # fmt: skip
def test_trades_in_european_languages_meet_their_english_names(written: str, english: str) -> None:
    assert compare_names(written, english).score >= 0.9
    assert compare_names(written, "Velmora Brewery").score < 0.7
