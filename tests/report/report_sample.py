"""A set of decisions made by hand, with all four answers and every kind of rule, for looking at reports.

The firms are invented and say so; the clauses are written like those of the law data without being taken from it.
"""

# ruff: noqa: E501  sentences of law stay on one line each

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from lotgate.dates import Interval
from lotgate.decide.decision import Ask, ConflictFlag, LineDecision, RegimeDecision, Rule
from lotgate.law.clock import Clock, Suspension
from lotgate.law.expr import Graph, Leaf
from lotgate.law.model import POLICIES, Clause, Law, Measure, Regime, Text
from lotgate.tables import Workspace
from lotgate.tables.schema import TABLES

ANSWERS = ("go", "ask", "apply", "stop")
REGIMES = ("cn", "us", "eu", "nl", "jp")
T = Text


def rule(measure: str, effect: str, cite: Text, text: Text, **more: Any) -> Rule:
    """A rule of the sample."""
    more.setdefault("policy", None)
    return Rule(measure, measure.partition("#")[2] or "1", effect, cite=cite, text=text, **more)


RULES = {
    "magnets": rule(
        "CN-2025-18",
        "licence-required",
        T("MOFCOM and GACC Announcement 18 of 2025, item 5", "商务部 海关总署公告2025年第18号第五项"),
        T(
            "Permanent magnets that contain dysprosium leave China only with a dual-use licence.",
            "含镝的永磁材料须取得两用物项出口许可证方可出口。",
        ),
        policy="case-by-case",
        action=T(
            "Apply to the Ministry of Commerce through the provincial office, with the end-user certificate.",
            "持最终用户证明，经省级商务主管部门向商务部申请。",
        ),
        reasons=(("ship_from = CN", "CN"), ("cn_code in cn-18", "1C905.a.4")),
    ),
    "holmium": rule(
        "CN-2025-57",
        "suspended",
        T("MOFCOM and GACC Announcement 57 of 2025, item 1", "商务部 海关总署公告2025年第57号第一项"),
        T("Holmium metal leaves China only with a dual-use licence.", "金属钬须取得两用物项出口许可证方可出口。"),
        policy="case-by-case",
        held_by=T(
            "Suspended by CN-2025-70 from 2025-11-07 through 2026-11-10.",
            "自2025-11-07至2026-11-10暂停实施（CN-2025-70）。",
        ),
        reasons=(("ship_from = CN", "CN"), ("cn_code in cn-57", "1C907.a.1")),
    ),
    "limb1": rule(
        "CN-2025-61#1.1",
        "suspended",
        T("MOFCOM Announcement 61 of 2025, art. 1(1)", "商务部公告2025年第61号第一条第（一）项"),
        T(
            "Listed goods made abroad need a Chinese licence when listed rare earth of Chinese origin is at least 0.1 % of "
            "their value.",
            "境外制造的列名物项，中国原产列名稀土价值占比达到0.1%的，须取得中国许可。",
        ),
        policy="case-by-case",
        held_by=T(
            "Suspended by CN-2025-70 from 2025-11-07 through 2026-11-10.",
            "自2025-11-07至2026-11-10暂停实施（CN-2025-70）。",
        ),
    ),
    "unsettled": rule(
        "CN-2025-61#1.1",
        "not-established",
        T("MOFCOM Announcement 61 of 2025, art. 1(1)", "商务部公告2025年第61号第一条第（一）项"),
        T(
            "Listed goods made abroad need a Chinese licence when listed rare earth of Chinese origin is at least 0.1 % of "
            "their value.",
            "境外制造的列名物项，中国原产列名稀土价值占比达到0.1%的，须取得中国许可。",
        ),
        policy="case-by-case",
        held_by=T("Whether this measure stands on this day is not established.", "该措施当日是否有效尚未确定。"),
    ),
    "cn-military": rule(
        "CN-2024-46#1",
        "prohibited",
        T("MOFCOM Announcement 46 of 2024, paragraph 1", "商务部公告2024年第46号第一条"),
        T("Dual-use items may not go to US military users or for military use.", "禁止两用物项对美国军事用户或军事用途出口。"),
        action=T("Do not ship; no licence is granted for this.", "不得发货；该情形不予许可。"),
        reasons=(("destination = US", "US"), ("military = yes", "yes")),
    ),
    "entity": rule(
        "US-744.11",
        "licence-required",
        T("15 CFR 744.11(a); Supp. No. 4 to part 744", "15 CFR 744.11(a)；第744部分附件4"),
        T("A listed entity may not receive items subject to the EAR without a licence.", "未经许可，不得向实体清单主体提供受EAR管辖的物项。"),
        policy="denial-presumed",
        action=T("Apply to BIS in SNAP-R; expect a refusal.", "通过SNAP-R向BIS申请；预计不予批准。"),
        reasons=(("listed has us-entity-list", "us-entity-list, us-el:all-items"), ("us_code = none", "none")),
    ),
    "chips": rule(
        "US-3A090",
        "licence-required",
        T("15 CFR 774 Supp. 1, ECCN 3A090.a; 742.6(a)(6)(iii)", "15 CFR 774附件1，ECCN 3A090.a；742.6(a)(6)(iii)"),
        T("Advanced computing chips need a licence to Macau and country group D:5.", "先进计算芯片出口至澳门及D:5组国家（地区）须取得许可。"),
        policy="case-by-case",
        action=T("Apply to BIS in SNAP-R with the technical questionnaire.", "通过SNAP-R向BIS申请，并附技术问卷。"),
        reasons=(("destination in us-d5-macau", "CN"), ("item_meets has 3A090.a@2023", "3A090.a@2023")),
    ),
    "affiliates": rule(
        "US-AFFILIATES-2025",
        "suspended",
        T("90 FR 47201; 90 FR 50857", "90 FR 47201；90 FR 50857"),
        T("A firm held to one half by listed entities is treated as listed.", "由清单主体持股达百分之五十的企业视同列入清单。"),
        held_by=T("Suspended from 2025-11-10 through 2026-11-09.", "自2025-11-10至2026-11-09暂停实施。"),
    ),
    "humanitarian": rule(
        "CN-2025-61#1.3",
        "exempt",
        T("MOFCOM Announcement 61 of 2025, art. 1(3); art. 5", "商务部公告2025年第61号第一条第（三）项；第五条"),
        T("Chinese-origin listed goods moved between other countries need a licence.", "中国原产列名物项在第三国之间转移须取得许可。"),
        held_by=T("Medical emergencies are outside the licence duty.", "紧急医疗用途不在许可范围内。"),
        action=T("Report to MOFCOM by e-mail within ten working days of the export.", "出口后10个工作日内以电子邮件向商务部报告。"),
    ),
    "in-hand": rule(
        "NL-2023-15246",
        "exempt",
        T("Regeling geavanceerde productieapparatuur voor halfgeleiders, art. 2", "荷兰先进半导体制造设备条例第二条"),
        T("Immersion scanners leave the Netherlands only with a licence.", "浸没式光刻机须取得许可方可自荷兰出口。"),
        held_by=T("Covered by the licence in hand.", "已由持有的许可证涵盖。"),
    ),
    "registration": rule(
        "CN-2026-1",
        "registration",
        T("MOFCOM Announcement 1 of 2026, art. 3", "商务部公告2026年第1号第三条"),
        T("A general licence by registration covers shipments to registered users.", "以登记方式取得的通用许可可覆盖已登记用户。"),
        policy="registration",
        action=T("Register the end user before the first shipment.", "首次发货前办理最终用户登记。"),
    ),
    "russia": rule(
        "EU-833-2014",
        "prohibited",
        T("Regulation (EU) No 833/2014, art. 2(1)", "第833/2014号条例第二条第一款"),
        T("Dual-use items may not be sent to anyone in Russia.", "禁止向俄罗斯境内的任何人供应两用物项。"),
        action=T("Do not ship; the few derogations need a decision of the national authority.", "不得发货；少数例外须由本国主管机关决定。"),
    ),
    "japan": rule(
        "JP-2023",
        "licence-required",
        T("METI Ordinance of 2023, item (n)", "日本经济产业省2023年省令第（n）项"),
        T("Listed chip tools leave Japan only with a licence.", "列名半导体设备须取得许可方可自日本出口。"),
        policy="case-by-case",
    ),
    "duty": rule(
        "US-DUTY-301",
        "advisory",
        T("USTR notice, 89 FR 76581", "USTR通知，89 FR 76581"),
        T("A tariff of 25 % applies to magnets of Chinese origin.", "中国原产磁材加征25%关税。"),
    ),
}  # fmt: skip

