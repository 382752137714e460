"""Documents do what they print: their examples run, their links lead somewhere, their pages are current."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import click
import pytest

import lotgate
from lotgate.facts.law_cases import run_law_cases
from lotgate.report.reference import PAGES, commands

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
BLOCK = re.compile(r"^```(\S*) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words after it, its text."""

    language: str
    words: tuple[str, ...]
    text: str


def blocks(path: Path) -> list[Block]:
    """Every fenced block of a document."""
    found = BLOCK.findall(path.read_text(encoding="utf-8"))
    return [Block(language, tuple(words.split()), text) for language, words, text in found]


def name_of(path: Path) -> str:
    """The document as tests name it."""
    return str(path.relative_to(ROOT))


RUNNABLE = [path for path in DOCUMENTS if any("run" in block.words for block in blocks(path))]


# ---- running what documents show -------------------------------------------------------------------------------------


def agrees(expected: str, found: str) -> bool:
    """Whether an output is what a document prints; `...` stands for any lines, or for any text within a line."""
    wanted = [line.rstrip() for line in expected.rstrip().splitlines()]
    got = [line.rstrip() for line in found.rstrip().splitlines()]
    pattern = "".join(
        r"(?:[^\n]*\n)*" if line == "..." else re.escape(line).replace(re.escape("..."), "[^\n]*") + "\n"
        for line in wanted
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in got)) is not None


def lotgate_command(words: list[str]) -> tuple[str, int]:
    """What the program prints for its words, and its exit status, without starting a process."""
    from lotgate.cli import main

    words, target = (words[:-2], words[-1]) if words[-2:-1] == [">"] else (words, None)
    printed, messages = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(messages), pytest.raises(SystemExit) as end:
        main(words[1:])
    if target is not None:
        Path(target).write_text(printed.getvalue(), encoding="utf-8")
        printed = io.StringIO()
    return printed.getvalue() + messages.getvalue(), int(end.value.code or 0)


