"""A folder from outside brings codes of its own and joins the terms of its law, without a change to the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import lotgate
from lotgate.evaluate.columns import FactTable
from lotgate.evaluate.evaluator import Evaluator
from lotgate.evaluate.outcome import ANSWERS
from lotgate.facts.values import CodeBook, case_row

RULES = """
measure: CN-2099-7
title: {en: Made up for a test, zh: 测试用虚构公告}
issued: 2026-02-01
verified: "yes"
source: {name: made up}
terms:
  - extends: cn_dual_use
    versions: [{from: 2026-03-01, when: cn_code in cn-2099-7}]
clauses:
  - id: "1"
    cite: {en: "Made-up announcement, art. 1", zh: 虚构公告第一条}
    text: {en: The listed items need a licence., zh: 所列物项须经许可。}
    in_force: [{from: 2026-03-01}]
    suspended: [{from: 2026-05-01, through: 2026-05-31, by: CN-2099-8}]
    effect: licence-required
    policy: case-by-case
    when: {all: [leaves_china, cn_code in cn-2099-7]}
"""


def test_codes_of_a_new_announcement_answer_by_its_own_clock(tmp_path: Path) -> None:
    folder = tmp_path / "CN-2099-7"
    (folder / "lists").mkdir(parents=True)
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "lists" / "cn-2099-7.csv").write_text("code\n9Z901\n", encoding="utf-8")
    law = lotgate.load_law([folder])
    book = CodeBook(law)
    facts = {
        "ship_from": "CN",
        "destination": "DE",
        "via": "none",
        "origin": "CN",
        "kind": "export",
        "cn_code": "9Z901.a",
    }
    facts |= {"end_use": "civil", "military": "no", "listed": "none", "exporter_country": "CN", "cn_owned_by": "none"}
    facts |= {"exporter_headquarters": "CN", "end_user_country": "DE", "headquarters": "DE", "technology": "none"}
    row = case_row(law, book, facts)
    days = ["2026-02-28", "2026-03-01", "2026-04-30", "2026-05-01", "2026-05-31", "2026-06-01"]
    evaluator = Evaluator(law, ["cn"])
    evaluated = evaluator.evaluate(FactTable.of([row] * len(days)))
    epochs = evaluator.epochs(np.array(days, dtype="datetime64[D]"))
    answers, _ = evaluated.decide(evaluated.group, epochs)
    assert [ANSWERS[a] for a in answers[:, 0]] == ["go", "apply", "apply", "go", "go", "ask"]
