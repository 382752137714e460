"""What `explain` prints: the whole reasoning of one line as a tree, law by law and clause by clause."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text as Line
from rich.tree import Tree

from lotgate.decide.decision import ConflictFlag, LineDecision, RegimeDecision, Rule
from lotgate.law import Law
from lotgate.report.rows import clause_name, clean, find_measure, questions, shipments, steps
from lotgate.report.screen_text import ANSWER_STYLES, answer_label, bullets, heading
from lotgate.report.shapes import DecisionSet, Explained, PartyNote, Silent
from lotgate.report.words import fact_label, met, say
from lotgate.tables import Workspace

__all__ = ["print_explain"]

_EFFECT_STYLES = {
    "prohibited": "bold red",
    "licence-required": "bold yellow",
    "registration": "bold yellow",
    "notification": "bold yellow",
    "not-established": "bold blue",
}


def print_explain(explained: Explained, decisions: DecisionSet, console: Console, language: str = "en") -> None:
    """Prints the answer, the shipment, what to do, open questions, conflicts, then every law clause by clause."""
    decision = explained.decision
    _print_head(decision, console, language)
    _print_shipment(decision.line, decisions.workspace, console, language)
    _section("part.todo", (action[language] for action in steps(decision)), console, language)
    _print_questions(decision, console, language)
    _section("part.parties", (_party_line(note, language) for note in explained.parties), console, language)
    _print_conflicts(decision.conflicts, console, language)
    console.print()
    heading(say("part.laws", language), console)
    for code, regime in decision.regimes.items():
        silent = [one for one in explained.silent if _regime(one.measure, decisions.law) == code]
        if regime.subject or silent:
            console.print(_regime_tree(regime, silent, language))
        else:
            console.print(_regime_head(regime, language))
    console.print()
    _print_foot(decisions.law, console, language)


def _regime(measure: str, law: Law) -> str:
    found = find_measure(law, measure)
    return found.regime if found else measure.partition("-")[0].lower()


def _listed(names: Iterable[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(names)


def _party_line(note: PartyNote, language: str) -> str:
    return _told(f"{say(f'head.{note.role}', language)} {clean(note.party)}", clean(note.text[language]), language)


def _told(label: str, text: str, language: str) -> str:
    return f"{label}{say('say.colon', language)}{text}"


def _answer(answer: str, language: str) -> Line:
    return Line(f" {answer_label(answer, language)} ", style=ANSWER_STYLES[answer])


def _print_head(decision: LineDecision, console: Console, language: str) -> None:
    title = say("title.explain", language, line=clean(decision.line), day=decision.date)
    until = say("say.open_end", language)
    if decision.holds_until:
        until = say("say.holds", language, day=decision.holds_until)
    console.print(Line.assemble((title, "bold"), "  ", _answer(decision.answer, language), f"  {until}"))
    console.print(Line(say(f"meaning.{decision.answer}", language), style="dim"))


def _print_shipment(line: str, workspace: Workspace, console: Console, language: str) -> None:
    found = shipments(workspace, [line]).get(line)
    if found is None:
        return
    console.print()
    heading(found.goods[language], console)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in found.details:
        grid.add_row(f"  {say(label, language)}", Line(value[language]))
    console.print(grid)


def _section(key: str, lines: Iterable[str], console: Console, language: str) -> None:
    found = list(lines)
    if found:
        console.print()
        heading(say(key, language), console)
        bullets(found, console)


def _print_questions(decision: LineDecision, console: Console, language: str) -> None:
    asks = questions(decision)
    if not asks:
        return
    console.print()
    heading(say("part.questions", language), console)
    for ask in asks:
        measures = say("say.matters", language, measures=_listed(ask.matters_for, language)) if ask.matters_for else ""
        bullets([ask.question[language]], console, mark="?")
        key = "say.load_list" if ask.fact == "list" else "say.answer_in"
        where = say(key, language, subject=clean(ask.subject), fact=ask.fact)
        for text in filter(None, (measures, where)):
            bullets([text], console, style="dim", mark=" ")


def _print_conflicts(conflicts: Iterable[ConflictFlag], console: Console, language: str) -> None:
    for number, conflict in enumerate(conflicts):
        if number == 0:
            console.print()
            heading(say("part.conflicts", language), console)
        bullets([_told(_listed(conflict.measures, language), conflict.text[language], language)], console, mark="!")
        rest = [
            conflict.cite[language],
            _told(say("say.authorisation", language), conflict.authorisation[language], language),
        ]
        if conflict.verified != "yes":
            rest.append(say("say.conflict_unverified", language))
        bullets(rest, console, style="dim", mark=" ")


# ---- one law ----------------------------------------------------------------------------------------------------


def _regime_head(regime: RegimeDecision, language: str) -> Line:
    label = Line.assemble((say(f"regime.{regime.regime}", language), "bold"), "  ", _answer(regime.answer, language))
    if regime.policy and regime.answer == "apply":
        label.append(f"  {say(f'policy.{regime.policy}', language)}")
    if regime.reason is not None:
        label.append(f"  {regime.reason[language]}", style="dim")
    return label


def _regime_tree(regime: RegimeDecision, silent: list[Silent], language: str) -> Tree:
    tree = Tree(_regime_head(regime, language), guide_style="dim")
    for rule in regime.rules:
        _add_rule(tree, rule, language)
    for ask in regime.asks:
        text = Line.assemble(("? ", "bold blue"), f"{fact_label(ask.fact)[language]} ({clean(ask.subject)})")
        if ask.matters_for:
            measures = _listed(ask.matters_for, language)
            text.append(f"  {say('say.matters', language, measures=measures)}", style="dim")
        tree.add(text)
    if silent:
        branch = tree.add(Line(say("part.silent", language), style="dim"))
        for group in _by_fact(silent).values():
            branch.add(_silent_line(group, language))
    return tree


def _add_rule(tree: Tree, rule: Rule, language: str) -> None:
    effect = Line.assemble(
        (clause_name(rule.measure, rule.rule), "bold"),
        "  ",
        (say(f"effect.{rule.effect}", language), _EFFECT_STYLES.get(rule.effect, "bold")),
    )
    if rule.policy and rule.effect == "licence-required":
        effect.append(f" · {say(f'policy.{rule.policy}', language)}")
    branch = tree.add(effect)
    branch.add(Line(rule.cite[language], style="dim"))
    branch.add(Line(rule.text[language]))
    if rule.held_by is not None:
        branch.add(Line(rule.held_by[language], style="italic"))
    if rule.reasons:
        why = branch.add(Line(say("part.why", language), style="dim"))
        for comparison, value in rule.reasons:
            why.add(_reason(comparison, value, language))
    if rule.action is not None:
        branch.add(Line.assemble(("→" if language == "zh" else "→ ", "bold"), rule.action[language]))


def _reason(comparison: str, value: str, language: str, tested: bool = True) -> Line:
    """The fact by its everyday name, what the line holds, and the comparison of the law data."""
    fact = comparison.split(" ", 1)[0]
    text = Line.assemble(f"{fact_label(fact)[language]}{say('say.colon', language)}", (met(value)[language], "bold"))
    if tested:
        text.append(f"  ({say('say.tested', language, comparison=comparison)})", style="dim")
    return text


def _by_fact(silent: Iterable[Silent]) -> dict[tuple[str, str], list[Silent]]:
    """The clauses that do not speak, by the fact that keeps them silent and what it is; those with most first."""
    found: dict[tuple[str, str], list[Silent]] = {}
    for one in silent:
        found.setdefault((one.because[0].split(" ", 1)[0], one.because[1]), []).append(one)
    return dict(sorted(found.items(), key=lambda pair: -len(pair[1])))


def _silent_line(group: list[Silent], language: str) -> Line:
    """What keeps clauses silent, and their names; the comparison too where they share it."""
    comparison, value = group[0].because
    shared = len({one.because[0] for one in group}) == 1
    text = _reason(comparison, value, language, shared) if comparison else Line(say("say.off", language))
    names = dict.fromkeys(clause_name(one.measure, one.rule) for one in group)
    text.append(f" — {_listed(names, language)}", style="dim")
    return text


def _print_foot(law: Law, console: Console, language: str) -> None:
    console.print(Line(say("say.law", language, version=law.version), style="dim"))
    console.print(Line(say("say.care", language, day=law.known_as_of), style="dim"))
