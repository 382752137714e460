"""The matcher measured: development pairs, the casebook's parties, and the data it rests on."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from lotgate.parties import ListSet, Query, from_rows, measure, read_folder, score_pairs, screen
from lotgate.parties.names.glossary import Glossary, glossary
from lotgate.parties.names.scripts import pinyin_parted, roman_key, simplified, wade_giles

SHARED = Path(__file__).parents[2].parent / "shared"


@pytest.fixture(scope="module")
def scored() -> pl.DataFrame:
    path = SHARED / "reference" / "screening_dev_pairs.csv"
    if not path.exists():
        pytest.skip("DEVELOPMENT PAIRS MISSING: shared/reference/screening_dev_pairs.csv")
    return score_pairs(pl.read_csv(path))


def test_development_pairs_reach_the_bars(scored: pl.DataFrame) -> None:
    every = measure(scored)
    assert every.recall_at_precision[0.90] >= 0.80
    assert every.f1 >= 0.85
    for script, precision, recall in (("Han", 0.92, 0.75), ("Cyrillic", 0.92, 0.95)):
        found = measure(scored.filter(pl.col("query_script") == script), (precision,))
        assert found.recall_at_precision[precision] >= recall, script


def test_pairs_keep_their_order_and_columns(scored: pl.DataFrame) -> None:
    assert scored.columns[-3:] == ["score", "match", "why"]
    assert scored["score"].is_between(0, 1).all()
    turned = score_pairs(scored.reverse().drop("score", "match", "why"))
    assert turned["score"].reverse().to_list() == scored["score"].to_list()


@pytest.fixture(scope="module")
def casebook(real_lists_folder: Path) -> tuple[ListSet, list[dict[str, str]]]:
    parties, listings = SHARED / "cases" / "parties.csv", SHARED / "reference" / "cn_parties.csv"
    if not parties.exists() or not listings.exists():
        pytest.skip("CASEBOOK MISSING: shared/cases/parties.csv")
    with listings.open(encoding="utf-8-sig") as stream:
        ours = from_rows("cn-mofcom", "Chinese listings", csv.DictReader(stream))
    with parties.open(encoding="utf-8-sig") as stream:
        # Without the two longest lists, which no party here is on and which take their time to index.
        lists = read_folder(real_lists_folder)
        return lists.only(*(set(lists.lists) - {"us-sdn", "eu-fsf"})).joined(ours), list(csv.DictReader(stream))


LISTED = {
    "tdk", "nof", "uld", "srcmap", "saronic", "anduril", "ihia", "aidc", "rhein", "ymtc", "smee", "hua1", "hua2",
    "inspur", "hikvision", "dahua",
}  # fmt: skip


def test_casebook_parties_are_found_where_listed_and_nowhere_else(
    casebook: tuple[ListSet, list[dict[str, str]]],
) -> None:
    lists, parties = casebook
    queries = [
        Query(
            row["party"], tuple(name for name in (row["name"], row["name_local"]) if name), row["country"], row["kind"]
        )
        for row in parties
    ]
    found = screen(queries, lists)
    sure = {hit.id for hit in found if hit.match == "yes"}
    assert sure == LISTED
    assert {hit.id for hit in found} == LISTED
    assert not found.limited


def test_glossary_is_written_in_simplified_characters() -> None:
    assert [form for form in glossary().han if simplified(form) != form] == []


def test_spelled_words_follow_from_the_glossary() -> None:
    table = Glossary()
    known = {concept for meaning in table.han.values() for concept in meaning.concepts}
    assert all(concepts <= known for concepts in table.spelled.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [("rakhmanov", "rahmanov"), ("yusuf", "yousuf"), ("mikhaylov", "mihailov"), ("karchevskiy", "karchevsky")],
)
def test_spellings_of_one_sound_share_a_key(one: str, other: str) -> None:
    assert roman_key(one) == roman_key(other)


@pytest.mark.parametrize(
    ("pinyin", "spelled"), [("zhang", "chang"), ("xia", "hsia"), ("cai", "tsai"), ("guo", "kuo"), ("qing", "ching")]
)
def test_wade_giles(pinyin: str, spelled: str) -> None:
    assert wade_giles(pinyin) == spelled


def test_pinyin_is_told_from_other_words() -> None:
    assert pinyin_parted("zhongguancun") == ("zhong", "guan", "cun")
    assert pinyin_parted("rheinmetall") == ()
