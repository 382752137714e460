"""English or Chinese for a request: chosen with the switch (a cookie), else what the browser or program asks for."""

from __future__ import annotations

from typing import Any

from django.utils import translation

__all__ = ["in_templates", "language"]


def language() -> str:
    """`en` or `zh`, as the records of the library call their languages, for the request under way."""
    return "zh" if (translation.get_language() or "en").startswith("zh") else "en"


def in_templates(request: Any) -> dict[str, str]:
    """What every template knows: `language`, `en` or `zh`."""
    return {"language": language()}
