"""The tables that `lotgate screen` takes: names to screen, and pairs of names to score."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from lotgate.errors import Fault, InputError
from lotgate.parties.countries import country_code
from lotgate.parties.screen import Query

__all__ = ["read_names", "read_pairs"]

KINDS = {"organization": "company", "company": "company", "person": "person", "vessel": "vessel", "bank": "bank"}
KINDS |= {"government": "government", "aircraft": "aircraft"}


def _read(path: Path, needed: tuple[str, ...]) -> pl.DataFrame:
    if not path.is_file():
        raise InputError([Fault(str(path), "no such file", expected=f"a CSV file with columns {', '.join(needed)}")])
    try:
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0][:200]
        raise InputError([Fault(path.name, reason, expected="a CSV file in UTF-8")]) from None
    frame = frame.rename({name: name.strip("\ufeff ") for name in frame.columns})
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        found = ", ".join(frame.columns)
        raise InputError([Fault(path.name, f"column {n} is missing", column=n, value=found) for n in missing])
    return frame


def read_names(path: Path | str) -> list[Query]:
    """The names to screen, from a CSV file with `id`, `name` and optionally `name_local`, `country`, `kind`.

    Raises InputError naming every row without an id or a name, with an id that stands twice, or with an unknown kind.
    """
    frame = _read(Path(path), ("id", "name"))
    for optional in ("name_local", "country", "kind"):
        if optional not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(optional))
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    queries = []
    rows = frame.select("id", "name", "name_local", "country", "kind").iter_rows()
    for number, (key, name, local, country, kind) in enumerate(rows, 1):
        names = tuple(dict.fromkeys(text.strip() for text in (name, local) if text and text.strip()))
        if not key:
            faults.append(Fault("names", "the id is empty", row=number, column="id", expected="a unique id"))
        elif key in seen:
            faults.append(Fault("names", f"the id stands in row {seen[key]} too", row=number, column="id", value=key))
        if not names:
            faults.append(Fault("names", "the name is empty", row=number, column="name", expected="a name"))
        if kind and kind.strip() not in KINDS:
            expected = f"one of {', '.join(KINDS)}"
            faults.append(Fault("names", "unknown kind", row=number, column="kind", value=kind, expected=expected))
        code = country_code(country) if country else None
        if country and code is None:
            expected = "a country code of two letters"
            faults.append(Fault("names", "unknown country", number, "country", country, expected))
        seen.setdefault(key, number)
        queries.append(Query(key or "", names, code, KINDS.get((kind or "").strip())))
    if faults:
        raise InputError(faults)
    return queries


def read_pairs(path: Path | str) -> pl.DataFrame:
    """The pairs to score, from a CSV file with `query_name`, `list_name` and optionally `entity_type`."""
    return _read(Path(path), ("query_name", "list_name"))
