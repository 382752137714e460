"""Every page as every person, in both languages, without scripts: what is shown and refused, what a form does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import databases
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lotgate.licence import Command
from lotgate.web.accounts.models import User
from lotgate.web.pages.urls import Kind
from lotgate.web.services import cases
from lotgate.web.services import demonstration as demo
from lotgate.web.store.book import Book, act
from lotgate.web.store.models import Record

AT = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
PLURAL = Kind().to_url


@pytest.fixture(scope="module")
def people() -> Iterator[dict[str, Client]]:
    """A signed-in browser for everybody, and one lot at every stage for both exporters."""
    with databases.fresh("sqlite"):
        demo.seed(iter(f"a long enough secret {number}" for number in range(100)).__next__)
        for number, to in enumerate(demo.STAGES):
            for exporter, first in (("demo-exporter", 0), ("demo-other-exporter", 100)):
                for _ in demo.carry(act, demo.actors(), first + number, AT, to, exporter=exporter):
                    pass
        found = {}
        for name in demo.PEOPLE:
            found[name] = Client()
            found[name].force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
        yield found


def records() -> list[tuple[str, str]]:
    return list(Record.objects.order_by("pk").values_list("kind", "record"))


def test_a_page_shows_a_record_to_those_who_may_know_of_it_and_to_nobody_else(people: dict[str, Client]) -> None:
    actors, tried = demo.actors(), 0
    for name, browser in people.items():
        for kind, id in records():
            answer = browser.get(f"/{PLURAL(kind)}/{id}/")
            try:
                cases.record(actors[name], kind, id)
            except LookupError:
                assert answer.status_code == 404, (name, kind, id)
            else:
                assert answer.status_code == 200, (name, kind, id)
            tried += 1
    assert tried > 500


def test_every_list_and_form_opens_in_both_languages_with_no_word_left_over(people: dict[str, Client]) -> None:
    for name, browser in people.items():
        for language in ("en", "zh-hans"):
            headers = {"Accept-Language": language}
            for kind in cases.KINDS:
                answer = browser.get(f"/{PLURAL(kind)}/", headers=headers)
                assert answer.status_code == 200, (name, kind)
                assert f'lang="{"zh-Hans" if language == "zh-hans" else "en-GB"}"' in answer.content.decode()
            assert browser.get("/", headers=headers).status_code == 200
        for kind, id in records()[:12]:
            page = browser.get(f"/{PLURAL(kind)}/{id}/").content.decode()
            for event in re.findall(rf'href="(/{PLURAL(kind)}/{re.escape(id)}/[a-z_-]+/)"', page):
                assert browser.get(event).status_code == 200, (name, event)


def test_a_step_is_taken_by_a_plain_form_and_repeating_it_changes_nothing(people: dict[str, Client]) -> None:
    number = 900
    *_, last = demo.carry(act, demo.actors(), number, AT, "under_review")
    path = f"/applications/{last.record.id}/note/"
    shown = people["authority-officer"].get(path).content.decode()
    message = re.search(r'name="message" value="(\w+)"', shown)
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert message and version
    typed = {"message": message[1], "version": version[1], "text": "<script>alert(1)</script>", "visible": "no"}
    answer = people["authority-officer"].post(path, typed)
    assert answer.status_code == 302
    head = Book().head()
    assert people["authority-officer"].post(path, typed).status_code == 302
    assert Book().head() == head
    page = people["authority-officer"].get(f"/applications/{last.record.id}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page
    assert "alert(1)" not in people["exporter-preparer"].get(f"/applications/{last.record.id}/").content.decode()


def test_a_form_filled_in_badly_comes_back_with_what_was_typed_and_every_fault(people: dict[str, Client]) -> None:
    typed = {"content.lot.quantity": "ten", "content.route.destination": "Mars", "content.lot.id": "LOT-X"}
    answer = people["exporter-preparer"].post("/applications/new/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="ten"' in page and 'value="Mars"' in page
    assert page.count('aria-invalid="true"') >= 2


def test_a_step_of_somebody_else_is_refused_on_its_page(people: dict[str, Client]) -> None:
    head = Book().head()
    one = Record.objects.filter(kind="application", state="under_review").first()
    assert one is not None
    for name in ("exporter-preparer", "authority-officer", "customs-officer", "auditor", "end-user", "administrator"):
        for method in ("get", "post"):
            answer = getattr(people[name], method)(f"/applications/{one.record}/grant/")
            assert answer.status_code in (403, 404), (name, method, answer.status_code)
    assert Book().head() == head


def test_strangers_are_sent_to_sign_in(people: dict[str, Client]) -> None:
    for path in ("/", "/applications/", "/applications/CN-A-2026-000001/", "/applications/new/", "/log/", "/people/"):
        answer = Client().get(path)
        assert answer.status_code == 302 and answer.url.startswith("/accounts/login/"), path


def test_the_log_is_checked_exported_and_shown_as_of_a_day_to_auditors_alone(people: dict[str, Client]) -> None:
    kind, id = records()[0]
    for path in ("/log/", "/log/export/", f"/{PLURAL(kind)}/{id}/as-of/?day={AT.date()}"):
        for name, browser in people.items():
            assert browser.get(path).status_code == (200 if name == "auditor" else 403), (name, path)
    assert "tag go" in people["auditor"].post("/log/").content.decode()
    lines = b"".join(people["auditor"].get("/log/export/").streaming_content).splitlines()
    assert len(lines) == Book().head().sequence + 1
    assert people["auditor"].get(f"/{PLURAL(kind)}/{id}/as-of/?day=2020-01-01").status_code == 404
    assert people["auditor"].get(f"/{PLURAL(kind)}/{id}/as-of/?day=2025-02-30").status_code == 302


def test_papers_are_made_of_what_their_reader_may_see(people: dict[str, Client]) -> None:
    id = next(id for kind, id in records() if kind == "licence")
    for name in ("exporter-preparer", "customs-officer", "authority-officer", "auditor"):
        for code in ("en", "zh-hans"):
            answer = people[name].get(f"/licences/{id}/papers/licence/", headers={"Accept-Language": code})
            assert answer.content.startswith(b"%PDF-"), (name, answer.status_code)
    assert people["end-user"].get(f"/licences/{id}/papers/licence/").status_code == 404
    assert people["other-exporter-preparer"].get(f"/licences/{id}/papers/licence/").status_code == 404
    one = Record.objects.filter(kind="application", state="granted", exporter="demo-exporter").first()
    assert one is not None
    answer = people["end-user"].get(f"/applications/{one.record}/papers/certificate/")
    assert answer.content.startswith(b"%PDF-")
    for name in ("refusal", "questions", "nothing", "licence"):
        assert people["exporter-preparer"].get(f"/applications/{one.record}/papers/{name}/").status_code == 404


def test_what_is_uploaded_is_told_by_its_content(people: dict[str, Client]) -> None:
    *_, last = demo.carry(act, demo.actors(), 901, AT, "draft")
    path = f"/applications/{last.record.id}/attach/"
    browser = people["exporter-preparer"]
    for name, content, status in (
        ("contract.pdf", b"<html><script>1</script></html>", 422),
        ("../../contract.pdf", b"%PDF-1.4 good", 302),
        ("run.exe", b"MZ\x90", 422),
    ):
        given = {"kind": "other", "file": SimpleUploadedFile(name, content)}
        assert browser.post(path, given).status_code == status, name
    assert browser.post(path, {"kind": "other"}).status_code == 409
    attached = cases.record(demo.actors()["exporter-preparer"], "application", last.record.id).facts["attachments"]
    assert "contract.pdf" in {one["name"] for one in attached.values()}


def test_a_document_is_withdrawn_by_choosing_it(people: dict[str, Client]) -> None:
    *_, last = demo.carry(act, demo.actors(), 902, AT, "draft")
    browser, case = people["exporter-preparer"], f"/applications/{last.record.id}/"
    link = re.search(rf'href="({case}detach/\?sha256=(\w+))"', browser.get(case).content.decode())
    assert link
    form = browser.get(link[1]).content.decode()
    assert f'<option value="{link[2]}" selected>' in form and "contract.pdf" in form
    assert browser.post(f"{case}detach/", {"sha256": link[2], "reason": "wrong page"}).status_code == 302
    page = browser.get(case).content.decode()
    assert f"sha256={link[2]}" not in page and "wrong page" in page and "Copy of the contract: contract.pdf" in page


def test_customs_finds_a_licence_by_number_and_by_link(people: dict[str, Client]) -> None:
    number = next(id for kind, id in records() if kind == "licence")
    for asked in (number, f"https://licences.example.org/licences/{number}", f" {number} "):
        assert people["customs-officer"].get("/find/", {"paper": asked}).url == f"/licences/{number}/"
    assert people["customs-officer"].get("/find/", {"paper": "no such paper"}).status_code == 404
    assert people["exporter-preparer"].get("/find/", {"paper": number}).status_code == 403


def test_an_administrator_opens_accounts_and_nobody_else_does(people: dict[str, Client]) -> None:
    browser = people["administrator"]
    browser.post("/people/add/", {"what": "organisation", "code": "second-office", "name": "Second", "country": "XX"})
    assert "second-office" not in browser.get("/people/").content.decode().replace('value="second-office"', "")
    made = {"what": "organisation", "code": "second-office", "name": "Second office", "country": "CN", "regimes": "cn"}
    browser.post("/people/add/", made)
    browser.post("/people/add/", {"what": "user", "username": "newcomer"})
    given = {"what": "membership", "user": "newcomer", "organisation": "second-office", "role": "intake"}
    browser.post("/people/add/", given)
    assert [one.role for one in User.objects.get(username="newcomer").memberships_on()] == ["intake"]
    browser.post("/people/add/", {**given, "role": "administrator"})
    browser.post("/people/add/", {**given, "role": "decider"})
    roles = {one.role for one in User.objects.get(username="newcomer").memberships_on()}
    assert not {"administrator", "decider"} <= roles
    for name in set(people) - {"administrator"}:
        assert people[name].get("/people/").status_code == 403, name
        assert people[name].post("/people/add/", {"what": "user", "username": f"by-{name}"}).status_code == 403
    assert not User.objects.filter(username__startswith="by-").exists()


def test_a_new_draft_is_filled_in_first_then_documented_then_signed(people: dict[str, Client]) -> None:
    """The step drawn first is the one that still has something to bring."""
    who, browser = demo.actors(), people["exporter-preparer"]

    def first(id: str) -> str:
        found = re.search(r'class="button first" href="/applications/[^/]+/(\w+)/"', browser.get(id).content.decode())
        return found[1] if found else ""

    whole = demo.content(903)
    empty = act(who["exporter-preparer"], Command("application", "create", None, {"content": {
        "header": whole["header"], "exporter": {"id": "demo-exporter"}}}), AT).record  # fmt: skip
    assert first(f"/applications/{empty.id}/") == "edit"
    filled = act(who["exporter-preparer"], Command("application", "create", None, {"content": whole}), AT).record
    assert first(f"/applications/{filled.id}/") == "attach"
    *_, signed = demo.carry(act, who, 904, AT, "draft")
    assert first(f"/applications/{signed.record.id}/") == ""
