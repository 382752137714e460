"""Every real file counted with means of its own against what the readers make of it: no row, no name lost."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lotgate.errors import InputError
from lotgate.parties import PartyList, read_list
from lotgate.parties.entity_list import split_name

csv.field_size_limit(10_000_000)
NO_LISTS = {"epoch_ml_hardware", "us_ccl_index", "us_ccl_items_cat1345"}


def plain(text: str) -> str:
    return " ".join(text.split())


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def bare(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.reader(stream) if row not in ([], ["\x1a"])]


def names_in(lists: list[PartyList]) -> set[str]:
    held: set[str] = set()
    for one in lists:
        for name, aliases, weak in one.entries.select("name", "aliases", "weak_aliases").iter_rows():
            held.update(map(plain, (name, *aliases, *weak)))
    return held


def counted(path: Path) -> tuple[int, Iterator[str]]:
    """(rows, names) of a file, told without the readers."""
    if path.name.startswith(("us_csl", "us_entity")):
        rows = table(path)
        return len(rows), (n for r in rows for n in (split_name(r["name"])[0], *r["alt_names"].split("; ")))
    if path.parent.name == "eu_journal":
        rows = table(path)
        cells = (r.get(c) or "" for r in rows for c in ("alias", "weakAlias", "previousName"))
        return len(rows), (
            n for n in (*(r["name"] for r in rows), *(p.strip(' "') for c in cells for p in c.split(";")))
        )
    if path.name.startswith("cn_countersanctions"):
        rows = table(path)
        return len(rows), (n for r in rows for n in (r["Name"], r["Chinese name"], *r["Alias"].split(";")))
    if path.suffix == ".json":
        records = json.loads(path.read_text(encoding="utf-8"))
        return len(records), (n for r in records for n in (r["entity_name"], *(r.get("aliases") or [])))
    if path.suffix == ".xml":
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"<(?:ALIAS_NAME|NAME_ORIGINAL_SCRIPT)>(.*?)</", text, re.DOTALL)
        return len(re.findall(r"<(?:INDIVIDUAL|ENTITY)>", text)), map(html.unescape, found)
    rows_ = bare(path)
    other = path.with_name(path.name.replace("sdn", "alt").replace("prim", "alt"))
    return len(rows_), iter([*(row[1] for row in rows_), *(row[3] for row in bare(other))])


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".csv", ".json", ".xml"))


def test_every_file_gives_what_it_holds(real_lists_folder: Path) -> None:
    seen = 0
    for path in files(real_lists_folder):
        stem = re.sub(r"_\d{4}-\d{2}.*", "", path.stem)
        if stem in NO_LISTS or re.match(r"(cons_)?(alt|add|sdn_comments|comments)", stem):
            with pytest.raises(InputError, match=r"not a party list|part of an OFAC set"):
                read_list(path)
            continue
        rows, names = counted(path)
        if rows == 0:
            with pytest.raises(InputError, match="holds no row"):
                read_list(path)
            continue
        lists = read_list(path)
        assert sum(one.rows for one in lists) == rows, path.name
        assert sum(len(one) + one.merged + len(one.rejected) for one in lists) == rows, path.name
        held = names_in(lists)
        lost = [name for name in map(plain, names) if name and name not in held]
        assert not lost, (path.name, lost[:5])
        seen += 1
    assert seen == 57


def test_every_part_of_a_set_reaches_its_entries(real_lists_folder: Path) -> None:
    """Rows of other names and remarks whose key is in the primary file stand in its entry."""
    primary = real_lists_folder / "ofac_2021_2025" / "cons_prim_2025-12-19.csv"
    lists = read_list(primary)
    keys = {row[0] for row in bare(primary)}
    remarks: dict[str, str] = {}
    for one in lists:
        remarks.update({key: text or "" for key, text in one.entries.select("entry", "remarks").iter_rows()})
    for key, text in bare(primary.with_name("cons_comments_2025-12-19.csv")):
        assert key not in keys or text.strip()[:60] in remarks[key]
