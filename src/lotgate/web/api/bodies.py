"""Request bodies drawn from the domain's forms, and the shapes of answers."""

from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Literal

from ninja import Path, Schema
from pydantic import ConfigDict, Field, create_model, model_validator

from lotgate.licence.forms import Field as FormField
from lotgate.licence.forms import form_of, named_fields, sections
from lotgate.licence.records import canonical
from lotgate.tables.schema import END_USES
from lotgate.tables.vocabulary import COUNTRIES, CURRENCIES, UNITS

__all__ = ["Body", "Id", "Listed", "Name", "RecordOut", "Step", "StepDone", "body_of"]

NAME = r"^[^\s/\\;\x00-\x1f\x7f]{1,200}$"
Id = Annotated[str, Path(pattern=NAME)]
Name = Annotated[str, Field(pattern=NAME)]


class Body(Schema):
    """A body that holds only what the log can hold: no floats, no half characters, nothing unknown."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _keeps(cls, value: Any) -> Any:
        given = getattr(value, "_obj", value)
        if isinstance(given, dict):
            try:
                kept = canonical(given)
            except (TypeError, ValueError, RecursionError) as error:
                raise ValueError(str(error)) from None
            if rb"\u0000" in kept:
                raise ValueError("text holds a NUL character")
        return value


class Step(Schema):
    """A step that may be taken now: `reasons` say why not yet."""

    event: str
    title: dict[str, str]
    target: str
    form: str
    reasons: list[dict[str, str]]


class RecordOut(Schema):
    """A record as the caller may read it."""

    kind: str
    id: str
    regime: str
    state: str
    state_title: dict[str, str]
    version: int
    opened: str
    changed: str
    facts: dict[str, Any]
    clock: dict[str, Any] | None = None
    steps: Annotated[list[Step], Field(default_factory=list)]
    needed: Annotated[list[dict[str, str]], Field(default_factory=list)]
    """What an application of the caller's still lacks before it can go on."""


class Listed(Schema):
    """A page of a list; `next` is given as `before` to get the page after it."""

    rows: list[RecordOut]
    next: str


class StepDone(Schema):
    """What a step did. `repeated`: the message came before, and this is the first answer."""

    record: RecordOut
    others: list[RecordOut]
    entries: list[dict[str, Any]]
    repeated: bool


@cache
def body_of(form: str) -> type[Body]:
    """The body of a step: the fields of its form. What they may hold is checked by the domain, all faults at once."""
    taken = form_of(form)
    name = "".join(part.title() for part in form.replace("_", ".").split("."))
    if taken.takes == "content":
        inner: dict[str, Any] = {
            section.name: (_model(f"{name}{section.name.title()}", section.fields, partial=True) | None, None)
            for section in sections()
        }
        content = create_model(f"{name}Content", __base__=Body, **inner)
        return create_model(name, __base__=Body, content=(content, ...))
    return _model(name, taken.fields)


def _model(name: str, fields: tuple[FormField, ...], partial: bool = False) -> type[Body]:
    made: dict[str, Any] = {}
    for field in fields:
        kind, needed = _type(field), field.required and not partial
        about = Field(... if needed else None, description=f"{field.label.en} / {field.label.zh}")
        made[field.name] = (kind if needed else kind | None, about)
    return create_model(name, __base__=Body, **made)


_DAY = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"})]
_DECIMAL = Annotated[str, Field(pattern=r"^[0-9]{1,25}(\.[0-9]{1,15})?$")]
_TEXT = Annotated[str, Field(min_length=1, max_length=500)]
_LONG = Annotated[str, Field(min_length=1, max_length=20_000)]
_SHORT_NAME = Annotated[str, Field(pattern=r"^[^\s/\\;\x00-\x1f\x7f]{1,80}$")]
_HASH = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_KNOWN: dict[str, Any] = {
    "text": _TEXT,
    "long": _LONG,
    "id": _SHORT_NAME,
    "hash": _HASH,
    "day": _DAY,
    "decimal": _DECIMAL,
    "whole": Annotated[int, Field(ge=0, lt=2**53)],
    "country": Literal[tuple(sorted(COUNTRIES))],
    "countries": GenericAlias(list, (Literal[tuple(sorted(COUNTRIES))],)),
    "currency": Literal[tuple(sorted(CURRENCIES))],
    "unit": Literal[tuple(sorted(UNITS))],
    "codes": list[_TEXT],
    "texts": list[_LONG],
    "end_use": Literal[tuple(END_USES)],
    "yes/no": Literal["yes", "no"],
    "answers": dict[str, _LONG],
    "record": dict[str, Any],
}


def _type(field: FormField) -> Any:
    if field.type == "word":
        return Literal[tuple(field.words or ())]
    if field.type in ("party", "parties"):
        party = _party()
        return party if field.type == "party" else GenericAlias(list, (party,))
    if field.type == "records":
        row: Any = _model(f"{field.name.title()}Row", field.of) if field.of else dict[str, Any]
        return GenericAlias(list, (row,))
    return _KNOWN[field.type]


@cache
def _party() -> type[Body]:
    return _model("Party", named_fields("party"))
