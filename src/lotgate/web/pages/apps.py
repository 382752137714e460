"""The app of the pages."""

from __future__ import annotations

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Named `pages`."""

    name = "lotgate.web.pages"
    label = "pages"
