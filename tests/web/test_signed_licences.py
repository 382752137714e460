"""Licences signed by the server, checked offline with what it publishes: every page, paper and list says the same."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import callers
import databases
import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client

from lotgate.cli import cli
from lotgate.licence import Command
from lotgate.web.accounts.models import User
from lotgate.web.services import cases, credentials
from lotgate.web.services import demonstration as demo
from lotgate.web.store.book import act

AT = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, callers.Caller]]:
    monkeypatch.setenv("LOTGATE_KEYS", str(tmp_path / "keys"))
    with databases.fresh("sqlite"):
        yield callers.everybody()


def granted(number: int = 1) -> str:
    *_, last = demo.carry(act, demo.actors(), number, AT, "granted")
    return next(other.id for other in last.others if other.kind == "licence")


def take(who: str, event: str, licence: str, **data: Any) -> None:
    act(demo.actors()[who], Command("licence", event, licence, data), dt.datetime.now(dt.UTC))


def verified(tmp_path: Path, licence: str, people: dict[str, callers.Caller], *, lists: bool = True) -> dict[str, Any]:
    """What `lotgate licence verify` says, given nothing but files fetched from the server."""
    paper, keys = tmp_path / "licence.jwt", tmp_path / "keys.json"
    paper.write_bytes(people["exporter-preparer"].get(f"/licences/{licence}/credential").content)
    keys.write_bytes(Client().get("/.well-known/jwks.json").content)
    words = ["licence", "verify", str(paper), "--keys", str(keys), "--json"]
    said = json.loads(_subject(paper.read_text()))
    for number, entry in enumerate(said["credentialStatus"] if lists else ()):
        path = tmp_path / f"list-{number}.jwt"
        answer = Client().get(entry["statusListCredential"].removeprefix("http://testserver"))
        assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/vc+jwt"
        path.write_bytes(answer.content)
        words += ["--status", str(path)]
    found = CliRunner().invoke(cli, words, standalone_mode=False)
    answer = json.loads(found.stdout)
    assert found.return_value == (0 if answer["answer"] == "valid" else 1)
    return dict(answer)


def _subject(compact: str) -> bytes:
    import base64

    body = compact.split(".")[1]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


def test_what_is_fetched_is_checked_offline_and_follows_suspension_and_revocation_at_once(
    people: dict[str, callers.Caller], tmp_path: Path
) -> None:
    licence, other = granted(1), granted(2)
    assert verified(tmp_path, licence, people, lists=False)["answer"] == "open"
    assert verified(tmp_path, licence, people)["answer"] == "valid"
    take("authority-decider", "suspend", licence, reason="r")
    assert verified(tmp_path, licence, people)["findings"][-1]["holds"] is False
    assert verified(tmp_path, other, people)["answer"] == "valid"
    take("authority-decider", "propose", licence, step="reinstate", reason="r")
    take("authority-second-decider", "reinstate", licence, reason="r")
    assert verified(tmp_path, licence, people)["answer"] == "valid"
    take("authority-decider", "propose", licence, step="revoke", reason="r")
    take("authority-second-decider", "revoke", licence, reason="r")
    found = verified(tmp_path, licence, people)
    assert found["answer"] == "not-valid" and found["findings"][-2]["holds"] is False


def test_a_licence_is_signed_once_whatever_keys_come_after(people: dict[str, callers.Caller], tmp_path: Path) -> None:
    licence = granted()
    first = people["exporter-preparer"].get(f"/licences/{licence}/credential").content
    credentials.keys().rotate(dt.datetime.now(dt.UTC))
    assert people["customs-officer"].get(f"/licences/{licence}/credential").content == first
    assert verified(tmp_path, licence, people)["answer"] == "valid"
    one = cases.record(demo.actors()["auditor"], "licence", licence)
    assert credentials.seal(one).sha256 == hashlib.sha256(first).hexdigest()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE store_credential SET compact = 'x'")


def test_whoever_may_not_read_the_price_gets_no_signed_licence(people: dict[str, callers.Caller]) -> None:
    licence = granted()
    for name, who in people.items():
        may = who.get(f"/licences/{licence}").json().get("facts", {}).get("value") is not None
        for path in (f"/licences/{licence}/credential", f"/licences/{licence}/papers/licence"):
            assert who.get(path).status_code == (200 if may else 404), (name, path)
    assert people["end-user"].get(f"/licences/{licence}").status_code == 200
    assert people["end-user"].get(f"/licences/{licence}/credential").status_code == 404


def test_customs_hand_a_file_in_and_get_to_the_licence(people: dict[str, callers.Caller]) -> None:
    licence = granted()
    good = people["exporter-preparer"].get(f"/licences/{licence}/credential").content
    browser = Client()
    browser.force_login(User.objects.get(username="customs-officer"), "django.contrib.auth.backends.ModelBackend")

    def shown(content: bytes) -> str:
        return browser.post("/find/", {"file": SimpleUploadedFile("a.jwt", content)}).content.decode()

    page = shown(good)
    assert "tag go" in page and f'href="/licences/{licence}/"' in page
    head, body, signature = good.decode().split(".")
    assert "tag stop" in shown(f"{head}.{body[:-2]}AA.{signature}".encode())
    assert "tag stop" in shown(b"\xff\x00 no paper")
    take("authority-decider", "suspend", licence, reason="r")
    assert "tag stop" in shown(good)
    answer = people["customs-officer"].post("/credentials/verify", {"credential": good.decode()}).json()
    assert answer["answer"] == "not-valid"


def test_lists_of_nothing_are_not_there_and_what_is_published_names_no_private_key(
    people: dict[str, callers.Caller],
) -> None:
    granted()
    for path in ("CN-L-2026-9x/revocation", "US-L-2026-1/revocation", "CN-L-2026-1/used", "x/y"):
        assert Client().get(f"/status/{path}").status_code == 404, path
    document = Client().get("/.well-known/did.json").json()
    assert document["id"].startswith("did:web:") and len(document["verificationMethod"]) == 1
    assert b'"d"' not in Client().get("/.well-known/jwks.json").content
    assert "d" not in document["verificationMethod"][0]["publicKeyJwk"]


def test_papers_name_their_issuer_and_the_questions_paper_goes_when_all_are_answered(
    people: dict[str, callers.Caller],
) -> None:
    *_, last = demo.carry(act, demo.actors(), 5, AT, "under_review")
    id, now = last.record.id, dt.datetime.now(dt.UTC)
    due = (now.date() + dt.timedelta(days=20)).isoformat()
    asked = act(
        demo.actors()["authority-officer"],
        Command("application", "ask", id, {"questions": ["Which pump?"], "due": due}), now,
    )  # fmt: skip
    who = people["exporter-preparer"]
    for language in ("en", "zh"):
        answer = who.get(f"/applications/{id}/papers/questions", language=language)
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF-")
    answers = {one["id"]: "P-100" for one in asked.record.facts["questions"]}
    act(demo.actors()["exporter-preparer"], Command("application", "answer", id, {"answers": answers}), now)
    assert who.get(f"/applications/{id}/papers/questions").status_code == 404
    assert who.get(f"/applications/{id}/papers/refusal").status_code == 404


def test_until_the_issuer_is_named_papers_say_so_and_then_they_name_it(
    people: dict[str, callers.Caller], tmp_path: Path
) -> None:
    from lotgate.licence import papers

    first, admin = granted(1), people["administrator"]
    before = people["exporter-preparer"].get(f"/licences/{first}/credential").content.decode()
    said = json.loads(_subject(before))
    assert "name" not in said["issuer"] and "issuer" not in said["credentialSubject"]
    assert credentials.issuer() is None
    record = cases.record(demo.actors()["auditor"], "licence", first)
    assert papers.sheet("licence", record, "zh", papers.UNNAMED)["authority"] == "本文件未载明签发机关"
    assert admin.get("/people/issuer").json()["name"] is None
    for who in ("auditor", "authority-decider", "customs-officer"):
        body = {"name": "Mine", "name_zh": "我的"}
        assert people[who].post("/people/issuer", body).status_code == 403, who
        assert people[who].get("/people/issuer").status_code == 403, who
    assert admin.post("/people/issuer", {"name": " ", "name_zh": "甲"}).status_code == 422
    named = admin.post("/people/issuer", {"name": "Bureau of Examples", "name_zh": "示例局"})
    assert named.status_code == 200 and named.json()["name_zh"] == "示例局"
    assert people["exporter-preparer"].get(f"/licences/{first}/credential").content.decode() == before
    second = json.loads(
        _subject(people["exporter-preparer"].get(f"/licences/{granted(2)}/credential").content.decode())
    )
    assert second["issuer"]["name"] == second["credentialSubject"]["issuer"] == "Bureau of Examples"
    pdf = people["exporter-preparer"].get(f"/licences/{first}/papers/licence", language="zh")
    assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF-")
    words = ["licence", "keys", "name", str(tmp_path / "keys"), "--name", "Office", "--name-zh", "办公室"]
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert credentials.issuer() is not None and credentials.issuer().en == "Office"  # type: ignore[union-attr]


def test_an_administrator_names_the_issuer_on_a_page(people: dict[str, callers.Caller]) -> None:
    browser = Client()
    browser.force_login(User.objects.get(username="administrator"), "django.contrib.auth.backends.ModelBackend")
    assert "not named" in browser.get("/issuer/").content.decode()
    assert browser.post("/issuer/", {"name": "", "name_zh": "局"}).status_code == 422
    assert browser.post("/issuer/", {"name": "Bureau", "name_zh": "示例局"}).status_code == 302
    assert 'value="示例局"' in browser.get("/issuer/").content.decode()
