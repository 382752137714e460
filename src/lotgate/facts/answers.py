"""Answers to questions that a check asked: they count like filled cells.

An answer with a day or an end rests on a paper. Papers that differ, from each other or from a filled cell, leave the
cell open; answers without one that differ are a fault, because somebody typed one of them wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

import polars as pl

from lotgate.dates import parse_day
from lotgate.errors import Fault, InputError
from lotgate.facts.evidence import ORIGIN
from lotgate.facts.tags import law_tags, list_of_tag
from lotgate.law import Law, Text
from lotgate.suppliers.shares import read_composition, same_share, written_composition
from lotgate.tables import Workspace

__all__ = ["Answers", "apply_answers"]

STANDINGS = ("in-force", "suspended", "not-in-force")
PLACES = (("shipments", "line"), ("items", "item"), ("parties", "party"))
MATCHES = ("yes", "no")
OWNED = ("us_owned_by", "ofac_owned", "cn_owned_by", "eu_owned")


@dataclass(frozen=True)
class Answers:
    """What the facts table settles beyond cells: standings of measures, days checked, matches cleared or confirmed."""

    standing: Mapping[str, str] = field(default_factory=dict)
    checked_until: Mapping[str, date] = field(default_factory=dict)
    matches: Mapping[str, str] = field(default_factory=dict)
    """Party id to yes or no: whether its near matches are the same party."""
    lists_checked: Mapping[str, date] = field(default_factory=dict)
    """List id to the day up to which somebody has checked that the copy at hand still holds."""
    owned: Mapping[tuple[str, str], Literal["yes", "no"]] = field(default_factory=dict)
    """(fact, party) to yes or no: whether a rule on owners reaches the party, where shares alone do not say."""
    held: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    """(fact, subject) to the reason why an answer that was given does not count: papers differ, or ran out."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Stand-in to item, where papers run out between lines."""


def apply_answers(ws: Workspace, law: Law) -> tuple[Workspace, Answers]:
    """The workspace with answered cells filled, and the answers that have no cell.

    Raises InputError for a subject or fact nobody knows, and where an answer contradicts a filled cell.
    """
    rows = list(ws.tables["facts"].iter_rows(named=True))
    if not rows:
        return ws, Answers()
    fills: dict[str, dict[str, dict[str, list[Row]]]] = {}
    declared: dict[str, list[Row]] = {}
    held: dict[tuple[str, str], Text] = {}
    standing: dict[str, str] = {}
    checked: dict[str, date] = {}
    matches: dict[str, str] = {}
    lists_checked: dict[str, date] = {}
    owned: dict[tuple[str, str], Literal["yes", "no"]] = {}
    faults: list[Fault] = []
    keys = {table: set(ws.tables[table][key].to_list()) for table, key in PLACES}
    for number, row in enumerate(rows, 1):
        subject, fact, value = row["subject"], row["fact"], row["value"]
        if value is None:
            continue
        try:
            if fact == "status":
                standing[_measure(subject, law)] = _one_of(value, STANDINGS)
            elif fact == "checked_until" and subject.startswith("list:"):
                lists_checked[_list(subject, law)] = parse_day(value)
            elif fact == "checked_until":
                checked[_regime(subject, law)] = parse_day(value)
            elif fact in OWNED:
                owned[(fact, _party(subject, keys))] = "yes" if _one_of(value, MATCHES) == "yes" else "no"
            elif fact == "match":
                matches[subject] = _one_of(value, MATCHES)
            elif fact == "composition":
                _table_of(subject, "stage", ws, keys)
                read_composition(value)
                declared.setdefault(subject, []).append(row)
            else:
                table = _table_of(subject, fact, ws, keys)
                fills.setdefault(table, {}).setdefault(fact, {}).setdefault(subject, []).append(row)
        except ValueError as error:
            faults.append(
                Fault("facts", str(error), row=number, column="value" if fact in keys else "fact", value=value)
            )
    tables = dict(ws.tables)
    for table, columns in fills.items():
        key = dict(PLACES)[table]
        for column, answers in columns.items():
            tables[table] = _fill(tables[table], table, key, column, answers, faults, held)
    if declared:
        tables["composition"] = _composed(tables["composition"], declared, held)
    if faults:
        raise InputError(faults)
    return replace(ws, tables=_origin_open(tables, held)), Answers(
        standing, checked, matches, lists_checked, owned, held
    )


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


def _list(subject: str, law: Law) -> str:
    list_id = subject.removeprefix("list:")
    known = {list_of_tag(tag) for tag in law_tags(law)}
    if list_id not in known:
        near = ", ".join(sorted(known))
        raise ValueError(f"subject {subject!r}: expected list: and one of {near}")
    return list_id


