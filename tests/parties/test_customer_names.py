"""Listed names as customers write them are found, and clean names are not taken for them, on the real lists."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from bench.customer_names import COMPANY_PERTURBATIONS, PERSON_PERTURBATIONS, clean_names

from lotgate.parties import ListSet, Query, party_list, read_folder, screen

SEED = 20260731
LEAST_FOUND = 0.97
_MANY = {"us-entity-list": 60, "us-sdn": 50, "eu-833-iv": 40, "eu-fsf": 30, "jp-eul": 30}

Listed = tuple[str, str, str, str, str | None]


@pytest.fixture(scope="module")
def lists(real_lists_folder: Path) -> ListSet:
    return read_folder(real_lists_folder)


def _chosen(lists: ListSet, chance: random.Random) -> list[Listed]:
    """Some 450 names and aliases of all lists and scripts: list, entry, name, kind, country."""
    chosen: list[Listed] = []
    for list_id in sorted(lists.lists):
        firms: list[Listed] = []
        persons: list[Listed] = []
        columns = lists.lists[list_id].entries.select("entry", "name", "aliases", "kind", "countries")
        for entry, main, aliases, kind, countries in columns.iter_rows():
            for name in (main, *aliases):
                if kind in ("company", "person") and sum(letter.isalnum() for letter in name) >= 5:
                    place = firms if kind == "company" else persons
                    place.append((list_id, entry, name, kind, countries[0] if countries else None))
        chinese = [row for row in firms if sum("\u4e00" <= letter <= "\u9fff" for letter in row[2]) >= 4]
        for rows, count in ((firms, _MANY.get(list_id, 14)), (chinese, 15), (persons, 12)):
            chosen += chance.sample(rows, min(count, len(rows)))
    return chosen


def test_listed_names_are_found_however_customers_write_them(lists: ListSet) -> None:
    chance = random.Random(SEED)
    queries: list[Query] = []
    meant: list[tuple[str, Listed]] = []
    for row in _chosen(lists, chance):
        *_, name, kind, country = row
        for perturbation, change in (COMPANY_PERTURBATIONS if kind == "company" else PERSON_PERTURBATIONS).items():
            changed = change(chance, name, country)
            if changed is not None:
                queries.append(Query(str(len(queries)), (changed,), country, kind))
                meant.append((perturbation, row))
    assert len(queries) > 3000
    listed = {(hit.id, hit.list, hit.entry) for hit in screen(queries, lists) if hit.standing == "listed"}
    asked, found = Counter[str](), Counter[str]()
    missed: dict[str, list[tuple[str, str]]] = {}
    for query, (perturbation, (list_id, entry, name, *_)) in zip(queries, meant, strict=True):
        asked[perturbation] += 1
        if (query.id, list_id, entry) in listed:
            found[perturbation] += 1
        else:
            missed.setdefault(perturbation, []).append((query.names[0], name))
    for perturbation, count in asked.items():
        print(f"{perturbation:28}{count:6}{100 * found[perturbation] / count:7.1f} %")
    short = {p: missed[p][:8] for p, count in asked.items() if found[p] < LEAST_FOUND * count}
    assert not short


def test_clean_names_are_left_alone(lists: ListSet) -> None:
    names = clean_names(2000, SEED)
    hits = screen([Query(name, (name,), country, "company") for name, country in names], lists)
    listed = {hit.id for hit in hits if hit.standing == "listed"}
    possible = {hit.id for hit in hits if hit.standing == "possible"} - listed
    assert len(listed) <= 0.005 * len(names), sorted(listed)
    assert len(possible) <= 0.015 * len(names), sorted(possible)


def test_a_name_as_listed_is_found_among_many_alike() -> None:
    rows = [{"name": f"ANDREYEV{number:03}, Andrei", "kind": "person"} for number in range(400)]
    crowd = ListSet({"crowd": party_list("crowd", "Crowd", [*rows, {"name": "FURSENKO, Andrei", "kind": "person"}])})
    found = screen([Query("q", ("FURSENKO, Andrei",), None, None)], crowd)
    assert [hit.matched_name for hit in found if hit.score == 1.0] == ["FURSENKO, Andrei"]
    assert not found.limited


NEAR = party_list(
    "near",
    "Near",
    [
        {"name": "HENSOLDT AG", "countries": "DE"},
        {"name": "III-V LAB", "countries": "FR"},
        {"name": "Huawei Technologies Co., Ltd.", "countries": "CN"},
        {"name": "China State Shipbuilding Corporation 726th Research Institute", "countries": "CN"},
        {"name": "China Electronics Technology Group Corporation 55th Research Institute", "countries": "CN"},
        {"name": "Jiangsu Leidian Technology Company", "aliases": "Leidian Keji;JSLD", "countries": "CN"},
        {"name": "Chinese Academy of Sciences Institute of Physics", "countries": "CN"},
        {"name": "Politechnika Wrocławska", "countries": "PL"},
        {"name": "Saronic Technologies, Inc.", "countries": "US"},
        {"name": "EXCALIBUR ARMY spol.s.r.o", "countries": "CZ"},
        {"name": "IHI Aerospace Co., Ltd.", "countries": "JP"},
        {"name": "LIMITED LIABILITY COMPANY LOGIK", "countries": "RU"},
        {"name": "JSC NEC", "countries": "RU"},
        {"name": "Cubic Corporation", "countries": "US"},
        {"name": "Axient LLC", "countries": "US"},
        {"name": "RAD", "countries": "SY"},
        {"name": "PHNOM PENH HOTEL", "countries": "KH"},
        {"name": "Myanmar Chemical Industries", "aliases": "Yangon", "countries": "MM"},
        {"name": "Ball Aerospace & Technologies Corp", "countries": "US"},
    ],
)


@pytest.mark.parametrize(
    ("name", "country", "listed"),
    [
        ("HENSOLDT A.G.", "DE", "HENSOLDT AG"),
        ("Hensoldt A. G.", "DE", "HENSOLDT AG"),
        ("III-V Lab GIE", "FR", "III-V LAB"),
        ("Huawei Technologies Co Ltd Huawei", "CN", "Huawei Technologies Co., Ltd"),
        ("C/O Huawei Technologies Co.,Ltd., Shenzhen, P.R. China", "CN", "Huawei Technologies Co., Ltd"),
        ("Attn: Huawei Technologies CoLtd", "CN", "Huawei Technologies Co., Ltd"),
        (
            "China State Shipbuilding Corporation CSSC 726th Research Institute",
            "CN",
            "China State Shipbuilding Corporation 726th Research Institute",
        ),
        (
            "China Electronics Technology Group Corporation 55th Research Institute CETC 55",
            "CN",
            "China Electronics Technology Group Corporation 55th Research Institute",
        ),
        ("Jiangsu Leidian Technology Company JLTC", "CN", "Jiangsu Leidian Technology Company"),
        ("Jiangsu Leidian Technology Company JSLD", "CN", "Jiangsu Leidian Technology Company"),
        (
            "Chinese Academy of Sciences, Inst. of Physics",
            "CN",
            "Chinese Academy of Sciences Institute of Physics",
        ),
        ("Wroclaw Politechnika", "PL", "Politechnika Wrocławska"),
        ("Saronic Technologies a/k/a Blue Whale Boats", "US", "Saronic Technologies, Inc"),
        ("Saronic Technol ogies", "US", "Saronic Technologies, Inc"),
        ("Excalibur Army s.r.o.", "CZ", "EXCALIBUR ARMY spol.s.r.o"),
    ],
)
def test_a_listed_firm_is_sure_in_other_writing(name: str, country: str, listed: str) -> None:
    (hit, *_) = screen([Query("q", (name,), country, "company")], ListSet({"near": NEAR}))
    assert (hit.matched_name, hit.standing) == (listed, "listed"), hit


@pytest.mark.parametrize(
    ("name", "country", "standings"),
    [
        ("IHI Corporation", "JP", {"possible"}),
        ("Taoyuan Logic Corp.", "TW", {"other"}),
        ("NEC Corporation", "JP", {"possible", "other"}),
        ("Cubic Furniture ApS", "DK", {"other"}),
        ("Axient Dental GmbH", "DE", {"other"}),
        ("Riyadh Compute", "SA", set()),
        ("Phnom Penh Radar", "KH", {"other"}),
        ("Yangon Machine Tools Co.", "MM", {"possible", "other"}),
        ("Ball Corporation", "US", {"possible"}),
        ("Huawei Technologies Japan K.K.", "JP", {"other"}),
        ("China Electronics Technology Group Corporation 38th Research Institute CETC 38", "CN", set()),
    ],
)
def test_parents_namesakes_and_places_are_not_taken_for_listed_firms(
    name: str, country: str, standings: set[str]
) -> None:
    hits = screen([Query("q", (name,), country, "company")], ListSet({"near": NEAR}))
    assert {hit.standing for hit in hits} <= standings | {"other"}, hits.hits
    if standings == {"possible"}:
        assert hits.hits
