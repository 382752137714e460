"""With a scanner nothing is kept that was not found clean; without one an intake officer records the check."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import callers
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from lotgate.web.services import cases
from lotgate.web.services import demonstration as demo
from lotgate.web.store.book import act
from lotgate.web.store.models import File

AT = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)


@pytest.fixture
def scanner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scanner that knows one pattern, and ends as told by a file beside it when that is there."""
    path = tmp_path / "scan.py"
    path.write_text(
        "import sys, pathlib\n"
        "told = pathlib.Path(__file__).with_name('status')\n"
        "content = sys.stdin.buffer.read()\n"
        "sys.exit(int(told.read_text()) if told.exists() else 1 if b'INFECTED' in content else 0)\n"
    )
    monkeypatch.setattr(settings, "SCANNER", f"{sys.executable} {path}")
    return path


def send(id: str, content: bytes, key: str | None = None) -> int:
    who = callers.caller("exporter-preparer")
    given = {"kind": "other", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 " + content)}
    headers = {"Authorization": f"Bearer {who.token}"} | ({"Idempotency-Key": key} if key else {})
    return int(who.client.post(f"/api/v1/applications/{id}/files", given, headers=headers).status_code)


@pytest.fixture
def draft(sqlite_database: str) -> str:
    callers.everybody()
    *_, last = demo.carry(act, demo.actors(), 1, AT, "draft")
    return str(last.record.id)


def listed(id: str) -> list[dict[str, object]]:
    facts = cases.record(demo.actors()["exporter-preparer"], "application", id).facts
    return [one for one in facts["attachments"].values() if one["kind"] == "other"]


def test_a_clean_file_is_listed_as_such_by_the_program(draft: str, scanner: Path) -> None:
    assert send(draft, b"good", "k") == 200
    assert [(one["checked"], one["scanner"]) for one in listed(draft)] == [("clean", Path(sys.executable).name)]
    assert send(draft, b"good", "k") == 200
    assert len(listed(draft)) == 1


def test_an_infected_file_is_refused_and_nothing_of_it_is_kept(draft: str, scanner: Path) -> None:
    before = File.objects.count()
    assert send(draft, b"INFECTED") == 422
    assert listed(draft) == [] and File.objects.count() == before


@pytest.mark.parametrize("status", [2, 50])
def test_a_scanner_that_fails_lets_nothing_through(draft: str, scanner: Path, status: int) -> None:
    scanner.with_name("status").write_text(str(status))
    assert send(draft, b"good") == 422
    assert listed(draft) == []


def test_a_scanner_that_is_not_there_lets_nothing_through(draft: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SCANNER", "/nowhere/scanner --quiet")
    assert send(draft, b"good") == 422
    monkeypatch.setattr(settings, "SCANNER", "")
    assert send(draft, b"good") == 200
    assert [one["checked"] for one in listed(draft)] == [None]


def test_workbooks_are_looked_at_too(draft: str, scanner: Path, tmp_path: Path) -> None:
    book = Workbook()
    book.save(tmp_path / "a.xlsx")
    scanner.with_name("status").write_text("1")
    who = callers.caller("exporter-preparer")
    given = {"workbook": SimpleUploadedFile("a.xlsx", (tmp_path / "a.xlsx").read_bytes())}
    answer = who.client.post("/api/v1/checks", given, headers={"Authorization": f"Bearer {who.token}"})
    assert answer.status_code == 422 and "virus" in answer.content.decode()


def test_nobody_lists_a_file_that_was_not_sent(draft: str) -> None:
    """Naming the hash of somebody else's file would else open it."""
    data = {"kind": "other", "sha256": "0" * 64, "name": "x", "size": 1, "media_type": "application/pdf"}
    answer = callers.caller("exporter-preparer").post(f"/applications/{draft}/attach", data)
    assert answer.status_code in (404, 405)
    assert listed(draft) == []
