"""Documents as suppliers send them, made up; and a small workspace that takes them in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

IPC = """<?xml version="1.0" encoding="UTF-8"?>
<MainDeclaration xmlns="http://webstds.ipc.org/175x/2.0" version="2.0">
  <BusinessInfo mode="Distribute">
    <Response date="2026-02-03"><SupplyCompany name="Example Magnetics"/></Response>
  </BusinessInfo>
  <Product unitType="Each">
    <ProductID itemNumber="magnet" itemName="NdFeB magnet, coated"><Amount value="40" UOM="g"/></ProductID>
    <MaterialInfo><HomogeneousMaterialList>
      <HomogeneousMaterial name="Magnet body"><Amount value="38" UOM="g"/>
        <SubstanceCategoryList><SubstanceCategory name="Supplier">
          <Substance name="Neodymium"><SubstanceID identity="7440-00-8" authority="CAS"/>
            <Amount value="11" UOM="g"/></Substance>
          <Substance name="Dysprosium oxide"><SubstanceID identity="1308-87-8" authority="CAS"/>
            <Concentration value="3"/></Substance>
          <Substance name="Iron"><Amount value="650000" UOM="ppm"/></Substance>
          <Substance name="Binder resin 12"><Amount value="100" UOM="mg"/></Substance>
        </SubstanceCategory></SubstanceCategoryList>
      </HomogeneousMaterial>
      <HomogeneousMaterial name="Coating"><Amount value="2000" UOM="mg"/>
        <SubstanceCategoryList><SubstanceCategory name="Supplier">
          <Substance name="Nickel"><Amount value="100" UOM="massPercent"/></Substance>
        </SubstanceCategory></SubstanceCategoryList>
      </HomogeneousMaterial>
    </HomogeneousMaterialList></MaterialInfo>
  </Product>
</MainDeclaration>
"""
BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<MainDeclaration><Product><ProductID itemNumber="&b;"/></Product></MainDeclaration>
"""
ITEMS = """item,description,made_in,cn_code,us_code,eu_code,nl_code,jp_code,stage,technology,contains_us_ic,supplier
magnet,NdFeB magnet,,,none,none,none,none,magnet,none,no,magco
alloy,SmCo alloy,JP,,none,none,none,none,alloy,none,no,magco
motor,Motor,DE,none,none,none,none,none,finished,none,no,none
"""


def workspace(folder: Path, **tables: str) -> Path:
    """A workspace of a few items in a folder of its own."""
    home = folder / "workspace"
    home.mkdir()
    for name, text in ({"items": ITEMS} | tables).items():
        (home / f"{name}.csv").write_text(text, encoding="utf-8")
    return home


def file(folder: Path, name: str, text: str | bytes) -> Path:
    """A document of this name."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def book(path: Path, **sheets: list[list[Any]]) -> Path:
    """A workbook with these sheets; an underscore in a name stands for a blank."""
    made = openpyxl.Workbook()
    made.remove(made.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = made.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def minerals(path: Path, products: list[str] | None = None) -> Path:
    """A conflict-minerals workbook in the usual layout."""
    sheets: dict[str, list[list[Any]]] = {
        "Instructions": [["How to fill this in"]],
        "Declaration": [
            ["", "Company Information"],
            ["", "Company Name (*):", "", "Example Magnetics"],
            ["", "Declaration Scope or Class (*):", "", "B. Product (or List of Products)"],
            ["", "Effective Date (*):", "", "05-Jan-2026"],
            ["", "1) Is any 3TG intentionally added or used in the product(s)? (*)", "", "Answer"],
            ["", "Tantalum", "", "No"],
            ["", "Tin (*)", "", "Yes"],
            ["", "Gold", "", "No"],
            ["", "Tungsten", "", "Yes"],
            ["", "2) Does any 3TG remain in the product(s)? (*)", "", "Answer"],
            ["", "Tungsten", "", "Yes"],
        ],
        "Smelter_List": [
            [],
            [
                "Smelter Identification Number",
                "Metal (*)",
                "Smelter Look-up (*)",
                "Smelter Name (1)",
                "Smelter Country (*)",
            ],
            ["CID000000", "Tungsten", "Example Tungsten", "Example Tungsten", "CHINA"],
            ["CID000001", "Tungsten", "Example Hartmetall", "Example Hartmetall", "AUSTRIA"],
        ],
    }
    if products is not None:
        sheets["Product_List"] = [[], ["Manufacturer’s Product Number (*)", "Name"], *([one, ""] for one in products)]
    return book(path, **sheets)
