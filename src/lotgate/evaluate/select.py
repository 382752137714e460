"""The law as a tree of SQL: comparisons and clocks innermost, then shared conditions, clauses, answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from typing import Any

from sqlglot import exp

from lotgate.evaluate.decided import Program
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.outcome import ANSWERS, OPEN_OUTCOMES, Outcome
from lotgate.evaluate.sql_facts import FlatColumns, outcome_column
from lotgate.law import Clause, Status
from lotgate.law.expr import Leaf
from lotgate.law.model import POLICIES

__all__ = ["Select"]

_STATUS = {status: code for code, status in enumerate(Status)}


class Select:
    """Builds the SELECT from the inside out: comparisons and clocks, shared conditions, clauses, answers."""

    def __init__(self, evaluator: Evaluator, naive: bool) -> None:
        self.ev = evaluator
        self.graph = evaluator.graph
        self.naive = naive
        self.flat = FlatColumns(evaluator)
        self.columns: dict[int, str] = {}
        """The column in which a node already stands computed."""

    def build(self, table: str, outcomes: bool) -> exp.Select:
        source: exp.Expression = exp.to_table(table)
        if not self.naive:
            source = self._layer(source, self._comparisons())
            for shared in self._shared():
                source = self._layer(source, shared)
        source = self._layer(source, self._conditions())
        names = {p.clause.ref: outcome_column(p.clause) for p in self.ev.programs}
        source = self._layer(source, {names[p.clause.ref]: self._outcome(j, p) for j, p in enumerate(self.ev.programs)})
        selected = [self._column("line"), self._column("day")]
        for k, regime in enumerate(self.ev.regimes):
            selected += self._answer(k, regime)
        if outcomes:
            selected += [self._column(name) for name in names.values()]
        return exp.Select(expressions=selected).from_(self._subquery(source), copy=False)

    def _layer(self, source: exp.Expression, computed: dict[str, exp.Expression]) -> exp.Expression:
        if not computed:
            return source
        star: list[exp.Expression] = [exp.Star()]
        aliases = [self._alias(value, name) for name, value in computed.items()]
        origin = source if isinstance(source, exp.Table) else self._subquery(source)
        return exp.Select(expressions=star + aliases).from_(origin, copy=False)

    def _subquery(self, source: exp.Expression) -> exp.Expression:
        return exp.Subquery(this=source, alias=exp.TableAlias(this=exp.to_identifier("inner_facts")))

    # -- small pieces --

    def _column(self, name: str) -> exp.Expression:
        return exp.Column(this=exp.to_identifier(name, quoted=True))

    def _alias(self, value: exp.Expression, name: str) -> exp.Expression:
        return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))

    def _text(self, value: str) -> exp.Expression:
        return exp.Literal.string(value)

    def _number(self, value: float) -> exp.Expression:
        """A double on every engine: a bare 0.001 would be a decimal on some."""
        return exp.Cast(this=exp.Literal.number(repr(value)), to=exp.DataType.build("double"))

    def _int(self, value: int) -> exp.Expression:
        return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))

    def _day(self, value: date) -> exp.Expression:
        return exp.Cast(this=self._text(value.isoformat()), to=exp.DataType.build("date"))

    def _bool(self, value: bool) -> exp.Expression:
        return exp.Boolean(this=value)

    def _not(self, value: exp.Expression) -> exp.Expression:
        return exp.Not(this=exp.Paren(this=value))

    def _all(self, parts: Sequence[exp.Expression]) -> exp.Expression:
        return self._join(exp.And, parts)

    def _any(self, parts: Sequence[exp.Expression]) -> exp.Expression:
        return self._join(exp.Or, parts)

    def _join(self, kind: Any, parts: Sequence[exp.Expression]) -> exp.Expression:
        if len(parts) == 1:
            return parts[0]
        return exp.Paren(this=reduce(lambda left, right: kind(this=left, expression=right), parts))

    def _case(
        self, branches: Sequence[tuple[exp.Expression, exp.Expression]], default: exp.Expression | None
    ) -> exp.Expression:
        """The first branch that surely holds; one that is unknown does not."""
        if not branches:
            return default if default is not None else exp.Null()
        return exp.Case(ifs=[exp.If(this=c, true=v) for c, v in branches], default=default)

    # -- comparisons --

    def _leaf(self, number: int) -> exp.Expression:
        leaf = self.graph.leaves[number]
        if leaf.op == "clock":
            spans = [self._span(i.start, i.end) for i in self.ev.law.versions[str(leaf.operand)]]
            return self._any(spans) if spans else self._bool(False)
        if number in self.flat.member_columns:
            return self._column(self.flat.member_columns[number])
        if self.flat.kinds[leaf.fact] == "number":
            return self._number_leaf(leaf)
        column = self._column(leaf.fact)
        if leaf.op == "known":
            return exp.Not(this=exp.Is(this=column, expression=exp.Null()))
        assert isinstance(leaf.operand, frozenset)
        values = [self._text(value) for value in sorted(leaf.operand)]
        if not values:
            return self._case([(exp.Not(this=exp.Is(this=column, expression=exp.Null())), self._bool(False))], None)
        if len(values) == 1:
            return exp.EQ(this=column, expression=values[0])
        return exp.In(this=column, expressions=values)

    def _span(self, start: date, end: date | None) -> exp.Expression:
        since = exp.GTE(this=self._column("day"), expression=self._day(start))
        if end is None:
            return since
        return self._all([since, exp.LTE(this=self._column("day"), expression=self._day(end))])

    def _number_leaf(self, leaf: Leaf) -> exp.Expression:
        low, high, nothing = (self._column(f"{leaf.fact}_{part}") for part in ("low", "high", "none"))
        if leaf.op == "known":
            return self._case(
                [(nothing, self._bool(True)), (exp.EQ(this=low, expression=high), self._bool(True))],
                self._bool(False),
            )
        assert isinstance(leaf.operand, float)
        kinds: dict[str, Any] = {">=": exp.GTE, ">": exp.GT, "<=": exp.LTE, "<": exp.LT}
        limit = self._number(leaf.operand)
        if leaf.op == "=":
            surely = self._all([exp.EQ(this=low, expression=limit), exp.EQ(this=high, expression=limit)])
            never = self._any(
                [
                    exp.GT(this=low, expression=limit),
                    exp.LT(this=high, expression=limit),
                ]
            )
        else:
            near, far = (low, high) if leaf.op.startswith(">") else (high, low)
            opposite = {">=": "<", ">": "<=", "<=": ">", "<": ">="}[leaf.op]
            surely = kinds[leaf.op](this=near, expression=limit)
            never = kinds[opposite](this=far, expression=limit)
        return self._case([(nothing, self._bool(False)), (surely, self._bool(True)), (never, self._bool(False))], None)

    def _comparisons(self) -> dict[str, exp.Expression]:
        """The comparisons that are no columns yet, and the status of every clock, each once."""
        leaves = {}
        for number in self.ev.order:
            node = self.graph.nodes[number]
            if node.kind == "leaf" and node.children[0] not in self.flat.member_columns:
                leaves[f"c{node.children[0]}"] = self._leaf(node.children[0])
                self.columns[number] = f"c{node.children[0]}"
        return leaves | self._clocks()

    # -- conditions --

    def _node(self, number: int) -> exp.Expression:
        if number in self.columns:
            return self._column(self.columns[number])
        node = self.graph.nodes[number]
        if node.kind == "leaf":
            return self._leaf(node.children[0])
        if node.kind in ("true", "false"):
            return self._bool(node.kind == "true")
        if node.kind == "not":
            return self._not(self._node(node.children[0]))
        return (self._all if node.kind == "and" else self._any)([self._node(child) for child in node.children])

    def _shared(self) -> Iterable[dict[str, exp.Expression]]:
        """Layers of conditions that stand in more than one place, each over the layers before it."""
        nodes = self.graph.nodes
        uses = Counter(
            child for number in self.ev.order for child in set(nodes[number].children) if nodes[number].kind != "leaf"
        )
        level: dict[int, int] = {}
        layers: dict[int, list[int]] = {}
        for number in self.ev.order:
            node = nodes[number]
            below = (
                max((level[child] for child in node.children), default=0) if node.kind in ("and", "or", "not") else 0
            )
            level[number] = below
            if node.kind in ("and", "or") and uses[number] > 1:
                level[number] = below + 1
                layers.setdefault(below, []).append(number)
        for depth in sorted(layers):
            computed = {f"n{number}": self._node(number) for number in layers[depth]}
            self.columns.update({number: f"n{number}" for number in layers[depth]})
            yield computed

    def _conditions(self) -> dict[str, exp.Expression]:
        """What each clause asks: its condition, its exceptions, the licence in hand and its routes."""
        computed: dict[str, exp.Expression] = {} if not self.naive else self._clocks()
        for j, program in enumerate(self.ev.programs):
            for part in ("when", "free", "licence"):
                node = getattr(program, part)
                if self.graph.nodes[node].kind not in ("true", "false"):
                    computed[f"{part}{j}"] = self._node(node)
            for k, (node, _, _) in enumerate(program.routes):
                computed[f"route{j}_{k}"] = self._node(node)
        return computed

    # -- clocks and outcomes --

    def _stretches(self, clause: Clause) -> tuple[tuple[date, int], ...]:
        """The days on which the status changes, with the code it changes to."""
        found = [(date.min, _STATUS[self.ev.status(clause, date.min)])]
        for day in sorted(clause.clock.change_points()):
            code = _STATUS[self.ev.status(clause, day)]
            if code != found[-1][1]:
                found.append((day, code))
        return tuple(found)

    def _clocks(self) -> dict[str, exp.Expression]:
        clocks: dict[tuple[tuple[date, int], ...], str] = {}
        for program in self.ev.programs:
            stretches = self._stretches(program.clause)
            clocks.setdefault(stretches, f"clock{len(clocks)}")
        self._clock_names = clocks
        return {name: self._clock(stretches) for stretches, name in clocks.items()}

    def _clock(self, stretches: tuple[tuple[date, int], ...]) -> exp.Expression:
        ends = [day for day, _ in stretches[1:]]
        branches = [
            (exp.LT(this=self._column("day"), expression=self._day(end)), self._int(code))
            for end, (_, code) in zip(ends, stretches, strict=False)
        ]
        return self._case(branches, self._int(stretches[-1][1]))

    def _outcome(self, j: int, program: Program) -> exp.Expression:
        """The number of the Outcome of one clause; the same table as `evaluate.outcome`, spelt as a CASE."""
        when, free, licence = (self._part(j, part, getattr(program, part)) for part in ("when", "free", "licence"))
        stretches = self._stretches(program.clause)
        clock = self._column(self._clock_names[stretches])
        states = {code for _, code in stretches}
        excepted, covered = program.free != self.graph.false, program.licence != self.graph.false
        demanded = self._all([when, self._not(free)]) if excepted else when
        bites = self._all([demanded, self._not(licence)]) if covered else demanded
        branches = [(self._not(when), Outcome.NO)]
        if _STATUS[Status.OFF] in states:
            branches.append((self._is(clock, Status.OFF), Outcome.NO))
        for status, slept in _SLEEPING.items():
            if _STATUS[status] in states:
                branches.append((self._all([self._is(clock, status), demanded]), slept))
                branches.append((self._is(clock, status), Outcome.NO))
        if excepted:
            branches.append((self._all([when, free]), Outcome.EXEMPT))
            branches.append((free, Outcome.NO))
        if covered:
            branches.append((self._all([demanded, licence]), Outcome.COVERED))
            branches.append((licence, Outcome.NO))
        if _STATUS[Status.OPEN] in states:
            branches.append((self._all([self._is(clock, Status.OPEN), bites]), Outcome.NOT_ESTABLISHED))
            branches.append((self._is(clock, Status.OPEN), Outcome.NOT_ESTABLISHED_OPEN))
        branches.append((bites, Outcome.FIRES))
        case = self._case([(c, self._int(int(o))) for c, o in branches], self._int(int(Outcome.OPEN)))
        return exp.Cast(this=case, to=exp.DataType.build("tinyint"))

    def _part(self, j: int, part: str, node: int) -> exp.Expression:
        kind = self.graph.nodes[node].kind
        return self._bool(kind == "true") if kind in ("true", "false") else self._column(f"{part}{j}")

    def _is(self, clock: exp.Expression, status: Status) -> exp.Expression:
        return exp.EQ(this=clock, expression=self._int(_STATUS[status]))

    # -- answers --

    def _answer(self, regime: int, name: str) -> list[exp.Expression]:
        """The regime's answer, and the policy under which an application is reviewed (null otherwise)."""
        mine = [
            (j, p) for j, p in enumerate(self.ev.programs) if self.ev.regime_of[j] == regime and not self.ev.advises[j]
        ]
        stops = [self._fires(p) for j, p in mine if self.ev.prohibits[j]]
        applies = [self._fires(p) for j, p in mine if not self.ev.prohibits[j]]
        opens: list[exp.Expression] = [
            exp.In(this=self._column(outcome_column(p.clause)), expressions=[self._int(int(o)) for o in OPEN_OUTCOMES])
            for _, p in mine
        ]
        ranked = [(stops, "stop"), (applies, "apply"), (opens, "ask")]
        held = [(self._any(found), self._text(word)) for found, word in ranked if found]
        answer = self._case(held, self._text(ANSWERS[0]))
        return [self._alias(answer, name), self._alias(self._policy(mine, stops), f"{name}_policy")]

    def _fires(self, program: Program) -> exp.Expression:
        return exp.EQ(this=self._column(outcome_column(program.clause)), expression=self._int(int(Outcome.FIRES)))

    def _policy(self, mine: Sequence[tuple[int, Program]], stops: Sequence[exp.Expression]) -> exp.Expression:
        """The strictest policy of the clauses that fire, each after its routes."""
        holding: dict[int, list[exp.Expression]] = {}
        for j, program in mine:
            if not self.ev.prohibits[j]:
                for rank, condition in self._ranks(j, program).items():
                    holding.setdefault(rank, []).append(self._all([self._fires(program), *condition]))
        branches: list[tuple[exp.Expression, exp.Expression]] = [(self._any(stops), exp.Null())] if stops else []
        for rank in sorted((r for r in holding if r >= 0), reverse=True):
            branches.append((self._any(holding[rank]), self._text(POLICIES[rank])))
        return self._case(branches, None)

    def _ranks(self, j: int, program: Program) -> dict[int, list[exp.Expression]]:
        """Each rank a clause's policy may take, with the condition under which it takes it."""
        base = POLICIES.index(program.clause.policy) if program.clause.policy else -1
        raising = [(k, rank) for k, (_, rank, lowers) in enumerate(program.routes) if not lowers]
        lowering = [(k, rank) for k, (_, rank, lowers) in enumerate(program.routes) if lowers]
        if not program.routes:
            return {base: []}
        steps = sorted(raising, key=lambda r: -r[1])
        steps += sorted(lowering, key=lambda r: r[1])
        rank = self._case([(self._column(f"route{j}_{k}"), self._int(r)) for k, r in steps], self._int(base))
        ranks = {r for _, r in steps} | {base}
        return {r: [exp.EQ(this=exp.Paren(this=rank), expression=self._int(r))] for r in ranks}


_SLEEPING = {
    Status.SUSPENDED: Outcome.SUSPENDED,
    Status.STOPPED: Outcome.STOPPED,
    Status.UNENFORCED: Outcome.UNENFORCED,
}
