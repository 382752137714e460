"""A web server of one's own that serves list files, and every fault a server can have."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Answer", "ListServer", "packed"]


@dataclass
class Answer:
    """What the server does with a request: a body with a status, and ways to misbehave."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stated_length: int | None = None
    seconds_before: float = 0.0
    drip_seconds: float = 0.0
    cut_after: int | None = None


class ListServer:
    """Serves `answers` by path: one answer, or several that are given one after the other (the last one stays)."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def put(self, path: str, *answers: Answer | bytes | str) -> str:
        """Sets what a path answers; gives its address."""
        made = [one if isinstance(one, Answer) else Answer(_bytes(one)) for one in answers]
        self.answers[path] = made
        return self.base + path

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.split("?")[0]
        self.asked.append((path, {key.lower(): value for key, value in request.headers.items()}))
        waiting = self.answers.get(path)
        if not waiting:
            request.send_error(404)
            return
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        self.closing.wait(answer.seconds_before)
        if answer.headers.get("ETag") and request.headers.get("If-None-Match") == answer.headers["ETag"]:
            request.send_response(304)
            request.end_headers()
            return
        request.send_response(answer.status)
        for name, value in answer.headers.items():
            request.send_header(name, value)
        length = len(answer.body) if answer.stated_length is None else answer.stated_length
        request.send_header("Content-Length", str(length))
        request.end_headers()
        self._send(request, answer)

    def _send(self, request: BaseHTTPRequestHandler, answer: Answer) -> None:
        body = answer.body if answer.cut_after is None else answer.body[: answer.cut_after]
        write: Callable[[bytes], Any] = request.wfile.write
        try:
            if not answer.drip_seconds:
                write(body)
            for place in range(0, len(body) if answer.drip_seconds else 0, 64):
                write(body[place : place + 64])
                request.wfile.flush()
                if self.closing.wait(answer.drip_seconds):
                    return
        except (BrokenPipeError, ConnectionError):
            pass


def _bytes(body: bytes | str) -> bytes:
    return body.encode() if isinstance(body, str) else body


def packed(body: bytes) -> Answer:
    """A body sent compressed."""
    return Answer(gzip.compress(body), headers={"Content-Encoding": "gzip"})
