"""How long an auditor waits: an export of the licence log checked whole, against reading and hashing its lines."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from bench.timing import Figure, spent
from lotgate.licence.keys import KeyFolder
from lotgate.licence.log import audit, head_line, signed_head
from lotgate.licence.records import Draft, Head, canonical, seal

__all__ = ["chain"]

AT, DAY, LONGEST = datetime(2026, 1, 5, 4, tzinfo=UTC), "2026-01-05", 60.0
LIFE = (
    ("lodge", "new", "lodged"), ("accept", "lodged", "accepted"), ("release", "accepted", "released"),
    ("exit", "released", "exited"),
)  # fmt: skip


def chain(folder: Path, events: int) -> list[Figure]:
    """Processor seconds to check an export of that many entries, and how much more that is than the bare reading."""
    path = folder / "export.jsonl"
    keys = KeyFolder.create(folder / "keys", "did:web:example", "Example", "示例", AT)
    _write(path, events, keys)
    whole: list[bool] = []
    checked = spent(lambda: whole.append(audit(path, keys.public).whole))
    bare = spent(lambda: _bare(path))
    if whole != [True]:
        raise RuntimeError("the export made for the measurement does not hold")
    note = f"{path.stat().st_size / 1e6:.0f} MB"
    return [
        Figure(
            "chain: audit", checked.processor * 1_000_000 / events, "s per million entries", at_most=LONGEST, note=note
        ),
        Figure("chain: audit over bare reading", checked.processor / bare.processor, "times", note="loads and SHA-256"),
    ]


def _bare(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
            hashlib.sha256(line).digest()


def _write(path: Path, events: int, keys: KeyFolder) -> None:
    head = Head("main")
    with path.open("wb") as file:
        for number in range(events):
            event, before, after = LIFE[number % len(LIFE)]
            record, version = divmod(number, len(LIFE))
            data = {
                "licence": f"CN-L-2026-{record:06d}", "declaration": f"D-{record}", "lot": f"LOT-{record}",
                "quantity": "499.5", "unit": "KGM", "day": DAY, "code": ["1C905.a.4"], "end_user": "example-plant",
            }  # fmt: skip
            draft = Draft(
                "clearance", f"CN-C-2026-{record:06d}", "cn", version + 1, event, before, after,
                f"{DAY}T04:00:00.000000Z", DAY, "k1", "example-customs", "customs", data,
            )  # fmt: skip
            entry = seal(draft, head)
            head = Head("main", entry.sequence, entry.hash)
            file.write(canonical(entry.to_json()) + b"\n")
        file.write(head_line(signed_head([head], keys, f"{DAY}T05:00:00.000000Z"), keys.public))
