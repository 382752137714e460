"""Reading what suppliers send: shares by element, cells, papers with day and end; bad files say where and what."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from papers import BOMB, IPC, book, file, minerals

from lotgate.suppliers import Document, read_document
from lotgate.suppliers.substances import elements_of, formula_shares, rows_of


def shares(document: Document) -> dict[tuple[str, str], float | None]:
    return {(s.part, s.substance): None if s.fraction is None else float(s.fraction) for s in document.shares}


def said(document: Document) -> str:
    return "\n".join(str(fault) for fault in document.faults)


# ---- substances ------------------------------------------------------------------------------------------------------


def test_registry_numbers_have_their_check_digit() -> None:
    for name in ("elements.csv", "compounds.csv"):
        for row in rows_of(name):
            digits = row["cas"].replace("-", "")
            total = sum(int(digit) * place for place, digit in enumerate(reversed(digits[:-1]), 1))
            assert total % 10 == int(digits[-1]), row


def test_every_compound_has_a_formula() -> None:
    for row in rows_of("compounds.csv"):
        found = formula_shares(row["formula"])
        assert found is not None and sum(found.values()) == 1, row


@pytest.mark.parametrize(
    ("name", "cas", "symbol", "share"),
    [
        ("Dysprosium", None, "Dy", 1),
        ("镝", None, "Dy", 1),
        ("金属镝", None, "Dy", 1),
        ("Dysprosium metal", None, "Dy", 1),
        ("anything", "1308-87-8", "Dy", 0.8713),
        ("Dy2O3", None, "Dy", 0.8713),
        ("氧化镝", None, "Dy", 0.8713),
        ("Gallium arsenide", None, "Ga", 0.4820),
        ("Ca(OH)2", None, "Ca", 0.5409),
        ("Dy", "", "Dy", 1),
    ],
)
def test_substances_break_down_into_elements(name: str, cas: str | None, symbol: str, share: float) -> None:
    found = elements_of(name, cas)
    assert found is not None
    assert float(found[symbol]) == pytest.approx(share, abs=1e-4)


@pytest.mark.parametrize("name", ["Epoxy resin", "NdFeB N42 grade", "Proprietary", "", "Steel", "xx2"])
def test_mixtures_and_trade_names_give_nothing(name: str) -> None:
    assert elements_of(name) is None


# ---- IPC-175x --------------------------------------------------------------------------------------------------------


def test_ipc_declaration(tmp_path: Path) -> None:
    found = read_document(file(tmp_path, "magnet.xml", IPC))
    assert not found.faults
    assert found.supplier == "Example Magnetics"
    got = shares(found)
    assert got["magnet", "Nd"] == pytest.approx(11 / 40)
    assert got["magnet", "Dy"] == pytest.approx(0.03 * 38 / 40 * 0.87131, rel=1e-4)
    assert got["magnet", "Fe"] == pytest.approx(0.65 * 38 / 40)
    assert got["magnet", "Ni"] == pytest.approx(2 / 40)
    assert [(cell.column, cell.value) for cell in found.cells] == [("unit_mass_kg", "0.04")]
    assert found.left_aside == ("Binder resin 12",)
    assert found.shares[0].paper.date == date(2026, 2, 3)
    assert "material declaration of Example Magnetics, 2026-02-03; magnet.xml" in found.shares[0].paper.source


def test_ipc_of_another_edition_with_nested_products(tmp_path: Path) -> None:
    text = """<MainDeclaration xmlns="https://webstds.ipc.org/175x/1752B/1752B"><IPC-1752B><Product>
      <ProductID itemNumber="A"><Amount value="100" UOM="mg"/></ProductID>
      <SubProduct><ProductID itemNumber="A1"><Amount value="60" UOM="mg"/></ProductID><MaterialInfo>
        <HomogeneousMaterial name="core"><Substance name="Cobalt"><Amount value="50" UOM="massPercent"/></Substance>
      </HomogeneousMaterial></MaterialInfo></SubProduct>
      <SubProduct><ProductID itemNumber="A2"/><MaterialInfo><HomogeneousMaterial><Amount value="40" UOM="mg"/>
        <Substance name="Cobalt"><Amount value="10" UOM="mg"/></Substance></HomogeneousMaterial></MaterialInfo>
      </SubProduct>
    </Product></IPC-1752B></MainDeclaration>"""
    assert shares(read_document(file(tmp_path, "a.xml", text))) == {("A", "Co"): pytest.approx(0.4)}


def test_substance_without_amount_is_named_without_share(tmp_path: Path) -> None:
    text = """<MainDeclaration><Product><ProductID itemNumber="A"><Amount value="1" UOM="g"/></ProductID>
      <Substance name="Dysprosium"/></Product></MainDeclaration>"""
    assert shares(read_document(file(tmp_path, "a.xml", text))) == {("A", "Dy"): None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BOMB, "document type or entities"),
        (IPC[:600], "the XML is damaged"),
        ("<html><body>Sign in</body></html>", "no material declaration"),
        (IPC.replace('UOM="ppm"', 'UOM="stone"'), "unknown unit of mass"),
        (IPC.replace('value="11"', 'value="eleven"'), "the amount is no number"),
        (IPC.replace('value="11"', 'value="-1"'), "negative"),
        (IPC.replace('value="11"', 'value="41"'), "weighs more than the product"),
        (IPC.replace(' itemNumber="magnet"', ""), "has no itemNumber"),
        (IPC.replace("2026-02-03", "2026-02-30"), "day of the response"),
    ],
)
def test_bad_xml_says_what_is_wrong(tmp_path: Path, text: str, expected: str) -> None:
    found = read_document(file(tmp_path, "bad.xml", text))
    assert expected in said(found)
    assert all(fault.message_zh and fault.in_chinese() != str(fault) for fault in found.faults)


def test_all_faults_of_an_xml_file_at_once(tmp_path: Path) -> None:
    text = IPC.replace('UOM="ppm"', 'UOM="stone"').replace('value="11"', 'value="eleven"')
    assert len(read_document(file(tmp_path, "bad.xml", text)).faults) == 2


# ---- tables ----------------------------------------------------------------------------------------------------------


def test_table_of_declarations(tmp_path: Path) -> None:
    text = (
        "Part Number,Substance,CAS No.,Content (%),Supplier,Date\n"
        "magnet,Nd,7440-00-8,28.5,Example Magnetics,2026-01-31\n"
        "magnet,Dysprosium,,3%,Example Magnetics,2026/1/31\n"
    )
    found = read_document(file(tmp_path, "d.csv", text))
    assert shares(found) == {("magnet", "Nd"): pytest.approx(0.285), ("magnet", "Dy"): pytest.approx(0.03)}
    assert found.shares[0].paper.date == found.shares[1].paper.date == date(2026, 1, 31)


def test_chinese_table_in_gb18030(tmp_path: Path) -> None:
    text = "料号,物质名称,含量(ppm),供应商,声明日期\nmagnet,镝,30000,示例磁材有限公司,2026年1月31日\n"
    found = read_document(file(tmp_path, "d.csv", text.encode("gb18030")))
    assert shares(found) == {("magnet", "Dy"): pytest.approx(0.03)}
    assert found.supplier == "示例磁材有限公司"


def test_table_of_certificates(tmp_path: Path) -> None:
    text = (
        "Certificate No;Type;Part Number;Country of Origin;Issued by;Issue date;Valid until\n"
        "C-7;certificate of origin;magnet;Japan;Example Chamber;2026-01-05;2026-12-31\n"
    )
    found = read_document(file(tmp_path, "c.csv", text))
    cell = found.cells[0]
    assert (cell.part, cell.column, cell.value) == ("magnet", "origin", "JP")
    assert (cell.paper.expires, cell.paper.number, cell.paper.kind) == (
        date(2026, 12, 31),
        "C-7",
        "certificate of origin",
    )


def test_masses_with_the_unit_in_the_head(tmp_path: Path) -> None:
    text = "part,part weight (g),substance,weight (mg)\nmagnet,40,Dy,1200\n"
    assert shares(read_document(file(tmp_path, "m.csv", text))) == {("magnet", "Dy"): pytest.approx(0.03)}


def test_a_limit_is_no_amount(tmp_path: Path) -> None:
    text = "part,substance,%\nmagnet,Dy,< 0.1\nmagnet,Fe,balance\n"
    assert shares(read_document(file(tmp_path, "m.csv", text))) == {("magnet", "Dy"): None, ("magnet", "Fe"): None}


def test_workbook_with_a_title_above_the_head(tmp_path: Path) -> None:
    path = book(
        tmp_path / "d.xlsx",
        Cover=[["Declaration"]],
        Data=[["Acme"], [], ["料号", "物质", "含量(%)"], ["magnet", "镝", 3]],
    )
    assert shares(read_document(path)) == {("magnet", "Dy"): pytest.approx(0.03)}


def test_all_faults_of_a_table_at_once(tmp_path: Path) -> None:
    text = (
        "part,substance,%,date,expires\n,Dy,3,,\nmagnet,Dy,three,,\nmagnet,Nd,130,,\nmagnet,Fe,1,2026-31-01,\n"
        "magnet,B,1,2026-02-01,2026-01-01\n"
    )
    found = read_document(file(tmp_path, "bad.csv", text))
    assert [fault.row for fault in found.faults] == [1, 2, 3, 4, 5]
    for words in ("names no part", "no number", "more than the whole", "cannot be read", "before the day of issue"):
        assert words in said(found)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"colour,price\nred,3\n", "no head of a declaration"),
        ("a.bin", bytes(range(256)) * 4, "neither XML, a workbook"),
        ("a.pdf", b"%PDF-1.7 ...", "lotgate suppliers attach"),
        ("a.xlsx", b"PK\x03\x04 broken", "no workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"0" * 600, "old .xls"),
        ("a.csv", b'part,substance,%\n"magnet,Dy,3\n', "quotation marks"),
    ],
)
def test_files_that_are_nothing_of_the_kind(tmp_path: Path, name: str, data: bytes, expected: str) -> None:
    assert expected in said(read_document(file(tmp_path, name, data)))


def test_missing_file(tmp_path: Path) -> None:
    assert "cannot be read" in said(read_document(tmp_path / "nowhere.xml"))


# ---- conflict minerals -----------------------------------------------------------------------------------------------


def test_conflict_minerals_workbook(tmp_path: Path) -> None:
    found = read_document(minerals(tmp_path / "cm.xlsx", ["magnet", "alloy"]))
    assert shares(found) == {(part, metal): None for part in ("magnet", "alloy") for metal in ("Sn", "W")}
    tungsten = next(share for share in found.shares if share.substance == "W")
    assert tungsten.paper.note == "smelted in Austria, China"
    assert tungsten.paper.date == date(2026, 1, 5)
    assert any("Ta: not used on purpose" in one for one in found.left_aside)


def test_conflict_minerals_for_a_whole_company_say_nothing_of_items(tmp_path: Path) -> None:
    found = read_document(minerals(tmp_path / "cm.xlsx"))
    assert not found.shares
    assert "it names no product" in found.left_aside[0]


def test_fractions_are_exact(tmp_path: Path) -> None:
    found = read_document(file(tmp_path, "d.csv", "part,substance,%\nmagnet,Dy,0.1\n"))
    assert found.shares[0].fraction == Fraction(1, 1000)
