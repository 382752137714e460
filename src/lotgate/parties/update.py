"""Brings the store up to date from the official addresses: fetch, check, compare, and only then take in.

A publication is taken in whole or not at all: if one of its lists does not pass, all its lists in use stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from lotgate.errors import Fault, InputError
from lotgate.parties.cache import locked
from lotgate.parties.content import read_bytes
from lotgate.parties.fetch import Fetched, FetchError, Limits, fetch
from lotgate.parties.lists import PartyList, Told
from lotgate.parties.reading import layout_of, read_list
from lotgate.parties.sources import Source, sources
from lotgate.parties.store import SAME, Change, Origin, confirm, held_list, reason_against, store_folder, take

__all__ = ["SourceUpdate", "update"]

_ENDINGS = {"xml": ".xml", "json": ".json", "csv": ".csv"}
UNCHANGED = Told("the server says nothing has changed", "服务器称内容未变")
_CLOSED = b"\x1a"
"""The sign that ends every CSV file of the US Treasury."""

Report = Callable[[str, str, int, int | None], None]
"""Told of the source, the file, the bytes that came and the bytes stated."""


@dataclass(frozen=True)
class SourceUpdate:
    """What became of one publication: `updated`, `unchanged`, `refused` (what came is not good), `failed` (nothing
    came) or `by-hand` (there is no file to fetch), with the reason and what happened to each list."""

    source: str
    outcome: str
    reason: Told
    changes: tuple[Change, ...] = ()


def update(
    names: Iterable[str] = (),
    *,
    today: date,
    addresses: Path | str | None = None,
    limits: Limits | None = None,
    force: bool = False,
    report: Report | None = None,
) -> Iterator[SourceUpdate]:
    """What became of each publication, one after the other as it is done; all of them if `names` is empty.

    `names` are sources or lists. `force` takes in what looks broken by its count or size, never what cannot be read.
    Raises InputError for a name nobody knows.
    """
    chosen = _chosen(tuple(names), sources(addresses))
    return (_one(source, today, limits or Limits(), force, report) for source in chosen)


def _chosen(names: Sequence[str], known: Sequence[Source]) -> list[Source]:
    if not names:
        return list(known)
    places = {source.id: source for source in known}
    places |= {list_id: source for source in known for list_id in source.lists}
    faults = []
    for name in names:
        if name not in places:
            near = get_close_matches(name, list(places), 1)
            expected = f"{near[0]} (nearest)" if near else f"one of {', '.join(source.id for source in known)}"
            faults.append(Fault("lists update", "no such source or list", value=name, expected=expected))
    if faults:
        raise InputError(faults)
    wanted = {places[name].id for name in names}
    return [source for source in known if source.id in wanted]


def _one(source: Source, today: date, limits: Limits, force: bool, report: Report | None) -> SourceUpdate:
    if not source.files:
        return SourceUpdate(source.id, "by-hand", Told(source.note, source.note_zh))
    try:
        with TemporaryDirectory(prefix="lotgate-") as folder:
            return _fetched_and_taken(source, Path(folder), today, limits, force, report)
    except FetchError as error:
        return SourceUpdate(source.id, "failed", Told(str(error), str(error)))
    except InputError as error:
        return SourceUpdate(source.id, "refused", Told(error.text("en"), error.text("zh")))


def _fetched_and_taken(
    source: Source, folder: Path, today: date, limits: Limits, force: bool, report: Report | None
) -> SourceUpdate:
    sized = replace(limits, most_bytes=source.most_bytes or limits.most_bytes)
    got = _fetch_all(source, folder, sized, _marks(source), report)
    origin: Origin = {one.url: {"etag": one.etag, "last_modified": one.last_modified} for one in got}
    if all(one.path is None for one in got):
        with locked(store_folder() / ".lock"):
            for list_id in source.lists:
                if held_list(list_id) is not None:
                    confirm(list_id, today, origin)
        return SourceUpdate(source.id, "unchanged", UNCHANGED)
    _check_files(source, got, force)
    primary = got[0].path
    assert primary is not None
    found = [_named(one, got) for one in read_list(primary) if one.id in source.lists]
    with locked(store_folder() / ".lock"):
        return _taken(source, found, origin, today, force)


def _taken(source: Source, found: Sequence[PartyList], origin: Origin, today: date, force: bool) -> SourceUpdate:
    """Takes all lists of a source into the store, or none where something speaks against one of them."""
    against = [
        Told(f"{one.id} {told.en}", f"{one.id}{told.zh}")
        for one in found
        if (told := reason_against(one, _held(one.id), force))
    ]
    against += [Told(f"{key} is not in the file", f"文件中没有{key}") for key in _missing(source, found)]
    if not found:
        against.append(Told("none of the expected lists is in the file", "文件中没有任何预期的清单"))
    if not found or (against and not force):
        reasons = Told("; ".join(told.en for told in against), "；".join(told.zh for told in against))
        return SourceUpdate(source.id, "refused", reasons)
    changes = tuple(take(one, today, force, origin) for one in found)
    same = all(change.reason == SAME for change in changes)
    return SourceUpdate(source.id, "unchanged" if same else "updated", Told("", ""), changes)


def _held(list_id: str) -> PartyList | None:
    held = held_list(list_id)
    return held[0] if held else None


def _missing(source: Source, found: Sequence[PartyList]) -> list[str]:
    """Lists of the source that are in use and not in what came: a list does not end without a word."""
    here = {one.id for one in found}
    return [list_id for list_id in source.lists if list_id not in here and held_list(list_id) is not None]


def _marks(source: Source) -> Origin:
    """The server's marks of what is in use, where all lists of the source come from its addresses as they are now."""
    origins = []
    for list_id in source.lists:
        held = held_list(list_id)
        if held is not None:
            origins.append(held[1].get("origin") or {})
    if not origins or any(origin != origins[0] or set(origin) != set(source.files) for origin in origins):
        return {}
    made: Origin = origins[0]
    return made


