"""Every measure carries its own cases; they are the table a lawyer can check."""

from __future__ import annotations

import lotgate.law
from lotgate.facts.law_cases import law_cases, run_law_cases


def test_the_cases_of_every_measure_hold() -> None:
    law = lotgate.law.load()
    assert run_law_cases(law) == []


def test_every_measure_with_biting_clauses_has_cases() -> None:
    law = lotgate.law.load()
    told = {ref for case in law_cases(law) for ref in case.expect}
    silent = [clause.ref for clause in law.clauses if clause.effect != "advisory" and clause.ref not in told]
    assert silent == []
