"""What `content` prints, and its Parquet file. Counts nothing itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import polars as pl
import pyarrow.parquet as pq
from rich.console import Console
from rich.text import Text as Line

from lotgate.decide.content import CHINA, COLUMNS, SCHEMA, SHARES, Content, DestinationClass
from lotgate.items.rates import MAX_AGE
from lotgate.report.files import write_whole
from lotgate.report.rows import clean
from lotgate.report.screen_text import bullets, columns, fit, heading, joined
from lotgate.report.words import fact_label, say

__all__ = ["percent", "print_content", "write_json", "write_parquet"]

_WIDE = 150
"""From this many columns on, a share stands on one line of the screen."""
_PIPED = 20
"""Shares shown where the output is no screen with a height."""
_AROUND = 14
"""Lines of the screen that are not shares."""
_NAMED = 6
"""Items named in a note."""
_MARKS = {"yes": "content.met", "unknown": "content.open", "no": "content.below"}
_STYLES = {"yes": "bold black on yellow", "unknown": "bold white on blue", "no": "bold black on green"}
_WHY = ("settled_by", "cell", "top_path")
_SAME = ("item", "basis", *SHARES, "met", "level")


def write_parquet(content: Content, path: Path) -> None:
    """Writes the result table; raises OSError where the folder cannot be written to."""
    schema = pl.DataFrame(schema=SCHEMA).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    with write_whole(path) as made, pq.ParquetWriter(made, schema, compression="zstd") as file:
        for rows in content.told():
            file.write_table(rows.select(COLUMNS).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema))


def write_json(content: Content, stream: TextIO) -> None:
    """Writes the machine's form, row by row, so that a large table needs no room of its own."""
    head = json.dumps(content.head(), ensure_ascii=False, indent=1)
    stream.write(f'{head.removesuffix("}").rstrip()},\n "rows": [')
    between = ""
    for row in content.json_rows():
        text = json.dumps(row, ensure_ascii=False, indent=1).replace("\n", "\n  ")
        stream.write(f"{between}\n  {text}")
        between = ","
    stream.write("\n ]\n}\n")


