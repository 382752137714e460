"""Where the dated copies of real lists may lie; tests that need them are skipped, and say so, where they do not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_PLACES = [
    Path(os.environ.get("LOTGATE_TEST_LISTS", "")) if os.environ.get("LOTGATE_TEST_LISTS") else None,
    Path(__file__).parents[2].parent / "shared" / "lists",
]


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's own store; the cache is shared within a run."""
    root = tmp_path_factory.getbasetemp()
    monkeypatch.setenv("LOTGATE_CACHE", str(root / "cache"))
    monkeypatch.setenv("LOTGATE_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("LOTGATE_LISTS", raising=False)


@pytest.fixture(scope="session")
def real_lists_folder() -> Path:
    for place in _PLACES:
        if place is not None and place.is_dir():
            return place
    pytest.skip("REAL LISTS MISSING: set LOTGATE_TEST_LISTS to the folder of dated list copies")
