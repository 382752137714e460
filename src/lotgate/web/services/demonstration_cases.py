"""What there is to see on a demonstration server: a workbook checked, and cases at every place of their way.

The applications are made from the checked lines, so that the reasoning beside a case is the real one; every name, lot
and document says that it is invented.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import xlsxwriter

from lotgate.licence import Command, Outcome
from lotgate.licence.forms import media_types
from lotgate.licence.linking import prefill
from lotgate.web.accounts.models import User
from lotgate.web.services import checks, files
from lotgate.web.services import demonstration as demo
from lotgate.web.store.book import Book, act
from lotgate.web.store.models import Job

__all__ = ["fill", "workbook"]

STORIES: Mapping[str, tuple[str, str]] = {
    # line of the workbook: how far its case is carried, and what happens to it there
    "D01": ("delivered", ""),
    "D02": ("used", ""),
    "D03": ("reserved", ""),
    "D04": ("granted", ""),
    "D05": ("granted", "suspended"),
    "D06": ("under_review", "refused"),
    "D07": ("under_review", "not_needed"),
    "D08": ("recommended", ""),
    "D09": ("under_review", "referred"),
    "D10": ("under_review", "asked"),
    "D11": ("submitted", ""),
    "D12": ("draft", ""),
    "D13": ("", "opened"),
}
_GOODS = {
    # item: English, Chinese, customs code, Chinese control code (empty: unknown), stage
    "magnet": ("Sintered NdFeB magnet with dysprosium", "含镝烧结钕铁硼永磁体", "8505111000", "1C905.a.4", "magnet"),
    "dysprosium": ("Dysprosium metal", "金属镝", "2805301900", "1C905.a.1", "metal"),
    "ferrite": ("Ferrite magnet", "铁氧体永磁体", "8505190000", "none", "magnet"),
    "blank": ("Sintered magnet blank, grade not stated", "烧结永磁体毛坯（牌号未注明）", "8505111000", "", "magnet"),
}
_LINES = {
    # line: item, kilograms, end use
    **{line: ("magnet", str(100 + 10 * number), "civil") for number, line in enumerate(STORIES)},
    "D07": ("ferrite", "400", "civil"),
    "D09": ("dysprosium", "12", "civil"),
    "D14": ("ferrite", "250", "civil"),
    "D15": ("blank", "80", "civil"),
    "D16": ("magnet", "60", ""),
    "D17": ("magnet", "35", "military"),
    "D18": ("magnet", "20", "military"),
}
_TO_JAPAN = {"consignee": "demo-armed-forces", "end_user": "demo-armed-forces", "destination": "JP"}
_OTHERS = 100
"""Number of the other exporter's first case."""


def fill(now: datetime | None = None) -> int:
    """The number of cases made; none where the log holds anything already."""
    if Book(reading=True).head().sequence:
        return 0
    at, made = (now or datetime.now(UTC)) - timedelta(days=len(STORIES) + 4), 0
    job = _checked(at.date())
    for number, (line, (to, then)) in enumerate(STORIES.items(), 1):
        at += timedelta(days=1)
        if to:
            plan = _plan(job, line, number, at.date())
            _keep_documents(number, "exporter-preparer", "demo-exporter")
            *_, last = demo.carry(act, demo.actors(), number, at, to, plan=plan)
            for outcome in _THEN.get(then, _nothing)(last, at + timedelta(hours=1)):
                last = outcome
        else:
            _opened(job, line, at)
        made += 1
    for number, to in enumerate(("draft", "granted"), _OTHERS):
        at += timedelta(days=1)
        _keep_documents(number, "other-exporter-preparer", "demo-other-exporter")
        list(demo.carry(act, demo.actors(), number, at, to, exporter="demo-other-exporter"))
        made += 1
    found = {
        "about": "licence CN-L",
        "text": "Demonstration: compare receipts of suspended licences with the clearances.",
    }
    act(demo.actors()["auditor"], Command("finding", "record", None, found), at + timedelta(hours=1))
    return made


def workbook(day: date) -> bytes:
    """The workbook the demonstration exporter has checked: lines that leave on a day, of every answer."""
    shipments = [
        {
            "line": line, "date": day.isoformat(), "item": item, "lot": f"DEMO-{line}", "quantity": kilograms,
            "unit": "KGM", "value": str(int(kilograms) * 800), "currency": "CNY", "exporter": "demo-exporter",
            "consignee": "demo-end-user", "end_user": "demo-end-user", "intermediaries": "none", "ship_from": "CN",
            "destination": "DE", "via": "none", "end_use": use, "end_use_text": "Rotor of a pump motor",
            "licence": "none", **(_TO_JAPAN if line == "D18" else {}),
        }
        for line, (item, kilograms, use) in sorted(_LINES.items())
    ]  # fmt: skip
    items = [
        {
            "item": name, "description": en, "description_zh": zh, "hs": hs, "made_in": "CN", "cn_code": code,
            "us_code": "none", "eu_code": "none", "nl_code": "none", "jp_code": "none", "stage": stage,
            "unit_value": "800", "currency": "CNY", "unit_mass_kg": "1", "technology": "none", "contains_us_ic": "no",
        }
        for name, (en, zh, hs, code, stage) in _GOODS.items()
    ]  # fmt: skip
    parties = [
        {"party": code, "name": name, "name_local": local, "country": country, "address": address, "kind": "company",
         "military": military, "headquarters": country}
        for code, name, local, country, address, military in (
            ("demo-exporter", "Demonstration exporter", "示例出口企业", "CN", "2 Example Road, Exampleton", "no"),
            ("demo-end-user", "Demonstration motor works", "示例电机厂", "DE", "1 Example Street, Exampleton", "no"),
            ("demo-armed-forces", "Demonstration armed forces", "示例武装力量", "JP", "3 Example Lane", "yes"),
        )
    ]  # fmt: skip
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        for name, rows in (("shipments", shipments), ("items", items), ("parties", parties)):
            sheet = book.add_worksheet(name)
            for place, row in enumerate([{column: column for column in rows[0]}, *rows]):
                for column, cell in enumerate(row.values()):
                    sheet.write_string(place, column, cell)
    return made.getvalue()


