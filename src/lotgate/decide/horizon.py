"""The days on which answers change: the law's change points, and the days on which licences in hand begin or end."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lotgate.decide.columns import FactTable
from lotgate.decide.decided import Evaluated
from lotgate.decide.outcome import ANSWERS, Outcome

if TYPE_CHECKING:
    from lotgate.decide.check import Decisions, HorizonRow

__all__ = ["changes", "holds_until", "horizon", "months"]

Answers = npt.NDArray[np.uint8]


def _timeline(decisions: Decisions) -> Answers:
    """[distinct row, epoch]: the line's answer under the law of every epoch, facts as they stand."""
    epochs = decisions.evaluator.epochs(decisions.days)
    return decisions.evaluated.timeline(int(epochs.min()) if len(epochs) else len(decisions.evaluator.starts) - 1)


def holds_until(decisions: Decisions) -> npt.NDArray[np.datetime64]:
    """The last day of the same answer for each line; not-a-time where nothing recorded changes it."""
    evaluator, group = decisions.evaluator, decisions.evaluated.group
    line = _timeline(decisions)
    last = line.shape[1] - 1
    # the next epoch with another answer, from the end backwards; last + 1 stands for never
    following = np.full(line.shape, last + 1, dtype=np.int32)
    for epoch in range(last - 1, -1, -1):
        same = line[:, epoch] == line[:, epoch + 1]
        following[:, epoch] = np.where(same, following[:, epoch + 1], epoch + 1)
    starts = np.append(np.array(evaluator.starts, dtype="datetime64[D]"), np.datetime64("NaT"))
    found: npt.NDArray[np.datetime64] = starts[following[group, evaluator.epochs(decisions.days)]] - 1
    for number in decisions.facts.licensed:
        steps = _licensed(decisions, int(number), None)
        found[number] = np.datetime64(steps[0][0], "D") - np.timedelta64(1, "D") if steps else np.datetime64("NaT")
    return found


def changes(decisions: Decisions, until: date | None = None) -> list[list[tuple[date, int, int]]]:
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
    for number in decisions.facts.licensed:
        found[int(number)] = _licensed(decisions, int(number), until)
    return found


def _licensed(decisions: Decisions, number: int, until: date | None) -> list[tuple[date, int, int]]:
    """The changes of a line that names a licence: its cover may begin or end between two change points of the law."""
    facts, evaluator = decisions.facts, decisions.evaluator
    day = decisions.days[number].astype("datetime64[D]").item()
    ends = facts.licences.end_days(facts.lines["licence"][number] or "")
    stops = sorted({d for d in [*evaluator.starts, *ends] if d > day and (until is None or d <= until)})
    table = decisions.table_of_facts.take(np.array([number]))
    found: list[tuple[date, int, int]] = []
    before = _answer_on(decisions, table, number, day)
    for stop in stops:
        after = _answer_on(decisions, table, number, stop)
        if after != before:
            found.append((stop, before, after))
        before = after
    return found


def _answer_on(decisions: Decisions, table: FactTable, number: int, day: date) -> int:
    """One line's answer on a day, the cover of its licences taken on that day."""
    from lotgate.decide.columns import Column
    from lotgate.decide.licence_facts import members

    covers = decisions.facts.covers(number, day)
    columns = {f"licence_{code}": Column.of([members(covers, code)]) for code in decisions.law.regimes}
    evaluated = decisions.evaluator.evaluate(FactTable(1, {**table.columns, **columns}))
    epoch = decisions.evaluator.epochs(np.array([day], dtype="datetime64[D]"))
    answers, _ = evaluated.decide(evaluated.group, epoch)
    return int(answers.max(initial=0))


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
    """Counts of answers if all lines left on the first of each of `count` months, or on a change point between."""
    firsts = [_month(start, k) for k in range(count + 1)]
    stops = sorted({start, *firsts[1:], *(d for d in decisions.evaluator.starts if start < d < firsts[-1])})
    evaluated: Evaluated = decisions.evaluated
    weights = np.bincount(evaluated.group, minlength=len(evaluated.sample))
    rows = np.arange(len(evaluated.sample))
    found = []
    for stop in stops:
        days = np.full(len(rows), np.datetime64(stop, "D"))
        answers, _ = evaluated.decide(rows, decisions.evaluator.epochs(days))
        line = decisions._with_age(answers, days).max(axis=1, initial=0)
        counted = Counter({ANSWERS[a]: int(weights[line == a].sum()) for a in range(len(ANSWERS))})
        found.append((stop, {answer: counted[answer] for answer in ANSWERS}))
    return found


def _month(day: date, later: int) -> date:
    months_on = day.year * 12 + day.month - 1 + later
    return date(months_on // 12, months_on % 12 + 1, 1)
