"""Nobody signs up by themselves: an administrator adds users."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

__all__ = ["ClosedAdapter"]


class ClosedAdapter(DefaultAccountAdapter):
    """allauth with sign-up closed."""

    def is_open_for_signup(self, request: Any) -> bool:
        """False, always."""
        return False
