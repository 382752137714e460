"""Supplier documents taken into a workspace: read, merged, written whole or not at all."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from lotgate.errors import Fault, InputError
from lotgate.suppliers.document import Cell, Document, Paper
from lotgate.suppliers.merging import Merged, merge
from lotgate.suppliers.reading import read_document
from lotgate.tables import Workspace, load
from lotgate.tables.additions import add_rows, alone_in

__all__ = ["attach", "import_documents", "read_part_names"]


def import_documents(
    files: Iterable[str | Path],
    into: str | Path,
    *,
    parts: Mapping[str, str] | None = None,
    new_items: bool = False,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Merged:
    """What supplier documents add to a workspace, and adds it.

    `files` are files, or folders of them; `parts` maps part numbers to items. Raises InputError with every fault of
    every file at once, and then nothing is written; `dry_run` writes nothing either.
    """
    paths = [path for given in files for path in _inside(Path(given))]
    documents = []
    for number, path in enumerate(paths, 1):
        documents.append(read_document(path))
        if progress is not None:
            progress(number, len(paths))
    with alone_in(into):
        return _written(load(into, ("items",)), documents, parts, new_items, dry_run)


def attach(
    file: str | Path,
    into: str | Path,
    item: str,
    answers: Mapping[str, str],
    *,
    kind: str = "certificate",
    supplier: str | None = None,
    number: str | None = None,
    day: date | None = None,
    expires: date | None = None,
    dry_run: bool = False,
) -> Merged:
    """Records a paper nobody can read by machine (a scan, a PDF) as evidence for cells of an item, and adds it.

    `answers` maps columns of the table `items` to values. The source names the file with the start of its SHA-256, so
    that the paper can be told from a later one of the same name.
    """
    path = Path(file)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise InputError(
            [Fault(path.name, f"cannot be read: {reason}", expected="a readable file", message_zh=f"无法读取：{reason}",
                   expected_zh="可读取的文件")]
        ) from error  # fmt: skip
    paper = Paper(path.name, kind, supplier, number, day, expires, f"sha256 {digest}")
    with alone_in(into):
        ws = load(into, ("items",))
        return _written(ws, [_attached(paper, ws, item, answers)], None, False, dry_run)


def _attached(paper: Paper, ws: Workspace, item: str, answers: Mapping[str, str]) -> Document:
    """The document that says of an item what a person read on a paper."""
    columns = ws.tables["items"].columns
    unknown = [fact for fact in answers if fact not in columns or fact in ("item", "supplier")]
    faults = tuple(
        Fault(paper.file, "no such column in table items", value=fact, expected=", ".join(columns),
              message_zh="items 表中没有该列", expected_zh=", ".join(columns))
        for fact in unknown
    )  # fmt: skip
    cells = tuple(Cell(item, fact, value, paper) for fact, value in answers.items() if fact not in unknown)
    return Document(paper.file, paper.kind, {item: ""}, (), cells, (), faults, paper.supplier)


def _written(
    ws: Workspace, documents: Iterable[Document], parts: Mapping[str, str] | None, new_items: bool, dry_run: bool
) -> Merged:
    merged = merge(ws, documents, parts, new_items)
    if merged.faults:
        raise InputError(merged.faults)
    if not dry_run and any(merged.rows.values()):
        add_rows(ws.path, merged.rows)
    return merged


def _inside(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith((".", "~$")))


def read_part_names(path: Path) -> dict[str, str]:
    """Supplier part number to item, from a CSV file with the columns `part` and `item`; InputError where it is none."""
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError([Fault(path.name, f"cannot be read: {error}", message_zh=f"无法读取：{error}")]) from error
    faults = [
        Fault(path.name, "a part or its item is missing", row=number, message_zh="缺少 part 或 item",
              expected="columns part and item, both filled", expected_zh="part 和 item 两列，均须填写")
        for number, row in enumerate(rows or [{}], 1)
        if not row.get("part") or not row.get("item")
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    return {row["part"].strip(): row["item"].strip() for row in rows}
