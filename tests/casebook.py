"""Where the casebook and the fetched lists lie beside the checkout, and the mark of tests that need them."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"
CASES, LISTS = SHARED / "cases", SHARED / "lists"
beside = pytest.mark.skipif(not CASES.is_dir(), reason="SKIPPED: no casebook beside the checkout (../shared/cases)")
