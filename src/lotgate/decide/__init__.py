"""Deciding: facts joined, law evaluated, explained, projected over the coming days."""

from __future__ import annotations

from lotgate.decide.check import Decisions, HorizonRow, check
from lotgate.decide.decision import Ask, ConflictFlag, LineDecision, RegimeDecision, Rule
from lotgate.decide.explain import Explanation

__all__ = [
    "Ask",
    "ConflictFlag",
    "Decisions",
    "Explanation",
    "HorizonRow",
    "LineDecision",
    "RegimeDecision",
    "Rule",
    "check",
]
