"""Commands about the law as data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from lotgate.cli.edges import DONE, console, load_law, print_json, today
from lotgate.cli.options import COLOUR, DAY, JSON, LANGUAGE, law_options

__all__ = ["COMMANDS"]


@click.group()
def law() -> None:
    """The law as data: measures, their status on a day, what changed between two days."""


@law.command("list")
@click.option("--regime", help="Only this regime.")
@law_options
@JSON
@LANGUAGE
@COLOUR
def law_list(
    regime: str | None,
    law_folders: tuple[Path, ...],
    as_known: date | None,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """List all measures."""
    loaded = load_law(law_folders, as_known)
    from lotgate.report import law_view

    if as_json:
        print_json(law_view.measures_json(loaded, regime))
    else:
        law_view.print_list(loaded, regime, console(no_color), language)
    return DONE


@law.command("show")
@click.argument("measure")
@click.option("--on", type=DAY, help="Show each clause's status on this day (default: today).")
@law_options
@JSON
@LANGUAGE
@COLOUR
def law_show(
    measure: str, on: date | None, law_folders: tuple[Path, ...], as_known: date | None, as_json: bool, language: str,
    no_color: bool,
) -> int:  # fmt: skip
    """Show one MEASURE: source, clauses, clocks, conditions."""
    loaded = load_law(law_folders, as_known)
    from lotgate.report import law_view

    if as_json:
        print_json(law_view.measure_json(loaded, measure, on or today()))
    else:
        law_view.print_measure(loaded, measure, on or today(), console(no_color), language)
    return DONE


@law.command("at")
@click.argument("day", type=DAY)
@click.option("--regime", help="Only this regime.")
@law_options
@JSON
@LANGUAGE
@COLOUR
def law_at(
    day: date, regime: str | None, law_folders: tuple[Path, ...], as_known: date | None, as_json: bool, language: str,
    no_color: bool,
) -> int:  # fmt: skip
    """Show the status of every clause on DAY."""
    loaded = load_law(law_folders, as_known)
    from lotgate.report import law_view

    if as_json:
        print_json(law_view.status_json(loaded, day, regime))
    else:
        law_view.print_status(loaded, day, regime, console(no_color), language)
    return DONE


@law.command("diff")
@click.argument("earlier", type=DAY)
@click.argument("later", type=DAY)
@law_options
@JSON
@LANGUAGE
@COLOUR
def law_diff(
    earlier: date, later: date, law_folders: tuple[Path, ...], as_known: date | None, as_json: bool, language: str,
    no_color: bool,
) -> int:  # fmt: skip
    """Show which clauses changed status between two days."""
    loaded = load_law(law_folders, as_known)
    from lotgate.report import law_view

    if as_json:
        print_json(law_view.diff_json(loaded, earlier, later))
    else:
        law_view.print_diff(loaded, earlier, later, console(no_color), language)
    return DONE


COMMANDS = (law,)
