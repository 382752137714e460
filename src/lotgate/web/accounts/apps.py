"""The app of users and organisations."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Named `accounts`."""

    name = "lotgate.web.accounts"
    label = "accounts"
