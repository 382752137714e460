"""Documents taken into a workspace: rows added, nothing overwritten, contradictions shown and asked, all or nothing."""

from __future__ import annotations

import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from papers import IPC, ITEMS, file, minerals, workspace

from lotgate.cli import main
from lotgate.errors import InputError
from lotgate.suppliers import Merged
from lotgate.suppliers.importing import attach, import_documents
from lotgate.tables import load
from lotgate.tables.schema import TABLES

ORIGIN = "part,country of origin,certificate,date,expires\nmagnet,JP,C-7,2026-01-05,2026-12-31\n"


def outcomes(merged: Merged) -> set[tuple[str, str, str]]:
    return {(one.outcome, one.item, one.what) for one in merged.changes}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


def test_declaration_becomes_rows_with_their_paper(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    import_documents([file(tmp_path, "magnet.xml", IPC)], home)
    ws = load(home, ("items",))
    rows = {row["substance"]: row for row in ws["composition"].iter_rows(named=True)}
    assert rows["Nd"]["mass_fraction"] == 0.275
    assert str(rows["Dy"]["date"]) == "2026-02-03"
    assert "magnet.xml" in rows["Dy"]["source"]
    facts = {(row["subject"], row["fact"]): row["value"] for row in ws["facts"].iter_rows(named=True)}
    assert facts == {("magnet", "unit_mass_kg"): "0.04"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot lock a folder")
def test_imports_at_the_same_time_add_each_row_once(tmp_path: Path) -> None:
    home, paper, origin = workspace(tmp_path), file(tmp_path, "magnet.xml", IPC), file(tmp_path, "o.csv", ORIGIN)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda number: import_documents([origin if number % 2 else paper], home), range(8)))
    assert sum(one.count("new") > 0 for one in done) == 2
    (tmp_path / "apart").mkdir()
    once = workspace(tmp_path / "apart")
    import_documents([paper, origin], once)
    for table in ("composition", "facts"):
        both = [sorted(load(place, ("items",))[table].rows(), key=str) for place in (home, once)]
        assert both[0] == both[1]
    assert not [path for path in home.iterdir() if path.name.startswith(".")]


def test_taking_a_file_in_twice_adds_nothing(tmp_path: Path) -> None:
    home, paper = workspace(tmp_path), file(tmp_path, "magnet.xml", IPC)
    import_documents([paper, file(tmp_path, "o.csv", ORIGIN)], home)
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    again = import_documents([paper, tmp_path / "o.csv"], home)
    assert not again.rows
    assert {one[0] for one in outcomes(again)} == {"known"}
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before


def test_nothing_is_overwritten_and_contradictions_stay_beside(tmp_path: Path) -> None:
    composition = "item,substance,mass_fraction\nmagnet,Dy,0.01\nmagnet,Nd,0.28\n"
    home = workspace(
        tmp_path, composition=composition, items=ITEMS.replace("magnet,NdFeB magnet,,", "magnet,NdFeB magnet,CN,")
    )
    made = file(tmp_path, "m.csv", "part,made in,date\nmagnet,VN,2026-02-01\n")
    found = import_documents([file(tmp_path, "magnet.xml", IPC), made], home)
    assert ("contradicts", "magnet", "composition") in outcomes(found)
    assert ("contradicts", "magnet", "made_in") in outcomes(found)
    ws = load(home, ("items",))
    assert (home / "composition.csv").read_text() == composition
    assert ws["items"]["made_in"].to_list()[0] == "CN"
    assert {row["fact"] for row in ws["facts"].iter_rows(named=True)} == {"composition", "made_in", "unit_mass_kg"}


def test_rounded_shares_agree(tmp_path: Path) -> None:
    home = workspace(tmp_path, composition="item,substance,mass_fraction\nmagnet,Nd,0.27\n")
    found = import_documents([file(tmp_path, "magnet.xml", IPC)], home)
    assert ("known", "magnet", "Nd") in outcomes(found)
    assert not found.count("contradicts")


