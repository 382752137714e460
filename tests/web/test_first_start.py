"""An empty machine: the database is made, a user added, the server answers with the headers promised."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = "from lotgate.cli import main; main()"


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        env=os.environ | {"LOTGATE_HOME": str(home)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve", "--port", "0"],
        env=os.environ | {"LOTGATE_HOME": str(tmp_path)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stderr is not None
        for line in server.stderr:
            if found := re.search(r"http://\S+/", line):
                yield found[0]
                break
        else:
            raise AssertionError("the server said no address")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        assert server.stderr is not None
        server.stderr.close()


def test_a_fresh_server_answers_with_a_sign_in_page_and_every_header(address: str) -> None:
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert answer.status == 200
        assert answer.url.startswith(f"{address}accounts/login/")
        headers = answer.headers
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"]
    assert re.search(r"csrftoken=.*HttpOnly.*SameSite=Strict", headers["Set-Cookie"])


def test_a_user_is_added_with_a_random_password_and_the_secret_is_its_owners(tmp_path: Path) -> None:
    added = run(tmp_path, "users", "add", "first", "--role", "administrator")
    assert added.returncode == 0, added.stderr
    assert re.fullmatch(r"first \S{16}\n", added.stdout)
    assert stat.S_IMODE((tmp_path / "web" / "secret-key").stat().st_mode) == 0o600
    again = run(tmp_path, "users", "add", "first", "--role", "administrator")
    assert again.returncode == 2
    assert "taken" in again.stderr
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize(
    "url", ["oracle://x/y", "sqlite://", "postgresql://h:port/x", "postgresql://h", "/no/such/folder/x"]
)
def test_a_bad_database_url_is_one_clear_error(tmp_path: Path, url: str) -> None:
    found = run(tmp_path, "users", "add", "first", "--role", "administrator", "--database", url)
    assert found.returncode == 2
    assert found.stderr.startswith("database URL")
    assert "Traceback" not in found.stderr
