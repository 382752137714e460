"""Scores pairs of names, as `lotgate screen --pairs` does, and measures the scores against known answers."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lotgate.errors import Fault, InputError
from lotgate.parties.matching.compare import compare_names

__all__ = ["DEFAULT_THRESHOLD", "Measured", "measure", "score_pairs"]

DEFAULT_THRESHOLD = 0.70


def score_pairs(pairs: pl.DataFrame, threshold: float = DEFAULT_THRESHOLD) -> pl.DataFrame:
    """The pairs, in order, with `score` (0..1), `match` (true or false at the threshold) and `why`.

    Needs `query_name` and `list_name`; `entity_type` (`person`, `organization`, `vessel`) is used where given.
    """
    missing = {"query_name", "list_name"} - set(pairs.columns)
    if missing:
        raise InputError([Fault("pairs", f"column {name!r} is missing", column=name) for name in sorted(missing)])
    kinds = pairs["entity_type"].to_list() if "entity_type" in pairs.columns else [None] * pairs.height
    scores, whys = [], []
    for query, listed, kind in zip(pairs["query_name"], pairs["list_name"], kinds, strict=True):
        found = compare_names(query or "", listed or "", person=kind == "person")
        scores.append(found.score)
        whys.append("; ".join(found.why))
    return pairs.with_columns(
        pl.Series("score", scores, dtype=pl.Float64),
        pl.Series("match", [score >= threshold for score in scores], dtype=pl.Boolean),
        pl.Series("why", whys, dtype=pl.String),
    )


@dataclass(frozen=True)
class Measured:
    """How scores agree with known answers."""

    pairs: int
    matches: int
    precision: float
    recall: float
    f1: float
    recall_at_precision: dict[float, float]


def measure(scored: pl.DataFrame, precisions: tuple[float, ...] = (0.90, 0.95)) -> Measured:
    """The agreement of `score` and `match` with `is_match`, at the default threshold and at set precisions."""
    truth = scored["is_match"].cast(pl.Boolean).to_list()
    chosen = scored["match"].to_list()
    hits = sum(t and c for t, c in zip(truth, chosen, strict=True))
    precision = hits / max(1, sum(chosen))
    recall = hits / max(1, sum(truth))
    ranked = sorted(zip(scored["score"].to_list(), truth, strict=True), key=lambda pair: -pair[0])
    best = dict.fromkeys(precisions, 0.0)
    right = 0
    for position, (score, answer) in enumerate(ranked, start=1):
        right += answer
        last_of_score = position == len(ranked) or ranked[position][0] < score
        for wanted in precisions:
            if last_of_score and right / position >= wanted:
                best[wanted] = max(best[wanted], right / max(1, sum(truth)))
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Measured(scored.height, sum(truth), precision, recall, f1, best)
