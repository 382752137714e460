"""The tables of the store."""

from __future__ import annotations
