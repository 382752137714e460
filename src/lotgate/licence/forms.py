"""Forms: what is filled in for each step, checked field by field, all faults at once.

The fields stand in data/forms.yaml and data/fields.yaml; pages draw their forms from the same records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lotgate.dates import parse_day
from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.law.reading import read_yaml, text_of
from lotgate.licence.ledger import number, written
from lotgate.licence.machines import DATA
from lotgate.tables.schema import END_USES
from lotgate.tables.vocabulary import COUNTRIES, CURRENCIES, UNITS

__all__ = [
    "Document",
    "Field",
    "Form",
    "Section",
    "check_form",
    "documents",
    "form_of",
    "holds",
    "is_id",
    "media_types",
    "missing",
    "named_fields",
    "sections",
]


@dataclass(frozen=True)
class Field:
    """One field: name, type, label, whether it is needed, who may read it."""

    name: str
    type: str
    label: Text
    required: bool = False
    when: tuple[str, str] | None = None
    """Needed only where that field of the application (section.name) has that value."""
    must: str | None = None
    """The only value that is accepted where the form is to be complete: a declaration to be affirmed."""
    words: Mapping[str, Text] | None = None
    readers: frozenset[str] = frozenset()
    """Sides (people.sides) that may read it; empty for forms of steps, which are read with their entry."""
    of: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Section:
    """A group of fields of an application."""

    name: str
    title: Text
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Form:
    """What a step takes: its fields, or `takes` content (sections of the application) or a certificate."""

    name: str
    fields: tuple[Field, ...] = ()
    takes: str | None = None


@dataclass(frozen=True)
class Document:
    """A kind of document attached to an application."""

    kind: str
    title: Text
    required: bool
    when: tuple[str, str] | None
    readers: frozenset[str]


@cache
def sections() -> tuple[Section, ...]:
    """The sections of an application."""
    data = _file()
    return tuple(
        Section(row["section"], text_of(row["title"], row["section"]), _fields(row["fields"]))
        for row in data["application"]
    )


@cache
def named_fields(name: str) -> tuple[Field, ...]:
    """The fields of a certificate, of a licence or of a party."""
    return _fields(_file()[name])


@cache
def documents() -> tuple[Document, ...]:
    """The kinds of document, in the order in which they are asked for."""
    return tuple(
        Document(
            row["kind"],
            text_of(row["title"], row["kind"]),
            row.get("required") == "yes",
            _condition(row.get("required")),
            readers(row["readers"]),
        )
        for row in _file()["documents"]
    )


@cache
def media_types() -> frozenset[str]:
    """Types of file that may be attached."""
    return frozenset(_file()["media_types"])


@cache
def form_of(name: str) -> Form:
    """The form of a step; an empty one where it takes nothing."""
    row = _forms().get(name, {})
    takes = row.get("takes")
    if takes == "certificate":
        return Form(name, named_fields("certificate"), takes)
    return Form(name, _fields(row.get("fields", ())), takes)


def holds(condition: tuple[str, str] | None, content: Mapping[str, Any]) -> bool:
    """Whether the field a condition names (section.name) has the value it asks for."""
    if condition is None:
        return False
    section, _, name = condition[0].partition(".")
    return bool(content.get(section, {}).get(name) == condition[1])


def check_form(name: str, data: Mapping[str, Any], table: str) -> dict[str, Any]:
    """What was filled in, in its one written form; raises InputError with every fault.

    Sections of an application may be partly empty here; whether they are complete is asked when it is submitted.
    """
    form, faults = form_of(name), _Faults(table)
    if form.takes == "content":
        made = {"content": _content(data.get("content", {}), faults)}
        faults.unknown(data, {"content"})
    else:
        made = _record(form.fields, data, faults, "")
    if faults.found:
        raise InputError(faults.found)
    return made


def missing(content: Mapping[str, Any]) -> list[tuple[Section, Field]]:
    """Fields that are needed and empty, or not affirmed, with the section they stand in."""
    found = []
    for section in sections():
        given = content.get(section.name, {})
        for field in section.fields:
            value = given.get(field.name)
            needed = field.required or holds(field.when, content)
            if (needed and value in (None, "", [])) or (field.must is not None and value != field.must):
                found.append((section, field))
    return found


class _Faults:
    def __init__(self, table: str) -> None:
        self.table = table
        self.found: list[Fault] = []

    def add(self, column: str, value: Any, expected: tuple[str, str], message: tuple[str, str] = ("", "")) -> None:
        en, zh = message if message[0] else ("not understood", "无法识别")
        shown = None if value is None else str(value)
        self.found.append(Fault(self.table, en, None, column, shown, expected[0], zh, expected[1]))

    def unknown(self, data: Mapping[str, Any], known: Iterable[str], where: str = "") -> None:
        for name in sorted(set(data) - set(known)):
            listed = ", ".join(sorted(known)) or "nothing"
            self.add(f"{where}{name}", None, (listed, listed), ("no such field", "没有该字段"))


def _content(content: Any, faults: _Faults) -> dict[str, Any]:
    if not isinstance(content, Mapping):
        faults.add("content", content, ("sections with fields", "各部分及其字段"))
        return {}
    known = {section.name: section for section in sections()}
    faults.unknown(content, known)
    made = {}
    for name, section in known.items():
        if isinstance(content.get(name, {}), Mapping):
            made[name] = _record(section.fields, content.get(name, {}), faults, f"{name}.", partial=True)
        else:
            faults.add(name, content[name], ("fields", "字段"))
    return {name: fields for name, fields in made.items() if fields}


def _record(fields: Sequence[Field], data: Any, faults: _Faults, where: str, partial: bool = False) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        faults.add(where.rstrip("."), data, ("named fields", "具名字段"))
        return {}
    faults.unknown(data, {field.name for field in fields}, where)
    made = {}
    for field in fields:
        value, place = data.get(field.name), f"{where}{field.name}"
        if value is None or value in ("", []):
            if field.required and not partial:
                faults.add(place, None, (field.label.en, field.label.zh), ("is needed", "须填写"))
            continue
        read = _READ[field.type](field, value, faults, place)
        if read is not None:
            made[field.name] = read
        if field.must is not None and value != field.must and not partial:
            faults.add(place, value, (field.must, field.must), ("must be affirmed", "须予确认"))
    return made


def _text(field: Field, value: Any, faults: _Faults, place: str) -> str | None:
    if not isinstance(value, str) or not value.strip():
        faults.add(place, value, ("text", "文字"))
        return None
    longest = LONG if field.type == "long" else SHORT
    if len(value) > longest or _UNPRINTABLE.search(value):
        faults.add(place, value, (f"at most {longest} printable characters", f"不超过 {longest} 个可见字符"))
        return None
    return value.strip()


SHORT, LONG = 500, 20_000
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Control characters, half characters, and those that turn the direction of what stands around them."""
_ID = re.compile(r"[^\s/\\;\x00-\x1f\x7f]{1,80}")
_HASH = re.compile(r"[0-9a-f]{64}")
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,25}(\.[0-9]{1,15})?")


