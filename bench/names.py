"""Screening names against lists of 20,000, 100,000 and a million entries, each in a process of its own.

Run as a module with a number of entries it prints its measurements as JSON.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.name_corpus import clean, entries, planted
from bench.timing import Figure
from lotgate.parties import ListSet, Query, read_folder, screen

__all__ = ["names"]

SEED = 20260731


@dataclass(frozen=True)
class Size:
    """A list of so many entries, the customers screened against it, and the bars: names a second, memory in GiB."""

    entries: int
    clean: int
    planted: int
    least: float
    memory: float | None = None


SIZES = (Size(20_000, 20_000, 1_000, 12_000), Size(100_000, 10_000, 500, 4_000), Size(1_000_000, 4_000, 200, 500, 2.0))


def names(largest: int = 1_000_000) -> list[Figure]:
    """Names a second at every size, recall of planted names, alerts, the time of one name, and other tools' pace."""
    folder = _lists_folder()
    if folder is None:
        return [Figure("names: NOT MEASURED", 0, "", note="set LOTGATE_LISTS to a folder of real lists")]
    figures: list[Figure] = []
    for size in SIZES:
        if size.entries <= largest:
            done = subprocess.run(
                [sys.executable, "-m", "bench.names", str(size.entries)], check=True, stdout=subprocess.PIPE, text=True
            )
            figures += _figures(size, json.loads(done.stdout))
    return figures


def _lists_folder() -> Path | None:
    place = Path(os.environ["LOTGATE_LISTS"]) if os.environ.get("LOTGATE_LISTS") else None
    return place if place is not None and place.is_dir() else None


def _figures(size: Size, found: dict[str, Any]) -> list[Figure]:
    at = f"names against {size.entries:,}"
    note = f"{found['asked']:,} names, {found['seconds']:.2f} s, {found['processor']:.2f} s of processor time"
    figures = [
        Figure(f"{at}: names a second", found["asked"] / found["seconds"], "/s", at_least=size.least, note=note),
        Figure(f"{at}: planted found", found["recall"], "", at_least=0.99, note=f"of {size.planted:,}"),
        Figure(f"{at}: alerts per 1,000 clean", found["alerts"], "", at_most=5, note=f"{found['limited']} cut off"),
        Figure(f"{at}: most memory", found["memory"], "GiB", at_most=size.memory, note=found["made"]),
    ]
    if "single" in found:
        note = f"median {found['median']:.2f} ms, processor time of one query"
        figures.append(Figure(f"{at}: one name, 99th percentile", found["single"], "ms", at_most=5, note=note))
    for tool, pace in found.get("others", {}).items():
        ours = found["asked"] / found["processor"]
        told = f"{pace:.3g} names a second of processor time, all pairs scored" if pace else "not installed"
        figures.append(Figure(f"{at}: times {tool}", ours / pace if pace else 0, "x", note=told))
    return figures


def _measured(size: Size) -> dict[str, Any]:
    """What one size gives: the list made, its index made or found, and the customers screened."""
    folder = _lists_folder()
    assert folder is not None
    listed = entries(read_folder(folder), size.entries, SEED)
    lists = ListSet({listed.id: listed})
    customers = clean(size.clean, SEED)
    plants = planted(listed, size.planted, SEED)
    asked = [*customers, *(plant.query for plant in plants)]
    random.Random(SEED).shuffle(asked)
    started = time.perf_counter()
    screen(clean(200, SEED + 1), lists)
    made = f"ready after {time.perf_counter() - started:.1f} s"
    started, used = time.perf_counter(), _processor()
    found = screen(asked, lists)
    seconds, processor = time.perf_counter() - started, _processor() - used
    sure = {(hit.id, hit.entry) for hit in found if hit.match == "yes"}
    alerted = {query for query, _ in sure}
    told: dict[str, Any] = {
        "asked": len(asked),
        "seconds": seconds,
        "processor": processor,
        "recall": sum((plant.query.id, plant.entry) in sure for plant in plants) / len(plants),
        "alerts": 1000 * sum(query.id in alerted for query in customers) / len(customers),
        "limited": len(found.limited),
        "made": made,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }
    if size is SIZES[0]:
        told |= _one_by_one([*asked[:950], *(plant.query for plant in plants[:50])], lists)
        told["others"] = {"rapidfuzz": _rapidfuzz(asked, listed), "nomenklatura": _nomenklatura(asked, listed)}
    return told


def _processor() -> float:
    """Seconds of processor time used so far, those of processes that split off and have ended included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def _one_by_one(queries: list[Query], lists: ListSet) -> dict[str, float]:
    """Milliseconds of one query at a time: the middle, and the 99th percentile."""
    times = []
    for query in queries:
        start = time.process_time()
        screen([query], lists)
        times.append(1000 * (time.process_time() - start))
    times.sort()
    return {"median": times[len(times) // 2], "single": times[int(0.99 * len(times))]}


def _all_names(listed: Any) -> list[str]:
    rows = listed.entries.select("name", "aliases", "weak_aliases").iter_rows()
    return [name for main, aliases, weak in rows for name in (main, *aliases, *weak)]


def _rapidfuzz(asked: list[Query], listed: Any) -> float:
    """Names a second of processor time when every listed name is scored, lower-cased, by rapidfuzz."""
    from rapidfuzz import fuzz, process, utils

    known = [utils.default_process(name) for name in _all_names(listed)]
    sample = [utils.default_process(query.names[0]) for query in asked[:100]]
    start = time.process_time()
    process.cdist(sample, known, scorer=fuzz.token_sort_ratio, score_cutoff=70, workers=1)
    return len(sample) / (time.process_time() - start)


def _nomenklatura(asked: list[Query], listed: Any) -> float:
    """Names a second of processor time when every entry is scored by nomenklatura's logic-v2; 0 if not installed."""
    try:
        from followthemoney.entity import ValueEntity
        from nomenklatura.matching import get_algorithm
    except ImportError:
        return 0.0
    algorithm = get_algorithm("logic-v2")
    assert algorithm is not None
    config = algorithm.default_config()

    def entity(key: str, told: list[str], kind: str | None) -> Any:
        schema = {"company": "Company", "person": "Person", "vessel": "Vessel"}.get(kind or "", "LegalEntity")
        return ValueEntity.from_dict({"id": key, "schema": schema, "properties": {"name": told}})

    columns = listed.entries.select("entry", "name", "aliases", "kind").head(2_000)
    known = [entity(key, [name, *aliases], kind) for key, name, aliases, kind in columns.iter_rows()]
    sample = [entity(query.id, list(query.names), query.kind) for query in asked[:10]]
    start = time.process_time()
    for one in sample:
        for other in known:
            algorithm.compare(one, other, config)
    return len(sample) / ((time.process_time() - start) * len(listed) / len(known))


if __name__ == "__main__":
    print(json.dumps(_measured(next(size for size in SIZES if size.entries == int(sys.argv[1])))))
