"""`make bench`: every figure as a ratio to a named baseline of the same run, printed and kept as JSON."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench import others
from bench.chain import chain
from bench.content import content
from bench.engines import engines
from bench.names import names
from bench.rules import rules
from bench.timing import Figure, show, write
from lotgate.law import load

PARTS = (
    "rules", "engines", "reevaluate", "sql", "quick", "explain", "check", "names", "chain", "content", "licences",
    "lists",
)  # fmt: skip


def main() -> int:
    """Runs the parts asked for; ends with 1 where a bar is missed."""
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
    parts = wanted.parts or PARTS
    figures: list[Figure] = []
    law = load()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if {"rules", "reevaluate"} & set(parts):
            found = rules(law, folder, wanted.lines, wanted.repeats)
            figures += found if "rules" in parts else []
            polars = next(figure.value for figure in found if figure.name == "rules: Polars")
            if "reevaluate" in parts:
                figures += others.reevaluate(law, folder, wanted.lines, wanted.repeats, polars)
        if "sql" in parts:
            figures += others.sql(law, folder, wanted.lines, wanted.repeats)
        if "engines" in parts:
            figures += engines(law, folder, wanted.lines, wanted.repeats)
        if "quick" in parts:
            figures += others.quick(wanted.repeats)
        if "explain" in parts:
            figures += others.explain(law, folder, wanted.lines)
        if "check" in parts:
            figures += others.check(law, folder, wanted.lines)
        if "names" in parts:
            figures += names(wanted.entries)
        if "chain" in parts:
            figures += chain(folder, wanted.events)
        if "content" in parts:
            figures += content(folder)
    if "licences" in parts:
        from bench.licences import licences

        with tempfile.TemporaryDirectory() as name:
            figures += licences(Path(name), wanted.licences, wanted.kills)
    if "lists" in parts:
        from bench.lists import lists

        with tempfile.TemporaryDirectory() as name:
            figures += lists(Path(name), events=wanted.events)
    show(figures)
    write(figures, wanted.out)
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
