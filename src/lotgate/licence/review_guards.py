"""What must hold while a case is reviewed and decided: hits, questions, referrals, recommendation, grant, appeal. Made
like filing_guards.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from lotgate.dates import parse_day
from lotgate.law import Text
from lotgate.licence.clocks import no_limit_lists, regime_clock
from lotgate.licence.kinds import kind_of
from lotgate.licence.ledger import Ledger, number, written
from lotgate.licence.machines import state_on
from lotgate.licence.records import Actor, Record

if TYPE_CHECKING:
    from lotgate.licence.acts import Step

__all__ = ["GUARDS", "IN_FORCE", "STANDING", "in_force", "listed_hit"]

IN_FORCE = frozenset({"issued", "reserved", "suspended"})


def in_force(step: Step, facts: Mapping[str, Any], regime: str) -> list[Record]:
    """Licences in force for the lot under a regime on the step's day."""
    found = step.tx.find("licence", "lot", facts["lot"], IN_FORCE)
    return [
        one
        for one in found
        if one.regime == regime
        and one.facts["exporter"] == facts["exporter"]
        and state_on(one, step.day(one)) in IN_FORCE
    ]


def _some_hit_open(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    if all(hit["result"] is not None for hit in record.facts["hits"]):
        yield Text("no screening hit is open", "没有待处理的筛查命中")


def _answer_overdue(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    if not any(q["answer"] is None and parse_day(q["due"]) < day for q in record.facts["questions"]):
        yield Text("no answer is overdue", "没有逾期未答复的询问")


def _recommended(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    if "recommendation" not in record.facts:
        yield Text("there is no recommendation yet", "尚无审查建议")


def _hits_resolved(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    for hit in record.facts["hits"]:
        if hit["result"] is None:
            yield Text(f"screening hit {hit['id']} is open", f"筛查命中 {hit['id']} 尚未处理")
    if "screened" not in record.facts:
        yield Text("the parties were not screened", "尚未对参与方进行筛查")


def _no_open_question(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    for question in record.facts["questions"]:
        if question["answer"] is None:
            yield Text(f"question {question['id']} is open", f"询问 {question['id']} 尚未答复")


def _referrals_answered(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    for referral in record.facts["referrals"]:
        if referral["reply"] is None:
            yield Text(f"{referral['body']} has not replied", f"{referral['body']} 尚未回复")


def listed_hit(record: Record, name: str) -> bool:
    """Whether a screening hit is with a list whose parties have no limit and fewer kinds of licence."""
    lists = no_limit_lists(record.regime)
    return any(hit["id"] == name and hit["list"] in lists for hit in record.facts["hits"])


def _listed_kind(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    rule = regime_clock(record.regime)
    for hit in record.facts["hits"]:
        if (
            hit["result"] == "same"
            and hit["list"] in no_limit_lists(record.regime)
            and record.facts["kind"] not in rule.listed_kinds
        ):
            kinds = ", ".join(sorted(rule.listed_kinds))
            yield Text(
                f"{hit['party']} is on list {hit['list']}: only a licence of the kind {kinds} may be granted",
                f"{hit['party']} 在名单 {hit['list']} 上：仅可授予以下类型的许可：{kinds}",
            )


def _appeal_in_time(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    due = record.facts.get("appeal_due")
    if due and day > parse_day(due):
        yield Text(f"the time for an appeal ended on {due}", f"申诉期限已于 {due} 届满")


def _end_user_not_blocked(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    for delivery in step.tx.find("delivery", "end_user", record.facts["end_user"] or "", {"failed"}):
        yield Text(
            f"delivery {delivery.id} to this end user is under inquiry", f"该最终用户的交付 {delivery.id} 正在调查中"
        )


def _no_licence_in_force(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    """One licence in force per lot and law; one that this application is to replace stands aside if it is free."""
    replaced = record.facts["content"].get("header", {}).get("previous")
    for licence in in_force(step, record.facts, record.regime):
        if licence.id != replaced:
            yield Text(f"licence {licence.id} is in force for this lot", f"该货批已有有效许可证 {licence.id}")
        elif licence.state != "issued":
            yield Text(f"licence {licence.id} is not free to be replaced", f"许可证 {licence.id} 当前不能换发")


def _due_in_future(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if parse_day(data["due"]) <= step.day(record):
        yield Text("the day to answer by is not in the future", "答复期限须晚于今日")


def _all_answered(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    opened = {q["id"] for q in record.facts["questions"] if q["answer"] is None}
    for name in sorted(opened - set(data["answers"])):
        yield Text(f"question {name} is not answered", f"询问 {name} 未答复")
    for name in sorted(set(data["answers"]) - opened):
        yield Text(f"there is no open question {name}", f"没有待答复的询问 {name}")


def _hit_open(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if not any(hit["id"] == data["hit"] and hit["result"] is None for hit in record.facts["hits"]):
        yield Text(f"there is no open hit {data['hit']}", f"没有待处理的命中 {data['hit']}")


def _body_not_asked(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if any(r["body"] == data["body"] and r["reply"] is None for r in record.facts["referrals"]):
        yield Text(f"{data['body']} is asked already", f"已向 {data['body']} 征求意见")


def _own_referral(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    body = step.actor.organisation
    if not any(r["body"] == body and r["reply"] is None for r in record.facts["referrals"]):
        yield Text("nothing is asked of your body", "没有待贵单位回复的征求意见")


def _entries_covered(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    codes = set(record.facts["content"]["item"]["code"])
    for code in sorted(codes ^ {entry["code"] for entry in data["entries"]}):
        yield Text(
            f"{code}: the recommendation is to cover each control entry of the application once, and no other",
            f"{code}：建议须逐一覆盖申请中的每个管制编码",
        )


def _grant_fits(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    lot, kind = record.facts["content"]["lot"], kind_of(record.regime, record.facts["kind"])
    if not 0 < number(data["quantity"]) <= number(lot["quantity"]):
        yield Text(
            f"the grant lies above zero and at most {lot['quantity']} {lot['unit']}, as applied for",
            f"准予数量须大于零且不超过申请的 {lot['quantity']} {lot['unit']}",
        )
    start, end = parse_day(data["valid_from"]), parse_day(data["valid_to"])
    if end < start or end < step.day(record):
        yield Text("the licence would end before it starts, or before today", "有效期止日早于起日或今日")
    if kind is None:
        yield Text(
            f"the law {record.regime} knows no licence of the kind {record.facts['kind']}",
            f"{record.regime} 没有该许可类型：{record.facts['kind']}",
        )
    elif kind.longest_months is not None and end >= _months_after(start, kind.longest_months):
        yield Text(
            f"such a licence is valid for at most {kind.longest_months} months ({kind.cite.en})",
            f"该类许可证有效期最长 {kind.longest_months} 个月（{kind.cite.zh}）",
        )


def _carries_over(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    """A licence that replaces another takes its account over, so it is in the same unit and grants what was used."""
    content = record.facts["content"]
    old = step.tx.get("licence", content["header"].get("previous", ""))
    if old is None or old.state != "issued":
        return
    unit, taken = old.facts["unit"], Ledger.of(old.facts).taken
    if (old.regime, old.facts["exporter"], old.facts["lot"]) != (
        record.regime,
        record.facts["exporter"],
        record.facts["lot"],
    ):
        yield Text(f"licence {old.id} is for another lot", f"许可证 {old.id} 属于其他货批")
    if content["lot"]["unit"] != unit:
        yield Text(
            f"licence {old.id} counts in {unit}; so must its successor", f"许可证 {old.id} 以 {unit} 计量，换发须一致"
        )
    elif number(data["quantity"]) < taken:
        yield Text(
            f"{written(taken)} {unit} of licence {old.id} are used already",
            f"许可证 {old.id} 已使用 {written(taken)} {unit}",
        )


def _months_after(day: date, months: int) -> date:
    """The same day of the month that many months on; the first of the next month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)


STANDING: Mapping[str, Any] = {
    "some_hit_open": _some_hit_open,
    "answer_overdue": _answer_overdue,
    "recommended": _recommended,
    "hits_resolved": _hits_resolved,
    "no_open_question": _no_open_question,
    "referrals_answered": _referrals_answered,
    "listed_kind": _listed_kind,
    "appeal_in_time": _appeal_in_time,
}

GUARDS: Mapping[str, Any] = {
    "end_user_not_blocked": _end_user_not_blocked,
    "no_licence_in_force": _no_licence_in_force,
    "due_in_future": _due_in_future,
    "all_answered": _all_answered,
    "hit_open": _hit_open,
    "body_not_asked": _body_not_asked,
    "own_referral": _own_referral,
    "entries_covered": _entries_covered,
    "grant_fits": _grant_fits,
    "carries_over": _carries_over,
}