ASKS = {
    "technology": Ask(
        "technology",
        "scanner",
        T(
            "Of which controlled technology or software is the item a direct product? Ask the maker for a supply-chain "
            "certificate.",
            "该物项是何种受控技术或软件的直接产品？请向制造商索取供应链证明。",
        ),
        ("US-734.9-e", "US-734.9-h"),
    ),
    "end_use": Ask(
        "end_use",
        "",
        T("What will the end user do with the goods? Ask for an end-use statement.", "最终用户将如何使用该物项？请索取最终用途说明。"),
        ("CN-2025-18", "US-744.23"),
    ),
    "status": Ask(
        "status",
        "CN-2025-61#1.1",
        T(
            "What holds for this measure on the day? Record in-force, suspended or not-in-force, with who checked and where.",
            "该措施当日的效力如何？请记录 in-force（有效）、suspended（暂停）或 not-in-force（失效），并注明核查人和出处。",
        ),
        ("CN-2025-61#1.1",),
    ),
    "list": Ask(
        "list",
        "us-entity-list",
        T("Is any party to the shipment on the list?", "交易各方是否有列入清单者？"),
        ("US-744.11",),
    ),
    "checked": Ask(
        "checked_until",
        "law:cn",
        T(
            "The law data is older than 30 days on this day. Up to which day has somebody checked that nothing changed?",
            "截至该日，法律数据已超过三十日。请说明有人核实至哪一天没有变化。",
        ),
        (),
    ),
}  # fmt: skip

