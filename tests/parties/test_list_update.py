"""`lists update`: every layout from a local server, and every fault, with the good list kept."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from list_files import csl_json, eu_xml, ofac_set, uk_csv, uk_xml, un_xml
from list_server import Answer, ListServer, packed

from lotgate.cli import cli
from lotgate.errors import InputError
from lotgate.parties.fetch import FetchError, Limits, fetch
from lotgate.parties.sources import sources, stale_after_days
from lotgate.parties.store import import_lists, load_store, versions
from lotgate.parties.update import SourceUpdate, update

TODAY = date(2026, 3, 5)
QUICK = Limits(silence=0.5, whole=5.0, attempts=3, most_bytes=5_000_000, first_wait=0.01, longest_wait=0.02)
COLUMNS = ["source", "lists", "stale_after_days", "layouts", "files"]
COLUMNS += ["least_bytes", "most_bytes", "verified", "note", "note_zh"]


@pytest.fixture
def server() -> Iterator[ListServer]:
    made = ListServer()
    yield made
    made.close()


def addresses(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "addresses.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows({"stale_after_days": "30", "verified": "no", "most_bytes": "5000000", **row} for row in rows)
    return path


def run(path: Path, *names: str, today: date = TODAY, force: bool = False) -> dict[str, SourceUpdate]:
    done = update(names, today=today, addresses=path, limits=QUICK, force=force)
    return {one.source: one for one in done}


def un(server: ListServer, folder: Path, *answers: Answer | bytes | str) -> Path:
    """Addresses with the Security Council's list alone, answered as told."""
    url = server.put("/un.xml", *answers)
    return addresses(
        folder, {"source": "un", "lists": "un-sc", "layouts": "un-xml", "least_bytes": "500", "files": url}
    )


def held(list_id: str = "un-sc") -> int:
    lists = load_store().lists
    return len(lists[list_id]) if list_id in lists else 0


def test_every_layout_is_fetched_and_taken_in(server: ListServer, tmp_path: Path) -> None:
    rows = [{"source": "us-csl", "lists": "us-entity-list;us-dpl;us-uvl;us-meu;us-isn;us-dtc", "layouts": "csl-json"}]
    rows[0]["files"] = server.put("/consolidated.json", csl_json())
    for cons, source, lists in ((False, "sdn", "us-sdn"), (True, "cons", "us-cmic;us-ssi;us-plc;us-nsmbs;us-capta")):
        files = ofac_set(cons=cons)
        urls = [server.put(f"/api/exports/{name.upper()}", text) for name, text in files.items()]
        layouts = f"ofac-{source}-primary;ofac-part-alt;ofac-part-add;ofac-part-comments"
        rows.append({"source": source, "lists": lists, "layouts": layouts, "files": ";".join(urls)})
    for source, lists, layout, path, text in (
        ("un", "un-sc", "un-xml", "/un.xml", un_xml()),
        ("eu", "eu-fsf", "eu-fsf-xml", "/files/xmlFullSanctionsList_1_1/content?token=abc", eu_xml()),
        ("uk", "uk-sl", "uk-xml", "/UK-Sanctions-List.xml", uk_xml()),
    ):
        server.put(path.split("?")[0], text)
        rows.append({"source": source, "lists": lists, "layouts": layout, "files": server.base + path})
    rows.append({"source": "jp", "lists": "jp-eul", "layouts": "registry-json", "note": "a PDF", "note_zh": "PDF"})
    done = run(addresses(tmp_path, *rows))
    assert {one.source: one.outcome for one in done.values()} == {
        **dict.fromkeys(("us-csl", "sdn", "cons", "un", "eu", "uk"), "updated"),
        "jp": "by-hand",
    }, [one.reason.en for one in done.values()]
    lists = load_store().lists
    assert {key: len(one) for key, one in lists.items()} == {
        "us-entity-list": 24, "us-dpl": 8, "us-uvl": 4, "us-meu": 4, "us-isn": 4, "us-dtc": 4, "us-sdn": 20,
        "us-cmic": 4, "us-ssi": 4, "us-plc": 4, "us-nsmbs": 4, "us-capta": 4, "un-sc": 20, "eu-fsf": 20, "uk-sl": 20,
    }  # fmt: skip
    assert lists["us-entity-list"].entries["aliases"][0].to_list() == ["Entity Alias; with a semicolon 0"]
    assert lists["us-sdn"].entries["weak_aliases"][0].to_list() == ["FONE"]
    assert (lists["un-sc"].as_of, lists["un-sc"].checked_on) == (date(2026, 3, 4), TODAY)
    assert all(one.as_of is not None for one in lists.values())
    (version,) = versions("eu-fsf")
    assert (version["entries"], version["in_use"], len(version["source_sha256"])) == (20, True, 64)


