"""Made-up law for contract tests: a small written language, drawn at random, with an evaluator of its own.

`Written` is the law as its YAML would say it; `holds` reads it directly, over facts that are all known, and shares no
code with the program. Whatever the program decides from what is known must agree with it however the unknown turns out.
"""

from __future__ import annotations

import importlib
import json
import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from lotgate.evaluate.columns import ANYTHING, NONE, FactTable, Members, Value
from lotgate.evaluate.evaluator import Evaluator
from lotgate.facts.values import CodeBook
from lotgate.law import Law, Status

LOADING = importlib.import_module("lotgate.law.load")
"""The module: the package shows its function of the same name in its place."""

COUNTRIES = ("CN", "US", "DE", "BR", "NL", "NO", "ZZ")
NEAR = ("CN", "BR", "NO")
FAR = ("US", "DE", "NL", "BR", "SG", "MY", "VN", "TH")
USES = ("civil", "military", "wmd", "chip-fab", NONE)
MODELS = ("H20", "H200", "910C")
CODES = {
    "cn-magnets": ("1C902.a", "1C902.b", "!1C902.a.4"),
    "cn-tools": ("3B001.f", "3?501"),
    "us-chips": ("3A090", "4A090.a"),
    "us-tools": ("3B001.f.1", "3B993"),
}
CELLS = {
    "cn_code": (None, "none", "1C902", "1C902.a", "1C902.a.4", "1C902.b.1", "3B001.f.2", "3A501", "9Z999;1C902.b"),
    "us_code": (None, "EAR99", "3A090", "3A090.a", "4A090", "4A090.b", "3B001", "3B001.f.1.b", "3B993.f.1", "5A992"),
}  # fmt: skip
TAGS = ("us-sdn", "us-entity-list", "CN-2024-1", "CN-2024-2")
TESTS = ("fast", "dense")
NUMBERS = (0.0, 0.001, 0.1, 16.0, 4800.0)
DAYS = tuple(date(2025, 1, 1) + timedelta(days=30 * k) for k in range(13))
REGIMES = ("cn", "us")
POLICIES = ("approval-presumed", "case-by-case", "denial-presumed")
KINDS = ("single", "general", "exception")

TEXT_FACTS = {
    "destination": COUNTRIES,
    "origin": COUNTRIES,
    "end_use": USES,
    "model": MODELS,
    "military": ("yes", "no"),
    "datacentre": ("yes", "no"),
}
NUMBER_FACTS = ("logic_nm", "tpp", "cn61_share")
SET_FACTS = {
    "via": COUNTRIES,
    "headquarters": COUNTRIES,
    "listed": TAGS,
    "item_meets": TESTS,
    "addressee": ("nvidia", "amd"),
}
CODE_FACTS = {"cn_code": ("cn-magnets", "cn-tools"), "us_code": ("us-chips", "us-tools")}
TERMS = ("calm", "dated", "nested")


def _cite(text: str) -> dict[str, str]:
    return {"en": text, "zh": text}


# ---- the written law --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """Law as its files would say it: terms and clauses per regime."""

    terms: dict[str, list[dict[str, Any]]]
    clauses: dict[str, list[dict[str, Any]]]