CONFLICT = ConflictFlag(
    "cn-afsl-us",
    ("US-744.11", "CN-AFSL"),
    T("Anti-Foreign Sanctions Law, arts. 11 and 12", "反外国制裁法第十一条、第十二条"),
    T(
        "Carrying out a discriminatory foreign measure against a Chinese firm can be answered with a claim before a Chinese "
        "court.",
        "执行外国对中国企业的歧视性措施，可能在中国法院被诉。",
    ),
    T("Ask counsel in China before refusing the order in writing.", "书面拒绝订单前先咨询中国律师。"),
    "partly",
)

_ITEMS = {
    "dymag": ("Sintered NdFeB magnet with dysprosium", "含镝的钕铁硼永磁体", "CN", "1C905.a.4", "none"),
    "holmium": ("Holmium metal, 99.9 %", "金属钬", "CN", "1C907.a.1", "none"),
    "motor": ("Traction motor, 180 kW", "牵引电机", "DE", "none", "none"),
    "h20": ("H20 accelerator board", "H20 加速卡", "TW", None, "4A090.a"),
    "scanner": ("Immersion scanner, 1980 series", "浸没式光刻机", "NL", None, "3B001.f.1"),
    "target": ("Terbium sputtering target", "铽溅射靶材", "CN", "1C904.a.2", "none"),
}
_PARTIES = {
    "elmot": ("Example Motors GmbH (fictional)", "DE"),
    "skyfab": ("Example Skyline Semiconductor Co. (fictional)", "CN"),
    "navy": ("Example Naval Yard (fictional)", "US"),
    "cloud": ("Example Straits Cloud Sdn Bhd (fictional)", "MY"),
    "hospital": ("Example General Hospital (fictional)", "BR"),
    "volga": ("Example Volga Instruments (fictional)", "RU"),
    "nippon": ("Example Nippon Turbine KK (fictional)", "JP"),
    "maker": ("Example Maker (fictional)", "NL"),
}

# answer, item, from, to, end user, end use, {regime: (answer, policy, rules, asks)}, conflict, holds until
_KINDS: list[tuple[Any, ...]] = [
    ("apply", "dymag", "CN", "DE", "elmot", "civil", {"cn": ("apply", "case-by-case", ["magnets"], [])}, False, None),
    ("go", "holmium", "CN", "DE", "elmot", "civil", {"cn": ("go", None, ["holmium"], [])}, False, date(2026, 11, 10)),
    ("stop", "dymag", "CN", "US", "navy", "military",
     {"cn": ("stop", None, ["cn-military", "magnets"], []), "us": ("go", None, ["duty"], [])}, False, date(2026, 11, 27)),
    ("ask", "scanner", "NL", "CN", "skyfab", "chip-fab",
     {"nl": ("go", None, ["in-hand"], []), "us": ("ask", None, ["affiliates"], ["technology", "list"])}, False,
     date(2026, 11, 9)),
    ("apply", "h20", "TW", "CN", "skyfab", "ai-training",
     {"us": ("apply", "denial-presumed", ["entity", "chips"], ["end_use"])}, True, None),
    ("go", "motor", "DE", "BR", "hospital", "medical-emergency", {"cn": ("go", None, ["humanitarian"], [])}, False, None),
    ("ask", "motor", "DE", "JP", "nippon", "civil", {"cn": ("ask", None, ["unsettled"], ["status"])}, False, None),
    ("go", "motor", "DE", "JP", "nippon", "civil", {"cn": ("go", None, ["limb1"], [])}, False, date(2026, 11, 10)),
    ("stop", "scanner", "NL", "RU", "volga", "civil", {"eu": ("stop", None, ["russia"], []),
     "nl": ("apply", "denial-presumed", [], [])}, False, None),
    ("apply", "target", "CN", "JP", "nippon", "civil", {"cn": ("apply", "registration", ["registration"], [])}, False, None),
    ("go", "motor", "DE", "MY", "cloud", "civil", {}, False, None),
    ("ask", "dymag", "CN", "JP", "nippon", None, {"cn": ("ask", None, [], ["end_use", "checked"])}, False, None),
]  # fmt: skip


