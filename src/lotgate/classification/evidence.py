"""What speaks for or against a proposed code beside the words: customs code, composition, figures, model, stage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lotgate.classification.entries import Entry, heading_cite, is_shared
from lotgate.classification.words import head, tokens
from lotgate.facts.item_facts import ItemFacts
from lotgate.items.catalogue import tool
from lotgate.items.composition import Hint
from lotgate.law import Law, Text

__all__ = [
    "Evidence",
    "Sure",
    "civil",
    "customs",
    "denied",
    "figures",
    "hints_of",
    "inside_assembly",
    "limits_missed",
    "material_alone",
    "open_hints",
    "other_kind",
    "other_than_chips",
    "rest_of_chips",
    "same_number",
    "settled",
    "tests_met",
    "tests_missed",
    "tool_codes",
]

MATERIALS = re.compile(r"^(?:\d[CE]|[A-Z][a-z]?$)")
MATERIAL_STAGES = ("ore", "concentrate", "oxide", "compound", "metal", "alloy", "target", "magnet")
WHOLES = ("assembly", "finished", "system", "equipment", "board")
_NUMBER = re.compile(
    r"(>=|<=|≥|≤|>|<|exceed\w*|more than|less than|not less than)?\s*(\d+(?:[.,]\d+)?)\s*"
    r"(wh/kg|mah/g|%|ppm|nm|µm|um|mm|ghz|mhz|gpa|mpa|kw|g/cm3|tops|tpp)(?![a-z])",
    re.IGNORECASE,
)
_BELOW = ("<", "<=", "≤", "less than")


@dataclass(frozen=True)
class Evidence:
    """A factor on the score, and the sentence that tells why."""

    factor: float
    why: Text


@dataclass(frozen=True)
class Sure:
    """A code that something other than words proposes, with its score, reason, clause and what is still to measure."""

    regime: str
    code: str
    score: float
    kind: str
    why: Text
    cite: Text
    measure: Text | None = None
    entry: Entry | None = field(default=None, repr=False)


def customs(entry: Entry, hs: str | None) -> Evidence | None:
    """What the customs code says: the more leading digits it shares with the entry's, the more it speaks for it."""
    if not hs or hs == "none" or not entry.hs:
        return None
    shared = max(_common(hs, code) for code in entry.hs)
    if shared >= 6 or shared >= len(hs) >= 4:
        return Evidence(
            1.0 + 0.1 * min(shared, 10) / 2,
            Text(
                f"customs code {hs} shares {shared} digits with the entry's", f"商品编号{hs}与条目编号前{shared}位相同"
            ),
        )
    if shared < 2:
        return Evidence(
            0.7,
            Text(f"customs code {hs} lies in another chapter than the entry's", f"商品编号{hs}与条目编号不在同一章"),
        )
    return None


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def figures(entry: Entry, description: str) -> Evidence | None:
    """What numbers in a description say of the limit of an entry, where both have the same unit."""
    given = {unit.lower(): float(value.replace(",", ".")) for _, value, unit in _NUMBER.findall(description)}
    for sign, limit, unit in _NUMBER.findall(entry.limit):
        value = given.get(unit.lower())
        if value is None or not sign:
            continue
        least = float(limit.replace(",", "."))
        met = value <= least if sign.lower() in _BELOW else value >= least
        said = f"{value:g} {unit} {'meets' if met else 'misses'} the limit {sign} {limit} {unit}"
        said_zh = f"{value:g} {unit}{'达到' if met else '未达到'}限值 {sign} {limit} {unit}"
        return Evidence(1.15 if met else 0.4, Text(said, said_zh))
    return None


def inside_assembly(entry: Entry, stage: str | None) -> Evidence | None:
    """A listed material inside a finished thing is another good than the material (MOFCOM answer no. 5)."""
    if stage not in WHOLES or entry.regime != "cn" or not MATERIALS.match(entry.code) or entry.kind == "E":
        return None
    return Evidence(
        0.45,
        Text(
            f"the stage is {stage}: a listed material inside is not the listed good (MOFCOM answer no. 5)",
            f"加工阶段为{stage}：其中所含列管材料不等于列管物项本身（商务部答问第五问）",
        ),
    )


