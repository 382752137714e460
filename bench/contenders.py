"""Eight processes after the same licences: what the store or the server gives them, and whether it adds up.

`prepare` grants single-use licences; `contend` lets processes try to spend each of them, every one with a declaration
of its own, straight on the store or over HTTP; `balance` counts what came of it. Attempts over HTTP carry an
idempotency key and are repeated until answered, so a server may be killed at any moment.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.databases import server_processor

__all__ = ["Tally", "balance", "contend", "kill_now_and_then", "prepare", "serve", "token"]

PROCESSES = 8
_PATIENCE = 1_200
"""Seconds for which a message is sent again; a busy machine takes its time to start a server fifty times."""


@dataclass(frozen=True)
class Tally:
    """What attempts came to, how long they took in all, what each won licence was won with, and the processor time of
    the contenders and of their server's processes."""

    outcomes: dict[str, int]
    seconds: float
    won: dict[str, str]
    clients: float = 0.0
    server: float = 0.0

    @property
    def spent(self) -> int:
        """Attempts that spent a licence."""
        return self.outcomes.get("spent", 0)


def prepare(url: str, licences: int, *, migrate: bool = True) -> list[str]:
    """Numbers of freshly granted single-use licences on a database."""
    from lotgate.web import start

    start(url)
    from lotgate.web.services import demonstration as demo
    from lotgate.web.serving import migrate as bring_up
    from lotgate.web.store.book import act

    if migrate:
        bring_up()
    found = []
    who, at = demo.actors(), datetime.now(UTC)
    for number in range(licences):
        *_, granted = demo.carry(act, who, number, at, "granted")
        found.append(next(other.id for other in granted.others if other.kind == "licence"))
    return found


def token(url: str) -> str:
    """A token of a customs officer of the demonstration, made on a database."""
    from lotgate.web import start

    start(url)
    from lotgate.web.accounts.models import User
    from lotgate.web.accounts.people import add_token
    from lotgate.web.services import demonstration as demo

    demo.seed(iter(f"a long enough secret {number}" for number in range(100)).__next__)
    user = User.objects.get(username="customs-officer")
    _, text = add_token(user, user.memberships.get().organisation, "contenders", ["read", "act:licence"])
    return text


def contend(
    url: str, licences: list[str], *, only_reserve: bool = False, address: str = "", bearer: str = "",
    each: bool = True, processes: int = PROCESSES,
) -> Tally:  # fmt: skip
    """Lets every process try every licence (`each`), or shares the licences out among them."""
    _close()
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    ready, go = context.Semaphore(0), context.Event()
    shares = [licences if each else licences[number::processes] for number in range(processes)]
    workers = [
        context.Process(
            target=_contender, args=(number, url, share, only_reserve, address, bearer, answers, ready, go), daemon=True
        )
        for number, share in enumerate(shares)
    ]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.acquire()
    start = time.perf_counter()
    go.set()
    outcomes: Counter[str] = Counter()
    won: dict[str, str] = {}
    clients = server = 0.0
    for _ in workers:
        seen, mine, client, database = answers.get()
        clients += client
        server += database
        outcomes.update(seen)
        twice = set(won) & set(mine)
        outcomes["spent twice"] += len(twice)
        won |= mine
    seconds = time.perf_counter() - start
    for worker in workers:
        worker.join()
    return Tally({name: count for name, count in sorted(outcomes.items()) if count}, seconds, won, clients, server)


def _close() -> None:
    if "django" in sys.modules:
        from django.db import connections

        connections.close_all()


def _contender(
    number: int,
    url: str,
    licences: list[str],
    only_reserve: bool,
    address: str,
    bearer: str,
    answers: Any,
    ready: Any,
    go: Any,
) -> None:
    attempt = _over_http(address, bearer) if address else _on_the_store(url, only_reserve)
    order = list(licences)
    random.Random(number).shuffle(order)
    if not address:
        attempt("CN-L-2000-000001", "D-warm")  # tables read, connection open: none of it is part of a reservation
    ready.release()
    go.wait()
    outcomes: Counter[str] = Counter()
    won = {}
    before = time.process_time(), 0.0 if address or not only_reserve else server_processor()
    for licence in order:
        try:
            said = attempt(licence, f"D-{number}-{licence}")
        except Exception as error:  # a contender that dies would leave the others waiting; it shows in the tally
            said = f"failed: {type(error).__name__}: {error}"
        outcomes[said] += 1
        if said == "spent":
            won[licence] = f"D-{number}-{licence}"
    taken = time.process_time() - before[0], 0.0 if address or not only_reserve else server_processor() - before[1]
    answers.put((dict(outcomes), won, *taken))


def _declared(licence: str, declaration: str) -> dict[str, Any]:
    number = int(licence.rsplit("-", 1)[1]) - 1
    return {
        "declaration": declaration, "exporter": "demo-exporter", "lot": f"LOT-{number:07d}", "code": ["1C902.a"],
        "end_user": "demo-end-user", "destination": "DE", "quantity": "120", "unit": "KGM",
        "day": datetime.now(UTC).date().isoformat(),
    }  # fmt: skip


