"""Tells what a list file holds by its content and reads it, alone or with the rest of its folder.

`read_list` refuses a file it cannot read; `read_folder` sets it aside with the reason. What has been read is kept on
disk under the hash of what it was read from, so that reading the same files again takes no time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from lotgate.errors import Fault, InputError
from lotgate.parties import advanced, asia, csl, enhanced, eu, eu_fsf, ftm, ofac, private, uk, un
from lotgate.parties.cache import cached_lists
from lotgate.parties.content import csv_rows, decode, digest, first_rows, parse_xml, read_bytes, refuse
from lotgate.parties.lists import Ignored, ListSet, PartyList, from_rows, name_of
from lotgate.progress import tell

__all__ = ["layout_of", "read_folder", "read_list"]

NOT_LISTS = {
    "ccl": "Commerce Control List data, not a party list",
    "hardware": "accelerator data, not a party list",
}
_EU_COLUMNS = {"annex", "measure", "name", "schema", "programKey"}
_OWN_COLUMNS = {"name_en", "name_zh"}


@dataclass(frozen=True)
class _File:
    """A file with its content and the layout told from it."""

    path: Path
    data: bytes
    layout: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def text(self) -> str:
        text = decode(self.data, self.name)
        if self.layout == "uk-csv" and "Unique ID" not in text[: text.find("\n")]:
            return text[text.find("\n") + 1 :]  # the list leads with a line that tells its day
        return text

    @property
    def day(self) -> date | None:
        """The day in the file's name, if it has one."""
        found = re.search(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)", self.path.stem)
        try:
            return date(int(found[1]), int(found[2]), int(found[3])) if found else None
        except ValueError:
            return None


def _headed_layout(header: set[str], name: str) -> str:
    if {"source", "name", "alt_names", "license_requirement"} <= header:
        return "csl-csv"
    if header >= _EU_COLUMNS:
        return "eu-journal"
    if {"Entity_LogicalId", "NameAlias_WholeName"} <= header:
        return "eu-fsf-csv"
    if {"Type", "Name", "Chinese name", "List", "Date"} <= header:
        return "cn-countermeasures"
    if "eccn" in header:
        return "ccl"
    if "Hardware name" in header:
        return "hardware"
    if {"Unique ID", "Name 6", "Name type", "Regime Name"} <= header:
        return "uk-csv"
    if header >= _OWN_COLUMNS:
        return "own-listings"
    if "name" in header and header <= private.COLUMNS:
        return "private"
    if "name" in header:
        strange = min(header - private.COLUMNS)
        near = get_close_matches(strange, sorted(private.COLUMNS), 1)
        hint = f"; nearest is {near[0]!r}" if near else ""
        raise refuse(name, f"no list layout known here: unknown column {strange!r}{hint}")
    raise refuse(name, "no list layout known here", "an official layout, or a CSV with a `name` column")


def _bare_layout(rows: list[list[str]], text: str, name: str) -> str | None:
    """The OFAC file a header-less CSV is: told by the number of columns, and by programs for the two primary files."""
    rows = [row for row in rows if row not in ([], ["\x1a"])]
    if not rows or not all(row[0].strip().isdigit() for row in rows):
        return None
    widths = {len(row) for row in rows}
    if widths == {12}:
        non_sdn = re.search(r'"NS-PLC|"CMIC-EO13959|561-Related', text) is not None
        return "ofac-cons-primary" if non_sdn else "ofac-sdn-primary"
    kinds = {5: "alt", 6: "add", 2: "comments"}
    if len(widths) == 1 and (width := widths.pop()) in kinds:
        return f"ofac-part-{kinds[width]}"
    return None


def _json_layout(text: str, name: str) -> str:
    start = re.sub("<!--.*?-->", "", text[:20_000], flags=re.DOTALL)
    if start.lstrip().startswith("{") and '"schema"' in start and '"properties"' in start:
        return "ftm-json"
    if start.lstrip().startswith("{") and '"results"' in start:
        return "csl-json"
    if start.lstrip().startswith("[") and '"entity_name"' in start and '"list_id"' in start:
        return "registry-json"
    raise refuse(name, "no list layout known here", "the Consolidated Screening List JSON, or another known layout")


