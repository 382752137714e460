"""The command that proposes control codes, and writes the one a person accepts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from lotgate.cli.edges import DONE, console, load_law, note, print_json, today
from lotgate.cli.options import COLOUR, DAY, JSON, LANGUAGE, law_options, lists_option

__all__ = ["COMMANDS"]


@click.command()
@click.argument("workspace", required=False, type=click.Path(path_type=Path))
@click.argument("items", nargs=-1)
@click.option("--description", help="Classify these words (English or Chinese) instead of items of a workspace.")
@click.option("--hs", help="With --description: the customs code.")
@click.option("--stage", help="With --description: the stage of processing, e.g. magnet.")
@click.option("--model", help="With --description: the model.")
@click.option("--composition", help="With --description: mass fractions, e.g. 'Nd 0.29; Dy 0.03'.")
@click.option("--regime", help="Only these regimes, e.g. cn,us; with --accept the one the code belongs to.")
@click.option("--top", type=click.IntRange(1, 50), default=3, show_default=True, help="Proposals per regime.")
@click.option("--on", type=DAY, help="Leave out papers that had run out by this day (default: today).")
@lists_option("Folder of control lists you have fetched, e.g. the Commerce Control List; party lists are left alone.")
@click.option("--accept", "code", help="Write this code (or none: not listed) into the workspace for the one item.")
@click.option("--by", help="With --accept: who decides it.")
@click.option("--because", default="", help="With --accept: on what grounds.")
@law_options
@JSON
@LANGUAGE
@COLOUR
def classify(
    workspace: Path | None,
    items: tuple[str, ...],
    description: str | None,
    hs: str | None,
    stage: str | None,
    model: str | None,
    composition: str | None,
    regime: str | None,
    top: int,
    on: date | None,
    lists_folder: Path | None,
    code: str | None,
    by: str | None,
    because: str,
    law_folders: tuple[Path, ...],
    as_known: date | None,
    as_json: bool,
    language: str,
    no_color: bool,
) -> int:
    """Propose control codes for ITEMS of WORKSPACE (all of them if none is named), or for a --description.

    A proposal is never a fact. --accept CODE --by NAME writes what a person decides.
    """
    from lotgate.classification import Classified, classify_text
    from lotgate.classification import classify as proposed
    from lotgate.report.classify_view import classified_json, print_classified
    from lotgate.tables import load

    if (workspace is None) == (description is None):
        raise click.UsageError("give either WORKSPACE or --description")
    if description is not None and not description.strip():
        raise click.UsageError("--description says nothing; expected what the goods are, in English or Chinese")
    regimes = _regimes(regime)
    law = load_law(law_folders, as_known)
    if unknown := [one for one in regimes or () if one not in law.regimes]:
        raise click.BadParameter(f"no such regime: {', '.join(unknown)}; expected {', '.join(law.regimes)}")
    if code is not None:
        return _accept(workspace, items, code, regimes, by, because, law_folders, as_known)
    found: list[Classified]
    if description is not None:
        shares = _shares(composition)
        found = [
            classify_text(
                description, hs=_digits(hs), stage=stage, model=model, composition=shares, regimes=regimes, law=law,
                lists=lists_folder, top=top,
            )
        ]  # fmt: skip
    else:
        assert workspace is not None
        ws = load(workspace, ("items",))
        found = proposed(ws, items or None, regimes=regimes, law=law, lists=lists_folder, on=on or today(), top=top)
    if as_json:
        print_json(classified_json(found))
    else:
        print_classified(found, console(no_color), language)
    return DONE


def _regimes(text: str | None) -> list[str] | None:
    return [one.strip() for one in text.split(",") if one.strip()] if text else None


def _digits(hs: str | None) -> str | None:
    return hs.replace(".", "").replace(" ", "") if hs else None


def _shares(text: str | None) -> dict[str, float | None]:
    from lotgate.suppliers.shares import read_composition

    try:
        return read_composition(text) if text else {}
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--composition") from error


def _accept(
    workspace: Path | None,
    items: tuple[str, ...],
    code: str,
    regimes: Sequence[str] | None,
    by: str | None,
    because: str,
    law_folders: tuple[Path, ...],
    as_known: date | None,
) -> int:
    from lotgate.classification import accept

    if workspace is None or len(items) != 1:
        raise click.UsageError("--accept needs a WORKSPACE and exactly one item")
    if regimes is None or len(regimes) != 1:
        raise click.UsageError("--accept needs --regime: a code of one country never speaks for another")
    if not by:
        raise click.UsageError("--accept needs --by: who decides it")
    law = load_law(law_folders, as_known)
    accept(workspace, items[0], code, by, today(), law=law, regime=regimes[0], because=because)
    note(f"{items[0]}: {regimes[0]}_code = {code}, by {by}")
    return DONE


COMMANDS = (classify,)
