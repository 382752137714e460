"""The reference page on licences, written from the tables that drive them: states, steps, people, forms, limits."""

from __future__ import annotations

from collections.abc import Iterator

from lotgate.law import Text
from lotgate.licence.clocks import Limit, calendar, no_limit_lists, regimes
from lotgate.licence.forms import Field, documents, form_of, named_fields, sections
from lotgate.licence.kinds import kinds
from lotgate.licence.machines import BACK, SAME, Machine, Row, machines
from lotgate.licence.people import roles
from lotgate.licence.records import NEW

__all__ = ["licence_page"]


def licence_page(mark: str) -> str:
    """The page in Markdown; `mark` says that it is made."""
    lines = [
        "# Licences",
        "",
        mark,
        "",
        "Made from the transition tables, roles, forms and limits that run the licences themselves. How they are kept: "
        "[licence domain](../licence-domain.md); keys and signed papers: [keys](../keys.md).",
        "",
        "A step is taken by a person in one of the roles named, unless the person took one of the steps under *not by* "
        "on the same record. A guard refuses with reasons; *also* says what else is written in the same transaction. "
        "Steps without roles only follow from other steps.",
    ]
    for name in ("application", "licence", "clearance", "delivery", "lot", "feed", "finding"):
        lines += _machine(machines()[name])
    for part in (_roles, _kinds, _limits, _calendars, _fields, _documents, _forms):
        lines += ["", *part()]
    return "\n".join(lines) + "\n"


def _both(text: Text) -> str:
    return f"{text.en} {text.zh}"


def _machine(one: Machine) -> Iterator[str]:
    yield from ("", f"## {_both(one.title)}", "", "```mermaid", "stateDiagram-v2")
    for source, target, events in _arrows(one):
        yield f"    {source} --> {target}: {', '.join(events)}"
    yield from ("```", "", "| state | |", "|---|---|")
    for state in one.states.values():
        kind = "computed from the day" if state.computed_from else "open" if state.open else "final"
        waits = f", waits for the {state.waits_for}" if state.waits_for else ""
        yield f"| `{state.name}` {_both(state.title)} | {kind}{waits} |"
    yield from ("", "| step | from | to | by | not by | guards | also |", "|---|---|---|---|---|---|---|")
    for row in one.rows:
        yield _row(one, row)


