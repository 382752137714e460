"""The app of the event log and its projections."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StoreConfig(AppConfig):
    """Named `store`; puts the database's own refusals in place after every migration."""

    name = "lotgate.web.store"
    label = "store"

    def ready(self) -> None:
        """Listens for the end of migrations."""
        from lotgate.web.store.guards import install

        post_migrate.connect(install, sender=self)
