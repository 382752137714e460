"""Who the other side is: party lists, names matched against them, ownership.

Knows no law: what a listing does on a day is for `law` and `decide` to say.
"""

from __future__ import annotations

from lotgate.parties.lists import Ignored, ListSet, PartyList, from_rows, party_list
from lotgate.parties.ownership import Edge, Ownership, Rule, Verdict, change_days, edges_of, rules
from lotgate.parties.pairs import measure, score_pairs
from lotgate.parties.reading import read_folder, read_list
from lotgate.parties.screen import DEFAULT_THRESHOLD, Hit, Query, Screening, screen
from lotgate.parties.store import import_lists, open_lists, status

__all__ = [
    "DEFAULT_THRESHOLD",
    "Edge",
    "Hit",
    "Ignored",
    "ListSet",
    "Ownership",
    "PartyList",
    "Query",
    "Rule",
    "Screening",
    "Verdict",
    "change_days",
    "edges_of",
    "from_rows",
    "import_lists",
    "measure",
    "open_lists",
    "party_list",
    "read_folder",
    "read_list",
    "rules",
    "score_pairs",
    "screen",
    "status",
]
