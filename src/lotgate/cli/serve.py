"""The server, its people and its database. Django is imported inside the commands, to keep `lotgate --help` quick."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lotgate.cli.edges import DONE, note, print_json
from lotgate.cli.options import FILE, JSON

__all__ = ["COMMANDS", "DATABASE", "ready"]

DATABASE = click.option(
    "--database",
    envvar="LOTGATE_DATABASE",
    help="sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME; default SQLite in your data folder.",
)
DOES_NOT_HOLD = 1


def ready(database: str | None) -> None:
    """Starts Django on a database and brings its schema up to date."""
    from lotgate.web import start
    from lotgate.web.serving import migrate

    start(database)
    migrate()


def present(database: str | None) -> None:
    """Starts Django on a database that is there already, in the present schema."""
    from lotgate.web import start
    from lotgate.web.serving import check_present

    start(database)
    check_present()


@click.command()
@DATABASE
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 takes a free one."
)
@click.option("--url", help="The address people type, e.g. https://licences.example.org, when a proxy stands in front.")
@click.option("--create-admin", metavar="NAME", help="First add an administrator of this name and print the password.")
@click.option(
    "--demo", is_flag=True, help="First add invented organisations, a user per role and cases; prints passwords."
)
def serve(database: str | None, host: str, port: int, url: str | None, create_admin: str | None, demo: bool) -> int:
    """Run the web application and the HTTP API; the database is made or brought up to date first."""
    from lotgate.web.serving import run

    os.environ["LOTGATE_URL"] = url or os.environ.get("LOTGATE_URL") or f"http://{host}:{port}"
    ready(database)
    from lotgate.web.accounts.models import User

    if create_admin:
        _added(create_admin, "operator", "NL", "administrator", "")
    if demo:
        _demonstration()
    if not User.objects.exists():
        note("No user yet. End this and start with --create-admin NAME, or with --demo to look around; or, in another")
        note("terminal: lotgate users add NAME --role administrator")
    _say_issuer()
    try:
        run(host, port, note)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    return DONE


def _say_issuer() -> None:
    from lotgate.web.services.credentials import issuer, keys

    if issuer() is None:
        note("Papers name no issuer yet. An administrator names it on the page Issuer, or you by:")
        note(f"  lotgate licence keys name {keys().folder} --name NAME --name-zh 名称")


def _demonstration() -> None:
    from lotgate.web.accounts.people import random_password
    from lotgate.web.services.credentials import keys
    from lotgate.web.services.demonstration import PEOPLE, seed

    if keys().name is None:
        keys().rename("Demonstration authority", "示例主管部门")
    made = seed(random_password)
    note("DEMONSTRATION: organisations and people are invented. Passwords of users made now, shown this once:")
    for name, password in made.items():
        note(f"  {name:26} {password}   {PEOPLE[name][1]} of {PEOPLE[name][0]}")
    if not made:
        note("  none: they are there already")
    from lotgate.web.services.demonstration_cases import fill

    note("Looking for cases, and making them where there are none ...")
    if cases := fill():
        note(f"and {cases} invented cases, from a draft to a delivery, so that everybody has something to look at")


def _added(name: str, organisation: str, country: str, role: str, regimes: str, acts_for: str = "") -> None:
    from django.db import transaction

    from lotgate.web.accounts.models import Organisation
    from lotgate.web.accounts.people import add_membership, add_organisation, add_user

    with transaction.atomic():
        user, password = add_user(name)
        found = add_organisation(
            organisation, organisation, country, regimes=[code for code in regimes.split(",") if code]
        )
        other = Organisation.objects.filter(code=acts_for).first() if acts_for else None
        add_membership(user, found, role, acts_for=other)
    click.echo(f"{name} {password}")
    note("The password is shown this once; the user changes it after signing in.")


@click.group()
def users() -> None:
    """The people who may sign in, their organisations and roles, and tokens for programs."""


@users.command("add")
@click.argument("name")
@DATABASE
@click.option("--organisation", default="operator", show_default=True, help="Code of the organisation; made where new.")
@click.option("--country", default="NL", show_default=True, help="Country of a new organisation.")
@click.option("--regimes", default="", help="Laws a new authority or customs office handles, e.g. cn,nl.")
@click.option("--role", required=True, help="preparer, signatory, agent, end_user, intake, officer, decider, …")
@click.option("--acts-for", default="", help="For a filing agent: the exporter acted for.")
def users_add(
    name: str, database: str | None, organisation: str, country: str, regimes: str, role: str, acts_for: str
) -> int:
    """Add user NAME in a role of an organisation, and print a random password once."""
    ready(database)
    _added(name, organisation, country, role, regimes, acts_for)
    return DONE


@users.command("reset")
@click.argument("name")
@DATABASE
@click.option(
    "--second-factor", is_flag=True, help="Take the second factor away too; it is set up anew at the next visit."
)
def users_reset(name: str, database: str | None, second_factor: bool) -> int:
    """Give user NAME a new random password, print it once, and end what sessions there are."""
    ready(database)
    from lotgate.web.accounts.people import new_password

    click.echo(f"{name} {new_password(name, second_factor=second_factor)}")
    note("The password is shown this once; the user changes it after signing in.")
    return DONE


@users.command("token")
@click.argument("name")
@DATABASE
@click.option("--organisation", help="The organisation acted for; default the user's first.")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it is good for: read, check, act:licence …")
@click.option("--days", type=int, default=90, show_default=True, help="How long it lives, at most 366 days.")
def users_token(name: str, database: str | None, organisation: str | None, scopes: tuple[str, ...], days: int) -> int:
    """Make a token for programs that act as user NAME, and print it once."""
    ready(database)
    from lotgate.errors import Fault, InputError
    from lotgate.web.accounts.models import Organisation, User
    from lotgate.web.accounts.people import actor_for, add_token

    user = User.objects.filter(username=name).first()
    actor = actor_for(user, organisation) if user else None
    if user is None or actor is None:
        raise InputError([Fault("users", "no such user, or no member of the organisation today", value=name)])
    made, text = add_token(user, Organisation.objects.get(code=actor.organisation), "command line", scopes, days)
    click.echo(text)
    note(f"Shown this once; good until {made.expires:%Y-%m-%d} for {', '.join(sorted(made.granted))}.")
    return DONE


@click.group()
def database() -> None:
    """Back up, restore and check the database of the web application."""


@database.command("migrate")
@DATABASE
def database_migrate(database: str | None) -> int:
    """Make the database, or bring it to the schema of this version; `serve` does so by itself."""
    ready(database)
    note("the database has the schema of this version")
    return DONE


@database.command("backup")
@click.argument("file", type=FILE)
@DATABASE
def database_backup(file: Path, database: str | None) -> int:
    """Write everything into FILE: log, records, uploads, users. Only its owner can read it."""
    present(database)
    from lotgate.web.backup import backup

    counts = backup(file, note)
    note(f"wrote {file}: {sum(counts.values())} rows")
    return DONE


@database.command("restore")
@click.argument("file", type=FILE)
@DATABASE
def database_restore(file: Path, database: str | None) -> int:
    """Fill an empty database from FILE, and check the whole log before it is kept."""
    ready(database)
    from lotgate.web.backup import restore

    found = restore(file, note)
    note(f"restored: {found.entries} entries, the chain is whole")
    return DONE


@database.command("verify")
@DATABASE
@JSON
def database_verify(database: str | None, as_json: bool) -> int:
    """Check every entry of the log and every record against it; ends with status 1 where something is wrong."""
    present(database)
    from lotgate.web.store.verify import verify

    found = verify(progress=lambda done: note(f"{done} entries"))
    if as_json:
        print_json(found.to_json())
    else:
        for finding in found.findings:
            click.echo(str(finding))
        click.echo(f"{found.entries} entries, {'whole' if found.whole else f'{len(found.findings)} faults'}")
    return DONE if found.whole else DOES_NOT_HOLD


@database.command("rebuild")
@DATABASE
def database_rebuild(database: str | None) -> int:
    """Make records, keys and balances anew from the log."""
    present(database)
    from lotgate.web.store.verify import rebuild

    note(f"{rebuild(progress=lambda done: note(f'{done} entries'))} entries replayed")
    return DONE


COMMANDS = (serve, users, database)
