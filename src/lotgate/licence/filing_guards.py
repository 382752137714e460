"""What must hold of an application as it is filed: content, documents, certificate, reasoning, lot. Each guard's
sentences say what is missing, in two languages.

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
from lotgate.licence.forms import documents, holds, media_types, missing
from lotgate.licence.ledger import converted, number
from lotgate.licence.records import Actor, Record, digest

if TYPE_CHECKING:
    from lotgate.licence.acts import Step

__all__ = ["GUARDS", "STANDING", "certificate_differences", "content_digest", "lot_key"]

CERTIFICATE_SCAN = "end_user_certificate"


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


def _run_says_not_needed(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    if record.facts.get("run", {}).get("regime_answer") != "go":
        yield Text("the reasoning attached does not say that no licence is needed", "所附判定依据未表明无需许可")


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


STANDING: Mapping[str, Any] = {
    "complete": _complete,
    "documents_present": _documents_present,
    "certificate_present": _certificate_present,
    "run_attached": _run_attached,
    "one_destination": _one_destination,
    "files_clean": _files_clean,
    "some_file": _some_file,
    "run_says_not_needed": _run_says_not_needed,
}

GUARDS: Mapping[str, Any] = {
    "identity_kept": _identity_kept,
    "document_known": _document_known,
    "run_whole": _run_whole,
    "certificate_matches": _certificate_matches,
    "file_known": _file_known,
    "lot_agrees": _lot_agrees,
    "signed_if_changed": _signed_if_changed,
}
