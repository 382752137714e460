"""One invented case with its people, for the tests of the licence room: magnets from one maker to one plant abroad."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lotgate.licence import Actor, Command, Mandate, MemoryStore, Outcome, Record, act
from lotgate.licence.records import digest

MAKER, PLANT, OTHER = "example-maker", "example-plant", "example-other"
START = datetime(2025, 12, 20, 3, 0, tzinfo=UTC)  # noon in Beijing on the day the case is accepted


def person(name: str, *roles: str, organisation: str = "example-authority", **more: Any) -> Actor:
    return Actor(name, organisation, frozenset(roles), **{"regimes": frozenset({"cn"}), **more})


def outsider(name: str, *roles: str, organisation: str, **more: Any) -> Actor:
    return Actor(name, organisation, frozenset(roles), **more)


PREPARER = outsider("p1", "preparer", organisation=MAKER)
SIGNATORY = outsider("s1", "signatory", organisation=MAKER)
AGENT = outsider(
    "a1", "agent", organisation="example-agent", mandates=(Mandate(MAKER, date(2025, 1, 1), date(2026, 12, 31)),)
)
STRANGER = outsider("x1", "preparer", "signatory", organisation=OTHER)
END_USER = outsider("e1", "end_user", organisation=PLANT)
INTAKE, OFFICER = person("i1", "intake"), person("o1", "officer")
DECIDER, SECOND, THIRD = (person(name, "decider") for name in ("d1", "d2", "d3"))
CONSULTED = person("c1", "consulted", organisation="state-council")
CUSTOMS = person("k1", "customs", organisation="example-customs")
AUDITOR = Actor("u1", "example-audit", frozenset({"auditor"}))
ADMINISTRATOR = Actor("m1", "example-authority", frozenset({"administrator"}), frozenset({"cn"}))
SYSTEM = Actor.system()


def content(**changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the application says; `changes` go into sections."""
    made: dict[str, dict[str, Any]] = {
        "header": {"regime": "cn", "kind": "single", "language": "en"},
        "exporter": {
            "id": MAKER, "name": "Example Magnet Works", "registration": "91-EX-1", "address": "1 Example Road",
            "country": "CN",
        },
        "lot": {"id": "LOT-7", "producer": "Example Magnet Works", "made": "1000", "quantity": "500", "unit": "KGM"},
        "item": {
            "id": "MAG-1", "description": "Sintered magnet", "description_zh": "烧结磁体", "code": ["1C999.a"],
            "hs": "85051110",
        },
        "value": {"total": "40000.50", "currency": "USD", "contract": "EX-2025-9"},
        "parties": {
            "end_user": {"id": PLANT, "name": "Example Plant", "name_local": "示例工厂", "country": "DE"},
            "consignee": {"id": "example-trader", "name": "Example Trader", "country": "DE"},
        },
        "end_use": {
            "code": "civil", "text": "Motors for pumps", "site": "Example Town", "wmd": "no", "military": "no",
            "reexport": "no", "incorporated": "yes",
        },
        "route": {"destination": "DE", "port": "Ningbo"},
        "declarations": {"truth": "yes", "records": "yes", "checks": "yes"},
    }  # fmt: skip
    for section, fields in changes.items():
        made[section] = {**made.get(section, {}), **fields}
    return made


def certificate(**changes: Any) -> dict[str, Any]:
    return {
        "id": "EUC-1", "issued": "2025-12-01", "end_user": PLANT, "end_user_name": "Example Plant",
        "site": "Example Town", "exporter": MAKER, "contract": "EX-2025-9", "lot": "LOT-7", "item": "MAG-1",
        "code": ["1C999.a"], "quantity": "0.5", "unit": "TNE", "destination": "DE", "end_use": "civil",
        "no_other_use": "yes", "no_transfer": "yes", "no_weapons": "yes", "accept_checks": "yes",
        "signatory": "Example Signer", **changes,
    }  # fmt: skip