def _fetch_all(source: Source, folder: Path, limits: Limits, marks: Origin, report: Report | None) -> list[Fetched]:
    """Every file of the source; if one of them has changed, all of them are fetched."""

    def get(number: int, url: str, known: dict[str, str | None]) -> Fetched:
        name = _name(url, source.layouts[number], source.id)
        progress = (lambda came, of: report(source.id, name, came, of)) if report else None
        return fetch(
            url,
            folder / name,
            limits,
            progress=progress,
            etag=known.get("etag"),
            last_modified=known.get("last_modified"),
        )

    got = [get(number, url, marks.get(url, {})) for number, url in enumerate(source.files)]
    if any(one.path is not None for one in got):
        got = [one if one.path is not None else get(n, one.url, {}) for n, one in enumerate(got)]
    return got


def _name(url: str, layout: str, source: str) -> str:
    """The name a file is kept under: that of its address, in small letters, if it has an ending."""
    last = urlsplit(url).path.rsplit("/", 1)[-1].lower()
    if last.endswith(tuple(_ENDINGS.values())):
        return last
    return source + next((ending for word, ending in _ENDINGS.items() if layout.endswith(word)), ".csv")


def _check_files(source: Source, got: Sequence[Fetched], force: bool) -> None:
    """Raises InputError for every file of a wrong size, layout or end."""
    faults: list[Fault] = []
    for layout, one in zip(source.layouts, got, strict=True):
        assert one.path is not None
        if one.size < source.least_bytes and one is got[0] and not force:
            expected = f"at least {source.least_bytes:,}"
            faults.append(Fault(one.url, f"the file has {one.size:,} bytes", expected=expected))
        try:
            found = layout_of(one.path)
        except InputError as error:
            faults += error.faults
            continue
        if found != layout:
            faults.append(Fault(one.url, "the file has another layout", value=found, expected=layout))
        elif layout.startswith("ofac") and not force and not read_bytes(one.path).rstrip().endswith(_CLOSED):
            faults.append(Fault(one.url, "the file is cut short: the sign that ends it is missing"))
    if faults:
        raise InputError(faults)


def _named(found: PartyList, got: Sequence[Fetched]) -> PartyList:
    """The list with the address it came from, and the server's day where it bears none itself."""
    return replace(found, as_of=found.as_of or got[0].day, source="; ".join(one.url for one in got))
