"""Chips under the law: total processing performance, densities, class by day and by how much a limit is kept or missed.

Figures come from `items.chips` and the built-in catalogue, limits and what follows from them from `chip_law`. Unknown
stays unknown: a name that spans several builds, or a figure nobody published, gives a class only where all agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

import lotgate
from lotgate.decide.chip_judge import Because, Judge, Margin, Verdict
from lotgate.decide.chip_law import ENTRY, ChipLaw
from lotgate.errors import Fault, InputError
from lotgate.evaluate.columns import ANYTHING, Members
from lotgate.facts.answers import apply_answers
from lotgate.facts.item_facts import ItemFacts
from lotgate.facts.values import CodeBook
from lotgate.items.catalogue import Accelerator, accelerators, find_accelerators
from lotgate.items.chips import Bounds, Metric, measure, measure_model
from lotgate.items.published import read_published
from lotgate.law import Law, Text
from lotgate.law.expr import FALSE, TRUE
from lotgate.tables import Workspace, load

__all__ = ["Because", "Chip", "Chips", "Margin", "chip"]

ASSEMBLY_STAGES = ("board", "system")


@dataclass(frozen=True)
class Chip:
    """One chip, or one item that holds chips: its figures and what it is by the law.

    `models` are the builds of the catalogue its name may mean. `measured` is False for an item that only holds chips.
    `stated_tpp` is a total that a published table prints; it is compared with the computed one and never taken.
    """

    name: str
    item: str | None
    models: tuple[Accelerator, ...]
    metric: Metric
    on: date
    verdict: Verdict
    notes: tuple[Text, ...]
    measured: bool = True
    stated_tpp: Fraction | None = None

    @property
    def classes(self) -> Mapping[date, Mapping[str, str]]:
        """For each day on which the law changes, what the chip is from then on by each yardstick."""
        return self.verdict.classes

    @property
    def now(self) -> Mapping[str, str]:
        """What the chip is on the day asked about."""
        return next((self.classes[day] for day in sorted(self.classes, reverse=True) if day <= self.on), {})

    @property
    def figures(self) -> dict[str, Bounds]:
        """The figures that the law measures and a chip of this kind has."""
        found = self.metric
        mine = {"tpp": found.tpp, "performance_density": found.performance_density}
        memory = {"memory_bandwidth_density": found.memory_bandwidth_density}
        more = {"dram_gb_per_s": found.dram_gb_per_s, "io_gb_per_s": found.io_gb_per_s}
        # few say these, and they count for one test alone
        more |= {name: one for name in ("transistors_bn", "node_nm") if (one := getattr(found, name)).high is not None}
        # the density that 3A090.c measures is one of memory alone
        return {**(memory if found.kind == "memory" else mine), **more}

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the figures come from: `chips` for the workspace's own table, else the sources of the catalogue."""
        own = ("chips",) if self.metric.source == "chips" else ()
        named = (one.strip() for chip in self.models for one in chip.sources.split(";"))
        return (*own, *dict.fromkeys(named))

    def to_json(self) -> dict[str, Any]:
        """The machine's form. A figure that is not settled, or that this kind of chip does not have, is null; what is
        known of an open one stands in `bounds`, null for open above."""
        names = ("tpp", "performance_density", "memory_bandwidth_density", "dram_gb_per_s", "io_gb_per_s")
        settled = {name: float(one.low) for name, one in self.figures.items() if one.settled}
        return {
            "name": self.name,
            "item": self.item,
            "models": [one.model for one in self.models],
            "kind": self.metric.kind if self.measured else "assembly",
            **{name: settled.get(name) for name in names},
            "governing_precision": self.metric.governing_precision,
            "stated_tpp": None if self.stated_tpp is None else float(self.stated_tpp),
            "transistors_bn": float(self.metric.transistors_bn.low) if self.metric.transistors_bn.settled else None,
            "node_nm": float(self.metric.node_nm.low) if self.metric.node_nm.settled else None,
            "datacentre": self.metric.datacentre,
            "bounds": {
                name: [float(one.low), None if one.high is None else float(one.high)]
                for name, one in self.figures.items()
                if not one.settled
            },
            "classes": {day.isoformat(): dict(held) for day, held in self.classes.items()},
            "margins": [vars(one) for one in self.verdict.margins],
            "because": {
                key: [{"condition": one.condition, "met": one.met} for one in found]
                for key, found in self.verdict.because.items()
            },
            "differs": {key: dict(builds) for key, builds in self.verdict.differs.items()},
            "missing": list(self.metric.missing),
            "notes": [note.en for note in self.notes],
            "notes_zh": [note.zh for note in self.notes],
            "sources": list(self.sources),
            "verified": self.metric.verified,
        }


