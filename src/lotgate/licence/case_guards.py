"""What must hold before a step on an application. Each guard's sentences say what is missing, in two languages.

STANDING guards look at the record, the person and the day alone, so that pages can show them beforehand; GUARDS also
look at what was filled in or at other records.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from lotgate.dates import parse_day
from lotgate.law import Text
from lotgate.licence.clocks import no_limit_lists, regime_clock
from lotgate.licence.forms import documents, holds, media_types, missing
from lotgate.licence.kinds import kind_of
from lotgate.licence.ledger import Ledger, converted, number, written
from lotgate.licence.machines import state_on
from lotgate.licence.records import Actor, Record, digest

if TYPE_CHECKING:
    from lotgate.licence.acts import Step

__all__ = [
    "GUARDS",
    "IN_FORCE",
    "STANDING",
    "certificate_differences",
    "content_digest",
    "in_force",
    "listed_hit",
    "lot_key",
]

CERTIFICATE_SCAN = "end_user_certificate"
IN_FORCE = frozenset({"issued", "reserved", "suspended"})


def lot_key(facts: Mapping[str, Any]) -> str:
    """The id of the lot's own record: lots are named by their owners, so the exporter is part of it."""
    return f"{facts['exporter']}:{facts['lot']}"


def content_digest(facts: Mapping[str, Any]) -> str:
    """The hash of all that is signed: content, attached files, certificate, reasoning."""
    return digest(
        {
            "content": facts["content"],
            "attachments": sorted(facts["attachments"]),
            "certificate": facts.get("certificate"),
            "run": facts.get("run"),
        }
    )


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


def certificate_differences(facts: Mapping[str, Any], certificate: Mapping[str, Any]) -> Iterator[Text]:
    """Where an end-user certificate says other than the application; it has to say the same, lot by lot."""
    content = facts["content"]
    lot, parties = content.get("lot", {}), content.get("parties", {})
    pairs = {
        "end_user": (parties.get("end_user", {}).get("id"), "end user", "最终用户"),
        "exporter": (facts.get("exporter"), "exporter", "出口经营者"),
        "lot": (facts.get("lot"), "lot", "货批"),
        "item": (content.get("item", {}).get("id"), "item", "物项"),
        "destination": (facts.get("destination"), "destination", "目的国（地区）"),
        "end_use": (content.get("end_use", {}).get("code"), "end use", "最终用途"),
        "site": (content.get("end_use", {}).get("site"), "site of use", "使用地点"),
    }
    for name, (value, en, zh) in pairs.items():
        if certificate.get(name) != value:
            said = certificate.get(name)
            yield Text(
                f"{en}: the certificate says {said}, the application {value}",
                f"{zh}：证明为 {said}，申请为 {value}",
            )
    if sorted(certificate.get("code", ())) != sorted(content.get("item", {}).get("code", ())):
        yield Text("control code: certificate and application differ", "管制编码：证明与申请不一致")
    contract = certificate.get("contract")
    if contract and contract != content.get("value", {}).get("contract"):
        yield Text("contract: certificate and application differ", "合同：证明与申请不一致")
    if "quantity" not in lot or "unit" not in lot:
        yield Text("the application names no quantity yet", "申请尚未填写数量")
        return
    amount = converted(number(certificate["quantity"]), certificate["unit"], lot["unit"])
    if amount != number(lot["quantity"]):
        yield Text(
            f"quantity: the certificate says {certificate['quantity']} {certificate['unit']}, the application "
            f"{lot['quantity']} {lot['unit']}",
            f"数量：证明为 {certificate['quantity']} {certificate['unit']}，申请为 {lot['quantity']} {lot['unit']}",
        )


