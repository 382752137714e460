"""Where data lives: the folder for it, the secret key kept there, and a database URL read into Django's settings."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lotgate.errors import Fault, InputError
from lotgate.parties.store import store_folder

__all__ = ["data_folder", "database_settings", "secret_key"]

_EXPECTED = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"


def data_folder() -> Path:
    """The folder of the web application: `$LOTGATE_HOME/web`, or `web` beside the party lists; its owner's alone."""
    folder = store_folder().parent / "web"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def secret_key() -> str:
    """The secret that signs sessions: `LOTGATE_SECRET_KEY`, else made once and kept in the data folder, mode 0600."""
    if given := os.environ.get("LOTGATE_SECRET_KEY"):
        return given
    path = data_folder() / "secret-key"
    if not path.exists():
        temporary = path.with_name(f".secret-key.{os.getpid()}.part")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(temporary, path)  # of two processes that start together, one wins and both read the same key
        except FileExistsError:
            pass
        finally:
            temporary.unlink(missing_ok=True)
    return path.read_text(encoding="ascii")


def database_settings(url: str | None) -> dict[str, Any]:
    """Django's settings for a database URL; None or empty means SQLite in the data folder. Raises InputError."""
    if not url:
        return _sqlite(data_folder() / "lotgate.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path[1:] if parts.path.startswith("/") else parts.path)
        if parts.netloc or not path or path == ":memory:":
            raise InputError([Fault("database URL", "names no file", value=url, expected=_EXPECTED)])
        return _sqlite(Path(path).expanduser().absolute())
    if parts.scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    if not parts.scheme or len(parts.scheme) == 1:  # a plain path, on Windows with its drive
        return _sqlite(Path(url).expanduser().absolute())
    raise InputError([Fault("database URL", "unknown kind of database", value=parts.scheme, expected=_EXPECTED)])


def _sqlite(path: Path) -> dict[str, Any]:
    if not path.parent.is_dir():
        raise InputError([Fault("database URL", "the folder does not exist", value=str(path.parent))])
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # IMMEDIATE takes the write lock when a transaction starts: Django's default upgrades later and then fails
            # at once under concurrent writers, without waiting for the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # FULL: a commit that was answered survives a power cut; in WAL mode NORMAL may lose the last ones.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise InputError([Fault("database URL", "the port is not a number", expected=_EXPECTED)]) from None
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise InputError([Fault("database URL", "names no database", expected=_EXPECTED)])
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # statements are planned once per connection; a pooler between must therefore keep sessions
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3, **dict(parse_qsl(parts.query))},
    }