def _checked(day: date) -> Job:
    """The workbook, checked under Chinese law at once and not by a worker: cases are made from its lines."""
    from lotgate.law import load

    user = User.objects.get(username="exporter-preparer")
    leaves = min(day, load().known_as_of)
    made = checks.ask_for(user, "demo-exporter", "demonstration.xlsx", workbook(leaves), regimes=["cn"])
    checks.run(str(made.pk))
    return checks.job("demo-exporter", str(made.pk))


def _plan(job: Job, line: str, number: int, day: date) -> demo.Plan:
    """An application made from a line and filled in to its end."""
    found = prefill(checks.decisions(job), line, "cn", "demo-exporter")
    like, made = demo.content(number), {name: dict(part) for name, part in found.content.items()}
    for section, fields in like.items():
        made[section] = {**fields, **made.get(section, {})}
    made["lot"] |= {"made": made["lot"]["quantity"], "parameters": "as on the data sheet of the demonstration"}
    made["route"]["planned"] = (day + timedelta(days=60)).isoformat()
    if not made["item"].get("code"):
        made["item"]["code"] = like["item"]["code"]
    return demo.Plan(made, found.run)


def _keep_documents(number: int, user: str, organisation: str) -> None:
    person = User.objects.get(username=user)
    for kind in demo.DOCUMENTS:
        files.keep(person, organisation, f"{kind}.pdf", demo.document(number, kind), media_types())


def _opened(job: Job, line: str, at: datetime) -> None:
    """A draft as it is when it was just made from a line: the filing agent has it still to fill in."""
    found = prefill(checks.decisions(job), line, "cn", "demo-exporter")
    who = demo.actors()["filing-agent"]
    made = act(who, Command("application", "create", None, {"content": found.content}), at)
    act(who, Command("application", "attach_run", made.record.id, found.run), at + timedelta(seconds=1))


def _nothing(last: Outcome, at: datetime) -> Iterator[Outcome]:
    yield from ()


def _on(who: str, last: Outcome, event: str, data: Mapping[str, Any], at: datetime, kind: str = "") -> Outcome:
    wanted = kind or last.record.kind
    one = next(other for other in (last.record, *last.others) if other.kind == wanted)
    return act(demo.actors()[who], Command(one.kind, event, one.id, data), at)


def _asked(last: Outcome, at: datetime) -> Iterator[Outcome]:
    due = (at.date() + timedelta(days=30)).isoformat()
    asked = ["Which pump is the rotor for?", "Who services the pump at the end user's site?"]
    yield _on("authority-officer", last, "ask", {"questions": asked, "due": due}, at)


def _referred(last: Outcome, at: datetime) -> Iterator[Outcome]:
    question = "Is the quantity usual for the pumps described?"
    data = {"body": "demo-body", "question": question, "purpose": "consultation"}
    yield _on("authority-officer", last, "refer", data, at)


def _recommending(last: Outcome, view: str, reason: str, at: datetime) -> Outcome:
    screened = _on("authority-officer", last, "screen", {"hits": []}, at)
    entries = [{"code": code, "view": view} for code in last.record.facts["content"]["item"]["code"]]
    data = {"entries": entries, "reason": reason}
    return _on("authority-officer", screened, "recommend", data, at + timedelta(minutes=1))


def _refused(last: Outcome, at: datetime) -> Iterator[Outcome]:
    yield _recommending(last, "deny", "the end use is not shown", at)
    why = {"code": "end-use", "cite": "demonstration, no law", "text": "The end use stated could not be confirmed."}
    yield _on("authority-decider", last, "deny", {"reasons": [why]}, at + timedelta(hours=2))


def _not_needed(last: Outcome, at: datetime) -> Iterator[Outcome]:
    yield _recommending(last, "not-needed", "ferrite is not listed", at)
    yield _on("authority-decider", last, "close", {"reason": "The goods are not listed."}, at + timedelta(hours=2))


def _suspended(last: Outcome, at: datetime) -> Iterator[Outcome]:
    yield _on("authority-decider", last, "suspend", {"reason": "The end user's address is in question."}, at, "licence")


_THEN = {
    "asked": _asked, "referred": _referred, "refused": _refused, "not_needed": _not_needed, "suspended": _suspended,
}  # fmt: skip
