"""Control codes proposed for goods, per regime, with score, clause, reasons and what must be measured.

A proposal is never a fact: nothing here fills a cell. `check` asks until a person accepts a code (`accept`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from lotgate.classification.entries import (
    Entry,
    index_of_goods,
    indexed_goods,
    law_entries,
    list_entries,
    shared_with_eu,
)
from lotgate.classification.evidence import (
    Evidence,
    Sure,
    civil,
    customs,
    denied,
    figures,
    hints_of,
    inside_assembly,
    limits_missed,
    material_alone,
    open_hints,
    other_kind,
    other_than_chips,
    rest_of_chips,
    same_number,
    settled,
    tests_met,
    tests_missed,
    tool_codes,
)
from lotgate.classification.rank import Index, Match
from lotgate.classification.words import FORMS, goods_name, head, weighted
from lotgate.errors import Fault, InputError
from lotgate.facts.answers import apply_answers
from lotgate.facts.evidence import as_of
from lotgate.facts.item_facts import ItemFacts
from lotgate.facts.values import CodeBook
from lotgate.law import Law, Text
from lotgate.tables import Workspace
from lotgate.tables.vocabulary import nearest

__all__ = ["Classified", "Classifier", "Goods", "Proposal", "classify", "classify_text", "goods_of", "with_figures"]

LEAST = {"cn": 0.25, "us": 0.40, "eu": 0.40, "nl": 0.30, "jp": 0.40}
"""Score from which a code is proposed at all, by regime."""
BEST = 3
INDEXED = 0.6
"""How well goods must fit a name of the index of goods: it is short, and says nothing of limits."""
MOST_INDEXED = 0.85
"""How sure the index alone can be; what a catalogue or a figure says is surer."""
MULTILATERAL = frozenset({"3B001.f.1"})
"""Of the equipment the US lists for its rule on advanced chips, what the other lists have too."""
NEARLY = 0.9
"""How near a paragraph must come to its heading to be named instead of it."""


@dataclass(frozen=True)
class Goods:
    """What is known of goods to be classified."""

    item: str
    description: str
    description_zh: str = ""
    hs: str | None = None
    stage: str | None = None
    model: str | None = None
    shares: Mapping[str, Any] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    """Codes a person has given already, by regime."""
    missed: frozenset[tuple[str, str]] = frozenset()
    """(regime, code) of entries whose limits its figures surely miss."""
    chip: bool = False
    """Whether its figures are a chip's."""


@dataclass(frozen=True)
class Proposal:
    """A code proposed: how sure (0..1), by which clause, why, and what must be measured to be sure."""

    regime: str
    code: str
    score: float
    text: Text
    cite: Text
    why: tuple[Text, ...]
    measure: tuple[Text, ...]
    verified: bool = True
    kinds: tuple[str, ...] = ("words",)
    """What proposes it: words, composition, parameter, model, number (of a code given under another law)."""

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "regime": self.regime,
            "code": self.code,
            "score": round(self.score, 3),
            "text": self.text.en,
            "text_zh": self.text.zh,
            "cite": self.cite.en,
            "cite_zh": self.cite.zh,
            "why": [one.en for one in self.why],
            "why_zh": [one.zh for one in self.why],
            "measure": [one.en for one in self.measure],
            "measure_zh": [one.zh for one in self.measure],
            "verified": self.verified,
            "kinds": list(self.kinds),
        }


@dataclass(frozen=True)
class Classified:
    """The proposals for one item, by regime, best first; a regime with none is there with an empty list."""

    goods: Goods
    proposals: Mapping[str, tuple[Proposal, ...]]
    without_list: tuple[str, ...] = ()
    """Regimes of which no control-list text is at hand, so that an empty list says nothing."""

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "item": self.goods.item,
            "description": self.goods.description,
            "given": dict(self.goods.codes),
            "proposals": {regime: [one.to_json() for one in found] for regime, found in self.proposals.items()},
            "without_list": list(self.without_list),
        }