def _line(number: int) -> tuple[LineDecision, dict[str, Any]]:
    answer, item, start, end, user, use, regimes, collides, until = _KINDS[number % len(_KINDS)]
    name = f"L{number + 1}"
    decided = {}
    for code in REGIMES:
        given, policy, rules, asks = regimes.get(code, ("go", None, [], []))
        questions = tuple(
            Ask(a.fact, a.subject or name, a.question, a.matters_for) for a in (ASKS[key] for key in asks)
        )
        decided[code] = RegimeDecision(code, given, policy, tuple(RULES[key] for key in rules), questions)
    actions = dict.fromkeys(r.action for d in decided.values() for r in d.rules if r.action is not None)
    for found in decided.values():
        for ask in found.asks:
            actions[T(f"Ask ({ask.subject}): {ask.question.en}", f"询问（{ask.subject}）：{ask.question.zh}")] = None
    day = date(2026, 9 + number % 3, 1 + number % 27)
    conflicts = (CONFLICT,) if collides else ()
    decision = LineDecision(name, day, answer, decided, conflicts, until, tuple(actions))
    cells = {
        "line": name, "date": day, "kind": "export", "item": item, "lot": f"LOT-{number + 1:03}",
        "quantity": 100.0 * (number + 1), "unit": "KGM", "value": 9000.0 * (number + 1), "currency": "USD",
        "exporter": "maker", "consignee": user, "end_user": user, "intermediaries": [], "ship_from": start,
        "destination": end, "via": ["SG"] if number % 5 == 0 else [], "end_use": use,
    }  # fmt: skip
    return decision, cells


def frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A table of the workspace from rows with some of its cells."""
    table = TABLES[name]
    return pl.DataFrame(
        {column.name: pl.Series([row.get(column.name) for row in rows], dtype=column.dtype) for column in table.columns}
    )


def workspace(shipments: list[dict[str, Any]], path: Path = Path("sample")) -> Workspace:
    """A workspace of the sample's items and parties with the shipments given."""
    items = [
        {"item": key, "description": en, "description_zh": zh, "made_in": made, "cn_code": cn, "us_code": us}
        for key, (en, zh, made, cn, us) in _ITEMS.items()
    ]
    parties = [{"party": key, "name": name, "country": country} for key, (name, country) in _PARTIES.items()]
    tables = {name: table.empty for name, table in TABLES.items()}
    tables |= {"shipments": frame("shipments", shipments), "items": frame("items", items)}
    tables["parties"] = frame("parties", parties)
    return Workspace(path, tables, frozenset({"shipments", "items", "parties"}))


def day(text: str) -> date:
    """A day written as text."""
    return date.fromisoformat(text)


def law() -> Law:
    """The measures that the rules cite, with clocks for some of them."""
    names = {r.measure: r for r in RULES.values()}
    regimes = {
        code: Regime(code, T(f"Law of {code}", f"{code} 法律"), day("2026-08-22")) for code in REGIMES
    }  # fmt: skip
    truce = Suspension(Interval(day("2025-11-07"), day("2026-11-10")), "CN-2025-70")
    clocks = {
        "CN-2025-57": Clock((Interval(day("2025-11-08")),), (truce,)),
        "CN-2025-61#1.1": Clock((Interval(day("2025-12-01")),), (truce,)),
        "CN-2025-61#1.3": Clock((Interval(day("2025-10-09")),), (truce,)),
        "US-AFFILIATES-2025": Clock((Interval(day("2025-09-29")),), (), day("2026-11-10"), "BIS"),
    }
    graph = Graph()
    leaves = [graph.leaf(Leaf("ship_from", "in", frozenset({"CN"}))), graph.leaf(Leaf("end_use", "known", None))]
    measures, clauses = {}, []
    for name, one in names.items():
        regime = name.partition("-")[0].lower()
        measures[name] = Measure(
            name, regime, T(one.cite.en.partition(",")[0], one.cite.zh), day("2025-01-02"), day("2025-01-02"), "rule",
            "partly" if regime == "nl" else "yes", "Official gazette", f"https://example.org/{name}", None, Path(),
        )  # fmt: skip
        clock = clocks.get(name, Clock((Interval(day("2025-04-04")),)))
        clauses.append(
            Clause(f"{name}/{one.rule}", name, one.rule, regime, one.cite, one.text, "licence-required", one.policy,
                   ("single",), graph.all([leaves[0], graph.negate(leaves[1])]), (), (), one.action, clock)
        )  # fmt: skip
    return Law("0f3a9c", regimes, measures, tuple(clauses), (), graph, {}, {}, {}, {}, {}, {}, {}, {}, {})


