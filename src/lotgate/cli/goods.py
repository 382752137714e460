"""Commands about goods: controlled content and chips."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from lotgate.cli.edges import DONE, console, load_law, note, print_json, today
from lotgate.cli.options import COLOUR, DAY, FILE, JSON, LANGUAGE, WORKSPACE, law_options

__all__ = ["COMMANDS"]


@click.command()
@WORKSPACE
@click.option("--items", help="Only these items, e.g. rotor,motor.")
@click.option("--on", type=DAY, help="Use the law of this day (default: today).")
@law_options
@JSON
@click.option("--parquet", type=FILE, help="Write one row per item, law and class of destinations.")
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
    language: str,
    no_color: bool,
) -> int:
    """Show the controlled content of every item of WORKSPACE by value and by mass, with the paths that carry it."""
    from lotgate.decide.content import content as counted
    from lotgate.report.content_view import Progress, print_content, write_parquet
    from lotgate.tables import load

    chosen = [item.strip() for item in items.split(",") if item.strip()] if items else None
    ws = load(workspace, required=("items",))
    found = counted(ws, on or today(), chosen, law=load_law(law_folders, as_known), progress=Progress("content"))
    if parquet is not None:
        write_parquet(found, parquet)
        note(f"wrote {parquet}")
    if as_json:
        print_json(found.to_json())
    elif parquet is None:
        print_content(found, console(no_color), language)
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
    """Show performance, density, class by day and margins of CHIPS: workspaces, or models of the built-in catalogue."""
    from lotgate.decide.chip import chip as judged
    from lotgate.report.chip_view import print_chips

    found = judged(*chips, on=on, law=load_law(law_folders, as_known))
    if as_json:
        print_json(found.to_json())
    else:
        print_chips(found, console(no_color), language)
    return DONE


COMMANDS = (content, chip)
