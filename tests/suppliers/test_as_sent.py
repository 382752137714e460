"""Papers as suppliers really send them: every class of declaration, notes and titles around tables, several languages.

Each of these was once read as saying more, or something else, than its supplier said.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from papers import book, file, workspace

from lotgate.errors import InputError
from lotgate.suppliers import Document, read_document
from lotgate.suppliers.importing import import_documents
from lotgate.tables import load


def shares(document: Document) -> dict[str, float | None]:
    return {one.substance: None if one.fraction is None else float(one.fraction) for one in document.shares}


def ipc(folder: Path, inside: str) -> Document:
    """An IPC declaration of a magnet of 40 g."""
    text = f"""<MainDeclaration xmlns="http://webstds.ipc.org/175x/2.0"><Product>
      <ProductID itemNumber="magnet"><Amount value="40" UOM="g"/></ProductID>{inside}</Product></MainDeclaration>"""
    found = read_document(file(folder, "declaration.xml", text))
    assert not found.faults
    return found


def substance(name: str, cas: str, more: str = "", attributes: str = "") -> str:
    return f'<Substance name="{name}" {attributes}><SubstanceID identity="{cas}" authority="CAS"/>{more}</Substance>'


GRAMS = '<Amount value="{}" UOM="g"/>'

# ---- IPC-1752 and IPC-1754 -------------------------------------------------------------------------------------------


def test_class_a_answers_and_class_b_groups_are_kept_in_sight(tmp_path: Path) -> None:
    found = ipc(
        tmp_path,
        '<QueryList><Query statement="Contains lead above 0.1%"><Response value="false"/></Query></QueryList>'
        '<MaterialGroupList><MaterialGroup name="Magnetic materials"><Amount value="39" UOM="g"/></MaterialGroup>'
        "</MaterialGroupList>",
    )
    assert not found.shares
    assert found.left_aside == (
        "answer to “Contains lead above 0.1%”: false",
        "group of materials Magnetic materials, without substances",
    )


@pytest.mark.parametrize(
    ("more", "attributes", "why"),
    [
        ('<Threshold reportingThreshold="0.1" aboveThresholdLevel="false"/>', "", "under its reporting level"),
        ("", 'presentInProduct="false"', "said not to be in the product"),
        ("<Present>no</Present>", "", "said not to be in the product"),
        ("<ProcessChemical>true</ProcessChemical>", "", "used in making it"),
        (GRAMS.format("0.00"), "", "may be a rounded trace"),
    ],
)
def test_a_substance_on_a_list_is_not_thereby_in_the_product(
    tmp_path: Path, more: str, attributes: str, why: str
) -> None:
    found = ipc(tmp_path, f"<SubstanceList>{substance('Terbium', '7440-27-9', more, attributes)}</SubstanceList>")
    assert not found.shares
    assert why in " ".join(found.left_aside)


def test_a_substance_above_its_level_or_with_an_amount_is_there(tmp_path: Path) -> None:
    above, under = (f'<Threshold aboveThresholdLevel="{word}"/>' for word in ("true", "false"))
    found = ipc(
        tmp_path,
        f"<SubstanceList>{substance('Nickel', '7440-02-0', above)}"
        f"{substance('Terbium', '7440-27-9', under + GRAMS.format('0.02'))}</SubstanceList>",
    )
    assert shares(found) == {"Ni": None, "Tb": 0.0005}


def test_a_substance_on_two_lists_is_there_once_and_twice_on_one_adds_up(tmp_path: Path) -> None:
    iron = substance("Iron", "7439-89-6", GRAMS.format(12))
    lists = (iron + iron, substance("Iron", "7439-89-6", GRAMS.format(24)) + substance("Iron", "7439-89-6"))
    material = "".join(f'<SubstanceCategory name="{n}">{one}</SubstanceCategory>' for n, one in enumerate(lists))
    whole = f'<HomogeneousMaterial name="body">{GRAMS.format(40)}{material}</HomogeneousMaterial>'
    assert shares(ipc(tmp_path, whole)) == {"Fe": 0.6}


# ---- conflict-minerals workbooks -------------------------------------------------------------------------------------

WORDS = {
    "en": ("Company Name (*):", ("Tantalum (*)", "Tin (*)", "Gold (*)", "Tungsten (*)"), "Yes", "No"),
    "de": ("Firmenname (*):", ("Tantal (*)", "Zinn (*)", "Gold (*)", "Wolfram (*)"), "Ja", "Nein"),
    "ja": ("会社名 (*):", ("タンタル (*)", "スズ (*)", "金 (*)", "タングステン (*)"), "はい", "いいえ"),
    "zh": ("公司名称 (*):", ("钽 (*)", "锡 (*)", "金 (*)", "钨 (*)"), "是", "否"),
    "fr": ("Nom de l'entreprise (*):", ("Tantale (*)", "Étain (*)", "Or (*)", "Tungstène (*)"), "Oui", "Non"),
}


def minerals(path: Path, language: str = "en", unknown: str = "") -> Path:
    """A workbook as it is sent: sentences above the heads, empty rows, answers to two questions, smelters by metal."""
    company, metals, yes, no = WORDS[language]
    first, second = (unknown or yes, yes, yes, no), (no, yes, yes, None)
    sheets: dict[str, list[list[Any]]] = {
        "Instructions": [["Select the metal, the smelter country and the product number on the sheets."]],
        "Declaration": [
            ["", "The purpose is to collect information on tin, tantalum, tungsten and gold used in products"],
            ["", company, "", "Boardco"],
            ["", "1)"],
            *(["", metal, "", answer] for metal, answer in zip(metals, first, strict=True)),
            [],
            ["", "2)"],
            *(["", metal, "", answer] for metal, answer in zip(metals, second, strict=True)),
        ],
        "Smelter_List": [
            ["Option A: give the number. Option B: select Metal in column B, complete Name and Smelter Country"],
            [],
            ["Number", "Metal (*)", "Smelter Name (1)", "Smelter Country (*)"],
            ["CID1", metals[1].split()[0], "One", "PERU"],
            [],
            ["CID2", metals[2].split()[0], "Two", "BRAZIL"],
        ],
        "Product_List": [
            ["Completion required only if Product (or List of Products) is chosen; give the product number below"],
            ["", "Manufacturer's Product Number (*)", "Name"],
            ["", "motor", "Motor"],
            [],
        ],
    }
    return book(path, **sheets)


@pytest.mark.parametrize("language", sorted(WORDS))
def test_conflict_minerals_in_the_languages_they_come_in(tmp_path: Path, language: str) -> None:
    found = read_document(minerals(tmp_path / "cmrt.xlsx", language))
    assert not found.faults
    assert found.supplier == "Boardco"
    assert found.parts == {"motor": ""}
    assert shares(found) == {"Sn": None, "Au": None}
    assert {one.substance: one.paper.note for one in found.shares} == {
        "Sn": "smelted in Peru",
        "Au": "smelted in Brazil",
    }
    assert "Ta: said not to remain in the product, which is not the same as none" in found.left_aside


def test_a_metal_the_supplier_does_not_know_of_is_left_open(tmp_path: Path) -> None:
    path = minerals(tmp_path / "cmrt.xlsx", unknown="Unknown")
    assert "Ta" not in shares(read_document(path))


def test_each_metal_keeps_its_own_paper_in_the_workspace(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    import_documents([minerals(tmp_path / "cmrt.xlsx")], home)
    sources = dict(load(home, ("items",))["composition"].select("substance", "source").iter_rows())
    assert "Peru" in sources["Sn"]
    assert "Brazil" in sources["Au"]
    assert "Peru" not in sources["Au"]


# ---- tables of certificates ------------------------------------------------------------------------------------------


def test_certificates_with_titles_totals_and_ways_of_writing(tmp_path: Path) -> None:
    text = (
        "Certificate of origin,,,,\n,,,,\nPart No.,HS Code,Country of Origin,Date of issue,contains US IC\n"
        "magnet,8505 11 90,U.K.,03.02.2026,N/A\n,,,,\nTotal: 1 part,,,,\n"
    )
    found = read_document(file(tmp_path, "origin.csv", text))
    assert not found.faults
    assert {(one.column, one.value) for one in found.cells} == {("hs", "85051190"), ("origin", "GB")}
    assert str(found.cells[0].paper.date) == "2026-02-03"
    assert found.left_aside == ("row 1: magnet, contains_us_ic N/A, which may mean anything", "row 3: Total: 1 part")


@pytest.mark.parametrize("word", ["N/A", "n.a.", "-", "TBD", "not available", "不适用", "未知"])
def test_what_says_nothing_is_never_read_as_not_listed(tmp_path: Path, word: str) -> None:
    found = read_document(file(tmp_path, "codes.csv", f"part,ECCN\nmagnet,{word}\n"))
    assert not found.faults
    assert not found.cells


def test_fractions_where_percent_are_meant_are_refused(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    text = "part,substance,%\nmagnet,Nd,0.27\nmagnet,Fe,0.66\nmagnet,B,0.01\nmagnet,Dy,0.03\n"
    with pytest.raises(InputError, match="fractions stand where percent are meant"):
        import_documents([file(tmp_path, "declared.csv", text)], home)
    assert not (home / "composition.csv").exists()
