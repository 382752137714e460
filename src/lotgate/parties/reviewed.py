"""Puts the reviews a person made beside the hits of a screening, as far as they still hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from lotgate.parties.lists import ListSet
from lotgate.parties.review import Evidence, Review, Reviews, Subject, entry_hash
from lotgate.parties.screen import Hit, Query, Screening

__all__ = ["Reviewed", "subject_of"]


def subject_of(query: Query, address: str | None = None) -> Subject:
    """Who a query asks about, as a review keeps it."""
    return Subject(query.names, query.country, address, query.kind)


@dataclass(frozen=True)
class Reviewed:
    """Looks reviews up for hits against the lists at hand."""

    reviews: Reviews
    lists: ListSet

    @cached_property
    def _hashes(self) -> dict[tuple[str, str], str]:
        """The hash of every entry that was ever reviewed, as it stands now."""
        found = {}
        for one in self.lists:
            wanted = [entry for list_id, entry in self.reviews.entries if list_id == one.id]
            rows = one.entries.filter(pl.col("entry").is_in(wanted)).iter_rows(named=True) if wanted else ()
            found.update({(one.id, row["entry"]): entry_hash(row) for row in rows})
        return found

    def of(self, subject: Subject, hit: Hit) -> Review | None:
        """The review that holds for a hit, if there is one."""
        sha = self._hashes.get((hit.list, hit.entry))
        return self.reviews.of(subject, hit.list, hit.entry, sha) if sha else None

    def evidence(self, hit: Hit) -> Evidence:
        """What a review of a hit rests on."""
        held = self.lists.lists[hit.list]
        row = held.entries.filter(pl.col("entry") == hit.entry).row(0, named=True)
        day = held.current_on.isoformat() if held.current_on else None
        return Evidence(hit.list, hit.entry, hit.matched_name, hit.score, hit.why, day, held.sha256, entry_hash(row))

    def applied(self, found: Screening, queries: Iterable[Query]) -> Screening:
        """The screening with cleared hits no longer matches, confirmed ones matches, and both said in `why`."""
        if not len(self.reviews):
            return found
        subjects = {query.id: subject_of(query) for query in queries}
        return replace(found, hits=tuple(self._applied(subjects[hit.id], hit) for hit in found.hits))

    def _applied(self, subject: Subject, hit: Hit) -> Hit:
        review = self.of(subject, hit)
        if review is None:
            return hit
        return replace(hit, match="yes" if review.decision == "confirmed" else "no", why=(*hit.why, review.told.en))