_XML_ROOTS = (
    (r"CONSOLIDATED_LIST[\s>]", "un-xml"),
    (r"sdnList[\s>]", "ofac-xml"),
    (r"Sanctions[\s>]", "ofac-advanced"),
    (r"sanctionsData[\s>]", "ofac-enhanced"),
    (r"export\s[^>]*generationDate", "eu-fsf-xml"),
    (r"Designations[\s>]", "uk-xml"),
)


def _xml_layout(text: str, name: str) -> str:
    start = re.sub("<!--.*?-->", "", text[:20_000], flags=re.DOTALL)
    for pattern, layout in _XML_ROOTS:
        if re.search(rf"<(?:\w+:)?{pattern}", start):
            return layout
    root = re.search(r"<(?![?!])([^\s/>]+)", start)
    raise refuse(name, "no list layout known here: unknown XML root", value=root[1] if root else None)


_PEEK = 2_000_000
"""Bytes from which a layout is told."""


def _open(path: Path) -> _File:
    """The file with its layout; raises InputError for what is broken or unknown."""
    data = read_bytes(path)
    text = decode(data[:_PEEK], path.name, whole=len(data) <= _PEEK)
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return _File(path, data, _json_layout(text, path.name))
    if start == "<":
        return _File(path, data, _xml_layout(text, path.name))
    rows = first_rows(text, 20)
    bare = _bare_layout(rows, text, path.name)
    header = next((row for row in rows[:2] if "Unique ID" in row), rows[0] if rows else [])
    layout = bare or _headed_layout({cell.strip() for cell in header}, path.name)
    return _File(path, data, layout)


def layout_of(path: Path | str) -> str:
    """The layout of a list file, told by its content; raises InputError for what is broken or unknown."""
    return _open(Path(path)).layout


def _part_name(file: _File) -> str:
    """What binds an OFAC part to its primary file: family by name, and day."""
    family = "cons" if "cons" in file.name.lower() else "sdn"
    return f"{file.path.parent}|{family}|{file.day}"


def _json(file: _File) -> Any:
    """The content of a JSON file; raises InputError for one that is cut short or nested beyond reason."""
    try:
        return json.loads(file.text)
    except json.JSONDecodeError as error:
        raise refuse(file.name, f"JSON cannot be read, perhaps cut short: {error}") from None
    except RecursionError:
        raise refuse(file.name, "JSON is nested too deeply to be a list") from None


def _read_csl(files: Sequence[_File]) -> list[PartyList]:
    file = files[0]
    if file.layout == "csl-json":
        lists, lost = csl.from_json(_json(file), file.day, file.name, digest(file.data))
    else:
        lists, lost = csl.from_csv(csv_rows(file.text, file.name), file.day, file.name, digest(file.data))
    return _with_lost(lists, lost, file.name)


def _with_lost(lists: list[PartyList], lost: list[Fault], name: str) -> list[PartyList]:
    """The lists; rows of no list are named on the first one, and a file of such rows alone is refused."""
    if not lists:
        raise InputError(lost or [Fault(name, "file holds no row")])
    if lost:
        first = lists[0]
        lists[0] = PartyList(
            first.id,
            first.title,
            first.as_of,
            first.source,
            first.entries,
            first.rows + len(lost),
            first.merged,
            (*first.rejected, *lost),
            first.sha256,
        )
    return lists


def _read_ofac(files: Sequence[_File]) -> list[PartyList]:
    primary = next(file for file in files if file.layout.endswith("primary"))
    texts = {"primary": primary.text}
    for file in files:
        if file.layout.startswith("ofac-part-"):
            texts[file.layout.removeprefix("ofac-part-")] = file.text
    names = "; ".join(file.name for file in files)
    sdn = primary.layout == "ofac-sdn-primary"
    # The hash speaks for the whole set: another file of other names makes another list.
    marks = sorted(digest(file.data) for file in files)
    mark = marks[0] if len(marks) == 1 else digest("\n".join(marks).encode())
    return ofac.from_csv_set(texts, sdn=sdn, as_of=primary.day, source=names, sha256=mark)


