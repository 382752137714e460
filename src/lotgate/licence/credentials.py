"""Licences and end-user certificates as signed credentials, and the lists that say which are revoked or suspended.

W3C Verifiable Credentials 2.0 secured with JOSE (media type vc+jwt, Ed25519), status by two Bitstring Status Lists. A
credential says what was granted; that it was used it cannot say, for an offline proof can be shown twice: use is
reserved online (`licence reserve`).
"""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from lotgate.dates import parse_day
from lotgate.law import Text
from lotgate.licence.clocks import regime_clock
from lotgate.licence.forms import named_fields
from lotgate.licence.keys import KeyFolder, Signed, check_signature, sign
from lotgate.licence.records import Record, instant

__all__ = [
    "PURPOSES", "Finding", "Paper", "certificate_credential", "check_paper", "licence_credential", "list_of",
    "place_of", "signed_certificate", "signed_licence", "signed_status_list", "status_bits",
]  # fmt: skip

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/undefined-terms/v2"]
LICENCE, CERTIFICATE, STATUS_LIST = (
    "ExportLicenceCredential",
    "EndUserCertificateCredential",
    "BitstringStatusListCredential",
)
PURPOSES: Mapping[str, frozenset[str]] = {
    "revocation": frozenset({"revoked", "surrendered", "replaced"}),
    "suspension": frozenset({"suspended"}),
}
"""Purpose of a status list -> the states of a licence that set its bit."""

BITS = 131_072  # the least a list may hold, so that a place in it tells little
LIST_DAYS = 1  # how long a published list is to be relied on


@dataclass(frozen=True)
class Finding:
    """One thing looked at: True holds, False does not, None cannot be told from what is at hand."""

    holds: bool | None
    text: Text


@dataclass(frozen=True)
class Paper:
    """What a signed paper shows when checked by itself."""

    kind: str
    id: str
    issuer: str
    subject: Mapping[str, Any]
    findings: tuple[Finding, ...]

    @property
    def answer(self) -> Literal["valid", "not-valid", "open"]:
        """`valid` only if everything holds; `open` where something cannot be told. Unknown is never valid."""
        if any(finding.holds is False for finding in self.findings):
            return "not-valid"
        return "valid" if all(finding.holds for finding in self.findings) else "open"

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "answer": self.answer,
            "kind": self.kind,
            "id": self.id,
            "issuer": self.issuer,
            "subject": dict(self.subject),
            "findings": [{"holds": one.holds, "en": one.text.en, "zh": one.text.zh} for one in self.findings],
        }


def place_of(number: str) -> tuple[str, int]:
    """The status list a licence stands in, and its place there, from its number alone."""
    series, _, running = number.rpartition("-")
    part, place = divmod(int(running), BITS)
    return f"{series}-{part + 1}", place


def list_of(name: str, base: str, purpose: str) -> str:
    """The address at which a status list is published."""
    return f"{base}/status/{name}/{purpose}"


def licence_credential(record: Record, issuer: Mapping[str, Any], base: str) -> dict[str, Any]:
    """What is signed of a licence: section by section what the licence says, its days, evidence and status places."""
    facts, zone = record.facts, ZoneInfo(regime_clock(record.regime).zone)
    name, place = place_of(record.id)
    says = {field.name: facts.get(field.name) for field in named_fields("licence")}
    says.update(number=record.id, issuer=issuer["name"] or None, description_zh=facts.get("description_zh"))
    return {
        "@context": CONTEXT,
        "id": f"{base}/licences/{record.id}",
        "type": ["VerifiableCredential", LICENCE],
        "issuer": _signer(issuer),
        "validFrom": _start(parse_day(facts["valid_from"]), zone),
        "validUntil": _end(parse_day(facts["valid_to"]), zone),
        "credentialSubject": {key: value for key, value in says.items() if value is not None},
        "evidence": [
            {"type": "LicensingDecision", "application": facts["application"], "sha256": facts["content_sha256"]},
            {"type": "RuleSetRun", "law": facts["law"], "day": facts["law_day"], "sha256": facts["run_sha256"]},
            {"type": "EndUserCertificate", "sha256": facts["certificate_sha256"]},
        ],
        "credentialStatus": [
            {
                "id": f"{list_of(name, base, purpose)}#{place}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose,
                "statusListIndex": str(place),
                "statusListCredential": list_of(name, base, purpose),
            }
            for purpose in PURPOSES
        ],
    }


