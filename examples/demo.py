"""Decides an example workspace with the demonstration lists, and says what to look at next: `make demo`."""

from __future__ import annotations

import sys
from pathlib import Path

from lotgate.cli import main as lotgate

ROOT = Path(__file__).resolve().parent.parent
WORKSPACE = "examples/motor-maker"
LISTS = "examples/demonstration-lists"
REPORT = "demo-report.html"

BEFORE = f"""\
A motor maker in Germany buys dysprosium magnets in China and sells in five countries.
Firms called Example are invented, and so is every shipment ({WORKSPACE}/README.md).
$ lotgate check {WORKSPACE} --lists {LISTS}
"""

AFTER = f"""
The party lists of this demo are a handful of rows for show. They are NOT the official lists, which are
not part of the package; docs/guides/compliance-officer.md says where to get them.

What to look at next (copy a line):
  open {REPORT}                      every line with its reasoning, English and Chinese
  .venv/bin/lotgate explain {WORKSPACE} M22 --lists {LISTS}
                                              why magnets to a half-owned firm in Mexico need a licence
  .venv/bin/lotgate horizon {WORKSPACE} --lists {LISTS}
                                              the days on which answers change
  .venv/bin/lotgate check {WORKSPACE} --lists {LISTS} --law examples/what-if
                                              what if a made-up announcement reached motors as well
  .venv/bin/lotgate law show CN-2025-61       a measure: source, clauses, clocks
  .venv/bin/lotgate template my-shipments.xlsx
                                              an empty workbook for your own lines
  .venv/bin/lotgate serve --demo              applications and licences in the browser, with invented users
"""


def run(*arguments: str) -> None:
    """Runs a command as typed; ends the demo with its exit status if it fails."""
    sys.stdout.flush()
    try:
        lotgate([*arguments, "--lists", str(ROOT / LISTS)])
    except SystemExit as end:
        if end.code:
            raise
    sys.stdout.flush()


def main() -> None:
    """The demo."""
    print(BEFORE)
    run("check", str(ROOT / WORKSPACE))
    run("check", str(ROOT / WORKSPACE), "--html", REPORT)
    print(AFTER)


if __name__ == "__main__":
    main()
