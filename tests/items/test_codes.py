from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotgate.items.codes import EntryIndex, members, membership, parts, relation


@pytest.mark.parametrize(
    ("code", "entry", "expected"),
    [
        ("1C905.a.4", "1C905.a", "inside"),
        ("1C905.a.4", "1C905.a.4", "inside"),
        ("3B001", "3B001.f.1", "above"),
        ("3B001.f", "3B001.f.1", "above"),
        ("3B001.f.2", "3B001.f.1", "outside"),
        ("3B001.f.10", "3B001.f.1", "outside"),
        ("none", "3B001", "outside"),
        ("EAR99", "3B001", "outside"),
        (" 3b001 . F.1 ", "3B001.f.1", "inside"),
        ("3B001(f)(1)(b)", "3B001.f.1", "inside"),
        ("3A090a", "3A090.a", "inside"),
        ("5A992.z.1", "5A992.z", "inside"),
        ("9A515.d", "9x515", "inside"),
        ("9E515", "9?515", "inside"),
        ("9A615", "9x515", "outside"),
        ("3A611.x", "?A6??", "inside"),
        ("3A991.p", "?A6??", "outside"),
        ("Ga", "Ga", "inside"),
        ("Ga", "Ge", "outside"),
        ("JP-2023.cleaning", "JP-2023", "inside"),
        ("JP-2023", "JP-2023.cleaning", "above"),
    ],
)
def test_relation_reads_codes_as_paths(code: str, entry: str, expected: str) -> None:
    assert relation(code, entry) == expected


def test_unknown_cell_could_be_on_every_list_and_none_on_no_list() -> None:
    found = membership([None, "none"], {"a": ["1C902"], "b": []})
    assert found[None].must == frozenset()
    assert found[None].may == {"a", "b"}
    assert found["none"].may == frozenset()


def test_missing_paragraph_is_maybe() -> None:
    assert members("3B001", ["3B001.f.1", "3B993"]) == "maybe"
    assert members("3B993.f.1", ["3B001.f.1", "3B993"]) == "yes"
    assert members("3B991", ["3B001.f.1", "3B993"]) == "no"


def test_several_codes_in_one_cell_count_strictest() -> None:
    assert members("none;1C905.a.4", ["1C905"]) == "yes"
    assert members("1C902.a.4 ; 1C905.a.4", ["1C905.a.4"]) == "yes"


def test_exclusions_take_out_what_lies_below_them() -> None:
    entries = ["3B001", "!3B001.g", "!3B001.p", "3B001.p.2"]
    assert members("3B001.a.4", entries) == "yes"
    assert members("3B001.g", entries) == "no"
    assert members("3B001", entries) == "maybe"
    assert members("3B001.p", entries) == "maybe"
    assert members("3B001.p.2", entries) == "yes"
    assert members("3B001.p.4", entries) == "no"


def test_patterns_and_exclusions_together() -> None:
    entries = ["?A6??", "!3A611.y"]
    assert members("3A611.x", entries) == "yes"
    assert members("3A611.y", entries) == "no"
    assert members("3A611", entries) == "maybe"


def test_notations_agree() -> None:
    assert parts("3B001.f.1.b.2") == parts("3b001f1b2") == parts("3B001(f)(1)(b)(2)") == parts("3B001.f.1.b.2.")


STEP = st.sampled_from(["a", "b", "1", "2"])
CODE = st.builds(
    lambda head, rest: ".".join([head, *rest]), st.sampled_from(["1C902", "3A001"]), st.lists(STEP, max_size=4)
)


@given(CODE, st.lists(CODE, max_size=6))
def test_index_agrees_with_relation(code: str, entries: list[str]) -> None:
    relations = {relation(code, entry) for entry in entries}
    expected = "yes" if "inside" in relations else "maybe" if "above" in relations else "no"
    assert EntryIndex({"x": entries}).member(code, "x") == expected
