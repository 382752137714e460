"""`lotgate screen`: names against a list file, pairs of names, and what is wrong with either."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from lotgate.cli import cli, main
from lotgate.errors import InputError
from lotgate.parties.namefile import read_names


def put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_names_are_matched_against_a_list_file(tmp_path: Path) -> None:
    listed = put(tmp_path / "house.csv", "name,country\nExample Gantry Works GmbH,DE\n")
    names = put(tmp_path / "names.csv", "id,name,country\n1,EXAMPLE GANTRY WORKS G.m.b.H.,DE\n2,Quite Another Ltd,GB\n")
    out = tmp_path / "out.csv"
    done = CliRunner().invoke(cli, ["screen", str(names), "--list", str(listed), "--csv", str(out)])
    assert done.exit_code == 0, done.output
    found = pl.read_csv(out)
    assert found.columns == ["id", "name", "matched_name", "list", "entry", "score", "match", "why"]
    assert found["id"].to_list() == [1]
    assert found["match"].to_list() == [True]


def test_pairs_keep_their_order(tmp_path: Path) -> None:
    pairs = put(tmp_path / "p.csv", "query_name,list_name\nAlpha Motors Ltd,Alpha Motors\nBeta AG,Gamma Foods SA\n")
    out = tmp_path / "out.csv"
    assert CliRunner().invoke(cli, ["screen", "--pairs", str(pairs), "--csv", str(out)]).exit_code == 0
    found = pl.read_csv(out)
    assert found["query_name"].to_list() == ["Alpha Motors Ltd", "Beta AG"]
    assert found["match"].to_list() == [True, False]


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    names = put(tmp_path / "names.csv", "id,name,kind\n1,A Firm,company\n1,B Firm,ship\n,C Firm,\n4,,\n")
    with pytest.raises(InputError) as error:
        read_names(names)
    assert [(fault.row, fault.column) for fault in error.value.faults] == [
        (2, "id"),
        (2, "kind"),
        (3, "id"),
        (4, "name"),
    ]


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["names.csv", "--list", "nowhere.csv"], 2, "nowhere.csv: no such file"),
        (["names.csv", "--list", "."], 2, "no such file"),
        (["names.csv", "--lists", "nowhere"], 2, "no such folder"),
        (["names.csv"], 3, "no party list is loaded"),
        (["nowhere.csv", "--list", "house.csv"], 2, "no such file"),
        (["empty.csv", "--list", "house.csv"], 2, "empty.csv"),
        (["headless.csv", "--list", "house.csv"], 2, "column name is missing"),
        (["latin.csv", "--list", "house.csv"], 2, "UTF-8"),
        (["places.csv", "--list", "house.csv"], 2, "row 2, column country: unknown country (found 'Nowhereland')"),
        (["names.csv", "--list", "house.csv", "--csv", "nowhere/out.csv"], 2, "nowhere/out.csv: cannot be written"),
        (["names.csv", "--list", "house.csv", "--parquet", "nowhere/out.parquet"], 2, "cannot be written"),
        (["names.csv", "--list", "house.csv", "--threshold", "1.5"], 2, "1.5 is not in the range"),
        (["names.csv", "--list", "page.csv"], 2, "HTML"),
        (["names.csv", "--pairs", "names.csv"], 2, "either NAMES or --pairs"),
        (["--pairs", "names.csv"], 2, "column query_name is missing"),
        ([], 2, "either NAMES or --pairs"),
    ],
)
def test_bad_input_is_one_error_and_a_status(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    status: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "names.csv", "id,name,country\n1,Example Gantry Works,de\n")
    put(tmp_path / "house.csv", "name,country\nExample Gantry Works GmbH,DE\n")
    put(tmp_path / "empty.csv", "")
    put(tmp_path / "headless.csv", "id,nam\n1,x\n")
    put(tmp_path / "places.csv", "id,name,country\n1,a,Germany\n2,b,Nowhereland\n")
    put(tmp_path / "page.csv", "<!DOCTYPE html><html><body>503</body></html>")
    (tmp_path / "latin.csv").write_bytes(b"id,name\n1,S\xe3o\n")
    with pytest.raises(SystemExit) as end:
        main(["screen", *words])
    said = capsys.readouterr().err
    assert end.value.code == status, said
    assert message in said
    assert "Traceback" not in said
    assert not [path for path in tmp_path.rglob("*") if ".part" in path.name]


def test_a_country_may_be_written_small_or_by_name(tmp_path: Path) -> None:
    names = put(tmp_path / "names.csv", "id,name,country\n1,A Firm,de\n2,B Firm,Germany\n3,C Firm,\n")
    assert [query.country for query in read_names(names)] == ["DE", "DE", None]


def test_the_chinese_listings_are_screened_with_a_folder(tmp_path: Path) -> None:
    asked = put(tmp_path / "n.csv", "id,name,country\n1,TDK CORP,JP\n")
    lists = tmp_path / "lists"
    lists.mkdir()
    put(lists / "house.csv", "name,country\nExample Gantry Works GmbH,DE\n")
    done = CliRunner().invoke(cli, ["screen", str(asked), "--lists", str(lists), "--json"])
    assert '"list": "cn-mofcom"' in done.stdout
