"""Commands on the database: each stands for one step of the tables, and a message sent again changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import callers
import pytest
from click.testing import CliRunner

from lotgate.cli import cli
from lotgate.cli.steps import STEPS, filled
from lotgate.errors import InputError
from lotgate.licence.machines import machine
from lotgate.web.services import demonstration as demo


def test_every_command_is_a_step_a_person_takes() -> None:
    for kind, event, _ in STEPS.values():
        assert any(not row.by_effect and row.roles for row in machine(kind).rows_for(event)), event


def test_single_fields_lie_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text('{"a": 1, "b": {"c": 2}}')
    assert filled(path, ["b.c=3", "d=x=y"]) == {"a": 1, "b": {"c": "3"}, "d": "x=y"}
    for bad in ("[1]", "{", ""):
        path.write_text(bad)
        with pytest.raises(InputError):
            filled(path, [])
    with pytest.raises(InputError):
        filled(None, ["nothing"])


def test_an_application_from_the_command_line(sqlite_database: str, tmp_path: Path) -> None:
    callers.everybody()
    (tmp_path / "content.json").write_text(json.dumps({"content": demo.content(1)}))
    words = [
        "licence",
        "apply",
        "--as",
        "exporter-preparer",
        "--data",
        str(tmp_path / "content.json"),
        "--message",
        "m",
    ]
    first = CliRunner().invoke(cli, [*words, "--database", sqlite_database, "--json"])
    again = CliRunner().invoke(cli, [*words, "--database", sqlite_database, "--json"])
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout) == json.loads(again.stdout)
    made = json.loads(first.stdout)["record"]
    refused = CliRunner().invoke(
        cli, ["licence", "grant", made["id"], "--as", "authority-decider", "--database", sqlite_database]
    )
    assert refused.exit_code == 1
    assert made["id"] in refused.output
