"""The command that writes an empty workbook."""

from __future__ import annotations

from pathlib import Path

import click

from lotgate.cli.edges import DONE, note
from lotgate.cli.options import FILE

__all__ = ["COMMANDS"]


@click.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Replace an existing file.")
def template(file: Path, force: bool) -> int:
    """Write an empty workbook with every table, its columns explained in English and Chinese."""
    from lotgate.errors import Fault, InputError
    from lotgate.tables.template import write_template

    if file.exists() and not force:
        raise InputError([Fault(str(file), "the file exists", expected="another name, or --force")])
    write_template(file)
    note(f"wrote {file}")
    return DONE


COMMANDS = (template,)
