"""The HTTP API: /api/v1/, described at /api/v1/openapi.json."""

from __future__ import annotations

from ninja import NinjaAPI

from lotgate import __version__

__all__ = ["api"]

api = NinjaAPI(title="Lotgate", version=__version__, urls_namespace="api", docs_url=None)
