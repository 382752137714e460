"""Reports of customs systems in numbered runs: taken strictly in order, whenever they come.

A run that comes early waits in the log until those before it are there. Each single use of a run is one step with an id
of its own, so that a report cut off half-way is finished by the next call, and the same report again changes nothing.
A use that a licence does not cover is refused and stands in the result of its run, beside any difference between the
cumulative figure reported and what is in the books.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from lotgate.errors import InputError
from lotgate.law import Text
from lotgate.licence.acts import act, look, record_conflict
from lotgate.licence.forms import check_form
from lotgate.licence.ledger import Ledger, converted, number, written
from lotgate.licence.records import Actor, Command, Record, digest
from lotgate.licence.refusals import Conflict, NotFound, Refusal
from lotgate.licence.store import Store

__all__ = ["Reported", "report"]

DECLARED = ("exporter", "lot", "code", "end_user", "destination")


@dataclass(frozen=True)
class Reported:
    """What a report did: the runs taken with it, the runs still waiting, and for which run they wait."""

    taken: tuple[int, ...]
    waiting: tuple[int, ...]
    missing: int | None
    results: tuple[Mapping[str, Any], ...]
    repeated: bool = False


def report(
    store: Store, actor: Actor, feed: str, run: int, lines: Sequence[Mapping[str, Any]], at: datetime
) -> Reported:
    """What taking in one run did. Raises Conflict where the run came before with other content, and the errors of
    `act` where the person may not report or the run is filled in wrongly."""
    data = check_form("feed.receive", {"run": run, "lines": list(lines)}, "feed.receive")
    known = _known(store, actor, feed, at)
    before = known.facts["hashes"].get(str(run)) if known else None
    if before is None:
        act(store, actor, Command("feed", "receive", feed, data, f"{feed}/{run}"), at)
    elif before != digest(data["lines"]):
        _refuse(store, actor, feed, run, before, digest(data["lines"]), at)
    return _drain(store, actor, feed, at, before is not None)


def _known(store: Store, actor: Actor, feed: str, at: datetime) -> Record | None:
    try:
        return look(store, actor, "feed", feed, at)
    except NotFound:
        return None


def _refuse(store: Store, actor: Actor, feed: str, run: int, first: str, second: str, at: datetime) -> None:
    """Another content under a run's number: refused, and reported in the log."""
    text = f"run {run} of {feed} came again with other content"
    record_conflict(store, actor, f"{actor.organisation}:{feed}/{run}", text, first, second, at)
    raise Conflict(
        Text(f"{text}; the first stands", f"{feed} 第 {run} 批次曾以不同内容报送；以首次为准"), message=f"{feed}/{run}"
    )


def _drain(store: Store, actor: Actor, feed: str, at: datetime, repeated: bool) -> Reported:
    taken: list[int] = []
    results: list[dict[str, Any]] = []
    while True:
        facts = look(store, actor, "feed", feed, at).facts
        run = facts["last"] + 1
        lines = facts["waiting"].get(str(run))
        if lines is None:
            waiting = tuple(sorted(int(name) for name in facts["waiting"]))
            return Reported(tuple(taken), waiting, run if waiting else None, tuple(results), repeated)
        done = [
            result for i, line in enumerate(lines, 1) for result in _line(store, actor, f"{feed}/{run}/{i}", line, at)
        ]
        take = Command("feed", "take", feed, {"run": run, "results": done})
        act(store, Actor.system(), take, at)
        taken.append(run)
        results += done


def _line(store: Store, actor: Actor, message: str, line: Mapping[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
    """One result per use that was refused, and one where the cumulative figure differs afterwards."""
    for i, use in enumerate(line.get("uses", ()), 1):
        try:
            _use(store, actor, f"{message}/{i}", line["licence"], use, at)
        except (Refusal, InputError) as refused:
            reasons = {"en": refused.text("en"), "zh": refused.text("zh")}
            yield {"licence": line["licence"], "declaration": use["declaration"], "refused": reasons}
    try:
        licence = look(store, actor, "licence", line["licence"], at)
    except NotFound as none:
        yield {"licence": line["licence"], "refused": {"en": none.text("en"), "zh": none.text("zh")}}
        return
    ledger = Ledger.of(licence.facts)
    reported = converted(number(line["cumulative"]), line["unit"], ledger.unit)
    booked = ledger.cleared - ledger.contra
    if reported != booked:
        said = written(reported) if isinstance(reported, Decimal) else reported.en
        yield {"licence": licence.id, "cumulative": said, "booked": written(booked)}


def _use(store: Store, actor: Actor, message: str, licence: str, use: Mapping[str, Any], at: datetime) -> None:
    amount = {"quantity": use["quantity"], "unit": use["unit"]}
    clearance = _clearance(store, use["declaration"])
    if use["type"] in ("original", "late"):
        if clearance is None or clearance.state == "lodged":
            clearance = _reserve(store, actor, message, licence, use, clearance, at)
        gone = {**amount, "day": use["day"]}
        act(store, actor, Command("clearance", "exit", clearance.id, gone, f"{message}/exit"), at)
        return
    if clearance is None:
        raise NotFound(Text(f"no declaration {use['declaration']} is known", f"没有报关单 {use['declaration']} 的记录"))
    event = "adjust" if use["type"] == "adjusted" else "contra"
    changed = {**amount, "reason": f"reported by customs, {message}"}
    act(store, actor, Command("clearance", event, clearance.id, changed, f"{message}/{event}"), at)


def _reserve(
    store: Store, actor: Actor, message: str, licence: str, use: Mapping[str, Any], lodged: Record | None, at: datetime
) -> Record:
    if lodged is not None:
        return act(store, actor, Command("clearance", "accept", lodged.id, {}, f"{message}/accept"), at).record
    declared = {name: use[name] for name in (*DECLARED, "declaration", "quantity", "unit", "day") if name in use}
    done = act(store, actor, Command("licence", "reserve", licence, declared, f"{message}/reserve"), at)
    return next(other for other in done.others if other.kind == "clearance")


def _clearance(store: Store, declaration: str) -> Record | None:
    with store.transaction() as tx:
        found = tx.find("clearance", "declaration", declaration)
    return found[0] if found else None
