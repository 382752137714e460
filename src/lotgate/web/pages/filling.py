"""Forms of the domain as boxes on a page, and what was typed into them as the domain's data again.

A box is named by the path of its field, `content.lot.quantity` or `hits.0.party`; the domain checks what comes back
(forms.check_form) and its faults are put beside the boxes by the same paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lotgate.errors import Fault
from lotgate.law import Text
from lotgate.licence.forms import Field, Form, named_fields, sections
from lotgate.tables.schema import END_USES
from lotgate.tables.vocabulary import COUNTRIES, CURRENCIES, UNITS

__all__ = ["Box", "Choices", "Group", "draw", "faults_in_words", "read", "vocabulary"]

_INPUTS = {"day": "date", "decimal": "text", "whole": "text"}
_YES_NO = {"yes": Text("yes", "是"), "no": Text("no", "否")}
_WORDS: Mapping[str, Mapping[str, Text]] = {
    "yes/no": _YES_NO,
    "end_use": {code: Text(*names) for code, names in END_USES.items()},
}
_LISTED: Mapping[str, Iterable[str]] = {
    "country": sorted(COUNTRIES),
    "currency": sorted(CURRENCIES),
    "unit": sorted(UNITS),
}
_ROWS = frozenset({"records", "parties"})
MOST_ROWS = 200


Options = tuple[tuple[str, Text], ...]
Choices = Mapping[str, Options]


@dataclass(frozen=True)
class Box:
    """One field on a page; `rows` where it repeats, `options` where it is chosen from a list."""

    name: str
    label: Text
    kind: str
    value: str = ""
    required: bool = False
    options: Options = ()
    suggestions: str = ""
    """The kind of vocabulary (country, currency, unit) whose words are offered while typing."""
    error: Text | None = None
    rows: tuple[tuple[Box, ...], ...] = ()


@dataclass(frozen=True)
class Group:
    """Boxes under a heading."""

    title: Text | None
    boxes: tuple[Box, ...]


def draw(
    form: Form, data: Mapping[str, Any], faults: Sequence[Fault] = (), more: str = "", choices: Choices | None = None
) -> list[Group]:
    """The boxes of a form with what is filled in already.

    `more` is the path of rows to which one is added; `choices` what a field of this record is chosen from.
    """
    found = {fault.column: Text(fault.message, fault.message_zh or fault.message) for fault in faults if fault.column}
    if form.takes == "content":
        content = data.get("content", {})
        return [
            Group(one.title, _boxes(one.fields, content.get(one.name, {}), f"content.{one.name}.", found, more))
            for one in sections()
        ]
    boxes = _boxes(form.fields, data, "", found, more)
    return [Group(None, tuple(_choice(box, (choices or {}).get(box.name)) for box in boxes))]


def faults_in_words(faults: Iterable[Fault], groups: Iterable[Group]) -> list[Text]:
    """Every fault under the label of its box; one that no box stands for under the name of its column."""
    labels = dict(_labels(box for group in groups for box in group.boxes))
    found = []
    for fault in faults:
        name = fault.column or fault.table
        label = labels.get(name) or labels.get(f"content.{name}") or Text(name, name)
        given = f" ({fault.value})" if fault.value else ""
        zh = fault.message_zh or fault.message
        found.append(Text(f"{label.en}: {fault.message}{given}", f"{label.zh}：{zh}{given}"))
    return found


def _labels(boxes: Iterable[Box]) -> Iterable[tuple[str, Text]]:
    for box in boxes:
        yield box.name, box.label
        for row in box.rows:
            yield from _labels(row)


def _choice(box: Box, options: Options | None) -> Box:
    return box if options is None else replace(box, kind="choice", options=options)


def read(form: Form, post: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, in the shape the domain checks; empty boxes are left out, unknown names ignored."""
    if form.takes == "content":
        found = {one.name: _read(one.fields, post, f"content.{one.name}.") for one in sections()}
        return {"content": {name: fields for name, fields in found.items() if fields}}
    return _read(form.fields, post, "")


def _boxes(
    fields: Iterable[Field], data: Mapping[str, Any], prefix: str, errors: Mapping[str, Text], more: str
) -> tuple[Box, ...]:
    return tuple(_box(field, data.get(field.name), f"{prefix}{field.name}", errors, more) for field in fields)


def _box(field: Field, value: Any, name: str, errors: Mapping[str, Text], more: str) -> Box:
    error = errors.get(name) or errors.get(name.removeprefix("content."))
    if field.type in _ROWS or field.type == "party":
        inner = _inner(field)
        given = [value or {}] if field.type == "party" else list(value or [])
        if field.type in _ROWS and (not given or more == name):
            given.append({})
        rows = tuple(_boxes(inner, row, f"{name}.{place}.", errors, more) for place, row in enumerate(given))
        return Box(name, field.label, field.type, "", field.required, error=error, rows=rows)
    words = field.words or _WORDS.get(field.type)
    options = tuple(words.items()) if words else ()
    kind = "choice" if options else field.type if field.type in ("long", "texts", "record") else "line"
    listed = field.type if field.type in _LISTED else "country" if field.type == "countries" else ""
    kind = _INPUTS.get(field.type, kind)
    return Box(name, field.label, kind, _written(value), field.required, options, listed, error)


def _inner(field: Field) -> Sequence[Field]:
    return field.of or named_fields("party")


def _written(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "\n".join(str(one) for one in value)
    return "" if value is None else str(value)


def _read(fields: Iterable[Field], post: Mapping[str, str], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        name = f"{prefix}{field.name}"
        if field.type in _ROWS or field.type == "party":
            rows = [_read(_inner(field), post, f"{name}.{place}.") for place in _places(post, name)]
            rows = [row for row in rows if row]
            if rows:
                found[field.name] = rows[0] if field.type == "party" else rows
            continue
        if field.type == "answers":
            start = f"{name}."
            given = {key.removeprefix(start): text.strip() for key, text in post.items() if key.startswith(start)}
            if given := {key: text for key, text in given.items() if text}:
                found[field.name] = given
            continue
        value = post.get(name, "").strip()
        if value:
            found[field.name] = value.replace("\r\n", "\n")
    return found


def _places(post: Mapping[str, str], name: str) -> list[int]:
    start = f"{name}."
    found = {key[len(start) :].split(".", 1)[0] for key in post if key.startswith(start)}
    return sorted(int(one) for one in found if one.isascii() and one.isdigit() and int(one) < MOST_ROWS)


def vocabulary(kind: str) -> Sequence[str]:
    """The words offered for a kind of box: countries, currencies or units."""
    return list(_LISTED[kind])