def _arrows(one: Machine) -> list[tuple[str, str, list[str]]]:
    """Source, target and the events between them; steps that stay in a state are left to the table."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in one.rows:
        for source in row.sources:
            if row.target == SAME or row.target == source:
                continue
            target = one.rows[0].target if row.target == BACK else row.target
            targets = _back_to(one, source) if row.target == BACK else [target]
            for end in targets:
                key = "[*]" if source == NEW else source, end
                if row.event not in found.setdefault(key, []):
                    found[key].append(row.event)
    for state in one.states.values():
        for source in state.computed_from:
            found[source, state.name] = ["last valid day passes"]
    return [(source, target, events) for (source, target), events in found.items()]


def _back_to(one: Machine, state: str) -> list[str]:
    return sorted({source for row in one.rows if row.target == state for source in row.sources if source != NEW})


def _row(one: Machine, row: Row) -> str:
    by = ", ".join(f"`{role}`" for role in row.roles) or "another step"
    cells = [
        f"`{row.event}` {_both(one.events[row.event].title)}",
        ", ".join(row.sources),
        row.target + (f" if {', '.join(row.when)}" if row.when else ""),
        by,
        ", ".join(sorted(row.not_by)),
        ", ".join(row.guards),
        ", ".join(row.effects),
    ]
    return "| " + " | ".join(cell.replace("_", " ") if i in (5, 6) else cell for i, cell in enumerate(cells)) + " |"


def _roles() -> Iterator[str]:
    yield from ("## Roles 角色", "", "| role | side | may | never |", "|---|---|---|---|")
    for role in roles().values():
        may, never = (f"{text.en}<br>{text.zh}" for text in (role.may, role.never))
        yield f"| `{role.name}` {_both(role.title)} | {role.side} | {may} | {never} |"
    yield from ("", "Nobody is administrator and decider together.")


def _kinds() -> Iterator[str]:
    yield from (
        "## Kinds of licence 许可类型",
        "",
        "| law | kind | uses | in parts | beyond the grant | longest | source |",
    )
    yield "|---|---|---|---|---|---|---|"
    for one in kinds().values():
        uses = "" if one.max_uses is None else str(one.max_uses)
        longest = "" if one.longest_months is None else f"{one.longest_months} months"
        tolerance = f"{one.tolerance} ({one.tolerance_cite.en}; verified: {one.tolerance_verified})"
        yield (
            f"| {one.regime} | `{one.kind}` {_both(one.title)} | {uses} | {'yes' if one.partial_use else 'no'} | "
            f"{tolerance} | {longest} | {one.cite.en} (verified: {one.verified}) |"
        )


def _limits() -> Iterator[str]:
    yield from ("## Limits 期限", "", "| law | days begin and end in | decision | appeal | answer | receipt |")
    yield "|---|---|---|---|---|---|"
    for one in regimes().values():
        limits = " | ".join(_limit(limit) for limit in (one.decision, one.appeal, one.answer, one.receipt))
        yield f"| {one.regime} | {one.zone} | {limits} |"
    for one in regimes().values():
        if one.no_limit_body:
            yield from ("", f"{one.regime}: no limit once referred to `{one.no_limit_body}`; referrals stop the clock.")
        if one.listed_term:
            lists, open_kinds = (", ".join(sorted(names)) for names in (no_limit_lists(one.regime), one.listed_kinds))
            yield from ("", f"{one.regime}: no limit, and only the kinds {open_kinds}, for parties on {lists}.")


def _limit(limit: Limit) -> str:
    days = (
        "not established" if limit.days is None else f"{limit.days} {'working' if limit.working else 'calendar'} days"
    )
    return f"{days} ({limit.cite.en}; verified: {limit.verified})"


def _calendars() -> Iterator[str]:
    one = calendar("cn")
    yield from (
        f"## {_both(one.title)}",
        "",
        f"Version {one.version}, published from {one.start} through {one.end}; later days",
    )
    yield (
        "are provisional. Weekend days on which people work: "
        + ", ".join(day.isoformat() for day in sorted(one.on))
        + "."
    )


def _fields() -> Iterator[str]:
    yield from ("## Application 申请内容", "", "| field | | needed | read by |", "|---|---|---|---|")
    for section in sections():
        for field in section.fields:
            yield _field(f"{section.name}.{field.name}", field)
    yield from (
        "",
        "## End-user certificate 最终用户和最终用途证明",
        "",
        "| field | | needed | read by |",
        "|---|---|---|---|",
    )
    for field in named_fields("certificate"):
        yield _field(field.name, field)


def _field(name: str, field: Field) -> str:
    needed = "must be yes" if field.must else "yes" if field.required else ""
    if field.when:
        needed = f"if {field.when[0]} is {field.when[1]}"
    return f"| `{name}` ({field.type}) | {_both(field.label)} | {needed} | {', '.join(sorted(field.readers))} |"


def _documents() -> Iterator[str]:
    yield from ("## Documents 文件", "", "| kind | | needed | read by |", "|---|---|---|---|")
    for one in documents():
        needed = "yes" if one.required else f"if {one.when[0]} is {one.when[1]}" if one.when else ""
        yield f"| `{one.kind}` | {_both(one.title)} | {needed} | {', '.join(sorted(one.readers))} |"


def _forms() -> Iterator[str]:
    yield from ("## What each step takes 各步骤填写内容", "", "| step | fields (needed ones in bold) |", "|---|---|")
    seen = set()
    for one in machines().values():
        for row in one.rows:
            form = form_of(row.form)
            if (one.name, row.event) in seen or row.by_effect or not (form.fields or form.takes):
                continue
            seen.add((one.name, row.event))
            shown = form.takes or ", ".join(_named(field) for field in form.fields)
            yield f"| `{one.name} {row.event}` | {shown} |"


def _named(field: Field) -> str:
    name = f"**`{field.name}`**" if field.required else f"`{field.name}`"
    return f"{name} ({', '.join(field.words)})" if field.words else name
