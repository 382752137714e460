"""Why a step is refused, in English and Chinese; pages and the API turn it into 403, 404 or 409.

LotgateError
└── Refusal                 a step is not taken; nothing was written
    ├── Forbidden           this person may not do this to this record, whatever its state
    ├── NotFound            no such record, or none this person may know of
    ├── NotAllowedNow       the person may, but state, deadline, quantity or another fact stands against it
    └── Conflict            a message was repeated with other content; the first answer stands
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lotgate.errors import LotgateError
from lotgate.law import Text

__all__ = ["Conflict", "Forbidden", "NotAllowedNow", "NotFound", "Refusal"]


class Refusal(LotgateError):
    """A step that is not taken, with every reason; `text(language)` gives them in English or Chinese."""

    code = "refused"

    def __init__(self, reasons: Text | Iterable[Text], **facts: Any) -> None:
        self.reasons: tuple[Text, ...] = (reasons,) if isinstance(reasons, Text) else tuple(reasons)
        self.facts: Mapping[str, Any] = facts
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """All reasons in one language."""
        return ("；" if language == "zh" else "; ").join(reason[language] for reason in self.reasons)

    def to_json(self) -> dict[str, Any]:
        """The machine's form: code, reasons in both languages, facts."""
        return {
            "error": self.code,
            "reasons": [{"en": reason.en, "zh": reason.zh} for reason in self.reasons],
            "facts": dict(self.facts),
        }


class Forbidden(Refusal):
    """Raised when the person may not do this to this record: role, organisation, mandate, team, earlier part."""

    code = "forbidden"


class NotFound(Refusal, LookupError):
    """Raised when there is no such record, or none that the person may know of."""

    code = "not-found"


class NotAllowedNow(Refusal):
    """Raised when state, deadline, quantity or another fact stands against a step the person may otherwise take."""

    code = "not-allowed-now"


class Conflict(Refusal):
    """Raised when a message id comes again with other content; the conflict itself is written to the log."""

    code = "conflicting-repeat"
