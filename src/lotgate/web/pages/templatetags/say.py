"""Words in templates: `{% t "key" n=5 %}`, and `{{ text|say }}` for a record in both languages."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lotgate.law import Text
from lotgate.report.words import ANSWERS
from lotgate.web.languages import language
from lotgate.web.pages.words import word

register = template.Library()


@register.simple_tag
def t(key: str, **values: Any) -> str:
    """The words for a key in the language of the request; escaped where it is put."""
    return word(key, **values)[language()]


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
