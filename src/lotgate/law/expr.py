"""Conditions of law as an interned graph of three-valued nodes. Leaves who holds which value to decide/.

A trit is two bits, may (1) and must (2): false 0, unknown 1, true 3. `and` is bitwise and, `or` bitwise or, and `not`
swaps the complemented bits, so whole planes of rows combine with three machine instructions. This is Kleene's strong
logic: an unknown stays unknown unless the other side decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

from lotgate.errors import LawError

__all__ = ["FALSE", "NOT", "TRUE", "UNKNOWN", "Graph", "Leaf", "Node", "Op"]

FALSE, UNKNOWN, TRUE = 0, 1, 3
NOT = (3, 1, 1, 0)
"""`NOT[trit]`; index 2 (must without may) never occurs."""

Op = Literal["=", "<", "<=", ">", ">=", "in", "has", "any", "known", "clock"]
OPS: frozenset[str] = frozenset(get_args(Op))


@dataclass(frozen=True)
class Leaf:
    """One comparison: a fact, an operator, and what it is compared with.

    `operand` is a frozenset of values for `=`, `in` and `any` (a list stands resolved, its name in `name`), a float for
    the order comparisons, one member for `has`, nothing for `known`, and a key of the clock table for `clock`.
    """

    fact: str
    op: Op
    operand: frozenset[str] | float | str | None
    name: str = ""

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        if self.op == "known":
            return f"{self.fact} known"
        if self.name:
            return f"{self.fact} {self.op} {self.name}"
        if isinstance(self.operand, frozenset):
            if len(self.operand) == 1:
                return f"{self.fact} = {next(iter(self.operand))}"
            return f"{self.fact} {self.op} [{', '.join(sorted(self.operand))}]"
        if isinstance(self.operand, float):
            return f"{self.fact} {self.op} {self.operand:g}"
        return f"{self.fact} {self.op} {self.operand}"


@dataclass(frozen=True)
class Node:
    """A node of the graph: a leaf (by its number), a constant, or a combination of earlier nodes."""

    kind: Literal["leaf", "true", "false", "and", "or", "not"]
    children: tuple[int, ...] = ()
    label: str = field(default="", compare=False)
    """The term this node was written as, for explanations."""


class Graph:
    """Nodes and leaves, each kept once. Children always come before their parents."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.leaves: list[Leaf] = []
        self._node_ids: dict[Node, int] = {}
        self._leaf_ids: dict[Leaf, int] = {}
        self.false = self._intern(Node("false"))
        self.true = self._intern(Node("true"))

    def _intern(self, node: Node) -> int:
        found = self._node_ids.get(node)
        if found is None:
            found = self._node_ids[node] = len(self.nodes)
            self.nodes.append(node)
        return found

    def leaf(self, leaf: Leaf) -> int:
        """The node of a leaf, the same for equal leaves."""
        number = self._leaf_ids.get(leaf)
        if number is None:
            number = self._leaf_ids[leaf] = len(self.leaves)
            self.leaves.append(leaf)
        return self._intern(Node("leaf", (number,)))

    def all(self, children: Iterable[int]) -> int:
        """The conjunction of nodes, with constants folded."""
        return self._combine("and", self.true, self.false, children)

    def any(self, children: Iterable[int]) -> int:
        """The disjunction of nodes, with constants folded."""
        return self._combine("or", self.false, self.true, children)

    def _combine(self, kind: Literal["and", "or"], neutral: int, absorbing: int, children: Iterable[int]) -> int:
        kept: dict[int, None] = {}
        for child in children:
            if child == absorbing:
                return absorbing
            if child != neutral:
                kept[child] = None
        if not kept:
            return neutral
        if len(kept) == 1:
            return next(iter(kept))
        return self._intern(Node(kind, tuple(kept)))

    def negate(self, child: int) -> int:
        """The negation of a node; a double negation is undone."""
        node = self.nodes[child]
        if node.kind == "true":
            return self.false
        if node.kind == "false":
            return self.true
        if node.kind == "not":
            return node.children[0]
        return self._intern(Node("not", (child,)))


_LEAF = re.compile(
    r"^(?P<fact>[a-z][a-z0-9_]*)\s+"
    r"(?:(?P<known>known)|(?P<op>!=|<=|>=|=|<|>|not\s+in|in|has|any)\s+(?P<operand>\S.*))$"
)
_TERM = re.compile(r"^[a-z][a-z0-9_]*$")


@dataclass(frozen=True)
class FactType:
    """What a fact is: its type and, for enumerations, the values it may take."""

    name: str
    type: Literal["enum", "country", "text", "bool", "number", "set", "countries", "code"]
    values: frozenset[str] = frozenset()


