"""Answers from the hand-written rules, over a file of flat facts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from bench.by_hand.america import america
from bench.by_hand.china import china
from bench.by_hand.elsewhere import europe, japan, netherlands
from bench.by_hand.rules import Rules
from bench.by_hand.words import Lists
from lotgate.law import Law

__all__ = ["ByHand"]


class ByHand:
    """The hand-written rules with the look-up tables for one file of facts."""

    def __init__(self, law: Law, path: Path) -> None:
        self.lists = Lists(law)
        self.facts = pl.scan_parquet(path)
        self.rules: list[Rules] = [write(self.lists) for write in (china, america, europe, netherlands, japan)]

    @property
    def refs(self) -> list[str]:
        """The clauses written by hand."""
        return [ref for rules in self.rules for ref in rules.bites]

    def keep(self, refs: Sequence[str]) -> None:
        """Leaves all other clauses out."""
        self.rules = [rules.only(refs) for rules in self.rules]

    def clauses(self, facts: pl.LazyFrame) -> pl.LazyFrame:
        """Where each clause bites, a nullable boolean per clause, beside the number of the line."""
        for keys, table in self.lists.tables(facts):
            facts = facts.join(table, on=keys, how="left", nulls_equal=True, maintain_order="left")
        bites = [expr.alias(ref) for rules in self.rules for ref, expr in rules.bites.items()]
        return facts.select("line", *bites)

    def answers(self, facts: pl.LazyFrame | None = None) -> pl.DataFrame:
        """One column of answers per regime, in the order of the file."""
        found = self.clauses(self.facts if facts is None else facts)
        answers = found.select("line", *(rules.answer() for rules in self.rules))
        return answers.collect(engine="in-memory")  # the faster of its engines here
