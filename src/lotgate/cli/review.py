"""Commands by which a person clears or confirms a match, and shows what was said."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lotgate.cli.edges import DONE, console, load_lists, note, print_json
from lotgate.cli.options import COLOUR, FILE, JSON, LANGUAGE, lists_option

if TYPE_CHECKING:
    from lotgate.decide.review import Source

__all__ = ["COMMANDS"]

SOURCE = click.argument("source", type=click.Path(path_type=Path))
LISTS = lists_option("Read party lists from this folder instead of your own store.")


@click.group()
def review() -> None:
    """Matches of names with lists: clear or confirm them with a reason, and show what was said."""


def _source(path: Path) -> Source:
    """A workspace, or the names of a CSV file."""
    from lotgate.parties.namefile import read_names
    from lotgate.tables import load

    return read_names(path) if path.suffix.lower() == ".csv" else load(path, required=("parties",))


@review.command("open")
@SOURCE
@click.option("--all", "every", is_flag=True, help="Show matches already cleared or confirmed too.")
@LISTS
@JSON
@LANGUAGE
@COLOUR
def review_open(
    source: Path, every: bool, lists_folder: Path | None, as_json: bool, language: str, no_color: bool
) -> int:
    """Show the matches in SOURCE (a workspace, or a CSV of names) that nobody has cleared or confirmed."""
    from lotgate.decide.review import matches
    from lotgate.report.review_view import print_matches

    found = [one for one in matches(_source(source), lists=load_lists(lists_folder)) if every or one.review is None]
    if as_json:
        print_json([one.to_json() for one in found])
    else:
        print_matches(found, console(no_color), language)
    return DONE


def _decision(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with what every decision needs: the match, a reason, a name."""
    command = click.option("--by", envvar="LOTGATE_REVIEWER", help="Who decides (default: your name on this machine).")(
        command
    )
    command = click.option("--reason", required=True, help="Why, with what was compared; kept for audit.")(command)
    for argument in ("entry", "list_id", "party"):
        command = click.argument(argument, metavar=argument.removesuffix("_id").upper())(command)
    return SOURCE(LISTS(command))


def _decide(decision: Any, source: Path, party: str, list_id: str, entry: str, reason: str, by: str | None,
            lists_folder: Path | None) -> int:  # fmt: skip
    from lotgate.decide.review import review as decide

    who, lists = by or getpass.getuser(), load_lists(lists_folder)
    made = decide(_source(source), party, list_id, entry, decision, reason=reason, by=who, lists=lists)
    note(f"review {made.number}: {made.party}, {made.evidence.list} {made.evidence.entry}: {made.told.en}")
    return DONE


@review.command("clear")
@_decision
def review_clear(
    source: Path, party: str, list_id: str, entry: str, reason: str, by: str | None, lists_folder: Path | None
) -> int:
    """Say that PARTY of SOURCE is not ENTRY of LIST; it holds until a name, the address or the entry changes."""
    return _decide("cleared", source, party, list_id, entry, reason, by, lists_folder)


@review.command("confirm")
@_decision
def review_confirm(
    source: Path, party: str, list_id: str, entry: str, reason: str, by: str | None, lists_folder: Path | None
) -> int:
    """Say that PARTY of SOURCE is ENTRY of LIST; it holds until a name, the address or the entry changes."""
    return _decide("confirmed", source, party, list_id, entry, reason, by, lists_folder)


@review.command("withdraw")
@_decision
def review_withdraw(
    source: Path, party: str, list_id: str, entry: str, reason: str, by: str | None, lists_folder: Path | None
) -> int:
    """Take back what was said of PARTY and ENTRY of LIST; the match is open again."""
    return _decide("withdrawn", source, party, list_id, entry, reason, by, lists_folder)


@review.command("list")
@JSON
@LANGUAGE
@COLOUR
def review_list(as_json: bool, language: str, no_color: bool) -> int:
    """Show every review in your store, oldest first."""
    from lotgate.parties.review import read_reviews
    from lotgate.report.review_view import print_reviews

    found = read_reviews()
    if as_json:
        print_json([one.to_json() for one in found])
    else:
        print_reviews(found, console(no_color), language)
    return DONE


@review.command("export")
@click.argument("file", type=FILE)
def review_export(file: Path) -> int:
    """Write every review with its evidence to FILE for audit: CSV, or JSON if the name ends so."""
    from lotgate.parties.review import export, read_reviews

    export(read_reviews(), file)
    note(f"wrote {file}")
    return DONE


COMMANDS = (review,)
