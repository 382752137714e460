"""Questions to suppliers: only what can change an answer, ranked; filled in, read back, every cell checked."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

import lotgate
from lotgate.cli import main
from lotgate.decide import Decisions
from lotgate.decide.asking import ask_suppliers, questions
from lotgate.errors import InputError
from lotgate.parties.lists import ListSet, party_list
from lotgate.suppliers.answered import read_answers
from lotgate.suppliers.questionnaire import KEY_SHEET, SHEETS
from lotgate.tables import load

DAY = lotgate.load_law().known_as_of
ITEMS = """item,description,description_zh,made_in,cn_code,us_code,eu_code,nl_code,jp_code,stage,unit_value,currency,\
technology,contains_us_ic,supplier
magnet,"Sintered magnet, grade unknown",烧结磁体,CN,,none,none,none,none,magnet,60,USD,none,no,magco
tb,Sintered magnet,,CN,,none,none,none,none,magnet,95,USD,none,no,magco
frame,Steel frame,,,none,none,none,none,none,part,5,USD,none,no,steelco
chip,Accelerator,,TW,none,,none,none,none,chip,10000,USD,US:3E001,yes,chipco
steel,Iron,,CN,none,none,none,none,none,metal,5,USD,none,no,
own,Housing,,CN,,none,none,none,none,magnet,5,USD,none,no,none
"""
LINES = (
    "line,date,item,quantity,unit,exporter,consignee,end_user,intermediaries,ship_from,destination,via,end_use,"
    "logic_nm,nand_layers,dram_nm,licence\n"
)
PARTIES = """party,name,country,kind,military,headquarters
maker,Example Maker Ltd,CN,company,no,CN
buyer,Example Motoren GmbH,DE,company,no,DE
twmaker,Example Chip Co,TW,company,no,TW
cnbuyer,Example Data Centre Co,CN,company,no,CN
magco,Example Magnetics 示例磁材,CN,company,no,CN
"""
LISTS = ("us-entity-list", "us-sdn", "us-dpl", "us-uvl", "us-meu", "eu-fsf", "eu-833-iv", "jp-eul", "un-sc")


def lines(*items: str) -> str:
    rows = []
    for number, item in enumerate(items, 1):
        who, to, place = (
            ("twmaker,cnbuyer,cnbuyer", "TW,CN", "chip") if item == "chip" else ("maker,buyer,buyer", "CN,DE", "")
        )
        assert place in ("", "chip")
        rows.append(f"L{number},2026-03-02,{item},10,KGM,{who},none,{to},none,civil,none,none,none,none\n")
    return LINES + "".join(rows)


def workspace(folder: Path, *items: str, **tables: str) -> Path:
    home = folder / "workspace"
    home.mkdir()
    for name, text in ({"items": ITEMS, "parties": PARTIES, "shipments": lines(*items)} | tables).items():
        (home / f"{name}.csv").write_text(text, encoding="utf-8")
    return home


def decided(home: Path) -> Decisions:
    lists = {name: party_list(name, name, [{"name": "Zzyzx Placeholder Qwv"}], DAY) for name in LISTS}
    return lotgate.check(load(home), lists=ListSet(lists))


def asked(home: Path, folder: Path) -> dict[str, Path]:
    return ask_suppliers(decided(home), folder, DAY).files


def rows(sheet: Worksheet, item: str) -> list[int]:
    return [row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 2).value == item]


def fill(
    path: Path, answers: Callable[[Any], None], name: str | None = "A. Example, quality", day: Any = "2026-03-01"
) -> Path:
    """The questionnaire filled in as a supplier would, and saved by another program than the one that wrote it."""
    book = openpyxl.load_workbook(path)
    cover = book[SHEETS["cover"]]
    for row in range(1, cover.max_row + 1):
        key = cover.cell(row, 1).value
        if key == "cover:name" and name:
            cover.cell(row, 4).value = name
        if key == "cover:date" and day:
            cover.cell(row, 4).value = day
    answers(book)
    filled = path.with_name(f"filled-{path.name}")
    book.save(filled)
    return filled


def answer(fact_words: str, value: Any, item: str) -> Callable[[Any], None]:
    def put(book: Any) -> None:
        sheet = book[SHEETS["cells"]]
        row = next(row for row in rows(sheet, item) if fact_words in str(sheet.cell(row, 4).value))
        sheet.cell(row, 6).value = value

    return put


CODE = "Chinese dual-use control code"


# ---- what is asked ---------------------------------------------------------------------------------------------------


def test_only_what_can_change_an_answer_is_asked(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet", "frame", "steel")
    found = {(one.item, one.fact) for one in questions(decided(home))}
    assert found == {("magnet", "cn_code"), ("magnet", "composition")}


def test_questions_that_settle_most_lines_come_first(tmp_path: Path) -> None:
    found = questions(decided(workspace(tmp_path, "tb", "magnet", "magnet", "magnet")))
    assert [(one.item, len(one.lines), one.alone) for one in found if one.fact == "cn_code"] == [
        ("magnet", 3, 3),
        ("tb", 1, 1),
    ]


def test_a_line_that_is_stopped_anyway_asks_nothing(tmp_path: Path) -> None:
    parties = PARTIES.replace("Example Motoren GmbH,DE", "Saronic Technologies Inc.,US")
    home = workspace(tmp_path, "magnet", parties=parties, shipments=lines("magnet").replace("CN,DE", "CN,US"))
    decisions = decided(home)
    assert decisions[0].answer == "stop"
    assert not questions(decisions)


def test_one_workbook_for_each_supplier(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet", "chip", "own")
    items = ITEMS.replace("chip,Accelerator,,TW,none,,", "chip,Accelerator,,TW,none,,").replace(",yes,chipco", ",yes,")
    (home / "items.csv").write_text(items, encoding="utf-8")
    files = asked(home, tmp_path / "ask")
    assert sorted(files) == ["magco", "no-supplier"]
    book = openpyxl.load_workbook(files["magco"])
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    text = "\n".join(cells)
    assert "Example Magnetics 示例磁材" in text
    assert "两用物项管制编码" in text and "烧结磁体" in text
    for private in ("Example Motoren", "buyer", "L1", "chip"):
        assert not any(cell == private for cell in cells)
    assert book[KEY_SHEET].sheet_state == "veryHidden"
    assert book[SHEETS["cells"]].column_dimensions["A"].hidden
    assert book[SHEETS["composition"]].data_validations.dataValidation


def test_items_made_by_the_firm_itself_are_asked_of_nobody(tmp_path: Path) -> None:
    assert asked(workspace(tmp_path, "own"), tmp_path / "ask") == {}


def test_the_same_questions_give_the_same_bytes(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet", "chip")
    first, second = asked(home, tmp_path / "a"), asked(home, tmp_path / "b")
    assert {k: p.read_bytes() for k, p in first.items()} == {k: p.read_bytes() for k, p in second.items()}


# ---- round trips -----------------------------------------------------------------------------------------------------


def test_a_code_answered_settles_the_line(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet", "tb")
    assert [line.answer for line in decided(home)] == ["ask", "ask"]
    path = asked(home, tmp_path / "ask")["magco"]
    merged, still_open = read_answers([fill(path, answer(CODE, "none", "magnet"))], home)
    assert merged.count("new") == 1
    assert still_open == 3  # the code of the other magnet, and two compositions
    assert [line.answer for line in decided(home)] == ["go", "ask"]
    row = load(home)["facts"].row(0, named=True)
    assert "questionnaire of A. Example, quality, magco, 2026-03-01" in row["source"]
    assert str(row["date"]) == "2026-03-01"


def test_a_composition_answered_settles_upwards(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet")

    def composition(book: Any) -> None:
        sheet = book[SHEETS["composition"]]
        for row, (symbol, percent) in zip(
            rows(sheet, "magnet"), (("Nd", 29), ("Fe", 67), ("B", 1), ("Dy", 2.9)), strict=False
        ):
            sheet.cell(row, 4).value, sheet.cell(row, 5).value = symbol, percent

    read_answers([fill(asked(home, tmp_path / "ask")["magco"], composition)], home)
    assert [line.answer for line in decided(home)] == ["apply"]
    assert load(home)["composition"].height == 4


def test_elements_by_name_and_shares_told_in_words(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet")

    def composition(book: Any) -> None:
        sheet = book[SHEETS["composition"]]
        given = (("Neodymium", "27 %"), ("镝", "2,9%"), ("Fe", "balance"), ("B", "~1"))
        for row, (symbol, percent) in zip(rows(sheet, "magnet"), given, strict=False):
            sheet.cell(row, 4).value, sheet.cell(row, 5).value = symbol, percent

    read_answers([fill(asked(home, tmp_path / "ask")["magco"], composition)], home)
    held = dict(load(home)["composition"].select("substance", "mass_fraction").iter_rows())
    assert held == {"Nd": 0.27, "Dy": 0.029, "Fe": None, "B": None}


def test_chip_figures_answered(tmp_path: Path) -> None:
    chips = "item,precision,bit_length,dense_tops,die_area_mm2,datacentre\nchip,fp16,16,110,,\nchip,fp8,8,,,\n"
    home = workspace(tmp_path, "chip", chips=chips)
    path = asked(home, tmp_path / "ask")["chipco"]

    def figures(book: Any) -> None:
        sheet = book[SHEETS["chips"]]
        heads = {str(cell.value).split("\n")[0]: place for place, cell in enumerate(sheet[1], 1)}
        row = next(row for row in rows(sheet, "chip") if sheet.cell(row, 4).value == "fp8")
        sheet.cell(row, heads["Peak rate without sparsity [TOPS]"]).value = 800
        sheet.cell(row, heads["Applicable die area [mm²]"]).value = 800
        sheet.cell(row, heads["Designed or marketed for data centres"]).value = "yes · 是"

    before = decided(home)[0].answer
    read_answers([fill(path, figures)], home)
    held = load(home)["chips"]
    assert held["dense_tops"].to_list() == [110, 800]
    assert held["die_area_mm2"].to_list() == [800, 800]
    assert held["datacentre"].to_list() == ["yes", "yes"]
    assert (before, decided(home)[0].answer) == ("ask", "apply")


def test_parts_answered_become_a_bill_with_items(tmp_path: Path) -> None:
    home = workspace(tmp_path, "chip")
    path = asked(home, tmp_path / "ask")["chipco"]
    columns = ("Part number", "Description", "Quantity per unit", "Value of one unit", "Currency of unit_value")
    columns += ("Country it is made in", "Chinese export control code; none: classified, not listed")

    def parts(book: Any) -> None:
        sheet = book[SHEETS["bom"]]
        heads = {str(cell.value).split("\n")[0]: place for place, cell in enumerate(sheet[1], 1)}
        first, second, _third, *_ = rows(sheet, "chip")
        for row, cells in (
            (first, ("die-7", "Die", 2, 120.5, "USD", "US · United States 美国", "none")),
            (second, ("sub-1", "", 1)),
        ):
            for name, value in zip(columns, cells, strict=False):
                sheet.cell(row, heads[name]).value = value or None

    merged, _ = read_answers([fill(path, parts)], home)
    ws = load(home)
    assert ws["bom"].rows() == [("chip", "die-7", 2.0, None), ("chip", "sub-1", 1.0, None)]
    die = ws["items"].filter(ws["items"]["item"] == "die-7").row(0, named=True)
    assert (die["made_in"], die["unit_value"], die["cn_code"], die["supplier"]) == ("US", 120.5, "none", "chipco")
    again, _ = read_answers([path.with_name("filled-chipco.xlsx")], home)
    assert merged.count("new") == 4
    assert not any(again.rows.values())


def test_a_part_without_a_quantity_is_refused(tmp_path: Path) -> None:
    home = workspace(tmp_path, "chip")

    def parts(book: Any) -> None:
        sheet = book[SHEETS["bom"]]
        sheet.cell(rows(sheet, "chip")[0], 4).value = "die-7"

    with pytest.raises(InputError, match="a part needs its number and quantity"):
        read_answers([fill(asked(home, tmp_path / "ask")["chipco"], parts)], home)


def test_remarks_and_ends_go_into_the_source(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet")

    def put(book: Any) -> None:
        answer(CODE, "none", "magnet")(book)
        sheet = book[SHEETS["cells"]]
        sheet.cell(rows(sheet, "magnet")[0], 7).value = "see letter 7"
        cover = book[SHEETS["cover"]]
        row = next(r for r in range(1, cover.max_row + 1) if cover.cell(r, 1).value == "cover:expires")
        cover.cell(row, 4).value = "2026-03-01"

    read_answers([fill(asked(home, tmp_path / "ask")["magco"], put)], home)
    row = load(home)["facts"].row(0, named=True)
    assert "see letter 7" in row["source"]
    assert decided(home)[0].answer == "ask"  # it ran out the day before the goods leave


def test_unknown_is_no_answer(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet")
    path = fill(asked(home, tmp_path / "ask")["magco"], answer(CODE, "不清楚", "magnet"))
    merged, still_open = read_answers([path], home)
    assert not any(merged.rows.values())
    assert still_open == 2


def test_sorted_rows_and_translated_questions_still_find_their_question(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet", "tb")

    def put(book: Any) -> None:
        answer(CODE, "none", "tb")(book)
        sheet = book[SHEETS["cells"]]
        held = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for number, row in enumerate(reversed(held), 2):
            for place, value in enumerate(row, 1):
                sheet.cell(number, place).value = value
            sheet.cell(number, 4).value = "¿Código?"

    read_answers([fill(asked(home, tmp_path / "ask")["magco"], put)], home)
    assert load(home)["facts"].row(0, named=True)["subject"] == "tb"


def test_an_answer_against_a_later_filled_cell_contradicts(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet")
    path = fill(asked(home, tmp_path / "ask")["magco"], answer(CODE, "none", "magnet"))
    (home / "items.csv").write_text(ITEMS.replace("烧结磁体,CN,,", "烧结磁体,CN,1C905.a.4,"), encoding="utf-8")
    assert decided(home)[0].answer == "apply"
    merged, _ = read_answers([path], home)
    assert merged.count("contradicts") == 1
    assert decided(home)[0].answer == "ask"


# ---- damaged workbooks -----------------------------------------------------------------------------------------------


def damaged(tmp_path: Path, harm: Callable[[Any], None], **cover: Any) -> str:
    home = workspace(tmp_path, "magnet", "tb")
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    path = fill(asked(home, tmp_path / "ask")["magco"], harm, **cover)
    with pytest.raises(InputError) as caught:
        read_answers([path], home)
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before
    assert caught.value.text("zh") != str(caught.value)
    return str(caught.value)


def test_no_name_and_day(tmp_path: Path) -> None:
    assert "who answers" in damaged(tmp_path, answer(CODE, "none", "magnet"), name=None)


def test_a_day_that_is_none(tmp_path: Path) -> None:
    assert "the day cannot be read" in damaged(tmp_path, answer(CODE, "none", "magnet"), day="yesterday")


def test_key_sheet_gone(tmp_path: Path) -> None:
    assert "its key is gone" in damaged(tmp_path, lambda book: book.remove(book[KEY_SHEET]))


def test_key_changed(tmp_path: Path) -> None:
    def harm(book: Any) -> None:
        book[KEY_SHEET].cell(2, 3).value = "another item"

    assert "the key was changed" in damaged(tmp_path, harm)


def test_answer_sheet_gone_and_rows_gone_doubled_or_renamed(tmp_path: Path) -> None:
    def harm(book: Any) -> None:
        sheet = book[SHEETS["cells"]]
        sheet.cell(2, 2).value = "other"
        sheet.cell(5, 1).value, sheet.cell(5, 4).value = "ffffffffffff", "one more"
        book[SHEETS["composition"]].delete_rows(3)

    text = damaged(tmp_path, harm)
    for words in ("the item of the row was changed", "belongs to no question", "a row is gone"):
        assert words in text


def test_rows_doubled(tmp_path: Path) -> None:
    def harm(book: Any) -> None:
        sheet = book[SHEETS["cells"]]
        for place in range(1, 8):
            sheet.cell(3, place).value = sheet.cell(2, place).value

    text = damaged(tmp_path, harm)
    assert "the row is there twice" in text and "a row is gone" in text


def test_every_bad_cell_at_once(tmp_path: Path) -> None:
    def harm(book: Any) -> None:
        answer(CODE, "1.00E+03", "magnet")(book)
        sheet = book[SHEETS["composition"]]
        magnet, tb = rows(sheet, "magnet"), rows(sheet, "tb")
        sheet.cell(magnet[0], 4).value, sheet.cell(magnet[0], 5).value = "Xx", 3
        sheet.cell(magnet[1], 4).value, sheet.cell(magnet[1], 5).value = "Dy", "lots"
        sheet.cell(magnet[2], 5).value = 3
        for row, symbol in zip(tb, ("Nd", "Fe"), strict=False):
            sheet.cell(row, 4).value, sheet.cell(row, 5).value = symbol, 80

    text = damaged(tmp_path, harm)
    for words in ("1.00E+03", "'Xx'", "no percentage (found 'lots')", "without its element", "more than 100 %"):
        assert words in text


def test_files_that_are_no_questionnaire(tmp_path: Path) -> None:
    home = workspace(tmp_path, "magnet")
    plain = openpyxl.Workbook()
    plain.save(tmp_path / "plain.xlsx")
    (tmp_path / "text.xlsx").write_text("not a workbook")
    path = asked(home, tmp_path / "ask")["magco"]
    whole = path.read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    shutil.copy(path, tmp_path / "holed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "holed.xlsx", "w") as new:
        for member in old.namelist():
            new.writestr(
                member, old.read(member)[:200] if member.startswith("xl/worksheets/sheet1") else old.read(member)
            )
    names = ("plain", "text", "cut", "holed", "nowhere")
    with pytest.raises(InputError) as caught:
        read_answers([tmp_path / f"{name}.xlsx" for name in names], home)
    for name in names:
        assert f"{name}.xlsx" in str(caught.value)


def test_command_asks_and_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTGATE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LOTGATE_LISTS", raising=False)
    home, folder = workspace(tmp_path, "magnet"), tmp_path / "ask"

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([*arguments])
        out = capsys.readouterr()
        return int(ended.value.code or 0), out.out, out.err

    status, out, err = run("content", str(home), "--ask", str(folder), "--no-color")
    assert status == 0
    assert "magnet  cn_code" in out and "wrote" in err
    path = fill(folder / "magco.xlsx", answer(CODE, "none", "magnet"))
    status, out, _ = run("content", str(home), "--read", str(path), "--no-color", "--dry-run")
    assert status == 0 and "Nothing was written" in out
    status, out, _ = run("content", str(home), "--read", str(path), "--no-color", "--language", "zh")
    assert status == 0 and "个问题未作答" in out
    status, out, _ = run("content", str(home), "--read", str(path), "--json")
    assert status == 0 and '"not_answered":' in out
    assert run("content", str(home), "--read", str(path), "--ask", str(folder))[0] == 2


# ---- prices, units and texts that are no texts ----------------------------------------------------------------------

BOX = (
    "item,made_in,cn_code,us_code,eu_code,nl_code,jp_code,stage,unit_value,currency,technology,contains_us_ic,"
    "supplier,unit\n"
    "box,TW,none,3A002,none,none,none,system,2000,USD,none,no,none,\n"
    "logic,US,none,3A001.a.7,none,none,none,chip,,{currency},none,no,chipco,MIL\n"
)


def priced(tmp_path: Path, currency: str) -> tuple[Path, Path]:
    """A box on its way to China with US logic of unknown price in it, bought by the thousand; what chipco is asked."""
    line = "L1,2026-03-02,box,10,C62,twmaker,none,cnbuyer,none,TW,CN,none,civil,none,none,none,none\n"
    bom = "parent,component,quantity,unit\nbox,logic,4,H87\n"
    home = workspace(tmp_path, items=BOX.format(currency=currency), shipments=LINES + line, bom=bom)
    return home, asked(home, tmp_path / "ask")["chipco"]


def asked_of(path: Path) -> dict[str, int]:
    sheet = openpyxl.load_workbook(path)[SHEETS["cells"]]
    return {str(sheet.cell(row, 4).value): row for row in range(2, sheet.max_row + 1)}


def put(answers: dict[int, Any]) -> Callable[[Any], None]:
    def written(book: Any) -> None:
        for row, value in answers.items():
            book[SHEETS["cells"]].cell(row, 6).value = value

    return written


def test_a_price_is_asked_for_in_its_currency_and_unit(tmp_path: Path) -> None:
    home, path = priced(tmp_path, "USD")
    [(question, row)] = asked_of(path).items()
    assert question == "What is the price of one unit? One unit is one thousand (MIL). Give it in USD."
    with pytest.raises(InputError, match=r"500 CNY"):
        read_answers([fill(path, put({row: "500 CNY"}))], home)
    read_answers([fill(path, put({row: 120000}))], home)
    # 4 of a thousand for 120,000 are 480 of 2,000
    assert decided(home)[0].regimes["us"].answer == "go"


def test_a_price_without_a_currency_is_asked_for_with_it(tmp_path: Path) -> None:
    home, path = priced(tmp_path, "")
    places = {question.split("?")[0]: row for question, row in asked_of(path).items()}
    assert places.keys() == {"What is the price of one unit", "In which currency is the price of one unit"}
    price = places["What is the price of one unit"]
    read_answers([fill(path, put({price: 120000}))], home)
    assert decided(home)[0].regimes["us"].answer == "ask"
    asks = {(ask.fact, ask.subject) for ask in decided(home)[0].regimes["us"].asks}
    assert asks == {("currency", "logic")}
    again = asked(home, tmp_path / "again")["chipco"]
    [row] = asked_of(again).values()
    read_answers([fill(again, put({row: "CNY"}))], home)
    # another currency than that of the box: now the rate is what is missing, and no supplier is asked for it
    asks = {(ask.fact, ask.subject) for ask in decided(home)[0].regimes["us"].asks}
    assert asks == {("rate", "CNY/USD")}
    assert asked(home, tmp_path / "third") == {}


def part_row(*cells: Any) -> Callable[[Any], None]:
    """The first row of the sheet of parts, filled in."""

    def written(book: Any) -> None:
        sheet = book[SHEETS["bom"]]
        for place, value in enumerate(cells, 4):
            sheet.cell(rows(sheet, "chip")[0], place).value = value

    return written


def test_parts_may_be_counted_in_any_unit(tmp_path: Path) -> None:
    home = workspace(tmp_path, "chip")
    path = asked(home, tmp_path / "ask")["chipco"]
    cells = ("solder", "Solder wire", 5, 0.02, "EUR", "DE", "none", "none", "GRM · gram 克")
    read_answers([fill(path, part_row(*cells))], home)
    ws = load(home)
    assert ws["bom"].row(0) == ("chip", "solder", 5.0, "GRM")
    solder = ws["items"].filter(item="solder").row(0, named=True)
    assert (solder["unit"], solder["unit_value"], solder["currency"]) == ("GRM", 0.02, "EUR")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("steel", "", 2, None, None, None, None, None, "MTR"), "MTR is a unit of length"),
        (("solder", "", 2, None, None, None, None, None, "grams"), "expected GRM"),
        (("solder", "", "2 kg"), "not a number"),
        (("solder", "", -2), "negative"),
        (("solder", "", 2, "12,50", "EURO"), "expected EUR"),
        (("'=1+1", "", 2), "reads as a formula"),
        (("@SUM(A1)", "", 2), "reads as a formula"),
        (("solder", "-2+3|'cmd'!A0", 2), "reads as a formula"),
    ],
)
def test_parts_that_do_not_fit_leave_everything_as_it_was(tmp_path: Path, cells: tuple[Any, ...], said: str) -> None:
    home = workspace(tmp_path, "chip")
    before = {file.name: file.read_bytes() for file in home.iterdir()}
    first = str(cells[0])
    written = part_row(first.removeprefix("'"), *cells[1:])

    def as_text(book: Any) -> None:
        written(book)
        sheet = book[SHEETS["bom"]]
        cell = sheet.cell(rows(sheet, "chip")[0], 4)
        if first.startswith("'"):
            cell.data_type = "s"

    with pytest.raises(InputError, match=said.replace("|", r"\|")):
        read_answers([fill(asked(home, tmp_path / "ask")["chipco"], as_text)], home)
    assert {file.name: file.read_bytes() for file in home.iterdir()} == before


def test_a_formula_in_a_cell_without_its_value_is_no_answer(tmp_path: Path) -> None:
    home, path = priced(tmp_path, "USD")
    [row] = asked_of(path).values()
    merged, still_open = read_answers([fill(path, put({row: "=100*2"}))], home)
    assert (still_open, merged.count("new")) == (1, 0)
    assert decided(home)[0].regimes["us"].answer == "ask"