@dataclass(frozen=True)
class Chips(Sequence[Chip]):
    """The chips asked about, in the order asked; those of a workspace in the order of its items."""

    law: Law
    on: date
    chips: tuple[Chip, ...]

    def __len__(self) -> int:
        return len(self.chips)

    def __getitem__(self, number: Any) -> Any:
        return self.chips[number]

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        return {
            "lotgate": lotgate.__version__,
            "law": {"version": self.law.version, "known_as_of": self.law.known_as_of.isoformat()},
            "on": self.on.isoformat(),
            "chips": [one.to_json() for one in self.chips],
        }


def chip(*subjects: Workspace | Path | str, on: date | None = None, law: Law | None = None) -> Chips:
    """The figures, classes and margins of chips: workspaces (or paths to them), published tables of chips (paths to CSV
    files), or names of the built-in catalogue.

    `on` limits the classes to one day; without it every day on which they change is given, and margins are those of the
    last day the law data is known. Text that is an existing path is a workspace. Raises InputError with all faults of
    all subjects, names nobody knows with the nearest.
    """
    from lotgate.law import load as load_law

    judge = Judge(ChipLaw(load_law() if law is None else law), on)
    found: list[Chip] = []
    faults: list[Fault] = []
    for subject in subjects:
        try:
            found += _subject(subject, judge)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return Chips(judge.law.law, judge.day, tuple(found))


def _subject(subject: Workspace | Path | str, judge: Judge) -> Iterator[Chip]:
    if isinstance(subject, Workspace):
        return _of_workspace(subject, judge)
    like_a_path = str(subject).lower().endswith((".xlsx", ".csv")) or "/" in str(subject)
    if str(subject).lower().endswith(".csv"):
        return _of_table(Path(subject), judge)
    if isinstance(subject, Path) or like_a_path or Path(subject).exists():
        return _of_workspace(load(subject, required=("items",)), judge)
    return iter([_of_model(subject, judge)])


def _of_model(name: str, judge: Judge) -> Chip:
    metric, models = measure_model(name), find_accelerators(name)
    if metric is None:
        raise InputError([_unknown(name)])
    verdict = judge.verdict(metric, models, None, None, own=True)
    return Chip(name, None, models, metric, judge.day, verdict, _notes(metric, models, verdict))


def _of_table(path: Path, judge: Judge) -> Iterator[Chip]:
    """The chips of a published table, what does not agree in its figures among their notes."""
    for one in read_published(path):
        models = find_accelerators(one.name)
        models = models if len(models) == 1 else ()
        verdict = judge.verdict(one.metric, models, "chip", None, own=True)
        notes = (*_notes(one.metric, models, verdict), *(Text(*note) for note in one.notes))
        yield Chip(
            one.name,
            None,
            models,
            one.metric,
            judge.day,
            verdict,
            notes,
            stated_tpp=one.stated_tpp,
        )


