"""A headless Chromium and a demonstration server for tests, and how a page is held against axe-core, which looks at it
as assistive technology does, and against two widths of screen."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = "axe-core@4.10.3"
TOOLS = Path(os.environ.get("LOTGATE_TEST_TOOLS") or Path.home() / ".cache" / "lotgate-tests")
LISTS = Path(__file__).parents[2] / "examples" / "demonstration-lists"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PASSWORD = "a long enough secret"
SEED = f"""
import json
from lotgate.web import start
start()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from lotgate.web.accounts.models import User
from lotgate.web.serving import migrate
from lotgate.web.services import demonstration, demonstration_cases
migrate()
demonstration.seed(lambda: {PASSWORD!r})
demonstration_cases.fill()
keys = {{}}
for user in User.objects.all():
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.save()
    keys[user.username] = session.session_key
print(json.dumps(keys))
"""
SERVE = "from lotgate.cli import main; main()"


@dataclass(frozen=True)
class Server:
    """A demonstration server: its address, its database, and a session for each of its people."""

    address: str
    database: Path
    sessions: dict[str, str]


@contextmanager
def demonstration(home: Path) -> Iterator[Server]:
    """A server on a fresh folder, with the people and cases of the demonstration."""
    env = os.environ | {"LOTGATE_HOME": str(home), "LOTGATE_LISTS": str(LISTS)}
    env.pop("LOTGATE_DATABASE", None)
    seeded = subprocess.run([sys.executable, "-c", SEED], env=env, check=True, timeout=120, capture_output=True)
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, "serve", "--port", "0"], env=env, stderr=subprocess.PIPE, text=True
    )
    assert server.stderr is not None
    try:
        address = next(found[0] for line in server.stderr if (found := re.search(r"http://\S+/", line)))
        yield Server(address, home / "web" / "lotgate.sqlite3", json.loads(seeded.stdout))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        server.stderr.close()


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        made = playwright.chromium.launch(executable_path=chromium(), args=options)
        yield made
        made.close()


_LOOKED_AT: set[str] = set()
_SKELETON = """() => Array.from(document.querySelectorAll('*'), one => one.tagName + Array.from(one.attributes,
    a => ['class', 'role', 'type', 'lang', 'open', 'tabindex', 'hidden'].includes(a.name) || a.name.startsWith('aria-')
    ? a.name + a.value : a.name).join() + (one.childNodes.length > 0)).join('|')"""
"""What axe looks at of a page, without its words: two pages alike in this get one verdict."""


def faults_of(page: Page, what: str, pictures: Path | None = None) -> list[str]:
    """What axe finds serious or critical on a page, and where it scrolls sideways on a desk or a phone.

    A page built of the same elements as one looked at before is measured and not looked at again.
    """
    faults = []
    for width, size in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if pictures is not None:
            page.screenshot(path=str(pictures / f"{what}-{width}.png"), full_page=True)
        if wide > 1:
            faults.append(f"{what} scrolls sideways by {wide} on a {width}")
    skeleton = page.evaluate(_SKELETON)
    if skeleton in _LOOKED_AT:
        return faults
    _LOOKED_AT.add(skeleton)
    page.evaluate(axe())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return faults + [
        f"{what}: {one['id']} {one['nodes'][0]['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


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
