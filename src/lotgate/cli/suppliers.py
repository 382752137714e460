"""Commands about suppliers: their documents taken into a workspace."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lotgate.cli.edges import DONE, console, print_json
from lotgate.cli.options import COLOUR, DAY, FILE, JSON, LANGUAGE

if TYPE_CHECKING:
    from lotgate.suppliers import Merged

__all__ = ["COMMANDS"]

_INTO = click.option(
    "--into", required=True, type=click.Path(path_type=Path), help="The workspace that takes the rows."
)
_DRY = click.option("--dry-run", is_flag=True, help="Show what would be added and write nothing.")


@click.group()
def suppliers() -> None:
    """What suppliers send: declarations and certificates taken into a workspace, never over what stands there."""


@suppliers.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@_INTO
@click.option("--parts", type=FILE, help="CSV with part and item: which item a supplier's part number is.")
@click.option("--new", "new_items", is_flag=True, help="Take parts the workspace does not have in as new items.")
@_DRY
@JSON
@LANGUAGE
@COLOUR
def suppliers_import(
    files: tuple[Path, ...],
    into: Path,
    parts: Path | None,
    new_items: bool,
    dry_run: bool,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """Take FILES into a workspace: IPC-1752/1754 XML, tables of declarations or certificates (CSV, xlsx),
    conflict-minerals workbooks; folders of them too. Told apart by content.
    """
    from lotgate.report.progress import Progress
    from lotgate.suppliers.importing import import_documents, read_part_names

    names = read_part_names(parts) if parts else None
    merged = import_documents(
        files, into, parts=names, new_items=new_items, dry_run=dry_run, progress=Progress("suppliers")
    )
    _show(merged, not dry_run, as_json, language, no_color)
    return DONE


@suppliers.command("attach")
@click.argument("file", type=FILE)
@_INTO
@click.option("--item", required=True, help="The item the paper is about.")
@click.option("--fact", "facts", multiple=True, required=True, metavar="COLUMN=VALUE",
              help="What it says, e.g. origin=JP or technology=none; may be repeated.")  # fmt: skip
@click.option("--kind", default="certificate", show_default=True, help="What the paper is, e.g. certificate of origin.")
@click.option("--by", "supplier", help="Who issued it.")
@click.option("--number", help="Its number.")
@click.option("--date", "day", type=DAY, help="Its day.")
@click.option("--expires", type=DAY, help="The last day on which it counts.")
@_DRY
@JSON
@LANGUAGE
@COLOUR
def suppliers_attach(
    file: Path,
    into: Path,
    item: str,
    facts: tuple[str, ...],
    kind: str,
    supplier: str | None,
    number: str | None,
    day: date | None,
    expires: date | None,
    dry_run: bool,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """Record FILE, a scan or PDF of a certificate, as evidence for cells of one item."""
    from lotgate.suppliers.importing import attach

    pairs = [text.partition("=") for text in facts]
    if wrong := [text for text, (_, sign, value) in zip(facts, pairs, strict=True) if not sign or not value.strip()]:
        raise click.UsageError(f"--fact {wrong[0]}: expected COLUMN=VALUE, e.g. origin=JP")
    answers = {column.strip(): value.strip() for column, _, value in pairs}
    merged = attach(
        file, into, item, answers,
        kind=kind, supplier=supplier, number=number, day=day, expires=expires, dry_run=dry_run,
    )  # fmt: skip
    _show(merged, not dry_run, as_json, language, no_color)
    return DONE


def _show(merged: Merged, written: bool, as_json: bool, language: str, no_color: bool) -> None:
    from lotgate.report.suppliers_view import merged_json, print_merged

    if as_json:
        print_json(merged_json(merged, written))
    else:
        print_merged(merged, console(no_color), written, language)


COMMANDS = (suppliers,)
