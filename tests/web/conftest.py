"""Django for the tests of the web application, and the databases they run on."""

from __future__ import annotations

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


@pytest.fixture(scope="session", autouse=True)
def _clean() -> Iterator[None]:
    yield
    databases.drop_templates()
