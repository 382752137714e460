"""From a decided line to an application with its reasoning attached; what goes in is licence/linking.py's to say."""

from __future__ import annotations

from typing import Any

from lotgate.licence import Actor, Outcome
from lotgate.licence.linking import Prefill, prefill
from lotgate.web.services import cases, checks
from lotgate.web.store.models import Job

__all__ = ["open_application", "prefilled"]


def prefilled(actor: Actor, one: Job, line: str, regime: str) -> Prefill:
    """What the line gives for an application under a law, and what is missing."""
    return prefill(checks.decisions(one), line, regime, actor.organisation)


def open_application(actor: Actor, one: Job, line: str, regime: str, *, message: str | None = None) -> Outcome:
    """The outcome of attaching the reasoning to the application just opened; sent again, the same application."""
    found = prefilled(actor, one, line, regime)
    opened = cases.step(
        actor, "application", "create", None, {"content": _plain(found.content)},
        message=f"{message}/create" if message else None,
    )  # fmt: skip
    return cases.step(
        actor, "application", "attach_run", opened.record.id, _plain(found.run),
        message=f"{message}/run" if message else None,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
