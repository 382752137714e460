"""Control codes proposed for goods, by words, customs code, composition and figures; and accepted by a person.

A proposal is never a fact. What a code means for a shipment is left to `decide`.
"""

from __future__ import annotations

from lotgate.classification.accept import accept
from lotgate.classification.propose import Classified, Classifier, Goods, Proposal, classify, classify_text

__all__ = ["Classified", "Classifier", "Goods", "Proposal", "accept", "classify", "classify_text"]