def certificate_credential(certificate: Mapping[str, Any], issuer: Mapping[str, Any]) -> dict[str, Any]:
    """What an end user signs: the fields of the certificate, valid from its day of issue."""
    says = {key: value for key, value in certificate.items() if key != "credential"}
    made: dict[str, Any] = {
        "@context": CONTEXT,
        "id": f"urn:lotgate:certificate:{certificate['end_user']}:{certificate['id']}",
        "type": ["VerifiableCredential", CERTIFICATE],
        "issuer": _signer(issuer),
        "validFrom": f"{certificate['issued']}T00:00:00Z",
        "credentialSubject": says,
    }
    if "valid_to" in certificate:
        made["validUntil"] = f"{certificate['valid_to']}T23:59:59Z"
    return made


def _signer(issuer: Mapping[str, Any]) -> dict[str, Any]:
    """Who signs, as a credential says it; one who was not named yet is told by the id alone."""
    return {"id": issuer["id"], **({"name": issuer["name"]} if issuer["name"] else {})}


def signed_licence(record: Record, keys: KeyFolder, base: str) -> str:
    """The licence as a compact JWS (vc+jwt). `base` is the address under which the authority answers."""
    return sign(keys, licence_credential(record, keys.issuer, base), "vc+jwt", "vc")


def signed_certificate(certificate: Mapping[str, Any], keys: KeyFolder) -> str:
    """The end-user certificate as a compact JWS, signed by the end user."""
    return sign(keys, certificate_credential(certificate, keys.issuer), "vc+jwt", "vc")


