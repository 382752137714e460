"""Statements to PostgreSQL sent together and prepared once per connection, on libpq itself.

Only for the few statements of a step, whose time adds up: ordinary cursors take longer over them than the server does.
Values are text, whole numbers, decimals and booleans; the server knows their types from where they stand.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result

__all__ = ["Statement", "Value", "Wire"]

Value = str | int | bool | Decimal | None
Statement = tuple[str, Sequence[Value]]
"""SQL with %s where the values belong, and the values."""

_WHOLE_NUMBERS = (20, 21, 23)  # int8, int2, int4
_PREPARED = 200  # statements kept ready on one connection; others are sent whole


class Wire:
    """A connection as a step uses it. `Wire.of` gives the one of a connection, which knows what is prepared there."""

    _of: ClassVar[WeakKeyDictionary[psycopg.Connection[Any], Wire]] = WeakKeyDictionary()

    def __init__(self, line: pq.abc.PGconn) -> None:
        self._line = line
        self._names: dict[str, bytes] = {}
        self._given = 0

    @classmethod
    def of(cls, raw: psycopg.Connection[Any]) -> Wire:
        """The wire of an open connection."""
        return cls._of.get(raw) or cls._of.setdefault(raw, cls(raw.pgconn))

    @property
    def closed(self) -> bool:
        """Whether the connection is gone."""
        return bool(self._line.status != pq.ConnStatus.OK)

    def run(self, *statements: Statement) -> list[list[tuple[Any, ...]]]:
        """The rows each statement gives; all are sent before the first answer is read. Raises psycopg's errors: of
        the first statement that fails, and those behind it are not run."""
        line, prepared = self._line, dict[str, bytes]()
        asked: list[bool] = []  # of each answer, whether it is that of a statement or of its preparation
        try:
            line.enter_pipeline_mode()
            for sql, values in statements:
                sent = [None if value is None else str(value).encode() for value in values]
                name = self._names.get(sql) or prepared.get(sql)
                if name is None and len(self._names) + len(prepared) < _PREPARED:
                    self._given += 1  # a name is never given twice: one that failed may be there already
                    name = prepared[sql] = b"lotgate_%d" % self._given
                    line.send_prepare(name, _numbered(sql))
                    asked.append(False)
                if name is None:
                    line.send_query_params(_numbered(sql), sent)
                else:
                    line.send_query_prepared(name, sent)
                asked.append(True)
            line.pipeline_sync()
            answers, failed = self._answers()
            line.exit_pipeline_mode()
        except BaseException:
            line.finish()  # broken off in the middle: nobody could tell whose answers come next
            raise
        if failed is not None:
            raise failed
        self._names.update(prepared)
        return [_rows(answer) for answer, wanted in zip(answers, asked, strict=True) if wanted]

    def _answers(self) -> tuple[list[pq.abc.PGresult], psycopg.Error | None]:
        """All answers up to the end of the pipeline, and the first error among them."""
        found: list[pq.abc.PGresult] = []
        failed: psycopg.Error | None = None
        while self._line.flush():
            self._wait(sending=True)
            self._line.consume_input()
        while True:
            while self._line.is_busy():
                self._wait()
                self._line.consume_input()
            answer = self._line.get_result()
            if answer is None:
                if self.closed:
                    raise psycopg.OperationalError(self._line.get_error_message())
                continue  # the end of one statement's answer
            if answer.status == pq.ExecStatus.PIPELINE_SYNC:
                return found, failed
            if answer.status == pq.ExecStatus.FATAL_ERROR:
                failed = failed or error_from_result(answer)
            found.append(answer)

    def _wait(self, sending: bool = False) -> None:
        """Until the connection is ready; other threads run meanwhile, as they would not while libpq itself waits."""
        line = [self._line.socket]
        select.select(line, line if sending else [], [])


@lru_cache(maxsize=4 * _PREPARED)
def _numbered(sql: str) -> bytes:
    """The statement with $1, $2, … for its values, as the server wants it."""
    first, *rest = sql.split("%s")
    return (first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))).encode()


def _rows(answer: pq.abc.PGresult) -> list[tuple[Any, ...]]:
    if not answer.ntuples:
        return []
    whole = [answer.ftype(column) in _WHOLE_NUMBERS for column in range(answer.nfields)]
    return [
        tuple(
            None if (value := answer.get_value(row, column)) is None else int(value) if number else value.decode()
            for column, number in enumerate(whole)
        )
        for row in range(answer.ntuples)
    ]
