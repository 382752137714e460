"""Proposals of control codes: words in both languages, customs codes, composition and figures; never facts."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import lotgate
from lotgate.classification import Classified, Classifier, Goods, accept, classify, classify_text
from lotgate.classification.entries import Entry, law_entries, list_entries, shared_with_eu
from lotgate.classification.words import tokens, weighted
from lotgate.cli import main
from lotgate.errors import InputError, MissingError
from lotgate.law import Law, Text
from lotgate.tables import load

INDEX = """eccn,category,product_group,heading,reason_for_control
2B001,2,B,"Machine tools for removing metals, which can be equipped for numerical control",NS
3A001,3,A,"Electronic items, as follows",NS
3A090,3,A,"Integrated circuits having one or more digital processing units",RS
3D001,3,D,"Software for the development of electronic items of 3A001",NS
6A003,6,A,"Cameras, and components therefor",NS
9A012,9,A,"Unmanned aerial vehicles, and related equipment",MT
9A999,9,A,[Reserved],
"""
PARAGRAPHS = """eccn,seq,paragraph,kind,depth,text
3A001,0,a,item,1,General purpose integrated circuits
3A001,1,a.5,item,2,Analog-to-digital converters with a resolution of 12 bit or more
3A001,2,a.7,item,2,"Field programmable logic devices having more than 700 digital inputs"
3A001,3,,note,1,A note on 3A001
3A090,0,a,item,1,A total processing performance of 4800 or more
"""
MAGNET = {"Nd": 0.29, "Fe": 0.66, "B": 0.01, "Dy": 0.03}


@cache
def law() -> Law:
    return lotgate.load_law()


def lists(folder: Path) -> Path:
    (folder / "index.csv").write_text(INDEX, encoding="utf-8")
    (folder / "paragraphs.csv").write_text(PARAGRAPHS, encoding="utf-8")
    (folder / "parties.csv").write_text("name,country\nExample Ltd,DE\n", encoding="utf-8")
    return folder


def codes(found: Classified, regime: str = "cn") -> list[str]:
    return [one.code for one in found.proposals[regime]]


# ---- words -----------------------------------------------------------------------------------------------------------


def test_both_languages_share_terms_and_elements() -> None:
    assert {"c:magnet", "c:ndfeb", "e:Dy"} <= tokens("含镝的钕铁硼永磁材料") & tokens("NdFeB magnets with dysprosium")
    assert "c:uav" in tokens("无人机") & tokens("Unmanned aerial vehicles")
    assert "e:Dy" in tokens("Dy2O3 and Dy metal")
    assert "e:Nd" not in tokens("NdFeB")


def test_what_is_denied_does_not_count_and_the_tail_counts_less() -> None:
    assert "c:heavyrareearth" not in weighted("Cerium magnet, no heavy rare earth")
    assert "e:Dy" not in weighted("钕铁硼磁体，不含镝")
    said = weighted("Loudspeaker with magnet")
    assert said["c:loudspeaker"] > said["c:magnet"]


# ---- proposals from the law data -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("description", "code"),
    [
        ("Dysprosium metal ingots", "1C905.a.1"),
        ("金属镝锭", "1C905.a.1"),
        ("氧化钇粉末", "1C908.b"),
        ("SmCo magnet segments", "1C902.a.4"),
        ("Gallium arsenide wafers", "Ga"),
    ],
)
def test_descriptions_find_their_entry(description: str, code: str) -> None:
    found = classify_text(description, law=law(), regimes=["cn"])
    assert codes(found)[0] == code
    first = found.proposals["cn"][0]
    assert first.cite.en.startswith("CN-") and first.cite.zh
    assert first.why[0].en.startswith("words: ") and first.why[0].zh.startswith("用词")
    assert 0 < first.score <= 1


@pytest.mark.parametrize(
    "description", ["Office chairs", "Men's cotton T-shirts", "塑料瓶", "Wheat flour", "Kitchen knives"]
)
def test_ordinary_goods_get_no_proposal(description: str) -> None:
    found = classify_text(description, law=law())
    assert not any(found.proposals.values())
    assert "us" in found.without_list


def test_customs_codes_speak_for_and_against() -> None:
    plain = classify_text("Dysprosium metal", law=law(), regimes=["cn"]).proposals["cn"][0]
    near = classify_text("Dysprosium metal", hs="2805301200", law=law(), regimes=["cn"]).proposals["cn"][0]
    far = classify_text("Dysprosium metal", hs="9503", law=law(), regimes=["cn"]).proposals["cn"][0]
    assert far.score < plain.score <= near.score
    assert "another chapter" in far.why[-1].en


def test_composition_settles_upwards() -> None:
    found = classify_text("Magnet", stage="magnet", composition=MAGNET, law=law(), regimes=["cn"])
    first = found.proposals["cn"][0]
    assert (first.code, first.kinds[0]) == ("1C905.a.4", "composition")
    assert first.score > 0.95
    assert not first.measure


def test_composition_known_whole_speaks_against_other_elements() -> None:
    bare = {"Nd": 0.31, "Fe": 0.68, "B": 0.01}
    said = classify_text(
        "NdFeB magnet containing dysprosium", stage="magnet", composition=bare, law=law(), regimes=["cn"]
    )
    assert all(one.score < 0.5 for one in said.proposals["cn"] if one.code == "1C905.a.4")


def test_open_composition_names_what_must_be_measured() -> None:
    found = classify_text("Sintered rare-earth magnet, grade not stated", stage="magnet", law=law(), regimes=["cn"])
    assert set(codes(found)) == {"1C902.a.4", "1C904.a.4", "1C905.a.4"}
    assert all(
        "mass fraction" in one.measure[0].en and "质量分数" in one.measure[0].zh for one in found.proposals["cn"]
    )


def test_limits_in_the_description_are_compared() -> None:
    over = classify_text("Rechargeable lithium-ion cell, 310 Wh/kg", law=law(), regimes=["cn"]).proposals["cn"]
    under = classify_text("Rechargeable lithium-ion cell, 250 Wh/kg", law=law(), regimes=["cn"]).proposals["cn"]
    assert over[0].code == "3A001"
    assert any("310 wh/kg meets" in why.en.lower() for why in over[0].why)
    assert not under or under[0].score < over[0].score / 2


def test_listed_material_inside_a_finished_thing_counts_less() -> None:
    material = classify_text("NdFeB magnet with dysprosium", stage="magnet", law=law(), regimes=["cn"]).proposals["cn"][
        0
    ]
    inside = classify_text("Headphones with NdFeB magnet with dysprosium", stage="finished", law=law(), regimes=["cn"])
    assert all(one.score < material.score / 2 for one in inside.proposals["cn"])


def test_a_scanner_is_known_by_its_model() -> None:
    found = classify_text("Scanner", model="NXT:2000i", law=law())
    assert found.proposals["nl"][0].code == "3B001.f.4"
    assert found.proposals["us"][0].kinds == ("model",)


# ---- lists of the user -----------------------------------------------------------------------------------------------


def test_lists_are_told_apart_by_their_heads(tmp_path: Path) -> None:
    entries = {entry.code: entry for entry in list_entries(lists(tmp_path))}
    assert {"2B001", "3A001", "3A001.a.7", "6A003"} <= set(entries)
    assert "9A999" not in entries
    assert entries["3A001.a.7"].context.startswith("Electronic items")
    assert "700" in entries["3A001.a.7"].limit


def test_paragraphs_are_proposed_with_their_limit(tmp_path: Path) -> None:
    found = classify_text("现场可编程逻辑器件", law=law(), lists=lists(tmp_path))
    first = found.proposals["us"][0]
    assert first.code == "3A001.a.7"
    assert "15 CFR part 774" in first.cite.en
    assert "700" in first.measure[0].en


def test_the_eu_shares_the_numbers_of_the_regimes_and_no_others(tmp_path: Path) -> None:
    found = classify_text("Field programmable logic device", law=law(), lists=lists(tmp_path))
    proposed = found.proposals["eu"][0]
    assert (proposed.code, proposed.verified) == ("3A001.a.7", False)
    assert "2021/821" in proposed.cite.en
    own = Entry("us", "3A090", Text("x", "x"), Text("x", "x"))
    assert shared_with_eu(own) is None
    assert shared_with_eu(Entry("us", "3A611", Text("x", "x"), Text("x", "x"))) is None


def test_software_entries_only_for_software(tmp_path: Path) -> None:
    folder = lists(tmp_path)
    assert "3D001" not in codes(classify_text("Electronic items", law=law(), lists=folder), "us")
    assert codes(classify_text("Software for developing electronic items", law=law(), lists=folder), "us")[0] == "3D001"


def test_damaged_lists_are_named_together(tmp_path: Path) -> None:
    lists(tmp_path)
    (tmp_path / "cut.csv").write_text('eccn,heading\n3A001,"Electronic', encoding="utf-8")
    (tmp_path / "bytes.csv").write_bytes(b"eccn,heading\n3A001,\xff\xfe\n")
    (tmp_path / "own.csv").write_text("regime,code,text_en\nxx,A1,Lathe\ncn,,Lathe\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        classify_text("Lathe", law=law(), lists=tmp_path)
    for words in ("cut.csv", "bytes.csv", "own.csv, row 1, column regime", "own.csv, row 2, column code"):
        assert words in str(caught.value)


def test_a_folder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="no such folder"):
        classify_text("Lathe", law=law(), lists=tmp_path / "nowhere")


def test_a_list_of_ones_own(tmp_path: Path) -> None:
    text = "regime,code,text_en,text_zh,hs,limit,cite\n"
    text += "jp,JP-X,Frobnicating lathe,磨镜车床,8458,over 3 axes,House list 2026\n"
    (tmp_path / "own.csv").write_text(text, encoding="utf-8")
    found = classify_text("Frobnicating lathe", hs="8458", law=law(), lists=tmp_path)
    first = found.proposals["jp"][0]
    assert (first.code, first.cite.en, first.measure[0].en) == ("JP-X", "House list 2026", "over 3 axes")


# ---- workspaces ------------------------------------------------------------------------------------------------------

ITEMS = """item,description,made_in,cn_code,us_code,eu_code,nl_code,jp_code,stage,technology,contains_us_ic
tb,Sintered magnet,CN,,none,none,none,none,magnet,none,no
gpu,Accelerator,TW,none,,none,none,none,chip,US:3E001,yes
slow,Graphics processor,TW,none,,none,none,none,chip,US:3E001,yes
"""
COMPOSITION = "item,substance,mass_fraction\ntb,Nd,0.29\ntb,Fe,0.68\ntb,B,0.01\ntb,Tb,0.011\n"
CHIPS = """item,precision,bit_length,dense_tops,die_area_mm2,datacentre
gpu,fp16,16,400,800,yes
slow,fp16,16,20,400,no
"""
SHIPMENTS = """line,date,item,quantity,unit,exporter,consignee,end_user,intermediaries,ship_from,destination,via,end_use
L1,2026-03-02,odd,10,KGM,maker,buyer,buyer,none,CN,DE,none,civil
"""
PARTIES = """party,name,country,kind,military,headquarters
maker,Example Maker Ltd,CN,company,no,CN
buyer,Example Motoren GmbH,DE,company,no,DE
"""


def workspace(folder: Path, **tables: str) -> Path:
    home = folder / "workspace"
    home.mkdir()
    for name, text in ({"items": ITEMS, "composition": COMPOSITION, "chips": CHIPS} | tables).items():
        (home / f"{name}.csv").write_text(text, encoding="utf-8")
    return home


def test_items_of_a_workspace(tmp_path: Path) -> None:
    found = {one.goods.item: one for one in classify(load(workspace(tmp_path), ("items",)), law=law())}
    assert codes(found["tb"])[0] == "1C904.a.4"
    assert "3A090.a" in codes(found["gpu"], "us")
    assert found["gpu"].proposals["us"][0].kinds[0] == "parameter"
    assert found["gpu"].goods.codes == {"cn": "none", "eu": "none", "nl": "none", "jp": "none"}


def test_figures_that_miss_a_limit_speak_against_it(tmp_path: Path) -> None:
    home, folder = workspace(tmp_path), tmp_path / "lists"
    folder.mkdir()
    found = {
        one.goods.item: one for one in classify(load(home, ("items",)), law=law(), lists=lists(folder), regimes=["us"])
    }
    assert not [code for code in codes(found["slow"], "us") if code.startswith("3A090")]


def test_unknown_items_are_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gpux.*nearest is gpu"):
        classify(load(workspace(tmp_path), ("items",)), ["gpux", "nothing-like-it"], law=law())


def test_a_proposal_is_never_a_fact_until_a_person_accepts_it(tmp_path: Path) -> None:
    items = "item,description,made_in,cn_code,us_code,eu_code,nl_code,jp_code,stage,technology,contains_us_ic\n"
    items += "odd,Sintered magnet,CN,,none,none,none,none,magnet,none,no\n"
    home = workspace(
        tmp_path, items=items, shipments=SHIPMENTS, parties=PARTIES, composition="item,substance\n", chips="item\n"
    )
    assert lotgate.check(load(home), law=law())[0].regimes["cn"].answer == "ask"
    classify(load(home), law=law())
    assert lotgate.check(load(home), law=law())[0].regimes["cn"].answer == "ask"
    accept(home, "odd", "1C905.a.4", "L. Example", date(2026, 3, 1), law=law(), regime="cn", because="analysis 7")
    row = load(home)["facts"].row(0, named=True)
    assert (row["subject"], row["fact"], row["value"]) == ("odd", "cn_code", "1C905.a.4")
    assert row["source"] == "classified by L. Example on 2026-03-01; analysis 7"
    assert lotgate.check(load(home), law=law())[0].regimes["cn"].answer == "apply"
    with pytest.raises(InputError, match="another cn_code already"):
        accept(home, "odd", "none", "L. Example", date(2026, 3, 2), law=law(), regime="cn")


def test_bad_acceptance_is_refused_with_every_fault(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    with pytest.raises(InputError) as caught:
        accept(home, "tbb", "1C904.a.4", " ", date(2026, 3, 1), law=law(), regime="xx")
    for words in ("no such item", "no such regime", "nobody is named"):
        assert words in str(caught.value)
    with pytest.raises(InputError, match=r"1\.00E\+03"):
        accept(home, "tb", "1.00E+03", "L. Example", date(2026, 3, 1), law=law(), regime="cn")
    assert not (home / "facts.csv").exists()


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = workspace(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([*arguments])
        out = capsys.readouterr()
        return int(ended.value.code or 0), out.out, out.err

    status, out, _ = run("classify", str(home), "tb", "--no-color")
    assert status == 0 and "1C904.a.4" in out and "never a fact" in out
    status, out, _ = run("classify", str(home), "tb", "--no-color", "--language", "zh")
    assert status == 0 and "建议不是事实" in out
    status, out, _ = run("classify", "--description", "Terbium oxide", "--json", "--regime", "cn")
    assert json.loads(out)[0]["proposals"]["cn"][0]["code"] == "1C904.b"
    status, _, err = run("classify", str(home), "tb", "--accept", "1C904.a.4", "--regime", "cn", "--by", "L. Example")
    assert status == 0 and "tb: cn_code = 1C904.a.4, by L. Example" in err
    for wrong, words in (
        ((str(home), "tb", "--accept", "1C904.a.4", "--by", "X"), "--regime"),
        ((str(home), "tb", "--accept", "1C904.a.4", "--regime", "cn"), "--by"),
        ((str(home), "--accept", "1C904.a.4", "--regime", "cn", "--by", "X"), "exactly one item"),
        ((), "WORKSPACE or --description"),
        (("--description", "x", "--regime", "zz"), "no such regime"),
        (("--description", "x", "--composition", "Qq 3"), "element symbols"),
    ):
        status, _, err = run("classify", *wrong)
        assert status == 2 and words in err


def test_the_same_goods_give_the_same_scores_in_every_process() -> None:
    code = (
        "import lotgate, json; from lotgate.classification import classify_text; "
        "print(json.dumps(classify_text('Rare-earth magnet sintering furnace', law=lotgate.load_law()).to_json()))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONHASHSEED": seed}, check=True
        )
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout


def test_every_entry_of_the_law_data_has_a_clause_and_both_languages() -> None:
    entries = law_entries(law())
    assert len(entries) > 200
    assert all(entry.cite.en and entry.text.en and entry.text.zh for entry in entries)


def test_classifier_is_reused_for_many_goods() -> None:
    classifier = Classifier(law(), regimes=["cn"])
    assert codes(classifier.classify(Goods("a", "Holmium oxide")))[0] == "1C909.b"
    assert codes(classifier.classify(Goods("b", "Germanium tetrachloride")))[0] == "Ge"


def test_a_code_given_under_one_law_is_proposed_under_the_other_that_shares_its_number() -> None:
    classifier = Classifier(law(), regimes=["us", "eu", "cn"])
    found = classifier.classify(Goods("x", "Box", codes={"us": "3A002.c.1"}))
    assert [(one.code, one.kinds) for one in found.proposals["eu"]] == [("3A002", ("number",))]
    assert found.proposals["cn"] == ()
    alone = classifier.classify(Goods("x", "Box", codes={"us": "3A991.p"}))
    assert alone.proposals["eu"] == ()


def test_the_index_of_goods_leads_to_a_heading_in_both_languages() -> None:
    for said in ("Closed-circuit rebreather with scrubber", "循环呼吸器"):
        found = classify_text(said, law=law(), regimes=["us", "eu"])
        assert codes(found, "us")[0] == codes(found, "eu")[0] == "8A002"
        assert not found.proposals["us"][0].verified
    assert codes(classify_text("Software for a closed-circuit rebreather", law=law()), "us") == []


def test_where_goods_were_made_says_nothing_of_what_they_are() -> None:
    plain, told = (
        classify_text(one, law=law()) for one in ("Image intensifier tube", "Image intensifier tube made in Korea")
    )
    assert codes(plain, "us") == codes(told, "us") == ["6A002"]


def test_a_heading_the_description_denies_is_not_proposed(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "own.csv").write_text("regime,code,text_en\nus,1C226,Tungsten carbide parts\n", encoding="utf-8")
    assert codes(classify_text("Tungsten carbide parts", law=law(), lists=folder), "us") == ["1C226"]
    denied = classify_text("Tungsten carbide parts, not controlled by 1C226", law=law(), lists=folder)
    assert codes(denied, "us") == []


def test_what_the_us_listed_alone_is_not_proposed_under_the_eus_number() -> None:
    entry = Entry("us", "3B001.p.2", Text("Cleaning equipment", "清洗设备"), Text("x", "x"))
    assert shared_with_eu(entry) is not None
    assert shared_with_eu(entry, ["3B001.p"]) is None


def test_a_description_that_says_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["classify", "--description", "  "])
    assert end.value.code == 2
    assert "says nothing" in capsys.readouterr().err
