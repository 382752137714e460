"""The record of words: complete, in both languages, with nothing missing and nothing left over."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import lotgate.report
from lotgate.law import Status
from lotgate.law.load import FORCES
from lotgate.law.model import POLICIES, Effect, Text
from lotgate.report.words import ANSWERS, FACTS, WORDS, met, say, word

FOLDER = Path(lotgate.report.__file__).parent
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in [*sorted(FOLDER.glob("*.py")), *sorted(FOLDER.glob("templates/*.j2"))]
    if path.name != "words.py"
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_word_is_there_in_both_languages_with_the_same_values() -> None:
    assert not [key for key, words in WORDS.items() if not words.en.strip() or not words.zh.strip()]
    assert not [key for key, words in WORDS.items() if fields(words.en) != fields(words.zh)]


def test_everything_a_decision_may_say_has_a_word() -> None:
    effects = {*get_args(Effect), "exempt", "suspended", "not-established"}
    needed = [f"effect.{effect}" for effect in effects] + [f"policy.{policy}" for policy in POLICIES]
    needed += [f"answer.{answer}" for answer in ANSWERS] + [f"meaning.{answer}" for answer in ANSWERS]
    needed += [f"status.{status.value}" for status in Status] + [f"force.{force}" for force in FORCES]
    needed += [f"verified.{verified}" for verified in ("yes", "partly", "no")]
    assert not set(needed) - WORDS.keys()


def test_every_fact_of_the_law_has_a_name_people_use() -> None:
    from lotgate.law.load import load

    law = load()
    assert not law.facts.keys() - FACTS.keys()
    assert all(label.en and label.zh for label in FACTS.values())


def test_no_word_is_asked_for_that_is_missing_and_none_is_left_over() -> None:
    used = set(re.findall(r"""["']([a-z_]+\.[a-z_-]+)["']""", SOURCES))
    groups = {key.partition(".")[0] for key in WORDS}
    assert not {key for key in used if key.partition(".")[0] in groups} - WORDS.keys()
    by_code = (
        "answer",
        "meaning",
        "effect",
        "policy",
        "status",
        "force",
        "verified",
        "regime",
        "end_use",
        "kind",
        "next",
        "update",
        "owned",
        "match",
    )
    heads = set(re.findall(r"""["']([a-z_]+)["']""", SOURCES))
    left = [
        key
        for key in WORDS
        if key not in used
        and key.partition(".")[0] not in by_code
        and not (key.partition(".")[0] in ("head", "condition") and key.partition(".")[2] in heads)
    ]
    assert not left


def test_no_text_claims_to_be_advice() -> None:
    assert not [key for key, text in WORDS.items() if "advice" in text.en.lower() or "法律意见" in text.zh]


def test_values_are_filled_in_in_the_language_of_the_text() -> None:
    assert say("say.not_subject_list", "zh", regimes=Text("China", "中国")) == "不受约束：中国。"
    assert word("say.care", day="2026-08-22").en.endswith("known up to 2026-08-22.")


def test_values_that_facts_met_are_told_in_both_languages() -> None:
    assert met("unknown") == Text("unknown", "未知")
    assert met("none").zh == "无"
    assert met("us-sdn (possibly more)").zh == "us-sdn（可能更多）"
