"""What outsiders may use of the reports is listed, and is there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lotgate import report


def test_every_listed_name_is_there_and_the_list_is_sorted() -> None:
    assert sorted(report.__all__) == report.__all__
    assert all(callable(getattr(report, name)) for name in report.__all__)
    assert set(report.__all__) <= set(dir(report))


def test_other_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'print_everything'"):
        _ = report.print_everything


def test_printing_needs_neither_the_page_nor_the_workbook() -> None:
    code = "import sys, lotgate.report.terminal; print([m for m in ('jinja2', 'openpyxl') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
