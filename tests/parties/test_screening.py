"""Names matched against lists: who must be found, who must not, and what is said of it."""

from __future__ import annotations

import random

import pytest

from lotgate.parties import ListSet, Query, from_rows, party_list, screen
from lotgate.parties.matching.compare import compare_names
from lotgate.parties.screen import DEFAULT_THRESHOLD

ROWS = [
    {"name": "Huawei Technologies Co., Ltd. (Huawei)", "aliases": "Shenzhen Huawei Technologies", "countries": "CN"},
    {"name": "Yangtze Memory Technologies Co., Ltd.", "aliases": "Changjiang Cunchu;YMTC", "countries": "CN"},
    {"name": "Shanghai Micro Electronics Equipment (Group) Co., Ltd.", "aliases": "SMEE", "countries": "CN"},
    {"name": "Inspur Group Co., Ltd.", "aliases": "IGL", "countries": "CN"},
    {"name": "Beijing Institute of Technology", "countries": "CN", "kind": "company"},
    {"name": "China Electronics Technology Group Corporation 29th Research Institute", "countries": "CN"},
    {"name": "Exelis Inc.", "countries": "US", "kind": "company"},
    {"name": "JSC Almaz-Antey Concern", "aliases": "Концерн ВКО «Алмаз – Антей»", "countries": "RU"},
    {"name": "KHALIL, Muhammad Yusuf", "kind": "person", "countries": "LB"},
    {"name": "OCEAN PEARL", "kind": "vessel", "identifiers": "imo:9123456"},
    {"name": "Address 01", "kind": "address", "countries": "HK"},
    {"name": "Votkinsk Machine Building Plant", "aliases": "Воткинский завод", "countries": "RU"},
]
CHINESE = [
    {"name_en": "IHI Aerospace Co., Ltd.", "name_zh": "株式会社IHI宇宙航空", "country": "JP"},
    {"name_en": "Anduril Industries", "name_zh": "安杜里尔公司", "country": "US"},
    {"name_en": "Rheinmetall AG", "name_zh": "莱茵金属公司", "country": "DE"},
    {"name_en": "TDK Corporation", "name_zh": "TDK株式会社", "country": "JP"},
]


@pytest.fixture(scope="module")
def lists() -> ListSet:
    official = party_list("official", "Official", ROWS)
    return ListSet({"official": official, "cn-mofcom": from_rows("cn-mofcom", "MOFCOM", CHINESE, tags=["CN-1"])})


@pytest.mark.parametrize(
    ("name", "country", "expected"),
    [
        ("华为技术有限公司", "CN", "huawei"),
        ("華為技術有限公司", "CN", "huawei"),
        ("Technologies Huawei Co (Shenzhen)", "CN", "huawei"),
        ("HUAWEI TECH CO LTD", "CN", "huawei"),
        ("长江存储科技有限责任公司", "CN", "yangtze"),
        ("YMTC", "CN", "yangtze"),
        ("SMEE Shanghai", "CN", "shanghai-micro"),
        ("上海微电子装备(集团)股份有限公司", "CN", "shanghai-micro"),
        ("INSPUR GRP", "CN", "inspur"),
        ("浪潮集团有限公司", "CN", "inspur"),
        ("中国电子科技集团公司第二十九研究所", "CN", "china-electronics"),
        ("CETC 29th Research Institute", "CN", "china-electronics"),
        ("АО «Концерн ВКО «Алмаз-Антей»", "RU", "jsc-almaz"),
        ("Mohammed Youssef Khalil", "LB", "khalil"),
        ("I.H.I. Aerospace Company Limited", "JP", "ihi"),
        ("安杜里尔公司", "US", "anduril"),
        ("Rheinmetall", "DE", "rheinmetall"),
        ("TDK CORP", "JP", "tdk"),
        ("Votkinskiy Zavod", "RU", "votkinsk"),
        ("Votkinsk Machine Bulding Plant JSC", "RU", "votkinsk"),
    ],
)
def test_listed_parties_are_found_as_customers_write_them(
    lists: ListSet, name: str, country: str, expected: str
) -> None:
    hits = screen([Query("q", (name,), country)], lists).hits
    assert hits and hits[0].match == "yes" and hits[0].entry.startswith(expected), hits


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Beijing Institute of Fashion Technology", "CN"),
        ("北京服装学院", "CN"),
        ("Exeltis Pharma Handels GmbH", "DE"),
        ("中国电子科技集团公司第三十八研究所", "CN"),
        ("CETC 38th Research Institute", "CN"),
        ("Beijing Memory Clinic Co., Ltd.", "CN"),
        ("Pearl River Shipping", "CN"),
        ("Yusuf Trading LLC", "AE"),
        ("Address 02", "HK"),
        ("Ltd.", None),
    ],
)
def test_others_are_not_taken_for_them(lists: ListSet, name: str, country: str | None) -> None:
    assert not screen([Query("q", (name,), country)], lists).hits


def test_known_kinds_are_not_mixed(lists: ListSet) -> None:
    assert not screen([("q", ("Ocean Pearl",), None, "company")], lists).hits
    assert screen([("q", ("Ocean Pearl",), None, "vessel")], lists).hits
    assert not screen([("q", ("Muhammad Yusuf Khalil",), None, "company")], lists).hits


def test_identifiers_decide_over_names(lists: ListSet) -> None:
    (hit,) = screen([Query("q", ("Renamed Star",), None, "vessel", ("imo:9123456",))], lists).hits
    assert (hit.score, hit.match, hit.why) == (1.0, "yes", ("identifier imo:9123456",))


