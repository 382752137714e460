"""What the parts of a drawn bill may do, told to the roll-up that the slow reference checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from lotgate.items.content import Column, Counting

__all__ = ["COLUMNS", "counting_of"]

COLUMNS = (
    Column("cn", limits=("0.001",)),
    Column("us-25", limits=("0.1", "0.25"), drop_at="0.25"),
    Column("us-10", limits=("0.1", "0.25"), drop_at="0.1"),
)


class Drawn(Protocol):
    """A part with what it may do: count, stop, or be open."""

    @property
    def does(self) -> str: ...
    @property
    def opaque(self) -> bool: ...


def counting_of(parts: Sequence[Drawn]) -> Counting:
    """The parts, in the order of the graph, as they count in every column."""

    def flags(word: str, alone: bool) -> np.ndarray:
        found = np.array([part.does == word if alone else word in part.does for part in parts])
        return np.repeat(found[:, None], len(COLUMNS), axis=1)

    return Counting.of(
        flags("count", True),
        flags("count", False),
        stop_must=flags("stop", True),
        stop_may=flags("stop", False),
        opaque=np.array([part.opaque for part in parts]),
    )