@dataclass
class SampleDecisions:
    """What a check hands to a report."""

    lines: list[LineDecision]
    workspace: Workspace
    law: Law = field(default_factory=law)
    lists: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"list": "us-entity-list", "as_of": "2026-07-31", "entries": 3420},
            {"list": "us-sdn", "as_of": None, "entries": 18311},
        ]
    )
    notes: tuple[Text, ...] = (
        T(
            "The list us-meu is not loaded; rules that need it ask for it.",
            "清单 us-meu 未载入；需要该清单的规则将提问。",
        ),
    )

    @property
    def days(self) -> Any:
        """The day of every line."""
        return np.array([line.date for line in self.lines], dtype="datetime64[D]")

    @property
    def answers(self) -> Any:
        """Answers and policies by line and regime, as numbers."""
        found = [list(line.regimes.values()) for line in self.lines]
        answers = [[ANSWERS.index(r.answer) for r in row] for row in found]
        policies = [[POLICIES.index(r.policy) if r.policy else -1 for r in row] for row in found]
        shape = (len(self.lines), -1 if self.lines else len(REGIMES))
        return np.array(answers, dtype=np.uint8).reshape(shape), np.array(policies, dtype=np.int8).reshape(shape)

    def explain(self, name: str) -> Any:
        """One line with its reasons, which the sample's rules have from the start."""
        return SampleExplanation(next(line for line in self.lines if line.line == name))

    def counts(self) -> dict[str, int]:
        """Lines by answer."""
        found = Counter(line.answer for line in self.lines)
        return {answer: found[answer] for answer in ("go", "ask", "apply", "stop")}

    def months(self, start: date, months: int = 12) -> list[tuple[date, dict[str, int]]]:
        """A made-up course: the suspensions end in November."""
        now = self.counts()
        moved = now["go"] // 2
        later = {
            **now,
            "go": now["go"] - moved,
            "ask": now["ask"] + moved - moved // 3,
            "apply": now["apply"] + moved // 3,
        }
        days = {
            date(start.year + (start.month - 1 + k) // 12, (start.month - 1 + k) % 12 + 1, 1) for k in range(months)
        }
        return [(d, later if d > day("2026-11-10") else now) for d in sorted(days | {day("2026-11-11")})]


def sample(lines: int = 30, path: Path = Path("sample")) -> SampleDecisions:
    """The sample with as many lines as wanted."""
    made = [_line(number) for number in range(lines)]
    return SampleDecisions([decision for decision, _ in made], workspace([cells for _, cells in made], path))


@dataclass
class SampleSilent:
    """A clause that was looked at and does not speak."""

    measure: str
    rule: str
    cite: Text
    because: tuple[str, str]


@dataclass
class SampleNote:
    """What a list says of a party."""

    role: str
    party: str
    text: Text


@dataclass
class SampleExplanation:
    """What explain hands to a report."""

    decision: LineDecision
    silent: tuple[SampleSilent, ...] = (
        SampleSilent("US-744.23", "a", T("15 CFR 744.23(a)(2)", "15 CFR 744.23(a)(2)"), ("end_use = chip-fab", "ai-training")),
        SampleSilent("CN-2025-18", "1", T("Announcement 18 of 2025", "公告2025年第18号"), ("ship_from = CN", "TW")),
        SampleSilent("CN-2025-57", "1", T("Announcement 57 of 2025", "公告2025年第57号"), ("ship_from = CN", "TW")),
        SampleSilent("CN-2023-23", "1", T("Announcement 23 of 2023", "公告2023年第23号"), ("", "")),
    )  # fmt: skip
    parties: tuple[SampleNote, ...] = (
        SampleNote(
            "end_user", "skyfab", T("may be Skyline Semi on us-entity-list", "可能是us-entity-list所列Skyline Semi")
        ),
    )


@dataclass(frozen=True)
class SampleChange:
    """A change on the horizon."""

    line: str
    day: date
    before: str
    after: str
    measures: tuple[str, ...]