def test_the_uk_list_may_come_as_csv(server: ListServer, tmp_path: Path) -> None:
    url = server.put("/UK-Sanctions-List.csv", uk_csv())
    row = {"source": "uk", "lists": "uk-sl", "layouts": "uk-csv", "files": url}
    assert run(addresses(tmp_path, row))["uk"].outcome == "updated"
    found = load_store().lists["uk-sl"]
    assert (len(found), found.rows, found.merged) == (20, 40, 20)
    assert found.entries.row(0, named=True)["identifiers"] == ["imo:9100000"]


def test_what_changed_is_named(server: ListServer, tmp_path: Path) -> None:
    path = un(server, tmp_path, un_xml(21), un_xml(22).replace("NUMBER 3<", "NUMBER THREE<").replace("CDi.004", "X4"))
    assert run(path)["un"].changes[0].added == 21
    (change,) = run(path, "un-sc")["un"].changes
    assert (change.new, change.gone) == (
        ("CDi.021: PERSON NUMBER 21", "X4: PERSON NUMBER 4"),
        ("CDi.004: PERSON NUMBER 4",),
    )
    assert change.altered == ("CDi.003: PERSON NUMBER THREE",)
    assert [one["entries"] for one in versions("un-sc")] == [21, 22]


def test_an_unchanged_list_is_confirmed_not_stored_again(server: ListServer, tmp_path: Path) -> None:
    path = un(server, tmp_path, Answer(un_xml().encode(), headers={"ETag": '"one"'}))
    run(path)
    assert run(path, today=date(2026, 4, 9))["un"].outcome == "unchanged"
    assert server.asked[-1][1]["if-none-match"] == '"one"'
    found = load_store().lists["un-sc"]
    assert (found.as_of, found.checked_on, len(versions("un-sc"))) == (date(2026, 3, 4), date(2026, 4, 9), 1)
    server.put("/un.xml", un_xml())  # the same file, and a server that knows no tags
    assert run(path, today=date(2026, 4, 10))["un"].outcome == "unchanged"
    assert load_store().lists["un-sc"].checked_on == date(2026, 4, 10)


def test_a_list_imported_by_hand_is_not_taken_for_what_the_server_has(server: ListServer, tmp_path: Path) -> None:
    path = un(server, tmp_path, Answer(un_xml().encode(), headers={"ETag": '"one"'}))
    run(path)
    (tmp_path / "mine.xml").write_text(un_xml(19), encoding="utf-8")
    import_lists(tmp_path / "mine.xml", TODAY, force=True)
    assert held() == 19
    assert run(path)["un"].outcome == "updated"
    assert "if-none-match" not in server.asked[-1][1]
    assert held() == 20


def cut(text: str, part: float = 0.6) -> str:
    return text[: int(len(text) * part)]


