"""Commands about party lists: load them, see how old they are, match names against them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lotgate.cli.edges import (
    BAD_INPUT,
    DONE,
    MISSING,
    console,
    load_law,
    load_lists,
    note,
    print_json,
    today,
    told,
    write_whole,
)
from lotgate.cli.options import COLOUR, DAY, FILE, JSON, LANGUAGE, law_options, list_age_option, lists_option
from lotgate.errors import Fault, InputError, MissingError

if TYPE_CHECKING:
    from lotgate.parties.screen import Query, Screening
    from lotgate.parties.store import Change

__all__ = ["COMMANDS", "screened_names"]


@click.group()
def lists() -> None:
    """Party lists: what is loaded, how old, and how to load more."""


@lists.command("status")
@lists_option("Show the lists in this folder instead of your own store.")
@JSON
@LANGUAGE
@COLOUR
def lists_status(lists_folder: Path | None, as_json: bool, language: str, no_color: bool) -> int:
    """Show the lists at hand with their days, ages and counts."""
    from lotgate.parties.store import status
    from lotgate.report.lists_view import print_status, status_json

    found = status(load_lists(lists_folder), today())
    if as_json:
        print_json(status_json(found))
    else:
        print_status(found, console(no_color), language)
    return DONE


@lists.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as-of", type=DAY, help="The day of lists that bear none, neither inside nor in the file's name.")
@click.option("--force", is_flag=True, help="Take a list in even if it is older or much shorter than the one held.")
@JSON
@LANGUAGE
@COLOUR
def lists_import(
    files: tuple[Path, ...], as_of: date | None, force: bool, as_json: bool, language: str, no_color: bool
) -> int:
    """Take list FILES (or folders of them) in any known layout into your store.

    A file that is refused, or a list kept out, leaves the one in use alone; the other files are taken in.
    """
    from lotgate.parties.store import import_lists
    from lotgate.report.lists_view import changes_json, print_changes

    changes: list[Change] = []
    faults: list[Fault] = []
    for path in files:
        try:
            with told():
                changes += import_lists(path, today(), force, as_of)
        except InputError as error:
            faults += error.faults
    if as_json:
        print_json(changes_json(changes))
    elif changes or not faults:
        print_changes(changes, console(no_color), language)
    if faults:
        raise InputError(faults)
    return DONE if all(change.taken for change in changes) else BAD_INPUT


@lists.command("update")
@click.argument("wanted", nargs=-1, metavar="[NAMES]...")
@click.option("--addresses", type=FILE, envvar="LOTGATE_ADDRESSES", help="Fetch from the addresses in this CSV.")
@click.option("--timeout", type=click.FloatRange(0.1), default=30.0, help="Seconds to wait for a silent server.")
@click.option("--force", is_flag=True, help="Take a list in even if it is older or much shorter than the one held.")
@JSON
@LANGUAGE
@COLOUR
def lists_update(
    wanted: tuple[str, ...],
    addresses: Path | None,
    timeout: float,
    force: bool,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """Fetch the lists (all, or those NAMES stand for) from the official addresses into your store.

    A list that cannot be had, is broken, or is far shorter than the one in use leaves the one in use alone.
    """
    from lotgate.parties.fetch import Limits
    from lotgate.parties.update import update
    from lotgate.report.lists_view import Bytes, print_update, updates_json

    done = []
    limits = Limits(silence=timeout)
    with told() as clear, Bytes() as report:
        for one in update(wanted, today=today(), addresses=addresses, limits=limits, force=force, report=report):
            report.end()
            clear()
            done.append(one)
            if not as_json:
                print_update(one, console(no_color), language)
    if as_json:
        print_json(updates_json(done))
    outcomes = {one.outcome for one in done}
    return MISSING if "failed" in outcomes else BAD_INPUT if "refused" in outcomes else DONE


@lists.command("history")
@click.argument("list_id", metavar="LIST")
@JSON
@LANGUAGE
@COLOUR
def lists_history(list_id: str, as_json: bool, language: str, no_color: bool) -> int:
    """Show every version of LIST that your store keeps, with day, hash and counts."""
    from lotgate.parties.store import versions
    from lotgate.report.lists_view import print_versions

    found = versions(list_id)
    if not found:
        raise MissingError(f"no version of {list_id} is in the store; next: lotgate lists update, or lists status")
    if as_json:
        print_json(found)
    else:
        print_versions(list_id, found, console(no_color), language)
    return DONE


@lists.command("export")
@click.argument("list_id", metavar="LIST")
@click.argument("file", type=FILE)
@lists_option("Take the list from this folder instead of your own store.")
def lists_export(list_id: str, file: Path, lists_folder: Path | None) -> int:
    """Write LIST to FILE as followthemoney entities, one JSON object a line."""
    from lotgate.parties.ftm import export

    found = load_lists(lists_folder)
    if not found.loaded(list_id):
        raise MissingError(f"no list {list_id} is loaded; loaded are {', '.join(found.lists) or 'none'}")
    write_whole(file, lambda path: export(found.lists[list_id], path))
    return DONE


def screened_names(
    queries: list[Query], list_file: Path | None, lists_folder: Path | None, threshold: float
) -> Screening:
    """Names matched against a list file alone, or against the lists at hand and the Chinese listings of the law; what
    a person said of a match stands in `why`."""
    from lotgate.facts.party_facts import chinese_listings
    from lotgate.parties.lists import ListSet
    from lotgate.parties.reading import read_list
    from lotgate.parties.review import read_reviews
    from lotgate.parties.reviewed import Reviewed
    from lotgate.parties.screen import screen as screen_names
    from lotgate.report.progress import Progress

    with told():
        found = ListSet({one.id: one for one in read_list(list_file)}) if list_file else load_lists(lists_folder)
    if not len(found):
        raise MissingError("no party list is loaded; next: lotgate lists update, or --lists FOLDER")
    if list_file is None:
        found = found.joined(chinese_listings(load_law((), None)))
    with told():
        screened = screen_names(queries, found, threshold, Progress("screen"))
    return Reviewed(read_reviews(), found).applied(screened, queries)


@click.command()
@click.argument("names", required=False, type=click.Path(path_type=Path))
@click.option("--list", "list_file", type=click.Path(path_type=Path), help="Screen against this list file alone.")
@lists_option("Read party lists from this folder instead of your own store.")
@click.option("--threshold", type=click.FloatRange(0, 1), help="Score from which a hit is a match.")
@click.option("--pairs", type=click.Path(path_type=Path), help="Score the name pairs of this file instead.")
@JSON
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
    from lotgate.parties.namefile import read_names, read_pairs
    from lotgate.parties.pairs import DEFAULT_THRESHOLD, score_pairs

    limit = DEFAULT_THRESHOLD if threshold is None else threshold
    if (names is None) == (pairs is None):
        raise click.UsageError("give either NAMES or --pairs FILE")
    if pairs is not None:
        if list_file is not None:
            raise click.UsageError("--pairs scores the pairs of its file and takes no --list")
        table = score_pairs(read_pairs(pairs), limit)
    else:
        assert names is not None
        screened = screened_names(read_names(names), list_file, lists_folder, limit)
        table = screened.table
        if screened.limited:
            note(f"candidates were cut off for {len(screened.limited)} names: {', '.join(screened.limited[:20])}")
    if csv_file is not None:
        write_whole(csv_file, table.write_csv)
    if parquet is not None:
        write_whole(parquet, table.write_parquet)
    if as_json:
        print_json(table.to_dicts())
    elif csv_file is None and parquet is None:
        from lotgate.report.lists_view import print_hits

        print_hits(table, console(no_color), language)
    return DONE


@click.command()
@click.argument("party")
@click.argument("workspace", type=click.Path(path_type=Path), default=".")
@click.option("--on", type=DAY, help="The stakes of this day (default: today).")
@list_age_option
@lists_option("Read party lists from this folder instead of your own store.")
@law_options
@JSON
@LANGUAGE
@COLOUR
def owners(
    party: str,
    workspace: Path,
    on: date | None,
    list_age: int | None,
    lists_folder: Path | None,
    law_folders: tuple[Path, ...],
    as_known: date | None,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """Show who owns PARTY (an id, or a name) in WORKSPACE, and what every rule on owners makes of it, step by step."""
    from lotgate.decide.owners import owners as followed
    from lotgate.report.owners_view import print_owners
    from lotgate.tables import load

    ws = load(workspace, required=("ownership",))
    law, held = load_law(law_folders, as_known), load_lists(lists_folder)
    found = followed(ws, party, on or today(), law=law, lists=held, list_age=list_age)
    if as_json:
        print_json(found.to_json())
    else:
        print_owners(found, console(no_color), language)
    return DONE


COMMANDS = (lists, screen, owners)