_OPERATORS: dict[str, frozenset[str]] = {
    "enum": frozenset({"=", "!=", "in", "not in", "known"}),
    "country": frozenset({"=", "!=", "in", "not in", "known"}),
    "text": frozenset({"=", "!=", "in", "not in", "known"}),
    "bool": frozenset({"=", "!=", "known"}),
    "number": frozenset({"=", "!=", "<", "<=", ">", ">=", "known"}),
    "set": frozenset({"has", "any", "known"}),
    "countries": frozenset({"has", "any", "known"}),
    "code": frozenset({"in", "not in", "=", "!=", "known"}),
}


@dataclass
class Scope:
    """What names mean while the conditions of one regime are read."""

    facts: Mapping[str, FactType]
    lists: Mapping[str, frozenset[str]]
    terms: Mapping[str, int]
    where: str
    code_lists: frozenset[str] = frozenset()


def compile_condition(graph: Graph, written: Any, scope: Scope) -> int:
    """The node of a condition as written in YAML; raises LawError for anything that does not hold together."""
    if isinstance(written, list):
        raise LawError(f"{scope.where}: a bare list; write all: or any:")
    if isinstance(written, dict):
        if len(written) != 1:
            raise LawError(f"{scope.where}: expected one of all, any, not; found {', '.join(written)}")
        ((key, body),) = written.items()
        if key == "not":
            return graph.negate(compile_condition(graph, body, scope))
        if key not in ("all", "any") or not isinstance(body, list) or not body:
            raise LawError(f"{scope.where}: expected all: or any: with a list, or not:; found {key!r}")
        children = [compile_condition(graph, child, scope) for child in body]
        return graph.all(children) if key == "all" else graph.any(children)
    return _compile_leaf(graph, str(written).strip(), scope)


def _compile_leaf(graph: Graph, text: str, scope: Scope) -> int:
    if text in ("true", "false"):
        return graph.true if text == "true" else graph.false
    match = _LEAF.match(text)
    if match is None:
        if _TERM.match(text) and text in scope.terms:
            return scope.terms[text]
        near = _nearest(text, scope.terms)
        raise LawError(f"{scope.where}: {text!r} is neither a term of this regime nor a comparison{near}")
    name = match["fact"]
    fact = scope.facts.get(name)
    if fact is None:
        raise LawError(f"{scope.where}: unknown fact {name!r} in {text!r}{_nearest(name, scope.facts)}")
    op = "known" if match["known"] else " ".join(match["op"].split())
    if op not in _OPERATORS[fact.type]:
        raise LawError(f"{scope.where}: {text!r}: {op!r} does not fit the {fact.type} fact {name}")
    if op == "known":
        return graph.leaf(Leaf(name, "known", None))
    node = _comparison(graph, fact, op.removeprefix("not ").replace("!=", "="), match["operand"].strip(), scope, text)
    return graph.negate(node) if op in ("!=", "not in") else node


def _comparison(graph: Graph, fact: FactType, op: str, operand: str, scope: Scope, text: str) -> int:
    if fact.type == "number":
        try:
            number = float(operand)
        except ValueError:
            raise LawError(f"{scope.where}: {text!r}: {operand!r} is not a number") from None
        return graph.leaf(Leaf(fact.name, op, number))  # type: ignore[arg-type]
    if fact.type == "bool":
        if operand not in ("yes", "no"):
            raise LawError(f"{scope.where}: {text!r}: expected yes or no")
        return graph.leaf(Leaf(fact.name, "=", frozenset({operand})))
    if fact.type == "code":
        if op == "=":
            if operand != "none":
                raise LawError(f"{scope.where}: {text!r}: name a code list with `in`, or compare with none")
            return graph.leaf(Leaf(fact.name, "has", "none"))
        if operand not in scope.code_lists:
            raise LawError(f"{scope.where}: {text!r}: no code list {operand!r}{_nearest(operand, scope.code_lists)}")
        return graph.leaf(Leaf(fact.name, "has", operand))
    if op == "has":
        return graph.leaf(Leaf(fact.name, "has", operand))
    name = ""
    if op == "=":
        values = frozenset({operand})
    elif operand.startswith("["):
        values = frozenset(part.strip() for part in operand.strip("[]").split(","))
    else:
        if operand not in scope.lists:
            raise LawError(f"{scope.where}: {text!r}: no list {operand!r}{_nearest(operand, scope.lists)}")
        name, values = operand, scope.lists[operand]
    if fact.type == "enum" and fact.values and not values <= fact.values:
        wrong = ", ".join(sorted(values - fact.values))
        raise LawError(f"{scope.where}: {text!r}: {wrong} is no value of {fact.name}")
    return graph.leaf(Leaf(fact.name, "any" if op == "any" else "in", values, name))


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), 1, 0.6)
    return f"; nearest is {close[0]}" if close else ""