def is_id(text: str) -> bool:
    """Whether a text can name something: up to 80 characters without spaces, control characters or / \\ ;."""
    return _ID.fullmatch(text) is not None and text.isprintable()


def _id(field: Field, value: Any, faults: _Faults, place: str) -> str | None:
    if isinstance(value, str) and is_id(value):
        return value
    faults.add(
        place, value, ("up to 80 visible characters without spaces or / \\ ;", "不超过80个可见字符，不含空格及 / \\ ;")
    )
    return None


def _hash(field: Field, value: Any, faults: _Faults, place: str) -> str | None:
    return _matching(_HASH, value, faults, place, ("64 hexadecimal digits in lower case", "64位小写十六进制数"))


def _matching(
    pattern: re.Pattern[str], value: Any, faults: _Faults, place: str, expected: tuple[str, str]
) -> str | None:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    faults.add(place, value, expected)
    return None


def _day(field: Field, value: Any, faults: _Faults, place: str) -> str | None:
    try:
        return parse_day(value).isoformat()
    except (ValueError, TypeError):
        faults.add(place, value, ("a day, YYYY-MM-DD", "日期，YYYY-MM-DD"))
        return None


def _decimal(field: Field, value: Any, faults: _Faults, place: str) -> str | None:
    """Zero or more, as text: a number given as a JSON float has already lost what it was."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value) and number(value) >= 0:
        return written(number(value))
    faults.add(place, value, ("a decimal number as text, zero or more", "以文本书写的非负十进制数"))
    return None


def _whole(field: Field, value: Any, faults: _Faults, place: str) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
        return value
    faults.add(place, value, ("a whole number", "整数"))
    return None


def _of(known: Iterable[str], expected: tuple[str, str]) -> Callable[[Field, Any, _Faults, str], str | None]:
    allowed = frozenset(known)

    def read(field: Field, value: Any, faults: _Faults, place: str) -> str | None:
        if isinstance(value, str) and value in allowed:
            return value
        faults.add(place, value, expected)
        return None

    return read


_country = _of(COUNTRIES, ("a country, ISO 3166-1 alpha-2", "国家（地区），ISO 3166-1 两字母代码"))


def _word(field: Field, value: Any, faults: _Faults, place: str) -> str | None:
    words = ", ".join(field.words or ())
    return _of(field.words or (), (words, words))(field, value, faults, place)


def _several(
    read: Callable[[Field, Any, _Faults, str], Any],
) -> Callable[[Field, Any, _Faults, str], list[Any] | None]:
    def each(field: Field, value: Any, faults: _Faults, place: str) -> list[Any] | None:
        if isinstance(value, str):
            value = [part.strip() for part in re.split(r"[;\n]", value) if part.strip()]
        if not isinstance(value, (list, tuple)) or len(value) > MOST:
            faults.add(place, value, (f"a list of at most {MOST}", f"列表，不超过 {MOST} 项"))
            return None
        made = [read(field, one, faults, f"{place}[{i}]") for i, one in enumerate(value, 1)]
        return [one for one in made if one is not None]

    return each


MOST = 200


def _party(field: Field, value: Any, faults: _Faults, place: str) -> dict[str, Any]:
    return _record(named_fields("party"), value, faults, f"{place}.")


def _row(field: Field, value: Any, faults: _Faults, place: str) -> dict[str, Any]:
    return _record(field.of, value, faults, f"{place}.")


def _answers(field: Field, value: Any, faults: _Faults, place: str) -> dict[str, str] | None:
    if isinstance(value, Mapping) and all(isinstance(a, str) and a.strip() and len(a) <= LONG for a in value.values()):
        return {str(key): answer.strip() for key, answer in value.items()}
    faults.add(place, value, ("question number: answer", "问题编号：答复"))
    return None


def _tree(field: Field, value: Any, faults: _Faults, place: str) -> dict[str, Any] | None:
    if isinstance(value, Mapping):
        return dict(value)
    faults.add(place, value, ("an object", "对象"))
    return None


_READ: Mapping[str, Callable[[Field, Any, _Faults, str], Any]] = {
    "text": _text,
    "long": _text,
    "id": _id,
    "hash": _hash,
    "day": _day,
    "decimal": _decimal,
    "whole": _whole,
    "country": _country,
    "countries": _several(_country),
    "currency": _of(CURRENCIES, ("a currency, ISO 4217", "币种，ISO 4217")),
    "unit": _of(UNITS, ("a unit of UN/ECE Rec 20", "UN/ECE 第20号建议书计量单位")),
    "codes": _several(_text),
    "texts": _several(_text),
    "word": _word,
    "end_use": _of(END_USES, ("an end use", "最终用途")),
    "yes/no": _of(("yes", "no"), ("yes or no", "yes 或 no")),
    "party": _party,
    "parties": _several(_party),
    "record": _tree,
    "any": lambda field, value, faults, place: value,
    "records": _several(_row),
    "answers": _answers,
}


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(DATA / "fields.yaml")
    return found


@cache
def _forms() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(DATA / "forms.yaml")["forms"]
    return found


@cache
def readers(name: str | None) -> frozenset[str]:
    """The sides in a set of readers named in the data; none for no name."""
    return frozenset(_file()["readers"][name]) if name else frozenset()


def _condition(required: Any) -> tuple[str, str] | None:
    if isinstance(required, Mapping):
        return next(iter(required.items()))
    return None


def _fields(rows: Iterable[Mapping[str, Any]]) -> tuple[Field, ...]:
    return tuple(
        Field(
            row["name"],
            row["type"],
            text_of(row, row["name"]),
            row.get("required") == "yes",
            _condition(row.get("required")),
            row.get("must"),
            {word: text_of(text, word) for word, text in row["words"].items()} if "words" in row else None,
            readers(row.get("readers")),
            _fields(row.get("of", ())),
        )
        for row in rows
    )
