"""Loading law from folders: what is read, what replaces what, and every fault at once."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from lotgate.errors import LawError
from lotgate.law import Law, Status, load

Put = Callable[..., Path]

REGIME = """
    regime: cn
    title: {en: China, zh: 中国}
    known_as_of: 2026-01-31
"""
MEASURE = """
    measure: CN-1
    title: {en: First, zh: 一}
    issued: 2025-01-01
    verified: "yes"
"""
CLAUSE = """
      - id: "1"
        cite: {en: art. 1, zh: 第一条}
        text: {en: A sentence., zh: 一句话。}
        in_force: [{from: 2025-02-01}]
        effect: licence-required
        policy: case-by-case
        when: destination = NO
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder that stands for the shipped law, with one regime in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.import_module("lotgate.law.load"), "DATA", tmp_path / "data")
        yield tmp_path / "data"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


def clauses(*written: str) -> str:
    return "\n    clauses:" + "".join(written)


@pytest.fixture
def put(home: Path) -> Put:
    """Writes one measure's rules.yaml below the shipped law (or `under` another folder)."""
    write(home / "cn" / "regime.yaml", REGIME)

    def put(rules: str, name: str = "CN-1", under: Path = home, **lists: str) -> Path:
        folder = under / "cn" / name
        for list_name, content in lists.items():
            write(folder / "lists" / f"{list_name.replace('_', '-')}.csv", content)
        return write(folder / "rules.yaml", rules)

    return put


def faults() -> list[str]:
    with pytest.raises(LawError) as raised:
        load()
    return str(raised.value).split("\n")


def only(law: Law, ref: str = "CN-1/1") -> str:
    clause = next(c for c in law.clauses if c.ref == ref)
    return str(law.graph.leaves[law.graph.nodes[clause.when].children[0]])


# ---- scalars ----------------------------------------------------------------------------------------------------


def test_norway_is_a_country_and_no_truth_value(put: Put) -> None:
    put(MEASURE + clauses(CLAUSE))
    assert only(load()) == "destination = NO"


def test_a_leading_zero_stays(put: Put) -> None:
    put(
        MEASURE + clauses(CLAUSE.replace("destination = NO", "model in cn-models").replace('"1"', "0304")),
        cn_models="model\n0304\n1e6\n",
    )
    law = load()
    assert law.lists["cn-models"] == {"0304", "1e6"}
    assert law.clauses[0].id == "0304"


def test_a_key_that_stands_twice_is_refused(put: Put) -> None:
    path = put(MEASURE + clauses(CLAUSE + "        effect: prohibited\n"))
    (found,) = faults()
    assert "the key 'effect' stands twice" in found
    assert str(path) in found


def test_two_broken_files_are_named_together(put: Put) -> None:
    first = put("measure: [", "CN-1")
    second = put("measure: CN-2\nmeasure: CN-3\n", "CN-2")
    text = "\n".join(faults())
    assert str(first) in text
    assert str(second) in text


# ---- faults -----------------------------------------------------------------------------------------------------


