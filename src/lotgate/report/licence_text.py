"""What the command line says of logs and signed papers, in English or Chinese."""

from __future__ import annotations

from collections.abc import Iterator

from lotgate.licence.credentials import Paper
from lotgate.licence.log import Audit

__all__ = ["audit_lines", "paper_lines"]


def audit_lines(found: Audit, language: str) -> Iterator[str]:
    """An audit in a few lines: verdict first, then what does not hold, then who signed."""
    zh = language == "zh"
    if found.whole:
        yield (
            "日志完整：全部条目相接，签名有效"
            if zh
            else "whole: every entry follows on the one before it, and is signed"
        )
    else:
        yield f"日志不完整：{found.count} 处不符" if zh else f"does not hold: {found.count} faults"
    yield (
        f"条目 {found.entries}，记录 {found.records}，签名日志头 {found.heads}"
        if zh
        else f"{found.entries} entries, {found.records} records, {found.heads} signed heads"
    )
    for fault in found.faults:
        place = f"第 {fault.line} 行" if zh else f"line {fault.line}"
        if fault.sequence is not None:
            place += (
                f"（账册 {fault.book} 第 {fault.sequence} 条）"
                if zh
                else f" (book {fault.book}, entry {fault.sequence})"
            )
        yield f"{place}{'：' if zh else ': '}{fault.text[language]}"
    if found.count > len(found.faults):
        rest = found.count - len(found.faults)
        yield f"另有 {rest} 处" if zh else f"and {rest} more"
    for kid in found.signers:
        yield f"签名密钥 {kid}" if zh else f"signed by {kid}"
    if found.signers and found.trusted is None:
        yield (
            "请以其他途径取得的密钥指纹核对，或用 --keys 指定公钥集"
            if zh
            else "compare these thumbprints with ones you have from elsewhere, or name the key set with --keys"
        )


_ANSWERS = {"valid": ("VALID", "有效"), "not-valid": ("NOT VALID", "无效"), "open": ("OPEN", "未定")}
_SIGNS = {True: ("holds", "是"), False: ("does not hold", "否"), None: ("open", "未定")}
_SHOWN = (
    ("number", "licence", "许可证"), ("id", "certificate", "证明"), ("exporter", "exporter", "出口经营者"),
    ("lot", "lot", "货批"), ("quantity", "quantity", "数量"), ("unit", "unit", "单位"),
    ("end_user_name", "end user", "最终用户"), ("destination", "destination", "目的国（地区）"),
    ("valid_from", "from", "有效期起"), ("valid_to", "through", "有效期止"),
)  # fmt: skip


def paper_lines(found: Paper, language: str) -> Iterator[str]:
    """A signed paper in a few lines: the verdict, what it is, what was looked at."""
    zh = language == "zh"
    yield _ANSWERS[found.answer][zh]
    for name, en, label in _SHOWN:
        if found.subject.get(name):
            yield f"  {label if zh else en}: {found.subject[name]}"
    for finding in found.findings:
        yield f"  [{_SIGNS[finding.holds][zh]}] {finding.text[language]}"
    if found.kind == "ExportLicenceCredential":
        yield "  是否已使用须在线核实（预留）" if zh else "  whether it was used is asked online, by reserving"
