"""Licences from application to delivery: tables, steps, log, clocks, papers. No web framework, no database."""

from lotgate.licence.acts import Move, act, day_of, look, moves
from lotgate.licence.records import Actor, Command, Entry, Head, Mandate, Outcome, Record
from lotgate.licence.reducers import apply, replay
from lotgate.licence.refusals import Conflict, Forbidden, NotAllowedNow, NotFound, Refusal
from lotgate.licence.store import KeptAnswer, MemoryStore, Store, Taken, Transaction

__all__ = [
    "Actor",
    "Command",
    "Conflict",
    "Entry",
    "Forbidden",
    "Head",
    "KeptAnswer",
    "Mandate",
    "MemoryStore",
    "Move",
    "NotAllowedNow",
    "NotFound",
    "Outcome",
    "Record",
    "Refusal",
    "Store",
    "Taken",
    "Transaction",
    "act",
    "apply",
    "day_of",
    "look",
    "moves",
    "replay",
]
