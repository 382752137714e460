"""`python -m bench.classification`: how often the right control code is proposed first, or among the first three.

Goods come from a table of descriptions with the codes a person gave them (`none`: classified, not listed; empty: not
judged), such as the casebook's items; and from the texts of the law data themselves, asked in one language where only
the other was read. For the US and the EU the heading counts (`3A001`), elsewhere the whole code.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

import lotgate
from lotgate.classification.entries import Entry
from lotgate.classification.evidence import Sure
from lotgate.classification.propose import LEAST, Classifier, Goods, goods_of, with_figures
from lotgate.classification.rank import Index
from lotgate.facts.item_facts import ItemFacts
from lotgate.facts.values import CodeBook
from lotgate.law import Law, Text

GOODS = Path(__file__).parents[1] / "tests" / "classification" / "data" / "goods.csv"
HEADINGS = ("us", "eu")


@dataclass
class Score:
    """Counts of one regime."""

    asked: int = 0
    first: int = 0
    third: int = 0
    clean: int = 0
    false: int = 0
    missed: tuple[str, ...] = ()

    def __str__(self) -> str:
        top1 = f"{self.first / self.asked:.3f}" if self.asked else "-"
        top3 = f"{self.third / self.asked:.3f}" if self.asked else "-"
        wrong = f"{self.false / self.clean:.3f}" if self.clean else "-"
        return f"goods {self.asked:4}  top-1 {top1}  top-3 {top3}  not listed {self.clean:4}  false proposals {wrong}"


def read_goods(path: Path, wanted: str | None = None) -> list[tuple[Goods, dict[str, str], list[Sure]]]:
    """Goods with the codes given to them, by regime; of one `set` where the table has that column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if wanted is None or row.get("set", wanted) == wanted]
    found = []
    for number, row in enumerate(rows):
        codes = {regime: row.get(f"{regime}_code") or "" for regime in ("cn", "us", "eu", "nl", "jp")}
        text = " ".join(part for part in (row["description"], row.get("model")) if part)
        name = row.get("item") or str(number)
        stage, model = row.get("stage") or None, row.get("model") or None
        goods = Goods(name, text, row.get("description_zh") or "", row.get("hs") or None, stage, model)
        found.append((goods, {regime: code for regime, code in codes.items() if code}, []))
    return found


def read_workspace(folder: Path, law: Law) -> list[tuple[Goods, dict[str, str], list[Sure]]]:
    """The items of a workspace with their codes taken away, the codes, and what figures alone propose."""
    ws = lotgate.load(folder, ("items",))
    items = ws.tables["items"]
    codes = [f"{regime}_code" for regime in law.regimes]
    blank = items.with_columns(pl.lit(None, dtype=pl.String).alias(column) for column in codes)
    bare = replace(ws, tables={**ws.tables, "items": blank})
    facts = ItemFacts(bare, law, CodeBook(law))
    found = []
    for row, one in zip(items.iter_rows(named=True), goods_of(bare, law), strict=True):
        goods, sure = with_figures(one, facts)
        found.append((goods, {c[:2]: row[c] for c in codes if row[c] is not None}, sure))
    return found


def scored(
    classifier: Classifier, goods: Iterable[tuple[Goods, Mapping[str, str], Sequence[Sure]]]
) -> dict[str, Score]:
    """Recall of the codes given, and proposals for goods that a person found not listed."""
    scores: dict[str, Score] = defaultdict(Score)
    for one, codes, sure in goods:
        found = classifier.classify(one, sure).proposals
        for regime, code in codes.items():
            if regime in classifier.indexes or regime in classifier.named:
                _count(scores[regime], regime, code, [p.code for p in found[regime]], one)
    return scores


def _count(score: Score, regime: str, code: str, proposed: list[str], goods: Goods) -> None:
    if code.lower() in ("none", "ear99"):
        score.clean += 1
        score.false += bool(proposed)
        if proposed:
            score.missed += (f"not listed: {goods.description or goods.description_zh} -> {proposed[0]}",)
        return
    wanted = [_seen(regime, one) for one in code.split(";")]
    ranked = list(dict.fromkeys(_seen(regime, one) for one in proposed))
    score.asked += 1
    score.first += ranked[:1] != [] and ranked[0] in wanted
    hit = any(one in wanted for one in ranked[:3])
    score.third += hit
    if not hit:
        score.missed += (f"{code}: {goods.description or goods.description_zh} -> {', '.join(ranked) or 'nothing'}",)


def _seen(regime: str, code: str) -> str:
    return code.strip()[:5] if regime in HEADINGS else code.strip()


def own_texts(classifier: Classifier, law: Law) -> dict[str, Score]:
    """Texts of the law data asked in one language against an index of the other alone."""
    scores: dict[str, Score] = {}
    for regime, index in classifier.indexes.items():
        entries = [entry for entry in index.entries if entry.text.en != entry.text.zh]
        if not entries:
            continue
        score = scores[regime] = Score()
        for asked, read in (("en", "zh"), ("zh", "en")):
            crossed = Index([_only(entry, read) for entry in entries])
            for entry in entries:
                ranked = [m.entry.code for m in crossed.matches(entry.text[asked]) if m.score >= LEAST[regime]]
                goods = Goods("", entry.text[asked])
                _count(score, regime, entry.code, list(dict.fromkeys(ranked)), goods)
    return scores


def _only(entry: Entry, language: str) -> Entry:
    return replace(entry, text=Text(entry.text[language], entry.text[language]))


def main() -> None:
    """Prints the recall of every table and of the law's own texts."""
    asked = argparse.ArgumentParser(prog="python -m bench.classification", description=__doc__)
    asked.add_argument("tables", nargs="*", type=Path, default=[GOODS], help="tables of goods, or workspaces")
    asked.add_argument("--lists", type=Path, help="folder with control lists the user has fetched")
    asked.add_argument("--set", dest="wanted", help="only goods of this set (tune, held)")
    asked.add_argument("--missed", action="store_true", help="print what was missed")
    wanted = asked.parse_args()
    law = lotgate.load_law()
    classifier = Classifier(law, wanted.lists)
    for path in wanted.tables:
        goods = read_workspace(path, law) if path.is_dir() else read_goods(path, wanted.wanted)
        _print(path.name, scored(classifier, goods), wanted.missed)
    _print("texts of the law data, across languages", own_texts(classifier, law), wanted.missed)


def _print(title: str, scores: Mapping[str, Score], missed: bool) -> None:
    print(title)
    for regime, score in scores.items():
        print(f"  {regime}  {score}")
        for one in score.missed if missed else ():
            print(f"      {one}")


if __name__ == "__main__":
    main()
