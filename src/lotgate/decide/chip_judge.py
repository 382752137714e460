"""What a chip is by the law on each day, why, and how far its figures lie from the limits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lotgate.decide.chip_law import NUMBERS, ChipLaw, Yardstick
from lotgate.evaluate.columns import ANYTHING, NONE, Members, Value
from lotgate.items.catalogue import Accelerator
from lotgate.items.chips import NOTHING, Metric, measure_model
from lotgate.items.numbers import as_float, exact
from lotgate.law.expr import FALSE, TRUE, UNKNOWN

__all__ = ["EXCEPTIONS", "Because", "Judge", "Margin", "Verdict"]

EXCEPTIONS = "us_nac_goods"
"""The term of US law for the goods that licence exceptions NAC and ACA are made for (15 CFR 740.8)."""
_WORDS = {FALSE: "no", UNKNOWN: "unknown", TRUE: "yes"}

Values = Mapping[str, Value]
Build = tuple[str, Values]


@dataclass(frozen=True)
class Margin:
    """How far a figure lies from a limit, and what the chip would be (`then`) on the other side of it.

    `margin` is the figure less the limit: below zero the figure stays under. Where the chip's market alone would change
    its class, `figure` is `datacentre`, `then` the class for the other market, and there are no numbers.
    """

    key: str
    figure: str
    then: str
    value: float | None = None
    limit: float | None = None
    margin: float | None = None


@dataclass(frozen=True)
class Because:
    """A comparison that makes a chip what it is, and whether it is met (`yes`, `no` or `unknown`)."""

    figure: str
    condition: str
    met: str


@dataclass(frozen=True)
class Verdict:
    """What a chip is: for each day on which the law changes by yardstick, with the reasons and margins of one day.

    `kinds` tells of what kind each yardstick is. `differs` tells, for a name that spans builds, what each build is
    where they are not the same. `excepted` says that licence exceptions NAC and ACA are made for the chip.
    """

    classes: Mapping[date, Mapping[str, str]]
    kinds: Mapping[str, str]
    margins: tuple[Margin, ...]
    because: Mapping[str, tuple[Because, ...]]
    differs: Mapping[str, Mapping[str, str]]
    excepted: bool


class Judge:
    """Judges chips by the law of one day, or of every day on which what it measures changes."""

    def __init__(self, law: ChipLaw, on: date | None) -> None:
        """Without `on`, margins and reasons are those of the last day the law data is known."""
        self.law = law
        self.day = law.law.known_as_of if on is None else on
        self.days = law.days if on is None else [on]
        self.sticks = {day: law.on(day) for day in {*self.days, self.day}}
        self._memo: dict[object, Verdict] = {}

    def verdict(
        self, metric: Metric, models: Sequence[Accelerator], stage: str | None, parts: Members | None, own: bool
    ) -> Verdict:
        """What a chip is. `parts` are the tests its parts meet (None: it holds none), `own` whether its own figures are
        looked at at all."""
        builds = self._builds(metric, models, stage, parts)
        key = (tuple((model, tuple(values.items())) for model, values in builds), own)
        if key not in self._memo:
            self._memo[key] = self._verdict(builds, metric, own, parts is not None)
        return self._memo[key]

    def _verdict(self, builds: Sequence[Build], metric: Metric, own: bool, holds: bool) -> Verdict:
        sticks = {
            day: [stick for stick in found if (holds if stick.kind == "holding" else own)]
            for day, found in self.sticks.items()
        }
        classes = {day: self._classes(sticks[day], builds, day) for day in self.days}
        now = sticks[self.day]
        alone = builds[0][1] if len(builds) == 1 else None
        return Verdict(
            classes=classes,
            kinds={stick.key: stick.kind for found in sticks.values() for stick in found},
            margins=() if alone is None else tuple(m for stick in now for m in self._margins(stick, alone, metric)),
            because={} if alone is None else {s.key: self._because(s, alone, metric) for s in now if s.kind == "entry"},
            differs=self._differs(now, builds),
            excepted=own and alone is not None and self.law.excepted(EXCEPTIONS, alone, self.day),
        )

    # ---- what conditions read of a chip ------------------------------------------------------------------------------

    def _builds(
        self, metric: Metric, models: Sequence[Accelerator], stage: str | None, parts: Members | None
    ) -> list[Build]:
        """What conditions read of a chip; of a name that spans builds, of each of them."""
        if metric.source != "chips" and len(models) > 1:
            found = [(one, measure_model(one.model) or metric) for one in models]
            return [(one.model, self._values(held, one, stage, parts)) for one, held in found]
        alone = models[0] if len(models) == 1 else None
        return [(alone.model if alone else "", self._values(metric, alone, stage, parts))]

    def _values(
        self, metric: Metric, model: Accelerator | None, stage: str | None, parts: Members | None
    ) -> dict[str, Value]:
        values: dict[str, Value] = dict.fromkeys(NUMBERS, NONE)
        for name in NUMBERS if metric.kind != "none" else ():
            bounds, limits = getattr(metric, name), self.law.all_limits[name]
            values[name] = (as_float(bounds.low, limits), as_float(bounds.high, limits))
        addressee = ANYTHING
        if model is not None:
            vendor = model.vendor.casefold()
            named = self.law.law.addressees.items()
            makers = frozenset(one for one, names in named if vendor in {name.casefold() for name in names})
            addressee = Members(makers, makers)
        more: dict[str, Value] = {"model": NONE if model is None else model.model, "addressee": addressee}
        return {**values, **more, "datacentre": metric.datacentre, "stage": stage, "parts_meet": parts or Members()}

    # ---- classes -----------------------------------------------------------------------------------------------------

    def _classes(self, sticks: Sequence[Yardstick], builds: Sequence[Build], day: date) -> dict[str, str]:
        held = {}
        for stick in sticks:
            found = {self.law.classify(stick, values, day) for _, values in builds}
            one = found.pop() if len(found) == 1 else "unknown"
            # a measure that names models says nothing of the others, and one of nodes nothing where none is known
            silent = (
                one == "none" if stick.kind == "named" else stick.kind == "presumption" and not self._node_known(builds)
            )
            if not silent:
                held[stick.key] = one
        return held

    def _node_known(self, builds: Sequence[Build]) -> bool:
        return all(isinstance(held, tuple) and math.isfinite(held[1]) for held in (b["node_nm"] for _, b in builds))

    def _differs(self, sticks: Sequence[Yardstick], builds: Sequence[Build]) -> dict[str, dict[str, str]]:
        found = {}
        for stick in sticks if len(builds) > 1 else ():
            each = {model: self.law.classify(stick, values, self.day) for model, values in builds}
            if len(set(each.values())) > 1:
                found[stick.key] = each
        return found

    def _because(self, stick: Yardstick, values: Values, metric: Metric) -> tuple[Because, ...]:
        # a processor has no memory density and a memory no performance: what limits say of these tells nothing
        reasons = self.law.reasons(stick, values, self.day)
        told = [one for one in reasons if getattr(metric, one.leaf.fact, None) != NOTHING]
        return tuple(Because(one.leaf.fact, str(one.leaf), _WORDS[one.trit]) for one in told)

    # ---- margins -----------------------------------------------------------------------------------------------------

    def _margins(self, stick: Yardstick, values: Values, metric: Metric) -> Iterator[Margin]:
        """The nearest limit of each figure, up and down, beyond which the chip would be something else."""
        before = self.law.classify(stick, values, self.day)
        if stick.kind == "relief" and before == "none":
            return
        for figure, limits in self.law.limits(stick).items():
            bounds = getattr(metric, figure)
            if not bounds.settled or bounds == NOTHING:
                continue
            for found in (self._beyond(stick, values, figure, limits, up) for up in (True, False)):
                if found is not None:
                    limit, then = found
                    margin = bounds.low - (exact(limit) or 0)
                    yield Margin(stick.key, figure, then, float(bounds.low), limit, float(margin))
        other = {"yes": "no", "no": "yes"}.get(str(values["datacentre"]))
        if other is not None and stick.kind == "entry":
            then = self.law.classify(stick, {**values, "datacentre": other}, self.day)
            if then != before:
                yield Margin(stick.key, "datacentre", then)

    def _beyond(
        self, stick: Yardstick, values: Values, figure: str, limits: Sequence[float], up: bool
    ) -> tuple[float, str] | None:
        """The first limit above (or below) a figure at which the class changes, other figures staying as they are."""
        value = values[figure]
        assert isinstance(value, tuple)
        before = self.law.classify(stick, values, self.day)
        for limit in limits if up else reversed(limits):
            for point in (limit, math.nextafter(limit, math.inf if up else -math.inf)):
                if (point > value[0]) if up else (point < value[0]):
                    then = self.law.classify(stick, {**values, figure: (point, point)}, self.day)
                    if then != before:
                        return limit, then
        return None
