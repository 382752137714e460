"""Facts read from a flat table are the facts that were written."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from made_law import made

from lotgate.evaluate.columns import ANYTHING, NONE, FactTable, Members, Value
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.sql import flat_schema, flatten
from lotgate.facts.flat import encode
from lotgate.law import Law

INF = float("inf")


@pytest.fixture(scope="module")
def law() -> Law:
    return made(1).law


def column(law: Law, fact: str, **cells: list[object]) -> list[Value]:
    table = encode(law, pa.table(cells))
    return [table.columns[fact][row] for row in range(table.rows)]


def test_texts(law: Law) -> None:
    found = column(law, "destination", destination=["NO", None, "BR", "NO", "none"])
    assert found == ["NO", None, "BR", "NO", NONE]


def test_numbers_are_intervals(law: Law) -> None:
    found = column(
        law, "tpp",
        tpp_low=[1.0, 1.0, None, 2.0, None, None], tpp_high=[1.0, 2.0, None, None, 3.0, None],
        tpp_none=[False, None, False, False, False, True],
    )  # fmt: skip
    assert found == [(1.0, 1.0), (1.0, 2.0), None, (2.0, INF), (-INF, 3.0), NONE]


def test_sets_with_what_they_may_have(law: Law) -> None:
    one = frozenset({"us-sdn"})
    found = column(
        law, "listed",
        listed=["us-sdn", "none", None, "us-sdn; CN-2024-1", "none"],
        listed_may=[None, "us-sdn", "us-sdn", "none", None],
    )  # fmt: skip
    assert found == [
        Members(one, one), Members(may=one), ANYTHING, Members(one | {"CN-2024-1"}, one | {"CN-2024-1"}), Members(),
    ]  # fmt: skip


def test_codes_are_matched_against_the_lists(law: Law) -> None:
    sure, perhaps, nothing, unknown = column(law, "us_code", us_code=["3A090.a", "4A090", "none", None])
    chips = frozenset({"us-chips", "us-any"})
    assert sure == Members(chips, chips)
    assert perhaps == Members(frozenset(), chips)
    assert nothing == Members(frozenset({NONE}), frozenset({NONE}))
    assert unknown == ANYTHING


def test_many_distinct_bounds_and_several_chunks(law: Law) -> None:
    low = np.arange(6000, dtype=float)
    whole = pa.table({"tpp_low": low, "tpp_high": low + 1, "destination": ["NO", "BR", None] * 2000})
    chunked = pa.concat_tables([whole.slice(0, 100), whole.slice(100, 1), whole.slice(101)])
    found = encode(law, chunked)
    assert [found.columns["tpp"][row] for row in (0, 100, 5999)] == [(0.0, 1.0), (100.0, 101.0), (5999.0, 6000.0)]
    assert [found.columns["destination"][row] for row in (0, 100, 101)] == ["NO", "BR", None]


def test_a_table_read_with_dictionaries_is_the_same(law: Law) -> None:
    plain = pa.table({"destination": ["NO", None, "BR"], "other": [1, 2, 3]})
    coded = plain.set_column(0, "destination", plain["destination"].dictionary_encode())
    for table in (plain, coded):
        assert [encode(law, table).columns["destination"][row] for row in range(3)] == ["NO", None, "BR"]
        assert "other" not in encode(law, table).columns


def test_an_empty_table(law: Law) -> None:
    empty = pa.table({"destination": pa.array([], pa.string()), "tpp_low": pa.array([], pa.float64()),
                      "tpp_high": pa.array([], pa.float64())})  # fmt: skip
    assert encode(law, empty).rows == 0


def test_the_columns_that_sql_reads_are_named_by_what_is_asked() -> None:
    case = made(5)
    schema = flat_schema(case.evaluator)
    flat = flatten(case.evaluator, case.table, np.array(case.days, dtype="datetime64[D]"))
    assert flat.schema == schema
    assert schema.names[:2] == ["line", "day"]
    assert len(set(schema.names)) == len(schema.names)
    assert all(name.isascii() and name == name.lower() and len(name) <= 63 for name in schema.names)


def test_column_names_do_not_depend_on_other_rules() -> None:
    law = made(5).law
    both, one = flat_schema(Evaluator(law)), flat_schema(Evaluator(law, ["us"]))
    assert set(one.names) <= set(both.names)


def test_a_day_is_a_day() -> None:
    flat = flatten(Evaluator(made(5).law), FactTable.of([{}]), np.array(["2025-10-09"], dtype="datetime64[D]"))
    assert flat["day"].to_pylist() == [date(2025, 10, 9)]