class Classifier:
    """Control lists indexed, ready for many goods."""

    def __init__(self, law: Law, lists: str | Path | None = None, regimes: Iterable[str] | None = None) -> None:
        """`lists` is a folder with control lists the user has fetched; party lists in it are left alone."""
        self.law = law
        self.regimes = [code for code in law.regimes if regimes is None or code in set(regimes)]
        entries = law_entries(law) + (list_entries(Path(lists)) if lists is not None else [])
        if not any(entry.regime == "eu" for entry in entries):
            alone = {row["code"] for row in law.list_rows.get("us-sme", ())} - MULTILATERAL
            entries += [twin for entry in entries if (twin := shared_with_eu(entry, alone)) is not None]
        self.by_regime = {code: [e for e in entries if e.regime == code] for code in self.regimes}
        self.indexes = {code: Index(found) for code, found in self.by_regime.items() if found}
        self.goods = index_of_goods()
        goods = indexed_goods()
        named = {code: [one for one in goods if one.regime == code] for code in self.regimes}
        self.named = {code: Index(found) for code, found in named.items() if found}
        self.hints = hints_of(law)

    def classify(self, goods: Goods, more: Sequence[Sure] = (), top: int = BEST) -> Classified:
        """The proposals for goods; `more` are codes proposed by figures."""
        said = frozenset({**weighted(goods.description), **weighted(goods.description_zh)})
        sure = [
            *settled(self.law, self.hints, goods.stage, goods.shares),
            *open_hints(self.law, self.hints, goods.stage, goods.shares, said, goods.hs or ""),
            *tool_codes(goods.model),
            *same_number(goods.codes),
            *more,
        ]
        found = {
            regime: tuple(self._regime(regime, goods, [one for one in sure if one.regime == regime])[:top])
            for regime in self.regimes
        }
        without = tuple(code for code in self.regimes if code not in self.indexes)
        return Classified(goods, found, without)

    def _regime(self, regime: str, goods: Goods, sure: Sequence[Sure]) -> list[Proposal]:
        best: dict[str, Proposal] = {}
        for proposal in [*self._by_words(regime, goods), *(self._sure(one) for one in sure)]:
            held = best.get(proposal.code)
            best[proposal.code] = proposal if held is None else _joined(held, proposal)
        ranked = sorted(best.values(), key=lambda one: (-one.score, one.code))
        return [one for one in ranked if one.score >= LEAST.get(regime, 0.4)]

    def _by_words(self, regime: str, goods: Goods) -> list[Proposal]:
        best: dict[str, Proposal] = {}
        for description in dict.fromkeys((goods.description, goods.description_zh)):
            for match in self._matches(regime, description, _abstract(goods)) if description else ():
                if not _fits_stage(match.entry, goods):
                    continue
                found = self._weighed(match, goods, description)
                held = best.get(found.code)
                if held is None or held.score < found.score:
                    best[found.code] = found
        return _best_of_each(list(best.values()))

    def _matches(self, regime: str, description: str, abstract: bool) -> list[Match]:
        """Entries of the lists that fit a description, and headings under which the index of goods names them, unless
        these are no goods."""
        index, named = self.indexes.get(regime), self.named.get(regime)
        found = index.matches(description)[:60] if index is not None else []
        texts = {entry.code: entry for entry in self.by_regime.get(regime, ())}
        # the index holds names, so it is asked by the name alone too
        for asked in dict.fromkeys((description, goods_name(description) if head(description) - FORMS else "")):
            for match in named.matches(asked) if named is not None and asked and not abstract else ():
                if match.score >= INDEXED:
                    code = match.entry.code
                    entry = texts.get(code, replace(match.entry, text=self.goods[code]))
                    found.append(replace(match, entry=entry, score=min(match.score, MOST_INDEXED)))
        return found

    def _weighed(self, match: Match, goods: Goods, description: str) -> Proposal:
        entry, whole = match.entry, f"{goods.description} {goods.description_zh}"
        told = [
            one
            for one in (
                customs(entry, goods.hs),
                figures(entry, description),
                civil(entry, whole),
                denied(entry, whole),
                material_alone(entry, description),
                inside_assembly(entry, goods.stage),
                other_kind(entry, goods.stage),
                self._against(entry, goods),
                limits_missed(entry, goods.missed),
                other_than_chips(entry, goods.chip),
            )
            if one is not None
        ]
        score = match.score
        for one in told:
            score *= one.factor
        words = ", ".join(_shown(token) for token in match.words[:6])
        why = (Text(f"words: {words}", f"用词：{words}"), *(one.why for one in told))
        return Proposal(
            entry.regime, entry.code, min(score, 0.95), entry.text, entry.cite, why, self._measures(entry, goods),
            entry.verified,
        )  # fmt: skip

    def _against(self, entry: Entry, goods: Goods) -> Evidence | None:
        """A composition that is known whole and lacks the element an entry is about."""
        wanted = [hint for _, hint in self.hints if hint.control_code == entry.code]
        total = sum(float(share) for share in goods.shares.values() if share is not None)
        if not wanted or total < 0.97 or any(share is None for share in goods.shares.values()):
            return None
        there = {symbol for symbol, share in goods.shares.items() if share}
        lacks = [
            (hint.also_contains - there) | (frozenset() if hint.substances & there else hint.substances)
            for hint in wanted
        ]
        if not all(lacks):
            return None
        symbols = ", ".join(sorted(lacks[0]))
        return Evidence(
            0.3, Text(f"its composition, known whole, holds no {symbols}", f"其成分已知完整，不含{symbols}")
        )

    def _measures(self, entry: Entry, goods: Goods) -> tuple[Text, ...]:
        """What must be measured or looked up before anybody can be sure."""
        found = [Text(entry.limit, entry.limit)] if entry.limit else []
        hints = [hint for _, hint in self.hints if hint.control_code == entry.code]
        symbols = sorted(frozenset().union(*(hint.also_contains or hint.substances for hint in hints))) if hints else []
        if symbols and not set(symbols) & goods.shares.keys():
            named = ", ".join(symbols)
            found.append(Text(f"the mass fraction of {named} (analysis)", f"{named}的质量分数（成分分析）"))
        if goods.stage is None and hints:
            found.append(Text("the stage of processing", "加工阶段"))
        if not found:
            found.append(Text("the wording of the entry, read beside the data sheet", "对照产品资料核对条目原文"))
        return tuple(found)

    def _sure(self, one: Sure) -> Proposal:
        entry = next((e for e in self.by_regime.get(one.regime, ()) if e.code == one.code), None)
        text = entry.text if entry is not None else Text(one.code, one.code)
        measure = (one.measure,) if one.measure is not None else ()
        return Proposal(one.regime, one.code, one.score, text, one.cite, (one.why,), measure, True, (one.kind,))


