"""The tables and the code name the same things, and a table that contradicts itself is not loaded."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from licence_case import Case

from lotgate.errors import InputError, LawError
from lotgate.law.reading import read_yaml
from lotgate.licence import Command, Refusal, act, forms, reducers
from lotgate.licence.clocks import regimes
from lotgate.licence.effects import AFTER, BEFORE
from lotgate.licence.forms import documents, named_fields, sections
from lotgate.licence.guards import CONDITIONS, GUARDS
from lotgate.licence.kinds import kinds
from lotgate.licence.machines import DATA, _machine, machines
from lotgate.licence.people import roles
from lotgate.licence.views import view

ROWS = [row for one in machines().values() for row in one.rows]


def test_every_guard_effect_condition_and_role_named_exists_and_each_is_used() -> None:
    assert {name for row in ROWS for name in row.guards} == set(GUARDS)
    assert {name for row in ROWS for name in row.effects} == {*BEFORE, *AFTER}
    assert {name for row in ROWS for name in row.when} == set(CONDITIONS)
    assert {name for row in ROWS for name in row.roles} == set(roles()) - {"administrator"}


def test_every_step_a_person_takes_has_its_form_and_every_form_its_step() -> None:
    written = set(read_yaml(DATA / "forms.yaml")["forms"])
    used = {row.form for row in ROWS if not row.by_effect and row.roles}
    assert written <= used
    takes_nothing = {
        "application.accept", "application.lapse", "clearance.accept", "clearance.release",
    }  # fmt: skip
    assert used - written == takes_nothing


def test_every_event_is_folded_or_moves_the_state_alone() -> None:
    events = {(one.name, event) for one in machines().values() for event in one.events}
    assert set(reducers._FOLDS) <= events
    moving = {
        ("licence", "verify_delivery"),
        ("licence", "fail_delivery"),
        ("application", "lapse"),
        ("clearance", "release"),
    }
    assert events - set(reducers._FOLDS) == moving


def test_every_law_has_a_clock_and_a_kind_of_licence_with_its_tolerance_cited() -> None:
    assert {regime for regime, _ in kinds()} == set(regimes())
    for one in kinds().values():
        assert one.tolerance >= 0 and one.tolerance_cite.en and one.tolerance_verified in ("yes", "partly", "no")
        assert one.partial_use or one.max_uses == 1
    single = kinds()["cn", "single"]
    assert (single.max_uses, single.partial_use, single.tolerance) == (1, False, 0)


def test_every_field_and_document_has_its_readers_and_both_languages() -> None:
    fields = [field for section in sections() for field in section.fields]
    fields += [*named_fields("certificate"), *named_fields("licence")]
    for field in fields:
        assert field.readers and field.label.en and field.label.zh, field.name
        assert field.type in forms._READ
    assert all(document.readers for document in documents())
    prices = {field.name for section in sections() if section.name == "value" for field in section.fields}
    for field in sections()[4].fields:
        assert field.name in prices and "end-user" not in field.readers


def test_every_fact_a_record_can_hold_has_its_readers() -> None:
    """A fact on no list is hidden; this says that none was forgotten."""
    from test_people import world

    lists = read_yaml(DATA / "readers.yaml")["facts"]
    licence = {field.name for field in named_fields("licence")}
    for record in world()[0].store.records():
        listed = set(lists[record.kind]) | (licence if record.kind == "licence" else set())
        assert set(record.facts) <= listed, record.kind


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"event": "vanish", "from": ["known"], "to": "same", "roles": ["preparer"]}, "vanish is no event"),
    ({"event": "ship", "from": ["lost"], "to": "same", "roles": ["preparer"]}, "lost is no stored state"),
    ({"event": "ship", "from": ["known"], "to": "lost", "roles": ["preparer"]}, "lost is no stored state"),
    ({"event": "ship", "from": ["known"], "to": "same", "roles": []}, "nobody may bring it about"),
    ({"event": "ship", "from": ["known"], "to": "same", "roles": ["x"], "guard": ["y"]}, "unknown keys"),
    ({"event": "ship", "from": ["known"], "to": "same", "roles": ["x"], "not_by": ["y"]}, "not_by y is no event"),
]


@pytest.mark.parametrize(("row", "said"), FAULTS)
def test_a_table_that_contradicts_itself_says_where(row: dict[str, Any], said: str, tmp_path: Path) -> None:
    data = read_yaml(DATA / "machines" / "lot.yaml")
    data["moves"].append(row)
    (tmp_path / "lot.yaml").write_text(yaml.safe_dump(data, allow_unicode=True))
    with pytest.raises(LawError, match=said) as error:
        _machine(tmp_path / "lot.yaml")
    assert "lot.yaml" in str(error.value)


def test_a_state_nobody_reaches_is_a_fault(tmp_path: Path) -> None:
    data = read_yaml(DATA / "machines" / "lot.yaml")
    data["states"]["lost"] = {"title": {"en": "Lost", "zh": "遗失"}, "kind": "final"}
    (tmp_path / "lot.yaml").write_text(yaml.safe_dump(data, allow_unicode=True))
    with pytest.raises(LawError, match="lost is never reached"):
        _machine(tmp_path / "lot.yaml")


def test_a_view_goes_into_json() -> None:
    import json

    from licence_case import OFFICER

    case = Case()
    new = case.accepted()
    shown = view(case.record("application", new), OFFICER, case.at).to_json()
    assert json.loads(json.dumps(shown))["clock"]["due"] == "2026-02-28"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
STEPS = [(one.name, event) for one in machines().values() for event in one.events]


@cache
def own_world() -> tuple[Case, dict[str, tuple[str, str]]]:
    """The world of the tests on people, for this test to change."""
    from test_people import world

    return world.__wrapped__()


@given(st.sampled_from(STEPS), st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_is_filled_in_is_answered_not_crashed_on(step: tuple[str, str], data: st.DataObject) -> None:
    """Any JSON in any field of any step: taken, or refused with reasons in both languages."""
    from test_people import INSIDE, RECORDS

    kind, event = step
    case, records = own_world()
    names = {field.name for row in ROWS if (row.machine, row.event) == step for field in forms.form_of(row.form).fields}
    filled = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys([*names, "content", "odd"], junk)) | junk)
    ids = [None, "", "x y", *(records[name][1] for name in RECORDS if records[name][0] == kind)]
    who = data.draw(st.sampled_from(sorted(INSIDE)))
    before = len(list(case.store.entries()))
    try:
        act(case.store, INSIDE[who], Command(kind, event, data.draw(st.sampled_from(ids)), filled), case.at)
    except (Refusal, InputError) as error:
        assert error.text("en") and error.text("zh")
        assert len(list(case.store.entries())) == before