class Author:
    """Draws written law; the same seed writes the same law."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def law(self, clauses: int = 5) -> Written:
        return Written(
            {regime: self._terms(regime) for regime in REGIMES},
            {regime: [self._clause(regime, n) for n in range(clauses)] for regime in REGIMES},
        )

    def _pick(self, *values: Any) -> Any:
        return self.rng.choice(values)

    def _terms(self, regime: str) -> list[dict[str, Any]]:
        cuts = sorted(self.rng.sample(DAYS, 4))
        versions = [
            {"from": str(cuts[0]), "through": str(cuts[1] - timedelta(days=1)), "when": self.tree(regime, 1, ())},
            {"from": str(cuts[self._pick(1, 2)]), "through": str(cuts[3]), "when": self.tree(regime, 2, ("calm",))},
        ]
        return [
            {"term": "nested", "when": self.tree(regime, 2, ("calm", "dated"))},
            {"term": "calm", "when": self.tree(regime, 1, ())},
            {"term": "dated", "versions": versions},
        ]

    def tree(self, regime: str, depth: int, terms: tuple[str, ...] = TERMS) -> Any:
        """A condition: all, any, not, or a leaf."""
        kind = self._pick("all", "any", "not", "leaf") if depth else "leaf"
        if kind == "leaf":
            return self.leaf(regime, terms)
        if kind == "not":
            return {"not": self.tree(regime, depth - 1, terms)}
        return {kind: [self.tree(regime, depth - 1, terms) for _ in range(self.rng.randint(1, 3))]}

    def leaf(self, regime: str, terms: tuple[str, ...]) -> str:
        kind = self._pick(
            "text", "text", "number", "set", "code", "term", "constant" if depth_rare(self.rng) else "text"
        )
        if kind == "constant":
            return str(self._pick("true", "false"))
        if kind == "term" and terms:
            return str(self._pick(*terms))
        if kind == "number":
            fact, limit = self._pick(*NUMBER_FACTS), self._pick(*NUMBERS)
            return str(self._pick(f"{fact} {self._pick('=', '!=', '<', '<=', '>', '>=')} {limit:g}", f"{fact} known"))
        if kind == "set":
            return self._set(self._pick(*SET_FACTS))
        if kind == "code":
            fact = f"{regime}_code"
            named = self._pick(*CODE_FACTS[fact])
            return str(
                self._pick(
                    f"{fact} in {named}", f"{fact} not in {named}", f"{fact} = none", f"{fact} != none", f"{fact} known"
                )
            )
        return self._plain(self._pick(*TEXT_FACTS))

    def _plain(self, fact: str) -> str:
        value = self._pick(*TEXT_FACTS[fact])
        forms = [f"{fact} = {value}", f"{fact} != {value}", f"{fact} known"]
        if fact not in ("military", "datacentre"):
            inline = f"[{value}, {self._pick(*TEXT_FACTS[fact])}]"
            forms += [f"{fact} in {inline}", f"{fact} not in {inline}"]
        if TEXT_FACTS[fact] is COUNTRIES:
            forms += [
                f"{fact} in {self._pick('cn-near', 'cn-far')}",
                f"{fact} not in {self._pick('cn-near', 'cn-far')}",
            ]
        if fact == "model":
            forms.append("model in us-models")
        return str(self._pick(*forms))

    def _set(self, fact: str) -> str:
        member = self._pick(*SET_FACTS[fact])
        forms = [f"{fact} has {member}", f"{fact} known", f"{fact} any [{member}, {self._pick(*SET_FACTS[fact])}]"]
        if SET_FACTS[fact] is COUNTRIES:
            forms += [f"{fact} any cn-near", f"{fact} any cn-far"]
        return str(self._pick(*forms))

    def _clause(self, regime: str, number: int) -> dict[str, Any]:
        effect = self._pick(
            "licence-required", "licence-required", "prohibited", "registration", "notification", "advisory"
        )
        clause: dict[str, Any] = {
            "id": str(number), "cite": _cite("c"), "text": _cite("t"), "effect": effect,
            "when": self.tree(regime, 3), **self._clock(),
        }  # fmt: skip
        if effect == "licence-required":
            clause["policy"] = self._pick(*POLICIES)
            if depth_rare(self.rng, 4):
                del clause["policy"]
            clause["licence"] = self.rng.sample(KINDS, self.rng.randint(0, 3))
        if depth_rare(self.rng, 2):
            clause["except"] = [self._exception(regime, n) for n in range(self.rng.randint(1, 2))]
        if effect == "licence-required" and depth_rare(self.rng, 2):
            clause["routes"] = [self._route(regime, n) for n in range(self.rng.randint(1, 3))]
        return clause

    def _exception(self, regime: str, number: int) -> dict[str, Any]:
        found = {"id": f"x{number}", "cite": _cite("c"), "text": _cite("t"), "when": self.tree(regime, 2)}
        if depth_rare(self.rng):
            found["except"] = [{"id": "y", "cite": _cite("c"), "text": _cite("t"), "when": self.tree(regime, 1)}]
        return found

    def _route(self, regime: str, number: int) -> dict[str, Any]:
        found = {"id": f"r{number}", "cite": _cite("c"), "text": _cite("t"), "when": self.tree(regime, 1)}
        if depth_rare(self.rng):
            return found | {"effect": "registration"}
        return found | {"policy": self._pick(*POLICIES)}

    def _clock(self) -> dict[str, Any]:
        days = [str(day) for day in sorted(self.rng.sample(DAYS, 6))]
        clock: dict[str, Any] = {"in_force": [{"from": days[0]}]}
        if depth_rare(self.rng):
            clock["in_force"] = [{"from": days[0], "through": days[4]}, {"from": days[5]}]
        if depth_rare(self.rng, 2):
            clock["suspended"] = [{"from": days[1], "through": days[2], "by": "M"}]
            if depth_rare(self.rng):
                clock["suspended"].append({"from": days[2], "through": days[3], "by": "N"})
        if depth_rare(self.rng, 4):
            clock["stopped"] = {"from": days[5], "by": "M"}
        if depth_rare(self.rng, 4):
            clock["enforced"] = [{"from": days[1], "through": days[3]}]
        if depth_rare(self.rng, 6):
            clock["verified"] = "no"
        return clock

    # ---- rows -----------------------------------------------------------------------------------------------------

    def row(self, book: CodeBook) -> dict[str, Value]:
        """One row of facts: known, unknown and half-known."""
        row: dict[str, Value] = {fact: self._pick(None, NONE, *values) for fact, values in TEXT_FACTS.items()}
        row["military"] = self._pick(None, "yes", "no")
        row |= {fact: self._number() for fact in NUMBER_FACTS}
        row |= {fact: self._members(values) for fact, values in SET_FACTS.items()}
        row |= {fact: book.members(fact, self._pick(*CELLS[fact])) for fact in CODE_FACTS}
        row |= {f"licence_{regime}": self._pick(Members(), Members(), self._members(KINDS)) for regime in REGIMES}
        for fact in self.rng.sample(sorted(row), self.rng.randint(0, 4)):
            del row[fact]
        return row

    def _number(self) -> Value:
        low, high = sorted((self._point(), self._point()))
        return self._pick(None, NONE, (low, low), (low, high), (low, float("inf")), (float("-inf"), high))  # type: ignore[no-any-return]

    def _point(self) -> float:
        return float(self._pick(*NUMBERS, 0.0005, 7.0, 9000.0))

    def _members(self, values: tuple[str, ...]) -> Members:
        must = frozenset(self.rng.sample(values, self.rng.randint(0, 2)))
        may = self._pick(must, must, must | set(self.rng.sample(values, 1)), None)
        return ANYTHING if depth_rare(self.rng, 4) else Members(must, may, may is not None or bool(must))

    def complete(self, row: Mapping[str, Value]) -> dict[str, Any]:
        """The row with every unknown turned into something it could be."""
        domains: dict[str, tuple[str, ...]] = {**SET_FACTS, **{f"licence_{r}": KINDS for r in REGIMES}}
        full: dict[str, Any] = {}
        for fact, values in TEXT_FACTS.items():
            value = row.get(fact)
            full[fact] = self._pick(*values, "other") if value is None else value
        for fact in NUMBER_FACTS:
            full[fact] = self._within(row.get(fact))
        for fact, values in domains.items():
            full[fact] = self._choose(row.get(fact, ANYTHING), values)
        for fact, lists in CODE_FACTS.items():
            members = row.get(fact, ANYTHING)
            anything = members is None or members.may is None  # type: ignore[union-attr]
            full[fact] = {NONE} if anything and depth_rare(self.rng) else self._choose(members, lists)
        return full

    def _choose(self, value: Any, values: tuple[str, ...]) -> set[str]:
        value = ANYTHING if value is None else value
        optional = set(values if value.may is None else value.may) - {NONE}
        return set(value.must) | {member for member in sorted(optional) if self.rng.random() < 0.5}

    def _within(self, value: Any) -> Any:
        if value == NONE:
            return NONE
        low, high = (0.0, 9000.0) if value is None else (max(value[0], 0.0), min(value[1], 9000.0))
        inside = [x for x in (*NUMBERS, low, high, self.rng.uniform(low, high)) if low <= x <= high]
        return self.rng.choice(inside + ([NONE] if value is None else []))


def depth_rare(rng: random.Random, one_in: int = 3) -> bool:
    """True once in so many."""
    return rng.randrange(one_in) == 0


# ---- reading it without the program -----------------------------------------------------------------------------

LISTS = {"cn-near": NEAR, "cn-far": FAR, "us-models": ("H20", "H200")}


def holds(
    written: Written, regime: str, tree: Any, full: Mapping[str, Any], row: Mapping[str, Value], day: date
) -> bool:
    """Whether a written condition holds of facts that are all known (`known` still asks the row as it was)."""
    if isinstance(tree, dict):
        ((key, body),) = tree.items()
        if key == "not":
            return not holds(written, regime, body, full, row, day)
        found = [holds(written, regime, one, full, row, day) for one in body]
        return all(found) if key == "all" else any(found)
    words = tree.split(" ", 2)
    if len(words) == 1:
        return (
            {"true": True, "false": False}[tree]
            if tree in ("true", "false")
            else _term(written, regime, tree, full, row, day)
        )
    if words[1] == "known":
        return _known(row.get(words[0]))
    fact, op, operand = words
    if op == "not":
        return not _compare(full[fact], "in", operand.removeprefix("in "))
    return not _compare(full[fact], "=", operand) if op == "!=" else _compare(full[fact], op, operand)


def _term(
    written: Written, regime: str, name: str, full: Mapping[str, Any], row: Mapping[str, Value], day: date
) -> bool:
    entry = next(e for e in written.terms[regime] if e["term"] == name)
    if "when" in entry:
        return holds(written, regime, entry["when"], full, row, day)
    return any(
        v["from"] <= day.isoformat() <= v["through"] and holds(written, regime, v["when"], full, row, day)
        for v in entry["versions"]
    )


def _known(value: Value) -> bool:
    if isinstance(value, Members):
        return value.known
    if isinstance(value, tuple):
        return value[0] == value[1]
    return value is not None


def _compare(value: Any, op: str, operand: str) -> bool:
    if isinstance(value, set):
        wanted = {operand} if op in ("has", "=") or operand in CODES else _listed(operand)
        return bool(value & wanted)
    if op == "in":
        return value in _listed(operand)
    if op == "=" and not isinstance(value, float):
        return bool(value == operand)
    if not isinstance(value, float):
        return False
    limit = float(operand)
    return {"=": value == limit, "<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}[op]


def _listed(operand: str) -> set[str]:
    if operand.startswith("["):
        return {part.strip() for part in operand.strip("[]").split(",")}
    return set(LISTS[operand])


def bites(
    written: Written, regime: str, clause: dict[str, Any], full: Mapping[str, Any], row: Mapping[str, Value], day: date
) -> bool:
    """Whether a clause, its clock aside, demands something of facts that are all known."""

    def true(tree: Any) -> bool:
        return holds(written, regime, tree, full, row, day)

    def taken_out(proviso: dict[str, Any]) -> bool:
        return true(proviso["when"]) and not any(taken_out(p) for p in proviso.get("except", ()))

    kinds = set() if clause["effect"] in ("prohibited", "advisory") else set(clause.get("licence", KINDS))
    covered = bool(kinds & full[f"licence_{regime}"])
    return true(clause["when"]) and not covered and not any(taken_out(p) for p in clause.get("except", ()))


def answer(
    written: Written, law: Law, regime: str, full: Mapping[str, Any], row: Mapping[str, Value], day: date
) -> str:
    """The answer of a regime over facts that are all known; a clause whose standing is open is left aside."""
    status = law.at(day)
    found = "go"
    for clause in written.clauses[regime]:
        ref = f"{regime.upper()}-1/{clause['id']}"
        if (
            clause["effect"] != "advisory"
            and status[ref] is Status.ON
            and bites(written, regime, clause, full, row, day)
        ):
            if clause["effect"] == "prohibited":
                return "stop"
            found = "apply"
    return found


# ---- as files ---------------------------------------------------------------------------------------------------


@contextmanager
def only(folder: Path) -> Iterator[None]:
    """Law is loaded from this folder and from nowhere else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LOADING, "DATA", folder)
        yield


