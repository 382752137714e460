"""Many after the same licence: each is spent once, every other attempt refused cleanly, whatever is killed meanwhile.

The numbers here are small; `python -m bench licences` runs the full ones.
"""

from __future__ import annotations

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
