"""The options that several commands share, and the types of what is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click

__all__ = [
    "COLOUR",
    "DAY",
    "FILE",
    "JSON",
    "LANGUAGE",
    "WORKSPACE",
    "Terms",
    "check_options",
    "law_options",
    "list_age_option",
    "lists_option",
]


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
JSON = click.option("--json", "as_json", is_flag=True, help="The machine's form on standard output.")
WORKSPACE = click.argument("workspace", type=click.Path(path_type=Path))
COLOUR = click.option("--no-color", is_flag=True, help="Print without colour (so does NO_COLOR).")


def law_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with `--law` and `--as-known`."""
    command = click.option(
        "--law", "law_folders", multiple=True, type=click.Path(path_type=Path),
        help="Add or replace measures from a folder in the law format, for a what-if.",
    )(command)  # fmt: skip
    return click.option("--as-known", type=DAY, help="Use only what had been recorded by this day.")(command)


@dataclass(frozen=True)
class Terms:
    """By which law, lists and day the lines of a workspace are decided."""

    on: date | None = None
    regime: str | None = None
    law_folders: tuple[Path, ...] = ()
    as_known: date | None = None
    lists_folder: Path | None = None
    list_age: int | None = None


def check_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with every option that makes up `Terms`, which it is given as `terms`."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        terms = Terms(**{field.name: given.pop(field.name) for field in fields(Terms)})
        return command(terms=terms, **given)

    told: Callable[..., Any] = gathered
    told = click.option("--on", type=DAY, help="Decide as if every line left on this day.")(told)
    told = click.option("--regime", help="Only these regimes, e.g. cn,us.")(told)
    told = list_age_option(told)
    told = lists_option("Read party lists from this folder instead of your own store.")(told)
    return law_options(told)


def list_age_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with `--list-age`."""
    return click.option(
        "--list-age", type=click.IntRange(0), envvar="LOTGATE_LIST_AGE", metavar="DAYS",
        help="Ask where an official list is older than this on a line's day. Default: in your store each list's own "
        "limit, with --lists none.",
    )(command)  # fmt: skip


def lists_option(says: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option `--lists`, with the help it gives."""
    return click.option("--lists", "lists_folder", type=click.Path(path_type=Path), envvar="LOTGATE_LISTS", help=says)
