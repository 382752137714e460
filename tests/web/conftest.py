"""Django for the tests of the web application, and the databases they run on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import browsers
import databases
import pytest
from playwright.sync_api import Browser

databases.start_django()


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database of each kind in turn."""
    with databases.fresh(request.param) as url:
        yield url


@pytest.fixture
def sqlite_database() -> Iterator[str]:
    """A fresh SQLite database, where the kind does not matter."""
    with databases.fresh("sqlite") as url:
        yield url


@pytest.fixture
def postgresql_database() -> Iterator[str]:
    """A fresh PostgreSQL database, for what the other kind does not do."""
    with databases.fresh("postgresql") as url:
        yield url


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browsers.Server]:
    """A demonstration server, one for all tests that open a browser."""
    browsers.chromium()
    with browsers.demonstration(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless browser; while it is open Django takes its thread for one that must not wait."""
    with browsers.launched() as made:
        yield made


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """The folder LOTGATE_SCREENSHOTS names, for pictures of every page looked at; none where it names none."""
    asked = os.environ.get("LOTGATE_SCREENSHOTS")
    if asked:
        Path(asked).mkdir(parents=True, exist_ok=True)
    return Path(asked) if asked else None


@pytest.fixture(scope="session", autouse=True)
def _clean() -> Iterator[None]:
    yield
    databases.drop_templates()


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """A command that names a database leaves it in the environment for its own process; the next test starts anew."""
    before = dict(os.environ)
    yield
    for name in set(os.environ) - set(before):
        if name.startswith("LOTGATE_"):
            del os.environ[name]
    os.environ.update({name: value for name, value in before.items() if name.startswith("LOTGATE_")})
