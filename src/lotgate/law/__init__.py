"""The law as dated data: loading, status on a day, change points, differences between days."""

from lotgate.law.clock import Clock, Status
from lotgate.law.load import load
from lotgate.law.model import Clause, Conflict, Law, Measure, Text

__all__ = ["Clause", "Clock", "Conflict", "Law", "Measure", "Status", "Text", "load"]
