"""Destinations of US law: all there are, which are alike for the content of some items, and how to name a set of them.

Parts of US origin count against the de minimis level where their code needs a licence to the destination (15 CFR 734.4,
part 734 Supp. 2), so destinations to which the same codes are controlled form a class.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress

from lotgate.evaluate.columns import Members
from lotgate.evaluate.evaluator import Evaluator
from lotgate.facts.item_facts import ItemFacts
from lotgate.facts.us_content import controlled_codes, de_minimis
from lotgate.law import Law
from lotgate.law.expr import FALSE

__all__ = ["ALL", "alike_destinations", "country_groups", "destinations_name", "us_destinations"]

ALL = "all"


def country_groups(law: Law) -> dict[str, frozenset[str]]:
    """The country groups of 15 CFR 740 Supp. 1 by the name people use: `D:5` for the list us-d5.

    The United States is left out: it is no destination of its own law."""
    found = {}
    for name, countries in law.lists.items():
        if group := re.fullmatch(r"us-([a-e])(\d)", name):
            found[f"{group[1].upper()}:{group[2]}"] = countries - {"US"}
    return dict(sorted(found.items()))


def us_destinations(law: Law) -> list[str]:
    """Every destination a country list of US law names, the United States left out."""
    lists = [name for name, rows in law.list_rows.items() if rows and "country" in rows[0]]
    named = {code for name in lists if law.list_regime.get(name) == "us" for code in law.lists[name]}
    return sorted(named - {"US"})


def destinations_name(chosen: Iterable[str], every: Iterable[str], groups: Mapping[str, frozenset[str]]) -> str:
    """The shortest way to say a set of destinations: codes and country groups, as such or with some left out.

    `D:1;SD but KP` is every country of group D:1 and Sudan, North Korea left out; `all but D:5;MO` is what it says.
    """
    mine, whole = frozenset(chosen), frozenset(every)
    if mine == whole:
        return ALL
    ways = [";".join(sorted(mine)), _union(mine, groups), f"{ALL} but {_union(whole - mine, groups)}"]
    for name, group in groups.items():
        if group <= mine or not group & mine:
            continue
        rest = _union(mine - group, groups)
        ways.append(f"{name}{';' if rest else ''}{rest} but {_union(group - mine, groups)}")
    return min(ways, key=len)


def _union(chosen: frozenset[str], groups: Mapping[str, frozenset[str]]) -> str:
    """Groups that lie inside a set, the largest first while they save words, and the codes that are left."""
    left, named = set(chosen), list[str]()
    while True:
        inside = {name: len(group & left) for name, group in groups.items() if group <= chosen}
        best = max(inside, key=lambda name: (inside[name], name), default=None)
        if best is None or inside[best] < 2:
            return ";".join([*sorted(named), *sorted(left)])
        named.append(best)
        left -= groups[best]


def alike_destinations(
    facts: ItemFacts, evaluator: Evaluator, every: Sequence[str], text: int
) -> list[tuple[tuple[str, ...], float]]:
    """Destinations in classes, each with its de minimis level: the same codes of parts that are or may be of US origin
    are controlled there. Lower levels come last, among equal ones the class with most destinations first."""
    codes = facts.columns_of("us_code")
    american, unknown = facts.from_country("US")
    mine = set(compress(codes, (facts.components() & (american | unknown)).tolist()))
    distinct = [code for code in dict.fromkeys(codes) if code in mine] or [Members()]
    pairs = [(destination, text) for destination in every]
    controlled = controlled_codes(evaluator, pairs, distinct)
    if not mine:
        controlled[:] = FALSE
    found: dict[tuple[bytes, float], list[str]] = {}
    for destination, row, level in zip(every, controlled, de_minimis(evaluator, pairs), strict=True):
        found.setdefault((row.tobytes(), level), []).append(destination)
    classes = [(tuple(names), level) for (_, level), names in found.items()]
    return sorted(classes, key=lambda one: (-one[1], -len(one[0]), one[0]))
