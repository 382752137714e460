"""The days on which answers change: change points of the law, days on which licences begin or end or papers run out."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lotgate.evaluate.columns import Column, FactTable
from lotgate.evaluate.decided import Evaluated
from lotgate.evaluate.outcome import ANSWERS, Outcome
from lotgate.facts.licence_facts import members

if TYPE_CHECKING:
    from lotgate.decide.check import Decisions, HorizonRow

__all__ = ["changes", "holds_until", "horizon", "months"]

Answers = npt.NDArray[np.uint8]
Step = tuple[date, int, int]
"""A day on which an answer changes, the answer before and the one after."""


def _timeline(decisions: Decisions) -> Answers:
    """[distinct row, epoch]: the line's answer under the law of every epoch, facts as they stand."""
    epochs = decisions.evaluator.epochs(decisions.days)
    return decisions.evaluated.timeline(int(epochs.min()) if len(epochs) else len(decisions.evaluator.starts) - 1)


def holds_until(decisions: Decisions) -> npt.NDArray[np.datetime64]:
    """The last day of the same answer for each line; not-a-time where nothing recorded changes it."""
    evaluator, evaluated = decisions.evaluator, decisions.evaluated
    rows, own, pair = decisions.pairs
    never = len(evaluator.starts)
    since = np.full(len(evaluated.sample), never, dtype=np.int64)
    np.minimum.at(since, rows, own)
    stretches = _stretches(own, never)
    answer = np.zeros(len(since), dtype=np.uint8)
    following = np.full(len(since), never, dtype=np.int64)  # the next epoch with another answer
    until = np.full(len(rows), never, dtype=np.int64)
    for epoch, moved, answers in evaluated.backwards(since):
        if epoch + 1 < never:
            following[moved[answer[moved] != answers]] = epoch + 1
        answer[moved] = answers
        until[stretches[epoch]] = following[rows[stretches[epoch]]]
    starts = np.append(np.array(evaluator.starts, dtype="datetime64[D]"), np.datetime64("NaT"))
    found: npt.NDArray[np.datetime64] = starts[until[pair]] - 1
    for number, steps in _own_days(decisions).items():
        found[number] = np.datetime64(steps[0][0], "D") - np.timedelta64(1, "D") if steps else np.datetime64("NaT")
    return found


def _stretches(numbers: npt.NDArray[Any], count: int) -> list[npt.NDArray[np.intp]]:
    """The places of every number below `count`."""
    order = np.argsort(numbers, kind="stable")
    ends = np.searchsorted(numbers[order], np.arange(count + 1))
    return [order[ends[k] : ends[k + 1]] for k in range(count)]


def changes(decisions: Decisions, until: date | None = None) -> list[list[Step]]:
    """Per line the days after its own on which its answer changes: (day, answer before, answer after).

    Recorded change points only; the age of the law data does not count.
    """
    evaluator = decisions.evaluator
    line = _timeline(decisions)
    steps: list[list[int]] = [[] for _ in range(line.shape[0])]
    for row, epoch in np.argwhere(line[:, 1:] != line[:, :-1]):
        steps[row].append(int(epoch) + 1)
    own = evaluator.epochs(decisions.days)
    found = []
    for number in range(len(decisions)):
        row = decisions.evaluated.group[number]
        later = [e for e in steps[row] if e > own[number]]
        days = [(evaluator.starts[e], int(line[row, e - 1]), int(line[row, e])) for e in later]
        found.append([step for step in days if until is None or step[0] <= until])
    for number, told in _own_days(decisions).items():
        found[number] = [step for step in told if until is None or step[0] <= until]
    return found


