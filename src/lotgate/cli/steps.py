"""Steps on applications and licences from the command line, on the database of the web application."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from lotgate.cli.edges import DONE, print_json
from lotgate.cli.licence import licence
from lotgate.cli.options import FILE, JSON, LANGUAGE
from lotgate.cli.serve import DATABASE, ready

__all__ = ["STEPS"]

STEPS: Mapping[str, tuple[str, str, str]] = {
    # command: kind, event, what it does
    "certify": ("application", "certify", "Sign the end-user certificate, or hand in a signed one."),
    "submit": ("application", "submit", "Sign and submit an application."),
    "accept": ("application", "accept", "Accept a submitted application; its clock starts."),
    "ask": ("application", "ask", "Ask the applicant; the clock stands still."),
    "answer": ("application", "answer", "Answer open questions."),
    "refer": ("application", "refer", "Ask another body."),
    "reply": ("application", "reply", "Reply to a referral."),
    "recommend": ("application", "recommend", "Recommend how to decide."),
    "grant": ("application", "grant", "Grant, and issue the licence."),
    "deny": ("application", "deny", "Deny, with reasons."),
    "withdraw": ("application", "withdraw", "Withdraw an application."),
    "appeal": ("application", "appeal", "Appeal against a denial."),
    "reserve": ("licence", "reserve", "Reserve a licence for a declaration at customs."),
    "release": ("licence", "release", "Undo a reservation."),
    "clear": ("licence", "clear", "Clear: the goods left the country."),
    "suspend": ("licence", "suspend", "Suspend a licence; customs sees it at once."),
    "propose": ("licence", "propose", "Propose to revoke or reinstate, for a second person to do."),
    "reinstate": ("licence", "reinstate", "Reinstate a suspended licence."),
    "revoke": ("licence", "revoke", "Revoke a licence."),
    "surrender": ("licence", "surrender", "Surrender a licence."),
    "adjust": ("clearance", "adjust", "Put right the quantity of a clearance."),
}


def _common(command: Any) -> Any:
    for option in reversed((
        DATABASE,
        click.option("--as", "user", required=True, envvar="LOTGATE_USER", help="The user who acts."),
        click.option("--organisation", help="The organisation acted for; default the user's first."),
        click.option("--data", type=FILE, help="What is filled in, as a JSON file."),
        click.option("--set", "fields", multiple=True, metavar="NAME=VALUE", help="One field, over those of --data."),
        click.option("--message", help="Your own id of this message: sent again it changes nothing."),
        JSON,
        LANGUAGE,
    )):  # fmt: skip
        command = option(command)
    return command


def filled(data: Path | None, fields: Sequence[str]) -> dict[str, Any]:
    """What was filled in: the JSON file, and over it the single fields; `a.b=c` reaches inside. Raises InputError."""
    from lotgate.errors import Fault, InputError

    made: Any = {}
    if data is not None:
        try:
            made = json.loads(data.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError([Fault(str(data), f"cannot be read: {error}", expected="a JSON object")]) from None
    if not isinstance(made, dict):
        raise InputError([Fault(str(data), "is no object", expected="a JSON object")])
    for field in fields:
        name, found, value = field.partition("=")
        if not found:
            raise InputError([Fault("--set", "no value", value=field, expected="NAME=VALUE")])
        *outer, last = name.split(".")
        place = made
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value
    return made


def _take(
    kind: str, event: str, id: str | None, database: str | None, user: str, organisation: str | None, data: Path | None,
    fields: Sequence[str], message: str | None, as_json: bool, language: str,
) -> int:  # fmt: skip
    content = filled(data, fields)
    ready(database)
    from lotgate.errors import Fault, InputError
    from lotgate.licence import Refusal
    from lotgate.licence.machines import state_title
    from lotgate.web.accounts.models import User
    from lotgate.web.accounts.people import actor_for
    from lotgate.web.services.cases import step

    person = User.objects.filter(username=user).first()
    actor = actor_for(person, organisation) if person else None
    if actor is None:
        raise InputError([Fault("--as", "no such user, or no member of the organisation today", value=user)])
    try:
        done = step(actor, kind, event, id, content, message=message)
    except Refusal as refused:
        if as_json:
            print_json(refused.to_json())
        raise click.ClickException(refused.text(language)) from None
    if as_json:
        print_json(done.answer())
    else:
        for one in (done.record, *done.others):
            click.echo(f"{one.kind} {one.id}: {state_title(one.kind, one.state)[language]}")
    return DONE


@licence.command("apply")
@_common
def _apply(**given: Any) -> int:
    """Open an application: --data holds its content by section."""
    return _take("application", "create", None, **given)


def _command(name: str, kind: str, event: str, about: str) -> None:
    @licence.command(name, help=about)
    @click.argument("id")
    @_common
    def taken(id: str, **given: Any) -> int:
        return _take(kind, event, id, **given)


for _name, (_kind, _event, _about) in STEPS.items():
    _command(_name, _kind, _event, _about)


@licence.command("show")
@click.argument("kind", type=click.Choice(["application", "licence", "clearance", "delivery", "lot", "finding"]))
@click.argument("id")
@DATABASE
@click.option("--as", "user", required=True, envvar="LOTGATE_USER", help="The user who looks.")
@click.option("--organisation", help="The organisation acted for; default the user's first.")
def _show(kind: str, id: str, database: str | None, user: str, organisation: str | None) -> int:
    """Show a record as the user may see it, as JSON."""
    ready(database)
    from lotgate.errors import Fault, InputError
    from lotgate.web.accounts.models import User
    from lotgate.web.accounts.people import actor_for
    from lotgate.web.services import cases
    from lotgate.web.services.readers import shown

    person = User.objects.filter(username=user).first()
    actor = actor_for(person, organisation) if person else None
    if actor is None:
        raise InputError([Fault("--as", "no such user, or no member of the organisation today", value=user)])
    one = cases.record(actor, kind, id)
    print_json({"kind": one.kind, "id": one.id, "state": one.state, "version": one.version, "facts": shown(actor, one)})
    return DONE


@licence.command("export")
@click.argument("file", type=FILE)
@DATABASE
@click.option("--as", "user", required=True, envvar="LOTGATE_USER", help="The auditor who exports.")
def _export(file: Path, database: str | None, user: str) -> int:
    """Write the log into FILE, entry by entry, ending in a signed head; `licence audit FILE` checks it."""
    from lotgate.cli.edges import write_whole

    ready(database)
    from lotgate.errors import Fault, InputError
    from lotgate.web.accounts.models import User
    from lotgate.web.accounts.people import actor_for
    from lotgate.web.services.audit import export

    person = User.objects.filter(username=user).first()
    actor = actor_for(person) if person else None
    if actor is None:
        raise InputError([Fault("--as", "no such user, or no member today", value=user)])
    lines = export(actor)

    def write(path: Path) -> None:
        with path.open("wb") as out:
            out.writelines(lines)

    write_whole(file, write)
    return DONE
