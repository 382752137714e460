"""The log as exported: whole when untouched, every change found and located."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from licence_case import CUSTOMS, Case, declaration

from lotgate.errors import InputError
from lotgate.licence.keys import KeyFolder
from lotgate.licence.log import Audit, audit, export_lines, signed_head
from lotgate.licence.records import canonical

NOW = datetime(2026, 1, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, KeyFolder]:
    case = Case()
    licence = case.granted()
    keys = KeyFolder.create(tmp_path_factory.mktemp("keys"), "did:web:example", "Example authority", "示例机关", NOW)
    first = signed_head([case.store.head()], keys, "2025-12-20T04:00:00.000000Z")
    case.wait(16)
    case.step(CUSTOMS, "licence", "reserve", licence, **declaration())
    heads = [first, signed_head([case.store.head()], keys, "2026-01-05T04:00:00.000000Z")]
    return b"".join(export_lines(case.store.entries(), heads, keys.public)), keys


def checked(path: Path, data: bytes, keys: KeyFolder | None = None) -> Audit:
    path.write_bytes(data)
    return audit(path, keys.public if keys else None)


def test_an_untouched_export_is_whole(export: tuple[bytes, KeyFolder], tmp_path: Path) -> None:
    data, keys = export
    found = checked(tmp_path / "log", data, keys)
    assert found.whole and found.trusted and found.heads == 2
    assert found.entries == found.sealed["main"] == found.books["main"].sequence
    assert checked(tmp_path / "log", data).trusted is None  # signed, but by whom is for the reader to compare


def test_the_change_of_any_byte_is_found_in_its_line(export: tuple[bytes, KeyFolder], tmp_path: Path) -> None:
    data, keys = export
    lines = data.splitlines(keepends=True)
    starts = [sum(map(len, lines[:i])) for i in range(len(lines))]
    for number, (start, line) in enumerate(zip(starts, lines, strict=True), 1):
        for offset in sorted({0, len(line) // 3, len(line) // 2, len(line) - 2, len(line) - 1}):
            changed = bytearray(data)
            changed[start + offset] ^= 1
            found = checked(tmp_path / "log", bytes(changed), keys)
            assert not found.whole, (number, offset)
            assert number in {fault.line for fault in found.faults}, (number, offset, found.faults)


def test_every_byte_of_a_signed_head_counts(export: tuple[bytes, KeyFolder], tmp_path: Path) -> None:
    """Also the last characters of a signature, whose loose bits a forgiving reader would drop."""
    data, keys = export
    start = data.rindex(b'{"head"')
    missed = []
    for place in range(start, len(data)):
        for byte in {0x20, 0x41, 0x51, 0x30, data[place] ^ 1, data[place] ^ 2} - {data[place]}:
            changed = data[:place] + bytes([byte]) + data[place + 1 :]
            if checked(tmp_path / "log", changed, keys).whole:
                missed.append((place - start, chr(data[place]), chr(byte)))
    assert missed == []


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_byte_to_any_value(
    export: tuple[bytes, KeyFolder], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole, keys = export
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != whole[place]))
    found = checked(tmp_path_factory.mktemp("log") / "log", whole[:place] + bytes([byte]) + whole[place + 1 :], keys)
    assert not found.whole


def test_an_entry_left_out_added_or_moved_is_found(export: tuple[bytes, KeyFolder], tmp_path: Path) -> None:
    data, keys = export
    lines = data.splitlines(keepends=True)
    for tampered, at in (
        (lines[:4] + lines[5:], 5),
        ([*lines[:4], lines[3], *lines[4:]], 5),
        ([*lines[:4], lines[5], lines[4], *lines[6:]], 5),
    ):
        found = checked(tmp_path / "log", b"".join(tampered), keys)
        assert not found.whole and found.faults[0].line == at


def test_a_chain_made_anew_after_a_change_meets_the_signed_heads(
    export: tuple[bytes, KeyFolder], tmp_path: Path
) -> None:
    import hashlib

    data, keys = export
    lines = data.splitlines(keepends=True)
    entries = [json.loads(line) for line in lines if b'"head"' not in line[:8]]
    entries[8]["actor"] = "somebody-else"
    previous = "0" * 64
    for entry in entries:
        entry["previous"] = previous
        del entry["hash"]
        previous = entry["hash"] = hashlib.sha256(canonical(entry)).hexdigest()
    heads = lines[len(entries) :]
    forged = b"".join(canonical(entry) + b"\n" for entry in entries) + b"".join(heads)
    found = checked(tmp_path / "log", forged, keys)
    assert [fault.text.en for fault in found.faults if "stands for another entry" in fault.text.en]
    assert not found.whole and found.sealed == {}


def test_an_end_cut_off_is_found(export: tuple[bytes, KeyFolder], tmp_path: Path) -> None:
    data, keys = export
    lines = data.splitlines(keepends=True)
    found = checked(tmp_path / "log", b"".join(lines[:-4] + lines[-2:]), keys)
    assert not found.whole and any("the end is missing" in fault.text.en for fault in found.faults)
    found = checked(tmp_path / "log", b"".join(lines[:-4] + lines[-2:-1]), keys)
    assert not found.whole and any("under no good signature" in fault.text.en for fault in found.faults)


def test_heads_signed_by_another_key_are_not_trusted(export: tuple[bytes, KeyFolder], tmp_path: Path) -> None:
    data, _ = export
    other = KeyFolder.create(tmp_path / "other", "did:web:other", "Other", "其他", NOW)
    found = checked(tmp_path / "log", data, other)
    assert not found.whole and found.trusted is False


def test_a_file_that_is_no_export_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an export of the log"):
        checked(tmp_path / "log", b"line,date\nL1,2026-01-01\n")


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=20,
)


@given(plain)
def test_canonical_bytes_are_those_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1.5, {"a": 2**53}, {"价": 1}, {1: 2}, object()])
def test_what_has_no_exact_canonical_form_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical(value)