def _own_days(decisions: Decisions) -> dict[int, list[Step]]:
    """The changes of lines with days of their own: a licence may begin or end, a paper run out, between two change
    points of the law."""
    facts, evaluator = decisions.facts, decisions.evaluator
    numbers = sorted({*facts.licensed.tolist(), *decisions.later})
    if not numbers:
        return {}
    stretches: list[tuple[int, date]] = []
    for number in numbers:
        day = decisions.days[number].astype("datetime64[D]").item()
        ends = facts.licences.end_days(facts.lines["licence"][number] or "")
        ends += [cut for cut, _ in decisions.later.get(number, ())]
        stretches += [(number, start) for start in sorted({day, *(end for end in ends if end > day)})]
    rows = np.array([number for number, _ in stretches])
    covers = [facts.covers(number, start) for number, start in stretches]
    columns = {f"licence_{code}": Column.of(members(c, code) for c in covers) for code in decisions.law.regimes}
    table = FactTable(len(rows), {**decisions.table_of_facts.take(rows).columns, **columns})
    evaluated = evaluator.evaluate(_with_papers_ended(decisions, table, stretches))
    line = evaluated.timeline(int(evaluator.epochs(decisions.days[rows]).min()))
    answers: dict[int, list[tuple[date, int]]] = {}
    for k, (number, start) in enumerate(stretches):
        following = stretches[k + 1] if k + 1 < len(stretches) else None
        end = following[1] if following is not None and following[0] == number else date.max
        days = [start, *(d for d in evaluator.starts if start < d < end)]
        epochs = evaluator.epochs(np.array(days, dtype="datetime64[D]"))
        found = line[evaluated.group[k], epochs].tolist()
        answers.setdefault(number, []).extend(zip(days, found, strict=True))
    return {
        number: [(d, before, after) for (_, before), (d, after) in pairwise(told) if before != after]
        for number, told in answers.items()
    }


def _with_papers_ended(decisions: Decisions, table: FactTable, stretches: list[tuple[int, date]]) -> FactTable:
    """The table with the facts of items as they stand from the first day of each stretch on."""
    facts = decisions.facts
    places, items = [], []
    for place, (number, start) in enumerate(stretches):
        names = [item for cut, item in decisions.later.get(number, ()) if cut <= start]
        if names:
            places.append(place)
            items.append(names[-1])
    if not places:
        return table
    columns = dict(table.columns)
    for fact, other in facts.with_items(np.array([stretches[place][0] for place in places]), items).items():
        values = [columns[fact][row] for row in range(table.rows)]
        for k, place in enumerate(places):
            values[place] = other[k]
        columns[fact] = Column.of(values)
    return FactTable(table.rows, columns)


def horizon(decisions: Decisions, start: date | None, end: date | None) -> list[HorizonRow]:
    """Every change of every line between two days (both included), with the measures that change it."""
    from lotgate.decide.check import HorizonRow

    found = []
    for number, steps in enumerate(changes(decisions, end)):
        for day, before, after in steps:
            if start is None or day >= start:
                measures = _measures(decisions, number, day)
                found.append(HorizonRow(decisions.names[number], day, ANSWERS[before], ANSWERS[after], measures))
    return found


def _measures(decisions: Decisions, number: int, day: date) -> tuple[str, ...]:
    """The measures whose clauses do something else from a day on, among those that concern the line."""
    evaluator, evaluated = decisions.evaluator, decisions.evaluated
    row = int(evaluated.group[number])
    epoch = int(evaluator.epochs(np.array([day], dtype="datetime64[D]"))[0])
    after = evaluated.outcomes(row, epoch)
    before = evaluated.outcomes(row, epoch - 1) if epoch and evaluator.starts[epoch] == day else after
    quiet = (Outcome.NO,)
    moved = [j for j in {*before, *after} if before.get(j, Outcome.NO) != after.get(j, Outcome.NO)]
    names = {evaluator.clauses[j].measure for j in moved if evaluator.clauses[j].effect != "advisory"}
    return tuple(sorted(names)) if names or quiet else ()


def months(decisions: Decisions, start: date, count: int) -> list[tuple[date, dict[str, int]]]:
    """Counts of answers if all lines left on the first of each of `count` months, or on a change point between.

    Like `holds_until` it looks at recorded changes alone; that the law data grows old is said beside it.
    """
    firsts = [_month(start, k) for k in range(count + 1)]
    stops = sorted({start, *firsts[1:], *(day for day in decisions.evaluator.starts if start < day < firsts[-1])})
    evaluated: Evaluated = decisions.evaluated
    weights = np.bincount(evaluated.group, minlength=len(evaluated.sample))
    rows = np.arange(len(evaluated.sample))
    found = []
    for stop in stops:
        days = np.full(len(rows), np.datetime64(stop, "D"))
        answers, _ = evaluated.decide(rows, decisions.evaluator.epochs(days))
        line = answers.max(axis=1, initial=0)
        counted = Counter({ANSWERS[a]: int(weights[line == a].sum()) for a in range(len(ANSWERS))})
        found.append((stop, {answer: counted[answer] for answer in ANSWERS}))
    return found


def _month(day: date, later: int) -> date:
    months_on = day.year * 12 + day.month - 1 + later
    return date(months_on // 12, months_on % 12 + 1, 1)
