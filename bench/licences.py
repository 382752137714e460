"""Licences under load: reservations a second with eight clients, and a server that is killed again and again.

Both need a quiet machine to say anything about its speed; the processor time beside each figure does not.
"""

from __future__ import annotations

import os
from pathlib import Path

from bench import contenders
from bench.databases import POSTGRESQL, database, in_child
from bench.timing import Figure

__all__ = ["licences"]

BARS = {"sqlite": 300, "postgresql": 1_000}
"""Reservations a second with eight clients on two quiet cores."""
_STRETCH = 4
"""As many times more licences for speed alone: fewer are reserved in less than a second, and say little."""


def licences(folder: Path, count: int = 300, kills: int = 50) -> list[Figure]:
    """Figures of both databases; PostgreSQL is left out, and said so, where none answers."""
    os.environ["LOTGATE_HOME"] = str(folder)
    figures = []
    for kind in BARS:
        with database(kind, folder) as url:
            if url is None:
                figures.append(Figure("licences: postgresql", 0, "servers", at_least=1, note=f"none at {POSTGRESQL}"))
                continue
            figures += _speed(kind, url, _STRETCH * count)
        with database(kind, folder) as url:
            if url is not None:
                figures += _killed(kind, url, count, kills)
    return figures


def _speed(kind: str, url: str, count: int) -> list[Figure]:
    granted = _prepare(url, count)
    tally = contenders.contend(url, granted, only_reserve=True, each=False)
    rate = tally.spent / tally.seconds
    each = f"{1000 * tally.clients / len(granted):.2f} and {1000 * tally.server / len(granted):.2f}"
    note = (
        f"{tally.outcomes} in {tally.seconds:.1f} s; load {os.getloadavg()[0]:.1f}; clients and server took {each} ms"
    )
    return [Figure(f"licences: reservations, {kind}", rate, "/s", at_least=BARS[kind], note=note)]


def _killed(kind: str, url: str, count: int, kills: int) -> list[Figure]:
    granted = _prepare(url, count)
    bearer = in_child(contenders.token, url)
    tally, killed = contenders.contend_while_killed(url, granted, bearer, kills, most_alive=0.6)
    found = in_child(contenders.balance, url)
    lost = set(tally.won.values()) ^ set(found["won"].values())
    wrong = len(lost) + found["spent_twice"] + abs(found["spent"] - count) + (not found["whole"])
    unclean = sum(number for name, number in tally.outcomes.items() if name not in ("spent", "refused"))
    note = f"{tally.outcomes} while killed {killed} times; chain whole: {found['whole']}"
    return [Figure(f"licences: lost, spent twice or unclean, {kind}", wrong + unclean, "", at_most=0, note=note)]


def _prepare(url: str, count: int) -> list[str]:
    found: list[str] = in_child(contenders.prepare, url, count)
    return found
