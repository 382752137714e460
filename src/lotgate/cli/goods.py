"""Commands about goods: controlled content and chips."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lotgate.cli.edges import DONE, console, decisions, load_law, note, print_json, today, told
from lotgate.cli.options import COLOUR, DAY, FILE, JSON, LANGUAGE, WORKSPACE, Terms, law_options, lists_option

if TYPE_CHECKING:
    from lotgate.decide import Decisions

__all__ = ["COMMANDS"]


@click.command()
@WORKSPACE
@click.option("--items", help="Only these items, e.g. rotor,motor.")
@click.option("--on", type=DAY, help="Use the law of this day (default: today).")
@law_options
@JSON
@click.option("--parquet", type=FILE, help="Write one row per item, law and class of destinations.")
@click.option(
    "--ask",
    "ask_folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write one questionnaire per supplier into this folder, with what can change an answer.",
)
@click.option(
    "--read",
    "read_files",
    type=FILE,
    multiple=True,
    help="Read a filled-in questionnaire into the workspace; may be repeated.",
)
@click.option("--dry-run", is_flag=True, help="With --read: show what would be added and write nothing.")
@lists_option("With --ask: read party lists from this folder instead of your own store.")
@LANGUAGE
@COLOUR
def content(
    workspace: Path,
    items: str | None,
    on: date | None,
    law_folders: tuple[Path, ...],
    as_known: date | None,
    as_json: bool,
    parquet: Path | None,
    ask_folder: Path | None,
    read_files: tuple[Path, ...],
    dry_run: bool,
    lists_folder: Path | None,
    language: str,
    no_color: bool,
) -> int:
    """Show the controlled content of every item of WORKSPACE by value and by mass, with the paths that carry it;
    or ask suppliers for what is missing (--ask), and read their answers back (--read).
    """
    if ask_folder is not None and read_files:
        raise click.UsageError("give either --ask or --read")
    if read_files:
        return _read(workspace, read_files, dry_run, as_json, language, no_color)
    if ask_folder is not None:
        found = decisions(workspace, Terms(on, None, law_folders, as_known, lists_folder))
        return _ask(found, ask_folder, as_json, language, no_color)
    from lotgate.decide.content import content as counted
    from lotgate.report.content_view import print_content, write_json, write_parquet
    from lotgate.report.progress import Progress
    from lotgate.tables import load

    chosen = [item.strip() for item in items.split(",") if item.strip()] if items else None
    law = load_law(law_folders, as_known)
    # nothing here holds the tables, so that a large bill can go once it is a graph
    said = Progress("content")
    with told():
        rolled = counted(load(workspace, required=("items",)), on or today(), chosen, law=law, progress=said)
    if parquet is not None:
        write_parquet(rolled, parquet)
        note(f"wrote {parquet}")
    if as_json:
        write_json(rolled, sys.stdout)
    elif parquet is None:
        print_content(rolled, console(no_color), language)
    return DONE


def _ask(decided: Decisions, folder: Path, as_json: bool, language: str, no_color: bool) -> int:
    from lotgate.decide.asking import ask_suppliers
    from lotgate.report.suppliers_view import print_asking

    asking = ask_suppliers(decided, folder, today())
    for path in asking.files.values():
        note(f"wrote {path}")
    if as_json:
        print_json(asking.to_json())
    else:
        print_asking(asking, console(no_color), language)
    return DONE


def _read(workspace: Path, files: tuple[Path, ...], dry_run: bool, as_json: bool, language: str, no_color: bool) -> int:
    from lotgate.report.suppliers_view import merged_json, print_merged
    from lotgate.suppliers.answered import read_answers

    merged, still_open = read_answers(files, workspace, dry_run=dry_run)
    if as_json:
        print_json({**merged_json(merged, not dry_run), "not_answered": still_open})
    else:
        print_merged(merged, console(no_color), not dry_run, language, still_open)
    return DONE


@click.command()
@click.argument("chips", nargs=-1, required=True)
@click.option("--on", type=DAY, help="Only the classes of this day.")
@law_options
@JSON
@LANGUAGE
@COLOUR
def chip(
    chips: tuple[str, ...],
    on: date | None,
    law_folders: tuple[Path, ...],
    as_known: date | None,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """Show performance, density, class by day and margins of CHIPS: workspaces, published tables (CSV), or models of
    the built-in catalogue."""
    from lotgate.decide.chip import chip as judged
    from lotgate.report.chip_view import print_chips

    found = judged(*chips, on=on, law=load_law(law_folders, as_known))
    if as_json:
        print_json(found.to_json())
    else:
        print_chips(found, console(no_color), language)
    return DONE


COMMANDS = (content, chip)
