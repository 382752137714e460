"""Uploads looked at by a virus scanner, an external command named by the operator, before anything is kept of them.

The command reads the file from standard input and ends with 0 for a clean one and 1 for an infected one, as clamdscan
does. Whatever else happens (it is not there, it fails, it takes too long) the file is not taken: unknown is not clean.
"""

from __future__ import annotations

import logging
import shlex
import subprocess
from pathlib import Path

from django.conf import settings

from lotgate.errors import Fault, InputError

__all__ = ["must_be_clean", "scanner_name"]

SECONDS = 120
CLEAN, INFECTED = 0, 1
_log = logging.getLogger(__name__)


def scanner_name() -> str:
    """The scanner's program, as it stands in the log of an application."""
    return Path(shlex.split(settings.SCANNER)[0]).name


def must_be_clean(content: bytes) -> None:
    """Raises InputError for an infected file and for one that could not be looked at; nothing without a scanner."""
    if not settings.SCANNER:
        return
    try:
        status = subprocess.run(
            shlex.split(settings.SCANNER), input=content, capture_output=True, timeout=SECONDS, check=False
        ).returncode
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        _log.error("the virus scanner did not run: %s", type(error).__name__)
        status = -1
    if status == CLEAN:
        return
    if status == INFECTED:
        fault = Fault("file", "carries a virus; it was not kept", column="content", message_zh="含有病毒，未予保存")
    else:
        _log.error("the virus scanner ended with status %s", status)
        fault = Fault(
            "file",
            "could not be checked for viruses and was not kept; try again later, or tell the operator",
            column="content",
            message_zh="无法进行病毒检查，未予保存；请稍后再试，或告知管理员",
        )
    raise InputError([fault])
