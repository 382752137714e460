"""Commands on the database: each stands for one step of the tables, and a message sent again changes nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import callers
import pytest
from click import ClickException
from click.testing import CliRunner

from lotgate.cli import cli
from lotgate.cli.steps import STEPS, filled
from lotgate.errors import InputError
from lotgate.licence import Command
from lotgate.licence.machines import machine
from lotgate.web.services import cases
from lotgate.web.services import demonstration as demo
from lotgate.web.store.book import act

AT = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)


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


def test_an_end_user_signs_a_certificate_at_home_and_the_exporter_hands_it_in(
    sqlite_database: str, tmp_path: Path
) -> None:
    callers.everybody()
    made, today = demo.content(7), dt.datetime.now(dt.UTC).date()
    says = demo.signed_for(made, "EUC-7", today)
    (tmp_path / "says.json").write_text(json.dumps(says))

    def run(*words: str) -> Any:
        return CliRunner().invoke(cli, ["licence", *words], standalone_mode=False)

    keys, file = str(tmp_path / "keys"), tmp_path / "certificate.jwt"
    names = ("--issuer", "did:web:works.example", "--name", "Example works", "--name-zh", "示例厂")
    assert run("keys", "create", keys, *names).exit_code == 0
    issue = ("certificate", "issue", str(file), "--keys", keys, "--data", str(tmp_path / "says.json"))
    with pytest.raises(InputError) as faults:
        wrong = ("--set", "quantity=ten", "--set", "no_transfer=no")
        CliRunner().invoke(cli, ["licence", *issue, *wrong], catch_exceptions=False)
    assert {fault.column for fault in faults.value.faults} == {"quantity", "no_transfer"} and not file.exists()
    assert run(*issue).exit_code == 0
    assert run("verify", str(file), "--keys", keys).return_value == 0
    assert run("verify", str(file)).return_value == 1  # without keys it is open
    shown = run("certificate", "show", str(file))
    assert json.loads(shown.stdout)["lot"] == made["lot"]["id"]
    (tmp_path / "signed.json").write_text(shown.stdout)
    preparer = demo.actors()["exporter-preparer"]
    opened = act(preparer, Command("application", "create", None, {"content": made}), AT).record
    hand = ("certify", opened.id, "--as", "exporter-preparer", "--database", sqlite_database, "--data")
    other = json.loads(shown.stdout) | {"quantity": "7"}
    (tmp_path / "other.json").write_text(json.dumps(other))
    assert isinstance(run(*hand, str(tmp_path / "other.json")).exception, ClickException)
    done = run(*hand, str(tmp_path / "signed.json"))
    assert done.exit_code == 0, done.output
    lacking = cases.needed(preparer, cases.record(preparer, "application", opened.id))
    assert not [text for text in lacking if "certificate" in text.en and "document" not in text.en]


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