def _unknown(name: str) -> Fault:
    known = {alias.casefold(): one.model for one in accelerators() for alias in (*one.aliases, one.model)}
    near = dict.fromkeys(known[one] for one in get_close_matches(name.casefold(), known, 5, 0.4))
    named = ", ".join(list(near)[:3])
    more, more_zh = (f"; nearest is {named}", f"，最接近的是 {named}") if near else ("", "")
    return Fault(
        "catalogue",
        "no such model",
        value=name,
        expected=f"a workspace, or a model of the built-in catalogue{more}",
        message_zh="没有该型号",
        expected_zh=f"工作区，或内置目录中的型号{more_zh}",
    )


def _of_workspace(ws: Workspace, judge: Judge) -> Iterator[Chip]:
    """The items that have figures of a chip, a model of the catalogue or the stage of a chip, and what holds chips.

    That is boards, systems, and whatever has a part that meets a test or may."""
    law = judge.law.law
    ws = apply_answers(ws, law)[0]
    facts = ItemFacts(ws, law, CodeBook(law))
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in ws.tables["chips"].iter_rows(named=True):
        rows.setdefault(row["item"], []).append(row)
    columns = (facts.cells(name) for name in ("model", "stage", "us_code"))
    for item, model, stage, code, met in zip(facts.ids, *columns, facts.parts_meet, strict=True):
        models = find_accelerators(model or "")
        own = bool(models) or item in rows or stage == "chip"
        parts = _parts(facts, item, stage, met, own)
        if not own and parts is None:
            continue
        metric = measure(rows.get(item, ()), model, stage)
        if not own:
            # only the bill tells what an assembly holds; figures of its own are not asked for
            metric = replace(metric, missing=("bom",) if parts == ANYTHING else ())
        verdict = judge.verdict(metric, models, stage, parts, own)
        one = Chip(item, item, models, metric, judge.day, verdict, _notes(metric, models, verdict), own)
        yield replace(one, notes=(*one.notes, *_doubts(one, code, facts, judge)))


def _parts(facts: ItemFacts, item: str, stage: str | None, met: Members, own: bool) -> Members | None:
    """The tests an item's parts meet; None for an item that holds no chip, anything for an assembly of which neither a
    bill nor figures tell what it holds."""
    if not facts.graph.has_parts[facts.graph.number_of[item]]:
        return ANYTHING if stage in ASSEMBLY_STAGES and not own else None
    return met if stage in ASSEMBLY_STAGES or met.must or met.may is None or met.may else None


def _notes(metric: Metric, models: Sequence[Accelerator], verdict: Verdict) -> tuple[Text, ...]:
    notes = [Text(*note) for note in metric.notes]
    area = sorted({one.die_area_note for one in models if one.die_area_note})
    if area and metric.source != "chips":
        notes.append(Text(f"Die area: {'; '.join(area)}.", f"芯片面积：{'; '.join(area)}。"))
    if verdict.excepted:
        notes.append(
            Text(
                "Licence exceptions NAC and ACA are made for such goods (15 CFR 740.8); check tells whether one covers "
                "a line.",
                "许可例外 NAC、ACA 针对此类物项（15 CFR 740.8）；是否涵盖某笔货物由 check 判定。",
            )
        )
    return tuple(notes)


def _doubts(one: Chip, code: str | None, facts: ItemFacts, judge: Judge) -> Iterator[Text]:
    """What to say where the code somebody filled in and the figures do not agree."""
    found = one.now.get(ENTRY)
    if code is None or found in (None, "unknown") or not one.measured:
        return
    coded = judge.law.coded(facts.book.members("us_code", code), one.on)
    if coded == FALSE and found in ("a", "b"):
        yield Text(
            f"Classified as {code}, but its figures meet 3A090.{found}; check takes the figures.",
            f"已归类为 {code}，但参数达到 3A090.{found}；check 以参数为准。",
        )
    if coded == TRUE and found == "none":
        yield Text(
            f"Classified as {code}, but its figures do not meet 3A090; check keeps the code.",
            f"已归类为 {code}，但参数未达到 3A090；check 保留该编码。",
        )
