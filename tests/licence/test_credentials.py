"""Signed papers: valid when everything holds, not valid when something does not, open when it cannot be told."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from licence_case import DECIDER, SECOND, Case, certificate

from lotgate.cli import cli
from lotgate.errors import InputError, MissingError
from lotgate.licence import Record
from lotgate.licence.credentials import (
    BITS,
    PURPOSES,
    check_paper,
    place_of,
    signed_certificate,
    signed_licence,
    signed_status_list,
    status_bits,
)
from lotgate.licence.keys import PASSPHRASE, KeyFolder, check_signature, sign

MADE = datetime(2025, 12, 20, 4, tzinfo=UTC)
NOW = datetime(2026, 1, 5, 4, tzinfo=UTC)
BASE = "https://licences.example.org"


def folder(path: Path, issuer: str = "did:web:licences.example.org") -> KeyFolder:
    return KeyFolder.create(path, issuer, "Example authority", "示例机关", MADE)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    return folder(tmp_path / "keys")


def granted() -> tuple[Case, Record]:
    case = Case()
    number = case.granted()
    return case, case.record("licence", number)


def lists(case: Case, record: Record, keys: KeyFolder, at: datetime = NOW) -> list[str]:
    name = place_of(record.id)[0]
    records = case.store.records("licence")
    return [signed_status_list(records, name, purpose, keys, BASE, at) for purpose in PURPOSES]


def test_a_licence_is_valid_with_keys_and_lists_and_open_without(keys: KeyFolder) -> None:
    case, record = granted()
    jws = signed_licence(record, keys, BASE)
    assert check_paper(jws, keys.public, lists(case, record, keys), NOW).answer == "valid"
    assert check_paper(jws, keys.public, [], NOW).answer == "open"
    assert check_paper(jws, keys.public, lists(case, record, keys)[:1], NOW).answer == "open"
    assert check_paper(jws, {"keys": []}, lists(case, record, keys), NOW).answer == "open"
    old = lists(case, record, keys, NOW - timedelta(days=3))
    assert check_paper(jws, keys.public, old, NOW).answer == "open"


def test_the_credential_follows_the_data_model(keys: KeyFolder) -> None:
    _, record = granted()
    checked = check_signature(signed_licence(record, keys, BASE), keys.public)
    assert (checked.header["typ"], checked.header["cty"], checked.header["alg"]) == ("vc+jwt", "vc", "Ed25519")
    said = checked.payload
    assert said["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert said["type"] == ["VerifiableCredential", "ExportLicenceCredential"]
    assert said["validFrom"] == "2025-12-20T00:00:00+08:00" and said["validUntil"] == "2026-06-20T23:59:59+08:00"
    assert [entry["statusPurpose"] for entry in said["credentialStatus"]] == ["revocation", "suspension"]
    subject = said["credentialSubject"]
    assert (subject["quantity"], subject["unit"], subject["destination"]) == ("500", "KGM", "DE")
    assert {one["type"] for one in said["evidence"]} == {"LicensingDecision", "RuleSetRun", "EndUserCertificate"}


def test_suspension_and_revocation_show_in_the_lists_at_once(keys: KeyFolder) -> None:
    case, record = granted()
    jws = signed_licence(record, keys, BASE)
    case.step(DECIDER, "licence", "suspend", record.id, reason="r")
    found = check_paper(jws, keys.public, lists(case, record, keys), NOW)
    assert found.answer == "not-valid" and "suspended" in found.findings[-1].text.en
    case.step(DECIDER, "licence", "propose", record.id, step="revoke", reason="r")
    case.step(SECOND, "licence", "revoke", record.id, reason="r")
    found = check_paper(jws, keys.public, lists(case, record, keys), NOW)
    assert [one.holds for one in found.findings[-2:]] == [False, True]


def test_last_valid_day_is_that_of_the_authority(keys: KeyFolder) -> None:
    case, record = granted()
    jws = signed_licence(record, keys, BASE)
    for at, answer in (
        (datetime(2026, 6, 20, 15, 59, 59, tzinfo=UTC), "valid"),
        (datetime(2026, 6, 20, 16, 0, 0, tzinfo=UTC), "not-valid"),
        (datetime(2025, 12, 19, 15, 59, 59, tzinfo=UTC), "not-valid"),
    ):
        assert check_paper(jws, keys.public, lists(case, record, keys, at), at).answer == answer


def test_changed_foreign_or_other_papers_are_not_valid(keys: KeyFolder, tmp_path: Path) -> None:
    case, record = granted()
    jws = signed_licence(record, keys, BASE)
    head, body, signature = jws.split(".")
    assert check_paper(f"{head}.{body[:-2]}AA.{signature}", keys.public, [], NOW).answer == "not-valid"
    for broken in ("", "no paper", "a.b.c", "{}", jws[:40]):
        assert check_paper(broken, keys.public, [], NOW).answer == "not-valid"
    assert check_paper(sign(keys, {"type": ["Other"]}, "vc+jwt"), keys.public, [], NOW).answer == "not-valid"
    other = folder(tmp_path / "other", "did:web:other.example.org")
    assert check_paper(signed_licence(record, other, BASE), keys.public, [], NOW).answer == "open"
    mixed = {"issuer": "did:web:licences.example.org", "keys": other.public["keys"]}
    assert check_paper(signed_licence(record, other, BASE), mixed, [], NOW).answer == "not-valid"
    # a list that somebody else signed does not count
    assert check_paper(jws, keys.public, lists(case, record, other), NOW).answer == "open"


def test_an_algorithm_of_the_senders_choice_is_refused(keys: KeyFolder) -> None:
    import base64

    _, record = granted()
    _, body, _ = signed_licence(record, keys, BASE).split(".")
    header = {"alg": "none", "typ": "vc+jwt", "kid": keys.active}
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    assert check_paper(f"{head}.{body}.", keys.public, [], NOW).answer == "not-valid"


def test_end_user_certificates_are_signed_by_the_end_user(tmp_path: Path) -> None:
    plant = folder(tmp_path / "plant", "did:web:plant.example.org")
    found = check_paper(signed_certificate(certificate(), plant), plant.public, [], NOW)
    assert (found.answer, found.kind) == ("valid", "EndUserCertificateCredential")
    assert found.subject["no_transfer"] == "yes"


def test_rotation_keeps_old_papers_good_and_retires_the_private_key(keys: KeyFolder) -> None:
    case, record = granted()
    before, old = signed_licence(record, keys, BASE), keys.active
    new = keys.rotate(NOW)
    assert new == keys.active != old and not (keys.folder / f"{old}.pem").exists()
    assert check_paper(before, keys.public, lists(case, record, keys), NOW).answer == "valid"
    assert check_signature(signed_licence(record, keys, BASE), keys.public).kid == new


def test_keys_are_for_their_owner_alone(keys: KeyFolder) -> None:
    path = keys.folder / f"{keys.active}.pem"
    assert path.stat().st_mode & 0o777 == 0o600 and keys.folder.stat().st_mode & 0o777 == 0o700
    assert (
        "PRIVATE" not in (keys.folder / "jwks.json").read_text()
        and '"d"' not in (keys.folder / "jwks.json").read_text()
    )
    path.chmod(0o644)
    with pytest.raises(InputError, match="others than its owner"):
        keys.private()
    with pytest.raises(InputError, match="keys are there already"):
        folder(keys.folder)
    path.unlink()
    with pytest.raises(MissingError, match="not sign"):
        keys.private()


def test_a_passphrase_encrypts_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "example")
    keys = folder(tmp_path / "keys")
    assert b"ENCRYPTED" in (keys.folder / f"{keys.active}.pem").read_bytes()
    assert check_signature(sign(keys, {"a": 1}, "jwt"), keys.public).good
    monkeypatch.delenv(PASSPHRASE)
    with pytest.raises(InputError, match="cannot be opened"):
        sign(keys, {"a": 1}, "jwt")
    assert os.environ.get(PASSPHRASE) is None


def test_places_in_status_lists_follow_from_the_number() -> None:
    assert place_of("CN-L-2026-000007") == ("CN-L-2026-1", 7)
    assert place_of(f"CN-L-2026-{BITS + 3}") == ("CN-L-2026-2", 3)
    case, record = granted()
    case.step(DECIDER, "licence", "suspend", record.id, reason="r")
    bits = status_bits(case.store.records("licence"), "CN-L-2025-1", "suspension")
    assert len(bits) * 8 == BITS and bits[0] == 0b0100_0000 and not any(bits[1:])


def test_verify_on_the_command_line(keys: KeyFolder, tmp_path: Path) -> None:
    case, record = granted()
    paper = tmp_path / "licence.jwt"
    paper.write_text(signed_licence(record, keys, BASE) + "\n")
    files = []
    for i, compact in enumerate(lists(case, record, keys)):
        files.append(tmp_path / f"status-{i}.jwt")
        files[-1].write_text(compact)
    given = ["licence", "verify", str(paper), "--at", NOW.isoformat(), "--keys", str(keys.folder)]
    with_lists = [*given, *(part for path in files for part in ("--status", str(path)))]
    run = CliRunner().invoke(cli, with_lists, standalone_mode=False)
    assert run.return_value == 0 and run.output.startswith("VALID") and "asked online" in run.output
    run = CliRunner().invoke(cli, [*given, "--language", "zh"], standalone_mode=False)
    assert run.return_value == 1 and run.output.startswith("未定")
    run = CliRunner().invoke(cli, [*given, "--json"], standalone_mode=False)
    assert json.loads(run.output)["answer"] == "open"


def test_a_paper_dated_after_its_key_was_retired_is_not_valid(keys: KeyFolder) -> None:
    _, record = granted()
    late = Record(**{**record.__dict__, "facts": {**record.facts, "issued": "2026-02-01"}})
    jws = signed_licence(late, keys, BASE)
    keys.rotate(NOW)
    found = check_paper(jws, keys.public, [], NOW)
    assert found.answer == "not-valid" and any("retired" in one.text.en for one in found.findings)
