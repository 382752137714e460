"""Small workspaces for the tests of the tables, and the faults that loading one gives."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from lotgate.errors import Fault, InputError
from lotgate.tables import load

LINE = "line,date,item\nL1,2026-01-05,\n"


def folder(path: Path, **tables: str | bytes) -> Path:
    """A folder with a CSV file for every table given."""
    for name, content in tables.items():
        data = content if isinstance(content, bytes) else content.encode()
        (path / f"{name}.csv").write_bytes(data)
    return path


def faults(path: Path) -> tuple[Fault, ...]:
    """The faults of a workspace; it must have some, and say each in both languages."""
    with pytest.raises(InputError) as caught:
        load(path, required=())
    for fault in caught.value.faults:
        assert fault.message_zh
        assert (fault.expected is None) == (fault.expected_zh is None) or fault.expected
        assert fault.in_chinese() != str(fault)
    return caught.value.faults


def said(path: Path) -> str:
    """The whole message."""
    return "\n".join(str(fault) for fault in faults(path))


def book(path: Path, **sheets: list[list[object]]) -> Path:
    """A workbook with typed cells, sheets by name."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    sheet.write(number, place, value)
    return path
