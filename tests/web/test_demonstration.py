"""A demonstration server has something for everybody to look at on its first start, all of it plainly invented."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import databases
import pytest
from django.test import Client

from lotgate.licence.machines import machine
from lotgate.web.accounts.models import User
from lotgate.web.services import demonstration as demo
from lotgate.web.services import demonstration_cases
from lotgate.web.store.models import File, Job, Line, Record
from lotgate.web.store.verify import verify


@pytest.fixture(scope="module", autouse=True)
def _world() -> Iterator[None]:
    with databases.fresh("sqlite"):
        demo.seed(iter(f"a long enough secret {number}" for number in range(100)).__next__)
        assert demonstration_cases.fill() == len(demonstration_cases.STORIES) + 2
        yield


def test_cases_stand_everywhere_on_their_way_and_the_log_is_whole() -> None:
    states = set(Record.objects.values_list("kind", "state"))
    for kind, wanted in {
        "application": {"draft", "submitted", "under_review", "returned", "granted", "denied", "no_licence_required"},
        "licence": {"issued", "reserved", "suspended", "used", "delivery_verified"},
        "clearance": {"accepted", "exited"}, "delivery": {"expected", "verified"}, "finding": {"open"},
    }.items():  # fmt: skip
        assert wanted == {state for of, state in states if of == kind} <= set(machine(kind).states), kind
    found = verify()
    assert found.whole and found.entries > 200


def test_it_is_filled_once() -> None:
    before = Record.objects.count()
    assert demonstration_cases.fill() == 0 and Record.objects.count() == before


def test_everybody_has_something_to_look_at_and_most_have_something_to_do() -> None:
    busy = {
        "exporter-preparer", "exporter-signatory", "filing-agent", "end-user", "authority-intake", "authority-officer",
        "authority-decider", "customs-officer", "consulted-body",
    }  # fmt: skip
    for name in demo.PEOPLE:
        browser = Client()
        browser.force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
        page = browser.get("/").content.decode()
        counts = [int(one) for one in re.findall(r"<b>(\d+)</b>", page)]
        assert name == "administrator" or sum(counts) > 0, name
        assert ("queue" in page) or name not in busy, name


def test_its_check_has_every_answer_and_its_applications_the_real_reasoning() -> None:
    job = Job.objects.get()
    assert job.state == "done" and set(Line.objects.values_list("answer", flat=True)) == {"go", "ask", "apply", "stop"}
    for text in Record.objects.filter(kind="application", exporter="demo-exporter").values_list("facts", flat=True):
        facts = json.loads(text)
        rules = facts["run"]["decision"]["regimes"]["cn"]["rules"]
        assert facts["run"]["regime_answer"] == "go" or rules


def test_its_documents_can_be_opened() -> None:
    one = Record.objects.filter(kind="application", state="granted").first()
    assert one is not None
    attached = json.loads(one.facts)["attachments"]
    assert len(attached) == len(demo.DOCUMENTS)
    for sha256 in attached:
        assert bytes(File.objects.get(pk=sha256).content).startswith(b"%PDF-1.4")
