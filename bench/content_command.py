"""`lotgate content` as it is called, in a process of its own; prints what it took as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from bench.one_shot import most_memory
from lotgate.cli import cli

DAY = "2026-03-02"


def run(folder: Path) -> None:
    """Writes the whole table of a workspace, every row with its reasons."""
    with tempfile.TemporaryDirectory() as name:
        asked = ["content", str(folder), "--on", DAY, "--parquet", str(Path(name) / "content.parquet")]
        cli.main(asked, prog_name="lotgate", standalone_mode=False)
    print(json.dumps({"seconds": time.process_time(), "bytes": most_memory()}))


if __name__ == "__main__":
    run(Path(sys.argv[1]))
