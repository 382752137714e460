"""The HTTP API: /api/v1/, described at /api/v1/openapi.json."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI

from lotgate import __version__
from lotgate.web.api import access, checks, examples, papers, people, problems, records

__all__ = ["api"]

_ERRORS = {
    "400": "not understood", "401": "no token and not signed in", "403": "not yours to do", "404": "not there",
    "409": "not possible now, or repeated with other content", "413": "too large", "422": "filled in wrongly",
    "429": "too often",
}  # fmt: skip


class _Api(NinjaAPI):
    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> Any:
        """The description, with examples, and with the errors every address may answer with."""
        schema = super().get_openapi_schema(*args, **kwargs)
        schema["components"].setdefault("schemas", {})["Problem"] = problems.PROBLEM
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for address, path in schema["paths"].items():
            for operation in path.values():
                examples.describe(operation, address)
                for status, text in _ERRORS.items():
                    operation["responses"].setdefault(status, {"description": text, "content": content})
        return schema


api = _Api(title="Lotgate", version=__version__, urls_namespace="api", docs_url=None, auth=access.AUTH)
problems.register(api)
records.register(api)
checks.register(api)
papers.register(api)
people.register(api)
