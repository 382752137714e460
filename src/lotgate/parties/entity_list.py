"""What an Entity List row (15 CFR 744 Supp. 4) asks for, read from its free text into tags.

The text comes in some ninety spellings; footnote digits are flattened into it ("of the EAR)4"). Decides nothing:
the law reads the tags.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["footnotes", "policy_tag", "requirement_tags", "split_name"]

# 734.9 names the footnote a paragraph belongs to: (e)(1) 1, (e)(2) 4, (e)(3) 5, (g) 3.
_BY_PARAGRAPH = {"(e)(1)": "1", "(e)(2)": "4", "(e)(3)": "5", "(g)": "3"}
_FLATTENED = re.compile(r"734\.9\((?:e|g)\),?\s?([1-5])(?=\D)|EAR\)?\.?\s?([1-5])(?=\W*$)")
_PARAGRAPH = re.compile(r"734\.9(\((?:e|g)\)(?:\([123]\))?)")


@lru_cache(maxsize=4096)
def footnotes(requirement: str, derived: str = "") -> tuple[str, ...]:
    """The designations ("fn1" ... "fn5") a requirement text carries, with those a `derived` column already found.

    A cited paragraph of 734.9 that speaks of one footnote only counts as that footnote even where the digit is lost.
    Footnote 2, the ended temporary general licence, is no designation and left out.
    """
    found = set(re.findall(r"[1-5]", derived))
    for around, ending in _FLATTENED.findall(requirement):
        found.add(around or ending)
    for paragraph in _PARAGRAPH.findall(requirement):
        found.add(_BY_PARAGRAPH.get(paragraph, ""))
    return tuple(f"fn{digit}" for digit in sorted(found) if digit in "1345" and digit)


@lru_cache(maxsize=4096)
def requirement_tags(requirement: str) -> tuple[str, ...]:
    """Exactly one of `us-el:all-items`, `us-el:ccl-items`, `us-el:other-items`, and `us-el:carve-out` where the
    text takes something out of "all items". An empty requirement is `other-items`: not known to be all."""
    text = " ".join(requirement.lower().split())
    if re.match(r"(for )?all items subject to the ear", text):
        if "when used in" in text:
            return ("us-el:other-items",)
        carved = re.search(r"apart from|except for", text)
        return ("us-el:all-items", "us-el:carve-out") if carved else ("us-el:all-items",)
    if re.search(r"\bccl\b|commerce control list", text) and "ear99" not in text:
        return ("us-el:ccl-items",)
    return ("us-el:other-items",)


@lru_cache(maxsize=4096)
def policy_tag(policy: str) -> str:
    """`us-el:denial`, `us-el:case-by-case` or `us-el:policy-mixed` (several policies, or none that the text states).

    A bare reference to 744.2(d), 744.3(d) or 744.4(d) is case by case: those paragraphs say so.
    """
    text = " ".join(policy.lower().split())
    denial = re.search(r"(presumption|policy) (of|for) denial", text) is not None
    case = re.search(r"cas[ea]-by[- ]case", text) is not None
    approval = "approval" in text
    if denial:
        return "us-el:policy-mixed" if case or approval else "us-el:denial"
    if case or (text.startswith("see") and re.search(r"744\.[234]\b", text)):
        return "us-el:case-by-case"
    return "us-el:policy-mixed"


_PARENT = re.compile(
    r"^(?P<parent>.+?)(?:\. Affiliated Entity:|\. Subordinate Institution -|,? and subordinate entity) (?P<name>.+)$"
)


def split_name(name: str) -> tuple[str, list[str], str | None]:
    """The entity's own name, further names, and its parent, from a name cell that may hold all three.

    "P. Affiliated Entity: X" is X under parent P; a bare numbered institute keeps its parent's name before it.
    """
    found = _PARENT.match(name)
    if not found:
        return name, [], None
    own, parent = found["name"].strip(), found["parent"].strip()
    if re.match(r"^\d+(st|nd|rd|th)? ", own):
        return f"{parent} {own}", [], parent
    return own, [], parent
