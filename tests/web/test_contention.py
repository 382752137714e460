"""Many after the same licence: each is spent once, every other attempt refused cleanly, whatever is killed meanwhile.

The numbers here are small; `python -m bench licences` runs the full ones.
"""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest
from bench import contenders

LICENCES = 16


def test_eight_processes_after_the_same_licences(database: str) -> None:
    licences = contenders.prepare(database, LICENCES, migrate=False)
    tally = contenders.contend(database, licences)
    assert tally.outcomes == {"spent": LICENCES, "refused": 7 * LICENCES}
    found = contenders.balance(database)
    assert found["whole"], found["findings"]
    assert found["licences"] == {"used": LICENCES}
    assert (found["spent"], found["spent_twice"]) == (LICENCES, 0)
    assert sorted(found["won"].values()) == sorted(tally.won.values())


@pytest.mark.parametrize("kills", [3])
def test_a_server_killed_in_the_middle_loses_nothing_and_spends_nothing_twice(database: str, kills: int) -> None:
    licences = contenders.prepare(database, LICENCES, migrate=False)
    bearer = contenders.token(database)
    port = contenders.free_port()
    ended = threading.Event()
    with tempfile.TemporaryDirectory() as name:
        left = []
        killer = threading.Thread(
            target=lambda: left.append(
                contenders.kill_now_and_then(database, Path(name), port, kills, ended.is_set, most_alive=1.0)
            )
        )
        killer.start()
        try:
            address = f"http://127.0.0.1:{port}/"
            tally = contenders.contend(database, licences, address=address, bearer=bearer)
        finally:
            ended.set()
            killer.join()
            killed, server = left[0]
            server.terminate()
            server.wait()
    assert killed >= 1
    assert tally.outcomes == {"spent": LICENCES, "refused": 7 * LICENCES}
    found = contenders.balance(database)
    assert found["whole"], found["findings"]
    assert (found["spent"], found["spent_twice"]) == (LICENCES, 0)
    assert sorted(found["won"].values()) == sorted(tally.won.values()), "what was answered as spent is in the log"