def shell_command(command: str) -> tuple[str, int]:
    """What another command prints, and its exit status."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout, done.returncode


def run_console(block: Block) -> None:
    """Runs the commands of a block in order and holds their output to what stands below each."""
    for step in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = step.partition("\n")
        words = shlex.split(command)
        output, status = lotgate_command(words) if words[0] == "lotgate" else shell_command(command)
        assert (status != 0) == ("fails" in block.words), f"{command}\nended with {status}\n{output}"
        assert not expected.strip() or agrees(expected, output), f"$ {command}\n{output}"


def run_python(block: Block, after: Block | None, names: dict[str, Any]) -> None:
    """Runs a block and holds what it prints to the block after it."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.text, "document", "exec"), names)
    if after is not None and after.words[:1] == ("output",):
        assert agrees(after.text, printed.getvalue()), printed.getvalue()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with copies of the examples, an empty store, and the law read once for all documents."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "docs" / "adding-a-measure", tmp_path / "docs" / "adding-a-measure")
    monkeypatch.chdir(tmp_path)
    for name, value in {"LOTGATE_HOME": str(tmp_path / "home"), "COLUMNS": "80", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    for name in ("LOTGATE_LISTS", "LOTGATE_LANGUAGE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("lotgate.law.load", _load_once)
    yield tmp_path


def _load_once(extra: Any = (), as_known: dt.date | None = None) -> Any:
    return _loaded(tuple(str(Path(folder).resolve()) for folder in extra), as_known)


@functools.cache
def _loaded(extra: tuple[str, ...], as_known: dt.date | None) -> Any:
    return _really_load(extra, as_known)


_really_load = import_module("lotgate.law").load


@pytest.mark.parametrize("path", RUNNABLE, ids=name_of)
def test_examples_in_documents_print_what_they_say(path: Path, desk: Path) -> None:
    found = blocks(path)
    names: dict[str, Any] = {"__name__": "document"}
    for place, block in enumerate(found):
        if "run" not in block.words:
            continue
        if block.language == "console":
            run_console(block)
        else:
            run_python(block, found[place + 1] if place + 1 < len(found) else None, names)


def test_first_screen_of_the_readme_holds_what_a_reader_needs() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8").split("## ", 1)[0]
    assert len(first.splitlines()) <= 40
    for word in ("make demo", "make test", "pip install", "art. 1(3)", "not legal advice", "2026-08-22"):
        assert word in first


def test_the_law_data_day_in_the_documents_is_that_of_the_data() -> None:
    day = lotgate.load_law().known_as_of.isoformat()
    for name in ("README.md", "CHANGELOG.md"):
        assert day in (ROOT / name).read_text(encoding="utf-8")


# ---- links -----------------------------------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        page = (path.parent / file).resolve() if file else path
        assert page.exists(), f"{target} leads nowhere"
        if anchor:
            assert anchor in anchors(page), f"{target}: no such heading"


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or not page.exists():
            continue
        reached.add(page)
        for target in re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8")):
            linked = (page.parent / target).resolve()
            if linked.suffix == ".md":
                waiting.append(linked)
    aside = {ROOT / "docs" / "adding-a-measure" / "README.md"}
    assert sorted(name_of(path) for path in set(DOCUMENTS) - reached - aside) == []


# ---- pages made from code --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", sorted(PAGES))
def test_reference_pages_are_current(page: str) -> None:
    committed = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert committed == PAGES[page](), "run `make docs` and commit what it writes"


def test_every_command_and_option_has_help_and_a_line_in_the_reference() -> None:
    page = PAGES["cli.md"]()
    for name, command in commands():
        assert command.help, f"{name} has no help"
        assert f"\n## {name}\n" in page
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert re.search(rf"\| `{parameter.opts[0]}`[^|]* \| \S", page), f"{name} {parameter.opts[0]}"


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, command in commands():
        if not isinstance(command, click.Group):
            last = name.rsplit(" ", 1)[-1]
            assert re.search(rf"lotgate [a-z, `]*{last}|`{last}\b|, `[a-z ]*{last}", readme), name


def test_the_operators_in_the_law_format_are_those_of_the_grammar() -> None:
    from lotgate.law.expr import _OPERATORS

    page = (ROOT / "docs" / "reference" / "law-format.md").read_text(encoding="utf-8")
    table = page.split("| type of fact | operators | example |\n|---|---|---|\n")[1].split("\n\n")[0]
    written = {}
    for row in table.splitlines():
        types, operators = (cell.strip() for cell in row.strip("|").split("|")[:2])
        for kind in types.split(", "):
            written[kind] = set(re.findall(r"`([^`]+)`", operators))
    assert written == {kind: set(operators) for kind, operators in _OPERATORS.items()}


def test_the_keys_in_the_law_format_are_those_the_loader_takes() -> None:
    page = (ROOT / "docs" / "reference" / "law-format.md").read_text(encoding="utf-8")
    written = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    used = set()
    for path in sorted((ROOT / "src" / "lotgate" / "law" / "data").rglob("rules.yaml")):
        data = import_module("lotgate.law.load").read_yaml(path)
        used |= set(data) - {"regime"}
        for clause in data.get("clauses") or ():
            used |= set(clause)
    assert used <= written, used - written


def test_the_fields_in_the_page_on_json_are_those_printed() -> None:
    lists = lotgate.read_lists(ROOT / "examples" / "demonstration-lists")
    printed = lotgate.check(lotgate.load(ROOT / "examples" / "motor-maker"), lists=lists).to_json()
    page = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    line = printed["lines"][0]
    regime = line["regimes"]["cn"]
    for keys in (printed, printed["law"], printed["lists"][0], line, regime, regime["rules"][0]):
        for key in keys:
            assert f'"{key}"' in page or f"`{key}`" in page, key


# ---- dependencies ----------------------------------------------------------------------------------------------------


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = list(project["project"]["dependencies"])
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    wanted += [entry for entry in project["dependency-groups"]["dev"] if isinstance(entry, str)]
    names = {re.match(r"[\w-]+", entry)[0].lower() for entry in wanted} - {"lotgate"}  # type: ignore[index]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| ([\w-]+) \|", page, re.MULTILINE)) - {"package"}
    assert explained == names


def test_nothing_installed_is_under_the_gpl() -> None:
    strict = {}
    for one in distributions():
        metadata = one.metadata
        said = [metadata.get("License-Expression") or "", (metadata.get("License") or "").split("\n")[0]]
        said += [text for text in metadata.get_all("Classifier") or [] if text.startswith("License")]
        found = [text for text in said if re.search(r"\bA?GPL|GNU (Affero )?General Public", text)]
        if found and not any("OR" in text or "MIT" in text for text in said):
            strict[metadata["Name"]] = found
    assert strict == {}


def test_nothing_but_lists_update_opens_a_network_connection() -> None:
    pattern = re.compile(
        r"^\s*(?:import|from) (?:socket|ssl|http|urllib\.request|requests|httpx|ftplib)\b", re.MULTILINE
    )
    sources = sorted((ROOT / "src").rglob("*.py"))
    opening = {path.stem for path in sources if pattern.search(path.read_text(encoding="utf-8"))}
    assert opening == {"fetch"}
    calls = re.compile(r"^\s*from lotgate\.parties\.(fetch|update) import (.*)$", re.MULTILINE)
    users = {str(path.relative_to(ROOT / "src" / "lotgate")): calls.findall(path.read_text()) for path in sources}
    users = {name: found for name, found in users.items() if found}
    assert users.pop("cli/lists.py") == [("fetch", "Limits"), ("update", "update")]
    assert users.pop("__init__.py") == [("update", "update as update_lists")]  # the library twin
    assert users == {"parties/update.py": [("fetch", "Fetched, FetchError, Limits, fetch")]}


# ---- how to add a measure --------------------------------------------------------------------------------------------

ADDED = ROOT / "docs" / "adding-a-measure"
EXPECTED = {
    # line: answer without the measure, answer and policy with it
    "A1": ("go", "go", None),
    "A2": ("go", "apply", "case-by-case"),
    "A3": ("go", "apply", "denial-presumed"),
    "A4": ("go", "go", None),
    "A5": ("go", "go", None),
    "A6": ("go", "ask", None),
    "A7": ("go", "ask", None),
}


def test_files_shown_in_contributing_are_the_files() -> None:
    shown = [block for block in blocks(ROOT / "CONTRIBUTING.md") if block.words[:1] in (("file",), ("part",))]
    assert len(shown) >= 2
    for block in shown:
        content = (ROOT / block.words[1]).read_text(encoding="utf-8")
        assert block.text == content if block.words[0] == "file" else block.text in content, block.words[1]


def _answers(law: Any) -> dict[str, tuple[str, str | None]]:
    lists = lotgate.read_lists(ROOT / "examples" / "demonstration-lists")
    decisions = lotgate.check(lotgate.load(ADDED / "workspace"), law=law, lists=lists)
    return {line.line: (line.answer, line.regimes["cn"].policy) for line in decisions}


def test_an_added_measure_changes_answers_from_outside_the_package() -> None:
    assert {line: answer for line, (answer, _) in _answers(lotgate.load_law()).items()} == {
        line: before for line, (before, _, _) in EXPECTED.items()
    }
    law = lotgate.load_law([ADDED])
    assert _answers(law) == {line: (after, policy) for line, (_, after, policy) in EXPECTED.items()}
    assert [fault for fault in run_law_cases(law) if "2099" in fault] == []


def test_an_added_measure_changes_answers_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("lotgate.law.load")
    shutil.copytree(module.DATA, tmp_path / "data")
    shutil.copytree(ADDED / "CN-2099-1", tmp_path / "data" / "cn" / "CN-2099-1")
    monkeypatch.setattr(module, "DATA", tmp_path / "data")
    law = lotgate.load_law()
    assert "CN-2099-1" in law.measures
    assert _answers(law) == {line: (after, policy) for line, (_, after, policy) in EXPECTED.items()}
