"""A headless Chromium for tests, and axe-core to look at pages as assistive technology does; found or fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

AXE = "axe-core@4.10.3"
TOOLS = Path(os.environ.get("LOTGATE_TEST_TOOLS") or Path.home() / ".cache" / "lotgate-tests")


def without(what: str) -> None:
    """Skips loudly where something cannot be had; under CI that is a failure."""
    message = f"{what} is not on this machine; .ci/run installs it"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@cache
def chromium() -> str:
    """The browser's program; skips where there is none."""
    found = os.environ.get("LOTGATE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    found = found or shutil.which("google-chrome")
    if not found:
        without("Chromium")
    return str(found)


@cache
def axe() -> str:
    """The source of axe-core; fetched once, outside the project."""
    path = TOOLS / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file() and shutil.which("npm"):
        TOOLS.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(TOOLS), AXE]
        subprocess.run(command, check=False, timeout=180, capture_output=True)
    if not path.is_file():
        without("axe-core")
    return path.read_text(encoding="utf-8")
