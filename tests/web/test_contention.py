"""Many after the same licence: each is spent once, every other attempt refused cleanly, whatever is killed meanwhile.

The numbers here are small; `python -m bench licences` runs the full ones.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from typing import Any

import databases
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
    tally, killed = contenders.contend_while_killed(database, licences, bearer, kills, most_alive=1.0)
    assert killed >= 1
    assert tally.outcomes == {"spent": LICENCES, "refused": 7 * LICENCES}
    found = contenders.balance(database)
    assert found["whole"], found["findings"]
    assert (found["spent"], found["spent_twice"]) == (LICENCES, 0)
    assert sorted(found["won"].values()) == sorted(tally.won.values()), "what was answered as spent is in the log"


def test_a_database_server_that_goes_down_in_the_middle_loses_nothing_that_was_answered() -> None:
    """Commits of steps wait for the disk after their locks are free; whoever was answered has waited long enough."""
    psycopg = pytest.importorskip("psycopg")
    with databases.cluster() as server:
        with psycopg.connect(f"{server.url}/postgres", autocommit=True) as plain:
            plain.execute("CREATE DATABASE contended")
        url = f"{server.url}/contended"
        licences = apart(contenders.prepare, url, LICENCES)

        def go_down() -> None:
            with psycopg.connect(url, autocommit=True) as plain:
                for _ in range(3_000):
                    left = "SELECT COUNT(*) FROM store_record WHERE kind = 'clearance' AND state = 'exited'"
                    if plain.execute(left).fetchone()[0] >= LICENCES // 4:
                        break
                    time.sleep(0.01)
            server.stop()
            server.start()

        downfall = threading.Thread(target=go_down)
        downfall.start()
        first = contenders.contend(url, licences, processes=4)
        downfall.join()
        assert any(name.startswith("failed: OperationalError") for name in first.outcomes), first.outcomes
        second = contenders.contend(url, licences, processes=4)
        found = apart(contenders.balance, url)
        assert found["whole"], found["findings"]
        assert found["spent_twice"] == 0
        assert not set(first.won) & set(second.won)
        answered = set((first.won | second.won).values())
        assert len(answered) >= LICENCES // 4 and answered <= set(found["won"].values()), "what was answered is there"
        assert set(second.outcomes) <= {"spent", "refused"}


def apart(do: Callable[..., Any], *words: Any) -> Any:
    """What a function gives in a process of its own, where Django is on another database."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(do, words)
