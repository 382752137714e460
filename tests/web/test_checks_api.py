"""A workbook over HTTP: sent, decided as a job, read, answered, turned into an application; files told by content."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import callers
import databases
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lotgate.web.accounts.models import User
from lotgate.web.services import checks, jobs
from lotgate.web.services.files import WORKBOOK, clean_name, kind_of
from lotgate.web.store.models import Job, Outlook

EXAMPLE = Path(__file__).parents[2] / "examples" / "motor-maker"
PDF = b"%PDF-1.7\n% an invented paper\n"


def workbook() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        for path in sorted(EXAMPLE.glob("*.csv")):
            if path.stem in ("expected",):
                continue
            sheet = book.add_worksheet(path.stem)
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row, cells in enumerate(csv.reader(file)):
                    for column, cell in enumerate(cells):
                        sheet.write_string(row, column, cell)
    return made.getvalue()


@pytest.fixture(scope="module")
def world() -> Iterator[dict[str, callers.Caller]]:
    with databases.fresh("sqlite"):
        yield callers.everybody()


@pytest.fixture(scope="module")
def job(world: dict[str, callers.Caller]) -> str:
    answer = send(world["exporter-preparer"], workbook(), regimes="cn,us")
    assert answer.status_code == 202, answer.content
    found = world["exporter-preparer"].get(f"/checks/{answer.json()['id']}").json()
    assert found["state"] == "done", found
    assert found["done"] == found["total"] == sum(found["counts"].values()) > 20
    return str(found["id"])


def send(who: callers.Caller, content: bytes, name: str = "shipments.xlsx", **fields: str) -> Any:
    file = SimpleUploadedFile(name, content)
    headers = {"Authorization": f"Bearer {who.token}"}
    return who.client.post("/api/v1/checks", {"workbook": file, **fields}, headers=headers)


def test_lines_are_those_of_the_command(world: dict[str, callers.Caller], job: str) -> None:
    import lotgate
    from lotgate.parties.store import open_lists

    decided = lotgate.check(lotgate.load(EXAMPLE), regimes=["cn", "us"], lists=open_lists())
    rows = world["exporter-preparer"].get(f"/checks/{job}/lines", size=1000).json()
    assert [(row["line"], row["answer"]) for row in rows] == [(line.line, line.answer) for line in decided]
    name = rows[0]["line"]
    whole = world["exporter-preparer"].get(f"/checks/{job}/lines/{name}").json()
    assert whole["decision"] == decided.line(name).to_json()
    told = world["exporter-preparer"].get(f"/checks/{job}/lines/{name}/explanation")
    assert told.status_code == 200 and told.json()


def test_lists_are_narrowed(world: dict[str, callers.Caller], job: str) -> None:
    who = world["exporter-preparer"]
    every = who.get(f"/checks/{job}/lines", size=1000).json()
    for answer in ("go", "ask", "apply", "stop"):
        rows = who.get(f"/checks/{job}/lines", answer=answer, size=1000).json()
        assert [row["line"] for row in rows] == [row["line"] for row in every if row["answer"] == answer]
        rows = who.get(f"/checks/{job}/lines", answer=answer, regime="us", size=1000).json()
        assert [row["line"] for row in rows] == [row["line"] for row in every if row["answers"]["us"] == answer]
    counts = who.get(f"/checks/{job}/portfolio").json()
    assert counts["lines"] == len(every)
    assert sum(sum(inner.values()) for inner in counts["by_month"].values()) == len(every)
    first = who.get(f"/checks/{job}/lines", size=5).json()
    then = who.get(f"/checks/{job}/lines", size=5, after=first[-1]["position"]).json()
    assert [row["line"] for row in first + then] == [row["line"] for row in every[:10]]


def test_an_answer_makes_a_new_check_and_the_change_is_told(world: dict[str, callers.Caller], job: str) -> None:
    who = world["exporter-preparer"]
    asking = who.get(f"/checks/{job}/lines", answer="ask", size=1).json()[0]
    asks = who.get(f"/checks/{job}/lines/{asking['line']}").json()["decision"]["regimes"]
    ask = next(one for regime in asks.values() for one in regime["asks"])
    row = {"subject": ask["subject"], "fact": ask["fact"], "value": "civil", "source": "end user, by letter"}
    answer = who.post(f"/checks/{job}/answers", {"answers": [row]})
    assert answer.status_code == 202, answer.content
    later = who.get(f"/checks/{answer.json()['id']}").json()
    if later["state"] == "failed":  # the fact asked for has another type: the fault is told, with its place
        assert later["errors"][0]["en"].startswith("facts, row 1")
        assert later["errors"][0]["zh"]
    assert who.post(f"/checks/{job}/answers", {"answers": [{"subject": "x"}]}).status_code == 422


def test_other_organisations_know_nothing_of_it(world: dict[str, callers.Caller], job: str) -> None:
    for name, one in world.items():
        if name.startswith("exporter-"):
            continue
        for path in ("", "/lines", "/lines/M01", "/portfolio", "/horizon", "/workbook", "/changes"):
            assert one.get(f"/checks/{job}{path}").status_code == 404, (name, path)
        assert one.get("/checks").json() == []


def test_the_workbook_comes_back_without_formulas(world: dict[str, callers.Caller], job: str) -> None:
    answer = world["exporter-preparer"].get(f"/checks/{job}/workbook")
    content = b"".join(answer.streaming_content)
    assert kind_of(content) == WORKBOOK
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                assert b"<f>" not in packed.read(name)


def test_a_line_becomes_an_application_once(world: dict[str, callers.Caller], job: str) -> None:
    who = world["exporter-preparer"]
    row = next(row for row in who.get(f"/checks/{job}/lines", size=1000).json() if row["answers"]["cn"] == "apply")
    path = f"/checks/{job}/lines/{row['line']}/application"
    made = who.post(path, {"regime": "cn"}, **{"Idempotency-Key": "line-1"})
    assert made.status_code == 200, made.content
    record = made.json()["record"]
    assert record["state"] == "draft"
    assert record["facts"]["run"]["decision"]["line"] == row["line"]
    again = who.post(path, {"regime": "cn"}, **{"Idempotency-Key": "line-1"})
    assert again.json()["record"]["id"] == record["id"]


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"MZ\x90\x00 a program", b"<html><script>alert(1)</script>", PDF, b"PK\x03\x04 not a zip"],
)
def test_what_is_no_workbook_is_refused(world: dict[str, callers.Caller], content: bytes) -> None:
    before = Job.objects.count()
    answer = send(world["exporter-preparer"], content)
    assert answer.status_code in (400, 422), answer.content
    assert Job.objects.count() == before


def test_a_workbook_with_macros_or_beyond_measure_is_refused(world: dict[str, callers.Caller]) -> None:
    for name, size in (("xl/vbaProject.bin", 10), ("xl/worksheets/huge.xml", 3 << 30)):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("[Content_Types].xml", "x")
            packed.writestr("xl/workbook.xml", "x")
            if size < 100:
                packed.writestr(name, "x")
            else:
                with packed.open(name, "w", force_zip64=True) as inner:
                    for _ in range(size >> 24):
                        inner.write(bytes(1 << 24))
        answer = send(world["exporter-preparer"], made.getvalue())
        assert answer.status_code == 422, answer.content


def test_faults_of_a_workbook_are_its_result_all_at_once_in_both_languages(world: dict[str, callers.Caller]) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("shipments")
        sheet.write_row(0, 0, ["line", "date", "destination", "kind"])
        sheet.write_row(1, 0, ["L1", "never", "Utopia", "gift"])
    answer = send(world["exporter-preparer"], made.getvalue())
    found = world["exporter-preparer"].get(f"/checks/{answer.json()['id']}").json()
    assert found["state"] == "failed"
    assert len(found["errors"]) == 3
    assert all(one["en"] and one["zh"] and one["en"] != one["zh"] for one in found["errors"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\windows\\win.ini", "win.ini"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie x.pdf"),
        ("...", "file"),
        ("合同 副本.pdf", "合同 副本.pdf"),
    ],
)
def test_names_of_files_are_made_plain(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_an_attachment_is_kept_listed_and_opened_only_once_clean(world: dict[str, callers.Caller]) -> None:
    from lotgate.web.services import demonstration as demo

    who = world["exporter-preparer"]
    made = who.post("/applications", {"content": demo.content(1)})
    assert made.status_code == 200, made.content
    id = made.json()["record"]["id"]
    headers = {"Authorization": f"Bearer {who.token}"}
    file = SimpleUploadedFile("../contract.pdf", PDF)
    sent = who.client.post(f"/api/v1/applications/{id}/files", {"file": file, "kind": "contract"}, headers=headers)
    assert sent.status_code == 200, sent.content
    ((sha256, listed),) = sent.json()["record"]["facts"]["attachments"].items()
    assert (listed["name"], listed["media_type"]) == ("contract.pdf", "application/pdf")
    opened = who.get(f"/applications/{id}/files/{sha256}")
    assert opened.content == PDF
    assert opened.headers["Content-Disposition"] == 'attachment; filename="contract.pdf"'
    assert opened.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in opened.headers["Content-Security-Policy"]
    for name in ("other-exporter-preparer", "authority-officer", "customs-officer", "end-user", "administrator"):
        assert world[name].get(f"/applications/{id}/files/{sha256}").status_code in (404, 409), name
    script = SimpleUploadedFile("contract.pdf", b"<script>alert(1)</script>")
    sent = who.client.post(f"/api/v1/applications/{id}/files", {"file": script, "kind": "contract"}, headers=headers)
    assert sent.status_code == 422


def signed_in(name: str) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
    return browser


def test_the_days_ahead_are_worked_out_once_in_the_background(
    world: dict[str, callers.Caller], job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, path = signed_in("exporter-preparer"), f"/portfolio/?check={job}"
    outlook = Outlook.objects.get(pk=job)
    decided = checks.decisions(Job.objects.get(pk=job))
    assert [day for day, _ in outlook.months] == [str(d) for d, _ in decided.months(decided.law.known_as_of, 12)]
    assert len(outlook.changes) + outlook.more == len(decided.horizon())
    monkeypatch.setattr(checks, "decisions", lambda one: pytest.fail("the page decides the workbook again"))
    page = browser.get(path).content.decode()
    assert outlook.months[0][0] in page and "data-poll" not in page
    put = list[str]()
    monkeypatch.setattr(jobs, "submit_outlook", put.append)
    outlook.delete()  # as for a check from before there were outlooks
    for _ in range(2):
        page = browser.get(path).content.decode()
    progress = re.search(r'data-poll="([^"]+)"', page)
    assert progress and put == [job] == checks.unfinished_outlooks()
    assert "X-Done" not in browser.get(progress[1]).headers
    monkeypatch.undo()
    checks.look_ahead(job)
    assert browser.get(progress[1]).headers["X-Done"] == "1"
    assert outlook.months[0][0] in browser.get(path).content.decode()
    assert signed_in("other-exporter-preparer").get(progress[1]).status_code == 404


def test_a_check_that_was_under_way_when_servers_ended_is_given_up(world: dict[str, callers.Caller], job: str) -> None:
    """Else a workbook that ends the server would end it at every start."""
    for time in (1, 2, 3):
        Job.objects.filter(pk=job).update(state="running")
        assert (job in checks.unfinished()) is (time < 3)
    failed = world["exporter-preparer"].get(f"/checks/{job}").json()
    assert failed["state"] == "failed" and "three times" in failed["errors"][0]["en"]


def test_a_check_that_failed_looks_at_no_day_ahead(world: dict[str, callers.Caller]) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet("shipments").write_string(0, 0, "nothing")
    answer = send(world["exporter-preparer"], made.getvalue())
    found = world["exporter-preparer"].get(f"/checks/{answer.json()['id']}").json()
    assert found["state"] == "failed" and not Outlook.objects.filter(pk=found["id"]).exists()
