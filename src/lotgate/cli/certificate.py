"""End-user certificates from the end user's side: signed with the end user's own key, without a server.

`licence verify` checks them as it checks licences.
"""

from __future__ import annotations

from pathlib import Path

import click

from lotgate.cli.edges import DONE, note, print_json, write_whole
from lotgate.cli.licence import FOLDER, LARGEST, licence
from lotgate.cli.options import FILE
from lotgate.cli.steps import filled
from lotgate.errors import Fault, InputError, MissingError

__all__ = ["certificate"]


@licence.group()
def certificate() -> None:
    """End-user certificates: issue one as the end user, show what one says."""


@certificate.command("issue")
@click.argument("file", type=FILE)
@click.option(
    "--keys", "folder", type=FOLDER, required=True, help="Your key folder, from `lotgate licence keys create`."
)
@click.option("--data", type=FILE, help="What the certificate says, as a JSON file.")
@click.option("--set", "fields", multiple=True, metavar="NAME=VALUE", help="One field, over those of --data.")
def certificate_issue(file: Path, folder: Path, data: Path | None, fields: tuple[str, ...]) -> int:
    """Sign an end-user certificate with the keys of --keys and write it to FILE, for the exporter to hand in.

    Fields: docs/reference/licence.md. Every fault is said at once and nothing is written then.
    """
    from lotgate.licence.credentials import signed_certificate
    from lotgate.licence.forms import check_form
    from lotgate.licence.keys import KeyFolder

    says = check_form("application.certify", filled(data, fields), "certificate")
    if "credential" in says:
        fault = Fault("certificate", "is made here", column="credential", expected="nothing", message_zh="由本命令生成")
        raise InputError([fault])
    signed = signed_certificate(says, KeyFolder(folder))
    write_whole(file, lambda path: path.write_text(signed + "\n", encoding="ascii"))
    note(f"hand it to the exporter; check it with: lotgate licence verify {file} --keys {folder}")
    return DONE


@certificate.command("show")
@click.argument("file", type=FILE)
def certificate_show(file: Path) -> int:
    """Show what the certificate in FILE says, as the JSON that `lotgate licence certify --data` takes.

    The signature is not looked at: that is for `lotgate licence verify`.
    """
    from lotgate.licence.filing_guards import signed_words

    if not file.is_file():
        raise MissingError(f"{file} is not there")
    with file.open("rb") as opened:
        compact = opened.read(LARGEST).decode("ascii", "replace").strip()
    words = signed_words(compact)
    if words is None:
        raise InputError([Fault(str(file), "no signed certificate", expected="a .jwt file", message_zh="不是签名证明")])
    print_json({**words, "credential": compact})
    return DONE
