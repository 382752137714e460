"""Fetches one file over HTTP: with time limits, retries, a limit of size, and nothing taken for whole that is not.

This is the only module of the package that opens a network connection, and only `lists update` calls it.
"""

from __future__ import annotations

import gzip
import http.client
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from lotgate.errors import MissingError

__all__ = ["FetchError", "Fetched", "Limits", "fetch"]

_BLOCK = 1 << 16
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers of a server that may be better a moment later."""


class FetchError(MissingError):
    """Raised when a file could not be had from its address; `url` and the reason are in the message."""

    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = url, reason
        super().__init__(f"{url}: {reason}")


class _TryAgain(Exception):
    """A fault that may pass; carries how long the server asks to wait."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True)
class Limits:
    """How long and how much: seconds without a byte, seconds in all, tries, and bytes of the whole file."""

    silence: float = 30.0
    whole: float = 900.0
    attempts: int = 4
    most_bytes: int = 300_000_000
    first_wait: float = 2.0
    longest_wait: float = 60.0


@dataclass(frozen=True)
class Fetched:
    """What came of a fetch: `path` None means that the server says nothing has changed since the tag or day given."""

    url: str
    path: Path | None
    size: int
    day: date
    etag: str | None
    last_modified: str | None


Progress = Callable[[int, int | None], None]


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects between web addresses, never from an encrypted one to an open one."""

    max_redirections = 5

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        before, after = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if after not in ("http", "https") or (before == "https" and after == "http"):
            raise FetchError(req.full_url, f"redirected from {before} to {after}, which is refused")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(
    url: str,
    path: Path,
    limits: Limits,
    *,
    progress: Progress | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """The file at an http or https address, written to `path`.

    Raises FetchError when the server cannot be reached, refuses, is too slow, sends too much or less than it said.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise FetchError(url, "no http or https address")
    headers = {"User-Agent": "lotgate (party lists)", "Accept-Encoding": "gzip", "Accept": "*/*"}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": last_modified} if last_modified else {}
    deadline = time.monotonic() + limits.whole
    for attempt in range(1, limits.attempts + 1):
        try:
            return _once(url, path, headers, limits, deadline, progress)
        except _TryAgain as fault:
            wait = min(fault.wait or limits.first_wait * 2 ** (attempt - 1), limits.longest_wait)
            if attempt == limits.attempts or time.monotonic() + wait > deadline:
                tries = "1 try" if attempt == 1 else f"{attempt} tries"
                raise FetchError(url, f"{fault} ({tries})") from None
            sleep(wait)
    raise AssertionError("unreachable")  # pragma: no cover


def _once(
    url: str, path: Path, headers: dict[str, str], limits: Limits, deadline: float, progress: Progress | None
) -> Fetched:
    opener = urllib.request.build_opener(_SafeRedirects())
    request = urllib.request.Request(url, headers=headers)
    try:
        with opener.open(request, timeout=limits.silence) as answer, path.open("wb") as stream:
            size = _copy(answer, stream, url, limits, deadline, progress)
            return _fetched(url, path, size, answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 304:
                return _fetched(url, None, 0, error.headers)
            if error.code in _AGAIN:
                raise _TryAgain(f"the server answers {error.code} {error.reason}", _asked_wait(error)) from None
            reason = str(error.reason).replace("\n", " ")
            raise FetchError(url, f"the server answers {error.code} {reason}"[:300]) from None
    except TimeoutError:
        raise _TryAgain(f"no answer within {limits.silence:g} seconds") from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _TryAgain(f"no answer within {limits.silence:g} seconds") from None
        raise _TryAgain(f"cannot be reached: {error.reason}") from None
    except (http.client.HTTPException, ConnectionError) as error:
        raise _TryAgain(f"the connection broke: {type(error).__name__}") from None
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise _TryAgain(f"the compressed answer cannot be unpacked: {error}") from None


def _copy(answer: Any, stream: IO[bytes], url: str, limits: Limits, deadline: float, progress: Progress | None) -> int:
    """Bytes written; checks the length the server stated, the limit of size and the time in all as they come."""
    stated = answer.headers.get("Content-Length", "")
    expected = int(stated) if stated.isdigit() else None
    if expected is not None and expected > limits.most_bytes:
        raise FetchError(url, f"{expected:,} bytes, more than the {limits.most_bytes:,} expected at most")
    encoding = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise FetchError(url, f"sent in the encoding {encoding!r}, which was not asked for")
    unpack = zlib.decompressobj(wbits=31) if encoding != "identity" else None
    came = size = 0
    while block := answer.read1(_BLOCK):
        came += len(block)
        # Unpack no further than one byte past the limit: a small answer may hold an endless file.
        content = unpack.decompress(block, limits.most_bytes - size + 1) if unpack else block
        stream.write(content)
        size += len(content)
        if size > limits.most_bytes:
            raise FetchError(url, f"more than the {limits.most_bytes:,} bytes expected at most")
        if time.monotonic() > deadline:
            raise FetchError(url, f"not complete after {limits.whole:g} seconds ({came:,} bytes came)")
        if progress:
            progress(came, expected)
    if expected is not None and came != expected:
        raise _TryAgain(f"{came:,} bytes came of the {expected:,} the server stated")
    if unpack is not None and not unpack.eof:
        raise _TryAgain("the compressed answer is cut short")
    return size


def _asked_wait(error: urllib.error.HTTPError) -> float | None:
    """The seconds that the server asks to wait, where it says so in seconds."""
    stated = error.headers.get("Retry-After", "") if error.headers else ""
    return float(stated) if stated.isdigit() else None


def _fetched(url: str, path: Path | None, size: int, headers: Any) -> Fetched:
    changed = headers.get("Last-Modified")
    day = _day(changed) or _day(headers.get("Date")) or datetime.now(UTC).date()
    return Fetched(url, path, size, day, headers.get("ETag"), changed)


def _day(stated: str | None) -> date | None:
    try:
        return parsedate_to_datetime(stated).astimezone(UTC).date() if stated else None
    except ValueError:
        return None
