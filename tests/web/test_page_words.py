"""Every word of the pages stands in both languages, and every template uses words there are."""

from __future__ import annotations

import re
from pathlib import Path

import lotgate.web.pages
from lotgate.web.pages.words import WORDS, word

TEMPLATES = sorted((Path(lotgate.web.pages.__file__).parent / "templates").rglob("*.html"))


def test_both_languages_say_something_and_take_the_same_values() -> None:
    for key, text in WORDS.items():
        assert text.en.strip() and text.zh.strip(), key
        assert set(re.findall(r"\{\w+\}", text.en)) == set(re.findall(r"\{\w+\}", text.zh)), key


def test_templates_use_keys_that_exist_and_no_words_of_their_own() -> None:
    assert TEMPLATES
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        for key in re.findall(r'\{% t "([^"]+)"', text):
            assert word(key), (path.name, key)
        for name in re.findall(r'\{% head ["\'](\w+)["\']', text):
            assert word(f"head.{name}"), (path.name, name)
        bare = re.sub(r"<code>.*?</code>|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|\{#.*?#\}", " ", text, flags=re.DOTALL)
        assert re.findall(r"[A-Za-z]{3,}", bare.replace("Lotgate", "").replace("English", "")) == [], path.name
