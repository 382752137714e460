"""Every pair of a person and a step that the tables do not allow is refused, through the API; made from the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import callers
import databases
import pytest

from lotgate.licence.machines import machine
from lotgate.licence.people import roles
from lotgate.web.api.records import PLURAL, step_paths
from lotgate.web.services import demonstration as demo
from lotgate.web.store.book import Book, act
from lotgate.web.store.models import Record

AT = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)


@pytest.fixture(scope="module")
def world() -> Iterator[dict[str, callers.Caller]]:
    """All people, and an application, a licence, a clearance and a delivery of each stage, of both exporters."""
    with databases.fresh("sqlite"):
        people = callers.everybody()
        for number, to in enumerate(demo.STAGES):
            for _ in demo.carry(act, demo.actors(), number, AT, to):
                pass
            for _ in demo.carry(act, demo.actors(), 100 + number, AT, to, exporter="demo-other-exporter"):
                pass
        yield people


def ids(kind: str) -> list[str]:
    return list(Record.objects.filter(kind=kind).order_by("pk").values_list("record", flat=True))


def allowed(role: str, kind: str, event: str) -> bool:
    return any(role in row.roles and not row.by_effect for row in machine(kind).rows_for(event))


def test_a_role_that_is_not_in_the_table_is_refused_whatever_the_record(world: dict[str, callers.Caller]) -> None:
    head = Book().head()
    tried = 0
    for name, (_, role) in demo.PEOPLE.items():
        for kind, event, opens in step_paths():
            if allowed(role, kind, event):
                continue
            for id in [""] if opens and kind != "lot" else ids(kind)[:20:3] or ["none"]:
                path = f"/{PLURAL[kind]}/{id}/{event}" if id else f"/{PLURAL[kind]}"
                # a body that is wrong may be told first: it changes nothing and tells nothing of the record
                answer = world[name].post(path, _body(kind, event))
                assert answer.status_code in (403, 404), (name, path, answer.status_code, answer.content)
                tried += 1
    assert tried > 1000
    assert Book().head() == head


def _body(kind: str, event: str) -> dict[str, Any]:
    from lotgate.licence.forms import form_of

    form = form_of(machine(kind).rows_for(event)[0].form)
    if form.takes == "content":
        return {"content": demo.content(1)}
    if form.takes == "certificate":
        return demo.certificate(1, day=AT.date())
    return {field.name: _value(field) for field in form.fields if field.required}


def _value(field: Any) -> Any:
    simple = {
        "text": "x", "long": "x", "id": "x", "hash": "0" * 64, "day": "2026-03-02", "decimal": "1", "whole": 1,
        "country": "DE", "currency": "CNY", "unit": "KGM", "codes": ["1C902.a"], "texts": ["x"], "yes/no": "yes",
        "answers": {"Q1": "x"}, "record": {}, "countries": ["DE"],
    }  # fmt: skip
    if field.type == "word":
        return next(iter(field.words))
    if field.type == "records":
        return [{inner.name: _value(inner) for inner in field.of if inner.required}]
    return simple[field.type]


def test_nobody_sees_or_touches_the_records_of_another_exporter(world: dict[str, callers.Caller]) -> None:
    own = {
        "exporter-preparer": "demo-exporter",
        "exporter-signatory": "demo-exporter",
        "filing-agent": "demo-exporter",
        "other-exporter-preparer": "demo-other-exporter",
        "other-exporter-signatory": "demo-other-exporter",
    }
    tried = 0
    for name, exporter in own.items():
        for kind in PLURAL:
            for one in Record.objects.filter(kind=kind).exclude(exporter=exporter):
                for path in ("", "/history"):
                    answer = world[name].get(f"/{PLURAL[kind]}/{one.record}{path}")
                    assert answer.status_code == 404, (name, kind, one.record)
                for of, event, opens in step_paths():
                    if of == kind and not (opens and kind != "lot"):
                        answer = world[name].post(f"/{PLURAL[kind]}/{one.record}/{event}", _body(kind, event))
                        assert answer.status_code in (403, 404), (name, kind, event, answer.content)
                        tried += 1
            listed = world[name].get(f"/{PLURAL[kind]}", size=200).json()["rows"]
            assert {row["facts"].get("exporter") for row in listed} <= {exporter}
    assert tried > 500


def test_nobody_decides_what_they_recommended(
    world: dict[str, callers.Caller],
) -> None:
    """The officer becomes a decider too, as if an administrator had made a mistake."""
    from lotgate.web.accounts.models import Membership, User

    officer = User.objects.get(username="authority-officer")
    organisation = officer.memberships.get().organisation
    added = Membership.objects.create(user=officer, organisation=organisation, role="decider", since=AT.date())
    try:
        for one in Record.objects.filter(kind="application", state="under_review"):
            if "recommend" not in one.parts:
                continue
            for event in ("grant", "deny", "close"):
                answer = world["authority-officer"].post(
                    f"/applications/{one.record}/{event}", _body("application", event)
                )
                assert answer.status_code == 403, (event, answer.content)
    finally:
        added.delete()


def test_an_administrator_acts_on_no_case_and_sees_none(world: dict[str, callers.Caller]) -> None:
    for kind in PLURAL:
        assert world["administrator"].get(f"/{PLURAL[kind]}").json()["rows"] == []
        for id in ids(kind)[:5]:
            assert world["administrator"].get(f"/{PLURAL[kind]}/{id}").status_code == 404


def test_lists_show_exactly_what_single_records_show(world: dict[str, callers.Caller]) -> None:
    for name, one in world.items():
        for kind, plural in PLURAL.items():
            listed = {row["id"] for row in one.get(f"/{plural}", size=200).json()["rows"]}
            single = {id for id in ids(kind) if one.get(f"/{plural}/{id}").status_code == 200}
            assert listed == single, (name, kind)


def test_what_is_inside_the_authority_stays_inside(world: dict[str, callers.Caller]) -> None:
    """Notes, hits and recommendations carry words that no applicant, end user or customs officer may meet."""
    inside = ("looked at the hit", "another firm", "civil end use, known end user", "authority-officer", "E-1")
    for name, (_, role) in demo.PEOPLE.items():
        if roles()[role].side in ("authority", "reader"):
            continue
        for kind, plural in PLURAL.items():
            for id in ids(kind):
                for path in (f"/{plural}/{id}", f"/{plural}/{id}/history"):
                    text = world[name].get(path).content.decode()
                    assert not [word for word in inside if word in text], (name, path)


def test_the_end_user_sees_no_price_and_no_contract(world: dict[str, callers.Caller]) -> None:
    for id in ids("application"):
        answer = world["end-user"].get(f"/applications/{id}")
        assert answer.status_code == 200
        assert "96000" not in answer.content.decode()
        assert not answer.json()["facts"]["content"].get("value")


def test_without_token_or_with_a_bad_one_nothing_is_told(world: dict[str, callers.Caller]) -> None:
    stranger = callers.Caller("lotgate_" + "x" * 40, world["auditor"].client)
    for kind, plural in PLURAL.items():
        for id in [*ids(kind)[:1], "none"]:
            assert stranger.get(f"/{plural}/{id}").status_code == 401
            assert stranger.client.get(f"/api/v1/{plural}/{id}").status_code == 401
    for kind, event, opens in step_paths():
        path = f"/{PLURAL[kind]}" if opens and kind != "lot" else f"/{PLURAL[kind]}/none/{event}"
        assert stranger.post(path).status_code == 401


def test_a_token_is_good_for_its_scopes_alone(world: dict[str, callers.Caller]) -> None:
    reader = callers.caller("customs-officer", ["read"])
    id = ids("licence")[0]
    assert reader.get(f"/licences/{id}").status_code == 200
    assert reader.post(f"/licences/{id}/reserve", _body("licence", "reserve")).status_code == 403
    writer = callers.caller("customs-officer", ["act:clearance"])
    assert writer.get(f"/licences/{id}").status_code == 403
    assert writer.post(f"/licences/{id}/reserve", _body("licence", "reserve")).status_code == 403


def test_membership_and_tokens_end(world: dict[str, callers.Caller]) -> None:
    from lotgate.web.accounts.models import Membership, Token, User

    one = callers.caller("auditor")
    id = ids("licence")[0]
    held = Membership.objects.filter(user__username="auditor")
    held.update(until=AT.date() - dt.timedelta(days=1))
    assert one.get(f"/licences/{id}").status_code == 403
    held.update(until=None)
    assert one.get(f"/licences/{id}").status_code == 200
    Token.objects.filter(user__username="auditor").update(revoked=AT)
    assert one.get(f"/licences/{id}").status_code == 401
    two = callers.caller("auditor")
    User.objects.filter(username="auditor").update(is_active=False)
    assert two.get(f"/licences/{id}").status_code == 401
    User.objects.filter(username="auditor").update(is_active=True)
    Token.objects.filter(user__username="auditor").update(revoked=None)