def run(answer: str = "apply") -> dict[str, Any]:
    facts, decision = {"destination": "DE"}, {"line": "L1", "answer": answer}
    return {
        "law": "2026-08-22", "known_as_of": "2026-08-22", "day": "2025-12-19", "answer": answer,
        "regime_answer": answer, "decision": decision, "facts": facts,
        "facts_sha256": digest({"decision": decision, "facts": facts}),
    }  # fmt: skip


DOCUMENTS = (
    "contract", "technical", "end_user_introduction", "certificate_translation", "identity", "end_user_certificate",
)  # fmt: skip


def file(kind: str) -> dict[str, Any]:
    return {
        "kind": kind, "sha256": hashlib.sha256(kind.encode()).hexdigest(), "name": f"{kind}.pdf", "size": 1000,
        "media_type": "application/pdf",
    }  # fmt: skip


def declaration(number: str = "D-1", **changes: Any) -> dict[str, Any]:
    return {
        "declaration": number, "exporter": MAKER, "lot": "LOT-7", "code": ["1C999.a"], "end_user": PLANT,
        "destination": "DE", "quantity": "500", "unit": "KGM", "day": "2026-01-05", **changes,
    }  # fmt: skip


class Case:
    """A store with a clock and a shorthand for steps."""

    def __init__(self, at: datetime = START) -> None:
        self.store, self.at = MemoryStore(), at

    def step(self, actor: Actor, kind: str, event: str, id: str | None = None, /, **data: Any) -> Outcome:
        self.at += timedelta(seconds=1)
        return act(self.store, actor, Command(kind, event, id, data), self.at)

    def wait(self, days: int) -> None:
        self.at += timedelta(days=days)

    def record(self, kind: str, id: str) -> Record:
        found = self.store.get(kind, id)
        assert found is not None
        return found

    def draft(self, **changes: Mapping[str, Any]) -> str:
        """An application with all that submitting needs."""
        made = content(**changes)
        new = self.step(PREPARER, "application", "create", content=made).record.id
        for kind in DOCUMENTS:
            self.step(PREPARER, "application", "attach", new, **file(kind))
        self.step(PREPARER, "application", "attach_run", new, **run())
        signed = certificate(
            lot=made["lot"]["id"], quantity=made["lot"]["quantity"], unit=made["lot"]["unit"],
            end_user=made["parties"]["end_user"]["id"],
        )  # fmt: skip
        self.step(PREPARER, "application", "certify", new, **signed)
        return new

    def draft_and_submit(self, **changes: Mapping[str, Any]) -> str:
        new = self.draft(**changes)
        self.step(SIGNATORY, "application", "submit", new, signed_as="Export manager")
        return new

    def accepted(self, **changes: Mapping[str, Any]) -> str:
        return self.accept(self.draft_and_submit(**changes))

    def review(self, draft: str) -> str:
        """A draft signed and accepted."""
        self.step(SIGNATORY, "application", "submit", draft, signed_as="Export manager")
        return self.accept(draft)

    def accept(self, new: str) -> str:
        for kind in DOCUMENTS:
            sha256 = file(kind)["sha256"]
            self.step(SYSTEM, "application", "check_file", new, sha256=sha256, result="clean", scanner="example 1")
        self.step(INTAKE, "application", "accept", new)
        return new

    def recommended(self, **changes: Mapping[str, Any]) -> str:
        new = self.accepted(**changes)
        self.step(OFFICER, "application", "screen", new, hits=[])
        entries = [{"code": "1C999.a", "view": "grant"}]
        self.step(OFFICER, "application", "recommend", new, entries=entries, reason="civil use")
        return new

    def granted(self, quantity: str = "500", **changes: Mapping[str, Any]) -> str:
        """The number of a licence in force."""
        new = self.recommended(**changes)
        done = self.step(
            DECIDER, "application", "grant", new, quantity=quantity, valid_from="2025-12-20", valid_to="2026-06-20",
            reason="civil use",
        )  # fmt: skip
        return str(done.record.facts["licence"])