BOMB = (
    b"""<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<CONSOLIDATED_LIST dateGenerated="2026-03-06T00:00:00Z"><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>&c;</FIRST_NAME>
</INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>"""
    + b" " * 1000
)
OUTSIDE = BOMB.replace(b'<!ENTITY a "haha">', b'<!ENTITY a SYSTEM "file:///etc/passwd">')
PAGE = "<!DOCTYPE html><html><body>Service unavailable</body></html>" + " " * 1000


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.xml", content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (cut(un_xml(30)).encode(), "cut short"),
        (un_xml(30)[:-30].encode(), "cut short"),
        (un_xml(30).replace("PERSON", "PERSÖN").encode("latin-1"), "decoded"),
        (un_xml(30).encode("utf-16-le"), "layout|decoded|binary"),
        (PAGE.encode(), "HTML"),
        (b"", "empty|bytes"),
        (b"\n\n\n" * 500, "empty"),
        (BOMB, "entities"),
        (OUTSIDE, "entities"),
        (zipped(b"<CONSOLIDATED_LIST>" + b" " * 4_000_000), "implausible"),
        (un_xml(30).replace("CONSOLIDATED_LIST", "SANCTIONED_LIST").encode(), "no list layout"),
        (eu_xml(30).encode(), "another layout"),
        (un_xml(30).replace("INDIVIDUAL_ALIAS", "PERSON_ALIAS").encode(), "no entry has aliases"),
        (un_xml(30).replace("NATIONALITY", "NATION").encode(), "no entry has countries"),
        (
            un_xml(30).replace("INDIVIDUALS", "PERSONS").replace("INDIVIDUAL>", "HUMAN>").encode(),
            "1 entries against 20",
        ),
        (un_xml(16).encode(), None),
        (un_xml(15).encode(), "15 entries against 20"),
        (un_xml(1).replace("FIRST_NAME", "NAME_1").encode(), "1 of its 1 rows|no entry|bytes"),
        (
            un_xml(30).replace("<FIRST_NAME>PERSON</FIRST_NAME><SECOND_NAME>NUMBER 1", "<X>").encode(),
            "cannot be parsed",
        ),
        (un_xml(30, "2026-03-01").encode(), "older than the one in use"),
        (b"x" * 6_000_000, "5,000,000 expected at most"),
    ],
)
def test_a_broken_file_is_refused_and_the_good_list_stays(
    server: ListServer, tmp_path: Path, answer: bytes, message: str | None
) -> None:
    path = un(server, tmp_path, un_xml(), answer)
    run(path)
    done = run(path)["un"]
    if message is None:
        assert (done.outcome, held()) == ("updated", 16)
        return
    assert done.outcome in ("refused", "failed")
    assert re.search(message, done.reason.en), done.reason.en
    assert done.reason.zh
    assert held() == 20
    assert len(versions("un-sc")) == 1


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([Answer(status=500)], r"500 .*\(3 tries\)"),
        ([Answer(status=503, headers={"Retry-After": "1"})], "503"),
        ([Answer(status=404)], "404"),
        ([Answer(status=403)], "403"),
        ([Answer(status=302, headers={"Location": "/un.xml"})], "(?i)redirect"),
        ([Answer(status=302, headers={"Location": "file:///etc/passwd"})], "(?i)redirect"),
        ([Answer(status=302, headers={"Location": "ftp://127.0.0.1/list"})], "(?i)redirect"),
        ([Answer(un_xml().encode(), stated_length=100_000, cut_after=900)], "bytes came of the 100,000"),
        ([Answer(un_xml().encode(), seconds_before=3.0)], "no answer within 0.5 seconds"),
        ([Answer(un_xml(40).encode(), drip_seconds=0.1)], "not complete after 2 seconds"),
        ([Answer(b"\x1f\x8b\x08\x00broken", headers={"Content-Encoding": "gzip"})], "unpacked|cut short"),
        ([Answer(un_xml().encode(), headers={"Content-Encoding": "br"})], "'br'"),
        ([packed(b"<CONSOLIDATED_LIST>" + b" " * 30_000_000)], "5,000,000 bytes expected at most"),
    ],
)
def test_a_server_that_fails_leaves_the_good_list(
    server: ListServer, tmp_path: Path, answers: list[Answer], message: str
) -> None:
    path = un(server, tmp_path, un_xml())
    run(path)
    server.put("/un.xml", *answers)
    limits = Limits(silence=0.5, whole=2.0, attempts=3, first_wait=0.01, longest_wait=0.02)
    (done,) = update(today=TODAY, addresses=path, limits=limits)
    assert done.outcome == "failed"
    assert re.search(message, done.reason.en), done.reason.en
    assert "/un.xml" in done.reason.en
    assert held() == 20