def _abstract(goods: Goods) -> bool:
    """Whether goods are said to be software or technology."""
    said = f"{goods.description} {goods.description_zh}".lower()
    return goods.stage == "technology" or any(
        word in said
        for word in ("technology", "software", "source code", "know-how", "技术资料", "软件", "图纸", "技术")
    )


def _fits_stage(entry: Entry, goods: Goods) -> bool:
    """Software and technology entries speak of what is said to be software or technology, and the other way round."""
    if entry.kind in ("D", "E"):
        return _abstract(goods)
    return not (goods.stage == "technology" and entry.kind)


def _best_of_each(found: list[Proposal]) -> list[Proposal]:
    """The best paragraph of each heading, or the heading itself where no paragraph fits nearly as well.

    Chinese entries stay apart, since each element has its own under one pattern of paragraphs.
    """
    best: dict[str, Proposal] = {}
    for one in sorted(found, key=lambda p: (-p.score, len(p.code), p.code)):
        key = one.code[:5] if one.regime in ("us", "eu") else one.code
        held = best.get(key)
        deeper = held is not None and one.code.startswith(held.code + ".") and one.score >= held.score * NEARLY
        if held is None or deeper:
            best[key] = one
    return list(best.values())


def _joined(one: Proposal, other: Proposal) -> Proposal:
    """Two proposals of one code as one: the surer, with the reasons of both."""
    first, second = (one, other) if one.score >= other.score else (other, one)
    kinds = tuple(dict.fromkeys((*first.kinds, *second.kinds)))
    measure = (
        first.measure
        if "words" not in first.kinds
        else second.measure
        if "words" not in second.kinds
        else first.measure
    )
    score = min(0.99, first.score + 0.02)
    return replace(
        first, score=score, why=(*first.why, *second.why), kinds=kinds, measure=measure, verified=one.verified
    )


