"""The workbook that goes back: the officer's own cells, answers beside them, reasons, and nothing that runs."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from report_sample import SampleDecisions, sample

from lotgate.errors import InputError
from lotgate.report import workbook as room
from lotgate.report.answer_columns import ANSWER_HEADS, REASON_HEADS
from lotgate.report.workbook import write_xlsx
from lotgate.tables import load

DAY = datetime  # what openpyxl makes of a day
ANSWER = "answer / 结论"


def heads(sheet: Any) -> list[str]:
    return [cell.value for cell in sheet[1]]


def column(sheet: Any, head: str) -> list[Any]:
    place = heads(sheet).index(head) + 1
    return [sheet.cell(row, place).value for row in range(2, sheet.max_row + 1)]


def officers_workbook(path: Path) -> Path:
    """A workbook as an officer keeps it: colours, a filter, a drop-down, notes of her own, a blank row."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Shipments"
    sheet.append(["line", "date", "item", "destination", "end_use_text"])
    sheet.append(["L1", date(2026, 9, 1), "dymag", "DE", "=1+1"])
    sheet["E2"].data_type = "s"
    sheet.append([None, None, None, None, None])
    sheet.append(["L2", date(2026, 10, 2), "holmium", "DE", "+49 30 123"])
    sheet["A2"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet.auto_filter.ref = "A1:E4"
    sheet.freeze_panes = "B2"
    sheet.add_data_validation(DataValidation("list", formula1='"DE,JP"', sqref="D2:D9"))
    items = book.create_sheet("items")
    items.append(["item", "unit_value"])
    items.append(["dymag", 90])
    items.append(["holmium", "=30*2"])
    book.create_sheet("My notes")["A1"] = "mine"
    book.save(path)
    return path


def decided(path: Path) -> SampleDecisions:
    """The sample's first two lines, told of the workbook they stand in."""
    decisions = sample(2, path)
    decisions.workspace = type(decisions.workspace)(
        path, decisions.workspace.tables, decisions.workspace.present, row_numbers={"shipments": pl.Series([1, 3])}
    )
    return decisions


def test_the_officers_workbook_comes_back_with_answers(tmp_path: Path) -> None:
    target = tmp_path / "back.xlsx"
    write_xlsx(decided(officers_workbook(tmp_path / "mine.xlsx")), target)
    book = load_workbook(target)
    assert book.sheetnames == ["Shipments", "items", "My notes", "reasons", "about"]
    sheet = book["Shipments"]
    assert heads(sheet)[:6] == ["line", "date", "item", "destination", "end_use_text", ANSWER]
    assert column(sheet, ANSWER) == ["apply / 须申请", None, "go / 可行"]
    assert column(sheet, "holds until / 结论持续至") == [None, None, DAY(2026, 11, 10)]
    assert column(sheet, "cn / 中国") == ["apply / 须申请", None, "go / 可行"]
    assert column(sheet, "measure / 措施") == ["CN-2025-18", None, "CN-2025-57"]
    assert sheet["A2"].fill.fgColor.rgb == "00FFFF00"
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref.startswith("A1:") and sheet.auto_filter.ref != "A1:E4"
    assert len(sheet.data_validations.dataValidation) == 1
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=1+1", "s")
    assert book["items"]["B3"].value == "=30*2"
    assert book["My notes"]["A1"].value == "mine"


def test_answers_of_an_earlier_check_give_way(tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    write_xlsx(decided(officers_workbook(tmp_path / "mine.xlsx")), first)
    write_xlsx(decided(first), second)
    once, twice = load_workbook(first), load_workbook(second)
    assert heads(once["Shipments"]) == heads(twice["Shipments"])
    assert twice.sheetnames == once.sheetnames
    assert twice["reasons"].max_row == once["reasons"].max_row


def test_a_sheet_of_the_officers_that_is_called_reasons_is_kept(tmp_path: Path) -> None:
    mine = officers_workbook(tmp_path / "mine.xlsx")
    book = load_workbook(mine)
    book.create_sheet("reasons")["A1"] = "why we buy here"
    book.save(mine)
    write_xlsx(decided(mine), tmp_path / "back.xlsx")
    back = load_workbook(tmp_path / "back.xlsx")
    assert back["reasons"]["A1"].value == "why we buy here"
    assert back["reasons1"]["A1"].value == REASON_HEADS[0][0]


def test_a_folder_becomes_a_workbook_of_its_tables(tmp_path: Path) -> None:
    write_xlsx(sample(), tmp_path / "new.xlsx")
    book = load_workbook(tmp_path / "new.xlsx")
    assert book.sheetnames == ["shipments", "items", "parties", "reasons", "about"]
    sheet = book["shipments"]
    assert sheet.max_row == 31
    assert sheet["B2"].value == DAY(2026, 9, 1)
    assert column(sheet, "quantity")[:2] == [100, 200]
    assert column(sheet, "intermediaries")[0] == "none" and column(sheet, "via")[0] == "SG"
    assert sheet.cell(2, heads(sheet).index(ANSWER) + 1).fill.fgColor.rgb == "FFFCEFD2"
    assert {head for head in heads(sheet) if head in ANSWER_HEADS} == ANSWER_HEADS


def test_reasons_name_every_rule_question_and_conflict(tmp_path: Path) -> None:
    decisions = sample()
    write_xlsx(decisions, tmp_path / "new.xlsx")
    sheet = load_workbook(tmp_path / "new.xlsx")["reasons"]
    told = [r for line in decisions.lines for r in line.regimes.values()]
    expected = sum(len(r.rules) + len(r.asks) for r in told) + sum(len(line.conflicts) for line in decisions.lines)
    assert sheet.max_row == expected + len(decisions.lines) + 1  # and one note on a party for each line
    assert heads(sheet) == [head for head, _ in REASON_HEADS]
    first = [cell.value for cell in sheet[2]]
    assert first[0] == "L1" and "CN-2025-18" in first and "ship_from = CN: CN; cn_code in cn-18: 1C905.a.4" in first


def test_about_says_what_the_answers_rest_on(tmp_path: Path) -> None:
    write_xlsx(sample(2), tmp_path / "new.xlsx")
    text = "\n".join(str(cell.value) for row in load_workbook(tmp_path / "new.xlsx")["about"] for cell in row)
    for words in ("0f3a9c", "us-entity-list as of 2026-07-31", "us-meu", "a person decides", "由人作出决定"):
        assert words in text


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "#REF!", "a\x00b\x1b", "=" * 40_000]
)
def test_text_never_becomes_a_formula(name: str, tmp_path: Path) -> None:
    decisions = sample(2)
    ws = decisions.workspace
    ws.tables["shipments"] = ws["shipments"].with_columns(end_use_text=pl.lit(name))
    write_xlsx(decisions, tmp_path / "new.xlsx")
    sheet = load_workbook(tmp_path / "new.xlsx")["shipments"]
    cell = sheet.cell(2, heads(sheet).index("end_use_text") + 1)
    assert cell.data_type == "s"
    assert cell.value == name.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")[:32_767]
    assert cell.quotePrefix == (name[0] in "=+-@")


