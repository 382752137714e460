"""Decides every line of a workspace: the main job, and its twins explain and horizon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import lotgate
from lotgate.decide.decision import LineDecision
from lotgate.decide.explain import Explanation, Silence, explanation
from lotgate.decide.judge import Judge
from lotgate.errors import Fault, InputError
from lotgate.evaluate.columns import FactTable
from lotgate.evaluate.evaluator import ANSWERS, Evaluated, Evaluator
from lotgate.evaluate.factors import distinct
from lotgate.facts.answers import apply_answers
from lotgate.facts.build import Facts
from lotgate.facts.evidence import unfold
from lotgate.facts.questions import Questions
from lotgate.law import Law, Text
from lotgate.parties.lists import ListSet
from lotgate.parties.review import Reviews
from lotgate.progress import tell
from lotgate.tables import Workspace

__all__ = ["Decisions", "HorizonRow", "check", "explain", "horizon"]

Days = npt.NDArray[np.datetime64]
Ints = npt.NDArray[Any]
MONTHS = 12
SHOWN_CLEARED = 20
"""Cleared matches spelt out among the notes; all of them are in `lotgate review open`."""


@dataclass(frozen=True)
class HorizonRow:
    """A day on which a line's answer changes, from what to what, and the measures that change it."""

    line: str
    day: date
    before: str
    after: str
    measures: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "line": self.line,
            "day": self.day.isoformat(),
            "before": self.before,
            "after": self.after,
            "measures": list(self.measures),
        }


