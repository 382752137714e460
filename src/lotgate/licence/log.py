"""The log as a file an auditor can check with nothing else: entries one a line, then signed heads.

An export is JSON lines. Each entry stands in its canonical bytes (RFC 8785); each head says where the books stood at an
instant and carries a signature. `audit` reads the file alone and says, line by line, what does not hold: a byte
changed, a line missing, added or moved, a head that another log would be needed for, a state that does not follow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.licence.keys import KeyFolder, Signed, check_signature, sign
from lotgate.licence.machines import BACK, SAME, machines
from lotgate.licence.records import GENESIS, NEW, Entry, Head, canonical, encode

__all__ = ["Audit", "LogFault", "audit", "export_lines", "head_line", "signed_head"]

FORMAT = "lotgate-log-1"
FAULTS = 100  # spelt out; the rest is counted


@dataclass(frozen=True)
class LogFault:
    """One thing that does not hold: the line of the export, the entry if it names one, and what is wrong."""

    line: int
    book: str | None
    sequence: int | None
    text: Text

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {"line": self.line, "book": self.book, "sequence": self.sequence, "en": self.text.en, "zh": self.text.zh}


@dataclass(frozen=True)
class Audit:
    """What an export shows: how much of it there is, what does not hold, which keys signed its heads."""

    entries: int
    records: int
    books: Mapping[str, Head]
    heads: int
    signers: tuple[str, ...]
    trusted: bool | None
    """Whether all signers are among the keys given; None where none were given: thumbprints are to be compared."""
    sealed: Mapping[str, int]
    """Up to which entry of each book a good signature reaches."""
    faults: tuple[LogFault, ...]
    count: int = 0
    """All faults, also those not spelt out."""

    @property
    def whole(self) -> bool:
        """Whether the chain holds from its first entry to a good signature over its last."""
        return not self.count and self.heads > 0 and self.trusted is not False

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "whole": self.whole,
            "entries": self.entries,
            "records": self.records,
            "books": {
                name: {"sequence": head.sequence, "hash": head.hash} for name, head in sorted(self.books.items())
            },
            "heads": self.heads,
            "signers": list(self.signers),
            "trusted": self.trusted,
            "sealed": dict(self.sealed),
            "faults": [fault.to_json() for fault in self.faults],
            "fault_count": self.count,
        }


def signed_head(heads: Iterable[Head], keys: KeyFolder, at: str) -> str:
    """A signature (compact JWS) over where each book stands at an instant. To be kept and published at least daily."""
    books = {head.book: {"sequence": head.sequence, "hash": head.hash} for head in heads}
    return sign(keys, {"format": FORMAT, "at": at, "books": books}, "lotgate-head+jwt")


def head_line(jws: str, keys: Mapping[str, Any]) -> bytes:
    """The line of an export that carries a signed head and the public keys of its issuer."""
    return encode({"head": jws, "keys": keys}) + b"\n"


def export_lines(entries: Iterable[Entry], heads: Iterable[str], keys: Mapping[str, Any]) -> Iterator[bytes]:
    """An export, line by line: every entry in canonical form, then every signed head, oldest first."""
    for entry in entries:
        yield canonical(entry.to_json()) + b"\n"
    for jws in heads:
        yield head_line(jws, keys)


def audit(path: Path, trusted: Mapping[str, Any] | None = None, progress: Callable[[int], None] | None = None) -> Audit:
    """What an export shows. `trusted` is a key set got by another way than the export; without it signatures are
    checked against the keys the export carries, and the thumbprints are for the reader to compare.

    `progress` is told the bytes read. Raises InputError where the file is no export at all.
    """
    reading = _Reading(trusted)
    read = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            reading.line(number, line)
            read += len(line)
            if progress is not None and number % 10_000 == 0:
                progress(read)
    if not reading.entries and not reading.heads:
        expected = "an export of the log: one JSON entry a line, then signed heads"
        raise InputError(
            [Fault(str(path), "not an export of the log", expected=expected, message_zh="不是日志导出文件")]
        )
    return reading.done()


@dataclass
class _Reading:
    trusted: Mapping[str, Any] | None
    books: dict[str, Head] = field(default_factory=dict)
    records: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    waiting: dict[tuple[str, str], dict[int, tuple[int, str, str]]] = field(default_factory=dict)
    heads: list[tuple[int, str, Mapping[str, Any]]] = field(default_factory=list)
    hashes: dict[str, bytearray] = field(default_factory=dict)
    """Per book, the 32 bytes of each entry's hash in order, for heads taken along the way."""
    entries: int = 0
    faults: list[LogFault] = field(default_factory=list)
    count: int = 0
    last: int = 0

    def fault(self, line: int, en: str, zh: str, book: str | None = None, sequence: int | None = None) -> None:
        self.count += 1
        if len(self.faults) < FAULTS:
            self.faults.append(LogFault(line, book, sequence, Text(en, zh)))

    def line(self, number: int, line: bytes) -> None:
        self.last = number
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            self.fault(number, "not JSON", "不是 JSON")
            return
        if not isinstance(data, dict):
            self.fault(number, "not an entry", "不是日志条目")
        elif "head" in data:
            if encode(data) + b"\n" != line or set(data) != {"head", "keys"}:
                self.fault(number, "a head not in canonical form", "日志头不是规范形式")
            self.heads.append((number, str(data["head"]), data.get("keys") or {}))
        else:
            self._entry(number, line, data)

    def _entry(self, number: int, line: bytes, data: dict[str, Any]) -> None:
        self.entries += 1
        book, sequence, stated = data.get("book"), data.get("sequence"), data.get("hash")
        if not isinstance(book, str) or not isinstance(sequence, int) or not isinstance(stated, str):
            self.fault(number, "an entry without book, sequence or hash", "条目缺少账册、序号或哈希")
            return
        try:
            same = encode(data) + b"\n" == line
            del data["hash"]
            found = hashlib.sha256(encode(data))
        except (ValueError, TypeError):  # NaN, a lone surrogate
            self.fault(number, "not in canonical form", "不是规范形式", book, sequence)
            return
        if not same:
            self.fault(number, "not in canonical form", "不是规范形式", book, sequence)
        if found.hexdigest() != stated:
            self.fault(number, "changed: the hash does not fit what it says", "内容被改动：哈希不符", book, sequence)
        self._place(number, book, sequence, data.get("previous"))
        self._follows(number, book, sequence, data)
        self.books[book] = Head(book, sequence, stated)
        self.hashes.setdefault(book, bytearray()).extend(found.digest())

    def _place(self, number: int, book: str, sequence: int, previous: Any) -> None:
        before = self.books.get(book, Head(book))
        if sequence != before.sequence + 1:
            missing = before.sequence + 1
            self.fault(
                number,
                f"entry {missing} is missing or not in its place: {sequence} stands here",
                f"缺少第 {missing} 条或顺序不符：此处为第 {sequence} 条",
                book,
                sequence,
            )
        elif previous != before.hash:
            self.fault(number, "does not follow on the entry before it", "与前一条目不相接", book, sequence)

    def _follows(self, number: int, book: str, sequence: int, data: Mapping[str, Any]) -> None:
        """Whether the tables know the move and the record stood as the entry says.

        Entries of one record may stand in several books; one that comes before its turn waits.
        """
        kind, id, version = data.get("kind"), data.get("id"), data.get("version")
        before, after = data.get("before"), data.get("after")
        if (kind, data.get("event"), before, after) not in _known_moves() or not isinstance(version, int):
            self.fault(number, "a move that no table knows", "转换表中没有该变更", book, sequence)
            return
        key = str(kind), str(id)
        self.waiting.setdefault(key, {})[version] = (number, str(before), str(after))
        stood = self.records.get(key, (0, NEW))
        while stood[0] + 1 in self.waiting[key]:
            line, source, target = self.waiting[key].pop(stood[0] + 1)
            if source != stood[1]:
                self._out_of_step(line, key, stood)
            stood = self.records[key] = (stood[0] + 1, target)
        if not self.waiting[key]:
            del self.waiting[key]

    def _out_of_step(self, line: int, key: tuple[str, str], stood: tuple[int, str]) -> None:
        kind, id = key
        self.fault(
            line,
            f"{kind} {id} was at version {stood[0]} in state {stood[1]}, not as the entry says",
            f"{kind} {id} 当时为第 {stood[0]} 版、状态 {stood[1]}，与条目不符",
        )

    def done(self) -> Audit:
        signers, sealed = [], {}
        trusted: bool | None = None if self.trusted is None else True
        for key, entries in self.waiting.items():
            for line, _, _ in entries.values():
                self._out_of_step(line, key, self.records.get(key, (0, NEW)))
        for number, jws, carried in self.heads:
            checked = check_signature(jws, self.trusted if self.trusted is not None else carried)
            if not checked.good:
                if trusted:
                    trusted = False
                self.fault(number, f"signed head: {checked.why.en}", f"签名日志头：{checked.why.zh}")
                continue
            if self.trusted is not None and not _agree(carried, self.trusted):
                self.fault(number, "the keys carried are not those trusted", "所附公钥与可信公钥不符")
            if jws != jws.strip():
                self.fault(number, "a head not in canonical form", "日志头不是规范形式")
            signers.append(checked.kid)
            sealed.update(self._sealed(number, checked))
        if not self.heads:
            self.fault(
                self.last, "no signed head: nothing shows that the end is the end", "没有签名日志头，无法证明末尾完整"
            )
        for book, head in sorted(self.books.items()):
            if self.heads and sealed.get(book, 0) < head.sequence:
                self.fault(
                    self.last,
                    f"entries of book {book} after {sealed.get(book, 0)} are under no good signature",
                    f"账册 {book} 第 {sealed.get(book, 0)} 条之后没有有效签名",
                    book,
                )
        return Audit(
            self.entries, len(self.records), dict(self.books), len(self.heads), tuple(sorted(set(signers))), trusted,
            sealed, tuple(self.faults), self.count,
        )  # fmt: skip

    def _sealed(self, number: int, checked: Signed) -> dict[str, int]:
        """Up to where the head vouches for each book; a fault where it vouches for something else."""
        good = {}
        for book, place in checked.payload.get("books", {}).items():
            sequence, stated = place["sequence"], place["hash"]
            hashes = self.hashes.get(book, bytearray())
            found = hashes[32 * (sequence - 1) : 32 * sequence].hex() if sequence else GENESIS
            if found != stated:
                at = checked.payload.get("at")
                en = (
                    f"stands for another entry {sequence}"
                    if found
                    else f"covers {sequence} entries; the end is missing"
                )
                zh = f"与第 {sequence} 条不符" if found else f"覆盖 {sequence} 条；末尾缺失"
                self.fault(number, f"the head signed at {at} {en}", f"{at} 签名的日志头{zh}", book, sequence)
            else:
                good[book] = sequence
        return good


def _agree(carried: Any, trusted: Mapping[str, Any]) -> bool:
    """Whether each key carried is among those trusted, as it is; since then it may have been retired."""
    if not isinstance(carried, dict) or not isinstance(carried.get("keys"), list):
        return False
    if any(carried[name] != trusted.get(name) for name in carried if name != "keys"):
        return False
    known = {key.get("kid"): key for key in trusted.get("keys", ())}
    for key in carried["keys"]:
        held = known.get(key.get("kid")) if isinstance(key, dict) else None
        if held is None or set(key) != set(held):
            return False
        if any(key[name] != held[name] for name in key if not (name == "until" and key[name] is None)):
            return False
    return True


@cache
def _known_moves() -> frozenset[tuple[str, str, str, str]]:
    """(kind, event, before, after) of every row; `back` may lead to any state the record could have come from."""
    found = set()
    for one in machines().values():
        for row in one.rows:
            for source in row.sources:
                targets = {SAME: [source], BACK: list(one.states)}.get(row.target, [row.target])
                found |= {(one.name, row.event, source, target) for target in targets}
    return frozenset(found)