def test_every_fault_is_told_at_once(put: Put) -> None:
    put(
        MEASURE
        + "    terms:\n      - {term: far, when: destination in cn-list}\n"
        + clauses(
            CLAUSE.replace("destination = NO", "destinatio = NO"),
            CLAUSE.replace('"1"', '"2"').replace("destination = NO", "destination in cn-absent"),
            CLAUSE.replace('"1"', '"3"').replace("destination = NO", "{all: [fra, destination = NO]}"),
            CLAUSE.replace('"1"', '"4"').replace(", zh: 一句话。", ""),
            CLAUSE.replace('"1"', '"5"').replace("destination = NO", "tpp has fast"),
            CLAUSE.replace('"1"', '"6"').replace("licence-required", "forbidden"),
            CLAUSE.replace('"1"', '"7"').replace("case-by-case", "maybe"),
            CLAUSE.replace('"1"', '"8"').replace("2025-02-01", "2025-02-30"),
            CLAUSE.replace('"1"', '"9"').replace("in_force", "inforce"),
            CLAUSE.replace('"1"', '"10"'),
            CLAUSE.replace('"1"', '"10"'),
        ),
        cn_list="country\nNO\n",
    )
    text = "\n".join(faults())
    for said in (
        "CN-1/1: unknown fact 'destinatio' in 'destinatio = NO'; nearest is destination",
        "CN-1/2: 'destination in cn-absent': no list 'cn-absent'",
        "CN-1/3: 'fra' is neither a term of this regime nor a comparison; nearest is far",
        "CN-1/4: expected text in both languages",
        "CN-1/5: 'tpp has fast': 'has' does not fit the number fact tpp",
        "CN-1/6: effect 'forbidden'; expected one of licence-required, prohibited",
        "CN-1/7: policy 'maybe'; expected one of notification",
        "CN-1/8: expected {from: DAY, through: DAY}; '2025-02-30' is not a day",
        "CN-1/9: unknown key inforce",
        "CN-1/10 stands twice",
    ):
        assert said in text
    assert len(faults()) == 10


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("2025-02-01}", "2025-02-01, through: 2025-01-01}"), "ends before it starts"),
        (("        in_force: [{from: 2025-02-01}]\n", ""), "in_force is missing"),
        (("        effect: licence-required\n", ""), "effect"),
        (("        when: destination = NO\n", ""), "when"),
        (("when: destination = NO", "when: listed has CN-9"), "no listing measure or list tag named CN-9"),
        (("when: destination = NO", "when: item_meets has fast"), "no test named fast"),
        (("when: destination = NO", "when: addressee has nvidia"), "no addressee named nvidia"),
        (("effect:", "licence: [any]\n        effect:"), "expected some of single"),
        (("effect:", "except: [humanitarian]\n        effect:"), "no shared proviso named"),
        (("effect:", "stopped: {from: 2025-13-01}\n        effect:"), "'2025-13-01' is not a day"),
        (("effect:", "suspended: [{from: 2025-03-01, recorded: soon}]\n        effect:"), "soon"),
        (("when: destination = NO", "when: [destination = NO]"), "a bare list"),
    ],
)  # fmt: skip
def test_a_clause_that_does_not_hold_together(put: Put, change: tuple[str, str], said: str) -> None:
    put(MEASURE + clauses(CLAUSE.replace(*change)))
    (found,) = faults()
    assert said in found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("measure: CN-1", "measure: XX-1"), "cannot tell the regime of XX-1"),
        (("measure: CN-1", "name: CN-1"), "expected a mapping with the key measure"),
        (("title: {en: First, zh: 一}", "title: First"), "expected text in both languages"),
        (("issued: 2025-01-01", "issued: 2025-02-30"), "CN-1"),
        (('verified: "yes"', "force: whim"), "force 'whim'"),
        (('verified: "yes"', "verfied: yes"), "unknown key verfied"),
    ],
)
def test_a_measure_that_does_not_hold_together(put: Put, change: tuple[str, str], said: str) -> None:
    path = put(MEASURE.replace(*change) + clauses(CLAUSE))
    (found,) = faults()
    assert said in found
    assert str(path) in found


def test_terms_may_come_in_any_order_but_not_in_a_circle(put: Put) -> None:
    chain = "    terms:\n      - {term: a, when: b}\n      - {term: b, when: {not: c}}\n"
    chain += "      - {term: c, when: military = yes}\n"
    put(MEASURE + chain + clauses(CLAUSE.replace("destination = NO", "a")))
    law = load()
    assert law.terms["cn"]["a"] == law.graph.negate(law.terms["cn"]["c"])
    put(MEASURE + chain.replace("military = yes", "{all: [a, military = yes]}") + clauses(CLAUSE))
    assert any("terms refer to one another in a circle: a, b, c" in fault for fault in faults())


def test_a_dated_term_is_false_on_days_no_version_covers(put: Put) -> None:
    term = "    terms:\n      - term: old\n"
    term += "        versions: [{from: 2024-01-01, through: 2025-06-30, when: military = yes}]\n"
    put(MEASURE + term + clauses(CLAUSE.replace("destination = NO", "old")))
    law = load()
    (interval,) = next(found for key, found in law.versions.items() if key.endswith(":old#0"))
    assert date(2025, 6, 30) in interval
    assert date(2025, 7, 1) in law.change_points()


