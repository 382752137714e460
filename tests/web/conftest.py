"""Django for the tests of the web application, and the databases they run on."""

from __future__ import annotations

import os
from collections.abc import Iterator

import databases
import pytest

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
