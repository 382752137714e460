"""Papers as PDF, made of what their reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from lotgate.law import Text
from lotgate.licence import Actor, NotFound, Record, papers
from lotgate.web.services import cases, credentials
from lotgate.web.services.readers import shown

__all__ = ["NAMES", "held", "made"]

NAMES: Mapping[str, tuple[str, ...]] = {
    "application": ("certificate", "refusal", "questions"),
    "licence": ("licence",),
}
"""Kinds of record and the papers they may hold."""


def held(actor: Actor, one: Record) -> list[str]:
    """The papers a record holds that the person may have."""
    if one.kind == "licence":
        return ["licence"] if credentials.may_have(actor, one) else []
    if one.kind != "application":
        return []
    facts = shown(actor, one)
    there = {
        "certificate": bool(facts.get("certificate")),
        "refusal": any(decided["event"] == "deny" for decided in facts.get("decisions", ())),
        "questions": any(asked.get("answer") is None for asked in facts.get("questions", ())),
    }
    return [name for name in NAMES["application"] if there[name]]


def made(actor: Actor, one: Record, name: str, language: str) -> bytes:
    """One of them as PDF. NotFound where the record holds none that the person may have."""
    if name not in held(actor, one):
        raise NotFound(Text(f"{one.id} holds no such paper", f"{one.id} 没有该文件"), kind=one.kind, id=one.id)
    return papers.paper(
        cast(papers.Kind, name),
        replace(one, facts=shown(actor, one)),
        cast(papers.Language, language),
        cases.now().replace(microsecond=0),
        credentials.issuer() or papers.UNNAMED,
        credentials.seal(one) if name == "licence" else None,
    )