def test_terms_belong_to_their_regime(put: Put, home: Path) -> None:
    put(MEASURE + "    terms:\n      - {term: mine, when: military = yes}\n" + clauses(CLAUSE))
    write(
        home / "us" / "US-1" / "rules.yaml",
        MEASURE.replace("CN-1", "US-1") + clauses(CLAUSE.replace("destination = NO", "mine")),
    )
    (found,) = faults()
    assert "US-1/1: 'mine' is neither a term of this regime nor a comparison" in found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("code\n1C902,x\n", "more or fewer cells than the header"),
        ("code,note\n1C902\n", "more or fewer cells than the header"),
        ("kode\n1C902\n", "expected a column code, country, model, value"),
        ("", "expected a column code"),
    ],
)
def test_a_list_that_cannot_be_read(put: Put, content: str, said: str) -> None:
    put(MEASURE + clauses(CLAUSE), cn_list=content)
    assert any(said in fault and "cn-list.csv" in fault for fault in faults())


def test_a_list_has_one_home(put: Put) -> None:
    put(MEASURE + clauses(CLAUSE), cn_list="country\nNO\n")
    put(MEASURE.replace("CN-1", "CN-2") + clauses(CLAUSE), "CN-2", cn_list="country\nDE\n")
    assert any("a list named cn-list stands elsewhere too" in fault for fault in faults())


def test_a_measure_stands_once(put: Put) -> None:
    put(MEASURE + clauses(CLAUSE))
    put(MEASURE + clauses(CLAUSE), "CN-1-again")
    assert any("the measure CN-1 stands twice" in fault for fault in faults())


@pytest.mark.parametrize(
    "broken", ["regime: cn\ntitle: {en: China, zh: 中国}\n", "regime: cn\ntitle: {en: C, zh: 中}\nknown_as_of: soon\n"]
)
def test_a_regime_must_say_when_it_was_known(put: Put, home: Path, broken: str) -> None:
    put(MEASURE + clauses(CLAUSE))
    path = write(home / "cn" / "regime.yaml", broken)
    (found,) = faults()
    assert str(path) in found


# ---- law from elsewhere -----------------------------------------------------------------------------------------


def test_law_from_a_folder_adds_and_replaces(put: Put, tmp_path: Path) -> None:
    put(MEASURE + clauses(CLAUSE))
    put(MEASURE.replace("CN-1", "CN-2") + clauses(CLAUSE), "CN-2")
    more = tmp_path / "more"
    put(MEASURE + clauses(CLAUSE.replace("= NO", "= BR")), "mine", more)
    put(MEASURE.replace("CN-1", "CN-3") + clauses(CLAUSE.replace('"1"', '"9"')), "CN-3", more)
    law = load([more])
    assert [clause.ref for clause in law.clauses] == ["CN-1/1", "CN-2/1", "CN-3/9"]
    assert only(law) == "destination = BR"
    assert only(load()) == "destination = NO"
    assert law.version != load().version


def test_the_last_folder_named_wins(put: Put, tmp_path: Path) -> None:
    put(MEASURE + clauses(CLAUSE))
    for country in ("BR", "DE"):
        put(MEASURE + clauses(CLAUSE.replace("= NO", f"= {country}")), "CN-1", tmp_path / country)
    assert only(load([tmp_path / "BR", tmp_path / "DE"])) == "destination = DE"
    assert only(load([str(tmp_path / "DE"), str(tmp_path / "BR")])) == "destination = BR"


def test_a_measure_with_a_home_outside_may_name_its_regime(put: Put, tmp_path: Path) -> None:
    put(MEASURE + clauses(CLAUSE))
    more = tmp_path / "more"
    put("    regime: cn\n" + MEASURE.removeprefix("\n").replace("CN-1", "Invented-9") + clauses(CLAUSE), "x", more)
    assert load([more]).measure("Invented-9").regime == "cn"


def test_a_folder_that_holds_no_law_is_an_error(put: Put, tmp_path: Path) -> None:
    put(MEASURE + clauses(CLAUSE))
    (tmp_path / "empty").mkdir()
    with pytest.raises(LawError, match=r"no rules\.yaml below it"):
        load([tmp_path / "empty"])
    with pytest.raises(LawError, match="no such folder of law"):
        load([tmp_path / "absent"])


# ---- what was known ---------------------------------------------------------------------------------------------


