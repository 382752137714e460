"""How far work has come: heard by whoever listens, shown on a terminal alone, and no wreck when broken off."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import lotgate
from lotgate.cli import main
from lotgate.decide.content import content
from lotgate.parties import ListSet, Query, party_list, screen
from lotgate.parties.reading import read_folder
from lotgate.progress import heard, one_by_one, tell
from lotgate.report.progress import Stages

EXAMPLES = Path(__file__).parents[1] / "examples"
MOTORS, LISTS = EXAMPLES / "motor-maker", EXAMPLES / "demonstration-lists"


class Terminal(io.StringIO):
    """A stream that says of itself that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_work_is_told_to_whoever_hears_and_to_nobody_else() -> None:
    told: list[tuple[str, int, int]] = []
    tell("before", 1, 2)
    with heard(lambda *news: told.append(news)):
        assert list(one_by_one("rows", range(1200))) == list(range(1200))
        assert list(one_by_one("nothing", iter(()))) == []
    tell("after", 1, 2)
    assert [what for what, _, _ in told] == ["rows"] * 4 + ["nothing"]
    assert told[1] == ("rows", 500, 1200)


def test_a_line_on_a_terminal_is_written_over_and_cleared() -> None:
    stream = Terminal()
    stages = Stages(stream, after=0.0)
    stages("sdn.csv", 12_000, 30_000)
    stages("", 0, 0)
    assert stream.getvalue() == "sdn.csv: 12,000 of 30,000\r" + " " * 25 + "\r"
    stages.end()
    assert stream.getvalue().endswith(" " * 25 + "\r")


def _folder(path: Path) -> Path:
    path.mkdir()
    rows = "".join(f"V{number},Velmora {number} Ltd\n" for number in range(1500))
    (path / "own.csv").write_text(f"id,name\n{rows}", encoding="utf-8")
    return path


def test_reading_and_indexing_lists_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTGATE_CACHE", str(tmp_path / "cache"))
    told: list[tuple[str, int, int]] = []
    with heard(lambda *news: told.append(news)):
        screen([Query("1", ("Velmora 7 Ltd",))], read_folder(_folder(tmp_path / "lists")))
    assert ("own.csv", 500, 1501) in told
    assert ("index", 1500, 1500) in told
    assert told[-1] == ("", 0, 0)


def test_an_index_broken_off_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTGATE_CACHE", str(tmp_path / "cache"))
    lists = ListSet({"made": party_list("made", "Made", [{"name": f"Velmora {number}"} for number in range(9000)])})

    def interrupt(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), heard(interrupt):
        screen([Query("1", ("Velmora 77",))], lists)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(screen([Query("1", ("Velmora 77",))], lists))


def test_a_command_says_on_a_terminal_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTGATE_CACHE", str(tmp_path / "cache"))
    names = tmp_path / "names.csv"
    names.write_text("id,name\n1,Velmora 7 Ltd\n", encoding="utf-8")
    folder = _folder(tmp_path / "lists")
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setattr(Stages.__init__, "__defaults__", (None, 0.0))
    with pytest.raises(SystemExit) as ended:
        main(["screen", str(names), "--list", str(folder / "own.csv"), "--json"])
    assert ended.value.code == 0
    assert "own.csv: " in shown.getvalue()
    assert shown.getvalue().endswith("\r")


def test_a_check_and_a_roll_up_tell_what_they_are_at(tmp_path: Path) -> None:
    told: list[str] = []
    with heard(lambda what, _, __: told.append(what)):
        decided = lotgate.check(lotgate.load(MOTORS), lists=lotgate.read_lists(LISTS))
        assert decided.table.num_rows
        content(lotgate.load(MOTORS))
    wanted = [
        "shipments",
        "items",
        "content",
        "parties",
        "rules",
        "answers",
        "questions",
        "bill of materials",
        "content",
    ]
    at = iter(told)
    assert all(any(what == said for said in at) for what in wanted), told
