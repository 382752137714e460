"""The empty workbook and the reference page made from the schema."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from defusedxml import ElementTree

from lotgate.errors import InputError
from lotgate.tables import load
from lotgate.tables.schema import TABLES
from lotgate.tables.template import GUIDE_SHEET, LISTS_SHEET, write_table_guide, write_template


def test_template_has_every_table_and_loads_as_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "workspace.xlsx"
    write_template(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["workspace.xlsx"]
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [GUIDE_SHEET, *TABLES, LISTS_SHEET]
    assert book[LISTS_SHEET].sheet_state == "hidden"
    for name, table in TABLES.items():
        assert [cell.value for cell in book[name][1]] == list(table.names)
        assert book[name].freeze_panes == "B2"
        assert all(cell.comment and not cell.comment.text.isascii() for cell in book[name][1])
    workspace = load(path)
    assert workspace.present == set(TABLES)
    assert all(
        frame.is_empty() and frame.schema == TABLES[name].empty.schema for name, frame in workspace.tables.items()
    )


def test_template_explains_every_column(tmp_path: Path) -> None:
    write_template(tmp_path / "workspace.xlsx")
    guide = openpyxl.load_workbook(tmp_path / "workspace.xlsx")[GUIDE_SHEET]
    told = {(row[0], row[1]): row for row in guide.iter_rows(values_only=True)}
    for table in TABLES.values():
        for column in table.columns:
            row = told[table.name, column.name]
            assert column.en in row
            assert column.zh in row


def test_drop_downs_offer_the_words(tmp_path: Path) -> None:
    write_template(tmp_path / "workspace.xlsx")
    book = openpyxl.load_workbook(tmp_path / "workspace.xlsx")
    offered = {}
    for validation in book["shipments"].data_validations.dataValidation:
        cells = book[LISTS_SHEET][validation.formula1.partition("!")[2].replace("$", "")]
        offered[str(validation.sqref).partition("2:")[0]] = [cell.value for (cell,) in cells]
    column = dict(zip(TABLES["shipments"].names, "ABCDEFGHIJKLMNOPQRSTUV", strict=True))
    assert offered[column["kind"]] == ["export", "reexport", "in-country-transfer", "technology", "none"]
    assert "NO" in offered[column["destination"]]
    assert "none" not in offered[column["destination"]]
    assert "KGM" in offered[column["unit"]]
    assert "ai-training" in offered[column["end_use"]]


def test_cells_for_codes_are_text(tmp_path: Path) -> None:
    write_template(tmp_path / "workspace.xlsx")
    with zipfile.ZipFile(tmp_path / "workspace.xlsx") as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet3.xml"))
        styles = ElementTree.fromstring(parts.read("xl/styles.xml"))
    formats = [xf.get("numFmtId") for xf in styles.find("{*}cellXfs")]
    columns = {
        place: formats[int(col.get("style", 0))]
        for col in sheet.find("{*}cols")
        for place in range(int(col.get("min")), int(col.get("max")) + 1)
    }
    names = TABLES["items"].names
    text = "49"  # the built-in format @
    assert {name: columns[names.index(name) + 1] for name in ("item", "hs", "us_code", "made_in", "unit_value")} == {
        "item": text,
        "hs": text,
        "us_code": text,
        "made_in": text,
        "unit_value": "0",
    }


def test_filled_template_loads(tmp_path: Path) -> None:
    path = tmp_path / "workspace.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    book["shipments"].append(["L1", "2026-01-05", "export", "A"])
    book["items"].append(["A", "=SUM(1)", None, None, "0304"])
    book["items"]["B2"].data_type = "s"
    book.save(path)
    workspace = load(path)
    assert workspace["items"]["hs"].to_list() == ["0304"]
    assert workspace["items"]["description"].to_list() == ["=SUM(1)"]


def test_template_is_the_same_every_time(tmp_path: Path) -> None:
    write_template(tmp_path / "a.xlsx")
    write_template(tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_template_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_template(tmp_path / "nowhere" / "workspace.xlsx")
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_template(tmp_path / "taken")
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]


def test_guide_has_a_line_for_every_column() -> None:
    guide = write_table_guide()
    for table in TABLES.values():
        assert f"## {table.name}\n" in guide
        for column in table.columns:
            assert f"`{column.name}`" in guide
            assert column.zh in guide
    for line in guide.splitlines():
        if line.startswith("| "):
            assert line.count("|") in (4, 5, 6)
