"""The commands `serve` and `users`. Django is imported inside them, so that `lotgate --help` stays quick."""

from __future__ import annotations

import os

import click

from lotgate.cli.edges import DONE, note

__all__ = ["COMMANDS"]

DATABASE = click.option(
    "--database",
    envvar="LOTGATE_DATABASE",
    help="sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME; default SQLite in your data folder.",
)


def _ready(database: str | None) -> None:
    from lotgate.web import start
    from lotgate.web.serving import migrate

    start(database)
    migrate()


@click.command()
@DATABASE
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 takes a free one."
)
@click.option("--url", help="The address people type, e.g. https://licences.example.org, when a proxy stands in front.")
def serve(database: str | None, host: str, port: int, url: str | None) -> int:
    """Run the web application and the HTTP API; the database is made or brought up to date first."""
    from lotgate.web.serving import run

    os.environ["LOTGATE_URL"] = url or os.environ.get("LOTGATE_URL") or f"http://{host}:{port}"
    _ready(database)
    from lotgate.web.accounts.models import User

    if not User.objects.exists():
        note("No user yet. In another terminal: lotgate users add NAME --role administrator")
    try:
        run(host, port, note)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    return DONE


@click.group()
def users() -> None:
    """The people who may sign in, their organisations and roles."""


@users.command("add")
@click.argument("name")
@DATABASE
@click.option("--organisation", default="operator", show_default=True, help="Code of the organisation; made where new.")
@click.option("--country", default="NL", show_default=True, help="Country of a new organisation.")
@click.option("--role", required=True, help="Role in it, e.g. administrator, exporter-preparer.")
def users_add(name: str, database: str | None, organisation: str, country: str, role: str) -> int:
    """Add user NAME in a role of an organisation, and print a random password once."""
    _ready(database)
    from django.db import transaction

    from lotgate.web.accounts.models import Organisation
    from lotgate.web.accounts.people import add_membership, add_user

    with transaction.atomic():
        user, password = add_user(name)
        found, _ = Organisation.objects.get_or_create(
            code=organisation, defaults={"name": organisation, "country": country}
        )
        add_membership(user, found, role)
    click.echo(f"{name} {password}")
    note("The password is shown this once; the user changes it after signing in.")
    return DONE


COMMANDS = (serve, users)
