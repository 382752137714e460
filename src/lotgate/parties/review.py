"""A person's word on a match: cleared or confirmed with a reason, kept with its evidence, used until a side changes.

Reviews are lines of one file that only grows (`reviews.jsonl` beside the lists of the store). Each line holds the hash
of the one before it, so that a changed or lost line shows. A review speaks of names, country, address and kind as they
were written, and of the list's entry as it stood; when either differs, the match is open again.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from lotgate.cache import write_atomically
from lotgate.errors import Fault, InputError
from lotgate.parties.cache import locked
from lotgate.parties.lists import Told
from lotgate.parties.store import store_folder

__all__ = ["Evidence", "Review", "Reviews", "Subject", "add_review", "entry_hash", "export", "read_reviews"]

Decision = Literal["cleared", "confirmed", "withdrawn"]
_COLUMNS = (
    "number", "at", "by", "decision", "reason", "party", "names", "country", "address", "kind", "list", "entry",
    "matched_name", "score", "why", "list_as_of", "list_sha256", "entry_sha256", "previous",
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """Who was looked at, as written: names in their order, country, address and kind."""

    names: tuple[str, ...]
    country: str | None = None
    address: str | None = None
    kind: str | None = None

    @property
    def key(self) -> str:
        """A hash of all that is written of the subject; spaces do not count."""
        parts = [[" ".join(name.split()) for name in self.names]]
        parts += [[" ".join((cell or "").split())] for cell in (self.country, self.address, self.kind)]
        return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Evidence:
    """The match that was looked at: list with version, entry as it stood, score and its components."""

    list: str
    entry: str
    matched_name: str
    score: float
    why: tuple[str, ...]
    list_as_of: str | None
    list_sha256: str
    entry_sha256: str


@dataclass(frozen=True)
class Review:
    """One decision on one match; `number` counts from 1, `previous` is the hash of the line before."""

    number: int
    at: str
    by: str
    decision: Decision
    reason: str
    party: str
    subject: Subject
    evidence: Evidence
    previous: str = ""

    @property
    def told(self) -> Told:
        """The decision in words: by whom, when and why."""
        day = self.at[:10]
        zh = {"cleared": "排除", "confirmed": "确认", "withdrawn": "撤回"}[self.decision]
        return Told(
            f"{self.decision} by {self.by} on {day} because {self.reason}",
            f"{self.by}于{day}{zh}，理由：{self.reason}",
        )

    def to_json(self) -> dict[str, Any]:
        """The review as one flat record."""
        found = {**asdict(self), **asdict(self.subject), **asdict(self.evidence)}
        del found["subject"], found["evidence"]
        return {column: found[column] for column in _COLUMNS}


@dataclass(frozen=True)
class Reviews:
    """All reviews in their order; the last one on a match counts."""

    all: tuple[Review, ...] = ()
    _last: Mapping[tuple[str, str, str], Review] = field(init=False, repr=False, compare=False)
    entries: frozenset[tuple[str, str]] = field(init=False, repr=False, compare=False)
    """(list, entry) of everything that was ever reviewed."""

    def __post_init__(self) -> None:
        last = {(one.subject.key, one.evidence.list, one.evidence.entry): one for one in self.all}
        object.__setattr__(self, "_last", last)
        object.__setattr__(self, "entries", frozenset((key[1], key[2]) for key in last))

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Review]:
        return iter(self.all)

    def of(self, subject: Subject, list_id: str, entry: str, entry_sha256: str) -> Review | None:
        """The review that holds for a match as it stands; None where there is none or a side has changed."""
        found = self._last.get((subject.key, list_id, entry))
        if found is None or found.decision == "withdrawn" or found.evidence.entry_sha256 != entry_sha256:
            return None
        return found


def entry_hash(row: Mapping[str, Any]) -> str:
    """A hash of an entry of a list: names, kind, places, tags, days and numbers. Remarks do not count."""
    kept = {key: row[key] for key in sorted(row) if key not in ("entry", "remarks")}
    return sha256(json.dumps(kept, ensure_ascii=False, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value)


def _file() -> Path:
    return store_folder().parent / "reviews.jsonl"


def read_reviews(path: Path | str | None = None) -> Reviews:
    """The reviews in the user's store, or in a file; none where there is no file.

    Raises InputError, naming the line, for a file that was changed, cut or is not of this kind.
    """
    place = Path(path) if path else _file()
    if not place.exists():
        return Reviews()
    lines = place.read_bytes().split(b"\n")
    if lines.pop():
        raise InputError([Fault(str(place), "the last line is incomplete; a program was stopped while writing it")])
    found, previous = [], ""
    for number, line in enumerate(lines, start=1):
        try:
            review = _review(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError([Fault(str(place), f"line cannot be read: {error}", number)]) from None
        if review.previous != previous or review.number != number:
            raise InputError([Fault(str(place), "a line before this one was changed or is missing", number)])
        found.append(review)
        previous = sha256(line).hexdigest()
    return Reviews(tuple(found))


def _review(record: Mapping[str, Any]) -> Review:
    subject = Subject(tuple(record["names"]), record["country"], record["address"], record["kind"])
    evidence = Evidence(
        record["list"], record["entry"], record["matched_name"], float(record["score"]), tuple(record["why"]),
        record["list_as_of"], record["list_sha256"], record["entry_sha256"],
    )  # fmt: skip
    if record["decision"] not in ("cleared", "confirmed", "withdrawn"):
        raise ValueError(f"unknown decision {record['decision']!r}")
    return Review(
        int(record["number"]), record["at"], record["by"], record["decision"], record["reason"], record["party"],
        subject, evidence, record["previous"],
    )  # fmt: skip


def add_review(
    decision: Decision, subject: Subject, evidence: Evidence, *, party: str, reason: str, by: str, at: str
) -> Review:
    """The review, added to the end of the user's file; on disk when this returns.

    Raises InputError for an empty reason or reviewer, and where the file is damaged.
    """
    faults = [
        Fault("review", f"the {name} is empty", column=name, expected="some words")
        for name, text in (("reason", reason), ("by", by))
        if not text.strip()
    ]
    if faults:
        raise InputError(faults)
    place = _file()
    with locked(store_folder() / ".lock"):
        held = read_reviews()
        previous = sha256(place.read_bytes().split(b"\n")[-2]).hexdigest() if len(held) else ""
        words = " ".join(reason.split()), " ".join(by.split())
        made = Review(len(held) + 1, at, words[1], decision, words[0], party, subject, evidence, previous)
        line = json.dumps(made.to_json(), ensure_ascii=False, sort_keys=True).encode() + b"\n"
        # One write at the end of the file: another program sees the whole line or none of it.
        handle = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)
    return made


def export(reviews: Iterable[Review], path: Path) -> None:
    """Writes reviews for audit: CSV, or JSON if the file's name ends so; the file takes its name when complete."""
    records = [one.to_json() for one in reviews]
    with write_atomically(path) as stream:
        if path.suffix.lower() == ".json":
            stream.write(json.dumps(records, ensure_ascii=False, indent=1).encode() + b"\n")
            return
        lines = [list(_COLUMNS), *([_cell(record[column]) for column in _COLUMNS] for record in records)]
        stream.write("".join(_csv_line(line) for line in lines).encode("utf-8-sig"))


def _cell(value: Any) -> str:
    text = "; ".join(value) if isinstance(value, Sequence) and not isinstance(value, str) else str(value or "")
    # A spreadsheet takes a cell that starts so for a formula.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _csv_line(cells: Sequence[str]) -> str:
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
