"""Commands about shipments: decide them, explain one, say when answers change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from lotgate.cli.edges import DONE, NOT_ALL_GO, console, decisions, note, print_json, today, told, write_whole
from lotgate.cli.options import COLOUR, DAY, FILE, JSON, LANGUAGE, WORKSPACE, Terms, check_options

__all__ = ["COMMANDS"]


@click.command()
@WORKSPACE
@check_options
@JSON
@click.option("--html", type=FILE, help="Write one self-contained page.")
@click.option("--xlsx", type=FILE, help="Write the workbook back with answers and reasons.")
@click.option("--parquet", type=FILE, help="Write one row per line and regime.")
@click.option("--fail", is_flag=True, help="End with status 1 if some line is not go.")
@LANGUAGE
@COLOUR
def check(
    workspace: Path,
    terms: Terms,
    as_json: bool,
    html: Path | None,
    xlsx: Path | None,
    parquet: Path | None,
    fail: bool,
    language: str,
    no_color: bool,
) -> int:
    """Decide every line of WORKSPACE (a folder of tables, or one .xlsx)."""
    found = decisions(workspace, terms)
    if html is not None:
        from lotgate.report.html import write_html

        write_html(found, html, today(), language)
        note(f"wrote {html}")
    if xlsx is not None:
        from lotgate.report.progress import Progress
        from lotgate.report.workbook import write_xlsx

        write_xlsx(found, xlsx, Progress("workbook"))
        note(f"wrote {xlsx}")
    if parquet is not None:
        import pyarrow.parquet as pq

        with told():
            write_whole(parquet, lambda path: pq.write_table(found.table, path))
    if as_json:
        print_json(found.to_json())
    elif html is None and xlsx is None and parquet is None:
        from lotgate.report.terminal import print_check

        print_check(found, console(no_color), language)
    counts = found.counts()
    return NOT_ALL_GO if fail and sum(counts.values()) > counts["go"] else DONE


@click.command()
@WORKSPACE
@click.argument("line")
@check_options
@JSON
@LANGUAGE
@COLOUR
def explain(
    workspace: Path,
    line: str,
    terms: Terms,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """Show the whole reasoning for one LINE of WORKSPACE, clause by clause."""
    found = decisions(workspace, terms)
    explained = found.explain(line)
    if as_json:
        print_json(explained.to_json())
    else:
        from lotgate.report.terminal import print_explain

        print_explain(explained, found, console(no_color), language)
    return DONE


@click.command()
@WORKSPACE
@click.option("--from", "start", type=DAY, help="First day of the horizon.")
@click.option("--to", "end", type=DAY, help="Last day of the horizon.")
@check_options
@JSON
@LANGUAGE
@COLOUR
def horizon(
    workspace: Path,
    start: date | None,
    end: date | None,
    terms: Terms,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """Show the days on which each line's answer changes, and which measure changes it."""
    found = decisions(workspace, terms)
    rows = found.horizon(start, end)
    if as_json:
        print_json([row.to_json() for row in rows])
    else:
        from lotgate.report.terminal import print_horizon

        print_horizon(rows, found, console(no_color), language)
    return DONE


COMMANDS = (check, explain, horizon)