def test_redirect_loops_end(server: ListServer, tmp_path: Path) -> None:
    server.put("/a", Answer(status=302, headers={"Location": "/b"}))
    server.put("/b", Answer(status=301, headers={"Location": "/a"}))
    with pytest.raises(FetchError, match="redirect"):
        fetch(f"{server.base}/a", tmp_path / "x", QUICK)
    assert len(server.asked) < 20


def test_a_fault_that_passes_is_tried_again(server: ListServer, tmp_path: Path) -> None:
    waits: list[float] = []
    url = server.put("/x", Answer(status=503, headers={"Retry-After": "7"}), Answer(status=500), Answer(b"good"))
    limits = Limits(silence=1, whole=60, attempts=4, first_wait=2, longest_wait=5)
    got = fetch(url, tmp_path / "x", limits, sleep=waits.append)
    assert (got.size, (tmp_path / "x").read_bytes(), waits) == (4, b"good", [5, 4])


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    row = {"source": "un", "lists": "un-sc", "layouts": "un-xml", "files": "http://127.0.0.1:9/un.xml"}
    done = run(addresses(tmp_path, row))["un"]
    assert (done.outcome, held()) == ("failed", 0)
    with pytest.raises(FetchError, match="no http"):
        fetch("file:///etc/passwd", tmp_path / "x", QUICK)


def test_a_compressed_answer_is_unpacked(server: ListServer, tmp_path: Path) -> None:
    assert run(un(server, tmp_path, packed(un_xml().encode())))["un"].outcome == "updated"
    assert held() == 20


def ofac(server: ListServer, folder: Path, **changed: str | bytes | Answer) -> Path:
    files: dict[str, str | bytes | Answer] = {**ofac_set(), **{f"{k}.csv": v for k, v in changed.items()}}
    urls = [server.put(f"/{name}", content) for name, content in files.items()]
    layouts = "ofac-sdn-primary;ofac-part-alt;ofac-part-add;ofac-part-comments"
    return addresses(folder, {"source": "sdn", "lists": "us-sdn", "layouts": layouts, "files": ";".join(urls)})


@pytest.mark.parametrize(
    ("part", "content", "message"),
    [
        ("alt", PAGE, "HTML"),
        ("alt", ofac_set()["add.csv"], "another layout"),
        ("alt", ofac_set()["alt.csv"][:-1], "sign that ends it"),
        ("add", Answer(status=500), "500"),
        ("sdn", ofac_set(60)["sdn.csv"][: ofac_set(60)["sdn.csv"].index("40,FIRM")], "sign that ends it"),
        ("sdn", ofac_set(60)["sdn.csv"][:3000], "sign that ends it"),
        ("sdn", "ent_num,SDN_Name\r\n" + ofac_set()["sdn.csv"], "layout"),
        ("sdn", ofac_set()["sdn.csv"].replace("\r\n", ',"more"\r\n'), "layout"),
        ("sdn_comments", b"1,caf\xe9\r\n\x1a", "decoded"),
    ],
)
def test_a_set_is_taken_whole_or_not_at_all(
    server: ListServer, tmp_path: Path, part: str, content: str | bytes | Answer, message: str
) -> None:
    run(ofac(server, tmp_path))
    before = load_store().lists["us-sdn"].entries
    done = run(ofac(server, tmp_path, **{part: content}))["sdn"]
    assert done.outcome in ("refused", "failed")
    assert message in done.reason.en, done.reason.en
    assert load_store().lists["us-sdn"].entries.equals(before)