def test_the_local_name_counts_too_and_tags_come_along(lists: ListSet) -> None:
    (hit,) = screen([Query("q", ("Kaikai Metals", "莱茵金属公司"), "DE", "company")], lists).hits
    assert (hit.list, hit.name, "CN-1" in hit.tags) == ("cn-mofcom", "莱茵金属公司", True)


def test_every_component_is_told(lists: ListSet) -> None:
    (hit, *_) = screen([Query("q", ("Huawey Shenzhen Technology",), "US")], lists).hits
    assert any("huawey ~ huawei" in part for part in hit.why)
    assert "meaning: technology ~ technologies 0.97" in hit.why
    assert "country US, listed CN" in hit.why


def test_order_of_queries_and_lists_changes_nothing(lists: ListSet) -> None:
    names = ["Huawei Tech", "YMTC Ltd", "Almaz Antey", "Rheinmetal AG", "TDK", "Nobody Knows Them Inc"]
    queries = [Query(name, (name,)) for name in names]
    plain = {(hit.id, hit.entry, hit.score, hit.why) for hit in screen(queries, lists)}
    random.Random(1).shuffle(queries)
    turned = ListSet(dict(reversed(lists.lists.items())))
    assert plain == {(hit.id, hit.entry, hit.score, hit.why) for hit in screen(queries, turned)}


def test_result_table_has_the_promised_columns(lists: ListSet) -> None:
    table = screen([Query("q", ("TDK",))], lists).table
    assert table.columns == ["id", "name", "matched_name", "list", "entry", "score", "match", "why"]
    assert table["match"].to_list() == [True]


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Chang Yu-hsia", "ZHANG, Youxia"),
        ("Zhang Youxia", "CHANG, Yu-hsia"),
        ("PARK, Chong-chon", "PAK Jong Chon"),
        ("Ts'ai Kuo-ch'iang", "CAI, Guoqiang"),
    ],
)
def test_names_of_persons_are_found_across_romanisations(name: str, listed: str) -> None:
    rows = [{"name": listed, "kind": "person"}, {"name": "ZHOU, Yuxi", "kind": "person"}]
    (hit,) = screen([Query("q", (name,), None, "person")], ListSet({"one": party_list("one", "One", rows)})).hits
    assert (hit.matched_name, hit.match) == (listed, "yes")


def test_progress_is_told_to_the_end(lists: ListSet) -> None:
    told: list[tuple[int, int]] = []
    screen([(str(number), f"Firm {number}") for number in range(9000)], lists, progress=lambda *at: told.append(at))
    assert told[-1] == (9000, 9000)
    assert [done for done, _ in told] == sorted({done for done, _ in told}) and len(told) > 1


@pytest.mark.parametrize(
    ("written", "listed", "person"),
    [
        ("علیرضا حیدری", "HEYDARI Ali Reza", True),
        ("رضا توکلی گودرزی", "Reza TAVAKOLI GOUDARZI", True),
        ("عبد الرحمن صالح ياسين", "ABDUL RAHMAN SALIH YASIN", True),
        ("نور الدين بن علي الدريسي", "NOUREDDINE BEN ALI AL-DRISSI", True),
        ("김혁찬", "KIM Hyok Chan", True),
        ("박영한", "PARK Young Han", True),
        ("정경택", "JONG Kyong-thaek", True),
        ("이철호", "RI Chol Ho", True),
        ("이철호", "LEE Cheol-ho", True),
        ("조선남강무역회사", "Korea Namgang Trading Corporation", False),
        ("로은산무역회사", "Rounsan Trading Corporation", False),
        ("금강원자력연구소", "Kumgang Nuclear Research Institute", False),
        ("ООО «Орбита Подводные Технологии»", "Orbita Underwater Technologies LLC", False),
        ("赫尔希导弹系统公司", "Hershey Missile Systems Corporation", False),
        ("急速喷气机有限公司", "Rapid Jet Co., Ltd.", False),
    ],
)  # fmt: skip
def test_names_meet_across_scripts(written: str, listed: str, person: bool) -> None:
    assert compare_names(written, listed, person).score >= DEFAULT_THRESHOLD


@pytest.mark.parametrize(
    ("written", "other", "person"),
    [
        ("علیرضا حیدری", "HEYDARI Ahmad Reza", True),
        ("عبد الرحمن صالح", "ABDUL RAHIM SALIH", True),
        ("김혁찬", "KIM Yong Chan", True),
        ("박영한", "PAK Yong Chol", True),
        ("조선남강무역회사", "Korea Paekho Trading Corporation", False),
        ("급강무역회사", "Namgang Trading Corporation", False),
        ("诺斯罗普公司", "Lockheed Corporation", False),
    ],
)
def test_other_names_stay_apart_across_scripts(written: str, other: str, person: bool) -> None:
    assert compare_names(written, other, person).score < DEFAULT_THRESHOLD


@pytest.mark.parametrize(
    ("name", "kind", "standing"),
    [
        ("I.H.I. Aerospace Company Limited, Tomiokashi", "company", "listed"),
        ("IHI Aerospace Co., Ltd., Tomiokashi, Gunma", None, "listed"),
        ("IHI Aerospace, Tomiokashi", "company", "possible"),
        ("IHI Aerospace, Tomiokashi", None, None),
        ("Tomiokashi Aerospace Co., Ltd.", "company", None),
    ],
)
def test_what_stands_behind_a_comma_may_be_an_address(name: str, kind: str | None, standing: str | None) -> None:
    rows = [{"name": "IHI Aerospace Co., Ltd.", "kind": "company", "countries": ["JP"]}]
    hits = screen([Query("q", (name,), "JP", kind)], ListSet({"x": party_list("x", "x", rows)}))
    assert [hit.standing for hit in hits] == ([standing] if standing else [])
