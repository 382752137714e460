"""Writes the reference pages that are made from code and data: `python -m lotgate.report.reference docs/reference`.

The pages are committed, and a test fails when they differ from what this module writes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import click

from lotgate.law.load import FACTS
from lotgate.law.reading import read_yaml
from lotgate.report.licence_reference import licence_page
from lotgate.report.words import fact_label
from lotgate.tables.template import write_table_guide

__all__ = ["PAGES", "commands", "main", "write_pages"]

GENERATED = "<!-- Made by `make docs`. Change the code or the data it comes from, not this page. -->"

_SUBJECTS = {
    "line": "each line",
    "item": "the item of the line",
    "party": "end user, consignee and named intermediaries together",
    "exporter": "the exporter",
}
_TYPES = {
    "enum": "one word",
    "country": "country",
    "countries": "set of countries",
    "text": "text",
    "bool": "yes or no",
    "number": "number, or an interval where inputs are open",
    "set": "set of tags",
    "code": "control codes",
}


def _facts_page() -> str:
    facts: Mapping[str, Mapping[str, Any]] = read_yaml(FACTS)["facts"]
    lines = [
        "# Facts",
        "",
        GENERATED,
        "",
        "The facts that conditions of law may use. Each is built from the [workspace tables](workspace.md); the last "
        "columns are the question put to a person when the fact is unknown, in English and Chinese. *Asked as* is the "
        "name under which an answer is given in the table `facts`.",
    ]
    for subject, carrier in _SUBJECTS.items():
        lines += ["", f"## Of {carrier}", "", "| fact | type | asked as | question | 问题 |", "|---|---|---|---|---|"]
        lines += [_fact_row(name, row) for name, row in facts.items() if row["subject"] == subject]
    return "\n".join(lines) + "\n"


def _fact_row(name: str, row: Mapping[str, Any]) -> str:
    kind = _TYPES[row["type"]] + (f" ({row['unit']})" if "unit" in row else "")
    if row.get("values"):
        kind += ": " + ", ".join(f"`{value}`" for value in row["values"])
    label = fact_label(name)
    return (
        f"| **`{name}`**<br>{label.en}<br>{label.zh} | {kind} | `{row.get('ask', name)}` | {row['en']} | {row['zh']} |"
    )


def commands(command: click.Command | None = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """(name as typed, command) for the program, its groups and its commands, in the order of the help."""
    if command is None:
        # The program stands above this module in the house; like any outsider, it is asked for by name.
        command = resolve_name("lotgate.cli:cli")
        path = ("lotgate",)
    yield " ".join(path), command
    if isinstance(command, click.Group):
        for name in command.commands:
            yield from commands(command.commands[name], (*path, name))


def _commands_page() -> str:
    lines = [
        "# Commands",
        "",
        GENERATED,
        "",
        "Every command is a thin layer over one library call. Answers go to standard output, messages to standard "
        "error.",
        "",
        "| exit status | means |",
        "|---|---|",
        "| 0 | done |",
        "| 1 | done, and with `--fail` some line is not `go` |",
        "| 2 | bad usage or bad input; every fault is named |",
        "| 3 | something needed is not there: a list, a file, an optional library |",
        "",
        "`NO_COLOR` turns colour off, `LOTGATE_LISTS` stands for `--lists`, `LOTGATE_LANGUAGE` for `--language`, and "
        "`LOTGATE_HOME` moves the store of party lists.",
    ]
    helps = _option_helps()
    for name, command in commands():
        lines += ["", f"## {name}", "", _help(command), "", "```text", _usage(name, command), "```"]
        rows = [_parameter(parameter, helps) for parameter in command.params]
        if rows:
            lines += ["", "| argument or option | means |", "|---|---|", *rows]
    return "\n".join(lines) + "\n"


def _help(command: click.Command) -> str:
    """The help text, one line a paragraph."""
    paragraphs = re.split(r"\n\s*\n", (command.help or "").strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _usage(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    return " ".join([name, *command.collect_usage_pieces(context)])


def _option_helps() -> dict[str, str]:
    """Option -> what it means, from the first command that says so; an option means the same wherever it stands."""
    helps: dict[str, str] = {}
    for _, command in commands():
        for option in command.params:
            if isinstance(option, click.Option) and option.help:
                helps.setdefault(option.opts[0], " ".join(option.help.split()))
    return helps


def _parameter(parameter: click.Parameter, helps: Mapping[str, str]) -> str:
    name = parameter.name or ""
    if not isinstance(parameter, click.Option):
        shown = parameter.human_readable_name.strip("[].").replace("]...", "").upper()
        return f"| `{shown}`{'...' if parameter.nargs == -1 else ''} | {_ARGUMENTS[name]} |"
    names = ", ".join(f"`{option}`" for option in [*parameter.opts, *parameter.secondary_opts])
    takes = "" if parameter.is_flag else f" {_metavar(parameter)}"
    means = " ".join((parameter.help or helps.get(parameter.opts[0], "")).split())
    return f"| {names}{takes} | {means}{' May be given several times.' if parameter.multiple else ''} |"


def _metavar(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return " or ".join(f"`{choice}`" for choice in option.type.choices)
    words = {"day": "DAY", "path": "PATH", "file": "FILE", "text": "TEXT", "float": "NUMBER"}
    word = words.get(option.type.name, option.type.name.upper())
    return "FILE" if word == "PATH" and getattr(option.type, "dir_okay", True) is False else word


_ARGUMENTS = {
    "first": "A system by name; `lotgate compute list` prints the names, `--systems` adds your own.",
    "second": "Another system, set beside it.",
    "chips": "Workspaces, published tables of chips (CSV), or models of the built-in catalogue as `H20`. What is an "
    "existing path is a workspace.",
    "workspace": "A folder of tables, or one .xlsx workbook.",
    "line": "The line, as named in table `shipments`.",
    "measure": "The id of a measure, as `CN-2025-61#1.3`.",
    "day": "A day, YYYY-MM-DD.",
    "earlier": "The earlier day, YYYY-MM-DD.",
    "later": "The later day, YYYY-MM-DD.",
    "files": "Files, or folders of them.",
    "file": "The file.",
    "items": "Items, as named in table `items`; all of them if none is named.",
    "folder": "The folder the keys are kept in.",
    "export": "A file that `licence export` wrote.",
    "paper": "A signed licence or certificate (a `.jwt` file).",
    "names": "A CSV of names.",
    "name": "The name the user signs in with.",
    "id": "The id of the record, as `CN-A-2026-000001`.",
    "kind": "The kind of record.",
    "party": "A party's id, its name in table `parties`, or a name in table `ownership`.",
    "source": "A workspace (folder or .xlsx), or a CSV of names.",
    "entry": "The entry's id in the list, as `lotgate review open` shows it.",
    "list_id": "The id of a list, as `us-sdn`.",
    "wanted": "Sources (rows of the addresses) or lists, as `un` or `us-sdn`; all if none is named.",
}

PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": _commands_page,
    "facts.md": _facts_page,
    "licence.md": lambda: licence_page(GENERATED),
    "workspace.md": lambda: _marked(write_table_guide()),
}
"""Page -> what writes it."""


def _marked(page: str) -> str:
    """The page with the note that it is made, below its heading."""
    heading, rest = page.split("\n", 1)
    return f"{heading}\n\n{GENERATED}\n{rest}"


def write_pages(folder: Path) -> list[Path]:
    """Writes every page into a folder and tells which."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, make in PAGES.items():
        path = folder / name
        path.write_text(make(), encoding="utf-8")
        written.append(path)
    return written


def main(arguments: Sequence[str]) -> int:
    """Writes the pages into the folder named; the exit status."""
    if len(arguments) != 1:
        print("usage: python -m lotgate.report.reference FOLDER", file=sys.stderr)
        return 2
    for path in write_pages(Path(arguments[0])):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
