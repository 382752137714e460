"""`lotgate screen`: names against a list file, pairs of names, and what is wrong with either."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from lotgate.cli import cli
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
