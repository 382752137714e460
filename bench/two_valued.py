"""The law for engines that know true and false only: each condition twice, whether it surely and whether it may hold.

Facts are those of the flat table of generated SQL: a set or a code is one boolean per thing asked, a number its bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from lotgate.evaluate.entries import Program
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.sql_facts import FlatColumns
from lotgate.law import Clause, Status
from lotgate.law.expr import Leaf

__all__ = ["Dialect", "Lowered", "lowered", "small"]

E = TypeVar("E")


@dataclass(frozen=True)
class Dialect(Generic[E]):
    """How an engine writes conditions."""

    all_of: Callable[[Sequence[E]], E]
    any_of: Callable[[Sequence[E]], E]
    negate: Callable[[E], E]
    constant: Callable[[bool], E]
    among: Callable[[str, Sequence[str]], E]
    """Whether a text, which may be missing, is one of these."""
    missing: Callable[[str], E]
    holds: Callable[[str], E]
    """Whether a boolean column is true."""
    fails: Callable[[str], E]
    bound: Callable[[str, str, float], E]
    """Whether a number column, which may be missing, stands in a relation to a limit."""
    since: Callable[[date], E]


@dataclass(frozen=True)
class Lowered(Generic[E]):
    """One clause: whether it surely demands something and whether it may, clocks included."""

    clause: Clause
    surely: E
    possibly: E


def small(evaluator: Evaluator, limit: int = 60) -> list[Program]:
    """The programs whose conditions, spelt out, have at most so many comparisons."""
    size: dict[int, int] = {}
    for number in evaluator.order:
        node = evaluator.graph.nodes[number]
        size[number] = 1 if node.kind == "leaf" else sum(size[child] for child in node.children)
    return [p for p in evaluator.programs if p.clause.effect != "advisory" and sum(size[n] for n in p.roots) <= limit]


def lowered(evaluator: Evaluator, programs: Sequence[Program], dialect: Dialect[E]) -> Iterator[Lowered[E]]:
    """Each program in the words of an engine."""
    writer = _Writer(evaluator, dialect)
    for program in programs:
        yield writer.clause(program)


class _Writer(Generic[E]):
    def __init__(self, evaluator: Evaluator, dialect: Dialect[E]) -> None:
        self.ev = evaluator
        self.d = dialect
        self.flat = FlatColumns(evaluator)

    def clause(self, program: Program) -> Lowered[E]:
        on, open_ = self._days(program.clause, Status.ON), self._days(program.clause, Status.OPEN)
        surely = self._all([self.node(program.when, True), *self._unless(program, True)])
        possibly = self._all([self.node(program.when, False), *self._unless(program, False)])
        standing = self.d.any_of([on, open_]) if self._ever(program.clause, Status.OPEN) else on
        return Lowered(program.clause, self._all([on, surely]), self._all([standing, possibly]))

    def _unless(self, program: Program, surely: bool) -> list[E]:
        barred = [node for node in (program.free, program.licence) if self.ev.graph.nodes[node].kind != "false"]
        return [self.d.negate(self.node(node, not surely)) for node in barred]

    def _ever(self, clause: Clause, status: Status) -> bool:
        return any(self.ev.status(clause, day) is status for day in clause.clock.change_points())

    def _days(self, clause: Clause, status: Status) -> E:
        """The days on which a clause has a status."""
        points = sorted(clause.clock.change_points())
        spans = []
        for start, end in zip(points, [*points[1:], None], strict=True):
            if self.ev.status(clause, start) is status:
                later = [] if end is None else [self.d.negate(self.d.since(end))]
                spans.append(self._all([self.d.since(start), *later]))
        return self.d.any_of(spans) if spans else self.d.constant(False)

    def _all(self, parts: Sequence[E]) -> E:
        return parts[0] if len(parts) == 1 else self.d.all_of(parts)

    def node(self, number: int, surely: bool) -> E:
        node = self.ev.graph.nodes[number]
        if node.kind in ("true", "false"):
            return self.d.constant(node.kind == "true")
        if node.kind == "not":
            return self.d.negate(self.node(node.children[0], not surely))
        if node.kind == "leaf":
            return self._leaf(node.children[0], surely)
        children = [self.node(child, surely) for child in node.children]
        return self.d.all_of(children) if node.kind == "and" else self.d.any_of(children)

    def _leaf(self, number: int, surely: bool) -> E:
        leaf = self.ev.graph.leaves[number]
        if leaf.op == "clock":
            spans = [self._span(i.start, i.end) for i in self.ev.law.versions[str(leaf.operand)]]
            return self.d.any_of(spans) if len(spans) > 1 else spans[0]
        if number in self.flat.member_columns:
            column = self.flat.member_columns[number]
            return self.d.holds(column) if surely else self.d.negate(self.d.fails(column))
        if self.flat.kinds[leaf.fact] == "number":
            return self._number(leaf, surely)
        if leaf.op == "known":
            return self.d.negate(self.d.missing(leaf.fact))
        assert isinstance(leaf.operand, frozenset)
        found = self.d.among(leaf.fact, sorted(leaf.operand))
        return found if surely else self.d.any_of([self.d.missing(leaf.fact), found])

    def _span(self, start: date, end: date | None) -> E:
        later = [] if end is None else [self.d.negate(self.d.since(date.fromordinal(end.toordinal() + 1)))]
        return self._all([self.d.since(start), *later])

    def _number(self, leaf: Leaf, surely: bool) -> E:
        low, high, nothing = (f"{leaf.fact}_{part}" for part in ("low", "high", "none"))
        none = self.d.holds(nothing)
        if leaf.op == "known":  # the bench has points and unknowns only where a rule asks whether a number is known
            return self.d.any_of([none, self.d.negate(self.d.missing(low))])
        assert isinstance(leaf.operand, float)
        opposite = {">=": "<", ">": "<=", "<=": ">", "<": ">="}[leaf.op]
        near, far = (low, high) if leaf.op.startswith(">") else (high, low)
        if surely:
            return self.d.bound(near, leaf.op, leaf.operand)
        return self.d.all_of([self.d.negate(none), self.d.negate(self.d.bound(far, opposite, leaf.operand))])