def status_bits(records: Iterable[Record], name: str, purpose: str) -> bytes:
    """The bits of one status list: a set bit for every licence of the list whose state has that purpose."""
    bits = bytearray(BITS // 8)
    for record in records:
        held, place = place_of(record.id)
        if held == name and record.state in PURPOSES[purpose]:
            bits[place // 8] |= 0x80 >> place % 8
    return bytes(bits)


def signed_status_list(
    records: Iterable[Record], name: str, purpose: str, keys: KeyFolder, base: str, at: datetime
) -> str:
    """A status list as of now, signed; made from the records themselves, so that it cannot lag behind them."""
    packed = gzip.compress(status_bits(records, name, purpose), mtime=0)
    address = list_of(name, base, purpose)
    credential = {
        "@context": CONTEXT,
        "id": address,
        "type": ["VerifiableCredential", STATUS_LIST],
        "issuer": _signer(keys.issuer),
        "validFrom": instant(at),
        "validUntil": instant(at + timedelta(days=LIST_DAYS)),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": "u" + base64.urlsafe_b64encode(packed).decode().rstrip("="),
        },
    }
    return sign(keys, credential, "vc+jwt", "vc")


def check_paper(compact: str, keys: Mapping[str, Any], statuses: Sequence[str], at: datetime) -> Paper:
    """What a signed licence or certificate shows offline, given public keys and any status lists at hand.

    Keys that are not given leave the signature open, and lists that are not given or too old leave the status open.
    """
    checked = check_signature(compact, keys)
    if not checked.good:
        unknown = bool(checked.kid) and not _has(keys, checked.kid)
        return Paper("", "", "", {}, (Finding(None if unknown else False, checked.why),))
    said = checked.payload
    subject, kind = said.get("credentialSubject"), _kind(said)
    if kind is None or not isinstance(subject, Mapping):
        why = Text("neither a licence nor an end-user certificate", "既非许可证，也非最终用户和最终用途证明")
        return Paper("", str(said.get("id", "")), "", {}, (Finding(False, why),))
    issuer = said.get("issuer", {}).get("id", "")
    findings = [Finding(True, checked.why), _issuer(issuer, keys), _key_days(checked, keys, subject), *_days(said, at)]
    if kind == LICENCE:
        findings += [_status(entry, said, keys, statuses, at) for entry in _entries(said)]
    return Paper(kind, str(said.get("id", "")), str(issuer), subject, tuple(findings))


def _kind(said: Mapping[str, Any]) -> str | None:
    return next((kind for kind in (LICENCE, CERTIFICATE) if kind in said.get("type", ())), None)


def _has(keys: Mapping[str, Any], kid: str) -> bool:
    return any(key.get("kid") == kid for key in keys.get("keys", ()))


def _issuer(issuer: str, keys: Mapping[str, Any]) -> Finding:
    expected = keys.get("issuer")
    if expected is None:
        return Finding(True, Text(f"issued by {issuer}", f"签发者 {issuer}"))
    same = issuer == expected
    return Finding(
        same,
        Text(f"issued by {issuer}", f"签发者 {issuer}")
        if same
        else Text(f"issued by {issuer}, the keys are those of {expected}", f"签发者 {issuer}，而密钥属于 {expected}"),
    )


def _key_days(checked: Signed, keys: Mapping[str, Any], subject: Mapping[str, Any]) -> Finding:
    key = next(key for key in keys["keys"] if key.get("kid") == checked.kid)
    issued, until = str(subject.get("issued", "")), key.get("until")
    if until is not None and issued > str(until)[:10]:
        return Finding(False, Text(f"issued on {issued}, when the key was retired", f"签发于 {issued}，当时密钥已停用"))
    return Finding(True, Text(f"key {checked.kid}", f"密钥 {checked.kid}"))


def _days(said: Mapping[str, Any], at: datetime) -> list[Finding]:
    start, end = said.get("validFrom"), said.get("validUntil")
    try:
        begins = datetime.fromisoformat(start) if start else None
        ends = datetime.fromisoformat(end) if end else None
        outside = (begins is not None and at < begins) or (ends is not None and at > ends)
    except (ValueError, TypeError):
        return [Finding(False, Text("its days cannot be read", "有效期无法识别"))]
    text = Text(f"valid from {start} until {end or 'further notice'}", f"有效期 {start} 至 {end or '另行通知'}")
    return [Finding(not outside, text)]


def _entries(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """One status entry per purpose; a purpose the credential does not name is an empty one."""
    found = said.get("credentialStatus", [])
    entries = [found] if isinstance(found, Mapping) else list(found)
    by_purpose = {entry.get("statusPurpose"): entry for entry in entries}
    return [by_purpose.get(purpose, {"statusPurpose": purpose}) for purpose in PURPOSES]


_WORDS = {"revocation": Text("revoked", "撤销"), "suspension": Text("suspended", "中止")}


def _status(
    entry: Mapping[str, Any], said: Mapping[str, Any], keys: Mapping[str, Any], statuses: Sequence[str], at: datetime
) -> Finding:
    word = _WORDS[entry["statusPurpose"]]
    for compact in statuses:
        checked = check_signature(compact, keys)
        if not checked.good or checked.payload.get("id") != entry.get("statusListCredential"):
            continue
        if checked.payload.get("issuer", {}).get("id") != said.get("issuer", {}).get("id"):
            continue
        if not all(finding.holds for finding in _days(checked.payload, at)):
            why = f"whether it is {word.en} is open: the list given is of {checked.payload.get('validFrom')}"
            return Finding(None, Text(why, f"是否{word.zh}未定：所给名单为 {checked.payload.get('validFrom')}"))
        bit = _bit(checked.payload["credentialSubject"].get("encodedList"), entry.get("statusListIndex"))
        if bit is None:
            return Finding(None, Text("the status list cannot be read", "状态名单无法读取"))
        if bit:
            return Finding(False, Text(f"it is {word.en}", f"已{word.zh}"))
        return Finding(True, Text(f"not {word.en}", f"未{word.zh}"))
    return Finding(
        None, Text(f"whether it is {word.en} is open: no status list at hand", f"是否{word.zh}未定：未提供状态名单")
    )


MOST_BYTES = 1 << 22


def _bit(encoded: Any, place: Any) -> bool | None:
    """The bit at a place of a packed list; None for a list that is none or has no such place."""
    if not isinstance(encoded, str) or not encoded.startswith("u") or not str(place).isdigit():
        return None
    try:
        packed = base64.urlsafe_b64decode(encoded[1:] + "=" * (-(len(encoded) - 1) % 4))
        opened = zlib.decompressobj(wbits=31)
        bits = opened.decompress(packed, MOST_BYTES)
    except (ValueError, zlib.error):
        return None
    byte, bit = divmod(int(place), 8)
    return bool(bits[byte] & (0x80 >> bit)) if byte < len(bits) else None


def _start(day: date, zone: ZoneInfo) -> str:
    return datetime.combine(day, time(), zone).isoformat()


def _end(day: date, zone: ZoneInfo) -> str:
    return datetime.combine(day, time(23, 59, 59), zone).isoformat()