def other_kind(entry: Entry, stage: str | None) -> Evidence | None:
    """Materials against entries of equipment, and the other way round."""
    if stage is None or entry.kind not in ("B", "C"):
        return None
    if (stage in MATERIAL_STAGES and entry.kind == "B") or (stage in WHOLES and entry.kind == "C"):
        what = "equipment" if entry.kind == "B" else "materials"
        what_zh = "设备" if entry.kind == "B" else "材料"
        return Evidence(
            0.25, Text(f"the entry is about {what}, the stage is {stage}", f"条目针对{what_zh}，加工阶段为{stage}")
        )
    return None


_MILITARY = re.compile(
    r"militar|defen[cs]e|weapon|missile|munition|warship|combat|army|naval|tank|军|武器|导弹|战斗|弹药", re.I
)
_DENIED_CODE = re.compile(
    r"(?:not (?:controlled|covered|caught|listed) (?:by|under|in)|outside|不受|不属于|未列入)\s*([0-9][A-E][0-9]{3})",
    re.I,
)


def civil(entry: Entry, description: str) -> Evidence | None:
    """The 600 series holds goods specially designed for military use: not those of which nothing says so."""
    if entry.regime != "us" or not re.match(r"^\d[A-E]6", entry.code) or _MILITARY.search(description):
        return None
    return Evidence(
        0.5,
        Text("the 600 series is for military use, of which nothing is said", "600系列针对军用，而描述未提及军用"),
    )


_RAW = frozenset({"c:metal", "c:powder", "c:oxide", "c:compound", "c:alloy"})


def material_alone(entry: Entry, description: str) -> Evidence | None:
    """A metal, powder or oxide by name is a material: not the equipment or the parts that an entry is about."""
    things = head(description)
    if entry.kind not in ("A", "B") or not things & _RAW or not all(t in _RAW or t.startswith("e:") for t in things):
        return None
    return Evidence(0.4, Text("the goods are a material, the entry is not about one", "物项为材料，条目并非针对材料"))


def denied(entry: Entry, description: str) -> Evidence | None:
    """A heading that the description says it does not fall under."""
    if entry.code[:5].upper() not in {found.upper() for found in _DENIED_CODE.findall(description)}:
        return None
    told = f"the description says it is not {entry.code[:5]}", f"描述称其不属于{entry.code[:5]}"
    return Evidence(0.2, Text(*told))


# ---- composition -----------------------------------------------------------------------------------------------------


def hints_of(law: Law) -> list[tuple[str, Hint]]:
    """The ways in which materials meet entries, each with its act."""
    return [
        (name.split("/")[0], Hint.from_row(row))
        for name, rows in law.list_rows.items()
        if name.endswith("/composition_hints")
        for row in rows
    ]


def settled(law: Law, hints: Sequence[tuple[str, Hint]], stage: str | None, shares: Mapping[str, Any]) -> list[Sure]:
    """Codes that composition and stage settle; without a stage, those that some stage would settle."""
    from lotgate.items.numbers import exact

    fractions = {symbol: exact(share) for symbol, share in shares.items()}
    found: dict[str, Sure] = {}
    for measure, hint in hints if fractions else ():
        stages = [stage] if stage is not None else sorted(hint.stages)
        if not any(hint.holds(one, fractions) for one in stages) or hint.control_code in found:
            continue
        seen = sorted((hint.substances | hint.also_contains) & fractions.keys())
        told = ", ".join(f"{symbol} {_percent(shares[symbol])}" for symbol in seen)
        assumed = stage is None
        title = law.measures[measure].title
        found[hint.control_code] = Sure(
            "cn",
            hint.control_code,
            0.7 if assumed else 0.97,
            "composition",
            Text(f"composition {told} makes it {hint.name_en}", f"成分{told}，属于{hint.name_zh}"),
            Text(f"{measure}, {title.en}", f"{measure}，{title.zh}"),
            Text(f"the stage of processing ({', '.join(stages)})", f"加工阶段（{'、'.join(stages)}）")
            if assumed
            else None,
        )
    return list(found.values())


