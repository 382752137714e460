"""The web application and the HTTP API over licence/: Django stores, shows and speaks; every rule stays in licence/.

    accounts   users, organisations, memberships with roles, tokens
    store      the event log and what is projected from it, files, jobs
    services   what may be done, once; pages and API both call it and stay thin
    api        the HTTP API
    pages      what people see

Importing this package does not import Django; `start()` does, and is called once per process.
"""

from __future__ import annotations

import gc
import os

from lotgate.errors import MissingError

__all__ = ["start"]


def start(database: str | None = None) -> None:
    """Makes Django ready, on the database named by a URL (default: `LOTGATE_DATABASE`, else SQLite in the data folder).

    Raises MissingError where the extra `web` is not installed.
    """
    if database is not None:
        os.environ["LOTGATE_DATABASE"] = database
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lotgate.web.settings")
    try:
        import django
    except ImportError:
        raise MissingError("the web application is not installed; next: pip install 'lotgate[web]'") from None
    django.setup()
    gc.freeze()  # what is loaded now stays, so looking through it for garbage again and again is for nothing
