"""Words in templates: `{% t "key" n=5 %}`, and `{{ text|say }}` for a record in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lotgate.decide.decision import about as subject_in_words
from lotgate.errors import Fault
from lotgate.law import Text
from lotgate.licence.ledger import Ledger, written
from lotgate.report.words import ANSWERS
from lotgate.web.languages import language
from lotgate.web.pages.showing import organisations, unit
from lotgate.web.pages.who import sentence as fault_sentence
from lotgate.web.pages.words import word

register = template.Library()


@register.simple_tag
def t(key: str, **values: Any) -> str:
    """The words for a key in the language of the request; escaped where it is put."""
    return word(key, **values)[language()]


@register.simple_tag
def head(name: str) -> str:
    """The head of a column of the reports, beginning with a capital as everything on a page does."""
    text = word(f"head.{name}")[language()]
    return text[:1].upper() + text[1:]


@register.filter
def say(text: Any) -> Any:
    """A record in both languages in that of the request; anything else as it is."""
    return text[language()] if isinstance(text, Text) else text


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of the answers' marks."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("house/icons.svg"), name
    )


@register.simple_tag
def pill(answer: str) -> SafeString:
    """An answer as a coloured mark with its word."""
    if answer not in ANSWERS:
        raise ValueError(f"{answer} is no answer")
    return format_html('<span class="pill {}">{}{}</span>', answer, icon(answer), word(f"answer.{answer}")[language()])


@register.filter
def listed(value: Any) -> bool:
    """Whether a value is shown as a list."""
    return isinstance(value, (list, tuple))


@register.filter
def iso(day: Any) -> str:
    """A day as YYYY-MM-DD in both languages."""
    return day.isoformat() if day is not None else ""


@register.filter
def minute(instant: str) -> str:
    """An instant of the log to the minute, in UTC."""
    return f"{instant[:10]} {instant[11:16]} UTC"


@register.filter
def pairs(mapping: Any) -> list[tuple[Any, Any]]:
    """Keys and values; nothing for what is no mapping."""
    return list(mapping.items()) if isinstance(mapping, Mapping) else []


@register.filter
def either(value: Any) -> str:
    """A JSON record {en, zh} in the language of the request; a plain text as it is."""
    return str(value.get(language(), "")) if isinstance(value, Mapping) else str(value or "")


@register.filter
def field(value: Any, name: str) -> Any:
    """A field of the machine's form of a decision; in Chinese the one beside it, where there is one."""
    if not isinstance(value, Mapping):
        return ""
    return (language() == "zh" and value.get(f"{name}_zh")) or value.get(name) or ""


@register.filter
def regime(decision: Any, code: str) -> Any:
    """What a decision in the machine's form says under one law."""
    return decision.get("regimes", {}).get(code, {}) if isinstance(decision, Mapping) else {}


@register.filter
def about(subject: str) -> Any:
    """What a question is about: a law by its name, anything else by its id."""
    return subject_in_words(subject)


@register.filter
def named_unit(code: str) -> Any:
    """A unit by its name in both languages."""
    return unit(code)


@register.filter
def organisation(code: str) -> Any:
    """An organisation of this server by its name; a code nobody knows as it is."""
    return organisations([code]).get(code, code)


@register.filter
def share(account: Ledger) -> int:
    """How much of a grant is taken, in whole percent."""
    return int(100 * account.taken / account.granted) if account.granted else 100


@register.filter
def held(account: Ledger) -> str:
    """What is reserved and not yet cleared."""
    return written(sum(account.open.values(), Decimal(0)))


@register.filter
def gone(account: Ledger) -> str:
    """What has left, less what was written back."""
    return written(account.cleared - account.contra)


@register.filter
def sentence(fault: Fault) -> str:
    """A fault in the language of the request."""
    return fault_sentence(fault)


@register.filter
def positive(number: int) -> int:
    """A number without its sign."""
    return abs(number)