def _read_journal(files: Sequence[_File]) -> list[PartyList]:
    tables = [(file.name, digest(file.data), list(csv_rows(file.text, file.name))) for file in files]
    return eu.from_journal(tables)


def _read_registry(files: Sequence[_File]) -> list[PartyList]:
    file = files[0]
    lists, lost = asia.from_registry(_json(file), file.name, digest(file.data))
    return _with_lost(lists, lost, file.name)


def _read_ftm(files: Sequence[_File]) -> list[PartyList]:
    file = files[0]
    return [ftm.from_lines(file.text, file.path, file.day, digest(file.data))]


def _read_xml(files: Sequence[_File]) -> list[PartyList]:
    file = files[0]
    root, mark = parse_xml(file.data, file.name), digest(file.data)
    if file.layout == "un-xml":
        return un.from_xml(root, file.name, mark)
    if file.layout == "ofac-advanced":
        return advanced.from_xml(root, file.day, file.name, mark)
    if file.layout == "ofac-enhanced":
        return enhanced.from_xml(root, file.day, file.name, mark)
    if file.layout == "eu-fsf-xml":
        return [eu_fsf.from_xml(root, file.day, file.name, mark)]
    if file.layout == "uk-xml":
        return [uk.from_xml(root, file.day, file.name, mark)]
    return ofac.from_simple_xml(root, file.day, file.name, mark)


def _read_table(files: Sequence[_File]) -> list[PartyList]:
    file = files[0]
    rows = csv_rows(file.text, file.name)
    if file.layout == "cn-countermeasures":
        return [asia.from_countermeasures(rows, file.day, file.name, digest(file.data))]
    if file.layout == "uk-csv":
        return [uk.from_csv(rows, file.day, file.name, digest(file.data))]
    if file.layout == "eu-fsf-csv":
        return [eu_fsf.from_csv(rows, file.day, file.name, digest(file.data))]
    if file.layout == "own-listings":
        return [from_rows(name_of(file.path), file.path.stem, rows, file.day, file.name)]
    return [private.from_csv(rows, file.path, file.day, digest(file.data))]


_READERS: dict[str, Callable[[Sequence[_File]], list[PartyList]]] = {
    "csl-csv": _read_csl,
    "csl-json": _read_csl,
    "ofac-sdn-primary": _read_ofac,
    "ofac-cons-primary": _read_ofac,
    "eu-journal": _read_journal,
    "registry-json": _read_registry,
    "un-xml": _read_xml,
    "ofac-xml": _read_xml,
    "ofac-advanced": _read_xml,
    "ofac-enhanced": _read_xml,
    "eu-fsf-xml": _read_xml,
    "uk-xml": _read_xml,
    "uk-csv": _read_table,
    "eu-fsf-csv": _read_table,
    "ftm-json": _read_ftm,
    "cn-countermeasures": _read_table,
    "own-listings": _read_table,
    "private": _read_table,
}


def _read_group(files: Sequence[_File]) -> list[PartyList]:
    """The lists in files that belong together, from the cache where they have been read before."""
    primary = next((file for file in files if file.layout in _READERS), files[0])
    reader = _READERS[primary.layout]
    parts = [f"{file.layout}|{file.name}|{digest(file.data)}" for file in files]
    return cached_lists(parts, lambda: _read_with(reader, files))


def _read_with(reader: Callable[[Sequence[_File]], list[PartyList]], files: Sequence[_File]) -> list[PartyList]:
    """What a reader makes of files; a file that only looks like its layout is refused."""
    names = "; ".join(file.name for file in files)
    try:
        found = reader(files)
    except InputError:
        raise
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        reason = f"the file looks like {files[0].layout} but cannot be read as that: {type(error).__name__}: {error}"
        raise refuse(names, reason, "the layout as the authority publishes it") from error
    if not found:
        raise refuse(names, "file holds no row")
    return found


def _siblings(file: _File) -> list[_File]:
    """The parts of an OFAC set beside its primary file."""
    found = []
    for path in sorted(file.path.parent.iterdir()):
        if path == file.path or not path.is_file() or path.suffix.lower() != ".csv":
            continue
        try:
            other = _open(path)
        except InputError:
            continue
        if other.layout.startswith("ofac-part") and _part_name(other) == _part_name(file):
            found.append(other)
    return found


