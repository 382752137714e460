"""Who the other side is: party lists, names matched against them, ownership.

Knows no law: what a listing does on a day is for `law` and `decide` to say.
"""

from __future__ import annotations

from lotgate.parties.lists import Ignored, ListSet, PartyList, from_rows, party_list
from lotgate.parties.reading import read_folder, read_list

__all__ = ["Ignored", "ListSet", "PartyList", "from_rows", "party_list", "read_folder", "read_list"]