def write(folder: Path, written: Written) -> None:
    """The law as a folder of data, lists and tests included."""
    for regime in REGIMES:
        home = folder / regime / f"{regime.upper()}-1"
        (home / "lists").mkdir(parents=True, exist_ok=True)
        start = {"regime": regime, "title": _cite(regime), "known_as_of": "2026-01-01"}
        (folder / regime / "regime.yaml").write_text(json.dumps(start))
        rules = {
            "measure": f"{regime.upper()}-1", "title": _cite("m"), "issued": "2024-01-01", "verified": "yes",
            "terms": written.terms[regime], "clauses": written.clauses[regime],
        }  # fmt: skip
        if regime == "us":
            rules["tests"] = [{"test": "fast", "when": "tpp >= 4800"}, {"test": "dense", "when": "tpp >= 16"}]
        (home / "rules.yaml").write_text(json.dumps(rules, ensure_ascii=False), encoding="utf-8")
        for name, entries in CODES.items():
            if name.startswith(regime):
                (home / "lists" / f"{name}.csv").write_text("\n".join(["code", *entries]) + "\n")
    cn, us = folder / "cn" / "CN-1" / "lists", folder / "us" / "US-1" / "lists"
    (cn / "cn-near.csv").write_text("country\n" + "\n".join(NEAR) + "\n")
    (cn / "cn-far.csv").write_text("country\n" + "\n".join(FAR) + "\n")
    (us / "us-models.csv").write_text("model\nH20\nH200\n")
    parties = "name_en,name_zh,measure\n" + "".join(f"{tag},{tag},{tag}\n" for tag in TAGS if tag.startswith("CN"))
    (cn / "parties.csv").write_text(parties)
    (us / "addressees.csv").write_text("addressee,name_en,name_zh,aliases\nnvidia,N,N,\namd,A,A,\n")


def load(folder: Path, written: Written) -> Law:
    """The written law, loaded as any law is."""
    write(folder, written)
    with only(folder):
        return LOADING.load()  # type: ignore[no-any-return]


# ---- cases ------------------------------------------------------------------------------------------------------

FIXED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
SEEDS = st.integers(0, 2**32)
ROWS = 25


@dataclass
class Case:
    """A made-up law with rows of facts, each on a day."""

    written: Written
    law: Law
    evaluator: Evaluator
    rows: list[dict[str, Value]]
    days: list[date]
    author: Author

    @property
    def table(self) -> FactTable:
        return FactTable.of(self.rows)


def made(seed: int) -> Case:
    author = Author(seed)
    written = author.law()
    with tempfile.TemporaryDirectory() as folder:
        law = load(Path(folder), written)
    book = CodeBook(law)
    rows = [author.row(book) for _ in range(ROWS)]
    days = [author.rng.choice(DAYS) + timedelta(days=author.rng.choice((-1, 0, 1))) for _ in rows]
    return Case(written, law, Evaluator(law), rows, days, author)