def test_one_bad_file_of_several_writes_nothing_and_all_are_named(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    before = sorted(path.name for path in home.iterdir())
    files = [
        file(tmp_path, "magnet.xml", IPC),
        file(tmp_path, "bad.xml", "<x"),
        file(tmp_path, "o.csv", ORIGIN.replace("JP", "Jappan").replace("magnet", "magnett")),
    ]
    with pytest.raises(InputError) as caught:
        import_documents(files, home)
    assert "bad.xml: the XML is damaged" in str(caught.value)
    assert "magnet (nearest)" in str(caught.value)
    assert "Jappan" in str(caught.value)
    assert sorted(path.name for path in home.iterdir()) == before


def test_part_numbers_map_to_items(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    text = ORIGIN.replace("magnet", "MG-0042")
    import_documents([file(tmp_path, "o.csv", text)], home, parts={"MG-0042": "magnet"})
    assert load(home, ("items",))["facts"]["subject"].to_list() == ["magnet"]


def test_new_items_only_when_asked_for(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    paper = file(tmp_path, "magnet.xml", IPC.replace('itemNumber="magnet"', 'itemNumber="MG-9"'))
    with pytest.raises(InputError, match="--new takes them in"):
        import_documents([paper], home)
    import_documents([paper], home, new_items=True)
    rows = {row["item"]: row for row in load(home, ("items",))["items"].iter_rows(named=True)}
    assert (rows["MG-9"]["description"], rows["MG-9"]["supplier"]) == ("NdFeB magnet, coated", "Example Magnetics")
    assert (home / "items.csv").read_text().startswith(ITEMS)


def test_conflict_minerals_name_metals_without_amount(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    import_documents([minerals(tmp_path / "cm.xlsx", ["magnet"])], home)
    rows = list(load(home, ("items",))["composition"].iter_rows(named=True))
    assert {(row["substance"], row["mass_fraction"]) for row in rows} == {("Sn", None), ("W", None)}


def test_an_answer_of_another_paper_that_has_run_out_is_no_contradiction(tmp_path: Path) -> None:
    facts = "subject,fact,value,source,date,expires\nmagnet,origin,CN,certificate 1,2025-01-05,2025-12-31\n"
    home = workspace(tmp_path, facts=facts)
    found = import_documents([file(tmp_path, "o.csv", ORIGIN)], home)
    assert outcomes(found) == {("new", "magnet", "origin")}


def test_workbook_workspace(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "items"
    for line in ITEMS.splitlines():
        sheet.append(line.split(","))
    book.create_sheet("Notes").append(["keep me"])
    book.save(tmp_path / "w.xlsx")
    import_documents([file(tmp_path, "magnet.xml", IPC), file(tmp_path, "o.csv", ORIGIN)], tmp_path / "w.xlsx")
    ws = load(tmp_path / "w.xlsx", ("items",))
    assert ws["composition"].height == 5
    assert str(ws["facts"].filter(pl.col("fact") == "origin")["expires"][0]) == "2026-12-31"
    assert openpyxl.load_workbook(tmp_path / "w.xlsx")["Notes"]["A1"].value == "keep me"


def test_parquet_workspace(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    frame = pl.DataFrame({"item": ["alloy"], "substance": ["Co"], "mass_fraction": [0.6]})
    frame.write_parquet(home / "composition.parquet")
    import_documents([file(tmp_path, "magnet.xml", IPC)], home)
    ws = load(home, ("items",))
    assert ws["composition"]["item"].to_list() == ["alloy", *["magnet"] * 5]
    assert str(ws["composition"]["date"][1]) == "2026-02-03"


def test_formulas_of_suppliers_stay_text(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    shutil.copy(home / "items.csv", tmp_path / "items.csv")
    text = "part,substance,%,supplier\nmagnet,Dy,3,=cmd|'/c calc'!A1\n"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "items"
    for line in ITEMS.splitlines():
        sheet.append(line.split(","))
    book.save(tmp_path / "w.xlsx")
    import_documents([file(tmp_path, "d.csv", text)], tmp_path / "w.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "w.xlsx")["composition"].iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)


def test_attached_paper_is_named_by_its_digest(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    scan = file(tmp_path, "coo.pdf", b"%PDF-1.7 scan")
    attach(scan, home, "magnet", {"origin": "JP", "technology": "none"}, kind="certificate of origin", number="7")
    rows = list(load(home, ("items",))["facts"].iter_rows(named=True))
    assert {(row["fact"], row["value"]) for row in rows} == {("origin", "JP"), ("technology", "none")}
    assert all("certificate of origin 7" in row["source"] and "sha256 " in row["source"] for row in rows)


def test_attached_nonsense_is_refused_with_all_faults(tmp_path: Path) -> None:
    home = workspace(tmp_path)
    scan = file(tmp_path, "coo.pdf", b"%PDF-1.7 scan")
    with pytest.raises(InputError) as caught:
        attach(scan, home, "magnit", {"origin": "Japon", "colour": "red"})
    for words in ("magnet (nearest)", "Japon", "no such column in table items (found 'colour')"):
        assert words in str(caught.value)


def test_command_shows_contradictions_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = workspace(tmp_path, composition="item,substance,mass_fraction\nmagnet,Dy,0.01\n")
    paper = str(file(tmp_path, "magnet.xml", IPC))
    status, out, _ = run(capsys, "suppliers", "import", paper, "--into", str(home), "--dry-run", "--no-color")
    assert status == 0
    assert "! magnet  composition =" in out
    assert "≠ Dy 0.01" in out
    assert "Nothing was written" in out
    assert not (home / "facts.csv").exists()
    status, out, _ = run(capsys, "suppliers", "import", paper, "--into", str(home), "--json")
    told = json.loads(out)
    assert status == 0 and told["written"]
    assert {one["outcome"] for one in told["changes"]} == {"contradicts", "new"}
    status, out, _ = run(capsys, "suppliers", "import", paper, "--into", str(home), "--language", "zh", "--no-color")
    assert "没有新内容" in out


def test_command_ends_with_status_2_on_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = workspace(tmp_path)
    status, _, err = run(capsys, "suppliers", "import", str(file(tmp_path, "bad.xml", "<x")), "--into", str(home))
    assert status == 2
    assert "bad.xml" in err
    status, _, err = run(
        capsys,
        "suppliers",
        "attach",
        str(tmp_path / "bad.xml"),
        "--into",
        str(home),
        "--item",
        "magnet",
        "--fact",
        "origin",
    )
    assert status == 2
    assert "COLUMN=VALUE" in err


def test_columns_of_evidence_are_in_both_tables() -> None:
    for name in ("facts", "composition"):
        assert {"source", "date", "expires"} <= set(TABLES[name].names)