def open_hints(
    law: Law,
    hints: Sequence[tuple[str, Hint]],
    stage: str | None,
    shares: Mapping[str, Any],
    said: frozenset[str],
    hs: str,
) -> list[Sure]:
    """Entries a rare-earth material falls under or not by its composition alone, where nobody has told it.

    The words or the customs code must say that it is such a material (`rare-earth magnet`, 8505 11), and the words must
    not name the element: then they speak for themselves.
    """
    such = said & {"c:rareearth", "c:heavyrareearth", "c:ndfeb", "c:smco"} or hs.startswith("850511")
    mine = [(measure, hint) for measure, hint in hints if stage in hint.stages and len(hint.stages) == 1]
    codes = {hint.control_code for _, hint in mine}
    if not such or shares or not 0 < len(codes) <= FEW or any(token.startswith("e:") for token in said):
        return []
    found: dict[str, Sure] = {}
    for measure, hint in mine:
        symbols = ", ".join(sorted(hint.also_contains | hint.substances))
        title = law.measures[measure].title
        found.setdefault(
            hint.control_code,
            Sure(
                "cn",
                hint.control_code,
                0.5,
                "composition",
                Text(
                    f"nobody has told its composition; with {symbols} in it, it is {hint.name_en}",
                    f"成分未知；如含{symbols}，即为{hint.name_zh}",
                ),
                Text(f"{measure}, {title.en}", f"{measure}，{title.zh}"),
                Text(f"the mass fraction of {symbols} (analysis)", f"{symbols}的质量分数（成分分析）"),
            ),
        )
    return list(found.values())


FEW = 5
"""Codes a stage may lead to and still be worth naming one by one."""


def _percent(share: Any) -> str:
    return "?" if share is None else f"{float(share) * 100:.4g} %"


_OF_CHIPS = frozenset({"c:ic", "c:processor", "c:computer", "c:memory", "c:fpga", "c:hbm", "c:semiconductor"})


def other_than_chips(entry: Entry, chip: bool) -> Evidence | None:
    """Goods with a chip's figures are chips: an accelerator of particles is another thing."""
    if not chip or tokens(f"{entry.text.en} {entry.context}") & _OF_CHIPS:
        return None
    return Evidence(0.3, Text("the goods are a chip, of which the entry says nothing", "物项为芯片，条目未提及芯片"))


def rest_of_chips(facts: ItemFacts, item: str) -> list[Sure]:
    """Where a chip surely misses every limit of the advanced ones: the entries for what is left, which few need a
    licence for."""
    place = facts.place[item]
    meets = facts.item_meets[place]
    if facts.metrics["has_metric"][place] != "yes" or any(
        _code_of(test)[0] == "us" for test in meets.must | (meets.may or frozenset())
    ):
        return []
    board = facts.cells("stage")[place] in WHOLES
    code, what = ("4A994", "4A994.l") if board else ("3A991", "3A991.p")
    return [
        Sure(
            "us",
            code,
            0.55,
            "parameter",
            Text("its figures miss every limit of 3A090", "其参数未达到3A090的任何限值"),
            Text(f"15 CFR part 774, Supp. 1, {what}", f"《美国联邦法规》第15编第774部分附录1，{what}"),
            Text("processing performance of 8 TOPS or more, or transfer of 150 GB/s or more",
                 "处理性能达到8 TOPS，或传输速率达到150 GB/s"),
        )
    ]  # fmt: skip


# ---- chips and tools -------------------------------------------------------------------------------------------------


