"""Names taken apart: what a cell holds, the words of a name, their meaning, sound and weight, in every script."""

from __future__ import annotations

from lotgate.parties.names.name import Name, analysed, names_a_place
from lotgate.parties.names.readings import Reading, asked_readings, readings
from lotgate.parties.names.units import OF_PLACE, Unit

__all__ = ["OF_PLACE", "Name", "Reading", "Unit", "analysed", "asked_readings", "names_a_place", "readings"]