def _party(subject: str, keys: Mapping[str, set[str]]) -> str:
    if subject not in keys["parties"]:
        raise ValueError(f"subject {subject!r} is no party of this workspace")
    return subject


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
    frame: pl.DataFrame,
    table: str,
    key: str,
    column: str,
    answers: Mapping[str, Sequence[Row]],
    faults: list[Fault],
    held: dict[tuple[str, str], Text],
) -> pl.DataFrame:
    dtype = frame.schema[column]
    known = dict(frame.select(key, column).iter_rows())
    typed: dict[str, Any] = {}
    for subject, rows in answers.items():
        try:
            values = {_key(value): value for value in (_typed(row["value"], dtype) for row in rows)}
        except ValueError as error:
            faults.append(Fault("facts", f"{subject}, {column}: {error}", column="value", value=rows[0]["value"]))
            continue
        cell = known[subject]
        said = {**values, _key(cell): cell} if cell is not None else values
        if len(said) == 1:
            typed[subject] = next(iter(values.values()))
        elif any(_is_paper(row) for row in rows):
            typed[subject] = None
            held[column, subject] = _differ(rows, f"{cell} (table {table})" if cell is not None else None)
        else:
            faults.append(
                Fault(
                    "facts",
                    f"{column} of {subject} is {cell} in table {table}; the answer differs",
                    value=rows[-1]["value"],
                )
            )
    answered = pl.DataFrame(
        {key: pl.Series(list(typed), dtype=pl.String), "_answer": pl.Series(list(typed.values()), dtype=dtype)}
    )
    joined = frame.join(answered.with_columns(_said=pl.lit(True)), on=key, how="left", maintain_order="left")
    return joined.with_columns(pl.when("_said").then("_answer").otherwise(column).alias(column)).drop(
        "_answer", "_said"
    )


Row = Mapping[str, Any]


def _is_paper(row: Row) -> bool:
    return row.get("date") is not None or row.get("expires") is not None


def _key(value: Any) -> Any:
    """Something by which values are told apart; `none` as a number equals itself."""
    if isinstance(value, float) and value != value:
        return "none"
    return tuple(value) if isinstance(value, list) else value


def _differ(rows: Sequence[Row], cell: str | None) -> Text:
    """The sentence that says which papers differ, for the person who is asked."""
    said = dict.fromkeys(f"{row['value']}" + (f" ({row['source']})" if row["source"] else "") for row in rows)
    told = "; ".join([*said, *([cell] if cell else [])])
    return Text(
        f"Papers differ: {told}. Find out which is wrong and end it (`expires`).",
        f"文件相互矛盾：{told}。请查明何者有误，并填写其 expires 使之失效。",
    )


def _typed(text: str, dtype: pl.DataType) -> Any:
    if dtype == pl.Float64:
        return float("nan") if text == "none" else float(text)
    if dtype == pl.Date:
        return parse_day(text)
    if isinstance(dtype, pl.List):
        return [] if text == "none" else [part.strip() for part in text.split(";") if part.strip()]
    return text


def _origin_open(tables: dict[str, pl.DataFrame], held: dict[tuple[str, str], Text]) -> dict[str, pl.DataFrame]:
    """Where papers differ about the origin, the country of making does not stand in for it."""
    disputed = [subject for fact, subject in held if fact in ORIGIN]
    if not disputed:
        return tables
    for subject in disputed:
        if ("origin", subject) in held:
            held["made_in", subject] = held["origin", subject]
    items = tables["items"]
    known = pl.col("origin").is_not_null()
    there = pl.col("item").is_in(disputed) & ~known
    return {**tables, "items": items.with_columns(pl.when(there).then(None).otherwise("made_in").alias("made_in"))}


# ---- composition -----------------------------------------------------------------------------------------------------


def _composed(
    frame: pl.DataFrame, declared: Mapping[str, Sequence[Row]], held: dict[tuple[str, str], Text]
) -> pl.DataFrame:
    """The composition with declared ones added; that of an item whose papers differ is left open."""
    added: list[dict[str, Any]] = []
    for item, rows in declared.items():
        known = dict(frame.filter(pl.col("item") == item).select("substance", "mass_fraction").iter_rows())
        told = [known] * bool(known) + [read_composition(row["value"]) for row in rows]
        merged: dict[str, float | None] = {}
        agree = True
        for one in told:
            agree &= all(same_share(merged[name], share) for name, share in one.items() if name in merged)
            merged = {**one, **{name: share for name, share in merged.items() if share is not None}}
        if agree:
            new = [name for name in merged if name not in known]
            added += [{"item": item, "substance": name, "mass_fraction": merged[name]} for name in new]
        else:
            stands = f"{written_composition(known)} (table composition)" if known else None
            held["composition", item] = _differ(rows, stands)
            frame = frame.filter(pl.col("item") != item)
    more = pl.DataFrame(added, schema={name: frame.schema[name] for name in ("item", "substance", "mass_fraction")})
    return pl.concat([frame, more], how="diagonal")
