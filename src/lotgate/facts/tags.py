"""Tags that entries of party lists carry, and that conditions of law ask about."""

from __future__ import annotations

from lotgate.law import Law

__all__ = ["CHINESE_LIST", "law_tags", "list_of_tag"]

CHINESE_LIST = "cn-mofcom"


def list_of_tag(tag: str) -> str:
    """The party list that carries a tag: `us-el:fn1` comes with `us-entity-list`, a measure id with our listings."""
    if tag.startswith("us-el:"):
        return "us-entity-list"
    if tag.startswith("CN-"):
        return CHINESE_LIST
    return tag.split(":")[0]


def law_tags(law: Law) -> frozenset[str]:
    """Every tag that some condition of the law asks about."""
    facts = ("listed", "us_owned_by", "cn_owned_by")
    return frozenset(str(leaf.operand) for leaf in law.graph.leaves if leaf.fact in facts and leaf.op == "has")