def print_content(content: Content, console: Console, language: str = "en", limit: int | None = None) -> None:
    """Prints the shares, largest first: bounds by value and by mass, what would settle them, the largest path.

    `limit` is how many are spelt out; without it, as many as the screen holds, 20 where there is no screen.
    """
    if limit is None:
        room = console.height - _AROUND
        limit = max(room if console.width >= _WIDE else room // 2, 5) if console.is_terminal else _PIPED
    largest = _largest(content, limit)
    known = say("say.known", language, day=content.law.known_as_of)
    heading(say("title.content", language, day=content.on), console, known)
    for basis in dict.fromkeys(one.basis for one in content.classes):
        _print_basis(content, basis, console, language)
    console.print()
    if not largest.merged:
        console.print(say("content.nothing", language))
    else:
        _print_rows(content, largest, console, language, limit)
    _print_foot(content, largest.nothing, console, language)


def _print_basis(content: Content, basis: str, console: Console, language: str) -> None:
    """One line on a law: what it counts, from which share on it reaches an item, and whether it does that day."""
    classes = [one for one in content.classes if one.basis == basis]
    shares = {one.level.share for one in classes}
    levels = [_level(one, len(shares) > 1 and one.level.share == min(shares), language) for one in classes]
    what = say("content.china" if basis == CHINA else "content.united_states", language)
    status = content.status(basis)
    parts = [what, *dict.fromkeys(levels), *([say(f"status.{status.value}", language)] if status else [])]
    line = Line(f"{basis} ", style="bold")
    line.append(("；" if language == "zh" else "; ").join(parts), style="not bold")
    for number, part in enumerate(line.wrap(console, max(console.width - 2, 20))):
        console.print(Line("  " if number else "") + part)


def _level(one: DestinationClass, lowest: bool, language: str) -> str:
    """How a law compares: `reached at 0.1 %`, `reached above 10 % to E:1;CU`."""
    key = "content.at_least" if one.level.op == ">=" else "content.above"
    text = say(key, language, share=percent(one.level.share))
    return f"{text} ({one.name})" if lowest else text


@dataclass(frozen=True)
class _Share:
    """One share as the screen shows it."""

    item: str
    basis: str
    to: str
    value: str
    mass: str
    settle: str
    path: str
    met: str


@dataclass(frozen=True)
class _Largest:
    """The largest shares, how many there are in all, and how many rows come to nothing."""

    rows: pl.DataFrame
    merged: int
    nothing: int


def _largest(content: Content, limit: int) -> _Largest:
    """The `limit` largest shares of items with a bill, found some items at a time.

    Classes of destinations in which an item's share is the same are one on the screen.
    """
    high, low = pl.col("value_share_high").fill_null(1.0), pl.col("value_share_low").fill_null(0.0)
    levels = pl.DataFrame({"place": range(len(content.classes)), "level": [c.level.share for c in content.classes]})
    found, count, nothing = [], 0, 0

    def ranked(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.sort(high, low, "level", descending=[True, True, False], maintain_order=True).head(limit)

    for rows in content.batches():
        billed = rows.filter(pl.Series(content.with_bill[rows["number"].to_numpy()], dtype=pl.Boolean))
        said = billed.filter(high > 0)
        merged = (
            said.join(levels, on="place", maintain_order="left")
            .group_by("number", *_SAME, maintain_order=True)
            .agg("place")
        )
        count, nothing = count + merged.height, nothing + billed.height - said.height
        found.append(ranked(merged))
    return _Largest(ranked(pl.concat(found)) if found else pl.DataFrame(), count, nothing)


def _print_rows(content: Content, largest: _Largest, console: Console, language: str, limit: int) -> None:
    told = content.explained(largest.rows.explode("place"))
    told = told.group_by(*_SAME, *_WHY, maintain_order=True).agg("place").head(limit)
    shown = list(_shares(content, told, language))
    (_print_wide if console.width >= _WIDE else _print_narrow)(shown, console, language)
    if largest.merged > limit:
        text = say("content.more", language, n=f"{largest.merged - limit:,}")
        console.print(Line(text, style="bold"))


def _shares(content: Content, rows: pl.DataFrame, language: str) -> Iterator[_Share]:
    for row in rows.iter_rows(named=True):
        levels = [content.classes[place].level.share for place in row["place"]]
        yield _Share(
            item=clean(row["item"]),
            basis=row["basis"],
            to=_to(content, row["place"], language),
            value=_bounds(row["value_share_low"], row["value_share_high"], language, levels),
            mass=_bounds(row["mass_share_low"], row["mass_share_high"], language),
            settle=_settle(row, language),
            path=clean(row["top_path"] or ""),
            met=row["met"],
        )


def _to(content: Content, places: Sequence[int], language: str) -> str:
    """The destinations of some classes together, empty for a law that knows no such classes."""
    together = [code for place in places for code in content.classes[place].destinations]
    if not together:
        return ""
    name = content.classes[places[0]].name if len(places) == 1 else content.name(together)
    if name == "all":
        return say("content.everywhere", language)
    if name.startswith("all but "):
        return say("content.all_but", language, some=name.removeprefix("all but "))
    some, _, out = name.partition(" but ")
    return say("content.some_but", language, some=some, out=out) if out else name


def _settle(row: Mapping[str, Any], language: str) -> str:
    if row["settled_by"] is None:
        return ""
    return say("content.cell_of", language, cell=fact_label(row["cell"])[language], part=clean(row["settled_by"]))


def percent(share: float, levels: Sequence[float] = ()) -> str:
    """A share in percent to three digits, more where fewer would put it on the other side of a level."""
    exact = Decimal(repr(share)) * 100
    for digits in range(3, 18):
        text = Decimal(f"{exact:.{digits}g}")
        if all(_side(text, level) == _side(exact, level) for level in levels):
            return f"{text.normalize():f} %"
    return f"{exact:f} %"


def _side(value: Decimal, level: float) -> int:
    limit = Decimal(repr(level)) * 100
    return (value > limit) - (value < limit)


def _bounds(low: float | None, high: float | None, language: str, levels: Sequence[float] = ()) -> str:
    if low is None or high is None:
        return say("say.unknown", language)
    if low == high:
        return percent(low, levels)
    return f"{percent(low, levels).removesuffix(' %')}–{percent(high, levels)}"


def _mark(share: _Share, width: int, language: str) -> Line:
    """The label of a share in its colour, a space on either side."""
    return Line().append(f" {fit(say(_MARKS[share.met], language).upper(), width - 2)} ", style=_STYLES[share.met])


def _widths(shown: Sequence[_Share], language: str) -> tuple[int, int, int, int, int]:
    """Cells of the mark, the item, the law and the two shares."""
    heads = [say(f"head.{head}", language) for head in ("met", "item", "regime", "by_value", "by_mass")]
    marks = [say(key, language).upper() for key in _MARKS.values()]
    cells = [[mark, "", "", "", ""] for mark in marks]
    cells += [["", one.item, one.basis, one.value, one.mass] for one in shown]
    mark, item, law, value, mass = columns([heads, *cells], (12, 20, 16, 16, 16))
    return mark + 2, item, law, value, mass


def _print_narrow(shown: Sequence[_Share], console: Console, language: str) -> None:
    """Two lines of the screen for each share: the bounds, then destinations, what would settle it, and the path."""
    mark, *widths = _widths(shown, language)
    heads = [say(f"head.{head}", language) for head in ("item", "regime", "by_value", "by_mass")]
    console.print(Line(" " * (mark + 1) + joined(zip(heads, widths, strict=True)), style="dim"), no_wrap=True)
    for one in shown:
        top = _mark(one, mark, language)
        top.append(" ")
        top.append(joined(zip((one.item, one.basis, one.value, one.mass), widths, strict=True)))
        console.print(top, no_wrap=True)
        settle = say("content.settle", language, what=one.settle) if one.settle else ""
        to = say("content.to", language, destinations=one.to) if one.to else ""
        below = " · ".join(part for part in (to, settle, one.path) if part)
        line = Line(f"{' ' * (mark + 1)}{below}", style="dim")
        line.truncate(console.width, overflow="ellipsis")
        console.print(line, no_wrap=True)


def _print_wide(shown: Sequence[_Share], console: Console, language: str) -> None:
    """One line of the screen for each share."""
    mark, item, law, value, mass = _widths(shown, language)
    room = console.width - mark - item - law - value - mass - 7
    to, settle = room * 28 // 100, room * 30 // 100
    widths = (item, law, to, value, mass, settle, room - to - settle)
    names = ("item", "regime", "destination", "by_value", "by_mass", "settles", "path")
    heads = [say(f"head.{head}", language) for head in names]
    console.print(Line(" " * (mark + 1) + joined(zip(heads, widths, strict=True)), style="dim"), no_wrap=True)
    for one in shown:
        cells = (one.item, one.basis, one.to, one.value, one.mass, one.settle, one.path)
        line = _mark(one, mark, language)
        line.append(" ")
        line.append(joined(zip(cells, widths, strict=True)))
        console.print(line, no_wrap=True)


def _print_foot(content: Content, nothing: int, console: Console, language: str) -> None:
    console.print()
    bare = content.items.filter(pl.Series(~content.with_bill, dtype=pl.Boolean))
    notes = [say("content.cycle", language, way=" > ".join(map(clean, way))) for way in content.cycles]
    if missing := content.rates.missing:
        names = ("、" if language == "zh" else ", ").join(missing)
        notes.append(say("content.no_rate", language, names=names, day=content.on, age=MAX_AGE.days))
    bullets(notes, console, style="yellow", mark="!")
    if len(bare):
        named = _some(bare.head(_NAMED + 1).to_list(), language)
        text = say("content.without_bill", language, n=f"{len(bare):,}", items=named)
        bullets([text], console, style="dim", mark="-")
    if nothing:
        bullets([say("content.zero", language, n=f"{nothing:,}")], console, style="dim", mark="-")
    console.print(Line(say("content.next", language), style="dim"))
    console.print(Line(say("say.care", language, day=content.law.known_as_of), style="dim"))


def _some(items: Sequence[str], language: str) -> str:
    named = ("、" if language == "zh" else ", ").join(clean(item) for item in items[:_NAMED])
    return named + ("…" if len(items) > _NAMED else "")