class Decisions(Sequence[LineDecision]):
    """The decisions of all lines of a workspace, in its order. Lines are put together as they are asked for."""

    def __init__(
        self,
        ws: Workspace,
        law: Law,
        lists: ListSet,
        days: Days,
        regimes: Sequence[str] | None = None,
        list_age: int | None = None,
        reviews: Reviews | None = None,
    ) -> None:
        self.law = law
        seen = unfold(ws, days.astype("datetime64[D]"))
        inner, answers = apply_answers(seen.workspace, law)
        self.workspace = apply_answers(ws, law)[0] if seen.names else inner
        self.days = days
        answers = replace(answers, names=seen.names, held={**seen.held, **answers.held})
        self.facts = Facts(inner, law, lists, answers, list_age, reviews)
        self.later = seen.later
        self.evaluator = Evaluator(law, regimes, answers.standing)
        self.table_of_facts: FactTable = self.facts.table(self.evaluator, days)
        tell("rules", 0, len(days))
        self.evaluated: Evaluated = self.evaluator.evaluate(self.table_of_facts)
        self.questions = Questions(self.facts)
        self.judge = Judge(self.evaluated, self.questions, answers.checked_until)
        self.silence = Silence(self.evaluated)
        self._held: dict[int, LineDecision] = {}

    def __len__(self) -> int:
        return len(self.days)

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        if number < 0:
            number += len(self)
        if not 0 <= number < len(self):
            raise IndexError(number)
        held = self._held.get(number)
        if held is None:
            held = self._held[number] = self.judge.line(
                number,
                self.names[number],
                _day(self.days[number]),
                self._last_day(number),
                self._decided[0][number],
                self._decided[1][number],
            )
        return held

    def __iter__(self) -> Iterator[LineDecision]:
        return (self[i] for i in range(len(self)))

    @cached_property
    def names(self) -> list[str]:
        """The name of every line."""
        names: list[str] = self.workspace.tables["shipments"]["line"].to_list()
        return names

    @property
    def lines(self) -> Decisions:
        """The decisions themselves."""
        return self

    def _last_day(self, number: int) -> date | None:
        last = self.holds_until[number]
        return None if np.isnat(last) else _day(last)

    def line(self, name: str) -> LineDecision:
        """The decision of one line by its name; raises InputError naming the nearest when there is none."""
        if name not in self.names:
            from difflib import get_close_matches

            near = get_close_matches(name, self.names, 1)
            expected = f"a line of table shipments{f'; nearest is {near[0]}' if near else ''}"
            raise InputError([Fault("shipments", "no such line", value=name, expected=expected)])
        found: LineDecision = self[self.names.index(name)]
        return found

    @cached_property
    def pairs(self) -> tuple[Ints, Ints, Ints]:
        """Distinct (row, epoch) pairs of the lines, each on its own day: rows, epochs, and the pair of every line."""
        span = len(self.evaluator.starts)
        pair, sample = distinct(self.evaluated.group * span + self.evaluator.epochs(self.days))
        return self.evaluated.group[sample], self.evaluator.epochs(self.days[sample]), pair

    @cached_property
    def decided_pairs(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int8]]:
        """[pair, regime]: answers and policies of `pairs`, the age of the law data left out."""
        rows, epochs, _ = self.pairs
        return self.evaluated.decide(rows, epochs)

    @cached_property
    def _decided(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int8]]:
        answers, policies = self.decided_pairs
        pair = self.pairs[2]
        return answers.take(pair, axis=0), policies.take(pair, axis=0)

    @property
    def raw_answers(self) -> npt.NDArray[np.uint8]:
        """[line, regime]: answers on each line's own day, the age of the law data left out."""
        return self._decided[0]

    @cached_property
    def answers(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int8]]:
        """[line, regime]: answers (of ANSWERS) and policies (of POLICIES, or -1) on each line's own day."""
        return self._with_age(self._decided[0], self.days), self._decided[1]

    def _with_age(self, answers: npt.NDArray[np.uint8], days: Days) -> npt.NDArray[np.uint8]:
        """A go on a day beyond what is known of a regime's law becomes an ask."""
        answers = answers.copy()
        for k, code in enumerate(self.evaluator.regimes):
            answers[(answers[:, k] == 0) & (days > np.datetime64(self.fresh_until(code), "D")), k] = 1
        return answers

    def fresh_until(self, regime: str) -> date:
        """The last day on which what is known, or was checked, of a regime's law still carries a go."""
        return self.judge.fresh_until(regime)

    def counts(self) -> dict[str, int]:
        """How many lines have each answer."""
        found = np.bincount(self.answers[0].max(axis=1, initial=0), minlength=len(ANSWERS))
        return dict(zip(ANSWERS, found.tolist(), strict=True))

    @cached_property
    def holds_until(self) -> Days:
        """The last day of the same answer for each line under the law recorded today; not-a-time if none is known."""
        from lotgate.decide.horizon import holds_until

        return holds_until(self)

    def horizon(self, start: date | None = None, end: date | None = None) -> list[HorizonRow]:
        """The days on which each line's answer changes between two days, with the measures that change it."""
        from lotgate.decide.horizon import horizon

        return horizon(self, start, end)

    def months(self, start: date, months: int = MONTHS) -> list[tuple[date, dict[str, int]]]:
        """How the lines would be answered if they left on the first of each month, or on a day the law changes."""
        from lotgate.decide.horizon import months as counted

        return counted(self, start, months)

    def explain(self, name: str) -> Explanation:
        """One line with the reasons of every rule, what the lists say of its parties, and the silent clauses."""
        return explanation(self, self.names.index(self.line(name).line))

    @cached_property
    def lists(self) -> list[dict[str, Any]]:
        """The party lists used: id, day and number of entries."""
        return [
            {"list": one.id, "as_of": one.as_of.isoformat() if one.as_of else None, "entries": len(one)}
            for one in self.facts.parties.lists
        ]

    @cached_property
    def old_lists(self) -> dict[str, date | None]:
        """The lists that clear nobody on the day of some line, each with the last day it was known to be current."""
        parties = self.facts.parties
        last = _day(self.days.max()) if len(self.days) else date.min
        return {key: parties.lists.lists[key].current_on for key in sorted(parties.old_lists(last))}

    @property
    def notes(self) -> tuple[Text, ...]:
        """What a reader must know of the whole: lists missing, demonstration lists, old law data."""
        from lotgate.facts.tags import list_of_tag

        found = []
        missing = sorted({list_of_tag(tag) for tag in self.facts.parties.unloaded})
        if missing:
            names = ", ".join(missing)
            found.append(
                Text(
                    f"Party lists not loaded: {names}. Rules that need them ask for them.",
                    f"未载入的名单：{names}。需要这些名单的规则会提出询问。",
                )
            )
        old = self.old_lists
        if old:
            names = ", ".join(f"{list_id} ({day or 'no day'})" for list_id, day in old.items())
            names_zh = "、".join(f"{list_id}（{day or '无日期'}）" for list_id, day in old.items())
            found.append(
                Text(
                    f"Party lists too old for some line's day: {names}. They clear nobody; rules that need them ask.",
                    f"对部分行的日期而言名单过旧：{names_zh}。此类名单不能用于排除，需要这些名单的规则会提出询问。",
                )
            )
        found += self._cleared()
        for cycle in self.facts.items.graph.cycles:
            way = " > ".join(cycle)
            found.append(
                Text(
                    f"The bill of materials goes round in a circle: {way}. What depends on it stays open.",
                    f"物料清单存在循环：{way}。依赖于它的内容仍未确定。",
                )
            )
        shown = [one for one in self.facts.parties.lists if "demonstration" in f"{one.title} {one.source}".lower()]
        if shown:
            found.append(
                Text(
                    "Demonstration lists are in use. They are not the official lists; do not screen with them.",
                    "当前使用演示名单。演示名单不是官方名单，不得用于实际筛查。",
                )
            )
        return tuple(found)

    def _cleared(self) -> list[Text]:
        """One sentence for each match that a person has cleared: a listing never goes without a word."""
        said = [
            (party, hit, review)
            for party, match in self.facts.parties.matches.items()
            for hit in match.hits
            if (review := match.reviews.get((hit.list, hit.entry))) is not None and review.decision == "cleared"
        ]
        found = [
            Text(
                f"{party} is taken not to be {hit.matched_name} on {hit.list}: {review.told.en}.",
                f"{party}视为并非{hit.list}所列{hit.matched_name}：{review.told.zh}。",
            )
            for party, hit, review in said[:SHOWN_CLEARED]
        ]
        if len(said) > SHOWN_CLEARED:
            more = len(said) - SHOWN_CLEARED
            found.append(Text(f"and {more} more matches cleared by review.", f"另有{more}项匹配经人工排除。"))
        return found

    def to_json(self) -> dict[str, Any]:
        """Everything, as interfaces promise it."""
        return {
            "lotgate": lotgate.__version__,
            "law": {"version": self.law.version, "known_as_of": self.law.known_as_of.isoformat()},
            "lists": self.lists,
            "notes": [note.en for note in self.notes],
            "lines": [line.to_json() for line in self],
        }

    @property
    def table(self) -> pa.Table:
        """One row per line and regime, and one per line with regime `line`."""
        from lotgate.decide.result_table import result_table

        return result_table(self)


