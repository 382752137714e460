"""The description of the API shows an example wherever something is sent or comes back, and each of them fits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import callers
import databases
import jsonschema_rs
import pytest

from lotgate.licence.forms import check_form
from lotgate.licence.machines import machine
from lotgate.web.api import api
from lotgate.web.api.bodies import body_of
from lotgate.web.api.examples import body_of_step
from lotgate.web.api.records import step_paths
from lotgate.web.services import demonstration_cases

SCHEMA = json.loads(json.dumps(api.get_openapi_schema()))
FILES = {"check_template", "check_report", "check_workbook", "file_open", "application_paper", "licence_paper",
         "licence_credential", "audit_export"}  # fmt: skip
"""Operations whose answer is a file."""


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in SCHEMA["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def fits(schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": SCHEMA["components"]}
    jsonschema_rs.validator_for(whole).validate(value)


def examples(content: dict[str, Any]) -> list[Any]:
    return [one["value"] for one in content.get("examples", {}).values()]


@pytest.mark.parametrize(
    ("path", "method", "operation"), list(operations()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_every_example_fits_its_schema(path: str, method: str, operation: dict[str, Any]) -> None:
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        assert examples(content), (path, "sends without example")
        for value in examples(content):
            if media == "application/json":
                fits(content["schema"], value)
    answers = [one for status, one in operation["responses"].items() if status.startswith("2")]
    assert answers
    for answer in answers:
        for media, content in answer.get("content", {}).items():
            assert examples(content) or media != "application/json", (path, "answers without example")
            for value in examples(content):
                fits(content["schema"], value)
    assert operation["operationId"] in FILES or any(one.get("content") for one in answers), path
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            assert "example" in parameter, (path, parameter["name"])
        if "example" in parameter:
            fits(parameter["schema"], parameter["example"])


@pytest.mark.parametrize("form", sorted({machine(kind).rows_for(event)[0].form for kind, event, _ in step_paths()}))
def test_every_body_of_a_step_is_taken_by_the_domain(form: str) -> None:
    body = body_of_step(form)
    body_of(form).model_validate(body)
    assert set(check_form(form, body, "example")) == set(body)


def test_examples_are_understood_by_the_server() -> None:
    """Sent as they are, they are refused for what they are about, if at all, and never for their shape."""
    with databases.fresh("sqlite"):
        people = callers.everybody()
        demonstration_cases.fill()
        for path, method, operation in operations():
            sent = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if method != "post" or sent is None:
                continue
            address = path.removeprefix("/api/v1")
            for parameter in operation.get("parameters", ()):
                address = address.replace("{" + parameter["name"] + "}", str(parameter.get("example")))
            for name in ("exporter-preparer", "customs-officer", "administrator", "authority-decider"):
                answer = people[name].post(address, examples(sent)[0])
                assert answer.status_code < 500, (address, name, answer.content)
                if answer.status_code == 422:
                    theirs = operation["operationId"] == "customs_report" and name != "customs-officer"
                    nobody = operation["operationId"] == "people_give"  # the user in it was made under another name
                    assert theirs or nobody, (address, name, answer.content)