def _shown(token: str) -> str:
    return token[2:] if token[:2] in ("c:", "e:") else token


# ---- the two ways in -------------------------------------------------------------------------------------------------


def classify(
    workspace: Workspace,
    items: Iterable[str] | None = None,
    *,
    regimes: Iterable[str] | None = None,
    law: Law | None = None,
    lists: str | Path | None = None,
    on: date | None = None,
    top: int = BEST,
) -> list[Classified]:
    """Control codes proposed for items of a workspace (all by default), per regime, best first.

    `lists` names a folder of control lists the user has fetched. Raises InputError naming every item that is not there.
    """
    from lotgate.law import load as load_law

    law = load_law() if law is None else law
    ws = as_of(workspace, on or law.known_as_of)
    if "shipments" not in ws.present:
        about = set(ws.tables["items"]["item"].to_list())
        facts_table = ws.tables["facts"]
        ws = replace(ws, tables={**ws.tables, "facts": facts_table.filter(facts_table["subject"].is_in(sorted(about)))})
    ws = apply_answers(ws, law)[0]
    facts = ItemFacts(ws, law, CodeBook(law))
    wanted = list(dict.fromkeys(items)) if items is not None else facts.ids
    faults = [_no_item(item, facts.ids) for item in wanted if item not in facts.place]
    if faults:
        raise InputError(faults)
    classifier = Classifier(law, lists, regimes)
    rows = {one.item: one for one in goods_of(ws, law)}
    return [classifier.classify(*with_figures(rows[item], facts), top) for item in wanted]


def with_figures(goods: Goods, facts: ItemFacts) -> tuple[Goods, list[Sure]]:
    """Goods with what the figures of a chip rule out, and the codes they propose."""
    chip = facts.metrics["has_metric"][facts.place[goods.item]] == "yes"
    told = replace(goods, missed=tests_missed(facts, goods.item), chip=chip)
    return told, [*tests_met(facts, goods.item), *rest_of_chips(facts, goods.item)]


def goods_of(ws: Workspace, law: Law) -> list[Goods]:
    """What a workspace knows of its items, in their order."""
    shares: dict[str, dict[str, Any]] = {}
    for row in ws.tables["composition"].iter_rows(named=True):
        shares.setdefault(row["item"], {})[row["substance"]] = row["mass_fraction"]
    return [_goods(row, shares.get(row["item"], {}), law) for row in ws.tables["items"].iter_rows(named=True)]


def _goods(row: Mapping[str, Any], shares: Mapping[str, Any], law: Law) -> Goods:
    codes = {code: str(row[f"{code}_code"]) for code in law.regimes if row[f"{code}_code"] is not None}
    model = row["model"] if row["model"] != "none" else None
    text = " ".join(part for part in (row["description"], model) if part and part != "none")
    return Goods(row["item"], text, row["description_zh"] or "", row["hs"], row["stage"], model, shares, codes)


def _no_item(item: str, known: Sequence[str]) -> Fault:
    near = nearest(item, known, cutoff=0.5)
    more, more_zh = (f"; nearest is {near}", f"，最接近的是 {near}") if near else ("", "")
    return Fault(
        "items", "no such item", value=item, expected=f"an item of table items{more}",
        message_zh="没有该物项", expected_zh=f"items 表中的物项{more_zh}",
    )  # fmt: skip


def classify_text(
    description: str,
    *,
    hs: str | None = None,
    stage: str | None = None,
    model: str | None = None,
    composition: Mapping[str, Any] | None = None,
    regimes: Iterable[str] | None = None,
    law: Law | None = None,
    lists: str | Path | None = None,
    top: int = BEST,
) -> Classified:
    """Control codes proposed for goods described in English or Chinese, per regime, best first."""
    from lotgate.law import load as load_law

    law = load_law() if law is None else law
    goods = Goods(description, description, "", hs, stage, model, composition or {})
    return Classifier(law, lists, regimes).classify(goods, top=top)
