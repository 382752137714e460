"""What the law measures of chips: entries, limits, bands and letters by day, and what a chip is by each of them.

Limits are read from the conditions of the law data and never written here; here stand only the names of what is shown.
A chip is judged by its figures alone: what somebody has classified it as is left to `check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from lotgate.dates import Interval
from lotgate.evaluate.columns import NONE, Members, Value
from lotgate.evaluate.walk import Reason, Walk
from lotgate.items.catalogue import find_accelerators
from lotgate.items.numbers import limits_of
from lotgate.law import Clause, Law, Status
from lotgate.law.expr import FALSE, TRUE, UNKNOWN, Leaf

__all__ = ["ENTRY", "NUMBERS", "ChipLaw", "Yardstick"]

NUMBERS = (
    "tpp",
    "performance_density",
    "memory_bandwidth_density",
    "io_gb_per_s",
    "dram_gb_per_s",
    "transistors_bn",
    "node_nm",
)
"""The figures of a chip that conditions compare with limits."""
ENTRY = "US-3A090"
HOLDING = {"US-3A090": "US-4A090", "EU-3A501": "EU-4A507"}
"""The entries of computers and assemblies that hold a chip of an entry."""
ADVANCED = "us_ac_ab"
"""The term of US law that says what 3A090.a and .b take in."""
RELIEF, RELIEF_TERM = "US-2026-01-15", "us_january_2026"
"""The review case by case of January 2026 (91 FR 1684), and the term that holds its limits."""
BANDS = "US-T-232-CHIP"
"""The tariff of the proclamation of 2026-01-14, for chips in two bands."""
PRESUMPTION, PRESUMED, REBUTTABLE = "US-2025-01-16-FDD", "us_node_presumed", "us_node_rebuttable"
"""What makers and packagers must presume of logic of advanced nodes (90 FR 5298), and the terms with its limits."""
SHIPMENT: Mapping[str, Value] = {
    "ship_from": "US",
    "destination": "CN",
    "kind": "export",
    "military": "no",
    "end_use": "civil",
    "headquarters": Members(frozenset({"CN"}), frozenset({"CN"})),
}
"""A civil export from the United States to China, the shipment that the relief and the letters speak of."""
_TEST = re.compile(r"^(?:([A-Z]{2})-)?(\d[A-E]\d{3})(?:\.(.+?))?(?:@\d+)?$")
UNLISTED = Members(frozenset({NONE}), frozenset({NONE}))
GONE = (Status.OFF, Status.STOPPED)


@dataclass(frozen=True)
class Yardstick:
    """One thing the law measures on a day: the name it goes by and the conditions behind it, by what they make a chip.

    `kind` is `entry` (a paragraph of a control list by the chip's own figures), `holding` (by those of its parts),
    `relief`, `bands`, `presumption`, `letter`, or `named` (a measure that is not a letter and names models).
    """

    key: str
    kind: str
    nodes: tuple[tuple[str, int], ...]


class ChipLaw:
    """The law as far as it looks at chips."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self._reached: dict[int, frozenset[int]] = {}

    # ---- what is measured on a day -----------------------------------------------------------------------------------

    def on(self, day: date) -> tuple[Yardstick, ...]:
        """Everything measured on a day: entries, those that hold chips, then relief, bands and letters."""
        found: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for fact, test in self._live(day):
            key, paragraph = self._entry(test)
            if fact == "item_meets":
                found.setdefault((key, "entry"), []).append((paragraph or "yes", self.law.tests[test]))
            elif key in HOLDING:
                letter = paragraph if len(paragraph) == 1 else "yes"
                found.setdefault((HOLDING[key], "holding"), []).append((letter, self._leaf_of(fact, test)))
        sticks = [Yardstick(key, kind, tuple(sorted(nodes))) for (key, kind), nodes in sorted(found.items())]
        sticks.sort(key=lambda stick: (stick.kind == "holding", stick.key != ENTRY, stick.key))
        return (*sticks, *self._special(day))

    def _special(self, day: date) -> Iterator[Yardstick]:
        terms = self.law.terms.get("us", {})
        if {RELIEF_TERM, ADVANCED} <= terms.keys() and any(self._in_force(RELIEF, day)):
            yield Yardstick(RELIEF, "relief", (("yes", terms[RELIEF_TERM]),))
        if {PRESUMED, REBUTTABLE} <= terms.keys() and self._stands(PRESUMED, day):
            yield Yardstick(
                PRESUMPTION, "presumption", (("presumed", terms[PRESUMED]), ("rebuttable", terms[REBUTTABLE]))
            )
        for clause in self._in_force(BANDS, day):
            bands = self._bands(clause.when)
            yield Yardstick(BANDS, "bands", tuple((f"band {n}", node) for n, node in enumerate(bands, 1)))
        for measure, clauses in self._naming.items():
            nodes = [clause.when for clause in clauses if clause.clock.status(day) not in GONE]
            letter = self.law.measures[measure].force == "letter"
            if nodes:
                yield Yardstick(measure, "letter" if letter else "named", tuple(("equal", node) for node in nodes))

    def _stands(self, term: str, day: date) -> bool:
        """Whether a term of US law has a version on a day."""
        found = self._intervals(self.law.terms["us"][term])
        return any(day in interval for interval in found)

    def _intervals(self, node: int) -> list[Interval]:
        """The dated versions that a condition hangs on."""
        clocks = [leaf for leaf in self._leaves(node) if leaf.op == "clock"]
        return [interval for leaf in clocks for interval in self.law.versions[str(leaf.operand)]]

    @cached_property
    def _naming(self) -> dict[str, list[Clause]]:
        """The clauses that demand or forbid something for accelerators by name, by measure."""
        found: dict[str, list[Clause]] = {}
        for clause in self.law.clauses:
            models = [leaf.operand for leaf in self._leaves(clause.when) if leaf.fact == "model"]
            names = [name for held in models if isinstance(held, frozenset) for name in held]
            if clause.effect != "advisory" and any(find_accelerators(name) for name in names):
                found.setdefault(clause.measure, []).append(clause)
        return found

    def _in_force(self, measure: str, day: date) -> Iterator[Clause]:
        for clause in self.law.clauses:
            if clause.measure == measure and clause.clock.status(day) not in GONE:
                yield clause

    def _entry(self, test: str) -> tuple[str, str]:
        """The entry a test belongs to and the paragraph it is about: `3A090.a@2023` to US-3A090 and a."""
        parts = _TEST.match(test)
        if parts is None:
            return test, ""
        return f"{parts[1] or self._homes[test].upper()}-{parts[2]}", parts[3] or ""

    @cached_property
    def _homes(self) -> dict[str, str]:
        """The regime whose clauses use each test."""
        return {str(leaf.operand): clause.regime for clause, tests in self._using.items() for leaf in tests}

    @cached_property
    def _using(self) -> dict[Clause, list[Leaf]]:
        """The clauses that ask which tests an item or its parts meet."""
        found: dict[Clause, list[Leaf]] = {}
        for clause in self.law.clauses:
            tests = [leaf for leaf in self._leaves(clause.when) if leaf.fact in ("item_meets", "parts_meet")]
            if tests:
                found[clause] = tests
        return found

    def _leaves(self, node: int) -> list[Leaf]:
        graph = self.law.graph
        kinds = (graph.nodes[one] for one in sorted(self._below(node)))
        return [graph.leaves[one.children[0]] for one in kinds if one.kind == "leaf"]

    def _below(self, node: int) -> frozenset[int]:
        """A node and everything it is made of."""
        if node not in self._reached:
            one = self.law.graph.nodes[node]
            children = one.children if one.kind in ("and", "or", "not") else ()
            self._reached[node] = frozenset({node}).union(*(self._below(child) for child in children))
        return self._reached[node]

    def _live(self, day: date) -> list[tuple[str, str]]:
        """(fact, test) for every test that some clause asks about on a day, in the order of the law data."""
        found: set[tuple[str, str]] = set()
        seen: set[int] = set()
        for clause in self._using:
            if clause.clock.status(day) not in GONE:
                self._asked(clause.when, day, seen, found)
        own = {test for fact, test in found if fact == "item_meets"}
        # a test asked of parts alone refines another and is no paragraph of its own
        return [
            (fact, test)
            for test in self.law.tests
            if test in own
            for fact in ("item_meets", "parts_meet")
            if (fact, test) in found
        ]

    def _asked(self, node: int, day: date, seen: set[int], found: set[tuple[str, str]]) -> None:
        """Collects the tests below a node, leaving out what dated terms switch off that day."""
        if node in seen:
            return
        seen.add(node)
        one, leaves = self.law.graph.nodes[node], self.law.graph.leaves
        if one.kind == "leaf":
            leaf = leaves[one.children[0]]
            if leaf.fact in ("item_meets", "parts_meet"):
                found.add((leaf.fact, str(leaf.operand)))
        elif one.kind in ("and", "or", "not"):
            if one.kind == "and" and any(self._switched_off(child, day) for child in one.children):
                return
            for child in one.children:
                self._asked(child, day, seen, found)

    def _switched_off(self, node: int, day: date) -> bool:
        one = self.law.graph.nodes[node]
        if one.kind != "leaf" or self.law.graph.leaves[one.children[0]].op != "clock":
            return False
        intervals = self.law.versions[str(self.law.graph.leaves[one.children[0]].operand)]
        return not any(day in interval for interval in intervals)

    def _leaf_of(self, fact: str, test: str) -> int:
        """The node that asks for a test."""
        return self.law.graph.leaf(Leaf(fact, "has", test))

    def _bands(self, node: int) -> Sequence[int]:
        """The alternatives of a condition that look at figures alone; the condition itself where there are none."""
        for one in sorted(self._below(node)):
            found = self.law.graph.nodes[one]
            if found.kind == "or" and all(leaf.fact in NUMBERS for leaf in self._leaves(one)):
                return found.children
        return (node,)

    @cached_property
    def days(self) -> list[date]:
        """The days on which something else is measured than the day before."""
        points: set[date] = set()
        special = [clause for clauses in self._naming.values() for clause in clauses]
        special += [clause for clause in self.law.clauses if clause.measure in (RELIEF, BANDS)]
        for clause in [*self._using, *special]:
            points |= clause.clock.change_points()
            for leaf in self._leaves(clause.when):
                for interval in self.law.versions[str(leaf.operand)] if leaf.op == "clock" else ():
                    points |= {interval.start}
                    if interval.end is not None:
                        points |= {date.fromordinal(interval.end.toordinal() + 1)}
        if PRESUMED in self.law.terms.get("us", {}):
            points |= {interval.start for interval in self._intervals(self.law.terms["us"][PRESUMED])}
        found: list[date] = []
        before: tuple[Yardstick, ...] | None = None
        for day in sorted(points):
            now = self.on(day)
            if now != before and (now or found):
                found.append(day)
            before = now
        return found

    # ---- what a chip is ----------------------------------------------------------------------------------------------

    def classify(self, stick: Yardstick, values: Mapping[str, Value], day: date) -> str:
        """What a chip is by one yardstick: the name of the condition it meets, `none`, or `unknown`.

        `relief` says `yes` within its limits, `no` beyond them, `none` for a chip it need not relieve. A letter says
        `named` for a model it names and `equal` for one it reaches by its figures.
        """
        if stick.kind in ("letter", "named"):
            return self._by_name(stick, values, day)
        if stick.kind == "relief":
            return self._by_relief(stick, values, day)
        if stick.kind == "presumption":
            return self._by_node(stick, values, day)
        walk = Walk(self.law, values, day)
        trits = [(name, walk.trit(node)) for name, node in stick.nodes]
        if met := [name for name, trit in trits if trit == TRUE]:
            return met[0]
        return "unknown" if any(trit == UNKNOWN for _, trit in trits) else "none"

    def _shipped(self, values: Mapping[str, Value], day: date) -> Walk:
        """The chip on its way to China, not classified by anybody."""
        figures = Walk(self.law, values, day)
        trits = {name: figures.trit(node) for name, node in self.law.tests.items()}
        met = Members(
            frozenset(name for name, trit in trits.items() if trit == TRUE),
            frozenset(name for name, trit in trits.items() if trit != FALSE),
        )
        more = {"item_meets": met, "parts_meet": Members(), "us_code": UNLISTED, "parts_us_code": UNLISTED}
        return Walk(self.law, {**values, **SHIPMENT, **more}, day)

    def _by_relief(self, stick: Yardstick, values: Mapping[str, Value], day: date) -> str:
        walk = self._shipped(values, day)
        if walk.trit(self.law.terms["us"][ADVANCED]) == FALSE:
            return "none"
        return {TRUE: "yes", FALSE: "no"}.get(walk.trit(stick.nodes[0][1]), "unknown")

    def _by_node(self, stick: Yardstick, values: Mapping[str, Value], day: date) -> str:
        walk = Walk(self.law, values, day)
        presumed, few = (walk.trit(node) for _, node in stick.nodes)
        if presumed == TRUE:
            return {TRUE: "rebuttable", FALSE: "presumed"}.get(few, "unknown")
        return "none" if presumed == FALSE else "unknown"

    def _by_name(self, stick: Yardstick, values: Mapping[str, Value], day: date) -> str:
        walk = self._shipped(values, day)
        nodes = [node for _, node in stick.nodes]
        if any(self._names(walk, node) for node in nodes):
            return "named"
        if stick.kind == "named":
            return "none"
        trits = [walk.trit(node) for node in nodes]
        return "equal" if TRUE in trits else "unknown" if UNKNOWN in trits else "none"

    def _names(self, walk: Walk, node: int) -> bool:
        """Whether a condition holds, or may hold, for a model that it names."""
        below = (self.law.graph.nodes[one] for one in self._below(node))
        leaves = [one.children[0] for one in below if one.kind == "leaf"]
        named = any(self.law.graph.leaves[leaf].fact == "model" and walk.leaf(leaf) == TRUE for leaf in leaves)
        return named and walk.trit(node) != FALSE

    def reasons(self, stick: Yardstick, values: Mapping[str, Value], day: date) -> list[Reason]:
        """The comparisons that make a chip what it is by an entry or a band."""
        walk = Walk(self.law, values, day)
        trits = {name: walk.trit(node) for name, node in stick.nodes}
        met = [node for name, node in stick.nodes if trits[name] == TRUE][:1]
        open_ = [node for name, node in stick.nodes if trits[name] == UNKNOWN]
        if not met and open_:
            return [Reason(leaf, UNKNOWN) for node in open_ for leaf in walk.open_leaves(node)]
        found = [reason for node in met or [node for _, node in stick.nodes] for reason in walk.reasons(node)]
        return list(dict.fromkeys(found))

    def excepted(self, term: str, values: Mapping[str, Value], day: date) -> bool:
        """Whether a chip surely belongs to the goods that a term of US law speaks of."""
        node = self.law.terms.get("us", {}).get(term)
        return node is not None and self._shipped(values, day).trit(node) == TRUE

    def coded(self, code: Members, day: date) -> int:
        """Whether a control code alone puts goods in 3A090.a or .b or what builds on them: FALSE, UNKNOWN or TRUE."""
        values: dict[str, Value] = {"us_code": code, "item_meets": Members(), "parts_meet": Members()}
        node = self.law.terms.get("us", {}).get(ADVANCED)
        return FALSE if node is None else Walk(self.law, values, day).trit(node)

    def limits(self, stick: Yardstick) -> dict[str, tuple[float, ...]]:
        """The limits a yardstick sets, by figure."""
        found: dict[str, set[float]] = {}
        for _, node in stick.nodes:
            for leaf in self._leaves(node):
                if leaf.fact in NUMBERS and isinstance(leaf.operand, float):
                    found.setdefault(leaf.fact, set()).add(leaf.operand)
        return {fact: tuple(sorted(found[fact])) for fact in NUMBERS if fact in found}

    @cached_property
    def all_limits(self) -> dict[str, tuple[Fraction, ...]]:
        """Every limit any condition of the law sets, by figure: what figures have to compare exactly with."""
        leaves = [leaf for leaf in self.law.graph.leaves if leaf.fact in NUMBERS]
        found = {name: [leaf.operand for leaf in leaves if leaf.fact == name] for name in NUMBERS}
        return {name: limits_of(one for one in held if isinstance(one, float)) for name, held in found.items()}
