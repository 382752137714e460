"""A demonstration: organisations and users that are plainly invented, and applications carried as far as asked.

Names say what they are ("exporter-preparer", "Demonstration exporter"); nothing here names a real firm or person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from lotgate.licence import Actor, Command, Outcome, Record
from lotgate.licence.records import digest

__all__ = [
    "DOCUMENTS", "EVERY_USER", "PEOPLE", "STAGES", "Plan", "actors", "carry", "certificate", "content", "declaration",
    "document", "seed", "signed_for",
]  # fmt: skip

Act = Callable[[Actor, Command, datetime], Outcome]

_ORGANISATIONS = (
    # code, name, name in Chinese, country, laws handled
    ("demo-exporter", "Demonstration exporter", "示例出口企业", "CN", ()),
    ("demo-other-exporter", "Demonstration exporter, the other one", "示例出口企业（另一家）", "CN", ()),
    ("demo-end-user", "Demonstration end user", "示例最终用户", "DE", ()),
    ("demo-agent", "Demonstration filing agent", "示例代理申报企业", "CN", ()),
    ("demo-authority", "Demonstration authority", "示例主管部门", "CN", ("cn",)),
    ("demo-body", "Demonstration body consulted", "示例被征求意见单位", "CN", ("cn",)),
    ("demo-customs", "Demonstration customs", "示例海关", "CN", ("cn",)),
    ("demo-audit", "Demonstration audit office", "示例审计机构", "CN", ("cn",)),
    ("demo-operator", "Demonstration operator", "示例系统运营方", "CN", ()),
)

PEOPLE: Mapping[str, tuple[str, str]] = {
    # user name: organisation, role
    "exporter-preparer": ("demo-exporter", "preparer"),
    "exporter-signatory": ("demo-exporter", "signatory"),
    "other-exporter-preparer": ("demo-other-exporter", "preparer"),
    "other-exporter-signatory": ("demo-other-exporter", "signatory"),
    "filing-agent": ("demo-agent", "agent"),
    "end-user": ("demo-end-user", "end_user"),
    "authority-intake": ("demo-authority", "intake"),
    "authority-officer": ("demo-authority", "officer"),
    "authority-decider": ("demo-authority", "decider"),
    "authority-second-decider": ("demo-authority", "decider"),
    "consulted-body": ("demo-body", "consulted"),
    "customs-officer": ("demo-customs", "customs"),
    "auditor": ("demo-audit", "auditor"),
    "administrator": ("demo-operator", "administrator"),
}
EVERY_USER = tuple(PEOPLE)

DOCUMENTS = ("contract", "technical", "end_user_introduction", "certificate_translation", "identity")
"""The kinds of document that come with every application here."""

STAGES = ("draft", "submitted", "under_review", "recommended", "granted", "reserved", "used", "delivered")


def actors() -> dict[str, Actor]:
    """Who each demonstration user is, without a database."""
    laws = {code: frozenset(regimes) for code, _, _, _, regimes in _ORGANISATIONS}
    from lotgate.licence import Mandate

    mandate = (Mandate("demo-exporter", date(2020, 1, 1), date.max),)
    return {
        name: Actor(name, code, frozenset({role}), laws[code], mandates=mandate if role == "agent" else ())
        for name, (code, role) in PEOPLE.items()
    }


def seed(passwords: Callable[[], str]) -> dict[str, str]:
    """Makes organisations and users where they are missing; gives the passwords of users made now, by name."""
    from lotgate.web.accounts.models import User
    from lotgate.web.accounts.people import add_membership, add_organisation, add_user

    made: dict[str, str] = {}
    held = {
        code: add_organisation(code, name, country, name_zh=name_zh, regimes=regimes, demonstration=True)
        for code, name, name_zh, country, regimes in _ORGANISATIONS
    }
    for name, (code, role) in PEOPLE.items():
        if User.objects.filter(username=name).exists():
            continue
        user, made[name] = add_user(name, passwords())
        agent = held["demo-exporter"] if role == "agent" else None
        add_membership(user, held[code], role, acts_for=agent, since=date(2020, 1, 1))
    return made


def content(number: int, *, exporter: str = "demo-exporter", quantity: str = "120") -> dict[str, Any]:
    """A whole application for one lot of magnets, differing by number."""
    end_user = {
        "id": "demo-end-user", "name": f"Demonstration motor works {number % 97}",
        "name_local": f"示例电机厂{number % 97}", "country": "DE", "address": "1 Example Street, Exampleton",
    }  # fmt: skip
    return {
        "header": {"regime": "cn", "kind": "single", "language": "en"},
        "exporter": {
            "id": exporter,
            "name": "Demonstration exporter",
            "name_zh": "示例出口企业",
            "registration": "DEMO-0001",
            "address": "2 Example Road, Exampleton",
            "country": "CN",
        },
        "lot": {
            "id": f"LOT-{number:07d}",
            "producer": "Demonstration magnet works",
            "made": quantity,
            "quantity": quantity,
            "unit": "KGM",
            "parameters": "sintered NdFeB, Dy 2.1 %",
        },
        "item": {
            "id": "MAG-1",
            "description": "Sintered NdFeB magnet with dysprosium",
            "description_zh": "含镝烧结钕铁硼磁体",
            "code": ["1C902.a"],
            "hs": "850511",
            "technical": "remanence 1.2 T",
        },
        "value": {"total": "96000", "currency": "CNY", "contract": f"DEMO-{number:07d}"},
        "parties": {"end_user": end_user, "consignee": {**end_user, "name": "Demonstration consignee"}},
        "end_use": {
            "code": "civil",
            "text": "Rotor of a pump motor",
            "site": "1 Example Street, Exampleton",
            "wmd": "no",
            "military": "no",
            "reexport": "no",
            "incorporated": "yes",
        },
        "route": {"destination": "DE", "port": "Shanghai"},
        "declarations": {"truth": "yes", "records": "yes", "checks": "yes"},
    }


def certificate(number: int, *, exporter: str = "demo-exporter", quantity: str = "120", day: date) -> dict[str, Any]:
    """The end-user certificate that goes with `content(number)`."""
    return signed_for(content(number, exporter=exporter, quantity=quantity), f"EUC-{number:07d}", day)


def signed_for(made: Mapping[str, Any], id: str, day: date) -> dict[str, Any]:
    """The end-user certificate that goes with what an application says."""
    lot, item, user = made["lot"], made["item"], made["parties"]["end_user"]
    return {
        "id": id, "issued": day.isoformat(), "end_user": user["id"], "end_user_name": user["name"],
        "site": made["end_use"]["site"], "exporter": made["exporter"]["id"], "contract": made["value"]["contract"],
        "lot": lot["id"], "item": item["id"], "code": item["code"], "quantity": lot["quantity"], "unit": lot["unit"],
        "destination": made["route"]["destination"], "end_use": made["end_use"]["code"], "no_other_use": "yes",
        "no_transfer": "yes", "no_weapons": "yes", "accept_checks": "yes",
        "signatory": "signatory of the demonstration end user",
    }  # fmt: skip


def document(number: int, kind: str) -> bytes:
    """A document of a demonstration case: a PDF of one page that says what it stands for."""
    said = f"Demonstration: {kind.replace('_', ' ')} of case {number}".encode("ascii")
    drawn = b"BT /F1 20 Tf 72 760 Td (%s) Tj ET" % said
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    made, places = b"%PDF-1.4\n", []
    for place, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (place, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%s" % table
    return made + end + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(made)


def declaration(licence: Record, number: str, day: date, quantity: str | None = None) -> dict[str, Any]:
    """What customs reads from a declaration for a whole licence."""
    facts = licence.facts
    return {
        "declaration": number, "exporter": facts["exporter"], "lot": facts["lot"], "code": facts["codes"],
        "end_user": facts["end_user"], "destination": facts["destination"],
        "quantity": quantity or facts["quantity"], "unit": facts["unit"], "day": day.isoformat(),
    }  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What a lot is about: what its application says, the reasoning attached, and who prepares and signs it."""

    content: Mapping[str, Any]
    run: Mapping[str, Any]

    @property
    def exporter(self) -> str:
        """The code of the exporter."""
        return str(self.content["exporter"]["id"])

    @property
    def quantity(self) -> str:
        """The quantity applied for."""
        return str(self.content["lot"]["quantity"])