def check(
    workspace: Workspace,
    on: date | None = None,
    regimes: Sequence[str] | None = None,
    *,
    law: Law | None = None,
    lists: ListSet | None = None,
    list_age: int | None = None,
    reviews: Reviews | None = None,
) -> Decisions:
    """Decides every line of a workspace.

    `on` replaces every line's date; without it each line needs one. `regimes` limits the answer to some of cn, us, eu,
    nl, jp. `law` and `lists` default to the shipped law and the lists in the user's store. `list_age` is the age in
    days, on the day of a line, beyond which an official list clears nobody; by default lists of the store have each
    its own limit, and lists that are given stand as they are. `reviews` are a person's words on matches, by default
    those in the user's store.
    """
    from lotgate.law import load as load_law
    from lotgate.parties.review import read_reviews
    from lotgate.parties.store import open_lists

    law = load_law() if law is None else law
    lists = open_lists() if lists is None else lists
    reviews = read_reviews() if reviews is None else reviews
    unknown = [code for code in regimes or () if code not in law.regimes]
    if unknown:
        raise InputError([Fault("regime", "no such regime", value=", ".join(unknown), expected=", ".join(law.regimes))])
    shipments = workspace.tables["shipments"]
    if on is not None:
        days = np.full(shipments.height, np.datetime64(on, "D"))
    else:
        missing = workspace.missing_dates()
        if missing:
            raise InputError(
                [
                    Fault(
                        "shipments",
                        f"line {name} has no date",
                        column="date",
                        expected="a day, or --on DAY for all",
                        message_zh=f"{name} 行没有日期",
                        expected_zh="日期，或以 --on 为全部各行指定日期",
                    )
                    for name in missing
                ]
            )
        days = shipments["date"].to_numpy().astype("datetime64[D]")
    return Decisions(workspace, law, lists, days, regimes, list_age, reviews)


def explain(workspace: Workspace, line: str, on: date | None = None, **options: Any) -> Explanation:
    """The whole reasoning for one line; options as for `check`."""
    return check(workspace, on, **options).explain(line)


def horizon(
    workspace: Workspace, start: date | None = None, end: date | None = None, **options: Any
) -> list[HorizonRow]:
    """The days on which each line's answer changes between two days; options as for `check`."""
    return check(workspace, **options).horizon(start, end)


def _day(value: np.datetime64) -> date:
    found: date = value.astype("datetime64[D]").item()
    return found