def test_one_changed_file_of_a_set_fetches_all_of_it(server: ListServer, tmp_path: Path) -> None:
    tagged = {name: Answer(text.encode(), headers={"ETag": f'"{name}"'}) for name, text in ofac_set().items()}
    parts = {name.removesuffix(".csv"): answer for name, answer in tagged.items()}
    run(ofac(server, tmp_path, **parts))
    assert run(ofac(server, tmp_path, **parts))["sdn"].outcome == "unchanged"
    parts["alt"] = Answer(ofac_set()["alt.csv"].replace("FIRM 3 SHIPPING", "NEW").encode(), headers={"ETag": '"n"'})
    (change,) = run(ofac(server, tmp_path, **parts))["sdn"].changes
    assert change.altered == ("3: FIRM 3 LINES",)


def test_a_list_that_vanishes_from_its_file_keeps_all_lists_of_the_source(server: ListServer, tmp_path: Path) -> None:
    url = server.put("/csl.json", csl_json(4))
    row = {"source": "us-csl", "lists": "us-entity-list;us-dpl", "layouts": "csl-json", "files": url}
    path = addresses(tmp_path, row)
    run(path)
    records = json.loads(csl_json(5))
    records["results"] = [one for one in records["results"] if "(DPL)" not in one["source"]]
    server.put("/csl.json", json.dumps(records))
    done = run(path)["us-csl"]
    assert (done.outcome, held("us-entity-list"), held("us-dpl")) == ("refused", 24, 8)
    assert "us-dpl is not in the file" in done.reason.en
    forced = run(path, force=True)["us-csl"]
    assert (forced.outcome, held("us-entity-list"), held("us-dpl")) == ("updated", 30, 8)


def test_lists_of_another_source_in_the_same_file_are_left_alone(server: ListServer, tmp_path: Path) -> None:
    url = server.put("/csl.json", csl_json(4))
    row = {"source": "us-csl", "lists": "us-entity-list", "layouts": "csl-json", "files": url}
    run(addresses(tmp_path, row))
    assert sorted(load_store().lists) == ["us-entity-list"]


def test_names_nobody_knows_are_faults(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'us-sdm'.*us-sdn \(nearest\)"):
        update(["us-sdm", "un"], today=TODAY)
    (tmp_path / "a.csv").write_text("source,lists\nx,y\n", encoding="utf-8")
    with pytest.raises(InputError, match="column layouts is missing"):
        sources(tmp_path / "a.csv")
    with pytest.raises(InputError, match="no such file"):
        sources(tmp_path / "b.csv")


def test_the_addresses_that_come_with_the_package_are_whole() -> None:
    known = sources()
    assert len({source.id for source in known}) == len(known)
    taken = [list_id for source in known for list_id in source.lists]
    assert len(taken) == len(set(taken))
    for source in known:
        assert source.note and source.note_zh and source.verified in ("yes", "partly", "no")
        assert all(url.startswith("https://") for url in source.files)
        assert bool(source.files) == bool(source.most_bytes)
    assert stale_after_days("us-sdn") == 30
    assert stale_after_days("house-list") is None


def test_the_command_tells_and_ends_as_scripts_need(server: ListServer, tmp_path: Path) -> None:
    path = un(server, tmp_path, un_xml(), Answer(status=404))

    def ask(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["lists", *words, "--no-color"])
        return done.exit_code if done.return_value is None else done.return_value, done.output

    _, text = ask("update", "--addresses", str(path))
    assert "un  updated" in text and "un-sc  in use  20 entries" in text
    runner = CliRunner()
    failed = runner.invoke(cli, ["lists", "update", "--addresses", str(path), "--json"], standalone_mode=False)
    assert failed.return_value == 3
    assert json.loads(failed.stdout)[0]["outcome"] == "failed"
    server.put("/un.xml", PAGE)
    refused = runner.invoke(cli, ["lists", "update", "--addresses", str(path)], standalone_mode=False)
    assert (refused.return_value, "the lists in use stay" in refused.output) == (2, True)
    _, text = ask("history", "un-sc")
    assert "* 2026-03-04" in text
    _, text = ask("status")
    assert "un-sc" in text