def test_what_is_written_from_a_folder_can_be_read_again_without_its_answers(tmp_path: Path) -> None:
    target = tmp_path / "new.xlsx"
    write_xlsx(sample(3), target)
    book = load_workbook(target)
    sheet = book["shipments"]
    sheet.delete_cols(heads(sheet).index(ANSWER) + 1, len(ANSWER_HEADS))
    book.save(target)
    again = load(target)
    assert again["shipments"].equals(sample(3).workspace["shipments"])


def test_the_workbook_that_was_read_is_not_written_over(tmp_path: Path) -> None:
    mine = officers_workbook(tmp_path / "mine.xlsx")
    with pytest.raises(InputError, match="workbook that was read"):
        write_xlsx(decided(mine), mine)


def test_more_lines_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_MOST_ROWS", 3)
    with pytest.raises(InputError, match="more lines than an Excel sheet holds"):
        write_xlsx(sample(3), tmp_path / "new.xlsx")


def test_a_workbook_that_cannot_be_opened_with_its_formats_is_written_anew(tmp_path: Path) -> None:
    broken = tmp_path / "mine.xlsx"
    broken.write_bytes(b"PK no workbook")
    write_xlsx(sample(2, broken), tmp_path / "back.xlsx")
    book = load_workbook(tmp_path / "back.xlsx")
    assert book.sheetnames[0] == "shipments"
    assert "written anew" in "\n".join(str(cell.value) for row in book["about"] for cell in row)


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    decisions = sample(5)
    write_xlsx(decisions, tmp_path / "new.xlsx", lambda done, total: told.append((done, total)))
    tables = sum(decisions.workspace[name].height for name in decisions.workspace.present)
    assert [done for done, _ in told] == list(range(1, 2 * 5 + tables + 1))
    assert {total for _, total in told} == {2 * 5 + tables}


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    write_xlsx(sample(2), tmp_path / "new.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["new.xlsx"]
