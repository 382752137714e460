"""The command line: every command a thin layer over one library call.

Each module here holds the commands of one idea and lists them in COMMANDS. Imports of the library stand inside the
commands so that `lotgate --help` stays quick.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from lotgate import __version__
from lotgate.cli import (
    certificate,
    check,
    classify,
    compute,
    goods,
    law,
    licence,
    lists,
    review,
    serve,
    steps,
    suppliers,
    template,
)
from lotgate.errors import LotgateError

__all__ = ["main"]

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="lotgate")
def cli() -> None:
    """Decides, for one lot on one day, whether strategic goods may go, under every law that claims the shipment.

    Lotgate informs; a person decides.
    """


assert steps.STEPS and certificate.certificate  # they join the group of licence

for room in (check, compute, classify, goods, suppliers, law, lists, review, licence, serve, template):
    for command in room.COMMANDS:
        cli.add_command(command)


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
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)
    sys.exit(status if isinstance(status, int) else DONE)