def tests_met(facts: ItemFacts, item: str) -> list[Sure]:
    """Codes whose limits the figures of a chip meet, or may meet, with what would settle it."""
    found: dict[tuple[str, str], Sure] = {}
    members = facts.item_meets[facts.place[item]]
    may = members.may or frozenset()
    for test in sorted(members.must | may):
        (regime, code), text = _code_of(test), test.partition("@")[2]
        sure = test in members.must
        open_cells = [] if sure else facts.open_figures(item, test)
        if not sure and facts.metrics["has_metric"][facts.place[item]] != "yes":
            continue
        one = Sure(
            regime,
            code,
            0.97 if sure else 0.6,
            "parameter",
            Text(
                f"its figures {'meet' if sure else 'may meet'} the limits of {code}"
                + (f" (text of {text})" if text else ""),
                f"其参数{'达到' if sure else '可能达到'}{code}的限值" + (f"（{text}年文本）" if text else ""),
            ),
            Text(f"test {test} of the law data", f"法律数据中的检验 {test}"),
            Text(f"{', '.join(open_cells)}", f"{'、'.join(open_cells)}") if open_cells else None,
        )
        held = found.get((regime, code))
        if held is None or held.score < one.score:
            found[regime, code] = one
    return list(found.values())


def tests_missed(facts: ItemFacts, item: str) -> frozenset[tuple[str, str]]:
    """(regime, code) of entries whose limits the figures of a chip surely miss, under every text of the law."""
    place = facts.place[item]
    if facts.metrics["has_metric"][place] != "yes":
        return frozenset()
    members = facts.item_meets[place]
    open_or_met = members.must | (members.may or frozenset())
    standing: dict[tuple[str, str], bool] = {}
    for test in facts.law.tests:
        key = _code_of(test)
        standing[key] = standing.get(key, False) or test in open_or_met
    return frozenset(key for key, stands in standing.items() if not stands)


def _code_of(test: str) -> tuple[str, str]:
    """Regime and code a test of the law data is about: `3A090.a.datacentre@2023`, `EU-3A501.a.16`."""
    name = test.partition("@")[0].replace(".datacentre", "")
    return ("eu", name[3:]) if name.startswith("EU-") else ("us", name)


def limits_missed(entry: Entry, missed: frozenset[tuple[str, str]]) -> Evidence | None:
    """Entries with limits of performance that the goods' figures miss; a heading counts where all of it is missed."""
    mine = [code for regime, code in missed if regime == entry.regime]
    if not any(entry.code == code or entry.code.startswith(code + ".") for code in mine):
        return None
    return Evidence(0.2, Text(f"its figures miss the limits of {entry.code}", f"其参数未达到{entry.code}的限值"))


def same_number(codes: Mapping[str, str]) -> list[Sure]:
    """The heading a person has given under US or EU law, for the other of the two: below 390 they share numbers.

    China's numbers look alike and are never compared with theirs.
    """
    found = []
    for given, other in (("us", "eu"), ("eu", "us")):
        heading = next((code[:5] for code in codes.get(given, "").split(";") if is_shared(code)), None)
        if heading is None or other in codes:
            continue
        why = Text(f"{given}_code is {codes[given]}, and both lists share its number",
                   f"{given}_code 为 {codes[given]}，两清单编号相同")  # fmt: skip
        cite = heading_cite(other, heading)
        found.append(Sure(other, heading, 0.8, "number", why, cite, Text("the other list's text", "另一清单的文本")))
    return found


def tool_codes(model: str | None) -> list[Sure]:
    """Codes that the built-in catalogue of chip tools knows for a model."""
    known = tool(model)
    if known is None or known.us_code is None:
        return []
    why = Text(f"model {model} is in the catalogue of tools", f"型号{model}见于内置设备目录")
    cite = Text(known.source, known.source)
    codes = [("us", known.us_code)]
    codes += [("eu", known.eu_code)] if known.eu_code else []
    codes += [("nl", "3B001.f.4")] if known.nl_from else []
    return [Sure(regime, code, 0.9, "model", why, cite) for regime, code in codes]
