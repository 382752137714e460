"""The app of the event log and its projections."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Named `store`."""

    name = "lotgate.web.store"
    label = "store"
