"""The command line: every command a thin layer over one library call.

Imports stand inside the commands so that `lotgate --help` stays quick.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lotgate import __version__
from lotgate.errors import LotgateError, MissingError

if TYPE_CHECKING:
    from rich.console import Console

    from lotgate.decide import Decisions
    from lotgate.law import Law
    from lotgate.parties.lists import ListSet

__all__ = ["main"]

DONE, NOT_ALL_GO, BAD_INPUT, MISSING = 0, 1, 2, 3


class _Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from lotgate.dates import parse_day

        if isinstance(value, date):
            return value
        try:
            return parse_day(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


DAY = _Day()
FILE = click.Path(dir_okay=False, path_type=Path)
LANGUAGE = click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    envvar="LOTGATE_LANGUAGE",
    help="Language of what is printed. 输出语言。",
)
COLOUR = click.option("--no-color", is_flag=True, help="Print without colour (so does NO_COLOR).")


def _law_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--law", "law_folders", multiple=True, type=click.Path(path_type=Path),
        help="Add or replace measures from a folder in the law format, for a what-if.",
    )(command)  # fmt: skip
    return click.option("--as-known", type=DAY, help="Use only what had been recorded by this day.")(command)


def _check_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--on", type=DAY, help="Decide as if every line left on this day.")(command)
    command = click.option("--regime", help="Only these regimes, e.g. cn,us.")(command)
    command = click.option(
        "--lists", "lists_folder", type=click.Path(path_type=Path), envvar="LOTGATE_LISTS",
        help="Read party lists from this folder instead of your own store.",
    )(command)  # fmt: skip
    return _law_options(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="lotgate")
def cli() -> None:
    """Decides, for one lot on one day, whether strategic goods may go, under every law that claims the shipment.

    Lotgate informs; a person decides.
    """


def _load_law(law_folders: Sequence[Path], as_known: date | None) -> Law:
    from lotgate.law import load

    return load(law_folders, as_known)


def _load_lists(folder: Path | None) -> ListSet:
    from lotgate.parties.store import open_lists

    return open_lists(folder)


def _decisions(
    workspace: Path,
    on: date | None,
    regime: str | None,
    law_folders: Sequence[Path],
    as_known: date | None,
    lists_folder: Path | None,
) -> Decisions:
    from lotgate.decide import check as decide
    from lotgate.tables import load

    regimes = [code.strip() for code in regime.split(",") if code.strip()] if regime else None
    ws = load(workspace)
    return decide(ws, on, regimes, law=_load_law(law_folders, as_known), lists=_load_lists(lists_folder))


def _console(no_color: bool = False) -> Console:
    from lotgate.report.screen_text import make_console

    if isinstance(sys.stdout, io.TextIOWrapper):
        # a terminal that knows no arrow shows a question mark rather than a traceback
        sys.stdout.reconfigure(errors="replace")
    return make_console(no_color=no_color)


def _print_json(content: Any) -> None:
    json.dump(content, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def _note(text: str) -> None:
    click.echo(text, err=True)


@cli.command()
@click.argument("workspace", type=click.Path(path_type=Path))
@_check_options
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
@click.option("--html", type=FILE, help="Write one self-contained page.")
@click.option("--xlsx", type=FILE, help="Write the workbook back with answers and reasons.")
@click.option("--parquet", type=FILE, help="Write one row per line and regime.")
@click.option("--fail", is_flag=True, help="End with status 1 if some line is not go.")
@LANGUAGE
@COLOUR
def check(
    workspace: Path,
    on: date | None,
    regime: str | None,
    law_folders: tuple[Path, ...],
    as_known: date | None,
    lists_folder: Path | None,
    as_json: bool,
    html: Path | None,
    xlsx: Path | None,
    parquet: Path | None,
    fail: bool,
    language: str,
    no_color: bool,
) -> int:
    """Decide every line of WORKSPACE (a folder of tables, or one .xlsx)."""
    decisions = _decisions(workspace, on, regime, law_folders, as_known, lists_folder)
    if html is not None:
        from lotgate.report.html import write_html

        write_html(decisions, html, _today(), language)
        _note(f"wrote {html}")
    if xlsx is not None:
        from lotgate.report.workbook import write_xlsx

        write_xlsx(decisions, xlsx)
        _note(f"wrote {xlsx}")
    if parquet is not None:
        _write_parquet(decisions, parquet)
        _note(f"wrote {parquet}")
    if as_json:
        _print_json(decisions.to_json())
    elif html is None and xlsx is None and parquet is None:
        from lotgate.report.terminal import print_check

        print_check(decisions, _console(no_color), language)
    counts = decisions.counts()
    return NOT_ALL_GO if fail and sum(counts.values()) > counts["go"] else DONE


def _today() -> date:
    """The only place the command line reads the clock."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def _write_parquet(decisions: Decisions, path: Path) -> None:
    import pyarrow.parquet as pq

    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        pq.write_table(decisions.table, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@cli.command()
@click.argument("workspace", type=click.Path(path_type=Path))
@click.argument("line")
@_check_options
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
@LANGUAGE
@COLOUR
def explain(
    workspace: Path,
    line: str,
    on: date | None,
    regime: str | None,
    law_folders: tuple[Path, ...],
    as_known: date | None,
    lists_folder: Path | None,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """Show the whole reasoning for one LINE of WORKSPACE, clause by clause."""
    decisions = _decisions(workspace, on, regime, law_folders, as_known, lists_folder)
    explained = decisions.explain(line)
    if as_json:
        _print_json(explained.to_json())
    else:
        from lotgate.report.terminal import print_explain

        print_explain(explained, decisions, _console(no_color), language)
    return DONE


@cli.command()
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--from", "start", type=DAY, help="First day of the horizon.")
@click.option("--to", "end", type=DAY, help="Last day of the horizon.")
@_check_options
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
@LANGUAGE
@COLOUR
def horizon(
    workspace: Path,
    start: date | None,
    end: date | None,
    on: date | None,
    regime: str | None,
    law_folders: tuple[Path, ...],
    as_known: date | None,
    lists_folder: Path | None,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """Show the days on which each line's answer changes, and which measure changes it."""
    decisions = _decisions(workspace, on, regime, law_folders, as_known, lists_folder)
    rows = decisions.horizon(start, end)
    if as_json:
        _print_json([row.to_json() for row in rows])
    else:
        from lotgate.report.terminal import print_horizon

        print_horizon(rows, decisions, _console(no_color), language)
    return DONE


@cli.command()
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--items", help="Only these items, e.g. rotor,motor.")
@click.option("--on", type=DAY, help="Use the law of this day (default: today).")
@_law_options
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
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
    found = counted(ws, on or _today(), chosen, law=_load_law(law_folders, as_known), progress=Progress("content"))
    if parquet is not None:
        write_parquet(found, parquet)
        _note(f"wrote {parquet}")
    if as_json:
        _print_json(found.to_json())
    elif parquet is None:
        print_content(found, _console(no_color), language)
    return DONE


@cli.command()
@click.argument("chips", nargs=-1, required=True)
@click.option("--on", type=DAY, help="Only the classes of this day.")
@_law_options
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
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

    found = judged(*chips, on=on, law=_load_law(law_folders, as_known))
    if as_json:
        _print_json(found.to_json())
    else:
        print_chips(found, _console(no_color), language)
    return DONE


@cli.group()
def law() -> None:
    """The law as data: measures, their status on a day, what changed between two days."""


@law.command("list")
@click.option("--regime", help="Only this regime.")
@_law_options
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
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
    loaded = _load_law(law_folders, as_known)
    from lotgate.report import law_view

    if as_json:
        _print_json(law_view.measures_json(loaded, regime))
    else:
        law_view.print_list(loaded, regime, _console(no_color), language)
    return DONE


@law.command("show")
@click.argument("measure")
@click.option("--on", type=DAY, help="Show each clause's status on this day (default: today).")
@_law_options
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
@LANGUAGE
@COLOUR
def law_show(
    measure: str, on: date | None, law_folders: tuple[Path, ...], as_known: date | None, as_json: bool, language: str,
    no_color: bool,
) -> int:  # fmt: skip
    """Show one MEASURE: source, clauses, clocks, conditions."""
    loaded = _load_law(law_folders, as_known)
    from lotgate.report import law_view

    if as_json:
        _print_json(law_view.measure_json(loaded, measure, on or _today()))
    else:
        law_view.print_measure(loaded, measure, on or _today(), _console(no_color), language)
    return DONE


@law.command("at")
@click.argument("day", type=DAY)
@click.option("--regime", help="Only this regime.")
@_law_options
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
@LANGUAGE
@COLOUR
def law_at(
    day: date, regime: str | None, law_folders: tuple[Path, ...], as_known: date | None, as_json: bool, language: str,
    no_color: bool,
) -> int:  # fmt: skip
    """Show the status of every clause on DAY."""
    loaded = _load_law(law_folders, as_known)
    from lotgate.report import law_view

    if as_json:
        _print_json(law_view.status_json(loaded, day, regime))
    else:
        law_view.print_status(loaded, day, regime, _console(no_color), language)
    return DONE


@law.command("diff")
@click.argument("earlier", type=DAY)
@click.argument("later", type=DAY)
@_law_options
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
@LANGUAGE
@COLOUR
def law_diff(
    earlier: date, later: date, law_folders: tuple[Path, ...], as_known: date | None, as_json: bool, language: str,
    no_color: bool,
) -> int:  # fmt: skip
    """Show which clauses changed status between two days."""
    loaded = _load_law(law_folders, as_known)
    from lotgate.report import law_view

    if as_json:
        _print_json(law_view.diff_json(loaded, earlier, later))
    else:
        law_view.print_diff(loaded, earlier, later, _console(no_color), language)
    return DONE


@cli.group()
def lists() -> None:
    """Party lists: what is loaded, how old, and how to load more."""


@lists.command("status")
@click.option(
    "--lists",
    "lists_folder",
    type=click.Path(path_type=Path),
    envvar="LOTGATE_LISTS",
    help="Show the lists in this folder instead of your own store.",
)
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
@LANGUAGE
@COLOUR
def lists_status(lists_folder: Path | None, as_json: bool, language: str, no_color: bool) -> int:
    """Show the lists at hand with their days, ages and counts."""
    from lotgate.parties.store import status
    from lotgate.report.lists_view import print_status, status_json

    found = status(_load_lists(lists_folder), _today())
    if as_json:
        _print_json(status_json(found))
    else:
        print_status(found, _console(no_color), language)
    return DONE


@lists.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Take a list in even if it is older or much shorter than the one held.")
@LANGUAGE
@COLOUR
def lists_import(files: tuple[Path, ...], force: bool, language: str, no_color: bool) -> int:
    """Take list FILES (or folders of them) in any known layout into your store."""
    from lotgate.parties.store import import_lists
    from lotgate.report.lists_view import print_changes

    changes = [change for path in files for change in import_lists(path, _today(), force)]
    print_changes(changes, _console(no_color), language)
    return DONE


@cli.command()
@click.argument("names", required=False, type=click.Path(path_type=Path))
@click.option("--list", "list_file", type=click.Path(path_type=Path), help="Screen against this list file alone.")
@click.option(
    "--lists",
    "lists_folder",
    type=click.Path(path_type=Path),
    envvar="LOTGATE_LISTS",
    help="Read party lists from this folder instead of your own store.",
)
@click.option("--threshold", type=click.FloatRange(0, 1), help="Score from which a hit is a match.")
@click.option("--pairs", type=click.Path(path_type=Path), help="Score the name pairs of this file instead.")
@click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
@click.option("--csv", "csv_file", type=FILE, help="Write the result table as CSV.")
@click.option("--parquet", type=FILE, help="Write the result table as Parquet.")
@LANGUAGE
@COLOUR
def screen(
    names: Path | None,
    list_file: Path | None,
    lists_folder: Path | None,
    threshold: float | None,
    pairs: Path | None,
    as_json: bool,
    csv_file: Path | None,
    parquet: Path | None,
    language: str,
    no_color: bool,
) -> int:  # fmt: skip
    """Match NAMES (a CSV with id, name and optionally country, kind) against party lists, or score name pairs."""
    from lotgate.parties.lists import ListSet
    from lotgate.parties.namefile import read_names, read_pairs
    from lotgate.parties.pairs import DEFAULT_THRESHOLD, score_pairs
    from lotgate.parties.reading import read_list
    from lotgate.parties.screen import screen as screen_names

    limit = DEFAULT_THRESHOLD if threshold is None else threshold
    if (names is None) == (pairs is None):
        raise click.UsageError("give either NAMES or --pairs FILE")
    if pairs is not None:
        table = score_pairs(read_pairs(pairs), limit)
    else:
        found = ListSet({one.id: one for one in read_list(list_file)}) if list_file else _load_lists(lists_folder)
        if not len(found):
            raise MissingError("no party list is loaded; next: lotgate lists import FILE, or --lists FOLDER")
        assert names is not None
        screened = screen_names(read_names(names), found, limit)
        table = screened.table
        if screened.limited:
            _note(f"candidates were cut off for {len(screened.limited)} names: {', '.join(screened.limited[:20])}")
    for path, write in ((csv_file, "write_csv"), (parquet, "write_parquet")):
        if path is not None:
            _write_table(table, path, write)
    if as_json:
        _print_json(table.to_dicts())
    elif csv_file is None and parquet is None:
        from lotgate.report.lists_view import print_hits

        print_hits(table, _console(no_color), language)
    return DONE


def _write_table(table: Any, path: Path, write: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        getattr(table, write)(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _note(f"wrote {path}")


@cli.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Replace an existing file.")
def template(file: Path, force: bool) -> int:
    """Write an empty workbook with every table, its columns explained in English and Chinese."""
    from lotgate.errors import Fault, InputError
    from lotgate.tables.template import write_template

    if file.exists() and not force:
        raise InputError([Fault(str(file), "the file exists", expected="another name, or --force")])
    write_template(file)
    _note(f"wrote {file}")
    return DONE


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and ends the process with its exit status."""
    try:
        status = cli.main(arguments, prog_name="lotgate", standalone_mode=False)
    except LotgateError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_status)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)
    sys.exit(status if isinstance(status, int) else DONE)
