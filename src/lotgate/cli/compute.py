"""Commands about computing systems: side by side, what can be named, and how the model is calibrated."""

from __future__ import annotations

from pathlib import Path

import click

from lotgate.cli.edges import DONE, console, print_json, today, write_whole
from lotgate.cli.options import COLOUR, FILE, JSON, LANGUAGE

__all__ = ["COMMANDS"]

SYSTEMS = click.option("--systems", "own", type=FILE, help="Systems of your own, CSV or YAML (docs/compute.md).")


@click.group()
def compute() -> None:
    """Computing systems side by side, estimated per phase from published figures."""


@compute.command()
@click.argument("first")
@click.argument("second")
@click.option("--work", "works", multiple=True, help="What is done: a name, or as in 'deepseek-r1 decode 4k batch=96'.")
@SYSTEMS
@click.option("--models", type=FILE, help="Models of your own, CSV or YAML (docs/compute.md).")
@JSON
@click.option("--html", type=FILE, help="Write one self-contained page with charts.")
@LANGUAGE
@COLOUR
def compare(
    first: str,
    second: str,
    works: tuple[str, ...],
    own: Path | None,
    models: Path | None,
    as_json: bool,
    html: Path | None,
    language: str,
    no_color: bool,
) -> int:
    """Show what systems FIRST and SECOND do in prefill, decode and training, and how many of one equal the other."""
    from lotgate import __version__
    from lotgate.compute import compare as compared

    found = compared(first, second, works, systems=own, models=models)
    if html is not None:
        from lotgate.report.compute_page import render_comparison

        text = render_comparison(found, language)
        write_whole(html, lambda made: made.write_text(text, encoding="utf-8", newline="\n"))
    if as_json:
        print_json({"lotgate": __version__, **found.to_json()})
    elif html is None:
        from lotgate.report.compute_view import print_comparison

        print_comparison(found, console(no_color), language)
    return DONE


@compute.command("list")
@SYSTEMS
@LANGUAGE
@COLOUR
def known(own: Path | None, language: str, no_color: bool) -> int:
    """List the systems, works and models that can be named."""
    from lotgate.compute import read_systems
    from lotgate.report.compute_view import print_known

    print_known(read_systems(own) if own else (), console(no_color), language)
    return DONE


@compute.command()
@click.option("--write", type=FILE, help="Write the constants and their covariance as JSON.")
@JSON
@LANGUAGE
@COLOUR
def calibrate(write: Path | None, as_json: bool, language: str, no_color: bool) -> int:
    """Calibrate the model on the published results and show its errors on results, and on families, it did not see."""
    import json

    from lotgate.compute.calibrate import calibrate as calibrated
    from lotgate.compute.calibrate import kept_back, left_out
    from lotgate.report.compute_view import print_calibration
    from lotgate.report.progress import Progress

    left = left_out(Progress("calibrate"))
    held = calibrated(today().isoformat())
    kept = kept_back(held)
    if write is not None:
        text = json.dumps(held.to_json(), indent=1) + "\n"
        write_whole(write, lambda made: made.write_text(text, encoding="utf-8", newline="\n"))
    if as_json:
        print_json(
            {
                **held.to_json(),
                "left_out": [one.to_json() for one in left],
                "kept_back": [one.to_json() for one in kept],
            }
        )
    else:
        print_calibration(held, left, kept, console(no_color), language)
    return DONE


COMMANDS = (compute,)
