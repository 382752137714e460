"""What the goods are: control codes, composition, chip figures, tools and the content of bills of materials.

Leaves the law (which codes, limits and substances matter on which day) to `law`; `decide` brings both together.
"""

from __future__ import annotations

from lotgate.items.amounts import Amounts
from lotgate.items.catalogue import Accelerator, Tool, accelerators, find_accelerators, tool, tool_facts, tools
from lotgate.items.chips import Bounds, Metric, measure, measure_model, metrics
from lotgate.items.codes import EntryIndex, Membership, members, membership, relation
from lotgate.items.composition import Hint, settle_upwards, settlements
from lotgate.items.content import Column, Counting, Shares, value_shares
from lotgate.items.graph import Graph
from lotgate.items.numbers import as_float, exact
from lotgate.items.paths import OpenCell, Path, content_table, open_cells, settled_by, top_paths

__all__ = [
    "Accelerator",
    "Amounts",
    "Bounds",
    "Column",
    "Counting",
    "EntryIndex",
    "Graph",
    "Hint",
    "Membership",
    "Metric",
    "OpenCell",
    "Path",
    "Shares",
    "Tool",
    "accelerators",
    "as_float",
    "content_table",
    "exact",
    "find_accelerators",
    "measure",
    "measure_model",
    "members",
    "membership",
    "metrics",
    "open_cells",
    "relation",
    "settle_upwards",
    "settled_by",
    "settlements",
    "tool",
    "tool_facts",
    "tools",
    "top_paths",
    "value_shares",
]
