"""Who may do what: roles as data, whose records a person may touch, and the separation of duties.

What is checked here is the person against the record; whether the step is possible now is for guards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from lotgate.errors import Fault, InputError
from lotgate.law import Text
from lotgate.law.reading import read_yaml, text_of
from lotgate.licence.machines import DATA, Row
from lotgate.licence.records import NEW, Actor, Record
from lotgate.licence.refusals import Forbidden

__all__ = ["Role", "check_actor", "forbidden_reasons", "may_see", "roles", "roles_named", "sides", "touching"]

Side = Literal["exporter", "end-user", "authority", "consulted", "customs", "reader", "administrator", "system"]


@dataclass(frozen=True)
class Role:
    """A role: whose side it is on, what it may and what it never may."""

    name: str
    side: Side
    title: Text
    may: Text
    never: Text
    never_with: tuple[str, ...] = ()


@cache
def roles() -> dict[str, Role]:
    """All roles by name."""
    found = {}
    for name, data in read_yaml(DATA / "roles.yaml")["roles"].items():
        texts = {key: text_of(data[key], f"roles.yaml: {name}.{key}") for key in ("title", "may", "never")}
        found[name] = Role(name, data["side"], **texts, never_with=tuple(data.get("never_with", ())))
    return found


def roles_named(text: str) -> tuple[str, ...]:
    """The roles a setting names, separated by commas; `none` is none. Raises InputError for one there is not."""
    named = [name.strip() for name in text.split(",") if name.strip() and name.strip() != "none"]
    expected = f"none, or some of {', '.join(roles())}"
    faults = [
        Fault("roles", "no such role", value=name, expected=expected, message_zh="没有该角色")
        for name in named
        if name not in roles()
    ]
    if faults:
        raise InputError(faults)
    return tuple(named)


def sides(actor: Actor) -> frozenset[str]:
    """The sides a person's roles are on; field readers (fields.yaml) are named by side."""
    return frozenset(roles()[role].side for role in actor.roles)


def check_actor(actor: Actor) -> None:
    """Raises Forbidden for roles nobody may hold together, or roles there are none of."""
    for name in sorted(actor.roles):
        if name not in roles():
            raise Forbidden(Text(f"there is no role {name}", f"没有角色 {name}"))
        clash = actor.roles.intersection(roles()[name].never_with)
        if clash:
            other = roles()[min(clash)]
            raise Forbidden(
                Text(
                    f"nobody holds {roles()[name].title.en} and {other.title.en} together",
                    f"{roles()[name].title.zh}与{other.title.zh}不得由一人兼任",
                )
            )


def may_see(actor: Actor, record: Record, day: date) -> bool:
    """Whether a person may know of the record at all: own organisation, own regime, or a reader of everything."""
    return bool(touching(actor, record, day))


def touching(actor: Actor, record: Record, day: date) -> frozenset[str]:
    """The sides on which a person has to do with a record on a day; empty for a record that is none of theirs."""
    held = (role for role in actor.roles if roles()[role].side != "administrator")
    return frozenset(roles()[role].side for role in held if _touches(actor, role, record, day))


def forbidden_reasons(actor: Actor, row: Row, record: Record, day: date) -> tuple[str | None, tuple[Text, ...]]:
    """The role under which the person may take the row, or None with the reasons why not."""
    held = [role for role in row.roles if role in actor.roles]
    if row.by_effect or not held:
        return None, (_needs_role(row),)
    own = [role for role in held if _touches(actor, role, record, day)]
    if not own:
        return None, (_not_yours(record),)
    reasons = tuple(_separation(actor, row, record))
    return (None, reasons) if reasons else (own[0], ())


def _touches(actor: Actor, role: str, record: Record, day: date) -> bool:
    side, facts = roles()[role].side, record.facts
    if side == "exporter":
        exporter = facts.get("exporter")
        if role == "agent":
            return any(mandate.covers(exporter, day) for mandate in actor.mandates)
        return exporter is not None and exporter == actor.organisation
    if side == "end-user":
        return facts.get("end_user") == actor.organisation and record.kind in ("application", "licence", "delivery")
    if side == "authority":
        if record.kind in ("lot", "finding"):
            return bool(actor.regimes)
        team = facts.get("team")
        held = not team or not actor.teams or team in actor.teams
        return record.regime in actor.regimes and held and record.state != "draft"
    if side == "consulted":
        asked = {referral["body"] for referral in facts.get("referrals", ())}
        return record.kind == "application" and actor.organisation in asked
    if side == "customs":
        if record.kind == "lot":
            return bool(actor.regimes)
        if record.kind == "feed" and record.facts.get("organisation") != actor.organisation:
            return False
        return record.regime in actor.regimes and record.kind in ("licence", "clearance", "delivery", "feed")
    return side in ("reader", "system")


def _separation(actor: Actor, row: Row, record: Record) -> Iterator[Text]:
    from lotgate.licence.machines import event_title

    did = sorted(record.did(actor.id) & row.not_by)
    if did:
        step = event_title(record.kind, row.event)
        earlier = [event_title(record.kind, event) for event in did]
        yield Text(
            f"whoever took part by {_joined(t.en for t in earlier)} may not take the step {step.en}",
            f"曾参与“{_joined((t.zh for t in earlier), '、')}”的人员不得办理“{step.zh}”",
        )
    officer = {"intake", "officer", "decider", "customs"} & set(row.roles)
    if officer and record.state != NEW and record.facts.get("exporter") == actor.organisation:
        yield Text("nobody handles the case of their own organisation", "任何人不得办理本单位的案件")


def _joined(words: Iterable[str], by: str = ", ") -> str:
    return by.join(words)


def _needs_role(row: Row) -> Text:
    if not row.roles:
        return Text("this step only follows from another one", "该步骤只能由其他步骤引起")
    titles = [roles()[role].title for role in row.roles]
    return Text(f"only for: {_joined(t.en for t in titles)}", f"仅限：{_joined((t.zh for t in titles), '、')}")


def _not_yours(record: Record) -> Text:
    return Text(
        f"{record.kind} {record.id} is not in your hands: another organisation, regime or team, or no mandate today",
        f"{record.kind} {record.id} 不属于您的单位、主管范围或小组，或当日无授权",
    )
