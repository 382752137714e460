"""Lotgate decides, for one lot on one day, whether strategic goods may go to an end user for an end use."""

from __future__ import annotations

__version__ = "0.1.0"