def _complete(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    for section, field in missing(record.facts["content"]):
        yield Text(f"{section.title.en}: {field.label.en} is missing", f"{section.title.zh}：缺少“{field.label.zh}”")


def _documents_present(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    there = {file["kind"] for file in record.facts["attachments"].values()}
    for document in documents():
        if (document.required or holds(document.when, record.facts["content"])) and document.kind not in there:
            yield Text(f"document missing: {document.title.en}", f"缺少文件：{document.title.zh}")


def _certificate_present(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    certificate = record.facts.get("certificate")
    if certificate is None:
        yield Text("the end-user certificate is not signed", "最终用户和最终用途证明尚未签署")
        return
    yield from certificate_differences(record.facts, certificate)
    scans = {file["kind"] for file in record.facts["attachments"].values()}
    if (
        record.facts["certificate_by"] != "end_user"
        and "credential" not in certificate
        and CERTIFICATE_SCAN not in scans
    ):
        yield Text(
            "the end user has signed the certificate neither here nor as a credential, and no scan of it is attached",
            "最终用户既未在线签署证明，也未提供签名凭证，且未附扫描件",
        )
    if certificate.get("valid_to") and parse_day(certificate["valid_to"]) < day:
        yield Text(f"the certificate ended on {certificate['valid_to']}", f"证明已于 {certificate['valid_to']} 失效")


def _run_attached(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    if "run" not in record.facts:
        yield Text("the reasoning of a check is not attached", "未附判定依据")


def _one_destination(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    parties = record.facts["content"].get("parties", {})
    users = [parties.get("end_user", {}), *parties.get("further_end_users", ())]
    destination = record.facts.get("destination")
    if destination not in {user.get("country") for user in users}:
        yield Text(f"no end user is in the country of destination {destination}", f"目的国 {destination} 没有最终用户")


def _files_clean(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    for file in record.facts["attachments"].values():
        if file["checked"] != "clean":
            yield Text(f"{file['name']} was not found free of viruses", f"{file['name']} 未通过病毒检查")


def _some_file(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    if not record.facts["attachments"]:
        yield Text("no document is attached", "尚无附件")


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


def _run_says_not_needed(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    if record.facts.get("run", {}).get("regime_answer") != "go":
        yield Text("the reasoning attached does not say that no licence is needed", "所附判定依据未表明无需许可")


def _appeal_in_time(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    due = record.facts.get("appeal_due")
    if due and day > parse_day(due):
        yield Text(f"the time for an appeal ended on {due}", f"申诉期限已于 {due} 届满")


def _identity_kept(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    content = data["content"]
    header, exporter = content.get("header"), content.get("exporter")
    if header is not None and header.get("regime") != record.regime:
        yield Text("the law applied under cannot change; make a new application", "所依据的法律不能更改；请新建申请")
    if exporter is not None and exporter.get("id") != record.facts["exporter"]:
        yield Text("the exporter cannot change; make a new application", "出口经营者不能更改；请新建申请")


def _document_known(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if data["kind"] not in {document.kind for document in documents()}:
        yield Text(f"there is no kind of document {data['kind']}", f"没有该文件种类：{data['kind']}")
    if data["media_type"] not in media_types():
        allowed = ", ".join(sorted(media_types()))
        yield Text(f"files may be {allowed}", f"允许的文件类型：{allowed}")
    if data["sha256"] in record.facts["attachments"]:
        yield Text("this file is attached already", "该文件已添加")


def _run_whole(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if digest({"decision": data["decision"], "facts": data["facts"]}) != data["facts_sha256"]:
        yield Text("the hash does not fit the facts and the decision", "哈希值与事实及判定不符")


def _certificate_matches(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    """The certificate says what the application says, and its credential what the certificate says.

    By whose key the credential is signed is for an officer to check: `licence verify` with the end user's keys.
    """
    yield from certificate_differences(record.facts, data)
    if "credential" in data and signed_words(data["credential"]) != {
        k: v for k, v in data.items() if k != "credential"
    }:
        yield Text("the credential says other than the certificate", "签名凭证与证明内容不符")


def signed_words(compact: str) -> Mapping[str, Any] | None:
    """The subject of a compact JWS, its signature left unchecked; None where there is none."""
    try:
        body = compact.split(".")[1]
        subject = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["credentialSubject"]
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    return subject if isinstance(subject, Mapping) else None


def _file_known(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if data["sha256"] not in record.facts["attachments"]:
        yield Text("no such file is attached", "没有该附件")


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


def _lot_agrees(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    lot = record.facts["content"].get("lot", {})
    known = step.tx.get("lot", lot_key(record.facts)) if record.facts.get("lot") else None
    if "unit" not in lot or "made" not in lot or "quantity" not in lot:
        return
    if number(lot["quantity"]) <= 0:
        yield Text("the quantity applied for is not above zero", "申请数量须大于零")
    if number(lot["quantity"]) > number(lot["made"]):
        yield Text("more is applied for than was made", "申请数量超过生产数量")
    if known is None:
        return
    made = converted(number(lot["made"]), lot["unit"], known.facts["unit"])
    if made != number(known.facts["made"]):
        yield Text(
            f"lot {lot['id']} is recorded with {known.facts['made']} {known.facts['unit']} made",
            f"货批 {lot['id']} 已登记生产数量 {known.facts['made']} {known.facts['unit']}",
        )


def _due_in_future(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if parse_day(data["due"]) <= step.day(record):
        yield Text("the day to answer by is not in the future", "答复期限须晚于今日")


def _all_answered(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    opened = {q["id"] for q in record.facts["questions"] if q["answer"] is None}
    for name in sorted(opened - set(data["answers"])):
        yield Text(f"question {name} is not answered", f"询问 {name} 未答复")
    for name in sorted(set(data["answers"]) - opened):
        yield Text(f"there is no open question {name}", f"没有待答复的询问 {name}")


def _signed_if_changed(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    """What was signed and then changed is signed anew, by somebody else than who changed it."""
    if content_digest(record.facts) == record.facts["versions"][-1]["sha256"]:
        return
    changed = record.did(step.actor.id) & {"create", "edit", "attach", "attach_run"}
    if changed or not step.actor.roles & {"signatory", "agent"}:
        yield Text(
            "the application was changed: a signatory who did not change it has to answer",
            "申请内容已更改：须由未参与更改的签字人答复",
        )


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
    "complete": _complete,
    "documents_present": _documents_present,
    "certificate_present": _certificate_present,
    "run_attached": _run_attached,
    "one_destination": _one_destination,
    "files_clean": _files_clean,
    "some_file": _some_file,
    "some_hit_open": _some_hit_open,
    "answer_overdue": _answer_overdue,
    "recommended": _recommended,
    "hits_resolved": _hits_resolved,
    "no_open_question": _no_open_question,
    "referrals_answered": _referrals_answered,
    "listed_kind": _listed_kind,
    "run_says_not_needed": _run_says_not_needed,
    "appeal_in_time": _appeal_in_time,
}

GUARDS: Mapping[str, Any] = {
    "identity_kept": _identity_kept,
    "document_known": _document_known,
    "run_whole": _run_whole,
    "certificate_matches": _certificate_matches,
    "file_known": _file_known,
    "end_user_not_blocked": _end_user_not_blocked,
    "no_licence_in_force": _no_licence_in_force,
    "lot_agrees": _lot_agrees,
    "due_in_future": _due_in_future,
    "all_answered": _all_answered,
    "signed_if_changed": _signed_if_changed,
    "hit_open": _hit_open,
    "body_not_asked": _body_not_asked,
    "own_referral": _own_referral,
    "entries_covered": _entries_covered,
    "grant_fits": _grant_fits,
    "carries_over": _carries_over,
}
