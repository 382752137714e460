"""`make bench`: every figure as a ratio to a named baseline of the same run, printed and kept as JSON."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path

from bench import others
from bench.chain import chain
from bench.content import content
from bench.engines import engines
from bench.names import names
from bench.rules import rules
from bench.timing import Figure, show, write
from lotgate.law import Law, load

PARTS = (
    "rules", "engines", "reevaluate", "sql", "quick", "explain", "check", "names", "chain", "content", "licences",
    "lists",
)  # fmt: skip


def main() -> int:
    """Runs the parts asked for; ends with 1 where a bar is missed or a part fails."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"some of {', '.join(PARTS)}; all by default")
    asked.add_argument("--lines", type=int, default=1_000_000)
    asked.add_argument("--entries", type=int, default=1_000_000, help="the longest list of names")
    asked.add_argument("--events", type=int, default=1_000_000, help="entries of the licence log")
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--licences", type=int, default=300)
    asked.add_argument("--kills", type=int, default=50)
    asked.add_argument("--out", type=Path, default=Path("build/bench.json"))
    wanted = asked.parse_args()
    figures: list[Figure] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        measures = _measures(load(), Path(name), wanted)
        for part in [part for part in PARTS if part in (wanted.parts or PARTS)]:
            print(f"{time.strftime('%H:%M:%S')} {part}", file=sys.stderr, flush=True)
            try:
                figures += measures[part]()
            except Exception:  # an hour of other figures is not lost to one part; the end names it
                traceback.print_exc()
                failed.append(part)
            write(figures, wanted.out)
    show(figures, failed)
    return 0 if not failed and all(figure.holds for figure in figures) else 1


def _measures(law: Law, folder: Path, wanted: argparse.Namespace) -> dict[str, Callable[[], list[Figure]]]:
    lines, repeats = wanted.lines, wanted.repeats
    by_rules = cache(lambda: rules(law, folder, lines, repeats))

    def reevaluate() -> list[Figure]:
        polars = next(figure.value for figure in by_rules() if figure.name == "rules: Polars")
        return others.reevaluate(law, folder, lines, repeats, polars)

    def licences() -> list[Figure]:
        from bench.licences import licences as measure

        return measure(_made(folder / "licences"), wanted.licences, wanted.kills)

    def lists() -> list[Figure]:
        from bench.lists import lists as measure

        return measure(_made(folder / "lists"), events=wanted.events)

    return {
        "rules": by_rules,
        "engines": lambda: engines(law, folder, lines, repeats),
        "reevaluate": reevaluate,
        "sql": lambda: others.sql(law, folder, lines, repeats),
        "quick": lambda: others.quick(repeats),
        "explain": lambda: others.explain(law, folder, lines),
        "check": lambda: others.check(law, folder, lines),
        "names": lambda: names(wanted.entries),
        "chain": lambda: chain(folder, wanted.events),
        "content": lambda: content(folder),
        "licences": licences,
        "lists": lists,
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    raise SystemExit(main())