@dataclass
class _Case:
    act: Act
    who: Mapping[str, Actor]
    number: int
    at: datetime
    plan: Plan
    application: str = ""
    licence: str = ""
    clearance: str = ""

    def do(self, who: str, kind: str, event: str, data: Mapping[str, Any], id: str | None = None) -> Outcome:
        self.at += timedelta(milliseconds=1)
        return self.act(self.who[who], Command(kind, event, id, data), self.at)

    def on(self, who: str, event: str, data: Mapping[str, Any]) -> Outcome:
        return self.do(who, "application", event, data, self.application)

    def exporter_s(self, role: str) -> str:
        return f"exporter-{role}" if self.plan.exporter == "demo-exporter" else f"other-exporter-{role}"


def carry(
    act: Act, who: Mapping[str, Actor], number: int, at: datetime, to: str, *, exporter: str = "demo-exporter",
    quantity: str = "120", plan: Plan | None = None,
) -> Iterator[Outcome]:  # fmt: skip
    """Carries lot `number` from a draft to a stage, one outcome a step, each a millisecond after the other."""
    made = plan or Plan(content(number, exporter=exporter, quantity=quantity), _reasoning(number, at.date()))
    case = _Case(act, who, number, at, made)
    for stage in STAGES[: STAGES.index(to) + 1]:
        yield from _STEPS[stage](case)


