"""Matches that a person has to look at, and the person's word on one of them: the twin of `lotgate review`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Literal

from lotgate.errors import Fault, InputError
from lotgate.facts.answers import apply_answers
from lotgate.facts.party_facts import PartyFacts, chinese_listings
from lotgate.law import Law
from lotgate.parties.lists import ListSet
from lotgate.parties.review import Evidence, Review, Reviews, Subject, add_review, read_reviews
from lotgate.parties.reviewed import Reviewed, subject_of
from lotgate.parties.screen import Hit, Query, screen
from lotgate.tables import Workspace

__all__ = ["Match", "matches", "review"]

Source = Workspace | Sequence[Query]


@dataclass(frozen=True)
class Match:
    """One hit of one party, with the review that holds for it."""

    party: str
    subject: Subject
    hit: Hit
    evidence: Evidence
    review: Review | None

    @property
    def standing(self) -> str:
        """`cleared` or `confirmed` by a person, else what a decision makes of the hit: `listed` or `possible`."""
        return self.review.decision if self.review else self.hit.standing

    def to_json(self) -> dict[str, Any]:
        """The machine's form."""
        hit = self.hit
        return {
            "party": self.party,
            "name": hit.name,
            "country": self.subject.country,
            "list": hit.list,
            "entry": hit.entry,
            "matched_name": hit.matched_name,
            "score": hit.score,
            "standing": self.standing,
            "why": list(hit.why),
            "review": self.review.told.en if self.review else None,
            "review_zh": self.review.told.zh if self.review else None,
        }


def matches(
    source: Source, *, law: Law | None = None, lists: ListSet | None = None, reviews: Reviews | None = None
) -> list[Match]:
    """Every match of the parties and owners of a workspace, or of names to screen, that is or may be a listing."""
    from lotgate.law import load as load_law
    from lotgate.parties.store import open_lists

    law = load_law() if law is None else law
    lists = open_lists() if lists is None else lists
    reviews = read_reviews() if reviews is None else reviews
    if isinstance(source, Workspace):
        facts = PartyFacts(apply_answers(source, law)[0], law, lists, reviews=reviews)
        found = [(facts.subject(party), hit) for party, one in facts.matches.items() for hit in one.hits]
        held = facts.reviewed
    else:
        held = Reviewed(reviews, lists.joined(chinese_listings(law)))
        subjects = {query.id: subject_of(query) for query in source}
        found = [(subjects[hit.id], hit) for hit in screen(source, held.lists)]
    made = [Match(hit.id, who, hit, held.evidence(hit), held.of(who, hit)) for who, hit in found]
    return [one for one in made if one.review or one.hit.standing != "other"]


def review(
    source: Source,
    party: str,
    list_id: str,
    entry: str,
    decision: Literal["cleared", "confirmed", "withdrawn"],
    *,
    reason: str,
    by: str,
    at: datetime | None = None,
    law: Law | None = None,
    lists: ListSet | None = None,
) -> Review:
    """The review of one match, kept in the user's store from now on.

    `at` is the moment of the decision, by default now. Raises InputError for a match that is not there, an empty
    reason or reviewer, and a withdrawal of what was never said.
    """
    found = matches(source, law=law, lists=lists)
    one = next((m for m in found if (m.party, m.hit.list, m.hit.entry) == (party, list_id, entry)), None)
    if one is None:
        mine = [m for m in found if m.party == party]
        known = [f"{m.hit.list} {m.hit.entry}" for m in mine] or sorted({m.party for m in found})
        near = get_close_matches(f"{list_id} {entry}" if mine else party, known, 1) or known[:1]
        expected = (
            f"a match that `lotgate review open` shows; nearest is {near[0]}" if near else "a match; none is open"
        )
        raise InputError([Fault("review", "no such match", value=f"{party} {list_id} {entry}", expected=expected)])
    if decision == "withdrawn" and one.review is None:
        raise InputError([Fault("review", "this match has no review to withdraw", value=f"{party} {list_id} {entry}")])
    moment = (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return add_review(decision, one.subject, one.evidence, party=party, reason=reason, by=by, at=moment)