def read_list(path: Path | str) -> list[PartyList]:
    """The lists in one file (with the parts beside it, for an OFAC set).

    Raises InputError for a file that is broken, hostile, of an unknown layout, or no party list.
    """
    if not Path(path).is_file():
        raise refuse(str(path), "no such file", "a list file")
    file = _open(Path(path))
    if file.layout in NOT_LISTS:
        raise refuse(file.name, NOT_LISTS[file.layout])
    if file.layout.startswith("ofac-part"):
        expected = "the primary file (sdn.csv or cons_prim.csv), with this beside it"
        raise refuse(file.name, "a part of an OFAC set", expected)
    files = [file, *_siblings(file)] if file.layout.startswith("ofac") and file.layout.endswith("primary") else [file]
    return _read_group(files)


def _groups(files: Iterable[_File]) -> tuple[list[list[_File]], list[Ignored]]:
    """Files that are read together, and those that are left aside."""
    parts: dict[str, list[_File]] = {}
    primaries, singles, journal, ignored = [], [], [], []
    for file in files:
        if file.layout in NOT_LISTS:
            ignored.append(Ignored(str(file.path), NOT_LISTS[file.layout], expected=True))
        elif file.layout.startswith("ofac-part"):
            parts.setdefault(_part_name(file), []).append(file)
        elif file.layout.endswith("primary"):
            primaries.append(file)
        elif file.layout == "eu-journal":
            journal.append(file)
        else:
            singles.append([file])
    groups = singles + [[file, *parts.pop(_part_name(file), [])] for file in primaries]
    if journal:
        groups.append(journal)
    for left in parts.values():
        reason = "part of an OFAC set whose primary file of the same day is not here"
        ignored += [Ignored(str(file.path), reason) for file in left]
    return groups, ignored


def _rank(candidate: PartyList) -> tuple[date, int, str]:
    return (candidate.as_of or date.min, len(candidate), candidate.source)


def _choose(found: Iterable[PartyList]) -> tuple[dict[str, PartyList], list[PartyList]]:
    """For each id the newest list (then the fuller one, then by name), and the ones it puts aside."""
    best: dict[str, PartyList] = {}
    aside = []
    for candidate in sorted(found, key=lambda item: (item.id, item.source)):
        held = best.get(candidate.id)
        if held is None or _rank(candidate) > _rank(held):
            aside += [held] if held is not None else []
            best[candidate.id] = candidate
        else:
            aside.append(candidate)
    return {key: best[key] for key in sorted(best)}, aside


_SKIP = {".md", ".txt", ".py", ".html", ".pdf", ".parquet", ".xlsx", ".xsd"}


def read_folder(path: Path | str) -> ListSet:
    """All lists in a folder and below it; unreadable and unknown files are in `ignored`, each with its reason.

    Raises InputError if the folder is not there or holds no list at all.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise refuse(str(folder), "no such folder", "a folder of party lists")
    files, ignored = [], []
    for item in sorted(folder.rglob("*")):
        if not item.is_file() or item.name.startswith("."):
            continue
        if item.suffix.lower() in _SKIP:
            ignored.append(Ignored(str(item), "not a list file by its ending", expected=True))
            continue
        try:
            files.append(_open(item))
        except InputError as error:
            ignored.append(Ignored(str(item), str(error)))
    groups, left = _groups(files)
    found: list[PartyList] = []
    for done, group in enumerate(groups):
        tell(group[0].name, done, len(groups))
        try:
            found += _read_group(group)
        except InputError as error:
            ignored.append(Ignored("; ".join(str(file.path) for file in group), str(error)))
    if not found:
        raise InputError([Fault(str(folder), "folder holds no party list"), *_reasons(ignored)])
    lists, aside = _choose(found)
    return ListSet(lists, tuple(sorted([*ignored, *left], key=lambda item: item.path)), tuple(aside))


def _reasons(ignored: Sequence[Ignored]) -> list[Fault]:
    return [Fault(item.path, item.reason) for item in ignored if not item.expected][:20]
