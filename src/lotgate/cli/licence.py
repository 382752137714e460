"""Commands about licences that need no database: signing keys, signed papers, and the log as an auditor gets it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from lotgate.cli.edges import DONE, print_json
from lotgate.cli.options import FILE, JSON, LANGUAGE
from lotgate.errors import MissingError

__all__ = ["COMMANDS", "DOES_NOT_HOLD", "licence"]

DOES_NOT_HOLD = 1

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def licence() -> None:
    """Licences: apply, decide, use, verify, audit."""


@licence.group()
def keys() -> None:
    """Signing keys in a folder: make, rotate, show the public ones."""


@keys.command("create")
@click.argument("folder", type=FOLDER)
@click.option("--issuer", required=True, help="Who signs, as a did or URL, such as did:web:licences.example.org.")
@click.option("--name", required=True, help="Name of the issuer in English.")
@click.option("--name-zh", required=True, help="Name of the issuer in Chinese.")
@JSON
def keys_create(folder: Path, issuer: str, name: str, name_zh: str, as_json: bool) -> int:
    """Make FOLDER with a first signing key. LOTGATE_KEY_PASSPHRASE, if set, encrypts it."""
    from lotgate.licence.keys import KeyFolder

    made = KeyFolder.create(folder, issuer, name, name_zh, datetime.now(UTC))
    _show(made.active, folder, as_json)
    return DONE


@keys.command("name")
@click.argument("folder", type=FOLDER)
@click.option("--name", required=True, help="Name of the issuer in English.")
@click.option("--name-zh", required=True, help="Name of the issuer in Chinese.")
def keys_name(folder: Path, name: str, name_zh: str) -> int:
    """Name who signs with the keys of FOLDER from now on; what was signed before keeps its name."""
    from lotgate.licence.keys import KeyFolder

    found = KeyFolder(folder)
    found.rename(name, name_zh)
    click.echo(f"{found.issuer['id']}  {found.issuer['name']}  {found.issuer['name_zh']}")
    return DONE


@keys.command("rotate")
@click.argument("folder", type=FOLDER)
@JSON
def keys_rotate(folder: Path, as_json: bool) -> int:
    """Make a new signing key in FOLDER and retire the one before; its public part stays for checking."""
    from lotgate.licence.keys import KeyFolder

    _show(KeyFolder(folder).rotate(datetime.now(UTC)), folder, as_json)
    return DONE


@keys.command("show")
@click.argument("folder", type=FOLDER)
@JSON
def keys_show(folder: Path, as_json: bool) -> int:
    """Show the public keys of FOLDER: what others need to check its signatures."""
    from lotgate.licence.keys import KeyFolder

    found = KeyFolder(folder)
    if as_json:
        print_json({**found.public, "name": found.issuer["name"], "name_zh": found.issuer["name_zh"]})
        return DONE
    click.echo(f"{found.issuer['id']}  {found.issuer['name']}  {found.issuer['name_zh']}")
    for key in found.public["keys"]:
        click.echo(f"{key['kid']}  {key['from']} - {key['until'] or ''}")
    return DONE


def _show(kid: str, folder: Path, as_json: bool) -> None:
    if as_json:
        print_json({"kid": kid, "folder": str(folder)})
    else:
        click.echo(kid)
        click.echo(f"publish {folder / 'jwks.json'}; keep {folder / f'{kid}.pem'} to yourself", err=True)


@licence.command("audit")
@click.argument("export", type=FILE)
@click.option(
    "--keys", "trusted", type=click.Path(path_type=Path), help="Key set or key folder the signatures must come from."
)
@JSON
@LANGUAGE
def licence_audit(export: Path, trusted: Path | None, as_json: bool, language: str) -> int:
    """Check an EXPORT of the log: every entry, its order, the signatures. Needs the file and nothing else.

    Ends with 1 when something does not hold, naming each line.
    """
    from lotgate.licence.keys import read_jwks
    from lotgate.licence.log import audit
    from lotgate.report.licence_text import audit_lines

    if not export.is_file():
        raise MissingError(f"{export} is not there")
    size = export.stat().st_size or 1
    found = audit(export, read_jwks(trusted) if trusted else None, lambda read: _progress(read, size))
    if as_json:
        print_json(found.to_json())
    else:
        for line in audit_lines(found, language):
            click.echo(line)
    return DONE if found.whole else DOES_NOT_HOLD


@licence.command("verify")
@click.argument("paper", type=FILE)
@click.option("--keys", "trusted", type=click.Path(path_type=Path), help="Key set or key folder of the issuer.")
@click.option("--status", "statuses", type=FILE, multiple=True, help="A signed status list of the issuer.")
@click.option("--at", help="As of this instant, ISO 8601 with an offset, instead of now.")
@JSON
@LANGUAGE
def licence_verify(
    paper: Path, trusted: Path | None, statuses: tuple[Path, ...], at: str | None, as_json: bool, language: str
) -> int:
    """Check a signed licence or certificate PAPER offline: signature, days, revoked or suspended.

    Ends with 0 only when it is valid; what cannot be told from what is at hand leaves it open. Whether a licence was
    used no paper can say: that is asked online, by reserving.
    """
    from lotgate.licence.credentials import check_paper
    from lotgate.licence.keys import read_jwks
    from lotgate.report.licence_text import paper_lines

    keys = read_jwks(trusted) if trusted else {"keys": []}
    found = check_paper(_text(paper), keys, [_text(path) for path in statuses], _instant(at))
    if as_json:
        print_json(found.to_json())
    else:
        for line in paper_lines(found, language):
            click.echo(line)
    return DONE if found.answer == "valid" else DOES_NOT_HOLD


LARGEST = 1 << 24


def _text(path: Path) -> str:
    if not path.is_file():
        raise MissingError(f"{path} is not there")
    with path.open("rb") as file:
        return file.read(LARGEST).decode("ascii", "replace")


def _instant(written: str | None) -> datetime:
    if written is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise click.BadParameter(f"{written!r} is no instant; expected as 2026-01-05T10:00:00+08:00") from None
    if at.tzinfo is None:
        raise click.BadParameter(f"{written!r} has no offset; expected as 2026-01-05T10:00:00+08:00")
    return at


def _progress(read: int, size: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{100 * read // size} %", err=True, nl=read >= size)


COMMANDS = [licence]