def _on_the_store(url: str, only_reserve: bool) -> Any:
    from lotgate.web import start

    start(url)
    from lotgate.licence import Command, NotAllowedNow
    from lotgate.web.services import demonstration as demo
    from lotgate.web.store.book import act

    customs = demo.actors()["customs-officer"]

    def attempt(licence: str, declaration: str) -> str:
        declared = _declared(licence, declaration)
        try:
            done = act(customs, Command("licence", "reserve", licence, declared), datetime.now(UTC))
            if not only_reserve:
                clearance = next(other.id for other in done.others if other.kind == "clearance")
                gone = {"clearance": clearance, **{name: declared[name] for name in ("quantity", "unit", "day")}}
                act(customs, Command("licence", "clear", licence, gone), datetime.now(UTC))
        except NotAllowedNow:
            return "refused"
        except Exception as error:
            return f"failed: {type(error).__name__}: {error}"
        return "spent"

    return attempt


def _once(request: urllib.request.Request) -> tuple[int, bytes]:
    """Status and body of one answer, refused or not, read to its end."""
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def _over_http(address: str, bearer: str) -> Any:
    def send(path: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
        """The answer, whatever happens to the server meanwhile: the same message is sent until it is answered."""
        patient = time.monotonic() + _PATIENCE
        while time.monotonic() < patient:
            headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json", "Idempotency-Key": key}
            request = urllib.request.Request(
                f"{address}api/v1{path}", json.dumps(body).encode(), method="POST",
                headers=headers,
            )  # fmt: skip
            try:
                status, said = _once(request)
                if status == 200:
                    return status, json.loads(said)
                if b"problem:busy" not in said:
                    return status, said
            except (OSError, ValueError, http.client.HTTPException):
                pass  # not there, or gone in the middle of an answer
            time.sleep(0.05)
        return 0, b"never answered"

    def attempt(licence: str, declaration: str) -> str:
        declared = _declared(licence, declaration)
        status, said = send(f"/licences/{licence}/reserve", declared, f"r-{declaration}")
        if status == 409:
            return "refused"
        if status != 200:
            return f"failed: {status} {said[:200]!r}"
        clearance = next(other["id"] for other in said["others"] if other["kind"] == "clearance")
        gone = {"clearance": clearance, **{name: declared[name] for name in ("quantity", "unit", "day")}}
        status, said = send(f"/licences/{licence}/clear", gone, f"c-{declaration}")
        return "spent" if status == 200 else f"failed: {status} {said[:200]!r}"

    return attempt


# ---- a server that is killed -----------------------------------------------------------------------------------------


def serve(url: str, home: Path, port: int) -> subprocess.Popen[bytes]:
    """A server on a database; it may take a moment until it answers."""
    words = ["serve", "--port", str(port), "--database", url]
    with (home / "server.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", "from lotgate.cli import main; main()", *words],
            env=os.environ | {"LOTGATE_HOME": str(home)},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def kill_now_and_then(
    url: str, home: Path, port: int, kills: int, done: Any, most_alive: float = 1.5, seed: int = 0
) -> tuple[int, subprocess.Popen[bytes]]:
    """How often the server was killed, and the one left alive; stops early once `done()` says so."""
    draw = random.Random(seed)
    server = serve(url, home, port)
    killed = 0
    while killed < kills and not done():
        while not answers(port) and server.poll() is None:
            time.sleep(0.02)
        time.sleep(draw.uniform(0, most_alive))
        server.send_signal(signal.SIGKILL)
        server.wait()
        killed += 1
        server = serve(url, home, port)
    return killed, server


def contend_while_killed(
    url: str, licences: list[str], bearer: str, kills: int, most_alive: float
) -> tuple[Tally, int]:
    """What came of the attempts over HTTP while the server is killed now and then, and how often it was."""
    port, ended, left = free_port(), threading.Event(), []
    with tempfile.TemporaryDirectory() as name:

        def kill() -> None:
            left.append(kill_now_and_then(url, Path(name), port, kills, ended.is_set, most_alive))

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            tally = contend(url, licences, address=f"http://127.0.0.1:{port}/", bearer=bearer)
        finally:
            ended.set()
            killer.join()
            killed, server = left[0]
            server.terminate()
            server.wait()
    return tally, killed


def balance(url: str) -> dict[str, Any]:
    """What a database says afterwards: licences by state, exits by licence, and whether log and projections hold."""
    from lotgate.web import start

    start(url)
    from django.db.models import Count

    from lotgate.web.store.models import Record, Use
    from lotgate.web.store.verify import verify

    states = Record.objects.filter(kind="licence").values_list("state").annotate(Count("id"))
    uses = Counter(Use.objects.values_list("licence", flat=True))
    found = verify()
    return {
        "licences": dict(states),
        "spent": len(uses),
        "spent_twice": sum(1 for count in uses.values() if count > 1),
        "whole": found.whole,
        "findings": [str(finding) for finding in found.findings],
        "won": {
            one.record: json.loads(one.facts)["declaration"]
            for one in Record.objects.filter(kind="clearance", state="exited")
        },
    }
