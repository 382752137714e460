"""Reads measures from folders of data and checks that they hold together. Leaves their evaluation to decide/."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from lotgate.dates import Interval, parse_day
from lotgate.errors import LawError
from lotgate.law.clock import Clock, Suspension
from lotgate.law.expr import FactType, Graph, Leaf, Scope, compile_condition
from lotgate.law.model import POLICIES, Clause, Conflict, FactSpec, Law, Measure, Proviso, Text
from lotgate.law.reading import (
    REGIMES,
    Collected,
    Draft,
    collect,
    first_day,
    interval_of,
    optional_text,
    read_yaml,
    text_of,
)

__all__ = ["DATA", "load", "read_yaml"]

DATA = Path(__file__).parent / "data"
FACTS = Path(__file__).parent / "facts.yaml"
EFFECTS = ("licence-required", "prohibited", "registration", "notification", "advisory")
FORCES = ("statute", "regulation", "rule", "order", "guidance", "letter", "statement", "list")
LICENCE_KINDS = ("single", "general", "exception")
_TAG = re.compile(
    r"^(us-(entity-list|sdn|dpl|uvl|meu|cmic|ssi|isn)|us-el:[a-z0-9-]+|us-sdn:\S+|eu-[a-z0-9-]+|jp-eul|un-sc)$"
)


def load(extra: Iterable[Path | str] = (), as_known: date | None = None) -> Law:
    """The shipped law, with measures from `extra` folders added or put in the place of those of the same id.

    With `as_known`, only what had been recorded by that day: later measures and suspensions are left out. Raises
    LawError listing every fault found.
    """
    found = Collected()
    collect(DATA, found)
    for folder in extra:
        path = Path(folder)
        if not path.is_dir():
            raise LawError(f"{path}: no such folder of law")
        collect(path, found, outside=True)
    if found.faults:
        raise LawError("\n".join(found.faults))
    return _Builder(found, as_known).build()


class _Builder:
    """Turns drafts into a Law; collects every fault before raising."""

    def __init__(self, found: Collected, as_known: date | None) -> None:
        self.found = found
        self.as_known = as_known
        self.faults: list[str] = []
        self.graph = Graph()
        self.facts = _read_facts()
        self.fact_types: dict[str, FactType] = {name: spec.type for name, spec in self.facts.items()}
        self.lists: dict[str, frozenset[str]] = {}
        self.list_rows: dict[str, tuple[dict[str, str], ...]] = {}
        self.list_regime: dict[str, str] = {}
        self.code_lists: dict[str, tuple[str, ...]] = {}
        self.party_rows: dict[str, tuple[dict[str, str], ...]] = {}
        self.addressees: dict[str, tuple[str, ...]] = {}
        self.terms: dict[str, dict[str, int]] = {code: {} for code in REGIMES}
        self.shared: dict[str, dict[str, Any]] = {code: {} for code in REGIMES}
        self.tests: dict[str, int] = {}
        self.versions: dict[str, tuple[Interval, ...]] = {}
        self.clauses: list[Clause] = []
        self.measures: dict[str, Measure] = {}
        self.conflicts: list[Conflict] = []

    def build(self) -> Law:
        drafts = list(self.found.drafts.values())
        known: list[Draft] = []
        for draft in drafts:
            self._guard(lambda d=draft: self._admit(d, known), draft)
        for draft in drafts:
            self._guard(lambda d=draft: self._lists(d), draft)
        self._whole_lists()
        for draft in drafts:
            self.shared[draft.regime].update(draft.data.get("shared") or {})
        for draft in drafts:
            self._guard(lambda d=draft: self._tests(d), draft)
        self._all_terms(drafts)
        # terms and lists of later measures stay, since earlier clauses refer to them by dated terms
        for draft in known:
            self._guard(lambda d=draft: self._measure(d), draft)
        for regime in self.found.regimes.values():
            if regime.subject and regime.subject not in self.terms[regime.code]:
                self.faults.append(f"{regime.code}/regime.yaml: subject {regime.subject!r} is no term of the regime")
        for path, data in self.found.conflicts.values():
            self._guard(lambda p=path, d=data: self._conflict(p, d), None)
        self._check_references()
        if self.faults:
            raise LawError("\n".join(self.faults))
        regimes = self.found.regimes
        if self.as_known is not None:
            regimes = {c: replace(r, known_as_of=min(r.known_as_of, self.as_known)) for c, r in regimes.items()}
        return Law(
            version=self._version(),
            regimes={code: regimes[code] for code in REGIMES if code in regimes},
            measures=dict(sorted(self.measures.items())),
            clauses=tuple(sorted(self.clauses, key=lambda clause: clause.ref)),
            conflicts=tuple(sorted(self.conflicts, key=lambda conflict: conflict.id)),
            graph=self.graph,
            facts=self.facts,
            lists=self.lists,
            list_regime=self.list_regime,
            code_lists=self.code_lists,
            party_rows=self.party_rows,
            addressees=self.addressees,
            tests=self.tests,
            terms=self.terms,
            versions=self.versions,
            list_rows=self.list_rows,
        )

    def _guard(self, step: Any, draft: Draft | None) -> None:
        try:
            step()
        except LawError as error:
            self.faults.append(str(error))
        except (KeyError, TypeError, AttributeError) as error:
            where = draft.folder / "rules.yaml" if draft else "conflicts"
            self.faults.append(f"{where}: missing or misplaced key {error}")
        except ValueError as error:
            self.faults.append(f"{draft.folder / 'rules.yaml' if draft else 'conflicts'}: {error}")

    def _admit(self, draft: Draft, drafts: list[Draft]) -> None:
        if self._known(draft.data.get("recorded") or draft.data.get("issued")):
            drafts.append(draft)

    def _known(self, day: str | None) -> bool:
        known = first_day(day)
        return known is None or self.as_known is None or known <= self.as_known

    def _version(self) -> str:
        """Latest known day and a short hash of all that was read, so that two answers can be told apart."""
        digest = hashlib.sha256()
        for path in sorted({p for d in self.found.drafts.values() for p in d.folder.rglob("*") if p.is_file()}):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
        newest = max((r.known_as_of for r in self.found.regimes.values()), default=date.min)
        return f"{newest.isoformat()}+{digest.hexdigest()[:8]}"

    def _lists(self, draft: Draft) -> None:
        for path in sorted(draft.folder.glob("lists/*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = tuple(csv.DictReader(file))
                header = list(rows[0]) if rows else []
            if any(None in row or None in row.values() for row in rows):
                raise LawError(f"{path}: a row has more or fewer cells than the header")
            name = path.stem
            if name == "composition_hints":
                self.list_rows[f"{draft.data['measure']}/{name}"] = rows
                continue
            if "name_en" in header and "addressee" in header:
                for row in rows:
                    names = [row["name_en"], row["name_zh"], *row.get("aliases", "").split(";")]
                    self.addressees[row["addressee"]] = tuple(n.strip() for n in names if n.strip())
                continue
            if "name_en" in header:
                measure = rows[0].get("measure") or draft.data["measure"]
                for row in rows:
                    key = row.get("measure") or measure
                    self.party_rows[key] = (*self.party_rows.get(key, ()), row)
                continue
            if name in self.list_rows:
                raise LawError(f"{path}: a list named {name} stands elsewhere too")
            self.list_rows[name] = rows
            self.list_regime[name] = draft.regime
            column = next((c for c in ("code", "country", "model", "value", "technology") if c in header), None)
            if column is None:
                raise LawError(f"{path}: expected a column code, country, model, value or name_en; found {header}")
            values = [v.strip() for row in rows for v in row[column].split(";") if v.strip()]
            if column in ("code", "technology"):
                self.code_lists[name] = tuple(dict.fromkeys(values))
            else:
                self.lists[name] = frozenset(values)

    def _whole_lists(self) -> None:
        """`cn-any` and its like: every code any list of the regime names, those of added measures included."""
        for regime in REGIMES:
            mine = [name for name, home in self.list_regime.items() if home == regime and name in self.code_lists]
            codes = dict.fromkeys(code for name in mine for code in self.code_lists[name] if not code.startswith("!"))
            self.code_lists[f"{regime}-any"] = tuple(codes)
            self.list_regime[f"{regime}-any"] = regime

    def _scope(self, regime: str, where: str) -> Scope:
        return Scope(self.fact_types, self.lists, self.terms[regime], where, frozenset(self.code_lists))

    def _tests(self, draft: Draft) -> None:
        for entry in draft.data.get("tests") or ():
            where = f"{draft.folder / 'rules.yaml'}: test {entry['test']}"
            if entry["test"] in self.tests:
                raise LawError(f"{where} stands twice")
            self.tests[entry["test"]] = compile_condition(self.graph, entry["when"], self._scope(draft.regime, where))

    def _all_terms(self, drafts: Sequence[Draft]) -> None:
        """Terms may use one another in any order; a circle is an error. `extends` adds a case to another's term."""
        waiting: dict[tuple[str, str], list[tuple[Draft, dict[str, Any]]]] = {}
        added: list[tuple[Draft, dict[str, Any]]] = []
        for draft in drafts:
            for entry in draft.data.get("terms") or ():
                if "extends" in entry:
                    added.append((draft, entry))
                    continue
                key = (draft.regime, entry["term"])
                if key in waiting:
                    self.faults.append(f"{draft.folder / 'rules.yaml'}: term {key[1]} stands twice in the regime")
                waiting[key] = [(draft, entry)]
        for draft, entry in added:
            key = (draft.regime, entry["extends"])
            if key in waiting:
                waiting[key].append((draft, entry))
            else:
                self.faults.append(f"{draft.folder / 'rules.yaml'}: extends {key[1]}, which is no term of the regime")
        names = {key[1] for key in waiting}
        while waiting:
            still = {regime: {name for home, name in waiting if home == regime} for regime, _ in waiting}
            used = {key: set().union(*(_words(entry) for _, entry in parts)) for key, parts in waiting.items()}
            ready = [key for key in waiting if not used[key] & names & still[key[0]]]
            if not ready:
                circle = ", ".join(sorted(name for _, name in waiting))
                self.faults.append(f"terms refer to one another in a circle: {circle}")
                return
            for key in ready:
                parts = waiting.pop(key)
                self._guard(lambda k=key, p=parts: self._term(k, p), parts[0][0])

    def _term(self, key: tuple[str, str], parts: Sequence[tuple[Draft, dict[str, Any]]]) -> None:
        regime, name = key
        cases = []
        for draft, entry in parts:
            where = f"{draft.folder / 'rules.yaml'}: term {name}"
            scope = self._scope(regime, where)
            if "when" in entry:
                cases.append(compile_condition(self.graph, entry["when"], scope))
                continue
            for number, version in enumerate(entry["versions"]):
                clock_key = f"{draft.data['measure']}:{name}#{number}"
                self.versions[clock_key] = (interval_of(version, where),)
                clock = self.graph.leaf(Leaf("day", "clock", clock_key))
                cases.append(self.graph.all([clock, compile_condition(self.graph, version["when"], scope)]))
        self.terms[regime][name] = self.graph.any(cases)

    def _measure(self, draft: Draft) -> None:
        data, where = draft.data, str(draft.folder / "rules.yaml")
        source = data.get("source") or {}
        force = data.get("force", "rule")
        if force not in FORCES:
            raise LawError(f"{where}: force {force!r}; expected one of {', '.join(FORCES)}")
        known = {
            "measure",
            "regime",
            "title",
            "issued",
            "recorded",
            "force",
            "verified",
            "source",
            "note",
            "terms",
            "tests",
        }
        if unknown := set(data) - known - {"clauses", "shared"}:
            raise LawError(f"{where}: unknown key {', '.join(sorted(unknown))}")
        ids = dict.fromkeys([data["measure"], *(c.get("measure", data["measure"]) for c in data.get("clauses") or ())])
        for measure_id in ids:
            self.measures[measure_id] = Measure(
                id=measure_id,
                regime=draft.regime,
                title=text_of(data.get("title"), where),
                issued=first_day(data.get("issued")),
                recorded=first_day(data.get("recorded") or data.get("issued")),
                force=force,
                verified=data.get("verified", "no"),
                source=source.get("name", "") if isinstance(source, dict) else str(source),
                url=source.get("url", "") if isinstance(source, dict) else "",
                note=optional_text(data.get("note"), where),
                folder=draft.folder,
            )
        for entry in data.get("clauses") or ():
            self._guard(lambda e=entry: self._clause(draft, e), draft)

    def _clause(self, draft: Draft, entry: dict[str, Any]) -> None:
        measure = entry.get("measure", draft.data["measure"])
        ref = f"{measure}/{entry['id']}"
        where = f"{draft.folder / 'rules.yaml'}: clause {ref}"
        known = {
            "id",
            "measure",
            "cite",
            "text",
            "in_force",
            "suspended",
            "stopped",
            "enforced",
            "verified",
            "effect",
            "policy",
        }
        if unknown := set(entry) - known - {"licence", "when", "except", "routes", "action", "note"}:
            raise LawError(f"{where}: unknown key {', '.join(sorted(unknown))}")
        if any(clause.ref == ref for clause in self.clauses):
            raise LawError(f"{where} stands twice; two clauses may not claim one id")
        effect, policy = entry["effect"], entry.get("policy")
        if effect not in EFFECTS:
            raise LawError(f"{where}: effect {effect!r}; expected one of {', '.join(EFFECTS)}")
        if effect in ("registration", "notification"):
            policy = effect
        if policy is not None and policy not in POLICIES:
            raise LawError(f"{where}: policy {policy!r}; expected one of {', '.join(POLICIES)}")
        kinds = tuple(entry.get("licence", LICENCE_KINDS))
        if not set(kinds) <= set(LICENCE_KINDS):
            raise LawError(f"{where}: licence {kinds}; expected some of {', '.join(LICENCE_KINDS)}")
        if effect in ("prohibited", "advisory"):
            kinds = ()
        scope = self._scope(draft.regime, where)
        self.clauses.append(
            Clause(
                ref=ref,
                measure=measure,
                id=entry["id"],
                regime=draft.regime,
                cite=text_of(entry.get("cite"), where),
                text=text_of(entry.get("text"), where),
                effect=effect,
                policy=policy,
                licence_kinds=kinds,
                when=compile_condition(self.graph, entry["when"], scope),
                exceptions=tuple(self._proviso(p, scope, draft.regime) for p in entry.get("except") or ()),
                routes=tuple(self._proviso(p, scope, draft.regime) for p in entry.get("routes") or ()),
                action=optional_text(entry.get("action"), where),
                clock=self._clock(entry, draft, where),
            )
        )

    def _proviso(self, entry: Any, scope: Scope, regime: str) -> Proviso:
        if isinstance(entry, str):
            if entry not in self.shared[regime]:
                raise LawError(f"{scope.where}: no shared proviso named {entry!r}")
            entry = {"id": entry, **self.shared[regime][entry]}
        where = f"{scope.where} ({entry['id']})"
        node = compile_condition(self.graph, entry["when"], scope)
        nested = [self._proviso(p, scope, regime).node for p in entry.get("except") or ()]
        if nested:
            node = self.graph.all([node, self.graph.negate(self.graph.any(nested))])
        effect, policy = entry.get("effect"), entry.get("policy")
        if effect == "exempt":
            effect = None
        if effect in ("registration", "notification"):
            policy = effect
        if effect is not None and effect not in EFFECTS:
            raise LawError(f"{where}: effect {effect!r}; expected one of {', '.join(EFFECTS)}")
        if policy is not None and policy not in POLICIES:
            raise LawError(f"{where}: policy {policy!r}; expected one of {', '.join(POLICIES)}")
        return Proviso(
            id=entry["id"],
            cite=text_of(entry.get("cite"), where),
            text=text_of(entry.get("text"), where),
            node=node,
            effect=effect,
            policy=policy,
            action=optional_text(entry.get("action"), where),
        )

    def _clock(self, entry: dict[str, Any], draft: Draft | None, where: str) -> Clock:
        in_force = tuple(interval_of(value, where) for value in entry.get("in_force") or ())
        if not in_force:
            raise LawError(f"{where}: in_force is missing; expected [{{from: DAY}}]")
        suspended = []
        for value in entry.get("suspended") or ():
            if self._known(value.get("recorded") or value["from"]):
                suspended.append(Suspension(interval_of(value, where), value.get("by", "")))
        stopped = entry.get("stopped")
        if stopped and not self._known(stopped.get("recorded") or stopped["from"]):
            stopped = None
        enforced = entry.get("enforced")
        verified = entry.get("verified") or (draft.data.get("verified", "no") if draft else "yes")
        return Clock(
            in_force=in_force,
            suspended=tuple(suspended),
            stopped=parse_day(stopped["from"]) if stopped else None,
            stopped_by=stopped.get("by", "") if stopped else "",
            enforced=None if enforced is None else tuple(interval_of(value, where) for value in enforced),
            verified=verified != "no",
        )

    def _conflict(self, path: Path, data: dict[str, Any]) -> None:
        where = str(path)
        forbids = data["forbids"]
        scope = Scope(self.fact_types, self.lists, {}, where, frozenset(self.code_lists))
        self.conflicts.append(
            Conflict(
                id=data["conflict"],
                forbids=forbids["measure"],
                cite=text_of(forbids.get("cite"), where),
                obeying=frozenset(data["obeying"]["measures"]),
                clock=self._clock({**data, "verified": "yes"}, None, where),
                when=compile_condition(self.graph, data["when"], scope),
                text=text_of(data.get("text"), where),
                authorisation=text_of(data.get("authorisation"), where),
                verified=data.get("verified", "no"),
            )
        )

    def _check_references(self) -> None:
        """Members named by `has` must exist: a misspelt tag would never fire, and nobody would notice."""
        for leaf in self.graph.leaves:
            member = leaf.operand
            if leaf.op != "has" or not isinstance(member, str):
                continue
            if leaf.fact in ("item_meets", "parts_meet") and member not in self.tests:
                self.faults.append(f"{leaf}: no test named {member}")
            if leaf.fact == "addressee" and member not in self.addressees:
                self.faults.append(f"{leaf}: no addressee named {member}")
            if leaf.fact in ("listed", "us_owned_by", "cn_owned_by") and not self._is_tag(member):
                self.faults.append(f"{leaf}: no listing measure or list tag named {member}")

    def _is_tag(self, member: str) -> bool:
        return member in self.party_rows or _TAG.match(member) is not None


def _words(entry: Any) -> set[str]:
    """Every bare word in a written condition, to order terms by what they use."""
    if isinstance(entry, dict):
        return set().union(
            *(_words(v) for k, v in entry.items() if k not in ("term", "extends", "text", "from", "through")), set()
        )
    if isinstance(entry, list):
        return set().union(*(_words(v) for v in entry), set())
    return {str(entry).strip()}


def _read_facts() -> dict[str, FactSpec]:
    facts = {}
    for name, row in read_yaml(FACTS)["facts"].items():
        values = frozenset(row.get("values") or ())
        facts[name] = FactSpec(
            type=FactType(name, row["type"], values | {"none"} if values else values),
            subject=row["subject"],
            ask=row.get("ask", name),
            question=Text(row["en"], row["zh"]),
        )
    return facts
