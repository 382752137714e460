"""Shows which lines two saved answers of `lotgate check --json` decide differently, and the measures that are new."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def measures(line: dict[str, Any]) -> set[str]:
    """The measures that spoke on a line, or that one of its questions matters for."""
    found = set()
    for regime in line["regimes"].values():
        found |= {rule["measure"] for rule in regime["rules"]}
        found |= {measure for ask in regime["asks"] for measure in ask["matters_for"]}
    return found


def main(before: str, after: str) -> None:
    """Prints one row per line whose answer or measures differ."""
    earlier, later = (json.loads(Path(name).read_text(encoding="utf-8"))["lines"] for name in (before, after))
    for one, other in zip(earlier, later, strict=True):
        new = sorted(measures(other) - measures(one))
        if one["answer"] != other["answer"] or new:
            print(f"{one['line']}: {one['answer']} -> {other['answer']}, {', '.join(new) or 'the same measures'}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
