"""Requests made up from the API's own description: never a server error, never an answer it does not describe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import callers
import databases
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lotgate.web.services import demonstration as demo
from lotgate.web.store.book import Book, act
from lotgate.web.store.verify import verify
from lotgate.web.wsgi import application

AT = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
LARGE = "^(application_create|application_edit|application_certify)$"
"""Bodies of a hundred fields take too long to make up; other tests fill them in."""
OTHERS = ("filing-agent", "exporter-signatory", "end-user", "authority-intake", "authority-decider", "consulted-body",
          "customs-officer", "auditor", "administrator")  # fmt: skip
"""One for each role that is not called as already."""
TRIED: set[str] = set()
"""Operations that everybody has called once."""
small = schema.exclude(operation_id_regex=LARGE)


@pytest.fixture(scope="module")
def tokens() -> Iterator[dict[str, str]]:
    with databases.fresh("sqlite"):
        people = callers.everybody()
        for number, to in enumerate(demo.STAGES):
            list(demo.carry(act, demo.actors(), number, AT, to))
        yield {name: people[name].token for name in demo.PEOPLE}


@small.parametrize()
@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_brings_it_down(case: Any, tokens: dict[str, str]) -> None:
    """As somebody who may go far there."""
    who = {"licences": "customs-officer", "clearances": "customs-officer", "customs": "customs-officer",
           "audit": "auditor", "findings": "auditor", "deliveries": "authority-officer",
           "people": "administrator"}  # fmt: skip
    part = case.path.split("/")[3]
    token = tokens[who.get(part, "exporter-preparer")]
    case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {token}"})
    for name in OTHERS if case.operation.label not in TRIED else ():
        answer = case.call(headers={"Authorization": f"Bearer {tokens[name]}"})
        assert answer.status_code < 500, (name, case.method, case.path, answer.text)
    TRIED.add(case.operation.label)


def test_the_log_is_whole_after_all_of_it(tokens: dict[str, str]) -> None:
    assert Book().head().sequence > 0
    assert verify().whole
