"""Answers to questions that a check asked: they count like filled cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from lotgate.dates import parse_day
from lotgate.errors import Fault, InputError
from lotgate.law import Law
from lotgate.tables import Workspace

__all__ = ["Answers", "apply_answers"]

STANDINGS = ("in-force", "suspended", "not-in-force")
PLACES = (("shipments", "line"), ("items", "item"), ("parties", "party"))
MATCHES = ("yes", "no")


@dataclass(frozen=True)
class Answers:
    """What the facts table settles beyond cells: standings of measures, days checked, matches cleared or confirmed."""

    standing: Mapping[str, str] = field(default_factory=dict)
    checked_until: Mapping[str, date] = field(default_factory=dict)
    matches: Mapping[str, str] = field(default_factory=dict)
    """Party id to yes or no: whether its near matches are the same party."""


def apply_answers(ws: Workspace, law: Law) -> tuple[Workspace, Answers]:
    """The workspace with answered cells filled, and the answers that have no cell.

    Raises InputError for a subject or fact nobody knows, and where an answer contradicts a filled cell.
    """
    rows = list(ws.tables["facts"].iter_rows(named=True))
    if not rows:
        return ws, Answers()
    fills: dict[str, dict[str, dict[str, Any]]] = {}
    standing: dict[str, str] = {}
    checked: dict[str, date] = {}
    matches: dict[str, str] = {}
    faults: list[Fault] = []
    keys = {table: set(ws.tables[table][key].to_list()) for table, key in PLACES}
    for number, row in enumerate(rows, 1):
        subject, fact, value = row["subject"], row["fact"], row["value"]
        if value is None:
            continue
        try:
            if fact == "status":
                standing[_measure(subject, law)] = _one_of(value, STANDINGS)
            elif fact == "checked_until":
                checked[_regime(subject, law)] = parse_day(value)
            elif fact == "match":
                matches[subject] = _one_of(value, MATCHES)
            else:
                table = _table_of(subject, fact, ws, keys)
                fills.setdefault(table, {}).setdefault(fact, {})[subject] = value
        except ValueError as error:
            faults.append(
                Fault("facts", str(error), row=number, column="value" if fact in keys else "fact", value=value)
            )
    tables = dict(ws.tables)
    for table, columns in fills.items():
        key = dict(PLACES)[table]
        for column, answers in columns.items():
            tables[table] = _fill(tables[table], table, key, column, answers, faults)
    if faults:
        raise InputError(faults)
    return replace(ws, tables=tables), Answers(standing, checked, matches)


def _one_of(value: str, words: tuple[str, ...]) -> str:
    if value not in words:
        raise ValueError(f"expected one of {', '.join(words)}")
    return value


def _measure(subject: str, law: Law) -> str:
    return law.measure(subject).id


def _regime(subject: str, law: Law) -> str:
    code = subject.removeprefix("law:")
    if code not in law.regimes:
        raise ValueError(f"subject {subject!r}: expected law:cn, law:us, law:eu, law:nl or law:jp")
    return code


def _table_of(subject: str, fact: str, ws: Workspace, keys: Mapping[str, set[str]]) -> str:
    homes = [table for table, _ in PLACES if fact in ws.tables[table].columns]
    if not homes:
        raise ValueError(f"no table has a column {fact!r} for it")
    for table in homes:
        if subject in keys[table]:
            return table
    raise ValueError(
        f"subject {subject!r} is no {' or '.join(dict(PLACES)[table] for table in homes)} of this workspace"
    )


def _fill(
    frame: pl.DataFrame, table: str, key: str, column: str, answers: Mapping[str, str], faults: list[Fault]
) -> pl.DataFrame:
    dtype = frame.schema[column]
    known = dict(frame.select(key, column).iter_rows())
    typed: dict[str, Any] = {}
    for subject, text in answers.items():
        try:
            value = _typed(text, dtype)
        except ValueError as error:
            faults.append(Fault("facts", f"{subject}, {column}: {error}", column="value", value=text))
            continue
        if known[subject] is not None and known[subject] != value:
            faults.append(
                Fault(
                    "facts",
                    f"{column} of {subject} is {known[subject]} in table {table}; the answer differs",
                    value=text,
                )
            )
        typed[subject] = value
    answered = pl.DataFrame({key: list(typed), "_answer": pl.Series(list(typed.values()), dtype=dtype)})
    joined = frame.join(answered, on=key, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(column, "_answer").alias(column)).drop("_answer")


def _typed(text: str, dtype: pl.DataType) -> Any:
    if dtype == pl.Float64:
        return float("nan") if text == "none" else float(text)
    if dtype == pl.Date:
        return parse_day(text)
    if isinstance(dtype, pl.List):
        return [] if text == "none" else [part.strip() for part in text.split(";") if part.strip()]
    return text