@pytest.fixture
def grown(put: Put) -> None:
    """Law that grew: a suspension recorded in November, a stop in the year after, a second measure in between."""
    asleep = "        suspended: [{from: 2025-11-10, through: 2026-11-10, by: CN-2, recorded: 2025-11-07}]\n"
    put(MEASURE + clauses(CLAUSE + asleep + "        stopped: {from: 2026-02-01, recorded: 2026-01-15}\n"))
    put(MEASURE.replace("CN-1", "CN-2").replace("2025-01-01", "2025-11-07") + clauses(CLAUSE), "CN-2")


def test_as_known_replays_what_was_believed(grown: None) -> None:
    def status(known: str, on: str) -> Status:
        return load(as_known=date.fromisoformat(known)).at(date.fromisoformat(on))["CN-1/1"]

    assert status("2025-11-06", "2025-11-10") is Status.ON
    assert status("2025-11-07", "2025-11-10") is Status.SUSPENDED
    assert status("2026-01-14", "2026-02-01") is Status.SUSPENDED
    assert status("2026-01-15", "2026-02-01") is Status.STOPPED


def test_as_known_leaves_later_measures_out_and_dates_the_data(grown: None) -> None:
    law = load(as_known=date(2025, 11, 6))
    assert list(law.measures) == ["CN-1"]
    assert law.known_as_of == date(2025, 11, 6)
    assert load().known_as_of == date(2026, 1, 31)
    assert list(load(as_known=date(2025, 11, 7)).measures) == ["CN-1", "CN-2"]


# ---- the law, asked ---------------------------------------------------------------------------------------------


def test_status_difference_and_change_points(grown: None) -> None:
    law = load()
    before, after = date(2025, 11, 9), date(2025, 11, 10)
    assert [(c.ref, a, b) for c, a, b in law.diff(before, after)] == [("CN-1/1", Status.ON, Status.SUSPENDED)]
    assert law.diff(before, before) == []
    points = law.change_points()
    assert points == sorted(set(points))
    assert {date(2025, 2, 1), after, date(2026, 2, 1)} <= set(points)


def test_an_unknown_measure_names_the_nearest(put: Put) -> None:
    put(MEASURE + clauses(CLAUSE))
    with pytest.raises(LawError, match="no measure CN-11; nearest is CN-1"):
        load().measure("CN-11")


def test_the_same_files_give_the_same_law(put: Put) -> None:
    put(MEASURE + clauses(CLAUSE))
    first, second = load(), load()
    assert first.version == second.version
    assert first.clauses == second.clauses
    put(MEASURE + clauses(CLAUSE.replace("NO", "BR")))
    assert load().version != first.version


def test_exceptions_and_routes_carry_what_they_change(put: Put) -> None:
    provisos = """
        except:
          - {id: x, cite: {en: a, zh: 甲}, text: {en: b, zh: 乙}, when: military = no, effect: exempt,
             except: [{id: y, cite: {en: a, zh: 甲}, text: {en: b, zh: 乙}, when: tpp > 1}]}
        routes: [general]
    """.rstrip()
    general = "{cite: {en: a, zh: 甲}, text: {en: b, zh: 乙}, when: tpp > 2, effect: registration}"
    shared = f"    shared:\n      general: {general}\n"
    put(MEASURE + shared + clauses(CLAUSE + provisos.lstrip("\n") + "\n"))
    law = load()
    (clause,) = law.clauses
    exception, route = clause.exceptions[0], clause.routes[0]
    assert law.graph.nodes[exception.node].kind == "and"
    assert exception.effect is None
    assert (route.id, route.effect, route.policy) == ("general", "registration", "registration")


def test_a_prohibition_is_never_covered_by_a_licence(put: Put) -> None:
    put(MEASURE + clauses(CLAUSE.replace("licence-required", "prohibited"), CLAUSE.replace('"1"', '"2"')))
    first, second = load().clauses
    assert first.licence_kinds == ()
    assert second.licence_kinds == ("single", "general", "exception")


def test_the_shipped_law_loads() -> None:
    law = load()
    assert set(law.regimes) == {"cn", "us", "eu", "nl", "jp"}
    assert all(clause.text.en and clause.text.zh and clause.cite.en and clause.cite.zh for clause in law.clauses)
