"""How listed names are chosen for comparison: by shared keys, one at a time or by thousands, compiled or not."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest
from bench.name_corpus import clean, planted
from rapidfuzz.distance import OSA

from lotgate.parties import ListSet, Query, Screening, from_rows, party_list, screen
from lotgate.parties.matching import candidates, index, shared
from lotgate.parties.matching.compare import compare
from lotgate.parties.matching.index import name_index
from lotgate.parties.matching.keys import code
from lotgate.parties.matching.slips import spellings
from lotgate.parties.matching.texts import Texts
from lotgate.parties.names import analysed

WORD_TEXT = "Ventora Kelmis Ostrava Brunnel Cardosa Dunwick Elvesta Farholt Gelmini Hardanger Istrana Jorvik"
WORDS = WORD_TEXT.split()


@pytest.fixture(scope="module")
def lists() -> ListSet:
    chance = random.Random(5)
    forms, trades = ["Ltd", "GmbH", "LLC", "S.A."], ["Optics", "Trading", "Technology", "Machine Works"]
    rows = [
        {"name": f"{chance.choice(WORDS)}{chance.choice('aeiou')}n {chance.choice(trades)} {chance.choice(forms)}"}
        for _ in range(400)
    ]
    persons = [
        {"name": f"{chance.choice(WORDS).upper()}OV, {chance.choice(['Ivan', 'Olga', 'Ali'])}", "kind": "person"}
        for _ in range(200)
    ]
    chinese = [{"name_en": f"{word} Semiconductor", "name_zh": f"{han}半导体有限公司"} for word, han in
               zip(WORDS, "维尔顿康奥斯特布朗格卡多萨敦威克"[:12], strict=True)]  # fmt: skip
    made = party_list("made", "Made", [*rows, *persons])
    return ListSet({"made": made, "zh": from_rows("zh", "Chinese", chinese)})


def _asked(lists: ListSet) -> list[Query]:
    return [*clean(120, 3), *(one.query for one in planted(lists.lists["made"], 120, 4))]


def _told(found: Screening) -> list[tuple[object, ...]]:
    return [(hit.id, hit.list, hit.entry, hit.score, hit.match, hit.why) for hit in found]


def test_words_a_slip_apart_share_a_spelling() -> None:
    chance = random.Random(9)
    for _ in range(200):
        word = "".join(chance.choices("abcdefghij", k=chance.randint(5, 14)))
        at = chance.randrange(len(word))
        other = chance.choice(
            [word[:at] + word[at + 1 :], word[:at] + "x" + word[at:], word[:at] + "x" + word[at + 1 :]]
        )
        hashes, of = spellings([word, other, "unlike"])
        mine, yours, none = (set(hashes[of == number].tolist()) for number in range(3))
        assert mine & yours and not mine & none
        assert OSA.distance(word, other) <= 1


def test_codes_of_texts_differ() -> None:
    texts = [f"{a}{b}{c}" for a in "abcdefgh" for b in "绿色能源" for c in range(500)]
    assert len({code(text) for text in texts}) == len(texts)


def test_texts_are_kept_as_they_were() -> None:
    texts = ["", "plain", "Łódź", "华为技术", ""]
    kept = Texts.of(texts)
    assert list(kept) == texts
    assert kept.chosen(np.array([3, 0, 2])) == ["华为技术", "", "Łódź"]
    assert list(Texts.of([])) == []


def test_the_compiled_kernel_finds_what_numpy_finds(lists: ListSet) -> None:
    pytest.importorskip("numba", reason="NUMBA MISSING: the compiled kernel is not tested")
    index = name_index(lists)
    rows = candidates._Rows([candidates.Asked(query.names, query.kind) for query in _asked(lists)])
    kinds, sizes = np.array(rows.kinds, dtype=np.int8), np.array(rows.sizes, dtype=np.int64)
    for common in (1200, 3):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(candidates, "_COMMON", common)
            patch.setattr(candidates, "_COMMON_SHARE", 0.0)
            entries = candidates._entries(index, rows)
        assert common == 1200 or not entries.chooses.all()
        found = []
        for worth in (0, 10**9):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(shared, "_WORTH_LOADING", worth)
                patch.setattr(shared, "_WORTH_CALLING", worth)
                found.append(shared.shared(entries, kinds, sizes, index.arrays))
        assert len(found[0].rows) > 100
        for column in ("rows", "names", "asked", "listed"):
            assert getattr(found[0], column).tolist() == getattr(found[1], column).tolist(), column


def test_keys_too_common_to_be_needed_find_nothing_more(lists: ListSet, monkeypatch: pytest.MonkeyPatch) -> None:
    index = name_index(lists)
    rows = candidates._Rows([candidates.Asked(query.names, query.kind) for query in _asked(lists)])
    kinds, sizes = np.array(rows.kinds, dtype=np.int8), np.array(rows.sizes, dtype=np.int64)
    needed = candidates._entries(index, rows)
    monkeypatch.setattr(candidates, "needed_choices", lambda found, *_: found.chooses)
    every = candidates._entries(index, rows)
    names = np.diff(index.arrays.starts)[every.keys]
    assert names[needed.chooses].sum() < 0.9 * names[every.chooses].sum()
    ours, theirs = (shared.shared(entries, kinds, sizes, index.arrays) for entries in (needed, every))
    for column in ("rows", "names", "asked", "listed"):
        assert getattr(ours, column).tolist() == getattr(theirs, column).tolist(), column


def test_an_empty_list_holds_nobody() -> None:
    assert not screen([Query("q", ("Ventora Optics",))], ListSet({"none": party_list("none", "None", [])})).hits


def test_a_listed_name_has_a_key_once(lists: ListSet) -> None:
    held = name_index(lists).arrays
    keys = np.repeat(np.arange(len(held.keys)), np.diff(held.starts))
    assert len(set(zip(keys.tolist(), held.key_names.tolist(), strict=True))) == len(keys)


def test_answers_hang_neither_on_batches_nor_on_processes(lists: ListSet, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _asked(lists)
    module = sys.modules["lotgate.parties.screen"]
    whole = _told(screen(asked, lists))
    assert len(whole) > 100
    assert [told for query in asked for told in _told(screen([query], lists))] == whole
    monkeypatch.setattr(module, "_AT_ONCE", 17)
    assert _told(screen(asked, lists)) == whole
    monkeypatch.setattr(module, "_WORTH_SHARING", 1)
    assert _told(screen(asked, lists)) == whole


def test_candidates_left_out_are_reported() -> None:
    rows = [{"name": "Ventora Optics Ltd", "countries": "DE"} for _ in range(candidates.MOST_CANDIDATES + 10)]
    many = ListSet({"many": party_list("many", "Many", rows)})
    found = screen([Query("q", ("Ventora Optics",)), Query("r", ("Kelmis Trading",))], many)
    assert found.limited == ("q",)
    assert len(found.of("q")) == candidates.MOST_CANDIDATES


def test_an_index_made_in_parts_by_several_processes_is_the_same(
    lists: ListSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [lists.lists[key] for key in sorted(lists.lists)]
    whole = index._build(chosen)
    monkeypatch.setattr(index, "_AT_ONCE", 17)
    monkeypatch.setattr(index, "_WORTH_SHARING", 1)
    parts = index._build(chosen)
    assert list(parts.names) == list(whole.names) and list(parts.slip_words) == list(whole.slip_words)
    for column, values in vars(whole).items():
        if isinstance(values, np.ndarray):
            assert np.array_equal(getattr(parts, column), values), column


def test_words_said_again_raise_no_score_beyond_what_was_foreseen(lists: ListSet) -> None:
    chance = random.Random(11)
    listed = [analysed(name) for name in name_index(lists).names]
    raised = 0
    for query in _asked(lists):
        name = analysed(query.names[0])
        for other in chance.sample(listed, 40):
            alone = compare(name, other)
            words = [unit.text for unit in name.units]
            again = compare(name, other, frozenset(chance.sample(words, chance.randint(1, len(words)))))
            assert again.score <= round(alone.most, 4), (name.raw, other.raw)
            raised += again.score > alone.score
    assert raised > 100


def test_what_is_estimated_too_low_is_no_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(11)
    given = [
        "Ahmad",
        "Ahmed",
        "Muhammad",
        "Mohammed",
        "Hassan",
        "Husayn",
        "Ali",
        "Yusuf",
        "Kofi",
        "Greta",
        "Ivan",
        "Nasser",
    ]
    families = ["Khalil", "Qasim", "Kawas", "Sulaiman", "Petrov", "Gordon", "Hadad", "Salim"]

    def name(words: int) -> str:
        return " ".join([*chance.choices(given, k=words - 1), chance.choice(given + families)])

    rows = [{"name": name(words), "kind": "person"} for words in (1, 1, 2, 3) * 60]
    lists = ListSet({"made": party_list("made", "Made", rows)})
    asked = [Query(str(number), (name(chance.choice([1, 2, 2, 3, 4])),), None, "person") for number in range(300)]
    found = screen(asked, lists)
    monkeypatch.setattr(candidates, "LEAST_ESTIMATE", 0.0)
    assert len(found) > 100
    assert _told(screen(asked, lists)) == _told(found)


def test_a_short_word_tells_less_in_a_long_list(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"name": name, "kind": "company"} for name in ("Orone LLC", "Brunnelhardt LLC", "Orone Mining LLC")]
    lists = ListSet({"made": party_list("made", "Made", rows)})
    asked = [
        Query(name, (name,), None, "company")
        for name in ("Orone Robotics GmbH", "Brunnelhardt Robotics GmbH", "Orone Mining GmbH")
    ]

    def best() -> dict[str, float]:
        return {query.id: max(hit.score for hit in screen([query], lists).of(query.id)) for query in asked}

    short = best()
    monkeypatch.setattr(index, "_CROWDED", 1)
    monkeypatch.setattr(index, "_BITS_OF_A_LETTER", 0.5)
    crowded = best()
    assert crowded["Orone Robotics GmbH"] < short["Orone Robotics GmbH"]
    assert crowded["Brunnelhardt Robotics GmbH"] == short["Brunnelhardt Robotics GmbH"]
    assert crowded["Orone Mining GmbH"] == short["Orone Mining GmbH"]
