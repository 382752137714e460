"""Papers for people: licence, end-user certificate, refusal and questions as PDF, in English or Chinese.

Both languages are made from one record: numbers, days and identifiers stand in `sheet` once and are only named
differently. typst sets the page; a Chinese font is needed and never shipped (`find_font` says how to get one).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lotgate.errors import MissingError
from lotgate.law import Text
from lotgate.licence.clocks import regime_clock
from lotgate.licence.forms import Field, named_fields
from lotgate.licence.kinds import kind_of
from lotgate.licence.machines import DATA, state_title
from lotgate.licence.records import Record
from lotgate.tables.schema import END_USES
from lotgate.tables.vocabulary import COUNTRIES, UNITS

if TYPE_CHECKING:
    from typst import Fonts

__all__ = ["KINDS", "UNNAMED", "Seal", "find_font", "paper", "sheet"]

Kind = Literal["licence", "certificate", "refusal", "questions"]
Language = Literal["en", "zh"]

FOLDER = "LOTGATE_FONTS"
FAMILIES = (
    "Noto Serif CJK SC", "Noto Sans CJK SC", "Noto Serif SC", "Noto Sans SC", "Source Han Serif SC",
    "Source Han Sans SC", "Songti SC", "PingFang SC", "SimSun", "Microsoft YaHei", "WenQuanYi Micro Hei",
)  # fmt: skip
"""Families with Latin and simplified Chinese, the ones preferred first."""


@dataclass(frozen=True)
class Seal:
    """By what a reader checks a paper: the address it answers under and the hash of its signed credential."""

    link: str
    sha256: str


def paper(
    kind: Kind,
    record: Record,
    language: Language,
    at: datetime,
    issuer: Text | None = None,
    seal: Seal | None = None,
    copy: int = 1,
) -> bytes:
    """The PDF of a paper; the same record, instant and copy give the same bytes.

    `issuer` is who issues it, as the keys name it (`KeyFolder.issuer`); without one the paper says that it is a copy
    for information and names no authority.

    Raises MissingError where typst or a font with Chinese is not there, and LookupError where the record holds no such
    paper (a refusal of a case that was not refused).
    """
    typst = _typst()
    fonts, family = find_font()
    data = {**sheet(kind, record, language, issuer, seal, copy), "fonts": [family]}
    made = typst.compile(
        (DATA / "papers" / "paper.typ").read_bytes(),
        font_paths=fonts,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=at,
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no document")
    return made


def sheet(
    kind: Kind,
    record: Record,
    language: Language,
    issuer: Text | None = None,
    seal: Seal | None = None,
    copy: int = 1,
) -> dict[str, Any]:
    """What stands on a paper, ready to be set: title, rows of label and value, sentences, the code to check it by."""
    made: dict[str, Any] = {
        "title": KINDS[kind][language],
        "authority": (issuer or INFORMATION)[language],
        "number": record.id,
        "state": None,
        "lang": language,
        "region": "cn" if language == "zh" else "gb",
        "opening": [],
        "rows": [],
        "parts": [],
        "signature": None,
        "check": None,
        "qr": None,
        "qr_alt": "",
        "copy": _COPY[language].format(copy),
        "page": _PAGE[language],
    }
    made.update(_SHEETS[kind](record, language))
    if seal is not None:
        made.update(_sealed(seal, language))
    return made


def find_font() -> tuple[Fonts, str]:
    """The fonts at hand and the family to set papers in; MissingError says how to get one with Chinese.

    Looks in the folder LOTGATE_FONTS names, then among the fonts of the system.
    """
    folder = os.environ.get(FOLDER)
    fonts, families = _fonts(folder)
    for family in FAMILIES:
        if family in families:
            return fonts, family
    where = f"{folder} and the system's fonts" if folder else "the system's fonts"
    raise MissingError(
        f"no font with Chinese in {where}; install one (Debian: apt install fonts-noto-cjk) or put one of "
        f"{', '.join(FAMILIES[:4])} into a folder and name it in {FOLDER}"
    )


@cache
def _fonts(folder: str | None) -> tuple[Any, frozenset[str]]:
    typst = _typst()
    if folder is not None and not Path(folder).is_dir():
        raise MissingError(f"{folder} is no folder ({FOLDER})")
    fonts = typst.Fonts(include_system_fonts=True, font_paths=[folder] if folder else [])
    return fonts, frozenset(fonts.families())


KINDS: Mapping[str, Text] = {
    "licence": Text("Export licence", "出口许可证"),
    "certificate": Text("End-user and end-use certificate", "最终用户和最终用途证明"),
    "refusal": Text("Decision to refuse a licence", "不予许可决定书"),
    "questions": Text("Questions on an application", "补正通知书"),
}
UNNAMED = Text("The issuer of this paper is not named", "本文件未载明签发机关")
"""Stands where the authority stands on what a server issues whose keys name nobody."""
INFORMATION = Text("Copy for information, not issued by an authority", "仅供参考的副本，非主管机关签发")
_LAWS: Mapping[str, Text] = {
    "cn": Text("Law of China", "中国法律"),
    "us": Text("Law of the United States", "美国法律"),
    "eu": Text("Law of the European Union", "欧盟法律"),
    "nl": Text("Law of the Netherlands", "荷兰法律"),
    "jp": Text("Law of Japan", "日本法律"),
}
_COPY = {"en": "Copy {}", "zh": "第 {} 份"}
_PAGE = {"en": ["Page", ""], "zh": ["第", "页"]}


def _licence(record: Record, language: Language) -> dict[str, Any]:
    facts = record.facts
    kind = kind_of(record.regime, facts["kind"])
    says = {
        **facts,
        "number": record.id,
        "regime": _LAWS[record.regime][language],
        "kind": kind.title[language] if kind else facts["kind"],
    }
    if language == "zh" and facts.get("description_zh"):
        says["description"] = facts["description_zh"]
    rows = _rows(named_fields("licence"), says, language)
    rules = Text("Decided under law data", "所依据法律数据版本")
    rows.append((rules[language], f"{facts['law']} · {facts['law_day']} · {facts['run_sha256'][:16]}"))
    conditions = [facts["conditions"]] if facts.get("conditions") else []
    uses = Text(
        "One export only; it lapses on completion, even if less was shipped.",
        "仅限一次出口；出口完成即失效，数量未满亦同。",
    )
    rights = [uses[language]] if not facts["partial_use"] else []
    parts = [(Text("Conditions", "附加条件"), [*conditions, *rights])]
    return {
        "rows": [row for row in rows if row[0] != _label("licence", "conditions", language)],
        "state": state_title("licence", record.state)[language],
        "parts": _parts(parts, language),
    }


def _certificate(record: Record, language: Language) -> dict[str, Any]:
    certificate = record.facts.get("certificate")
    if certificate is None:
        raise LookupError(f"application {record.id} holds no end-user certificate")
    fields = named_fields("certificate")
    undertakings = [
        field.label[language] for field in fields if field.must and certificate.get(field.name) == field.must
    ]
    plain = tuple(field for field in fields if not field.must and field.name not in ("id", "credential"))
    signed = Text("Signature and seal", "签字盖章")
    return {
        "number": certificate["id"],
        "authority": certificate["end_user_name"],
        "rows": _rows(plain, certificate, language),
        "parts": _parts([(Text("The end user undertakes", "最终用户承诺"), undertakings)], language),
        "signature": [signed[language], f"{certificate['signatory']}　{certificate['issued']}"],
    }


def _refusal(record: Record, language: Language) -> dict[str, Any]:
    found = [one for one in record.facts["decisions"] if one["event"] == "deny"]
    if not found:
        raise LookupError(f"application {record.id} was not refused")
    denied = found[-1]
    reasons = [" · ".join(filter(None, (r["code"], r["cite"], r.get("text")))) for r in denied["reasons"]]
    opening = Text(
        "The licence applied for is refused for the reasons below.", "经审查，对下列申请不予许可，理由如下。"
    )
    parts = [(Text("Reasons", "理由"), reasons)]
    if denied.get("appeal_due"):
        cite = regime_clock(record.regime).appeal.cite
        route = Text(
            f"An appeal may be lodged through {denied['appeal_due']} ({cite.en}).",
            f"如不服本决定，可在 {denied['appeal_due']} 前（含当日）申诉（{cite.zh}）。",
        )
        parts.append((Text("Appeal", "救济途径"), [route[language]]))
    rows = [*_case_rows(record, language), (Text("Day of the decision", "决定日期")[language], denied["day"])]
    return {"opening": [opening[language]], "rows": rows, "parts": _parts(parts, language)}


def _questions(record: Record, language: Language) -> dict[str, Any]:
    asked = [question for question in record.facts["questions"] if question["answer"] is None]
    if not asked:
        raise LookupError(f"application {record.id} has no open question")
    due = min(question["due"] for question in asked)
    opening = Text(
        f"Please answer the questions below through {due}. The time for the decision stands still until you do.",
        f"请于 {due} 前（含当日）答复下列问题。答复之前，审查期限暂停计算。",
    )
    parts = [(Text("Questions", "问题"), [f"{question['text']} ({question['id']})" for question in asked])]
    return {"opening": [opening[language]], "rows": _case_rows(record, language), "parts": _parts(parts, language)}


def _case_rows(record: Record, language: Language) -> list[tuple[str, str]]:
    """What tells the reader which case it is."""
    content = record.facts["content"]
    shown = {
        Text("Exporter", "出口经营者"): content["exporter"].get("name"),
        Text("Lot", "货批"): content["lot"].get("id"),
        Text("Item", "物项"): content["item"].get("description_zh" if language == "zh" else "description"),
        Text("Control code", "管制编码"): ", ".join(content["item"].get("code", ())),
        Text("Quantity", "数量"): " ".join(filter(None, (content["lot"].get("quantity"), content["lot"].get("unit")))),
        Text("End user", "最终用户"): content["parties"].get("end_user", {}).get("name"),
        Text("Country of destination", "目的国（地区）"): _country(content["route"].get("destination"), language),
    }
    return [(label[language], value) for label, value in shown.items() if value]


_SHEETS: Mapping[str, Callable[[Record, Language], dict[str, Any]]] = {
    "licence": _licence,
    "certificate": _certificate,
    "refusal": _refusal,
    "questions": _questions,
}


def _rows(fields: tuple[Field, ...], says: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    shown = ((field, says.get(field.name)) for field in fields)
    return [
        (field.label[language], _value(field, value, language)) for field, value in shown if value not in (None, "")
    ]


def _value(field: Field, value: Any, language: Language) -> str:
    if field.type == "country":
        return _country(value, language) or ""
    if field.type == "unit":
        unit = UNITS.get(value)
        return f"{value} {unit.zh if language == 'zh' else unit.en}" if unit else str(value)
    if field.type == "end_use" and value in END_USES:
        return END_USES[value][language == "zh"]
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def _country(code: str | None, language: Language) -> str | None:
    return f"{code} {COUNTRIES[code][language == 'zh']}" if code in COUNTRIES else code


def _label(group: str, name: str, language: Language) -> str:
    return next(field.label[language] for field in named_fields(group) if field.name == name)


def _parts(parts: list[tuple[Text, list[str]]], language: Language) -> list[dict[str, Any]]:
    return [{"title": title[language], "sentences": sentences} for title, sentences in parts if sentences]


def _sealed(seal: Seal, language: Language) -> dict[str, Any]:
    """The code holds the link with the hash: 41 modules for usual addresses; a whole credential would need 153."""
    segno = _segno()
    drawn = BytesIO()
    segno.make(f"{seal.link}#sha256={seal.sha256}", error="l", micro=False).save(drawn, kind="svg", border=4, scale=4)
    lead = Text(
        "Check this paper under the address in the code, or compare the signed file:",
        "请通过二维码所载地址核验，或比对签名文件：",
    )
    alt = Text(f"Code to check the paper: {seal.link}", f"核验二维码：{seal.link}")
    return {
        "qr": drawn.getvalue().decode(),
        "qr_alt": alt[language],
        "check": [lead[language], seal.link, f"SHA-256 {seal.sha256}"],
    }


def _typst() -> Any:
    try:
        import typst
    except ImportError:
        raise _needs_extra() from None
    return typst


def _segno() -> Any:
    try:
        import segno
    except ImportError:
        raise _needs_extra() from None
    return segno


def _needs_extra() -> MissingError:
    return MissingError("papers need the optional libraries: pip install 'lotgate[licence]'")
