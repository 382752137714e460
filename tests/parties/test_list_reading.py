"""Files told apart by content, read without a lost row, and refused where broken."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from lotgate.errors import InputError
from lotgate.parties.reading import read_folder, read_list
from lotgate.parties.screen import Query, screen

CSL_HEADER = (
    "source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,"
    "standard_order,license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,gross_registered_tonnage,"
    "vessel_flag,vessel_owner,remarks,source_list_url,alt_names,citizenships,dates_of_birth,nationalities,"
    "places_of_birth,source_information_url,ids"
)
EL_SOURCE = "Entity List (EL) - Bureau of Industry and Security"


def csl_row(source: str, name: str, **cells: str) -> str:
    columns = CSL_HEADER.split(",")
    values = {"source": source, "name": name, **cells}
    return ",".join(f'"{values.get(column, "")}"' for column in columns)


@pytest.mark.parametrize("lead", ["", "_id,"])
def test_official_csl_csv_with_and_without_leading_id(tmp_path: Path, lead: str) -> None:
    row = csl_row(
        EL_SOURCE,
        "Alpha Optics Co., Ltd.",
        addresses="1 Road, Wuhan, CN; 2 Lane, Hong Kong, HK",
        start_date="2020-05-01",
        license_requirement="For all items subject to the EAR. (See §744.11 of the EAR)",
        license_policy="Presumption of denial",
        alt_names="AOC; Alpha Guangxue",
    )
    text = f"{lead}{CSL_HEADER}\n{'x1,' if lead else ''}{row}\n"
    (tmp_path / "csl_2025-01-02.csv").write_text(text, encoding="utf-8")
    (found,) = read_list(tmp_path / "csl_2025-01-02.csv")
    entry = found.entries.row(0, named=True)
    assert (found.id, found.as_of, found.rows) == ("us-entity-list", date(2025, 1, 2), 1)
    assert entry["countries"] == ["CN", "HK"]
    assert entry["aliases"] == ["AOC", "Alpha Guangxue"]
    assert entry["from"] == date(2020, 5, 1)
    assert set(entry["tags"]) == {"us-entity-list", "us-el:all-items", "us-el:denial"}


def test_csl_json(tmp_path: Path) -> None:
    record = {
        "source": "Specially Designated Nationals (SDN) - Treasury Department",
        "entity_number": "36",
        "type": "Vessel",
        "programs": ["CUBA"],
        "name": "AURORA",
        "alt_names": ["AURORA B"],
        "addresses": [{"address": "Havana", "country": "CU"}],
        "ids": [{"type": "Vessel Registration Identification", "number": "IMO 9123456", "country": None}],
    }
    (tmp_path / "consolidated.json").write_text(json.dumps({"total": 1, "results": [record]}), encoding="utf-8")
    (found,) = read_list(tmp_path / "consolidated.json")
    entry = found.entries.row(0, named=True)
    assert (found.id, entry["kind"], entry["countries"]) == ("us-sdn", "vessel", ["CU"])
    assert entry["identifiers"] == ["imo:9123456"]
    assert "us-sdn:CUBA" in entry["tags"]


def write_ofac(folder: Path, day: str = "2025-03-01") -> None:
    nulls = ",".join(["-0- "] * 7)
    (folder / f"sdn_{day}.csv").write_text(
        f'36,"BETA LINES",-0- ,"CUBA",{nulls},"IMO 9123456; Tax ID No. 123456 (Cuba)"\r\n'
        f'37,"DOE, John","individual","SDGT] [IFSR",{nulls},-0- \r\n\x1a',
        encoding="utf-8",
    )
    (folder / f"alt_{day}.csv").write_text('36,1,"aka","BETA SHIPPING",-0- \r\n\x1a', encoding="utf-8")
    (folder / f"add_{day}.csv").write_text('36,1,-0- ,"Havana","Cuba",-0- \r\n\x1a', encoding="utf-8")


def test_ofac_set_is_joined_by_key(tmp_path: Path) -> None:
    write_ofac(tmp_path)
    (found,) = read_list(tmp_path / "sdn_2025-03-01.csv")
    beta, doe = found.entries.rows(named=True)
    assert (beta["aliases"], beta["countries"]) == (["BETA SHIPPING"], ["CU"])
    assert beta["identifiers"] == ["imo:9123456", "tax:123456"]
    assert (doe["kind"], doe["tags"]) == ("person", ["us-sdn", "us-sdn:SDGT", "us-sdn:IFSR"])


def test_another_file_of_other_names_is_another_list(tmp_path: Path) -> None:
    write_ofac(tmp_path)
    query = Query("q", ("Gamma Tankers",), "CU")
    before = read_folder(tmp_path)
    assert not screen([query], before).hits
    (tmp_path / "alt_2025-03-01.csv").write_text('36,1,"aka","GAMMA TANKERS",-0- \r\n\x1a', encoding="utf-8")
    after = read_folder(tmp_path)
    assert after.lists["us-sdn"].sha256 != before.lists["us-sdn"].sha256
    assert [hit.entry for hit in screen([query], after)] == ["36"]


def test_part_without_its_primary_is_set_aside_with_the_reason(tmp_path: Path) -> None:
    write_ofac(tmp_path)
    (tmp_path / "alt_2024-01-01.csv").write_text('36,1,"aka","OLD NAME",-0- \r\n', encoding="utf-8")
    lists = read_folder(tmp_path)
    assert ["primary file" in item.reason for item in lists.ignored] == [True]
    assert lists.lists["us-sdn"].entries["aliases"][0].to_list() == ["BETA SHIPPING"]


def test_the_newest_of_two_lists_wins(tmp_path: Path) -> None:
    write_ofac(tmp_path)
    row = csl_row("Specially Designated Nationals (SDN) - Treasury Department", "GAMMA", entity_number="99")
    (tmp_path / "a_2026-01-01.csv").write_text(f"{CSL_HEADER}\n{row}\n", encoding="utf-8")
    lists = read_folder(tmp_path)
    assert lists.lists["us-sdn"].entries["name"].to_list() == ["GAMMA"]
    assert [item.as_of for item in lists.superseded] == [date(2025, 3, 1)]


EU_HEADER = (
    "celex,recordId,programKey,annex,measure,startDate,reason,schema,name,alias,weakAlias,previousName,country,address"
)


def test_eu_journal_rows_go_to_their_lists_and_amendments_replace(tmp_path: Path) -> None:
    (tmp_path / "consolidated_32014R0833.csv").write_text(
        f"{EU_HEADER}\n"
        '32014R0833,1,EU-RUS,IV,Export control,18.12.2023,,LegalEntity,Delta LLC,OOO Delta,,,,"Moscow, Russia"\n'
        "32014R0833,,EU-RUS,XLII,Transportation restrictions,1.6.2024,,Vessel,Maria,,,,,\n"
        '32014R0269,7,EU-UKR,I.A,Asset freeze,13.7.2026,,Person,Ivan P,"Iwan P; Ivan Pe",,,,\n',
        encoding="utf-8",
    )
    (tmp_path / "amendments_32026R0001.csv").write_text(
        EU_HEADER.replace("celex,", "amendedCelex,amendmentCelex,", 1)
        + "\n32014R0833,32026R0001,1,EU-RUS,IV,Export control,18.12.2023,,Company,Delta LLC,OOO Delta; TOO Delta,,,,\n",
        encoding="utf-8",
    )
    lists = read_folder(tmp_path).lists
    assert sorted(lists) == ["eu-833-iv", "eu-fsf", "eu-other"]
    assert (lists["eu-833-iv"].rows, len(lists["eu-833-iv"]), lists["eu-833-iv"].merged) == (2, 1, 1)
    assert lists["eu-833-iv"].entries["aliases"][0].to_list() == ["OOO Delta", "TOO Delta"]
    assert "eu:32014R0833:XLII" in lists["eu-other"].entries["tags"][0].to_list()
    assert lists["eu-fsf"].entries["from"][0] == date(2026, 7, 13)


UN = """<?xml version="1.0"?><CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z"><INDIVIDUALS><INDIVIDUAL>
<DATAID>1</DATAID><FIRST_NAME>ERIC</FIRST_NAME><SECOND_NAME>BADEGE</SECOND_NAME><UN_LIST_TYPE>DRC</UN_LIST_TYPE>
<REFERENCE_NUMBER>CDi.001</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON>
<NATIONALITY><VALUE>Democratic Republic of the Congo</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Rico</ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL></INDIVIDUALS>
<ENTITIES/></CONSOLIDATED_LIST>"""


def test_un_xml(tmp_path: Path) -> None:
    (tmp_path / "un.xml").write_text(UN, encoding="utf-8")
    (found,) = read_list(tmp_path / "un.xml")
    entry = found.entries.row(0, named=True)
    assert (found.id, found.as_of, entry["entry"], entry["name"]) == (
        "un-sc",
        date(2026, 2, 27),
        "CDi.001",
        "ERIC BADEGE",
    )
    assert (entry["weak_aliases"], entry["countries"], entry["kind"]) == (["Rico"], ["CD"], "person")


def test_private_csv_takes_the_name_of_its_file_and_names_bad_rows(tmp_path: Path) -> None:
    (tmp_path / "Watch them_2026-01-01.csv").write_text(
        "id,name,aliases,country,kind\nA,Epsilon,Eps;E Co,DE,company\nB,,,,\nC,Zeta,,ZZ,\n", encoding="utf-8"
    )
    (found,) = read_list(tmp_path / "Watch them_2026-01-01.csv")
    assert (found.id, found.rows, len(found)) == ("watch-them", 3, 1)
    assert [(fault.row, fault.column) for fault in found.rejected] == [(2, "name"), (3, "country")]


def zip_of(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.csv", content)
    return held.getvalue()


BOMB = b"""<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<CONSOLIDATED_LIST dateGenerated="2026-01-01">&b;</CONSOLIDATED_LIST>"""


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "empty"),
        ("page.csv", b"<!DOCTYPE html><html><body>503</body></html>", "HTML"),
        ("page.xml", b"\n<html><head></head><body>Sorry</body></html>", "HTML"),
        ("cut.xml", UN[:400].encode(), "cut short"),
        ("bomb.xml", BOMB, "entities"),
        ("cut.json", b'{"results": [{"source": "x", "na', "cut short"),
        ("latin.csv", b"name,country\nS\xe3o Paulo,BR\n", "UTF-8"),
        ("binary.csv", b"name\x00\x01\x02\n" * 10, "binary"),
        ("bomb.zip", zip_of(b"name\n" + b"a" * 30_000_000), "implausible"),
        ("odd.csv", b"foo,bar\n1,2\n", "no list layout"),
        ("near.csv", b"name,contry\nA,DE\n", "'country'"),
        ("slip.csv", f"{CSL_HEADER}\nx,y\n".encode(), "cells"),
        ("ccl.csv", b"eccn,heading\n3A090,x\n", "not a party list"),
        ("twice.csv", b"name,name\nA,B\n", "stands twice"),
        ("deep.json", b'{"results":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        ("shape.json", b'{"results": {"a": 1}}', "looks like csl-json but cannot be read"),
        ("strings.json", b'{"results": ["a"]}', "looks like csl-json but cannot be read"),
        ("root.xml", b"<?xml version='1.0'?><!-- <sdnList> --><foo><bar/></foo>", "unknown XML root.*'foo'"),
        (
            "lied.xml",
            UN.replace("?>", " encoding='iso-8859-1'?>").replace("BADEGE", "Кумсан").encode(),
            "it is in UTF-8",
        ),
        ("mangled.csv", ("name\n" + "Zoë Käse Grün Öl Ærø Ünal\n" * 2).encode().decode("cp1252").encode(), "line 2"),
        ("mangled.xml", UN.replace("BADEGE", "Кумсан Ёж Дом Иль Шиш").encode().decode("latin-1").encode(), "wrongly"),
    ],
)
def test_broken_files_are_refused_with_the_reason(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_list(tmp_path / name)


def test_zip_with_one_file_and_utf16_are_read(tmp_path: Path) -> None:
    (tmp_path / "own.zip").write_bytes(zip_of(b"name\nEta\n"))
    (tmp_path / "wide.csv").write_bytes("name\nΘήτα\n".encode("utf-16"))
    assert read_list(tmp_path / "own.zip")[0].entries["name"].to_list() == ["Eta"]
    assert read_list(tmp_path / "wide.csv")[0].entries["name"].to_list() == ["Θήτα"]


def test_a_few_mangled_letters_do_not_condemn_a_list(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("name\n" + "São Paulo Ærø\n" * 50 + "KÃ¤se\n" * 5, encoding="utf-8")
    assert read_list(tmp_path / "own.csv")[0].rows == 55


def test_cells_may_be_parted_by_semicolons_or_tabs_and_hold_line_breaks(tmp_path: Path) -> None:
    for sign in ";\t":
        (tmp_path / "own.csv").write_bytes(f'id{sign}name{sign}country\r\n1{sign}"Eta\r\nWorks"{sign}DE\r\n'.encode())
        (found,) = read_list(tmp_path / "own.csv")
        assert found.entries.select("entry", "name").rows() == [("1", "Eta Works")]


def test_utf16_longer_than_what_is_looked_at_first(tmp_path: Path) -> None:
    names = "".join(f"Θήτα {number}\n" for number in range(100_001))
    (tmp_path / "wide.csv").write_bytes(f"name\n{names}".encode("utf-16"))
    assert len(read_list(tmp_path / "wide.csv")[0]) == 100_001


def test_folder_sets_broken_files_aside_and_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("name\nIota\n", encoding="utf-8")
    (tmp_path / "broken.xml").write_text(UN[:300], encoding="utf-8")
    (tmp_path / "ccl.csv").write_text("eccn,heading\n", encoding="utf-8")
    lists = read_folder(tmp_path)
    assert sorted(lists.lists) == ["own"]
    assert [(Path(item.path).name, item.expected) for item in lists.ignored] == [
        ("broken.xml", False),
        ("ccl.csv", True),
    ]
    with pytest.raises(InputError, match="no such folder"):
        read_folder(tmp_path / "nowhere")


def test_real_folder_loads_without_a_lost_row(real_lists_folder: Path) -> None:
    lists = read_folder(real_lists_folder)
    for found in [*lists, *lists.superseded]:
        assert found.rows == len(found) + found.merged + len(found.rejected), found.id
        assert found.entries["entry"].n_unique() == len(found), found.id
        assert not found.rejected, found.id
    sizes = {found.id: found.rows for found in lists}
    assert sum(sizes[key] for key in sizes if key.startswith("us-")) == 25_921
    assert (sizes["us-sdn"], sizes["us-entity-list"], sizes["us-dpl"]) == (19_181, 3_420, 1_596)
    assert sum(sizes[key] for key in sizes if key.startswith("eu-")) == 8_434
    assert (sizes["un-sc"], sizes["jp-eul"], sizes["cn-countermeasures-copy"]) == (1_003, 835, 610)
    assert sizes["cn-control-copy"] + sizes["cn-unreliable-copy"] + sizes["cn-watch-copy"] == 240
    assert lists.lists["us-sdn"].as_of == date(2026, 7, 31)
    unexpected = {Path(item.path).name for item in lists.ignored if not item.expected}
    assert unexpected == {"add_2025-02-27.csv", "alt_2025-02-27.csv", "sdn_comments_2025-02-27.csv"}