def _reasoning(number: int, day: date) -> dict[str, Any]:
    decision, facts = {"answer": "apply", "regimes": {"cn": {"answer": "apply"}}}, {"line": f"L{number}"}
    return {
        "law": "demonstration", "known_as_of": day.isoformat(), "day": day.isoformat(), "answer": "apply",
        "regime_answer": "apply", "decision": decision, "facts": facts,
        "facts_sha256": digest({"decision": decision, "facts": facts}),
    }  # fmt: skip


def _draft(case: _Case) -> Iterator[Outcome]:
    preparer = case.exporter_s("preparer")
    opened = case.do(preparer, "application", "create", {"content": case.plan.content})
    case.application = opened.record.id
    yield opened
    for kind in DOCUMENTS:
        made = document(case.number, kind)
        file = {
            "kind": kind, "sha256": sha256(made).hexdigest(), "name": f"{kind}.pdf", "size": len(made),
            "media_type": "application/pdf",
        }  # fmt: skip
        yield case.on(preparer, "attach", file)
    yield case.on(preparer, "attach_run", case.plan.run)
    yield case.on("end-user", "certify", signed_for(case.plan.content, f"EUC-{case.number:07d}", case.at.date()))


def _submitted(case: _Case) -> Iterator[Outcome]:
    yield case.on(case.exporter_s("signatory"), "submit", {"signed_as": "signatory"})


def _under_review(case: _Case) -> Iterator[Outcome]:
    for kind in DOCUMENTS:
        sha = sha256(document(case.number, kind)).hexdigest()
        clean = {"sha256": sha, "result": "clean", "scanner": "demonstration"}
        yield case.on("authority-intake", "check_file", clean)
    yield case.on("authority-intake", "accept", {})


def _recommended(case: _Case) -> Iterator[Outcome]:
    hit = {"party": "demo-end-user", "list": "demonstration", "entry": "E-1"}
    yield case.on("authority-officer", "screen", {"hits": [hit]})
    found = case.on("authority-officer", "note", {"text": "looked at the hit"})
    yield found
    name = found.record.facts["hits"][0]["id"]
    yield case.on("authority-officer", "resolve", {"hit": name, "result": "other", "reason": "another firm"})
    entries = [{"code": code, "view": "grant"} for code in case.plan.content["item"]["code"]]
    yield case.on("authority-officer", "recommend", {"entries": entries, "reason": "civil end use, known end user"})


def _granted(case: _Case) -> Iterator[Outcome]:
    day = case.at.date()
    last = day + timedelta(days=300)
    data = {
        "quantity": case.plan.quantity,
        "valid_from": day.isoformat(),
        "valid_to": last.isoformat(),
        "reason": "agreed",
    }
    made = case.on("authority-decider", "grant", data)
    case.licence = next(other.id for other in made.others if other.kind == "licence")
    yield made


def _reserved(case: _Case) -> Iterator[Outcome]:
    made = case.plan.content
    facts = {
        "exporter": case.plan.exporter, "lot": made["lot"]["id"], "codes": made["item"]["code"],
        "end_user": "demo-end-user", "destination": made["route"]["destination"], "quantity": case.plan.quantity,
        "unit": made["lot"]["unit"],
    }  # fmt: skip
    licence = Record("licence", case.licence, "cn", "issued", 1, facts)
    declared = declaration(licence, f"DECL-{case.number:07d}", case.at.date())
    done = case.do("customs-officer", "licence", "reserve", declared, case.licence)
    case.clearance = next(other.id for other in done.others if other.kind == "clearance")
    yield done


def _used(case: _Case) -> Iterator[Outcome]:
    lot, day = case.plan.content["lot"], case.at.date().isoformat()
    gone = {"clearance": case.clearance, "quantity": lot["quantity"], "unit": lot["unit"], "day": day}
    yield case.do("customs-officer", "licence", "clear", gone, case.licence)


def _delivered(case: _Case) -> Iterator[Outcome]:
    got = {
        "quantity": case.plan.quantity, "unit": case.plan.content["lot"]["unit"], "day": case.at.date().isoformat(),
        "evidence": digest(["receipt", case.number]),
    }  # fmt: skip
    yield case.do("end-user", "delivery", "confirm", got, case.clearance)
    seen = {"text": "receipt compared with the clearance"}
    yield case.do("authority-officer", "delivery", "verify", seen, case.clearance)


_STEPS: Mapping[str, Callable[[_Case], Iterator[Outcome]]] = {
    "draft": _draft,
    "submitted": _submitted,
    "under_review": _under_review,
    "recommended": _recommended,
    "granted": _granted,
    "reserved": _reserved,
    "used": _used,
    "delivered": _delivered,
}
