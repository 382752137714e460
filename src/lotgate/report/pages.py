"""What the pages of reports share: the house's style inside, texts in both languages, templates that refuse what is
missing."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from lotgate.law import Text

__all__ = ["both_languages", "page_environment", "part"]


def part(name: str) -> Markup:
    """A file of the report's own, as it goes into a page."""
    return Markup((files("lotgate.report") / name).read_text(encoding="utf-8"))


def both_languages(text: Text) -> Markup:
    """A text in both languages, of which a reader sees one; once where they are the same."""
    if text.en == text.zh:
        return escape(text.en)
    return Markup(f'<span lang="en">{escape(text.en)}</span><span lang="zh-Hans">{escape(text.zh)}</span>')


def page_environment(*styles: str, **words: object) -> Environment:
    """An environment of templates with the house's style, further styles and the script inside, and words to call."""
    env = Environment(
        loader=PackageLoader("lotgate.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    css = Markup("").join(part(name) for name in ("house/house.css", "templates/check.css", *styles))
    env.globals.update(css=css, js=part("templates/check.js"), **words)
    return env
