"""The store keeps every version and never lets a worse one in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from lotgate.cli import cli
from lotgate.errors import InputError, MissingError
from lotgate.parties.store import import_lists, load_store, open_lists, status, store_folder

TODAY = date(2026, 3, 1)


def write(folder: Path, day: str, *names: str) -> Path:
    path = folder / f"own_{day}.csv"
    path.write_text("id,name\n" + "".join(f"{name[0]},{name}\n" for name in names), encoding="utf-8")
    return path


def test_import_shows_what_changed_and_status_tells_the_age(tmp_path: Path) -> None:
    (first,) = import_lists(write(tmp_path, "2026-01-01", "Alpha", "Beta", "Gamma"), TODAY)
    assert (first.taken, first.added, first.removed, first.changed) == (True, 3, 0, 0)
    (second,) = import_lists(write(tmp_path, "2026-02-01", "Alpha", "Beto", "Delta"), TODAY)
    assert (second.added, second.removed, second.changed) == (1, 1, 1)
    (held,) = status(load_store(), TODAY)
    assert (held.list, held.as_of, held.age_days, held.entries, held.imported_on) == (
        "own",
        date(2026, 2, 1),
        28,
        3,
        TODAY,
    )
    assert len(list((store_folder() / "own").glob("*.parquet"))) == 2


def test_an_older_or_shrunken_version_is_kept_out(tmp_path: Path) -> None:
    import_lists(write(tmp_path, "2026-02-01", "Alpha", "Beta", "Gamma"), TODAY)
    (older,) = import_lists(write(tmp_path, "2026-01-01", "Alpha", "Beta", "Gamma"), TODAY)
    (shrunken,) = import_lists(write(tmp_path, "2026-02-02", "Alpha"), TODAY)
    assert not older.taken and "older" in older.reason.en
    assert not shrunken.taken and "1 entries against 3" in shrunken.reason.en
    assert len(load_store().lists["own"]) == 3
    (forced,) = import_lists(write(tmp_path, "2026-02-02", "Alpha"), TODAY, force=True)
    assert forced.taken and len(load_store().lists["own"]) == 1


def test_a_broken_file_leaves_the_good_list_in_place(tmp_path: Path) -> None:
    import_lists(write(tmp_path, "2026-02-01", "Alpha"), TODAY)
    (tmp_path / "own_2026-03-01.csv").write_text("<html><body>error</body></html>", encoding="utf-8")
    with pytest.raises(InputError, match="HTML"):
        import_lists(tmp_path / "own_2026-03-01.csv", TODAY)
    with pytest.raises(MissingError):
        import_lists(tmp_path / "nothing.csv", TODAY)
    assert load_store().lists["own"].entries["name"].to_list() == ["Alpha"]


def test_the_command_takes_good_files_in_beside_broken_ones_and_says_so(tmp_path: Path) -> None:
    good = write(tmp_path, "2026-02-01", "Alpha", "Beta", "Gamma")
    broken = tmp_path / "page.csv"
    broken.write_text("<html><body>error</body></html>", encoding="utf-8")
    done = CliRunner().invoke(cli, ["lists", "import", str(broken), str(good)])
    assert isinstance(done.exception, InputError) and "page.csv: an HTML page" in str(done.exception)
    assert "own  in use  3 entries" in done.output
    short = write(tmp_path, "2026-02-02", "Alpha")
    done = CliRunner().invoke(cli, ["lists", "import", str(short)], standalone_mode=False)
    assert (done.return_value, len(load_store().lists["own"])) == (2, 3)
    assert "1 entries against 3" in done.output


def test_damage_in_the_store_is_told_not_read(tmp_path: Path) -> None:
    path = write(tmp_path, "2026-02-01", "Alpha")
    import_lists(path, TODAY)
    (kept,) = (store_folder() / "own").glob("*.parquet")
    kept.write_bytes(kept.read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged"):
        load_store()
    import_lists(path, TODAY)
    assert load_store().loaded("own")


def test_a_folder_overrides_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_lists(write(tmp_path, "2026-02-01", "Alpha"), TODAY)
    other = tmp_path / "other"
    other.mkdir()
    (other / "more.csv").write_text("name\nZeta\n", encoding="utf-8")
    assert sorted(open_lists().lists) == ["own"]
    assert sorted(open_lists(other).lists) == ["more"]
    monkeypatch.setenv("LOTGATE_LISTS", str(other))
    assert sorted(open_lists().lists) == ["more"]
